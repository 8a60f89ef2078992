"""What the load stage leaves for the others, and what they say when it is not what it should be."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from handmade_interim import LINEAGE, plant, recordings

from diagmod.io.dataset_files import Dataset, DatasetError
from diagmod.io.interim import DATASET_FILE, read_dataset_facts, read_nameplates, write_interim
from diagmod.io.schemas import RECORDINGS
from diagmod.io.tables import TableError, describe_table, empty_table, read_table
from diagmod.io.trend_tables import TREND


def test_what_a_data_set_declares_is_read_as_it_was_written(tmp_path):
    about = Dataset(
        name="short", title='<b>"µ"</b>', unit="unstated", fs_hz=1000.0, times="none", columns=("T", "S", "R"),
        header=False, split_group="repetition", derived_state="negative_sequence", licence="MIT", citation="none",
    )  # fmt: skip
    write_interim(plant(dataset=about), tmp_path, LINEAGE)
    assert read_dataset_facts(tmp_path) == about


def test_every_table_carries_the_lineage(tmp_path):
    write_interim(plant(), tmp_path, LINEAGE)
    names = {path.stem for path in tmp_path.glob("*.parquet")}
    assert names == {
        "recordings", "findings", "load_report", "motors", "trend", "maintenance", "refused_events", "readiness",
    }  # fmt: skip
    assert all(describe_table(tmp_path / f"{name}.parquet")["lineage"] == LINEAGE for name in names)


def test_the_quarantine_is_a_csv_for_people_with_the_two_refused_files(tmp_path):
    write_interim(plant(), tmp_path, LINEAGE)
    refused = pd.read_csv(tmp_path / "quarantine.csv", keep_default_na=False)
    assert list(refused["file"]) == ["f.csv", "g.csv"]
    assert list(refused["reason"]) == ["sampling rate unknown", "not listed in recordings.csv"]


def test_empty_tables_say_why_they_are_empty(tmp_path):
    no_log = "the data set has no trend log"
    write_interim(plant(recordings=recordings(), trend=empty_table(TREND), trend_reason=no_log), tmp_path, LINEAGE)
    assert read_table(tmp_path / "recordings.parquet", RECORDINGS).empty
    assert "no file of the data set could be loaded" in describe_table(tmp_path / "recordings.parquet")["reason"]
    assert describe_table(tmp_path / "trend.parquet")["reason"] == no_log


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{half", "damaged .*rebuild it with `dvc repro`"),
        ("[]", "damaged .*rebuild it with `dvc repro`"),
        ('{"name": "x"}', "damaged .'columns'.; rebuild it"),
        ('{"name": "x", "columns": ["R"], "colour": 1}', "damaged .*colour.*rebuild it"),
        ('{"name": "x", "columns": ["R", "S", "T"], "times": "maybe"}', "times must be known or none, got 'maybe'"),
    ],
)
def test_a_damaged_description_is_refused_in_a_sentence(tmp_path, content, sentence):
    (tmp_path / DATASET_FILE).write_text(content, encoding="utf-8")
    with pytest.raises(DatasetError, match=sentence):
        read_dataset_facts(tmp_path)


def test_a_missing_description_names_the_stage_that_makes_it(tmp_path):
    with pytest.raises(DatasetError, match=r"dataset.json is missing in .*; run `dvc repro load`"):
        read_dataset_facts(tmp_path)


def test_the_description_is_plain_json_in_a_fixed_order(tmp_path):
    write_interim(plant(), tmp_path, LINEAGE)
    about = json.loads((tmp_path / DATASET_FILE).read_text(encoding="utf-8"))
    assert list(about) == sorted(about)
    assert about["trend_reason"] == ""


def test_nameplates_come_back_as_motors_and_what_is_not_known_stays_unknown(tmp_path):
    write_interim(plant(), tmp_path, LINEAGE)
    motors = read_nameplates(tmp_path)
    assert list(motors) == ["M1", "M2", "M3"]
    assert (motors["M1"].name, motors["M1"].rated_rpm, motors["M1"].pole_pairs) == ("Pump", 1470.0, 2)
    assert (motors["M2"].rated_rpm, motors["M2"].rotor_bars, motors["M2"].bearing) == (None, None, None)


def test_nameplates_of_a_folder_that_load_did_not_write_are_refused(tmp_path):
    with pytest.raises(TableError, match=r"motors.parquet does not exist; run `dvc repro`"):
        read_nameplates(tmp_path)
