"""A stored set of regimes, and how a new segment finds its own.

Kept are the space of each view and the segments that were clustered, with their regime. A new segment belongs to the
regime of the stored one it lies nearest to, if it lies within the reach of that regime; near noise, or beyond, it
belongs to none. So the stored segments get back exactly what the clustering said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.io.embedding_files import read_embedding, write_embedding
from diagmod.io.model_files import ModelError
from diagmod.models.regimes.clustering import NOISE
from diagmod.models.regimes.space import RegimeSpace
from diagmod.models.regimes.view_rows import VIEWS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.models.own_baseline import Rows

#: What kind of model it is, and what its output says, for the card.
MODEL_TYPE = "HDBSCAN of segments in main components"
SAYS = (
    "a regime says which segments resemble one another in operation or in shape; what it means is said by the engineer "
    "who labelled it, and a segment far from all of them has none"
)

#: Arrays of a view beside those of its space.
_ARRAYS = ("points", "labels", "strengths", "reaches")


@dataclass(frozen=True)
class RegimeModel:
    """Regimes of one view.

    Attributes
    ----------
    view : str
    space : RegimeSpace
    points : ndarray, shape (m, c)
        Segments that were clustered.
    labels : ndarray of int, shape (m,)
        Cluster of each, -1 for noise.
    strengths : ndarray, shape (m,)
    reaches : ndarray, shape (number of clusters,)
        Farthest that a segment may lie from a member.
    ids : tuple of str
        Of the clusters.
    """

    view: str
    space: RegimeSpace
    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]
    reaches: NDArray[np.float64]
    ids: tuple[str, ...]

    def assign(self, rows: Rows) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
        """Regime and strength of new segments.

        Parameters
        ----------
        rows : Rows
            The view of :func:`diagmod.models.regimes.view_rows.view_rows`, length n.

        Returns
        -------
        regimes : ndarray of str, shape (n,)
            "" for none.
        strengths : ndarray, shape (n,)
            0 to 1, 0 for none; NaN where a figure is not known.
        """
        labels, strengths = self.place(self.space.points(rows))
        names = np.array([*self.ids, ""], dtype=str)
        return names[labels], strengths

    def place(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Cluster (-1 for none) and strength of points, NaN where a point is not known."""
        from sklearn.neighbors import NearestNeighbors

        known = np.flatnonzero(np.isfinite(points).all(axis=1))
        labels, strengths = np.full(len(points), NOISE, dtype=np.int64), np.full(len(points), np.nan)
        if not len(known):
            return labels, strengths
        distance, nearest = NearestNeighbors(n_neighbors=1).fit(self.points).kneighbors(points[known])
        off, at = distance[:, 0], nearest[:, 0]
        reach = np.append(self.reaches, 0.0)[self.labels[at]]  # the last stands for noise
        is_in = (self.labels[at] != NOISE) & (off <= reach)
        depth = 1 - off / np.where(reach > 0, 2 * reach, 1.0)
        labels[known] = np.where(is_in, self.labels[at], NOISE)
        strengths[known] = np.where(is_in, self.strengths[at] * np.clip(depth, 0.0, 1.0), 0.0)
        return labels, strengths


def write_regimes(folder: Path, models: Mapping[str, RegimeModel], lineage: dict[str, Any]) -> None:
    """Write the models of all views into one folder: facts as JSON, numbers as safetensors."""
    arrays: dict[str, NDArray[Any]] = {}
    views: dict[str, Any] = {}
    for view, model in models.items():
        own, facts = model.space.stored(view)
        arrays |= own | {f"{view}.{name}": getattr(model, name) for name in _ARRAYS}
        views[view] = {**facts, "ids": list(model.ids)}
    features = [f"{view}.{name}" for view, model in models.items() for name in model.space.names]
    facts = {"model_type": MODEL_TYPE, "says": SAYS, "features": features, "views": views, "lineage": lineage}
    write_embedding(folder, arrays, facts)


def read_regime_models(folder: Path) -> tuple[dict[str, RegimeModel], dict[str, Any]]:
    """Models by view, and the facts of the folder.

    Raises
    ------
    ModelError
        A file is missing, is not what ``model.json`` describes, or holds no regimes.
    """
    arrays, facts = read_embedding(folder)
    try:
        models = {view: _model(view, arrays, facts["views"][view]) for view in VIEWS if view in facts["views"]}
    except (KeyError, TypeError) as exc:
        raise ModelError(f"the model in {folder.name} lacks {exc}; train it again or take another version") from exc
    return models, facts


def _model(view: str, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> RegimeModel:
    points, labels, strengths, reaches = (arrays[f"{view}.{name}"] for name in _ARRAYS)
    ids = tuple(facts["ids"])
    return RegimeModel(view, RegimeSpace.of(view, arrays, facts), points, labels, strengths, reaches, ids)
