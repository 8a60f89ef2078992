"""What evaluate leaves for people and for DVC: metrics that are valid JSON, curves of the sharpest truth."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.io.schemas import EVALUATION, STATES
from diagmod.io.tables import conform, describe_table, read_table
from diagmod.models.evaluation import Judged
from diagmod.models.evaluation_files import EvaluationTables, write_curves, write_evaluation, write_metrics
from diagmod.models.states import DerivedStates

NONE_DERIVED = DerivedStates(None, "no state is derived", "no state is derived")

#: Two faulty, two healthy items; one of each flagged: precision, recall, F1 and false-alarm rate are 1/2. Of the
#: four pairs the faulty item wins three: AUROC 3/4. Precision at the faulty items: 1/1 and 2/3, mean 5/6.
SCORE = np.array([0.9, 0.4, 0.6, 0.1])
POSITIVE = np.array([True, True, False, False])


def _judged(truth: str, level: str, feature_set: str = "all", positive=POSITIVE) -> Judged:
    group = np.array(["A", "B", "A", "B"])
    return Judged(
        truth, level, feature_set, SCORE, SCORE > 0.5, positive, group, "robust_z", "motor", is_recommended=True
    )


def _scores(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["recording_id", "feature_set", "score"])
    return table.assign(
        motor_id="M1", segment=-1, level="recording", fold=0, threshold=0.5, is_anomaly=table["score"] > 0.5,
        is_recommended=True, split="leave_group_out",
    )  # fmt: skip


def _tables(*judged: Judged, scores=None, catalogue=None) -> EvaluationTables:
    scores = _scores(("r1", "all", 0.25)) if scores is None else scores
    catalogue = recordings({"recording_id": "r1"}) if catalogue is None else catalogue
    return EvaluationTables.of(list(judged), scores, catalogue, n_bootstrap=5, seed=0)


LABEL = _judged("recording_label", "recording")
LABEL_OF_SEGMENTS = _judged("recording_label", "segment")
STATE = _judged("derived_state", "segment")
STATE_WITHOUT = _judged("derived_state", "segment", "without_i2")


def test_metrics_are_those_of_hand_arithmetic():
    assert _tables(LABEL).metrics()["recording_label"]["all"] == {
        "auroc": 0.75, "average_precision": 0.8333, "precision": 0.5, "recall": 0.5, "f1": 0.5,
        "false_alarm_rate": 0.5,
    }  # fmt: skip


def test_metrics_have_a_branch_a_truth_and_feature_set_and_a_trivial_row():
    metrics = _tables(LABEL, LABEL_OF_SEGMENTS, STATE, STATE_WITHOUT).metrics()
    assert set(metrics) == {"recording_label", "derived_state"}
    assert set(metrics["recording_label"]) == {"all", "flag_all"}
    assert set(metrics["derived_state"]) == {"all", "without_i2", "flag_all"}
    assert metrics["derived_state"]["flag_all"] == {"f1": 0.6667, "precision": 0.5}  # precision 1/2, recall 1


def test_labels_of_segments_are_in_the_table_but_not_in_the_metrics():
    """A segment of a recording in which the fault is switched has no label of its own."""
    tables = _tables(LABEL_OF_SEGMENTS)
    assert tables.metrics() == {}
    assert len(tables.figures) == 6 * 5


def test_undefined_figures_are_left_out_so_that_the_file_is_valid_json(tmp_path):
    nobody_faulty = _judged("recording_label", "recording", positive=np.zeros(4, dtype=bool))
    write_metrics(_tables(nobody_faulty), tmp_path / "evaluate.json")

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    found = json.loads((tmp_path / "evaluate.json").read_text(), parse_constant=refuse)
    assert found["recording_label"]["all"] == {"precision": 0.0, "f1": 0.0, "false_alarm_rate": 0.5}
    assert all(math.isfinite(value) for row in found["recording_label"].values() for value in row.values())


def test_undefined_figures_are_called_undefined_in_words():
    nobody_faulty = _judged("recording_label", "recording", positive=np.zeros(4, dtype=bool))
    text = _tables(nobody_faulty).in_words()
    assert "AUROC undefined" in text
    assert "average precision undefined against 0.00 for chance" in text
    assert "nan" not in text


def test_the_finding_names_truth_features_and_figures():
    text = _tables(LABEL, STATE_WITHOUT).in_words().split("\n")
    assert text[0].startswith("- We see recordings against their label, by robust z motor, features all: AUROC 0.75 (")
    assert text[0].endswith("average precision 0.83 against 0.50 for chance.")
    assert text[1].startswith(
        "- We see segments against their derived state, by robust z motor, features without i2: AUROC 0.75 ("
    )


def _verdicts() -> Judged:
    """Verdicts on the four items: the same flags, and nothing to rank by."""
    group = np.array(["A", "B", "A", "B"])
    return Judged(
        "recording_label", "recording", "", np.full(4, np.nan), SCORE > 0.5, POSITIVE, group, "diagnosis", split="none"
    )


def test_verdicts_stand_beside_the_forest_without_a_ranking():
    tables = _tables(LABEL, _verdicts())
    assert tables.metrics()["recording_label"]["diagnosis"] == {
        "precision": 0.5, "recall": 0.5, "f1": 0.5, "false_alarm_rate": 0.5,
    }  # fmt: skip
    text = tables.in_words().split("\n")
    assert text[1].startswith(
        "- We see recordings against their label, by the diagnosis of a recording alone: recall 0.50 ("
    )
    assert "AUROC" not in text[1] and "precision 0.50" in text[1]
    rows = tables.summary_rows().set_index("model")
    assert np.isnan(rows.loc["diagnosis", "auroc"])
    assert rows.loc["robust_z", "auroc"] == 0.75
    assert list(tables.curves["feature_set"].unique()) == ["all"]


def test_summary_has_a_row_a_model_and_trivial_row():
    rows = _tables(LABEL).summary_rows()
    assert list(rows["model"]) == ["robust_z", "flag_all", "flag_none", "random", "shuffled_labels"]
    assert rows.loc[0, ["auroc", "recall", "f1"]].tolist() == [0.75, 0.5, 0.5]
    assert np.isnan(rows.loc[2, "precision"])  # nothing flagged, nothing right or wrong


def test_curves_are_those_of_the_sharpest_truth(tmp_path):
    for judged, truth in (((LABEL, LABEL_OF_SEGMENTS), "recording_label"), ((LABEL, STATE), "derived_state")):
        write_curves(_tables(*judged), tmp_path)
        curve = pd.read_csv(tmp_path / "precision_recall_all.csv")
        assert set(curve["truth"]) == {truth}
        assert list(curve.columns) == ["recall", "precision", "truth"]
        points = set(zip(curve["recall"], curve["precision"], strict=True))
        # flagging the 4, 3, 2, 1 and 0 highest
        assert points == {(1.0, 0.5), (1.0, 0.6667), (0.5, 0.5), (0.5, 1.0), (0.0, 1.0)}


def test_every_plot_file_is_written_even_without_anything_to_judge(tmp_path):
    write_curves(_tables(scores=_scores(), catalogue=recordings()), tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "precision_recall_all.csv": "recall,precision,truth\n",
        "precision_recall_without_i2.csv": "recall,precision,truth\n",
        "scores.csv": "recording,score,motor_id,condition\n",
    }


def test_scores_are_those_of_recordings_in_order_of_time(tmp_path):
    catalogue = recordings(
        {"recording_id": "late", "started_at": "2026-02-01T00:00Z", "condition": "broken_bar"},
        {"recording_id": "early", "started_at": "2026-01-01T00:00Z"},
        {"recording_id": "unscored", "started_at": "2025-01-01T00:00Z"},
    )
    scores = _scores(
        ("late", "all", 0.6), ("early", "all", 0.2), ("early", "without_i2", 0.9),
        ("unscored", "all", np.nan),
    )  # fmt: skip
    table = _tables(scores=scores, catalogue=catalogue).scores
    assert table[["recording", "score", "condition"]].to_numpy().tolist() == [
        [1, pytest.approx(0.2), "healthy"], [2, pytest.approx(0.6), "broken_bar"],
    ]  # fmt: skip


def test_without_times_scores_keep_the_order_of_the_catalogue():
    catalogue = recordings(*({"recording_id": name} for name in "cab"))
    table = _tables(scores=_scores(*((name, "all", ord(name) / 200) for name in "abc")), catalogue=catalogue).scores
    assert table["score"].tolist() == [ord(name) / 200 for name in "cab"]


def test_tables_without_a_label_say_so(tmp_path):
    write_evaluation(_tables(), NONE_DERIVED, tmp_path, {"stage": "evaluate"})
    about = describe_table(tmp_path / "evaluation.parquet")
    assert about["reason"] == "There is no label, so nothing can be evaluated."
    assert about["lineage"] == {"stage": "evaluate"}
    assert read_table(tmp_path / "evaluation.parquet", EVALUATION).empty
    assert describe_table(tmp_path / "segment_states.parquet")["reason"] == "no state is derived"
    assert _tables().summary_rows().empty


def test_tables_with_labels_and_states_are_written_whole(tmp_path):
    states = pd.DataFrame({"recording_id": ["r1"], "segment": [0], "changed_share": [1.0], "state": ["changed"]})
    tables = _tables(LABEL, STATE)
    write_evaluation(tables, DerivedStates(conform(states, STATES), "rule"), tmp_path, {})
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "evaluation.parquet", EVALUATION), conform(tables.figures, EVALUATION)
    )
    assert read_table(tmp_path / "segment_states.parquet", STATES)["state"].tolist() == ["changed"]
    assert describe_table(tmp_path / "evaluation.parquet")["reason"] == ""
