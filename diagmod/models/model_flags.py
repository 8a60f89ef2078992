"""What every model said of recordings, in one form: split, model, recording, score, flag.

Methods, rules and models of faults raise alarms in their own ways; held against the timeline, the load or the severity
they are asked the same questions, so they are brought into one table first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Verdict
from diagmod.models.judged_recordings import HEALTHY, SAID

#: What the recommended anomaly models are called beside rules and models of faults, by the level of their scores.
NAMES = {"recording": "anomaly", "strangest_segments": "anomaly_segments"}


def said_of_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """What the recommended anomaly models said, of a table ``anomaly_scores``."""
    own = scores[
        scores["is_recommended"] & (scores["feature_set"] == "all") & scores["level"].isin(NAMES)
        & scores["score"].notna()
    ]  # fmt: skip
    return own.assign(model=own["level"].map(NAMES), is_flagged=own["is_anomaly"])[list(SAID)]


def said_of_verdicts(verdicts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What rules said: a recording is flagged where any fault is supported.

    Parameters
    ----------
    verdicts : mapping of str to DataFrame
        Judge to a table with columns recording_id, fault and verdict.
    """
    parts = []
    for judge, table in verdicts.items():
        found = (table["verdict"] == Verdict.SUPPORTED).groupby(table["recording_id"]).any()
        parts.append(pd.DataFrame({"recording_id": found.index, "is_flagged": found.to_numpy(bool), "model": judge}))
    return _together(part.assign(split="none", score=np.nan) for part in parts)


def said_of_faults(predictions: pd.DataFrame, probabilities: pd.DataFrame, recommended: str) -> pd.DataFrame:
    """What the recommended model of faults said: flagged where it names a fault, scored by the chance of any.

    Parameters
    ----------
    predictions, probabilities : DataFrame
        Tables ``fault_predictions`` and ``fault_probabilities``.
    recommended : str
    """
    own = predictions[(predictions["model"] == recommended) & (predictions["predicted"] != "")]
    sound = probabilities[(probabilities["model"] == recommended) & (probabilities["condition"] == HEALTHY)]
    keys = ["split", "recording_id"]
    found = own[[*keys, "predicted"]].merge(sound[[*keys, "probability"]], on=keys, how="left")
    flags = found.assign(is_flagged=found["predicted"] != HEALTHY, score=1 - found["probability"], model="faults")
    return flags[list(SAID)]


def all_said(*parts: pd.DataFrame) -> pd.DataFrame:
    """Several such tables as one."""
    return _together(parts)


def _together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    filled = [part[list(SAID)] for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(SAID))
