"""A fleet as large as a plant has: the results of a small built project, told of hundreds of motors.

Every motor of the source stands for several motors of the fleet, and every recording for several of its motor, at
other times. So every table has its own schema and rows that the pipeline really made, and fits the others; only their
number is invented. Tables of single lines and segments are told of the first recordings of each motor alone.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.io.results import PLACES, Results
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import describe_table, write_table

#: Size of the fleet that pages must be quick with.
MOTORS = 500
RECORDINGS = 100_000

#: Days over which the copies of a recording are spread.
SPREAD_DAYS = 330

#: Tables with several rows a recording that the pages read a recording at a time.
DETAILS = frozenset({"evidence", "recording_features", "segment_states", "segments", "signatures"})

#: Tables that no page reads, and that would be the largest.
LEFT_OUT = frozenset({"embeddings", "sequence_track", "regime_segments", "fault_probabilities"})

#: Columns that tell which method a row comes from; the pipeline writes one method after the other.
METHOD = ("level", "feature_set", "detector", "baseline", "split", "model")

#: Motors that have a trend log, at most: one of these has 90 000 hourly values.
MOST_LOGS = 48

#: Recordings of the fleet that have samples, by their number in the source.
WAVEFORMS = 12


@dataclass(frozen=True)
class Copies:
    """How the source is told of a fleet.

    Attributes
    ----------
    motors : Index
        Of the source.
    recordings : Index
        Of the source.
    names : ndarray of str, shape (len(motors), times)
        Motors of the fleet; empty for one too many.
    ids : ndarray of str, shape (len(recordings), times, repeats)
        Recordings of the fleet.
    """

    motors: pd.Index
    recordings: pd.Index
    names: np.ndarray[Any, Any]
    ids: np.ndarray[Any, Any]

    @property
    def times(self) -> int:
        """Motors of the fleet for each of the source, at most."""
        return int(self.names.shape[1])

    @property
    def repeats(self) -> int:
        """Recordings of the fleet for each of a motor."""
        return int(self.ids.shape[2])


def make_big_fleet(source: Path, root: Path, motors: int = MOTORS, recordings: int = RECORDINGS) -> Path:
    """Write the project of a large fleet; gives its folder.

    Parameters
    ----------
    source : Path
        A built project.
    root : Path
        Folder to make.
    motors, recordings : int
        How many; of recordings a few more, so that every motor has as many.
    """
    results = Results(source)
    copies = _copies(results, motors, recordings)
    for name, folder in PLACES.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        if name in LEFT_OUT or not results.path(name).is_file():
            continue
        about = describe_table(results.path(name))
        rows = _told(results.table(name), name, copies)
        write_table(rows, TABLES[name], root / results.source(name), about["lineage"], reason=about["reason"])
    _copy_the_rest(source, root, copies)
    return root


def _copies(results: Results, motors: int, recordings: int) -> Copies:
    catalogue, known = results.table("recordings"), pd.Index(results.table("motors")["motor_id"])
    times = math.ceil(motors / len(known))
    repeats = math.ceil(recordings / (motors * len(catalogue) / len(known)))
    number = np.arange(times)[None, :] * len(known) + np.arange(len(known))[:, None]
    names = np.array([[f"M{k + 1:03d}" if k < motors else "" for k in row] for row in number], object)
    ids = [
        [[f"{recording[:8]}{m:04x}{k:04x}" for k in range(repeats)] for m in range(times)]
        for recording in catalogue["recording_id"]
    ]
    return Copies(known, pd.Index(catalogue["recording_id"]), names, np.array(ids, object))


def _told(rows: pd.DataFrame, name: str, copies: Copies) -> pd.DataFrame:
    """A table of the source, told of the fleet; one without motors stays."""
    if not len(rows) or ("motor_id" not in rows and "recording_id" not in rows and "file" not in rows):
        return rows
    if name == "anomaly_scores":
        rows = rows[rows["level"] == "recording"]
    is_per_recording = "recording_id" in rows or "file" in rows
    repeats = copies.repeats if is_per_recording and name not in DETAILS else 1
    times = min(copies.times, max(MOST_LOGS // len(copies.motors), 1)) if name == "trend" else copies.times
    row = np.tile(np.arange(len(rows)), times * repeats)
    copy = np.repeat(np.arange(times), repeats * len(rows))
    repeat = np.tile(np.repeat(np.arange(repeats), len(rows)), times)
    told = rows.iloc[row].reset_index(drop=True)
    told = _renamed(told, row, copy, repeat, rows, copies)
    told = told.iloc[_order(rows, row, copy, repeat)]
    return told[told["motor_id"] != "?"] if "motor_id" in told else told


def _order(rows: pd.DataFrame, row: Any, copy: Any, repeat: Any) -> Any:
    """Order of the rows as the pipeline leaves them: a block a method, and in it by motor where the source is."""
    block = np.cumsum(_is_new(rows, [name for name in METHOD if name in rows]))
    motor = [name for name in ("motor_id",) if name in rows]
    is_by_motor = _is_new(rows, motor).sum() <= rows[motor].nunique().max() * block[-1] if motor else True
    if not is_by_motor:
        return np.lexsort((copy, row, repeat, block[row]))
    first = rows.groupby(motor[0], sort=False).ngroup().to_numpy()[row] if motor else row
    return np.lexsort((row, repeat, first, copy, block[row]))


def _is_new(rows: pd.DataFrame, names: list[str]) -> Any:
    """Whether a row differs from the one before it in any of some columns; the first does."""
    values = rows[names]
    return np.append(True, (values.to_numpy(object)[1:] != values.to_numpy(object)[:-1]).any(axis=1))


def _renamed(told: pd.DataFrame, row: Any, copy: Any, repeat: Any, rows: pd.DataFrame, copies: Copies) -> pd.DataFrame:
    """Rows with the names and times of their copies; ``?`` for a motor too many."""
    fresh: dict[str, Any] = {}
    for name in {"motor_id", "split_group"} & set(rows):
        motor = copies.motors.get_indexer(rows[name])[row]
        known = np.where(copies.names[motor, copy] == "", "?", copies.names[motor, copy])
        fresh[name] = np.where(motor >= 0, known, rows[name].to_numpy(object)[row])
    if "recording_id" in rows:
        recording = copies.recordings.get_indexer(rows["recording_id"])[row]
        fresh["recording_id"] = np.where(recording >= 0, copies.ids[recording, copy, repeat], "")
    if "file" in rows:
        prefix = np.array([f"{m:03d}{k:03d}/" for m in range(copies.times) for k in range(copies.repeats)], object)
        fresh["file"] = prefix[copy * copies.repeats + repeat] + rows["file"].to_numpy(object)[row]
    shift = pd.to_timedelta(repeat * (SPREAD_DAYS // copies.repeats) * 24 + copy % 24, unit="h")
    moved = {name: told[name] + shift for name in rows if isinstance(rows[name].dtype, pd.DatetimeTZDtype)}
    return told.assign(**fresh, **(moved if copies.repeats > 1 and "recording_id" in rows else {}))


def _copy_the_rest(source: Path, root: Path, copies: Copies) -> None:
    """Facts, models, records of runs, and the samples of a few recordings."""
    for name in ("dvc.yaml", "dvc.lock", "params.yaml", "data/interim/dataset.json"):
        if (source / name).is_file():
            shutil.copyfile(source / name, root / name)
    for name in ("data/processed/models", "data/models", "reports/runs"):
        if (source / name).is_dir():
            shutil.copytree(source / name, root / name)
    waveforms = root / "data" / "interim" / "waveforms"
    waveforms.mkdir()
    for recording, ids in list(zip(copies.recordings, copies.ids, strict=True))[:WAVEFORMS]:
        samples = source / "data" / "interim" / "waveforms" / f"{recording}.parquet"
        if samples.is_file():
            shutil.copyfile(samples, waveforms / f"{ids[0, 0]}.parquet")
