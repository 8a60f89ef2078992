"""The inbox of a data set: files that somebody handed in through a page, kept until they are imported.

``data/inbox/NAME/`` holds the files and ``manifest.csv``, a line a file, in the form of ``recordings.csv``. Nothing
here touches a data set or a result: ``diagmod import`` takes the inbox in when a person says so. A file appears whole
or not at all, under a name made here; the same content is taken once.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from diagmod.io.dataset_files import DatasetError, read_manifest_file
from diagmod.io.drafts import under_lock
from diagmod.io.hashes import file_sha256
from diagmod.io.import_rows import cell_problem
from diagmod.io.import_target import target_folder
from diagmod.io.interim import DATASET_FILE
from diagmod.io.refusals import printable
from diagmod.io.stages import StageError

#: Folder of all inboxes, relative to the project.
INBOX = "data/inbox"

#: List of the files of an inbox.
MANIFEST = "manifest.csv"

#: Columns of that list.
COLUMNS = ("file", "motor_id", "started_at", "fs_hz", "phase_columns", "sha256", "note")

#: Digits of the hash in the name of a file.
_DIGITS = 12

#: Letters of the name that a file had which its new name keeps.
_KEPT = 60

#: Suffixes that a file may keep; readers go by the content.
SUFFIXES = (
    ".csv", ".txt", ".tsv", ".dat", ".asc", ".xlsx", ".xlsm", ".parquet", ".npy", ".npz", ".mat", ".h5", ".hdf5",
    ".tdms", ".wav", ".cff", ".uff", ".unv", ".gz", ".zip",
)  # fmt: skip


@dataclass(frozen=True)
class Filed:
    """A file that was taken in.

    Attributes
    ----------
    file : str
        Its name in the inbox.
    place : str
        Its path, relative to the project.
    command : str
        What takes the inbox in.
    """

    file: str
    place: str
    command: str


def file_into_inbox(root: Path, source: Path, name: str, cells: Mapping[str, str]) -> Filed:
    """Keep a copy of a file in the inbox of the loaded data set.

    Parameters
    ----------
    root : Path
        The project.
    source : Path
        The file.
    name : str
        Name that it had where it comes from; may be anything.
    cells : mapping of str
        What is known of it: motor_id, started_at, fs_hz, phase_columns; an empty one says nothing.

    Raises
    ------
    DatasetError
        It is in the inbox or in the data set already, a cell cannot be written, or there is no room.
    """
    from diagmod.io.audit import write_audit

    folder = inbox_folder(root)
    sha256 = file_sha256(source)
    try:
        with under_lock(root / INBOX / f".{folder.name}.lock"):
            filed = _filed(root, folder, source, name, cells, sha256)
    except (DatasetError, OSError) as exc:
        write_audit(root, "file into inbox", f"{folder.name}: {shown(name)}", f"refused: {exc}", sha256=sha256)
        raise
    details = {"sha256": sha256, "motor": cells.get("motor_id", ""), "original": shown(name)}
    write_audit(root, "file into inbox", filed.place, "done", **details)
    return filed


def inbox_folder(root: Path) -> Path:
    """Inbox of the loaded data set.

    Raises
    ------
    DatasetError
        No data set is loaded, or its folder has no plain name.
    """
    try:
        about = json.loads((root / "data" / "interim" / DATASET_FILE).read_text(encoding="utf-8"))
        name = str(about.get("folder") or about["name"])
    except FileNotFoundError:
        raise DatasetError("no data set is loaded yet; run `make repro` first") from None
    except (ValueError, KeyError, AttributeError) as exc:
        raise DatasetError(f"{DATASET_FILE} is damaged; rebuild it with `dvc repro load`") from exc
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", name, re.ASCII):
        raise DatasetError(f"data set {name[:40]!r} has no name that a folder can have; rename its folder")
    return root / INBOX / name


def import_command(root: Path) -> str:
    """The command that takes the inbox of the loaded data set in.

    A data set that a stage of the pipeline makes takes no files: NAME stands for another one, to be chosen.
    """
    folder = inbox_folder(root)
    place = f"{INBOX}/{folder.name}"
    try:
        target_folder(folder.name, root)
        target = folder.name
    except (DatasetError, StageError):
        target = "NAME"
    register = "" if target == folder.name else f" --motors data/raw/{folder.name}/motors.yaml"
    return f"diagmod import {place} --dataset {target} --manifest {place}/{MANIFEST}{register}"


def shown(name: str) -> str:
    """A name from outside as it can be told: its last part, on one line, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    return printable(last)[:120] or "unnamed"


def suffix_of(name: str) -> str:
    """Suffix of a name from outside where it is one that is known; else empty.

    Examples
    --------
    >>> suffix_of("Pump.CSV"), suffix_of("a.csv.gz"), suffix_of("../x.sh")
    ('.csv', '.csv.gz', '')
    """
    lower = name.lower()
    last = next((s for s in SUFFIXES if lower.endswith(s)), "")
    inner = lower.removesuffix(last) if last in (".gz", ".zip") else ""
    return next((s for s in SUFFIXES[:-2] if inner.endswith(s)), "") + last


def _filed(root: Path, folder: Path, source: Path, name: str, cells: Mapping[str, str], sha256: str) -> Filed:
    rows = _listed(folder)
    if known := next((row["file"] for row in rows if row["sha256"] == sha256), ""):
        raise DatasetError(f"the same content is in the inbox already, as {known}; it is kept once")
    if known := _in_dataset(root, sha256):
        raise DatasetError(f"the same content is in the data set already, as {known}; nothing is to be done")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", shown(name).lower().removesuffix(suffix_of(name))).strip("_-")[:_KEPT]
    file = f"{stem or 'recording'}-{sha256[:_DIGITS]}{suffix_of(name)}"
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    given = {column: cells.get(column, "").strip() for column in COLUMNS}
    row = given | {"file": file, "sha256": sha256, "note": f"filed {at} as {shown(name)}"}
    if problem := cell_problem(row):
        raise DatasetError(problem)
    if source.stat().st_size * 2 > shutil.disk_usage(root).free:
        raise DatasetError("there is no room for the file on the disk; make some, then file it again")
    folder.mkdir(parents=True, exist_ok=True)
    _place(source, folder / file)
    _write(folder / MANIFEST, _text([*rows, row]))
    return Filed(file, f"{INBOX}/{folder.name}/{file}", import_command(root))


def _listed(folder: Path) -> list[dict[str, str]]:
    if not (folder / MANIFEST).is_file():
        return []
    records = read_manifest_file(folder / MANIFEST)[list(COLUMNS)].to_dict("records")
    return [{str(column): str(cell) for column, cell in record.items()} for record in records]


def _in_dataset(root: Path, sha256: str) -> str:
    """File of the loaded data set with that content; empty where there is none."""
    from diagmod.io.results import Results

    found = Results(root).table("recordings", ["file"], sha256=sha256)
    return str(found["file"].iloc[0]) if len(found) else ""


def _text(rows: list[dict[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _place(source: Path, target: Path) -> None:
    """A whole copy under a name of our making; what a killed process left under it is replaced."""
    draft = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, draft)
    _bring_to_disk(draft)
    draft.replace(target)


def _write(target: Path, text: str) -> None:
    draft = target.with_name(f".{target.name}.part")
    draft.write_text(text, encoding="utf-8")
    _bring_to_disk(draft)
    draft.replace(target)


def _bring_to_disk(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
