"""What stored models say of new recordings: how strange each is, which fault it may be, and why.

Every number comes with what it rests on: the version of the model, the figures that drove it and the spectral lines
behind them, and warnings where the recording is unlike what the model knows. What a recording cannot tell stays open.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.models.anomaly import drivers
from diagmod.models.anomaly_scorer import strangest
from diagmod.models.anomaly_store import read_anomaly
from diagmod.models.anomaly_words import anomaly_in_words
from diagmod.models.driver_lines import with_lines
from diagmod.models.faults.stored import predict, read_faults
from diagmod.models.model_rows import recording_rows, segment_rows
from diagmod.models.outside_training import warnings_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from diagmod.models.new_recordings import NewRecordings

#: Families that score new recordings, in this order.
FAMILIES = ("anomaly", "anomaly_segments", "faults")

#: What is believed healthy among new recordings does not matter: none is.
_NOBODY = ("all", 1)


@dataclass(frozen=True)
class Scores:
    """What models say, by recording.

    Attributes
    ----------
    recordings : DataFrame
        A row a recording, with the columns of every model that was asked.
    segments : DataFrame
        A row a segment: recording_id, segment, start_s, score, is_anomaly.
    drivers : DataFrame
        Table ``anomaly_drivers``.
    warnings : dict of tuple of str
        By recording_id.
    seconds : dict of float
        Wall time of every step.
    """

    recordings: pd.DataFrame
    segments: pd.DataFrame
    drivers: pd.DataFrame
    warnings: dict[str, tuple[str, ...]]
    seconds: dict[str, float] = field(default_factory=dict)


def score(new: NewRecordings, folders: Mapping[str, Path]) -> Scores:
    """Score new recordings by stored models.

    Parameters
    ----------
    new : NewRecordings
    folders : mapping of str to Path
        Folder of the model of each family that is asked, see :data:`FAMILIES`; its content hash was checked.

    Raises
    ------
    ModelError
        A model cannot be read.
    ValueError
        The recordings lack a figure that a model looks at.
    """
    catalogue = new.tables.catalogue
    kept = ["recording_id", "file", "motor_id", "started_at", "acquisition", "quality"]
    found = Scores(catalogue[kept].reset_index(drop=True), pd.DataFrame(), pd.DataFrame(), {}, dict(new.seconds))
    if catalogue.empty:
        return found
    for family in FAMILIES:
        if family in folders:
            begin = time.perf_counter()
            found = _ASKED[family](found, new, folders[family])
            found.seconds[family] = time.perf_counter() - begin
    return found


def _by_anomaly(found: Scores, new: NewRecordings, folder: Path) -> Scores:
    model, facts = read_anomaly(folder)
    made = recording_rows(new.tables, *_NOBODY, facts["groups"], model.reference)
    rows = made.rows.of(model.scorer.expected.names)
    scored = model.scorer.score(rows, model.reference.rows)
    everything = np.ones(len(rows), dtype=bool)
    because = with_lines(
        drivers(model.scorer, rows, everything, made.about, model.reference.rows), new.tables.signatures,
        new.tables.states,
    )  # fmt: skip
    table = made.about[["recording_id"]].assign(
        score=scored.score, threshold=model.scorer.scale.threshold, is_anomaly=scored.is_anomaly,
        confidence=scored.confidence, strangeness=scored.severity,
    )  # fmt: skip
    table["anomaly"] = [
        anomaly_in_words(row, because[because["recording_id"] == row["recording_id"]])
        for row in table.to_dict("records")
    ]
    told = dict(zip(table["recording_id"], warnings_of(rows, model.reference.rows), strict=True))
    return _joined(found, table, drivers=because, warnings=told)


def _by_segments(found: Scores, new: NewRecordings, folder: Path) -> Scores:
    model, facts = read_anomaly(folder)
    made = segment_rows(new.tables, *_NOBODY, facts["groups"], is_new=True)
    rows = made.rows.of(model.scorer.expected.names)
    scored = model.scorer.score(rows, model.reference.rows)
    segments = made.about[["recording_id", "segment"]].assign(
        start_s=new.tables.segments["start_s"].to_numpy(), score=scored.score, is_anomaly=scored.is_anomaly
    )
    names, whole = strangest(scored.score, made.about["recording_id"].to_numpy(str))
    scale = model.scorer.whole or model.scorer.scale
    read = scale.read(whole)
    flagged = segments.groupby("recording_id")["is_anomaly"].sum().reindex(names).to_numpy()
    table = pd.DataFrame(
        {
            "recording_id": names, "strangest_score": read.score, "strangest_threshold": scale.threshold,
            "strangest_is_anomaly": read.is_anomaly, "flagged_segments": flagged,
        }
    )  # fmt: skip
    return _joined(found, table, segments=segments)


def _by_faults(found: Scores, new: NewRecordings, folder: Path) -> Scores:
    stored, facts = read_faults(folder)
    made = recording_rows(new.tables, *_NOBODY, facts["groups"], stored.reference)
    said = predict(stored, made).predictions
    kept = ["predicted", "probability", "conformal_set", "answer", "severity_value", "severity_low", "severity_high"]
    table = said[["recording_id", *kept]].assign(fault=said["sentence"])
    return _joined(found, table)


_ASKED = {"anomaly": _by_anomaly, "anomaly_segments": _by_segments, "faults": _by_faults}


def _joined(found: Scores, table: pd.DataFrame, **more: Any) -> Scores:
    recordings = found.recordings.merge(table, on="recording_id", how="left", validate="one_to_one")
    kept = {"segments": found.segments, "drivers": found.drivers, "warnings": found.warnings}
    return Scores(recordings, **{**kept, **more}, seconds=found.seconds)
