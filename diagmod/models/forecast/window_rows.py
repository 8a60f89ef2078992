"""What a model that learns from many series sees of one of them: a window before the origin, in scales of its own.

Every window is held against a line that is drawn from its input alone: the level of the last season and the profile of
day and week. What is left, divided by how much the series usually moves in a season, is what models see and what they
learn to foretell. So a motor of 3 A and one of 300 A are the same task, in ampere as in kiloampere, and a model that
has learnt nothing answers with the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import DAY_H, WEEK_H, TrendSeries
from diagmod.models.forecast.window_lines import Line, line_of, mean_known

#: Logged covariates that are looked at, with what is divided by: a usual change, % and K.
COVARIATES = {"load_pct": 10.0, "ambient_c": 5.0}

#: Channels of a network's input: value and whether it is known, the same of covariates, calendar, steps since a break.
CHANNELS = (
    "value", "known",
    *(f"{name}{ending}" for name in COVARIATES for ending in ("", "_known")),
    "day_sin", "day_cos", "week_sin", "week_cos", "since_break",
)  # fmt: skip

#: Channels that change sign with a window that is mirrored at its line.
SIGNED = tuple(CHANNELS.index(name) for name in ("value", *COVARIATES))

#: Deviations beyond it are shown as it, in scales: an outage must not outweigh the fleet.
_LARGEST = 20.0

#: Fewest steps that are seen: eight weeks of days.
_LEAST_LOOKBACK = 56

#: Weeks that a line stands on: profiles of 2 weeks of hours had 1.2 times the error, of 16 weeks 0.98 times.
_MEMORY_WEEKS = 12

#: First Monday of numpy's count of hours, h: 1970-01-05.
_MONDAY_H = 96


@dataclass(frozen=True)
class WindowShape:
    """Steps of a window.

    Attributes
    ----------
    step_h : int
        Hours of a step.
    lookback : int
        Steps before the origin that are seen, whole weeks where a step is shorter than half a week.
    horizon : int
        Steps after the origin that are answered.
    """

    step_h: int
    lookback: int
    horizon: int

    def __post_init__(self) -> None:
        for name in ("step_h", "lookback", "horizon"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if self.lookback % self.season:
            raise ValueError(f"lookback must be a multiple of the season of {self.season} steps, got {self.lookback}")

    @property
    def seasons(self) -> tuple[int, ...]:
        """Steps of day and week, shortest first; see :attr:`diagmod.models.forecast.series.TrendSeries.seasons`."""
        return _nothing(self.step_h).seasons

    @property
    def season(self) -> int:
        """Steps of the longest season, 1 without any."""
        return self.seasons[-1] if self.seasons else 1

    @property
    def memory(self) -> int:
        """Steps before the origin that the line stands on, not fewer than ``lookback``."""
        return max(self.lookback, _MEMORY_WEEKS * self.season)


def shape_of(step_h: int, horizon: int) -> WindowShape:
    """Windows for series of a step: at least so many weeks as make :data:`_LEAST_LOOKBACK` steps, and at least two.

    Examples
    --------
    >>> shape_of(1, 168).lookback, shape_of(24, 30).lookback, shape_of(168, 8).lookback
    (336, 56, 56)
    """
    season = max(_nothing(step_h).seasons, default=1)
    return WindowShape(step_h, season * max(2, -(-_LEAST_LOOKBACK // season)), horizon)


@dataclass(frozen=True)
class Windows:
    """Windows of many series; axis 0 is the window throughout.

    Attributes
    ----------
    shape : WindowShape
    values : ndarray, shape (n, lookback)
        Deviation from the line in scales; NaN where unknown or before the begin of the series.
    covariates : ndarray, shape (n, n_covariates, lookback)
        Deviation from the mean of the last season over the figures of :data:`COVARIATES`; NaN where not logged.
    since_break : ndarray, shape (n, lookback)
        Steps since the last break, at most ``lookback``.
    origin : ndarray of datetime64[h], shape (n,)
        First moment after the input.
    line : Line
        What the deviations are from.
    targets : ndarray, shape (n, horizon)
        Deviation from the line in scales; NaN where it is unknown, after a break, or past the end.
    """

    shape: WindowShape
    values: NDArray[np.float64]
    covariates: NDArray[np.float64]
    since_break: NDArray[np.float64]
    origin: NDArray[np.datetime64]
    line: Line
    targets: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_usable(self) -> NDArray[np.bool_]:
        """Windows that a line could be drawn for, shape (n,)."""
        return self.line.is_drawn

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Windows:
        """Some of the windows."""
        names = ("values", "covariates", "since_break", "origin", "targets")
        return replace(self, line=self.line.only(rows), **{name: getattr(self, name)[rows] for name in names})

    def mirrored(self) -> Windows:
        """The windows mirrored at their lines: what rose falls, and covariates with it."""
        return replace(self, values=-self.values, covariates=-self.covariates, targets=-self.targets)

    def channels(self) -> NDArray[np.float32]:
        """Input of a network, shape (n, n_channels, lookback), axes batch, channel, time; all finite."""
        n, lookback = self.values.shape
        steps = np.arange(-lookback, 0) * np.timedelta64(self.shape.step_h, "h")
        made = np.empty((n, len(CHANNELS), lookback), dtype=np.float32)
        shown = np.concatenate([self.values[:, None], self.covariates], axis=1)
        made[:, 0 : 2 * shown.shape[1] : 2] = np.clip(np.nan_to_num(shown), -_LARGEST, _LARGEST)
        made[:, 1 : 2 * shown.shape[1] : 2] = np.isfinite(shown)
        made[:, -5:-1] = calendar_of(self.origin[:, None] + steps).transpose(1, 0, 2)
        made[:, -1] = np.log1p(self.since_break) / np.log1p(lookback)
        return made

    def in_unit(self, quantiles: NDArray[np.floating]) -> NDArray[np.float64]:
        """Quantiles of the deviation, shape (n, n_levels, n_steps), in the unit of the series; NaN if not usable."""
        line, scale = self.line.ahead(quantiles.shape[2]), self.line.scale
        return np.asarray(line[:, None] + scale[:, None, None] * quantiles)


def calendar_of(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Sine and cosine of the hour of the day and of the hour of the week (from Monday), shape (4, ...).

    Examples
    --------
    >>> calendar_of(np.array(["2026-01-05T06"], dtype="datetime64[h]")).round(3)[:, 0].tolist()
    [1.0, 0.0, 0.223, 0.975]
    """
    hours = times.astype("datetime64[h]").astype(np.int64) - _MONDAY_H
    turns = 2 * np.pi * np.stack([hours % DAY_H / DAY_H, hours % WEEK_H / WEEK_H])
    return np.stack([np.sin(turns[0]), np.cos(turns[0]), np.sin(turns[1]), np.cos(turns[1])])


def refuse_horizon(name: str, horizon: int, shape: WindowShape, is_fitted: bool) -> None:
    """Raise if a method cannot be asked for that many steps.

    Raises
    ------
    ValueError
        The method is not fitted, or the horizon is not between 1 and that of the shape.
    """
    if not is_fitted:
        raise ValueError(f"{name} has learnt nothing yet; call fit and take what it returns")
    if not 1 <= horizon <= shape.horizon:
        raise ValueError(
            f"horizon must lie between 1 and {shape.horizon} steps of {shape.step_h} h, got {horizon}; "
            f"fit {name} with a longer one"
        )


def windows_at(series: Sequence[TrendSeries], origins: Sequence[NDArray[np.int64]], shape: WindowShape) -> Windows:
    """Windows of every series before some steps.

    Parameters
    ----------
    series : sequence of TrendSeries
    origins : sequence of ndarray of int, one a series
        First steps after the inputs, 0 to the length of the series.
    shape : WindowShape

    Raises
    ------
    ValueError
        A series has another step than the shape.
    """
    for one in series:
        if one.step_h != shape.step_h:
            raise ValueError(
                f"series {one.motor_id} {one.quantity} has steps of {one.step_h} h and the model steps of "
                f"{shape.step_h} h; give series of one step"
            )
    parts = [_of_series(one, np.asarray(at, dtype=np.int64), shape) for one, at in zip(series, origins, strict=True)]
    none = _of_series(
        TrendSeries("", "", "", shape.step_h, np.datetime64(0, "h"), np.empty(0)), np.empty(0, int), shape
    )
    inputs, covariates, since_break, origin, ahead = (
        np.concatenate(arrays) for arrays in zip(none, *parts, strict=True)
    )
    line = line_of(inputs, since_break, shape.seasons)
    inputs, since_break = inputs[:, -shape.lookback :], np.minimum(since_break[:, -shape.lookback :], shape.lookback)
    usual = mean_known(covariates[:, :, -shape.season :])
    usual = np.where(np.isfinite(usual), usual, mean_known(covariates))
    shown = (covariates - usual[..., None]) / np.array(list(COVARIATES.values()))[:, None]
    values = (inputs - line.behind(shape.lookback)) / line.scale[:, None]
    targets = (ahead - line.ahead(shape.horizon)) / line.scale[:, None]
    return Windows(shape, values, shown, since_break, origin, line, np.clip(targets, -_LARGEST, _LARGEST))


def last_windows(series: Sequence[TrendSeries], shape: WindowShape) -> Windows:
    """The window before the end of every series."""
    return windows_at(series, [np.array([len(one)]) for one in series], shape)


def _nothing(step_h: int) -> TrendSeries:
    return TrendSeries("", "", "", step_h, np.datetime64(0, "h"), np.empty(0))


def _of_series(series: TrendSeries, origins: NDArray[np.int64], shape: WindowShape) -> tuple[NDArray, ...]:
    """Inputs, covariates, steps since a break, moments and what comes after, all as measured."""
    memory, horizon, n = shape.memory, shape.horizon, len(series)
    behind = origins[:, None] + np.arange(memory)  # in arrays that begin so many steps earlier
    ahead = origins[:, None] + np.arange(horizon)
    values = np.concatenate([np.full(memory, np.nan), series.values, np.full(horizon, np.nan)])
    logged = np.full((len(COVARIATES), memory + n), np.nan)
    for row, name in enumerate(COVARIATES):
        if name in series.covariates:
            logged[row, memory:] = series.covariates[name]
    breaks = np.array([-(10**9), *series.breaks])
    steps = np.arange(-memory, n)
    since_break = np.minimum(steps - breaks[np.searchsorted(breaks, steps, side="right") - 1], memory).astype(float)
    after = np.array([*series.breaks, 10**9])
    is_before_break = ahead < after[np.searchsorted(after, origins)][:, None]
    origin = series.start.astype("datetime64[h]") + origins * np.timedelta64(series.step_h, "h")
    return (
        values[behind], logged[:, behind[:, -shape.lookback :]].transpose(1, 0, 2), since_break[behind], origin,
        np.where(is_before_break, values[ahead + memory], np.nan),
    )  # fmt: skip
