"""A start-up shows every slip once, and a broken bar at each of them.

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
from diagmod.core.startup import check_rates, least_periods
from diagmod.core.time_frequency import TimeFrequencyMap, time_frequency_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Half width of the carrier that is removed, over the supply frequency; what lies nearer than twice this is not seen.
CARRIER_REACH = 0.08

#: Fastest allowed movement of the V over its mean speed; run-ups are fastest just past the breakdown slip.
MAX_SPEED_UP = 3.0

#: Share of the run-up before which no motor has half its speed: its torque is largest near the end. What stands about
#: 0 Hz until then, ``SWITCHING_BINS`` on either side, is the decaying offset of the switching-on.
SLOW_SHARE, SWITCHING_BINS = 1 / 3, 3

#: Height of either branch above the map's floor from which a V counts as seen, dB: lower quartile over time, since a
#: burst makes a few high points and a V has no low ones. Of 120 sampled motors on an unkind plant one broken bar was
#: seen in 112 of 112 start-ups that could be followed in the space vector and in 89 of 90 in one phase; the highest of
#: a sound cage whose path was as strong as a broken bar's reached 3.5. Pinned by test_startup_ridge; figures of the
#: study of start-ups.
SEEN_DB = 7.0

#: Level of the V over the carrier between slips of 0.7 and 0.3 from which it is that of a broken bar, dBc. In the same
#: start-ups sound cages with 0.02 to 0.05 bar of natural asymmetry reached -67, half a broken bar -62 to -45, one bar
#: -56 to -39. Pinned by test_startup_ridge; figures of the study of start-ups.
BAR_DBC = -64.0

#: Slips between which that level is read: the median of either branch beside the vertex, the lower one counts.
FALLING, RISING = (0.5, 0.7), (0.3, 0.5)

#: Height above the floor in dB beyond which a point of the map gains only a tenth of further weight, so that a
#: short burst cannot buy a path that is empty elsewhere.
CEILING_DB = 25.0

#: Half width in bins within which the energy of the moving line is summed.
RIDGE_HALF_WIDTH = 3

#: How far the lower quartile of the power of noise lies below its median, dB: 10 log10(ln 2 / ln(4/3)).
QUARTILE_DB = 3.8


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

    @property
    def middle_dbc(self) -> float:
        """Level beside the vertex, the lower of both branches, dBc; NaN where the path misses one."""
        beside = [self.level_dbc[(self.slip > low) & (self.slip < high)] for low, high in (FALLING, RISING)]
        return min(float(np.median(part)) for part in beside) if all(map(len, beside)) else float("nan")

    @property
    def is_as_of_a_broken_bar(self) -> bool:
        """True where a V is seen and is as strong as that of about half a broken bar or more."""
        return self.is_v_seen and self.middle_dbc >= BAR_DBC


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
        As given by :func:`diagmod.core.startup.find_startup`.

    Raises
    ------
    ValueError
        The stretch is too short to be followed or not inside the recording, or a rate is out of range.

    References
    ----------
    Antonino-Daviu, J. A. et al., Mech. Syst. Signal Process. 20(4), 2006, DOI 10.1016/j.ymssp.2004.12.008.
    """
    check_rates(fs, line_hz)
    duration_s = end_s - begin_s
    least_s = least_periods(x) / line_hz
    if not (duration_s >= least_s and begin_s >= 0 and end_s <= len(x) / fs):
        raise ValueError(
            f"a start-up that can be followed lies in the recording and takes at least {least_s:.2g} s, "
            f"got {begin_s:.4g} to {end_s:.4g} s of {len(x) / fs:.4g} s; see find_startup"
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
    keep = np.flatnonzero(np.abs(window_map.hz) <= line_hz * (1 - 2 * CARRIER_REACH) - 1.5 * window_map.bin_hz)
    height = _height_db(window_map.amplitude[:, keep])
    is_slow = first / fs + slow.start_s + window_map.time_s < begin_s + SLOW_SHARE * duration_s
    height[np.ix_(is_slow, window_map.hz[keep] > -SWITCHING_BINS * window_map.bin_hz)] = -CEILING_DB
    step_s = window_map.time_s[1] - window_map.time_s[0]
    path = _rising_path(height, int(np.ceil(MAX_SPEED_UP * 2 * line_hz / duration_s * step_s / window_map.bin_hz)))
    inside = np.flatnonzero(path >= 0)
    bins, heights = keep[path[inside]], height[inside, path[inside]]
    signed_hz, ridge_a = _ridge(window_map, inside, bins)
    time_s = window_map.time_s[inside]
    carrier_a = np.interp(time_s, np.arange(len(carrier)) / slow.fs, carrier)
    falls = window_map.hz[bins] < 0
    branch_db = (_lower_quartile(heights[falls]), _lower_quartile(heights[~falls]))
    is_seen = min(branch_db) >= SEEN_DB
    reason = (
        f"the branches stand {branch_db[0]:.0f} and {branch_db[1]:.0f} dB above the floor, {SEEN_DB:g} dB are needed"
    )
    return LowerSideband(
        time_s=first / fs + slow.start_s + time_s,
        signed_hz=signed_hz,
        slip=(1 - signed_hz / line_hz) / 2,
        level_dbc=20 * np.log10(ridge_a / carrier_a),
        branch_db=branch_db,
        reason="" if is_seen else reason,
    )


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
    """Height above the floor: the larger of a frequency's median over time and a moment's over frequency.

    The moment's is told from the lower quartile, since in one phase the V and its mirror image fill up to half of it.
    """
    level = 20 * np.log10(np.maximum(amplitude, 1e-12 * amplitude.max()))
    moment = np.quantile(level, 0.25, axis=1, keepdims=True) + QUARTILE_DB
    height = np.maximum(level - np.maximum(np.median(level, axis=0, keepdims=True), moment), -CEILING_DB)
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


def _lower_quartile(heights: NDArray[np.float64]) -> float:
    return float(np.quantile(heights, 0.25)) if len(heights) else 0.0


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
