"""Whether a recording can carry a diagnosis: every flaw measured on it, with what to change.

The order is that of consequence. Without a supply line or with uneven samples no line can be believed at
all, and the recording is unusable. Everything else limits what may be said: a phase that is missing or
exchanged, a clipped converter, channels that differ, a load that moves, a high floor. Each finding says what,
how much and what to do; nothing is predicted from data sheets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.channels import Channels, measure_channels
from diagmod.core.clock import Clock, converter_step, measure_clock
from diagmod.core.inverter import Supply, find_supply
from diagmod.core.modulation import PRESENT_DB, ModulationSpectrum
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.recording import PHASES
from diagmod.core.stationarity import Steadiness, steadiest_stretch
from diagmod.core.verdicts import Quality, QualityVerdict, Reason
from diagmod.core.wiring import rewire

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Share of repeated samples in percent from which the clock is not believed, and from which it is doubted.
REPEATS_PCT, FEW_REPEATS_PCT = 0.2, 0.02

#: Timing noise over the sampling period, and phase over amplitude noise in dB, that together refuse a clock. An
#: even clock has below 0.5 % and 0 dB; a software timer has 10 % and more. Pinned by the study of counterfeits.
JITTER_SHARE, JITTER_EXCESS_DB = 0.05, 6.0

#: The same for a single phase, in which an uneven clock shows 4.8 dB: its sine crosses zero where its noise is largest.
SINGLE_EXCESS_DB = 3.2

#: Timing noise in seconds that refuses a clock whatever the rate: 30 us turns a 50 Hz carrier by half a degree.
JITTER_S = 30e-6

#: Length below which nothing can be said, and below which little can, in periods of the supply and in seconds.
LEAST_PERIODS, SHORT_S = 10.0, 1.0

#: Movement of the supply frequency within the recording that is reported, Hz. Grids stay within 0.05 Hz over a minute.
DRIFT_HZ = 0.15

#: Share of samples at the converter's ends, percent: reported, and refused.
CLIPPED_PCT, HEAVILY_CLIPPED_PCT = 0.2, 15.0

#: Offset over rms, zero over positive sequence: reported, percent.
OFFSET_PCT, UNEQUAL_PCT = 10.0, 2.0

#: Floor beside the carrier from which one broken bar of a usual cage drowns, dBc per bin.
HIGH_FLOOR_DBC = -57.0

#: Samples per period of the supply below which slot harmonics and bearing tones cannot be seen.
LEAST_RATE = 20.0

#: Rms over rated current that no motor draws steadily.
MOST_RATED, LEAST_RATED = 3.0, 0.1


@dataclass(frozen=True)
class Figures:
    """What was measured; the parts are None where there was no carrier to measure them on."""

    clock: Clock
    channels: Channels | None
    supply: Supply | None
    steadiness: Steadiness | None
    floor_dbc: float
    clipped_pct: float
    offset_pct: float
    rms_over_rated: float


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
    fatal = _clock_reasons(figures.clock, fs, made.n_phases) if made.carrier is not None else []
    is_clock_reliable = not fatal
    fatal = [*_nothing_to_judge(made), *fatal]
    if figures.clipped_pct > HEAVILY_CLIPPED_PCT:
        fatal.append(_clipped(figures.clipped_pct))
    limits = [*_wiring_reasons(made), *_signal_reasons(figures, made, repair_note)]
    verdict = QualityVerdict.UNUSABLE if fatal else QualityVerdict.LIMITED if limits else QualityVerdict.GOOD
    reasons = (*fatal, *limits)
    steadiness = figures.steadiness
    return Quality(
        verdict=verdict,
        reasons=reasons,
        advice=_advice(reasons, made),
        figures=_as_numbers(figures, made, currents),
        is_clock_reliable=is_clock_reliable,
        stretch_s=(steadiness.begin_s, steadiness.end_s) if steadiness else (0.0, made.duration_s),
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
        return Figures(clock, None, None, None, nan, clipped, offset, nan)
    carrier = made.carrier
    channels = None
    if made.phases == "RST":
        wired = rewire(np.asarray(currents), made.wiring) if made.wiring.is_corrected else currents
        channels = measure_channels(wired, made.fs, made.line_hz)
    modulation = ModulationSpectrum(carrier)
    return Figures(
        clock=clock,
        channels=channels,
        supply=find_supply(made.spectrum, made.line_hz, carrier.amplitude, rated_hz),
        steadiness=steadiest_stretch(carrier),
        floor_dbc=modulation.floor_dbc(max(3 * modulation.lowest_hz, 0.06 * made.line_hz)),
        clipped_pct=clipped,
        offset_pct=offset,
        rms_over_rated=carrier.amplitude / np.sqrt(2) / rated_current_a if rated_current_a else nan,
    )


def _nothing_to_judge(made: Prepared) -> list[Reason]:
    if not np.isfinite(made.line_hz):
        return [
            Reason(
                "no_supply_line",
                "no supply line stands out between the search limits; check that the motor runs, the channel and the "
                "sampling rate",
            )
        ]
    if made.carrier is None:
        return [
            Reason(
                "rate_too_low" if made.fs <= 4 * made.line_hz else "too_short",
                f"{made.duration_s:.3g} s at {made.fs:g} Hz do not hold a carrier of {made.line_hz:.3g} Hz that can be "
                "demodulated; record at 1 kHz or more, some seconds or more",
            )
        ]
    if made.duration_s * made.line_hz < LEAST_PERIODS:
        return [
            Reason(
                "too_short",
                f"the recording holds {made.duration_s * made.line_hz:.1f} periods of the supply, at least "
                f"{LEAST_PERIODS:g} are needed; record 10 s or more",
            )
        ]
    return []


def _clock_reasons(clock: Clock, fs: float, n_phases: int) -> list[Reason]:
    """Why samples are not evenly spaced; empty for an even clock."""
    found = []
    if clock.repeat_pct >= REPEATS_PCT:
        found.append(
            Reason(
                "samples_repeated",
                f"the clock is unreliable: {clock.repeat_pct:.2g} % of the samples repeat the one before while the current "
                "moves (sample-and-hold); record with hardware timing",
            )
        )
    if clock.n_steps:
        what = "lost" if clock.step_s > 0 else "put in"
        found.append(
            Reason(
                "samples_lost",
                f"the clock is unreliable: the phase of the current jumps {clock.n_steps} times by about a sampling "
                f"period, samples were {what}; record with a buffer that does not overflow",
            )
        )
    is_jittery = clock.excess_db > (JITTER_EXCESS_DB if n_phases == 3 else SINGLE_EXCESS_DB) and (
        clock.jitter_s * fs > JITTER_SHARE or clock.jitter_s > JITTER_S
    )
    if is_jittery:
        found.append(
            Reason(
                "jitter",
                f"the clock is unreliable: the phase noise of the current means a timing noise of "
                f"{1e6 * clock.jitter_s:.0f} us rms ({100 * clock.jitter_s * fs:.0f} % of a sampling period); record with "
                "hardware timing instead of a software timer",
            )
        )
    if clock.stamp_jitter_s * fs > JITTER_SHARE and clock.stamp_jitter_s > 2e-6:
        found.append(
            Reason(
                "uneven_stamps",
                f"the clock is unreliable: the time stamps depart from an even grid by {1e6 * clock.stamp_jitter_s:.0f} us "
                f"rms beyond their resolution, {100 * clock.stamp_jitter_s * fs:.0f} % of a sampling period; record with "
                "hardware timing",
            )
        )
    elif clock.stamp_gap_s * fs > 2.5 and clock.stamp_gap_s > 2.5 * max(clock.stamp_step_s, 1 / fs):
        found.append(
            Reason(
                "stamp_gap",
                f"the clock is unreliable: the time stamps leave {1e3 * clock.stamp_gap_s:.3g} ms between two samples "
                f"where {1e3 / fs:.3g} ms are usual; samples were lost",
            )
        )
    return found


def _wiring_reasons(made: Prepared) -> list[Reason]:
    found = []
    absent = [letter for letter in PHASES if letter not in made.usable]
    if absent:
        found.append(
            Reason(
                "phase_missing",
                f"phase {' and '.join(absent)} carries no current or is absent; {made.phases} alone is analysed, and "
                "nothing can be said of unbalance"
                if made.n_phases == 1
                else f"phase {' and '.join(absent)} is absent",
            )
        )
    if made.wiring.alike:
        found.append(Reason("phases_alike", made.wiring.note))
    elif made.wiring.is_corrected:
        found.append(Reason("wiring", made.wiring.note))
    return found


def _signal_reasons(figures: Figures, made: Prepared, repair_note: str) -> list[Reason]:
    found = [Reason("gaps", repair_note)] if repair_note else []
    carrier = made.carrier
    if CLIPPED_PCT < figures.clipped_pct <= HEAVILY_CLIPPED_PCT:
        found.append(_clipped(figures.clipped_pct))
    if figures.offset_pct > OFFSET_PCT:
        found.append(
            Reason("offset", f"the offset is {figures.offset_pct:.0f} % of the rms; check the zero of the sensor")
        )
    if carrier is None:
        return found
    if FEW_REPEATS_PCT <= figures.clock.repeat_pct < REPEATS_PCT:
        found.append(
            Reason(
                "few_repeats",
                f"{figures.clock.repeat_pct:.2g} % of the samples repeat the one before; watch the recorder",
            )
        )
    if made.duration_s < SHORT_S:
        found.append(Reason("short", f"{made.duration_s:.2g} s resolve little; record 10 s or more"))
    if made.fs < LEAST_RATE * made.line_hz:
        found.append(
            Reason("low_rate", f"{made.fs:g} Hz show no slot harmonics and few bearing tones; record at 5 kHz or more")
        )
    if carrier.drift_hz > DRIFT_HZ:
        found.append(
            Reason(
                "frequency_drift",
                f"the supply frequency moves by {carrier.drift_hz:.2f} Hz within the recording; the clock drifts or the "
                "supply is no stiff mains",
            )
        )
    if figures.floor_dbc > HIGH_FLOOR_DBC:
        found.append(
            Reason(
                "high_floor",
                f"the floor beside the supply line is {figures.floor_dbc:.0f} dBc, so that lines show only from "
                f"{figures.floor_dbc + PRESENT_DB:.0f} dBc; record longer, with less noise or a smaller range",
            )
        )
    channels, steadiness, supply = figures.channels, figures.steadiness, figures.supply
    if channels is not None and channels.i0_over_i1_pct > UNEQUAL_PCT:
        found.append(Reason("unequal_channels", _unequal(channels)))
    if steadiness is not None and steadiness.reason:
        found.append(Reason("unsteady_load", steadiness.reason))
    if supply is not None and supply.is_inverter:
        found.append(
            Reason(
                "inverter_supply",
                f"the motor is fed by an inverter that switches at {supply.switching_hz:.0f} Hz or at an alias of it; its "
                "control can make lines of its own",
            )
        )
    elif supply is not None and not supply.is_mains_frequency:
        found.append(
            Reason(
                "no_mains_frequency",
                f"the supply frequency reads {made.line_hz:.3f} Hz, which no mains has: the motor is fed by an inverter or "
                "the sampling rate is stated wrongly; check the rate",
            )
        )
    if figures.rms_over_rated > MOST_RATED or figures.rms_over_rated < LEAST_RATED:
        found.append(
            Reason(
                "unit_doubtful",
                f"the current is {figures.rms_over_rated:.2g} times the rated one; check unit, transformer ratio and "
                "nameplate",
            )
        )
    return found


def _clipped(pct: float) -> Reason:
    return Reason("clipped", f"{pct:.2g} % of the samples stand at the end of the range; record with a larger range")


def _unequal(channels: Channels) -> str:
    head = f"the three currents do not add up to zero ({channels.i0_over_i1_pct:.1f} % of the positive sequence)"
    if channels.is_measured:
        return (
            f"{head}: against R the gain of S and T is off by {channels.gain_pct[0]:+.1f} and {channels.gain_pct[1]:+.1f} % and "
            f"they are sampled {channels.skew_us[0]:+.0f} and {channels.skew_us[1]:+.0f} us later, which makes up to "
            f"{channels.i2_floor_pct:.1f} % of negative sequence; calibrate the channels"
        )
    return (
        f"{head}: the channels have unequal gain or the motor has a neutral conductor, and up to {channels.i2_floor_pct:.1f} % "
        "of negative sequence may be the instruments'; exchange two sensors and record again"
    )


#: What to change in the acquisition, by code of the reason.
_ADVICE = {
    "samples_repeated": "Use a recorder that samples by hardware at a fixed rate.",
    "samples_lost": "Use a recorder with a buffer, or a lower rate that it sustains.",
    "jitter": "Use a recorder that samples by hardware at a fixed rate; software timers do not do.",
    "uneven_stamps": "Use a recorder that samples by hardware at a fixed rate; software timers do not do.",
    "stamp_gap": "Use a recorder with a buffer, or a lower rate that it sustains.",
    "clipped": "Enlarge the range until the peaks of the current use 50 to 80 % of it.",
    "phase_missing": "Record all three phases; unbalance and stator faults need them.",
    "phases_alike": "Clamp one sensor round each of the three phases.",
    "wiring": "Correct the order and the direction of the sensors.",
    "high_floor": "Record 20 s or more, with a range near the current and a shielded sensor.",
    "unequal_channels": "Calibrate the three channels against one another on one conductor.",
    "unsteady_load": "Record while the load is steady.",
    "short": "Record 10 s or more.",
    "too_short": "Record 10 s or more.",
    "low_rate": "Sample at 5 kHz or more, with an anti-alias filter.",
    "rate_too_low": "Sample at 5 kHz or more, with an anti-alias filter.",
}


def _advice(reasons: tuple[Reason, ...], made: Prepared) -> tuple[str, ...]:
    found = [_ADVICE[reason.code] for reason in reasons if reason.code in _ADVICE]
    if made.carrier is not None and SHORT_S <= made.duration_s < 5.0:
        found.append("Record 10 s or more: lines near the supply line need it.")
    return tuple(dict.fromkeys(found))


def _clipped_pct(row: NDArray[np.floating]) -> float:
    """Share of samples at the extremes beyond what a rounded sine has there, percent."""
    high, low = float(row.max()), float(row.min())
    step = converter_step(row)
    half = max(step / 2, 1e-6 * max(abs(high), abs(low)))
    n = np.count_nonzero(row >= high - half) + np.count_nonzero(row <= low + half)
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
