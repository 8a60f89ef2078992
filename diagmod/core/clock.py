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
from numpy.polynomial import legendre

from diagmod.core.recording import PHASES
from diagmod.core.tapers import BLACKMAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier
    from diagmod.core.prepared import Prepared

#: Steps of the converter by which the current must move just before and just after a repeat, so that it is no rounding.
#: Pinned by test_a_coarse_converter_is_not_taken_for_held_samples.
MOVING_STEPS = 4.0

#: Samples looked at for repeats; beyond, evenly spread blocks are taken.
REPEAT_SAMPLES, REPEAT_BLOCK = 1 << 19, 1 << 15

#: Length in seconds of the pieces in which phase and amplitude noise are compared: a transient spoils one piece only.
NOISE_PIECE_S = 0.5

#: Offsets from the carrier in Hz at which they are compared: above the wander of grid and load.
NOISE_FROM_HZ = 15.0

#: Quantile of the bins that stands for the noise: a strong line may fill half of them.
NOISE_QUANTILE = 0.3

#: Periods of the supply averaged on either side of a step of the phase; whole ones keep harmonics out.
STEP_PERIODS = 2


@dataclass(frozen=True)
class Clock:
    """How evenly a recording was sampled.

    Attributes
    ----------
    repeat_pct : float
        Share of samples that repeat the one before while the current moves, percent; NaN where the converter is too
        coarse to tell.
    n_steps : int
        Steps of the phase by whole sampling periods, all in one direction.
    step_s : float
        Their mean size in seconds; positive for lost samples, negative for samples that were put in.
    jitter_s : float
        White timing noise that explains by how much phase noise exceeds amplitude noise, rms, s; NaN where it was not
        measured.
    excess_db : float
        Phase over amplitude noise, dB.
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
    repeat_pct = 100 * _repeat_share(currents[usable])
    n_steps, step_s, jitter_s, excess_db = 0, float("nan"), float("nan"), float("nan")
    if prepared.carrier is not None:
        n_steps, step_s = _phase_steps(prepared.carrier, prepared.fs)
        jitter_s, excess_db = _jitter(prepared.carrier, prepared.fs)
    clock = Clock(repeat_pct, n_steps, step_s, jitter_s, excess_db)
    if stamps_s is None or len(stamps_s) < 4:
        return clock
    if not np.isfinite(stamps_s).all() or np.diff(stamps_s).min() < 0 or stamps_s[-1] <= stamps_s[0]:
        return replace(clock, stamps_rise=False)
    grid_s, departure_s, gap_s = _stamp_figures(stamps_s, prepared.fs)
    return replace(clock, stamp_step_s=grid_s, stamp_jitter_s=departure_s, stamp_gap_s=gap_s)


def converter_step(row: NDArray[np.floating]) -> float:
    """Smallest step between two samples if all samples stand on one grid of it, else 0.

    Examples
    --------
    >>> converter_step(np.round(np.sin(np.arange(100.0)), 2))
    0.01
    """
    steps = np.unique(np.abs(np.diff(np.asarray(row[:4096], dtype=np.float64))))
    # Rounding of decimal fractions in single precision.
    blur = 4 * np.finfo(np.float32).eps * float(np.abs(row[:4096]).max(initial=0.0))
    steps = steps[steps > blur]
    if not len(steps):
        return 0.0
    least = float(steps[0])
    off_grid = np.abs(steps / least - np.round(steps / least)) * least
    return round(least, 12) if np.all(off_grid <= 0.02 * least + 2 * blur) else 0.0


def _repeat_share(rows: NDArray[np.floating]) -> float:
    """Share of samples that repeat the one before, of those about which the current moves; NaN for too few of them."""
    n = rows.shape[1]
    blocks = [rows]
    if n > REPEAT_SAMPLES:
        starts = np.linspace(0, n - REPEAT_BLOCK, REPEAT_SAMPLES // REPEAT_BLOCK).astype(int)
        blocks = [rows[:, a : a + REPEAT_BLOCK] for a in starts]
    steps = [converter_step(row) for row in rows]
    n_moving = n_repeats = 0
    for block in blocks:
        for row, step in zip(block, steps, strict=True):
            before, after = row[1:-2] - row[:-3], row[3:] - row[2:-1]
            least = max(MOVING_STEPS * step, 1e-6 * float(np.abs(row).max()))
            # Before and after it the current moves the same way: no crest, and no clipping.
            moving = (np.minimum(np.abs(before), np.abs(after)) >= least) & (before * after > 0)
            n_moving += int(np.count_nonzero(moving))
            n_repeats += int(np.count_nonzero(moving & (row[2:-1] == row[1:-2])))
    return n_repeats / n_moving if n_moving > 200 else float("nan")


def _phase_steps(carrier: Carrier, fs: float) -> tuple[int, float]:
    """Number and mean size in seconds of steps of the carrier's phase by about a whole sampling period."""
    width = round(STEP_PERIODS * carrier.fs / carrier.line_hz)
    phase = carrier.modulation.imag
    if len(phase) < 8 * width:
        return 0, float("nan")
    total = np.concatenate([[0.0], np.cumsum(phase)])
    means = (total[width:] - total[:-width]) / width
    step = means[width:] - means[:-width]
    period_rad = 2 * np.pi * carrier.line_hz / fs
    noise = 1.4826 * float(np.median(np.abs(step - np.median(step))))
    least = max(0.6 * period_rad, 6 * noise)
    sizes: list[float] = []
    rest = np.abs(step)
    while len(sizes) < 200 and rest.max() > least:
        at = int(np.argmax(rest))
        sizes.append(float(step[at]))
        rest[max(0, at - 2 * width) : at + 2 * width] = 0.0
    whole = [size for size in sizes if abs(size / period_rad - round(size / period_rad)) < 0.3]
    if len(whole) < 3 or len(whole) < 0.7 * len(sizes) or abs(sum(np.sign(whole))) < 0.8 * len(whole):
        return 0, float("nan")
    return len(whole), float(np.mean(whole)) / (2 * np.pi * carrier.line_hz)


def _jitter(carrier: Carrier, fs: float) -> tuple[float, float]:
    """Timing noise in seconds rms, and phase over amplitude noise in dB, both from medians over short pieces."""
    n = round(NOISE_PIECE_S * carrier.fs)
    whole = 1 + (carrier.modulation if carrier.n_phases == 3 else _without_image(carrier))
    hz = np.fft.rfftfreq(max(n, 1), 1 / carrier.fs)
    band = (hz >= NOISE_FROM_HZ) & (hz <= carrier.line_hz - 6 / NOISE_PIECE_S / 2)
    if len(whole) < n or n < 16 or not band.any():
        return float("nan"), float("nan")
    taper = BLACKMAN.weights(n)
    # Amplitude and angle, not real and imaginary part: a very bad clock turns the carrier by more than a radian.
    parts = (np.abs(whole), np.unwrap(np.angle(whole)))
    amplitude, phase = (
        float(np.quantile(np.abs(np.fft.rfft(_pieces(part, n) * taper, axis=1)[:, band]) ** 2, NOISE_QUANTILE))
        for part in parts
    )
    # The power of noise is exponentially distributed: its mean from its quantile.
    density = 1 / (-np.log(1 - NOISE_QUANTILE) * carrier.fs * float(taper @ taper))
    excess = max(0.0, phase - amplitude) * density * fs
    return float(np.sqrt(excess)) / (2 * np.pi * carrier.line_hz), 10 * float(
        np.log10(max(phase, 1e-30) / max(amplitude, 1e-30))
    )


def _without_image(carrier: Carrier) -> NDArray[np.complexfloating]:
    """Modulation of a single phase without the mirror image of its carrier, which stands 2 f below."""
    spectrum = np.fft.fft(carrier.modulation)
    spectrum[np.abs(np.fft.fftfreq(len(spectrum), 1 / carrier.fs)) > 0.9 * carrier.line_hz] = 0.0
    return np.fft.ifft(spectrum)


def _pieces(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Half-overlapping pieces without their straight line."""
    pieces = np.lib.stride_tricks.sliding_window_view(x, n)[:: max(1, n // 2)]
    middle = np.arange(n) - (n - 1) / 2
    slope = pieces @ middle / (middle @ middle)
    return pieces - pieces.mean(axis=1, keepdims=True) - slope[:, None] * middle


def _stamp_figures(stamps_s: NDArray[np.float64], fs: float) -> tuple[float, float, float]:
    """Resolution of the stamps, their rms departure from a smooth clock beyond it, and the longest step, in seconds."""
    grid = _grid_of(stamps_s, 1 / fs)
    x = np.linspace(-1.0, 1.0, len(stamps_s))
    departure = stamps_s - legendre.legval(x, legendre.legfit(x, stamps_s, 3))
    # An even clock read on a grid departs by up to one grid step, evenly distributed.
    is_even = float(np.ptp(departure)) <= 1.02 * grid + 1e-3 / fs
    beyond = max(0.0, float(departure.var()) - grid**2 / 12)
    return grid, 0.0 if is_even else float(np.sqrt(beyond)), float(np.diff(stamps_s).max())


def _grid_of(stamps_s: NDArray[np.float64], period_s: float) -> float:
    """Coarsest decimal grid on which all stamps stand; 0 for none coarser than a thousandth of a sampling period."""
    for exponent in range(0, -12, -1):
        for multiple in (5, 2, 1):
            grid = multiple * 10.0**exponent
            if not 1e-3 * period_s <= grid <= 50 * period_s:
                continue
            rest = np.abs(stamps_s / grid - np.round(stamps_s / grid)) * grid
            if rest.max() < 1e-3 * grid + 1e-12 * float(np.abs(stamps_s).max()):
                return grid
    return 0.0
