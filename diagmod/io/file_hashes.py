"""The hash book: which content a file had when it was last read, so that an unchanged file is not read again.

A file counts as unchanged while place, size, inode, time of change of the content and of the inode
are the same; the last of these nobody can set back, so that an edit with its time restored is noticed. As in
git, a file touched less than two seconds before it was hashed is not trusted: a further change could carry
the same time. The book is no result: anyone may delete it, and a damaged one is begun anew. Limit: on a file
system without a time of change of the inode (FAT, some network drives) an edit of the same size whose
modification time was restored goes unnoticed; `rm -r .cache/hashes` makes sure.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from diagmod.io.hashes import file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

#: Nanoseconds a file must have been at rest before it was hashed: the coarsest clock of a common file system (FAT).
REST_NS = 2_000_000_000

#: Seconds between two savings: a run that is killed hashes at most this much again.
SAVING_S = 1.0

#: Seconds to wait for another process that is just saving.
_PATIENCE_S = 5.0

#: The book may be good, but not for us now: in use by another process, or in a place that cannot be written to.
_OUT_OF_REACH = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL)

_TABLE = (
    "CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, seen TEXT NOT NULL, sha256 TEXT NOT NULL, "
    "guard TEXT NOT NULL)"
)


class Sighting(NamedTuple):
    """How a file looked: what tells a change, and whether it had been at rest for long enough."""

    seen: str
    is_at_rest: bool


class HashBook:
    """Remembered hashes of files; a context manager that saves what is new.

    Parameters
    ----------
    file : Path
        Where they are kept; made where it is not there. A place that cannot be written to costs the memory alone.
    root : Path
        Files below it are known by their relative path, so that a project can be moved.
    """

    def __init__(self, file: Path, root: Path) -> None:
        self._file, self._root = file, root.absolute()
        self._new: dict[str, tuple[str, str]] = {}
        self._known = dict(self._read())
        self._saved_at = time.monotonic()

    @classmethod
    def open(cls, root: Path) -> HashBook:
        """The book of a project."""
        return cls(root / ".cache" / "hashes" / "files.sqlite", root)

    def sha256(self, path: Path) -> str:
        """SHA-256 of a file, read only if it may have changed since it was last read."""
        sighting = self.sight(path)
        if remembered := self.known(path, sighting):
            return remembered
        digest = file_sha256(path)
        self.note(path, sighting, digest)
        return digest

    @staticmethod
    def sight(path: Path) -> Sighting:
        """How a file looks now; to be taken before it is read by another process that hashes it."""
        stat = path.stat()
        return Sighting(_seen(stat), time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > REST_NS)

    def known(self, path: Path, sighting: Sighting) -> str | None:
        """SHA-256 of a file that has not changed since it was last read; None for any other."""
        seen, digest = self._known.get(self._name(path), ("", None))
        return digest if seen == sighting.seen else None

    def note(self, path: Path, sighting: Sighting, digest: str) -> None:
        """Remember the hash of a file, if it was at rest when it was sighted and looks the same since."""
        if not sighting.is_at_rest or _seen(path.stat()) != sighting.seen:
            return
        name = self._name(path)
        self._known[name] = self._new[name] = (sighting.seen, digest)
        if time.monotonic() - self._saved_at > SAVING_S:
            self.save()

    def save(self) -> None:
        """Write down what is new, in one short step; what cannot be written is hashed again another time."""
        self._saved_at = time.monotonic()
        if not self._new:
            return
        rows = [(name, seen, digest, _guard(name, seen, digest)) for name, (seen, digest) in self._new.items()]
        self._new = {}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=_PATIENCE_S)) as book, book:
                book.execute(_TABLE)
                book.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", rows)
        except (sqlite3.Error, OSError, UnicodeDecodeError) as exc:
            self._drop_if_damaged(exc)

    def __enter__(self) -> HashBook:
        """Use it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Save, whatever happened: a hash stays true."""
        self.save()

    def _name(self, path: Path) -> str:
        absolute = path.absolute()
        place = absolute.relative_to(self._root) if absolute.is_relative_to(self._root) else absolute
        return os.fsencode(place).decode("utf-8", errors="backslashreplace")

    def _drop_if_damaged(self, error: Exception) -> None:
        is_out_of_reach = isinstance(error, OSError) or getattr(error, "sqlite_errorcode", None) in _OUT_OF_REACH
        if not is_out_of_reach:
            with suppress(OSError):
                self._file.unlink()

    def _read(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Every whole row; a book that is no book is removed."""
        if not self._file.is_file():
            return
        try:
            with closing(sqlite3.connect(self._file, timeout=_PATIENCE_S)) as book:
                rows = book.execute("SELECT path, seen, sha256, guard FROM files").fetchall()
        except (sqlite3.Error, OSError, UnicodeDecodeError) as exc:
            self._drop_if_damaged(exc)
            return
        for name, seen, digest, guard in rows:
            if guard == _guard(name, seen, digest):
                yield name, (seen, digest)


def _seen(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _guard(*cells: object) -> str:
    """Check of a row: a page damaged on the disk must not become a hash."""
    return hashlib.sha256(repr(cells).encode("utf-8", errors="backslashreplace")).hexdigest()[:16]
