"""Tables of the stage train_regimes: a row a regime, a row a segment, a row a view."""

from __future__ import annotations

from diagmod.io.regime_files import KINDS, VIEW_OF
from diagmod.io.schemas import Column, TableSchema

#: Whether a cluster may be called a regime.
STANDINGS = ("regime", "one_motor", "unstable")

#: Where the label of a segment comes from.
SOURCES = ("reviewed", "spread", "none")

_VIEW = Column("view", "str", "", "operation or shape", allowed=tuple(VIEW_OF.values()))
_LABEL = Column("label", "str", "", "defect, way of running or healthy; empty for none")

REGIMES = TableSchema(
    "regimes",
    1,
    (
        _VIEW,
        Column("regime", "str", "", "id, the same after a retraining where the reviewed file knows it"),
        Column("standing", "str", "", "regime, one_motor (it is that motor), or unstable", allowed=STANDINGS),
        Column("n_segments", "int64", "", "segments in it, of all", minimum=0),
        Column("n_recordings", "int64", "", "recordings they come from", minimum=0),
        Column("n_motors", "int64", "", "motors they come from", minimum=0),
        Column("largest_motor", "str", "", "motor with the most of its segments"),
        Column("largest_motor_share", "float64", "1", "share of that motor", minimum=0.0),
        Column("stability", "float64", "1", "mean overlap with its like when split groups are left out", True),
        _LABEL,
        Column("kind", "str", "", "defect, operation or healthy; empty without a label", allowed=("", *KINDS)),
        Column("reviewed_by", "str", "", "who gave the label; empty for nobody"),
        Column("match_distance", "float64", "1", "spreads from the reviewed regime of that id; missing if new", True),
        Column(
            "main_condition", "str", "", "most frequent labelled condition of its recordings, never used to find it"
        ),
        Column("main_condition_share", "float64", "1", "its share of the labelled segments", True),
        Column("current_share", "float64", "1", "median current over rated", True),
        Column("load_share", "float64", "1", "median load over rated", True),
        Column("slip_of_rated", "float64", "1", "median slip over rated slip", True),
        Column("typical", "str", "", "what is typical of it, in words"),
        Column("centroid", "str", "", "JSON: middle, usual value and spread of every figure, in its unit"),
    ),
)

REGIME_SEGMENTS = TableSchema(
    "regime_segments",
    1,
    (
        _VIEW,
        Column("recording_id", "str", "", "first 16 digits of the SHA-256 of the recording's file"),
        Column("motor_id", "str", "", "motor of the register"),
        Column("split_group", "str", "", "what must stay on one side of a split"),
        Column("segment", "int64", "", "number of the segment in its recording", minimum=0),
        Column("regime", "str", "", "id of its regime; empty for noise and for what could not be placed"),
        Column("strength", "float64", "1", "how deep in the regime, 0 to 1; missing where it was not placed", True),
        _LABEL,
        Column("label_source", "str", "", "reviewed, spread or none", allowed=SOURCES),
        Column("confidence", "float64", "1", "share of the asked neighbours that agree; missing for none", True),
        Column("x", "float64", "1", "place in the picture; missing where it is not in it", True),
        Column("y", "float64", "1", "the other coordinate", True),
    ),
)

REGIME_VIEWS = TableSchema(
    "regime_views",
    1,
    (
        _VIEW,
        Column("n_segments", "int64", "", "segments that could be placed", minimum=0),
        Column("n_drawn", "int64", "", "of these, those that were clustered", minimum=0),
        Column("n_regimes", "int64", "", "clusters found", minimum=0),
        Column("noise_share", "float64", "1", "share of the placed segments in no regime", True),
        Column("n_components", "int64", "", "main directions", minimum=0),
        Column("kept_share", "float64", "1", "share of the variance that they keep", True),
        Column("rand", "float64", "1", "adjusted Rand index, mean over retrainings without some split groups", True),
        Column("rand_low", "float64", "1", "lower bound of the interval that holds 95 % of them", True),
        Column("rand_high", "float64", "1", "upper bound", True),
        Column("n_retrainings", "int64", "", "retrainings", minimum=0),
        Column("motor_agreement", "float64", "1", "how far clusters are motors, 0 by chance to 1", True),
        Column("motor_agreement_raw", "float64", "1", "the same without taking the motor's own level away", True),
        Column("condition_agreement", "float64", "1", "how far clusters are labelled conditions; only told", True),
        Column("reviewed_share", "float64", "1", "share of all segments with a reviewed label"),
        Column("spread_share", "float64", "1", "share with a label that spread"),
        Column("unlabelled_share", "float64", "1", "share without a label"),
        Column("spread_right", "float64", "1", "share of the labels spread to hidden split groups that is right", True),
        Column("spread_told", "float64", "1", "share of the hidden segments that took a label", True),
        Column("spread_of", "str", "", "what spread there: label, or regime where no label is reviewed yet"),
        Column("vanished", "str", "", "reviewed ids that were not found again, separated by commas; empty for none"),
        Column("left_out", "str", "", "figures that most segments do not know, not used; empty for none"),
        Column("picture", "str", "", "how the picture was drawn, and why not otherwise"),
        Column("reason", "str", "", "why there are no regimes; empty where there are"),
    ),
)  # fmt: skip

#: All tables of regimes.
REGIME_TABLES = (REGIMES, REGIME_SEGMENTS, REGIME_VIEWS)
