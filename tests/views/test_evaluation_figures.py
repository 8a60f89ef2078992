"""Figures of scores and evaluation show the numbers of their tables, on axes that name their unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from handmade_interim import recordings

from diagmod.io.schemas import EVALUATION
from diagmod.io.tables import empty_table
from diagmod.views.evaluation_figures import (
    evaluation_figure,
    precision_recall_figure,
    score_figure,
    sequence_figure,
    sequence_figures,
)

CATALOGUE = recordings(
    {"recording_id": "r1", "file": "a.csv", "started_at": "2026-01-05T00:00Z"},
    {"recording_id": "r2", "file": "b.csv", "started_at": "2026-01-06T00:00Z", "condition": "broken_bar"},
)
SCORES = pd.DataFrame(
    {
        "recording_id": ["r1", "r1", "r2", "r2"],
        "feature_set": ["all", "all", "all", "without_i2"],
        "score": [0.2, 0.4, 0.7, 0.9],
        "threshold": [0.5, 0.5, 0.6, 0.8],
    }
)
TRACK = pd.DataFrame(
    {"recording_id": "r2", "time_s": [0.0, 0.1], "length_s": 0.2, "i2_re": [1.0, -2.0], "i2_im": [0.5, np.nan]}
)
SEGMENTS = pd.DataFrame({"recording_id": "r2", "segment": [0, 1], "start_s": [0.0, 0.5], "length_s": 1.0})
STATES = pd.DataFrame({"recording_id": "r2", "segment": [0, 1], "state": ["normal", "changed"]})


def _axes(chart: go.Figure) -> tuple[str, str]:
    return chart.layout.xaxis.title.text, chart.layout.yaxis.title.text


def _traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data}


def test_scores_are_the_means_of_recordings_with_the_thresholds_of_the_folds():
    """Segments of r1 score 0.2 and 0.4: mean 0.3."""
    chart = score_figure(SCORES, CATALOGUE, "all")
    assert _axes(chart) == ("date (UTC)", "anomaly score (1)")
    assert list(_traces(chart)["healthy"].y) == [pytest.approx(0.3)]
    assert list(_traces(chart)["broken bar"].y) == [0.7]
    assert list(_traces(chart)["broken bar"].text) == ["b.csv"]
    assert [line.y0 for line in chart.layout.shapes] == [0.5, 0.6]


def test_only_scores_of_the_asked_feature_set_are_shown():
    chart = score_figure(SCORES, CATALOGUE, "without_i2")
    assert {name: list(trace.y) for name, trace in _traces(chart).items()} == {"broken bar": [0.9]}


def test_without_times_scores_stand_in_the_order_of_the_catalogue():
    timeless = CATALOGUE.assign(started_at=pd.Series([pd.NaT, pd.NaT], dtype=CATALOGUE["started_at"].dtype))
    chart = score_figure(SCORES, timeless, "all")
    assert _axes(chart)[0] == "recording, in the order of the catalogue"
    assert list(_traces(chart)["broken bar"].x) == [2]


def test_a_sequence_track_shows_both_parts_and_shades_changed_segments():
    """Windows of 0.2 s from 0 and 0.1 s have their middles at 0.1 and 0.2 s; segment 1 lasts from 0.5 to 1.5 s."""
    chart = sequence_figure(TRACK, STATES, SEGMENTS, "b.csv")
    assert _axes(chart) == ("time after the first sample (s)", "I2 / I1 (% of I1)")
    real, imaginary = chart.data
    assert (real.name, imaginary.name) == ("real part", "imaginary part")
    assert real.line.dash != imaginary.line.dash
    np.testing.assert_allclose(real.x, [0.1, 0.2])
    np.testing.assert_array_equal(real.y, [1.0, -2.0])
    np.testing.assert_array_equal(imaginary.y, [0.5, np.nan])
    assert [(shape.x0, shape.x1) for shape in chart.layout.shapes] == [(0.5, 1.5)]


def test_sequence_tracks_are_shown_for_one_healthy_and_two_faulty_recordings():
    conditions = ["stator_short", "healthy", "stator_short", "stator_short", "healthy"]
    rows = ({"recording_id": f"r{k}", "file": f"{k}.csv", "condition": c} for k, c in enumerate(conditions))
    charts = sequence_figures(TRACK, STATES, SEGMENTS, recordings(*rows))
    assert [chart.layout.title.text.split(" (")[0] for chart in charts] == ["1.csv", "0.csv", "3.csv"]
    assert sequence_figures(TRACK, None, SEGMENTS, CATALOGUE) == []
    assert sequence_figures(TRACK, STATES, SEGMENTS, recordings()) == []


def _row(model: str, value: float, figure: str = "auroc", feature_set: str = "") -> dict[str, object]:
    case = {"truth": "recording_label", "level": "segment", "feature_set": feature_set, "model": model}
    return {**case, "figure": figure, "value": value, "low": value - 0.1, "high": value + 0.05}


def test_evaluation_shows_learned_and_trivial_rows_with_their_intervals():
    rows = [_row("isolation_forest", 0.8, feature_set="without_i2"), _row("random", 0.5), _row("flag_all", 0.5),
            _row("shuffled_labels", np.nan), _row("isolation_forest", 0.9, "recall", "without_i2")]  # fmt: skip
    chart = evaluation_figure(pd.DataFrame(rows))
    assert _axes(chart) == ("AUROC (1)", "truth: model")
    learned, trivial = chart.data
    assert (list(learned.x), list(trivial.x)) == ([0.8], [0.5])
    assert list(learned.y) == ["recording label by segment: isolation forest without i2"]
    assert list(trivial.y) == ["recording label by segment: random "]
    assert learned.marker.symbol != trivial.marker.symbol
    np.testing.assert_allclose(learned.error_x.array, [0.05])
    np.testing.assert_allclose(learned.error_x.arrayminus, [0.1])
    assert [line.x0 for line in chart.layout.shapes] == [0.5]


def test_precision_and_recall_have_a_line_style_a_truth_and_feature_set():
    curves = pd.DataFrame(
        {
            "truth": ["derived_state"] * 2 + ["recording_label"] * 2,
            "level": "segment",
            "feature_set": ["all", "all", "without_i2", "without_i2"],
            "recall": [0.0, 1.0, 0.0, 0.5],
            "precision": [1.0, 0.25, 1.0, 0.75],
        }
    )
    chart = precision_recall_figure(curves)
    assert _axes(chart) == ("recall (1)", "precision (1)")
    assert {name: list(trace.y) for name, trace in _traces(chart).items()} == {
        "derived state, segment, all": [1.0, 0.25], "recording label, segment, without i2": [1.0, 0.75],
    }  # fmt: skip
    assert len({trace.line.dash for trace in chart.data}) == 2


@pytest.mark.parametrize(
    "chart",
    [
        score_figure(SCORES.head(0), CATALOGUE, "all"),
        evaluation_figure(empty_table(EVALUATION)),
        precision_recall_figure(pd.DataFrame(columns=["recall", "precision", "truth", "level", "feature_set"])),
    ],
    ids=["scores", "evaluation", "precision and recall"],
)
def test_without_rows_a_figure_is_empty_axes_and_no_failure(chart):
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert all(_axes(chart))
