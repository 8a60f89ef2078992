"""A trend as forecasts see it: one quantity of one motor on an even grid of time, gaps kept as gaps.

Nothing is filled here. What was done to the motor is kept as breaks: a level before a repair says little about the
level after it. Covariates are what was logged beside the quantity; none of them is known beyond the origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

#: Hours of a day, and of a week.
DAY_H, WEEK_H = 24, 168


@dataclass(frozen=True)
class TrendSeries:
    """One quantity of one motor on an even grid.

    Attributes
    ----------
    motor_id, quantity, unit : str
        As in the table ``trend``.
    step_h : int
        Hours of a step: 1, 24, or another whole number.
    start : datetime64[h]
        Begin of the first step, UTC.
    values : ndarray, shape (n,)
        Mean of every step in ``unit``; NaN is a gap.
    covariates : mapping of str to ndarray, each of shape (n,)
        What was logged beside it, by quantity; NaN is a gap.
    breaks : tuple of int
        First steps after maintenance that may have changed the level, rising, each within 1..n-1.
    """

    motor_id: str
    quantity: str
    unit: str
    step_h: int
    start: np.datetime64
    values: NDArray[np.float64]
    covariates: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def key(self) -> tuple[str, str]:
        """Motor and quantity."""
        return self.motor_id, self.quantity

    @property
    def seasons(self) -> tuple[int, ...]:
        """Steps of the day and of the week, as far as a step fits twice into them; shortest first.

        Examples
        --------
        >>> hourly = TrendSeries("M01", "rms_R", "A", 1, np.datetime64("2026-01-05T00"), np.ones(3))
        >>> hourly.seasons, replace(hourly, step_h=24).seasons, replace(hourly, step_h=168).seasons
        ((24, 168), (7,), ())
        """
        return tuple(
            length // self.step_h for length in (DAY_H, WEEK_H) if length % self.step_h == 0 and length > self.step_h
        )

    @property
    def times(self) -> NDArray[np.datetime64]:
        """Begin of every step, shape (n,)."""
        return self.times_from(0, len(self))

    def times_from(self, first: int, n_steps: int) -> NDArray[np.datetime64]:
        """Begin of ``n_steps`` steps from step ``first`` on, beyond the end too."""
        return self.start + np.arange(first, first + n_steps) * np.timedelta64(self.step_h, "h")

    def until(self, origin: int) -> TrendSeries:
        """The first ``origin`` steps: all that is known at that origin."""
        return self.between(0, origin)

    def before(self, moment: np.datetime64) -> int:
        """Whole steps before a moment, at least 0 and at most all.

        Examples
        --------
        >>> daily = TrendSeries("M01", "rms_R", "A", 24, np.datetime64("2026-01-05T00"), np.ones(3))
        >>> [daily.before(np.datetime64(day)) for day in ("2026-01-04T00", "2026-01-06T05", "2026-02-01T00")]
        [0, 1, 3]
        """
        return int(np.clip((moment - self.start) // np.timedelta64(self.step_h, "h"), 0, len(self)))

    def between(self, first: int, stop: int) -> TrendSeries:
        """Steps ``first`` to before ``stop``."""
        return replace(
            self,
            start=self.start + np.timedelta64(first * self.step_h, "h"),
            values=self.values[first:stop],
            covariates={name: values[first:stop] for name, values in self.covariates.items()},
            breaks=tuple(at - first for at in self.breaks if first < at < min(stop, len(self))),
        )


def scale_of(values: NDArray[np.float64], season: int) -> float:
    """Mean absolute difference between values a season apart: the scale by which errors become comparable.

    Parameters
    ----------
    values : ndarray, shape (n,)
        NaN are left out in pairs.
    season : int
        Steps of a season; 1 compares neighbours.

    Returns
    -------
    float
        In the unit of the values; NaN where no pair is known or all are equal.

    Notes
    -----
    Hyndman and Koehler (2006), Another look at measures of forecast accuracy.

    Examples
    --------
    >>> scale_of(np.array([1.0, 5.0, 2.0, 6.0, np.nan]), 2)
    1.0
    """
    apart = np.abs(values[season:] - values[:-season]) if len(values) > season else np.empty(0)
    known = apart[np.isfinite(apart)]
    mean = float(known.mean()) if known.size else float("nan")
    return mean if mean > 0 else float("nan")
