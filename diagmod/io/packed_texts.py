"""A text as a stream of bytes, whether it lies on the disk as it is, in a gzip, or as the only file of a zip.

What is packed is unpacked while it is read, so that memory does not grow with it, and only up to a limit that no
recording reaches and a bomb does.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from diagmod.io.reader_sources import ZIP
from diagmod.io.refusals import ZIP_DAMAGE, UnreadableRecording, first_line

#: Most that a packed text may unfold to: this many bytes, or this many times its size; currents unfold to 3 to 20.
MOST_BYTES, MOST_TIMES = 1 << 30, 50

#: First bytes of an archive.
ARCHIVES = (_GZIP := b"\x1f\x8b", ZIP)

_DAMAGE = (*ZIP_DAMAGE, EOFError, zlib.error)


def is_packed(source: Path) -> bool:
    """Whether a file is a gzip or a zip."""
    with source.open("rb") as stream:
        return stream.read(4).startswith(ARCHIVES)


@contextmanager
def open_text(source: Path) -> Iterator[BinaryIO]:
    """The text of a file as a stream; of a zip its only file.

    Raises
    ------
    UnreadableRecording
        The archive is damaged, locked or holds several files, or unfolds to more than a recording does.
    """
    with source.open("rb") as stream:
        head = stream.read(4)
    try:
        if head.startswith(_GZIP):
            with gzip.open(source, "rb") as unpacked:
                yield _Bounded(unpacked, source)  # type: ignore[misc]
        elif head.startswith(ZIP):
            with zipfile.ZipFile(source) as archive, archive.open(_only_member(archive, source)) as member:
                yield _Bounded(member, source)  # type: ignore[misc]
        else:
            with source.open("rb") as plain:
                yield plain
    except _DAMAGE as exc:
        if isinstance(exc, UnreadableRecording) or not head.startswith(ARCHIVES):
            raise
        raise UnreadableRecording(
            f"{source.name} is a damaged or encrypted archive ({first_line(exc)}); copy it again, without a password"
        ) from exc


class _Bounded:
    """A stream that ends in a refusal where it becomes longer than a recording."""

    def __init__(self, stream: gzip.GzipFile | IO[bytes], source: Path) -> None:
        self._stream, self._name = stream, source.name
        self._left = max(MOST_BYTES, MOST_TIMES * source.stat().st_size)

    def read(self, n: int) -> bytes:
        """The next bytes, fewer than asked for only at the end."""
        content = self._stream.read(n)
        self._left -= len(content)
        if self._left < 0:
            raise UnreadableRecording(
                f"{self._name} unfolds to more than {MOST_TIMES} times its size; it is no recording"
            )
        return content


def _only_member(archive: zipfile.ZipFile, source: Path) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        raise UnreadableRecording(f"{source.name} must hold one recording, it holds {len(members)} files")
    return members[0]
