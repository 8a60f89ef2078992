"""Figures of what a diagnosis finds of a broken bar: over severity, load, record length, noise and clock."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from diagmod.io.report_figures import plain
from diagmod.io.study_choice import clock_rows, studied_at
from diagmod.io.study_tables import FOUND_PCT, DetectionStudy
from diagmod.views.panes import GREY, in_house_style
from diagmod.views.theme import CONDITION_COLOURS, CONDITION_SYMBOLS, figure

#: Panes beside each other; three are readable on a tablet.
_MOST_COLUMNS = 3

#: Share of an axis below which labels of neighbouring ticks touch on a tablet.
_LEAST_STEP = 0.12

_FOUND = CONDITION_COLOURS["broken_bar"]
_BAND = "rgba(213, 94, 0, 0.22)"

#: Ink of numbers on coloured cells: the cells are light in both schemes, so this ink is not re-inked in the dark.
_CELL_INK = "#11161c"

#: Cells from the smallest severity found to the greatest; each keeps 4.5:1 against `_CELL_INK`.
_CELL_COLOURS = ("#A8DDB5", "#D9EFB0", "#FEE8A0", "#FDBE85", "#C5CBD3")


def detection_figure(study: DetectionStudy, length_s: float, noise_dbc: float) -> go.Figure:
    """Share of motors whose broken bar is found over its severity, a pane a load, with 95 % bands.

    At 0 bars stands the measured rate of false alarms with its interval.

    Parameters
    ----------
    study : DetectionStudy
    length_s : float
        Length of the recordings, one that was studied (s).
    noise_dbc : float
        Noise, one that was studied (dB of the rated current).

    Raises
    ------
    TableError
        Length or noise were not studied.
    """
    rows = studied_at(study.detection, length_s=length_s, noise_dbc=noise_dbc, jitter_us=0)
    title = f"Broken bars found in {length_s:g} s, {_noise(noise_dbc)}"
    chart = _panes_by_load(rows, "bars_of_28", title, "broken bars of 28", first=0.0)
    alarms = study.false_alarms
    words = f"healthy motor called faulty: {_percent(alarms.rate_pct)} % "
    words += f"({_percent(alarms.low_pct)} to {_percent(alarms.high_pct)} %)"
    green = CONDITION_COLOURS["healthy"]
    level = {
        "x": [0.0],
        "y": [alarms.rate_pct],
        "error_y": {
            "array": [alarms.high_pct - alarms.rate_pct],
            "arrayminus": [alarms.rate_pct - alarms.low_pct],
            "color": green,
        },
        "mode": "markers",
        "marker": {"color": green, "symbol": CONDITION_SYMBOLS["healthy"], "size": 8},
        "cliponaxis": False,
    }
    _in_every_pane(chart, level, words)
    return chart


def clock_figure(study: DetectionStudy, bars: float) -> go.Figure:
    """Share of motors whose broken bar is found, and of those refused, over the unevenness of the recorder's clock.

    Parameters
    ----------
    study : DetectionStudy
    bars : float
        Severity, one that was studied (bars of 28).

    Raises
    ------
    TableError
        The severity was not studied.
    """
    rows = clock_rows(study.detection, bars)
    title = f"{bars:g} broken bar{'' if bars == 1 else 's'} of 28 with an uneven clock"
    if not rows.empty:
        title += f", {rows['length_s'].iloc[0]:g} s, {_noise(rows['noise_dbc'].iloc[0])}"
    return _panes_by_load(rows, "jitter_us", title, "timing noise (µs rms)")


def minimum_severity_figure(study: DetectionStudy, noise_dbc: float) -> go.Figure:
    """Smallest severity found in 90 % of motors over load and record length, its number in every cell.

    Parameters
    ----------
    study : DetectionStudy
    noise_dbc : float
        Noise, one that was studied (dB of the rated current).

    Raises
    ------
    TableError
        The noise was not studied.
    """
    rows = studied_at(study.minimum, noise_dbc=noise_dbc)
    title = f"Fewest bars of 28 found in {FOUND_PCT:g} % of motors, {_noise(noise_dbc)}"
    chart = figure(title, "record length (s)", "load (% of rated)", 440)
    words = rows.pivot(index="load", columns="length_s", values="bars_of_28_found_in_90_pct")
    numbers = rows.pivot(index="load", columns="length_s", values="least_bars")
    steps = sorted({*study.minimum["least_bars"]} - {math.inf})
    place = {bars: k / max(len(steps), 1) for k, bars in enumerate(steps)} | {math.inf: 1.0}
    chart.add_heatmap(
        x=[f"{length:g}" for length in words.columns],
        y=[f"{100 * load:g}" for load in words.index],
        z=numbers.map(place.get).to_numpy(dtype=float),
        zmin=0,
        zmax=1,
        text=words.fillna("not studied").to_numpy(),
        texttemplate="%{text}",
        textfont={"size": 16, "color": _CELL_INK},
        hovertemplate="%{x} s at %{y} % of rated load: %{text} of 28<extra></extra>",
        colorscale=[[k / (len(_CELL_COLOURS) - 1), colour] for k, colour in enumerate(_CELL_COLOURS)],
        showscale=False,
        xgap=3,
        ygap=3,
    )
    chart.update_xaxes(type="category", showgrid=False)
    chart.update_yaxes(type="category", showgrid=False)
    return chart


def _panes_by_load(rows: pd.DataFrame, axis: str, title: str, x_title: str, *, first: float | None = None) -> go.Figure:
    """Found with its band, refused, and the share that counts as found, over one axis, a pane a load."""
    loads = sorted(set(rows["load"]))
    n_columns = min(_MOST_COLUMNS, max(1, len(loads)))
    n_rows = math.ceil(len(loads) / n_columns) or 1
    specs: list[list[dict[str, str] | None]] = [
        [{} if k * n_columns + j < max(1, len(loads)) else None for j in range(n_columns)] for k in range(n_rows)
    ]
    chart = make_subplots(
        rows=n_rows,
        cols=n_columns,
        specs=specs,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=0.42 / n_rows,
        subplot_titles=[f"load {100 * load:g} % of rated" for load in loads],
    )
    n = max(1, len(loads))
    y_titles = ["motors (%)" if k % n_columns == 0 else "" for k in range(n)]
    in_house_style(chart, title, 190 + 250 * n_rows, [x_title] * n, y_titles)
    ticks = sorted(set(rows[axis]) | ({first} if first is not None else set()))
    reach = (max(ticks) - min(ticks)) * 0.06 if ticks else 0.0
    for k, load in enumerate(loads):
        part = rows[rows["load"] == load].sort_values(axis)
        pane = {"row": k // n_columns + 1, "col": k % n_columns + 1, "showlegend": not k}
        _add_load(chart, part, part[axis], pane)
    level = {"color": GREY, "width": 1.3, "dash": "dash"}
    ends = {"x": [min(ticks), max(ticks)] if ticks else [], "y": [FOUND_PCT] * 2 if ticks else []}
    _in_every_pane(
        chart, {**ends, "mode": "lines", "line": level, "hoverinfo": "skip"}, f"{FOUND_PCT:g} %: taken as found"
    )
    labelled = _apart(ticks)
    chart.update_xaxes(tickvals=labelled, ticktext=[f"{tick:g}" for tick in labelled], tickangle=0)
    if ticks:
        chart.update_xaxes(range=[min(ticks) - reach, max(ticks) + reach])
    chart.update_yaxes(range=[-4, 104], dtick=25)
    chart.update_layout(margin={"t": 75})
    return chart


def _add_load(chart: go.Figure, part: pd.DataFrame, x: pd.Series, pane: Mapping[str, int]) -> None:
    chart.add_scatter(
        x=[*x, *x[::-1]],
        y=[*part["high_pct"], *part["low_pct"][::-1]],
        name="its 95 % interval",
        legendgroup="band",
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=_BAND,
        hoverinfo="skip",
        **pane,
    )
    chart.add_scatter(
        x=x,
        y=part["found_pct"],
        name="broken bar found",
        legendgroup="found",
        mode="lines+markers",
        line={"color": _FOUND, "width": 2},
        marker={"symbol": CONDITION_SYMBOLS["broken_bar"], "size": 8},
        text=[f"of {n} motors; 95 %: {a:g} to {b:g} %" for n, a, b in
              zip(part["n"], part["low_pct"], part["high_pct"], strict=True)],
        hoverinfo="x+y+text",
        **pane,
    )  # fmt: skip
    chart.add_scatter(
        x=x,
        y=part["refused_pct"],
        name="refused: cannot decide",
        legendgroup="refused",
        mode="lines+markers",
        line={"color": GREY, "width": 1.5, "dash": "dot"},
        marker={"symbol": "square-open", "size": 7},
        **pane,
    )


def _in_every_pane(chart: go.Figure, trace: dict[str, object], name: str) -> None:
    """The same trace in all panes, once in the legend."""
    for k, axis in enumerate(list(chart.select_xaxes())):
        place = {"xaxis": axis.plotly_name.replace("axis", ""), "yaxis": axis.anchor}
        chart.add_scatter(**trace, **place, name=name, legendgroup=name, showlegend=not k)


def _apart(ticks: list[float]) -> list[float]:
    """Ticks whose labels do not touch each other: from the right, those not too near the last one kept.

    Examples
    --------
    >>> _apart([0.0, 0.3, 0.5, 1.0, 2.0])
    [0.0, 0.5, 1.0, 2.0]
    """
    kept = ticks[-1:]
    for tick in reversed(ticks[:-1]):
        if kept[0] - tick > _LEAST_STEP * (ticks[-1] - ticks[0]):
            kept.insert(0, tick)
    return kept


def _noise(noise_dbc: float) -> str:
    return f"noise {noise_dbc:g} dB"


def _percent(share: float) -> str:
    return plain(share, 2)
