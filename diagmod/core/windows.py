"""Cutting a recording into segments whose times are true times.

Segment k covers samples [start_k, start_k + n); its time is start_k / fs seconds after the first
sample of the recording. Samples after the last full segment belong to no segment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.inexact)


def segment_starts(n_samples: int, fs: float, length_s: float, overlap: float) -> tuple[NDArray[np.int64], int]:
    """First sample of every full segment, and the segment length in samples.

    Parameters
    ----------
    n_samples : int
        Length of the recording.
    fs : float
        Sampling rate in Hz.
    length_s : float
        Segment length in seconds; at least 4 samples.
    overlap : float
        Share of a segment that it has in common with the next, 0 <= overlap < 1.

    Raises
    ------
    ValueError
        ``length_s`` is shorter than 4 samples or ``overlap`` is outside [0, 1).
    """
    n = round(length_s * fs)
    if n < 4:
        raise ValueError(f"a segment must hold at least 4 samples, got {length_s:g} s at {fs:g} Hz; lengthen it")
    if not 0.0 <= overlap < 1.0:
        raise ValueError(f"overlap must be at least 0 and below 1, got {overlap:g}")
    step = max(1, round(n * (1.0 - overlap)))
    return np.arange(0, n_samples - n + 1, step, dtype=np.int64), n


def segments(x: NDArray[Scalar], starts: NDArray[np.int64], n: int) -> NDArray[Scalar]:
    """View of the segments of ``x``.

    Parameters
    ----------
    x : ndarray, shape (..., n_samples)
    starts, n
        As given by :func:`segment_starts`.

    Returns
    -------
    ndarray, shape (n_segments, ..., n)
        A read-only view where the starts are evenly spaced (they are), no copy; empty where ``x`` is
        shorter than one segment.
    """
    if not len(starts):
        return np.empty((0, *x.shape[:-1], n), dtype=x.dtype)
    view = np.lib.stride_tricks.sliding_window_view(x, n, axis=-1)
    step = int(starts[1] - starts[0]) if len(starts) > 1 else 1
    return np.moveaxis(view[..., : int(starts[-1]) + 1 : step, :], -2, 0)
