"""Pieces of a dashboard page: cards, figures and tables as widgets that can be drawn again.

A figure is put into an output as data, never displayed inside it: displaying hangs a page that is
loaded a second time. A callback that fails says so on the page, where the viewer is.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as widgets
import plotly.graph_objects as go
from IPython.display import HTML
from plotly.io.base_renderers import PlotlyRenderer

from diagmod.views.theme import CONFIG


class FigureSlot(widgets.Output):
    """A place on the page for one figure; :meth:`show` replaces it."""

    def show(self, chart: go.Figure) -> None:
        """Draw a figure here."""
        bundle = PlotlyRenderer(CONFIG).to_mimebundle(chart.to_dict())
        self.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)

    def say(self, text: str) -> None:
        """Put a sentence here instead of a figure."""
        html = f"<p class='dm-muted'>{escape(text)}</p>"
        self.outputs = ({"output_type": "display_data", "data": {"text/html": html}, "metadata": {}},)


class TableSlot(widgets.Output):
    """A place on the page for one table."""

    def show(self, content: HTML) -> None:
        """Show a table made by :func:`diagmod.views.tables.table`."""
        self.outputs = ({"output_type": "display_data", "data": {"text/html": content.data}, "metadata": {}},)


def cards(figures: Mapping[str, tuple[str, str]]) -> HTML:
    """A row of figures: name, value, unit."""
    items = "".join(
        f"<div class='dm-figure-card'><dt>{escape(name)}</dt>"
        f"<dd>{escape(value)}{f' <small>{escape(unit)}</small>' if unit else ''}</dd></div>"
        for name, (value, unit) in figures.items()
    )
    return HTML(f"<dl class='dm-figures'>{items}</dl>")


def footer(versions: Mapping[str, str]) -> HTML:
    """The line at the end of a page: where all that is shown comes from."""
    items = " · ".join(f"{escape(name)} <b>{escape(value)}</b>" for name, value in versions.items())
    return HTML(f"<footer class='dm-footer'>{items}</footer>")


#: What a draw can raise over data it did not expect; anything else is a fault of the page and ends it.
_FAILURES = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)


def follow(control: widgets.Widget, draw: Callable[[Any], None], message: widgets.HTML, *slots: widgets.Output) -> None:
    """Draw now and whenever the control changes; say on the page when that fails.

    Parameters
    ----------
    control : Widget
        With a trait ``value``. Its value comes from the viewer's browser: ``draw`` must check it.
    draw : callable
        Gets the value.
    message : HTML
        Where a failure is told.
    *slots : Output
        Emptied by a failure: what was drawn for another value must not stand below the new one.
    """

    def redraw(_: object = None) -> None:
        message.value = ""
        try:
            draw(control.value)
        except _FAILURES as exc:
            for slot in slots:
                slot.outputs = ()
            message.value = f"<p class='dm-bad'>This part cannot be shown: {escape(str(exc))}</p>"
            traceback.print_exc(file=sys.__stderr__)

    control.observe(redraw, names="value")
    redraw()
