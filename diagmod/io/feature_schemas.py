"""Tables of the features: a row a segment, a row a recording, and what was done to a recording before.

Their columns follow the table of features of the core, all of them whatever groups are switched on: the columns of a
group that is off are there and missing throughout, so that a reader never has to ask which columns there are.
"""

from __future__ import annotations

from diagmod.core.features import features_at
from diagmod.io.schemas import Column, TableSchema

_RECORDING_ID = Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")


def _columns(level: str) -> tuple[Column, ...]:
    return tuple(Column(f.name, "float64", f.unit, f.meaning, True) for f in features_at(level))


SEGMENTS = TableSchema(
    "segments",
    2,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("segment", "int64", "", "number of the segment in its recording, from 0"),
        Column("start_s", "float64", "s", "start after the first sample of the recording"),
        Column("length_s", "float64", "s", "length of the segment"),
        *_columns("segment"),
    ),
)

RECORDING_FEATURES = TableSchema("recording_features", 2, (_RECORDING_ID, _MOTOR_ID, *_columns("recording")))

PREPARATION = TableSchema(
    "preparation",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("begin_s", "float64", "s", "begin of what was kept, after the first sample"),
        Column("end_s", "float64", "s", "end of what was kept"),
        Column("whole_begin_s", "float64", "s", "begin of its longest part without a gap, the recording's own row"),
        Column("whole_end_s", "float64", "s", "end of that part; equal to its begin where there is none"),
        *(Column(f"filled_{p}", "int64", "", f"samples of {p} that were filled", minimum=0) for p in "RST"),
        *(Column(f"missing_{p}", "int64", "", f"samples of {p} still missing in what was kept") for p in "RST"),
        Column("longest_filled_ms", "float64", "ms", "longest gap that was filled; 0 for none", minimum=0.0),
        Column("method", "str", "", "how gaps were filled; empty where none was"),
        Column("reason", "str", "", "what was done and what is left; empty for nothing"),
    ),
)
