"""Adding rows to ``recordings.csv`` without touching what somebody wrote there.

Rows that are there stay byte for byte; where new rows need a column that is not there yet, it is put behind the others
and every old row gets an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from diagmod.io.dataset_files import MANIFEST_COLUMNS

#: Columns that a new manifest has in any case.
FIRST_COLUMNS = ("file", "motor_id", "started_at", "fs_hz")


def columns_for(rows: Iterable[Mapping[str, str]], more: Iterable[str] = ()) -> tuple[str, ...]:
    """Columns that a new manifest needs, in their usual order."""
    used = {name for row in rows for name, cell in row.items() if cell} | set(FIRST_COLUMNS) | set(more)
    return tuple(name for name in MANIFEST_COLUMNS if name in used)


def with_rows(text: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    """A manifest with further rows.

    Parameters
    ----------
    text : str
        The manifest that is there, line ends as in the file; empty for none.
    columns : sequence of str
        Its columns; for an empty text those of the new one.
    rows : sequence of mapping
        New rows, by column.

    Examples
    --------
    >>> with_rows("file,motor_id\\na.csv,M1\\n", ["file", "motor_id"], [{"file": "b.csv", "motor_id": "M1"}])
    'file,motor_id\\na.csv,M1\\nb.csv,M1\\n'
    """
    if not rows:
        return text or _lines([columns], "\n")
    used = {name for row in rows for name, cell in row.items() if cell}
    added = [name for name in MANIFEST_COLUMNS if name in used and name not in columns]
    end = "\r\n" if "\r\n" in text else "\n"
    old = _widened(text, added, end) if text else _lines([[*columns, *added]], end)
    return old + _lines([[row.get(name, "") for name in (*columns, *added)] for row in rows], end)


def _lines(rows: Iterable[Sequence[str]], end: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end).writerows(rows)
    return stream.getvalue()


def _widened(text: str, added: Sequence[str], end: str) -> str:
    """Every record with further empty cells, the first with their names; ends with a line end."""
    if not text.endswith(("\n", "\r")):
        text += end
    if not added:
        return text
    lines = io.StringIO(text, newline="").readlines()
    reader, pieces, begin = csv.reader(iter(lines), strict=True), list[str](), 0
    is_first = True
    for record in reader:
        piece = "".join(lines[begin : reader.line_num])
        begin = reader.line_num
        if record:
            body = piece.rstrip("\r\n")
            piece = f"{body},{','.join(added) if is_first else ',' * (len(added) - 1)}{piece[len(body) :]}"
            is_first = False
        pieces.append(piece)
    return "".join(pieces)
