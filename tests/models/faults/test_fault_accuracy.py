"""Figures of the models of faults, each against arithmetic by hand on eight recordings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score

from diagmod.io.fault_files import FAULT_ACCURACY, FAULT_DRIVERS, FAULT_PREDICTIONS
from diagmod.io.tables import conform, empty_table
from diagmod.models.faults.accuracy import fault_accuracy, severity_quarters
from diagmod.models.faults.summaries import (
    comparison,
    confusion,
    examples,
    leading_drivers,
    outcomes,
    recall_by_severity,
    reliability,
    severity_comparison,
)

#: label, prediction, probability, set, answer, severity: 3 of 4 healthy and 2 of 3 bars are right, one is not judged.
_ROWS = (
    ("healthy", "healthy", 0.9, "healthy", "healthy", np.nan),
    ("healthy", "healthy", 0.9, "bar, healthy", "cannot_tell", np.nan),
    ("healthy", "healthy", 0.9, "healthy", "healthy", np.nan),
    ("healthy", "bar", 0.6, "bar", "bar", np.nan),
    ("bar", "bar", 0.9, "bar", "bar", 0.9),
    ("bar", "bar", 0.9, "bar", "bar", 0.2),
    ("bar", "healthy", 0.6, "bar, healthy", "cannot_tell", 0.1),
    ("bar", "", np.nan, "", "abstained", 0.5),
)


def _predictions() -> pd.DataFrame:
    columns = ["condition", "predicted", "probability", "conformal_set", "answer", "severity"]
    frame = pd.DataFrame(_ROWS, columns=columns).assign(
        recording_id=[f"r{k}" for k in range(8)], motor_id="M", split_group=list("AABBCCDD"), model="boosted", fold=0,
        split="leave_group_out", load_share=0.7, severity_value=np.nan, severity_low=np.nan, severity_high=np.nan,
        sentence="said",
    )  # fmt: skip
    return conform(frame, FAULT_PREDICTIONS)


def _probabilities() -> pd.DataFrame:
    rows = [
        (f"r{k}", condition, p if condition == predicted else 1 - p)
        for k, (_, predicted, p, *_) in enumerate(_ROWS[:7])
        for condition in ("bar", "healthy")
    ]
    frame = pd.DataFrame(rows, columns=["recording_id", "condition", "probability"])
    return frame.assign(split="leave_group_out", model="boosted", p_value=1.0)


def _severities() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "recording_id": list("abcd"), "motor_id": "M", "split_group": list("AABB"), "split": "leave_group_out",
            "model": "physical_line", "fold": 0, "condition": "bar", "severity": [0.2, 0.4, 0.6, 0.8],
            "value": [0.2, 0.5, 0.6, 0.7], "low": [0.1, 0.45, 0.5, 0.6], "high": [0.3, 0.6, 0.7, 0.9],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def accuracy() -> pd.DataFrame:
    tables = (_predictions(), _probabilities(), _severities(), pd.DataFrame())
    return fault_accuracy(*tables, "sigmoid", "boosted", n_bootstrap=50, seed=0)


def _value(accuracy, figure, condition="", severity_range=""):
    rows = accuracy[(accuracy["figure"] == figure) & (accuracy["condition"] == condition)]
    return float(rows.loc[rows["severity_range"] == severity_range, "value"].item())


@pytest.mark.parametrize(
    ("figure", "condition", "value"),
    [
        ("judged", "", 7 / 8),
        ("accuracy", "", 5 / 7),
        ("balanced_accuracy", "", (3 / 4 + 2 / 3) / 2),
        ("false_alarm_share", "", 1 / 4),
        ("recall", "bar", 2 / 3),
        ("precision", "bar", 2 / 3),
        ("precision", "healthy", 3 / 4),
        ("coverage", "", 6 / 7),
        ("coverage", "healthy", 3 / 4),
        ("coverage", "bar", 1.0),
        ("set_size", "", 9 / 7),
        ("answered", "", 5 / 7),
        ("answered_accuracy", "", 4 / 5),
        # 0.9 stated in five, all right: 5 * 0.1; 0.6 stated in two, both wrong: 2 * 0.6.
        ("expected_calibration_error", "", (5 * 0.1 + 2 * 0.6) / 7),
        # (1 - 0.9)^2 twice a recording of the five, and 0.6^2 twice of the two.
        ("brier", "", (5 * 2 * 0.01 + 2 * 2 * 0.36) / 7),
        ("log_loss", "", -(5 * np.log(0.9) + 2 * np.log(0.4)) / 7),
    ],
)
def test_figure_is_what_the_fingers_count(accuracy, figure, condition, value):
    assert _value(accuracy, figure, condition) == pytest.approx(value)


def test_recall_by_quarter_of_the_severity(accuracy):
    """Of severities 0.1 and 0.2 one is found; of 0.9 the one; that of 0.5 is not judged."""
    assert _value(accuracy, "recall", "bar", "0 to 1/4") == 0.5
    assert _value(accuracy, "recall", "bar", "3/4 to 1") == 1.0
    assert "1/4 to 2/4" not in set(accuracy["severity_range"])
    assert severity_quarters(pd.Series([0.25, 0.26, np.nan])).tolist() == ["0 to 1/4", "1/4 to 2/4", ""]


def test_severity_is_judged_as_scikit_learn_does(accuracy):
    rows = _severities()
    assert _value(accuracy, "severity_r2", "bar") == pytest.approx(r2_score(rows["severity"], rows["value"]))
    assert _value(accuracy, "severity_error", "bar") == pytest.approx(0.05)
    assert _value(accuracy, "severity_coverage", "bar") == 0.75


def test_interval_holds_the_figure_and_counts_the_groups(accuracy):
    row = accuracy[accuracy["figure"] == "accuracy"].iloc[0]
    assert row["low"] <= row["value"] <= row["high"]
    assert (row["n"], row["n_groups"]) == (7, 4)


def test_one_group_has_no_interval_and_no_rows_no_table():
    one = _predictions().assign(split_group="A")
    table = fault_accuracy(
        one, _probabilities().head(0), _severities().head(0), pd.DataFrame(), "none", "boosted", 9, 0
    )
    assert table["low"].isna().all()
    empty = fault_accuracy(one.head(0), _probabilities().head(0), _severities().head(0), pd.DataFrame(), "", "", 9, 0)
    assert conform(empty, FAULT_ACCURACY).empty


def test_unlabelled_recordings_are_no_part_of_any_figure():
    more = pd.concat([_predictions(), _predictions().assign(condition="")], ignore_index=True)
    table = fault_accuracy(more, _probabilities(), _severities(), pd.DataFrame(), "sigmoid", "boosted", 0, 0)
    assert _value(table, "accuracy") == pytest.approx(5 / 7)


def test_counts_for_pictures(accuracy):
    predictions = _predictions()
    counted = confusion(predictions).set_index(["condition", "predicted"])
    assert counted.loc[("bar", "bar"), "recordings"] == 2
    assert counted.loc[("healthy", "bar"), "share"] == 0.25
    bins = reliability(predictions)
    assert bins["recordings"].tolist() == [2, 5]
    assert bins["accuracy"].tolist() == [0.0, 1.0]
    of_bar = outcomes(predictions).query("condition == 'bar'").set_index("outcome")["recordings"]
    assert of_bar.to_dict() == {"abstained": 1, "cannot_tell": 1, "right": 2}
    compared = comparison(accuracy, "sigmoid")
    assert compared["accuracy"].item() == pytest.approx(5 / 7)
    assert recall_by_severity(accuracy, "boosted")["0 to 1/4"].item() == 0.5
    assert severity_comparison(accuracy)["error"].item() == pytest.approx(0.05)


def test_leading_drivers_count_what_came_first_and_examples_say_one_sentence_a_condition():
    drivers = pd.DataFrame(
        {"recording_id": ["r0", "r0", "r4"], "rank": [1, 2, 1], "figure": ["a", "b", "a"], "meaning": ["A", "B", "A"]}
    )
    counted = leading_drivers(drivers, _predictions())
    assert counted[["figure", "condition", "recordings"]].to_numpy().tolist() == [["a", "bar", 1], ["a", "healthy", 1]]
    shown = examples(_predictions())
    assert shown["predicted"].tolist() == ["healthy", "bar", "healthy"]
    assert shown["recording_id"].iat[-1] == "r6", "the last one cannot tell"


def test_tables_without_rows_give_summaries_without_rows():
    """A stage that trained nothing still shows its chapter."""
    none, drivers = _predictions().head(0), empty_table(FAULT_DRIVERS)
    for summary in (confusion, reliability, outcomes, examples):
        assert summary(none).empty, summary.__name__
    assert leading_drivers(drivers, none).empty
    accuracy = empty_table(FAULT_ACCURACY)
    for table in (
        comparison(accuracy, "sigmoid"),
        recall_by_severity(accuracy, "linear"),
        severity_comparison(accuracy),
    ):
        assert table.empty
