"""The smoke run: all stages by papermill on tiny parameters, and what must be true of their results."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from tiny_project import STAGES, TINY, Project

from diagmod.core.diagnosis import CONDITIONS, FAULTS
from diagmod.io.anomaly_files import ANOMALY_DRIVERS, ANOMALY_SCORES
from diagmod.io.evaluation_schemas import ALARM_RATES, MINIMUM_SEVERITY
from diagmod.io.fault_files import FAULT_PREDICTIONS
from diagmod.io.feature_schemas import SEGMENTS
from diagmod.io.regime_tables import REGIME_SEGMENTS
from diagmod.io.schemas import (
    BASELINE_CHANGES,
    DIAGNOSES,
    EVALUATION,
    FINDINGS,
    LABEL_AUDIT,
    LOAD_REPORT,
    RECORDING_STATES,
    RECORDINGS,
    STATES,
    VERDICT_COUNTS,
)
from diagmod.io.tables import describe_table, read_table


def test_every_file_of_the_fleet_is_in_the_load_report_once(tiny_project: Project) -> None:
    truth = pd.read_csv(tiny_project.root / "data/raw/demo/ground_truth.csv", keep_default_na=False)
    report = read_table(tiny_project.root / "data/interim/load_report.parquet", LOAD_REPORT)
    assert sorted(report["file"]) == sorted(truth["file"])
    status = dict(zip(report["file"], report["status"], strict=True))
    expected = {"duplicate": "duplicate", "truncated": "quarantined", "wrong_header": "quarantined",
                "unlisted": "quarantined", "unknown_motor": "quarantined"}  # fmt: skip
    for file, damage in zip(truth["file"], truth["damage"], strict=True):
        assert status[file] == expected.get(damage, "loaded"), f"{file} with damage {damage or 'none'}"


def test_a_gap_is_a_finding_and_a_missing_phase_is_valid(tiny_project: Project) -> None:
    truth = pd.read_csv(tiny_project.root / "data/raw/demo/ground_truth.csv", keep_default_na=False)
    findings = read_table(tiny_project.root / "data/interim/findings.parquet", FINDINGS)
    recordings = read_table(tiny_project.root / "data/interim/recordings.parquet", RECORDINGS).set_index("file")
    gap, absent = (truth.loc[truth["damage"] == kind, "file"].item() for kind in ("gap", "missing_phase"))
    assert {"missing", "acquisition_gaps"} <= set(findings.loc[findings["file"] == gap, "rule"])
    assert recordings.loc[gap, "quality"] == "warning"
    assert recordings.loc[absent, "phases"] == "RS"


def test_features_of_a_recording_agree_with_what_was_simulated(tiny_project: Project) -> None:
    truth = pd.read_csv(tiny_project.root / "data/raw/demo/ground_truth.csv", keep_default_na=False)
    recordings = read_table(tiny_project.root / "data/interim/recordings.parquet", RECORDINGS)
    segments = read_table(tiny_project.root / "data/processed/features/segments.parquet", SEGMENTS)
    # 2.5 s in segments of 1 s with half overlap: starts at 0, 0.5, 1.0 and 1.5 s.
    assert (segments.groupby("recording_id").size() == 4).all()
    complete = segments.dropna(subset=["line_hz", "i1", "fundamental_R", "fundamental_S", "fundamental_T"])
    assert len(complete) >= 4 * (len(recordings) - 2)
    files = recordings[["recording_id", "file"]].merge(truth[["file", "line_hz", "damage"]], on="file")
    sound = complete.merge(files[files["damage"] == ""], on="recording_id", suffixes=("", "_true"))
    assert len(sound) >= len(complete) / 3
    np.testing.assert_allclose(sound["line_hz"], sound["line_hz_true"], atol=0.02)
    mean = sound[["fundamental_R", "fundamental_S", "fundamental_T"]].mean(axis=1)
    np.testing.assert_allclose(sound["i1"], mean, rtol=0.02)
    assert sound["angle_RS"].between(105, 135).all()


def test_badly_acquired_recordings_are_loaded_and_cannot_carry_a_diagnosis(tiny_project: Project) -> None:
    truth = pd.read_csv(tiny_project.root / "data/raw/demo/ground_truth.csv", keep_default_na=False)
    recordings = read_table(tiny_project.root / "data/interim/recordings.parquet", RECORDINGS)
    found = recordings.merge(truth[["file", "damage"]], on="file").set_index("damage")["acquisition"]
    assert found[["held_samples", "dropped_samples", "jitter", "clipped"]].to_dict() == dict.fromkeys(
        ("held_samples", "dropped_samples", "jitter", "clipped"), "unusable"
    )
    assert found["swapped_phases"] == "limited"


def test_every_recording_is_diagnosed_with_every_fault_and_condition(tiny_project: Project) -> None:
    features = tiny_project.root / "data/processed/features"
    recordings = read_table(tiny_project.root / "data/interim/recordings.parquet", RECORDINGS)
    diagnoses = read_table(features / "diagnoses.parquet", DIAGNOSES)
    states = read_table(features / "recording_states.parquet", RECORDING_STATES)
    assert list(states["recording_id"]) == list(recordings["recording_id"])
    assert list(states["acquisition"]) == list(recordings["acquisition"]), "load and features judge alike"
    spoken = diagnoses.groupby("recording_id", sort=False)["fault"].agg(list)
    assert list(spoken.index) == list(recordings["recording_id"])
    assert all(faults == [*FAULTS, *CONDITIONS] for faults in spoken)


def test_no_healthy_recording_is_called_faulty_and_every_one_is_held_against_its_baseline(
    tiny_project: Project,
) -> None:
    evaluation = tiny_project.root / "data/processed/evaluation"
    recordings = read_table(tiny_project.root / "data/interim/recordings.parquet", RECORDINGS)
    changes = read_table(evaluation / "baseline_changes.parquet", BASELINE_CHANGES)
    assert changes.groupby("recording_id").size().to_dict() == dict.fromkeys(recordings["recording_id"], 3)
    counts = read_table(evaluation / "verdict_counts.parquet", VERDICT_COUNTS)
    assert set(counts["judge"]) == {"diagnosis", "change_since_baseline"}
    assert counts.loc[counts["condition"] == "healthy", "supported"].sum() == 0
    audit = evaluation / "label_audit.parquet"
    assert read_table(audit, LABEL_AUDIT).empty
    assert describe_table(audit)["reason"].startswith("Labels are audited only where")


def test_scores_come_from_models_that_never_saw_the_motor(tiny_project: Project) -> None:
    scores = read_table(tiny_project.root / "data/processed/anomaly_scores.parquet", ANOMALY_SCORES)
    assert set(scores["feature_set"]) == {"all", "without_i2"}
    assert set(scores["level"]) == {"recording", "segment", "strangest_segments"}
    by_motor = scores[scores["split"] == "leave_group_out"]
    folds_of_motor = by_motor.groupby(["level", "feature_set", "baseline", "detector", "motor_id"])["fold"].nunique()
    assert (folds_of_motor == 1).all(), "a motor judged by two folds was in the training data of one of them"
    drivers = read_table(tiny_project.root / "data/processed/anomaly_drivers.parquet", ANOMALY_DRIVERS)
    judged = by_motor[(by_motor["level"] == "recording") & by_motor["score"].notna()]
    assert set(drivers["recording_id"]) == set(judged["recording_id"])
    assert (drivers["meaning"] != "").all()


def test_faults_are_named_by_models_that_never_saw_the_motor_and_rules_stand_beside_them(tiny_project: Project) -> None:
    table = read_table(tiny_project.root / "data/processed/faults/fault_predictions.parquet", FAULT_PREDICTIONS)
    assert {"linear", "boosted", "rule_based", "majority", "chance", "shuffled_labels"} <= set(table["model"])
    by_motor = table[table["split"] == "leave_group_out"]
    assert (by_motor.groupby(["model", "motor_id"])["fold"].nunique() == 1).all()
    assert (table["sentence"] != "").all()


def test_every_segment_that_can_be_placed_has_a_regime_or_none(tiny_project: Project) -> None:
    table = read_table(tiny_project.root / "data/processed/regimes/regime_segments.parquet", REGIME_SEGMENTS)
    assert len(table)
    assert set(table["label_source"]) == {"none"}, "nobody has reviewed a regime"


def test_alarms_are_told_by_the_month_and_severities_from_which_on_faults_are_found(tiny_project: Project) -> None:
    evaluation = tiny_project.root / "data/processed/evaluation"
    rates = read_table(evaluation / "alarm_rates.parquet", ALARM_RATES)
    assert {"anomaly", "faults", "diagnosis", "change_since_baseline"} <= set(rates["model"])
    assert (rates["motor_months"] > 0).all()
    least = read_table(evaluation / "minimum_severity.parquet", MINIMUM_SEVERITY)
    assert (least["sentence"] != "").all()


def test_evaluation_stands_beside_its_trivial_rows(tiny_project: Project) -> None:
    table = read_table(tiny_project.root / "data/processed/evaluation/evaluation.parquet", EVALUATION)
    judges = {"robust_z", "isolation_forest", "pca_t2_q", "faults", "diagnosis", "change_since_baseline"}
    judges |= {"health_index", "health_state"}
    assert set(table["model"]) == judges | {"flag_all", "flag_none", "random", "shuffled_labels"}
    flag_all = table[(table["model"] == "flag_all") & (table["figure"] == "recall")]
    assert (flag_all["value"] == 1.0).all()
    states = tiny_project.root / "data/processed/evaluation/segment_states.parquet"
    assert read_table(states, STATES).empty
    assert "declares no change of state" in describe_table(states)["reason"]


def test_metrics_are_those_of_the_evaluation_table(tiny_project: Project) -> None:
    metrics = json.loads((tiny_project.root / "reports/metrics/evaluate.json").read_text())
    table = read_table(tiny_project.root / "data/processed/evaluation/evaluation.parquet", EVALUATION)
    row = table.query(
        "truth == 'recording_label' and level == 'recording' and feature_set == 'all' and figure == 'auroc' and "
        "model == 'pca_t2_q' and baseline == 'motor_load' and split == 'leave_group_out'"
    )
    assert metrics["recording_label"]["all"]["auroc"] == pytest.approx(row["value"].item(), abs=1e-4)


@pytest.mark.parametrize("stage", STAGES)
def test_the_report_of_a_stage_is_whole_offline_and_free_of_time_and_place(tiny_project: Project, stage: str) -> None:
    html = next((tiny_project.root / "reports/notebooks").glob(f"*_{stage}.html")).read_text()
    notebook = next((tiny_project.root / "reports/notebooks").glob(f"*_{stage}.ipynb")).read_text()
    assert "application/vnd.plotly.v1+json" in notebook
    assert 'class="dm-figure"' in html and "Plotly" in html
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=[\"']https?:", html)
    assert str(tiny_project.root) not in notebook
    assert "execution" not in json.loads(notebook)["cells"][2]["metadata"]


def test_a_number_in_a_table_leads_back_to_its_inputs(tiny_project: Project) -> None:
    about = describe_table(tiny_project.root / "data/processed/features/segments.parquet")
    assert about["units"]["rms_R"] == "A"
    assert about["lineage"]["stage"] == "features"
    assert about["lineage"]["parameters"]["window_s"] == 1.0
    assert list(about["lineage"]["inputs"]) == ["data/interim", "data/raw/demo"]
    assert not re.search(r"20\d\d-\d\d-\d\dT", json.dumps(about)), "a lineage record holds no clock time"


def test_timings_say_how_much_was_kernel_and_imports(tiny_project: Project) -> None:
    record = json.loads((tiny_project.root / "reports/runs/load.json").read_text())
    parts = record["kernel_start_s"] + record["imports_s"] + record["work_s"] + record["report_s"]
    assert parts == pytest.approx(record["seconds"], abs=0.05)
    assert record["imports_s"] > 0


def test_the_tiny_parameters_are_of_the_pipeline() -> None:
    assert tuple(TINY) == STAGES
