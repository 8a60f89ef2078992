"""The files of a folder that may be recordings, and those that are not taken, each with its reason.

Links are never followed, names that could do harm in a table or a path are refused, and what is no plain file is
never opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from diagmod.io.comtrade_files import principal_of
from diagmod.io.dataset_files import DatasetError
from diagmod.io.refusals import shown_name


@dataclass(frozen=True)
class Source:
    """A file that was found.

    Attributes
    ----------
    name : str
        Its path in the folder, with slashes, as it can be printed.
    path : Path
    n_bytes : int
    status : str
        "" for what may be a recording, else "skipped" or "quarantined".
    reason : str
        Why it has that status.
    """

    name: str
    path: Path
    n_bytes: int = 0
    status: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """What was found.

    Attributes
    ----------
    sources : tuple of Source
        By name.
    n_left_out : int
        Files that the patterns or the limit of the command left out.
    """

    sources: tuple[Source, ...]
    n_left_out: int = 0


def find_sources(
    path: Path,
    globs: Sequence[str] = (),
    *,
    recursive: bool = True,
    limit: int | None = None,
    descriptions: Collection[Path] = (),
) -> Found:
    """Files of a folder, or one file, by name.

    Parameters
    ----------
    path : Path
        Folder or file; may itself be a link.
    globs : sequence of str
        Patterns like ``*.csv``, of which one must fit, upper and lower case alike: the name of the file, or its path
        in the folder where the pattern has a slash. None takes every file.
    recursive : bool
        Whether folders in the folder are looked through.
    limit : int, optional
        Most recordings that are taken, the first by name.
    descriptions : collection of Path
        Files that are no recordings because the command names them otherwise.

    Raises
    ------
    DatasetError
        There is nothing at the path, or the folder cannot be read.
    """
    try:
        root, is_folder = path.resolve(strict=True), path.is_dir()
    except (OSError, RuntimeError):
        raise DatasetError(f"{str(path)!r} does not exist or cannot be reached; give a file or a folder") from None
    if not is_folder:
        return Found((_looked_at(root, root.parent, descriptions),))
    taken: list[Source] = []
    n_left_out = n_taken = 0
    for file in sorted(_walk(root, recursive=recursive), key=lambda p: os.fsencode(p.relative_to(root).as_posix())):
        name = file.relative_to(root).as_posix()
        if globs and not any(_fits(name, glob) for glob in globs):
            n_left_out += 1
            continue
        source = _looked_at(file, root, descriptions)
        if not source.status and limit is not None and n_taken >= limit:
            n_left_out += 1
            continue
        n_taken += not source.status
        taken.append(source)
    return Found(tuple(taken), n_left_out)


def _fits(name: str, glob: str) -> bool:
    return fnmatchcase((name if "/" in glob else name.rsplit("/", 1)[-1]).casefold(), glob.casefold())


def _walk(root: Path, *, recursive: bool) -> Iterator[Path]:
    """Files, and folders that are links or cannot be read."""
    unread: list[Path] = []

    def cannot(exc: OSError) -> None:
        if Path(str(exc.filename)) == root:
            raise DatasetError(f"folder {root.name} cannot be read ({exc.strerror}); check its permissions") from exc
        unread.append(Path(str(exc.filename)))

    for parent, folders, files in os.walk(root, onerror=cannot):
        yield from (Path(parent) / name for name in files)
        yield from (Path(parent) / name for name in folders if (Path(parent) / name).is_symlink())
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
    yield from unread


def _looked_at(path: Path, root: Path, descriptions: Collection[Path]) -> Source:
    name = path.relative_to(root).as_posix()
    status, reason = _refusal(path, name, root, descriptions)
    try:
        n_bytes = 0 if status else path.lstat().st_size
    except OSError as exc:
        status, reason, n_bytes = "quarantined", f"cannot be reached ({exc.strerror}); check its permissions", 0
    return Source(shown_name(name), path, n_bytes, status, reason)


def _refusal(path: Path, name: str, root: Path, descriptions: Collection[Path]) -> tuple[str, str]:
    """Status and reason of what is no recording, two empty texts for what may be one."""
    if path in descriptions:
        return "skipped", "describes the recordings and is none"
    if any(part.startswith(".") for part in name.split("/")):
        return "skipped", "hidden files are not taken"
    if shown_name(name) != name or name != name.strip():
        return "quarantined", "its name has characters that do not belong into a name; rename it"
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            is_inside = path.resolve(strict=True).is_relative_to(root)
            return ("skipped", "is a link to a file that counts itself") if is_inside else (
                "quarantined", "is a link that leads out of the folder; copy the file itself"
            )  # fmt: skip
        if stat.S_ISDIR(mode):
            return "quarantined", "is a folder that cannot be read; check its permissions"
        if not stat.S_ISREG(mode):
            return "quarantined", "is no file on a disk; copy the recording into a file"
        if (config := principal_of(path)) is not None:
            return "skipped", f"belongs to {config.name}"
    except (OSError, RuntimeError) as exc:
        return "quarantined", f"cannot be reached ({getattr(exc, 'strerror', None) or 'links in a circle'}); check it"
    return "", ""
