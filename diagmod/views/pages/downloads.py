"""Files that a viewer takes home: the rows that are shown, with where they come from.

In a workbook a text that begins like a formula stays a text: a spreadsheet must not compute what a file name says. CSV
and JSON hold every text as it is, for programs.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

import pandas as pd

#: Most rows of one table in a file: a sheet of a spreadsheet holds no more.
MOST_ROWS = 1_048_575

#: Characters of the name of a sheet.
_SHEET = 31

#: Kinds of files by their ending.
MIME = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "html": "text/html;charset=utf-8",
    "zip": "application/zip",
}


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name, made when they are asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as text, times in ISO 8601 with their zone."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def as_xlsx(tables: Mapping[str, pd.DataFrame], about: Mapping[str, str]) -> bytes:
    """Tables as sheets of a workbook, and a first sheet that says what they are.

    Raises
    ------
    ValueError
        A table has more rows than a sheet holds.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    facts = book.create_sheet("about")
    for name, value in about.items():
        facts.append([_text_cell(facts, name), _text_cell(facts, value)])
    for name, table in tables.items():
        if len(table) > MOST_ROWS:
            raise ValueError(f"{name} has {len(table)} rows, a sheet holds {MOST_ROWS}; choose fewer or take the CSV")
        sheet = book.create_sheet(name[:_SHEET])
        sheet.append([_text_cell(sheet, str(name)) for name in table.columns])
        for row in table.itertuples(index=False, name=None):
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(tables: Mapping[str, pd.DataFrame], about: Mapping[str, str]) -> bytes:
    """Tables as lists of rows, with what they are; a missing value is null."""
    rows = {name: json.loads(table.to_json(orient="records", date_format="iso")) for name, table in tables.items()}
    return json.dumps({"about": dict(about), "tables": rows}, ensure_ascii=False, indent=1).encode()


def download(name: str, content: bytes) -> str:
    """HTML that makes the viewer's browser keep a file at once (``page.js`` does it)."""
    mime = MIME[name.rpartition(".")[2]]
    packed = base64.b64encode(content).decode()
    called = escape(name, quote=True)
    return f"<span data-dm-download='{called}' data-dm-mime='{mime}' data-dm-content='{packed}'></span>"


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return _text_cell(sheet, value)
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.tz_convert("UTC").tz_localize(None).to_pydatetime() if value.tzinfo else value.to_pydatetime()
    if isinstance(value, list | tuple | dict | set) or getattr(value, "ndim", None) or _is_infinite(value):
        return _text_cell(sheet, str(value))
    return value.item() if hasattr(value, "item") else value


def _is_infinite(value: Any) -> bool:
    """Whether it is a number that a spreadsheet does not know."""
    return isinstance(value, float) and math.isinf(value)


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell that stays text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767])
    cell.data_type = "s"
    return cell
