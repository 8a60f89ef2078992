"""Figures of several panes, and figures that can only say why there is nothing to see."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from diagmod.core.verdicts import Reason
from diagmod.views.theme import INK, figure

#: Grey of floors, limits and ranges; readable on light and on dark pages.
GREY = "#7F8C99"

#: Colours of a measured curve and of the sides below and above the carrier; none of them means a fault.
MEASURED, BELOW, ABOVE = "#5B7C99", "#3F7FBF", "#9067C6"

#: Characters of a sentence in a figure before it is broken.
_LINE = 88


def panes(
    title: str,
    x_titles: Sequence[str],
    y_titles: Sequence[str],
    height: int,
    *,
    row_heights: Sequence[float] | None = None,
) -> go.Figure:
    """Panes below each other in the house style, with one common horizontal axis.

    Parameters
    ----------
    title : str
    x_titles : sequence of str
        Of every pane; empty for those whose axis is named below.
    y_titles : sequence of str
    height : int
        Of the whole, in pixels.
    row_heights : sequence of float, optional
        Shares of the height.
    """
    n = len(y_titles)
    chart = make_subplots(
        rows=n, cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=list(row_heights) if row_heights else None
    )
    return in_house_style(chart, title, height, x_titles, y_titles)


def in_house_style(
    chart: go.Figure, title: str, height: int, x_titles: Sequence[str], y_titles: Sequence[str]
) -> go.Figure:
    """Give panes made by plotly the fonts, grids and titles of the house; titles in the order of the axes."""
    plain = _plain_layout()
    plain["title"]["text"], plain["height"] = title, height
    grid = {"gridcolor", "zerolinecolor", "automargin"}
    axis = {key: value for key, value in plain.pop("xaxis").items() if key in grid}
    plain.pop("yaxis")
    chart.update_layout(**plain)
    chart.update_xaxes(**axis)
    chart.update_yaxes(**axis)
    for each, titles in ((chart.select_xaxes(), x_titles), (chart.select_yaxes(), y_titles)):
        for one, text in zip(each, titles, strict=True):
            one.title = {"text": text}
    return chart


def _plain_layout() -> dict[str, Any]:
    """Layout of an empty figure in the house style; making one takes longer than a copy of it."""
    return deepcopy(_house_layout())


@cache
def _house_layout() -> dict[str, Any]:
    layout: dict[str, Any] = figure("", "", "").layout.to_plotly_json()
    return layout


def nothing(title: str, reason: Reason) -> go.Figure:
    """A figure that says in words why this recording has nothing to draw here."""
    chart = figure(title, "", "", 170)
    chart.update_layout(margin={"l": 20, "r": 20, "t": 50, "b": 20})
    chart.update_xaxes(visible=False)
    chart.update_yaxes(visible=False)
    chart.add_annotation(
        text=f"Not drawn: {broken(reason.text)}.",
        x=0,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        align="left",
        font={"color": INK},
    )
    return chart


def log_ticks(low: float, high: float) -> list[float]:
    """Ticks 1, 2 and 5 of every decade of a logarithmic axis.

    Examples
    --------
    >>> log_ticks(0.3, 12.0)
    [0.5, 1.0, 2.0, 5.0, 10.0]
    """
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for k in decades for m in (1, 2, 5) if low <= (tick := float(f"{m}e{k}")) <= high]


def broken(text: str, most: int = _LINE) -> str:
    """A sentence in lines that fit into a figure."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
