"""Figures of verdicts: computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.views.theme import INK, condition_words, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

#: Colour, pattern and words of each verdict.
VERDICTS = {
    "supported": ("#D55E00", "", "supported"),
    "cannot_decide": ("#7F8C99", "x", "cannot decide"),
    "not_supported": ("#56B4E9", "/", "not supported"),
}


def verdict_figure(counts: pd.DataFrame, judge: str) -> go.Figure:
    """Share of each verdict for every fault asked for and every true condition, a stacked bar each.

    Parameters
    ----------
    counts : DataFrame
        Table ``verdict_counts``. Faults that no recording is labelled with are left out, unless there is none other.
    judge : str
        Whose verdicts.
    """
    rows = counts[counts["judge"] == judge]
    asked = rows[rows["fault"].isin(rows["condition"])]
    rows = asked if len(asked) else rows
    total = rows[list(VERDICTS)].sum(axis=1)
    words = [
        f"{condition_words(fault)}? {n} labelled {condition_words(condition)}"
        for fault, condition, n in zip(rows["fault"], rows["condition"], total, strict=True)
    ]
    title = f"Verdicts of the {judge.replace('_', ' ')} by true condition"
    chart = figure(
        title, "share of the recordings (%)", "fault asked for, label of the recordings", 190 + 24 * max(3, len(rows))
    )
    for verdict, (colour, pattern, name) in VERDICTS.items():
        share = (100 * rows[verdict] / total).round(1)
        overlay = {"shape": pattern, "size": 6, "fillmode": "overlay", "fgcolor": "#FFFFFF", "fgopacity": 0.6}
        marker = {"color": colour, "pattern": overlay}
        text = [str(n) if n else "" for n in rows[verdict]]
        chart.add_bar(
            x=share, y=words, name=name, orientation="h", marker=marker,
            text=text, textposition="inside", textangle=0, insidetextanchor="middle", textfont={"color": INK},
        )  # fmt: skip
    chart.update_layout(barmode="stack", legend_traceorder="normal", yaxis_title_standoff=16)
    chart.update_xaxes(range=[0, 100])
    chart.update_yaxes(autorange="reversed", type="category")
    return chart
