"""What it means to cross a limit, for paths of a forecast and for measured days alike.

A series crosses with the first of :data:`HOLD` known days in a row whose daily mean exceeds the limit. One day above
may be one heavy batch, and nobody is sent to a motor for it; two days are a state, and against a warning of weeks the
second day costs nothing. The probability of crossing is the share of whole paths that cross at all, never a share of
steps: a path that is above on one day in two has crossed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.limits import Limit
from diagmod.models.forecast.series import TrendSeries

#: Known days in a row above the limit that make a crossing.
HOLD = 2

#: Longest gap in measured days over which "it did not cross" is still said, days: a trend that wears needs longer to
#: cross and come back.
LONGEST_GAP_D = 3

#: Shares of the paths whose time of crossing is told.
SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Crossing:
    """When paths of a forecast cross a limit.

    Attributes
    ----------
    probability : float
        That the limit is crossed within the horizon, 0 to 1 and never 0 or 1 itself; NaN without paths or a limit.
    days_low, days_median, days_high : float
        Days until 5, 50 and 95 % of the paths have crossed, 1 is the first day; NaN: not within the horizon.
    curve : ndarray, shape (horizon,)
        Probability that a crossing has begun by the end of each day.
    """

    probability: float
    days_low: float
    days_median: float
    days_high: float
    curve: NDArray[np.float64]


def first_crossing(values: NDArray[np.float64], limit: float, hold: int = HOLD) -> NDArray[np.int64]:
    """Day on which each row crosses, counted from 1; 0 where it does not.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_days)
        Daily means; NaN are skipped, so that days on both sides of a gap are in a row.
    limit : float
        In the unit of the values.
    hold : int
        Known days in a row above the limit that make a crossing.

    Returns
    -------
    ndarray of int, shape (n_rows,)

    Raises
    ------
    ValueError
        ``hold`` is less than 1, or the values are not two-dimensional.

    Examples
    --------
    >>> first_crossing(np.array([[1, 9, 1, 9, 9, 1], [1, 9, np.nan, 9, 1, 1], [9, 1, 9, 1, 1, 9]]), 5.0).tolist()
    [4, 2, 0]
    """
    if hold < 1:
        raise ValueError(f"hold must be at least 1 day, got {hold}")
    if values.ndim != 2:
        raise ValueError(f"values must have rows and days, got shape {values.shape}; give (n_rows, n_days)")
    n_rows, n_days = values.shape
    found, run, begin = (np.zeros(n_rows, dtype=np.int64) for _ in range(3))
    for day in range(n_days):
        known, above = np.isfinite(values[:, day]), values[:, day] > limit
        begin = np.where(above & (run == 0), day + 1, begin)
        run = np.where(above, run + 1, np.where(known, 0, run))
        found = np.where((found == 0) & (run == hold), begin, found)
    return found


def crossing_of_paths(paths: NDArray[np.float64], limit: float, hold: int = HOLD) -> Crossing:
    """Probability and time of crossing, from sample paths of the forecast.

    Parameters
    ----------
    paths : ndarray, shape (n_paths, horizon)
        Daily means; a path with a NaN is left out.
    limit : float
        In the unit of the paths; NaN where there is none.
    hold : int

    Returns
    -------
    Crossing
        The probability is (k + 1/2) / (n + 1) for k crossings among n paths (the mean of Jeffreys' posterior), since
        none of 216 paths is no proof that it cannot happen. The times are of the paths as they are.

    Examples
    --------
    >>> rising = np.array([[1.0, 2, 3, 4], [1, 1, 3, 3], [1, 1, 1, 1]])
    >>> found = crossing_of_paths(rising, 2.5)
    >>> found.probability, found.days_low, found.days_high
    (0.625, 3.0, nan)
    """
    horizon = paths.shape[1]
    whole = paths[np.isfinite(paths).all(axis=1)]
    if not len(whole) or not horizon or not np.isfinite(limit):
        return Crossing(np.nan, np.nan, np.nan, np.nan, np.full(horizon, np.nan))
    day = first_crossing(whole, limit, hold)
    n_crossed = np.cumsum(np.bincount(day, minlength=horizon + 1)[1:])
    curve = (n_crossed + 0.5) / (len(whole) + 1)
    low, median, high = (_first_day(n_crossed >= share * len(whole)) for share in SHARES)
    return Crossing(float(curve[-1]), low, median, high, curve)


def crossed(values: NDArray[np.float64], limit: float, hold: int = HOLD) -> tuple[bool | None, float]:
    """Whether measured days crossed, and after how many days.

    Parameters
    ----------
    values : ndarray, shape (horizon,)
        Daily means from the first day after the origin; NaN is not measured, or measured after a repair.
    limit : float
    hold : int

    Returns
    -------
    crossed : bool or None
        None where it cannot be told: no limit, or no crossing was seen and more than :data:`LONGEST_GAP_D` days in a
        row are missing (at the end too).
    days : float
        From 1; NaN where it did not cross or cannot be told.

    Examples
    --------
    >>> crossed(np.array([1.0, 6, 6, np.nan, np.nan, np.nan, np.nan]), 5.0)
    (True, 2.0)
    >>> crossed(np.array([1.0, 2, 2, np.nan, np.nan, np.nan, np.nan]), 5.0)
    (None, nan)
    """
    if not np.isfinite(limit) or not len(values):
        return None, np.nan
    day = int(first_crossing(values[None, :], limit, hold)[0])
    if day:
        return True, float(day)
    return (None if _longest_gap(values) > LONGEST_GAP_D else False), np.nan


def above_since(series: TrendSeries, limit: Limit, hold: int = HOLD) -> np.datetime64 | None:
    """Begin of the run of known steps above the limit that lasts until the end of the series; None where there is none.

    Parameters
    ----------
    series : TrendSeries
        Cut at the origin. A run does not reach back over a repair.
    limit : Limit
    hold : int
        The run must be as long.
    """
    first = series.breaks[-1] if series.breaks else 0
    known = first + np.flatnonzero(np.isfinite(series.values[first:]))
    below = np.flatnonzero(~(series.values[known] > limit.value))
    run = known[below[-1] + 1 :] if len(below) else known
    return series.times[run[0]] if len(run) >= hold else None


def line_crosses(values: NDArray[np.float64], limit: float, horizon: int, look_back: int = 28) -> bool:
    """Whether the straight line through the last known days exceeds the limit within the horizon.

    The plain answer that a probability must beat.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Daily means until the origin.
    limit : float
    horizon, look_back : int
        Days.

    Examples
    --------
    >>> line_crosses(np.arange(28.0), 40.0, 30), line_crosses(np.arange(28.0), 60.0, 30)
    (True, False)
    """
    recent = values[-look_back:]
    at = np.flatnonzero(np.isfinite(recent))
    if len(at) < 2 or not np.isfinite(limit):
        return False
    slope, offset = np.polyfit(at, recent[at], 1)
    ahead = len(recent) - 1 + np.array([1, horizon])
    return bool((offset + slope * ahead).max() > limit)


def _first_day(is_reached: NDArray[np.bool_]) -> float:
    """Number of the first day that is, from 1; NaN where none is."""
    return float(np.argmax(is_reached) + 1) if is_reached.any() else float("nan")


def _longest_gap(values: NDArray[np.float64]) -> int:
    """Longest run of missing values."""
    known = np.concatenate([[-1], np.flatnonzero(np.isfinite(values)), [len(values)]])
    return int(np.diff(known).max()) - 1
