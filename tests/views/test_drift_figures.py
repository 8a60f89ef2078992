"""What moved, as its table says."""

from __future__ import annotations

import pandas as pd

from diagmod.io.evaluation_schemas import DRIFT
from diagmod.io.tables import empty_table
from diagmod.views.drift_figures import drift_figure, drift_heat_figure

ROWS = pd.DataFrame(
    {
        "split": "", "model": "spring", "kind": ["feature", "feature", "alarm"], "name": ["h5_R", "thd_R", "share"],
        "psi": [0.1, 0.9, 0.4], "psi_by_chance": 0.1, "psi_limit": [0.3, 0.3, 0.2], "js_distance": 0.2, "js_limit": 0.2,
        "shift": [0.1, -1.5, 0.2], "p_value": [0.8, 0.002, 0.01], "p_adjusted": [1.0, 0.002, 0.02],
        "is_moved": [False, True, True], "n_reference": 60, "n_later": 60,
    }
)  # fmt: skip


def test_the_clearest_stand_first_beside_their_limits():
    chart = drift_figure(ROWS)
    limits, moved, stayed = chart.data
    assert list(limits.y) == ["thd_R", "alarm: share", "h5_R"]
    assert list(limits.x) == [0.3, 0.2, 0.3]
    assert (list(moved.y), list(moved.x)) == (["thd_R", "alarm: share"], [0.9, 0.4])
    assert list(stayed.y) == ["h5_R"]
    assert "shift -1.50 spreads" in moved.text[0]
    assert "shift +20.0 points" in moved.text[1]
    assert moved.marker.symbol != stayed.marker.symbol
    assert chart.layout.title.text == "Change of the later recordings: 2 of 3 moved"
    assert chart.layout.xaxis.title.text == "population stability index (1)"


def test_what_is_not_shown_is_counted():
    assert drift_figure(ROWS, most=1).layout.title.text.endswith("2 of 3 moved; 2 with less are not shown")


def test_heat_has_a_field_a_feature_and_period_with_its_number():
    features = ROWS[ROWS["kind"] == "feature"]
    later = features.head(1).assign(model="summer", shift=2.0)
    chart = drift_heat_figure(pd.concat([features, later]))
    (heat,) = chart.data
    assert list(heat.x) == ["spring", "summer"]
    assert list(heat.y) == ["h5_R", "thd_R"], "the largest shift anywhere first"
    assert [list(line) for line in heat.text] == [["+0.1", "+2.0"], ["-1.5*", ""]]
    assert heat.z[1][1] is None
    assert heat.colorbar.title.text == "shift (spreads)"


def test_without_rows_figures_are_empty_axes():
    assert sum(len(trace.x) for trace in drift_figure(empty_table(DRIFT)).data) == 0
    assert len(drift_heat_figure(empty_table(DRIFT)).data[0].y) == 0
