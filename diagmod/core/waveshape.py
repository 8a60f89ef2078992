"""Moments and shape of a waveform, per segment.

All of them are computed in double precision along the last axis. A NaN sample makes the figures of
its own segment NaN: a gap is reported, never averaged away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def waveshape(x: NDArray[np.floating], fs: float) -> dict[str, NDArray[np.float64]]:
    """Time-domain figures of segments.

    Parameters
    ----------
    x : ndarray, shape (..., n)
        Segments, any unit.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    dict of ndarray, each of shape (...)
        ``mean, std, min, max, rms, peak`` in the unit of ``x``; ``crest, shape, skewness, kurtosis``
        dimensionless (kurtosis of a sine is 1.5, of Gaussian noise 3); ``zero_cross_hz`` sign changes of
        the centred signal per second, halved, so that a sine of f Hz reads f. A constant segment has no
        shape: its ratios are NaN.

    Examples
    --------
    >>> figures = waveshape(np.sqrt(2) * np.sin(2 * np.pi * 5 * (np.arange(1000) + 0.5) / 1000), 1000)
    >>> [round(float(figures[name]), 3) for name in ("rms", "crest", "kurtosis", "zero_cross_hz")]
    [1.0, 1.414, 1.5, 4.5]
    """
    x = np.asarray(x, dtype=np.float64)
    mean = x.mean(axis=-1)
    centred = x - mean[..., None]
    square = centred * centred
    variance = square.mean(axis=-1)
    std, rms = np.sqrt(variance), np.sqrt(variance + mean * mean)
    low, high = x.min(axis=-1), x.max(axis=-1)
    peak = np.maximum(np.abs(low), np.abs(high))
    crossings = np.count_nonzero(np.diff(np.signbit(centred), axis=-1), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Compared by its extremes: the variance of a constant is a rounding error, not always zero.
        flat = np.where(high > low, 1.0, np.nan)
        return {
            "mean": mean,
            "std": std,
            "min": low,
            "max": high,
            "rms": rms,
            "peak": peak,
            "crest": flat * peak / rms,
            "shape": flat * rms / np.abs(x).mean(axis=-1),
            "skewness": (square * centred).mean(axis=-1) / (flat * variance * std),
            "kurtosis": (square * square).mean(axis=-1) / (flat * variance * variance),
            "zero_cross_hz": np.where(np.isfinite(mean), crossings * fs / (2 * x.shape[-1]), np.nan),
        }
