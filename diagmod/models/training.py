"""From feature tables to stored anomaly models and held-out scores, or to the reason why there are none.

A data set may be too small to train on. That is a finding, not a failure: the stage then writes empty tables with the
reason and the pipeline goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.anomaly_files import ANOMALY_DRIVERS, ANOMALY_SCORES
from diagmod.io.embedding_files import WEIGHTS
from diagmod.io.model_files import write_no_model
from diagmod.io.tables import conform, empty_table
from diagmod.models.anomaly import OnProgress, drivers_held_out, recommended_scores, score_held_out
from diagmod.models.anomaly_scorer import FEWEST_ROWS, AnomalyScorer, fit_scorers
from diagmod.models.detectors.stored import ESTIMATORS, MORE, write_detector
from diagmod.models.driver_lines import with_lines
from diagmod.models.model_rows import LEVELS, ModelRows
from diagmod.models.own_baseline import OwnBaseline, tamed
from diagmod.models.reference import Reference, stored_baseline
from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.models.anomaly_settings import AnomalySettings

#: Family of the model of every level.
FAMILIES = {"recording": "anomaly", "segment": "anomaly_segments"}

#: What the models say, for their cards.
SAYS = (
    "scores say how far a {level} lies from what is usual for its motor at its load, or for the fleet where the motor "
    "is new; not which fault it has"
)


@dataclass(frozen=True)
class TrainedModel:
    """The model of one level, fitted to all rows believed healthy, and those rows."""

    scorer: AnomalyScorer
    reference: Reference


@dataclass(frozen=True)
class TrainedAnomaly:
    """Held-out scores and drivers, the models fitted to everything, or the reason why all are missing."""

    scores: pd.DataFrame
    drivers: pd.DataFrame
    models: dict[str, TrainedModel]
    settings: AnomalySettings
    reason: str = ""
    left_out: dict[str, str] = field(default_factory=dict)

    def in_words(self) -> str:
        """What was trained and flagged, in a sentence or two."""
        if not self.models:
            return f"Nothing was trained: {self.reason}."
        said = [self._of_level(level) for level in self.models]
        return " ".join(said + [f"No model of {level}s: {reason}." for level, reason in self.left_out.items()])

    def _of_level(self, level: str) -> str:
        rows = self.recommended(level)
        return (
            f"We see {rows['is_anomaly'].sum()} of {rows['score'].notna().sum()} scored {level}s flagged by "
            f"{self.settings.detector.replace('_', ' ')} with baseline {self.settings.baseline}, each by a model that "
            f"never saw its split group ({rows['fold'].nunique()} folds, "
            f"{len(self.models[level].scorer.expected.names)} figures); {rows['score'].isna().sum()} could not be "
            "scored, because too little of them is known."
        )

    def recommended(self, level: str) -> pd.DataFrame:
        """Scores of one level by the recommended method, baseline and all figures."""
        return recommended_scores(self.scores, level)

    def write(self, folder: Path, level: str, lineage: dict[str, Any]) -> None:
        """Write the model of a level into its folder, or the reason why there is none."""
        model = self.models.get(level)
        if model is None:
            for name in (ESTIMATORS, WEIGHTS, MORE):
                (folder / name).unlink(missing_ok=True)
            write_no_model(folder, {"reason": self.left_out.get(level, self.reason), "lineage": lineage})
            return
        arrays, facts = stored_baseline(model.scorer.expected, model.reference)
        about = {
            "model_type": self.settings.detector,
            "features": list(model.scorer.expected.names),
            "says": SAYS.format(level=level),
            "level": level,
            "threshold": model.scorer.scale.threshold,
            "groups": list(self.settings.groups),
            "alarm_share_pct": self.settings.alarm_share_pct,
            "believed_healthy": self.settings.believed_healthy,
            "lineage": lineage,
        }
        arrays["healthy_scores"] = model.scorer.scale.healthy
        if model.scorer.whole is not None:
            arrays["healthy_scores_whole"] = model.scorer.whole.healthy
            about["threshold_whole"] = model.scorer.whole.threshold
        write_detector(folder, model.scorer.detector, {**about, **facts}, arrays)


def train_anomaly(
    levels: dict[str, ModelRows],
    lines: tuple[pd.DataFrame, pd.DataFrame],
    settings: AnomalySettings,
    refusal: str = "",
    on_progress: OnProgress = lambda done, total, text: None,
) -> TrainedAnomaly:
    """Judge every row by models that never saw its split group, and fit one model a level to everything.

    Parameters
    ----------
    levels : dict of ModelRows
        By the names of :data:`~diagmod.models.model_rows.LEVELS`.
    lines : tuple of DataFrame
        Tables ``signatures`` and ``recording_states``, which say where the lines behind a figure lie.
    settings : AnomalySettings
    refusal : str
        Why nothing is to be trained on this data set (:func:`diagmod.io.readiness.training_refusal`); empty for no
        objection.
    on_progress : callable
    """
    reasons = {level: refusal or not_ready(levels[level], settings) for level in LEVELS}
    ready = [level for level in LEVELS if not reasons[level]]
    if not ready:
        empty = empty_table(ANOMALY_SCORES), empty_table(ANOMALY_DRIVERS)
        return TrainedAnomaly(*empty, {}, settings, reasons["recording"], reasons)
    parts, models = [], {}
    for level in ready:
        parts.append(score_held_out(levels[level], settings, on_progress))
        models[level] = _final(levels[level], settings)
    drivers = empty_table(ANOMALY_DRIVERS)
    if "recording" in ready:
        drivers = conform(with_lines(drivers_held_out(levels["recording"], settings), *lines), ANOMALY_DRIVERS)
    scores = conform(pd.concat(parts, ignore_index=True), ANOMALY_SCORES)
    left_out = {level: reason for level, reason in reasons.items() if reason}
    return TrainedAnomaly(scores, drivers, models, settings, "", left_out)


def not_ready(rows: ModelRows, settings: AnomalySettings) -> str:
    """Why rows are not enough to train a model on the other folds and judge it on one, or ""."""
    n_groups = len(set(rows.groups))
    if n_groups < 2:
        return f"{n_groups} split group(s), at least 2 are needed to judge a model on motors it has not seen"
    try:
        of_set = rows.of_set("all")
    except ValueError as exc:
        return str(exc)
    folds = group_folds(rows.groups, settings.n_folds, settings.seed)
    names = np.asarray(rows.groups, dtype=str)
    for fold in range(int(folds.max()) + 1):
        own = (folds != fold) & of_set.is_reference
        if not own.any():
            return "no recording of a training side is believed healthy; label healthy recordings or record some"
        own &= tamed(OwnBaseline.fit(of_set, folds != fold, settings.baseline).spreads(of_set))[1]
        if (n_rows := int(own.sum())) < FEWEST_ROWS:
            return f"{n_rows} healthy {rows.level}s in a training side are complete, at least {FEWEST_ROWS} are needed"
        if len(np.unique(names[own])) < 2:
            return "the healthy rows of a training side are of one split group, 2 are needed to set a threshold"
    return ""


def _final(rows: ModelRows, settings: AnomalySettings) -> TrainedModel:
    of_set = rows.of_set("all")
    recordings = rows.about["recording_id"].tolist() if rows.level == "segment" else None
    everything = np.ones(len(of_set), dtype=bool)
    detectors = (settings.detector,)
    fitted = fit_scorers(of_set, everything, rows.groups, settings.baseline, detectors, settings, recordings)
    phasors = tuple(p for p, known in zip(rows.phasors, of_set.is_reference, strict=False) if known)
    return TrainedModel(fitted[settings.detector], Reference(of_set.only(of_set.is_reference), phasors))
