"""How the rows of a text stand in it: their dialect, where they begin, and what the heading above them says."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagmod.io.declarations import TEXT_TELLS, TextSettings
from diagmod.io.refusals import UnreadableRecording
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
        refuse_grouped_thousands(content[offset_of_line(content, first) :], dialect, lines[first:], name)
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


def offset_of_line(content: bytes, line: int) -> int:
    at = 0
    for _ in range(line):
        at = content.index(b"\n", at) + 1
    return at
