"""Figures of scores, derived states and evaluation: computed data in, plotly figure out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from diagmod.models.evaluation import recording_scores
from diagmod.views.theme import add_points, figure


def score_figure(scores: pd.DataFrame, catalogue: pd.DataFrame, feature_set: str) -> go.Figure:
    """Mean anomaly score of every recording, over time where times are known, else in the catalogue's order.

    Dashed lines are the thresholds of the folds.
    """
    joined = catalogue.merge(recording_scores(scores[scores["feature_set"] == feature_set]), on="recording_id")
    has_time = bool(joined["started_at"].notna().any())
    x = joined["started_at"] if has_time else pd.Series(np.arange(1, len(joined) + 1), index=joined.index)
    x_title = "date (UTC)" if has_time else "recording, in the order of the catalogue"
    chart = figure(f"Anomaly score of every recording, features: {feature_set}", x_title, "anomaly score (1)")
    for condition, rows in joined.groupby("condition", sort=True):
        add_points(chart, str(condition), x[rows.index], rows["score"], list(rows["file"]))
    for threshold in sorted(set(joined["threshold"].round(4))):
        chart.add_hline(y=threshold, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    return chart


def sequence_figure(track: pd.DataFrame, states: pd.DataFrame, segments: pd.DataFrame, title: str) -> go.Figure:
    """Negative over positive sequence along one recording; segments whose derived state is changed are marked.

    All three tables hold one recording only.
    """
    chart = figure(title, "time after the first sample (s)", "I2 / I1 (% of I1)", 380)
    middle = track["time_s"] + track["length_s"] / 2
    for name, column, dash in (("real part", "i2_re", "solid"), ("imaginary part", "i2_im", "dash")):
        chart.add_scatter(
            x=middle, y=track[column].round(3), name=name, mode="lines", line={"dash": dash, "width": 1.5}
        )
    changed = segments.merge(states[states["state"] == "changed"], on=["recording_id", "segment"])
    for begin, end in zip(changed["start_s"], changed["start_s"] + changed["length_s"], strict=True):
        chart.add_vrect(x0=begin, x1=end, fillcolor="#D55E00", opacity=0.12, line_width=0)
    return chart


def sequence_figures(
    track: pd.DataFrame, states: pd.DataFrame | None, segments: pd.DataFrame, catalogue: pd.DataFrame
) -> list[go.Figure]:
    """The sequence track of one recording a condition family; none where no state is derived."""
    if states is None:
        return []
    healthy = catalogue[catalogue["condition"] == "healthy"].head(1)
    faulty = catalogue[catalogue["condition"] != "healthy"]
    chosen = pd.concat([healthy, faulty.iloc[[0, -1]] if len(faulty) > 1 else faulty])
    figures = []
    for row in chosen.to_dict("records"):
        parts = [frame[frame["recording_id"] == row["recording_id"]] for frame in (track, states, segments)]
        title = f"{row['file']} ({row['condition']}); segments derived as changed are shaded"
        figures.append(sequence_figure(parts[0], parts[1], parts[2], title))
    return figures


def evaluation_figure(figures: pd.DataFrame) -> go.Figure:
    """AUROC of every model and trivial row with its interval, a row a truth, level and feature set."""
    part = figures[
        (figures["figure"] == "auroc") & figures["value"].notna() & ~figures["model"].str.startswith("flag_")
    ]
    words = part["truth"] + " by " + part["level"] + ": " + part["model"] + " " + part["feature_set"]
    chart = figure(
        "Ranking of faulty before healthy, with 95 % intervals",
        "AUROC (1)",
        "truth: model",
        150 + 26 * max(4, len(part)),
    )
    learned = part["model"] == "isolation_forest"
    for name, rows, symbol in (("isolation forest", learned, "circle"), ("trivial", ~learned, "x-thin-open")):
        error = {"array": (part["high"] - part["value"])[rows], "arrayminus": (part["value"] - part["low"])[rows]}
        chart.add_scatter(
            x=part["value"][rows],
            y=words[rows].str.replace("_", " "),
            error_x=error,
            name=name,
            mode="markers",
            marker={"symbol": symbol, "size": 10},
        )
    chart.add_vline(x=0.5, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    chart.update_xaxes(range=[0, 1.02])
    chart.update_yaxes(autorange="reversed", type="category")
    return chart


def precision_recall_figure(curves: pd.DataFrame) -> go.Figure:
    """Precision over recall, a curve a truth, level and feature set."""
    chart = figure("Precision and recall", "recall (1)", "precision (1)")
    for k, (key, part) in enumerate(curves.groupby(["truth", "level", "feature_set"], sort=True)):
        chart.add_scatter(
            x=part["recall"],
            y=part["precision"],
            name=", ".join(map(str, key)).replace("_", " "),
            mode="lines",
            line={"dash": ("solid", "dash", "dot", "dashdot")[k % 4]},
        )
    chart.update_yaxes(range=[0, 1.02])
    return chart
