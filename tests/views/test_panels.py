"""Pieces of a page: what is shown again replaces what was shown, and a failure is told where the viewer is."""

from __future__ import annotations

import io
import sys

import ipywidgets as widgets
import plotly.graph_objects as go
import pytest
from IPython.display import HTML

from diagmod.views.panels import FigureSlot, TableSlot, cards, follow, footer

MIME = "application/vnd.plotly.v1+json"


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    """What reaches the log of the server."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "__stderr__", stream)
    return stream


def test_a_second_figure_replaces_the_first():
    slot = FigureSlot()
    for y in ([1.0, 2.0], [7.0, 8.0]):
        slot.show(go.Figure(go.Scatter(y=y)))
    assert len(slot.outputs) == 1
    assert slot.outputs[0]["data"][MIME]["data"][0]["y"] == [7.0, 8.0]


def test_a_sentence_replaces_a_figure_and_a_figure_a_sentence():
    slot = FigureSlot()
    slot.show(go.Figure())
    slot.say("There is no trend log of <M1>.")
    assert [list(out["data"]) for out in slot.outputs] == [["text/html"]]
    assert "no trend log of &lt;M1&gt;." in slot.outputs[0]["data"]["text/html"]
    slot.show(go.Figure())
    assert [list(out["data"]) for out in slot.outputs] == [[MIME]]


def test_a_second_table_replaces_the_first():
    slot = TableSlot()
    slot.show(HTML("<table>1</table>"))
    slot.show(HTML("<table>2</table>"))
    assert [out["data"]["text/html"] for out in slot.outputs] == ["<table>2</table>"]


def test_a_control_draws_at_once_and_whenever_it_changes():
    control, message, drawn = widgets.Dropdown(options=["M1", "M2"]), widgets.HTML(), []
    follow(control, drawn.append, message)
    control.value = "M2"
    assert drawn == ["M1", "M2"]
    assert message.value == ""


@pytest.mark.parametrize(
    "error",
    [ValueError("<b>it"), KeyError("rms_R"), IndexError("0"), TypeError("no"), OSError("gone"), ZeroDivisionError("x")],
    ids=lambda error: type(error).__name__,
)
def test_a_failing_draw_is_a_sentence_on_the_page_and_a_traceback_in_the_log(log, error):
    control, message = widgets.Dropdown(options=["M1", "M2"]), widgets.HTML()

    def draw(value: str) -> None:
        if value == "M2":
            raise error

    follow(control, draw, message)
    control.value = "M2"
    assert "This part cannot be shown: " in message.value
    assert "<b>it" not in message.value
    assert "Traceback" not in message.value
    assert log.getvalue().startswith("Traceback (most recent call last)")
    assert type(error).__name__ in log.getvalue()
    control.value = "M1"
    assert message.value == ""


def test_what_was_drawn_for_another_value_does_not_stand_below_a_failure(log):
    control, message, slot = widgets.Dropdown(options=["M1", "M2"]), widgets.HTML(), FigureSlot()

    def draw(value: str) -> None:
        if value == "M2":
            raise ValueError(value)
        slot.show(go.Figure())

    follow(control, draw, message, slot)
    assert len(slot.outputs) == 1
    control.value = "M2"
    assert slot.outputs == ()


def test_cards_and_footer_show_names_of_others_as_text():
    html = cards({"<i>": ("<script>1</script>", "<u>")}).data + footer({"<i>": "<script>2</script>"}).data
    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in html
    assert "<small>&lt;u&gt;</small>" in html


def test_a_card_without_a_unit_has_none():
    assert cards({"Motors": ("6", "")}).data == (
        "<dl class='dm-figures'><div class='dm-figure-card'><dt>Motors</dt><dd>6</dd></div></dl>"
    )
