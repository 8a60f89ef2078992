"""What is wrong with an acquisition, in sentences: what, how much, and what to do.

Every rule looks at measured figures only. Some refuse a recording, the others limit what may be concluded from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB
from diagmod.core.recording import PHASES
from diagmod.core.time_stamps import STAMP_GAP
from diagmod.core.verdicts import Reason

if TYPE_CHECKING:
    from diagmod.core.channels import Channels
    from diagmod.core.clock import Clock
    from diagmod.core.inverter import Supply
    from diagmod.core.prepared import Prepared
    from diagmod.core.stationarity import Steadiness

#: Share of repeated samples in percent from which the clock is not believed, and from which it is doubted.
REPEATS_PCT, FEW_REPEATS_PCT = 0.2, 0.02

#: Timing noise over the sampling period, and phase over amplitude noise in dB, that together refuse a clock. An even
#: clock has 0 dB, whatever its noise; a software timer has 10 % and 15 dB and more. Pinned by
#: test_a_clock_is_refused_by_its_timing_noise_beyond_chance_alone and the study of counterfeits.
JITTER_SHARE, JITTER_EXCESS_DB = 0.05, 6.0

#: The same for a single phase, in which an uneven clock shows 4.8 dB: its sine crosses zero where its noise is largest.
SINGLE_EXCESS_DB = 3.2

#: Three standard deviations of the phase over amplitude noise of an even clock, dB, over the root of the length in
#: seconds: what is needed at least to refuse a clock. Measured: 1.6, 1.0 and 0.6 dB at 2, 4 and 10 s.
#: Pinned by test_a_short_noisy_single_phase_is_not_refused_for_jitter.
EXCESS_SPREAD_DB = 6.6

#: Timing noise in seconds that refuses a clock whatever the rate: 30 us turns a 50 Hz carrier by half a degree.
JITTER_S = 30e-6

#: Departure of time stamps below which they are as good as even, s.
LEAST_STAMP_JITTER_S = 2e-6

#: Length below which nothing can be said, and below which little can, in periods of the supply and in seconds.
LEAST_PERIODS, SHORT_S = 10.0, 1.0

#: Supply frequency in Hz by which a recording without any is called too short.
USUAL_HZ = 50.0

#: Movement of the supply frequency within the recording that is reported, Hz. Grids stay within 0.05 Hz over a minute.
DRIFT_HZ = 0.15

#: Share of samples at the converter's ends, percent: reported, and refused.
CLIPPED_PCT, HEAVILY_CLIPPED_PCT = 0.2, 15.0

#: Offset over rms, zero over positive sequence: reported, percent.
OFFSET_PCT, UNEQUAL_PCT = 10.0, 2.0

#: Floor beside the carrier from which one broken bar of a usual cage drowns, dBc per bin.
HIGH_FLOOR_DBC = -57.0

#: Samples per period of the supply below which slot harmonics and bearing tones cannot be seen. 1 kHz on a 50 Hz mains
#: is above it whatever the mains does. Pinned by test_a_good_recording_has_no_reasons.
LEAST_RATE = 19.0

#: Rms over rated current that no motor draws steadily.
MOST_RATED, LEAST_RATED = 3.0, 0.1

#: Height over the supply line, dB, from which a line outside the search band makes the sampling rate doubtful.
STRONGER_DB = 3.0


@dataclass(frozen=True)
class Figures:
    """What was measured; the parts are None where there was no carrier to measure them on.

    Attributes
    ----------
    clock : Clock
    channels : Channels or None
    supply : Supply or None
    steadiness : Steadiness or None
    floor_dbc : float
        Floor beside the supply line, dBc per bin.
    clipped_pct, offset_pct : float
        Worst phase.
    line_hz, drift_hz : float
        Supply frequency and its slow range within the stretch that is judged, Hz.
    rms_over_rated : float
    strongest_hz, strongest_db : float
        Strongest line of the spectrum, and its height over the supply line.
    """

    clock: Clock
    channels: Channels | None
    supply: Supply | None
    steadiness: Steadiness | None
    floor_dbc: float
    clipped_pct: float
    offset_pct: float
    line_hz: float
    drift_hz: float
    rms_over_rated: float
    strongest_hz: float
    strongest_db: float


def refusals(figures: Figures, made: Prepared) -> list[Reason]:
    """Why the recording cannot be used at all, other than its clock; empty for nothing."""
    found = []
    is_rivalled = figures.strongest_db > STRONGER_DB
    if not np.isfinite(made.line_hz) and made.duration_s < LEAST_PERIODS / USUAL_HZ:
        text = (
            f"{len(made.vector)} samples, {made.duration_s:.2g} s, are too short to hold a supply line; record 10 s or"
            " more"
        )
        found.append(Reason("too_short", text))
    elif not np.isfinite(made.line_hz):
        text = (
            "no supply line stands out in the search band; check that the motor runs, the channel and the sampling rate"
        )
        found.append(Reason("no_supply_line", text))
    elif made.carrier is None and not is_rivalled:
        text = (
            f"{made.duration_s:.3g} s at {made.fs:g} Hz do not hold a supply line of {made.line_hz:.3g} Hz that can be "
            "demodulated; record 10 s or more at 1 kHz or more"
        )
        found.append(Reason("rate_too_low" if made.fs <= 4 * made.line_hz else "too_short", text))
    elif made.carrier is not None and made.duration_s * made.line_hz < LEAST_PERIODS:
        text = (
            f"the recording holds {made.duration_s * made.line_hz:.1f} periods of the supply, at least"
            f" {LEAST_PERIODS:g} are needed; record 10 s or more"
        )
        found.append(Reason("too_short", text))
    if is_rivalled:
        text = (
            f"the strongest line stands at {figures.strongest_hz:.1f} Hz, where no supply is searched, and not at "
            f"{made.line_hz:.1f} Hz; the sampling rate is probably stated wrongly, or this is no motor current"
        )
        found.append(Reason("stronger_line_elsewhere", text))
    if figures.clipped_pct > HEAVILY_CLIPPED_PCT:
        found.append(_clipped(figures.clipped_pct))
    return found


def clock_refusals(clock: Clock, made: Prepared) -> list[Reason]:
    """Why samples are not evenly spaced; empty for an even clock."""
    found, fs = [], made.fs
    head = "the clock is unreliable"
    if clock.repeat_pct >= REPEATS_PCT:
        text = (
            f"{head}: {_share(clock.repeat_pct)} % of the samples repeat the one before while the current moves "
            "(sample-and-hold); record with hardware timing"
        )
        found.append(Reason("samples_repeated", text))
    if not clock.stamps_rise:
        text = f"{head}: its time stamps are missing, fall back or stand still; leave them out, or record again"
        found.append(Reason("stamps_useless", text))
    if clock.n_steps:
        text = (
            f"{head}: the phase of the current jumps {clock.n_steps} times by about a sampling period, samples were "
            f"{'lost' if clock.step_s > 0 else 'put in'}; record with a buffer that does not overflow"
        )
        found.append(Reason("samples_lost", text))
    excess_db = JITTER_EXCESS_DB if made.n_phases == len(PHASES) else SINGLE_EXCESS_DB
    excess_db = max(excess_db, EXCESS_SPREAD_DB / np.sqrt(made.duration_s))
    if clock.excess_db > excess_db and (clock.jitter_s * fs > JITTER_SHARE or clock.jitter_s > JITTER_S):
        text = (
            f"{head}: the phase noise of the current means a timing noise of {1e6 * clock.jitter_s:.0f} us rms"
            f" ({100 * clock.jitter_s * fs:.0f} % of a sampling period); record with hardware timing instead of a"
            " software timer"
        )
        found.append(Reason("jitter", text))
    if clock.stamp_jitter_s * fs > JITTER_SHARE and clock.stamp_jitter_s > LEAST_STAMP_JITTER_S:
        text = (
            f"{head}: the time stamps depart from an even grid by {1e6 * clock.stamp_jitter_s:.0f} us rms beyond their "
            f"resolution, {100 * clock.stamp_jitter_s * fs:.0f} % of a sampling period; record with hardware timing"
        )
        found.append(Reason("uneven_stamps", text))
    if clock.stamp_gap_s > STAMP_GAP * max(clock.stamp_step_s, 1 / fs):
        text = (
            f"{head}: the time stamps leave {1e3 * clock.stamp_gap_s:.3g} ms between two samples where {1e3 / fs:.3g}"
            " ms are usual; samples were lost"
        )
        found.append(Reason("stamp_gap", text))
    return found


def limits(figures: Figures, made: Prepared, repair_note: str = "") -> list[Reason]:
    """What limits the conclusions that may be drawn; empty for nothing."""
    found = [Reason("gaps", repair_note)] if repair_note else []
    found += _wiring_limits(made)
    if CLIPPED_PCT < figures.clipped_pct <= HEAVILY_CLIPPED_PCT:
        found.append(_clipped(figures.clipped_pct))
    if figures.offset_pct > OFFSET_PCT:
        text = f"the offset is {figures.offset_pct:.0f} % of the rms; check the zero of the sensor"
        found.append(Reason("offset", text))
    if made.carrier is None:
        return found
    return [*found, *_record_limits(figures, made), *_load_limits(figures), *_supply_limits(figures)]


def _wiring_limits(made: Prepared) -> list[Reason]:
    found = []
    absent = [letter for letter in PHASES if letter not in made.usable]
    if absent:
        who = f"phase {absent[0]} carries no current or is absent" if len(absent) == 1 else (
            f"phases {' and '.join(absent)} carry no current or are absent"
        )  # fmt: skip
        text = f"{who}; phase {made.phases} alone is analysed, and nothing can be said of unbalance"
        found.append(Reason("phase_missing", text))
    if made.wiring.alike:
        found.append(Reason("phases_alike", made.wiring.note))
    elif made.wiring.is_corrected:
        found.append(Reason("wiring", made.wiring.note))
    return found


def _record_limits(figures: Figures, made: Prepared) -> list[Reason]:
    """Length, rate, repeats, floor, and channels."""
    found, channels = [], figures.channels
    if FEW_REPEATS_PCT <= figures.clock.repeat_pct < REPEATS_PCT:
        text = f"{_share(figures.clock.repeat_pct)} % of the samples repeat the one before; watch the recorder"
        found.append(Reason("few_repeats", text))
    if made.duration_s < SHORT_S:
        found.append(Reason("short", f"{made.duration_s:.2g} s resolve little; record 10 s or more"))
    if made.fs < LEAST_RATE * made.line_hz:
        text = f"{made.fs:g} Hz show no slot harmonics and few bearing tones; record at 5 kHz or more"
        found.append(Reason("low_rate", text))
    if figures.floor_dbc > HIGH_FLOOR_DBC:
        text = (
            f"the floor beside the supply line is {figures.floor_dbc:.0f} dBc, so that lines show only from "
            f"{figures.floor_dbc + PRESENT_DB:.0f} dBc; record longer, with less noise or a smaller range"
        )
        found.append(Reason("high_floor", text))
    if channels is not None and channels.i0_over_i1_pct > UNEQUAL_PCT:
        found.append(Reason("unequal_channels", _unequal(channels)))
    return found


def _load_limits(figures: Figures) -> list[Reason]:
    """A load that moves, and a current that does not fit the nameplate."""
    found = []
    if figures.steadiness is not None and figures.steadiness.reason:
        found.append(Reason("unsteady_load", figures.steadiness.reason))
    share = figures.rms_over_rated
    if share > MOST_RATED or share < LEAST_RATED:
        times = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
        text = f"the current is {times} times the rated one; check unit, transformer ratio and nameplate"
        found.append(Reason("unit_doubtful", text))
    return found


def _supply_limits(figures: Figures) -> list[Reason]:
    """A supply that is no stiff mains."""
    found, supply = [], figures.supply
    if figures.drift_hz > DRIFT_HZ:
        text = (
            f"the supply frequency moves by {figures.drift_hz:.2f} Hz within the recording; the clock drifts or"
            " the supply is no stiff mains"
        )
        found.append(Reason("frequency_drift", text))
    if supply is not None and supply.is_inverter:
        text = (
            f"the motor is fed by an inverter that switches at {supply.switching_hz:.0f} Hz or at an alias of it; its"
            " control can make lines of its own"
        )
        found.append(Reason("inverter_supply", text))
    elif supply is not None and not supply.is_mains_frequency:
        text = (
            f"the supply frequency reads {figures.line_hz:.3f} Hz, which no mains has: the motor is fed by an inverter"
            " or the sampling rate is stated wrongly; check the rate"
        )
        found.append(Reason("no_mains_frequency", text))
    return found


def _clipped(pct: float) -> Reason:
    return Reason(
        "clipped", f"{_share(pct)} % of the samples stand at the end of the range; record with a larger range"
    )


def _share(pct: float) -> str:
    """Percent with two digits that count."""
    return f"{pct:.2g}" if pct < 99.5 else "100"


def _unequal(channels: Channels) -> str:
    head = f"the three currents do not add up to zero ({channels.i0_over_i1_pct:.1f} % of the positive sequence)"
    if channels.is_measured:
        # Adding zero takes the sign from a rounded one.
        gain_s, gain_t = (round(pct, 1) + 0.0 for pct in channels.gain_pct)
        skew_s, skew_t = (round(us) for us in channels.skew_us)
        return (
            f"{head}: against R the gain of S and T is off by {gain_s:+.1f} and {gain_t:+.1f} % and they are"
            f" sampled {skew_s:+d} and {skew_t:+d} us later, which makes up to {channels.i2_floor_pct:.1f} % of"
            " negative sequence; calibrate the channels"
        )
    return (
        f"{head}: the channels have unequal gain or the motor has a neutral conductor, and up to"
        f" {channels.i2_floor_pct:.1f} % of negative sequence may be the instruments'; exchange two sensors and record"
        " again"
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


def advice(reasons: tuple[Reason, ...], made: Prepared) -> tuple[str, ...]:
    found = [_ADVICE[reason.code] for reason in reasons if reason.code in _ADVICE]
    if made.carrier is not None and SHORT_S <= made.duration_s < 5.0:
        found.append("Record 10 s or more: lines near the supply line need it.")
    return tuple(dict.fromkeys(found))
