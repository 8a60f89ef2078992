"""A part of the page "Admin": it reads for itself, says for itself what it lacks, and is drawn when it must be.

The page is opened when something is broken. So a damaged registry costs the models and nothing else, and a part whose
filters stayed as they are is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets
import pandas as pd

from diagmod.views.pages.frame import PROBLEMS, in_words
from diagmod.views.panels import HtmlSlot

if TYPE_CHECKING:
    from datetime import date

    from diagmod.views.pages.frame import Page


class Known:
    """What was read since the last refresh, once for all parts; a refusal is kept, too, and raised again."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._kept.clear()

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once."""
        if name not in self._kept:
            try:
                self._kept[name] = (make(), None)
            except PROBLEMS as exc:
                self._kept[name] = (None, exc)
        value, trouble = self._kept[name]
        if trouble is not None:
            raise trouble
        return value


class Part:
    """One part of the page.

    Attributes
    ----------
    name, title : str
        Name in links within the page, and heading.
    filters : tuple of str
        Controls that change what it shows.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    filters: ClassVar[tuple[str, ...]] = ()

    def __init__(self, page: Page, known: Known) -> None:
        self.page, self.words, self.root, self.results, self.known = page, page.words, page.root, page.results, known
        self._drawn: tuple[str, ...] | None = None
        self._trouble = HtmlSlot()
        self._body = widgets.VBox(list(self.make()))

    def make(self) -> Sequence[widgets.Widget]:
        """What it consists of, made once."""
        raise NotImplementedError

    def draw(self) -> None:
        """Fill the widgets under the present choice."""
        raise NotImplementedError

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables for export, all rows under the present choice."""
        return {}

    def layout(self) -> widgets.Widget:
        """Heading, trouble if there is any, and the widgets."""
        title = f"<h2 id='dm-admin-{self.name}'>{escape(self.words(self.title))}</h2>"
        return widgets.VBox([widgets.HTML(title), self._trouble, self._body])

    def update(self, *, again: bool = False) -> None:
        """Draw if a filter of this part changed, or in any case."""
        chosen = tuple(self.page.controls[name].text for name in self.filters)
        if not again and chosen == self._drawn:
            return
        self._drawn = chosen
        trouble = ""
        try:
            self.draw()
        except PROBLEMS as exc:
            trouble = note(self.words(f"This part cannot be shown: {in_words(exc)}"), "bad")
        self._trouble.show(trouble)
        self._body.layout.display = "none" if trouble else ""


def note(text: str, kind: str = "") -> str:
    """A sentence as HTML; ``kind`` is "bad", "warn" or empty."""
    role = " role='alert'" if kind == "bad" else ""
    return f"<p class='dm-note{f' dm-{kind}' if kind else ''}'{role}>{escape(text)}</p>" if text else ""


def paragraph(text: str) -> str:
    """A sentence as HTML that is no warning."""
    return f"<p class='dm-muted'>{escape(text)}</p>" if text else ""


def within(times: pd.Series, first: date | None, last: date | None) -> pd.Series:
    """Which times lie between two days (UTC), both included; times that are missing lie in every open period."""
    inside = pd.Series(True, index=times.index)
    if first:
        inside &= times >= pd.Timestamp(first, tz="UTC")
    if last:
        inside &= times < pd.Timestamp(last, tz="UTC") + pd.Timedelta(days=1)
    return inside
