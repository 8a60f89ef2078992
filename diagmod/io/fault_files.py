"""Tables of the models of faults: what every recording was taken for, how sure, how severe, and how often right."""

from __future__ import annotations

from diagmod.io.schemas import Column, TableSchema

#: Splits by which models of faults are judged.
_SPLIT = Column("split", "str", "", "leave_group_out, or leave_load_out: neither group nor band of load was seen")
_MODEL = Column("model", "str", "", "linear, boosted, naive_forest, cnn, rule_based, or a trivial row")
_FOLD = Column("fold", "int64", "", "fold whose model, fitted without this split group, judged the row", minimum=0)
_RECORDING_ID = Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file")
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")
_GROUP = Column("split_group", "str", "", "what must stay on one side of a split")

FAULT_PREDICTIONS = TableSchema(
    "fault_predictions",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        _GROUP,
        _SPLIT,
        _MODEL,
        _FOLD,
        Column("condition", "str", "", "label of the machine; empty where not known"),
        Column("severity", "float64", "1", "label of the severity, 0 to 1, where known", True),
        Column("load_share", "float64", "1", "load as a share of rated, stated or from the slip", True),
        Column("predicted", "str", "", "most probable condition; empty where the recording is not judged"),
        Column("probability", "float64", "1", "calibrated probability of it; missing for rules", True, minimum=0.0),
        Column("conformal_set", "str", "", "conditions that cannot be excluded, by comma; empty where none fits"),
        Column(
            "answer", "str", "", "the one condition of the set where it is the most probable, cannot_tell, or abstained"
        ),
        Column("severity_value", "float64", "1", "severity of the predicted fault, 0 to 1", True),
        Column("severity_low", "float64", "1", "lower end of its interval", True),
        Column("severity_high", "float64", "1", "upper end of its interval", True),
        Column("sentence", "str", "", "answer and what drove it, or why there is none, for people"),
    ),
)

FAULT_PROBABILITIES = TableSchema(
    "fault_probabilities",
    1,
    (
        _RECORDING_ID,
        _SPLIT,
        _MODEL,
        Column("condition", "str", "", "condition that was learned"),
        Column("probability", "float64", "1", "calibrated probability", minimum=0.0),
        Column(
            "p_value", "float64", "1", "share of recordings of that condition at least as strange", True, minimum=0.0
        ),
    ),
)

FAULT_DRIVERS = TableSchema(
    "fault_drivers",
    1,
    (
        _RECORDING_ID,
        _SPLIT,
        _MODEL,
        Column("rank", "int64", "", "place among the drivers, from 1", minimum=1),
        Column("figure", "str", "", "physical figure that drove the prediction"),
        Column("contribution", "float64", "1", "what it adds to the logarithm of the odds of the predicted condition"),
        Column("spreads", "float64", "1", "distance from what is usual for this motor, in spreads"),
        Column("meaning", "str", "", "what the figure is"),
    ),
)

FAULT_SEVERITIES = TableSchema(
    "fault_severities",
    1,
    (
        _RECORDING_ID,
        _MOTOR_ID,
        _GROUP,
        _SPLIT,
        Column("model", "str", "", "physical_line, naive_forest or median"),
        _FOLD,
        Column("condition", "str", "", "labelled fault, which is taken as known"),
        Column("severity", "float64", "1", "labelled severity"),
        Column("value", "float64", "1", "severity as told", True),
        Column("low", "float64", "1", "lower end of its interval; missing where the model has none", True),
        Column("high", "float64", "1", "upper end of its interval; missing where the model has none", True),
    ),
)

FAULT_ACCURACY = TableSchema(
    "fault_accuracy",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("calibration", "str", "", "scale of the probabilities; empty where the figure rests on none"),
        Column("figure", "str", "", "what is counted, as recall or coverage"),
        Column("condition", "str", "", "condition concerned; empty for all"),
        Column("severity_range", "str", "", "quarter of the severity, as 1/4 to 2/4; empty for all"),
        Column("value", "float64", "1", "the figure", True),
        Column("low", "float64", "1", "2.5 % quantile of the bootstrap over split groups", True),
        Column("high", "float64", "1", "97.5 % quantile of the bootstrap over split groups", True),
        Column("n", "int64", "", "recordings that it rests on", minimum=0),
        Column("n_groups", "int64", "", "split groups that it rests on", minimum=0),
    ),
)

#: The tables, in the order of their making.
FAULT_TABLES = (FAULT_PREDICTIONS, FAULT_PROBABILITIES, FAULT_DRIVERS, FAULT_SEVERITIES, FAULT_ACCURACY)
