"""One file of an import: copied beside the data set and hashed in one pass, and looked at; runs in any process.

What is looked at is the copy, so that what was judged is what is kept. A file that cannot be used comes back with the
sentence that says why, and is kept all the same wherever that is possible.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diagmod.io.comtrade_files import companions_of
from diagmod.io.dataset_files import Dataset
from diagmod.io.glance import Glance, glance
from diagmod.io.hashes import file_sha256
from diagmod.io.ingest import recording_sha256, refuse_hopeless
from diagmod.io.reading_settings import ReadingError, reading_of
from diagmod.io.refusals import UnreadableRecording

#: Failures of the disk that is written to, which end the import.
_NOT_OF_THE_FILE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

#: Bytes that are copied at once.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Wanted:
    """A file that is to be imported.

    Attributes
    ----------
    path : Path
        The original; only read.
    name : str
        Its name in the data set.
    cells : mapping of str
        What is known of it.
    copy : Path or None
        Where its copy is to be written; None where it stays where it is, or is there already.
    present : Path or None
        File of the data set under its name.
    sha256 : str
        Hash that it must have; empty for any.
    is_listed : bool
        Whether the data set knows it already, so that it need not be looked at.
    """

    path: Path
    name: str
    cells: Mapping[str, str]
    copy: Path | None = None
    present: Path | None = None
    sha256: str = ""
    is_listed: bool = False


@dataclass(frozen=True)
class Taken:
    """What was found out about a file.

    Attributes
    ----------
    sha256 : str
        Empty where it could not be read.
    seen : Glance or None
    reason : str
        Why it cannot be used.
    is_kept : bool
        Whether it is, or was, copied whole, or stays readable where it is.
    """

    sha256: str = ""
    seen: Glance | None = None
    reason: str = ""
    is_kept: bool = False


def take_file(dataset: Dataset, wanted: Wanted) -> Taken:
    """Copy, hash and look at a file.

    Parameters
    ----------
    dataset : Dataset
        Into which it comes.
    wanted : Wanted
    """
    parts = [] if wanted.copy is None else [wanted.copy]
    try:
        refuse_hopeless(wanted.path)
        companions = companions_of(wanted.path)
        sha256 = read_through(wanted.path, wanted.copy)
        for companion in companions:
            beside = None if wanted.copy is None else wanted.copy.with_name(companion.name)
            parts += [] if beside is None else [beside]
            read_through(companion, beside)
        if companions:
            sha256 = recording_sha256(wanted.copy or wanted.path)
        if clash := _clash(wanted, sha256, companions):
            return Taken(sha256, reason=clash)
    except UnreadableRecording as exc:
        _remove(parts)
        return Taken(reason=str(exc))
    except (OSError, ValueError) as exc:
        _remove(parts)
        if getattr(exc, "errno", None) in _NOT_OF_THE_FILE:
            raise
        return Taken(reason=f"cannot be read ({getattr(exc, 'strerror', None) or exc}); check its permissions")
    if wanted.is_listed:
        return Taken(sha256, is_kept=True)
    try:
        seen = glance(wanted.copy or wanted.path, reading_of(dataset, wanted.cells))
    except (UnreadableRecording, ReadingError) as exc:
        return Taken(sha256, reason=str(exc), is_kept=True)
    except ValueError as exc:  # a rate that is no number; the row itself is refused for it
        return Taken(sha256, reason=str(exc), is_kept=True)
    return Taken(sha256, seen, is_kept=True)


def read_through(source: Path, copy: Path | None = None) -> str:
    """SHA-256 of a plain file that is read once, and copied on the way if asked.

    Raises
    ------
    UnreadableRecording
        It is no plain file, or changed meanwhile.
    OSError
        It cannot be read, or the copy not be written.
    """
    digest = hashlib.sha256()
    number = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb", buffering=0) as stream:
        before = os.fstat(number)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableRecording(f"{source.name} is no file on a disk; copy the recording into a file")
        if copy is not None:
            copy.parent.mkdir(parents=True, exist_ok=True)
        with copy.open("xb") if copy is not None else open(os.devnull, "wb") as target:  # noqa: PTH123
            while block := stream.read(_BLOCK):
                digest.update(block)
                if copy is not None:
                    target.write(block)
        after = os.fstat(number)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableRecording(f"{source.name} changed while it was read; import it again when it is complete")
    return digest.hexdigest()


def _clash(wanted: Wanted, sha256: str, companions: tuple[Path, ...]) -> str:
    """Why the content cannot have the name that it has, or ""."""
    if wanted.sha256 and wanted.sha256.lower() != sha256:
        return (
            f"its content is not that of the sha256 {wanted.sha256[:12]}... stated for it; the original changed: "
            "restore it, or remove its row from recordings.csv and import it again"
        )
    if wanted.present is None:
        return ""
    pairs = [(p, wanted.present.with_name(p.name)) for p in (wanted.path, *companions)]
    is_its_place = wanted.present.as_posix().endswith(f"/{wanted.name}")
    if is_its_place and all(there.is_file() and file_sha256(here) == file_sha256(there) for here, there in pairs):
        return ""
    return (
        "the data set has another content under this name; nothing was overwritten: rename the file, or import the "
        "folder above it"
    )


def _remove(parts: list[Path]) -> None:
    for part in parts:
        part.unlink(missing_ok=True)
