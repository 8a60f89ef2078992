"""Every table of the product: its columns, their types, units and meaning.

The tables are contracts between stages and with readers outside; a test keeps code and files equal
to them, and the version rises when a column changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.core.findings import SEVERITIES
from diagmod.core.rulesets import RULES


@dataclass(frozen=True)
class Column:
    """One column: dtype as pandas names it, unit ("" for none) and meaning.

    ``allowed`` are all texts that may stand in it, ``above`` and ``minimum`` what every number present exceeds or
    reaches; empty and None where anything goes.
    """

    name: str
    dtype: str
    unit: str
    meaning: str
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    above: float | None = None
    minimum: float | None = None


@dataclass(frozen=True)
class TableSchema:
    """A table's name, version and columns, in order."""

    name: str
    version: int
    columns: tuple[Column, ...]


TIME = "datetime64[us, UTC]"
_RECORDING_ID = Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")

#: What may become of a file.
STATUSES = ("loaded", "duplicate", "quarantined")

RECORDINGS = TableSchema(
    "recordings",
    3,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("file", "str", "", "file in the data set"),
        Column("sha256", "str", "", "hash of that file"),
        Column("started_at", TIME, "", "time of the first sample", True),
        Column("fs_hz", "float64", "Hz", "sampling rate", above=0.0),
        Column("n_samples", "int64", "", "samples per phase", above=0),
        Column("duration_s", "float64", "s", "n_samples / fs"),
        Column("phases", "str", "", "phases that hold data"),
        Column("unit", "str", "", "unit of the currents as declared"),
        Column("dialect", "str", "", "how the file was written"),
        Column("reading", "str", "", "how it was read: JSON of what was declared"),
        Column("load_pct", "float64", "%", "shaft load in percent of rated, stated or from the torque", True),
        Column("torque_nm", "float64", "Nm", "shaft torque as stated", True),
        Column("condition", "str", "", "label of the machine where known; empty where not"),
        Column("severity", "float64", "1", "label of the severity, 0 to 1, where known", True),
        Column("severity_label", "str", "", "severity as its source writes it; empty where it does not"),
        Column("fault_phase", "str", "", "label of the faulty phase: R, S or T; empty where the label names none"),
        Column("repetition", "str", "", "repetition of an experiment; empty where there is none"),
        Column("split_group", "str", "", "what must stay on one side of a split"),
        Column("rms_R", "float64", "A", "rms of phase R over the whole recording", True),
        Column("rms_S", "float64", "A", "rms of phase S over the whole recording", True),
        Column("rms_T", "float64", "A", "rms of phase T over the whole recording", True),
        Column("missing_share", "float64", "1", "share of missing or infinite samples in the phases present"),
        Column(
            "acquisition",
            "str",
            "",
            "whether it can carry a diagnosis: good, limited or unusable",
            allowed=("good", "limited", "unusable"),
        ),
        Column("quality", "str", "", "worst finding: good, info or warning", allowed=("good", "info", "warning")),
    ),
)

FINDINGS = TableSchema(
    "findings",
    2,
    (
        Column("file", "str", "", "file in the data set"),
        Column("rule", "str", "", "rule that spoke", allowed=tuple(RULES)),
        Column("severity", "str", "", "info, warning, error or critical", allowed=SEVERITIES),
        Column("phase", "str", "", "phase concerned; empty for the whole file"),
        Column("value", "float64", "", "measured value, in the unit beside it", True),
        Column("unit", "str", "", "unit of value and limit; empty where the rule has no number"),
        Column("limit", "float64", "", "limit it was held against", True),
        Column("message", "str", "", "what, where, how much"),
        Column("remedy", "str", "", "what to do"),
    ),
)

LOAD_REPORT = TableSchema(
    "load_report",
    2,
    (
        Column("file", "str", "", "file in the data set or its manifest"),
        Column("status", "str", "", "loaded, duplicate or quarantined", allowed=STATUSES),
        Column("reason", "str", "", "why it was not loaded; empty when it was"),
        Column("cure", "str", "", "line of recordings.csv that would cure it, capitals to be filled in; may be empty"),
        Column("motor_id", "str", "", "motor the manifest names; empty where none"),
        Column("recording_id", "str", "", "identity of the recording; empty where the file was not read"),
        Column("dialect", "str", "", "how the file was written; empty where it was not read"),
        Column("rows", "int64", "", "samples per phase", minimum=0),
        Column("phases", "str", "", "phases that hold data"),
        Column("fs_hz", "float64", "Hz", "sampling rate", True, above=0.0),
        Column("gaps_R", "int64", "", "missing or infinite samples in R"),
        Column("gaps_S", "int64", "", "missing or infinite samples in S"),
        Column("gaps_T", "int64", "", "missing or infinite samples in T"),
    ),
)

MOTORS = TableSchema(
    "motors",
    2,
    (
        _MOTOR_ID,
        Column("name", "str", "", "where it stands or what it drives"),
        Column("type", "str", "", "kind of motor as the plant names it; may be empty"),
        Column("line_hz", "float64", "Hz", "rated supply frequency"),
        Column("pole_pairs", "int64", "", "pole pairs"),
        Column("rated_power_kw", "float64", "kW", "rated shaft power", True),
        Column("rated_voltage_v", "float64", "V", "rated line-to-line rms voltage", True),
        Column("rated_current_a", "float64", "A", "rated rms phase current", True),
        Column("rated_rpm", "float64", "rpm", "rated speed", True),
        Column("rotor_bars", "float64", "", "rotor bars", True),
        Column("bearing", "str", "", "designation of the drive-end bearing; empty where unknown"),
        Column("status", "str", "", "service state"),
    ),
)

SEQUENCE_TRACK = TableSchema(
    "sequence_track",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("time_s", "float64", "s", "start of the short window after the first sample"),
        Column("length_s", "float64", "s", "length of the short window"),
        Column("i2_re", "float64", "%", "real part of I2 / I1", True),
        Column("i2_im", "float64", "%", "imaginary part of I2 / I1", True),
    ),
)

_FAULT = Column("fault", "str", "", "fault of the machine or condition of its operation that was asked for")
_VERDICT = Column("verdict", "str", "", "supported, not_supported or cannot_decide")

DIAGNOSES = TableSchema(
    "diagnoses",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        _FAULT,
        Column("kind", "str", "", "fault (of the machine) or condition (of supply, load or instruments)"),
        _VERDICT,
        Column("sentence", "str", "", "the verdict in one plain sentence"),
        Column("severity_value", "float64", "", "how strong it is, in severity_unit; may be missing", True),
        Column("severity_low", "float64", "", "lower bound, in severity_unit", True),
        Column("severity_high", "float64", "", "upper bound, in severity_unit", True),
        Column("severity_unit", "str", "", "unit of the severity; empty where nothing was measured"),
        Column("hidden_value", "float64", "", "severity that may hide where nothing stands out, in its unit", True),
        Column("normalised_by", "str", "", "what the severity was normalised by; empty for none"),
        Column("chart", "str", "", "chart that grades it; empty without one"),
        Column("chart_band", "str", "", "band of that chart and the level it was read at"),
        Column("chart_source", "str", "", "where the chart comes from"),
        Column("smallest_value", "float64", "", "smallest fault that would have been called one", True),
        Column("smallest_low", "float64", "", "its lower bound", True),
        Column("smallest_high", "float64", "", "its upper bound", True),
        Column("smallest_unit", "str", "", "unit of the three; empty where it is not known"),
        Column("reason_code", "str", "", "first reason, for programs"),
        Column("reasons", "str", "", "all reasons in words"),
        Column("competing", "str", "", "other causes of the same picture, how they were tested and stand"),
    ),
)

EVIDENCE = TableSchema(
    "evidence",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        _FAULT,
        Column("line", "str", "", "the line or figure, for example f(1-2s)"),
        Column("at_hz", "float64", "Hz", "its frequency in the current; missing for a figure that is no line", True),
        Column("height", "float64", "", "its height, in height_unit", True),
        Column("height_unit", "str", "", "dBc (against the supply line of the recording) or another unit"),
        Column("floor", "float64", "", "floor beside it, in height_unit; missing where there is none", True),
        Column("prominence_db", "float64", "dB", "height over floor; missing where there is none", True),
        Column("is_resolved", "bool", "", "record length and taper separate it from its neighbours"),
        Column("is_present", "bool", "", "it stands out"),
        Column("note", "str", "", "what it coincides with or how it is to be read; may be empty"),
    ),
)

SIGNATURES = TableSchema(
    "signatures",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("fault", "str", "", "fault that would have the line; slot_harmonics are of every motor"),
        Column("line", "str", "", "the line, for example f(1-2s)"),
        Column("at_hz", "float64", "Hz", "its frequency in the current; missing where only a range is known", True),
        Column("low_hz", "float64", "Hz", "lowest frequency that the uncertainty of the slip allows"),
        Column("high_hz", "float64", "Hz", "highest frequency that it allows"),
        Column("height", "float64", "dBc", "its height; missing where it was not read", True),
        Column("floor", "float64", "dBc", "floor beside it", True),
        Column("prominence_db", "float64", "dB", "height over floor", True),
        Column("is_resolved", "bool", "", "it can be told from the supply"),
        Column("is_present", "bool", "", "it stands out"),
        Column("coincides_with", "str", "", "lines of other faults in the same place; empty for none"),
    ),
)

RECORDING_STATES = TableSchema(
    "recording_states",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("sentence", "str", "", "the whole diagnosis in one or two plain sentences"),
        Column("acquisition", "str", "", "whether it can carry a diagnosis: good, limited or unusable"),
        Column("acquisition_codes", "str", "", "reasons for programs, comma separated; empty for a good one"),
        Column("acquisition_reasons", "str", "", "the same in words"),
        Column("advice", "str", "", "what to change in the acquisition"),
        Column("is_clock_reliable", "bool", "", "samples are evenly spaced in time"),
        Column("stretch_begin_s", "float64", "s", "begin of the stretch that was judged", True),
        Column("stretch_end_s", "float64", "s", "end of that stretch", True),
        Column("supply_hz", "float64", "Hz", "supply frequency", True),
        Column("supply_low_hz", "float64", "Hz", "its lower bound", True),
        Column("supply_high_hz", "float64", "Hz", "its upper bound", True),
        Column("slip", "float64", "1", "slip on which the estimators agree", True),
        Column("slip_low", "float64", "1", "its lower bound", True),
        Column("slip_high", "float64", "1", "its upper bound", True),
        Column("slip_reason", "str", "", "how it was found, or why it is unknown"),
        Column("slip_of_slots", "float64", "1", "slip by slot harmonics", True),
        Column("slip_of_shaft", "float64", "1", "slip by the pair of lines of the shaft", True),
        Column("slip_of_bars", "float64", "1", "slip by the sidebands of the rotor", True),
        Column("slip_of_load", "float64", "1", "slip by nameplate and load", True),
        Column("load_share", "float64", "1", "load over rated load; missing where only bounds are known", True),
        Column("load_low", "float64", "1", "its lower bound", True),
        Column("load_high", "float64", "1", "its upper bound", True),
        Column("i2_re", "float64", "%", "real part of I2 / I1 over the whole recording", True),
        Column("i2_im", "float64", "%", "imaginary part of I2 / I1 over the whole recording", True),
        Column("i2_switch_pct", "float64", "%", "change of I2 / I1 within the recording; 0 for a single state", True),
        Column("i2_floor_pct", "float64", "%", "negative sequence that unequal channels may cause", True),
        Column("i0_over_i1_pct", "float64", "%", "zero over positive sequence", True),
        Column("rms_over_rated", "float64", "1", "rms over rated current", True),
        Column("floor_dbc", "float64", "dBc", "floor beside the supply line", True),
        Column("line_drift_hz", "float64", "Hz", "movement of the supply frequency within the recording", True),
        Column("load_range_pct", "float64", "%", "range of the load within the recording", True),
        Column("repeat_pct", "float64", "%", "samples that repeat the one before while the current moves", True),
        Column("phase_steps", "float64", "", "jumps of the phase by about a sampling period", True),
        Column("jitter_us", "float64", "us", "timing noise, rms", True),
        Column("clipped_pct", "float64", "%", "samples at the ends of the range", True),
        Column("offset_pct", "float64", "%", "offset over rms", True),
        Column("range_bits", "float64", "bit", "steps of the converter within the current, as a power of two", True),
        Column("switching_hz", "float64", "Hz", "switching frequency of an inverter or its alias", True),
    ),
)

STATES = TableSchema(
    "segment_states",
    1,
    (
        _RECORDING_ID,
        Column("segment", "int64", "", "number of the segment in its recording"),
        Column("changed_share", "float64", "1", "share of the segment in a changed negative-sequence state", True),
        Column("state", "str", "", "derived label: normal, changed, mixed or unknown"),
    ),
)

EVALUATION = TableSchema(
    "evaluation",
    2,
    (
        Column("truth", "str", "", "what the flags are held against"),
        Column("level", "str", "", "recording, segment, or strangest_segments of a recording"),
        Column("feature_set", "str", "", "features the model saw; empty for trivial rows"),
        Column("model", "str", "", "model or trivial row"),
        Column("baseline", "str", "", "what the model compares a row with; empty where it compares with nothing"),
        Column("split", "str", "", "split by which the model was judged; none for rules that were never fitted"),
        Column("figure", "str", "", "auroc, average_precision, precision, recall, f1 or false_alarm_rate"),
        Column("value", "float64", "1", "the figure", True),
        Column("low", "float64", "1", "2.5 % quantile of the bootstrap over split groups", True),
        Column("high", "float64", "1", "97.5 % quantile of the bootstrap over split groups", True),
        Column("n", "int64", "", "items judged"),
        Column("n_positive", "int64", "", "items that are truly faulty"),
    ),
)

BASELINE_CHANGES = TableSchema(
    "baseline_changes",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        _FAULT,
        Column("baseline", "str", "", "name of the baseline: labelled_healthy or first"),
        Column("n_baseline", "int64", "", "recordings of the same motor in it, the judged one left out"),
        Column("baseline_value", "float64", "", "what the baseline leads to expect, in change_unit", True),
        Column("value", "float64", "", "what this recording shows, in change_unit", True),
        Column("change", "float64", "", "change since the baseline, in change_unit", True),
        Column("change_unit", "str", "", "% of I1, broken bars or dB"),
        Column("spreads", "float64", "1", "the change in units of the baseline's own spread", True),
        Column("limit_spreads", "float64", "1", "spreads beyond which a change is no chance", True),
        Column("change_deg", "float64", "deg", "angle of the change of I2 / I1", True),
        Column("points_to", "str", "", "phases to which that angle points; empty where it names none"),
        _VERDICT,
        Column("reason_code", "str", "", "reason, for programs"),
        Column("sentence", "str", "", "the verdict on the change in one plain sentence"),
    ),
)

VERDICT_COUNTS = TableSchema(
    "verdict_counts",
    1,
    (
        Column("judge", "str", "", "diagnosis, or change_since_baseline"),
        _FAULT,
        Column("condition", "str", "", "what the label says of the machine"),
        Column("supported", "int64", "", "recordings whose verdict is supported"),
        Column("not_supported", "int64", "", "recordings whose verdict is not supported"),
        Column("cannot_decide", "int64", "", "recordings that cannot tell"),
    ),
)

LABEL_AUDIT = TableSchema(
    "label_audit",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("file", "str", "", "file in the data set"),
        Column("condition", "str", "", "label of the machine"),
        Column("fault_phase", "str", "", "labelled phase; empty where the label names none"),
        Column("severity", "float64", "1", "labelled severity", True),
        Column("change_pct", "float64", "%", "mean change of I2 / I1, of I1; 0 where no state changed", True),
        Column("change_deg", "float64", "deg", "angle of that change", True),
        Column("off_deg", "float64", "deg", "largest distance of a changed state from the label's direction", True),
        Column("points_to", "str", "", "phases to which the changed states point; empty where none"),
        Column("second_share", "float64", "1", "weaker over stronger of two shorts that give this direction", True),
        Column("is_judged", "bool", "", "the negative sequence can judge this label"),
        Column("is_doubtful", "bool", "", "the label contradicts the negative sequence"),
        Column("reason", "str", "", "why, in one sentence"),
    ),
)
