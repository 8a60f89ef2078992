"""A spectrum in which a wandering grid smears nothing.

Everything in the machine is locked to the supply: a slot harmonic at the fourteenth order moves fourteen
times as far as the grid, ten bins where the grid moves one. The phase of the carrier is known, so
the order-fold of it is taken out of every band of the spectrum. That is done on the bins themselves, band by
band, at the cost of two short transforms each; the recording is not resampled.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

from diagmod.core.wideband import WidebandSpectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier

#: Width in Hz of a band that is corrected with one order, and of the overlap on either side of it.
BAND_HZ, OVERLAP_HZ = 40.0, 8.0

#: Movement of the grid over the resolution below which nothing is smeared, for orders up to a hundred.
STILL_BINS = 0.002


def track_orders(spectrum: WidebandSpectrum, carrier: Carrier) -> WidebandSpectrum:
    """Take the wander of the supply out of a spectrum.

    Parameters
    ----------
    spectrum : WidebandSpectrum
        Of the stretch that the carrier was taken from.
    carrier : Carrier

    Returns
    -------
    WidebandSpectrum
        A line locked to the supply stands at its order times the mean supply frequency.

    Examples
    --------
    >>> from diagmod.core.carrier import track_carrier
    >>> from diagmod.core.wideband import wideband_spectrum
    >>> t = np.arange(50000) / 5000
    >>> angle = 2 * np.pi * (50 * t + 0.05 * np.sin(2 * np.pi * 0.15 * t))
    >>> x = np.exp(1j * angle) + 0.01 * np.exp(13.5j * angle)
    >>> plain = wideband_spectrum(x, 5000)
    >>> tracked = track_orders(plain, track_carrier(x, 5000, 50))
    >>> [round(float(np.abs(s.forward[6740:6762]).max()), 3) for s in (plain, tracked)]
    [0.004, 0.01]
    """
    deviation = carrier.slow_phase_rad
    if not len(deviation) or np.ptp(deviation) < 2 * np.pi * STILL_BINS:
        return spectrum
    n_band = max(16, round(BAND_HZ / spectrum.bin_hz))
    n_edge = max(8, round(OVERLAP_HZ / spectrum.bin_hz))
    width = scipy.fft.next_fast_len(n_band + 2 * n_edge)
    duration_s = 1 / spectrum.bin_hz
    times_s = np.arange(width) * (duration_s / width)
    dev = np.interp(times_s, carrier.time_s, deviation)
    n = len(spectrum.forward)
    n_bands = -(-n // n_band)
    first = np.arange(n_bands) * n_band
    orders = (first + n_band / 2) * spectrum.bin_hz / carrier.line_hz
    # The orders are evenly spaced: every band turns by one step more than the one before.
    turn = np.empty((n_bands, width), dtype=np.complex64)
    turned, step = np.exp(-1j * orders[0] * dev), np.exp(-1j * (orders[1] - orders[0] if n_bands > 1 else 0.0) * dev)
    for k in range(n_bands):
        turn[k] = turned
        turned = turned * step
    forward = _corrected(spectrum.forward, turn, n_band, n_edge)
    backward = spectrum.backward
    if backward.any():
        # The conjugate of the backward side is the spectrum of the conjugate vector, in which its lines turn forwards.
        backward = np.conj(_corrected(np.conj(backward), turn, n_band, n_edge))
    return replace(spectrum, forward=forward, backward=backward)


def _corrected(
    lines: NDArray[np.complexfloating], turn: NDArray[np.complexfloating], n_band: int, n_edge: int
) -> NDArray[np.complexfloating]:
    """One side of a spectrum, every band shifted in time's domain by its own order."""
    n_bands, width = turn.shape
    padded = np.zeros(n_bands * n_band + width, dtype=lines.dtype)
    padded[n_edge : n_edge + len(lines)] = lines
    bands = np.lib.stride_tricks.sliding_window_view(padded, width)[: n_bands * n_band : n_band]
    moved = scipy.fft.fft(scipy.fft.ifft(bands, axis=1) * turn, axis=1)
    return np.ascontiguousarray(moved[:, n_edge : n_edge + n_band]).reshape(-1)[: len(lines)]
