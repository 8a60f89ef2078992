"""Hours of a trend that were not as forecast.

A forecast for 30 days says nothing of this morning. Here each step is held against what was expected of it a day
before, by a cheap forecast of the series alone: a level that follows fast or slowly, with or without profiles of the
day and of the week that are learnt as they come, whichever erred least so far. How far off it was counts in usual
deviations of the same series, so far. A step is a surprise while the smoothed deviation stays beyond a threshold. Only
the past is used, for the expectation and for what is usual; after a repair, or a gap of more than a week, the level is
learnt afresh and nothing is said meanwhile.

All series of one step are taken through time together: the loop is over steps, everything else over series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.forecast_tables import FORECAST_SURPRISES
from diagmod.io.tables import conform, empty_table
from diagmod.models.forecast.series import DAY_H, WEEK_H, TrendSeries

#: A mean absolute deviation times this is the standard deviation of normal noise.
_TO_SD = float(np.sqrt(np.pi / 2))

#: Usual deviation is never taken for less than this share of the level: below it lies the resolution of a transducer.
_LEAST_SPREAD = 1e-3

#: One step moves what is learnt by at most so many usual deviations, and counts for at most so many in the smoothing.
_CLIP, _CAP = 3.0, 12.0

#: Ways to expect: memory of the level in hours, whether there is a profile of the day, and of the week. The plainest
#: come first and are kept until another one errs less.
WAYS = tuple((hours, day, week) for day, week in ((0, 0), (1, 0), (1, 1)) for hours in (96.0, 24.0))

#: Weight of the newest step in the profile of the day (a fortnight) and of the week (a month).
_DAY_RATE, _WEEK_RATE = 1 / 14, 1 / 4

#: Values beyond it are no readings.
_LARGEST = 1e100

#: Fewest steps of memory of the smoothing: one alone is no surprise unless it is far off.
_FEWEST_SMOOTHED = 3.0

#: Hours of memory of the usual deviation.
_SPREAD_H = 14 * DAY_H


@dataclass(frozen=True)
class SurpriseSettings:
    """When a step is a surprise.

    Attributes
    ----------
    threshold : float
        Smoothed deviation at which a surprise begins, in usual deviations. At 2.5 half a year of 36 simulated currents
        gave the three changes of production, in every phase, and nothing else; at 2, four times as many. Sixty other
        motors, not used for the choice, gave 7 of 13 changes by 8 to 14 %, and 11 others in 1078 months of series.
    release : float
        At which it ends; smaller, so that one surprise is told once.
    smoothing_h : float
        Memory of the smoothing, hours; three steps where these are longer.
    learn_h : int
        Known hours at the begin in which nothing is said: a week, since before it no weekend was seen. After a repair
        three days are enough for the level.

    Raises
    ------
    ValueError
        A setting is out of its range.
    """

    threshold: float = 2.5
    release: float = 1.25
    smoothing_h: float = 6.0
    learn_h: int = WEEK_H

    def __post_init__(self) -> None:
        if not 0 < self.release <= self.threshold < _CAP:
            raise ValueError(
                f"release and threshold must rise between 0 and {_CAP:g}, got {self.release:g} and {self.threshold:g}"
            )
        if not 0 < self.smoothing_h < np.inf:
            raise ValueError(f"smoothing_h must be positive hours, got {self.smoothing_h:g}; 6 h is usual")
        if self.learn_h < DAY_H:
            raise ValueError(
                f"learn_h must be at least {DAY_H} h, got {self.learn_h}; the profile of a day takes a day"
            )


@dataclass(frozen=True)
class Deviations:
    """How far each step of a series was from what was expected of it.

    Attributes
    ----------
    expected : ndarray, shape (n,)
        A day before, in the unit of the series; NaN while nothing is expected.
    deviation, smoothed : ndarray, shape (n,)
        In usual deviations, with sign; NaN where nothing was measured or expected.
    is_surprise : ndarray of bool, shape (n,)
    """

    expected: NDArray[np.float64]
    deviation: NDArray[np.float64]
    smoothed: NDArray[np.float64]
    is_surprise: NDArray[np.bool_]


def surprises(series: Sequence[TrendSeries], settings: SurpriseSettings | None = None) -> pd.DataFrame:
    """Stretches that were not as forecast.

    Parameters
    ----------
    series : sequence of TrendSeries
        Of any step up to a week.
    settings : SurpriseSettings, optional

    Returns
    -------
    DataFrame
        Table ``forecast_surprises``, by series in the order given and by time.
    """
    rows = [row for one, found in zip(series, deviations(series, settings), strict=True) for row in _rows(one, found)]
    return conform(pd.DataFrame(rows), FORECAST_SURPRISES) if rows else empty_table(FORECAST_SURPRISES)


def deviations(series: Sequence[TrendSeries], settings: SurpriseSettings | None = None) -> list[Deviations]:
    """Expectation and deviation of every step.

    Parameters
    ----------
    series : sequence of TrendSeries
    settings : SurpriseSettings, optional

    Returns
    -------
    list of Deviations
        One a series.
    """
    chosen = settings or SurpriseSettings()
    found: dict[int, Deviations] = {}
    for step_h in sorted({one.step_h for one in series}):
        own = [k for k, one in enumerate(series) if one.step_h == step_h]
        found.update(zip(own, _walk([series[k] for k in own], step_h, chosen), strict=True))
    return [found[k] for k in range(len(series))]


class _Learnt:
    """What is known of each of a number of series in each way to expect: arrays of shape (n_ways, n)."""

    def __init__(self, n: int, step_h: int) -> None:
        hours, day, week = (np.array(part, dtype=float)[:, None] for part in zip(*WAYS, strict=True))
        shape = (len(WAYS), n)
        self.day = np.zeros((max(1, DAY_H // step_h), *shape))
        self.week = np.zeros((max(1, WEEK_H // step_h), *shape))
        self.n_day, self.n_week = np.zeros((len(self.day), n)), np.zeros((len(self.week), n))
        self.has_day, self.has_week = day * (len(self.day) > 1), week * (len(self.week) > 1)
        self.level, self.spread = np.zeros(shape), np.zeros(shape)
        self.n_level, self.n_spread = np.zeros(n), np.zeros(n)
        self.rate = np.minimum(1.0, step_h / hours)
        self.spread_rate = min(1.0, step_h / _SPREAD_H)
        self.settled = max(2, DAY_H // step_h)

    def profile(self, step: int) -> NDArray[np.float64]:
        """What the hour of the day and of the week adds."""
        return np.asarray(self.day[step % len(self.day)] + self.week[step % len(self.week)])

    def usual(self) -> NDArray[np.float64]:
        """Usual deviation, as a standard deviation."""
        return np.maximum(_TO_SD * self.spread, np.maximum(_LEAST_SPREAD * np.abs(self.level), 1e-12))

    def best(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Place of the way that erred least so far, for every series."""
        return np.argmin(self.spread, axis=0), np.arange(self.spread.shape[1])

    def take(self, step: int, values: NDArray[np.float64], error: NDArray[np.float64]) -> None:
        """Learn from one step: values, shape (n,), and errors of the expectations; NaN where there are none."""
        usual, known, judged = self.usual(), np.isfinite(values), np.isfinite(error)
        most = np.where(self.n_spread > self.settled, _CLIP * usual, np.inf)
        rate = np.maximum(1 / (self.n_spread + 1), self.spread_rate)
        self.spread = np.where(
            judged, self.spread + rate * (np.minimum(np.abs(error), most) - self.spread), self.spread
        )
        self.n_spread += judged.any(axis=0)
        settled = self.n_level >= self.settled
        rest = values - self.profile(step) - self.level
        rest = np.where(settled, np.clip(rest, -most, most), rest)
        rate = np.maximum(1 / (self.n_level + 1), self.rate)
        self.level = np.where(known, self.level + rate * rest, self.level)
        self.n_level += known
        self._take_profiles(step, np.where(settled, values - self.level, np.nan), most)

    def _take_profiles(self, step: int, above: NDArray[np.float64], most: NDArray[np.float64]) -> None:
        """Learn the profiles from what lies above the level; that of the week once that of the day is there."""
        at, of_week = step % len(self.day), step % len(self.week)
        known = np.isfinite(above)
        rest = np.clip(above - self.profile(step), -most, most)
        rate = self.has_day * np.maximum(1 / (self.n_day[at] + 1), _DAY_RATE)
        self.day[at] = np.where(known, self.day[at] + rate * rest, self.day[at])
        known &= (self.n_day[at] > 0) | (len(self.day) == 1)
        rest = np.clip(above - self.profile(step), -most, most)
        rate = self.has_week * np.maximum(1 / (self.n_week[of_week] + 1), _WEEK_RATE)
        self.week[of_week] = np.where(known, self.week[of_week] + rate * rest, self.week[of_week])
        self.n_week[of_week] += known.any(axis=0)
        self.n_day[at] += np.isfinite(above).any(axis=0)


def _walk(series: Sequence[TrendSeries], step_h: int, settings: SurpriseSettings) -> list[Deviations]:
    """Take series of one step through time together."""
    n, n_steps = len(series), max(len(one) for one in series)
    values = np.full((n_steps, n), np.nan)
    for k, one in enumerate(series):
        values[: len(one), k] = np.where(np.abs(one.values) < _LARGEST, one.values, np.nan)
    anew = _fresh_starts(series, values, step_h)
    ahead, relearn = max(1, DAY_H // step_h), 3 * DAY_H // step_h
    learnt = _Learnt(n, step_h)
    levels = np.full((n_steps, len(WAYS), n), np.nan)
    expected, deviation, smoothed = (np.full((n_steps, n), np.nan) for _ in range(3))
    is_surprise = np.zeros((n_steps, n), dtype=bool)
    smooth, is_on, since, seen = np.zeros(n), np.zeros(n, dtype=bool), np.zeros(n), np.zeros(n)
    keep = 1 / max(_FEWEST_SMOOTHED, settings.smoothing_h / step_h)
    for step in range(n_steps):
        if anew[step].any():
            learnt.n_level[anew[step]] = 0
            since[anew[step]], smooth[anew[step]], is_on[anew[step]] = 0, 0, False
            levels[max(0, step - ahead) : step, :, anew[step]] = np.nan
        said = levels[step - ahead] + learnt.profile(step) if step >= ahead else levels[step]
        best = learnt.best()
        expected[step] = said[best]
        deviation[step] = (values[step] - expected[step]) / learnt.usual()[best]
        judged = np.isfinite(deviation[step])
        smooth = np.where(judged, smooth + keep * (np.clip(deviation[step], -_CAP, _CAP) - smooth), smooth)
        smoothed[step] = np.where(judged, smooth, np.nan)
        is_ready = (seen * step_h >= settings.learn_h) & (since >= relearn)
        is_on = is_ready & (np.abs(smooth) >= np.where(is_on, settings.release, settings.threshold))
        is_surprise[step] = is_on & judged
        learnt.take(step, values[step], values[step] - said)
        known = np.isfinite(values[step])
        since, seen = since + known, seen + known
        levels[step] = np.where(learnt.n_level > 0, learnt.level, np.nan)
    parts = (expected, deviation, smoothed, is_surprise)
    return [Deviations(*(part[: len(one), k] for part in parts)) for k, one in enumerate(series)]


def _fresh_starts(series: Sequence[TrendSeries], values: NDArray[np.float64], step_h: int) -> NDArray[np.bool_]:
    """Steps at which the level is learnt afresh: after repairs, and after gaps of more than a week."""
    anew = np.zeros(values.shape, dtype=bool)
    for k, one in enumerate(series):
        known = np.flatnonzero(np.isfinite(values[:, k]))
        anew[known[1:][np.diff(known) * step_h > WEEK_H], k] = True
        anew[list(one.breaks), k] = True
    return anew


def _rows(series: TrendSeries, found: Deviations) -> list[dict[str, object]]:
    """A row a stretch; unknown steps within one are not counted."""
    judged = np.flatnonzero(np.isfinite(found.smoothed))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], found.is_surprise[judged], [False]]).astype(int)))
    rows: list[dict[str, object]] = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        own = judged[first:stop]
        worst = own[np.argmax(np.abs(found.deviation[own]))]
        rows.append(
            {
                "motor_id": series.motor_id, "quantity": series.quantity, "unit": series.unit,
                "begin": pd.Timestamp(series.times[own[0]], tz="UTC"),
                "end": pd.Timestamp(series.times_from(int(own[-1]) + 1, 1)[0], tz="UTC"),
                "n_hours": len(own) * series.step_h, "worst": float(found.deviation[worst]),
                "value": float(series.values[worst]), "expected": float(found.expected[worst]),
            }
        )  # fmt: skip
    return rows
