"""What a reader of files is, and what it is handed: the bytes of one recording, and what was asked of it.

A source is opened only as far as needed: its beginning tells the format, a large file is read from the disk
by readers that can, and its whole content is taken into memory up to a limit only.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from diagmod.io.column_tables import Table
from diagmod.io.refusals import ZIP_DAMAGE, UnreadableRecording, first_line, too_large

#: Bytes of the beginning by which a format is told.
HEAD_BYTES = 1 << 16

#: First bytes of a zip archive.
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One recording as bytes, on a disk or unpacked from an archive.

    Attributes
    ----------
    name : str
        Name of the file for messages.
    path : Path or None
        The file itself; None where the recording was unpacked from an archive.
    unpacked : bytes or None
        The recording where it was unpacked from an archive.
    max_bytes : int
        Most that may be read into memory, unpacked.
    sheet : str or None
        Sheet of a workbook that was asked for.
    wanted : tuple of str
        Columns that were asked for, so that a reader of many arrays knows which to take.
    beside : mapping of bytes
        Other files of the recording in the same archive, by their suffix in small letters.
    """

    name: str
    path: Path | None = None
    unpacked: bytes | None = field(default=None, repr=False)
    max_bytes: int
    sheet: str | None = None
    wanted: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @cached_property
    def head(self) -> bytes:
        """The first :data:`HEAD_BYTES` bytes."""
        return self._read(HEAD_BYTES)

    @cached_property
    def content(self) -> bytes:
        """All bytes.

        Raises
        ------
        UnreadableRecording
            There are more than ``max_bytes``, or the disk fails.
        """
        content = self._read(self.max_bytes + 1) if self.unpacked is None else self.unpacked
        if len(content) > self.max_bytes:
            raise too_large(self.name, self.max_bytes)
        return content

    @cached_property
    def members(self) -> dict[str, int]:
        """Names and unpacked sizes of the files in a zip; empty where the source is none.

        Raises
        ------
        UnreadableRecording
            The archive is damaged, or holds no file.
        """
        if not self.head.startswith(ZIP):
            return {}
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                found = {member.filename: member.file_size for member in archive.infolist() if not member.is_dir()}
        except ZIP_DAMAGE as exc:
            raise UnreadableRecording(f"{self.name} is a damaged zip file ({first_line(exc)}); copy it again") from exc
        if not (found := {member: size for member, size in found.items() if not member.startswith("__MACOSX/")}):
            raise UnreadableRecording(f"{self.name} is an archive without a file; name the recording itself")
        return found

    def limit_members(self, max_bytes: int) -> None:
        """Refuse a zip whose files are larger together than a limit when unpacked."""
        if sum(self.members.values()) > max_bytes:
            raise too_large(self.name, max_bytes)

    def open(self) -> BinaryIO:
        """The bytes as a stream."""
        if self.path is None or self.unpacked is not None:
            return io.BytesIO(self.unpacked or b"")
        try:
            return self.path.open("rb")
        except OSError as exc:
            raise UnreadableRecording(
                f"{self.name} cannot be opened ({exc.strerror}); check path and permissions"
            ) from exc

    def companion(self, suffix: str) -> Source | None:
        """Another file of the same recording: of the same name but for its suffix, whatever its case."""
        if self.unpacked is not None:
            found = self.beside.get(suffix)
            return None if found is None else Source(name=self.name, unpacked=found, max_bytes=self.max_bytes)
        path = None if self.path is None else sibling(self.path, suffix)
        return None if path is None else Source(name=path.name, path=path, max_bytes=self.max_bytes)

    def _read(self, n_bytes: int) -> bytes:
        try:
            with self.open() as stream:
                if self.unpacked is None:  # asked for more than there is, a stream takes memory for all of it
                    n_bytes = min(n_bytes, os.fstat(stream.fileno()).st_size + 1)
                return stream.read(n_bytes)
        except OSError as exc:
            raise UnreadableRecording(
                f"{self.name} cannot be opened ({exc.strerror}); check path and permissions"
            ) from exc


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How files of one format are told and read; what a third party registers under ``diagmod.readers``.

    Attributes
    ----------
    name : str
        Short name of the format.
    what : str
        What a file of it is, in words with their article.
    suffixes : tuple of str
        Usual suffixes in small letters with their dot.
    recognises : callable
        Whether a :class:`Source` is of the format; by content, by its name only where the content cannot tell.
    read : callable
        Makes a :class:`~diagmod.io.column_tables.Table` of a source, or raises ``UnreadableRecording``.
    modules : tuple of str
        Modules that must be installed.
    extra : str
        Extra of diagmod that installs them.
    has_sheets : bool
        Whether a sheet may be asked for.
    """

    name: str
    what: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Table]
    modules: tuple[str, ...] = ()
    extra: str = ""
    has_sheets: bool = False


def begins_with(*beginnings: bytes) -> Callable[[Source], bool]:
    """Recognises a format by its first bytes.

    Examples
    --------
    >>> begins_with(b"TDSm")(Source(name="x", unpacked=b"TDSm...", max_bytes=100))
    True
    """
    return lambda source: source.head.startswith(beginnings)


def sibling(path: Path, suffix: str) -> Path | None:
    """The regular file beside another that differs from it in the suffix alone, whatever the case."""
    exact = [path.with_suffix(suffix), path.with_suffix(suffix.upper())]
    try:
        if found := next((other for other in exact if other.is_file()), None):
            return found
        wanted = path.stem.casefold() + suffix
        return next((other for other in sorted(path.parent.iterdir()) if other.name.casefold() == wanted), None)
    except (OSError, ValueError):
        return None
