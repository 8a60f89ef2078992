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

#: What repeats must exceed those by that noise makes by chance, where the rate is so high that noise moves the current
#: more than its own slope: as a factor, and in standard deviations.
#: Pinned by test_codes_that_noise_repeats_are_not_taken_for_held_samples.
CHANCE_FACTOR, CHANCE_SIGMAS = 2.0, 4.0

#: Samples from the middle of a recording from which the step of the converter is taken.
STEP_SAMPLES = 4096

#: Share of the largest value above which numbers of few significant digits all have one step.
LARGEST_SHARE = 0.97

#: Distances between neighbouring values that a step must explain: those of a few values may be multiples by chance.
LEAST_STEPS = 8

#: Samples looked at for repeats; beyond, evenly spread blocks are taken.
REPEAT_SAMPLES, REPEAT_BLOCK = 1 << 19, 1 << 15

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

#: Periods of the supply averaged on either side of a step of the phase; whole ones keep harmonics out.
STEP_PERIODS = 2

#: Distance from the carrier, over the supply frequency, from which everything is left out to be rid of the image of a
#: single phase or of an unbalance, at 2.
IMAGE_FROM = 0.9

#: Steps of the phase that are counted at most.
MOST_STEPS = 200

#: Change of the amplitude over a step of the phase (1 over rad) from which it is the load that moved: a lost sample
#: changes the phase alone. Pinned by test_steps_of_the_load_are_not_taken_for_lost_samples.
AMPLITUDE_OVER_PHASE = 0.5

#: Longest step of the time stamps over the usual one, or over their resolution.
#: Pinned by test_a_gap_in_the_stamps_is_found.
STAMP_GAP = 2.5

#: Finest resolution of time stamps that is told apart from none, over the sampling period.
FINEST_STAMP = 1e-3


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
    repeat_pct = 100 * _repeat_share(currents[usable])
    n_steps, step_s, jitter_s, excess_db = 0, float("nan"), float("nan"), float("nan")
    if prepared.carrier is not None:
        n_steps, step_s = _phase_steps(prepared.carrier, prepared.fs)
        jitter_s, excess_db = _jitter(prepared.carrier, prepared.fs)
        if jitter_s > MOST_OVER_WHITE * _white_jitter_s(prepared, prepared.carrier):
            jitter_s = excess_db = float("nan")
    clock = Clock(repeat_pct, n_steps, step_s, jitter_s, excess_db)
    if stamps_s is None or len(stamps_s) < 4:
        return clock
    if not np.isfinite(stamps_s).all() or np.diff(stamps_s).min() < 0 or stamps_s[-1] <= stamps_s[0]:
        return replace(clock, stamps_rise=False)
    grid_s, departure_s, gap_s = _stamp_figures(stamps_s, prepared.fs)
    return replace(clock, stamp_step_s=grid_s, stamp_jitter_s=departure_s, stamp_gap_s=gap_s)


def converter_step(row: NDArray[np.floating]) -> float:
    """Step of the grid on which all samples stand, else 0: a converter of up to about 17 bits over the current's range.

    Numbers written with a few significant digits have finer steps near zero; theirs is the step at the largest values.

    Examples
    --------
    >>> converter_step(np.round(np.sin(np.arange(100.0)), 2))
    0.01
    """
    # The middle: at the beginning the motor may be at rest or start.
    begin = max(0, (len(row) - STEP_SAMPLES) // 2)
    values = np.unique(np.asarray(row[begin : begin + STEP_SAMPLES], dtype=np.float64))
    largest = float(np.abs(values).max(initial=0.0))
    # Rounding of decimal fractions in single precision.
    blur = 4 * float(np.finfo(np.float32).eps) * largest
    large = np.unique(np.abs(values))
    return _grid_of_values(values, blur) or _grid_of_values(large[large > LARGEST_SHARE * largest], blur)


def _grid_of_values(values: NDArray[np.float64], blur: float) -> float:
    """Step of the grid on which sorted values stand, 0 for none that is coarser than their blur."""
    steps = np.diff(values)
    steps = steps[steps > blur]
    if len(steps) < LEAST_STEPS:
        return 0.0
    # The smallest distance seen may be two or three steps of the converter.
    for grid in (float(steps.min(initial=np.inf)) / n for n in (1, 2, 3)):
        off_grid = np.abs(steps - grid * np.round(steps / grid))
        if 10 * blur < grid < np.inf and np.all(off_grid <= 0.02 * grid + 2 * blur):
            return float(f"{grid:.9g}")
    return 0.0


def _repeat_share(rows: NDArray[np.floating]) -> float:
    """Share of held samples of those about which the current moves; NaN for too few of them."""
    n = rows.shape[1]
    blocks = [rows]
    if n > REPEAT_SAMPLES:
        starts = np.linspace(0, n - REPEAT_BLOCK, REPEAT_SAMPLES // REPEAT_BLOCK).astype(int)
        blocks = [rows[:, a : a + REPEAT_BLOCK] for a in starts]
    steps = [converter_step(row) for row in rows]
    n_moving = n_repeats = n_single = 0
    for block in blocks:
        for row, step in zip(block, steps, strict=True):
            before, between, after = row[1:-2] - row[:-3], row[2:-1] - row[1:-2], row[3:] - row[2:-1]
            least = max(MOVING_STEPS * step, 1e-6 * float(np.abs(row).max(initial=0.0)))
            # Before and after it the current moves the same way: no crest, and no clipping.
            moving = (np.minimum(np.abs(before), np.abs(after)) >= least) & (before * after > 0)
            n_moving += int(np.count_nonzero(moving))
            n_repeats += int(np.count_nonzero(moving & (between == 0)))
            if step > 0:
                n_single += int(np.count_nonzero(moving & (np.abs(np.abs(between) - step) < 0.5 * step)))
    if n_moving <= 200:
        return float("nan")
    # Where noise alone moves the current, no step is about as likely as one step up or one down.
    by_chance = n_single / 2
    n_held = n_repeats - by_chance
    is_held = n_held > max((CHANCE_FACTOR - 1) * by_chance, CHANCE_SIGMAS * np.sqrt(1.5 * by_chance))
    return n_held / n_moving if is_held else 0.0


def _phase_steps(carrier: Carrier, fs: float) -> tuple[int, float]:
    """Number and mean size in seconds of steps of the carrier's phase by about a whole sampling period."""
    width = round(STEP_PERIODS * carrier.fs / carrier.line_hz)
    if len(carrier.modulation) < 8 * width:
        return 0, float("nan")
    whole = 1 + _without_image(carrier)
    step, amplitude_step = _sudden(np.unwrap(np.angle(whole)), width), _sudden(np.abs(whole), width)
    # The ends ring where the image was taken out.
    step[:width] = step[-width:] = 0.0
    period_rad = 2 * np.pi * carrier.line_hz / fs
    noise = 1.4826 * float(np.median(np.abs(step - np.median(step))))
    least = max(0.6 * period_rad, 6 * noise, 0.1 * float(np.abs(step).max()))
    one = _unit_step(width, carrier)
    # Lost samples all turn the phase one way, samples that were put in the other.
    ways = [(sign, *_take_out(sign * step, one, least)) for sign in (1.0, -1.0)]
    sign, found, left = min(ways, key=lambda way: float(way[2] @ way[2]))
    n_against = len(_take_out(-left, one, least)[0])
    lost: list[float] = []
    # Steps that follow one another closely are whole together.
    for group in np.split(found, 1 + np.flatnonzero(np.diff([at for at, _ in found]) > 3 * width)):
        periods = sum(size for _, size in group) / period_rad
        load = max((abs(float(amplitude_step[int(at)])) / size for at, size in group), default=0.0)
        if abs(periods - round(periods)) < 0.3 and load < AMPLITUDE_OVER_PHASE:
            lost += [sign * size for _, size in group]
    if len(lost) < 3 or len(lost) < 0.7 * (len(found) + n_against):
        return 0, float("nan")
    return len(lost), float(np.mean(lost)) / (2 * np.pi * carrier.line_hz)


def _take_out(
    step: NDArray[np.float64], one: NDArray[np.float64], least: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions and sizes of steps upwards, in the order of time, shape (n, 2), and what they leave."""
    middle, n = int(np.argmax(one)), len(one)
    padded = np.pad(step, n)
    left = padded[n:-n]
    found: list[tuple[int, float]] = []
    while len(found) < MOST_STEPS and left.max() > least:
        at = int(np.argmax(left))
        size = float(left[at] / one[middle])
        padded[n + at - middle : 2 * n + at - middle] -= size * one
        found.append((at, size))
    return np.array(sorted(found)).reshape(-1, 2), left


def _unit_step(width: int, carrier: Carrier) -> NDArray[np.float64]:
    """What a step of one looks like after the image was taken out, and in :func:`_sudden`."""
    t = np.arange(-8 * width, 8 * width) / carrier.fs
    pulse = np.sinc(2 * IMAGE_FROM * carrier.line_hz * t)
    return _sudden(np.cumsum(pulse) / pulse.sum(), width)


def _sudden(x: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Step between the means of two windows a little apart, less what the windows beside them go on moving by."""
    apart = _apart(width)
    total = np.concatenate([[0.0], np.cumsum(x)])
    means = (total[width:] - total[:-width]) / width
    step = means[apart:] - means[:-apart]
    return step[apart:-apart] - (step[2 * apart :] + step[: -2 * apart]) / 2


def _apart(width: int) -> int:
    """Distance of the windows on either side of a step, which the filter before spreads over a few samples."""
    return width + width // 3


def _jitter(carrier: Carrier, fs: float) -> tuple[float, float]:
    """Timing noise in seconds rms, and phase over amplitude noise in dB, both from medians over pieces."""
    whole = 1 + (carrier.modulation if carrier.n_phases == 3 else _without_image(carrier))
    # Amplitude and angle, not real and imaginary part: a very bad clock turns the carrier by more than a radian.
    amplitude, phase = np.abs(whole), np.unwrap(np.angle(whole))
    found = [_noise_excess(amplitude, phase, carrier, piece_s) for piece_s in NOISE_PIECES_S]
    density, excess_db = min((pair for pair in found if pair), key=lambda pair: pair[1], default=(np.nan, np.nan))
    return float(np.sqrt(density * fs)) / (2 * np.pi * carrier.line_hz), excess_db


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


def _without_image(carrier: Carrier) -> NDArray[np.complexfloating]:
    """Modulation of a single phase without the mirror image of its carrier, which stands 2 f below."""
    spectrum = np.fft.fft(carrier.modulation)
    spectrum[np.abs(np.fft.fftfreq(len(spectrum), 1 / carrier.fs)) > IMAGE_FROM * carrier.line_hz] = 0.0
    return np.fft.ifft(spectrum)


def _pieces(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Half-overlapping pieces without their straight line."""
    pieces = np.lib.stride_tricks.sliding_window_view(x, n)[:: max(1, n // 2)]
    middle = np.arange(n) - (n - 1) / 2
    slope = pieces @ middle / (middle @ middle)
    return pieces - pieces.mean(axis=1, keepdims=True) - slope[:, None] * middle


def _stamp_figures(stamps_s: NDArray[np.float64], fs: float) -> tuple[float, float, float]:
    """Resolution of the stamps, their rms departure from a smooth clock beyond it, and the longest step, in seconds."""
    # A clock time of today leaves a quarter of a microsecond to a double.
    blur = 4 * float(np.spacing(np.abs(stamps_s).max()))
    stamps_s = stamps_s - stamps_s[0]
    grid = _grid_of(stamps_s, 1 / fs, blur)
    steps = np.diff(stamps_s)
    gaps = np.flatnonzero(steps > STAMP_GAP * max(grid, 1 / fs))
    edges = np.concatenate([[0], gaps + 1, [len(stamps_s)]])
    longest = int(np.argmax(np.diff(edges)))
    whole = stamps_s[edges[longest] : edges[longest + 1]]
    return grid, _departure_s(whole, grid, 1e-3 / fs + blur), float(steps.max())


def _departure_s(stamps_s: NDArray[np.float64], grid: float, slack: float) -> float:
    """Rms departure of stamps without a gap from a smooth clock, in seconds; NaN for too few stamps."""
    if len(stamps_s) < 8:
        return float("nan")
    x = np.linspace(-1.0, 1.0, len(stamps_s))
    departure = stamps_s - legendre.legval(x, legendre.legfit(x, stamps_s, 3))
    # An even clock read on a grid departs by up to one grid step, evenly distributed.
    if float(np.ptp(departure)) <= 1.02 * grid + slack:
        return 0.0
    return float(np.sqrt(max(0.0, float(departure.var()) - grid**2 / 12)))


def _grid_of(stamps_s: NDArray[np.float64], period_s: float, blur: float) -> float:
    """Coarsest decimal grid on which all stamps stand, else any; 0 for none that is coarse enough to matter."""
    head = stamps_s[:4096]
    for exponent in range(1, -12, -1):
        for multiple in (5, 2, 1):
            grid = multiple * 10.0**exponent
            if grid < max(FINEST_STAMP * period_s, 4 * blur):
                return _any_grid_of(stamps_s, period_s, blur)
            if _stand_on(head, grid, blur) and _stand_on(stamps_s, grid, blur):
                return grid
    return _any_grid_of(stamps_s, period_s, blur)


def _any_grid_of(stamps_s: NDArray[np.float64], period_s: float, blur: float) -> float:
    """Grid of a counter that ticks at no decimal fraction of a second: the least difference between two steps."""
    steps = np.unique(np.diff(stamps_s[:4096]))
    apart = np.concatenate([steps, np.diff(steps)])
    grid = float(apart[apart > 2 * blur].min(initial=np.inf))
    reach = 20 * grid
    while reach < stamps_s[-1]:
        # What the stamps are blurred by weighs the less the further one counts.
        far = float(stamps_s[np.searchsorted(stamps_s, reach)])
        grid, reach = far / round(far / grid), 8 * reach
    return grid if grid >= FINEST_STAMP * period_s and _stand_on(stamps_s, grid, blur) else 0.0


def _stand_on(stamps_s: NDArray[np.float64], grid: float, blur: float) -> bool:
    rest = np.abs(stamps_s - grid * np.round(stamps_s / grid))
    return bool(rest.max() <= 1e-3 * grid + blur)
