"""Principal components: Hotelling's T2 inside the healthy subspace, and Q (SPE) for what leaves it.

T2 grows when features move together as usual, but too far; Q when they no longer go together. Both are quadratic forms
of the standardised row. Each is divided by its own quantile among the training rows and they are added, the combined
index of Yue and Qin, which again is one quadratic form z' F z: its square root M gives the score |M z|^2 by a single
matrix product, and the squares of the entries of M z are the complete decomposition contributions of Alcala and Qin,
which are at least 0 and add up to the score exactly.

References
----------
Yue, H. H. & Qin, S. J., Ind. Eng. Chem. Res. 40, 2001, DOI 10.1021/ie000141+;
Alcala, C. F. & Qin, S. J., Automatica 45, 2009, DOI 10.1016/j.automatica.2009.02.027.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.detectors.detector import DetectorParts, checked
from diagmod.models.detectors.occlusion import shares
from diagmod.models.detectors.spreads import mean_and_spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Quantile of the training rows by which T2 and Q are divided.
_QUANTILE = 0.95

#: Smallest limits of T2 and Q that are believed, in squared spreads: features that depend on each other exactly leave
#: nothing but rounding in Q.
_LEAST_T2, _LEAST_Q = 1e-2, 1e-6


@dataclass(frozen=True)
class Subspace:
    """The combined index of T2 and Q.

    Attributes
    ----------
    centre, spread : ndarray, shape (n_features,)
        Mean and standard deviation of the training rows.
    root : ndarray, shape (n_features, n_features)
        Symmetric root M of the index.
    n_components : int
    """

    centre: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)
    root: NDArray[np.float64] = field(repr=False)
    n_components: int
    name: str = "pca_t2_q"

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.centre)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """T2 over its limit and Q over its limit, added; shape (n,)."""
        return self._squares(rows).sum(axis=1)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Exact shares of the index, shape (n, n_features)."""
        return shares(self._squares(rows))

    def parts(self) -> DetectorParts:
        """The index as numbers."""
        arrays = {"centre": self.centre, "spread": self.spread, "root": self.root}
        return DetectorParts(self.name, arrays=arrays, facts={"n_components": self.n_components})

    def _squares(self, rows: ArrayLike) -> NDArray[np.float64]:
        return (((checked(rows, self.n_features) - self.centre) / self.spread) @ self.root) ** 2


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Subspace:
    """Fit the index; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del name, groups  # the only one of its family, and nothing is held out
    centre, spread = mean_and_spread(rows)
    z = (rows - centre) / spread
    variances, directions = np.linalg.eigh(z.T @ z / (len(rows) - 1))
    variances, directions = np.maximum(variances[::-1], 0.0), directions[:, ::-1]
    n = _n_components(variances, len(rows), settings.variance_share)
    kept = directions[:, :n]
    inside = kept * np.sqrt(1 / np.maximum(variances[:n], _LEAST_T2)) @ kept.T
    outside = np.eye(len(centre)) - kept @ kept.T
    t2, q = (np.quantile(((z @ form) ** 2).sum(axis=1), _QUANTILE) for form in (inside, outside))
    root = inside / np.sqrt(max(t2, _LEAST_T2)) + outside / np.sqrt(max(q, _LEAST_Q))
    return Subspace(centre, spread, root, n)


def restore(parts: DetectorParts) -> Subspace:
    """The detector again."""
    arrays = parts.arrays
    return Subspace(arrays["centre"], arrays["spread"], arrays["root"], int(parts.facts["n_components"]))


def _n_components(variances: NDArray[np.float64], n_rows: int, share: float) -> int:
    """Components that keep the share; never all, nor more than half as many as there are rows."""
    if not variances.sum():
        return 1
    wanted = int(np.searchsorted(np.cumsum(variances) / variances.sum(), share)) + 1
    return max(1, min(wanted, len(variances) - 1, (n_rows - 1) // 2))
