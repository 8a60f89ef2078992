"""One file of columns of numbers, told by its content and not by its name.

Every format of :mod:`diagmod.io.readers` becomes the same table; what none of them recognises is a text of numbers.
What is packed is unpacked once, up to a limit, and a known format that is not read is named with what to do.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from diagmod.io.column_tables import Table
from diagmod.io.comtrade_files import COMPANIONS, principal_of
from diagmod.io.declarations import TEXT_TELLS, TextSettings
from diagmod.io.foreign_formats import FOREIGN_MEMBERS, foreign_format
from diagmod.io.number_tables import read_text_table
from diagmod.io.reader_sources import ZIP, Source
from diagmod.io.readers import is_known_format, read_known_format, read_third_party_format
from diagmod.io.refusals import ZIP_DAMAGE, UnreadableRecording, first_line, too_large

#: Largest content that is read or unpacked, in bytes; 30 million samples of three phases as text.
MAX_BYTES = 1 << 30

_GZIP = b"\x1f\x8b"


def read_table_file(
    path: Path, sheet: str | None = None, wanted: tuple[str, ...] = (), settings: TextSettings = TEXT_TELLS
) -> Table:
    """Columns of one file.

    Parameters
    ----------
    path : Path
        Any format of :mod:`diagmod.io.readers` or a text of numbers, each also in a gzip or as the only file of a zip.
    sheet : str, optional
        Sheet of a workbook; needed only where several hold numbers.
    wanted : tuple of str
        Columns that will be asked for; they decide which arrays of a file of many are read.
    settings : TextSettings
        How a text is written, as far as it was declared.

    Raises
    ------
    UnreadableRecording
        The file is missing, no file, too large, damaged, or of another kind.
    """
    try:
        if path.is_dir():
            raise UnreadableRecording(f"{path} is a folder; name one recording in it")
        path.stat()
        if not path.is_file():
            raise UnreadableRecording(f"{path} is no file on a disk; copy the recording into a file and name that")
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise UnreadableRecording(f"{path} does not exist; check the path") from None
    except OSError as exc:
        raise UnreadableRecording(f"{path} cannot be opened ({exc.strerror}); check path and permissions") from exc
    if (config := principal_of(path)) is not None:
        raise UnreadableRecording(f"{path.name} belongs to the COMTRADE recording {config.name}; name that file")
    return _read(Source(name=path.name, path=path, max_bytes=MAX_BYTES, sheet=sheet, wanted=wanted), settings)


def is_text_table(path: Path) -> bool:
    """Whether a file is no archive and of no known format, so that it can only be a text of numbers.

    Raises
    ------
    UnreadableRecording
        The file cannot be opened.
    """
    source = Source(name=path.name, path=path, max_bytes=MAX_BYTES)
    if source.head.startswith((_GZIP, ZIP)) or foreign_format(source.head):
        return False
    return not is_known_format(source) and principal_of(path) is None


def _read(source: Source, settings: TextSettings) -> Table:
    if not source.head:
        raise UnreadableRecording(f"{source.name} is empty; record again or name another file")
    if (table := read_known_format(source) or read_third_party_format(source)) is not None:
        return table
    if found := next((FOREIGN_MEMBERS[member] for member in source.members if member in FOREIGN_MEMBERS), None):
        raise _foreign(source.name, *found)
    if source.members or source.head.startswith(_GZIP):
        if source.unpacked is not None:
            raise UnreadableRecording(f"{source.name} holds another archive; unpack it and name the recording")
        return _read(_unzip(source) if source.members else _gunzip(source), settings)
    if source.sheet is not None:
        raise UnreadableRecording(f"{source.name} is no workbook and has no sheet {source.sheet!r}; leave out --sheet")
    if found := foreign_format(source.head):
        raise _foreign(source.name, *found)
    return read_text_table(source.content, source.name, settings=settings)


def _gunzip(source: Source) -> Source:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(source.content)) as stream:
            plain = stream.read(source.max_bytes + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise UnreadableRecording(f"{source.name} is a damaged gzip file ({first_line(exc)}); copy it again") from exc
    if len(plain) > source.max_bytes:
        raise too_large(source.name, source.max_bytes)
    return replace(source, path=None, unpacked=plain)


def _unzip(source: Source) -> Source:
    """The only recording of an archive; the files of one COMTRADE recording are one."""
    member, others = _principal([*source.members])
    if member is None:
        shown = ", ".join([*source.members][:5])
        raise UnreadableRecording(
            f"{source.name} must hold one recording, it holds {len(source.members)} files ({shown}); unpack it and "
            "name one"
        )
    source.limit_members(source.max_bytes)
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            content = archive.read(member)
            beside = {PurePosixPath(other).suffix.lower(): archive.read(other) for other in others}
    except ZIP_DAMAGE as exc:
        raise UnreadableRecording(
            f"{source.name} is a damaged or encrypted zip file ({first_line(exc)}); copy it again, without a password"
        ) from exc
    name = f"{member.rsplit('/', 1)[-1]} in {source.name}"
    return replace(source, name=name, path=None, unpacked=content, beside=beside)


def _principal(members: list[str]) -> tuple[str | None, list[str]]:
    """The file of an archive that is to be read, and its companions; None where several can be meant."""
    if len(members) == 1:
        return members[0], []
    configs = [member for member in members if member.lower().endswith(".cfg")]
    if len(configs) != 1:
        return None, []
    stem, others = configs[0][:-4].casefold(), [member for member in members if member != configs[0]]
    if all(other[:-4].casefold() == stem and other[-4:].lower() in COMPANIONS for other in others):
        return configs[0], others
    return None, []


def _foreign(name: str, what: str, what_to_do: str) -> UnreadableRecording:
    return UnreadableRecording(f"{name} is {what}, which is not read; {what_to_do}")
