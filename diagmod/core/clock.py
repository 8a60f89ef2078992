"""Whether the samples are evenly spaced in time, measured on the current itself.

A recorder may hold a sample, lose one, or wait for its operating system; each leaves a trace of its
own. A held sample repeats the one before where the current moves; a lost one advances the phase of
everything by one sampling period at once; an uneven clock turns the carrier to and fro, so its noise is
phase noise and not amplitude noise, whereas the noise of an amplifier is both alike. Time stamps, where
there are any, are held against an even grid and their own resolution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.lost_samples import phase_steps, without_image
from diagmod.core.recording import PHASES
from diagmod.core.repeated_samples import repeat_share
from diagmod.core.tapers import BLACKMAN
from diagmod.core.time_stamps import stamp_figures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier
    from diagmod.core.prepared import Prepared

#: Lengths in seconds of the pieces in which phase and amplitude noise are compared: a transient spoils one short piece
#: only, and the side lobes of a load oscillation reach less far in a long one. Noise shows in both.
NOISE_PIECES_S = (0.5, 2.0)

#: Offsets from the carrier in Hz at which they are compared: above the wander of grid and load.
NOISE_FROM_HZ = 15.0

#: Quantile of the bins that stands for the noise: a strong line may fill half of them.
NOISE_QUANTILE = 0.3

#: Band in supply frequencies in which white timing noise raises the floor as it does beside the carrier, and timing
#: noise beside the carrier over that of the band from which it is not the clock's but comes from load or grid. White
#: noise has 1, a timer that waits anew each time or many lost samples up to 10, load oscillations 7 to 1000.
#: Pinned by test_a_strong_load_oscillation_is_not_jitter and test_a_timer_that_waits_anew_each_time_is_jitter.
WHITE_BAND, MOST_OVER_WHITE = (4.0, 8.0), 14.0


@dataclass(frozen=True)
class Clock:
    """How evenly a recording was sampled.

    Attributes
    ----------
    repeat_pct : float
        Share of samples that repeat the one before while the current moves, more often than noise does by chance,
        percent; NaN where the converter is too coarse to tell.
    n_steps : int
        Steps of the phase by whole sampling periods, all in one direction.
    step_s : float
        Their mean size in seconds; positive for lost samples, negative for samples that were put in.
    jitter_s : float
        White timing noise that explains by how much phase noise exceeds amplitude noise, rms, s; NaN where it was not
        measured, and where load or grid make so much beside the carrier that the clock does not show.
    excess_db : float
        Phase over amplitude noise, dB; NaN likewise.
    stamp_step_s : float
        Resolution of the time stamps, s; NaN without stamps.
    stamp_jitter_s : float
        Rms departure of the stamps from an even grid beyond their resolution, s; NaN without stamps.
    stamp_gap_s : float
        Longest time between two stamps, s; NaN without stamps.
    stamps_rise : bool
        False where stamps are missing, fall back or stand still throughout.
    """

    repeat_pct: float
    n_steps: int
    step_s: float
    jitter_s: float
    excess_db: float
    stamp_step_s: float = float("nan")
    stamp_jitter_s: float = float("nan")
    stamp_gap_s: float = float("nan")
    stamps_rise: bool = True


def measure_clock(
    currents: NDArray[np.floating], prepared: Prepared, stamps_s: NDArray[np.float64] | None = None
) -> Clock:
    """Measure how evenly a recording was sampled.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T without gaps.
    prepared : Prepared
        Of the same currents.
    stamps_s : ndarray, shape (n,), optional
        Time stamps in seconds.
    """
    usable = [PHASES.index(letter) for letter in prepared.usable]
    repeat_pct = 100 * repeat_share(currents[usable])
    n_steps, step_s, jitter_s, excess_db = 0, float("nan"), float("nan"), float("nan")
    if prepared.carrier is not None:
        n_steps, step_s = phase_steps(prepared.carrier, prepared.fs)
        jitter_s, excess_db = _jitter(prepared.carrier, prepared.fs)
        if jitter_s > MOST_OVER_WHITE * _white_jitter_s(prepared, prepared.carrier):
            jitter_s = excess_db = float("nan")
    clock = Clock(repeat_pct, n_steps, step_s, jitter_s, excess_db)
    if stamps_s is None or len(stamps_s) < 4:
        return clock
    if not np.isfinite(stamps_s).all() or np.diff(stamps_s).min() < 0 or stamps_s[-1] <= stamps_s[0]:
        return replace(clock, stamps_rise=False)
    grid_s, departure_s, gap_s = stamp_figures(stamps_s, prepared.fs)
    return replace(clock, stamp_step_s=grid_s, stamp_jitter_s=departure_s, stamp_gap_s=gap_s)


def _jitter(carrier: Carrier, fs: float) -> tuple[float, float]:
    """Timing noise in seconds rms, and phase over amplitude noise in dB, both from medians over pieces."""
    whole = 1 + (carrier.modulation if carrier.n_phases == 3 else without_image(carrier))
    # Amplitude and angle, not real and imaginary part: a very bad clock turns the carrier by more than a radian.
    amplitude, phase = np.abs(whole), np.unwrap(np.angle(whole))
    found = [_noise_excess(amplitude, phase, carrier, piece_s) for piece_s in NOISE_PIECES_S]
    both = sorted((excess_db, density) for density, excess_db in filter(None, found))
    if not both:
        return float("nan"), float("nan")
    # An uneven clock shows clearly in three phases, so that both must show it; in one phase chance needs the mean.
    excess_db, density = both[0] if carrier.n_phases == 3 else np.mean(both, axis=0)
    return float(np.sqrt(density * fs)) / (2 * np.pi * carrier.line_hz), float(excess_db)


def _noise_excess(
    amplitude: NDArray[np.float64], phase: NDArray[np.float64], carrier: Carrier, piece_s: float
) -> tuple[float, float] | None:
    """Density of what phase noise has over amplitude noise, 1 / Hz, and their ratio in dB; None for too few samples."""
    n = round(piece_s * carrier.fs)
    hz = np.fft.rfftfreq(max(n, 1), 1 / carrier.fs)
    band = (hz >= NOISE_FROM_HZ) & (hz <= carrier.line_hz - BLACKMAN.half_lobe_bins / piece_s)
    if len(phase) < n or n < 16 or not band.any():
        return None
    taper = BLACKMAN.weights(n)
    # The power of noise is exponentially distributed: its mean from its quantile.
    scale = 1 / (-np.log(1 - NOISE_QUANTILE) * carrier.fs * float(taper @ taper))
    of_amplitude, of_phase = (
        scale * float(np.quantile(np.abs(np.fft.rfft(_pieces(x, n) * taper, axis=1)[:, band]) ** 2, NOISE_QUANTILE))
        for x in (amplitude, phase)
    )
    excess_db = 10 * float(np.log10(max(of_phase, 1e-30) / max(of_amplitude, 1e-30)))
    return max(0.0, of_phase - of_amplitude), excess_db


def _white_jitter_s(prepared: Prepared, carrier: Carrier) -> float:
    """Timing noise in seconds rms if all of the floor some harmonics away came from it; infinite where it is unseen."""
    bin_hz = prepared.spectrum.bin_hz
    first, last = (round(min(k * carrier.line_hz, 0.45 * prepared.fs) / bin_hz) for k in WHITE_BAND)
    if last - first < 16:
        return float("inf")
    floor = float(np.quantile(prepared.spectrum.power[first:last], NOISE_QUANTILE)) / -np.log(1 - NOISE_QUANTILE)
    # A Hann spectrum of n points shows white noise of the carrier A turned by 2 pi f sigma as 3 (2 pi f sigma A)^2 / n.
    n = prepared.fs / bin_hz
    return float(np.sqrt(floor * n / 3)) / (2 * np.pi * carrier.line_hz * carrier.amplitude)


def _pieces(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Half-overlapping pieces without their straight line."""
    pieces = np.lib.stride_tricks.sliding_window_view(x, n)[:: max(1, n // 2)]
    middle = np.arange(n) - (n - 1) / 2
    slope = pieces @ middle / (middle @ middle)
    return pieces - pieces.mean(axis=1, keepdims=True) - slope[:, None] * middle
