"""Figures of the learned embedding: what the network sees, and where it puts the recordings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from diagmod.core.order_spectra import CHANNELS, ORDERS
from diagmod.io.embedding_files import code_names_of
from diagmod.views.panes import in_house_style
from diagmod.views.theme import add_points, figure

#: Share of the segments (%) on either side of the band that is drawn.
_OUTSIDE_PCT = 10.0


def picture_figure(pictures: NDArray[np.floating]) -> go.Figure:
    """Median order spectra of many segments with a band, a pane a channel.

    Parameters
    ----------
    pictures : ndarray, shape (n, 3, n_points)
        dB of the supply line; undefined ones are left out.
    """
    chart = make_subplots(len(CHANNELS), 1, shared_xaxes=True, subplot_titles=CHANNELS, vertical_spacing=0.08)
    defined = pictures[np.isfinite(pictures).all(axis=(1, 2))]
    if len(defined):
        low, middle, high = np.percentile(defined, [_OUTSIDE_PCT, 50, 100 - _OUTSIDE_PCT], axis=0).round(1)
        for row in range(len(CHANNELS)):
            band = {"x": np.append(ORDERS, ORDERS[::-1]), "y": np.append(high[row], low[row][::-1])}
            chart.add_scatter(**band, fill="toself", line_width=0, fillcolor="rgba(0,114,178,0.25)", row=row + 1, col=1)
            chart.add_scatter(x=ORDERS, y=middle[row], line={"color": "#0072B2", "width": 1.2}, row=row + 1, col=1)
    chart.update_traces(showlegend=False)
    x_titles = ["", "", "order (supply frequency = 1)"]
    return in_house_style(chart, "Order spectra of the segments", 640, x_titles, ["level (dB)"] * len(CHANNELS))


def embedding_figure(embeddings: pd.DataFrame, catalogue: pd.DataFrame, fold: int) -> go.Figure:
    """Recordings in the plane of the two main directions of one fold's embedding, coloured by condition.

    The directions are those of the rows that the network learned from; a held-out recording has a ring.

    Parameters
    ----------
    embeddings : DataFrame
        Table ``embeddings``.
    catalogue : DataFrame
        Table ``recordings``.
    fold : int
    """
    chart = figure(f"Recordings as the network of fold {fold} sees them", "first direction (1)", "second direction (1)")
    names = code_names_of(embeddings.columns)
    rows = embeddings[embeddings["fold"] == fold].dropna(subset=names)
    if rows.empty:
        return chart
    means = rows.groupby("recording_id")[[*names, "is_held_out"]].mean().reset_index()
    learned = means.loc[means["is_held_out"] == 0, names].to_numpy()
    _, _, directions = np.linalg.svd(learned - learned.mean(axis=0), full_matrices=False)
    directions *= np.sign(directions[np.arange(len(directions)), np.abs(directions).argmax(axis=1)])[:, None]
    plane = ((means[names].to_numpy() - learned.mean(axis=0)) @ directions[:2].T).round(3)
    if plane.shape[1] < 2:
        plane = np.column_stack([plane, np.zeros(len(plane))])
    joined = means.assign(x=plane[:, 0], y=plane[:, 1]).merge(catalogue, on="recording_id")
    for condition, part in joined.groupby("condition", sort=True):
        add_points(chart, str(condition), part["x"], part["y"], list(part["file"]))
    held = joined[joined["is_held_out"] == 1]
    ring = {"symbol": "circle-open", "size": 14, "color": "#7F8C99", "line": {"width": 1.5}}
    chart.add_scatter(x=held["x"], y=held["y"], mode="markers", marker=ring, name="held out", hoverinfo="skip")
    return chart
