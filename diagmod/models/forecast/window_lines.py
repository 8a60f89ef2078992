"""The line of a window: level of the last day, profile of day and week, and how much the series usually moves.

All of it stands on the input of the window alone. A break parts it: what was before says something about the profile,
but nothing about the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: A mean over n values of a profile counts as n/(n + 1): one value is half noise.
_SHRINKING = 1.0

#: Half-life of a value's weight in the level, in seasons, and the least in steps: 17 h of hours, a day of days. On the
#: demo fleet half a week had 1.15 times the error: the duty of a motor wanders from day to day.
_HALF_LIFE, _LEAST_HALF_LIFE = 0.1, 1.0

#: Least scale as a share of the level: below it a series stands still.
_LEAST_SCALE = 1e-4

#: Scale of a series that stands still at zero.
_TINY = 1e-12


@dataclass(frozen=True)
class Line:
    """Lines of many windows.

    Attributes
    ----------
    level, scale : ndarray, shape (n,)
        In the unit of the series; NaN where too little is known to draw a line.
    profile : ndarray, shape (n, season)
        Deviation from the level in every step of the season that begins at the origin.
    """

    level: NDArray[np.float64]
    scale: NDArray[np.float64]
    profile: NDArray[np.float64]

    @property
    def is_drawn(self) -> NDArray[np.bool_]:
        """Whether there is a line, shape (n,)."""
        return np.isfinite(self.level) & np.isfinite(self.scale)

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Line:
        """Some of the lines."""
        return Line(self.level[rows], self.scale[rows], self.profile[rows])

    def ahead(self, n_steps: int) -> NDArray[np.float64]:
        """The line in the steps after the origin, shape (n, n_steps)."""
        return self.level[:, None] + self.profile[:, np.arange(n_steps) % self.profile.shape[1]]

    def behind(self, n_steps: int) -> NDArray[np.float64]:
        """The line in the steps before the origin, shape (n, n_steps)."""
        return self.level[:, None] + self.profile[:, np.arange(-n_steps, 0) % self.profile.shape[1]]


def line_of(values: NDArray[np.float64], since_break: NDArray[np.float64], seasons: tuple[int, ...]) -> Line:
    """Lines of windows.

    Parameters
    ----------
    values : ndarray, shape (n, lookback)
        As measured; NaN is a gap.
    since_break : ndarray, shape (n, lookback)
        Steps since the last break.
    seasons : tuple of int
        Steps of day and week, shortest first, each a part of the next; the longest a part of ``lookback``.

    Returns
    -------
    Line
        NaN for a window with fewer known values than the shortest season has steps, or with one value alone.
    """
    season = seasons[-1] if seasons else 1
    profile = _profile(values, since_break, seasons)
    left = values - np.tile(profile, values.shape[1] // season)
    is_after = np.arange(values.shape[1]) >= values.shape[1] - 1 - since_break[:, -1:]
    known = np.isfinite(values)
    after = known & is_after
    counted = np.where(after.any(axis=1)[:, None], after, known)
    age = np.arange(values.shape[1])[::-1]
    weight = counted * 0.5 ** (age / max(_HALF_LIFE * season, _LEAST_HALF_LIFE))
    total = weight.sum(axis=1)
    level = np.where(
        total > 0, (weight * np.where(counted, left, 0.0)).sum(axis=1) / np.where(total > 0, total, 1), np.nan
    )
    scale = _scale(values, since_break, season)
    scale = np.maximum(scale, np.maximum(_LEAST_SCALE * np.abs(level), _TINY))
    is_enough = known.sum(axis=1) >= max(2, min(seasons, default=2))
    return Line(np.where(is_enough, level, np.nan), np.where(is_enough, scale, np.nan), profile)


def _profile(
    values: NDArray[np.float64], since_break: NDArray[np.float64], seasons: tuple[int, ...]
) -> NDArray[np.float64]:
    """Mean deviation from the mean of the own week in every step of the day, then of the week, shape (n, season)."""
    n, lookback = values.shape
    if not seasons:
        return np.zeros((n, 1))
    season = seasons[-1]
    n_weeks = lookback // season
    weeks = values.reshape(n, n_weeks, season)
    known = np.isfinite(weeks)
    is_whole = since_break.reshape(n, n_weeks, season)[:, :, -1] >= season - 1
    known &= ((known.sum(axis=2) > season // 2) & is_whole)[..., None]
    mean = np.where(known, weeks, 0.0).sum(axis=2) / np.maximum(known.sum(axis=2), 1)
    left = np.where(known, weeks - mean[..., None], 0.0).reshape(n, lookback)
    profile, counted = np.zeros((n, season)), known.reshape(n, lookback)
    for length in seasons:
        total = left.reshape(n, lookback // length, length).sum(axis=1)
        own = total / (counted.reshape(n, lookback // length, length).sum(axis=1) + _SHRINKING)
        profile += np.tile(own, season // length)
        left = np.where(counted, left - np.tile(own, lookback // length), 0.0)
    return profile


def _scale(values: NDArray[np.float64], since_break: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    """Mean absolute difference of values a season apart, else of neighbours, no break between them; 0 without any."""
    found = np.zeros(len(values))
    for apart in dict.fromkeys((1, season)):
        if apart >= values.shape[1]:
            continue
        pairs = np.abs(values[:, apart:] - values[:, :-apart])
        known = np.isfinite(pairs) & (since_break[:, apart:] >= apart)
        mean = np.where(known, pairs, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        found = np.where(known.any(axis=1), mean, found)
    return found


def mean_known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the last axis over what is known; NaN without any."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=-1) / np.maximum(count, 1), np.nan)
