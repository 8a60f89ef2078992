"""Figures of one motor: its three currents beside each other, and its health over time with what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.core.verdicts import Reason
from diagmod.models.risk_scale import FROM, GRADES, UNKNOWN
from diagmod.views.panes import GREY, nothing
from diagmod.views.theme import EVENT_COLOUR, EVENT_SYMBOLS, GRADE_COLOURS, GRADE_SYMBOLS, INK, PHASE_COLOURS, figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

#: Pattern and marker of each phase beside its colour.
PHASE_PATTERNS = {"R": "", "S": "/", "T": "."}
PHASE_SYMBOLS = {"R": "circle", "S": "diamond", "T": "square"}

#: Recordings of one motor that are drawn; of more, the newest.
MOST_POINTS = 3000


def phase_figure(recording: Mapping[str, Any], rated_a: float, unit: str = "A") -> go.Figure:
    """Rms current of the phases of one recording beside the rated current.

    Parameters
    ----------
    recording : mapping
        Row of table ``recordings``.
    rated_a : float
        Rated rms current in ampere; NaN where the nameplate does not tell. Drawn only beside ampere.
    unit : str
        Unit of the currents of the data set.
    """
    title = "Currents of the three phases"
    rms = {phase: float(recording[f"rms_{phase}"]) for phase in PHASES}
    known = {phase: value for phase, value in rms.items() if np.isfinite(value)}
    if not known:
        return nothing(title, Reason("no_phase", "no phase of this recording holds a current"))
    chart = figure(title, "phase", f"rms current ({unit})", 340)
    for phase, value in known.items():
        share = f" = {100 * value / rated_a:.0f} % of rated" if unit == "A" and rated_a > 0 else ""
        pattern = {"shape": PHASE_PATTERNS[phase], "size": 8, "fillmode": "overlay", "fgcolor": "#FFFFFF"}
        chart.add_bar(
            x=[phase], y=[value], name=phase, marker={"color": PHASE_COLOURS[phase], "pattern": pattern},
            text=[f"{value:.4g} {unit}{share}"], textposition="outside", hoverinfo="x+text", showlegend=False,
            cliponaxis=False,
        )  # fmt: skip
    top = max(known.values())
    if unit == "A" and rated_a > 0:
        top = max(top, rated_a)
        line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": rated_a, "y1": rated_a}
        name = {"x": 1, "xref": "paper", "y": rated_a, "yanchor": "bottom", "xanchor": "right", "showarrow": False}
        chart.update_layout(
            shapes=[line | {"line": {"dash": "dash", "color": INK, "width": 1.5}}],
            annotations=[name | {"text": f"rated {rated_a:g} A", "font": {"color": INK}}],
        )
    return chart.update_layout(margin={"b": 60}, yaxis_range=[0, 1.2 * top])


def phase_history_figure(recordings: pd.DataFrame, unit: str = "A") -> go.Figure:
    """Rms current of the phases over all recordings of a motor.

    Parameters
    ----------
    recordings : DataFrame
        Columns started_at and rms_R, rms_S, rms_T; recordings without a time are not shown.
    unit : str
    """
    title = "Currents over the recordings"
    dated = recordings[recordings["started_at"].notna()].sort_values("started_at").tail(MOST_POINTS)
    if dated.empty:
        return nothing(title, Reason("no_time", "no recording of this motor has a time"))
    chart = figure(title, "time (UTC)", f"rms current ({unit})", 340)
    for phase in PHASES:
        values = dated[f"rms_{phase}"]
        if values.notna().any():
            marker = {"color": PHASE_COLOURS[phase], "symbol": PHASE_SYMBOLS[phase], "size": 7}
            chart.add_scatter(
                x=dated["started_at"], y=values, name=phase, mode="lines+markers", marker=marker,
                line={"color": PHASE_COLOURS[phase], "width": 1},
            )  # fmt: skip
    return chart.update_yaxes(rangemode="tozero")


def health_history_figure(health: pd.DataFrame, maintenance: pd.DataFrame) -> go.Figure:
    """Health index after every recording of one motor, the grades as ground, maintenance as marks.

    Parameters
    ----------
    health : DataFrame
        Columns started_at, state_risk and state_grade of table ``health``.
    maintenance : DataFrame
        Columns start, kind and action of table ``maintenance``.
    """
    title = "Health index and maintenance over time"
    dated = health[health["started_at"].notna()].sort_values("started_at").tail(MOST_POINTS)
    if dated.empty:
        return nothing(title, Reason("no_time", "no judged recording of this motor in these days has a time"))
    chart = figure(title, "time (UTC)", "health index (%)", 420)
    told = dated[dated["state_risk"].notna()]
    chart.add_scatter(
        x=told["started_at"], y=100 - told["state_risk"], mode="lines", showlegend=False, hoverinfo="skip",
        line={"color": GREY, "width": 1.5, "shape": "hv"},
    )  # fmt: skip
    for grade in (*GRADES, UNKNOWN):
        rows = dated[dated["state_grade"] == grade]
        if len(rows):
            marker = {"color": GRADE_COLOURS[grade], "symbol": GRADE_SYMBOLS[grade], "size": 10}
            chart.add_scatter(
                x=rows["started_at"], y=(100 - rows["state_risk"]).fillna(0.0), mode="markers", name=grade,
                marker=marker, hovertemplate="%{x}<br>%{y:.0f} %<extra>" + grade + "</extra>",
            )  # fmt: skip
    _add_maintenance(chart, maintenance)
    lines = [*_grade_lines(), *(_event_line(start) for start in maintenance["start"])]
    return chart.update_layout(
        shapes=lines, annotations=_grade_names(), yaxis={"range": [-3, 112], "tickvals": [0, 25, 50, 75, 100]}
    )


def _grade_lines() -> list[dict[str, Any]]:
    """A line where each grade begins."""
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": {"dash": "dot", "width": 1, "color": GREY}}
    return [line | {"y0": 100 - low, "y1": 100 - low} for low in FROM.values() if low > 0]


def _grade_names() -> list[dict[str, Any]]:
    """The name of each grade at the right, below its upper line."""
    name = {"x": 1, "xref": "paper", "showarrow": False, "xanchor": "right", "yanchor": "top"}
    return [name | {"y": 97 - low, "text": grade, "font": {"color": INK, "size": 11}} for grade, low in FROM.items()]


def _event_line(start: pd.Timestamp) -> dict[str, Any]:
    line = {"dash": "dash", "width": 1, "color": EVENT_COLOUR}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": start, "x1": start, "line": line}


def _add_maintenance(chart: go.Figure, maintenance: pd.DataFrame) -> None:
    for kind, rows in maintenance.groupby("kind", sort=True):
        marker = {
            "color": EVENT_COLOUR, "symbol": EVENT_SYMBOLS.get(str(kind), "circle-open"), "size": 14,
            "line": {"width": 2, "color": INK},
        }  # fmt: skip
        chart.add_scatter(
            x=rows["start"], y=[106] * len(rows), mode="markers", name=f"maintenance: {kind}", marker=marker,
            text=list(rows["action"]), hoverinfo="text+x",
        )  # fmt: skip
