"""Rules of validation that the audit of the waveform answers (:mod:`diagmod.core.acquisition`).

A reason of the audit has a code; its rule is named ``acquisition_`` and that code, or a finer name where one code
stands for two limits. The remedy is the audit's own advice where it has any.
"""

from __future__ import annotations

from diagmod.core.acquisition_advice import ADVICE
from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.validation_rules import Rule

#: Prefix of the name of every rule of the audit.
PREFIX = "acquisition_"


def _rule(
    code: str, asks: str, severity: str, audit_limit: str = "", unit: str = "", remedy: str = "",
    said_by: tuple[str, ...] = (),
) -> Rule:  # fmt: skip
    return Rule(
        id=PREFIX + code, asks=asks, severity=severity, remedy=remedy or ADVICE[code], unit=unit, said_by=said_by,
        limit=getattr(CALIBRATED, audit_limit) if audit_limit else None, audit_limit=audit_limit,
    )  # fmt: skip


_SAMPLING_PERIOD = "% of a sampling period"

#: Rules on whether there is a current that can be judged at all.
_CARRIER_RULES = (
    _rule("no_usable_phase", "Does any phase hold a complete, varying current?", "warning",
          remedy="check sensors and channels, and record again", said_by=("flat_phase",)),
    _rule("no_supply_line", "Does a supply line stand out in the search band?", "warning",
          remedy="check that the motor runs, the channel and the sampling rate"),
    _rule("stronger_line_elsewhere", "Is the supply line the strongest?", "warning", "stronger_db", "dB",
          remedy="check the sampling rate and that this is a motor current"),
    _rule("rate_too_low", "Are there more than four samples a period of the supply?", "warning"),
    _rule("too_short", "Does it hold enough periods of the supply?", "warning", "least_periods", "periods",
          said_by=("too_short",)),
    _rule("short", "Is it long enough to resolve lines?", "info", "short_s", "s", said_by=("too_short",)),
    _rule("low_rate", "Are there enough samples a period of the supply?", "info", "least_rate", "samples a period"),
    _rule("high_floor", "Is the floor beside the supply line low enough to see a broken bar?", "info",
          "high_floor_dbc", "dBc"),
)  # fmt: skip

#: Rules on whether the samples are evenly spaced in time.
_CLOCK_RULES = (
    _rule("samples_repeated", "Is every sample a new one (no sample-and-hold)?", "warning", "repeats_pct", "%"),
    _rule("few_repeats", "The same, doubted rather than refused.", "info", "few_repeats_pct", "%",
          remedy="watch the recorder"),
    _rule("samples_lost", "Does the phase of the current run on without jumps (no sample lost or put in)?", "warning"),
    _rule("jitter", "Is the clock even, as the phase noise of the current tells?", "warning", "jitter_pct",
          _SAMPLING_PERIOD),
    _rule("jitter_at_any_rate", "The same, for rates so low that the share is small.", "warning", "jitter_us", "us",
          remedy=ADVICE["jitter"]),
    _rule("uneven_stamps", "Do the recorder's own time stamps stand on an even grid?", "warning", "stamp_jitter_pct",
          _SAMPLING_PERIOD, said_by=("stamps_uneven",)),
    _rule("stamp_gap", "Do the recorder's own time stamps leave no hole?", "warning", "stamp_gap_periods",
          "sampling periods", said_by=("stamps_gap",)),
    _rule("stamps_useless", "Do the recorder's own time stamps rise?", "warning",
          remedy="leave the time stamps out, or record again"),
)  # fmt: skip

#: Rules on range, zero and channels.
_CHANNEL_RULES = (
    _rule("gaps", "States what was bridged, cut off or left out before the audit.", "info",
          remedy="record without holes while the motor runs"),
    _rule("clipped_heavily", "Are the peaks inside the range of the converter, all but a few?", "warning",
          "heavily_clipped_pct", "%", remedy=ADVICE["clipped"]),
    _rule("clipped", "Are all peaks inside the range of the converter?", "warning", "clipped_pct", "%"),
    _rule("offset", "Is the DC offset small enough for a verdict, in the worst phase?", "warning", "offset_pct", "%",
          remedy="check the sensor's zero", said_by=("offset",)),
    _rule("phase_missing", "Do all three phases carry a current that can be judged?", "warning",
          said_by=("absent_phase", "dead_phase", "flat_phase", "much_missing")),
    _rule("phases_alike", "Do the three phases carry three different currents?", "warning"),
    _rule("wiring", "Are the phases in the order R-S-T and none reversed?", "warning"),
    _rule("unequal_channels", "Do the three currents add up to zero?", "warning", "unequal_pct", "%"),
)  # fmt: skip

#: Rules on the size of the current, the load and the supply.
_MACHINE_RULES = (
    _rule("current_above_rated", "Is the current no more than a motor of this nameplate can draw?", "warning",
          "most_rated", "times rated", remedy="check unit, transformer ratio and nameplate"),
    _rule("current_below_rated", "Is the current no less than this motor draws idle?", "warning", "least_rated",
          "times rated", remedy="check unit, transformer ratio and nameplate"),
    _rule("unsteady_load", "Is the load steady?", "info"),
    _rule("frequency_drift", "Does the supply frequency stay where it is?", "info", "drift_hz", "Hz",
          remedy="check the recorder's clock; without a stiff mains nothing is wrong"),
    _rule("inverter_supply", "Is the motor fed by the mains?", "info",
          remedy="tell lines of the inverter from lines of the machine by a second speed"),
    _rule("no_mains_frequency", "Is the supply frequency one that a mains has, within 1.5 %?", "warning",
          remedy="check the sampling rate; where an inverter feeds the motor nothing is wrong",
          said_by=("line_off_nameplate",)),
)  # fmt: skip

AUDIT_RULES = (*_CARRIER_RULES, *_CLOCK_RULES, *_CHANNEL_RULES, *_MACHINE_RULES)
