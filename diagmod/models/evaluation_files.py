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
import pandas as pd

from diagmod.io.plain_text import write_json
from diagmod.io.schemas import EVALUATION, STATES
from diagmod.io.tables import empty_table, write_table
from diagmod.models.anomaly import recommended_scores
from diagmod.models.evaluation import TRIVIAL, Judged, evaluate, precision_recall
from diagmod.models.health_evaluation import MODELS as HEALTH_ROWS
from diagmod.models.model_rows import FEATURE_SETS
from diagmod.models.states import DerivedStates
from diagmod.models.verdict_evaluation import CHANGE, DIAGNOSIS, WORDS

if TYPE_CHECKING:
    from pathlib import Path


#: Decimals of the metrics file and the curves: more than any of them deserves, few enough to compare by eye.
DECIMALS = 4

#: Models that are no fitted ones and stand in the metrics file as well; of fitted ones the recommended do.
METRICS_MODELS = (DIAGNOSIS, CHANGE, *HEALTH_ROWS, "flag_all")

#: Branches of the metrics file: what they are called by the truth and the level it is a truth of.
METRICS_CASES = {
    ("recording_label", "recording"): "recording_label",
    ("recording_label", "strangest_segments"): "strangest_segments",
    ("derived_state", "segment"): "derived_state",
}

#: Figures of the metrics file for flagging everything: the rest follows from them.
_OF_FLAG_ALL = ("f1", "precision")


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
        """The main finding for every truth, in one sentence each; of fitted models the recommended ones are told."""
        told = [case for case in self.judged if case.is_recommended or not case.is_scored]
        said = [f"{_WORDS[case.truth, case.level]}, {_in_words(case, self._figures_of(case))}" for case in told]
        return "\n".join(f"- We see {text}." for text in said) or "There is no label, so nothing can be evaluated."

    def _figures_of(self, case: Judged) -> dict[Hashable, Mapping[Hashable, Any]]:
        own = self.figures
        for name in ("truth", "level", "feature_set", "model", "baseline", "split"):
            own = own[own[name] == getattr(case, name)]
        return {row["figure"]: row for row in own.to_dict("records")}

    def used(self) -> pd.DataFrame:
        """Figures of the recommended models, of rules, and of the rows that need no learning."""
        keys = ["truth", "level", "feature_set", "model", "baseline", "split"]
        shown = [c for c in self.judged if c.is_recommended or not c.is_scored or c.model in METRICS_MODELS]
        own = {tuple(getattr(c, k) for k in keys) for c in shown}
        is_own = pd.Series([row in own for row in self.figures[keys].itertuples(index=False, name=None)], dtype=bool)
        return self.figures[is_own | self.figures["model"].isin(TRIVIAL)].reset_index(drop=True)

    def methods(self) -> pd.DataFrame:
        """AUROC of every method and baseline for recordings against their label, the best first."""
        rows = self.figures[(self.figures["figure"] == "auroc") & (self.figures["truth"] == "recording_label")]
        rows = rows[rows["level"].isin(["recording", "strangest_segments"]) & rows["value"].notna()]
        kept = ["level", "split", "model", "baseline", "feature_set", "value", "low", "high", "n", "n_positive"]
        return rows[kept].sort_values(["level", "value"], ascending=[True, False], kind="stable", ignore_index=True)

    def shown_curves(self) -> pd.DataFrame:
        """Precision over recall of the recommended models."""
        own = [_curve_of(self.curves, case) for case in self.judged if case.is_recommended]
        return pd.concat(own, ignore_index=True) if own else self.curves[:0]

    def summary_rows(self) -> pd.DataFrame:
        """AUROC, average precision, recall, false-alarm rate and F1 of the models in use and of trivial rows."""
        figures = self.used()
        names = ["auroc", "average_precision", "precision", "recall", "false_alarm_rate", "f1"]
        keys = ["truth", "level", "split", "model", "baseline", "feature_set", "n", "n_positive"]
        order = figures[keys].drop_duplicates()
        wide = figures.pivot_table(index=keys, columns="figure", values="value", dropna=False, observed=True)
        return order.merge(wide.reindex(columns=names).reset_index(), on=keys, how="left")

    def metrics(self) -> dict[str, Any]:
        """Nested mapping truth, feature set or model, figure; undefined figures are left out."""
        recommended = {(c.truth, c.level, c.feature_set, c.model, c.baseline) for c in self.judged if c.is_recommended}
        tree: dict[str, Any] = defaultdict(lambda: defaultdict(dict))
        for row in self.figures.to_dict("records"):
            case = METRICS_CASES.get((row["truth"], row["level"]))
            key = tuple(row[name] for name in ("truth", "level", "feature_set", "model", "baseline"))
            is_kept = key in recommended or row["model"] in METRICS_MODELS
            is_kept &= row["model"] != "flag_all" or row["figure"] in _OF_FLAG_ALL
            if case and is_kept and row["split"] in _METRICS_SPLITS and np.isfinite(row["value"]):
                name = row["model"] if row["model"] in METRICS_MODELS else row["feature_set"] or row["model"]
                tree[case][name][row["figure"]] = round(row["value"], DECIMALS)
        return {case: {name: dict(figures) for name, figures in rows.items()} for case, rows in tree.items()}


#: Splits of the metrics file.
_METRICS_SPLITS = ("leave_group_out", "none")


def _in_words(case: Judged, own: Mapping[Hashable, Mapping[Hashable, Any]]) -> str:
    flagged = f"recall {_interval(own['recall'])}, false-alarm rate {_interval(own['false_alarm_rate'])}"
    if not case.is_scored:
        by = WORDS.get(case.model, case.model.replace("_", " "))
        return f"by {by}: {flagged}, precision {_interval(own['precision'])}"
    by = " ".join(part for part in (case.model, case.baseline) if part).replace("_", " ")
    features = f", features {case.feature_set.replace('_', ' ')}" if case.feature_set else ""
    return (
        f"by {by}{features}: AUROC {_interval(own['auroc'])}; at the threshold {flagged}; "
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
    ("recording_label", "strangest_segments"): "recordings, by their strangest segments, against their label",
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

    The curve is that of the recommended model for the sharpest truth the data set has: the derived state of segments,
    else the label of recordings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables.scores.round(DECIMALS).to_csv(folder / "scores.csv", index=False, lineterminator="\n")
    recommended = [case for case in tables.judged if case.is_recommended and case.feature_set]
    for feature_set in FEATURE_SETS:
        of_set = {(case.truth, case.level): case for case in recommended if case.feature_set == feature_set}
        case = of_set.get(("derived_state", "segment")) or of_set.get(("recording_label", "recording"))
        curve = tables.curves if case is None else _curve_of(tables.curves, case)
        path = folder / f"precision_recall_{feature_set}.csv"
        rows = curve[["recall", "precision", "truth"]][: 0 if case is None else len(curve)]
        rows.round(DECIMALS).to_csv(path, index=False, lineterminator="\n")


def _curve_of(curves: pd.DataFrame, case: Judged) -> pd.DataFrame:
    for name in ("truth", "level", "feature_set", "model", "baseline", "split"):
        curves = curves[curves[name] == getattr(case, name)]
    return curves


def _scores_in_order(scores: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """Score of every recording by the recommended model, in order of time or, without times, of the catalogue."""
    by_recording = recommended_scores(scores, "recording")
    whole = by_recording if len(by_recording) else recommended_scores(scores, "strangest_segments")
    joined = (
        catalogue[["recording_id", "motor_id", "condition", "started_at"]]
        .merge(whole[["recording_id", "score"]], on="recording_id")
        .dropna(subset="score")
    )
    ordered = joined.sort_values(["started_at"], kind="stable", na_position="first", ignore_index=True)
    ordered.insert(0, "recording", np.arange(1, len(ordered) + 1))
    return ordered[["recording", "score", "motor_id", "condition"]]
