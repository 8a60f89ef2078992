"""How many spreads a row lies from the middle: the sigma rule and its robust sibling, feature by feature.

The sigma rule looks at the single most unusual feature. The robust z takes median and median absolute deviation, which
a few bad training rows do not move, and the mean over its few highest squares, so that one noisy figure alone weighs
less than several that agree. Neither sees that two features no longer go together.

References
----------
Iglewicz, B. & Hoaglin, D. C., How to Detect and Handle Outliers, ASQC 1993 (robust z).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.detectors.detector import DetectorParts, checked
from diagmod.models.detectors.occlusion import shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings

#: Spread below which a feature counts as constant; it is then measured in the unit of the rows.
CONSTANT = 1e-6

#: Factor that makes the median absolute deviation of normal rows their standard deviation.
_MAD = 1.4826


@dataclass(frozen=True)
class Spreads:
    """Distance from the middle in spreads.

    Attributes
    ----------
    name : str
    centre, spread : ndarray, shape (n_features,)
    n_highest : int
        Features that count.
    """

    name: str
    centre: NDArray[np.float64] = field(repr=False)
    spread: NDArray[np.float64] = field(repr=False)
    n_highest: int

    @property
    def n_features(self) -> int:
        """Features of a row."""
        return len(self.centre)

    def score(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Largest |z| (sigma rule), or mean of the highest squared robust z; shape (n,)."""
        squares = self._squares(rows)
        if self.name == "sigma_rule":
            return np.sqrt(squares.max(axis=1))
        first = self.n_features - self.n_highest
        return np.partition(squares, first, axis=1)[:, first:].mean(axis=1)

    def contributions(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Exact shares, shape (n, n_features): those features that make up the score, the others none."""
        squares = self._squares(rows)
        first = self.n_features - (1 if self.name == "sigma_rule" else self.n_highest)
        least = np.partition(squares, first, axis=1)[:, first : first + 1]
        return shares(np.where(squares >= least, squares, 0.0))

    def parts(self) -> DetectorParts:
        """Middle and spread of the features."""
        arrays = {"centre": self.centre, "spread": self.spread}
        return DetectorParts(self.name, arrays=arrays, facts={"n_highest": self.n_highest})

    def _squares(self, rows: ArrayLike) -> NDArray[np.float64]:
        return ((checked(rows, self.n_features) - self.centre) / self.spread) ** 2


def fit(
    name: str, rows: NDArray[np.float64], settings: DetectorSettings, groups: Sequence[str] | None = None
) -> Spreads:
    """Fit the sigma rule or the robust z; see :func:`diagmod.models.detectors.detector.fit_detector`."""
    del groups  # nothing is held out
    centre, spread = mean_and_spread(rows)
    if name == "robust_z":
        centre, mad = np.median(rows, axis=0), _MAD * np.median(np.abs(rows - np.median(rows, axis=0)), axis=0)
        spread = np.where(mad > CONSTANT, mad, spread)
    return Spreads(name, centre, spread, min(settings.n_highest, rows.shape[1]))


def restore(parts: DetectorParts) -> Spreads:
    """The detector again."""
    return Spreads(parts.name, parts.arrays["centre"], parts.arrays["spread"], int(parts.facts["n_highest"]))


def mean_and_spread(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of every feature; 1 instead of the deviation of a constant one.

    Examples
    --------
    >>> mean_and_spread(np.array([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]]))
    (array([3., 7.]), array([2., 1.]))
    """
    spread = rows.std(axis=0, ddof=1)
    return rows.mean(axis=0), np.where(spread > CONSTANT, spread, 1.0)
