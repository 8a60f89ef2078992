"""What a row of ``recordings.csv`` must say before its file is read.

A row that does not say enough, or says something that cannot be, is no error of the data set: its file
goes to quarantine with the sentence found here, and with a line that would cure it once it is filled in. Motor, rate
and time are never guessed; rate and time may also be stated by the file itself.
"""

from __future__ import annotations

import csv
import io
import posixpath
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.recording import PHASES

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence

    from diagmod.io.dataset_files import Dataset

#: A label of a machine: "healthy", the name of a fault, or empty where nothing is known.
_LABEL = re.compile(r"[a-z0-9]*(?:_[a-z0-9]+)*")


def plain_name(file: str) -> str:
    """``a.csv`` for ``./a.csv``: one file has one name in the report."""
    return posixpath.normpath(file) if file else ""


def row_problem(row: dict[str, str], dataset: Dataset, motors: Container[str]) -> str:
    """Why a manifest row does not say enough, in one sentence; empty where it does.

    Parameters
    ----------
    row : dict of str
        Cells by column of :data:`diagmod.io.dataset_files.MANIFEST_COLUMNS`; an empty one says nothing.
    dataset : Dataset
    motors : container of str
        Motors of the register.
    """
    if row["motor_id"] not in motors:
        return f"motor {row['motor_id']!r} is not in motors.yaml; add its nameplate or correct recordings.csv"
    for name in ("fs_hz", "duration_s", "load_pct", "torque_nm", "severity"):
        if row[name] and not _is_number(row[name]):
            return f"recordings.csv: {name} must be a number, got {row[name]!r}"
    if reason := _label_problem(row):
        return reason
    if row["fs_hz"] and not float(row["fs_hz"]) > 0:
        return f"recordings.csv: fs_hz must be positive, got {row['fs_hz']}"
    if dataset.split_group == "repetition" and not row["repetition"]:
        return "repetition unknown, by which dataset.yaml splits; give it in recordings.csv"
    return _time_problem(row)


#: List of the files that an import could not place, beside the manifest.
UNRESOLVED = "unresolved.csv"

#: What is missing where neither the manifest nor the file says it.
RATE_UNKNOWN = "sampling rate unknown; give fs_hz in recordings.csv or in dataset.yaml"
TIME_UNKNOWN = "start time unknown; give started_at (UTC) in recordings.csv"

#: What stands in a line of the manifest for what must be filled in.
_TO_FILL = {
    "motor_id": "MOTOR", "started_at": "YYYY-MM-DDTHH:MM:SSZ", "fs_hz": "HZ", "phase_columns": "R;S;T",
    "time_column": "COLUMN", "time_unit": "UNIT", "sheet": "SHEET", "scale": "AMPERE", "decimal": "MARK",
}  # fmt: skip

#: A setting of the reading, in the part of a refusal that says what to do.
_ASKED = re.compile(r"[;:] (?:(?!fs_hz).)*?\b(phase_columns|time_column|time_unit|sheet|scale|decimal)\b(?! points)")


def cure_line(row: Mapping[str, str], columns: Sequence[str], missing: Collection[str]) -> str:
    """A line of ``recordings.csv`` that would cure a quarantined file, once its capitals are filled in.

    Parameters
    ----------
    row : mapping of str
        What is known of the file, by column of the manifest.
    columns : sequence of str
        Columns of the manifest, in their order.
    missing : collection of str
        Columns that must be filled in; those the manifest does not have are put behind the others, with their name.

    Examples
    --------
    >>> cure_line({"file": "a.csv"}, ["file", "motor_id", "started_at"], ["motor_id", "fs_hz"])
    'a.csv,MOTOR,,fs_hz=HZ'
    """
    cells = [_TO_FILL.get(name, name) if name in missing else row.get(name, "") for name in columns]
    cells += [f"{name}={_TO_FILL.get(name, name)}" for name in missing if name not in columns]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def missing_cells(row: Mapping[str, str], reason: str) -> tuple[str, ...]:
    """Columns of the manifest that a refusal asks for; of several ways to read a file, the first that it names.

    Examples
    --------
    >>> missing_cells({"motor_id": "M1"}, "x.csv names no phases; give R,S,T by phase_columns, such as 1,2,3")
    ('phase_columns',)
    """
    reading = _ASKED.search(reason)
    asked = {
        "motor_id": not row.get("motor_id") or "not in motors.yaml" in reason,
        "started_at": "started_at" in reason,
        "fs_hz": "fs_hz" in reason and not reading,
    }
    return (*(name for name, is_asked in asked.items() if is_asked), *(reading.groups() if reading else ()))


def repeated_rows(rows: Sequence[dict[str, str]]) -> dict[int, str]:
    """Rows that list a file again, by their index, with the sentence that says so."""
    seen: dict[str, int] = {}
    repeated = {}
    for index, row in enumerate(rows):
        if row["file"] in seen:
            repeated[index] = f"recordings.csv lists this file again in row {index + 2}; one file is one recording"
        seen.setdefault(row["file"], index)
    return repeated


def start_time(text: str) -> datetime | None:
    """A time in UTC, or None where the text has no zone; ISO only, because 05/01 is a guess.

    Raises
    ------
    ValueError, OverflowError
        The text is no time.
    """
    stamp = datetime.fromisoformat(text)
    return stamp.astimezone(UTC) if stamp.tzinfo else None


def _label_problem(row: dict[str, str]) -> str:
    """Why what a manifest row says of the machine's condition cannot be used, or ""."""
    if row["severity"] and not 0 <= float(row["severity"]) <= 1:
        return f"recordings.csv: severity must be 0 to 1, got {row['severity']}"
    if not _LABEL.fullmatch(row["condition"]):
        return (
            f"recordings.csv: condition {row['condition']!r} must be lower-case words joined by underscores; "
            "'healthy' means without a fault, empty means unknown"
        )
    if row["fault_phase"] not in ("", *PHASES):
        return f"recordings.csv: fault_phase must be R, S, T or empty, got {row['fault_phase']!r}"
    if row["fault_phase"] and row["condition"] in ("", "healthy"):
        return (
            f"recordings.csv: fault_phase {row['fault_phase']} contradicts condition {row['condition']!r}; "
            "a phase is stated for a fault alone"
        )
    return ""


def _time_problem(row: dict[str, str]) -> str:
    """Why the start time of a manifest row cannot be used, or ""."""
    if not row["started_at"]:
        return ""
    try:
        stamp = start_time(row["started_at"])
    except (ValueError, OverflowError):
        return f"recordings.csv: started_at {row['started_at']!r} is no time; write 2026-01-31T08:00:00Z"
    if stamp is None:
        return f"recordings.csv: started_at {row['started_at']!r} has no time zone; add Z for UTC"
    return ""


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
