"""The sampling rate that time stamps give, counted block by block.

The best even clock counts, since coarse stamps are right on average only. Where the steps are regular but for a few
gaps, the gaps are left out: they say that samples are missing, not that the clock is slow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagmod.core.time_stamps import stamp_figures

#: Difference in % between two statements of the sampling rate from which it is noted.
MAX_RATE_ERROR_PCT = 1.0

#: Steps longer than this many usual ones are a gap, and steps within this share of the usual one are regular.
GAP_STEPS, REGULAR_SHARE = 3.0, 0.05

#: Share of the steps that may be irregular where gaps are told apart: a recorder that now and then loses a sample.
MOST_IRREGULAR = 0.01

#: Stamps from which the best even clock is fitted; fewer have their ends alone.
MIN_FITTED = 100

#: Stamps of the beginning by which their evenness is judged.
MOST_STAMPS = 1 << 20

#: Steps of the beginning whose median is the usual step; whoever hands over blocks hands over at least as many first.
FIRST_STEPS = 1 << 10


class StepCounter:
    """Counts the steps between time stamps as their blocks pass.

    Examples
    --------
    >>> counter = StepCounter()
    >>> counter.update(np.array([0.0, 0.1, 0.2]))
    >>> counter.update(np.array([0.3, 0.9, 1.0]))
    >>> counter.n_gaps, round(counter.gap_s, 6)
    (1, 0.5)
    >>> round(counter.rate([], "time"), 6)
    10.0
    """

    def __init__(self) -> None:
        self.first_s = self.last_s = float("nan")
        self.n_stamps = self.n_gaps = self.n_back = 0
        self.gap_s = 0.0
        self.is_finite = True
        self._first: list[NDArray[np.float64]] = []
        self._usual_s = float("nan")
        self._regular_s = 0.0
        self._n_irregular = 0
        self._sum_s = self._moment_s = 0.0

    def update(self, stamps_s: NDArray[np.float64]) -> None:
        """Count the next stamps in seconds, shape (n,)."""
        if not len(stamps_s):
            return
        if not np.isfinite(stamps_s).all():
            self.is_finite = False
            return
        steps = np.diff(stamps_s, prepend=self.last_s)
        if not self.n_stamps:
            self.first_s, steps = float(stamps_s[0]), steps[1:]
        if self.n_stamps < MOST_STAMPS:
            self._first.append(stamps_s[: MOST_STAMPS - self.n_stamps])
        since_s = stamps_s - self.first_s
        self._sum_s += float(since_s.sum())
        self._moment_s += float(np.arange(self.n_stamps, self.n_stamps + len(stamps_s)) @ since_s)
        self.n_stamps += len(stamps_s)
        self.last_s = float(stamps_s[-1])
        if np.isnan(self._usual_s) and len(steps):
            self._usual_s = float(np.median(steps[:FIRST_STEPS]))
        is_gap = steps > GAP_STEPS * self._usual_s
        regular = steps[~is_gap]
        self.n_gaps += int(is_gap.sum())
        self.n_back += int((steps < 0.0).sum())
        self.gap_s += float((steps[is_gap] - self._usual_s).sum())
        self._regular_s += float(regular.sum())
        self._n_irregular += int((np.abs(regular - self._usual_s) > REGULAR_SHARE * self._usual_s).sum())

    def jitter_s(self, fs: float) -> float | None:
        """How far the first stamps stand from an even grid at a rate in Hz, rms in s; None where they fall back."""
        stamps = np.concatenate(self._first) if self._first else np.empty(0)
        if len(stamps) < 2 or self.n_back or not stamps[-1] > stamps[0]:
            return None
        departure = stamp_figures(stamps, fs)[1]
        return departure if np.isfinite(departure) else None

    @property
    def has_gaps(self) -> bool:
        """Whether the steps are regular but for a few gaps."""
        n_most = MOST_IRREGULAR * (self.n_stamps - 1)
        return self._usual_s > 0.0 and self.n_gaps > 0 and self._n_irregular <= n_most

    @property
    def duration_s(self) -> float:
        """From the first stamp to the last, s."""
        return self.last_s - self.first_s

    def rate(self, notes: list[str], label: str) -> float:
        """Sampling rate in Hz; ``notes`` gets a sentence about coarse stamps.

        At least two stamps must have been counted, and the last must be later than the first.
        """
        n_steps = self.n_stamps - 1
        usual, mean = self._usual_s, self.duration_s / n_steps
        if self.has_gaps:
            return (n_steps - self.n_gaps) / self._regular_s
        if abs(usual / mean - 1.0) > MAX_RATE_ERROR_PCT / 100.0:
            notes.append(
                f"{label} rises by {usual:g} s as a rule but by {mean:g} s on average: its stamps are coarse, or "
                "samples are missing"
            )
        has_holes = usual > 0.0 and self.n_gaps > 0
        return 1.0 / (mean if has_holes or self.n_back else self._slope_s())

    def _slope_s(self) -> float:
        """Step of the even clock that fits all stamps best, s: coarse stamps are wrong by less than their ends are."""
        n = self.n_stamps
        if n < MIN_FITTED:
            return self.duration_s / (n - 1)
        return (self._moment_s - self._sum_s * (n - 1) / 2) / (n * (n * n - 1) / 12)
