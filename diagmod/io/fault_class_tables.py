"""Tables of the classifier of faults: what every recording was taken for, how often that was right, and of what."""

from __future__ import annotations

from diagmod.io.schemas import Column, TableSchema

#: Sets of features that a classifier is given; "none" is that of the trivial rows.
FEATURE_SETS = ("negative_sequence", "phasors", "all", "none")

#: The learned classifier and, beside it, what needs no learning or learns from labels that mean nothing.
CLASSIFIERS = ("linear", "shuffled_labels", "majority", "chance")

_KIND = (
    Column("feature_set", "str", "", "features it was given", allowed=FEATURE_SETS),
    Column("model", "str", "", "linear, or a trivial row", allowed=CLASSIFIERS),
)

FAULT_CLASSES = TableSchema(
    "fault_classes",
    1,
    (
        *_KIND,
        Column("recording_id", "str", "", "recording, judged by a classifier that never saw its split group"),
        Column("file", "str", "", "file in the data set"),
        Column("split_group", "str", "", "what was held out"),
        Column("true_class", "str", "", "class of the label: condition, phase, share of the turns"),
        Column("predicted_class", "str", "", "class it was taken for"),
        Column("n_windows", "int64", "", "windows chosen without its label", minimum=1),
        Column("n_right", "int64", "", "of them, windows of the right class", minimum=0),
        Column("is_doubtful", "bool", "", "whether the audit of labels doubts its label"),
    ),
)

CLASS_ACCURACY = TableSchema(
    "class_accuracy",
    1,
    (
        *_KIND,
        Column("recordings", "str", "", "recordings that count", allowed=("all", "without_doubtful")),
        Column("level", "str", "", "what is counted: recording or window", allowed=("recording", "window")),
        Column("n", "int64", "", "recordings or windows counted", minimum=1),
        Column("n_right", "int64", "", "of them, right", minimum=0),
        Column("accuracy", "float64", "1", "share that is right"),
        Column("low", "float64", "1", "lower bound of its 95 % interval (Wilson; a recording's windows count as one)"),
        Column("high", "float64", "1", "upper bound"),
    ),
)

CLASS_RECALL = TableSchema(
    "class_recall",
    1,
    (
        *_KIND,
        Column("true_class", "str", "", "class of the label"),
        Column("n", "int64", "", "recordings of the class", minimum=1),
        Column("n_right", "int64", "", "of them, taken for it", minimum=0),
        Column("n_doubtful", "int64", "", "of them, with a label that the audit doubts", minimum=0),
        Column("n_windows", "int64", "", "windows of these recordings", minimum=1),
        Column("n_windows_right", "int64", "", "of them, taken for the class", minimum=0),
        Column("n_predicted", "int64", "", "recordings of any class taken for it", minimum=0),
        Column("taken_for", "str", "", "other classes its recordings were taken for; empty where none"),
    ),
)

#: The three tables, in the order of their making.
CLASS_TABLES = (FAULT_CLASSES, CLASS_ACCURACY, CLASS_RECALL)
