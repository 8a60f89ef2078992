"""Counting a phase once, block by block, while it passes.

A file is read a single time; what the quality rules need is counted on the way. Tallies of blocks
merge into the tally of the whole, so memory does not grow with the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.runs import LongestRun

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
    first_gap : int or None
        Index of the first sample that is missing or infinite.
    last_sample : int or None
        Index of the last finite sample.
    longest_gap, longest_gap_from : int
        Length of the longest hole, and the index at which it begins; 0 without a hole.
    longest_flat, flat_from : int
        Length of the longest run of one value, and the index at which it begins; 0 for runs shorter than
        :data:`diagmod.core.runs.LEAST_RUN` samples.
    """

    n_samples: int
    n_missing: int
    n_infinite: int
    minimum: float
    maximum: float
    mean: float
    rms: float
    first_gap: int | None
    last_sample: int | None = None
    longest_gap: int = 0
    longest_gap_from: int = 0
    longest_flat: int = 0
    flat_from: int = 0

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
    >>> counter.tally().maximum, counter.tally().n_missing, counter.tally().first_gap
    (2.0, 1, 3)
    """

    def __init__(self) -> None:
        self._n = self._missing = self._infinite = 0
        self._minimum, self._maximum = np.inf, -np.inf
        self._sum = self._square = 0.0
        self._first_gap: int | None = None
        self._last_sample: int | None = None
        self._flat = LongestRun()
        self._gap_begin, self._gap, self._gap_from = -1, 0, 0

    def update(self, block: NDArray[np.float32]) -> None:
        """Count the next block, shape (n,); an empty one changes nothing."""
        if not len(block):
            return
        # Squares summed in pieces of float32 keep 7 digits and cost no copy in double precision.
        square = _sum_of_squares(block)
        finite = block
        if not np.isfinite(square):
            good = np.isfinite(block)
            self._note_gaps(block, good)
            finite = block[good]
            square = _sum_of_squares(finite)
            if not np.isfinite(square):
                square = float(np.square(finite, dtype=np.float64).sum())
        else:
            self._gap_begin, self._last_sample = -1, self._n + len(block) - 1
        self._flat.update(block)
        self._n += len(block)
        if len(finite):
            self._square += square
            self._sum += float(finite.sum(dtype=np.float64))
            self._minimum = min(self._minimum, float(finite.min()))
            self._maximum = max(self._maximum, float(finite.max()))

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
            first_gap=self._first_gap,
            last_sample=self._last_sample,
            longest_gap=self._gap,
            longest_gap_from=self._gap_from,
            longest_flat=self._flat.length,
            flat_from=self._flat.first,
        )

    def _note_gaps(self, block: NDArray[np.float32], good: NDArray[np.bool_]) -> None:
        missing = int(np.count_nonzero(np.isnan(block)))
        self._missing += missing
        self._infinite += int(np.count_nonzero(~good)) - missing
        present = np.flatnonzero(good)
        if len(present):
            self._last_sample = self._n + int(present[-1])
        edges = np.flatnonzero(np.diff(np.concatenate([[True], good, [True]]).astype(np.int8)))
        begins, ends = self._n + edges[::2], self._n + edges[1::2]
        if not len(begins):
            self._gap_begin = -1
            return
        if self._first_gap is None:
            self._first_gap = int(begins[0])
        # A hole that the block before left open goes on.
        if self._gap_begin >= 0 and begins[0] == self._n:
            begins[0] = self._gap_begin
        lengths = ends - begins
        at = int(np.argmax(lengths))
        if lengths[at] > self._gap:
            self._gap, self._gap_from = int(lengths[at]), int(begins[at])
        self._gap_begin = -1 if good[-1] else int(begins[-1])


def _sum_of_squares(block: NDArray[np.float32], piece: int = 4096) -> float:
    """Sum of squares; infinite or NaN if a sample is, or if a square overflows."""
    whole = len(block) // piece * piece
    rows = block[:whole].reshape(-1, piece)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64)
        rest = block[whole:].astype(np.float64)
        return float(total + rest @ rest)
