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
    methods_figure,
    precision_recall_figure,
    sequence_figure,
    sequence_figures,
)

CATALOGUE = recordings(
    {"recording_id": "r1", "file": "a.csv", "started_at": "2026-01-05T00:00Z"},
    {"recording_id": "r2", "file": "b.csv", "started_at": "2026-01-06T00:00Z", "condition": "broken_bar"},
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
    case = {
        "truth": "recording_label", "level": "segment", "feature_set": feature_set, "model": model,
        "split": "leave_group_out",
    }  # fmt: skip
    return {**case, "figure": figure, "value": value, "low": value - 0.1, "high": value + 0.05}


def test_evaluation_shows_learned_and_trivial_rows_with_their_intervals():
    rows = [_row("isolation_forest", 0.8, feature_set="without_i2"), _row("random", 0.5), _row("flag_all", 0.5),
            _row("shuffled_labels", np.nan), _row("isolation_forest", 0.9, "recall", "without_i2")]  # fmt: skip
    chart = evaluation_figure(pd.DataFrame(rows))
    assert _axes(chart) == ("AUROC (1)", "truth: model")
    learned, trivial = chart.data
    assert (list(learned.x), list(trivial.x)) == ([0.8], [0.5])
    assert list(learned.y) == ["recording label by segment, leave group out: isolation forest without i2"]
    assert list(trivial.y) == ["recording label by segment, leave group out: random "]
    assert learned.marker.symbol != trivial.marker.symbol
    np.testing.assert_allclose(learned.error_x.array, [0.05])
    np.testing.assert_allclose(learned.error_x.arrayminus, [0.1])
    assert [line.x0 for line in chart.layout.shapes] == [0.5]


def test_precision_and_recall_have_a_line_style_a_truth_and_feature_set():
    curves = pd.DataFrame(
        {
            "truth": ["derived_state"] * 2 + ["recording_label"] * 2,
            "level": "segment",
            "model": "robust_z",
            "split": "leave_group_out",
            "feature_set": ["all", "all", "without_i2", "without_i2"],
            "recall": [0.0, 1.0, 0.0, 0.5],
            "precision": [1.0, 0.25, 1.0, 0.75],
        }
    )
    chart = precision_recall_figure(curves)
    assert _axes(chart) == ("recall (1)", "precision (1)")
    assert {name: list(trace.y) for name, trace in _traces(chart).items()} == {
        "derived state, segment, robust z, leave group out, all": [1.0, 0.25],
        "recording label, segment, robust z, leave group out, without i2": [1.0, 0.75],
    }  # fmt: skip
    assert len({trace.line.dash for trace in chart.data}) == 2


def test_methods_are_ranked_with_what_they_compare_with():
    rows = [
        {"level": "recording", "split": "leave_group_out", "model": model, "baseline": baseline, "feature_set": "all",
         "value": value, "low": value - 0.1, "high": value + 0.1}
        for model, baseline, value in (("pca_t2_q", "motor_load", 0.9), ("pca_t2_q", "fleet", 0.6), ("faults", "", 0.8))
    ]  # fmt: skip
    chart = methods_figure(pd.DataFrame(rows), "recording")
    assert list(chart.data[0].y) == ["pca t2 q, motor load", "pca t2 q, fleet"]
    assert list(chart.data[0].x) == [0.9, 0.6]


@pytest.mark.parametrize(
    "chart",
    [
        evaluation_figure(empty_table(EVALUATION)),
        methods_figure(empty_table(EVALUATION), "recording"),
        precision_recall_figure(
            pd.DataFrame(columns=["recall", "precision", "truth", "level", "model", "split", "feature_set"])
        ),
    ],
    ids=["evaluation", "methods", "precision and recall"],
)
def test_without_rows_a_figure_is_empty_axes_and_no_failure(chart):
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert all(_axes(chart))
