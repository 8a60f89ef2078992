"""The small files that describe a data set: dataset.yaml, motors.yaml, recordings.csv, trend logs.

Motor, rate and time of a recording come from here and are never guessed. A row that does not say
enough is not an error of the data set: its file goes to quarantine with the reason.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.reading_settings import READING_COLUMNS, ReadingError, layout_problem, settings_of
from diagmod.io.stages import StageError

#: Columns a manifest may have; file and motor_id must be there.
MANIFEST_COLUMNS = (
    "file", "motor_id", "started_at", "fs_hz", "duration_s", "load_pct", "torque_nm", "condition", "severity",
    "severity_label", "fault_phase", "repetition", "sha256", "note", *READING_COLUMNS,
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
        With a header: names of the R, S, T columns, of which a file may lack some. Without: the phases in file order,
        "-" for a column to skip. Empty where the files tell by their own names.
    reading : dict
        How the files are read, as far as it was declared, see :mod:`diagmod.io.reading_settings`; a row of the
        manifest goes before it.
    originals : str
        Folder of the recordings where they are referenced and not copied into the data set; empty where they are in it.
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
    columns: tuple[str, ...] = ()
    reading: dict[str, Any] = field(default_factory=dict)
    originals: str = ""
    split_group: str = "motor"
    derived_state: str = "none"
    licence: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        for key in ("name", "title", "unit", "originals", "licence", "citation"):
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
        if problem := layout_problem(self.columns, header=self.header):
            raise DatasetError(f"dataset.yaml: {problem}")
        try:
            settings_of(self.reading)
        except ReadingError as exc:
            raise DatasetError(f"dataset.yaml, reading: {exc}") from exc


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
    if not isinstance(entry.get("reading", {}), dict):
        raise DatasetError(f"dataset.yaml: reading must be a mapping of settings, got {entry['reading']!r}")
    if "unit" in entry:  # a unit that is stated goes before what a file says
        entry["reading"] = {"unit": entry["unit"], **entry.get("reading", {})}
    return Dataset(**{"name": folder.name, **entry})


def originals_of(folder: Path, dataset: Dataset) -> Path:
    """Folder of a data set's recordings: its own, or the one that it refers to."""
    return Path(dataset.originals).expanduser() if dataset.originals else folder


def read_manifest(folder: Path) -> pd.DataFrame:
    """Read the manifest ``recordings.csv`` of a data set; see :func:`read_manifest_file`."""
    return read_manifest_file(folder / "recordings.csv")


def read_manifest_file(path: Path) -> pd.DataFrame:
    """Read a manifest: a row a file, every cell as text, absent columns empty; ``attrs["columns"]`` as written.

    Raises
    ------
    DatasetError
        The file is missing or unreadable, lacks ``file`` or ``motor_id``, has a column of no meaning, or a row
        of another length.
    """
    name = path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")  # line ends inside a quoted name are part of it
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except FileNotFoundError:
        raise DatasetError(f"{name} is missing; list every file with its motor_id, started_at and fs_hz") from None
    except (csv.Error, UnicodeDecodeError) as exc:
        raise DatasetError(f"{name} is no readable CSV table in UTF-8 ({exc}); correct it") from exc
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    if missing := [c for c in ("file", "motor_id") if c not in names]:
        raise DatasetError(f"{name} lacks column {missing[0]!r}; it has {', '.join(names) or 'none'}")
    if unknown := [c for c in names if c not in MANIFEST_COLUMNS]:
        raise DatasetError(f"{name} has unknown column {unknown[0]!r}; allowed are {', '.join(MANIFEST_COLUMNS)}")
    if repeated := [c for c in names if names.count(c) > 1]:
        raise DatasetError(f"{name} has column {repeated[0]!r} twice; keep one")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(names):
            added = next((cell.partition("=")[0] for cell in row[len(names) :] if "=" in cell), "")
            cure = f"add column {added} to the first line, its value alone to the row" if added else "correct it"
            raise DatasetError(f"{name}, row {number} has {len(row)} cells, expected {len(names)}; {cure}")
    manifest = pd.DataFrame(rows, columns=names, dtype=str)
    manifest = manifest.reindex(columns=list(MANIFEST_COLUMNS), fill_value="")
    manifest.attrs["columns"] = tuple(names)
    return manifest


def _read_description(path: Path) -> dict[str, Any]:
    from diagmod.io.site_files import read_site_yaml  # which raises the error of this module

    return read_site_yaml(path)
