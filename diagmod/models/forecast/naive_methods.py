"""The lines that every other method must beat: the last value, the value a season ago, and the line through both ends.

Each knows its own uncertainty from the series alone, by the textbook: normal around the line with a deviation that
grows with the steps ahead. Gaps are left out, differences across a repair too.

References
----------
Hyndman, R. J., Athanasopoulos, G. (2021), Forecasting: principles and practice, 3rd ed., sections 5.2 and 5.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from diagmod.models.forecast.gap_filling import fewest_known, joined, prepared
from diagmod.models.forecast.method import LEVELS, Progress
from diagmod.models.forecast.series import TrendSeries


def normal_quantiles(median: NDArray[np.float64], deviation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles at :data:`LEVELS` of normal distributions.

    Parameters
    ----------
    median, deviation : ndarray, shape (horizon,)
        Of every step ahead, in one unit.

    Returns
    -------
    ndarray, shape (n_levels, horizon)

    Examples
    --------
    >>> normal_quantiles(np.array([2.0]), np.array([1.0])).round(3).T
    array([[0.355, 1.326, 2.   , 2.674, 3.645]])
    """
    return np.asarray(median + ndtri(np.array(LEVELS))[:, np.newaxis] * deviation)


@dataclass(frozen=True)
class NaiveMethod:
    """What the naive lines share: nothing is learnt, and every series is forecast for itself."""

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """Return the method unchanged: there is nothing to learn from others."""
        return self

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles, shape (n_series, n_levels, horizon); NaN where fewer than two seasons are known."""
        result = np.full((len(series), len(LEVELS), horizon), np.nan)
        for row, one in enumerate(series):
            if np.count_nonzero(np.isfinite(one.values)) >= fewest_known(one):
                result[row] = normal_quantiles(*self._line(one, horizon))
        return result

    def _line(self, series: TrendSeries, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Median and deviation of every step ahead, each of shape (horizon,)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Naive(NaiveMethod):
    """The last known value goes on."""

    name: str = "naive"

    def _line(self, series: TrendSeries, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        last = int(np.flatnonzero(np.isfinite(series.values))[-1])
        ahead = len(series) - 1 - last + np.arange(1, horizon + 1)
        change, apart = _changes(series, 0)
        deviation = _root_mean_square(change / np.sqrt(apart), n_parameters=0)
        return np.full(horizon, series.values[last]), deviation * np.sqrt(ahead)


@dataclass(frozen=True)
class SeasonalNaive(NaiveMethod):
    """The value of the same hour a week ago, or of the same weekday, at the level after the last repair.

    The season is the longest that fits twice. A value that is missing is taken a season earlier; a phase of the season
    that was never measured is filled as :func:`~diagmod.models.forecast.gap_filling.prepared` does.
    """

    name: str = "seasonal_naive"

    def _line(self, series: TrendSeries, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        season = max((season for season in series.seasons if len(series) >= 2 * season), default=1)
        values = joined(series)
        deviation = _root_mean_square(_seasonal_changes(values, season), n_parameters=0)
        last, seasons_back = _last_season(series, values, season)
        phase, ahead = np.arange(horizon) % season, np.arange(horizon) // season
        return last[phase], deviation * np.sqrt(seasons_back[phase] + ahead)


@dataclass(frozen=True)
class Drift(NaiveMethod):
    """The line through the first and the last value known since the last repair goes on.

    After a repair the line is level until two of the longest seasons are known: two neighbours show no trend.
    """

    name: str = "drift"

    def _line(self, series: TrendSeries, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        begin = series.breaks[-1] if series.breaks else 0
        known = begin + np.flatnonzero(np.isfinite(series.values[begin:]))
        if begin > 0 and known.size < max(2 * max(series.seasons, default=1), fewest_known(series)):
            return Naive()._line(series, horizon)
        first, last = int(known[0]), int(known[-1])
        slope = (series.values[last] - series.values[first]) / (last - first)
        change, apart = _changes(series, begin)
        deviation = _root_mean_square((change - slope * apart) / np.sqrt(apart), n_parameters=1)
        ahead = len(series) - 1 - last + np.arange(1, horizon + 1)
        spread = np.sqrt(ahead * (1 + ahead / (last - first)))
        return series.values[last] + slope * ahead, deviation * spread


#: The naive lines by name.
NAIVE_LINES = {method.name: method for method in (Naive(), SeasonalNaive(), Drift())}


def _changes(series: TrendSeries, begin: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Differences of values that follow each other from step ``begin`` on, and the steps between them.

    None reaches across a repair, unless nothing else is known.
    """
    known = begin + np.flatnonzero(np.isfinite(series.values[begin:]))
    change, apart = np.diff(series.values[known]), np.diff(known)
    regime = np.searchsorted(series.breaks, known, side="right")
    within = np.diff(regime) == 0
    return (change[within], apart[within]) if within.any() else (change, apart)


def _seasonal_changes(values: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Differences of values a season apart; where all of these are unknown, those of more seasons, brought to one."""
    for seasons in range(1, len(values) // season + 1):
        change = values[seasons * season :] - values[: -seasons * season]
        if np.isfinite(change).any():
            return change[np.isfinite(change)] / np.sqrt(seasons)
    return np.empty(0)


def _root_mean_square(residuals: NDArray[np.float64], n_parameters: int) -> float:
    """Deviation of residuals around zero, with the parameters that were estimated taken off their number."""
    return float(np.sqrt(np.sum(residuals**2) / max(len(residuals) - n_parameters, 1))) if len(residuals) else np.nan


def _last_season(
    series: TrendSeries, values: NDArray[np.float64], season: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Last known value of every phase of the steps ahead and how many seasons back it lies, each of shape (season,)."""
    n_seasons = len(values) // season
    table = values[len(values) - n_seasons * season :].reshape(n_seasons, season)[::-1]
    back = np.argmax(np.isfinite(table), axis=0)
    last = table[back, np.arange(season)]
    if np.isnan(last).any() and (fill := prepared(series, longest_history=len(series))) is not None:
        last = np.where(np.isnan(last), fill.values[-season:], last)
    return last, back + 1
