"""Figures of scores, derived states and evaluation: computed data in, plotly figure out."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from diagmod.views.theme import figure


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
    """AUROC of models and trivial rows with intervals, a row a truth, level, split and set of figures."""
    part = figures[
        (figures["figure"] == "auroc") & figures["value"].notna() & ~figures["model"].str.startswith("flag_")
    ]
    words = (
        part["truth"] + " by " + part["level"] + ", " + part["split"] + ": " + part["model"] + " " + part["feature_set"]
    )
    chart = figure(
        "Ranking of faulty before healthy, with 95 % intervals",
        "AUROC (1)",
        "truth: model",
        150 + 26 * max(4, len(part)),
    )
    trivial = part["model"].isin(["random", "shuffled_labels"])
    for name, rows, symbol in (("model", ~trivial, "circle"), ("trivial", trivial, "x-thin-open")):
        _with_intervals(chart, part[rows], words[rows].str.replace("_", " "), name, symbol)
    return _from_half(chart)


def methods_figure(methods: pd.DataFrame, level: str) -> go.Figure:
    """AUROC of every method and baseline with intervals, the best on top, for one level of scores."""
    part = methods[(methods["level"] == level) & (methods["split"] == "leave_group_out") & (methods["baseline"] != "")]
    chart = figure(
        "Methods and baselines: recordings against their label, motors not seen",
        "AUROC (1)",
        "method, compared with",
        150 + 22 * max(4, len(part["model"] + part["baseline"])),
    )
    words = (part["model"] + ", " + part["baseline"]).str.replace("_", " ")
    for feature_set, symbol in (("all", "circle"), ("without_i2", "diamond-open")):
        rows = part["feature_set"] == feature_set
        _with_intervals(chart, part[rows], words[rows], f"figures: {feature_set.replace('_', ' ')}", symbol)
    return _from_half(chart)


def _with_intervals(chart: go.Figure, part: pd.DataFrame, words: pd.Series, name: str, symbol: str) -> None:
    error = {"array": part["high"] - part["value"], "arrayminus": part["value"] - part["low"]}
    marker = {"symbol": symbol, "size": 10}
    chart.add_scatter(x=part["value"], y=words, error_x=error, name=name, mode="markers", marker=marker)


def _from_half(chart: go.Figure) -> go.Figure:
    chart.add_vline(x=0.5, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    chart.update_xaxes(range=[0, 1.02])
    chart.update_yaxes(autorange="reversed", type="category")
    return chart


def precision_recall_figure(curves: pd.DataFrame) -> go.Figure:
    """Precision over recall, a curve a truth, level, model, split and set of figures."""
    chart = figure("Precision and recall", "recall (1)", "precision (1)")
    for k, (key, part) in enumerate(curves.groupby(["truth", "level", "model", "split", "feature_set"], sort=True)):
        chart.add_scatter(
            x=part["recall"],
            y=part["precision"],
            name=", ".join(filter(None, map(str, key))).replace("_", " "),
            mode="lines",
            line={"dash": ("solid", "dash", "dot", "dashdot")[k % 4]},
        )
    chart.update_yaxes(range=[0, 1.02])
    return chart
