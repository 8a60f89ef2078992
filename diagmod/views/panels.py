"""Pieces of a dashboard page: headings, cards, and places for figures and HTML that can be drawn again.

A figure is put into an output as data, never displayed inside it: displaying hangs a page that is
loaded a second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets as widgets
import plotly.graph_objects as go
from plotly.io.base_renderers import PlotlyRenderer

from diagmod.views.language import Words, words_of
from diagmod.views.theme import CONFIG


class FigureSlot(widgets.Output):
    """A place on the page for one figure; :meth:`show` replaces it."""

    def __init__(self, words: Words | None = None) -> None:
        self._words = words or words_of("en")
        super().__init__()
        self.add_class("dm-figure-slot")

    def show(self, chart: go.Figure, source: str = "") -> None:
        """Draw a figure here, in the language of the page; ``source`` is the file that it was made of."""
        bundle = PlotlyRenderer(CONFIG).to_mimebundle(self._words.figure(chart).to_dict())
        told = f"<p class='dm-source'>{escape(self._words('Source'))}: <code>{escape(source)}</code></p>"
        self.outputs = (_shown(bundle), *([_shown({"text/html": told})] if source else []))

    def say(self, text: str) -> None:
        """Put a sentence here instead of a figure."""
        self.outputs = (_shown({"text/html": f"<p class='dm-muted'>{escape(self._words(text))}</p>"}),)


class HtmlSlot(widgets.HTML):
    """A place on the page for HTML: a table, cards, sentences."""

    def show(self, html: str) -> None:
        """Put HTML here; its texts are escaped by whoever made it."""
        self.value = f"<div class='dm-html'>{html}</div>"


def heading(words: Words, text: str, level: int = 2) -> widgets.HTML:
    """A heading of a part."""
    return widgets.HTML(f"<h{level}>{escape(words(text))}</h{level}>")


def _shown(bundle: dict[str, Any]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def card_list(figures: Mapping[str, tuple[str, str]], *, mark_first: bool = False) -> str:
    """HTML of a row of figures: name, value, unit; ``mark_first`` marks the first value for those who measure."""
    items = "".join(
        f"<div class='dm-figure-card'><dt>{escape(name)}</dt><dd{' data-dm-first' if mark_first and not k else ''}>"
        f"{escape(value)}{f' <small>{escape(unit)}</small>' if unit else ''}</dd></div>"
        for k, (name, (value, unit)) in enumerate(figures.items())
    )
    return f"<dl class='dm-figures'>{items}</dl>"
