"""Half-space trees: random boxes that count the healthy rows in them, and go on counting as rows arrive.

A tree halves the range of a feature drawn at random, again and again, before it has seen a row; learning only counts.
A row that falls where few of the last window's rows fell is strange. The trees are drawn by river; the counts are kept
as plain arrays, a node after its parent as in a heap, so that they can be stored without a pickle, scored a table at a
time and brought up to date later with :meth:`HalfSpaceTrees.updated`. Scores are river's to the bit.

References
----------
Tan, S. C., Ting, K. M. & Liu, T. F., Fast anomaly detection for streaming data, IJCAI 2011, 1511-1516.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from river import anomaly

from diagmod.models.detectors.detector import DetectorParts, checked
from diagmod.models.detectors.occlusion import occlusion_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Room on either side of the training rows, as a share of their range: where nothing was seen there must be boxes too.
#: Of rows shifted by 6 spreads in one of 12 features 15 % are found at 0.25, 60 % at 1, 98 % at 1.5, 94 % at 2.
_ROOM = 1.5

#: Range below which a feature counts as constant; it then gets one unit of the rows on either side.
_CONSTANT = 1e-6

#: Share of a window's rows below which river goes no deeper; of the original paper.
_SIZE_LIMIT = 0.1

#: What is stored of the trees as arrays.
_ARRAYS = ("low", "width", "features", "thresholds", "masses", "learning", "middle")

#: Rows scored at a time; bounds the memory, not the result.
_AT_A_TIME = 4096


@dataclass(frozen=True)
class HalfSpaceTrees:
    """Trees as arrays; node ``i`` has the children ``2 i + 1`` (below the threshold) and ``2 i + 2``.

    Attributes
    ----------
    low, width : ndarray, shape (n_features,)
        What becomes 0, and what becomes 1 more, before the trees look at it.
    features, thresholds : ndarray, shape (n_trees, 2**height - 1)
        Splits.
    masses, learning : ndarray of int, shape (n_trees, 2**(height + 1) - 1)
        Rows of the last whole window in every node, and of the window that is being filled.
    n_learning : int
        Rows in the window that is being filled.
    window : int
    """

    low: NDArray[np.float64] = field(repr=False)
    width: NDArray[np.float64] = field(repr=False)
    features: NDArray[np.int64] = field(repr=False)
    thresholds: NDArray[np.float64] = field(repr=False)
    masses: NDArray[np.int64] = field(repr=False)
    learning: NDArray[np.int64] = field(repr=False)
    n_learning: int
    window: int
    middle: NDArray[np.float64] = field(repr=False)
    name: str = "half_space_trees"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.low)

    @property
    def height(self) -> int:
        """Splits from root to leaf."""
        return int(self.features.shape[1] + 1).bit_length() - 1

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """1 less the share of the largest mass that trees can give, 0 to 1, shape (n,)."""
        values, worth = checked(rows, self.n_features), self._worth()
        total = np.zeros(len(values), dtype=np.int64)
        for first in range(0, len(values), _AT_A_TIME):
            leaves = self._leaves(values[first : first + _AT_A_TIME])
            total[first : first + _AT_A_TIME] = np.take_along_axis(worth, leaves, axis=1).sum(axis=0)
        n_trees, n_nodes = self.masses.shape
        return 1 - total / (n_trees * self.window * n_nodes)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares by occlusion, shape (n, n_features)."""
        return occlusion_shares(self.score, checked(rows, self.n_features), self.middle)

    def updated(self, rows: ArrayLike) -> HalfSpaceTrees:
        """The trees after more rows; whenever a window is full its masses replace those before.

        Parameters
        ----------
        rows : array-like, shape (n, n_features)
            In the order of time.
        """
        values = checked(rows, self.n_features)
        masses, learning, n = self.masses, self.learning, self.n_learning
        while len(values):
            taken, values = values[: self.window - n], values[self.window - n :]
            learning, n = learning + self._counts(taken), n + len(taken)
            if n == self.window:
                masses, learning, n = learning, np.zeros_like(learning), 0
        return replace(self, masses=masses, learning=learning, n_learning=n)

    def parts(self) -> DetectorParts:
        """Splits, masses and medians."""
        facts = {"n_learning": self.n_learning, "window": self.window}
        return DetectorParts(self.name, arrays={name: getattr(self, name) for name in _ARRAYS}, facts=facts)

    def _leaves(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        """Leaf of every row, counted from the first leaf, shape (n_trees, n)."""
        scaled = ((rows - self.low) / self.width).ravel()
        starts = np.arange(len(rows)) * self.n_features
        leaves = np.empty((len(self.features), len(rows)), dtype=np.int64)
        for tree, (features, thresholds) in enumerate(zip(self.features, self.thresholds, strict=True)):
            node = np.zeros(len(rows), dtype=np.int64)
            for _ in range(self.height):
                is_right = scaled[starts + features[node]] >= thresholds[node]
                node = 2 * node + 1 + is_right
            leaves[tree] = node - self.features.shape[1]
        return leaves

    def _counts(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many of the rows pass every node, shape of the masses."""
        n_leaves = 2**self.height
        level = np.stack([np.bincount(leaves, minlength=n_leaves) for leaves in self._leaves(rows)])
        levels = [level]
        while level.shape[1] > 1:
            level = level[:, ::2] + level[:, 1::2]
            levels.insert(0, level)
        return np.concatenate(levels, axis=1)

    def _worth(self) -> NDArray[np.int64]:
        """What a tree gives a row of each leaf, (n_trees, n_leaves): masses on the way x 2^depth until one is small."""
        limit, n_trees = _SIZE_LIMIT * self.window, len(self.masses)
        worth, goes_on = np.zeros((n_trees, 1), dtype=np.int64), np.ones((n_trees, 1), dtype=bool)
        for depth in range(self.height + 1):
            own = self.masses[:, 2**depth - 1 : 2 ** (depth + 1) - 1]
            worth = worth + np.where(goes_on, own << depth, 0)
            goes_on = goes_on & (own >= limit)
            if depth < self.height:
                worth, goes_on = np.repeat(worth, 2, axis=1), np.repeat(goes_on, 2, axis=1)
        return worth


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> HalfSpaceTrees:
    """Draw trees and count the rows; see :func:`diagmod.models.detectors.detector.fit_detector`.

    The rows are counted in an order drawn by the seed, for a table is often sorted by motor and the last window would
    be the last motors.
    """
    del name, groups  # the only one of its family, and nothing is held out
    low, high = rows.min(axis=0), rows.max(axis=0)
    room = np.where(high - low > _CONSTANT, _ROOM * (high - low), 1.0)
    features, thresholds = _drawn_trees(rows.shape[1], settings)
    empty = np.zeros((len(features), 2 * features.shape[1] + 1), dtype=np.int64)
    window = min(settings.window, len(rows))
    trees = HalfSpaceTrees(
        low - room, high - low + 2 * room, features, thresholds, empty, empty, 0, window, np.median(rows, axis=0)
    )
    return trees.updated(rows[np.random.default_rng(settings.seed).permutation(len(rows))])


def restore(parts: DetectorParts) -> HalfSpaceTrees:
    """The detector again.

    Raises
    ------
    ValueError
        A split looks at a feature that rows do not have, or the masses do not fit the splits.
    """
    low, width, features, thresholds, masses, learning, middle = (parts.arrays[name] for name in _ARRAYS)
    counted = int(parts.facts["n_learning"]), int(parts.facts["window"])
    trees = HalfSpaceTrees(low, width, features, thresholds, masses, learning, *counted, middle)
    if trees.features.min() < 0 or trees.features.max() >= trees.n_features:
        raise ValueError(f"the half-space trees look at a feature beyond their {trees.n_features}; fit them again")
    if not 0 <= trees.n_learning < trees.window or trees.masses.shape[1] != 2 * trees.features.shape[1] + 1:
        raise ValueError("the masses of the half-space trees do not fit their splits and window; fit them again")
    return trees


def river_trees(settings: DetectorSettings, window: int) -> anomaly.HalfSpaceTrees:
    """River's own detector with the same settings, for rows whose features run from 0 to 1."""
    return anomaly.HalfSpaceTrees(
        n_trees=settings.n_half_spaces, height=settings.height, window_size=window, seed=settings.seed
    )


def _drawn_trees(n_features: int, settings: DetectorSettings) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Splits of trees drawn by river, shapes (n_trees, 2**height - 1)."""
    drawn = river_trees(settings, settings.window)
    drawn.learn_one(dict.fromkeys(range(n_features), 0.5))
    splits = [_splits(tree, settings.height) for tree in drawn.trees]
    features = np.array([[feature for feature, _ in tree] for tree in splits], dtype=np.int64)
    return features, np.array([[threshold for _, threshold in tree] for tree in splits])


def _splits(tree: Any, height: int) -> list[tuple[int, float]]:
    """Feature and threshold of every inner node, level by level."""
    level, splits = [tree], []
    for _ in range(height):
        splits += [(node.feature, node.threshold) for node in level]
        level = [child for node in level for child in node.children]
    return splits
