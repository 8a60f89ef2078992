"""Back-test by rolling origin: at every origin only what was known then, then what came.

The protocol is fixed. Origins lie evenly over the later part of the period and are the same moments for all series.
A method of one series sees the history of that series before the origin. A method that learns from the fleet is
trained on other motors, and on their time before the first origin of its block alone (there are two blocks: origins
before the first one that can be judged, and the rest), so neither a motor nor a time stands on both sides. Steps after
a repair within the horizon are not held against anybody: no trend tells that it will be repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from diagmod.io.executor import run_all
from diagmod.models.forecast.method import FLEET_METHODS, LEVELS, METHODS, ForecastMethod
from diagmod.models.forecast.series import TrendSeries, scale_of

#: Makes a method by its name, for a step in hours and a horizon in steps.
MakeMethod = Callable[[str, int, int], ForecastMethod]


@dataclass(frozen=True)
class BackTest:
    """What every method said at every origin, and what came.

    Attributes
    ----------
    series : tuple of TrendSeries, length n
        All of one step.
    horizon : int
        Steps ahead.
    origins : ndarray of datetime64[h], shape (k,)
        First unknown moments, rising.
    actual : ndarray, shape (n, k, horizon)
        What was measured; NaN where nothing was, or after a repair within the horizon.
    scale : ndarray, shape (n, k)
        Of the history at the origin; NaN where it is too short for a forecast.
    quantiles : mapping of str to ndarray, shape (n, k, n_levels, horizon)
        By method; NaN where it gave none.
    """

    series: tuple[TrendSeries, ...]
    horizon: int
    origins: NDArray[np.datetime64]
    actual: NDArray[np.float64]
    scale: NDArray[np.float64]
    quantiles: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def motors(self) -> NDArray[np.str_]:
        """Motor of every series, shape (n,)."""
        return np.array([s.motor_id for s in self.series], dtype=str)

    @property
    def ended_before(self) -> NDArray[np.bool_]:
        """Whether what origin j forecast had come in full by origin i, shape (k, k) with rows i."""
        step = np.timedelta64(self.series[0].step_h if self.series else 1, "h")
        return np.asarray(self.origins[None, :] + self.horizon * step <= self.origins[:, None])

    @property
    def is_judged(self) -> NDArray[np.bool_]:
        """Origins before which at least one other had come in full: choice and intervals can stand on it."""
        return np.asarray(self.ended_before.any(axis=1))


@dataclass(frozen=True)
class Protocol:
    """How a back-test is laid out.

    Attributes
    ----------
    horizon : int
        Steps ahead.
    n_origins : int
    first_share : float
        Share of the period that is known at the first origin.
    least_steps : int
        Known steps without which a series has no forecast at an origin.
    n_folds : int
        Folds of motors for methods that learn from the fleet.
    seed : int
        Deals motors to folds.
    """

    horizon: int
    n_origins: int
    first_share: float
    least_steps: int
    n_folds: int
    seed: int


def origins_of(series: Sequence[TrendSeries], protocol: Protocol) -> NDArray[np.datetime64]:
    """Moments of the origins, as many as fit with the whole horizon after them; empty where none does."""
    if not series:
        return np.empty(0, dtype="datetime64[h]")
    step = np.timedelta64(series[0].step_h, "h")
    first = min(s.start for s in series)
    total = int((max(s.start + len(s) * step for s in series) - first) // step)
    last, earliest = total - protocol.horizon, max(protocol.least_steps, round(protocol.first_share * total))
    if last < earliest:
        return np.empty(0, dtype="datetime64[h]")
    at = np.unique(np.linspace(last, earliest, protocol.n_origins).round().astype(int))
    return np.asarray(first + at * step)


def back_test(
    series: Sequence[TrendSeries],
    protocol: Protocol,
    methods: Sequence[str],
    make: MakeMethod,
    jobs: int = 1,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> BackTest:
    """Let every method forecast at every origin.

    Parameters
    ----------
    series : sequence of TrendSeries
        All of one step.
    protocol : Protocol
    methods : sequence of str
    make : callable
        Importable by name, see :data:`MakeMethod`.
    jobs : int
        Processes, see :func:`diagmod.io.executor.run_all`.
    on_done : callable
        Told parts done and parts in all.
    """
    origins = origins_of(series, protocol)
    actual, scale = _what_came(series, origins, protocol)
    test = BackTest(tuple(series), protocol.horizon, origins, actual, scale)
    tasks = _tasks(test, protocol, methods)
    done = [0]

    def tell(_: int, __: object) -> None:
        done[0] += 1
        on_done(done[0], len(tasks))

    parts = run_all(partial(_answer, test, protocol, make), tasks, jobs, on_done=tell)
    shape = (len(series), len(origins), len(LEVELS), protocol.horizon)
    quantiles = {name: np.full(shape, np.nan) for name in methods}
    for task, answers in zip(tasks, parts, strict=True):
        for name, rows in answers.items():
            quantiles[name][np.ix_(task.judged, task.origins)] = rows
    return BackTest(test.series, test.horizon, origins, actual, scale, quantiles)


def folds_of(motors: Sequence[str], n_folds: int, seed: int) -> dict[str, int]:
    """Fold of every motor; as many folds as there are motors at most."""
    names = sorted(set(motors))
    order = np.random.default_rng(seed).permutation(len(names))
    return {names[k]: int(place % min(n_folds, len(names))) for place, k in enumerate(order)}


@dataclass(frozen=True)
class _Task:
    """Forecasts that one worker makes: of some series at some origins, by some methods."""

    methods: tuple[str, ...]
    judged: tuple[int, ...]
    origins: tuple[int, ...]
    training: tuple[int, ...] = ()


def _tasks(test: BackTest, protocol: Protocol, methods: Sequence[str]) -> list[_Task]:
    """Trainings first, for they take longest; then the series one by one."""
    everywhere = tuple(range(len(test.origins)))
    if not everywhere:
        return []
    fold = folds_of(list(test.motors), protocol.n_folds, protocol.seed)
    of = np.array([fold[motor] for motor in test.motors])
    blocks = [tuple(np.flatnonzero(test.is_judged == late).tolist()) for late in (False, True)]
    tasks = []
    for name in (name for name in reversed(METHODS) if name in methods and name in FLEET_METHODS):
        for f in range(int(of.max()) + 1):
            training = tuple(np.flatnonzero(of != f).tolist())
            tasks += [
                _Task((name,), tuple(np.flatnonzero(of == f).tolist()), block, training)
                for block in blocks
                if block and training
            ]
    local = tuple(name for name in methods if name not in FLEET_METHODS)
    return [*tasks, *(_Task(local, (k,), everywhere) for k in range(len(test.series)) if local)]


def _answer(test: BackTest, protocol: Protocol, make: MakeMethod, task: _Task) -> dict[str, NDArray[np.float64]]:
    """Quantiles of a task by method, shape (n_judged, n_origins, n_levels, horizon)."""
    shape = (len(task.judged), len(task.origins), len(LEVELS), protocol.horizon)
    found = {name: np.full(shape, np.nan) for name in task.methods}
    step_h = test.series[0].step_h
    for name in task.methods:
        method = make(name, step_h, protocol.horizon)
        if task.training:
            begin = test.origins[task.origins[0]]
            known = [test.series[k].until(test.series[k].before(begin)) for k in task.training]
            method = method.fit([s for s in known if np.isfinite(s.values).sum() > 0])
        for place, origin in enumerate(task.origins):
            rows = [row for row, k in enumerate(task.judged) if np.isfinite(test.scale[k, origin])]
            if rows:
                asked = [test.series[task.judged[row]] for row in rows]
                shown = [one.until(one.before(test.origins[origin])) for one in asked]
                found[name][rows, place] = method.forecast(shown, protocol.horizon)
    return found


def _what_came(
    series: Sequence[TrendSeries], origins: NDArray[np.datetime64], protocol: Protocol
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measured values after every origin, and the scale of the history before it."""
    actual = np.full((len(series), len(origins), protocol.horizon), np.nan)
    scale = np.full((len(series), len(origins)), np.nan)
    for row, one in enumerate(series):
        season = one.seasons[-1] if one.seasons else 1
        for place, origin in enumerate(origins):
            at = one.before(origin)
            known = one.values[:at]
            is_short = np.isfinite(known).sum() < protocol.least_steps
            if is_short or at in one.breaks or not np.isfinite(known[-protocol.horizon :]).any():
                continue
            scale[row, place] = scale_of(known, season)
            stop = min([b for b in one.breaks if b > at] + [at + protocol.horizon, len(one)])
            actual[row, place, : max(0, stop - at)] = one.values[at:stop]
    return actual, scale
