"""Tables of the models of faults made small enough to look at: counts a figure or a page shows as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.models.faults.accuracy import QUARTERS
from diagmod.models.faults.calibration import N_BINS
from diagmod.models.faults.conformal import ABSTAINED, CANNOT_TELL

#: What becomes of a recording: one answer that is right or wrong, none, or not judged.
OUTCOMES = ("right", "wrong", CANNOT_TELL, ABSTAINED)

#: Figures by which models are compared, in the order of their columns.
COMPARED = (
    "accuracy", "balanced_accuracy", "false_alarm_share", "expected_calibration_error", "brier", "coverage", "answered",
    "answered_accuracy",
)  # fmt: skip


def confusion(predictions: pd.DataFrame) -> pd.DataFrame:
    """Recordings by label and prediction: columns condition, predicted, recordings, share (of the label)."""
    known = predictions[(predictions["condition"] != "") & (predictions["predicted"] != "")]
    counted = known.groupby(["condition", "predicted"], sort=True).size().rename("recordings").reset_index()
    total = counted.groupby("condition")["recordings"].transform("sum")
    return counted.assign(share=counted["recordings"] / total)


def reliability(predictions: pd.DataFrame) -> pd.DataFrame:
    """Confidence and accuracy in bins of the confidence: columns confidence, accuracy, recordings."""
    known = predictions[(predictions["condition"] != "") & predictions["probability"].notna()]
    bins = np.minimum((known["probability"] * N_BINS).astype(int), N_BINS - 1)
    counted = known.assign(is_right=known["condition"] == known["predicted"]).groupby(bins)
    table = counted.agg(
        confidence=("probability", "mean"), accuracy=("is_right", "mean"), recordings=("is_right", "size")
    )
    return table.reset_index(drop=True)


def outcomes(predictions: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the recordings of every condition: columns condition, outcome, recordings."""
    known = predictions[predictions["condition"] != ""]
    right = np.where(known["answer"] == known["condition"], "right", "wrong")
    outcome = known["answer"].where(known["answer"].isin([CANNOT_TELL, ABSTAINED]), pd.Series(right, known.index))
    counted = known.assign(outcome=outcome.astype("str")).groupby(["condition", "outcome"], sort=True).size()
    return counted.rename("recordings").reset_index()


def comparison(accuracy: pd.DataFrame, calibration: str) -> pd.DataFrame:
    """A row a model and split, a column a figure of :data:`COMPARED`; the best balanced accuracy first."""
    keep = (accuracy["condition"] == "") & accuracy["calibration"].isin(["", calibration])
    rows = accuracy[keep & accuracy["figure"].isin(COMPARED)]
    wide = rows.pivot_table(index=["split", "model"], columns="figure", values="value")
    wide = wide.reindex(columns=list(COMPARED)).reset_index().rename_axis(columns=None)
    return wide.sort_values(["split", "balanced_accuracy"], ascending=[True, False], kind="stable", ignore_index=True)


def recall_by_severity(accuracy: pd.DataFrame, model: str) -> pd.DataFrame:
    """Recall of every fault by split and quarter of its severity: columns split, condition and the quarters."""
    rows = accuracy[
        (accuracy["figure"] == "recall") & (accuracy["model"] == model) & (accuracy["severity_range"] != "")
    ]
    wide = rows.pivot_table(index=["split", "condition"], columns="severity_range", values="value")
    return wide.reindex(columns=list(QUARTERS)).reset_index().rename_axis(columns=None)


def severity_comparison(accuracy: pd.DataFrame) -> pd.DataFrame:
    """A row a split, fault and model: columns r2, error and coverage of the severity, and recordings."""
    rows = accuracy[accuracy["figure"].str.startswith("severity_")]
    wide = rows.pivot_table(index=["split", "condition", "model", "n"], columns="figure", values="value", sort=True)
    wide = wide.reindex(columns=["severity_r2", "severity_error", "severity_coverage"]).reset_index()
    names = {f"severity_{name}": name for name in ("r2", "error", "coverage")} | {"n": "recordings"}
    return wide.rename(columns=names).rename_axis(columns=None)


def leading_drivers(drivers: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """How often each figure came first, by prediction: columns figure, meaning, condition, recordings."""
    first = drivers[drivers["rank"] == 1].merge(
        predictions[["recording_id", "predicted"]], on="recording_id", validate="one_to_one"
    )
    counted = first.groupby(["figure", "meaning", "predicted"], sort=True).size().rename("recordings").reset_index()
    return counted.rename(columns={"predicted": "condition"})


def examples(predictions: pd.DataFrame) -> pd.DataFrame:
    """One sentence for every predicted condition, of the surest recording, then one that cannot tell."""
    judged = predictions[predictions["predicted"] != ""].sort_values("probability", ascending=False, kind="stable")
    open_one = judged[judged["answer"] == CANNOT_TELL].tail(1)
    chosen = pd.concat([judged.drop_duplicates("predicted"), open_one]).drop_duplicates("recording_id")
    return chosen[["recording_id", "motor_id", "condition", "predicted", "sentence"]].reset_index(drop=True)
