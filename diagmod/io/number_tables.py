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
)
from diagmod.io.text_layouts import EDGE_BYTES, TextLayout, layout_of, offset_of_line, unwrapped

#: Share of lines followed by an empty one above which a file of one column is written with double line ends.
DOUBLE_SPACED = 0.9


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
        begin = offset_of_line(self.content, first)
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
