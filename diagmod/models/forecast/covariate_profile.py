"""Load and temperature beside a trend: their future is unknown, so their weekly profile stands for it.

A covariate explains the past of a current and says little of its future. Whoever uses it owes two things: what it is
taken to be ahead, and how far it usually is from that, since this uncertainty is most of the forecast's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import TrendSeries

#: Share of the history in which a covariate must be known to be used.
LEAST_LOGGED = 0.9

#: Longest seasons that the profile of a covariate is the mean of.
SEASONS_OF_PROFILE = 4


def well_logged(series: TrendSeries, begin: int = 0) -> list[str]:
    """Covariates that were logged in at least 90 % of the steps from ``begin`` on, and vary; by name, sorted."""
    names = []
    for name, values in sorted(series.covariates.items()):
        known = values[begin:][np.isfinite(values[begin:])]
        if known.size and known.size >= LEAST_LOGGED * (len(series) - begin) and np.ptp(known) > 0:
            names.append(name)
    return names


def completed(series: TrendSeries, name: str, first: int, n_steps: int) -> NDArray[np.float64]:
    """A covariate in ``n_steps`` steps from ``first`` on: as logged, and its profile in gaps and beyond the end.

    Returns
    -------
    ndarray, shape (n_steps,)
        The profile is the mean of the same phase of the longest season over the last four of them, or of all of their
        steps where that phase is unknown. NaN where nothing is known at all.

    Examples
    --------
    >>> daily = TrendSeries("M01", "rms_R", "A", 24, np.datetime64("2026-01-05T00"), np.zeros(14),
    ...                     {"load_pct": np.array([5.0, 1, 1, 1, 1, 1, 1, 7, 1, 1, 1, 1, 1, np.nan])})
    >>> completed(daily, "load_pct", 13, 3)
    array([1., 6., 1.])
    """
    values = series.covariates[name]
    steps = np.arange(first, first + n_steps)
    logged = np.where(steps < len(values), values[np.minimum(steps, len(values) - 1)], np.nan)
    profile = _profile(values, max(series.seasons, default=1))
    return np.where(np.isfinite(logged), logged, profile[steps % len(profile)])


def _profile(values: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Mean of every phase of the season over the last seasons, shape (season,)."""
    last = values[-SEASONS_OF_PROFILE * season :]
    phase = (len(values) - len(last) + np.arange(len(last))) % season
    known = np.isfinite(last)
    total = np.bincount(phase[known], weights=last[known], minlength=season)
    count = np.bincount(phase[known], minlength=season)
    every = last[known] if known.any() else values[np.isfinite(values)]
    return np.where(count > 0, total / np.maximum(count, 1), every.mean() if every.size else np.nan)


def usual_miss(series: TrendSeries, effects: Mapping[str, float]) -> float:
    """How far the sum of the covariates' effects usually is from its profile of the four seasons before.

    Parameters
    ----------
    series : TrendSeries
    effects : mapping of str to float
        Unit of the series by unit of the covariate, by name.

    Returns
    -------
    float
        Root mean square, in the unit of the series; 0 without effects, NaN where it was never seen.
    """
    if not effects:
        return 0.0
    season = max(series.seasons, default=1)
    effect = np.sum([size * series.covariates[name] for name, size in effects.items()], axis=0)
    before = np.full((SEASONS_OF_PROFILE, len(effect)), np.nan)
    for row in range(min(SEASONS_OF_PROFILE, (len(effect) - 1) // season)):
        before[row, season * (row + 1) :] = effect[: len(effect) - season * (row + 1)]
    count = np.isfinite(before).sum(axis=0)
    miss = effect - np.nansum(before, axis=0) / np.where(count > 0, count, np.nan)
    seen = miss[np.isfinite(miss)]
    return float(np.sqrt(np.mean(seen**2))) if seen.size else float("nan")
