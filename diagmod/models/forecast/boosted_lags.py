"""Gradient boosting on lags: one model a quantile, for all steps ahead, learnt from windows of the whole fleet.

A row is one step after one window: the step itself, means of the last steps over longer and longer spans, how the level
moved in the last weeks, what the same hour or day was last time, what was logged beside it, and the calendar of the
step. Every row is learnt upright and mirrored at the line of its window, so that what rose or fell in one season of one
fleet is not taken for a law. Quantiles are sorted at the end, since five models may cross.

Few and large leaves are meant: the windows of a dozen motors overlap, and phases of a motor are one signal. Trees of 12
leaves had 1.05 to 1.1 times the error of daily means, and intervals that covered 72 % instead of 90 %.

Fitted trees are kept as plain numbers (:class:`~diagmod.models.faults.trees.Trees`), so that what is stored needs no
code to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from diagmod.models.faults.trees import Trees
from diagmod.models.forecast.method import LEVELS, Progress
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_lines import mean_known
from diagmod.models.forecast.window_rows import (
    COVARIATES,
    Windows,
    WindowShape,
    calendar_of,
    last_windows,
    refuse_horizon,
)

#: Windows that rows are drawn from: bounds time and memory.
_MOST_WINDOWS = 2000

#: Most leaves of a tree: a walk through stored trees ends after as many steps.
_MOST_LEAVES = 16


@dataclass(frozen=True, kw_only=True)
class BoostingSettings:
    """Settings of the boosting.

    Attributes
    ----------
    n_rounds : int
        Trees of every quantile.
    learning_rate : float
        Share of every tree that counts.
    n_leaves : int
        Most leaves of a tree.
    leaf_share : float
        Least share of the rows in a leaf.
    max_rows : int
        Rows learnt from, mirrored ones among them, drawn by the seed: bounds the time.
    seed : int
    """

    n_rounds: int = 15
    learning_rate: float = 0.08
    n_leaves: int = 4
    leaf_share: float = 0.075
    max_rows: int = 20_000
    seed: int = 7

    def __post_init__(self) -> None:
        for name, least in {"n_rounds": 1, "n_leaves": 2, "max_rows": 2, "seed": 0}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not 0 < self.learning_rate <= 1:
            raise ValueError(f"learning_rate must lie above 0 and at most at 1, got {self.learning_rate:g}")
        if self.n_leaves > _MOST_LEAVES:
            raise ValueError(f"n_leaves must be at most {_MOST_LEAVES}, got {self.n_leaves}")
        if not 0 < self.leaf_share < 1:
            raise ValueError(f"leaf_share must lie between 0 and 1, got {self.leaf_share:g}")


@dataclass(frozen=True)
class BoostedLags:
    """The method ``boosted_lags``; see :class:`diagmod.models.forecast.method.ForecastMethod`.

    Attributes
    ----------
    shape : WindowShape
        Of :data:`~diagmod.models.forecast.window_rows.SHAPES`.
    settings : BoostingSettings
    trees : Trees or None
        An output a level; without any round where there was nothing to learn from, None before :meth:`fit`.
    """

    name: ClassVar[str] = "boosted_lags"
    shape: WindowShape
    settings: BoostingSettings = field(default_factory=BoostingSettings)
    trees: Trees | None = field(default=None, repr=False)

    @property
    def has_learnt(self) -> bool:
        """Whether there was something to learn from."""
        return self.trees is not None and len(self.trees.feature) > 0

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """The method having learnt from the fleet; this object stays as it is.

        Raises
        ------
        ValueError
            A series has another step than the shape.
        """
        s = self.settings
        windows = training_windows(training, self.shape, _MOST_WINDOWS, s.seed)
        row, step = np.nonzero(np.isfinite(windows.targets))
        drawn = np.sort(np.random.default_rng(s.seed).permutation(len(row))[: s.max_rows // 2])
        models = []
        if len(drawn):
            sides = [(rows_of(side, row[drawn], step[drawn]), side.targets[row[drawn], step[drawn]])
                     for side in (windows, windows.mirrored())]  # fmt: skip
            x, y = (np.concatenate(both) for both in zip(*sides, strict=True))
            for done, level in enumerate(LEVELS, 1):
                models.append(self._fitted(level, x, y))
                if progress is not None:
                    progress(done / len(LEVELS), float("nan"))
        return replace(self, trees=trees_of(models))

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles of the steps after the end of every series, shape (n_series, n_levels, horizon).

        Raises
        ------
        ValueError
            The method is not fitted, the horizon is longer than that of the shape, or a series has another step.
        """
        refuse_horizon(self.name, horizon, self.shape, self.trees is not None)
        windows = last_windows(series, self.shape)
        found = np.full((len(windows), len(LEVELS), horizon), np.nan)
        usable = np.flatnonzero(windows.is_usable)
        if self.trees is not None and self.has_learnt and len(usable):
            row, step = (at.ravel() for at in np.meshgrid(usable, np.arange(horizon), indexing="ij"))
            quantiles = self.trees.sums(asked_of(rows_of(windows, row, step)))
            found[usable] = np.sort(quantiles, axis=1).reshape(-1, horizon, len(LEVELS)).transpose(0, 2, 1)
        return windows.in_unit(found)

    def _fitted(self, level: float, x: NDArray[np.float32], y: NDArray[np.float64]) -> Any:
        s = self.settings
        model = HistGradientBoostingRegressor(
            loss="quantile", quantile=level, max_iter=s.n_rounds, learning_rate=s.learning_rate,
            max_leaf_nodes=s.n_leaves, min_samples_leaf=max(1, round(s.leaf_share * len(x))),
            early_stopping=False, random_state=s.seed,
        )  # fmt: skip
        never = np.isnan(x).all(
            axis=0
        )  # scikit-learn refuses a column without any number; no tree splits at a constant
        with threadpool_limits(1):
            return model.fit(np.where(never, np.float32(0), x), y)


def trees_of(models: Sequence[Any]) -> Trees:
    """Trees of fitted ``HistGradientBoostingRegressor``, an output a model, all of as many rounds.

    They are asked figures as :func:`asked_of` arranges them.
    """
    rounds = [[one[0].nodes for one in model._predictors] for model in models]
    n_nodes = max((len(nodes) for outputs in rounds for nodes in outputs), default=1)
    shape = (len(rounds[0]) if rounds else 0, len(models), n_nodes)
    feature, left, right = (np.zeros(shape, dtype=np.int32) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    for k, outputs in enumerate(rounds):
        for r, nodes in enumerate(outputs):
            own, n = np.arange(len(nodes)), len(nodes)
            is_leaf = nodes["is_leaf"] > 0
            column = nodes["feature_idx"] + np.where(nodes["missing_go_to_left"] > 0, models[k].n_features_in_, 0)
            feature[r, k, :n] = np.where(is_leaf, 0, column)
            threshold[r, k, :n] = np.where(is_leaf, 0.0, nodes["num_threshold"])
            left[r, k, :n] = np.where(is_leaf, own, nodes["left"])
            right[r, k, :n] = np.where(is_leaf, own, nodes["right"])
            value[r, k, :n] = nodes["value"]
    return Trees(
        feature, threshold, left, right, value, np.array([float(m._baseline_prediction.item()) for m in models])
    )


def asked_of(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Figures twice: as they are, where what is not known takes the right branch, and so that it takes the left."""
    return np.concatenate([rows, np.where(np.isnan(rows), -np.inf, rows)], axis=1, dtype=np.float64)


def rows_of(windows: Windows, row: NDArray[np.int64], step: NDArray[np.int64]) -> NDArray[np.float32]:
    """Figures of some steps after some windows.

    Parameters
    ----------
    windows : Windows
    row, step : ndarray of int, shape (n,)
        Window, and step after its origin from 0.

    Returns
    -------
    ndarray, shape (n, n_figures)
        NaN where not known.
    """
    shape = windows.shape
    times = windows.origin[row] + step * np.timedelta64(shape.step_h, "h")
    last = [windows.values[row, shape.lookback - season + step % season] for season in shape.seasons]
    return np.column_stack([step + 1, *calendar_of(times), *last, _figures(windows)[row]]).astype(np.float32)


def _figures(windows: Windows) -> NDArray[np.float64]:
    """What is the same for every step ahead, shape (n, n_figures)."""
    shape, line = windows.shape, windows.line
    spans = [*(2**k for k in range(shape.lookback.bit_length() - 1)), shape.lookback]
    means = [mean_known(windows.values[:, -span:]) for span in spans]
    weeks = mean_known(windows.values.reshape(len(windows), shape.lookback // shape.season, shape.season))
    spread = np.sqrt(mean_known(np.square(windows.values[:, -shape.season :])))
    beside = [
        mean_known(windows.covariates[:, k, -span:])
        for k in range(len(COVARIATES))
        for span in (1, shape.season // 2 + 1)
    ] + [mean_known(windows.covariates[:, k]) for k in range(len(COVARIATES))]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.log(line.scale / np.abs(line.level))
    known = np.isfinite(windows.values).mean(axis=1)
    return np.column_stack(
        [*means, _slope(weeks), spread, *beside, np.where(np.isfinite(relative), relative, np.nan), known,
         windows.since_break[:, -1]]
    )  # fmt: skip


def _slope(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Change a week by least squares over what is known, shape (n,); NaN with fewer than two weeks."""
    known = np.isfinite(weeks)
    count = np.maximum(known.sum(axis=1), 1)
    at = np.where(known, np.arange(weeks.shape[1]), 0.0)
    at = np.where(known, at - (at.sum(axis=1) / count)[:, None], 0.0)
    square = np.square(at).sum(axis=1)
    return np.where(
        square > 0, (at * np.where(known, weeks, 0.0)).sum(axis=1) / np.where(square > 0, square, 1), np.nan
    )
