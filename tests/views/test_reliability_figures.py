"""The reliability diagram shows its table, in percent, with intervals."""

from __future__ import annotations

import pandas as pd
import pytest

from diagmod.io.evaluation_schemas import RELIABILITY
from diagmod.io.tables import empty_table
from diagmod.views.reliability_figures import reliability_figure

ROWS = pd.DataFrame(
    {
        "split": ["leave_group_out"] * 3 + ["leave_load_out"], "model": ["boosted", "boosted", "linear", "linear"],
        "condition": ["", "", "", "broken_bar"], "stated": [0.9, 0.5, 0.8, 0.7], "observed": [0.8, 0.6, 0.9, 0.5],
        "low": [0.7, 0.4, 0.8, 0.2], "high": [0.85, 0.7, 1.0, 0.6], "n": [20, 20, 30, 40], "n_groups": [5, 5, 6, 7],
    }
)  # fmt: skip


def test_each_model_is_a_line_by_rising_probability_with_its_intervals():
    chart = reliability_figure(ROWS, "leave_group_out")
    ideal, boosted, linear = chart.data
    assert list(ideal.x) == list(ideal.y) == [0, 100]
    assert list(boosted.x) == [50, 90]
    assert list(boosted.y) == [60, 80]
    assert list(boosted.error_y.array) == pytest.approx([10, 5])
    assert list(boosted.error_y.arrayminus) == pytest.approx([20, 10])
    assert list(boosted.text) == ["20 recordings of 5 groups"] * 2
    assert (boosted.line.color, boosted.line.dash) != (linear.line.color, linear.line.dash)
    assert boosted.marker.symbol != linear.marker.symbol
    assert chart.layout.xaxis.title.text == "stated probability (%)"
    assert chart.layout.yaxis.title.text == "share of which it is true (%)"


def test_a_condition_of_another_split_is_shown_alone():
    chart = reliability_figure(ROWS, "leave_load_out", "broken_bar")
    assert [list(trace.x) for trace in chart.data[1:]] == [[70]]
    assert chart.layout.title.text == "Stated and observed: broken bar, leave load out"


def test_without_rows_the_axes_stay():
    assert len(reliability_figure(empty_table(RELIABILITY), "leave_group_out").data) == 1
