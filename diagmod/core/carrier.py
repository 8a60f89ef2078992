"""The supply line as a carrier: its frequency, its slow drift, and everything that modulates it.

Rotor faults, eccentric rotors and pulsating loads all modulate the supply line, so they are looked
for where they are small and the carrier is absent: the current is shifted by the supply frequency,
filtered to a few hundred hertz, and divided by its own slow amplitude and phase. What remains is the
relative modulation: a sideband of -40 dBc reads 0.01 whatever the current, and a wandering grid, to
which everything in the machine is locked, no longer smears it. Three phases enter as their space
vector, so that a line above and a line below the carrier are told apart from those of the negative
sequence; a single phase enters as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft
from numpy.polynomial import legendre

from diagmod.core.wideband import WidebandSpectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Rate of the relative modulation over the supply frequency; lines up to 1.4 f beside the carrier pass
#: unchanged. Pinned by test_carrier.
RATE_OVER_LINE = 6.0

#: Length of the decimation filter in output samples and its side lobes in dB (Kaiser).
FILTER_SPAN, FILTER_DB = 12, 100.0

#: Reach of the relative modulation either side of the carrier, over the supply frequency.
REACH_OVER_LINE = 1.4

#: Height of the supply line above the median of its search band, dB.
LINE_OVER_NOISE_DB = 20.0

#: Average in seconds of the carrier's phase that is followed when a wandering grid is taken out of a spectrum.
FOLLOWED_S = 0.25

#: Degree of the polynomial that stands for slow phase and amplitude. A cubic follows what is slower than
#: 2 / T, which a Hann taper could not resolve anyway.
SLOW_DEGREE = 3


@dataclass(frozen=True)
class Carrier:
    """The supply line of one stretch of current.

    Attributes
    ----------
    line_hz : float
        Mean supply frequency over the stretch in Hz, on the recorder's clock.
    uncertainty_hz : float
        Half width of its 95 % interval in Hz, from the phase noise of this recording.
    drift_hz : float
        Range of the slow frequency within the stretch in Hz.
    amplitude : float
        Peak amplitude of the carrier, in the unit of the current.
    amplitude_range : float
        Range of the slow amplitude over its mean (1).
    modulation : ndarray of complex, shape (n,)
        Current over carrier, minus one.
    envelope : ndarray, shape (n,)
        Peak amplitude of the current about the carrier over time, in the unit of the current.
    slow_phase_rad : ndarray, shape (n,)
        Phase of the carrier against that of a steady line at ``line_hz``, averaged over a quarter of a second.
    fs : float
        Rate of ``modulation`` in Hz.
    start_s : float
        Time of its first sample after the first sample of the stretch.
    n_phases : int
        3 for a space vector, 1 for a single phase.
    """

    line_hz: float
    uncertainty_hz: float
    drift_hz: float
    amplitude: float
    amplitude_range: float
    modulation: NDArray[np.complexfloating]
    envelope: NDArray[np.float64]
    slow_phase_rad: NDArray[np.float64]
    fs: float
    start_s: float
    n_phases: int

    @property
    def duration_s(self) -> float:
        """Length of the modulation in seconds."""
        return len(self.modulation) / self.fs

    @property
    def reach_hz(self) -> float:
        """How far from the carrier the modulation is unchanged, in Hz."""
        # The image of a single phase stands at -2 f, so its lower side ends earlier.
        reach = REACH_OVER_LINE * self.line_hz
        return min(reach, 0.45 * self.fs)

    @cached_property
    def time_s(self) -> NDArray[np.float64]:
        """Time of every sample of ``modulation`` after the first sample of the stretch, shape (n,)."""
        return self.start_s + np.arange(len(self.modulation)) / self.fs


def track_carrier(vector: NDArray[np.inexact], fs: float, line_hz: float) -> Carrier:
    """Separate the carrier from what modulates it.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        Space vector (complex) or a single phase (real), mean removed.
    fs : float
        Sampling rate in Hz.
    line_hz : float
        Supply frequency in Hz, right to within 1 / T (see :func:`coarse_line_hz`).

    Raises
    ------
    ValueError
        The stretch is shorter than four periods of the supply.

    Examples
    --------
    >>> t = np.arange(50000) / 5000
    >>> carrier = track_carrier(14.1 * np.exp(2j * np.pi * 49.9 * t), 5000, 49.95)
    >>> round(carrier.line_hz, 6), round(carrier.amplitude, 4)
    (49.9, 14.1)
    """
    n_phases = 3 if np.iscomplexobj(vector) else 1
    shifted, rate, start_s = _shift_down(vector, fs, line_hz)
    if len(shifted) < 4 * RATE_OVER_LINE:
        raise ValueError(
            f"a stretch of {len(vector) / fs:.3g} s holds fewer than four periods of {line_hz:g} Hz; record longer"
        )
    smooth = _smooth_over(shifted, round(2 * rate / line_hz))
    step = np.unwrap(np.angle(smooth))
    x = np.linspace(-1.0, 1.0, len(step))
    degree = min(SLOW_DEGREE, max(1, len(step) // 50))
    phase = legendre.legfit(x, step, degree)
    slow_phase = legendre.legval(x, phase)
    # The mean of the frequency is the advance of the phase over the time it took, not the slope of a straight line.
    duration = (len(step) - 1) / rate
    mean_hz = (slow_phase[-1] - slow_phase[0]) / (2 * np.pi * duration)
    slow_hz = np.gradient(slow_phase) * rate / (2 * np.pi)
    level = legendre.legval(x, legendre.legfit(x, np.abs(smooth), degree))
    amplitude = float(level.mean())
    level = np.maximum(level, 1e-3 * amplitude)
    modulation = shifted * np.exp(-1j * slow_phase) / level - 1.0
    return Carrier(
        line_hz=line_hz + float(mean_hz),
        uncertainty_hz=_frequency_uncertainty_hz(step - slow_phase, degree, duration),
        drift_hz=float(np.ptp(slow_hz)),
        amplitude=amplitude * (1 if n_phases == 3 else 2),
        amplitude_range=float(np.ptp(level)) / amplitude,
        modulation=modulation,
        envelope=np.abs(shifted) * (1 if n_phases == 3 else 2),
        slow_phase_rad=_slow_deviation(step, mean_hz, rate),
        fs=rate,
        start_s=start_s,
        n_phases=n_phases,
    )


def coarse_line_hz(spectrum: WidebandSpectrum, low_hz: float, high_hz: float) -> float:
    """Frequency of the strongest line of a band, between the bins, right to within a tenth of a bin.

    Parameters
    ----------
    spectrum : WidebandSpectrum
    low_hz, high_hz : float
        Search band in Hz.

    Returns
    -------
    float
        Hz; NaN where the band holds no line ``LINE_OVER_NOISE_DB`` above its median: noise alone reaches 12 dB.

    References
    ----------
    Grandke, T., IEEE Trans. Instrum. Meas. 32(2), 1983, eq. 9, DOI 10.1109/TIM.1983.4315077.
    """
    first = max(2, int(np.ceil(low_hz / spectrum.bin_hz)))
    last = min(len(spectrum.power) - 1, int(high_hz / spectrum.bin_hz) + 1)
    if last - first < 3:
        return float("nan")
    band = spectrum.power[first:last]
    peak = first + int(np.argmax(band))
    if not (first < peak < last - 1) or band.max() < 10 ** (LINE_OVER_NOISE_DB / 10) * np.median(band):
        return float("nan")
    left, centre, right = np.sqrt(spectrum.power[peak - 1 : peak + 2])
    ratio = max(left, right) / centre
    return float((peak + np.sign(right - left) * (2 * ratio - 1) / (1 + ratio)) * spectrum.bin_hz)


def _shift_down(
    vector: NDArray[np.inexact], fs: float, line_hz: float
) -> tuple[NDArray[np.complexfloating], float, float]:
    """Current shifted by -line_hz, filtered and decimated; its rate, and the time of its first sample."""
    factor = max(1, int(fs / (RATE_OVER_LINE * line_hz)))
    turn = -2j * np.pi * line_hz / fs
    if factor == 1:
        return vector * np.exp(turn * np.arange(len(vector))), fs, 0.0
    n_taps = FILTER_SPAN * factor
    taps = _low_pass(n_taps, 0.5 / factor)
    shifting = (taps * np.exp(turn * np.arange(n_taps))).reshape(FILTER_SPAN, factor).T
    n_out = len(vector) // factor - FILTER_SPAN + 1
    if n_out < 1:
        return np.empty(0, dtype=np.complex128), fs / factor, 0.0
    blocks = vector[: len(vector) // factor * factor].reshape(-1, factor)
    # Every output sample is a sum over FILTER_SPAN neighbouring blocks: one product of matrices does them all.
    parts = blocks @ shifting.astype(np.result_type(blocks.dtype, np.complex64))
    shifted = np.zeros(n_out, dtype=np.complex128)
    for k in range(FILTER_SPAN):
        shifted += parts[k : k + n_out, k]
    shifted *= np.exp(turn * factor * np.arange(n_out))
    delay_s = (n_taps - 1) / 2 / fs
    return shifted, fs / factor, delay_s


def _low_pass(n_taps: int, cutoff: float) -> NDArray[np.float64]:
    """Windowed sinc of unit gain at zero, cut off at a share of the sampling rate; side lobes at ``FILTER_DB``.

    References
    ----------
    Kaiser, J. F., Proc. IEEE ISCAS 1974: beta = 0.1102 (A - 8.7) for side lobes of A dB above 50.
    """
    k = np.arange(n_taps) - (n_taps - 1) / 2
    taps = np.sinc(2 * cutoff * k) * np.kaiser(n_taps, 0.1102 * (FILTER_DB - 8.7))
    return np.asarray(taps / taps.sum(), dtype=np.float64)


def _convolved(x: NDArray[np.inexact], taper: NDArray[np.float64]) -> NDArray[np.complexfloating]:
    """Convolution of the length of ``x``, centred."""
    n = len(x) + len(taper) - 1
    length = scipy.fft.next_fast_len(n)
    whole = scipy.fft.ifft(scipy.fft.fft(x, length) * scipy.fft.fft(taper, length))[:n]
    begin = (len(taper) - 1) // 2
    return np.asarray(whole[begin : begin + len(x)])


def _smooth_over(x: NDArray[np.complexfloating], width: int) -> NDArray[np.complexfloating]:
    """Hann average over ``width`` samples; the ends average over what there is."""
    taper = np.hanning(max(3, width) + 2)[1:-1]
    return _convolved(x, taper) / _convolved(np.ones(len(x)), taper).real


def _slow_deviation(phase: NDArray[np.float64], mean_hz: float, rate: float) -> NDArray[np.float64]:
    """Phase against a steady line, averaged over ``FOLLOWED_S``."""
    straight = 2 * np.pi * mean_hz / rate * np.arange(len(phase))
    deviation = _smooth_over((phase - straight).astype(np.complex128), round(2 * FOLLOWED_S * rate)).real
    return deviation - deviation.mean()


def _frequency_uncertainty_hz(residual: NDArray[np.float64], degree: int, duration_s: float) -> float:
    """95 % half width of the mean frequency, from the spectrum of what the slow phase leaves.

    The mean frequency is a weighted sum of the phase; the weights are those of a fit of Legendre polynomials
    between its two ends. Every line and every noise of the residual counts with what the weights pass of it.
    """
    n = len(residual)
    x = np.linspace(-1.0, 1.0, n)
    weight = legendre.legvander(x, degree) @ [2 * (2 * k + 1) / n if k % 2 else 0.0 for k in range(degree + 1)]
    passed = np.abs(np.fft.rfft(weight)) ** 2
    power = np.abs(np.fft.rfft(residual)) ** 2 / n
    # The fit has taken the slowest part of the noise with it: there it is as strong as next to it.
    taken = 2 * degree
    power[:taken] = (
        max(float(power[:taken].mean()), float(power[taken : 3 * taken].mean())) if n > 6 * taken else power.max()
    )
    sigma = float(np.sqrt(2 * (passed @ power) / n))
    return 1.96 * max(sigma, 1e-6) / (2 * np.pi * duration_s)


def sequence_tracks(
    vector: NDArray[np.complexfloating], fs: float, line_hz: float, periods: int
) -> tuple[NDArray[np.float64], NDArray[np.complexfloating]]:
    """Negative over positive sequence followed in time.

    Parameters
    ----------
    vector : ndarray of complex, shape (n,)
        Space vector.
    fs, line_hz : float
        In Hz.
    periods : int
        Window in periods of the supply, Hann-weighted; one value every half window.

    Returns
    -------
    time_s : ndarray, shape (m,)
        Middle of each window.
    ratio : ndarray of complex, shape (m,)
        ``I2 / I1``; does not depend on where time starts.
    """
    positive, rate, start_s = _shift_down(vector, fs, line_hz)
    # Conjugation turns the negative sequence forwards; what was positive is then 2 f away and averages out.
    negative, _, _ = _shift_down(np.conj(vector), fs, line_hz)
    width = round(periods * rate / line_hz)
    step = max(1, width // 2)
    if len(positive) < width:
        return np.empty(0), np.empty(0, dtype=np.complex128)
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(width) + 0.5) / width)
    views = [np.lib.stride_tricks.sliding_window_view(x, width)[::step] @ taper for x in (positive, negative)]
    ratio = np.full(len(views[0]), complex("nan"))
    np.divide(views[1], views[0], out=ratio, where=np.abs(views[0]) > 0)
    time_s = start_s + (np.arange(len(views[0])) * step + (width - 1) / 2) / rate
    return np.asarray(time_s, dtype=np.float64), ratio
