"""One visual language: a colour and a shape a condition, words for it, and no way out to a cloud service."""

from __future__ import annotations

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from diagmod.sim.faults import FAULTS
from diagmod.views.panels import FigureSlot
from diagmod.views.theme import (
    CONDITION_COLOURS,
    CONDITION_SYMBOLS,
    CONDITION_WORDS,
    CONFIG,
    INK,
    add_points,
    figure,
)

MIME = "application/vnd.plotly.v1+json"


def test_every_condition_that_is_simulated_has_a_colour_a_shape_and_words_of_its_own():
    conditions = {"healthy", "", *FAULTS}
    for named in (CONDITION_COLOURS, CONDITION_SYMBOLS, CONDITION_WORDS):
        assert set(named) == conditions
        assert len(set(named.values())) == len(conditions)


@pytest.mark.parametrize("condition", ["healthy", "broken_bar", ""])
def test_points_of_a_condition_carry_its_colour_and_its_shape(condition):
    chart = figure("t", "x (s)", "y (A)")
    add_points(chart, condition, [1.0, 2.0], [3.0, 4.0], ["a", "b"])
    trace = chart.data[0]
    assert (trace.marker.color, trace.marker.symbol) == (CONDITION_COLOURS[condition], CONDITION_SYMBOLS[condition])
    assert trace.name == CONDITION_WORDS[condition]
    assert (list(trace.x), list(trace.y), list(trace.text)) == ([1.0, 2.0], [3.0, 4.0], ["a", "b"])


def test_a_condition_of_somebody_elses_data_is_shown_by_its_own_name():
    chart = figure("t", "x (s)", "y (A)")
    add_points(chart, "loose_belt", [1.0], [2.0], ["a"])
    assert chart.data[0].name == "loose belt"
    assert chart.data[0].marker.symbol == "circle-open"


def test_a_figure_shown_in_a_slot_offers_no_upload():
    slot = FigureSlot()
    slot.show(go.Figure(go.Scatter(y=[1.0])))
    config = slot.outputs[0]["data"][MIME]["config"]
    assert config == CONFIG
    assert config["plotlyServerURL"] == ""
    assert config["showSendToCloud"] is False
    assert {"sendDataToCloud", "sendChartToCloud"} <= set(config["modeBarButtonsToRemove"])


def test_a_figure_shown_by_a_notebook_cell_offers_no_upload():
    assert pio.renderers.default == "plotly_mimetype"
    bundle = pio.renderers["plotly_mimetype"].to_mimebundle(go.Figure(go.Scatter(y=[1.0])).to_dict())
    assert bundle[MIME]["config"] == CONFIG


def test_a_figure_is_drawn_in_the_ink_that_pages_replace_in_the_dark(pytestconfig):
    assert figure("t", "x (s)", "y (A)").layout.font.color == INK
    assert INK in (pytestconfig.rootpath / "diagmod/io/templates/theme.css").read_text(encoding="utf-8")
