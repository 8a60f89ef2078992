"""Bars of strata: their figures, their intervals, and which are too small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.io.evaluation_schemas import STRATA
from diagmod.io.tables import empty_table
from diagmod.views.strata_figures import strata_figure

ROWS = pd.DataFrame(
    {
        "split": "leave_group_out", "model": "boosted", "kind": "fault",
        "stratum": ["broken_bar", "stator_short", "broken_bar", "eccentricity"],
        "figure": ["recall", "recall", "auroc", "recall"], "value": [0.9, 0.5, 0.8, np.nan],
        "low": [0.7, 0.2, 0.7, np.nan], "high": [1.0, 0.8, 0.9, np.nan], "n": [40, 4, 80, 0],
        "is_small": [False, True, False, True],
    }
)  # fmt: skip


def test_bars_show_shares_in_percent_and_small_ones_are_hatched():
    chart = strata_figure(ROWS, "leave_group_out", "boosted", "fault")
    enough, small = chart.data
    assert (list(enough.x), list(enough.y), list(enough.text)) == (["broken bar"], [90], ["n = 40"])
    assert (list(small.x), list(small.y)) == (["inter-turn short"], [50])
    assert small.marker.pattern.shape != enough.marker.pattern.shape
    assert list(small.error_y.array) == pytest.approx([30])
    assert (chart.layout.xaxis.title.text, chart.layout.yaxis.title.text) == ("fault", "recall (%)")


def test_rankings_keep_their_scale():
    chart = strata_figure(ROWS, "leave_group_out", "boosted", "fault", "auroc")
    assert list(chart.data[0].y) == [0.8]
    assert chart.layout.yaxis.title.text == "AUROC (1)"


@pytest.mark.parametrize(("shown", "worst"), [("recall", ["M0", "M1"]), ("false_alarm_share", ["M3", "M4"])])
def test_of_many_strata_the_worst_are_shown_and_the_others_counted(shown, worst):
    rows = pd.DataFrame(
        {
            "split": "s", "model": "m", "kind": "motor", "stratum": [f"M{k}" for k in range(5)], "figure": shown,
            "value": np.arange(5) / 10, "low": 0.0, "high": 1.0, "n": 9, "is_small": False,
        }
    )  # fmt: skip
    chart = strata_figure(rows, "s", "m", "motor", shown, most=2)
    assert sorted(chart.data[0].x) == worst
    assert chart.layout.title.text == "By motor: m, s; 3 that are no worse are not shown"


def test_without_rows_the_axes_stay():
    chart = strata_figure(empty_table(STRATA), "leave_group_out", "boosted", "load")
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert chart.layout.xaxis.title.text == "load"
