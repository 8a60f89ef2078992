"""The small files that describe a data set: dataset.yaml, motors.yaml, recordings.csv, trend logs.

Motor, rate and time of a recording come from here and are never guessed. A row that does not say
enough is not an error of the data set: its file goes to quarantine with the reason.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.core.motor import Motor
from diagmod.io.csv_ingest import CsvLayout
from diagmod.io.schemas import TREND
from diagmod.io.stages import StageError, read_yaml
from diagmod.io.tables import conform, empty_table

#: Columns a manifest may have; file and motor_id must be there.
MANIFEST_COLUMNS = (
    "file", "motor_id", "started_at", "fs_hz", "duration_s", "load_pct", "condition", "severity", "fault_phase",
    "repetition",
)  # fmt: skip


class DatasetError(StageError):
    """A data set's own description is wrong; the message is one sentence."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What ``dataset.yaml`` declares of a data set.

    Attributes
    ----------
    name, title : str
    unit : str
        Unit of the currents: "A", or another word where ampere is not known.
    fs_hz : float or None
        Sampling rate of all files; None where the manifest gives it per file.
    times : str
        "known", or "none" where the set declares that start times were not kept.
    header : bool
        Whether the files start with a header line.
    columns : tuple of str
        With a header: names of the R, S, T columns. Without: the phases in file order.
    split_group : str
        Column that must stay on one side of a split: "motor" or "repetition".
    derived_state : str
        "negative_sequence" where the fault is switched inside the files and the state of a segment must be
        derived; "none" otherwise.
    licence, citation : str
        Shown wherever results are shown.
    """

    name: str
    title: str = ""
    unit: str = "A"
    fs_hz: float | None = None
    times: str = "known"
    header: bool = True
    columns: tuple[str, ...] = ("current_R", "current_S", "current_T")
    split_group: str = "motor"
    derived_state: str = "none"
    licence: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        for key in ("name", "title", "unit", "licence", "citation"):
            if not isinstance(getattr(self, key), str):
                raise DatasetError(f"dataset.yaml: {key} must be text, got {getattr(self, key)!r}; put it in quotes")
        for key, allowed in _CHOICES.items():
            if getattr(self, key) not in allowed:
                raise DatasetError(f"dataset.yaml: {key} must be {' or '.join(allowed)}, got {getattr(self, key)!r}")
        is_number = isinstance(self.fs_hz, int | float) and not isinstance(self.fs_hz, bool)
        if self.fs_hz is not None and not (is_number and 0 < self.fs_hz < math.inf):
            raise DatasetError(f"dataset.yaml: fs_hz must be positive, got {self.fs_hz!r}; give the rate in Hz")
        if not isinstance(self.header, bool):
            raise DatasetError(f"dataset.yaml: header must be true or false, got {self.header!r}")
        try:
            CsvLayout(header=self.header, columns=self.columns)
        except ValueError as exc:
            raise DatasetError(f"dataset.yaml: {exc}") from exc


#: Columns of a trend log beside its hour.
_RMS = ["rms_R", "rms_S", "rms_T"]

_CHOICES = {
    "times": ("known", "none"),
    "split_group": ("motor", "repetition"),
    "derived_state": ("none", "negative_sequence"),
}


def read_dataset(folder: Path) -> Dataset:
    """Read ``dataset.yaml``.

    Raises
    ------
    DatasetError
        The folder or file is missing, or an entry is unknown or not allowed.
    """
    if not folder.is_dir():
        raise DatasetError(f"data set folder {folder.name!r} does not exist in {folder.parent.name}/")
    if not any(folder.iterdir()):
        raise DatasetError(
            f"data set folder {folder.name!r} is empty; put dataset.yaml, motors.yaml and recordings.csv there"
        )
    entry = _read_description(folder / "dataset.yaml")
    allowed = {f.name for f in fields(Dataset)}
    if unknown := sorted(set(entry) - allowed, key=str):
        raise DatasetError(f"dataset.yaml: unknown entry {unknown[0]!r}; allowed are {', '.join(sorted(allowed))}")
    if "columns" in entry:
        columns = entry["columns"]
        if not isinstance(columns, list) or not all(isinstance(c, str) for c in columns):
            raise DatasetError(f"dataset.yaml: columns must be a list of names, got {columns!r}")
        entry["columns"] = tuple(columns)
    return Dataset(**{"name": folder.name, **entry})


def read_motors(folder: Path) -> dict[str, Motor]:
    """Read the motor register ``motors.yaml`` of a data set; see :func:`read_register`."""
    return read_register(folder / "motors.yaml")


def read_register(path: Path) -> dict[str, Motor]:
    """Read a motor register: a YAML file with a list ``motors`` of nameplates.

    Raises
    ------
    DatasetError
        The file is missing, has another form, a nameplate is wrong, or two motors share a name.
    """
    entries = _read_description(path).get("motors")
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise DatasetError(f"{path.name} must hold a list `motors` of nameplates (README, 'Your own recordings')")
    register: dict[str, Motor] = {}
    for entry in entries:
        try:
            motor = Motor.from_mapping(entry)
        except ValueError as exc:
            raise DatasetError(f"{path.name}: {exc}") from exc
        if motor.motor_id in register:
            raise DatasetError(f"{path.name}: motor {motor.motor_id!r} is there twice; give each its own motor_id")
        register[motor.motor_id] = motor
    return register


def read_manifest(folder: Path) -> pd.DataFrame:
    """Read ``recordings.csv``: a row a file, every cell as text, absent columns empty.

    Raises
    ------
    DatasetError
        The file is missing or unreadable, lacks ``file`` or ``motor_id``, has a column of no meaning, or a row
        of another length.
    """
    try:
        text = (folder / "recordings.csv").read_text(encoding="utf-8-sig")
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except FileNotFoundError:
        raise DatasetError(
            "recordings.csv is missing; list every file with its motor_id, started_at and fs_hz"
        ) from None
    except (csv.Error, UnicodeDecodeError) as exc:
        raise DatasetError(f"recordings.csv is no readable CSV table in UTF-8 ({exc}); correct it") from exc
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    if missing := [c for c in ("file", "motor_id") if c not in names]:
        raise DatasetError(f"recordings.csv lacks column {missing[0]!r}; it has {', '.join(names) or 'none'}")
    if unknown := [c for c in names if c not in MANIFEST_COLUMNS]:
        raise DatasetError(
            f"recordings.csv has unknown column {unknown[0]!r}; allowed are {', '.join(MANIFEST_COLUMNS)}"
        )
    if repeated := [c for c in names if names.count(c) > 1]:
        raise DatasetError(f"recordings.csv has column {repeated[0]!r} twice; keep one")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            raise DatasetError(f"recordings.csv, row {number} has {len(row)} cells, expected {len(names)}; correct it")
    manifest = pd.DataFrame(rows, columns=names, dtype=str)
    return manifest.reindex(columns=list(MANIFEST_COLUMNS), fill_value="")


def read_trend(folder: Path, motors: Mapping[str, Motor]) -> tuple[pd.DataFrame, str]:
    """Read the hourly trend logs ``trend/MOTOR.csv``.

    Returns
    -------
    table : DataFrame
        As :data:`diagmod.io.schemas.TREND`, sorted by motor and hour.
    reason : str
        Why the table is empty or a log was left out; empty when all is well.
    """
    logs = sorted((folder / "trend").glob("*.csv"))
    if not logs:
        return empty_table(TREND), "the data set has no trend log (folder trend/)"
    frames, left_out = [], []
    for log in logs:
        if log.stem not in motors:
            left_out.append(f"{log.name} names no motor of the register")
            continue
        try:
            frames.append(_read_log(log))
        except (KeyError, ValueError, TypeError, OSError) as exc:
            left_out.append(f"{log.name} is no trend log with columns hour, rms_R, rms_S, rms_T ({exc})")
    reason = "; ".join(left_out)
    if not frames:
        return empty_table(TREND), reason
    return pd.concat(frames).sort_values(["motor_id", "hour"], ignore_index=True), reason


def _read_log(log: Path) -> pd.DataFrame:
    frame = pd.read_csv(log)
    hours = frame["hour"].astype(str)
    if not (has_zone := hours.str.fullmatch(r".*[T ].*(Z|[+-]\d\d:?\d\d)")).all():
        raise ValueError(f"hour {hours[~has_zone].iloc[0]} is no time with its zone; write 2026-01-31T08:00:00Z")
    frame["hour"] = pd.to_datetime(hours, utc=True, format="ISO8601")
    frame[_RMS] = frame[_RMS].astype(float)
    return conform(frame[["hour", *_RMS]].assign(motor_id=log.stem), TREND)


def _read_description(path: Path) -> dict[str, Any]:
    try:
        return read_yaml(path)
    except StageError as exc:
        raise DatasetError(str(exc)) from exc
