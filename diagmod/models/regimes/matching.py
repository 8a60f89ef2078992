"""The same regime keeps its id: today's clusters are assigned to those of the reviewed file.

The assignment is the one with the least total distance (Hungarian), and a pair farther apart than a limit is none: then
the cluster is new and takes an id that was never used, and the reviewed regime has vanished, which is said, not mended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linear_sum_assignment

from diagmod.models.own_baseline import tamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.io.regime_files import ReviewedRegime

#: Letter of the ids of each view.
LETTERS = {"operation": "O", "shape": "S"}


@dataclass(frozen=True)
class Matched:
    """Ids of today's clusters.

    Attributes
    ----------
    ids : tuple of str
        Of every cluster, in their order.
    distances : ndarray, shape (number of clusters,)
        From the reviewed regime of that id, in spreads; NaN for a new one.
    vanished : tuple of str
        Reviewed ids that no cluster has today.
    """

    ids: tuple[str, ...]
    distances: NDArray[np.float64]
    vanished: tuple[str, ...]


def match_regimes(
    view: str, names: Sequence[str], centroids: NDArray[np.float64], reviewed: Sequence[ReviewedRegime], limit: float
) -> Matched:
    """Give every cluster an id: that of its reviewed regime, or a new one.

    Parameters
    ----------
    view : str
    names : sequence of str, length k
        Figures.
    centroids : ndarray, shape (number of clusters, k)
        Middle of each cluster in the units of the figures.
    reviewed : sequence of ReviewedRegime
        Of all views; those of another view or of other figures cannot be matched.
    limit : float
        Largest distance of a pair, in spreads.
    """
    own = [regime for regime in reviewed if regime.view == view]
    distance = np.array([[_distance(names, c, regime) for regime in own] for c in centroids]).reshape(
        len(centroids), len(own)
    )
    rows, columns = linear_sum_assignment(np.minimum(distance, 1e6))
    pairs = {int(r): int(c) for r, c in zip(rows, columns, strict=True) if distance[r, c] <= limit}
    new = iter(_new_ids(view, reviewed, len(centroids)))
    ids = tuple(own[pairs[k]].id if k in pairs else next(new) for k in range(len(centroids)))
    off = np.array([distance[k, pairs[k]] if k in pairs else np.nan for k in range(len(centroids))], dtype=np.float64)
    return Matched(ids, off, tuple(regime.id for regime in own if regime.id not in ids))


def _distance(names: Sequence[str], centroid: NDArray[np.float64], regime: ReviewedRegime) -> float:
    """Root mean square distance over the figures in the spreads of the review; infinite where the figures differ."""
    if set(names) != set(regime.centroid):
        return np.inf
    then = np.array([regime.centroid[name] for name in names])
    spread = np.array([regime.scale[name] for name in names])
    usual = np.array([regime.usual[name] for name in names])
    both = tamed(np.vstack([(centroid - usual) / spread, (then - usual) / spread]))[0]
    return float(np.sqrt(np.mean((both[0] - both[1]) ** 2)))


def _new_ids(view: str, reviewed: Sequence[ReviewedRegime], number: int) -> list[str]:
    letter = LETTERS[view]
    used = [int(found[1]) for regime in reviewed if (found := re.fullmatch(rf"{letter}(\d+)", regime.id))]
    first = max(used, default=0) + 1
    return [f"{letter}{k}" for k in range(first, first + number)]
