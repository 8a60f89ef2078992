"""From which severity on a fault is found; computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.views.series_styles import GUIDE, words
from diagmod.views.theme import CONDITION_SYMBOLS, INK, condition_colour, condition_words, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

#: Line of each condition: colour is never the only carrier of meaning.
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def recall_over_severity_figure(recalls: pd.DataFrame, smallest: pd.DataFrame, split: str, model: str) -> go.Figure:
    """Recall of the recordings at or above every severity, a line a fault; the smallest that is found is marked.

    Parameters
    ----------
    recalls : DataFrame
        Table ``recall_over_severity``.
    smallest : DataFrame
        Table ``minimum_severity``. A fault without such a severity has no mark, and its name says so.
    split, model : str
    """
    title = f"Recall from a severity on: {words(model)}, {words(split)}"
    chart = figure(title, "severity at or above which recordings count (1)", "recall (%)", 480)
    rows, marks = (table[(table["split"] == split) & (table["model"] == model)] for table in (recalls, smallest))
    for target in sorted(set(marks["target_recall"])):
        chart.add_hline(y=100 * target, line=GUIDE)
    for k, (condition, part) in enumerate(rows.groupby("condition", sort=True)):
        colour, dash = condition_colour(str(condition)), _DASHES[k % len(_DASHES)]
        own = marks[(marks["condition"] == condition) & np.isfinite(marks["severity"].astype(float))]
        told = f"from {own['severity'].iloc[0]:.2f} on" if len(own) else "not within those recorded"
        chart.add_scatter(
            x=part["severity"], y=100 * part["recall"], mode="lines", name=f"{condition_words(str(condition))}: {told}",
            line={"color": colour, "dash": dash, "width": 2}, hoverinfo="text+x+y",
            text=[f"{n} recordings of {g} groups" for n, g in zip(part["n"], part["n_groups"], strict=True)],
        )  # fmt: skip
        if len(own):
            _mark(chart, own.iloc[0], str(condition), colour)
    chart.update_xaxes(range=[-0.02, 1.02])
    lowest = float(np.nanmin([1.0, *rows["recall"], *marks["low_above"].astype(float)]))
    return chart.update_yaxes(range=[max(-2.0, 100 * lowest - 8), 104])


def _mark(chart: go.Figure, own: pd.Series, condition: str, colour: str) -> None:
    """Smallest severity and recall from it on, both with intervals; an open end reaches to the strongest fault."""
    high = own["high"] if np.isfinite(own["high"]) else 1.0
    low = own["low"] if np.isfinite(own["low"]) else own["severity"]
    chart.add_scatter(
        x=[own["severity"]], y=[100 * own["recall_above"]], mode="markers", showlegend=False,
        error_x={"array": [high - own["severity"]], "arrayminus": [own["severity"] - low], "thickness": 1.5},
        error_y={"array": [100 * (own["high_above"] - own["recall_above"])], "thickness": 1.5,
                 "arrayminus": [100 * (own["recall_above"] - own["low_above"])]},
        marker={"color": colour, "symbol": CONDITION_SYMBOLS.get(condition, "circle-open"), "size": 13,
                "line": {"width": 1.5, "color": INK}},
        text=[own["sentence"]], hoverinfo="text",
    )  # fmt: skip
