"""A place on the page for one part: heading, what stands above its figure, the figure, and what stands below it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from diagmod.views.panels import FigureSlot, HtmlSlot

if TYPE_CHECKING:
    from diagmod.views.language import Words
    from diagmod.views.pages.printed import Part


class PartSlot(widgets.VBox):
    """A place for a :class:`~diagmod.views.pages.printed.Part`; :meth:`show` replaces it."""

    def __init__(self, words: Words) -> None:
        self._words, self._shown = words, None
        self._above, self._figure, self._below = HtmlSlot(), FigureSlot(words), HtmlSlot()
        super().__init__([self._above, self._figure, self._below])

    def show(self, part: Part | None) -> None:
        """Show a part; nothing for None."""
        self.layout.display = "none" if part is None else None
        if part is None:
            return
        head = f"<h2>{escape(self._words(part.title))}</h2>" if part.title else ""
        self._above.show(head + part.before)
        self._figure.layout.display = "none" if part.chart is None else None
        if part.chart is None:
            self._figure.outputs = ()
        else:
            self._figure.show(part.chart, part.source)
        self._below.show(part.after)
