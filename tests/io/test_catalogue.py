"""The catalogue that dashboards read: counts against counts by hand, and where the shown results come from."""

from __future__ import annotations

import pandas as pd
import pytest
from handmade_interim import RECORDINGS_OF_PLANT, make_project_with_plant, plant, recordings, train

from diagmod.io.catalogue import Catalogue
from diagmod.io.dataset_files import DatasetError
from diagmod.io.hashes import hash_paths
from diagmod.io.interim import write_interim
from diagmod.io.model_files import write_no_model
from diagmod.io.model_store import register
from diagmod.io.tables import TableError

TABLE = "data/interim/recordings.parquet"


@pytest.fixture
def root(tmp_path):
    return make_project_with_plant(tmp_path)


def _model(root) -> str:
    return Catalogue.open(root).versions()["Anomaly model"]


def test_fleet_counts_are_those_counted_by_hand(root):
    fleet = Catalogue.open(root).fleet().set_index("motor_id")
    counts = fleet[["recordings", "with_warning", "quarantined"]]
    assert counts.loc["M1"].tolist() == [3, 1, 0]
    assert counts.loc["M2"].tolist() == [1, 0, 1]
    assert counts.loc["M3"].tolist() == [0, 0, 0]
    assert fleet.loc["M1", "last_recorded"] == pd.Timestamp("2026-03-05T08:00Z")
    assert pd.isna(fleet.loc["M3", "last_recorded"])
    assert fleet.loc["M1", "rated_rpm"] == 1470


def test_totals_are_those_counted_by_hand(root):
    assert Catalogue.open(root).totals() == {
        "Motors": ("3", ""),
        "Recordings": ("4", "1.0 min in all"),  # 3 + 3 + 3 + 51 s
        "Period": ("2026-01-05 to 2026-03-05", "UTC"),
        "With a warning": ("1", "recording"),
        "In quarantine": ("2", "files"),
        "Duplicates": ("1", "file"),
    }


def test_two_hours_and_more_are_told_in_hours(tmp_path):
    root = make_project_with_plant(tmp_path, recordings=recordings({"duration_s": 9000.0}))
    assert Catalogue.open(root).totals()["Recordings"] == ("1", "2.5 h in all")


def test_a_data_set_without_times_has_no_period(tmp_path):
    timeless = recordings(*({**row, "started_at": None} for row in RECORDINGS_OF_PLANT))
    catalogue = Catalogue.open(make_project_with_plant(tmp_path, recordings=timeless))
    assert catalogue.totals()["Period"] == ("not recorded", "")
    assert catalogue.fleet()["last_recorded"].isna().all()


def test_a_data_set_of_which_nothing_loaded_still_counts_what_was_refused(tmp_path):
    catalogue = Catalogue.open(make_project_with_plant(tmp_path, recordings=recordings()))
    assert catalogue.totals()["Recordings"] == ("0", "0.0 min in all")
    assert catalogue.fleet()["recordings"].tolist() == [0, 0, 0]
    assert catalogue.fleet()["quarantined"].tolist() == [0, 1, 0]


def test_versions_are_the_first_eight_digits_of_the_hashes_in_the_lineage(root):
    versions = Catalogue.open(root).versions()
    assert versions["Data set"] == "plant"
    assert versions["Data version"] == "da7ada7a"
    assert versions["Code version"] == "c0dec0de"
    assert versions["Anomaly model"] == "none trained"


def test_results_made_by_hand_say_so(root):
    write_interim(plant(), root / "data/interim", {"stage": "load", "run": "by hand, not a pipeline result"})
    versions = Catalogue.open(root).versions()
    assert (versions["Data version"], versions["Code version"]) == ("by hand", "by hand")


def test_a_model_trained_on_this_data_is_told_from_one_trained_on_other_data(root):
    train(root, inputs={TABLE: hash_paths([TABLE], root)})
    assert _model(root) == "not registered, trained on this data"
    register(root, "anomaly")
    assert _model(root) == "v1.0.0, trained on this data"
    write_interim(plant(recordings=recordings({"motor_id": "M2"})), root / "data/interim", {})
    assert _model(root) == "v1.0.0, trained on other data: run `make repro`"


def test_a_model_that_was_not_trained_says_why(root):
    write_no_model(root / "data/processed/models/anomaly", {"reason": "1 split group(s)", "lineage": {}})
    assert _model(root) == "none: 1 split group(s)"


def test_a_damaged_model_or_store_is_not_called_untrained(root):
    folder = train(root, inputs={})
    (root / "data/models").mkdir()
    (root / "data/models/registry.json").write_text("[]", encoding="utf-8")
    assert _model(root).startswith("unknown: registry.json of the model store lists no families")
    (folder / "model.json").write_text("{half", encoding="utf-8")
    assert _model(root).startswith("unknown: model.json in anomaly is damaged")


def test_without_results_the_catalogue_says_what_to_do(tmp_path):
    with pytest.raises(TableError, match="no results yet; run `make repro` and open this page again"):
        Catalogue.open(tmp_path)


def test_results_of_which_a_file_is_missing_or_damaged_are_refused(root):
    (root / "data/interim/trend.parquet").unlink()
    with pytest.raises(TableError, match=r"trend.parquet does not exist; run `dvc repro`"):
        Catalogue.open(root)
    (root / "data/interim/dataset.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"dataset.json is damaged"):
        Catalogue.open(root)
