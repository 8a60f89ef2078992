"""Repair and trimming before features, all phases together, as a step that says what it did.

Holes of a few samples are bridged, time at either end in which the motor is off or nothing was recorded is cut off,
and longer holes stay: they make the features of the segments they touch undefined. Features of a recording as a
whole need a stretch without a hole; the longest one is named. Clean recordings pass through the same code and come
out bit by bit as they went in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.core.gaps import ABSENT_SHARE, BRIDGED_S, BRIDGED_SHARE, bridge, neighbours, running, true_runs
from diagmod.core.recording import PHASES

#: Longest hole that may be asked to be bridged, in seconds: a quarter of a 50 Hz period, over which the cubic errs by
#: 1.6 % of a sine, (2 pi 50 x 0.005 / 2)^4 / 24. Pinned by test_the_longest_hole_that_may_be_asked_for.
MOST_BRIDGED_S = 0.005

#: How samples are filled, as the table of preparations names it.
METHOD = "cubic through two samples on either side"


@dataclass(frozen=True, kw_only=True)
class PreparationSettings:
    """What is done to a recording before its features are computed.

    Attributes
    ----------
    repair : bool
        Whether short holes are bridged.
    longest_gap_ms : float
        Longest hole that is bridged, ms; a single missing sample always is.
    trim : bool
        Whether time at either end without current is cut off.
    """

    repair: bool = True
    longest_gap_ms: float = 1000 * BRIDGED_S
    trim: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.longest_gap_ms <= 1000 * MOST_BRIDGED_S:
            raise ValueError(
                f"longest_gap_ms must lie between 0 and {1000 * MOST_BRIDGED_S:g} ms, got {self.longest_gap_ms:g}; "
                "longer holes cannot be bridged without inventing current"
            )


@dataclass(frozen=True, eq=False)
class Preparation:
    """A recording ready for its features, and what was done to it.

    Attributes
    ----------
    currents : ndarray, shape (3, n_kept)
        What was kept, with short holes bridged; what is still missing is as it was given.
    first, last : int
        First sample kept, and the one behind the last, in the recording as given.
    whole : (int, int)
        Longest range of the recording as given without a hole in any phase that is there.
    filled, missing : (int, int, int)
        Samples of R, S, T bridged, and still missing in what was kept; an absent phase has neither.
    longest_filled : int
        Samples of the longest hole that was bridged.
    reason : str
        What was done and what was left, in words; empty for nothing.
    """

    currents: NDArray[np.floating]
    first: int
    last: int
    whole: tuple[int, int]
    filled: tuple[int, int, int]
    missing: tuple[int, int, int]
    longest_filled: int
    reason: str

    @property
    def stretch(self) -> NDArray[np.floating]:
        """Currents of ``whole``: those of the features of the recording, a view of shape (3, n)."""
        return self.currents[:, self.whole[0] - self.first : self.whole[1] - self.first]


def prepare_for_features(currents: NDArray[np.floating], fs: float, settings: PreparationSettings) -> Preparation:
    """Bridge short holes and trim both ends, of all phases together.

    A hole is bridged when it is no longer than the setting, lies between samples of its own phase, and all holes so
    bridged are at most 2 % of the recording (:data:`diagmod.core.gaps.BRIDGED_SHARE`); else it stays. A phase with more
    missing than half is absent: nothing is done to it and it limits no other.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; missing samples are NaN or infinite.
    fs : float
        Sampling rate in Hz.
    settings : PreparationSettings

    Returns
    -------
    Preparation
        ``currents`` is a view of the array given where no sample was filled.

    Examples
    --------
    >>> x = np.sin(2 * np.pi * 50 * np.arange(1000) / 10000) * np.ones((3, 1))
    >>> x[0, 500] = np.nan
    >>> prepare_for_features(x, 10000, PreparationSettings()).reason
    '1 sample filled in R'
    """
    n = currents.shape[1]
    missing = {k: rows for k, rows in enumerate(_missing(currents)) if rows.sum() <= ABSENT_SHARE * n}
    filled, longest = np.zeros(3, dtype=int), 0
    if settings.repair and any(rows.any() for rows in missing.values()):
        currents, filled, longest = _filled(currents, missing, max(1, round(settings.longest_gap_ms * fs / 1000)))
        missing = {k: rows for k, rows in enumerate(_missing(currents)) if k in missing}
    first, last = _ends(currents, missing, fs) if settings.trim else (0, n)
    left = [int(missing[k][first:last].sum()) if k in missing else 0 for k in range(3)]
    whole = _longest_whole([rows[first:last] for rows in missing.values()], last - first)
    return Preparation(
        currents[:, first:last], first, last, (first + whole[0], first + whole[1]),
        (int(filled[0]), int(filled[1]), int(filled[2])), (left[0], left[1], left[2]), longest,
        _in_words(filled, left, (first, last, n), fs),
    )  # fmt: skip


def _missing(currents: NDArray[np.floating]) -> list[NDArray[np.bool_]]:
    """Where each phase has no sample: shape (n,), without memory for a phase that is whole."""
    # A missing or infinite sample makes the sum so: a whole row costs one pass.
    with np.errstate(over="ignore", invalid="ignore"):
        is_whole = np.isfinite(currents.sum(axis=1, dtype=np.float64))
    none = np.broadcast_to(np.False_, currents.shape[1])
    return [none if whole else ~np.isfinite(row) for row, whole in zip(currents, is_whole, strict=True)]


def _filled(
    currents: NDArray[np.floating], missing: dict[int, NDArray[np.bool_]], longest: int
) -> tuple[NDArray[np.floating], NDArray[np.int_], int]:
    """Currents with every short hole bridged, samples filled per phase, and the longest hole among them."""
    holes = {k: _short(rows, longest) for k, rows in missing.items()}
    n_filled, n_longest = np.zeros(3, dtype=int), 0
    if sum(int(lengths.sum()) for _, lengths in holes.values()) > BRIDGED_SHARE * currents.shape[1]:
        return currents, n_filled, n_longest
    result = currents.copy()
    for k, (begins, lengths) in holes.items():
        if len(begins):
            inside = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            result[k] = bridge(currents[k], np.repeat(begins, lengths) + inside)
            n_filled[k], n_longest = lengths.sum(), max(n_longest, int(lengths.max()))
    return result, n_filled, n_longest


def _short(missing: NDArray[np.bool_], longest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First samples and lengths of the holes of a phase that can be bridged."""
    good = np.flatnonzero(~missing)
    begins, ends = true_runs(missing)
    if len(good) < 4:
        return begins[:0], begins[:0]
    nodes = good[neighbours(good, begins)]
    # The samples that carry a bridge must lie beside it, not beyond another, longer hole.
    is_near = (nodes[:, 1] < begins) & (nodes[:, 2] >= ends) & (nodes[:, 3] - nodes[:, 0] <= 3 * longest + 3)
    taken = (ends - begins <= longest) & is_near
    return begins[taken], (ends - begins)[taken]


def _ends(currents: NDArray[np.floating], missing: dict[int, NDArray[np.bool_]], fs: float) -> tuple[int, int]:
    """First sample, and the one behind the last, of the time in which something was recorded and the motor runs."""
    n = currents.shape[1]
    if not missing:
        return 0, n
    present = ~np.logical_and.reduce(list(missing.values()))
    if not present.any():
        return 0, n
    first, last = int(np.argmax(present)), n - int(np.argmax(present[::-1]))
    begin, end = running(currents[:, first:last], fs)
    return first + begin, first + end


def _longest_whole(missing: list[NDArray[np.bool_]], n: int) -> tuple[int, int]:
    """Longest range in which no phase misses a sample; everything where no phase is there."""
    if not any(rows.any() for rows in missing):
        return 0, n
    begins, ends = true_runs(~np.logical_or.reduce(missing))
    if not len(begins):
        return 0, 0
    best = int(np.argmax(ends - begins))
    return int(begins[best]), int(ends[best])


def _in_words(filled: NDArray[np.int_], left: list[int], kept: tuple[int, int, int], fs: float) -> str:
    first, last, n = kept
    parts = [
        f"{count} sample{'s' if count > 1 else ''} {what} in {phase}"
        for counts, what in ((filled, "filled"), (left, "still missing"))
        for phase, count in zip(PHASES, counts, strict=True)
        if count
    ]
    if last - first < n:
        parts.append(f"cut to {first / fs:.2f} to {last / fs:.2f} s, where the motor runs and something was recorded")
    return "; ".join(parts)
