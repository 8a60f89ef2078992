"""A picture of the space, for eyes alone: distances in it mean little, and nothing is ever clustered in it.

UMAP keeps neighbours together; with a fixed seed it works in one thread and gives the same picture again. Where it
cannot work, the first two main components stand in and the reason is said.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: How a picture is drawn.
PICTURES = ("umap", "pca")

#: Fewest points for UMAP, and neighbours that it keeps together.
FEWEST_POINTS, _NEIGHBOURS = 50, 30


@dataclass(frozen=True)
class Picture:
    """Places on paper, shape (n, 2), how they were found, and why not otherwise ("" for no reason)."""

    places: NDArray[np.float64]
    method: str
    reason: str = ""


def picture_of(points: NDArray[np.float64], method: str, seed: int) -> Picture:
    """Points of the space on paper.

    Parameters
    ----------
    points : ndarray, shape (n, c)
        Finite.
    method : str
        One of :data:`PICTURES`.
    seed : int

    Raises
    ------
    ValueError
        The method is unknown.
    """
    if method not in PICTURES:
        raise ValueError(f"picture must be {' or '.join(PICTURES)}, got {method!r}")
    if method == "pca":
        return Picture(_plane(points), "pca", "main components were asked for")
    if len(points) < FEWEST_POINTS or points.shape[1] < 2:
        return Picture(
            _plane(points), "pca", f"{len(points)} segments in {points.shape[1]} directions are few for UMAP"
        )
    with warnings.catch_warnings(action="ignore"):  # that TensorFlow, which is not used, is not there
        from umap import UMAP

    drawn = UMAP(n_neighbors=_NEIGHBOURS, min_dist=0.1, random_state=seed, n_jobs=1).fit_transform(points)
    return Picture(np.asarray(drawn, dtype=np.float64).round(4), "umap")


def _plane(points: NDArray[np.float64]) -> NDArray[np.float64]:
    plane = np.zeros((len(points), 2))
    plane[:, : min(2, points.shape[1])] = points[:, :2]
    return plane.round(4)
