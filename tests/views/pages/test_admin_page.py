"""The page "Admin" in the kernel: its numbers are those of the artefacts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from handmade_admin import cells_of, make_admin_project, opened, part_of, text_of, trouble_of

from diagmod.io.audit import AUDIT_FILE, CHANGES_VARIABLE, write_audit
from diagmod.io.model_changes import promote
from diagmod.io.model_registry import read_registry
from diagmod.views.pages.admin import PARTS


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return make_admin_project(tmp_path_factory.mktemp("built"))


@pytest.fixture
def root(built, tmp_path, monkeypatch):
    """The built project, to be changed, and no leave for the pages to change anything."""
    monkeypatch.delenv(CHANGES_VARIABLE, raising=False)
    return Path(shutil.copytree(built, tmp_path / "project"))


def test_the_first_cards_are_the_counts_of_the_artefacts(root):
    page = opened(root)
    told = text_of(page._headline.value)
    assert "Stages fresh 3 of 3" in told
    assert "Model families 1" in told
    assert "In quarantine 2 of 7 files" in told
    assert "Readiness warn 2 checks" in told
    assert "Drift train again" in told
    assert page._headline.value.count("data-dm-first") == 1
    assert all(f"#dm-admin-{part.name}" in page._headline.value for part in PARTS)


def test_no_part_of_a_whole_project_has_trouble(root):
    page = opened(root)
    assert {part.name: trouble_of(page, part.name) for part in PARTS} == {part.name: "" for part in PARTS}
    assert page.problem == ""


def test_every_stage_has_its_state_times_and_inputs(root):
    (root / "diagmod/core/spectrum.py").write_text("changed = True\n")
    rows = {row["stage"]: row for row in cells_of(part_of(opened(root, "", "runs"), "runs").rows.value)}
    assert rows["load"]["state"] == "▲ stale"
    assert rows["load"]["why"] == "because diagmod/core changed"
    assert rows["train"]["state"] == "✓ fresh"
    assert rows["train"]["stands on"] == "data/interim/recordings.parquet, data/processed/features"
    assert (rows["features"]["duration (s)"], rows["features"]["work (s)"]) == ("6.5", "4.5")
    assert float(rows["features"]["overhead (%)"]) == pytest.approx(100 * (1 - 4.5 / 6.5), abs=0.01)


def test_replaced_results_changed_parameters_and_a_stage_not_run_are_told_apart(root):
    lock = yaml.safe_load((root / "dvc.lock").read_text())
    lock["stages"]["features"]["outs"][0]["md5"] = "new.dir"
    del lock["stages"]["load"]
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    (root / "params.yaml").write_text("load: {}\nfeatures: {window: 4}\ntrain: {}\n")
    page = opened(root, "", "runs")
    rows = {row["stage"]: (row["state"], row["why"]) for row in cells_of(part_of(page, "runs").rows.value)}
    assert rows["load"] == ("✕ not run", "it has not run yet")
    assert rows["features"] == ("▲ stale", "because window is 4, it ran with 1")
    assert rows["train"] == ("▲ stale", "because it stands on older data/processed/features")
    assert "A rebuild is not complete: load, it has not run yet." in text_of(page._headline.value)
    assert "3 of 3 stages are not fresh" in text_of(part_of(page, "runs").now.value)


def test_a_broken_run_is_shown_with_its_error_and_gone_after_a_refresh(root):
    path = root / "reports/broken/03_train.ipynb"
    path.parent.mkdir()
    error = {"output_type": "error", "ename": "ValueError", "evalue": "<script>alert(1)</script>"}
    path.write_text(json.dumps({"cells": [{"outputs": [error]}]}))
    page = opened(root, "", "runs")
    (row,) = cells_of(part_of(page, "runs").broken.value)
    assert (row["stage"], row["reason"]) == ("train", "ValueError: <script>alert(1)</script>")
    assert "<script" not in part_of(page, "runs").broken.value
    path.unlink()
    page.refresh()
    assert "No run is broken" in part_of(page, "runs").broken.value


def test_a_chosen_stage_shows_its_cells(root):
    page = opened(root, "stage=load", "runs")
    assert [row["stage"] for row in cells_of(part_of(page, "runs").rows.value)] == ["load"]
    assert [row["what"] for row in cells_of(part_of(page, "runs").cells.value)] == ["imports"]


def test_the_versions_are_those_of_the_registry(root):
    promote(root, "anomaly@1.0.1")
    rows = {row["version"]: row for row in cells_of(part_of(opened(root, "", "models"), "models").rows.value)}
    own = read_registry(root).families["anomaly"]
    assert list(rows) == ["1.0.2", "1.0.1", "1.0.0"]
    assert {version: row["state"] for version, row in rows.items()} == {
        "1.0.2": "roll back to", "1.0.1": "in use", "1.0.0": "kept",
    }  # fmt: skip
    assert [row["F1 (1)"] for row in rows.values()] == ["0.7", "0.6", "0.5"]
    assert rows["1.0.1"]["hash"] == own.find("1.0.1").content_hash[:8]
    assert rows["1.0.1"]["other figures"] == "daily_mase 1.50"


def test_a_chosen_version_shows_card_figures_with_meaning_data_and_settings(root):
    told = part_of(opened(root, "version=anomaly@1.0.1", "models"), "models").details.value
    figures = {row["figure"]: row for row in cells_of(told)}
    assert (figures["f1"]["value"], figures["f1"]["unit"]) == ("0.60", "1")
    assert figures["daily mase"]["meaning"] == "error of the forecast over that of the seasonal naive one"
    assert "every file is what was registered" in told
    assert "# anomaly 1.0.1" in told
    assert "data/models/anomaly/v1.0.1/metadata.json" in told


def test_two_versions_are_compared_as_by_the_command_line(root):
    pair = part_of(opened(root, "version=anomaly@1.0.2&compare=anomaly@1.0.0", "models"), "models").pair.value
    rows = {row["name"]: row for row in cells_of(pair)}
    assert (rows["f1"]["anomaly@1.0.0"], rows["f1"]["anomaly@1.0.2"]) == ("0.50", "0.70")
    assert (rows["a"]["what"], rows["a"]["anomaly@1.0.0"], rows["a"]["anomaly@1.0.2"]) == ("data", "0", "2")


def test_a_file_that_was_changed_is_found_when_asked_and_named_in_the_version(root):
    (root / "data/models/anomaly/v1.0.0/model.json").write_text("{}")
    page = opened(root, "version=anomaly@1.0.0", "models")
    part = part_of(page, "models")
    assert "dm-bad" in part.details.value
    assert part.checked.value == ""
    part.button.click()
    assert "3 version(s) were checked, 1 have a problem." in text_of(part.checked.value)
    assert [row["version"] for row in cells_of(part.checked.value)] == ["anomaly v1.0.0"]


def test_findings_quarantine_and_readiness_are_those_of_the_tables(root):
    page = opened(root, "", "quality", "readiness")
    quality = part_of(page, "quality")
    assert "4 of 7 files were loaded, 2 are in quarantine, 1 are duplicates; 1 findings" in text_of(quality.told.value)
    (rule,) = cells_of(quality.rules.value)
    assert (rule["severity"], rule["rule"], rule["files"], rule["what to do"]) == (
        "warning", "missing", "1", "check the recorder",
    )  # fmt: skip
    (file,) = cells_of(quality.files.value)
    assert (file["file"], file["warning"], file["info"]) == ("b.csv", "1", "0")
    refused = {row["file"]: row["reason"] for row in cells_of(quality.refused.value)}
    assert refused == {
        "e.csv": "same content as a.csv", "f.csv": "sampling rate unknown", "g.csv": "not listed in recordings.csv",
    }  # fmt: skip
    checks = {row["check"]: row for row in cells_of(part_of(page, "readiness").rows.value)}
    assert checks["motors"]["status"] == "▲ warn"
    assert checks["recordings"]["status"] == "✓ pass"
    assert "1 of 2 checks warn" in text_of(part_of(page, "readiness").told.value)


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("severity=info", 0),
        ("severity=warning", 1),
        ("from=2026-02-05", 1),
        ("from=2026-02-06", 0),
        ("to=2026-02-04", 0),
    ],
)
def test_findings_are_narrowed_by_severity_and_by_the_day_of_the_recording(root, query, n):
    """The one finding is a warning of b.csv, recorded on 2026-02-05."""
    page = opened(root, query, "quality")
    assert len(part_of(page, "quality").tables()["findings"]) == n
    assert trouble_of(page, "quality") == ""


def test_drift_is_told_with_its_verdict_figures_and_motors(root):
    part = part_of(opened(root), "drift")
    assert "Model anomaly: train again. Train again: the share of alarms rose by 12 points." in text_of(part.told.value)
    assert "dm-bad" in part.told.value
    first = cells_of(part.rows.value)[0]
    assert (first["name"], first["moved"], first["PSI"], first["limit of PSI"]) == ("alarm", "yes", "0.9", "0.2")
    assert "1 of 2 series" in text_of(part.streams.value)
    assert "motor.ipynb?motor=M2" in part.streams.value


def test_models_stand_beside_trivial_rows_with_intervals(root):
    part = part_of(opened(root, "", "evaluation"), "evaluation")
    rows = {row["model"]: row for row in cells_of(part.rows.value)}
    assert list(rows)[-1] == "model of faults"
    assert (rows["model of faults"]["kind"], rows["random"]["kind"], rows["flag all"]["kind"]) == (
        "model",
        "trivial",
        "trivial",
    )
    assert rows["model of faults"]["AUROC (1)"] == "0.87 (0.71–0.96)"
    assert rows["model of faults"]["F1 (1)"] == "0.60 (0.50–0.70)"
    assert rows["model of faults"]["precision (1)"] == "–"
    assert [row["MASE (1)"] for row in cells_of(part.forecasts.value)] == ["0.70 (0.60–0.80)"]
    (chart, source) = part.chart.outputs
    assert [trace["name"] for trace in chart["data"]["application/vnd.plotly.v1+json"]["data"]] == ["model", "trivial"]
    assert "data/processed/evaluation/evaluation.parquet" in source["data"]["text/html"]


def test_the_audit_lists_both_files_and_is_searched_and_narrowed(root):
    write_audit(root, "upload", "pump<b>.csv", "refused: no rate", reason="x")
    page = opened(root, "", "audit")
    rows = cells_of(part_of(page, "audit").rows.value)
    assert [row["action"] for row in rows].count("register") == 3
    assert any(row["subject"] == "pump<b>.csv" and row["result"] == "refused: no rate" for row in rows)
    assert "<b>.csv" not in part_of(page, "audit").rows.value
    page._set({"find": "PUMP<B>"})
    assert [row["action"] for row in cells_of(part_of(page, "audit").rows.value)] == ["upload"]
    page._set({"find": "(["})
    assert "None of 4 deeds" in text_of(part_of(page, "audit").told.value)
    page._set({"find": "", "to": "2020-01-01"})
    assert "None of 4 deeds" in text_of(part_of(page, "audit").told.value)


def test_a_damaged_line_of_the_audit_is_told_and_the_rest_is_shown(root):
    write_audit(root, "upload", "a.csv", "done")
    with (root / AUDIT_FILE).open("a") as stream:
        stream.write('{"at": "2026')
    with (root / "data/models/audit.jsonl").open("a") as stream:
        stream.write("[]\n")
    page = opened(root, "", "audit")
    assert "1 line(s) cannot be read (line 2)" in text_of(part_of(page, "audit").told.value)
    assert "data/models/audit.jsonl: 1 line(s) cannot be read" in text_of(part_of(page, "audit").told.value)
    assert len(cells_of(part_of(page, "audit").rows.value)) == 4


def test_the_disk_is_measured_only_when_asked(root):
    page = opened(root, "", "disk")
    part = part_of(page, "disk")
    assert "<table" not in part.rows.value
    part.button.click()
    rows = {row["folder"]: row for row in cells_of(part.rows.value)}
    assert int(rows["reports"]["files"]) == 3


def test_exports_hold_all_rows_of_the_choice(root):
    tables = opened(root).exports()
    assert {name: len(table) for name, table in tables.items()} == {
        "stages": 3, "models": 3, "findings": 1, "quarantine": 3, "readiness": 2, "drift_verdict": 1, "drift": 2,
        "drift_streams": 2, "evaluation": 4, "forecast_summary": 2, "audit": 3,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_exports_can_be_taken_home(root, kind):
    page = opened(root)
    page._do(lambda: page._export(kind, "models"))
    assert page._message.value == ""
    assert "data-dm-download" in page._kept.value


def test_only_the_part_whose_filter_changed_is_drawn_again(root):
    page = opened(root)
    drawn = {part.name: [] for part in page.parts}
    for part in page.parts:
        part.draw = lambda name=part.name: drawn[name].append(1)
    page._set({"severity": "warning"})
    assert [name for name, times in drawn.items() if times] == ["quality"]


def test_the_page_can_be_read_in_russian(root):
    page = opened(root, "lang=ru&version=anomaly@1.0.0", "runs")
    told = text_of(page._headline.value + "".join(part_of(page, "runs")._body.children[k].value for k in (0, 1)))
    assert "Актуальных стадий" in told
    assert "✓ актуальна" in told
    assert "train" in told, "names of stages are the same in every language"
