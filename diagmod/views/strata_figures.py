"""Figures by motor, load, severity, quality and fault; computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.views.series_styles import words
from diagmod.views.theme import condition_words, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

#: What the figures are called on an axis, and whether they are shares in percent.
_FIGURES = {
    "recall": ("recall (%)", 100.0),
    "false_alarm_share": ("share of healthy recordings flagged (%)", 100.0),
    "auroc": ("AUROC (1)", 1.0),
    "average_precision": ("average precision (1)", 1.0),
}

#: What is split up by, on an axis.
_KINDS = {
    "motor": "motor", "load": "load", "severity": "labelled severity (1)", "acquisition": "acquisition",
    "quality": "quality", "fault": "fault",
}  # fmt: skip

#: Colour and pattern of bars that a conclusion may rest on, and of those too small for it.
_ENOUGH, _SMALL = ("#0072B2", ""), ("#7F8C99", "/")


def strata_figure(
    strata: pd.DataFrame, split: str, model: str, kind: str, shown: str = "recall", most: int = 30
) -> go.Figure:
    """A bar a stratum with its interval; strata too small for a conclusion are grey and hatched.

    Parameters
    ----------
    strata : DataFrame
        Table ``evaluation_strata``. Strata in which the figure is not defined are left out.
    split, model : str
    kind : str
        What is split up by, as "load".
    shown : str
        Figure, as "recall".
    most : int
        Bars at most: the worst of them, the others counted in the title.
    """
    asked = (strata["split"] == split) & (strata["model"] == model)
    rows = strata[asked & (strata["kind"] == kind) & (strata["figure"] == shown) & strata["value"].notna()]
    told, scale = _FIGURES[shown]
    title = f"By {_KINDS[kind].split(' (')[0]}: {words(model)}, {words(split)}"
    if len(rows) > most:
        worst = rows.sort_values("value", ascending=shown != "false_alarm_share", kind="stable").head(most)
        title, rows = f"{title}; {len(rows) - most} that are no worse are not shown", rows.loc[worst.index]
    chart = figure(title, _KINDS[kind], told, 460)
    order = [_named(kind, name) for name in rows["stratum"]]
    for is_small, (colour, pattern) in ((False, _ENOUGH), (True, _SMALL)):
        part = rows[rows["is_small"] == is_small]
        error = {
            "array": scale * (part["high"] - part["value"]), "arrayminus": scale * (part["value"] - part["low"]),
            "thickness": 1.5, "width": 4,
        }  # fmt: skip
        chart.add_bar(
            x=[_named(kind, name) for name in part["stratum"]], y=scale * part["value"], error_y=error,
            name="too small for a conclusion" if is_small else "enough recordings",
            marker={"color": colour, "pattern": {"shape": pattern}},
            text=[f"n = {n}" for n in part["n"]], textposition="inside", insidetextanchor="start", hoverinfo="x+y+text",
        )  # fmt: skip
    chart.update_layout(barmode="overlay", showlegend=True)
    chart.update_xaxes(type="category", categoryorder="array", categoryarray=order)
    return chart.update_yaxes(range=[0, 1.04 * scale])


def _named(kind: str, stratum: str) -> str:
    return condition_words(stratum) if kind == "fault" else stratum
