"""Tables as a person reads them: units in the heads, few digits, plain words for what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
from IPython.display import HTML, Markdown

from diagmod.io.table_registry import TABLES


def _units() -> dict[str, str]:
    """Units of columns by name, from every schema; a name that has several units (low, high) has none here."""
    found: dict[str, set[str]] = {}
    for column in (c for schema in TABLES.values() for c in schema.columns):
        found.setdefault(column.name, set()).add(column.unit)
    known = {name: units.pop() for name, units in found.items() if len(units) == 1}
    return {name: unit for name, unit in known.items() if unit not in ("", "1")}


#: Units of columns by name; where a table knows better, it hands its own in.
UNITS = _units() | {"started_at": "UTC", "hour": "UTC"}

#: Rows shown before a table says how many more there are.
MOST_ROWS = 30

#: Characters of a cell that are not broken into lines: a time, a state, a name.
MOST_ON_A_LINE = 16


def table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    units: Mapping[str, str] | None = None,
    most_rows: int = MOST_ROWS,
) -> HTML:
    """A table as HTML, each number with its unit in the head of its column.

    Parameters
    ----------
    frame : DataFrame
    columns : sequence of str, optional
        Columns to show, in order; all by default.
    units : mapping of column to unit, optional
        Beside those that the schemas know.
    most_rows : int
        Rows shown; how many more there are is said below.
    """
    shown = frame[list(columns)] if columns else frame
    known = UNITS | dict(units or {})
    heads = [head_of(str(name), known.get(str(name), "")) for name in shown]
    numeric = [pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in shown.dtypes]
    head = "".join(_cell("th", text, number) for text, number in zip(heads, numeric, strict=True))
    rows = shown.head(most_rows).itertuples(index=False, name=None)
    body = "".join(
        "<tr>" + "".join(_cell("td", text_of(v), n) for v, n in zip(row, numeric, strict=True)) + "</tr>"
        for row in rows
    )
    hidden = len(shown) - most_rows
    rest = f"<p>{hidden} more row{'s' if hidden > 1 else ''}.</p>" if hidden > 0 else ""
    if not len(shown):
        rest = "<p>No rows.</p>"
    return HTML(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}")


def sentence(text: str) -> Markdown:
    """A sentence of the report whose numbers were computed; names from a data set are no HTML."""
    return Markdown(text.replace("<", "&lt;"))


def head_of(name: str, unit: str) -> str:
    """Words for a column: its name without the unit's suffix, then the unit."""
    if unit == "rpm":
        name = name.replace("_rpm", "_speed")
    suffix = "pct" if unit == "%" else unit.lower()
    words = name.removesuffix(f"_{suffix}").replace("_", " ")
    return f"{words} ({unit})" if unit else words


def _cell(kind: str, text: str, is_number: bool) -> str:
    whole = " style=white-space:nowrap" if kind == "td" and len(text) <= MOST_ON_A_LINE else ""
    return f"<{kind}{' class=dm-number' if is_number else ''}{whole}>{escape(text)}</{kind}>"


def text_of(value: Any) -> str:
    if value is None or (not isinstance(value, str | list | tuple | dict) and pd.isna(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)
