"""Spectral lines in ampere, whatever the record length.

A Hann-tapered FFT is scaled so that a line of A ampere (peak) reads A, and the scalloping between
bins is undone exactly: the phasor of a line at a known frequency is the value of its nearest bin
divided by the transform of the taper at the distance to that bin. So a sine of 14.1 A reads 14.1 A
in 1 s as in 60 s, on the bin or between two bins. Neighbouring lines must be four bins apart
(main lobe of the Hann taper); what is nearer belongs to a finer method.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Equivalent noise bandwidth of the Hann taper in bins; a line's bin powers sum to 1.5 x its power.
#: Harris, Proc. IEEE 66(1) 1978, table I, DOI 10.1109/PROC.1978.10837. Pinned by test_spectrum (Parseval).
HANN_ENBW = 1.5

#: Half width in bins within which a Hann-tapered line holds all but 1e-4 of its power, wherever it lies
#: between two bins. Pinned by test_spectrum.
LINE_HALF_WIDTH = 3


@dataclass(frozen=True)
class Spectrum:
    """One-sided Hann spectrum of segments.

    Attributes
    ----------
    lines : ndarray of complex, shape (..., n_bins)
        Peak phasors: ``A cos(2 pi f t + phi)`` on a bin reads ``A exp(i phi)``, in the unit of the signal.
    bin_hz : float
        Distance of the bins in Hz, 1 / segment length.
    n : int
        Samples in the segment.
    """

    lines: NDArray[np.complexfloating]
    bin_hz: float
    n: int

    @property
    def power(self) -> NDArray[np.float64]:
        """Mean square per bin, shape (..., n_bins); sums to mean((x w)^2) / mean(w^2), w the taper (Parseval)."""
        power = np.abs(self.lines) ** 2 / (2 * HANN_ENBW)
        # DC and Nyquist have no mirror image that a one-sided spectrum would have to count with them.
        power[..., 0] /= 2
        if self.n % 2 == 0:
            power[..., -1] /= 2
        return power


def hann_spectrum(x: NDArray[np.floating], fs: float) -> Spectrum:
    """Hann spectrum along the last axis, each segment's mean removed first.

    Parameters
    ----------
    x : ndarray, shape (..., n)
        Segments; a NaN makes its own segment NaN and no other.
    fs : float
        Sampling rate in Hz.

    References
    ----------
    Harris, F. J., Proc. IEEE 66(1), 1978, DOI 10.1109/PROC.1978.10837.

    Examples
    --------
    >>> t = np.arange(1000) / 1000
    >>> float(np.abs(hann_spectrum(14.1 * np.cos(2 * np.pi * 50 * t), 1000).lines[50]).round(6))
    14.1
    """
    n = x.shape[-1]
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    centred = x - x.mean(axis=-1, keepdims=True, dtype=np.float64)
    return Spectrum(scipy.fft.rfft(centred * taper, axis=-1) * (4.0 / n), fs / n, n)


def fundamental_hz(spectrum: Spectrum, low_hz: float, high_hz: float) -> NDArray[np.float64]:
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
    magnitude = np.sqrt(np.nansum(np.abs(spectrum.lines) ** 2, axis=-2))
    first, last = _band(spectrum, low_hz, high_hz)
    if last - first < 3:
        return np.full(magnitude.shape[:-1], np.nan)
    peak = first + np.argmax(magnitude[..., first:last], axis=-1)
    left, centre, right = (np.take_along_axis(magnitude, (peak + d)[..., None], -1)[..., 0] for d in (-1, 0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.maximum(left, right) / centre
        offset = np.sign(right - left) * (2 * ratio - 1) / (1 + ratio)
    inside = (peak > first) & (peak < last - 1) & (centre > 0)
    return np.where(inside, (peak + offset) * spectrum.bin_hz, np.nan)


def line_phasor(spectrum: Spectrum, hz: NDArray[np.floating] | float) -> NDArray[np.complexfloating]:
    """Peak phasor of an isolated line at a known frequency.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    hz : float or ndarray broadcastable to (...)
        Line frequency in Hz.

    Returns
    -------
    ndarray of complex, shape (...)
        In the unit of the signal, phase referred to the first sample as a cosine; NaN where ``hz`` is
        NaN, within two bins of zero, or within two bins of the Nyquist frequency.
    """
    position = np.broadcast_to(np.asarray(hz, dtype=np.float64) / spectrum.bin_hz, spectrum.lines.shape[:-1])
    usable = (position >= 2) & (position <= spectrum.n / 2 - 2)
    nearest = np.where(usable, np.round(position), 2).astype(np.int64)
    offset = np.where(usable, position - nearest, 0.0)
    value = np.take_along_axis(spectrum.lines, nearest[..., None], -1)[..., 0]
    return np.where(usable, value / _hann_gain(offset), np.nan)


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


def interharmonic_rms(spectrum: Spectrum, line_hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Root mean square of everything that is neither DC nor a harmonic of the supply.

    Sidebands of rotor and bearing faults, load oscillation and noise all live here. Bins within
    ``LINE_HALF_WIDTH`` of DC and of every harmonic below the Nyquist frequency are left out; the far skirt
    of the fundamental, 0.8 % of it between two bins, is subtracted.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    line_hz : ndarray broadcastable to (...)
        Supply frequency in Hz.

    Returns
    -------
    ndarray, shape (...)
        In the unit of the signal (rms); NaN where the harmonics are nearer than 8 bins to each other.
    """
    line_bin = np.asarray(line_hz)[..., None] / spectrum.bin_hz
    skirt = line_phasor(spectrum, line_hz)[..., None] * _hann_gain(line_bin - np.arange(spectrum.lines.shape[-1]))
    power = replace(spectrum, lines=spectrum.lines - skirt).power
    order_bins = np.broadcast_to(np.asarray(line_hz) / spectrum.bin_hz, power.shape[:-1])
    separable = order_bins >= 2 * LINE_HALF_WIDTH + 2
    safe = np.where(separable, order_bins, power.shape[-1])
    orders = np.arange(int(power.shape[-1] / safe.min()) + 1 if safe.size else 0)
    around = np.arange(-LINE_HALF_WIDTH, LINE_HALF_WIDTH + 1)
    bins = np.round(orders * safe[..., None])[..., None] + around
    # What falls outside is sent to DC, which is blanked in any case: a slower neighbour in the batch changes nothing.
    bins = np.where((bins >= 0) & (bins < power.shape[-1]), bins, 0).astype(np.int64)
    np.put_along_axis(power, bins.reshape(*power.shape[:-1], len(orders) * len(around)), 0.0, axis=-1)
    return np.where(separable, np.sqrt(power.sum(axis=-1)), np.nan)


def band_rms(spectrum: Spectrum, low_hz: NDArray[np.floating], high_hz: NDArray[np.floating]) -> NDArray[np.float64]:
    """Root mean square of the content between two frequencies, limits included.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    low_hz, high_hz : ndarray broadcastable to (...)
        Band limits in Hz.
    """
    hz = np.arange(spectrum.lines.shape[-1]) * spectrum.bin_hz
    inside = (hz >= np.asarray(low_hz)[..., None]) & (hz <= np.asarray(high_hz)[..., None])
    total = np.sqrt(np.where(inside, spectrum.power, 0.0).sum(axis=-1))
    return np.where(np.isfinite(low_hz) & np.isfinite(high_hz), total, np.nan)


def _band(spectrum: Spectrum, low_hz: float, high_hz: float) -> tuple[int, int]:
    n_bins = spectrum.lines.shape[-1]
    first = max(1, int(np.floor(low_hz / spectrum.bin_hz)))
    return first, min(n_bins - 1, int(np.ceil(high_hz / spectrum.bin_hz)) + 1)


def _hann_gain(offset: NDArray[np.floating]) -> NDArray[np.complexfloating]:
    """Transform of the Hann taper at a distance in bins from a line, 1 at zero: sinc(d) / (1 - d^2) turned by pi d."""
    return (np.sinc(offset) + (np.sinc(offset - 1) + np.sinc(offset + 1)) / 2) * np.exp(1j * np.pi * offset)
