"""Tables of the anomaly models: scores of recordings and segments, and what drove them."""

from __future__ import annotations

from diagmod.io.schemas import Column, TableSchema

_RECORDING_ID = Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")

#: What a score is about: a recording by its own figures, one of its segments, or a recording by its strangest segments.
SCORE_LEVELS = ("recording", "segment", "strangest_segments")

ANOMALY_SCORES = TableSchema(
    "anomaly_scores",
    2,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("level", "str", "", "recording, segment, or strangest_segments", allowed=SCORE_LEVELS),
        Column("segment", "int64", "", "number of the segment in its recording; -1 for a whole recording", minimum=-1),
        Column("feature_set", "str", "", "all, or without_i2"),
        Column("detector", "str", "", "method, as isolation_forest"),
        Column("baseline", "str", "", "what a row is compared with: fleet, load, motor or motor_load"),
        Column("is_recommended", "bool", "", "method and baseline are the recommended ones, stored as the model"),
        Column("split", "str", "", "split by which the score was made"),
        Column("fold", "int64", "", "fold whose model, fitted without this split group, gave the score"),
        Column("score", "float64", "1", "anomaly score, higher is stranger; missing where too little is known", True),
        Column("threshold", "float64", "1", "threshold of that fold, from its training data only"),
        Column("is_anomaly", "bool", "", "score above threshold"),
        Column("confidence", "float64", "1", "share of healthy training scores below this one", True),
        Column("severity", "float64", "1", "score on a scale of 0 (usual) to 1 (the threshold) and beyond", True),
    ),
)

ANOMALY_DRIVERS = TableSchema(
    "anomaly_drivers",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        Column("rank", "int64", "", "place among the drivers, from 1", minimum=1),
        Column("figure", "str", "", "figure or feature that drove the score"),
        Column("share", "float64", "1", "its share of the score", minimum=0.0),
        Column("spreads", "float64", "1", "distance from what is expected of this motor, in spreads"),
        Column("meaning", "str", "", "what the figure is"),
        Column("lines", "str", "", "spectral lines behind it, where they lie and how high; empty for none"),
    ),
)
