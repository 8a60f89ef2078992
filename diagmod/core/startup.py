"""A start-up shows every slip once.

While a motor runs up its slip falls from 1 to nearly 0, and with it the lower sideband of a broken bar,
``f (1 - 2 s)``, moves from -f through 0 at s = 0.5 to +f: in the current of one phase it falls from f to 0 and
rises again, the "V". No load is needed and no other component moves like that, so a start-up speaks where the
steady state is silent. The carrier is removed, the rest is mapped in time and frequency, and the V is the
strongest path that only ever rises on the signed frequency axis; it counts as seen where both branches stand
above the map's floor. A sound cage has some asymmetry too: seen is not yet broken, the level decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.ndimage
import scipy.signal

from diagmod.core.demodulation import demodulate
from diagmod.core.tapers import HANN, Taper, amplitude_spectrum
from diagmod.core.windows import segment_starts, segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Inrush over running current, at least: soft starters reach 2 to 4, direct starts 4 to 8.
MIN_INRUSH = 2.0

#: Shortest start-up in periods of the supply in which a V can be followed.
MIN_PERIODS = 60

#: Half width of the carrier that is removed, over the supply frequency; what lies nearer than twice this is not seen.
CARRIER_REACH = 0.08

#: Fastest allowed movement of the V over its mean speed; run-ups are fastest just past the breakdown slip.
MAX_SPEED_UP = 3.0

#: Share of the run-up before which no motor has half its speed: the torque is largest near the end. Until then what
#: stands about 0 Hz is the decaying offset of the switching-on.
SLOW_SHARE = 1 / 3

#: Height of either branch above the map's floor from which a V counts as seen, dB: lower quartile over time, since a
#: burst makes a few high points and a V has no low ones. Of 216 synthetic start-ups of sound cages (1 to 8 s, three
#: slip laws, offset, negative sequence, eccentricity of -35 dBc) the highest reached 6.8. Pinned by test_startup.
SEEN_DB = 8.0

#: Height above the floor in dB beyond which a point of the map gains only a tenth of further weight, so that a
#: short burst cannot buy a path that is empty elsewhere.
CEILING_DB = 25.0

#: Half width in bins within which the energy of the moving line is summed.
RIDGE_HALF_WIDTH = 3


@dataclass(frozen=True)
class TimeFrequencyMap:
    """Short-time spectra in ampere peak.

    Attributes
    ----------
    time_s : ndarray, shape (n_times,)
        Middle of every window after the first sample.
    hz : ndarray, shape (n_bins,)
    amplitude : ndarray, shape (n_times, n_bins)
        A steady line on a bin reads its peak amplitude.
    taper : Taper
    """

    time_s: NDArray[np.float64]
    hz: NDArray[np.float64]
    amplitude: NDArray[np.float64]
    taper: Taper


@dataclass(frozen=True)
class StartUp:
    """A start-up found in a recording, or the reason why there is none.

    Attributes
    ----------
    begin_s, end_s : float
        Switching on and end of the inrush after the first sample; NaN without a start-up.
    inrush_a, running_a : float
        Median envelope (ampere peak) between the two, and afterwards.
    is_whole : bool
        True where the recording begins before the motor is switched on.
    reason : str
        Empty where a start-up was found.
    """

    begin_s: float
    end_s: float
    inrush_a: float
    running_a: float
    is_whole: bool
    reason: str

    @property
    def is_found(self) -> bool:
        """True where a start-up was found."""
        return not self.reason


@dataclass(frozen=True)
class LowerSideband:
    """The path of the lower sideband through a start-up.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        After the first sample of the recording.
    signed_hz : ndarray, shape (n,)
        ``f (1 - 2 s)``: rises from -f to f.
    slip : ndarray, shape (n,)
        The slip that follows from it.
    level_dbc : ndarray, shape (n,)
        Sideband over the carrier at the same moment, dB.
    branch_db : tuple of 2 floats
        Height of the falling and of the rising branch above the map's floor, dB (lower quartile over time).
    reason : str
        Empty where a V was seen.
    """

    time_s: NDArray[np.float64]
    signed_hz: NDArray[np.float64]
    slip: NDArray[np.float64]
    level_dbc: NDArray[np.float64]
    branch_db: tuple[float, float]
    reason: str

    @property
    def hz(self) -> NDArray[np.float64]:
        """The V as one phase shows it, Hz: falls to 0 at a slip of 0.5 and rises again."""
        return np.abs(self.signed_hz)

    @property
    def is_v_seen(self) -> bool:
        """True where both branches stand above the floor."""
        return not self.reason


def time_frequency_map(
    x: NDArray[np.inexact], fs: float, window_s: float, overlap: float = 0.75, taper: Taper = HANN
) -> TimeFrequencyMap:
    """Amplitude over time and frequency.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Real or complex, ampere.
    fs : float
        Sampling rate in Hz.
    window_s : float
        Length of a window in seconds.
    overlap : float
        Share of a window that it has in common with the next.
    taper : Taper

    Raises
    ------
    ValueError
        ``fs``, ``window_s`` or ``overlap`` is out of range, or ``x`` is shorter than a window.

    Examples
    --------
    >>> t = np.arange(4000) / 1000
    >>> time_frequency_map(3 * np.cos(2 * np.pi * 40 * t), 1000, 0.5).amplitude[:, 20].round(6).max()
    3.0
    """
    starts, n = segment_starts(len(x), fs, window_s, overlap)
    if not len(starts):
        raise ValueError(f"a map with windows of {window_s:g} s needs a longer record, got {len(x) / fs:.3g} s")
    spectrum = amplitude_spectrum(segments(x, starts, n), fs, taper)
    return TimeFrequencyMap((starts + n / 2) / fs, spectrum.hz, spectrum.amplitude, taper)


def find_startup(x: NDArray[np.inexact], fs: float, line_hz: float) -> StartUp:
    """Find the first start-up by the envelope of the current.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Space vector (complex) or one phase current (real), ampere, no gaps.
    fs, line_hz : float
        Sampling rate and supply frequency in Hz.
    """
    period = max(1, round(fs / line_hz))
    factor = 1.0 if np.iscomplexobj(x) else np.sqrt(2.0)
    mean_square = scipy.ndimage.uniform_filter1d(np.abs(x).astype(np.float64) ** 2, period, mode="nearest")
    envelope = factor * np.sqrt(np.maximum(mean_square, 0.0))
    top = float(envelope.max())
    if not top > 0:
        return _no_startup("the current is zero or has gaps throughout")
    begin = int(np.argmax(envelope >= 0.2 * top))
    off = np.flatnonzero(envelope[begin:] < 0.02 * top)
    on = envelope[begin : begin + int(off[0]) if len(off) else len(envelope)]
    running_a = float(np.median(on[-max(1, len(on) // 5) :]))
    end = begin + int(np.flatnonzero(on >= np.sqrt(running_a * top))[-1])
    inrush_a = float(np.median(envelope[begin : end + 1]))
    if inrush_a < MIN_INRUSH * running_a:
        return _no_startup(
            f"the current never stands at {MIN_INRUSH:g} times its running value, got {inrush_a / running_a:.2f} times"
        )
    if end - begin < MIN_PERIODS * period:
        return _no_startup(
            f"the inrush lasts {(end - begin) / fs:.2g} s; a start-up that can be followed takes at least "
            f"{MIN_PERIODS / line_hz:.2g} s"
        )
    return StartUp(begin / fs, end / fs, inrush_a, running_a, begin > period, "")


def follow_lower_sideband(
    x: NDArray[np.inexact], fs: float, line_hz: float, begin_s: float, end_s: float
) -> LowerSideband:
    """Follow the V between two moments of a recording.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Space vector (complex) or one phase current (real), ampere, no gaps. Of one phase an eccentricity line may
        share one branch; both branches never.
    fs, line_hz : float
        Sampling rate (at least 4.8 times the supply frequency) and supply frequency in Hz.
    begin_s, end_s : float
        As given by :func:`find_startup`.

    Raises
    ------
    ValueError
        The stretch is shorter than ``MIN_PERIODS``, or ``fs`` is too low.

    References
    ----------
    Antonino-Daviu, J. A. et al., Mech. Syst. Signal Process. 20(4), 2006, DOI 10.1016/j.ymssp.2004.12.008.
    """
    duration_s = end_s - begin_s
    if not duration_s * line_hz >= MIN_PERIODS:
        raise ValueError(
            f"a start-up that can be followed takes at least {MIN_PERIODS / line_hz:.2g} s, got {duration_s:.2g} s; "
            "this one is too fast"
        )
    # The window in which a line that sweeps 2 f in the duration is narrowest, on either side for its taper.
    window_s = 2 * np.sqrt(duration_s / (2 * line_hz))
    first = max(0, round((begin_s - window_s / 2) * fs))
    stretch = np.asarray(x[first : round((end_s + window_s) * fs)], dtype=np.complex128)
    # What a sensor shows while the motor is still off is its offset.
    quiet = x[: max(0, round((begin_s - 1 / line_hz) * fs))]
    stretch = stretch - (quiet.mean() if len(quiet) > fs / line_hz else 0.0)
    slow = demodulate(stretch, fs, 0.0, 1.2 * line_hz)
    rest, carrier = _without_carrier(slow.values, slow.fs, line_hz)
    if not np.iscomplexobj(x):
        carrier, rest = 2 * carrier, 2 * rest
    window_map = time_frequency_map(rest, slow.fs, window_s, 0.9)
    bin_hz = window_map.hz[1] - window_map.hz[0]
    keep = np.flatnonzero(np.abs(window_map.hz) <= line_hz * (1 - 2 * CARRIER_REACH) - 1.5 * bin_hz)
    height = _height_db(window_map.amplitude[:, keep])
    is_slow = slow.start_s + window_map.time_s < begin_s - first / fs + SLOW_SHARE * duration_s
    height[np.ix_(is_slow, window_map.hz[keep] > -3 * bin_hz)] = -CEILING_DB
    step_s = window_map.time_s[1] - window_map.time_s[0]
    path = _rising_path(height, int(np.ceil(MAX_SPEED_UP * 2 * line_hz / duration_s * step_s / bin_hz)))
    inside = np.flatnonzero(path >= 0)
    bins = keep[path[inside]]
    signed_hz, ridge_a = _ridge(window_map, inside, bins)
    time_s = window_map.time_s[inside]
    carrier_a = np.interp(time_s, np.arange(len(carrier)) / slow.fs, carrier)
    heights = height[inside, path[inside]]
    falls = window_map.hz[bins] < 0
    branch_db = tuple(float(np.quantile(heights[branch], 0.25)) if branch.any() else 0.0 for branch in (falls, ~falls))
    reason = "" if min(branch_db) >= SEEN_DB else (
        f"the branches stand {branch_db[0]:.0f} and {branch_db[1]:.0f} dB above the floor, {SEEN_DB:g} dB are needed"
    )  # fmt: skip
    return LowerSideband(
        first / fs + slow.start_s + time_s,
        signed_hz,
        (1 - signed_hz / line_hz) / 2,
        20 * np.log10(ridge_a / carrier_a),
        branch_db,
        reason,
    )


def _no_startup(reason: str) -> StartUp:
    return StartUp(np.nan, np.nan, np.nan, np.nan, False, reason)


def _without_carrier(
    values: NDArray[np.complexfloating], fs: float, line_hz: float
) -> tuple[NDArray[np.complexfloating], NDArray[np.float64]]:
    """Signal without its slow parts about +f and -f, and the amplitude of the part about +f."""
    taps = scipy.signal.firwin(2 * round(fs / (CARRIER_REACH * line_hz)) + 1, CARRIER_REACH * line_hz, fs=fs)
    rest, carrier = values, np.empty(0)
    for hz in (line_hz, -line_hz):
        turn = np.exp(2j * np.pi * hz * np.arange(len(values)) / fs)
        slow = scipy.ndimage.convolve1d(values / turn, taps, mode="nearest")
        rest = rest - slow * turn
        carrier = np.abs(slow) if hz > 0 else carrier
    return rest, carrier


def _height_db(amplitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height above the floor: the larger of a frequency's median over time and a moment's over frequency."""
    level = 20 * np.log10(np.maximum(amplitude, 1e-12 * amplitude.max()))
    floor = np.maximum(np.median(level, axis=0, keepdims=True), np.quantile(level, 0.25, axis=1, keepdims=True) + 3.8)
    height = np.maximum(level - floor, -CEILING_DB)
    return np.where(height > CEILING_DB, CEILING_DB + (height - CEILING_DB) / 10, height)


def _rising_path(height: NDArray[np.float64], jump: int) -> NDArray[np.int64]:
    """Bin at every time of the never-falling path from below the band to above it with the largest sum of heights.

    Minus one outside the band. Dynamic programming over time.
    """
    n_times, n_bins = height.shape
    # State 0 waits below the band, state n_bins + 1 above it; both weigh nothing.
    weight = np.zeros((n_times, n_bins + 2))
    weight[:, 1:-1] = height
    best = np.full(n_bins + 2, -np.inf)
    best[0] = 0.0
    came = np.zeros((n_times, n_bins + 2), dtype=np.int64)
    for k in range(n_times):
        reach = np.full((jump + 1, n_bins + 2), -np.inf)
        for j in range(min(jump, n_bins + 1) + 1):
            reach[j, j:] = best[: n_bins + 2 - j]
        came[k] = np.argmax(reach, axis=0)
        best = reach.max(axis=0) + weight[k]
    path = np.empty(n_times, dtype=np.int64)
    state = n_bins + 1
    for k in range(n_times - 1, -1, -1):
        path[k] = state
        state -= came[k, state]
    return np.where(path > n_bins, -1, path - 1)


def _ridge(
    window_map: TimeFrequencyMap, times: NDArray[np.int64], bins: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequency and amplitude of the moving line by the energy about the path.

    Neither its sweep within a window nor the grid of the bins takes any of it.
    """
    around = np.clip(bins[:, None] + np.arange(-RIDGE_HALF_WIDTH, RIDGE_HALF_WIDTH + 1), 0, len(window_map.hz) - 1)
    power = np.take_along_axis(window_map.amplitude[times] ** 2, around, axis=1)
    total = power.sum(axis=1)
    return (power * window_map.hz[around]).sum(axis=1) / total, np.sqrt(total / window_map.taper.enbw_bins)
