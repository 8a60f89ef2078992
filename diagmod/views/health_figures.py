"""Figures of health: the index of a motor with its parts, and the fleet over time with what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.health_tables import PART_WORDS
from diagmod.models.risk_scale import FROM, GRADES, UNKNOWN, grade_of
from diagmod.views.theme import (
    EVENT_COLOUR,
    EVENT_SYMBOLS,
    GRADE_COLOURS,
    GRADE_PATTERNS,
    GRADE_SYMBOLS,
    INK,
    figure,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import plotly.graph_objects as go

#: Words on the bar of a part that could not be judged.
CANNOT_TELL = "cannot tell"

#: Words beside a short bar, and within a long one: black on white there in every scheme, which replaces INK alone.
_LABEL_BESIDE = {"xanchor": "left", "xshift": 6, "font": {"color": INK}}
_LABEL_WITHIN = {"xanchor": "right", "xshift": -6, "font": {"color": "#111111"}, "bgcolor": "rgba(255,255,255,.8)"}

#: Motors that are shown; a page with more is no longer read.
MOST_MOTORS = 60


def gauge_figure(motor: Mapping[str, Any]) -> go.Figure:
    """Risk of a motor and of each of its parts, a bar each, with the grades marked.

    Parameters
    ----------
    motor : mapping
        Row of table ``motor_health`` (as of ``to_dict("records")``).
    """
    names = ["all parts", *PART_WORDS.values()]
    risks = [motor["risk"], *(motor[f"{part}_risk"] for part in PART_WORDS)]
    texts = [_whole(motor), *(_part(motor, part) for part in PART_WORDS)]
    title = f"{motor['motor_id']}: {_index(motor)}"
    chart = figure(title, "risk (0 good to 100 act; a rank of urgency, no probability)", "", 400)
    for grade in (*GRADES, UNKNOWN):
        rows = [k for k, name in enumerate(grade_of(risks)) if name == grade]
        pattern = {
            "shape": GRADE_PATTERNS[grade],
            "size": 6,
            "fillmode": "overlay",
            "fgcolor": "#FFFFFF",
            "fgopacity": 0.5,
        }
        chart.add_bar(
            x=[0.0 if grade == UNKNOWN else max(float(risks[k]), 0.6) for k in rows], y=[names[k] for k in rows],
            orientation="h", name=grade, marker={"color": GRADE_COLOURS[grade], "pattern": pattern},
            text=[texts[k] for k in rows], textposition="none", hoverinfo="y+text", showlegend=False,
        )  # fmt: skip
    labels = [
        {"x": 0 if pd.isna(risk) else float(risk), "y": k, "text": text, "showarrow": False}
        | (_LABEL_BESIDE if pd.isna(risk) or risk < FROM["plan"] else _LABEL_WITHIN)
        for k, (risk, text) in enumerate(zip(risks, texts, strict=True))  # places, for names are translated
    ]
    _mark_grades(chart, labels)
    chart.update_yaxes(autorange="reversed", type="category", categoryarray=names, categoryorder="array")
    return chart.update_layout(barmode="overlay", margin={"b": 60, "t": 80})


def fleet_figure(health: pd.DataFrame, maintenance: pd.DataFrame | None = None) -> go.Figure:
    """Every motor over time: a mark a recording in the colour and shape of the motor's grade, and its maintenance.

    Parameters
    ----------
    health : DataFrame
        Table ``health``. Recordings without a time are not shown.
    maintenance : DataFrame or None
        Table ``maintenance``.
    """
    dated = health[health["started_at"].notna()]
    order = dated.groupby("motor_id")["state_risk"].last().fillna(-1.0).sort_values(ascending=False, kind="stable")
    shown = list(order.index[:MOST_MOTORS])
    more = f", the {MOST_MOTORS} most urgent of {len(order)}" if len(order) > MOST_MOTORS else ""
    chart = figure(f"Health of the motors over time{more}", "time", "motor", 190 + 20 * max(6, len(shown)))
    dated = dated[dated["motor_id"].isin(shown)]
    for grade in (*GRADES, UNKNOWN):
        rows = dated[dated["state_grade"] == grade]
        text = [
            f"{motor}: {grade}" + ("" if pd.isna(risk) else f", risk {risk:.0f}")
            for motor, risk in zip(rows["motor_id"], rows["state_risk"], strict=True)
        ]
        marker = {"color": GRADE_COLOURS[grade], "symbol": GRADE_SYMBOLS[grade], "size": 10}
        chart.add_scatter(
            x=rows["started_at"], y=rows["motor_id"], mode="markers", name=grade, marker=marker, text=text,
            hoverinfo="text+x",
        )  # fmt: skip
    _add_events(chart, maintenance, shown)
    return chart.update_yaxes(autorange="reversed", type="category", categoryarray=shown, categoryorder="array")


def _add_events(chart: go.Figure, maintenance: pd.DataFrame | None, motors: list[str]) -> None:
    if maintenance is None:
        return
    known = maintenance[maintenance["motor_id"].isin(motors)]
    for kind, rows in known.groupby("kind", sort=True):
        marker = {
            "color": EVENT_COLOUR, "symbol": EVENT_SYMBOLS.get(str(kind), "circle-open"), "size": 15,
            "line": {"width": 2, "color": INK},
        }  # fmt: skip
        text = [f"{motor}: {kind}. {action}" for motor, action in zip(rows["motor_id"], rows["action"], strict=True)]
        chart.add_scatter(
            x=rows["start"], y=rows["motor_id"], mode="markers", name=f"maintenance: {kind}", marker=marker, text=text,
            hoverinfo="text+x",
        )  # fmt: skip


def _mark_grades(chart: go.Figure, labels: list[dict[str, Any]]) -> None:
    """A line where each grade begins, and its name above; all at once with the labels, for one by one takes time."""
    edges = [*FROM.values(), 100.0]
    line = {"dash": "dot", "width": 1, "color": GRADE_COLOURS[UNKNOWN]}
    lines = [
        {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": low, "x1": low, "line": line}
        for low in FROM.values()
        if low > 0
    ]
    above = {"y": 1.0, "yref": "paper", "yanchor": "bottom", "showarrow": False, "font": {"color": INK}}
    names = [
        above | {"x": (low + high) / 2, "text": grade}
        for grade, low, high in zip(GRADES, edges[:-1], edges[1:], strict=True)
    ]
    chart.update_layout(annotations=[*labels, *names], shapes=lines, xaxis={"range": [0, 100], "tickvals": edges})


def _index(motor: Mapping[str, Any]) -> str:
    if pd.isna(motor["health_index"]):
        return "its recordings cannot tell how it is"
    return f"health {motor['health_index']:.0f} of 100, {motor['grade']}"


def _whole(motor: Mapping[str, Any]) -> str:
    if pd.isna(motor["risk"]):
        return CANNOT_TELL
    return f"{motor['grade']} ({motor['knowledge_pct']:.0f} % known)"


def _part(motor: Mapping[str, Any], part: str) -> str:
    """Grade of a part, with the fault and the value behind it."""
    risk, value, unit = (motor[f"{part}_{name}"] for name in ("risk", "value", "unit"))
    if pd.isna(risk):
        return CANNOT_TELL
    measured = "" if pd.isna(value) else f": {value:.2g} {unit}".rstrip()
    fault = str(motor[f"{part}_fault"]).replace("_", " ")
    return f"{grade_of(risk)}{measured}" + (f", {fault}" if fault and risk >= FROM["watch"] else "")
