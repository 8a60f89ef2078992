"""How the files of a data set are read: what dataset.yaml says of all and recordings.csv of one.

The settings are those of the command line (:class:`diagmod.io.declarations.Declared`) under the names of the
manifest. A cell of the manifest goes before the data set, and both before what a file says itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from diagmod.core.recording import PHASES
from diagmod.io.declarations import ABSENT, Declared
from diagmod.io.refusals import UnreadableRecording

if TYPE_CHECKING:
    from diagmod.io.dataset_files import Dataset

#: Columns of the manifest, and keys of `reading` in dataset.yaml, that say how a file is read.
READING_COLUMNS = (
    "phase_columns", "time_column", "time_unit", "sheet", "unit", "scale", "delimiter", "decimal", "encoding",
)  # fmt: skip

_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)( HZ)?")
_NAMES = {"fs": "fs_hz"}


class ReadingError(ValueError):
    """A setting cannot be used; the message is one sentence."""


def settings_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as keyword arguments of :class:`~diagmod.io.declarations.Declared`.

    Parameters
    ----------
    cells : mapping
        By names of :data:`READING_COLUMNS`; an empty cell says nothing. Phase columns are a list, or one text with
        semicolons or commas between the names.

    Raises
    ------
    ReadingError
        A name is unknown, or a value is not allowed.

    Examples
    --------
    >>> settings_of({"phase_columns": "I_R,I_S,-", "scale": "0.001", "sheet": ""})
    {'phase_columns': ('I_R', 'I_S', '-'), 'scale': 0.001}
    """
    settings: dict[str, Any] = {}
    for name, cell in cells.items():
        if name not in READING_COLUMNS:
            raise ReadingError(f"unknown setting {name!r}; allowed are {', '.join(READING_COLUMNS)}")
        if cell is None or cell == "" or cell == []:
            continue
        settings[name] = _value(name, cell)
    try:
        Declared(**settings)
    except UnreadableRecording as exc:
        raise ReadingError(in_manifest_words(str(exc))) from exc
    return settings


def reading_of(dataset: Dataset, row: Mapping[str, str]) -> Declared:
    """What is declared of one file.

    Parameters
    ----------
    dataset : Dataset
    row : mapping
        Its row of the manifest.

    Raises
    ------
    ReadingError
        A cell is not allowed.
    """
    settings = settings_of(dataset.reading) | settings_of({name: row.get(name, "") for name in READING_COLUMNS})
    rate = row.get("fs_hz") or dataset.fs_hz
    settings |= {"fs": float(rate) if rate else None, "takes_order": False}
    if "phase_columns" not in settings and dataset.columns:
        settings |= {"phase_columns": _phase_columns(dataset), "may_lack": dataset.header}
    if not dataset.header:
        settings["has_header"] = False
    if "scale" in settings and row.get("unit", "") == "" and not _is_current(settings.get("unit")):
        settings.pop("unit", None)  # the data set's unit is that of the file, a scale makes ampere of it
    try:
        return Declared(**settings)
    except UnreadableRecording as exc:
        raise ReadingError(in_manifest_words(str(exc))) from exc


def layout_problem(columns: tuple[str, ...], *, header: bool) -> str:
    """Why columns cannot be the layout of a data set's files, in one sentence; empty where they can."""
    named = [c for c in columns if c != ABSENT]
    if header and columns and (len(columns) != len(PHASES) or len(set(columns)) < len(PHASES)):
        return f"columns must name the R, S and T columns, each once, got {', '.join(columns)}"
    if not header and (not named or len(set(named)) < len(named) or set(named) - set(PHASES)):
        return f"columns must be phases R, S, T or - without repeats, got {', '.join(columns) or 'none'}"
    return ""


def in_manifest_words(sentence: str) -> str:
    """A sentence about options of the command line in the words of recordings.csv and dataset.yaml.

    Examples
    --------
    >>> in_manifest_words("pass --fs HZ, or --time-column")
    'pass fs_hz, or time_column'
    """
    return _OPTION.sub(lambda match: _NAMES.get(match[1], match[1].replace("-", "_")), sentence)


def _phase_columns(dataset: Dataset) -> tuple[str, ...]:
    """Names of the columns of R, S, T, or their numbers where the files have no header."""
    if dataset.header:
        return dataset.columns
    found = [str(dataset.columns.index(phase) + 1) if phase in dataset.columns else ABSENT for phase in PHASES]
    return tuple(found)


def _is_current(unit: str | None) -> bool:
    return unit is not None and Declared(unit=unit).ampere_per_unit is not None


def _value(name: str, cell: Any) -> Any:
    if name == "phase_columns":
        parts = cell if isinstance(cell, list | tuple) else re.split(";" if ";" in str(cell) else ",", str(cell))
        return tuple(str(part).strip() for part in parts)
    if name != "scale":
        return str(cell)
    try:
        return float(cell)
    except (TypeError, ValueError):
        raise ReadingError(f"scale must be a number, ampere per unit of the file, got {cell!r}") from None
