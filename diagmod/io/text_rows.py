"""The rows of a block of text into columns, strictly: a row of another form is refused with its line.

pyarrow is fast and obliging: it reads over binary zeros, lone carriage returns and empty lines. What it would repair
in silence is refused here.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.csv as pacsv

from diagmod.io.refusals import UnreadableRecording, shorten
from diagmod.io.text_blocks import BOM, LINE_BYTES
from diagmod.io.text_dialects import MISSING, split_line
from diagmod.io.text_plan import TextPlan

#: Type of the column of time stamps by their kind.
TIME_TYPES = {"number": pa.float64(), "zoned": pa.timestamp("ns", "UTC"), "naive": pa.timestamp("ns")}

_QUOTED_LINE = re.compile(rb'"[^"]*"\r?')
_EMPTY_LINE = re.compile(rb"(?:^|\n)(\r?\n)")
_NUMBER = r"[ \t]*[+-]?((\d+(%s\d*)?|%s\d+)(e[+-]?\d+)?|inf|infinity|nan(\(\w*\))?)[ \t]*"


class RowParser:
    """Parses blocks of one text as its plan says.

    Parameters
    ----------
    plan : TextPlan
    name : str
        Name of the file for messages.
    """

    def __init__(self, plan: TextPlan, name: str) -> None:
        self._plan, self._name = plan, name
        # An empty line is a missing sample where a row has one cell, and damage everywhere else.
        self.empty_is_row = plan.n_columns == 1 and not plan.is_quoted
        point = re.escape(plan.decimal)
        self._number = re.compile(_NUMBER % (point, point), re.IGNORECASE | re.ASCII)
        self._names = [str(k) for k in range(plan.n_columns)]
        single = pa.float32() if plan.factor == 1.0 else pa.float64()
        self._types = {str(k): single for k in plan.phases.values()}
        if plan.time is not None:
            self._types[str(plan.time)] = TIME_TYPES[plan.time_kind]
        self._types |= {str(k): pa.string() for k in plan.empty}

    def parse(self, block: bytes, line: int, *, is_last: bool) -> pa.Table:
        """Columns of phases and time, by their number in the text.

        Parameters
        ----------
        block : bytes
            Whole lines.
        line : int
            Number of the first of them in the file.
        is_last : bool
            Whether it is the rest of the file behind the last line end.

        Raises
        ------
        UnreadableRecording
            A line is no row; the first such one is named.
        """
        self._refuse_what_pyarrow_would_repair(block, line)
        plain = self._unquote(block, line) if self._plan.is_quoted else block
        if is_last:
            plain += b"\n"
        if plain.startswith(BOM):
            raise self._damage(block, line, 0, "starts with a byte-order mark; the file looks pasted together")
        rows = _single_blanks(plain) if self._plan.delimiter == " " else plain
        try:
            table = pacsv.read_csv(
                pa.BufferReader(rows),
                read_options=pacsv.ReadOptions(column_names=self._names, block_size=LINE_BYTES),
                parse_options=pacsv.ParseOptions(
                    delimiter="\t" if self._plan.delimiter == " " else self._plan.delimiter,
                    quote_char='"' if self._plan.has_quotes else False, ignore_empty_lines=False,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=self._types, include_columns=list(self._types), null_values=list(MISSING),
                    strings_can_be_null=True, decimal_point=self._plan.decimal,
                ),
            )  # fmt: skip
        except pa.ArrowInvalid as exc:
            raise UnreadableRecording(self._explain(plain, line, is_last=is_last)) from exc
        # pyarrow reads an empty line as a line of empty cells; only where every column has a gap can there be one.
        if not self.empty_is_row and all(table[name].null_count for name in self._types):
            self._refuse_empty_lines(block, line)
        if self._plan.has_quotes and table.num_rows != plain.count(b"\n"):
            raise UnreadableRecording(f"{self._name} has a quote that is not closed near line {line}; correct it")
        for k in self._plan.empty:
            if table[str(k)].null_count < table.num_rows:
                raise UnreadableRecording(
                    f"column {k + 1} of {self._name} is empty at first and holds something behind line {line}; cut the "
                    "file there, or export it again"
                )
        return table

    def _refuse_empty_lines(self, block: bytes, line: int) -> None:
        if empty := _EMPTY_LINE.search(block):
            raise self._damage(block, line, empty.start(1), "is empty; the file is damaged there")

    def _refuse_what_pyarrow_would_repair(self, block: bytes, line: int) -> None:
        """Binary zeros and carriage returns inside a line."""
        if b"\0" in block:
            raise self._damage(block, line, block.index(b"\0"), "holds binary zeros; this is no text file")
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            stray = re.search(rb"\r(?!\n)", block)
            at = stray.start() if stray else 0
            raise self._damage(block, line, at, "has a carriage return inside; lines must end in LF or CRLF")

    def _damage(self, block: bytes, line: int, at: int, what: str) -> UnreadableRecording:
        number = line + block.count(b"\n", 0, at)
        return UnreadableRecording(f"line {number} of {self._name} {what}")

    def _unquote(self, block: bytes, line: int) -> bytes:
        """Lines without their quotes; every line must begin and end with one and hold no other."""
        plain = block.translate(None, b'"')
        body = block.removesuffix(b"\n").removesuffix(b"\r")
        n_ends = body.count(b'"\n"') + body.count(b'"\r\n"')
        is_whole = body.startswith(b'"') and body.endswith(b'"') and n_ends == body.count(b"\n")
        if not is_whole or len(block) - len(plain) != 2 * (n_ends + 1):
            for number, one in enumerate(body.split(b"\n"), start=line):
                if not _QUOTED_LINE.fullmatch(one):
                    raise UnreadableRecording(
                        f"line {number} of {self._name} is not one quoted column as the lines before it: "
                        f"{_shown(one)}; the file is damaged there or looks truncated"
                    )
        return plain

    def _explain(self, block: bytes, line: int, *, is_last: bool) -> str:
        """The line that cannot be read, and why; looked for only when pyarrow refused the block."""
        lines = block.removesuffix(b"\n").split(b"\n")
        n = self._plan.n_columns
        for number, raw in enumerate(lines):
            text = raw.decode("utf-8", errors="replace").rstrip("\r")
            cells = split_line(text, self._plan.delimiter) if self._plan.has_quotes else self._cut(text)
            where = f"line {line + number} of {self._name}"
            if len(cells) != n:
                tail = "; the file looks truncated there" if is_last and number == len(lines) - 1 else ""
                return f"{where} has {len(cells)} cells, expected {n}: {shorten(text)}{tail}"
            for k in (int(name) for name, kind in self._types.items() if pa.types.is_floating(kind)):
                if cells[k] not in MISSING and not self._number.fullmatch(cells[k]):
                    return f"{where} holds {shorten(cells[k])} where a number is expected; correct or empty the cell"
        return f"{self._name} cannot be read near line {line}; check it for damage"

    def _cut(self, text: str) -> list[str]:
        return text.split() if self._plan.delimiter == " " else text.split(self._plan.delimiter)


def _single_blanks(rows: bytes) -> bytes:
    """Rows whose cells stand between single tabs, whatever runs of blanks and tabs were there."""
    rows = rows.replace(b"\t", b" ").replace(b"\r\n", b"\n")
    while b"  " in rows:
        rows = rows.replace(b"  ", b" ")
    rows = rows.replace(b"\n ", b"\n").replace(b" \n", b"\n").removeprefix(b" ")
    return rows.replace(b" ", b"\t")


def _shown(line: bytes) -> str:
    return shorten(line.decode("utf-8", errors="replace"))
