"""Pieces of a page: what is shown again replaces what was shown, and names of others are text."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from diagmod.views.language import Words, words_of
from diagmod.views.panels import FigureSlot, HtmlSlot, card_list, heading

MIME = "application/vnd.plotly.v1+json"


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


def test_a_figure_leads_back_to_its_file():
    slot = FigureSlot()
    slot.show(go.Figure(), "data/<b>.parquet")
    assert "<code>data/&lt;b&gt;.parquet</code>" in slot.outputs[1]["data"]["text/html"]


def test_html_that_is_shown_again_replaces_the_first():
    slot = HtmlSlot()
    slot.show("<p>1</p>")
    slot.show("<p>2</p>")
    assert slot.value == "<div class='dm-html'><p>2</p></div>"


def test_cards_and_headings_show_names_of_others_as_text():
    html = card_list({"<i>": ("<script>1</script>", "<u>")}) + heading(words_of("en"), "<script>2</script>").value
    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in html
    assert "<small>&lt;u&gt;</small>" in html


def test_a_card_without_a_unit_has_none_and_the_first_can_be_marked():
    assert card_list({"Motors": ("6", "")}) == (
        "<dl class='dm-figures'><div class='dm-figure-card'><dt>Motors</dt><dd>6</dd></div></dl>"
    )
    assert card_list({"Motors": ("6", ""), "Files": ("7", "")}, mark_first=True).count("data-dm-first") == 1


def test_a_figure_is_drawn_in_the_language_of_the_page_with_its_file_below():
    slot = FigureSlot(Words({"Current": "Ток", "Source": "Источник"}, "ru"))
    slot.show(go.Figure(layout={"title": {"text": "Current"}}), source="data/<x>.parquet")
    chart, told = slot.outputs
    assert chart["data"][MIME]["layout"]["title"]["text"] == "Ток"
    assert told["data"]["text/html"] == "<p class='dm-source'>Источник: <code>data/&lt;x&gt;.parquet</code></p>"


def test_a_sentence_in_place_of_a_figure_is_said_in_the_language_of_the_page():
    slot = FigureSlot(Words({"Choose a <motor>.": "Выберите <двигатель>."}, "ru"))
    slot.say("Choose a <motor>.")
    assert "Выберите &lt;двигатель&gt;." in slot.outputs[0]["data"]["text/html"]


@pytest.mark.parametrize("level", [2, 3])
def test_a_heading_is_a_heading_of_its_level_and_its_text_is_no_html(level):
    html = heading(Words({"<b>Motors": "<b>Двигатели"}, "ru"), "<b>Motors", level).value
    assert html == f"<h{level}>&lt;b&gt;Двигатели</h{level}>"
