"""What the ``evaluate`` stage leaves: tables, metrics for ``dvc metrics show``, curves for ``dvc plots show``.

Metrics keep the figures that are compared between experiments; the full table, with intervals and
trivial rows, is ``evaluation.parquet``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.io.plain_text import write_json
from diagmod.io.schemas import EVALUATION, STATES
from diagmod.io.tables import empty_table, write_table
from diagmod.models.anomaly import FEATURE_SETS
from diagmod.models.evaluation import Judged, evaluate, precision_recall, recording_scores
from diagmod.models.states import DerivedStates
from diagmod.models.verdict_evaluation import CHANGE, DIAGNOSIS, WORDS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

#: Decimals of the metrics file and the curves: more than any of them deserves, few enough to compare by eye.
DECIMALS = 4

#: Rows of the metrics file: model to its figures. The rest is in the table ``evaluation``.
METRICS = {
    "isolation_forest": ("auroc", "average_precision", "precision", "recall", "f1", "false_alarm_rate"),
    DIAGNOSIS: ("precision", "recall", "f1", "false_alarm_rate"),
    CHANGE: ("precision", "recall", "f1", "false_alarm_rate"),
    "flag_all": ("f1", "precision"),
}

#: Pairings of the metrics file: a truth and the level it is a truth of.
METRICS_CASES = (("recording_label", "recording"), ("derived_state", "segment"))


@dataclass(frozen=True)
class EvaluationTables:
    """The judged pairings and the tables made of them."""

    judged: list[Judged]
    figures: pd.DataFrame
    curves: pd.DataFrame
    scores: pd.DataFrame

    @classmethod
    def of(
        cls, judged: list[Judged], scores: pd.DataFrame, catalogue: pd.DataFrame, *, n_bootstrap: int, seed: int
    ) -> EvaluationTables:
        """Compute all tables; without anything to judge they are empty."""
        figures = evaluate(judged, n_bootstrap=n_bootstrap, seed=seed) if judged else empty_table(EVALUATION)
        return cls(judged, figures, precision_recall(judged), _scores_in_order(scores, catalogue))

    def in_words(self) -> str:
        """The main finding for every truth, in one sentence each."""
        figures, said = self.figures, []
        for case in self.judged:
            is_own = (figures["truth"] == case.truth) & (figures["level"] == case.level)
            is_own &= (figures["model"] == case.model) & (figures["feature_set"] == case.feature_set)
            own = {row["figure"]: row for row in figures[is_own].to_dict("records")}
            said.append(f"{_WORDS[case.truth, case.level]}, {_in_words(case, own)}")
        return "\n".join(f"- We see {text}." for text in said) or "There is no label, so nothing can be evaluated."

    def summary_rows(self) -> pd.DataFrame:
        """AUROC, average precision, recall, false-alarm rate and F1 of every model and trivial row."""
        names = ["auroc", "average_precision", "precision", "recall", "false_alarm_rate", "f1"]
        keys = ["truth", "level", "model", "feature_set", "n", "n_positive"]
        order = self.figures[keys].drop_duplicates()
        wide = self.figures.pivot_table(index=keys, columns="figure", values="value", dropna=False, observed=True)
        return order.merge(wide.reindex(columns=names).reset_index(), on=keys, how="left")

    def metrics(self) -> dict[str, Any]:
        """Nested mapping truth, feature set or trivial row, figure; undefined figures are left out."""
        tree: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
        for row in self.figures.to_dict("records"):
            is_kept = (row["truth"], row["level"]) in METRICS_CASES and row["figure"] in METRICS.get(row["model"], ())
            if is_kept and np.isfinite(row["value"]):
                name = row["feature_set"] or row["model"]
                tree[row["truth"]][name][row["figure"]] = round(row["value"], DECIMALS)
        return {case: {name: dict(figures) for name, figures in rows.items()} for case, rows in tree.items()}


def _in_words(case: Judged, own: Mapping[Hashable, Mapping[Hashable, Any]]) -> str:
    flagged = f"recall {_interval(own['recall'])}, false-alarm rate {_interval(own['false_alarm_rate'])}"
    if not case.is_scored:
        return f"by {WORDS[case.model]}: {flagged}, precision {_interval(own['precision'])}"
    return (
        f"features {case.feature_set.replace('_', ' ')}: AUROC {_interval(own['auroc'])}; at the threshold {flagged}; "
        f"average precision {_number(own['average_precision']['value'])} against {case.positive.mean():.2f} for chance"
    )


def _interval(row: Mapping[Hashable, Any]) -> str:
    if not np.isfinite(row["value"]):
        return _number(row["value"])
    if not np.isfinite(row["low"]):
        return f"{row['value']:.2f} (no interval)"
    return f"{row['value']:.2f} ({row['low']:.2f} to {row['high']:.2f})"


def _number(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "undefined"


#: What is judged against what, in words.
_WORDS = {
    ("recording_label", "recording"): "recordings against their label",
    ("recording_label", "segment"): "segments against the label of their recording",
    ("derived_state", "segment"): "segments against their derived state",
}


def write_evaluation(tables: EvaluationTables, derived: DerivedStates, folder: Path, lineage: dict[str, Any]) -> None:
    """Write ``data/processed/evaluation``.

    Parameters
    ----------
    tables : EvaluationTables
    derived : DerivedStates
        States of segments, or why there are none.
    folder : Path
    lineage : dict
    """
    folder.mkdir(parents=True, exist_ok=True)
    reason = "" if tables.judged else tables.in_words()
    write_table(tables.figures, EVALUATION, folder / "evaluation.parquet", lineage, reason=reason)
    states = empty_table(STATES) if derived.states is None else derived.states
    write_table(states, STATES, folder / "segment_states.parquet", lineage, reason=derived.reason)


def write_metrics(tables: EvaluationTables, path: Path) -> None:
    """Write the metrics JSON."""
    write_json(tables.metrics(), path)


def write_curves(tables: EvaluationTables, folder: Path) -> None:
    """Write the CSV files behind the plots: scores, and a precision-recall curve a feature set.

    The curve is that of the sharpest truth the data set has: the derived state of segments, else the
    label of recordings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables.scores.round(DECIMALS).to_csv(folder / "scores.csv", index=False, lineterminator="\n")
    truths = set(tables.curves["truth"])
    truth, level = next((case for case in reversed(METRICS_CASES) if case[0] in truths), METRICS_CASES[0])
    of_truth = tables.curves[(tables.curves["truth"] == truth) & (tables.curves["level"] == level)]
    for feature_set in FEATURE_SETS:
        curve = of_truth.loc[of_truth["feature_set"] == feature_set, ["recall", "precision", "truth"]]
        path = folder / f"precision_recall_{feature_set}.csv"
        curve.round(DECIMALS).to_csv(path, index=False, lineterminator="\n")


def _scores_in_order(scores: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Mean score of every recording, numbered in order of time or, without times, of the catalogue."""
    whole = recording_scores(scores[scores["feature_set"] == "all"])[["recording_id", "score"]]
    joined = (
        catalogue[["recording_id", "motor_id", "condition", "started_at"]]
        .merge(whole, on="recording_id")
        .dropna(subset="score")
    )
    ordered = joined.sort_values(["started_at"], kind="stable", na_position="first", ignore_index=True)
    ordered.insert(0, "recording", np.arange(1, len(ordered) + 1))
    return ordered[["recording", "score", "motor_id", "condition"]]
