"""Every format that is read, in one registry: those built in, and those that other packages bring.

Another package adds a format by an entry point of the group ``diagmod.readers`` that names a
:class:`~diagmod.io.reader_sources.Reader`. It is asked for files that no reader built in recognises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

import numpy as np

from diagmod.io.array_files import NPY, NPZ, PARQUET
from diagmod.io.column_tables import Column, Table
from diagmod.io.comtrade_files import COMTRADE
from diagmod.io.hdf5_files import HDF5
from diagmod.io.matlab_files import MATLAB, MATLAB_73
from diagmod.io.reader_sources import Reader, Source
from diagmod.io.refusals import UnreadableRecording, first_line
from diagmod.io.tdms_files import TDMS
from diagmod.io.uff_files import UFF
from diagmod.io.wav_files import WAV
from diagmod.io.workbook_files import XLSX

#: Group of entry points under which other packages register their readers.
GROUP = "diagmod.readers"

#: Readers that come with diagmod, in the order in which they are asked; text is what remains.
BUILT_IN = (XLSX, NPZ, NPY, PARQUET, MATLAB, MATLAB_73, HDF5, TDMS, WAV, COMTRADE, UFF)


@dataclass(frozen=True)
class KnownReader:
    """One format for a list of what can be read.

    Attributes
    ----------
    name, what : str
        The format, shortly and in words.
    suffixes : tuple of str
        Usual suffixes.
    is_installed : bool
        Whether it can be read now.
    remedy : str
        What to do where it cannot; empty where it can.
    origin : str
        "diagmod", or the name under which another package registered it.
    """

    name: str
    what: str
    suffixes: tuple[str, ...]
    is_installed: bool
    remedy: str
    origin: str


def known_readers() -> tuple[KnownReader, ...]:
    """All formats that can be read, or could be after an installation, text first.

    Examples
    --------
    >>> [reader.name for reader in known_readers()][:4]
    ['text', 'XLSX', 'NPZ', 'NPY']
    """
    text = KnownReader("text", "a text of numbers", (".csv", ".tsv", ".txt", ".dat", ".asc"), True, "", "diagmod")
    found = [text, *(_known(reader, "diagmod") for reader in BUILT_IN)]
    for entry in _third_party():
        try:
            found.append(_known(_loaded(entry), entry.name))
        except UnreadableRecording as exc:
            found.append(KnownReader(entry.name, "a format of another package", (), False, str(exc), entry.name))
    return tuple(found)


def reader_of(source: Source) -> Reader | None:
    """The reader built in that recognises a source, or None."""
    return next((reader for reader in BUILT_IN if reader.recognises(source)), None)


def is_known_format(source: Source) -> bool:
    """Whether a reader built in or of another package recognises a source.

    Raises
    ------
    UnreadableRecording
        A reader of another package fails.
    """
    return reader_of(source) is not None or _third_party_reader(source) is not None


def read_known_format(source: Source) -> Table | None:
    """Columns of a source of a format that a reader built in recognises, or None.

    Raises
    ------
    UnreadableRecording
        It is of a known format and cannot be read.
    """
    reader = reader_of(source)
    return None if reader is None else _read(reader, source)


def read_third_party_format(source: Source) -> Table | None:
    """Columns of a source that a reader of another package recognises, or None.

    Raises
    ------
    UnreadableRecording
        The reader of another package refuses the source, fails, or cannot be loaded.
    """
    if (found := _third_party_reader(source)) is None:
        return None
    entry, reader = found
    return _checked(_guarded(entry, "failed on", source, partial(_read, reader)), entry, source)


def _third_party_reader(source: Source) -> tuple[EntryPoint, Reader] | None:
    for entry in _third_party():
        reader = _loaded(entry)
        if _guarded(entry, "cannot tell", source, reader.recognises) is True:
            return entry, reader
    return None


def _read(reader: Reader, source: Source) -> Table:
    if source.sheet is not None and not reader.has_sheets:
        raise UnreadableRecording(f"{source.name} is no workbook and has no sheet {source.sheet!r}; leave out --sheet")
    if remedy := _remedy(reader):
        raise UnreadableRecording(f"{source.name} is {reader.what}; {remedy}")
    try:
        return reader.read(source)
    except ImportError as exc:
        raise UnreadableRecording(
            f"{source.name} is {reader.what}, and the library for it cannot be loaded ({first_line(exc)}); install it "
            f"again: pip install 'diagmod[{reader.extra}]'"
        ) from exc


def _remedy(reader: Reader) -> str:
    if all(find_spec(module) for module in reader.modules):
        return ""
    return f"to read it, install its library: pip install 'diagmod[{reader.extra}]'"


def _known(reader: Reader, origin: str) -> KnownReader:
    remedy = _remedy(reader)
    return KnownReader(reader.name, reader.what, reader.suffixes, not remedy, remedy, origin)


@cache
def _third_party() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


def _loaded(entry: EntryPoint) -> Reader:
    try:
        reader = entry.load()
    except (Exception, SystemExit) as exc:  # code of another package may raise anything
        raise _foreign_failure(entry, "cannot be loaded", exc) from exc
    if not isinstance(reader, Reader):
        raise UnreadableRecording(
            f"the reader {entry.name!r} ({entry.value}) is a {type(reader).__name__}, expected a Reader of "
            "diagmod.io.reader_sources; remove the package that brings it, or have it corrected"
        )
    return reader


def _guarded(entry: EntryPoint, what: str, source: Source, call: Callable[[Source], object]) -> object:
    try:
        return call(source)
    except UnreadableRecording:
        raise
    except (Exception, SystemExit) as exc:  # one bad file of another package stops no import
        raise _foreign_failure(entry, f"{what} {source.name}", exc) from exc


def _foreign_failure(entry: EntryPoint, what: str, exc: BaseException) -> UnreadableRecording:
    return UnreadableRecording(
        f"the reader {entry.name!r} ({entry.value}) {what} ({type(exc).__name__}: {first_line(exc)}); remove the "
        "package that brings it, or have it corrected"
    )


def _checked(table: object, entry: EntryPoint, source: Source) -> Table:
    """The table of another package, if it is one: columns of one length, numbers as float64."""
    fault = ""
    if not isinstance(table, Table) or not all(isinstance(column, Column) for column in table.columns):
        fault = f"a {type(table).__name__} that is no Table of Columns"
    elif (
        not table.columns
        or len({_length(column) for column in table.columns}) != 1
        or None in map(_length, table.columns)
    ):
        fault = "columns that are not of one length and one dimension, with float64 numbers or texts"
    if fault or not isinstance(table, Table):
        raise UnreadableRecording(
            f"the reader {entry.name!r} ({entry.value}) made of {source.name} {fault}; have it corrected"
        )
    return table


def _length(column: Column) -> int | None:
    cells = column.texts if column.values is None else column.values
    if not isinstance(cells, np.ndarray) or cells.ndim != 1:
        return None
    return len(cells) if column.values is None or cells.dtype == np.float64 else None
