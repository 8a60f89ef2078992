"""The whole spectrum of a stretch, positive and negative sequence told apart.

The space vector turns forwards with the positive sequence and backwards with the negative one, so
its spectrum has two sides of different meaning. Both come from two real transforms in single
precision, whose rounding lies at -130 dBc, well below any recorder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class WidebandSpectrum:
    """Hann spectrum of a space vector, or of one phase.

    Attributes
    ----------
    forward, backward : ndarray of complex, shape (n_bins,)
        Peak phasors of the lines turning with and against the positive sequence, at ``k * bin_hz``, in the
        unit of the current. A single phase has one side only: ``backward`` is zero.
    bin_hz : float
        Distance of the bins in Hz.
    """

    forward: NDArray[np.complexfloating]
    backward: NDArray[np.complexfloating]
    bin_hz: float

    @cached_property
    def power(self) -> NDArray[np.float32]:
        """Squared peak amplitude of both sides together, shape (n_bins,)."""
        total = self.forward.real**2 + self.forward.imag**2
        if self.backward.any():
            total = total + self.backward.real**2 + self.backward.imag**2
        return total

    @property
    def nyquist_hz(self) -> float:
        """Highest frequency in Hz."""
        return (len(self.forward) - 1) * self.bin_hz


def wideband_spectrum(vector: NDArray[np.inexact], fs: float) -> WidebandSpectrum:
    """Hann spectrum of a stretch of current.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        Space vector (complex) or one phase (real), mean removed. A little of its end is left out, so that the
        length has small prime factors only: at most 0.6 % from 300 000 samples on, 2.2 % from 1000 on.
    fs : float
        Sampling rate in Hz.

    Examples
    --------
    >>> t = np.arange(1000) / 1000
    >>> spectrum = wideband_spectrum(3 * np.exp(2j * np.pi * 50 * t) + np.exp(-2j * np.pi * 20 * t), 1000)
    >>> [round(float(abs(a)), 5) for a in (spectrum.forward[50], spectrum.backward[20], spectrum.forward[20])]
    [3.0, 1.0, 0.0]
    """
    n = scipy.fft.prev_fast_len(len(vector))
    taper = _hann(n)
    scale = np.float32(4.0 / n)
    if not np.iscomplexobj(vector):
        lines = scipy.fft.rfft(vector[:n].astype(np.float32) * taper) * scale
        return WidebandSpectrum(lines, np.zeros_like(lines), fs / n)
    parts = (part[:n].astype(np.float32, copy=False) for part in (vector.real, vector.imag))
    alpha, beta = (scipy.fft.rfft(part * taper) for part in parts)
    beta *= 1j
    half = scale / 2
    return WidebandSpectrum((alpha + beta) * half, np.conj(alpha - beta) * half, fs / n)


def _hann(n: int) -> NDArray[np.float32]:
    """Hann taper of period n; the cosine of one half is that of the other."""
    half = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n // 2 + 1) / max(n, 1))).astype(np.float32)
    return np.concatenate([half, half[(n - 1) // 2 : 0 : -1]])[:n]
