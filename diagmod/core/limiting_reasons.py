"""What limits the conclusions that an acquisition allows, in sentences: what, how much, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.core.acquisition_reasons import Figures, clipped
from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.clock_reasons import share
from diagmod.core.modulation import PRESENT_DB
from diagmod.core.recording import PHASES
from diagmod.core.verdicts import Reason

if TYPE_CHECKING:
    from diagmod.core.channels import Channels
    from diagmod.core.prepared import Prepared


def limiting(
    figures: Figures, made: Prepared, repair_note: str = "", limits: AuditLimits = CALIBRATED
) -> list[Reason]:  # fmt: skip
    """What limits the conclusions that may be drawn; empty for nothing."""
    found = [Reason.of("gaps", repair_note)] if repair_note else []
    found += _wiring_limits(made)
    if limits.clipped_pct < figures.clipped_pct <= limits.heavily_clipped_pct:
        found.append(clipped(figures.clipped_pct, limits.clipped_pct))
    if figures.offset_pct > limits.offset_pct:
        what = f"the offset is {figures.offset_pct:.0f} % of the rms"
        found.append(
            Reason.of("offset", what, "check the zero of the sensor",
                      value=figures.offset_pct, limit=limits.offset_pct)
        )  # fmt: skip
    if made.carrier is None:
        return found
    return [
        *found,
        *_record_limits(figures, made, limits),
        *_load_limits(figures, limits),
        *_supply_limits(figures, limits),
    ]


def _wiring_limits(made: Prepared) -> list[Reason]:
    found = []
    absent = [letter for letter in PHASES if letter not in made.usable]
    if absent:
        who = f"phase {absent[0]} carries no current or is absent" if len(absent) == 1 else (
            f"phases {' and '.join(absent)} carry no current or are absent"
        )  # fmt: skip
        text = f"{who}; phase {made.phases} alone is analysed, and nothing can be said of unbalance"
        found.append(Reason.of("phase_missing", text))
    if made.wiring.alike:
        found.append(Reason.of("phases_alike", made.wiring.note))
    elif made.wiring.is_corrected:
        found.append(Reason.of("wiring", made.wiring.note))
    return found


def _record_limits(figures: Figures, made: Prepared, limits: AuditLimits) -> list[Reason]:
    """Length, rate, repeats, floor, and channels."""
    found, channels, repeat_pct = [], figures.channels, figures.clock.repeat_pct
    if limits.few_repeats_pct < repeat_pct <= limits.repeats_pct:
        what = f"{share(repeat_pct)} % of the samples repeat the one before"
        found.append(
            Reason.of("few_repeats", what, "watch the recorder", value=repeat_pct, limit=limits.few_repeats_pct)
        )
    if made.duration_s < limits.short_s:
        what = f"{made.duration_s:.2g} s resolve little"
        found.append(Reason.of("short", what, "record 10 s or more", value=made.duration_s, limit=limits.short_s))
    if made.fs < limits.least_rate * made.line_hz:
        what = f"{made.fs:g} Hz show no slot harmonics and few bearing tones"
        rate = made.fs / made.line_hz
        found.append(Reason.of("low_rate", what, "record at 5 kHz or more", value=rate, limit=limits.least_rate))
    if figures.floor_dbc > limits.high_floor_dbc:
        what = (
            f"the floor beside the supply line is {figures.floor_dbc:.0f} dBc, so that lines show only from "
            f"{figures.floor_dbc + PRESENT_DB:.0f} dBc"
        )
        found.append(
            Reason.of("high_floor", what, "record longer, with less noise or a smaller range",
                      value=figures.floor_dbc, limit=limits.high_floor_dbc)
        )  # fmt: skip
    if channels is not None and channels.i0_over_i1_pct > limits.unequal_pct:
        found.append(_unequal(channels, limits.unequal_pct))
    return found


def _load_limits(figures: Figures, limits: AuditLimits) -> list[Reason]:
    """A load that moves, and a current that does not fit the nameplate."""
    found = []
    if figures.steadiness is not None and figures.steadiness.reason:
        found.append(Reason.of("unsteady_load", figures.steadiness.reason, value=figures.steadiness.range_pct))
    times = figures.rms_over_rated
    rule, limit = "current_above_rated", limits.most_rated
    if times < limits.least_rated:
        rule, limit = "current_below_rated", limits.least_rated
    if times > limits.most_rated or times < limits.least_rated:
        what = f"the current is {f'{times:.0f}' if times >= 10 else f'{times:.2g}'} times the rated one"
        found.append(
            Reason.of("unit_doubtful", what, "check unit, transformer ratio and nameplate",
                      value=times, limit=limit, rule=rule)
        )  # fmt: skip
    return found


def _supply_limits(figures: Figures, limits: AuditLimits) -> list[Reason]:
    """A supply that is no stiff mains."""
    found, supply = [], figures.supply
    if figures.drift_hz > limits.drift_hz:
        what = (
            f"the supply frequency moves by {figures.drift_hz:.2f} Hz within the recording; the clock drifts or"
            " the supply is no stiff mains"
        )
        found.append(Reason.of("frequency_drift", what, value=figures.drift_hz, limit=limits.drift_hz))
    if supply is not None and supply.is_inverter:
        what = (
            f"the motor is fed by an inverter that switches at {supply.switching_hz:.0f} Hz or at an alias of it; its"
            " control can make lines of its own"
        )
        found.append(Reason.of("inverter_supply", what, value=supply.switching_hz))
    elif supply is not None and not supply.is_mains_frequency:
        what = (
            f"the supply frequency reads {figures.line_hz:.3f} Hz, which no mains has: the motor is fed by an inverter"
            " or the sampling rate is stated wrongly"
        )
        found.append(Reason.of("no_mains_frequency", what, "check the rate", value=figures.line_hz))
    return found


def _unequal(channels: Channels, limit_pct: float) -> Reason:
    what = f"the three currents do not add up to zero ({channels.i0_over_i1_pct:.1f} % of the positive sequence)"
    if channels.is_measured:
        # Adding zero takes the sign from a rounded one.
        gain_s, gain_t = (round(pct, 1) + 0.0 for pct in channels.gain_pct)
        skew_s, skew_t = (round(us) for us in channels.skew_us)
        what += (
            f": against R the gain of S and T is off by {gain_s:+.1f} and {gain_t:+.1f} % and they are"
            f" sampled {skew_s:+d} and {skew_t:+d} us later, which makes up to {channels.i2_floor_pct:.1f} % of"
            " negative sequence"
        )
        to_do = "calibrate the channels"
    else:
        what += (
            ": the channels have unequal gain or the motor has a neutral conductor, and up to"
            f" {channels.i2_floor_pct:.1f} % of negative sequence may be the instruments'"
        )
        to_do = "exchange two sensors and record again"
    return Reason.of("unequal_channels", what, to_do, value=channels.i0_over_i1_pct, limit=limit_pct)
