"""The sheet of a workbook that holds the recording, read like a text with tabs.

A spreadsheet is a page that people write on: titles, notes and small side tables stand around the samples.
The rules for text decide what is a row, and formulas count by the value that was saved with them.
"""

from __future__ import annotations

import io
import re
import warnings
from datetime import date, datetime, time, timedelta

from diagmod.io.column_tables import Table
from diagmod.io.number_tables import read_text_table
from diagmod.io.reader_sources import Reader, Source
from diagmod.io.refusals import ZIP_DAMAGE, UnreadableRecording, first_line

#: Largest unpacked workbook in bytes; a full sheet of four columns has about 150 MB.
MAX_BYTES = 512 << 20

#: A sheet with fewer numbers than this share of the fullest one is a side sheet and not asked about.
MIN_SHARE = 0.01

_NUMBER_AS_TEXT = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def read_workbook(source: Source) -> Table:
    """Columns of one sheet of an XLSX file: of the one that was asked for, or of the only one with numbers.

    Raises
    ------
    UnreadableRecording
        The workbook is damaged, has no such sheet, no numbers, or several sheets with numbers.
    """
    name, sheet = source.name, source.sheet
    source.limit_members(MAX_BYTES)
    titles, rows = _rows_of_sheets(source.content, name, sheet)
    if sheet is not None and not rows:
        raise UnreadableRecording(f"{name} has no sheet {sheet!r}, asked for by --sheet; it has {', '.join(titles)}")
    texts = {title: _text(found) for title, found in rows.items()}
    most = max((n_numbers for _, n_numbers in texts.values()), default=0)
    if not most:
        raise UnreadableRecording(
            f"{name} holds no numbers on its sheet(s) {', '.join(texts)}; save it with its formulas calculated, or "
            "export the currents as CSV"
        )
    filled = [title for title, (_, n_numbers) in texts.items() if n_numbers >= MIN_SHARE * most]
    if len(filled) > 1:
        raise UnreadableRecording(
            f"{name} has numbers on {len(filled)} sheets ({', '.join(filled)}); name one of them by --sheet"
        )
    table = read_text_table(texts[filled[0]][0].encode(), f"{name}, sheet {filled[0]}", delimiters="\t")
    others = [title for title in titles if title != filled[0]]
    note = f"sheet {filled[0]} was read" + (f", not {', '.join(others)}" if others else "")
    return Table(table.source, table.columns, (note, *table.notes), table.heading, format="XLSX")


def _rows_of_sheets(
    content: bytes, name: str, sheet: str | None
) -> tuple[list[str], dict[str, list[tuple[object, ...]]]]:
    """Titles of all sheets; the rows of those to look at."""
    from openpyxl import load_workbook  # half a second that other formats need not pay
    from openpyxl.utils.exceptions import InvalidFileException

    rows = {}
    try:
        with warnings.catch_warnings(action="ignore"):  # on styles and extensions that hold no numbers
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            for found in book.worksheets:
                if sheet in (None, found.title):
                    found.reset_dimensions()
                    rows[found.title] = [tuple(row) for row in found.iter_rows(values_only=True)]
            return [found.title for found in book.worksheets], rows
    except (
        *ZIP_DAMAGE, InvalidFileException, LookupError, TypeError, AttributeError, SyntaxError, OverflowError,
    ) as exc:  # fmt: skip
        raise UnreadableRecording(
            f"{name} is a damaged workbook ({type(exc).__name__}: {first_line(exc)}); save it again or export it as CSV"
        ) from exc


def _text(rows: list[tuple[object, ...]]) -> tuple[str, int]:
    """Rows as lines of one length with tabs, and how many numbers there are."""
    lines, n_numbers = [], 0
    width = max(map(len, rows), default=0)
    for row in rows:
        cells = [_cell_text(value) for value in row]
        n_numbers += sum(_NUMBER_AS_TEXT.fullmatch(cell) is not None for cell in cells)
        lines.append("\t".join(cells + [""] * (width - len(cells))) if any(cells) else "")
    return "\n".join(lines), n_numbers


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    return " ".join(str(value).replace('"', "'").split())


#: How workbooks are told and read.
XLSX = Reader(
    name="XLSX", what="an Excel workbook", suffixes=(".xlsx", ".xlsm"),
    recognises=lambda source: "xl/workbook.xml" in source.members, read=read_workbook, has_sheets=True,
)  # fmt: skip
