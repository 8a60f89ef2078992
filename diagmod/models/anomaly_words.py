"""An anomaly score in words: how strange a recording is, against what, and what of it is strange."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

#: Drivers that are told.
_N_TOLD = 3


def anomaly_in_words(row: Mapping[Hashable, Any], drivers: pd.DataFrame) -> str:
    """What the score of one recording says, in a sentence or two.

    Parameters
    ----------
    row : mapping
        score, threshold, is_anomaly, confidence.
    drivers : DataFrame
        Rows of table ``anomaly_drivers`` of that recording, the strongest first.
    """
    if not np.isfinite(row["score"]):
        return "This recording cannot tell: too little of it is known to compare it; follow the advice on recording."
    share = 100 * row["confidence"]
    head = (
        f"Unusual for this motor: the score {row['score']:.2f} lies above the threshold {row['threshold']:.2f}, and "
        f"above {share:.1f} % of healthy recordings."
        if row["is_anomaly"]
        else f"Usual for this motor: the score {row['score']:.2f} lies below the threshold {row['threshold']:.2f}; "
        f"{share:.0f} % of healthy recordings score less."
    )
    if not row["is_anomaly"] or drivers.empty:
        return head
    told = [driver_in_words(driver) for driver in drivers.head(_N_TOLD).to_dict("records")]
    return f"{head} What is unusual: {'; '.join(told)}."


def driver_in_words(driver: Mapping[Hashable, Any]) -> str:
    """One figure, how far off it is, and the spectral lines behind it.

    Examples
    --------
    >>> driver_in_words({"meaning": "stronger of the lines f +- fr", "figure": "shaft_dbc", "spreads": 9.2,
    ...                  "share": 0.61, "lines": "f-fr at 25.5 Hz (-38.0 dBc)"})
    'stronger of the lines f +- fr, 9.2 spreads above what is expected (61 % of the score; f-fr at 25.5 Hz (-38.0 dBc))'
    """
    side = "above" if driver["spreads"] >= 0 else "below"
    lines = f"; {driver['lines']}" if driver["lines"] else ""
    return (
        f"{driver['meaning'] or driver['figure']}, {abs(driver['spreads']):.1f} spreads {side} what is expected "
        f"({100 * driver['share']:.0f} % of the score{lines})"
    )
