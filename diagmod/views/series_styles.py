"""How several models are told apart in one figure: colour, line and marker together, none of them alone."""

from __future__ import annotations

#: Colours of Okabe and Ito's palette, distinguishable with any colour vision and on light and dark.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F8C99")

#: Lines and markers; their numbers share no divisor with that of the colours, so that combinations repeat late.
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")

#: Grey for lines that stand for "as it should be" and for limits.
GUIDE = {"dash": "dash", "width": 1, "color": "#7F8C99"}


def line_style(k: int) -> dict[str, object]:
    """Line of series number ``k``, from 0."""
    return {"color": _COLOURS[k % len(_COLOURS)], "dash": _DASHES[k % len(_DASHES)], "width": 2}


def marker_style(k: int) -> dict[str, object]:
    """Marker of series number ``k``, from 0."""
    return {"color": _COLOURS[k % len(_COLOURS)], "symbol": _SYMBOLS[k % len(_SYMBOLS)], "size": 9}


def words(name: str) -> str:
    """A name of the tables as people read it."""
    return name.replace("_", " ")
