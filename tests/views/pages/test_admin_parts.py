"""The page "Admin" where something is broken: it costs its own part, is told in a sentence, and mended at refresh."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from handmade_admin import EVALUATION, cells_of, make_admin_project, opened, part_of, rows_of, text_of, trouble_of
from handmade_interim import make_project_with_plant

from diagmod.io.audit import CHANGES_VARIABLE
from diagmod.io.evaluation_schemas import DRIFT_VERDICT
from diagmod.io.results import Results
from diagmod.views.pages.admin import PARTS


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return make_admin_project(tmp_path_factory.mktemp("built"))


@pytest.fixture
def root(built, tmp_path, monkeypatch):
    """The built project, to be changed, and no leave for the pages to change anything."""
    monkeypatch.delenv(CHANGES_VARIABLE, raising=False)
    return Path(shutil.copytree(built, tmp_path / "project"))


def test_a_damaged_registry_costs_the_models_and_is_mended_at_refresh(root):
    registry = root / "data/models/registry.json"
    whole = registry.read_text()
    registry.write_text("{")
    page = opened(root)
    assert "registry.json of the model store is damaged" in trouble_of(page, "models")
    assert {part.name for part in PARTS if trouble_of(page, part.name)} == {"models"}
    assert "Model families not known" in text_of(page._headline.value)
    registry.write_text(whole)
    page.refresh()
    assert trouble_of(page, "models") == ""
    assert "Model families 1" in text_of(page._headline.value)


def test_a_missing_and_a_damaged_table_cost_their_parts(root):
    Results(root).path("drift").unlink()
    Results(root).path("readiness").write_bytes(b"no")
    page = opened(root)
    assert "data/processed/evaluation/drift.parquet is missing" in trouble_of(page, "drift")
    assert "readiness.parquet is no readable Parquet file" in trouble_of(page, "readiness")
    assert {part.name for part in PARTS if trouble_of(page, part.name)} == {"drift", "readiness"}


def test_a_table_of_an_older_version_is_told(root):
    older = Results(root).path("drift_verdict")
    table = rows_of(DRIFT_VERDICT, *EVALUATION["drift_verdict"]).drop(columns="moved")
    table.to_parquet(older)
    page = opened(root, "", "drift", "evaluation")
    assert "drift_verdict" in trouble_of(page, "drift")
    assert trouble_of(page, "evaluation") == ""


@pytest.mark.parametrize("name", ["dvc.lock", "dvc.yaml", "params.yaml"])
def test_a_damaged_file_of_the_pipeline_costs_the_runs(root, name):
    (root / name).write_text("stages: [\n")
    page = opened(root)
    assert name in trouble_of(page, "runs")
    assert {part.name for part in PARTS if trouble_of(page, part.name)} == {"runs"}


def test_a_project_where_nothing_ran_says_so_in_every_part(tmp_path):
    make_project_with_plant(tmp_path)
    for path in (tmp_path / "data/interim").iterdir():
        path.unlink()
    (tmp_path / "dvc.yaml").write_text("stages: {load: {}}\n")
    page = opened(tmp_path)
    assert "there are no results yet" in trouble_of(page, "quality")
    assert [row["state"] for row in cells_of(part_of(page, "runs").rows.value)] == ["✕ not run"]
    assert "The store is empty" in text_of(part_of(page, "models").rows.value)
    assert "Nothing was changed yet." in text_of(part_of(page, "audit").told.value)


@pytest.mark.parametrize(
    "query",
    [
        "family=../..",
        "version=anomaly@9.9.9",
        "version=%3Cscript%3E",
        "stage=x",
        "from=never",
        "severity=worst",
        "compare=",
    ],
)
def test_what_a_link_must_not_ask_for_is_told_and_left_out(root, query):
    page = opened(root, query)
    assert {part.name for part in PARTS if trouble_of(page, part.name)} == set()
    assert "<script" not in page._message.value
