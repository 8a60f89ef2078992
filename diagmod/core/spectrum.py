"""Spectral lines in ampere, whatever the record length.

A Hann-tapered FFT is scaled so that a line of A ampere (peak) reads A, and the scalloping between
bins is undone exactly: the phasor of a line at a known frequency is the value of its nearest bin
divided by the transform of the taper at the distance to that bin. So a sine of 14.1 A reads 14.1 A
in 1 s as in 60 s, on the bin or between two bins. Neighbouring lines must be four bins apart
(main lobe of the Hann taper); what is nearer belongs to a finer method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.array_namespaces import Array, namespace, rfft

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Equivalent noise bandwidth of the Hann taper in bins; a line's bin powers sum to 1.5 x its power.
#: Harris, Proc. IEEE 66(1) 1978, table I, DOI 10.1109/PROC.1978.10837. Pinned by test_spectrum (Parseval).
HANN_ENBW = 1.5

#: Samples above which one phase is transformed after the other: bounds the memory, does not change a result.
LONG = 1 << 18

#: Half width in bins within which a Hann-tapered line holds all but 1e-4 of its power, wherever it lies
#: between two bins. Pinned by test_spectrum.
LINE_HALF_WIDTH = 3


@dataclass(frozen=True)
class Spectrum:
    """One-sided Hann spectrum of segments.

    Attributes
    ----------
    lines : array of complex, shape (..., n_bins)
        Peak phasors: ``A cos(2 pi f t + phi)`` on a bin reads ``A exp(i phi)``, in the unit of the signal.
    bin_hz : float
        Distance of the bins in Hz, 1 / segment length.
    n : int
        Samples in the segment.
    """

    lines: Array
    bin_hz: float
    n: int

    @property
    def power(self) -> Array:
        """Mean square per bin, shape (..., n_bins); sums to mean((x w)^2) / mean(w^2), w the taper (Parseval)."""
        return mean_square(self.lines, self.n)


def hann_spectrum(x: Array, fs: float, *, keep_precision: bool = False) -> Spectrum:
    """Hann spectrum along the last axis, each segment's mean removed first.

    Parameters
    ----------
    x : array, shape (..., n)
        Segments; a NaN makes its own segment NaN and no other.
    fs : float
        Sampling rate in Hz.
    keep_precision : bool
        Single precision stays single: twice as fast, rounding lies 130 dB below the largest line. Otherwise
        everything is computed in double precision.

    References
    ----------
    Harris, F. J., Proc. IEEE 66(1), 1978, DOI 10.1109/PROC.1978.10837.

    Examples
    --------
    >>> t = np.arange(1000) / 1000
    >>> float(np.abs(hann_spectrum(14.1 * np.cos(2 * np.pi * 50 * t), 1000).lines[50]).round(6))
    14.1
    """
    xp = namespace(x)
    n = x.shape[-1]
    is_single = keep_precision and x.dtype == xp.float32
    taper = xp.asarray(_scaled_hann(n, np.float32 if is_single else np.float64), device=x.device)
    if n <= LONG:
        return Spectrum(_tapered_lines(x, taper), fs / n, n)
    rows = xp.reshape(x, (-1, n))
    first = _tapered_lines(rows[:1, :], taper)
    lines = xp.empty((rows.shape[0], first.shape[-1]), dtype=first.dtype, device=x.device)
    lines[:1, :] = first
    for k in range(1, rows.shape[0]):
        lines[k : k + 1, :] = _tapered_lines(rows[k : k + 1, :], taper)
    return Spectrum(xp.reshape(lines, (*x.shape[:-1], lines.shape[-1])), fs / n, n)


def _tapered_lines(x: Array, taper: Array) -> Array:
    """Transform of segments without their mean, in the precision of the taper."""
    xp = namespace(x)
    mean = xp.sum(x, axis=-1, keepdims=True, dtype=xp.float64) / x.shape[-1]
    centred = x - xp.astype(mean, taper.dtype)
    centred *= taper
    return rfft(centred)


def _scaled_hann(n: int, dtype: type[np.floating]) -> NDArray[np.floating]:
    """Hann taper that makes a line read its peak amplitude; one half is made piece by piece, as a long one takes room.

    The other half is its mirror image.
    """
    half = n // 2 + 1
    taper = np.empty(n, dtype=dtype)
    for k in range(0, half, LONG):
        taper[k : k + LONG][: half - k] = (2.0 - 2.0 * np.cos(2 * np.pi * np.arange(k, min(k + LONG, half)) / n)) / n
    taper[half:] = taper[n - half : 0 : -1]
    return taper


def mean_square(lines: Array, n: int) -> Array:
    """Power of the lines of a Hann spectrum of ``n`` samples, shape (..., n_bins)."""
    xp = namespace(lines)
    real, imaginary = xp.real(lines), xp.imag(lines)
    power = real * real
    power += imaginary * imaginary
    power *= 1 / (2 * HANN_ENBW)
    # DC and Nyquist have no mirror image that a one-sided spectrum would have to count with them.
    power[..., 0] /= 2
    if n % 2 == 0 and power.shape[-1] == n // 2 + 1:
        power[..., -1] /= 2
    return power


def fundamental_hz(spectrum: Spectrum, low_hz: float, high_hz: float) -> Array:
    """Frequency of the strongest line in a band, over all phases together.

    The two largest neighbouring bins of a Hann line stand in a ratio that gives the offset exactly
    for an isolated line; phases are combined by their power, so a missing phase does not matter.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_phases, n_bins).
    low_hz, high_hz : float
        Search band in Hz.

    Returns
    -------
    ndarray, shape (...)
        Hz; NaN where no phase is finite, where the band holds no energy, or where its strongest bin
        is at the band's edge (no line inside).

    References
    ----------
    Grandke, T., IEEE Trans. Instrum. Meas. 32(2), 1983, eq. 9, DOI 10.1109/TIM.1983.4315077.
    """
    xp = namespace(spectrum.lines)
    first, last = _band(spectrum, low_hz, high_hz)
    if last - first < 3:
        nowhere = xp.zeros(spectrum.lines.shape[:-2], dtype=xp.float64, device=spectrum.lines.device)
        return xp.full_like(nowhere, xp.nan)
    lines = spectrum.lines[..., first - 1 : last + 1]
    power = xp.astype(xp.real(lines), xp.float64) ** 2 + xp.astype(xp.imag(lines), xp.float64) ** 2
    magnitude = xp.sqrt(xp.sum(xp.where(xp.isnan(power), 0.0, power), axis=-2))
    peak = 1 + xp.argmax(magnitude[..., 1:-1], axis=-1)
    left, centre, right = (xp.take_along_axis(magnitude, (peak + d)[..., None], axis=-1)[..., 0] for d in (-1, 0, 1))
    inside = (peak > 1) & (peak < last - first) & (centre > 0)
    return xp.where(inside, (first - 1 + peak + offset_in_bins(left, centre, right)) * spectrum.bin_hz, xp.nan)


def offset_in_bins(left: Array, centre: Array, right: Array) -> Array:
    """Distance of a Hann line from its largest bin, from the magnitudes of that bin and its neighbours.

    References
    ----------
    Grandke, T., IEEE Trans. Instrum. Meas. 32(2), 1983, eq. 9, DOI 10.1109/TIM.1983.4315077.
    """
    xp = namespace(left, centre, right)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = xp.maximum(left, right) / centre
        return xp.sign(right - left) * (2 * ratio - 1) / (1 + ratio)


def line_phasor(spectrum: Spectrum, hz: Array | float) -> Array:
    """Peak phasor of an isolated line at a known frequency.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    hz : float or array broadcastable to (...)
        Line frequency in Hz.

    Returns
    -------
    array of complex, shape (...)
        In the unit of the signal, phase referred to the first sample as a cosine; NaN where ``hz`` is
        NaN, within two bins of zero, or within two bins of the Nyquist frequency.
    """
    xp = namespace(spectrum.lines)
    each = xp.asarray(hz, dtype=xp.float64, device=spectrum.lines.device)
    return line_phasors(spectrum, each[..., None])[..., 0]


def line_phasors(spectrum: Spectrum, hz: Array) -> Array:
    """Peak phasors of several lines of every segment, as :func:`line_phasor` reads one.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    hz : array broadcastable to (..., n_lines)
        Line frequencies in Hz.

    Returns
    -------
    array of complex, shape (..., n_lines)
    """
    xp = namespace(spectrum.lines)
    position = xp.broadcast_to(hz / spectrum.bin_hz, (*spectrum.lines.shape[:-1], hz.shape[-1]))
    usable = (position >= 2) & (position <= spectrum.n / 2 - 2)
    nearest = xp.astype(xp.where(usable, xp.round(position), 0.0), xp.int64)
    offset = xp.where(usable, position - nearest, 0.0)
    value = xp.take_along_axis(spectrum.lines, nearest, axis=-1)
    return xp.where(usable, value / hann_gain(offset), xp.nan)


def level_dbc(
    x: NDArray[np.floating], fs: float, low_hz: float, high_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level of every bin against the supply-frequency line of the same phase.

    Parameters
    ----------
    x : ndarray, shape (n_phases, n)
        Currents; an absent phase is NaN.
    fs : float
        Sampling rate in Hz.
    low_hz, high_hz : float
        Band in which the supply frequency is searched, in Hz.

    Returns
    -------
    hz : ndarray, shape (n_bins,)
    level : ndarray, shape (n_phases, n_bins)
        In dBc; a line reads its level where it falls on a bin, up to 1.4 dB less between two.
    """
    spectrum = hann_spectrum(x, fs)
    line_hz = fundamental_hz(Spectrum(spectrum.lines[None], spectrum.bin_hz, spectrum.n), low_hz, high_hz)
    carrier = np.abs(line_phasor(spectrum, np.broadcast_to(line_hz, x.shape[:1])))
    with np.errstate(divide="ignore", invalid="ignore"):
        level = 20 * np.log10(np.abs(spectrum.lines) / carrier[:, None])
    return np.arange(level.shape[-1]) * spectrum.bin_hz, level


def band_rms(spectrum: Spectrum, low_hz: Array, high_hz: Array) -> Array:
    """Root mean square of the content between two frequencies, limits included.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    low_hz, high_hz : array broadcastable to (...)
        Band limits in Hz.
    """
    xp = namespace(spectrum.lines)
    hz = xp.arange(spectrum.lines.shape[-1], dtype=xp.float64, device=spectrum.lines.device) * spectrum.bin_hz
    inside = (hz >= low_hz[..., None]) & (hz <= high_hz[..., None])
    total = xp.sqrt(xp.sum(xp.where(inside, spectrum.power, 0.0), axis=-1, dtype=xp.float64))
    return xp.where(xp.isfinite(low_hz) & xp.isfinite(high_hz), total, xp.nan)


def hann_gain(offset: Array) -> Array:
    """Transform of the Hann taper at a distance in bins from a line, 1 at zero: sinc(d) / (1 - d^2) turned by pi d."""
    xp = namespace(offset)
    shape = _sinc(offset) + (_sinc(offset - 1) + _sinc(offset + 1)) / 2
    return shape * xp.exp(1j * np.pi * offset)


def _sinc(x: Array) -> Array:
    xp = namespace(x)
    away = xp.where(x == 0, 1.0, x)
    return xp.where(x == 0, 1.0, xp.sin(np.pi * away) / (np.pi * away))


def _band(spectrum: Spectrum, low_hz: float, high_hz: float) -> tuple[int, int]:
    n_bins = spectrum.lines.shape[-1]
    first = max(1, int(np.floor(low_hz / spectrum.bin_hz)))
    return first, min(n_bins - 1, int(np.ceil(high_hz / spectrum.bin_hz)) + 1)
