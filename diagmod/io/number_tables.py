"""One text of numbers in any common dialect into columns.

What stands above and below the table is left out and said, so are empty lines and a last line cut short.
Any other line inside the table that is no row of it is refused with its number: what it held is not known.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pacompute
import pyarrow.csv as pacsv

from diagmod.io.column_tables import Column, Table
from diagmod.io.declarations import TEXT_TELLS, TextSettings
from diagmod.io.refusals import UnreadableRecording, shorten
from diagmod.io.text_dialects import (
    DELIMITERS,
    MISSING,
    Dialect,
    find_dialect,
    refuse_cut_clock_times,
    refuse_grouped_thousands,
)
from diagmod.io.text_encodings import plain_text
from diagmod.io.text_headings import Heading, read_heading

#: Bytes at either end in which heading and closing lines may stand.
EDGE_BYTES = 1 << 17

#: Share of lines followed by an empty one above which a file of one column is written with double line ends.
DOUBLE_SPACED = 0.9

#: Columns a table may have; more are samples written along a line.
MAX_COLUMNS = 256

_TRANSPOSE = "; write a row a sample and a column a channel"
_EXCEL_HINT = re.compile(rb'"?sep=(.)"?\n')


@dataclass(frozen=True)
class TextLayout:
    """How the rows of a text stand in it.

    Attributes
    ----------
    dialect : Dialect
    lines : tuple of str
        Lines of its beginning.
    first : int
        Index of the first row among them.
    heading : Heading
        Names and units of the columns.
    """

    dialect: Dialect
    lines: tuple[str, ...]
    first: int
    heading: Heading


def read_text_table(
    content: bytes, name: str, *, delimiters: str = DELIMITERS, settings: TextSettings = TEXT_TELLS
) -> Table:
    r"""Columns of a text.

    Parameters
    ----------
    content : bytes
        The whole text; UTF-8 or UTF-16 with byte-order mark, UTF-8, cp1251 or latin-1.
    name : str
        Name for messages.
    delimiters : str
        Separators to try, one character each; the blank stands for any run of blanks and tabs.
    settings : TextSettings
        What was declared; it goes before what the text says.

    Returns
    -------
    Table

    Raises
    ------
    UnreadableRecording
        The text is empty, binary, no table, or can be read in two ways.

    Examples
    --------
    >>> table = read_text_table(b"t;I_R\n0,00;1,5\n0,01;-1,5\n", "x.csv")
    >>> [(c.name, c.values.tolist()) for c in table.columns]
    [('t', [0.0, 0.01]), ('I_R', [1.5, -1.5])]
    """
    content, delimiters, notes = unwrapped(content, name, delimiters, settings)
    return read_rows(content, name, layout_of(content, name, delimiters, settings), notes)


def read_rows(content: bytes, name: str, layout: TextLayout, notes: list[str]) -> Table:
    """Columns of plain lines whose layout is known; ``notes`` of what was done before go along."""
    return _Reader(content, name, layout, notes).read()


def unwrapped(
    content: bytes, name: str, delimiters: str = DELIMITERS, settings: TextSettings = TEXT_TELLS
) -> tuple[bytes, str, list[str]]:
    """A text as plain UTF-8 lines, the separators to try, and notes of what was done."""
    content, notes = plain_text(content, name, settings.encoding)
    if hint := _EXCEL_HINT.match(content):
        delimiters = hint[1].decode("latin-1") if hint[1].decode("latin-1") in delimiters else delimiters
        content = b"\n" + content[hint.end() :]  # so that lines keep their numbers
    return content, settings.separator or delimiters, notes


def layout_of(
    content: bytes, name: str, delimiters: str = DELIMITERS, settings: TextSettings = TEXT_TELLS
) -> TextLayout:
    """Dialect, first row and heading of a text.

    Parameters
    ----------
    content : bytes
        Plain lines as of :func:`unwrapped`: all of them, or a beginning that ends with a line.
    name, delimiters, settings
        See :func:`read_text_table`.

    Raises
    ------
    UnreadableRecording
        It is no table of numbers, or can be read in two ways.
    """
    lines = _head_lines(content, name)
    filled = [line for line in lines if line.strip()]
    dialect = find_dialect(filled, name, delimiters, settings.decimal or ".,")
    if len(dialect.kinds) > MAX_COLUMNS:
        raise UnreadableRecording(
            f"{name} has {len(dialect.kinds)} cells in a line, allowed are {MAX_COLUMNS}{_TRANSPOSE}"
        )
    first = _first_row(lines, dialect, name)
    if settings.has_header is True and not any(map(str.strip, lines[:first])):
        first = next(at for at in range(first, len(lines)) if lines[at].strip()) + 1
    heading = read_heading(lines[:first], dialect, name, has_names=settings.has_header)
    if settings.decimal is None:
        refuse_grouped_thousands(content[_offset_of_line(content, first) :], dialect, lines[first:], name)
    if not any(heading.names) and settings.delimiter is None:
        refuse_cut_clock_times(dialect, lines[first:], name)
    return TextLayout(dialect, tuple(lines), first, heading)


def _head_lines(content: bytes, name: str) -> list[str]:
    lines = content[:EDGE_BYTES].decode("utf-8", errors="ignore").split("\n")
    whole = lines if len(content) <= EDGE_BYTES else lines[:-1]
    if not any(map(str.strip, whole)):
        raise UnreadableRecording(f"{name} holds no line of samples in its first {EDGE_BYTES >> 10} KiB{_TRANSPOSE}")
    return whole


def _first_row(lines: list[str], dialect: Dialect, name: str) -> int:
    """Index of the first row: one that is followed by another; rows of missing cells before it are rows too."""
    numbered = [(number, line) for number, line in enumerate(lines) if line.strip()]
    is_row = [False] * len(numbered)
    for at, (_, line) in enumerate(numbered):
        is_row[at] = dialect.is_row(dialect.cells(line))
        if at and is_row[at] and is_row[at - 1]:
            first = at - 1
            while first and all(cell in MISSING for cell in dialect.cells(numbered[first - 1][1])):
                first -= 1
            return numbered[first][0]
    raise UnreadableRecording(f"{name} holds no two rows of numbers in succession; export it again")


def _offset_of_line(content: bytes, line: int) -> int:
    at = 0
    for _ in range(line):
        at = content.index(b"\n", at) + 1
    return at


@dataclass
class _Reader:
    """Reads one text; collects the notes on the way."""

    content: bytes
    name: str
    layout: TextLayout
    notes: list[str] = field(default_factory=list)
    n_left_out: int = 0

    def read(self) -> Table:
        dialect, heading, first = self.layout.dialect, self.layout.heading, self.layout.first
        self.notes += heading.notes
        begin = _offset_of_line(self.content, first)
        end = self._end_of_rows(begin, dialect)
        table = self._parse(begin, end, dialect)
        self._refuse_swallowed_rows(table)
        columns = tuple(
            _column(name, unit, kind, cells, dialect)
            for name, unit, kind, cells in zip(heading.names, heading.units, dialect.kinds, table.columns, strict=True)
        )
        heading_lines = tuple(line.strip() for line in self.layout.lines[:first])
        return Table(
            self.name, columns, tuple(self.notes), heading_lines, format=dialect.words, n_left_out=self.n_left_out
        )

    def _end_of_rows(self, begin: int, dialect: Dialect) -> int:
        """Where the last row ends; closing lines of text and a last line cut short are left out and noted."""
        left: list[str] = []
        end = len(self.content.rstrip(b"\n") if self.content.endswith(b"\n\n") else self.content)
        earliest = end - EDGE_BYTES
        while end > begin:
            start = self.content.rfind(b"\n", begin, end) + 1 or begin
            line = self.content[start:end].decode("utf-8", errors="replace")
            if line.strip():
                if dialect.may_stand_inside(dialect.cells(line)):
                    break
                left.append(line)
            end = max(start - 1, begin)
            if left and end < earliest:
                raise UnreadableRecording(
                    f"{self.name} ends with more than {EDGE_BYTES >> 10} KiB that are no rows of numbers; remove them"
                )
        if len(left) == 1 and all(c in MISSING or dialect.number.fullmatch(c) for c in dialect.cells(left[0])):
            self.n_left_out = 1
            self.notes.append(f"the last line is cut short and was left out: {shorten(left[0])}")
        elif left:
            self.notes.append(f"{len(left)} line(s) below the table were left out, the last {shorten(left[0])}")
        return end

    def _parse(self, begin: int, end: int, dialect: Dialect) -> pa.Table:
        is_single = len(dialect.kinds) == 1
        n_empty = self.content.count(b"\n\n", begin, end)
        if is_single and 2 * n_empty > DOUBLE_SPACED * self.content.count(b"\n", begin, end):
            self.notes.append("every second line is empty; the empty ones were skipped")
            is_single = False
        elif n_empty and not is_single:
            self.notes.append(f"empty lines inside the table were skipped ({n_empty} or more)")
        rows = memoryview(self.content)[begin:end]
        try:
            if dialect.delimiter != " ":
                return _parse_rows(pa.py_buffer(rows), dialect, empty_is_row=is_single)
        except pa.ArrowInvalid:
            pass  # blanks around cells can be the reason
        try:
            return _parse_rows(
                pa.py_buffer(_without_blanks(rows.tobytes(), dialect.delimiter)), dialect, empty_is_row=is_single
            )
        except pa.ArrowInvalid as exc:
            raise UnreadableRecording(self._explain(begin, end, dialect)) from exc

    def _refuse_swallowed_rows(self, table: pa.Table) -> None:
        """A quote that is not closed in its line makes the next lines part of a text."""
        for k, cells in enumerate(table.columns):
            if pa.types.is_string(cells.type) and pacompute.any(pacompute.match_substring(cells, "\n")).as_py():
                raise UnreadableRecording(
                    f"column {k + 1} of {self.name} has a quote that is closed lines later, so that rows in between "
                    "would be lost; correct the quotes"
                )

    def _explain(self, begin: int, end: int, dialect: Dialect) -> str:
        """The line that is no row; looked for only when the parser stopped."""
        n, before = len(dialect.kinds), self.content.count(b"\n", 0, begin)
        for number, raw in enumerate(io.BytesIO(self.content[begin:end]), start=before + 1):
            line = raw.decode("utf-8", errors="replace").removesuffix("\n")
            cells = dialect.cells(line)
            if not line.strip() or dialect.may_stand_inside(cells):
                continue
            where = f"line {number} of {self.name}"
            if len(cells) != n:
                return f"{where} has {len(cells)} cells, expected {n}: {shorten(line)}; correct or remove it"
            bad = next(cell for cell, kind in zip(cells, dialect.kinds, strict=True) if not dialect.fits(cell, kind))
            return f"{where} holds {shorten(bad)} where a number is expected; correct or remove it"
        return f"{self.name} cannot be read as {dialect.words}; check it for damage"


def _parse_rows(rows: pa.Buffer, dialect: Dialect, *, empty_is_row: bool) -> pa.Table:
    names = [str(k) for k in range(len(dialect.kinds))]
    types = [pa.float64() if kind == "number" else pa.string() for kind in dialect.kinds]
    return pacsv.read_csv(
        pa.BufferReader(rows),
        read_options=pacsv.ReadOptions(column_names=names),
        parse_options=pacsv.ParseOptions(
            delimiter="\t" if dialect.delimiter == " " else dialect.delimiter, ignore_empty_lines=not empty_is_row
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=list(MISSING),
            decimal_point=dialect.decimal,
        ),
    )


def _without_blanks(rows: bytes, delimiter: str) -> bytes:
    """Rows with one separator and no blanks around their cells."""
    if delimiter == " ":
        return b"\n".join([b"\t".join(line.split()) for line in rows.split(b"\n")])
    blank, mark = (rb" " if delimiter == "\t" else rb"[ \t]"), re.escape(delimiter.encode())
    around = rb"(?<!%b)%b+(?=%b|\n|\Z)|(?<=%b)%b+|^%b+" % (blank, blank, mark, mark, blank, blank)
    return re.sub(around, b"", rows, flags=re.MULTILINE)


def _column(name: str, unit: str, kind: str, cells: pa.ChunkedArray, dialect: Dialect) -> Column:
    if kind == "number":
        return Column(name, np.asarray(cells.to_numpy(), dtype=np.float64), None, unit)
    texts = np.asarray(cells.to_pylist(), dtype=object)
    if kind == "sparse":
        filled = np.array([text.strip() not in MISSING for text in texts])
        if all(dialect.number.fullmatch(text.strip()) for text in texts[filled]):
            values = np.full(len(texts), np.nan)
            values[filled] = [float(text.replace(",", ".")) for text in texts[filled]]
            return Column(name, values, None, unit)
    return Column(name, None, texts, unit, is_stamp=kind == "stamp")
