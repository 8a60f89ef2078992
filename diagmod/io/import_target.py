"""The data set that an import adds to: what is there already, and how the new is put in place.

A new data set appears in one step. To one that is there, files are added one by one and never over another, and
``recordings.csv`` comes last: killed at any moment, the old data set is there with at most some files that it does not
list, and the same import again completes it.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import Dataset, DatasetError, read_dataset, read_manifest
from diagmod.io.datasets import KNOWN
from diagmod.io.manifest_rows import UNRESOLVED, plain_name
from diagmod.io.motor_register import REGISTER, read_motors
from diagmod.io.public_sets.prepared import RECORDINGS
from diagmod.io.stages import read_yaml

#: Columns of that table.
UNRESOLVED_COLUMNS = ("file", "reason", "cure")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)


@dataclass(frozen=True)
class Target:
    """A data set before an import.

    Attributes
    ----------
    folder : Path
        Where it is, or will be.
    dataset : Dataset
    is_new : bool
    motors : dict of Motor
    has_register : bool
    text : str
        Its manifest, as it is in the file; empty where there is none.
    columns : tuple of str
        Of the manifest.
    rows : dict of dict
        Of the manifest, by file.
    unresolved : dict of tuple
        Reason and cure of files that were imported earlier and need a row, by file.
    """

    folder: Path
    dataset: Dataset
    is_new: bool = True
    motors: dict[str, Motor] = field(default_factory=dict)
    has_register: bool = False
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    unresolved: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def originals(self) -> Path | None:
        """Folder of its recordings where they stay with the user."""
        return Path(self.dataset.originals) if self.dataset.originals else None

    def name_of(self, source: Path, imported: Path) -> str:
        """Name in the manifest of a file of an imported folder."""
        if self.originals is not None:
            return source.relative_to(self.originals).as_posix()
        return f"{RECORDINGS}/{source.relative_to(imported).as_posix()}"

    def in_the_way_of(self, name: str) -> Path | None:
        """What is there under a name of a file, or instead of one of its folders; None where the place is free."""
        *folders, place = (self.folder / part for part in reversed([name, *map(str, Path(name).parents)]))
        return next(
            (p for p in folders if os.path.lexists(p) and not p.is_dir()), place if os.path.lexists(place) else None
        )

    def place_of(self, name: str) -> Path:
        """Where the file of that name is."""
        return (self.originals or self.folder) / name


def target_folder(name: str, root: Path) -> Path:
    """Folder of a data set that somebody may import into.

    Raises
    ------
    DatasetError
        The name is none, or belongs to a published data set or to a stage of the pipeline.
    """
    if not _NAME.fullmatch(name) or name.endswith(".dvc"):
        raise DatasetError(
            f"--dataset must be a name of letters, digits, '.', '_' and '-', at most 80, got {name!r}; choose another"
        )
    if name in KNOWN:
        raise DatasetError(f"--dataset {name} is a published data set, see `diagmod datasets get`; choose another name")
    stages = read_yaml(root / "dvc.yaml").get("stages") or {}
    for stage, entry in stages.items():
        outs = entry.get("outs", ()) if isinstance(entry, dict) else ()
        if any(f"data/raw/{name}" in (out if isinstance(out, dict) else [out]) for out in outs):
            raise DatasetError(f"--dataset {name} is made by the stage {stage}; choose another name")
    return root / "data" / "raw" / name


def open_target(folder: Path, *, referenced: Path | None, has_no_times: bool, unit: str) -> Target:
    """What is there, or the beginning of a new data set.

    Parameters
    ----------
    folder : Path
    referenced : Path or None
        Imported folder, where its files are to stay where they are.
    has_no_times : bool
        Whether the files are said to have no start times.
    unit : str
        Declared unit of a new data set; empty for ampere.

    Raises
    ------
    DatasetError
        What is there is no data set, or not of that kind.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        if os.path.lexists(folder) and not folder.is_dir():
            raise DatasetError(f"data/raw/{folder.name} is no folder; move it away, or choose another --dataset")
        originals = "" if referenced is None else str(referenced)
        times = "none" if has_no_times else "known"
        return Target(folder, Dataset(name=folder.name, originals=originals, times=times, unit=unit or "A"))
    dataset = read_dataset(folder)
    _check_kind(dataset, folder.name, referenced, has_no_times=has_no_times)
    has_register, has_manifest = (os.path.lexists(folder / name) for name in (REGISTER, "recordings.csv"))
    manifest = read_manifest(folder) if has_manifest else None
    records = [] if manifest is None else manifest.to_dict("records")
    rows = [{str(column): str(cell) for column, cell in record.items()} for record in records]
    return Target(
        folder,
        dataset,
        is_new=False,
        motors=read_motors(folder) if has_register else {},
        has_register=has_register,
        text=(folder / "recordings.csv").read_bytes().decode() if has_manifest else "",
        columns=() if manifest is None else manifest.attrs["columns"],
        rows={plain_name(row["file"]): row for row in reversed(rows)},
        unresolved=_read_unresolved(folder / UNRESOLVED),
    )


def unresolved_text(entries: Mapping[str, tuple[str, str]]) -> str:
    """The table of files that need a row by hand, by name."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(UNRESOLVED_COLUMNS)
    writer.writerows([name, *entries[name]] for name in sorted(entries))
    return stream.getvalue()


@contextmanager
def alone(lock: Path, name: str) -> Iterator[None]:
    """Alone among all imports into a data set.

    Raises
    ------
    DatasetError
        Another import is going on.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatasetError(f"another import into {name} is going on; wait until it is done") from None
        yield


def publish(draft: Path, target: Target, *, removed: Iterable[str] = ()) -> None:
    """Put a prepared import in place.

    Parameters
    ----------
    draft : Path
        Folder with the new files; a whole data set where the target is new.
    target : Target
    removed : iterable of str
        Files of the data set's description that are no longer needed.

    Raises
    ------
    DatasetError
        A file appeared meanwhile under a name that was free.
    """
    if target.is_new:
        target.folder.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(target.folder)
        return
    for file in sorted(p for p in (draft / RECORDINGS).rglob("*") if p.is_file()):
        _add(file, target.folder / file.relative_to(draft))
    for name in (REGISTER, UNRESOLVED, "recordings.csv"):
        if (draft / name).is_file():
            (draft / name).replace(target.folder / name)
    for name in removed:
        (target.folder / name).unlink(missing_ok=True)


def _add(file: Path, place: Path) -> None:
    """Move a file to a place that is free."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.hardlink_to(file)
    except FileExistsError:
        raise DatasetError(f"{place.name} appeared in {place.parent.name}/ meanwhile; import again") from None
    except OSError:  # a file system without links; imports are alone, so that nobody takes the place meanwhile
        if os.path.lexists(place):
            raise
        file.rename(place)
        return
    file.unlink()


def _check_kind(dataset: Dataset, name: str, referenced: Path | None, *, has_no_times: bool) -> None:
    if has_no_times and dataset.times != "none":
        raise DatasetError(f"--no-times says there are no start times, dataset.yaml of {name} says times: known")
    if referenced is None and dataset.originals:
        raise DatasetError(
            f"data/raw/{name} refers to its recordings in {dataset.originals}; pass --reference, or choose another "
            "--dataset for copies"
        )
    if referenced is not None and not dataset.originals:
        raise DatasetError(f"data/raw/{name} holds copies of its recordings; pass --copy, or choose another --dataset")
    if referenced is not None and not referenced.is_relative_to(Path(dataset.originals)):
        raise DatasetError(
            f"data/raw/{name} refers to recordings in {dataset.originals}, and {referenced} lies elsewhere; choose "
            "another --dataset"
        )


def _read_unresolved(path: Path) -> dict[str, tuple[str, str]]:
    """The table as it is; it is made by imports alone, so that one of another form is not read."""
    if not path.is_file():
        return {}
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return {}
    if not lines or tuple(lines[0]) != UNRESOLVED_COLUMNS:
        return {}
    return {row[0]: (row[1], row[2]) for row in lines[1:] if len(row) == len(UNRESOLVED_COLUMNS)}
