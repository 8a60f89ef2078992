"""Tables of health: how urgent each recording is and why, and how each motor is now."""

from __future__ import annotations

from diagmod.io.schemas import TIME, Column, TableSchema

#: What is looked at, in the order in which it is told.
PARTS = ("diagnosis", "change", "anomaly", "fault_model", "forecast")

#: What each part is, in words.
PART_WORDS = {
    "diagnosis": "diagnosis of the lines",
    "change": "change since the baseline",
    "anomaly": "anomaly",
    "fault_model": "model of faults",
    "forecast": "forecast",
}

_GRADES = ("good", "watch", "plan", "act", "unknown")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")
_RISK = Column(
    "risk", "float64", "%", "rank of urgency, 0 to 100, no probability; missing where nothing is known", True
)
_GRADE = Column("grade", "str", "", "good, watch, plan, act or unknown", allowed=_GRADES)
_GOVERNING = Column("governing_part", "str", "", "part with the highest risk; empty where none is above zero")
_KNOWLEDGE = Column("knowledge_pct", "float64", "%", "share of the questions that could be answered", minimum=0.0)


def _parts() -> tuple[Column, ...]:
    """Columns of every part: its risk, the fault it speaks of, and its value in its own unit."""
    return tuple(
        column
        for part, words in PART_WORDS.items()
        for column in (
            Column(f"{part}_risk", "float64", "%", f"risk by the {words}; missing where it cannot tell", True),
            Column(f"{part}_fault", "str", "", f"fault that the {words} speaks of; empty for none"),
            Column(f"{part}_value", "float64", "", "what was measured of it, in the unit beside it", True),
            Column(f"{part}_unit", "str", "", "unit of that value; empty where there is none"),
        )
    )


HEALTH = TableSchema(
    "health",
    1,
    (
        Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file"),
        _MOTOR_ID,
        Column("started_at", TIME, "", "time of the first sample", True),
        _RISK,
        _GRADE,
        _GOVERNING,
        _KNOWLEDGE,
        *_parts(),
        Column("state_risk", "float64", "%", "risk of the motor after this recording and those before it", True),
        Column("state_grade", "str", "", "grade of that risk", allowed=_GRADES),
        Column("sentence", "str", "", "what this recording says, for people"),
    ),
)

MOTOR_HEALTH = TableSchema(
    "motor_health",
    1,
    (
        _MOTOR_ID,
        Column("health_index", "float64", "%", "100 minus the risk; missing where nothing is known", True),
        _RISK,
        _GRADE,
        Column("since", TIME, "", "recording from which on it has had this grade", True),
        Column("last_at", TIME, "", "newest recording", True),
        Column("n_recordings", "int64", "", "recordings since the last repair", minimum=0),
        _GOVERNING,
        _KNOWLEDGE,
        *_parts(),
        Column("likely_fault", "str", "", "most likely fault; empty where none is named"),
        Column("competing", "str", "", "what else it could be; empty for nothing"),
        Column("urgency", "str", "", "observe, plan, soon or at_once; empty where nothing is known"),
        Column("action", "str", "", "recommended action, from the defect catalogue where a fault is named"),
        Column("sentence", "str", "", "is it all right, why, how sure, since when, what to do"),
    ),
)

#: The tables, in the order of their making.
HEALTH_TABLES = (HEALTH, MOTOR_HEALTH)
