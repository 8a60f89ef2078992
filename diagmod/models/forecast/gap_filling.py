"""What a method that knows neither gaps nor repairs is given: an unbroken stretch of the present regime.

Three things are done, each visible in the result. The history is cut to what still matters. A repair moves the level,
so what lay before it is shifted until it joins what lies after, and a trend from before is dropped as soon as enough is
known since. Gaps take the values of the season before, moved to the level on both sides of the gap; a filled step is
flagged, so that nobody judges a method by values that were never measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import DAY_H, WEEK_H, TrendSeries

#: Hours of history that steps shorter than a day are estimated on: eight weeks, so that the week is seen eight times.
LONGEST_SHORT_STEP_H = 8 * WEEK_H

#: Longest seasons after the last repair from which on nothing before it is needed.
SEASONS_OF_A_REGIME = 4

#: Known steps that are the least where no season fits the step.
FEWEST_WITHOUT_SEASON = 8


@dataclass(frozen=True)
class Prepared:
    """An unbroken stretch up to the end of a series.

    Attributes
    ----------
    values : ndarray, shape (n,)
        In the unit of the series, at the level of its end, without gaps.
    is_filled : ndarray of bool, shape (n,)
        Steps that were not measured.
    first : int
        Step of the series at which the stretch begins; it ends where the series does.
    seasons : tuple of int
        Seasons that fit twice, in steps, shortest first.
    """

    values: NDArray[np.float64]
    is_filled: NDArray[np.bool_]
    first: int
    seasons: tuple[int, ...]


def fewest_known(series: TrendSeries) -> int:
    """Known steps below which nothing is forecast: two of the shortest seasons."""
    return 2 * series.seasons[0] if series.seasons else FEWEST_WITHOUT_SEASON


def prepared(series: TrendSeries, *, longest_history: int | None = None) -> Prepared | None:
    """An unbroken stretch to estimate on, or None where too little is known.

    Parameters
    ----------
    series : TrendSeries
    longest_history : int, optional
        Steps before the end that may be used; see :func:`first_step`.

    Returns
    -------
    Prepared or None
        None where fewer than :func:`fewest_known` steps of the stretch are known.
    """
    first = first_step(series, longest_history)
    values = joined(series)[first:]
    known = np.isfinite(values)
    if np.count_nonzero(known) < fewest_known(series):
        return None
    lead = int(np.argmax(known))
    values, known = values[lead:], known[lead:]
    seasons = tuple(season for season in series.seasons if len(values) >= 2 * season)
    return Prepared(_filled(values, seasons), ~known, first + lead, seasons)


def first_step(series: TrendSeries, longest_history: int | None = None) -> int:
    """Step at which the history begins that still matters.

    The last repair where four of the longest seasons are known since, else as far back as ``longest_history`` allows:
    without it all of the series, or eight weeks where a step is shorter than a day.
    """
    if longest_history is None and series.step_h < DAY_H:
        longest_history = LONGEST_SHORT_STEP_H // series.step_h
    first = 0 if longest_history is None else max(0, len(series) - longest_history)
    regime = SEASONS_OF_A_REGIME * series.seasons[-1] if series.seasons else 2 * FEWEST_WITHOUT_SEASON
    last_break = series.breaks[-1] if series.breaks else 0
    known_since = np.count_nonzero(np.isfinite(series.values[last_break:]))
    return max(first, last_break) if known_since >= regime else first


def joined(series: TrendSeries) -> NDArray[np.float64]:
    """The values with everything before each repair shifted to the level after it, shape (n,); gaps stay gaps.

    Notes
    -----
    The shift is the median difference between the season after a repair and the season before it, taken between steps
    that lie one longest season apart, so that a weekday is compared with the same weekday even where only one step is
    known since. Where no such pair is known the medians of both sides are compared, and where nothing is known on one
    side nothing is shifted.
    """
    values = np.where(np.isfinite(series.values), series.values, np.nan).astype(np.float64)
    bounds = (0, *series.breaks, len(values))
    for before, at, after in zip(bounds[-3::-1], bounds[-2:0:-1], bounds[:1:-1], strict=True):
        values[:at] += _step_at(values, before, at, after, series.seasons)
    return values


def _step_at(values: NDArray[np.float64], before: int, at: int, after: int, seasons: tuple[int, ...]) -> float:
    """Difference of level across step ``at``, seen between steps ``before`` and ``after``; 0 where it is unknown."""
    for season in reversed(seasons):
        pairs = np.arange(max(at, before + season), min(at + season, after))
        change = values[pairs] - values[pairs - season]
        if np.isfinite(change).any():
            return float(np.nanmedian(change))
    reach = seasons[-1] if seasons else FEWEST_WITHOUT_SEASON
    old, new = values[max(before, at - reach) : at], values[at : min(at + reach, after)]
    old, new = old[np.isfinite(old)], new[np.isfinite(new)]
    return float(np.median(new) - np.median(old)) if old.size and new.size else 0.0


def _filled(values: NDArray[np.float64], seasons: tuple[int, ...]) -> NDArray[np.float64]:
    """Values without gaps; the first must be known."""
    values = values.copy()
    edges = np.flatnonzero(np.diff(np.isnan(values), append=False))
    for begin, stop in zip(edges[0::2] + 1, edges[1::2] + 1, strict=True):
        season = max((season for season in seasons if season <= begin), default=0)
        values[begin:stop] = (
            _season_moved(values, begin, stop, season, seasons[0]) if season else _line(values, begin, stop)
        )
    return values


def _line(values: NDArray[np.float64], begin: int, stop: int) -> NDArray[np.float64]:
    """A straight line between both ends of a gap; level where it has only one."""
    ends = [begin - 1, stop] if stop < len(values) else [begin - 1]
    return np.interp(np.arange(begin, stop), ends, values[ends])


def _season_moved(values: NDArray[np.float64], begin: int, stop: int, season: int, reach: int) -> NDArray[np.float64]:
    """The season before a gap, moved to the levels that ``reach`` steps on both sides of the gap show."""
    steps = np.arange(begin, min(stop + reach, len(values)))
    template = values[begin - season + (steps - begin) % season]
    earlier = np.arange(max(season, begin - reach), begin)
    left = np.median(values[earlier] - values[earlier - season]) if earlier.size else 0.0
    change = (values[steps] - template)[stop - begin :]
    right = np.median(change[np.isfinite(change)]) if np.isfinite(change).any() else left
    gap = steps[: stop - begin]
    return template[: stop - begin] + np.interp(gap, [begin - 1, stop], [left, right])
