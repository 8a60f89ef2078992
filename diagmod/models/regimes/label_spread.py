"""A reviewed label spreads to segments near by, and nowhere else.

What an engineer said of a regime holds for its members. A segment outside, in the noise or in a regime that nobody
looked at, takes the label of its nearest reviewed segments when enough of them lie within a stated distance and agree;
else it keeps none. How well that works is measured with the labels of whole split groups hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class SpreadRule:
    """When a label spreads.

    Attributes
    ----------
    neighbours : int
        Reviewed segments that are asked.
    limit : float
        Largest distance of one that counts, in the space of the regimes.
    confidence : float
        Least share of ``neighbours`` that must lie within it and agree, above 0.5 and at most 1.
    """

    neighbours: int
    limit: float
    confidence: float


@dataclass(frozen=True)
class SpreadCheck:
    """How labels spread to split groups whose own labels were hidden; NaN where nothing could be hidden.

    Attributes
    ----------
    right_share : float
        Of the segments that took a label, the share that took their own.
    told_share : float
        Share of the hidden segments that took a label.
    n_hidden : int
    reason : str
        Why there is no figure, or "".
    """

    right_share: float
    told_share: float
    n_hidden: int
    reason: str = ""


def spread_labels(
    points: NDArray[np.float64], labels: NDArray[np.str_], rule: SpreadRule
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Label and confidence of every point that has no label of its own.

    Parameters
    ----------
    points : ndarray, shape (n, c)
        A point with NaN takes and gives no label.
    labels : ndarray of str, shape (n,)
        Reviewed labels, "" for none.
    rule : SpreadRule

    Returns
    -------
    labels : ndarray of str, shape (n,)
        "" where a point has its own label, or too few neighbours near by agree.
    confidences : ndarray, shape (n,)
        Share of the asked neighbours that lie within the limit and agree; NaN where no label spread.
    """
    placed = np.isfinite(points).all(axis=1)
    given, open_ = np.flatnonzero(placed & (labels != "")), np.flatnonzero(placed & (labels == ""))
    found, confidences = np.full(len(points), "", dtype=object), np.full(len(points), np.nan)
    if len(given) and len(open_):
        told, share = _asked(points[open_], points[given], labels[given], rule)
        is_sure = share >= rule.confidence - 1e-12
        found[open_[is_sure]], confidences[open_[is_sure]] = told[is_sure], share[is_sure]
    return found.astype(str), confidences


def check_spread(
    labels: NDArray[np.str_],
    groups: Sequence[str],
    place: Callable[[NDArray[np.bool_]], tuple[NDArray[np.float64], SpreadRule]],
    n_folds: int,
    seed: int,
) -> SpreadCheck:
    """Hide the labels of whole split groups and let the others' labels spread to them.

    Parameters
    ----------
    labels : ndarray of str, shape (n,)
    groups : sequence of str, length n
    place : callable
        From the mask of a training side to all points in a space fitted to that side alone, and its rule.
    n_folds, seed : int
    """
    labelled = labels != ""
    own = np.asarray(groups, dtype=str)
    if len(np.unique(labels[labelled])) < 2 or len(np.unique(own[labelled])) < 2:
        return SpreadCheck(np.nan, np.nan, 0, "fewer than two labels in two split groups; nothing can be hidden")
    folds = group_folds(own.tolist(), n_folds, seed)
    took = np.full(len(labels), "", dtype=object)
    for fold in range(int(folds.max()) + 1):
        is_hidden = folds == fold
        points, rule = place(~is_hidden)
        told, _ = spread_labels(points, np.where(is_hidden, "", labels), rule)
        took[is_hidden] = told[is_hidden]
    told = labelled & (took != "")
    right = float((took[told] == labels[told]).mean()) if told.any() else np.nan
    return SpreadCheck(right, float(told.sum() / labelled.sum()), int(labelled.sum()))


def _asked(
    points: NDArray[np.float64], given: NDArray[np.float64], labels: NDArray[np.str_], rule: SpreadRule
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Most frequent label among the neighbours within the limit, and its share of all that were asked."""
    from sklearn.neighbors import NearestNeighbors

    k = min(rule.neighbours, len(given))
    distance, index = NearestNeighbors(n_neighbors=k).fit(given).kneighbors(points)
    names, number = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(points), len(names)))
    for column in range(k):
        near = distance[:, column] <= rule.limit
        votes[np.flatnonzero(near), number[index[near, column]]] += 1
    return names[votes.argmax(axis=1)], votes.max(axis=1) / rule.neighbours
