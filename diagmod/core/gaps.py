"""The whole, running part of a recording: gaps filled where they are short, cut around where not, never in silence.

A spectrum needs evenly spaced samples without a hole. A hole of a few samples is bridged by a cubic
through its neighbours; around a longer one the longest whole stretch is kept. All phases are treated
together, so that they stay in step, and a clean recording comes back as it is. Time in which the motor is
switched off is left out in the same way: it holds no current to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longest hole that is bridged, in seconds: a fortieth of a 50 Hz period, over which a cubic through a sine errs by
#: less than 1e-4 of its amplitude at 5 kHz and more. Pinned by test_a_short_hole_is_bridged_within_a_thousandth.
BRIDGED_S = 0.0005

#: Largest share of samples that may be bridged; beyond, the filled samples themselves would be the signal.
BRIDGED_SHARE = 0.02

#: Blocks in seconds by which running is told, rms over that of the loudest tenth below which a motor is off, and the
#: shortest run that is kept, in seconds. Pinned by test_the_time_before_switching_on_is_left_out.
BLOCK_S, OFF_SHARE, LEAST_RUN_S = 0.1, 0.2, 0.5

#: The same for a current that swings as smoothly as a mains does: after the inrush of a start an idle motor draws a
#: twentieth of it. The mean square of the difference of two samples a millisecond apart, over the power, is 0.1 at
#: 50 Hz and 2 in noise; below 1 it is a mains. Pinned by test_a_motor_that_idles_after_its_start_is_not_off.
OFF_SHARE_SMOOTH, SMOOTH = 0.02, 1.0

#: A phase with more missing than this share is left out as absent.
ABSENT_SHARE = 0.5


@dataclass(frozen=True)
class Repaired:
    """Currents without holes.

    Attributes
    ----------
    currents : ndarray, shape (3, n)
        An absent phase is NaN throughout; all others are finite.
    first : int
        Index of the first sample kept in the recording as given.
    n_bridged, n_cut : int
        Samples filled in, and samples left out at either end.
    note : str
        What was done, in one sentence; empty for nothing.
    """

    currents: NDArray[np.floating]
    first: int
    n_bridged: int
    n_cut: int
    note: str


def repair(currents: NDArray[np.floating], fs: float) -> Repaired:
    """Bridge short holes of all phases, keep the longest stretch without a long one in which the motor runs.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; missing samples are NaN or infinite, an absent phase is NaN.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    Repaired
        ``currents`` is the array given where nothing had to be done.

    Examples
    --------
    >>> x = np.sin(2 * np.pi * 50 * np.arange(1000) / 10000) * np.ones((3, 1))
    >>> x[0, 500] = np.nan
    >>> repaired = repair(x, 10000)
    >>> repaired.n_bridged, bool(np.isfinite(repaired.currents).all())
    (1, True)
    """
    bridged = _bridged(currents, fs)
    first, last = running(bridged.currents, fs)
    n = bridged.currents.shape[1]
    if last - first == n:
        return bridged
    begin_s, end_s = (bridged.first + first) / fs, (bridged.first + last) / fs
    note = f"the motor runs only from {begin_s:.1f} to {end_s:.1f} s; only that is used"
    return Repaired(
        bridged.currents[:, first:last],
        bridged.first + first,
        bridged.n_bridged,
        bridged.n_cut + n - (last - first),
        "; ".join(text for text in (bridged.note, note) if text),
    )


def running(currents: NDArray[np.floating], fs: float) -> tuple[int, int]:
    """Longest range in which the current is not nearly zero; everything where the motor never stops.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        A phase with a missing sample among those looked at takes no part.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    (int, int)
        First sample, and the one behind the last.
    """
    n_block = round(BLOCK_S * fs)
    n = currents.shape[1]
    if n_block < 1 or n < 4 * n_block:
        return 0, n
    blocks = currents[:, : n // n_block * n_block].reshape(len(currents), -1, n_block)[..., :: max(1, n_block // 100)]
    present = [row.astype(np.float64) for row in blocks if np.isfinite(row).all()]
    if not present:
        return 0, n
    with np.errstate(over="ignore", invalid="ignore"):
        power = sum(((row - row.mean()) ** 2).mean(axis=1) for row in present)
        change = sum((np.diff(row, axis=1) ** 2).mean(axis=1) for row in present)
    least = np.where(change < SMOOTH * power, OFF_SHARE_SMOOTH, OFF_SHARE) ** 2
    is_on = power > least * np.quantile(power, 0.9)
    if is_on.all() or not np.isfinite(power).all():
        return 0, n
    begins, ends = true_runs(is_on)
    best = int(np.argmax(ends - begins)) if len(begins) else 0
    if not len(begins) or (ends[best] - begins[best]) * BLOCK_S < LEAST_RUN_S:
        return 0, n
    last = n if ends[best] == len(is_on) else int(ends[best]) * n_block
    return int(begins[best]) * n_block, last


def _bridged(currents: NDArray[np.floating], fs: float) -> Repaired:
    # A missing or infinite sample makes the sum so: whole rows cost one pass.
    with np.errstate(over="ignore", invalid="ignore"):
        sums = currents.sum(axis=1, dtype=np.float64)
    if np.isfinite(sums).all():
        return Repaired(currents, 0, 0, 0, "")
    missing = ~np.isfinite(currents)
    present = missing.mean(axis=1) <= ABSENT_SHARE
    holes = missing[present].any(axis=0)
    if not present.any() or not holes.any():
        return Repaired(np.where(missing, np.nan, currents), 0, 0, 0, "")
    first, last = _stretch(holes, max(1, round(BRIDGED_S * fs)))
    kept = np.where(missing, np.nan, currents)[:, first:last].astype(np.float64)
    kept[~present] = np.nan
    n_bridged = int(np.isnan(kept[present]).sum())
    kept[present] = [bridge(row, np.flatnonzero(np.isnan(row))) for row in kept[present]]
    n_cut = currents.shape[1] - (last - first)
    parts = [f"{n_bridged} missing samples were bridged"] if n_bridged else []
    if n_cut:
        parts.append(
            f"only {first / fs:.2f} to {last / fs:.2f} s are used, the longest stretch without a long gap; "
            f"{n_cut} samples were left out"
        )
    return Repaired(kept, first, n_bridged, n_cut, "; ".join(parts))


def _stretch(holes: NDArray[np.bool_], longest: int) -> tuple[int, int]:
    """Longest range whose holes are all short and few; begins and ends with a sample."""
    begins, ends = true_runs(holes)
    is_long = ends - begins > longest
    if (ends - begins)[~is_long].sum() > BRIDGED_SHARE * len(holes):
        is_long[:] = True
    is_long |= (begins == 0) | (ends == len(holes))
    starts = np.concatenate([[0], ends[is_long]])
    stops = np.concatenate([begins[is_long], [len(holes)]])
    best = int(np.argmax(stops - starts))
    return int(starts[best]), int(stops[best])


def true_runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where every run of true begins, and the place behind its end.

    Examples
    --------
    >>> [x.tolist() for x in true_runs(np.array([True, False, True, True]))]
    [[0, 2], [1, 4]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return edges[::2], edges[1::2]


def bridge(row: NDArray[np.floating], at: NDArray[np.int64]) -> NDArray[np.floating]:
    """A phase whose samples at some places come from the cubic through the two present ones on either side.

    Parameters
    ----------
    row : ndarray, shape (n,)
        Missing samples are not finite; the array given is not changed.
    at : ndarray of int, shape (m,)
        Places to fill, missing ones. Where fewer than four samples are present, a straight line fills them.

    Examples
    --------
    >>> bridge(np.array([0.0, 1.0, np.nan, 3.0, 4.0]), np.array([2])).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    good = np.flatnonzero(np.isfinite(row))
    if not len(at) or not len(good):
        return row
    filled = row.copy()
    if len(good) < 4:
        filled[at] = np.interp(at, good, row[good])
        return filled
    nodes = good[neighbours(good, at)]
    x = (nodes - at[:, None]).astype(np.float64)
    filled[at] = sum(_weight(x, j) * row[nodes[:, j]] for j in range(4))
    return filled


def neighbours(good: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of the four present samples about each place, shape (m, 4): two on either side, fewer at an end.

    Parameters
    ----------
    good : ndarray of int, shape (k,)
        Places of the samples that are present, ascending, at least four.
    at : ndarray of int, shape (m,)
    """
    first = np.clip(np.searchsorted(good, at) - 2, 0, len(good) - 4)
    return first[:, None] + np.arange(4)


def _weight(x: NDArray[np.float64], j: int) -> NDArray[np.float64]:
    """Weight of the j-th node in Lagrange's cubic at zero, nodes at x of shape (m, 4)."""
    weight = np.ones(len(x))
    for k in range(4):
        if k != j:
            weight *= x[:, k] / (x[:, k] - x[:, j])
    return weight
