"""Figures of anomaly scores: computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.views.theme import CONDITION_COLOURS, CONDITION_WORDS, add_points, figure

if TYPE_CHECKING:
    import plotly.graph_objects as go


def score_figure(whole: pd.DataFrame, catalogue: pd.DataFrame, title: str) -> go.Figure:
    """Anomaly score of every recording, over time where times are known, else in the catalogue's order.

    Parameters
    ----------
    whole : DataFrame
        Rows of table ``anomaly_scores``, one a recording.
    catalogue : DataFrame
        Table ``recordings``.
    title : str

    Returns
    -------
    Figure
        Dashed lines are the thresholds of the folds.
    """
    joined = catalogue.merge(whole[["recording_id", "score", "threshold"]], on="recording_id")
    has_time = bool(joined["started_at"].notna().any())
    x = joined["started_at"] if has_time else pd.Series(np.arange(1, len(joined) + 1), index=joined.index)
    x_title = "date (UTC)" if has_time else "recording, in the order of the catalogue"
    chart = figure(title, x_title, "anomaly score (1)")
    for condition, rows in joined.groupby("condition", sort=True):
        add_points(chart, str(condition), x[rows.index], rows["score"], list(rows["file"]))
    for threshold in sorted(set(joined["threshold"].round(4))):
        chart.add_hline(y=threshold, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    return chart


def driver_figure(leading: pd.DataFrame) -> go.Figure:
    """How often each figure drove the score of a flagged recording the most, by condition.

    Parameters
    ----------
    leading : DataFrame
        Columns figure, meaning, condition, recordings (see :func:`diagmod.models.anomaly.leading_drivers`).
    """
    names = leading.groupby("figure")["recordings"].sum().sort_values(kind="stable").index
    chart = figure("What drove the flagged recordings the most", "recordings", "", 160 + 26 * max(4, len(names)))
    for condition, rows in leading.groupby("condition", sort=True):
        of_figure = rows.set_index("figure")["recordings"].reindex(names)
        chart.add_bar(
            x=of_figure, y=list(names), orientation="h", name=CONDITION_WORDS.get(str(condition), str(condition)),
            marker={"color": CONDITION_COLOURS.get(str(condition), "#7F8C99")},
        )  # fmt: skip
    return chart.update_layout(barmode="stack")
