"""Whether a recording can carry a diagnosis: every flaw measured on it, with what to change.

The order is that of consequence. Without a supply line or with uneven samples no line can be believed at
all, and the recording is unusable. Everything else limits what may be said: a phase that is missing or
exchanged, a clipped converter, channels that differ, a load that moves, a high floor. Each finding says what,
how much and what to do; nothing is predicted from data sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.acquisition_reasons import Figures, advice, clock_refusals, limits, refusals
from diagmod.core.channels import measure_channels
from diagmod.core.clock import converter_step, measure_clock
from diagmod.core.inverter import find_supply
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.recording import PHASES
from diagmod.core.stationarity import steadiest_stretch
from diagmod.core.verdicts import Quality, QualityVerdict
from diagmod.core.wiring import rewire

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Lowest frequency in Hz at which a line may rival the supply's: below, offsets and drifts are no lines.
STRONGEST_FROM_HZ = 5.0


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

    Raises
    ------
    ValueError
        See :func:`diagmod.core.prepared.prepare`.
    """
    made = prepared or prepare(currents, fs, line_low_hz, line_high_hz)
    rated = rated_current_a if unit_is_ampere else None
    figures = _measure(currents, made, stamps_s, rated_hz, rated)
    uneven = clock_refusals(figures.clock, fs, made.n_phases) if made.carrier is not None else []
    fatal = [*refusals(figures, made), *uneven]
    reasons = (*fatal, *limits(figures, made, repair_note))
    verdict = QualityVerdict.UNUSABLE if fatal else QualityVerdict.LIMITED if reasons else QualityVerdict.GOOD
    steadiness = figures.steadiness
    end_s = min(steadiness.end_s, made.duration_s) if steadiness else made.duration_s
    return Quality(
        verdict=verdict,
        reasons=reasons,
        advice=advice(reasons, made),
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
    if made.carrier is None:
        return Figures(clock, None, None, None, nan, clipped, offset, nan, nan, nan)
    strongest_hz, strongest_db = _strongest_elsewhere(made)
    carrier = made.carrier
    channels = None
    if made.phases == "RST":
        wired = rewire(np.asarray(currents), made.wiring) if made.wiring.is_corrected else currents
        channels = measure_channels(wired, made.fs, made.line_hz)
    modulation = made.modulation
    return Figures(
        clock=clock,
        channels=channels,
        supply=find_supply(made.spectrum, made.line_hz, carrier.amplitude, rated_hz),
        steadiness=steadiest_stretch(carrier),
        floor_dbc=modulation.floor_dbc(max(3 * modulation.lowest_hz, 0.06 * made.line_hz)),
        clipped_pct=clipped,
        offset_pct=offset,
        rms_over_rated=float(carrier.amplitude / np.sqrt(2) / rated_current_a) if rated_current_a else nan,
        strongest_hz=strongest_hz,
        strongest_db=strongest_db,
    )


def _strongest_elsewhere(made: Prepared) -> tuple[float, float]:
    """Frequency of the strongest line of the spectrum, and its height over the supply line in dB."""
    power, bin_hz = made.spectrum.power, made.spectrum.bin_hz
    first = max(4, round(STRONGEST_FROM_HZ / bin_hz))
    at = first + int(np.argmax(power[first:])) if len(power) > first else 0
    line = round(made.line_hz / bin_hz)
    own = float(power[max(0, line - 2) : line + 3].max(initial=0.0))
    return at * bin_hz, 10 * float(np.log10(max(float(power[at]), 1e-30) / max(own, 1e-30)))


def _clipped_pct(row: NDArray[np.floating]) -> float:
    """Share of samples at the extremes beyond what a rounded sine has there, percent."""
    high, low = float(row.max()), float(row.min())
    step = converter_step(row)
    half = max(step / 2, 1e-6 * max(abs(high), abs(low)))
    # A sample alone at its extreme is a crest; a clipped current stays there.
    n = sum(np.count_nonzero(at_end[1:] & at_end[:-1]) for at_end in (row >= high - half, row <= low + half))
    # A sine of amplitude A spends arccos(1 - step / A) / pi of its time within a step of either extreme.
    amplitude = (high - low) / 2
    usual = 2 * float(np.arccos(np.clip(1 - max(step, 2 * half) / amplitude, -1, 1))) / np.pi
    return max(0.0, 100 * (n / len(row) - 1.5 * usual))


def _offset_pct(row: NDArray[np.floating]) -> float:
    mean = float(row.mean(dtype=np.float64))
    deviation = float(row.std(dtype=np.float64))
    return 100 * abs(mean) / deviation if deviation > 0 else 0.0


def _as_numbers(figures: Figures, made: Prepared, currents: NDArray[np.floating]) -> dict[str, float]:
    """Measured figures by name, the unit as suffix; NaN where one was not measured."""
    clock, channels, supply, carrier = figures.clock, figures.channels, figures.supply, made.carrier
    nan = float("nan")
    usable = PHASES.index(made.usable[0])
    step = converter_step(currents[usable])
    peak = float(np.abs(currents[usable]).max())
    return {
        "duration_s": made.duration_s,
        "floor_dbc": figures.floor_dbc,
        "line_drift_hz": carrier.drift_hz if carrier else nan,
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
