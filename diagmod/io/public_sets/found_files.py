"""The files of a folder that somebody downloaded, and those that are not taken, each with its reason.

Links that lead out of the folder, names that could do harm in a table or a path, and what is no plain file are
refused and named. Nothing is opened here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from diagmod.io.dataset_files import DatasetError
from diagmod.io.refusals import UnreadableRecording, shown_name

#: Endings of archives, in which published sets are handed out.
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar")


@dataclass(frozen=True)
class FoundFile:
    """A plain file of the folder.

    Attributes
    ----------
    name : str
        Its path in the folder, with slashes.
    path : Path
        Where it lies.
    """

    name: str
    path: Path


@dataclass(frozen=True)
class Gathered:
    """What of a folder belongs to a set.

    Attributes
    ----------
    rows : list of dict
        Rows of the manifest.
    left_out : list of str
        What was left out: name, colon, reason.
    n_files : int
        Files that gave a row.
    """

    rows: list[dict[str, str]]
    left_out: list[str]
    n_files: int


#: Gives the rows of one file, and lines about what of it was left out.
Take = Callable[[FoundFile, re.Match[str]], Iterable[dict[str, str] | str]]


def gather(
    folder: Path, dataset: str, names: re.Pattern[str], example: str, take: Take, preferred: str = ""
) -> Gathered:
    """Go through a folder file by file; one that cannot be used is named, and the others go on.

    Parameters
    ----------
    folder : Path
        The user's folder.
    dataset : str
        Name of the data set, for messages.
    names : Pattern
        What a file of the set is called.
    example : str
        Such a name, for messages.
    take : callable
        Gives rows and lines of a file, or raises :class:`~diagmod.io.refusals.UnreadableRecording`.
    preferred : str
        Ending of the form that counts where a recording is there in two.

    Raises
    ------
    DatasetError
        The folder is not there.
    """
    found, left_out = look_through(folder, dataset)
    gathered, seen = Gathered([], left_out, 0), dict[str, str]()
    for file in sorted(found, key=lambda f: (f.path.suffix != preferred, f.name)):
        match, recording = names.fullmatch(file.path.name), file.path.stem
        if match is None:
            left_out.append(_no_name_of_the_set(file, example))
        elif recording in seen:
            left_out.append(f"{file.name}: is {seen[recording]} once more")
        elif _take_one(file, take(file, match), gathered):
            seen[recording] = file.name
    gathered.rows.sort(key=lambda row: row["file"])
    return Gathered(gathered.rows, left_out, len(seen))


def look_through(folder: Path, dataset: str) -> tuple[list[FoundFile], list[str]]:
    """Plain files below a folder by name, and what was refused.

    Parameters
    ----------
    folder : Path
        The user's folder.
    dataset : str
        Name of the data set, for the message.

    Raises
    ------
    DatasetError
        There is no such folder, or it cannot be read.
    """
    if not folder.is_dir():
        raise DatasetError(f"folder {folder} does not exist; give the folder with the files of {dataset} to --from")
    root, found, refused = folder.resolve(), list[FoundFile](), list[str]()
    for path in _walk(root, refused):
        name = path.relative_to(root).as_posix()
        reason = _problem(path, name, root)
        if reason:
            refused.append(f"{shown_name(name)}: {reason}")
        elif path.is_file():
            found.append(FoundFile(name, path))
    return sorted(found, key=lambda file: file.name), sorted(refused)


def _take_one(file: FoundFile, results: Iterable[dict[str, str] | str], gathered: Gathered) -> bool:
    """Sort what a file gives into rows and lines; whether it gave a row."""
    before = len(gathered.rows)
    try:
        for result in results:
            if isinstance(result, str):
                gathered.left_out.append(f"{file.name}: {result}")
            else:
                gathered.rows.append(result)
    except UnreadableRecording as exc:
        gathered.left_out.append(f"{file.name}: {exc}")
    except OSError as exc:
        gathered.left_out.append(f"{file.name}: cannot be read ({exc.strerror or exc}); check its permissions")
    return len(gathered.rows) > before


def _no_name_of_the_set(file: FoundFile, example: str) -> str:
    if file.path.suffix.lower() in ARCHIVES:
        return f"{file.name}: is an archive; unpack it and try again"
    return f"{file.name}: its name is none of the set; expected are names like {example}"


def _walk(root: Path, refused: list[str]) -> Iterator[Path]:
    """Files, and folders that are links; links are not followed."""

    def cannot(exc: OSError) -> None:
        if Path(str(exc.filename)) == root:
            raise DatasetError(f"folder {root} cannot be read ({exc.strerror}); check its permissions") from exc
        name = Path(str(exc.filename)).relative_to(root).as_posix()
        refused.append(f"{shown_name(name)}: cannot be read ({exc.strerror}); check its permissions")

    for parent, folders, files in os.walk(root, onerror=cannot):
        yield from (Path(parent) / name for name in files)
        yield from (Path(parent) / name for name in folders if (Path(parent) / name).is_symlink())


def _problem(path: Path, name: str, root: Path) -> str:
    """Why a file is not taken, or ""."""
    if shown_name(name) != name:
        return "its name has characters that do not belong into a name; rename it"
    try:
        if path.is_symlink():
            inside = path.resolve(strict=True).is_relative_to(root)
            return "is a link; its target counts itself" if inside else "links out of the folder; copy the file itself"
        return "" if path.is_file() else "is no file on a disk; copy the recording into a file"
    except (OSError, RuntimeError) as exc:
        return f"cannot be reached ({exc}); check the link"
