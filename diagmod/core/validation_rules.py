"""The table of rules that every recording is held against when it is loaded.

One row a rule: what it asks, how grave it is when the answer is no, the number it is held against, and what to
do. Severities and numbers of a plant stand in params.yaml; the ones here are what they are without a reason to
differ. Rules named ``acquisition_...`` belong to the audit of the waveform (:mod:`diagmod.core.audit_rules`),
the others to what reading and counting alone tell.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table.

    Attributes
    ----------
    id : str
    asks : str
        The question that a good recording answers with yes, or what the rule only states.
    severity : str
        How grave it is by default: info, warning, error or critical.
    remedy : str
        What to do, as the second half of a sentence.
    limit : float or None
        What the measured figure is held against by default; None where the rule has no number.
    unit : str
        Unit of the limit and of the figure; empty where the rule has no number.
    said_by : tuple of str
        Rules that say the same with more detail; where one of them speaks, this one is silent.
    audit_limit : str
        Field of :class:`diagmod.core.audit_limits.AuditLimits` that the limit sets; empty for none.
    """

    id: str
    asks: str
    severity: str
    remedy: str
    limit: float | None = None
    unit: str = ""
    said_by: tuple[str, ...] = ()
    audit_limit: str = ""


#: Rules about what reading a file and counting its samples once tell.
READING_RULES = (
    Rule(
        id="too_short", asks="Is the recording long enough?", severity="error", limit=2.0, unit="s",
        remedy="record for longer",
    ),
    Rule(
        id="length_mismatch", asks="Is it as long as the manifest states?", severity="error", limit=1.0, unit="%",
        remedy="copy the file again if it was cut off, or correct duration_s or fs_hz",
    ),
    Rule(
        id="rate_contradicts_stamps", asks="Do the stated sampling rate and the time stamps agree?",
        severity="error", limit=1.0, unit="%", remedy="correct fs_hz, or the unit or the choice of the time column",
    ),
    Rule(
        id="stamps_uneven", asks="Are the time stamps evenly spaced, beyond their resolution?", severity="warning",
        limit=5.0, unit="% of a sampling period", remedy="record with hardware timing instead of a software timer",
    ),
    Rule(
        id="stamps_gap", asks="Do the time stamps leave no holes?", severity="warning", limit=0.0, unit="s",
        remedy="use a recorder with a buffer, or cut the recording at the hole",
    ),
    Rule(
        id="unit_contradicts", asks="Do all statements of the unit agree?", severity="error",
        remedy="state the unit as the recorder wrote it, in one place",
    ),
    Rule(
        id="rows_left_out", asks="Was every row of the file used?", severity="warning", limit=0.0, unit="rows",
        remedy="look at these rows and correct the file or its export",
    ),
    Rule(
        id="reading_note", asks="States what was concluded while the file was read.", severity="info",
        remedy="check that it is meant so, otherwise declare it in recordings.csv",
    ),
    Rule(
        id="condition_unknown", asks="Does the defect catalogue know the condition?", severity="info",
        remedy="add it to defects.yaml of the data set, or correct recordings.csv",
    ),
    Rule(
        id="absent_phase", asks="Are all three phases recorded?", severity="info",
        remedy="record all three phases; unbalance and stator faults need them",
    ),
    Rule(
        id="flat_phase", asks="Does every phase vary?", severity="error", remedy="check the sensor and its cable",
    ),
    Rule(
        id="flat_stretch", asks="Does every phase move throughout? Counted from 32 equal samples in a row.",
        severity="warning", limit=0.1, unit="s",
        remedy="check the cable and the recorder, or leave out the time the motor is off",
    ),
    Rule(
        id="dead_phase", asks="Does every phase carry current, compared with the largest?", severity="warning",
        limit=5.0, unit="%", remedy="check that sensor and channel of this phase are connected",
    ),
    Rule(
        id="missing", asks="Is every sample there?", severity="warning", limit=0.0, unit="%",
        remedy="check the recorder; figures of this phase are missing in segments with a hole",
        said_by=("much_missing",),
    ),
    Rule(
        id="much_missing", asks="Are enough samples there, missing and infinite ones together?", severity="error",
        limit=20.0, unit="%", remedy="record again, or leave this phase out",
    ),
    Rule(
        id="infinite", asks="Is every sample finite?", severity="warning", limit=0.0, unit="%",
        remedy="correct the export, which overflows or divides by zero", said_by=("much_missing",),
    ),
    Rule(
        id="unequal_lengths", asks="Do all phases last to the end?", severity="warning", limit=0.02, unit="s",
        remedy="check that all channels were stopped together, or cut all to the shortest",
        said_by=("much_missing",),
    ),
    Rule(
        id="offset", asks="Is the DC offset small, compared with the rms?", severity="warning", limit=5.0, unit="%",
        remedy="check the sensor's zero",
    ),
    Rule(
        id="line_off_nameplate", asks="Is the supply frequency that of the nameplate?", severity="warning", limit=5.0,
        unit="%", remedy="check fs_hz and the nameplate; an inverter may set another frequency on purpose",
    ),
)  # fmt: skip
