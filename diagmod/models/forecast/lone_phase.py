"""Whether one phase of a motor drifts by itself while the other two stay as they are.

Load, voltage and wear move all three currents. What moves one of them alone is more often its transducer than the
motor: a short between turns raises its own phase most, but moves the ratio of the other two as well, since the branch
of a short adds to all three. Ratios of phases depend on the load only as far as the supply is unbalanced, which a line
through ratio and load takes out, so that a drift of some tenths of a per cent a month shows in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import DAY_H, TrendSeries

#: Days looked back at most, and fewest known ones: long enough for a slow drift, short enough to be of now.
LOOK_BACK_D, FEWEST_D = 60, 21

#: Least drift that is told, % in 30 days.
LEAST_PCT = 0.5

#: The lone phase must drift so many times as fast as the other two drift apart.
TIMES_OTHERS = 4.0

#: It must be so many standard errors from none: days of one week are alike, which the error does not know.
TIMES_DOUBT = 5.0

#: Days of a month, as the drift is told.
MONTH_D = 30


@dataclass(frozen=True)
class LonePhase:
    """A phase that drifts against the other two.

    Attributes
    ----------
    quantity : str
    drift_pct : float
        Of its ratio to the mean of the other two at the same load, % in 30 days, with sign.
    others_pct : float
        Of the ratio of the other two to each other, % in 30 days, as an amount.
    """

    quantity: str
    drift_pct: float
    others_pct: float


def lone_phase(phases: Sequence[TrendSeries]) -> LonePhase | None:
    """The phase that drifts alone, where one does.

    Parameters
    ----------
    phases : sequence of TrendSeries
        Daily means of the three currents of one motor, cut at the same origin.

    Returns
    -------
    LonePhase or None
        None without three phases, or where fewer than :data:`FEWEST_D` days since the last repair are known of all.

    Raises
    ------
    ValueError
        The steps are not days.
    """
    if any(series.step_h != DAY_H for series in phases):
        raise ValueError("phases are compared by daily means; give the daily series")
    if len(phases) != 3:
        return None
    logs = _common(phases)
    if np.isfinite(logs).all(axis=0).sum() < FEWEST_D:
        return None
    apart = [_drift(logs[(k + 1) % 3] - logs[(k + 2) % 3], logs[k]) for k in range(3)]
    alone = int(np.argmin([abs(drift) for drift, _ in apart]))
    others = logs[[k for k in range(3) if k != alone]].mean(axis=0)
    drift, doubt = _drift(logs[alone] - others, others)
    between = abs(apart[alone][0])
    if abs(drift) < max(LEAST_PCT, TIMES_OTHERS * between, TIMES_DOUBT * doubt):
        return None
    return LonePhase(phases[alone].quantity, drift, between)


def _common(phases: Sequence[TrendSeries]) -> NDArray[np.float64]:
    """Logarithms of the last days that all phases share, shape (3, n_days), since the last repair of any."""
    day = np.timedelta64(DAY_H, "h")
    end = min(series.times_from(len(series), 1)[0] for series in phases)
    begin = max([end - LOOK_BACK_D * day] + [series.times_from((0, *series.breaks)[-1], 1)[0] for series in phases])
    days = max(0, int((end - begin) / day))
    rows = np.full((3, days), np.nan)
    for row, series in zip(rows, phases, strict=True):
        first = int((begin - series.start) / day)
        row[:] = series.values[first : first + days]
    return np.log(np.where(rows > 0, rows, np.nan))


def _drift(ratio: NDArray[np.float64], load: NDArray[np.float64]) -> tuple[float, float]:
    """Slope of a ratio at the same load, and its standard error, % a month; both given as logarithms, a value a day."""
    known = np.isfinite(ratio) & np.isfinite(load)
    months = (np.flatnonzero(known) - known.sum() / 2) / MONTH_D
    factors = np.column_stack([np.ones(known.sum()), months, load[known] - load[known].mean()])
    weights, *_ = np.linalg.lstsq(factors, ratio[known], rcond=None)
    rest = ratio[known] - factors @ weights
    spread = rest @ rest / max(1, len(rest) - 3)
    doubt = np.sqrt(spread * np.linalg.pinv(factors.T @ factors)[1, 1])
    return 100 * float(weights[1]), 100 * float(doubt)
