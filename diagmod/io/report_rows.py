"""Plain text in rows: wrapped paragraphs, and columns whose cells wrap, within one width."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

#: Width of a printed report in characters.
WIDTH = 100

#: Width that the last column has at least.
LEAST_LAST = 15

#: Space between two columns.
_GAP = "  "


def paragraph(text: str, indent: int = 2, hanging: int | None = None) -> list[str]:
    """A text wrapped to the width; ``hanging`` indents its further lines, like ``indent`` by default."""
    further = indent if hanging is None else hanging
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * further,
        break_on_hyphens=False,
        break_long_words=True,
    )


def labelled(label: str, text: str, indent: int = 2, width: int = 10) -> list[str]:
    """A label and its text beside it, wrapped under itself."""
    return paragraph(f"{label:{width}}{text}", indent, indent + width) if text else []


def columns(rows: Sequence[Sequence[str]], widths: Sequence[int], indent: int = 2) -> list[str]:
    """Rows of cells in left-aligned columns; a cell wider than its column wraps.

    Parameters
    ----------
    rows : sequence of sequence of str
    widths : sequence of int
        Characters of every column.
    indent : int

    Examples
    --------
    >>> print(*columns([["bar", "found at once"], ["short", "no sign"]], [5, 8]), sep="\\n")
      bar    found at
             once
      short  no sign
    """
    lines = []
    for row in rows:
        cells = [textwrap.wrap(cell, width, break_on_hyphens=False) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            joined = _GAP.join(f"{part:{width}}" for part, width in zip(parts, widths, strict=True))
            lines.append((" " * indent + joined).rstrip())
    return lines


def fit(rows: Sequence[Sequence[str]], indent: int = 2) -> list[int]:
    """Widths as wide as the widest cell of every column; the last column takes what is left of the width.

    Where too little is left for it, the widest of the others give way, and their cells wrap.
    """
    widths = [max(len(cell) for cell in cells) for cells in zip(*rows, strict=True)][:-1]
    room = WIDTH - indent - len(_GAP) * len(widths)
    while sum(widths) > room - LEAST_LAST:
        widths[widths.index(max(widths))] -= 1
    return [*widths, room - sum(widths)]


def fitted(rows: Sequence[Sequence[str]], indent: int = 2) -> list[str]:
    """Rows in fitting columns; a column of empty cells vanishes."""
    filled = list(zip(*(cells for cells in zip(*rows, strict=True) if any(cells)), strict=True))
    if not filled:
        return []
    return columns(filled, fit(filled, indent), indent)
