"""From feature tables to a stored anomaly model and held-out scores, or to the reason why there is none.

A data set may be too small to train on. That is a finding, not a failure: the stage then writes an
empty table with the reason and the pipeline goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.io.model_files import write_model, write_no_model
from diagmod.io.schemas import ANOMALY_SCORES
from diagmod.io.tables import empty_table
from diagmod.models.anomaly import ForestScorer, ForestSettings, score_held_out, usable_features
from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

#: Fewest complete segments of a training side; below it quantiles of the scores mean nothing.
MIN_SEGMENTS = 50


@dataclass(frozen=True)
class TrainedAnomaly:
    """Held-out scores, the model fitted to everything, or the reason why both are missing."""

    scores: pd.DataFrame
    model: ForestScorer | None
    settings: ForestSettings
    reason: str = ""

    def in_words(self) -> str:
        """What was trained and flagged, in one sentence."""
        if self.model is None:
            return f"Nothing was trained: {self.reason}."
        everything = self.scores[self.scores["feature_set"] == "all"]
        return (
            f"We see {everything['is_anomaly'].sum()} of {everything['score'].notna().sum()} scored segments flagged "
            f"by models that never saw their split group ({everything['fold'].nunique()} folds, "
            f"{len(self.model.feature_names)} features); {everything['score'].isna().sum()} segments could not be "
            "scored, because a phase is absent or has a gap."
        )

    def write(self, folder: Path, lineage: dict[str, Any]) -> None:
        """Write the model's folder: ``model.skops`` and ``model.json``, or the reason alone."""
        if self.model is None:
            (folder / "model.skops").unlink(missing_ok=True)
            write_no_model(folder, {"reason": self.reason, "lineage": lineage})
            return
        facts = {
            "model_type": "IsolationForest",
            "features": list(self.model.feature_names),
            "centre": self.model.centre.tolist(),
            "spread": self.model.spread.tolist(),
            "threshold": self.model.threshold,
            "alarm_share_pct": self.settings.alarm_share_pct,
            "lineage": lineage,
        }
        write_model(folder, self.model.forest, facts)


def train_anomaly(
    segments: pd.DataFrame, catalogue: pd.DataFrame, settings: ForestSettings, n_folds: int, refusal: str = ""
) -> TrainedAnomaly:
    """Score every segment by a model that never saw its split group, and fit one model to all of them.

    Parameters
    ----------
    segments : DataFrame
        Table ``segments``.
    catalogue : DataFrame
        Table ``recordings``; its ``split_group`` must not be torn apart.
    settings : ForestSettings
    n_folds : int
        Folds of the split groups, at least 2.
    refusal : str
        Why nothing is to be trained on this data set (:func:`diagmod.io.readiness.training_refusal`); empty for no
        objection.
    """
    if refusal:
        return TrainedAnomaly(empty_table(ANOMALY_SCORES), None, settings, refusal)
    group_of = dict(zip(catalogue["recording_id"], catalogue["split_group"], strict=True))
    groups = segments["recording_id"].map(group_of)
    if reason := not_ready(segments, groups, n_folds, settings):
        return TrainedAnomaly(empty_table(ANOMALY_SCORES), None, settings, reason)
    scores = score_held_out(segments, groups, settings, n_folds)
    names = usable_features(segments, "all", settings.groups)
    return TrainedAnomaly(scores, ForestScorer.fit(segments, names, settings), settings)


def not_ready(segments: pd.DataFrame, groups: pd.Series, n_folds: int, settings: ForestSettings) -> str:
    """Why a table is not enough to train a model on the other folds and judge it on one, or ""."""
    if groups.nunique() < 2:
        return f"{groups.nunique()} split group(s), at least 2 are needed to judge a model on motors it has not seen"
    try:
        names = usable_features(segments, "all", settings.groups)
    except ValueError as exc:
        return str(exc)
    folds = group_folds(list(groups), n_folds, settings.seed)
    complete = np.isfinite(segments[list(names)].to_numpy(dtype=float)).all(axis=1)
    fewest = min(int(complete[folds != fold].sum()) for fold in range(folds.max() + 1))
    if fewest < MIN_SEGMENTS:
        return (
            f"{fewest} segments on a training side have all {len(names)} features, at least {MIN_SEGMENTS} are needed; "
            "record more, or keep recordings with other phases or rates in a data set of their own"
        )
    return ""
