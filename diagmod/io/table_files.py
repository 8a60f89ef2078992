"""One file of columns of numbers, told by its content and not by its name.

Text (plain, gzip, zip), Excel workbooks, Parquet and NumPy arrays become the same table. What is packed is
unpacked once, up to a limit, and a known format that is not read is named with what to do.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path

from diagmod.io import workbook_files
from diagmod.io.array_files import read_npy, read_npz, read_parquet
from diagmod.io.column_tables import Table
from diagmod.io.csv_ingest import UnreadableRecording
from diagmod.io.foreign_formats import FOREIGN_MEMBERS, foreign_format
from diagmod.io.number_tables import read_text_table
from diagmod.io.refusals import ZIP_DAMAGE, first_line, too_large

#: Largest content that is read or unpacked, in bytes; 30 million samples of three phases as text.
MAX_BYTES = 1 << 30

_GZIP, _ZIP, _PARQUET, _NPY = b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"\x93NUMPY"


def read_table_file(path: Path, sheet: str | None = None) -> Table:
    """Columns of one file.

    Parameters
    ----------
    path : Path
        CSV, TSV or TXT, XLSX, Parquet, NPY or NPZ, each also in a gzip or as the only file of a zip.
    sheet : str, optional
        Sheet of a workbook; needed only where several hold numbers.

    Raises
    ------
    UnreadableRecording
        The file is missing, no file, too large, damaged, or of another kind.
    """
    try:
        if path.is_dir():
            raise UnreadableRecording(f"{path} is a folder; name one recording in it")
        size = path.stat().st_size
        if not path.is_file():
            raise UnreadableRecording(f"{path} is no file on a disk; copy the recording into a file and name that")
        content = path.read_bytes() if size <= MAX_BYTES else None
    except FileNotFoundError:
        raise UnreadableRecording(f"{path} does not exist; check the path") from None
    except OSError as exc:
        raise UnreadableRecording(f"{path} cannot be opened ({exc.strerror}); check path and permissions") from exc
    if content is None:
        raise too_large(path.name, MAX_BYTES)
    return _read(content, path.name, sheet, is_packed=False)


def _read(content: bytes, name: str, sheet: str | None, *, is_packed: bool) -> Table:
    if not content:
        raise UnreadableRecording(f"{name} is empty; record again or name another file")
    if content.startswith((_GZIP, _ZIP)):
        members = _members(content, name) if content.startswith(_ZIP) else {}
        if "xl/workbook.xml" in members:
            _limit(members, name, workbook_files.MAX_BYTES)
            return workbook_files.read_workbook(content, name, sheet)
        if found := next((FOREIGN_MEMBERS[member] for member in members if member in FOREIGN_MEMBERS), None):
            raise _foreign(name, *found)
        if not (members and all(member.endswith(".npy") for member in members)):
            if is_packed:
                raise UnreadableRecording(f"{name} holds another archive; unpack it and name the recording")
            inner, inner_name = _unzip(content, name, members) if members else (_gunzip(content, name), name)
            return _read(inner, inner_name, sheet, is_packed=True)
        _refuse_sheet(sheet, name)
        _limit(members, name, MAX_BYTES)
        return read_npz(content, name)
    _refuse_sheet(sheet, name)
    if content.startswith(_PARQUET):
        return read_parquet(content, name, MAX_BYTES)
    if content.startswith(_NPY):
        return read_npy(content, name)
    if found := foreign_format(content):
        raise _foreign(name, *found)
    return read_text_table(content, name)


def _gunzip(content: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as exc:
        raise UnreadableRecording(f"{name} is a damaged gzip file ({first_line(exc)}); copy it again") from exc
    if len(plain) > MAX_BYTES:
        raise too_large(name, MAX_BYTES)
    return plain


def _members(content: bytes, name: str) -> dict[str, int]:
    """Names and unpacked sizes of the files in a zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {member.filename: member.file_size for member in archive.infolist() if not member.is_dir()}
    except ZIP_DAMAGE as exc:
        raise UnreadableRecording(f"{name} is a damaged zip file ({first_line(exc)}); copy it again") from exc
    if not (found := {member: size for member, size in found.items() if not member.startswith("__MACOSX/")}):
        raise UnreadableRecording(f"{name} is an archive without a file; name the recording itself")
    return found


def _unzip(content: bytes, name: str, members: dict[str, int]) -> tuple[bytes, str]:
    """The only file of an archive, and its name."""
    if len(members) > 1:
        shown = ", ".join([*members][:5])
        raise UnreadableRecording(
            f"{name} must hold one recording, it holds {len(members)} files ({shown}); unpack it and name one"
        )
    _limit(members, name, MAX_BYTES)
    member = next(iter(members))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(member), f"{member.rsplit('/', 1)[-1]} in {name}"
    except ZIP_DAMAGE as exc:
        raise UnreadableRecording(
            f"{name} is a damaged or encrypted zip file ({first_line(exc)}); copy it again, without a password"
        ) from exc


def _limit(members: dict[str, int], name: str, max_bytes: int) -> None:
    if sum(members.values()) > max_bytes:
        raise too_large(name, max_bytes)


def _foreign(name: str, what: str, what_to_do: str) -> UnreadableRecording:
    return UnreadableRecording(f"{name} is {what}, which is not read; {what_to_do}")


def _refuse_sheet(sheet: str | None, name: str) -> None:
    if sheet is not None:
        raise UnreadableRecording(f"{name} is no workbook and has no sheet {sheet!r}; leave out --sheet")
