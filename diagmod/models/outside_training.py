"""Whether a new recording is like those a model was fitted to: warnings that belong beside its score.

A score of a recording that is unlike all the healthy ones a model knows says little: another kind of motor, another
recorder, a load that was never seen. That is no fault and no alarm, but whoever reads the score must know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.own_baseline import Rows

#: Margin around the range of the known recordings, as a share of that range; a range of few rows is a little too small.
_MARGIN = 0.25

#: Share of the figures of a recording outside those ranges from which on it is called unlike them. Of healthy
#: recordings of motors held out, at most 0.09 are outside on the demonstration fleet and 0.04 on the study fleet.
MOST_OUTSIDE = 0.2


def warnings_of(rows: Rows, known: Rows) -> list[tuple[str, ...]]:
    """Warnings of every row.

    Parameters
    ----------
    rows : Rows
        New recordings.
    known : Rows
        Healthy recordings that the model keeps, with the same figures.

    Returns
    -------
    list of tuple of str
        Sentences; empty for a recording that is like the known ones.
    """
    low, high = _range(known.values)
    loads = known.load[np.isfinite(known.load)]
    motors = set(known.motor.tolist())
    found = []
    for k in range(len(rows)):
        told = []
        if rows.motor[k] not in motors:
            told.append(
                f"motor {rows.motor[k]} is new to the model, so it is compared with the fleet; add healthy recordings "
                "of it and train again"
            )
        if len(loads) and np.isfinite(rows.load[k]) and not loads.min() - 0.05 <= rows.load[k] <= loads.max() + 0.05:
            told.append(
                f"a load of {100 * rows.load[k]:.0f} % of rated lies outside the {100 * loads.min():.0f} to "
                f"{100 * loads.max():.0f} % that the model knows"
            )
        if not np.isfinite(rows.load[k]):
            told.append("the load is not known, so figures are compared as if it were usual; state it")
        share = _outside(rows.values[k], low, high)
        if share > MOST_OUTSIDE:
            told.append(
                f"{100 * share:.0f} % of its figures lie outside the range of the known healthy recordings: it may be "
                "of another kind of motor, supply or recorder than the model was made for"
            )
        found.append(tuple(told))
    return found


def _range(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest value of every figure with the margin; no limit for a figure that no row knows."""
    known = np.isfinite(values)
    low = np.where(known.any(axis=0), np.min(np.where(known, values, np.inf), axis=0), -np.inf)
    high = np.where(known.any(axis=0), np.max(np.where(known, values, -np.inf), axis=0), np.inf)
    with np.errstate(invalid="ignore"):
        margin = np.where(known.any(axis=0), _MARGIN * (high - low), 0.0)
    return low - margin, high + margin


def _outside(value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> float:
    known = np.isfinite(value)
    return float(np.mean((value < low)[known] | (value > high)[known])) if known.any() else 0.0
