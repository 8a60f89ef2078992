"""Figures of the models of faults: computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from diagmod.views.theme import add_points, condition_colour, condition_words, figure

if TYPE_CHECKING:
    import pandas as pd

#: Colour and pattern of what becomes of a recording: colour is never the only carrier of meaning.
_OUTCOMES = {
    "right": ("right answer", "#009E73", ""),
    "wrong": ("wrong answer", "#D55E00", "x"),
    "cannot_tell": ("cannot tell", "#E69F00", "/"),
    "abstained": ("not judged", "#7F8C99", "."),
}

#: Line of a figure that stands for "as it should be".
_IDEAL = {"dash": "dash", "width": 1, "color": "#7F8C99"}


#: Width from which on an interval of the severity says nothing and is not drawn.
_EVERYTHING = 0.99


def confusion_figure(counts: pd.DataFrame, title: str) -> go.Figure:
    """Share of the recordings of every label by what they were taken for, the number in every field.

    Parameters
    ----------
    counts : DataFrame
        Columns condition, predicted, recordings, share (see :func:`diagmod.models.faults.summaries.confusion`).
    title : str
    """
    names = sorted(set(counts["condition"]) | set(counts["predicted"]))
    words = [condition_words(name) for name in names]
    chart = figure(title, "taken for", "label", 160 + 60 * max(3, len(names)))
    table = {(row["condition"], row["predicted"]): row for row in counts.to_dict("records")}
    fields = [[table.get((label, taken)) for taken in names] for label in names]
    chart.add_heatmap(
        x=words, y=words, z=[[100 * row["share"] if row else 0.0 for row in line] for line in fields],
        text=[[str(row["recordings"]) if row else "" for row in line] for line in fields], texttemplate="%{text}",
        colorscale=[[0, "rgba(0,114,178,0.04)"], [1, "#0072B2"]], zmin=0, zmax=100,
        colorbar={"title": "share of the label (%)"}, hovertemplate="%{y}, taken for %{x}: %{z:.0f} %<extra></extra>",
    )  # fmt: skip
    return chart.update_yaxes(autorange="reversed")


def calibration_figure(bins: pd.DataFrame, title: str) -> go.Figure:
    """Share that is right over the stated probability; on the dashed line a probability means what it says.

    Parameters
    ----------
    bins : DataFrame
        Columns confidence, accuracy, recordings (see :func:`diagmod.models.faults.summaries.reliability`).
    title : str
    """
    chart = figure(title, "stated probability (%)", "share that is right (%)")
    chart.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=_IDEAL, name="as stated")
    chart.add_scatter(
        x=100 * bins["confidence"], y=100 * bins["accuracy"], mode="markers+lines", name="judged recordings",
        text=[f"{n} recordings" for n in bins["recordings"]], hoverinfo="text+x+y",
        marker={"size": [8 + min(n, 200) ** 0.5 for n in bins["recordings"]], "color": "#0072B2"},
    )  # fmt: skip
    return chart.update_yaxes(range=[0, 102])


def outcome_figure(counts: pd.DataFrame, title: str) -> go.Figure:
    """What becomes of the recordings of every condition: answered, open or not judged.

    Parameters
    ----------
    counts : DataFrame
        Columns condition, outcome, recordings (see :func:`diagmod.models.faults.summaries.outcomes`).
    title : str
    """
    names = sorted(set(counts["condition"]))
    chart = figure(title, "recordings", "", 180 + 40 * max(3, len(names)))
    for outcome, (words, colour, pattern) in _OUTCOMES.items():
        of_outcome = counts[counts["outcome"] == outcome].set_index("condition")["recordings"]
        chart.add_bar(
            x=of_outcome.reindex(names).fillna(0), y=[condition_words(name) for name in names], orientation="h",
            name=words, marker={"color": colour, "pattern": {"shape": pattern}},
        )  # fmt: skip
    return chart.update_layout(barmode="stack")


def severity_figure(severities: pd.DataFrame, title: str) -> go.Figure:
    """Severity as told over the labelled one, by condition, with intervals where there are any.

    Parameters
    ----------
    severities : DataFrame
        Rows of table ``fault_severities``, of one split and one model.
    title : str
    """
    chart = figure(title, "labelled severity (1)", "severity as told (1)")
    chart.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=_IDEAL, name="as labelled")
    for condition, rows in severities.groupby("condition", sort=True):
        add_points(chart, str(condition), rows["severity"], rows["value"], list(rows["motor_id"]))
        if (rows["high"] - rows["low"] < _EVERYTHING).any():
            chart.data[-1].error_y = {
                "array": rows["high"] - rows["value"], "arrayminus": rows["value"] - rows["low"], "width": 2,
                "thickness": 0.7, "color": condition_colour(str(condition)),
            }  # fmt: skip
    return chart.update_yaxes(range=[-0.02, 1.02])
