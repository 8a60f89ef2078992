"""Figures of the models of faults: what is drawn is what was counted, and an empty table draws an empty figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.views.fault_figures import calibration_figure, confusion_figure, outcome_figure, severity_figure

COUNTS = pd.DataFrame(
    {
        "condition": ["broken_bar", "broken_bar", "healthy"], "predicted": ["broken_bar", "healthy", "healthy"],
        "recordings": [3, 1, 8], "share": [0.75, 0.25, 1.0],
    }
)  # fmt: skip
BINS = pd.DataFrame({"confidence": [0.5, 0.9], "accuracy": [0.4, 1.0], "recordings": [4, 20]})
OUTCOMES = pd.DataFrame(
    {"condition": ["healthy", "broken_bar"], "outcome": ["cannot_tell", "right"], "recordings": [5, 7]}
)
SEVERITIES = pd.DataFrame(
    {
        "condition": ["broken_bar", "broken_bar", "eccentricity"], "motor_id": ["A", "B", "C"],
        "severity": [0.2, 0.8, 0.5], "value": [0.25, 0.7, 0.5], "low": [0.1, 0.6, 0.0], "high": [0.4, 0.9, 1.0],
    }
)  # fmt: skip


def test_confusion_shows_shares_as_colour_and_recordings_as_numbers():
    drawn = confusion_figure(COUNTS, "title").data[0]
    assert list(drawn.y) == ["broken bar", "healthy"]
    assert [list(row) for row in drawn.z] == [[75.0, 25.0], [0.0, 100.0]]
    assert [list(row) for row in drawn.text] == [["3", "1"], ["", "8"]]


def test_calibration_is_drawn_in_percent_beside_the_line_of_honesty():
    chart = calibration_figure(BINS, "title")
    assert list(chart.data[0].x) == list(chart.data[0].y) == [0, 100]
    assert list(chart.data[1].x) == [50.0, 90.0]
    assert chart.data[1].text[1] == "20 recordings"


def test_every_outcome_has_its_bar_and_its_pattern():
    chart = outcome_figure(OUTCOMES, "title")
    by_name = {bar.name: dict(zip(bar.y, bar.x, strict=True)) for bar in chart.data}
    assert by_name["cannot tell"] == {"broken bar": 0, "healthy": 5}
    assert by_name["right answer"] == {"broken bar": 7, "healthy": 0}
    assert len({bar.marker.pattern.shape for bar in chart.data}) == 4


def test_interval_is_drawn_unless_it_is_everything():
    chart = severity_figure(SEVERITIES, "title")
    bars, eccentric = (next(t for t in chart.data if t.name == name) for name in ("broken bar", "eccentricity"))
    np.testing.assert_allclose(bars.error_y.array, [0.15, 0.2])
    np.testing.assert_allclose(bars.error_y.arrayminus, [0.15, 0.1])
    assert eccentric.error_y.array is None


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (confusion_figure, COUNTS), (calibration_figure, BINS), (outcome_figure, OUTCOMES),
        (severity_figure, SEVERITIES),
    ],
)  # fmt: skip
def test_nothing_is_drawn_of_nothing_and_axes_are_named(draw, table):
    chart = draw(table.head(0), "title")
    assert (
        sum(
            0 if trace.x is None else len(trace.x)
            for trace in chart.data
            if trace.name not in ("as stated", "as labelled")
        )
        == 0
    )
    assert chart.layout.xaxis.title.text
