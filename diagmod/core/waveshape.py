"""Moments and shape of a waveform, per segment.

Samples stay in their own precision, sums are exact to double precision's needs: the mean is taken away first, and
blocks are added in double precision. A NaN sample makes the figures of its own segment NaN: a gap is reported,
never averaged away.
"""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.long_sums import sum_of_products


def waveshape(x: Array, fs: float) -> dict[str, Array]:
    """Time-domain figures of segments.

    Parameters
    ----------
    x : array, shape (..., n)
        Segments, any unit.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    dict of array, each of shape (...)
        ``mean, std, min, max, rms, peak, peak_to_peak`` in the unit of ``x``; ``crest, shape, impulse, clearance,
        skewness, kurtosis`` dimensionless (kurtosis of a sine is 1.5, of Gaussian noise 3); ``zero_cross_hz`` sign
        changes of the centred signal per second, halved, so that a sine of f Hz reads f. A constant segment has no
        shape: its ratios are NaN.

    Examples
    --------
    >>> figures = waveshape(np.sqrt(2) * np.sin(2 * np.pi * 5 * (np.arange(1000) + 0.5) / 1000), 1000)
    >>> [round(float(figures[name]), 3) for name in ("rms", "crest", "kurtosis", "zero_cross_hz")]
    [1.0, 1.414, 1.5, 4.5]
    """
    xp = namespace(x)
    x = x if xp.isdtype(x.dtype, "real floating") else xp.astype(x, xp.float64)
    mean = xp.sum(x, axis=-1, dtype=xp.float64) / x.shape[-1]
    low, high = (xp.astype(extreme(x, axis=-1), xp.float64) for extreme in (xp.min, xp.max))
    peak = xp.maximum(xp.abs(low), xp.abs(high))
    std, skewness, kurtosis = _central_moments(x, mean, high - low)
    rms = xp.sqrt(std * std + mean * mean)
    magnitude = xp.abs(x)
    average, average_root = _mean(magnitude), _mean(xp.sqrt(magnitude))
    with np.errstate(invalid="ignore", divide="ignore"):
        # Compared by its extremes: the variance of a constant is a rounding error, not always zero.
        flat = xp.where(high > low, 1.0, xp.nan)
        return {
            "mean": mean,
            "std": std,
            "min": low,
            "max": high,
            "rms": rms,
            "peak": peak,
            "peak_to_peak": high - low,
            "crest": flat * peak / rms,
            "shape": flat * rms / average,
            "impulse": flat * peak / average,
            "clearance": flat * peak / (average_root * average_root),
            "skewness": skewness,
            "kurtosis": kurtosis,
            "zero_cross_hz": _crossing_hz(x, mean, fs),
        }


def _mean(x: Array) -> Array:
    xp = namespace(x)
    return xp.sum(x, axis=-1, dtype=xp.float64) / x.shape[-1]


def _central_moments(x: Array, mean: Array, span: Array) -> tuple[Array, Array, Array]:
    """Standard deviation, skewness and kurtosis, NaN for a constant where they have none.

    Samples count from the mean, rounded to their own precision, in parts of their span; the sums are then shifted by
    the rest of the mean. So the fourth power of a microampere is none too small for single precision.
    """
    xp = namespace(x)
    pivot, scale = xp.astype(mean, x.dtype), xp.where(span > 0, span, 1.0)
    scaled = (x - pivot[..., None]) * xp.astype(1 / scale, x.dtype)[..., None]
    square = scaled * scaled
    n = x.shape[-1]
    second, third, fourth = (
        sum_of_products(*pair) / n for pair in ((scaled, scaled), (square, scaled), (square, square))
    )
    d = (mean - xp.astype(pivot, xp.float64)) / scale
    variance = xp.clip(second - d * d, min=0.0)
    shape = xp.where(span > 0, variance, xp.nan)
    skewness = (third - 3 * d * second + 2 * d**3) / shape**1.5
    kurtosis = (fourth - 4 * d * third + 6 * d * d * second - 3 * d**4) / shape**2
    return scale * xp.sqrt(variance), skewness, kurtosis


def _crossing_hz(x: Array, mean: Array, fs: float) -> Array:
    """Sign changes about the mean per second, halved."""
    xp = namespace(x)
    rounded = xp.astype(mean, x.dtype)
    # The smallest number of the samples' own precision that is not below the mean: no copy in double precision.
    level = xp.where(
        xp.astype(rounded, xp.float64) < mean, xp.nextafter(rounded, xp.full_like(rounded, xp.inf)), rounded
    )
    above = x >= level[..., None]
    crossings = xp.astype(xp.sum(above[..., 1:] != above[..., :-1], axis=-1), xp.float64)
    return xp.where(xp.isfinite(mean), crossings * fs / (2 * x.shape[-1]), xp.nan)
