"""Rates and delays as their tables say, with units on the axes."""

from __future__ import annotations

import pandas as pd
import pytest

from diagmod.io.evaluation_schemas import ALARM_RATES, DETECTION_DELAY_CURVES
from diagmod.io.tables import empty_table
from diagmod.views.alarm_figures import alarm_rate_figure, detection_delay_figure

RATES = pd.DataFrame(
    {
        "split": ["leave_group_out", "leave_group_out", "leave_time_out"], "model": ["forest", "lof", "forest"],
        "rule": "1 of 1", "n": 100, "n_false": [2, 4, 9], "per_motor_month": [0.1, 0.2, 0.9], "low": [0.0, 0.1, 0.5],
        "high": [0.3, 0.3, 1.2], "per_month_if_daily": [0.6, 1.2, 2.7], "low_if_daily": [0.2, 0.6, 1.5],
        "high_if_daily": [1.0, 2.2, 3.9],
    }
)  # fmt: skip
CURVES = pd.DataFrame(
    {
        "split": "leave_group_out", "model": ["forest", "forest", "lof"], "rule": "1 of 1", "condition": "",
        "days": [0.0, 10.0, 5.0], "share_found": [0.25, 0.75, 0.5], "low": [0.0, 0.5, 0.2], "high": [0.5, 1.0, 0.8],
        "n_watched": [4, 3, 2],
    }
)  # fmt: skip


def test_both_rates_of_every_model_stand_beside_what_a_plant_bears():
    chart = alarm_rate_figure(RATES, "leave_group_out")
    recorded, daily = chart.data
    assert list(recorded.y) == ["forest (1 of 1)", "lof (1 of 1)"]
    assert list(recorded.x) == [0.1, 0.2]
    assert list(daily.x) == [0.6, 1.2]
    assert list(daily.error_x.array) == pytest.approx([0.4, 1.0])
    assert list(recorded.text) == ["2 of 100 healthy recordings", "4 of 100 healthy recordings"]
    assert recorded.marker.symbol != daily.marker.symbol
    assert [line.x0 for line in chart.layout.shapes] == [1.0]
    assert chart.layout.xaxis.title.text == "false alarms per motor and month (1/month)"


def test_delays_are_steps_with_their_intervals():
    chart = detection_delay_figure(CURVES, "leave_group_out")
    named = {trace.name: trace for trace in chart.data if trace.name}
    assert set(named) == {"forest (1 of 1)", "lof (1 of 1)"}
    assert list(named["forest (1 of 1)"].y) == [25, 75]
    assert {trace.line.shape for trace in chart.data} == {"hv"}
    assert len(chart.data) == 6, "a line and two ends of the interval a model"
    assert chart.layout.xaxis.title.text == "time since the first faulty recording (d)"
    assert chart.layout.yaxis.title.text == "share found (%)"


def test_without_rows_the_axes_stay():
    assert sum(len(trace.x) for trace in alarm_rate_figure(empty_table(ALARM_RATES), "leave_group_out").data) == 0
    assert not detection_delay_figure(empty_table(DETECTION_DELAY_CURVES), "leave_group_out").data
    assert not detection_delay_figure(CURVES, "leave_group_out", "broken_bar").data
