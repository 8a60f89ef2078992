"""Universal files of vibration analysers: records of type 58, in text or binary, that are responses over time.

A record states its number of points and their form; both are held against what is there. Records of other
types are left out: geometry and spectra are no recording.

References
----------
University of Cincinnati, SDRL: Universal file formats, dataset 58 "Function at nodal DOF", and 58b.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.io.column_tables import Table
from diagmod.io.named_arrays import NamedArray, table_of_arrays
from diagmod.io.reader_sources import Reader, Source
from diagmod.io.refusals import UnreadableRecording, shorten

#: Line that opens and closes a record.
_MARK = b"    -1"

#: Lines of the heading of a record of type 58, the line of the type included.
_N_HEADING = 12

#: Function types that are a response over time: general and time response.
_TIME_RESPONSE = (1,)

#: Widths of the numbers of a line: single and double precision, and time beside double precision.
_SINGLE, _DOUBLE, _TIMED_DOUBLE = (13,), (20,), (13, 20)

#: Units of the kinds of data that have no label and are no current.
_OTHER_KINDS = {11: "m/s", 12: "m/s2", 8: "mm/s"}


@dataclass(frozen=True)
class Record:
    """One response over time.

    Attributes
    ----------
    titles : tuple of str
        The five title lines, and the place of the sensor.
    unit : str
    step_s : float
        Seconds between points; 0 where they are not even.
    stamps_s : ndarray of float64, shape (n,), or None
        Time in seconds of every point where the steps are not even.
    values : ndarray of float64, shape (n,)
    """

    titles: tuple[str, ...]
    unit: str
    step_s: float
    stamps_s: NDArray[np.float64] | None
    values: NDArray[np.float64]


def read_uff(source: Source) -> Table:
    """Columns of the records over time.

    Raises
    ------
    UnreadableRecording
        The file is damaged or holds no record over time.
    """
    notes: list[str] = []
    records, others = [], 0
    for lines, body in _blocks(source):
        record = _record(lines, body, source.name) if lines[0][:6].strip() == b"58" else None
        records += [record] if record is not None else []
        others += record is None
    if others:
        notes.append(f"{others} record(s) that are no real response over time were left out")
    if not records:
        raise UnreadableRecording(f"{source.name} holds no record of type 58 over time; export the time responses")
    names = _names(records)
    arrays = [_array(record, name) for record, name in zip(records, names, strict=True)]
    return table_of_arrays([*_stamps(records, source.name), *arrays], source, "UFF 58", rates={}, notes=notes)


def _array(record: Record, name: str) -> NamedArray:
    values = record.values
    fs = 1.0 / record.step_s if record.step_s else None
    return NamedArray(path=name, name=name, shape=values.shape, load=lambda: values, unit=record.unit, fs=fs)


def _stamps(records: list[Record], name: str) -> list[NamedArray]:
    """The time of uneven records, which must be the same in all of one length."""
    found: list[NDArray[np.float64]] = []
    for record in records:
        stamps = record.stamps_s
        if stamps is not None and not any(np.array_equal(stamps, other) for other in found):
            if any(stamps.size == other.size for other in found):
                raise UnreadableRecording(f"{name} holds records with different times; export those of one recording")
            found.append(stamps)
    return [
        NamedArray(path="time", name="time", shape=stamps.shape, load=lambda stamps=stamps: stamps, unit="s")  # type: ignore[misc]
        for stamps in found
    ]


def _names(records: list[Record]) -> list[str]:
    """The first of their titles that tells them apart, or their numbers."""
    for titles in zip(*(record.titles for record in records), strict=True):
        if all(titles) and len(set(titles)) == len(titles):
            return list(titles)
    return [""] * len(records)


def _blocks(source: Source) -> Iterator[tuple[list[bytes], bytes]]:
    """Heading lines and body of every record."""
    content, at = source.content, 0
    while (begin := _mark(content, at)) >= 0:
        at = _line_end(content, begin)
        lines: list[bytes] = []
        while at < len(content) and len(lines) < _N_HEADING and not _is_mark(content, at):
            end = _line_end(content, at)
            lines.append(content[at:end].rstrip(b"\r\n"))
            at = end
        end = _mark(content, at + _n_binary(lines))
        if not lines or end < 0:
            raise UnreadableRecording(f"{source.name} ends inside a record; copy it again")
        yield lines, content[at:end]
        at = _line_end(content, end)


def _n_binary(lines: list[bytes]) -> int:
    """Bytes of a binary body that the line of the type announces; 0 of a text."""
    first = lines[0] if lines else b""
    digits = first[31:43].strip()
    return int(digits) if first[6:7].lower() == b"b" and digits.isdigit() and len(digits) < 12 else 0


def _line_end(content: bytes, at: int) -> int:
    end = content.find(b"\n", at)
    return len(content) if end < 0 else end + 1


def _is_mark(content: bytes, at: int) -> bool:
    return content.startswith(_MARK, at) and not content[at : _line_end(content, at)][len(_MARK) :].strip()


def _mark(content: bytes, at: int) -> int:
    """Where the next line with the mark begins; -1 where there is none. Binary bodies may end without a line end."""
    is_first = True
    while (found := content.find(_MARK, at)) >= 0:
        is_line = found == 0 or content[found - 1 : found] in (b"\n", b"\r") or (is_first and found == at)
        if is_line and _is_mark(content, found):
            return found
        at, is_first = found + 1, False
    return -1


def _record(lines: list[bytes], body: bytes, name: str) -> Record | None:
    """A real response over time; None of every other function."""
    if len(lines) < _N_HEADING:
        raise UnreadableRecording(f"{name} has a record of type 58 with {len(lines)} lines of heading, expected 12")
    heading = [line.decode("latin-1").ljust(80) for line in lines]
    function = _integer(heading[6][:5], name)
    form, n, spacing = (_integer(heading[7][k : k + 10], name) for k in (0, 10, 20))
    if function not in _TIME_RESPONSE or form not in (2, 4):
        return None
    if spacing not in (0, 1) or n < 1:
        raise UnreadableRecording(f"{name} has a record of {n} points of spacing {spacing}, expected 1 (even) or 0")
    step = _real(heading[7][43:56], name) if spacing == 1 else 0.0
    if spacing == 1 and not 0.0 < step < np.inf:
        raise UnreadableRecording(
            f"{name} has a record whose step is {step:g} s, expected a positive one; export it again"
        )
    numbers = _numbers(lines[0], body, is_double=form == 4, is_even=spacing == 1, name=name)
    n_numbers = n * (2 - spacing)
    if numbers.size != n_numbers:
        raise UnreadableRecording(
            f"{name} has a record with {numbers.size} numbers, its heading announces {n_numbers}; copy it again"
        )
    place = " ".join(heading[6][31:55].split())
    titles = (*(_title(line) for line in heading[1:6]), place)
    unit = _title(heading[9][46:]) or _OTHER_KINDS.get(_integer(heading[9][:10], name), "")
    if spacing == 1:
        return Record(titles, unit, step, None, numbers)
    return Record(titles, unit, 0.0, numbers[0::2], numbers[1::2])


def _title(text: str) -> str:
    text = " ".join(text.split())
    return "" if text.upper() in ("NONE", "N/A", "-") else text


def _numbers(first: bytes, body: bytes, *, is_double: bool, is_even: bool, name: str) -> NDArray[np.float64]:
    if first[6:7].lower() == b"b":
        order = "<" if first[7:13].strip() == b"1" else ">"
        if first[13:19].strip() != b"2":
            raise UnreadableRecording(f"{name} has a binary record that is not of IEEE numbers; export it as text")
        if is_double and not is_even:
            raise UnreadableRecording(f"{name} has a binary record with uneven times; export it as text")
        raw = body[: _n_binary([first])]
        number = np.dtype(f"{order}f8" if is_double else f"{order}f4")
        with np.errstate(invalid="ignore"):  # a signalling NaN is a missing sample like any other
            return np.frombuffer(raw[: len(raw) // number.itemsize * number.itemsize], dtype=number).astype(np.float64)
    widths = _SINGLE if not is_double else _DOUBLE if is_even else _TIMED_DOUBLE
    return _fixed_width(body, widths, name)


def _fixed_width(body: bytes, widths: tuple[int, ...], name: str) -> NDArray[np.float64]:
    """Numbers in fields of fixed width; a line may hold fewer than the one before."""
    lines = [line.rstrip() for line in body.splitlines() if line.strip()]
    period = sum(widths)
    if any(len(line) % period for line in lines):
        bad = next(line for line in lines if len(line) % period)
        raise UnreadableRecording(
            f"{name} has a line that is not of fields of {period} characters: {shorten(bad.decode('latin-1'))}; copy "
            "it again"
        )
    cells = np.frombuffer(b"".join(lines), dtype=f"S{period}")
    table = np.empty((cells.size, len(widths)))
    edges = np.cumsum((0, *widths))
    characters = cells.view("S1").reshape(cells.size, period)
    try:
        for k, width in enumerate(widths):
            field = np.ascontiguousarray(characters[:, edges[k] : edges[k + 1]]).view(f"S{width}").reshape(-1)
            table[:, k] = field.astype(np.float64)
    except ValueError as exc:
        raise UnreadableRecording(f"{name} has a field that is no number ({exc}); copy it again") from exc
    return table.reshape(-1)


def _integer(text: str, name: str) -> int:
    try:
        return int(text.strip() or "0")
    except ValueError:
        raise UnreadableRecording(f"{name} has {shorten(text)} in a heading, expected a whole number") from None


def _real(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UnreadableRecording(f"{name} has {shorten(text)} in a heading, expected a number") from None


def _is_uff(source: Source) -> bool:
    head = source.head.lstrip(b"\r\n")
    lines = head[:400].splitlines()
    return _is_mark(head, 0) and len(lines) > 1 and lines[1][:6].strip().isdigit()


#: How these files are told and read.
UFF = Reader(name="UFF", what="a universal file", suffixes=(".uff", ".unv", ".58"), recognises=_is_uff, read=read_uff)
