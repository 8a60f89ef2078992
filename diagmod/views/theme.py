"""One visual language for every figure: colours, fonts, and no way out to a cloud service."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

#: One colour for one condition everywhere (Okabe & Ito's palette, distinguishable with any colour vision).
CONDITION_COLOURS = {
    "healthy": "#009E73",
    "broken_bar": "#D55E00",
    "eccentricity": "#0072B2",
    "stator_short": "#CC79A7",
    "bearing_outer": "#E69F00",
    "": "#7F8C99",
}

#: Marker of each condition: colour is never the only carrier of meaning.
CONDITION_SYMBOLS = {
    "healthy": "circle",
    "broken_bar": "x",
    "eccentricity": "diamond",
    "stator_short": "triangle-up",
    "bearing_outer": "square",
    "": "circle-open",
}

#: Colour, marker and pattern of each grade of risk (Okabe & Ito); grey and hollow is what cannot be told.
GRADE_COLOURS = {"good": "#009E73", "watch": "#56B4E9", "plan": "#E69F00", "act": "#D55E00", "unknown": "#7F8C99"}
GRADE_SYMBOLS = {"good": "circle", "watch": "triangle-up", "plan": "diamond", "act": "x", "unknown": "circle-open"}
GRADE_PATTERNS = {"good": "", "watch": "/", "plan": "x", "act": "-", "unknown": "."}

#: Colours of the phases R, S, T.
PHASE_COLOURS = {"R": "#C0392B", "S": "#B7950B", "T": "#2471A3"}

#: Marker of each kind of maintenance event, and the colour of all: grey stands out on light and on dark.
EVENT_SYMBOLS = {"planned": "triangle-down", "emergency": "x", "inspection": "circle-open", "repair": "diamond"}
EVENT_COLOUR = "#7f8c8d"

#: Words for conditions.
CONDITION_WORDS = {
    "healthy": "healthy",
    "broken_bar": "broken bar",
    "eccentricity": "eccentricity",
    "stator_short": "inter-turn short",
    "bearing_outer": "bearing, outer race",
    "": "not labelled",
}

#: Colour of text on figures; pages in a dark scheme replace exactly this one (io/templates/theme.css).
INK = "#1b2430"

#: How every figure is shown, in JupyterLab, reports and dashboards: no logo, no upload to a cloud service.
CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendDataToCloud", "sendChartToCloud", "select2d", "lasso2d"],
    "showSendToCloud": False,
    "plotlyServerURL": "",
}

# One way out of the kernel: the figure as data, drawn by the page that shows it.
pio.renderers["plotly_mimetype"].config = CONFIG
pio.renderers.default = "plotly_mimetype"


def condition_colour(condition: str) -> str:
    """Colour of a condition; grey for one that the palette does not know."""
    return CONDITION_COLOURS.get(condition, "#7F8C99")


def condition_words(condition: str) -> str:
    """Words for a condition; its own name for one that the product does not know."""
    return CONDITION_WORDS.get(condition, condition.replace("_", " "))


def figure(title: str, x_title: str, y_title: str, height: int = 430) -> go.Figure:
    """An empty figure in the house style, axis titles with units."""
    chart = go.Figure()
    grid = {"gridcolor": "rgba(128,140,153,.28)", "zerolinecolor": "rgba(128,140,153,.5)", "automargin": True}
    chart.update_layout(
        title={"text": title, "x": 0, "xref": "paper"},
        height=height,
        margin={"l": 60, "r": 20, "t": 50, "b": 110},
        font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "yref": "container", "y": 0.01, "yanchor": "bottom", "x": 0},
        xaxis={"title": x_title, **grid},
        yaxis={"title": y_title, **grid},
        template="none",
    )
    return chart


def add_points(chart: go.Figure, condition: str, x: pd.Series, y: pd.Series, text: list[str]) -> None:
    """Add the points of one condition in its colour and shape; ``text`` is shown under the pointer."""
    marker = {
        "color": condition_colour(condition),
        "symbol": CONDITION_SYMBOLS.get(condition, "circle-open"),
        "size": 8,
    }
    name = condition_words(condition)
    chart.add_scatter(x=x, y=y, name=name, mode="markers", marker=marker, text=text, hoverinfo="text+x+y")
