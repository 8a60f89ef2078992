"""Raw current of a stretch as a network may see it: in the frame of the supply, so many samples a period.

A network learns whatever tells its training motors apart, so nothing is left that belongs to the recorder or to the
size of the machine: the space vector is sampled by the phase of the supply instead of by a clock, and divided by the
supply line. Rate, grid frequency, amplitude, start phase and the order in which the phases are wired are gone by
construction. A line at order h of the supply becomes a turning of order h - 1 about the point (1, 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import polynomial

from diagmod.core.prepared import prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier

#: Samples a period of the supply.
SAMPLES_PER_PERIOD = 16

#: Highest order of the supply that passes unchanged; what lies above `SAMPLES_PER_PERIOD` less this would fold onto it.
TOP_ORDER = 6.0

#: Periods of a segment: sidebands 2 s f = 2 Hz away turn nearly four times in it. Pinned by test_segment_waves.
N_PERIODS = 96

#: Points of a segment.
N_POINTS = N_PERIODS * SAMPLES_PER_PERIOD

#: Periods of current that are needed before and behind a segment, for the filter and the tracking of the supply.
MARGIN_PERIODS = 3

#: Reach of the resampling filter in output samples to either side; half of it, tabulated: a sinc under a Kaiser taper
#: with side lobes of 80 dB.
_REACH = 12
_AWAY = np.linspace(0.0, _REACH, 512 * _REACH + 1)
_HALF = np.sinc(_AWAY) * np.i0(0.1102 * (80.0 - 8.7) * np.sqrt(1 - (_AWAY / _REACH) ** 2))


def length_s(line_hz: float) -> float:
    """Length in seconds of the stretch that a segment is made of.

    Examples
    --------
    >>> length_s(50.0)
    2.04
    """
    return (N_PERIODS + 2 * MARGIN_PERIODS) / line_hz


def segment_wave(
    currents: NDArray[np.floating], fs: float, low_hz: float, high_hz: float, middle_s: float | None = None
) -> NDArray[np.float32]:
    """Space vector over its carrier, sampled by the phase of the supply.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T of a stretch of :func:`length_s`; a longer one is used in its middle.
    fs : float
        Sampling rate in Hz.
    low_hz, high_hz : float
        Band in which the supply frequency is searched, Hz.
    middle_s : float, optional
        Time of the segment's middle after the first sample; that of the stretch unless told otherwise.

    Returns
    -------
    ndarray of float32, shape (2, N_POINTS)
        Real and imaginary part in the frame of the supply, of mean (1, 0). NaN throughout where a phase is absent or
        has a gap, no supply line is found, the stretch does not reach a period beyond the segment on either side, or
        the recorder's Nyquist frequency lies below :data:`TOP_ORDER` orders of the supply. A phase that was clamped on
        backwards is put right (:func:`diagmod.core.wiring.find_wiring`).

    Examples
    --------
    >>> t = np.arange(11000) / 5000
    >>> currents = np.stack([7 * np.cos(2 * np.pi * 50 * t - k * 2 * np.pi / 3) for k in range(3)])
    >>> segment_wave(currents, 5000.0, 20.0, 120.0)[:, 700].round(3).tolist()
    [1.0, 0.0]
    """
    undefined = np.full((2, N_POINTS), np.nan, dtype=np.float32)
    if currents.shape[-1] < 16 or not np.isfinite(currents).all() or not (np.ptp(currents, axis=1) > 0).all():
        return undefined
    prepared = prepare(currents, fs, low_hz, high_hz)
    carrier, vector = prepared.carrier, prepared.vector
    if prepared.n_phases < 3 or carrier is None or carrier.line_hz * TOP_ORDER > fs / 2:
        return undefined
    times_s, phase = _times_of_equal_phase(carrier, (len(vector) - 1) / fs / 2 if middle_s is None else middle_s)
    if times_s[0] * carrier.line_hz < 1 or (len(vector) / fs - times_s[-1]) * carrier.line_hz < 1:
        return undefined
    wave = _sampled_at(vector, times_s * fs, fs / carrier.line_hz / SAMPLES_PER_PERIOD) * np.exp(-1j * phase)
    wave = wave / wave.mean()
    return np.stack([wave.real, wave.imag]).astype(np.float32)


def _times_of_equal_phase(carrier: Carrier, middle_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in seconds at which the supply has turned by equal steps about a middle; and its phase.

    Followed is a frequency that changes evenly: what is quicker is no grid but a rotor.
    """
    bend = polynomial.polyfit(carrier.time_s, carrier.slow_phase_rad, 2)
    turned = 2 * np.pi / SAMPLES_PER_PERIOD * (np.arange(N_POINTS) - (N_POINTS - 1) / 2)
    omega = 2 * np.pi * carrier.line_hz
    at = middle_s + turned / omega
    for _ in range(3):
        at = middle_s + (turned - polynomial.polyval(at, bend) + polynomial.polyval(middle_s, bend)) / omega
    return np.asarray(at, dtype=np.float64), np.asarray(turned, dtype=np.float64)


def _sampled_at(vector: NDArray[np.inexact], places: NDArray[np.float64], step: float) -> NDArray[np.complex128]:
    """Band-limited values at places (in samples) that lie about ``step`` samples apart.

    References
    ----------
    Smith, J. O., Digital audio resampling, 2002: windowed sinc, widened where the rate falls.
    """
    width = max(step, 1.0)
    half = int(np.ceil(_REACH * width))
    nearest = np.round(places).astype(np.int64)
    taps = nearest[:, None] + np.arange(-half, half + 1)
    weight = np.interp(np.abs(taps - places[:, None]) / width, _AWAY, _HALF, right=0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray((vector[np.clip(taps, 0, len(vector) - 1)] * weight).sum(axis=1), dtype=np.complex128)
