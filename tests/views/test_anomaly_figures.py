"""Figures of anomaly scores show the numbers of their tables, on axes that name their unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from handmade_interim import recordings

from diagmod.views.anomaly_figures import driver_figure, score_figure

CATALOGUE = recordings(
    {"recording_id": "r1", "file": "a.csv", "started_at": "2026-01-05T00:00Z"},
    {"recording_id": "r2", "file": "b.csv", "started_at": "2026-01-06T00:00Z", "condition": "broken_bar"},
)
WHOLE = pd.DataFrame({"recording_id": ["r1", "r2"], "score": [0.3, 0.7], "threshold": [0.5, 0.6]})


def _axes(chart: go.Figure) -> tuple[str, str]:
    return chart.layout.xaxis.title.text, chart.layout.yaxis.title.text


def _traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data}


def test_scores_are_shown_over_time_with_the_thresholds_of_the_folds():
    chart = score_figure(WHOLE, CATALOGUE, "scores")
    assert _axes(chart) == ("date (UTC)", "anomaly score (1)")
    assert list(_traces(chart)["healthy"].y) == [pytest.approx(0.3)]
    assert list(_traces(chart)["broken bar"].y) == [0.7]
    assert list(_traces(chart)["broken bar"].text) == ["b.csv"]
    assert [line.y0 for line in chart.layout.shapes] == [0.5, 0.6]


def test_without_times_scores_stand_in_the_order_of_the_catalogue():
    timeless = CATALOGUE.assign(started_at=pd.Series([pd.NaT, pd.NaT], dtype=CATALOGUE["started_at"].dtype))
    chart = score_figure(WHOLE, timeless, "scores")
    assert _axes(chart)[0] == "recording, in the order of the catalogue"
    assert list(_traces(chart)["broken bar"].x) == [2]


def test_drivers_are_counted_by_condition_with_the_most_frequent_on_top():
    leading = pd.DataFrame(
        {
            "figure": ["bars", "bars", "shaft_dbc"], "meaning": "what",
            "condition": ["broken_bar", "healthy", "healthy"], "recordings": [5, 1, 2],
        }
    )  # fmt: skip
    chart = driver_figure(leading)
    assert chart.layout.xaxis.title.text == "recordings"
    assert list(chart.data[0].y) == ["shaft_dbc", "bars"]
    assert {trace.name: list(np.nan_to_num(trace.x)) for trace in chart.data} == {
        "broken bar": [0, 5], "healthy": [2, 1],
    }  # fmt: skip
