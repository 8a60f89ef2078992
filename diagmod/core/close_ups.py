"""Two close looks at one recording, their windows chosen by the slip: a map over time, and a very short piece.

A window must be long enough to tell the sidebands of the rotor from the supply line and short enough to show what
moves. Where even the recording is too short for a spectrum, a subspace method reads a piece of it instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.signal

from diagmod.core.examination_parts import ShortPiece
from diagmod.core.subspace import MAX_SAMPLES, MIN_SAMPLES, esprit
from diagmod.core.tapers import HANN, amplitude_spectrum
from diagmod.core.time_frequency import TimeFrequencyMap, time_frequency_map
from diagmod.core.verdicts import Reason

if TYPE_CHECKING:
    from diagmod.core.demodulation import Baseband
    from diagmod.core.prepared import Prepared
    from diagmod.core.verdicts import Interval

#: Length of a short piece in periods of twice the slip frequency: too short for a Hann spectrum, which needs two.
SHORT_PERIODS = 1.2

#: Window of a time-frequency map in seconds: least, and as a share of the stretch at most.
LEAST_WINDOW_S, MOST_WINDOW_SHARE = 0.25, 0.125

#: Share of a window of the map that the next one has in common with it.
MAP_OVERLAP = 0.9

#: Rate of the current behind a time-frequency map over the supply frequency: up to 7 f nothing is changed.
MAP_RATE_OVER_LINE = 16.0


def map_of(part: Prepared, line_hz: float, slip: Interval | None) -> TimeFrequencyMap | Reason:
    """Amplitude over time and frequency, in windows that resolve twice the slip frequency where that is possible.

    Parameters
    ----------
    part : Prepared
    line_hz : float
        Supply frequency in Hz; NaN where there is none, then nothing is decimated.
    slip : Interval or None
    """
    x, fs = part.vector, part.fs
    longest_s = max(MOST_WINDOW_SHARE * part.duration_s, LEAST_WINDOW_S)
    wanted_s = longest_s
    if np.isfinite(line_hz):
        step = int(fs / (MAP_RATE_OVER_LINE * line_hz))
        if step > 1:
            x, fs = scipy.signal.resample_poly(x, 1, step), fs / step
        if slip is not None and slip.high > 0:
            middle = slip.value if slip.value > 0 else slip.high
            wanted_s = 2 * HANN.half_lobe_bins / (2 * middle * line_hz)
    try:
        return time_frequency_map(x, fs, float(np.clip(wanted_s, LEAST_WINDOW_S, longest_s)), MAP_OVERLAP)
    except ValueError as exc:
        return Reason("too_short", str(exc))


def piece_of(base: Baseband, slip: Interval | None, carrier_amplitude: float, begin_s: float) -> ShortPiece | Reason:
    """ESPRIT on a piece from the middle, as short as the slip allows.

    Parameters
    ----------
    base : Baseband
    slip : Interval or None
        None takes half of the longest piece.
    carrier_amplitude : float
        In the unit of the currents.
    begin_s : float
        Where the stretch that was demodulated begins in the recording, seconds.
    """
    n = MAX_SAMPLES // 2
    if slip is not None and slip.value > 0:
        n = round(SHORT_PERIODS / (2 * slip.value * base.carrier_hz) * base.fs)
    n = min(max(n, 2 * MIN_SAMPLES), MAX_SAMPLES, len(base.values))
    if n < MIN_SAMPLES:
        return Reason("too_short", f"ESPRIT needs {MIN_SAMPLES} samples of the demodulated current, there are {n}")
    first = (len(base.values) - n) // 2
    piece = base.values[first : first + n].astype(np.complex128)
    return ShortPiece(
        begin_s=begin_s + base.start_s + first / base.fs,
        duration_s=n / base.fs,
        spectrum=amplitude_spectrum(piece, base.fs, HANN),
        lines=esprit(piece, base.fs),
        carrier_amplitude=carrier_amplitude,
        resolved_hz=HANN.half_lobe_bins * base.fs / n,
    )
