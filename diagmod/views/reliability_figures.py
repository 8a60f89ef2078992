"""Reliability diagram: what models stated over what was observed; computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.views.series_styles import GUIDE, line_style, marker_style, words
from diagmod.views.theme import condition_words, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def reliability_figure(reliability: pd.DataFrame, split: str, condition: str = "") -> go.Figure:
    """Observed share over stated probability, a line a model, with intervals over split groups.

    Parameters
    ----------
    reliability : DataFrame
        Table ``reliability``.
    split : str
    condition : str
        Condition whose probability is shown; empty for that of the most probable answer.
    """
    rows = reliability[(reliability["split"] == split) & (reliability["condition"] == condition)]
    of = condition_words(condition) if condition else "the most probable answer"
    title = f"Stated and observed: {of}, {words(split)}"
    chart = figure(title, "stated probability (%)", "share of which it is true (%)", 480)
    chart.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=GUIDE, name="as stated", hoverinfo="skip")
    for k, (model, part) in enumerate(rows.groupby("model", sort=True)):
        part = part.sort_values("stated")
        error = {
            "array": 100 * (part["high"] - part["observed"]), "arrayminus": 100 * (part["observed"] - part["low"]),
            "thickness": 1, "width": 3,
        }  # fmt: skip
        chart.add_scatter(
            x=100 * part["stated"], y=100 * part["observed"], error_y=error, mode="markers+lines",
            name=words(str(model)), line=line_style(k), marker=marker_style(k), hoverinfo="text+x+y+name",
            text=[f"{n} recordings of {g} groups" for n, g in zip(part["n"], part["n_groups"], strict=True)],
        )  # fmt: skip
    chart.update_xaxes(range=[-1, 101])
    return chart.update_yaxes(range=[-2, 102])
