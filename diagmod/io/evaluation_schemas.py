"""Tables that say how far a model can be trusted: sides of a split, calibration, alarms, severities, strata, drift."""

from __future__ import annotations

from diagmod.io.schemas import TIME, Column, TableSchema

_SPLIT = Column("split", "str", "", "split that made the figures, as leave_group_out")
_MODEL = Column("model", "str", "", "model or trivial row")
_RULE = Column("rule", "str", "", "when flags become an alarm, as 2 of 3: two of the last three recordings")
_FAULT = Column("condition", "str", "", "labelled fault; empty for all")
_N = Column("n", "int64", "", "recordings that it rests on", minimum=0)
_N_GROUPS = Column("n_groups", "int64", "", "split groups that it rests on", minimum=0)
_MOTOR_ID = Column("motor_id", "str", "", "motor of the register")


def _interval(of: str, unit: str = "1", suffix: str = "") -> tuple[Column, Column]:
    """Both ends of a 95 % interval."""
    return (
        Column(f"low{suffix}", "float64", unit, f"lower end of the 95 % interval of {of}", True),
        Column(f"high{suffix}", "float64", unit, f"upper end of the 95 % interval of {of}", True),
    )


SPLIT_SIDES = TableSchema(
    "split_sides",
    1,
    (
        _SPLIT,
        Column("fold", "int64", "", "number of the split within its plan", minimum=0),
        Column("held_out", "str", "", "what is held out, in words"),
        Column("n_train", "int64", "", "rows that teach", minimum=1),
        Column("n_judged", "int64", "", "rows that are judged", minimum=1),
        Column("n_left_out", "int64", "", "rows on neither side of this split", minimum=0),
        Column("n_unknown", "int64", "", "of them, rows that lack what is split by", minimum=0),
        Column("n_train_groups", "int64", "", "groups that teach", minimum=1),
        Column("n_judged_groups", "int64", "", "groups that are judged", minimum=1),
    ),
)

#: Figures of a stated probability.
CALIBRATION_FIGURES = (
    "brier", "brier_of_shares", "ece_top_label", "ece_top_label_debiased", "ece_by_chance", "ece_class_wise",
    "ece_of_class",
)  # fmt: skip

CALIBRATION = TableSchema(
    "calibration",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("condition", "str", "", "condition whose probability is judged; empty for all"),
        Column("figure", "str", "", "what is measured", allowed=CALIBRATION_FIGURES),
        Column("n_bins", "int64", "", "bins with about equally many recordings; 0 where there are none", minimum=0),
        Column("value", "float64", "1", "the figure", True),
        *_interval("the value, from the bootstrap over split groups"),
        _N,
        _N_GROUPS,
    ),
)

RELIABILITY = TableSchema(
    "reliability",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("condition", "str", "", "condition whose probability is judged; empty for the most probable one"),
        Column("bin", "int64", "", "number of the bin, by rising probability", minimum=0),
        Column("stated", "float64", "1", "mean stated probability"),
        Column("observed", "float64", "1", "share of recordings of which it is true"),
        *_interval("the share, recordings taken as independent (Wilson)", suffix="_wilson"),
        *_interval("the share, from the bootstrap over split groups"),
        _N,
        _N_GROUPS,
    ),
)

ALARM_RATES = TableSchema(
    "alarm_rates",
    1,
    (
        _SPLIT,
        _MODEL,
        _RULE,
        Column("n", "int64", "", "healthy recordings with a time", minimum=0),
        Column("n_motors", "int64", "", "motors they come from", minimum=0),
        Column("n_undated", "int64", "", "healthy recordings left out because their time is not known", minimum=0),
        Column("n_false", "int64", "", "of the dated, recordings in alarm", minimum=0),
        Column("n_new", "int64", "", "of them, alarms that were not on at the recording before", minimum=0),
        Column("cadence_days", "float64", "d", "median time between recordings of a motor", True),
        Column("motor_months", "float64", "month", "time that healthy motors were watched, of 30.44 days"),
        Column("per_motor_month", "float64", "1/month", "false alarms per motor and month at that cadence", True),
        *_interval("that rate, from the bootstrap over split groups", "1/month"),
        *_interval("that rate, alarms taken as independent (Poisson)", "1/month", "_poisson"),
        Column("false_alarm_share", "float64", "1", "share of healthy recordings in alarm", True),
        Column("per_month_if_daily", "float64", "1/month", "that share times 30.44: one recording a day", True),
        *_interval("that rate, from the bootstrap over split groups", "1/month", "_if_daily"),
    ),
)

DETECTION_DELAYS = TableSchema(
    "detection_delays",
    1,
    (
        _SPLIT,
        _MODEL,
        _RULE,
        _MOTOR_ID,
        Column("split_group", "str", "", "what must stay on one side of a split"),
        Column("condition", "str", "", "labelled fault"),
        Column("onset_at", TIME, "", "first recording with the fault"),
        Column("is_onset_seen", "bool", "", "a recording without the fault came before; else the onset is earlier"),
        Column("is_found", "bool", "", "there was an alarm before the recordings of the fault ended"),
        Column("alarm_at", TIME, "", "first recording in alarm from the onset on; missing where never found", True),
        Column("days", "float64", "d", "onset to alarm; where never found, onset to the last recording", minimum=0.0),
        Column("severity", "float64", "1", "labelled severity at that recording", True),
        Column("n", "int64", "", "recordings with the fault", minimum=1),
    ),
)

DETECTION_DELAY_FIGURES = TableSchema(
    "detection_delay_figures",
    1,
    (
        _SPLIT,
        _MODEL,
        _RULE,
        _FAULT,
        Column("n_faults", "int64", "", "faults that developed", minimum=1),
        Column("n_found", "int64", "", "of them, found", minimum=0),
        Column("n_onset_unseen", "int64", "", "of them, there from the first recording on", minimum=0),
        Column("share_found", "float64", "1", "share that was found"),
        *_interval("the share (Wilson)", suffix="_found"),
        Column("median_days", "float64", "d", "delay by which half are found (Kaplan-Meier); missing if never", True),
        *_interval("the median, from the bootstrap over split groups; no upper end where half may never be found", "d"),
    ),
)

DETECTION_DELAY_CURVES = TableSchema(
    "detection_delay_curves",
    1,
    (
        _SPLIT,
        _MODEL,
        _RULE,
        _FAULT,
        Column("days", "float64", "d", "time since the onset", minimum=0.0),
        Column("share_found", "float64", "1", "share found by then (Kaplan-Meier)"),
        *_interval("the share, from the bootstrap over split groups"),
        Column("n_watched", "int64", "", "faults neither found nor out of sight just before", minimum=0),
    ),
)

MINIMUM_SEVERITY = TableSchema(
    "minimum_severity",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("condition", "str", "", "labelled fault"),
        Column("target_recall", "float64", "1", "recall asked for", above=0.0),
        Column("severity", "float64", "1", "smallest severity from which on it is reached; missing if none", True),
        *_interval("the severity, from the bootstrap over split groups; missing end: beyond the recorded ones"),
        Column("share_reached", "float64", "1", "share of bootstrap draws that reach the recall at any severity", True),
        Column("n_above", "int64", "", "recordings at or above it", minimum=0),
        Column("n_motors_above", "int64", "", "split groups they come from", minimum=0),
        Column("recall_above", "float64", "1", "recall at or above it", True),
        *_interval("that recall (bootstrap over split groups, or Wilson)", suffix="_above"),
        Column("n_near", "int64", "", "of them, the fifth nearest to it", minimum=0),
        Column("recall_near", "float64", "1", "recall of these, which strong faults do not flatter", True),
        Column("n_below", "int64", "", "recordings with the fault below it, all where there is none", minimum=0),
        Column("recall_below", "float64", "1", "recall of these", True),
        Column("checked_recall", "float64", "1", "mean recall at or above a severity chosen on other groups", True),
        *_interval("it: over the random halves of the groups", suffix="_checked"),
        Column("n_halves", "int64", "", "halves of the groups that gave a severity to be checked", minimum=0),
        Column("sentence", "str", "", "the same in one sentence"),
    ),
)

RECALL_OVER_SEVERITY = TableSchema(
    "recall_over_severity",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("condition", "str", "", "labelled fault"),
        Column("severity", "float64", "1", "labelled severity from which on recordings count"),
        Column("recall", "float64", "1", "recall at or above it"),
        *_interval("the recall, from the bootstrap over split groups"),
        _N,
        _N_GROUPS,
    ),
)

#: What figures are split up by.
STRATA_KINDS = ("motor", "load", "severity", "acquisition", "quality", "fault")

STRATA = TableSchema(
    "evaluation_strata",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("kind", "str", "", "what is split up by", allowed=STRATA_KINDS),
        Column("stratum", "str", "", "motor, band, third, state or fault"),
        Column("figure", "str", "", "recall, false_alarm_share, auroc or average_precision"),
        Column("value", "float64", "1", "the figure; missing where it is not defined", True),
        *_interval("the value; without one where it is not defined"),
        Column("interval", "str", "", "groups (bootstrap) or wilson", allowed=("groups", "wilson", "none")),
        Column("n", "int64", "", "recordings that are counted: faulty, healthy or both", minimum=0),
        Column("n_positive", "int64", "", "of them, faulty", minimum=0),
        _N_GROUPS,
        Column("is_small", "bool", "", "too few recordings or groups for a conclusion"),
    ),
)

#: What is looked at for drift.
DRIFT_KINDS = ("feature", "score", "alarm", "calibration")

DRIFT = TableSchema(
    "drift",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("kind", "str", "", "feature, score, alarm, or calibration (stated less observed)", allowed=DRIFT_KINDS),
        Column("name", "str", "", "feature or figure"),
        Column("psi", "float64", "1", "population stability index of the later recordings against the earlier"),
        Column("psi_by_chance", "float64", "1", "its mean where nothing changed, by permutation"),
        Column("psi_limit", "float64", "1", "what it exceeds by chance with the stated probability"),
        Column("js_distance", "float64", "1", "Jensen-Shannon distance (base 2), 0 to 1"),
        Column("js_limit", "float64", "1", "what it exceeds by chance with the stated probability"),
        Column("shift", "float64", "1", "change of the mean, in spreads (alarm and calibration: as shares)"),
        Column("p_value", "float64", "1", "chance of as much where nothing changed, for this column alone"),
        Column("p_adjusted", "float64", "1", "chance of as much in any of the columns of its kind"),
        Column("is_moved", "bool", "", "p_adjusted is at most the stated probability"),
        Column("n_reference", "int64", "", "earlier recordings", minimum=0),
        Column("n_later", "int64", "", "later recordings", minimum=0),
    ),
)

#: What drift asks for, from nothing to a new training; too few recordings cannot tell.
DRIFT_VERDICTS = ("none", "watch", "retrain", "cannot_tell")

DRIFT_VERDICT = TableSchema(
    "drift_verdict",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("verdict", "str", "", "none, watch, retrain or cannot_tell", allowed=DRIFT_VERDICTS),
        Column("reason", "str", "", "why, in one sentence"),
        Column("n_features", "int64", "", "features compared", minimum=0),
        Column("n_moved", "int64", "", "of them, moved", minimum=0),
        Column("moved", "str", "", "the moved ones, the clearest first; empty for none"),
        Column("false_alarm_share", "float64", "1", "how often a kind of column is called moved where nothing changed"),
    ),
)

DRIFT_STREAMS = TableSchema(
    "drift_streams",
    1,
    (
        _SPLIT,
        _MODEL,
        Column("name", "str", "", "score or feature that was watched"),
        _MOTOR_ID,
        Column("n", "int64", "", "recordings in order of time", minimum=0),
        Column("is_judged", "bool", "", "there are enough recordings to know the usual spread"),
        Column("is_changed", "bool", "", "Page-Hinkley found a change of the mean"),
        Column("changed_at", TIME, "", "recording at which it was found; missing for none", True),
        Column("change", "float64", "1", "mean from there on less the usual, in usual spreads; missing for none", True),
    ),
)

#: The tables, in the order of their making.
EVALUATION_TABLES = (
    SPLIT_SIDES, CALIBRATION, RELIABILITY, ALARM_RATES, DETECTION_DELAYS, DETECTION_DELAY_FIGURES,
    DETECTION_DELAY_CURVES, MINIMUM_SEVERITY, RECALL_OVER_SEVERITY, STRATA, DRIFT, DRIFT_VERDICT, DRIFT_STREAMS,
)  # fmt: skip
