"""Tables that can be sorted and searched: plain HTML from the kernel, made lively in the browser by DataTables.

The rows stand in the page's own HTML, so that they can be read before any script has come, printed, and read aloud.
``page.js`` hands every ``table.dm-grid`` to the copy of DataTables that the package itables carries.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from diagmod.views.language import Words
from diagmod.views.tables import MOST_ON_A_LINE, UNITS, head_of, text_of

#: Rows that a page holds; the rest is told, found by the filters, and in the exports.
MOST_GRID_ROWS = 500

#: Characters from which on a text needs a wide column, so that a row is not as high as the screen.
LEAST_LONG = 40

#: A link of a cell: name of the page ("" for the same one) and what it is to show.
Link = tuple[str, Mapping[str, str]]


def grid(
    frame: pd.DataFrame,
    words: Words,
    columns: Sequence[str] | None = None,
    *,
    caption: str,
    source: str,
    units: Mapping[str, str] | None = None,
    heads: Mapping[str, str] | None = None,
    links: Mapping[str, Callable[[dict[str, Any]], Link | None]] | None = None,
    as_is: Collection[str] = (),
    most_rows: int = MOST_GRID_ROWS,
) -> str:
    """A table as HTML that ``page.js`` makes sortable and searchable.

    Parameters
    ----------
    frame : DataFrame
        In the order that is shown first.
    words : Words
    columns : sequence of str, optional
        Columns to show, in order; all by default.
    caption : str
        What the table is, for those who listen to it.
    source : str
        File that the rows come from, relative to the project.
    units : mapping of column to unit, optional
        Beside those that the schemas know.
    heads : mapping of column to str, optional
        Words for columns whose name says too little.
    links : mapping of column to callable, optional
        Gets a row (all columns of ``frame``) and gives a :data:`Link` for the cell, or None.
    as_is : collection of str
        Columns of names (of stages, models, files), which are the same in every language.
    most_rows : int
    """
    shown = frame[list(columns)] if columns else frame
    known = UNITS | dict(units or {})
    if not len(shown):
        return f"<p class='dm-muted'>{escape(words('No rows.'))}</p>{source_line(words, source)}"
    names = [str(name) for name in shown.columns]
    numeric = [_is_numeric(shown[name]) for name in names]
    titles = [_title(name, known.get(name, ""), (heads or {}).get(name, ""), words) for name in names]
    head = "".join(
        f"<th scope='col'{' class=dm-number' if n else ''}>{escape(t)}</th>"
        for t, n in zip(titles, numeric, strict=True)
    )
    records: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in frame.head(most_rows).to_dict("records")
    ]
    body = "".join(f"<tr>{_row(record, names, numeric, links or {}, as_is, words)}</tr>" for record in records)
    left = len(shown) - most_rows
    rest = f"Shown are the first {most_rows} of {len(shown)} rows; the filters find the others, exports hold all."
    told = f"<p class='dm-muted'>{escape(words(rest))}</p>" if left > 0 else ""
    name = f"<caption class='dm-hidden'>{escape(words(caption))}</caption>"
    return (
        f"<div class='dm-grid-box'><table class='dm-grid'>{name}<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{told}{source_line(words, source)}"
    )


def source_line(words: Words, source: str) -> str:
    """The line that leads a figure or a table back to its file; empty without one."""
    return f"<p class='dm-source'>{escape(words('Source'))}: <code>{escape(source)}</code></p>" if source else ""


def anchor(text: str, link: Link) -> str:
    """A link to a page with a selection, or to another selection of the same page without loading it again."""
    page, chosen = link
    query = urlencode({name: value for name, value in chosen.items() if value})
    address = f"{page}.ipynb?{query}" if page else f"?{query}"
    asks = "" if page else f" data-dm-set='{escape(json.dumps(dict(chosen)), quote=True)}'"
    return f"<a href='{escape(address, quote=True)}'{asks}>{escape(text)}</a>"


def _row(
    record: dict[str, Any],
    columns: list[str],
    numeric: list[bool],
    links: Mapping[str, Callable[[dict[str, Any]], Link | None]],
    as_is: Collection[str],
    words: Words,
) -> str:
    cells = []
    for column, is_number in zip(columns, numeric, strict=True):
        value = record[column]
        text = text_of(value)
        text = words(text) if isinstance(value, str | bool) and column not in as_is else text
        link = links[column](record) if column in links else None
        inside = anchor(text, link) if link else escape(text)
        cells.append(f"<td{_width(text, is_number)}{_order(value)}>{inside}</td>")
    return "".join(cells)


def _width(text: str, is_number: bool) -> str:
    """Class of a cell: a number, a text that stays on one line, or one that needs room for its lines."""
    if is_number:
        return " class=dm-number"
    return " class=dm-short" if len(text) <= MOST_ON_A_LINE else " class=dm-long" if len(text) >= LEAST_LONG else ""


def _title(name: str, unit: str, said: str, words: Words) -> str:
    """Words over a column, its unit apart, so that a unit needs no translation."""
    title = words(said or head_of(name, unit).removesuffix(f" ({unit})"))
    return f"{title} ({unit})" if unit else title


def _order(value: Any) -> str:
    """By what a cell is sorted, where its text would be sorted wrongly."""
    if value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return " data-order='-1e99'"
    if isinstance(value, pd.Timestamp):
        return f" data-order='{value.timestamp():.0f}'"
    return f" data-order='{value:.9g}'" if isinstance(value, float) else ""


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
