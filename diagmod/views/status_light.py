"""The status light of a motor: colour, shape and word together, so that none of them has to be seen alone.

A light is SVG that stands in the page itself: it needs no script, prints, and says its word to those who listen. The
shapes are those of the figures (:data:`diagmod.views.theme.GRADE_SYMBOLS`), so that a grade looks alike everywhere.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from diagmod.models.risk_scale import GRADES, UNKNOWN
from diagmod.views.theme import GRADE_COLOURS

if TYPE_CHECKING:
    from diagmod.views.language import Words

#: Grades from the most urgent to the least; what is not known comes before what is good.
URGENT_FIRST = ("act", "plan", "watch", UNKNOWN, "good")

#: What each grade means for whoever is responsible.
MEANINGS = {
    "good": "nothing asks for attention",
    "watch": "look at it again soon",
    "plan": "planned stop needed",
    "act": "action needed",
    UNKNOWN: "cannot be told",
}

#: Outline of each grade within a square of 24 by 24, and the mark upon it.
_SHAPES = {
    "good": ("M1 12a11 11 0 1 0 22 0a11 11 0 1 0-22 0z", "M6.5 12.5l4 4 7-8.5"),
    "watch": ("M12 1.5L23 22H1z", "M12 9v6.4M12 18v1.6"),
    "plan": ("M12 .8L23.2 12 12 23.2.8 12z", "M12 6.5v7.4M12 16.6v1.6"),
    "act": ("M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z", "M7.8 7.8l8.4 8.4M16.2 7.8l-8.4 8.4"),
    UNKNOWN: ("M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0z", "M9 9.3a3 3 0 1 1 4.3 2.8c-.9.5-1.3 1-1.3 2.1M12 16.8v1.5"),
}

#: How a mark is drawn: black stands out from every colour of a grade by more than 3 to 1.
_STROKE = 'fill="none" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"'


def status_light(grade: str, words: Words, size: int = 24, *, named: bool = True) -> str:
    """A grade as SVG.

    Parameters
    ----------
    grade : str
        "good", "watch", "plan", "act" or "unknown"; anything else is unknown.
    words : Words
    size : int
        Width and height in pixels.
    named : bool
        Whether it says its grade itself; False where the word stands beside it.

    Examples
    --------
    >>> from diagmod.views.language import words_of
    >>> 'role="img" aria-label="plan"' in status_light("plan", words_of("en"))
    True
    """
    known = grade if grade in _SHAPES else UNKNOWN
    outline, mark = _SHAPES[known]
    colour = GRADE_COLOURS[known]
    if known == UNKNOWN:  # hollow, as in the figures
        shape = f'<path d="{outline}" {_STROKE} stroke="{colour}" stroke-dasharray="4 3"/>'
    else:
        shape = f'<path d="{outline}" fill="{colour}"/>'
    ink = colour if known == UNKNOWN else "#000000"
    name = f'role="img" aria-label="{escape(words(known), quote=True)}"' if named else 'aria-hidden="true"'
    return (
        f'<svg class="dm-motor-light" {name} data-dm-grade="{known}" width="{size}" height="{size}" '
        f'viewBox="0 0 24 24">{shape}<path d="{mark}" {_STROKE} stroke="{ink}"/></svg>'
    )


def light_with_word(grade: str, words: Words, size: int = 24) -> str:
    """A light and the word beside it."""
    known = grade if grade in (*GRADES, UNKNOWN) else UNKNOWN
    light = status_light(known, words, size, named=False)
    return f"<span class='dm-motor-grade'>{light}<b>{escape(words(known))}</b></span>"
