"""An isolation forest: rows that few random cuts set apart are strange.

It sees one feature at a time, so that it follows any shape of the healthy rows, but its score ends at the edge of what
it was fitted to: ten spreads out is hardly stranger than five.

References
----------
Liu, F. T., Ting, K. M. & Zhou, Z.-H., Isolation forest, ICDM 2008, DOI 10.1109/ICDM.2008.17.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.ensemble import IsolationForest

from diagmod.models.detectors.detector import DetectorParts, checked
from diagmod.models.detectors.occlusion import occlusion_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings


@dataclass(frozen=True)
class Forest:
    """A fitted isolation forest and the median of its training rows."""

    forest: IsolationForest = field(repr=False)
    middle: NDArray[np.float64] = field(repr=False)
    name: str = "isolation_forest"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.middle)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Anomaly score of Liu et al., 0 to 1, shape (n,)."""
        values = checked(rows, self.n_features)
        return -self.forest.score_samples(values) if len(values) else np.empty(0)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares by occlusion, shape (n, n_features)."""
        return occlusion_shares(self.score, checked(rows, self.n_features), self.middle)

    def parts(self) -> DetectorParts:
        """The forest, and the medians."""
        return DetectorParts(self.name, estimators={"forest": self.forest}, arrays={"middle": self.middle})


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Forest:
    """Fit the forest; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del name, groups  # the only one of its family, and nothing is held out
    forest = IsolationForest(
        n_estimators=settings.n_trees, max_samples=min(settings.max_samples, len(rows)), random_state=settings.seed
    )
    return Forest(forest.fit(rows), np.median(rows, axis=0))


def restore(parts: DetectorParts) -> Forest:
    """The detector again.

    Raises
    ------
    ValueError
        The parts hold another estimator.
    """
    forest, middle = parts.estimators["forest"], parts.arrays["middle"]
    if not isinstance(forest, IsolationForest) or forest.n_features_in_ != len(middle):
        raise ValueError(f"the parts hold no isolation forest of {len(middle)} features; fit the detector again")
    return Forest(forest, middle)
