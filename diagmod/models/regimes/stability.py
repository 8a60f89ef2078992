"""Do the same regimes come back when other motors were recorded? Clustering again without some split groups.

A cluster is always found; whether it is there is another question. Each retraining leaves out a share of the split
groups, fits everything anew and is compared on the segments that both saw: the adjusted Rand index over all, and for
every regime the overlap (Jaccard) with the cluster that resembles it most.

References
----------
Hubert, L. & Arabie, P., J. Classif. 2, 1985, 193, DOI 10.1007/BF01908075 (adjusted Rand index).
Hennig, C., Comput. Stat. Data Anal. 52, 2007, 258, DOI 10.1016/j.csda.2006.11.025 (overlap: below 0.6 not stable).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

#: Share of the split groups that a retraining sees.
SEEN_SHARE = 0.8

#: Mean overlap below which a regime is called unstable (Hennig 2007).
STABLE = 0.6

#: Bounds of the interval, percent of the retrainings: it holds 95 of 100.
_BOUNDS_PCT = (2.5, 97.5)

#: Fewest members that a retraining must have seen to say something of a regime: as a share of them.
_FEWEST_SEEN = 0.3


@dataclass(frozen=True)
class Stability:
    """What retrainings say.

    Attributes
    ----------
    rand, rand_low, rand_high : float
        Mean adjusted Rand index, and the interval that holds 95 of 100 retrainings; NaN without any.
    overlaps : ndarray, shape (number of regimes,)
        Mean overlap of each regime with its like; NaN where no retraining saw enough of it.
    n_retrainings : int
    """

    rand: float
    rand_low: float
    rand_high: float
    overlaps: NDArray[np.float64]
    n_retrainings: int


def retrain(
    labels: NDArray[np.int64],
    groups: NDArray[np.str_],
    train: Callable[[NDArray[np.bool_]], NDArray[np.int64]],
    n_retrainings: int,
    seed: int,
) -> Stability:
    """Compare clusters with those of retrainings that have not seen all split groups.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Cluster of every row, -1 for none.
    groups : ndarray of str, shape (n,)
        Split group of every row.
    train : callable
        From a mask of rows to the labels of those rows.
    n_retrainings : int
        0 for no statement.
    seed : int
    """
    from sklearn.metrics import adjusted_rand_score

    number = int(labels.max(initial=-1)) + 1
    rand, overlaps = [], []
    for seen in _subsets(groups, n_retrainings, seed):
        again = train(seen)
        rand.append(float(adjusted_rand_score(labels[seen], again)))
        overlaps.append([_best_overlap(labels, seen, again, k) for k in range(number)])
    if not rand:
        return Stability(np.nan, np.nan, np.nan, np.full(number, np.nan), 0)
    low, high = np.percentile(rand, _BOUNDS_PCT)
    table = np.array(overlaps, dtype=np.float64).reshape(len(rand), number)
    told = np.isfinite(table)
    mean = np.where(told.any(axis=0), np.where(told, table, 0.0).sum(axis=0) / np.maximum(told.sum(axis=0), 1), np.nan)
    return Stability(float(np.mean(rand)), float(low), float(high), mean, len(rand))


def _subsets(groups: NDArray[np.str_], n_retrainings: int, seed: int) -> Iterator[NDArray[np.bool_]]:
    names = np.unique(groups)
    n_seen = min(max(2, round(SEEN_SHARE * len(names))), len(names) - 1)
    if n_seen < 2:
        return
    rng = np.random.default_rng(seed)
    for _ in range(n_retrainings):
        yield np.isin(groups, rng.choice(names, n_seen, replace=False))


def _best_overlap(labels: NDArray[np.int64], seen: NDArray[np.bool_], again: NDArray[np.int64], k: int) -> float:
    """Jaccard overlap of a regime with its like; NaN where too few of its members were seen."""
    own = labels[seen] == k
    if own.sum() < _FEWEST_SEEN * (labels == k).sum() or not own.any():
        return np.nan
    others = (again == c for c in range(int(again.max(initial=-1)) + 1))
    return max((float((own & other).sum() / (own | other).sum()) for other in others), default=0.0)
