"""Counting a phase once, block by block, while it passes.

A file is read a single time; what the quality rules need is counted on the way. Tallies of blocks
merge into the tally of the whole, so memory does not grow with the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of one phase. Levels are in the unit of the samples and NaN without a finite sample.

    Attributes
    ----------
    n_samples, n_missing, n_infinite : int
        Samples in all, NaN among them, infinite among them.
    minimum, maximum, mean, rms : float
        Over the finite samples.
    n_at_minimum, n_at_maximum : int
        Samples equal to the extremes: many of them mean clipping.
    n_repeats : int
        Samples equal to the one before: many of them mean sample-and-hold.
    first_gap : int or None
        Index of the first sample that is missing or infinite.
    """

    n_samples: int
    n_missing: int
    n_infinite: int
    minimum: float
    maximum: float
    mean: float
    rms: float
    n_at_minimum: int
    n_at_maximum: int
    n_repeats: int
    first_gap: int | None

    @property
    def n_gaps(self) -> int:
        """Samples that are missing or infinite."""
        return self.n_missing + self.n_infinite


class PhaseCounter:
    """Counts one phase as its blocks pass; :meth:`tally` gives the result so far.

    Examples
    --------
    >>> counter = PhaseCounter()
    >>> counter.update(np.array([1, 2], dtype=np.float32))
    >>> counter.update(np.array([2, np.nan], dtype=np.float32))
    >>> counter.tally().n_repeats, counter.tally().n_missing, counter.tally().first_gap
    (1, 1, 3)
    """

    def __init__(self) -> None:
        self._n = self._missing = self._infinite = self._repeats = 0
        self._at_minimum = self._at_maximum = 0
        self._minimum, self._maximum = np.inf, -np.inf
        self._sum = self._square = 0.0
        self._last = np.float32(np.nan)
        self._first_gap: int | None = None

    def update(self, block: NDArray[np.float32]) -> None:
        """Count the next block, shape (n,); an empty one changes nothing."""
        if not len(block):
            return
        # NaN equals nothing, so a gap is never a repeat.
        self._repeats += int(np.count_nonzero(block[1:] == block[:-1])) + int(block[0] == self._last)
        self._last = block[-1]
        # Squares summed in pieces of float32 keep 7 digits and cost no copy in double precision.
        square = _sum_of_squares(block)
        finite = block
        if not np.isfinite(square):
            good = np.isfinite(block)
            self._note_gaps(block, good)
            finite = block[good]
            square = _sum_of_squares(finite)
        self._n += len(block)
        if len(finite):
            self._square += square
            self._sum += float(finite.sum(dtype=np.float64))
            self._count_extremes(finite)

    def tally(self) -> Tally:
        """The counts so far."""
        n = self._n - self._missing - self._infinite
        nan = float("nan")
        return Tally(
            n_samples=self._n,
            n_missing=self._missing,
            n_infinite=self._infinite,
            minimum=self._minimum if n else nan,
            maximum=self._maximum if n else nan,
            mean=self._sum / n if n else nan,
            rms=float(np.sqrt(self._square / n)) if n else nan,
            n_at_minimum=self._at_minimum,
            n_at_maximum=self._at_maximum,
            n_repeats=self._repeats,
            first_gap=self._first_gap,
        )

    def _note_gaps(self, block: NDArray[np.float32], good: NDArray[np.bool_]) -> None:
        missing = int(np.count_nonzero(np.isnan(block)))
        self._missing += missing
        self._infinite += int(np.count_nonzero(~good)) - missing
        if self._first_gap is None and not good.all():
            self._first_gap = self._n + int(np.argmin(good))

    def _count_extremes(self, finite: NDArray[np.float32]) -> None:
        low, high = finite.min(), finite.max()
        if low <= self._minimum:
            before = self._at_minimum if low == self._minimum else 0
            self._minimum, self._at_minimum = float(low), before + int(np.count_nonzero(finite == low))
        if high >= self._maximum:
            before = self._at_maximum if high == self._maximum else 0
            self._maximum, self._at_maximum = float(high), before + int(np.count_nonzero(finite == high))


def _sum_of_squares(block: NDArray[np.float32], piece: int = 4096) -> float:
    """Sum of squares; infinite or NaN if a sample is, or if a square overflows."""
    whole = len(block) // piece * piece
    rows = block[:whole].reshape(-1, piece)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64)
        rest = block[whole:].astype(np.float64)
        return float(total + rest @ rest)
