"""One recording chosen by a person: its file, its nameplate, and what is known of its load.

A file that a data set lists brings all of that along; of any other file it must be said. Without a choice it is
the most developed broken bar of the demonstration fleet whose file can be read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import read_dataset, read_manifest
from diagmod.io.motor_register import read_motors
from diagmod.io.nameplates import choose_motor
from diagmod.io.recording_files import Declared, RecordingFile, read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.stages import StageError

#: Data set that stands in where no file is named.
DEMO = "data/raw/demo"


@dataclass(frozen=True)
class ChosenRecording:
    """A recording with its nameplate.

    Attributes
    ----------
    name : str
        Its place in the data set, or the name of the file.
    file : RecordingFile
    motor : Motor
    load_share : float or None
        Load over rated load (1), where it is known.
    condition : str
        Label of the machine; empty where there is none.
    others : DataFrame
        Rows of the data set's ``recordings.csv``, the most developed broken bar first; empty for a file that no
        data set lists.
    """

    name: str
    file: RecordingFile
    motor: Motor
    load_share: float | None
    condition: str
    others: pd.DataFrame


def choose_recording(
    root: Path,
    file: str = "",
    *,
    fs_hz: float = 0.0,
    phase_columns: str = "",
    time_column: str = "",
    unit: str = "",
    motor: str = "",
    load_pct: float = -1.0,
    **nameplate: float | str,
) -> ChosenRecording:
    """Read one recording and find its nameplate.

    Parameters
    ----------
    root : Path
        Root of the project; a relative ``file`` or ``motor`` starts there.
    file : str
        Any recording; empty takes one of the demonstration fleet.
    fs_hz : float
        Sampling rate in Hz; 0 where file or data set tell.
    phase_columns : str
        Columns of R, S, T separated by commas; empty where file or data set tell.
    time_column : str
        Column of the time stamps; empty where its name tells or there is none.
    unit : str
        Unit of the samples; empty where file or data set tell.
    motor : str
        ``FOLDER/motors.yaml:ID``; empty for the motor of the data set, or a nameplate typed in.
    load_pct : float
        Load in percent of rated; below 0 where the data set tells or it is unknown.
    **nameplate
        Values of :data:`diagmod.io.nameplates.VALUES`; 0 and empty text mean "not stated".

    Raises
    ------
    StageError
        No file was named and there is no demonstration fleet.
    diagmod.io.nameplates.NameplateError
        There is no nameplate, or what was typed in contradicts it.
    UnreadableRecording
        The file cannot be read.
    """
    # A column or a bearing that was typed in as a number is still a name.
    columns = tuple(part.strip() for part in str(phase_columns).split(",")) if phase_columns else ()
    said = {"fs": fs_hz, "phase_columns": columns, "time_column": str(time_column), "unit": unit}
    path = root / file if file else None
    folder = root / DEMO if path is None else _folder_of(path)
    others = _listed(folder) if folder is not None and folder.is_dir() else pd.DataFrame()
    if path is None:
        row, path, read = _first_readable(others, root / DEMO, said)
    else:
        row = next((r for r in others.to_dict("records") if _is_same(folder, r, path)), {})
        read = _read(path, row, folder, said)
    given = {key: value for key, value in nameplate.items() if value not in (0, "")}
    if "bearing" in given:
        given["bearing"] = str(given["bearing"])
    reference = str(root / motor) if motor else f"{folder}/motors.yaml:{row['motor_id']}" if row else None
    chosen, _ = choose_motor(reference, given)
    load = load_pct if load_pct >= 0 else _number(row.get("load_pct"))
    return ChosenRecording(
        name=str(row.get("file") or path.name),
        file=read,
        motor=chosen,
        load_share=load / 100 if load is not None else None,
        condition=str(row.get("condition", "")),
        others=others,
    )


def _folder_of(path: Path) -> Path | None:
    """Folder of the data set that a file lies in."""
    return next((f for f in path.resolve().parents if (f / "recordings.csv").is_file()), None)


def _is_same(folder: Path | None, row: Mapping[Any, Any], path: Path) -> bool:
    return folder is not None and (folder / str(row["file"])).resolve() == path.resolve()


def _listed(folder: Path) -> pd.DataFrame:
    """Rows of the manifest of motors on record, the most developed broken bar first."""
    manifest = read_manifest(folder)
    manifest = manifest[manifest["motor_id"].isin(list(read_motors(folder)))]
    severity = pd.to_numeric(manifest["severity"], errors="coerce").fillna(0.0)
    order = manifest.assign(bar=manifest["condition"] == "broken_bar", much=severity)
    order = order.sort_values(["bar", "much"], ascending=False, kind="stable")
    return order.drop(columns=["bar", "much"]).reset_index(drop=True)


def _first_readable(
    others: pd.DataFrame, folder: Path, said: Mapping[str, Any]
) -> tuple[Mapping[Any, Any], Path, RecordingFile]:
    reasons = []
    for row in others.to_dict("records"):
        path = folder / str(row["file"])
        try:
            return row, path, _read(path, row, folder, said)
        except UnreadableRecording as exc:
            reasons.append(str(exc))
    why = f": {reasons[0]}" if reasons else ""
    raise StageError(f"{DEMO} holds no readable recording{why}; make it by `dvc repro simulate`, or name a file")


def _read(path: Path, row: Mapping[Any, Any], folder: Path | None, said: Mapping[str, Any]) -> RecordingFile:
    """Read a file by what a person says of it, else by what its data set says."""
    known: dict[str, Any] = {}
    if row and folder is not None:
        dataset = read_dataset(folder)
        known = {"fs": _number(row.get("fs_hz")) or dataset.fs_hz, "unit": dataset.unit}
        known["phase_columns"] = dataset.columns if dataset.header else ()
    return read_recording_file(path, Declared(**{**known, **{key: value for key, value in said.items() if value}}))


def _number(text: object) -> float | None:
    try:
        value = float(str(text))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
