"""Recall over severity: a line a fault, the smallest severity marked, and said where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.io.evaluation_schemas import MINIMUM_SEVERITY, RECALL_OVER_SEVERITY
from diagmod.io.tables import empty_table
from diagmod.views.severity_figures import recall_over_severity_figure

ABOUT = {"split": "leave_group_out", "model": "boosted"}
RECALLS = pd.DataFrame(
    {
        **ABOUT, "condition": ["bearing_outer", "broken_bar", "broken_bar"], "severity": [0.5, 0.2, 0.6],
        "recall": [0.6, 0.9, 1.0], "n": [9, 20, 10], "n_groups": 4,
    }
)  # fmt: skip
SMALLEST = pd.DataFrame(
    {
        **ABOUT, "condition": ["bearing_outer", "broken_bar"], "target_recall": 0.95, "severity": [np.nan, 0.6],
        "low": [np.nan, 0.5], "high": [np.nan, np.nan], "recall_above": [np.nan, 1.0], "low_above": [np.nan, 0.7],
        "high_above": [np.nan, 1.0], "sentence": ["none", "found from 0.60 on"],
    }
)  # fmt: skip


def test_lines_marks_and_names_say_the_same():
    chart = recall_over_severity_figure(RECALLS, SMALLEST, "leave_group_out", "boosted")
    bearing, bar, mark = chart.data
    assert bearing.name == "bearing, outer race: not within those recorded"
    assert bar.name == "broken bar: from 0.60 on"
    assert (list(bar.x), list(bar.y)) == ([0.2, 0.6], [90, 100])
    assert bar.line.dash != bearing.line.dash
    assert (list(mark.x), list(mark.y), list(mark.text)) == ([0.6], [100], ["found from 0.60 on"])
    assert list(mark.error_x.arrayminus) == pytest.approx([0.1])
    assert list(mark.error_x.array) == pytest.approx([0.4]), "an open end reaches the strongest fault"
    assert list(mark.error_y.arrayminus) == pytest.approx([30])
    assert [line.y0 for line in chart.layout.shapes] == [95]
    assert chart.layout.xaxis.title.text == "severity at or above which recordings count (1)"
    assert chart.layout.yaxis.title.text == "recall (%)"


def test_other_models_and_empty_tables_draw_axes_alone():
    for recalls, smallest in (
        (RECALLS.assign(model="linear"), SMALLEST.assign(model="linear")),
        (empty_table(RECALL_OVER_SEVERITY), empty_table(MINIMUM_SEVERITY)),
    ):
        chart = recall_over_severity_figure(recalls, smallest, "leave_group_out", "boosted")
        assert not chart.data
        assert chart.layout.yaxis.range[1] == 104
