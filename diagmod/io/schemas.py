"""Every table of the product: its columns, their types, units and meaning.

The tables are contracts between stages and with readers outside; a test keeps code and files equal
to them, and the version rises when a column changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.core.features import FEATURES


@dataclass(frozen=True)
class Column:
    """One column: dtype as pandas names it, unit ("" for none) and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class TableSchema:
    """A table's name, version and columns, in order."""

    name: str
    version: int
    columns: tuple[Column, ...]


TIME = "datetime64[us, UTC]"
_RECORDING_ID = Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")

RECORDINGS = TableSchema(
    "recordings",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("file", "str", "", "file in the data set"),
        Column("sha256", "str", "", "hash of that file"),
        Column("started_at", TIME, "", "time of the first sample", True),
        Column("fs_hz", "float64", "Hz", "sampling rate"),
        Column("n_samples", "int64", "", "samples per phase"),
        Column("duration_s", "float64", "s", "n_samples / fs"),
        Column("phases", "str", "", "phases that hold data"),
        Column("unit", "str", "", "unit of the currents as declared"),
        Column("dialect", "str", "", "how the file was written"),
        Column("load_pct", "float64", "%", "shaft load in percent of rated", True),
        Column("condition", "str", "", "label of the machine where known; empty where not"),
        Column("severity", "float64", "1", "label of the severity, 0 to 1, where known", True),
        Column("repetition", "str", "", "repetition of an experiment; empty where there is none"),
        Column("split_group", "str", "", "what must stay on one side of a split"),
        Column("rms_R", "float64", "A", "rms of phase R over the whole recording", True),
        Column("rms_S", "float64", "A", "rms of phase S over the whole recording", True),
        Column("rms_T", "float64", "A", "rms of phase T over the whole recording", True),
        Column("missing_share", "float64", "1", "share of missing or infinite samples in the phases present"),
        Column("quality", "str", "", "worst finding: good, info or warning"),
    ),
)

FINDINGS = TableSchema(
    "findings",
    1,
    (
        Column("file", "str", "", "file in the data set"),
        Column("rule", "str", "", "rule that spoke"),
        Column("severity", "str", "", "info, warning, error or critical"),
        Column("phase", "str", "", "phase concerned; empty for the whole file"),
        Column("value", "float64", "", "measured value, unit in the message", True),
        Column("limit", "float64", "", "limit it was held against", True),
        Column("message", "str", "", "what, where, how much, what to do"),
    ),
)

LOAD_REPORT = TableSchema(
    "load_report",
    1,
    (
        Column("file", "str", "", "file in the data set or its manifest"),
        Column("status", "str", "", "loaded, duplicate or quarantined"),
        Column("reason", "str", "", "why it was not loaded; empty when it was"),
        Column("motor_id", "str", "", "motor the manifest names; empty where none"),
        Column("recording_id", "str", "", "identity of the recording; empty where the file was not read"),
        Column("dialect", "str", "", "how the file was written; empty where it was not read"),
        Column("rows", "int64", "", "samples per phase"),
        Column("phases", "str", "", "phases that hold data"),
        Column("fs_hz", "float64", "Hz", "sampling rate", True),
        Column("gaps_R", "int64", "", "missing or infinite samples in R"),
        Column("gaps_S", "int64", "", "missing or infinite samples in S"),
        Column("gaps_T", "int64", "", "missing or infinite samples in T"),
    ),
)

MOTORS = TableSchema(
    "motors",
    1,
    (
        _MOTOR_ID,
        Column("name", "str", "", "where it stands or what it drives"),
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

TREND = TableSchema(
    "trend",
    1,
    (
        _MOTOR_ID,
        Column("hour", TIME, "", "start of the hour"),
        Column("rms_R", "float64", "A", "mean rms of phase R in that hour", True),
        Column("rms_S", "float64", "A", "mean rms of phase S in that hour", True),
        Column("rms_T", "float64", "A", "mean rms of phase T in that hour", True),
    ),
)

_FEATURES = tuple(Column(f.name, "float64", f.unit, f.meaning, True) for f in FEATURES)

SEGMENTS = TableSchema(
    "segments",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("segment", "int64", "", "number of the segment in its recording, from 0"),
        Column("start_s", "float64", "s", "start after the first sample of the recording"),
        Column("length_s", "float64", "s", "length of the segment"),
        *_FEATURES,
    ),
)

RECORDING_FEATURES = TableSchema("recording_features", 1, (_RECORDING_ID, _MOTOR_ID, *_FEATURES))

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

ANOMALY_SCORES = TableSchema(
    "anomaly_scores",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("segment", "int64", "", "number of the segment in its recording"),
        Column("feature_set", "str", "", "all, or without_i2"),
        Column("fold", "int64", "", "fold whose model, fitted without this split group, gave the score"),
        Column(
            "score", "float64", "1", "anomaly score, higher is stranger; missing where a feature is undefined", True
        ),
        Column("threshold", "float64", "1", "threshold of that fold, from its training data only"),
        Column("is_anomaly", "bool", "", "score above threshold"),
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
    1,
    (
        Column("truth", "str", "", "what the flags are held against"),
        Column("level", "str", "", "segment or recording"),
        Column("feature_set", "str", "", "features the model saw; empty for trivial rows"),
        Column("model", "str", "", "model or trivial row"),
        Column("figure", "str", "", "auroc, average_precision, precision, recall, f1 or false_alarm_rate"),
        Column("value", "float64", "1", "the figure", True),
        Column("low", "float64", "1", "2.5 % quantile of the bootstrap over split groups", True),
        Column("high", "float64", "1", "97.5 % quantile of the bootstrap over split groups", True),
        Column("n", "int64", "", "items judged"),
        Column("n_positive", "int64", "", "items that are truly faulty"),
    ),
)

TABLES = {
    schema.name: schema
    for schema in (
        RECORDINGS, FINDINGS, LOAD_REPORT, MOTORS, TREND, SEGMENTS, RECORDING_FEATURES,
        SEQUENCE_TRACK, ANOMALY_SCORES, STATES, EVALUATION,
    )
}  # fmt: skip
