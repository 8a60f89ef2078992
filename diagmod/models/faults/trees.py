"""Boosted trees as plain numbers: what was fitted can be kept in an open format and read without running any code.

A tree is a table of nodes: which figure is asked, at which value, and where either answer leads. A thousand small trees
are half a megabyte of such tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Names of the arrays of :class:`Trees`.
ARRAYS = ("feature", "threshold", "left", "right", "value", "start")


@dataclass(frozen=True)
class Trees:
    """Trees of all rounds, one an output and round.

    Attributes
    ----------
    feature, left, right : ndarray of int32, shape (n_rounds, n_outputs, n_nodes)
        Column that a node asks, and the nodes that follow; a leaf leads to itself.
    threshold, value : ndarray, same shape
        Up to the threshold the left node follows; what a leaf adds.
    start : ndarray, shape (n_outputs,)
        Value before the first round.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    start: NDArray[np.float64]

    @classmethod
    def of(cls, fitted: Any) -> Trees:
        """Those of a fitted ``GradientBoostingClassifier``, whose figures are shape (n, k)."""
        trees = [[one.tree_ for one in outputs] for outputs in fitted.estimators_]
        shape = (len(trees), len(trees[0]), max(tree.node_count for outputs in trees for tree in outputs))
        feature, left, right = (np.zeros(shape, dtype=np.int32) for _ in range(3))
        threshold, value = np.zeros(shape), np.zeros(shape)
        for r, outputs in enumerate(trees):
            for k, tree in enumerate(outputs):
                own, n = np.arange(tree.node_count), tree.node_count
                is_leaf = tree.children_left < 0
                feature[r, k, :n], threshold[r, k, :n] = np.where(is_leaf, 0, tree.feature), tree.threshold
                left[r, k, :n] = np.where(is_leaf, own, tree.children_left)
                right[r, k, :n] = np.where(is_leaf, own, tree.children_right)
                value[r, k, :n] = fitted.learning_rate * tree.value[:, 0, 0]
        start = fitted.decision_function(np.zeros((1, fitted.n_features_in_))).ravel()
        empty = cls(feature, threshold, left, right, value, np.zeros(shape[1]))
        return cls(feature, threshold, left, right, value, start - empty.sums(np.zeros((1, fitted.n_features_in_)))[0])

    def sums(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the rounds for every row and output, shape (n, n_outputs)."""
        # scikit-learn asks single precision against thresholds of double precision, and so must we.
        asked = np.asarray(x, dtype=np.float32).astype(np.float64)
        n_rounds, n_outputs, n_nodes = self.feature.shape
        feature, threshold, value = (a.ravel() for a in (self.feature, self.threshold, self.value))
        first = np.arange(n_rounds * n_outputs) * n_nodes
        left, right = (
            (table.reshape(-1, n_nodes) + first[:, None]).ravel().astype(np.int64) for table in (self.left, self.right)
        )
        node, rows = np.tile(first, (len(x), 1)), np.arange(len(x))[:, None]
        for _ in range(_DEEPEST):
            following = np.where(asked[rows, feature[node]] <= threshold[node], left[node], right[node])
            if (following == node).all():
                break
            node = following
        return self.start + value[node].reshape(len(x), n_rounds, n_outputs).sum(axis=1)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By the names of :data:`ARRAYS`."""
        return {name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def restored(cls, arrays: Mapping[str, NDArray[Any]], n_features: int) -> Trees:
        """From :meth:`arrays`, checked: a damaged table must not answer.

        Raises
        ------
        ValueError
            A node leads or asks outside, or the shapes differ.
        """
        found = cls(**{name: arrays[name] for name in ARRAYS})
        shape = found.feature.shape
        if len(shape) != 3 or any(getattr(found, name).shape != shape for name in ARRAYS[1:5]):
            raise ValueError("the tables of the trees differ in shape; restore the model or train it again")
        for name, most in (("feature", n_features), ("left", shape[2]), ("right", shape[2])):
            table = getattr(found, name)
            if table.min(initial=0) < 0 or table.max(initial=0) >= most:
                raise ValueError(f"a node of a tree leads outside ({name}); restore the model or train it again")
        return found


#: Steps after which a walk through a tree ends, whatever the table says.
_DEEPEST = 16
