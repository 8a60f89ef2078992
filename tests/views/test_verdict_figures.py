"""Bars of verdicts show the counts of their table as shares, on axes that name their unit."""

from __future__ import annotations

import pandas as pd

from diagmod.io.schemas import VERDICT_COUNTS
from diagmod.io.tables import empty_table
from diagmod.views.verdict_figures import verdict_figure

COUNTS = pd.DataFrame(
    [
        ("diagnosis", "bearing_cage", "healthy", 0, 5, 0),
        ("diagnosis", "broken_bar", "broken_bar", 6, 1, 1),
        ("diagnosis", "broken_bar", "healthy", 0, 4, 1),
        ("change_since_baseline", "broken_bar", "broken_bar", 8, 0, 0),
    ],
    columns=["judge", "fault", "condition", "supported", "not_supported", "cannot_decide"],
)


def _bars(chart):
    return {trace.name: trace for trace in chart.data}


def test_share_of_each_verdict_is_that_of_its_recordings():
    """Of 8 recordings with a broken bar 6, 1 and 1; of 5 healthy ones 0, 4 and 1."""
    chart = verdict_figure(COUNTS, "diagnosis")
    bars = _bars(chart)
    assert list(bars["supported"].x) == [75.0, 0.0]
    assert list(bars["not supported"].x) == [12.5, 80.0]
    assert list(bars["cannot decide"].x) == [12.5, 20.0]
    assert list(bars["supported"].text) == ["6", ""]
    assert list(bars["supported"].y) == ["broken bar? 8 labelled broken bar", "broken bar? 5 labelled healthy"]
    assert chart.layout.xaxis.title.text == "share of the recordings (%)"
    assert chart.layout.barmode == "stack"


def test_colour_is_not_the_only_carrier_of_a_verdict():
    bars = verdict_figure(COUNTS, "diagnosis").data
    assert len({bar.marker.pattern.shape for bar in bars}) == len({bar.marker.color for bar in bars}) == 3


def test_each_judge_is_drawn_alone():
    chart = verdict_figure(COUNTS, "change_since_baseline")
    assert list(_bars(chart)["supported"].x) == [100.0]
    assert chart.layout.title.text == "Verdicts of the change since baseline by true condition"


def test_faults_that_nothing_is_labelled_with_are_shown_only_where_there_is_no_other():
    healthy = COUNTS[COUNTS["fault"] == "bearing_cage"]
    assert list(_bars(verdict_figure(healthy, "diagnosis"))["not supported"].x) == [100.0]


def test_without_rows_a_figure_is_empty_axes_and_no_failure():
    chart = verdict_figure(empty_table(VERDICT_COUNTS), "diagnosis")
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert chart.layout.yaxis.title.text
