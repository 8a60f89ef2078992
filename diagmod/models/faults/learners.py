"""The classifiers themselves: probabilities of conditions from rows of figures, nothing else.

Each is fitted with weights that make every condition count the same, however rare it is. What is used in the end are
the classifiers of all parts of a training side, together: each part was judged by one that had not seen it, so that
what is learned from their mistakes (the scale of the probabilities, the sets) holds for what they say together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.models.faults.trees import Trees

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Inverse strength of the penalty of the linear model; spreads are about 1 by making.
_PENALTY = 1.0

#: Rounds and depth of the boosted trees, share of the rows and number of figures drawn a tree, and learning rate.
_ROUNDS, _DEPTH, _DRAWN, _FIGURES, _RATE = 50, 3, 0.7, 8, 0.1

#: Smallest probability whose logarithm is taken.
_LEAST = 1e-9

#: Least rows of a leaf of the forest.
_LEAF = 2


@dataclass(frozen=True)
class Member:
    """A classifier fitted to a part of a training side.

    Attributes
    ----------
    seen : ndarray of int
        Numbers of the classes that the part held, rising.
    weights : ndarray, shape (n_seen, n_features + 1), or None
        Of the linear model, the offset last.
    trees : Trees or None
        Of the boosted trees.
    estimator : object
        Of scikit-learn, for the forest.
    """

    seen: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None
    trees: Trees | None = None
    estimator: Any = None

    def logits(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithm of the odds of the classes seen, up to a constant of the row, shape (n, n_seen)."""
        if self.weights is not None:
            return np.asarray(x @ self.weights[:, :-1].T + self.weights[:, -1])
        if self.trees is not None:
            sums = self.trees.sums(x)
            return np.hstack([-sums / 2, sums / 2]) if sums.shape[1] == 1 else sums
        if self.estimator is None or not len(x):
            return np.zeros((len(x), len(self.seen)))
        return np.asarray(np.log(np.maximum(self.estimator.predict_proba(x), _LEAST)))


@dataclass(frozen=True)
class Learner:
    """Classifiers that answer together: the mean of their logarithms of odds.

    Attributes
    ----------
    name : str
        linear, boosted or naive_forest.
    n_classes : int
    members : tuple of Member
        One in the case of the linear model, whose weights are averaged.
    """

    name: str
    n_classes: int
    members: tuple[Member, ...]

    def logits(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean over the members that were taught a class, shape (n, n_classes); minus infinity where none was."""
        total, number = np.zeros((len(x), self.n_classes)), np.zeros(self.n_classes)
        for member in self.members:
            total[:, member.seen] += member.logits(x)
            number[member.seen] += 1
        return np.where(number > 0, total / np.maximum(number, 1), -np.inf)

    def probabilities(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of every class, shape (n, n_classes), not calibrated; 0 for one that nobody taught."""
        logits = self.logits(x)
        if not len(x):
            return logits
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_learner(
    name: str, x: NDArray[np.float64], truth: NDArray[np.int64], n_classes: int, n_trees: int, seed: int
) -> Learner:
    """Fit one classifier.

    Parameters
    ----------
    name : str
        linear, boosted or naive_forest.
    x : ndarray, shape (n, k)
        Finite.
    truth : ndarray of int, shape (n,)
    n_classes : int
    n_trees : int
        Trees of the forest, at most rounds of the boosted trees.
    seed : int

    Raises
    ------
    ValueError
        The name is unknown, or there is no row.
    """
    if not len(x):
        raise ValueError("no labelled recording to learn from; label recordings or relax the split")
    seen = np.unique(truth)
    if len(seen) == 1:
        weights = np.zeros((1, x.shape[1] + 1)) if name == "linear" else None
        return Learner(name, n_classes, (Member(seen, weights),))
    weight = len(truth) / (len(seen) * np.bincount(truth, minlength=n_classes)[truth])
    if name == "linear":
        return Learner(name, n_classes, (Member(seen, _linear(x, truth, weight)),))
    fitted = _trees(name, n_trees, x.shape[1], seed).fit(x, truth, weight)
    member = Member(seen, trees=Trees.of(fitted)) if name == "boosted" else Member(seen, estimator=fitted)
    return Learner(name, n_classes, (member,))


def together(learners: Sequence[Learner]) -> Learner:
    """One learner of several of the same kind; linear ones become one set of weights, exactly equal to their mean."""
    first, members = learners[0], tuple(member for learner in learners for member in learner.members)
    if first.name != "linear":
        return Learner(first.name, first.n_classes, members)
    seen = np.unique(np.concatenate([member.seen for member in members]))
    mean = [np.mean([m.weights[m.seen == k][0] for m in members if k in m.seen and m.weights is not None], axis=0)
            for k in seen]  # fmt: skip
    return Learner(first.name, first.n_classes, (Member(seen, np.array(mean)),))


def _linear(x: NDArray[np.float64], truth: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_PENALTY, max_iter=5000).fit(x, truth, weight)
    weights = np.column_stack([fitted.coef_, fitted.intercept_])
    return np.vstack([-weights / 2, weights / 2]) if len(weights) == 1 else weights


def _trees(name: str, n_trees: int, n_features: int, seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

    if name == "boosted":
        return GradientBoostingClassifier(
            n_estimators=min(n_trees, _ROUNDS), max_depth=_DEPTH, subsample=_DRAWN, learning_rate=_RATE,
            max_features=min(_FIGURES, n_features), random_state=seed,
        )  # fmt: skip
    if name == "naive_forest":
        return RandomForestClassifier(n_trees, min_samples_leaf=_LEAF, random_state=seed, n_jobs=1)
    raise ValueError(f"model must be linear, boosted or naive_forest, got {name!r}")
