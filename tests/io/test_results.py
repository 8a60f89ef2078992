"""What dashboards stand on: read when asked for, by column and row, kept until the file changes."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import yaml
from handmade_interim import make_project_with_plant
from handmade_stages import make_built_project

from diagmod.io.results import NO_RESULTS, PLACES, Results
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, RECORDINGS
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import TableError, read_table, write_table


@pytest.fixture
def results(tmp_path):
    return Results(make_project_with_plant(tmp_path))


def test_every_place_is_of_a_table_with_a_schema():
    assert set(PLACES) <= set(TABLES)


def test_a_table_and_some_of_its_columns_are_those_of_the_file(results):
    whole = read_table(results.path("recordings"), RECORDINGS)
    pd.testing.assert_frame_equal(results.table("recordings"), whole)
    some = results.table("recordings", ["file", "motor_id"])
    assert list(some.columns) == ["file", "motor_id"]
    assert list(some["file"]) == list(whole["file"])


def test_rows_of_one_motor_are_read_without_the_others(results):
    own = results.table("recordings", ["motor_id", "file"], motor_id="M1")
    assert own.to_dict("list") == {"motor_id": ["M1"] * 3, "file": ["a.csv", "b.csv", "c.csv"]}
    assert results.table("recordings", motor_id="M99").empty


def test_a_table_is_kept_until_its_file_changes(results):
    first = results.table("findings")
    assert results.table("findings") is first
    write_table(first.assign(rule="flat_phase"), FINDINGS, results.path("findings"), {})
    assert list(results.table("findings")["rule"]) == ["flat_phase"]


def test_forgetting_reads_anew(results):
    first = results.table("findings")
    results.forget()
    assert results.table("findings") is not first


def test_without_any_result_the_sentence_says_how_to_make_them(tmp_path):
    with pytest.raises(TableError, match=NO_RESULTS.replace("`", ".")):
        Results(tmp_path).table("recordings")
    with pytest.raises(TableError, match="no results yet"):
        Results(tmp_path).dataset()


def test_one_missing_table_is_named_with_its_path(results):
    with pytest.raises(TableError, match=r"^data/processed/evaluation/drift.parquet is missing; run .make repro"):
        results.table("drift")


@pytest.mark.parametrize("equal", [{}, {"file": "a.csv"}])
def test_a_damaged_table_is_told_whole_or_by_rows(results, equal):
    results.path("load_report").write_bytes(b"PAR1 is not all")
    with pytest.raises(TableError, match="no readable Parquet file"):
        results.table("load_report", **equal)


def test_a_table_of_another_schema_is_refused(results):
    write_table(results.table("load_report"), LOAD_REPORT, results.path("findings"), {})
    with pytest.raises(TableError, match=r"findings"):
        results.table("findings")


def test_facts_name_data_set_model_and_rebuild(results):
    assert results.facts() == {"Data set": "plant", "Anomaly model": "none trained", "Last rebuild": "not recorded"}


def test_versions_lead_back_to_data_and_code(results):
    found = results.versions()
    assert (found["Data version"], found["Code version"]) == ("da7ada7a", "c0dec0de")


def test_a_model_that_was_not_trained_says_why(results):
    folder = results.root / "data/processed/models/anomaly"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps({"reason": "too few motors"}))
    assert results.model_version("anomaly") == "none: too few motors"
    (folder / "model.json").write_text("{")
    assert results.model_version("anomaly").startswith("unknown: ")


def test_a_registry_that_is_damaged_is_told_instead_of_a_version(results):
    folder = results.root / "data/processed/models/anomaly"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(json.dumps({"features": ["x"]}))
    store = results.root / "data/models"
    store.mkdir()
    (store / "registry.json").write_text("{")
    assert "registry.json of the model store is damaged" in results.model_version("anomaly")


def test_a_stage_that_stands_on_replaced_results_is_told(tmp_path):
    """As while `dvc repro` has run a stage and not yet the one after it."""
    root = make_built_project(tmp_path)
    assert Results(root).standing_words() == ""
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    lock["stages"]["load"]["outs"][0]["md5"] = "new.dir"
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    assert (
        Results(root)
        .standing_words()
        .startswith("A rebuild is not complete: features, it stands on older data/interim")
    )
    (root / "dvc.lock").unlink()
    assert "dvc.lock is missing" in Results(root).standing_words()
    (root / "dvc.lock").write_text("}")
    assert "dvc.lock cannot be read" in Results(root).standing_words()
