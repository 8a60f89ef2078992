"""Figures of the page "Admin": where the time of a rebuild goes, what was found, how models rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.views.series_styles import GUIDE
from diagmod.views.theme import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotly.graph_objects as go

    from diagmod.io.run_records import RunRecord

#: Parts of a run: attribute of its record, words, colour and pattern.
_PARTS = (
    ("work_s", "work of the cells", "#0072B2", ""),
    ("imports_s", "imports", "#E69F00", "/"),
    ("kernel_start_s", "start of the kernel", "#CC79A7", "x"),
    ("report_s", "report", "#7F8C99", "."),
)

#: Severities of findings from the worst to the least: colour and pattern.
SEVERITIES = {
    "critical": ("#CC79A7", "-"),
    "error": ("#D55E00", "x"),
    "warning": ("#E69F00", "/"),
    "info": ("#56B4E9", ""),
}

#: Rules drawn, those found most often.
MOST_RULES = 20


def run_times_figure(records: Sequence[RunRecord]) -> go.Figure:
    """Wall time of the last run of every stage, by what it was spent on."""
    chart = figure("Where the time of a rebuild goes", "time (s)", "", 170 + 30 * max(3, len(records)))
    # With its number a name is no word that a language would translate.
    names = [f"{k}. {record.stage}" for k, record in enumerate(records, 1)]
    for attribute, told, colour, pattern in _PARTS:
        seconds = [getattr(record, attribute) for record in records]
        chart.add_bar(
            x=seconds, y=names, orientation="h", name=told, marker={"color": colour, "pattern": {"shape": pattern}},
            hovertemplate="%{y}: %{x:.1f} s",
        )  # fmt: skip
    chart.update_layout(barmode="stack")
    return chart.update_yaxes(autorange="reversed", type="category")


def findings_figure(counted: pd.DataFrame) -> go.Figure:
    """Files by rule and severity.

    Parameters
    ----------
    counted : DataFrame
        Columns rule, severity, files; the most frequent first.
    """
    rules = list(dict.fromkeys(counted["rule"]))[:MOST_RULES]
    chart = figure("Files with a finding, by rule", "files (1)", "", 170 + 26 * max(3, len(rules)))
    for severity, (colour, pattern) in SEVERITIES.items():
        part = counted[(counted["severity"] == severity) & counted["rule"].isin(rules)]
        if len(part):
            chart.add_bar(
                x=part["files"], y=part["rule"].str.replace("_", " "), orientation="h", name=severity,
                marker={"color": colour, "pattern": {"shape": pattern}},
            )  # fmt: skip
    chart.update_layout(barmode="stack")
    order = [rule.replace("_", " ") for rule in rules]
    return chart.update_yaxes(
        autorange="reversed", type="category", categoryorder="array", categoryarray=order, tickmode="linear"
    )


def trivial_figure(rows: pd.DataFrame) -> go.Figure:
    """Ranking of models and of trivial rows (random, shuffled labels) with their intervals, the best on top.

    Parameters
    ----------
    rows : DataFrame
        Rows of table ``evaluation`` with the figure "auroc" of one truth, level and split, and columns ``words`` and
        ``is_trivial``.
    """
    ordered = rows.sort_values("value", ascending=False, kind="stable")
    chart = figure(
        "Ranking of faulty before healthy, with 95 % intervals", "AUROC (1)", "", 170 + 24 * max(4, len(rows))
    )
    for told, is_trivial, colour, symbol in (
        ("model", False, "#0072B2", "circle"), ("trivial", True, "#7F8C99", "x-thin-open"),
    ):  # fmt: skip
        part = ordered[ordered["is_trivial"] == is_trivial]
        spread = {"array": part["high"] - part["value"], "arrayminus": part["value"] - part["low"]}
        chart.add_scatter(
            x=part["value"], y=part["words"], error_x=spread, name=told, mode="markers",
            marker={"symbol": symbol, "size": 10, "color": colour, "line": {"width": 2, "color": colour}},
        )  # fmt: skip
    chart.add_vline(x=0.5, line=GUIDE)
    chart.update_xaxes(range=[0, 1.02])
    return chart.update_yaxes(
        autorange="reversed", type="category", categoryorder="array", categoryarray=list(ordered["words"])
    )
