"""Whether a recording can carry a diagnosis: every flaw measured on it, with what to change.

The order is that of consequence. Without a supply line or with uneven samples no line can be believed at
all, and the recording is unusable. Everything else limits what may be said: a phase that is missing or
exchanged, a clipped converter, channels that differ, a load that moves, a high floor. Each finding says what,
how much and what to do; nothing is predicted from data sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.acquisition_advice import advice
from diagmod.core.acquisition_reasons import Figures, refusals
from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.carrier import track_carrier
from diagmod.core.channels import measure_channels
from diagmod.core.clock import measure_clock
from diagmod.core.clock_reasons import clock_refusals
from diagmod.core.inverter import find_supply
from diagmod.core.limiting_reasons import limiting
from diagmod.core.modulation import ModulationSpectrum
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.recording import PHASES
from diagmod.core.repeated_samples import converter_step
from diagmod.core.stationarity import steadiest_stretch
from diagmod.core.verdicts import Quality, QualityVerdict
from diagmod.core.wiring import rewire

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier
    from diagmod.core.stationarity import Steadiness

#: Lowest frequency in Hz at which a line may rival the supply's: below, offsets and drifts are no lines.
STRONGEST_FROM_HZ = 5.0

#: Distance from the supply line, over its frequency, within which everything strong is the supply line.
#: Pinned by test_a_wandering_grid_is_not_jitter.
NEAR_LINE = 0.1

#: Samples at the highest code over those at the next below it: 2.4 in the crest of a sine, up to 5.3 in one that goes
#: with the fourth power. Pinned by test_a_coarse_converter_is_not_taken_for_clipped.
FLAT_CREST = 6.0

#: Samples at an extreme over those at any other value: in a current that is locked to the sampling every value comes
#: twice a period, and up to three neighbours of a crest fall on one code.
#: Pinned by test_a_crest_that_is_sampled_again_and_again_is_not_clipped.
SAME_VALUE, SAME_CODE = 1.25, 4.0

#: Share of samples at an extreme below which nothing was cut off.
LEAST_CLIPPED_SHARE = 5e-4


def audit(
    currents: NDArray[np.floating],
    fs: float,
    *,
    line_low_hz: float = 20.0,
    line_high_hz: float = 120.0,
    rated_hz: float | None = None,
    stamps_s: NDArray[np.float64] | None = None,
    unit_is_ampere: bool = True,
    rated_current_a: float | None = None,
    prepared: Prepared | None = None,
    repair_note: str = "",
    limits: AuditLimits = CALIBRATED,
) -> Quality:
    """Audit the acquisition of one recording.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T without gaps (see :func:`diagmod.core.gaps.repair`); an absent phase is NaN.
    fs : float
        Sampling rate in Hz.
    line_low_hz, line_high_hz : float
        Band in which the supply line is searched, Hz.
    rated_hz : float, optional
        Rated supply frequency of the motor in Hz.
    stamps_s : ndarray, shape (n,), optional
        Time stamps in seconds as the recorder wrote them.
    unit_is_ampere : bool
        False where the unit is unknown; the size of the current is then not judged.
    rated_current_a : float, optional
        Rated rms current in ampere.
    prepared : Prepared, optional
        Of the same currents, where it was made already.
    repair_note : str
        What was done to gaps; becomes a reason.
    limits : AuditLimits
        What the figures are held against; a verdict on a motor keeps the calibrated ones.

    Raises
    ------
    ValueError
        See :func:`diagmod.core.prepared.prepare`.
    """
    # Counts of a converter as integers or half floats would overflow.
    currents = currents.astype(np.result_type(currents.dtype, np.float32), copy=False)
    made = prepared or prepare(currents, fs, line_low_hz, line_high_hz)
    rated = rated_current_a if unit_is_ampere else None
    figures = _measure(currents, made, stamps_s, rated_hz, rated)
    uneven = clock_refusals(figures.clock, made, limits) if made.carrier is not None else []
    fatal = [*refusals(figures, made, limits), *uneven]
    reasons = (*fatal, *limiting(figures, made, repair_note, limits))
    verdict = QualityVerdict.UNUSABLE if fatal else QualityVerdict.LIMITED if reasons else QualityVerdict.GOOD
    steadiness = figures.steadiness
    end_s = min(steadiness.end_s, made.duration_s) if steadiness else made.duration_s
    return Quality(
        verdict=verdict,
        reasons=reasons,
        advice=advice(reasons, made, limits),
        figures=_as_numbers(figures, made, currents),
        is_clock_reliable=not uneven,
        stretch_s=(steadiness.begin_s if steadiness else 0.0, end_s),
    )


def _measure(
    currents: NDArray[np.floating],
    made: Prepared,
    stamps_s: NDArray[np.float64] | None,
    rated_hz: float | None,
    rated_current_a: float | None,
) -> Figures:
    rows = [PHASES.index(letter) for letter in made.usable]
    clock = measure_clock(currents, made, stamps_s)
    clipped = max((_clipped_pct(currents[k]) for k in rows), default=0.0)
    offset = max((_offset_pct(currents[k]) for k in rows), default=0.0)
    nan = float("nan")
    strongest_hz, strongest_db = _strongest_elsewhere(made) if np.isfinite(made.line_hz) else (nan, nan)
    if made.carrier is None:
        return Figures(clock, None, None, None, nan, clipped, offset, nan, nan, nan, strongest_hz, strongest_db)
    carrier = made.carrier
    channels = None
    if made.phases == "RST":
        wired = rewire(np.asarray(currents), made.wiring) if made.wiring.is_corrected else currents
        channels = measure_channels(wired, made.fs, made.line_hz)
    steadiness = steadiest_stretch(carrier)
    judged = _judged_carrier(made, carrier, steadiness)
    modulation = made.modulation if judged is carrier else ModulationSpectrum(judged)
    return Figures(
        clock=clock,
        channels=channels,
        supply=find_supply(made.spectrum, judged.line_hz, carrier.amplitude, rated_hz),
        steadiness=steadiness,
        floor_dbc=modulation.floor_dbc(max(3 * modulation.lowest_hz, 0.06 * made.line_hz)),
        clipped_pct=clipped,
        offset_pct=offset,
        line_hz=judged.line_hz,
        drift_hz=judged.drift_hz,
        rms_over_rated=float(carrier.amplitude / np.sqrt(2) / rated_current_a) if rated_current_a else nan,
        strongest_hz=strongest_hz,
        strongest_db=strongest_db,
    )


def _strongest_elsewhere(made: Prepared) -> tuple[float, float]:
    """Frequency of the strongest line of the spectrum but the supply line, and its height over that in dB."""
    power, bin_hz = made.spectrum.power, made.spectrum.bin_hz
    # A supply that wanders is spread over many bins.
    low, high = (round((1 + side * NEAR_LINE) * made.line_hz / bin_hz) for side in (-1, 1))
    own = float(power[max(0, low - 2) : high + 3].max(initial=0.0))
    others = power.copy()
    others[: max(4, round(STRONGEST_FROM_HZ / bin_hz))] = 0.0
    others[max(0, low - 2) : high + 3] = 0.0
    at = int(np.argmax(others))
    return at * bin_hz, 10 * float(np.log10(max(float(others[at]), 1e-30) / max(own, 1e-30)))


def _judged_carrier(made: Prepared, carrier: Carrier, steadiness: Steadiness) -> Carrier:
    """The carrier of the steady stretch, where that is not the whole recording."""
    first, last = round(steadiness.begin_s * made.fs), round(steadiness.end_s * made.fs)
    if last - first >= 0.99 * len(made.vector):
        return carrier
    stretch = made.vector[first:last]
    return track_carrier(stretch - stretch.mean(), made.fs, made.line_hz)


def _clipped_pct(row: NDArray[np.floating]) -> float:
    """Share of samples that the range cut off, percent."""
    high, low = float(row.max()), float(row.min())
    step = converter_step(row)
    # Without a known step, samples are the same to a millionth.
    code = step if step > 0 else 2e-6 * max(abs(high), abs(low))
    n_ends = [int(np.count_nonzero(at_end)) for at_end in (row >= high - code / 2, row <= low + code / 2)]
    if max(n_ends) < LEAST_CLIPPED_SHARE * len(row):
        return 0.0
    codes, counts = np.unique(np.round(row / code), return_counts=True)
    usual = (SAME_CODE if step > 0 else SAME_VALUE) * int(counts[1:-1].max(initial=0))
    n_clipped = 0
    for n, k, beside in ((n_ends[0], -1, -2), (n_ends[1], 0, 1)):
        is_neighbour = step > 0 and len(codes) > 2 and abs(codes[k] - codes[beside]) < 1.5
        n_beside = int(counts[beside]) if is_neighbour else 0
        if n > max(FLAT_CREST * n_beside, usual):
            n_clipped += n - n_beside
    return 100 * n_clipped / len(row)


def _offset_pct(row: NDArray[np.floating]) -> float:
    """Mean over the rms of the deviation from it, percent."""
    mean = float(row.mean(dtype=np.float64))
    deviation = row - row.dtype.type(mean)
    rms = float(np.sqrt((deviation @ deviation) / len(row)))
    return 100 * abs(mean) / rms if rms > 0 else 0.0


def _as_numbers(figures: Figures, made: Prepared, currents: NDArray[np.floating]) -> dict[str, float]:
    """Measured figures by name, the unit as suffix; NaN where one was not measured."""
    clock, channels, supply = figures.clock, figures.channels, figures.supply
    nan = float("nan")
    usable = PHASES.index(made.usable[0])
    step = converter_step(currents[usable])
    peak = float(np.abs(currents[usable]).max())
    return {
        "duration_s": made.duration_s,
        "line_hz": made.line_hz,
        "floor_dbc": figures.floor_dbc,
        "line_drift_hz": figures.drift_hz,
        "repeat_pct": clock.repeat_pct,
        "phase_steps": float(clock.n_steps),
        "jitter_us": 1e6 * clock.jitter_s,
        "phase_over_amplitude_noise_db": clock.excess_db,
        "stamp_step_us": 1e6 * clock.stamp_step_s,
        "stamp_jitter_us": 1e6 * clock.stamp_jitter_s,
        "clipped_pct": figures.clipped_pct,
        "offset_pct": figures.offset_pct,
        "range_bits": float(np.log2(2 * peak / step)) if step > 0 else nan,
        "i0_over_i1_pct": channels.i0_over_i1_pct if channels else nan,
        "gain_error_s_pct": channels.gain_pct[0] if channels else nan,
        "gain_error_t_pct": channels.gain_pct[1] if channels else nan,
        "skew_s_us": channels.skew_us[0] if channels else nan,
        "skew_t_us": channels.skew_us[1] if channels else nan,
        "i2_floor_pct": channels.i2_floor_pct if channels else nan,
        "load_range_pct": figures.steadiness.range_pct if figures.steadiness else nan,
        "switching_hz": supply.switching_hz if supply else nan,
        "rms_over_rated": figures.rms_over_rated,
    }
