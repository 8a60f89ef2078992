"""Stored anomaly models back again: scorer and healthy recordings, hash checked first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagmod.io.model_files import ModelError
from diagmod.models.anomaly_scorer import AnomalyScorer, Scale
from diagmod.models.detectors.stored import read_detector, read_more
from diagmod.models.reference import restored_baseline
from diagmod.models.training import TrainedModel

if TYPE_CHECKING:
    from pathlib import Path


def read_anomaly(folder: Path) -> tuple[TrainedModel, dict[str, Any]]:
    """Model and facts of a folder that :meth:`diagmod.models.training.TrainedAnomaly.write` wrote.

    Raises
    ------
    ModelError
        A file is missing, is not what ``model.json`` describes, or is no anomaly model.
    """
    detector, facts = read_detector(folder)
    arrays = read_more(folder)
    try:
        expected, reference = restored_baseline(arrays, facts)
        scale = Scale(arrays["healthy_scores"], float(facts["threshold"]))
        whole = None
        if "threshold_whole" in facts:
            whole = Scale(arrays["healthy_scores_whole"], float(facts["threshold_whole"]))
    except KeyError as exc:
        raise ModelError(f"the model in {folder.name} lacks {exc}; train it again or take another version") from exc
    return TrainedModel(AnomalyScorer(expected, detector, scale, whole), reference), facts
