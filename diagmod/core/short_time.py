"""Short-time spectra of segments, and what they say about change inside a segment.

Frames hold about five supply periods at any sampling rate, half overlapping: bins are then 7 to 14 Hz wide, and a
50 or 60 Hz supply stands apart from DC and from its harmonics.
"""

from __future__ import annotations

from math import log2

import numpy as np

from diagmod.core.array_namespaces import Array, is_numpy, namespace, rfft
from diagmod.core.long_sums import sum_of_products

#: Length of a frame in seconds, before it is rounded to a power of two of samples (nearest on a logarithmic scale).
FRAME_S = 0.1

#: Bins of a frame in which a constant shows: 0 and 1, exactly, by the Hann taper. Pinned by test_spectrum_features.
OFFSET_BINS = 2

#: Samples taken at a time on a processor: bounds the memory of intermediates (eight times as many bytes).
SAMPLES_AT_A_TIME = 131_072

#: Fewest samples of a frame: with fewer, a spectrum has too few bins for figures of shape.
FEWEST_SAMPLES = 32


def frame_samples(fs: float) -> int:
    """Samples of a frame: the power of two nearest to 0.1 s.

    Examples
    --------
    >>> frame_samples(25_600.0), frame_samples(5_000.0)
    (2048, 512)
    """
    return int(2 ** round(log2(FRAME_S * fs)))


def short_time_power(x: Array, fs: float) -> Array:
    """Power of Hann-tapered frames, overlapping by half, none of them padded.

    Parameters
    ----------
    x : array, shape (..., n)
        Segments; a gap makes its own frames NaN. An offset is seen in the bins 0 and 1 alone (Hann taper); the figures
        below leave them out.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    array, shape (..., n_frames, n_bins)
        ``|rfft(x hann)|^2``, unscaled, as librosa has it; no frame where the segment is shorter than one, or a frame
        shorter than :data:`FEWEST_SAMPLES`.
    """
    xp = namespace(x)
    n = frame_samples(fs)
    hop = n // 2
    n_halves = x.shape[-1] // hop if n >= FEWEST_SAMPLES else 0
    if n_halves < 2:
        return xp.empty((*x.shape[:-1], 0, n // 2 + 1), dtype=x.dtype, device=x.device)
    taper = xp.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n), dtype=x.dtype, device=x.device)
    halves = xp.reshape(x[..., : n_halves * hop], (-1, n_halves, hop))
    power = xp.empty((len(halves), n_halves - 1, hop + 1), dtype=x.dtype, device=x.device)
    step = max(1, SAMPLES_AT_A_TIME // (n_halves * hop)) if is_numpy(x) else max(1, len(halves))
    n_at_once = max(1, SAMPLES_AT_A_TIME // hop) if is_numpy(x) else n_halves
    for first in range(0, len(halves), step):
        rows = slice(first, first + step)
        for k in range(0, n_halves - 1, n_at_once):
            power[rows, k : k + n_at_once] = _power_of_frames(halves[rows, k : k + n_at_once + 1], taper)
    return xp.reshape(power, (*x.shape[:-1], n_halves - 1, hop + 1))


def _power_of_frames(halves: Array, taper: Array) -> Array:
    """Power of frames of two neighbouring halves, shape (n_rows, n_halves - 1, n_bins)."""
    xp = namespace(halves)
    hop = halves.shape[-1]
    frames = xp.empty((len(halves), halves.shape[1] - 1, 2 * hop), dtype=halves.dtype, device=halves.device)
    frames[..., :hop] = halves[:, :-1] * taper[:hop]
    frames[..., hop:] = halves[:, 1:] * taper[hop:]
    lines = rfft(frames)
    power = xp.real(lines) ** 2
    power += xp.imag(lines) ** 2
    return power


def spectral_flux(power: Array) -> Array:
    """Mean distance of the amplitude spectra of neighbouring frames, each scaled to length one.

    Parameters
    ----------
    power : array, shape (..., n_frames, n_bins)

    Returns
    -------
    array, shape (...)
        0 for a steady current, at most sqrt 2; NaN with fewer than two frames, or where one is empty.

    References
    ----------
    Tzanetakis and Cook, IEEE Trans. Speech Audio Process. 10(5), 2002, DOI 10.1109/TSA.2002.800560.
    """
    xp = namespace(power)
    n_frames = power.shape[-2]
    if n_frames < 2:
        return xp.full(power.shape[:-2], xp.nan, dtype=xp.float64, device=power.device)
    if power.ndim > 2 and n_frames * power.shape[-1] > SAMPLES_AT_A_TIME:  # one phase after the other
        return xp.stack([spectral_flux(power[k, ...]) for k in range(power.shape[0])])
    power = power[..., OFFSET_BINS:]
    shape = xp.sqrt(power)
    energy = xp.sum(power, axis=-1)
    shape *= (1 / xp.sqrt(xp.where(energy > 0, energy, xp.nan)))[..., None]
    step = shape[..., 1:, :] - shape[..., :-1, :]
    return xp.sum(xp.sqrt(sum_of_products(step, step)), axis=-1) / (n_frames - 1)


def largest_spectral_kurtosis(power: Array) -> Array:
    """Largest spectral kurtosis of all bins: does a frequency come in bursts?

    The two bins at DC and the two at the Nyquist frequency are left out.

    Parameters
    ----------
    power : array, shape (..., n_frames, n_bins)

    Returns
    -------
    array, shape (...)
        -1 for a steady line, 0 for steady noise on average, n_frames - 1 for one burst; the largest of many bins
        of noise lies at 2 to 4 in a segment of 1 s. NaN with fewer than two frames, or without any power.

    References
    ----------
    Vrabie, Granjon, Serviere, NSIP 2003 (unbiased estimator); Antoni, MSSP 20, 2006, DOI 10.1016/j.ymssp.2004.09.001.
    """
    xp = namespace(power)
    m = power.shape[-2]
    if m < 2:
        return xp.full(power.shape[:-2], xp.nan, dtype=xp.float64, device=power.device)
    inner = power[..., OFFSET_BINS:-OFFSET_BINS]
    second, fourth = xp.sum(inner, axis=-2), xp.sum(inner * inner, axis=-2)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        ratio = xp.where(second > 0, fourth / (second * second), -xp.inf)
    largest = xp.astype(xp.max(xp.where(xp.isnan(second), xp.nan, ratio), axis=-1), xp.float64)
    return xp.where(xp.isinf(largest), xp.nan, m / (m - 1) * ((m + 1) * largest - 2))
