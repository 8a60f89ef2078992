"""Figures of regimes: every gathering has a colour and a mark, and nothing fails where there is nothing."""

import pandas as pd

from diagmod.io.regime_tables import REGIME_SEGMENTS, REGIMES
from diagmod.io.schemas import RECORDINGS
from diagmod.io.tables import empty_table
from diagmod.views.regime_figures import known_figure, motor_figure, picture_figure, stability_figure


def segments() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "view": "shape", "recording_id": ["a", "a", "b", "c"], "motor_id": ["M1", "M1", "M2", "M2"],
            "regime": ["S1", "S2", "S1", ""], "strength": [0.9, 0.8, 0.7, 0.0], "x": [0.0, 1.0, 2.0, None],
            "y": [0.0, 1.0, 2.0, None],
        }
    )  # fmt: skip


def regimes() -> pd.DataFrame:
    return pd.DataFrame(
        {"view": ["operation", "shape", "shape"], "regime": ["O1", "S1", "S2"], "label": ["", "", "broken_bar"],
         "stability": [0.9, 0.5, None]}
    )  # fmt: skip


def test_every_regime_has_its_colour_and_mark_and_its_label_in_the_legend():
    traces = picture_figure(segments(), regimes(), "shape").data
    assert [trace.name for trace in traces] == ["in no regime", "S1", "S2 broken_bar"]
    assert [len(trace.x) for trace in traces] == [0, 2, 1]
    assert len({trace.marker.color for trace in traces}) == len({trace.marker.symbol for trace in traces}) == 3


def test_known_conditions_are_drawn_in_their_own_colours():
    catalogue = pd.DataFrame({"recording_id": ["a", "b"], "condition": ["healthy", "broken_bar"], "file": ["f", "g"]})
    assert [trace.name for trace in known_figure(segments(), catalogue, "shape").data] == ["broken bar", "healthy"]


def test_shares_of_a_motor_add_up_to_a_hundred():
    heat = motor_figure(segments(), "shape").data[0]
    assert list(heat.x) == ["none", "S1", "S2"] or set(heat.x) == {"none", "S1", "S2"}
    assert [sum(row) for row in heat.z] == [100.0, 100.0]


def test_many_motors_are_cut_and_counted():
    many = pd.concat([segments().assign(motor_id=f"M{k:03d}") for k in range(50)])
    chart = motor_figure(many, "shape")
    assert len(chart.data[0].y) == 40 and "first 40 of 50" in chart.layout.title.text


def test_stability_has_a_line_at_the_limit():
    chart = stability_figure(regimes(), 0.6)
    assert [trace.name for trace in chart.data] == ["operation", "shape"] and chart.layout.shapes[0].y0 == 0.6


def test_empty_tables_give_empty_figures():
    none, no_regimes = empty_table(REGIME_SEGMENTS), empty_table(REGIMES)
    picture_figure(none, no_regimes, "shape")
    known_figure(none, empty_table(RECORDINGS), "shape")
    motor_figure(none, "shape")
    stability_figure(no_regimes, 0.6)
