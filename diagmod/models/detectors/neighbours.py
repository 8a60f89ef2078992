"""How a row lies among its nearest healthy neighbours: local outlier factor, and DBSCAN's distance to a core.

The local outlier factor compares how densely a row is surrounded with how densely its neighbours are; it follows
clusters of unequal width (loads, motors). DBSCAN has no score of its own: here it is the distance to the nearest core
in units of eps, so that 1 is the edge of its clusters. eps is read from the training rows: a quantile of the distance
to the neighbour that makes a row a core, which is the "elbow" of Ester et al. without an eye to find it.

All distances are computed outright, without a tree: trees do not pay at tens of features, and their stored form is not
plain data.

References
----------
Breunig, M. M. et al., LOF, SIGMOD 2000, DOI 10.1145/342009.335388;
Ester, M. et al., A density-based algorithm for discovering clusters, KDD 1996, 226-231.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

from diagmod.models.detectors.detector import DetectorParts, checked, drawn
from diagmod.models.detectors.occlusion import occlusion_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Distances in memory at a time; small enough for a processor's cache.
_AT_A_TIME = 1_000_000

#: Smallest eps that is believed, in the unit of the rows; below it rows are copies of each other and eps is 1.
_COPIES = 1e-6


@dataclass(frozen=True)
class OutlierFactor:
    """A fitted local outlier factor and the median of its training rows."""

    factor: LocalOutlierFactor = field(repr=False)
    middle: NDArray[np.float64] = field(repr=False)
    name: str = "local_outlier_factor"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.middle)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Local outlier factor, about 1 for healthy rows, shape (n,)."""
        values = checked(rows, self.n_features)
        return -self.factor.score_samples(values) if len(values) else np.empty(0)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares by occlusion, shape (n, n_features)."""
        return occlusion_shares(self.score, checked(rows, self.n_features), self.middle)

    def parts(self) -> DetectorParts:
        """The fitted factor, and the medians."""
        return DetectorParts(self.name, estimators={"factor": self.factor}, arrays={"middle": self.middle})


@dataclass(frozen=True)
class CoreDistance:
    """Distance to the nearest core of DBSCAN.

    Attributes
    ----------
    cores : ndarray, shape (n_cores, n_features)
    eps : float
        In the unit of the rows.
    middle : ndarray, shape (n_features,)
        Median of the training rows.
    """

    cores: NDArray[np.float64] = field(repr=False)
    eps: float
    middle: NDArray[np.float64] = field(repr=False)
    name: str = "dbscan"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.middle)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Distance to the nearest core over eps, shape (n,); above 1 DBSCAN calls a row noise."""
        return in_blocks(self._score, checked(rows, self.n_features), len(self.cores))

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares by occlusion, shape (n, n_features)."""
        return occlusion_shares(self.score, checked(rows, self.n_features), self.middle)

    def parts(self) -> DetectorParts:
        """Cores, eps and medians."""
        arrays = {"cores": self.cores, "middle": self.middle}
        return DetectorParts(self.name, arrays=arrays, facts={"eps": self.eps})

    def _score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.sqrt(squared_distances(rows, self.cores).min(axis=1)) / self.eps


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> OutlierFactor | CoreDistance:
    """Fit either; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del groups  # nothing is held out
    chosen, middle = rows[drawn(rows, settings)], np.median(rows, axis=0)
    if name == "dbscan":
        return _fit_cores(chosen, settings, middle)
    n_neighbours = min(settings.n_neighbours, len(chosen) - 1)
    return OutlierFactor(
        LocalOutlierFactor(n_neighbors=n_neighbours, algorithm="brute", novelty=True).fit(chosen), middle
    )


def restore(parts: DetectorParts) -> OutlierFactor | CoreDistance:
    """The detector again.

    Raises
    ------
    ValueError
        The parts hold another estimator.
    """
    middle = parts.arrays["middle"]
    if parts.name == "dbscan":
        return CoreDistance(parts.arrays["cores"], float(parts.facts["eps"]), middle)
    factor = parts.estimators["factor"]
    if not isinstance(factor, LocalOutlierFactor) or factor.n_features_in_ != len(middle):
        raise ValueError(f"the parts hold no local outlier factor of {len(middle)} features; fit the detector again")
    return OutlierFactor(factor, middle)


def squared_distances(rows: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distance of every row to every other, shape (n, n_others), by one matrix product.

    Examples
    --------
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]]))
    array([[25.,  1.]])
    """
    far = rows @ others.T
    far *= -2
    far += (rows**2).sum(axis=1)[:, None]
    far += (others**2).sum(axis=1)
    return np.maximum(far, 0.0, out=far)


def in_blocks(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]], rows: NDArray[np.float64], n_others: int
) -> NDArray[np.float64]:
    """Scores of rows, so many at a time that their distances to ``n_others`` rows stay in the cache."""
    step = max(1, _AT_A_TIME // n_others)
    blocks = [score(rows[first : first + step]) for first in range(0, len(rows), step)]
    return np.concatenate(blocks) if blocks else np.empty(0)


def _fit_cores(rows: NDArray[np.float64], settings: DetectorSettings, middle: NDArray[np.float64]) -> CoreDistance:
    n_neighbours = min(settings.n_core_neighbours, len(rows) - 1)
    neighbours = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute").fit(rows)
    reach = neighbours.kneighbors()[0][:, -1]
    eps = float(np.quantile(reach, settings.core_share))
    return CoreDistance(rows[reach <= eps], eps if eps > _COPIES else 1.0, middle)
