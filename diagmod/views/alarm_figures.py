"""Alarms as they are met in service: how often a false one, how long until a true one; data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.views.series_styles import GUIDE, line_style, marker_style, words
from diagmod.views.theme import condition_words, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

#: False alarms per motor and month that a plant bears.
_BEARABLE = 1.0


def alarm_rate_figure(rates: pd.DataFrame, split: str) -> go.Figure:
    """False alarms per motor and month of every model, as recorded and at one recording a day.

    Parameters
    ----------
    rates : DataFrame
        Table ``alarm_rates``.
    split : str
    """
    rows = rates[rates["split"] == split]
    names = [f"{words(model)} ({rule})" for model, rule in zip(rows["model"], rows["rule"], strict=True)]
    title = f"False alarms per motor and month, {words(split)}"
    chart = figure(title, "false alarms per motor and month (1/month)", "", 200 + 34 * max(3, len(rows)))
    for k, (told, value, suffix) in enumerate(
        (("as recorded", "per_motor_month", ""), ("at one recording a day", "per_month_if_daily", "_if_daily"))
    ):
        error = {
            "array": rows[f"high{suffix}"] - rows[value], "arrayminus": rows[value] - rows[f"low{suffix}"], "width": 3,
        }  # fmt: skip
        chart.add_scatter(
            x=rows[value], y=names, error_x=error, mode="markers", name=told, marker=marker_style(k),
            text=[f"{false} of {n} healthy recordings" for false, n in zip(rows["n_false"], rows["n"], strict=True)],
            hoverinfo="text+x",
        )  # fmt: skip
    chart.add_vline(x=_BEARABLE, line=GUIDE)
    chart.update_xaxes(rangemode="tozero")
    return chart.update_yaxes(autorange="reversed", type="category")


def detection_delay_figure(curves: pd.DataFrame, split: str, condition: str = "") -> go.Figure:
    """Share of the faults found over the time since their onset, a line a model; faults out of sight are counted.

    Parameters
    ----------
    curves : DataFrame
        Table ``detection_delay_curves``.
    split : str
    condition : str
        Fault; empty for all.
    """
    rows = curves[(curves["split"] == split) & (curves["condition"] == condition)]
    of = condition_words(condition) if condition else "all faults"
    title = f"Time until a fault is found: {of}, {words(split)}"
    chart = figure(title, "time since the first faulty recording (d)", "share found (%)", 460)
    for k, ((model, rule), part) in enumerate(rows.groupby(["model", "rule"], sort=True)):
        part = part.sort_values("days")
        style = line_style(k)
        for end in ("low", "high"):
            chart.add_scatter(
                x=part["days"], y=100 * part[end], mode="lines", showlegend=False, hoverinfo="skip", opacity=0.45,
                line={**style, "width": 1, "shape": "hv"}, legendgroup=f"{model} {rule}",
            )  # fmt: skip
        chart.add_scatter(
            x=part["days"], y=100 * part["share_found"], mode="lines+markers", name=f"{words(str(model))} ({rule})",
            line={**style, "shape": "hv"}, marker=marker_style(k), legendgroup=f"{model} {rule}",
            text=[f"{n} still looked for" for n in part["n_watched"]], hoverinfo="text+x+y",
        )  # fmt: skip
    chart.update_xaxes(rangemode="tozero")
    return chart.update_yaxes(range=[-2, 104])
