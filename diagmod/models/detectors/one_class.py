"""A one-class support vector machine: rows far from every healthy support are strange.

The kernel is exp(-gamma d^2) with gamma = 1 / (n_features x mean variance of the features), so that d^2 is measured
against its usual size. The machine's own decision goes to a constant as soon as all kernels vanish, at which ten
spreads and a hundred look alike; the score is therefore minus the logarithm of the weighted mean kernel, which puts
rows in the same order and goes on rising.

References
----------
Schölkopf, B. et al., Neural Computation 13, 2001, DOI 10.1162/089976601750264965.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.svm import OneClassSVM

from diagmod.models.detectors.detector import DetectorParts, checked, drawn
from diagmod.models.detectors.neighbours import in_blocks, squared_distances
from diagmod.models.detectors.occlusion import occlusion_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Mean variance below which all rows count as equal, in squared units of the rows.
_EQUAL = 1e-12


@dataclass(frozen=True)
class OneClass:
    """Support vectors with their weights.

    Attributes
    ----------
    supports : ndarray, shape (n_supports, n_features)
    weights : ndarray, shape (n_supports,)
        Above 0, sum 1.
    gamma : float
    middle : ndarray, shape (n_features,)
        Median of the training rows.
    """

    supports: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] = field(repr=False)
    gamma: float
    middle: NDArray[np.float64] = field(repr=False)
    name: str = "one_class_svm"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.middle)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Minus the natural logarithm of the weighted mean kernel, at least 0, shape (n,)."""
        return in_blocks(self._score, checked(rows, self.n_features), len(self.supports))

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Shares by occlusion, shape (n, n_features)."""
        return occlusion_shares(self.score, checked(rows, self.n_features), self.middle)

    def parts(self) -> DetectorParts:
        """Supports, weights and medians."""
        arrays = {"supports": self.supports, "weights": self.weights, "middle": self.middle}
        return DetectorParts(self.name, arrays=arrays, facts={"gamma": self.gamma})

    def _score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        far = squared_distances(rows, self.supports)
        nearest = far.min(axis=1)
        far -= nearest[:, None]
        far *= -self.gamma
        kernel = np.exp(far, out=far) @ self.weights
        return np.maximum(self.gamma * nearest - np.log(np.maximum(kernel, np.finfo(np.float64).tiny)), 0.0)


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> OneClass:
    """Fit the machine; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del name, groups  # the only one of its family, and nothing is held out
    variance = float(rows.var(axis=0).mean())
    gamma = 1 / (rows.shape[1] * (variance if variance > _EQUAL else 1.0))
    chosen = rows[drawn(rows, settings)]
    machine = OneClassSVM(kernel="rbf", gamma=gamma, nu=settings.svm_nu).fit(chosen)
    weights = machine.dual_coef_[0] / machine.dual_coef_[0].sum()
    return OneClass(np.ascontiguousarray(machine.support_vectors_), weights, gamma, np.median(rows, axis=0))


def restore(parts: DetectorParts) -> OneClass:
    """The detector again."""
    arrays = parts.arrays
    return OneClass(arrays["supports"], arrays["weights"], float(parts.facts["gamma"]), arrays["middle"])
