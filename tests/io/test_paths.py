"""A stage writes where the runner says, or to a scratch folder: never over results unasked."""

import json

import pytest

from diagmod.io.paths import STAGE_VARIABLE, Workspace, project_root


@pytest.fixture
def project(tmp_path, monkeypatch):
    for mark in ("dvc.yaml", "params.yaml"):
        (tmp_path / mark).write_text("")
    (tmp_path / "notebooks/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks/deep")
    monkeypatch.delenv(STAGE_VARIABLE, raising=False)
    return tmp_path


def test_root_is_found_upward_from_the_working_directory(project):
    assert project_root() == project
    assert project_root(project / "notebooks") == project


def test_folder_outside_a_project_is_refused(tmp_path):
    (tmp_path / "dvc.yaml").write_text("")
    with pytest.raises(FileNotFoundError, match=f"no diagmod project at {tmp_path} or above it .*change into"):
        project_root(tmp_path)


def test_notebook_run_by_hand_writes_to_scratch_and_reads_the_pipelines_results(project):
    space = Workspace.open("load")
    assert space.is_by_hand
    assert space.write("data/interim/a.parquet") == project / ".cache/scratch/load/data/interim/a.parquet"
    assert space.write("data/interim/a.parquet").parent.is_dir()
    assert space.read("data/interim/a.parquet") == project / "data/interim/a.parquet"
    assert space.lineage() == {"stage": "load", "run": "by hand, not a pipeline result"}
    assert space.closing_line().startswith("Run by hand: results were written to .cache/scratch/load/")


def test_notebook_of_the_runner_writes_to_staging_with_lineage(project, monkeypatch):
    facts = {
        "stage": "load",
        "staging": str(project / "s"),
        "parameters": {"jobs": 0},
        "code": "c",
        "inputs": {"d": "h"},
    }
    monkeypatch.setenv(STAGE_VARIABLE, json.dumps(facts))
    space = Workspace.open("load")
    assert not space.is_by_hand
    assert space.write("a/b.txt") == project / "s/a/b.txt"
    assert space.lineage() == {"stage": "load", "parameters": {"jobs": 0}, "code": "c", "inputs": {"d": "h"}}
    assert space.closing_line() == "Stage load wrote its results; the runner puts them in place."


def test_facts_of_another_stage_are_not_ours(project, monkeypatch):
    monkeypatch.setenv(STAGE_VARIABLE, json.dumps({"stage": "features", "staging": "/nowhere"}))
    assert Workspace.open("load").is_by_hand
