"""How rare a score is among healthy scores, also beyond the largest of them.

Among the healthy scores the upper-tail probability is counted (ties by half) and runs straight from score to score.
Beyond the highest tenth it follows a generalised Pareto distribution of the excesses, so that it goes on falling where
nothing was seen. Its shape is estimated by probability-weighted moments and kept between 0.1 and 0.5: the surprise,
-log10 of the probability, then grows like a logarithm, and a single detector gone wild cannot outvote all others.

References
----------
Hosking, J. R. M. & Wallis, J. R., Technometrics 29, 1987, DOI 10.1080/00401706.1987.10488243.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Least and largest shape of the tail; also the shape where there are too few excesses to tell.
_SHAPES = (0.1, 0.5)

#: Excesses: a tenth of the scores, at least so many, at most half of the scores.
_FEWEST_EXCESSES = 10

#: Smallest mean excess that is believed, as a share of the size of the scores.
_LEAST_SCALE = 1e-6


@dataclass(frozen=True)
class Tail:
    """Upper-tail probability of a score among healthy ones.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        Healthy scores in order.
    start, share : float
        Score at which the tail begins, and the probability of more.
    scale, shape : float
        Of the generalised Pareto distribution.
    """

    scores: NDArray[np.float64] = field(repr=False)
    start: float
    share: float
    scale: float
    shape: float

    @classmethod
    def of(cls, scores: ArrayLike) -> Tail:
        """Fit to healthy scores.

        Raises
        ------
        ValueError
            There are fewer than 2 scores, or one is not finite.
        """
        ordered = np.sort(np.asarray(scores, dtype=np.float64))
        if len(ordered) < 2 or not np.isfinite(ordered).all():
            raise ValueError(f"at least 2 finite scores are needed to tell which are rare, got {len(ordered)} in all")
        n = len(ordered)
        n_excesses = min(max(n // 10, _FEWEST_EXCESSES), n // 2)
        start = float(ordered[n - n_excesses - 1])
        excesses = ordered[n - n_excesses :] - start
        shape = _shape(excesses)
        least = _LEAST_SCALE * max(float(np.abs(ordered).max()), _LEAST_SCALE)
        scale = max(float(excesses.mean()), least) * (1 - shape)
        above = float(np.mean(ordered > start) + np.mean(ordered == start) / 2)
        return cls(ordered, start, above, scale, shape)

    def probability(self, scores: ArrayLike) -> NDArray[np.float64]:
        """Probability that a healthy score is higher, in (0, 1], shape of the scores."""
        given = np.asarray(scores, dtype=np.float64)
        values, counts = np.unique(self.scores, return_counts=True)
        above = 1 - (np.cumsum(counts) - counts / 2) / len(self.scores)
        beyond = np.maximum(given - self.start, 0.0)
        far = self.share * (1 + self.shape * beyond / self.scale) ** (-1 / self.shape)
        return np.where(given > self.start, far, np.interp(given, values, above))

    def surprise(self, scores: ArrayLike) -> NDArray[np.float64]:
        """-log10 of the probability, at least 0: 2 is a score that one healthy row in a hundred exceeds."""
        return -np.log10(np.maximum(self.probability(scores), np.finfo(np.float64).tiny))

    def quantile(self, probability: float) -> float:
        """Score that is exceeded with a probability below the share of the tail.

        Examples
        --------
        >>> tail = Tail.of(range(100))
        >>> bool(np.isclose(tail.probability(tail.quantile(0.001)), 0.001))
        True
        """
        return self.start + self.scale / self.shape * ((probability / self.share) ** -self.shape - 1)


def _shape(excesses: NDArray[np.float64]) -> float:
    """Shape by probability-weighted moments of excesses in order, kept within limits."""
    n = len(excesses)
    if n < _FEWEST_EXCESSES:
        return _SHAPES[0]
    mean = excesses.mean()
    weighted = ((n - 0.65 - np.arange(n)) / n * excesses).mean()
    if mean - 2 * weighted <= 0:
        return _SHAPES[0]
    return float(np.clip(2 - mean / (mean - 2 * weighted), *_SHAPES))
