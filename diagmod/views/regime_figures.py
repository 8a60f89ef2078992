"""Figures of regimes: the picture of a view, which motors are in which regime, and how stable each is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from diagmod.views.theme import add_points, figure

#: Colours of regimes (Okabe & Ito), in turn; grey is what is in none.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#999933")
_NONE = "#7F8C99"

#: Marks of regimes, in turn: colour is never the only carrier of meaning.
_SYMBOLS = ("circle", "square", "diamond", "x", "triangle-up", "star", "cross", "triangle-down")

#: Motors that are shown one by one; more are only counted.
_MOST_MOTORS = 40


def picture_figure(segments: pd.DataFrame, regimes: pd.DataFrame, view: str) -> go.Figure:
    """Segments of a view on paper, a colour and a mark a regime.

    Parameters
    ----------
    segments, regimes : DataFrame
        Tables ``regime_segments`` and ``regimes``.
    view : str
    """
    chart = figure(
        f"Segments by {view}: near is alike, far says little", "first direction (1)", "second direction (1)", 480
    )
    shown = segments[(segments["view"] == view) & segments["x"].notna()]
    names = list(regimes.loc[regimes["view"] == view, "regime"])
    labels = dict(zip(regimes["regime"], regimes["label"], strict=True))
    for place, name in enumerate(["", *names]):
        rows = shown[shown["regime"] == name]
        marker = {"color": _colour(name, names), "symbol": _symbol(place), "size": 5, "opacity": 0.75}
        said = f"{name} {labels.get(name) or ''}".strip() or "in no regime"
        text = [
            f"{motor}, {recording}" for motor, recording in zip(rows["motor_id"], rows["recording_id"], strict=True)
        ]
        chart.add_scatter(
            x=rows["x"], y=rows["y"], mode="markers", name=said, marker=marker, text=text, hoverinfo="text"
        )
    return chart.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)


def known_figure(segments: pd.DataFrame, catalogue: pd.DataFrame, view: str) -> go.Figure:
    """The same picture by the labelled condition of the recordings, which nothing used to make it.

    Parameters
    ----------
    segments, catalogue : DataFrame
        Tables ``regime_segments`` and ``recordings``.
    view : str
    """
    chart = figure(f"The same by labelled condition ({view})", "first direction (1)", "second direction (1)", 480)
    shown = segments[(segments["view"] == view) & segments["x"].notna()]
    joined = shown.merge(catalogue[["recording_id", "condition", "file"]], on="recording_id", how="left")
    for condition, rows in joined.groupby("condition", sort=True):
        add_points(chart, str(condition), rows["x"], rows["y"], list(rows["file"]))
    chart.update_traces(marker_size=5, hoverinfo="text")
    return chart.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)


def motor_figure(segments: pd.DataFrame, view: str) -> go.Figure:
    """Share of each motor's segments in each regime: a regime of one motor is a single dark cell in its column.

    Parameters
    ----------
    segments : DataFrame
        Table ``regime_segments``.
    view : str
    """
    rows = segments[(segments["view"] == view) & segments["strength"].notna()]
    counts = pd.crosstab(rows["motor_id"], rows["regime"].replace("", "none"))
    shares = counts.div(counts.sum(axis=1), axis=0)
    most = shares.head(_MOST_MOTORS)
    more = f", first {_MOST_MOTORS} of {len(shares)}" if len(shares) > _MOST_MOTORS else ""
    chart = figure(f"Regimes of each motor by {view}{more}", "regime", "motor", 180 + 18 * max(8, len(most)))
    values = most.to_numpy(float)
    chart.add_heatmap(
        x=list(most.columns), y=list(most.index), z=np.round(100 * values, 1), colorscale="Blues", zmin=0, zmax=100,
        colorbar={"title": "%"}, texttemplate="%{z:.0f}", hovertemplate="%{y} in %{x}: %{z:.0f} %<extra></extra>",
    )  # fmt: skip
    return chart.update_yaxes(autorange="reversed", type="category").update_xaxes(type="category")


def stability_figure(regimes: pd.DataFrame, stable: float) -> go.Figure:
    """How far each regime came back without some split groups; below the line it is called unstable.

    Parameters
    ----------
    regimes : DataFrame
        Table ``regimes``.
    stable : float
    """
    chart = figure("Regimes found again without a fifth of the split groups", "regime", "mean overlap (1)", 360)
    for view, rows in regimes.groupby("view", sort=True):
        marker = {"color": _COLOURS[0] if view == "operation" else _COLOURS[1]}
        pattern = {"pattern": {"shape": "" if view == "operation" else "/"}}
        chart.add_bar(
            x=rows["regime"], y=rows["stability"], name=str(view), marker=marker | pattern,
            text=[f"{value:.2f}" for value in rows["stability"]], textposition="outside", cliponaxis=False,
        )  # fmt: skip
    chart.add_hline(y=stable, line={"dash": "dash", "width": 1, "color": _NONE})
    return chart.update_yaxes(range=[0, 1.1]).update_xaxes(type="category")


def _colour(name: str, names: list[str]) -> str:
    return _COLOURS[names.index(name) % len(_COLOURS)] if name else _NONE


def _symbol(place: int) -> str:
    return _SYMBOLS[(place - 1) % len(_SYMBOLS)] if place else "circle-open"
