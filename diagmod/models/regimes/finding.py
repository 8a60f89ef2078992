"""Regimes of one view: the space, the clusters in it, their ids, and what retrainings say of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.regimes.clustering import NOISE, Clusters, cluster_points, draw_rows, reaches
from diagmod.models.regimes.matching import Matched, match_regimes
from diagmod.models.regimes.space import RegimeSpace, figures_of
from diagmod.models.regimes.stability import Stability, retrain
from diagmod.models.regimes.stored import RegimeModel
from diagmod.models.regimes.view_rows import HELD_AGAINST, known_figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.io.regime_files import ReviewedRegime
    from diagmod.models.own_baseline import Rows
    from diagmod.models.regimes.settings import RegimeSettings
    from diagmod.models.regimes.view_rows import ViewRows

#: Fewest recordings that are clustered: below it nothing can be told from chance.
FEWEST_RECORDINGS = 10


@dataclass(frozen=True)
class FoundRegimes:
    """Regimes of one view and everything that is told of them.

    Attributes
    ----------
    model : RegimeModel
    rows : Rows
        Figures that are used, length n.
    drawn : ndarray of int, shape (m,)
        Rows that were clustered.
    points : ndarray, shape (n, c)
        NaN where a row could not be placed.
    labels, strengths : ndarray, shape (n,)
        Cluster of every row, -1 for none.
    centroids : ndarray, shape (number of clusters, k)
        Middle of each in the units of the figures.
    stability : Stability
    matched : Matched
    """

    model: RegimeModel
    rows: Rows
    drawn: NDArray[np.int64]
    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    strengths: NDArray[np.float64]
    centroids: NDArray[np.float64]
    stability: Stability
    matched: Matched

    @property
    def is_placed(self) -> NDArray[np.bool_]:
        """Rows that have a place in the space, shape (n,)."""
        return np.asarray(np.isfinite(self.points).all(axis=1))

    @property
    def drawn_rows(self) -> Rows:
        """Rows that were clustered, length m."""
        return self.rows.only(_mask(self.drawn, len(self.rows)))

    @property
    def spreads(self) -> NDArray[np.float64]:
        """Middle of each regime in spreads, shape (number of clusters, k)."""
        return _middles(self.model.space.spreads(self.rows), self.labels)


def why_not(view: str, data: ViewRows) -> str:
    """Why a view cannot be clustered, or ""."""
    rows = data.rows[view]
    names = known_figures(rows)
    if len(names) < 2:
        return f"{len(names)} of {len(rows.names)} figures of the view are known in most segments, 2 are needed"
    known = np.asarray(np.isfinite(figures_of(rows, names).values).all(axis=1))
    if (count := data.about.loc[known, "recording_id"].nunique()) < FEWEST_RECORDINGS:
        return f"{count} recordings know all figures of the view, {FEWEST_RECORDINGS} are needed; record more"
    return ""


def find_regimes(
    view: str, data: ViewRows, settings: RegimeSettings, reviewed: Sequence[ReviewedRegime]
) -> FoundRegimes:
    """Cluster a view, recognise what was reviewed, and train again without some split groups.

    Parameters
    ----------
    view : str
    data : ViewRows
        Of which :func:`why_not` says nothing.
    settings : RegimeSettings
    reviewed : sequence of ReviewedRegime
    """
    rows = figures_of(data.rows[view], known_figures(data.rows[view]))
    known = np.asarray(np.isfinite(rows.values).all(axis=1))
    drawn = draw_rows(data.about, known, settings.segments_each, settings.max_segments)
    mine = rows.only(_mask(drawn, len(rows)))
    size = sizes_of(data.about["recording_id"].to_numpy(str)[drawn], settings)
    space, clusters = cluster_rows(mine, HELD_AGAINST[view], settings.keep_share, size)
    points = space.points(rows)
    centroids = space.in_units(_middles(space.spreads(mine), clusters.labels))
    matched = match_regimes(view, rows.names, centroids, reviewed, settings.match_spreads)
    reach = reaches(points[drawn], clusters.labels, size.neighbours)
    model = RegimeModel(view, space, points[drawn], clusters.labels, clusters.strengths, reach, matched.ids)

    def again(seen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return cluster_rows(mine.only(seen), HELD_AGAINST[view], settings.keep_share, size)[1].labels

    groups = data.about["split_group"].to_numpy(str)[drawn]
    stability = retrain(clusters.labels, groups, again, settings.n_retrainings, settings.seed)
    labels, strengths = model.place(points)
    return FoundRegimes(model, rows, drawn, points, labels, strengths, centroids, stability, matched)


@dataclass(frozen=True)
class ClusterSize:
    """Fewest segments of a regime, and how many neighbours say how dense it is about one."""

    smallest: int
    neighbours: int


def sizes_of(recordings: NDArray[np.str_], settings: RegimeSettings) -> ClusterSize:
    """Sizes in segments, of those in recordings: a recording has so many segments among the drawn ones."""
    each = max(1, int(np.median(np.unique(recordings, return_counts=True)[1])))
    return ClusterSize(settings.smallest_recordings * each, settings.neighbour_recordings * each)


def cluster_rows(rows: Rows, baseline: str, keep_share: float, size: ClusterSize) -> tuple[RegimeSpace, Clusters]:
    """Space and clusters of rows that know every figure."""
    space = RegimeSpace.fit(rows, np.ones(len(rows), dtype=bool), baseline, keep_share)
    return space, cluster_points(space.points(rows), size.smallest, size.neighbours)


def _middles(values: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    number = int(labels.max(initial=NOISE)) + 1
    return np.array([np.nanmedian(values[labels == k], axis=0) for k in range(number)]).reshape(number, values.shape[1])


def _mask(chosen: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, dtype=bool)
    mask[chosen] = True
    return mask
