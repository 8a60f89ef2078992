"""What evaluate keeps of verdicts: the changes that were found, the counts, and the reason where there are none."""

from __future__ import annotations

import pandas as pd
from handmade_interim import recordings

from diagmod.io.diagnosis_rows import rows_of_refusal
from diagmod.io.schemas import BASELINE_CHANGES, DIAGNOSES, LABEL_AUDIT, RECORDING_STATES, VERDICT_COUNTS
from diagmod.io.tables import conform, describe_table, empty_table, read_table
from diagmod.models.baseline import Baseline
from diagmod.models.label_audit import audit_of_dataset
from diagmod.models.verdict_tables import VerdictTables, write_verdicts

HEALTHY = Baseline("labelled_healthy")


def plant(*conditions, bars):
    """Recordings r0, r1, ... of one motor with a label and an asymmetry of the cage each; all else is left open."""
    names = [{"recording_id": f"r{k}", "motor_id": "M1"} for k in range(len(conditions))]
    empty = rows_of_refusal("not given here")
    states = [{**name, **empty["states"][0], "acquisition": "good"} for name in names]
    diagnoses = [
        {
            **name,
            **row,
            "severity_value": value if row["fault"] == "broken_bar" else float("nan"),
            "reason_code": "small",
        }
        for name, value in zip(names, bars, strict=True)
        for row in empty["diagnoses"]
    ]
    about = [
        {**name, "file": f"{name['recording_id']}.csv", "condition": c}
        for name, c in zip(names, conditions, strict=True)
    ]
    tables = conform(pd.DataFrame(states), RECORDING_STATES), conform(pd.DataFrame(diagnoses), DIAGNOSES)
    return recordings(*about), *tables


def sick():
    return plant("healthy", "healthy", "healthy", "healthy", "broken_bar", bars=[0.03, 0.04, 0.03, 0.04, 0.9])


def no_audit(catalogue):
    return audit_of_dataset("none", catalogue, pd.DataFrame(), 5.0)


def test_change_since_the_baseline_is_found_and_held_against_the_labels():
    catalogue, states, diagnoses = sick()
    tables = VerdictTables.of(catalogue, states, diagnoses, HEALTHY)
    found = tables.found(catalogue)
    assert found[["file", "fault", "change_unit"]].to_numpy().tolist() == [["r4.csv", "broken_bar", "broken bars"]]
    assert "we see a change in 1 of 5 recordings" in tables.changes_in_words()
    by_change = tables.counts[tables.counts["judge"] == "change_since_baseline"].set_index(["fault", "condition"])
    assert by_change.loc[("broken_bar", "broken_bar"), "supported"] == 1
    assert by_change.loc[("broken_bar", "healthy"), "not_supported"] == 4
    assert [(case.model, case.flag.tolist()) for case in tables.judged] == [
        ("diagnosis", [False] * 5), ("change_since_baseline", [False] * 4 + [True]),
    ]  # fmt: skip
    assert "broken bar is supported in 1 of 1 recordings that have it" in tables.in_words()


def test_tables_are_written_with_their_lineage(tmp_path):
    catalogue, states, diagnoses = sick()
    tables = VerdictTables.of(catalogue, states, diagnoses, HEALTHY)
    write_verdicts(tables, no_audit(catalogue), tmp_path, {"stage": "evaluate"})
    for schema, frame in ((BASELINE_CHANGES, tables.changes), (VERDICT_COUNTS, tables.counts)):
        path = tmp_path / f"{schema.name}.parquet"
        pd.testing.assert_frame_equal(read_table(path, schema), frame)
        assert describe_table(path)["lineage"] == {"stage": "evaluate"}
        assert describe_table(path)["reason"] == ""


def test_audit_of_labels_is_empty_with_the_reason_where_no_fault_is_switched(tmp_path):
    catalogue, states, diagnoses = sick()
    write_verdicts(VerdictTables.of(catalogue, states, diagnoses, HEALTHY), no_audit(catalogue), tmp_path, {})
    assert read_table(tmp_path / "label_audit.parquet", LABEL_AUDIT).empty
    assert describe_table(tmp_path / "label_audit.parquet")["reason"].startswith("Labels are audited only where")


def test_data_set_without_recordings_or_labels_says_so(tmp_path):
    nothing = (recordings(), empty_table(RECORDING_STATES), empty_table(DIAGNOSES))
    write_verdicts(VerdictTables.of(*nothing, HEALTHY), no_audit(recordings()), tmp_path, {})
    assert describe_table(tmp_path / "baseline_changes.parquet")["reason"] == "there is no recording to compare"
    assert "no label" in describe_table(tmp_path / "verdict_counts.parquet")["reason"]
    catalogue, states, diagnoses = plant("", "", bars=[0.1, 0.1])
    tables = VerdictTables.of(catalogue, states, diagnoses, HEALTHY)
    assert (tables.judged, len(tables.counts), len(tables.changes)) == ([], 0, 6)
