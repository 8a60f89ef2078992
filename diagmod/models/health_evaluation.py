"""Is the index a good alarm? Recordings at "plan" or worse are held against the labels, as any model is.

The parts come from models that never saw the split group they judge, so the index is judged by the split of its
parts. The rungs of the ladders are fixed and were fitted to nothing by this code; but those for anomalies and for
probabilities were chosen by a look at labelled fleets, so figures on these fleets flatter them a little. What the
index says of a recording alone and what it says of the motor after that recording are two rows: the second waits for
a confirmation.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.models.evaluation import Judged
from diagmod.models.risk_scale import FROM

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Rows that are judged: the recording alone, and the motor after it.
MODELS = {"health_index": "risk", "health_state": "state_risk"}

#: Risk from which a recording counts as flagged, %.
ALARM = FROM["plan"]


def said_of_health(health: pd.DataFrame, split: str = "leave_group_out") -> pd.DataFrame:
    """What the index says of recordings, as :func:`diagmod.models.judged_recordings.judged_recordings` takes it.

    Parameters
    ----------
    health : DataFrame
        Table ``health``.
    split : str
        Split that made the scores behind its parts.

    Returns
    -------
    DataFrame
        Columns split, model, recording_id, score (the risk, %) and is_flagged ("plan" or worse). Recordings of which
        nothing is known are left out.
    """
    parts = [
        pd.DataFrame(
            {"split": split, "model": model, "recording_id": health["recording_id"], "score": health[risk],
             "is_flagged": health[risk] >= ALARM}
        )[health[risk].notna()]
        for model, risk in MODELS.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def judge_health(health: pd.DataFrame, catalogue: pd.DataFrame, split: str = "leave_group_out") -> list[Judged]:
    """Pair the index with the labels of recordings.

    Parameters
    ----------
    health : DataFrame
        Table ``health``.
    catalogue : DataFrame
        Table ``recordings``; recordings without a label are left out.
    split : str
        Split that made the scores behind its parts.

    Returns
    -------
    list of Judged
        One a row of :data:`MODELS` that has labels; the score is the risk, flagged is "plan" or worse.
    """
    labels = catalogue.loc[catalogue["condition"] != "", ["recording_id", "condition", "split_group"]]
    known = said_of_health(health, split).merge(labels, on="recording_id", validate="many_to_one")
    return [
        Judged(
            "recording_label", "recording", "all", rows["score"].to_numpy(float), rows["is_flagged"].to_numpy(bool),
            (rows["condition"] != "healthy").to_numpy(bool), rows["split_group"].to_numpy(str), str(model), "", split,
        )
        for model, rows in known.groupby("model", sort=True)
    ]  # fmt: skip


def alarms_by_severity(
    health: pd.DataFrame, catalogue: pd.DataFrame, bounds: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0)
) -> pd.DataFrame:
    """Share of recordings at "plan" or worse by condition and range of severity, and of those that cannot tell.

    Parameters
    ----------
    health, catalogue : DataFrame
        Tables ``health`` and ``recordings``.
    bounds : sequence of float
        Rising bounds of the ranges; a severity on a bound belongs to the range below it.

    Returns
    -------
    DataFrame
        Columns condition, severity_range, n, n_unknown, alarm_pct (of the recording alone), state_alarm_pct (of the
        motor after it). Shares are of all recordings: one that cannot tell raises no alarm.
    """
    labels = catalogue.loc[catalogue["condition"] != "", ["recording_id", "condition", "severity"]]
    rows = health.merge(labels, on="recording_id")
    place = np.clip(np.searchsorted(bounds, rows["severity"].fillna(-1.0), side="left") - 1, 0, len(bounds) - 2)
    names = np.array([f"{low:g} to {high:g}" for low, high in pairwise(bounds)])
    is_ranged = (rows["condition"] != "healthy") & rows["severity"].notna()
    rows["severity_range"] = np.where(is_ranged, names[place], "")
    rows["alarm_pct"], rows["state_alarm_pct"] = (100.0 * (rows[risk] >= ALARM) for risk in MODELS.values())
    rows["n_unknown"] = rows["risk"].isna().astype("int64")
    found = rows.groupby(["condition", "severity_range"], sort=True).agg(
        n=("recording_id", "size"), n_unknown=("n_unknown", "sum"), alarm_pct=("alarm_pct", "mean"),
        state_alarm_pct=("state_alarm_pct", "mean"),
    )  # fmt: skip
    return found.reset_index()
