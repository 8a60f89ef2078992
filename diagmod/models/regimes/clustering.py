"""Clusters of segments by density, in an order that neither the order of the rows nor a seed changes.

Segments of one recording are nearly the same: left alone, every recording would be dense enough for a cluster. So only
a few segments of each are drawn, and a cluster must hold several recordings and a neighbourhood reach beyond one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Share of the rows without a cluster above which the clusters found are no structure but chance.
MOST_NOISE = 0.6

#: Share of the members of a regime within whose own neighbourhood a new segment must lie to be counted to it.
_WITHIN = 0.99

#: What is in no regime.
NOISE = -1


@dataclass(frozen=True)
class Clusters:
    """Clusters of points.

    Attributes
    ----------
    labels : ndarray of int, shape (n,)
        From 0, the largest first; :data:`NOISE` for none.
    strengths : ndarray, shape (n,)
        How deep in its cluster a point lies, 0 to 1.
    """

    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]

    @property
    def number(self) -> int:
        """How many clusters there are."""
        return int(self.labels.max(initial=NOISE)) + 1


def draw_rows(about: pd.DataFrame, is_known: NDArray[np.bool_], each: int, most: int) -> NDArray[np.int64]:
    """Rows that are clustered: evenly spaced segments of every recording, and evenly spaced recordings where too many.

    No chance is in it, so that more data keep the rows that were drawn before as long as there is room.

    Parameters
    ----------
    about : DataFrame
        recording_id, in the order of recordings and segments.
    is_known : ndarray of bool, shape (n,)
        Rows that can be placed.
    each, most : int
        Most segments of a recording, and most rows in all.

    Returns
    -------
    ndarray of int, in order
    """
    recording = about["recording_id"].to_numpy(str)
    known = np.flatnonzero(is_known)
    names, begin, count = np.unique(recording[known], return_index=True, return_counts=True)
    each = max(1, min(each, most // max(len(names), 1)))
    chosen = _even(len(names), most // each)
    return np.array(
        [known[begin[k] + at] for k in chosen for at in _even(int(count[k]), each)], dtype=np.int64
    )  # fmt: skip


def cluster_points(points: NDArray[np.float64], smallest: int, neighbours: int) -> Clusters:
    """HDBSCAN; where it finds hardly anything but noise, everything near its like is one cluster.

    Parameters
    ----------
    points : ndarray, shape (n, c)
        Finite, in a canonical order of the rows.
    smallest, neighbours : int
        Fewest points of a cluster, and how many neighbours say how dense it is about a point.

    References
    ----------
    Campello, R. et al., ACM Trans. Knowl. Discov. Data 10(1), 2015, DOI 10.1145/2733381.
    """
    from sklearn.cluster import HDBSCAN

    n = len(points)
    if n < max(2, smallest, neighbours):
        return Clusters(np.full(n, NOISE, dtype=np.int64), np.zeros(n))
    found = HDBSCAN(min_cluster_size=max(2, smallest), min_samples=max(1, neighbours), copy=True).fit(points)
    if (found.labels_ == NOISE).mean() > MOST_NOISE:
        return _one_cluster(points, neighbours)
    return _by_size(np.asarray(found.labels_, dtype=np.int64), np.asarray(found.probabilities_), points)


def reaches(points: NDArray[np.float64], labels: NDArray[np.int64], neighbours: int) -> NDArray[np.float64]:
    """How far the members of each cluster lie from their neighbours in it, shape (number of clusters,).

    A segment farther than that from every member is not counted to the cluster.
    """
    return np.array(
        [
            np.quantile(_core_distances(points[labels == k], neighbours), _WITHIN)
            for k in range(int(labels.max(initial=NOISE)) + 1)
        ]
    )


def _one_cluster(points: NDArray[np.float64], neighbours: int) -> Clusters:
    """Everything as one cluster but the loneliest few; strength falls with the distance to the neighbours."""
    lonely = _core_distances(points, neighbours)
    limit = float(np.quantile(lonely, 0.95))
    strengths = np.clip(1 - lonely / (2 * limit), 0.0, 1.0) if limit > 0 else np.ones(len(points))
    is_in = lonely <= limit
    return Clusters(np.where(is_in, 0, NOISE).astype(np.int64), np.where(is_in, strengths, 0.0))


def _core_distances(points: NDArray[np.float64], neighbours: int) -> NDArray[np.float64]:
    from sklearn.neighbors import NearestNeighbors

    k = min(neighbours, len(points) - 1)
    if k < 1:
        return np.zeros(len(points))
    return np.asarray(NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points)[0][:, -1])


def _by_size(labels: NDArray[np.int64], strengths: NDArray[np.float64], points: NDArray[np.float64]) -> Clusters:
    """The largest cluster first; of two of a size the one that lies lower in the first direction."""
    number = int(labels.max(initial=NOISE)) + 1
    middles = [tuple(np.median(points[labels == k], axis=0).round(9)) for k in range(number)]
    order = sorted(range(number), key=lambda k: (-int((labels == k).sum()), middles[k]))
    new = np.full(number + 1, NOISE, dtype=np.int64)
    new[order] = np.arange(number)
    return Clusters(new[labels], np.where(labels == NOISE, 0.0, strengths))


def _even(n: int, most: int) -> NDArray[np.int64]:
    """At most so many evenly spaced of n places, from 0."""
    if n <= most:
        return np.arange(n)
    return np.unique(np.linspace(0, n - 1, max(most, 1)).round().astype(np.int64))
