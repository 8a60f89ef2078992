"""Amplitude of a current over time and frequency, in ampere.

A fault that moves with the slip, a start-up or a step of load is a line whose frequency changes; a spectrum of the
whole record smears it. Short spectra side by side show it. What the window gains in time it loses in frequency:
two lines nearer than B / window are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.tapers import HANN, Taper, amplitude_spectrum
from diagmod.core.windows import segment_starts, segments

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class TimeFrequencyMap:
    """Short-time spectra in ampere peak.

    Attributes
    ----------
    time_s : ndarray, shape (n_times,)
        Middle of every window after the first sample.
    hz : ndarray, shape (n_bins,)
        Ascending; from 0 for a real signal, from -fs/2 for a complex one.
    amplitude : ndarray, shape (n_times, n_bins)
        A steady line on a bin reads its peak amplitude, in the unit of the signal.
    taper : Taper
    """

    time_s: NDArray[np.float64]
    hz: NDArray[np.float64]
    amplitude: NDArray[np.float64]
    taper: Taper

    @property
    def bin_hz(self) -> float:
        """Distance of the bins in Hz, 1 / window."""
        return float(self.hz[1] - self.hz[0])


def time_frequency_map(
    x: NDArray[np.inexact], fs: float, window_s: float, overlap: float = 0.75, taper: Taper = HANN
) -> TimeFrequencyMap:
    """Amplitude over time and frequency.

    Parameters
    ----------
    x : ndarray, shape (n,)
        One phase (real) or a space vector (complex), ampere. A gap (NaN) makes the windows that hold it NaN.
    fs : float
        Sampling rate in Hz.
    window_s : float
        Length of a window in seconds.
    overlap : float
        Share of a window that it has in common with the next, 0 <= overlap < 1.
    taper : Taper

    Raises
    ------
    ValueError
        ``fs``, ``window_s`` or ``overlap`` is out of range, or ``x`` is shorter than a window.

    Examples
    --------
    >>> t = np.arange(4000) / 1000
    >>> float(time_frequency_map(3 * np.cos(2 * np.pi * 40 * t), 1000, 0.5).amplitude[:, 20].max().round(6))
    3.0
    """
    if not 0 < fs < np.inf:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    starts, n = segment_starts(len(x), fs, window_s, overlap)
    if not len(starts):
        raise ValueError(
            f"a map with windows of {window_s:g} s needs a longer record, got {len(x) / fs:.3g} s; shorten the window"
        )
    spectrum = amplitude_spectrum(segments(x, starts, n), fs, taper)
    middle_s = np.asarray((starts + n / 2) / fs, dtype=np.float64)
    return TimeFrequencyMap(middle_s, spectrum.hz, spectrum.amplitude, taper)
