"""The catalogue of a language: whole texts and texts with places, and what it does not know stays as it is."""

from __future__ import annotations

import json
import time

import pytest

from diagmod.views import language
from diagmod.views.language import FOLDER, LANGUAGES, Words, catalogue_of, places_of, words_of
from diagmod.views.theme import figure

CATALOGUE = {
    "motor": "двигатель",
    "healthy": "исправен",
    "Current of {motor}": "Ток: {motor}",
    "{n} of {m} motors": "{m} двигателей, из них {n}",
    "{n} of {m} motors are healthy": "исправны {n} из {m}",
    "state: {state}": "состояние: {state}",
}


@pytest.fixture
def words() -> Words:
    return Words(CATALOGUE, "ru")


def test_what_is_not_known_stays_as_it_is(words):
    assert words("Torque") == "Torque"
    assert words("") == ""
    assert words("motors") == "motors"


def test_places_keep_what_stands_in_them_in_the_order_of_the_translation(words):
    assert words("Current of M01") == "Ток: M01"
    assert words("3 of 8 motors") == "8 двигателей, из них 3"


def test_what_stands_in_a_place_is_translated_where_it_is_known(words):
    assert words("state: healthy") == "состояние: исправен"
    assert words("state: odd") == "состояние: odd"


def test_the_form_with_most_letters_of_its_own_is_taken(words):
    assert words("3 of 8 motors are healthy") == "исправны 3 из 8"


def test_a_whole_text_wins_over_a_form():
    words = Words({"state: {state}": "сост. {state}", "state: odd": "странно"}, "ru")
    assert words("state: odd") == "странно"


def test_signs_of_a_text_are_signs_and_no_pattern():
    words = Words({"a (b)? {n}": "в {n}", "50 %": "50 процентов"}, "ru")
    assert words("a (b)? 7") == "в 7"
    assert words("a b 7") == "a b 7"


def test_braces_in_what_is_said_are_no_places(words):
    assert words("Current of {n}\n<b>") == "Ток: {n}\n<b>"


def test_a_long_text_of_a_file_is_answered_at_once():
    words = Words({"{a} of {b} in {c}": "{a} {b} {c}", **CATALOGUE}, "ru")
    begin = time.process_time()
    assert words(" of " * 50) == " of " * 50
    assert time.process_time() - begin < 1.0


def test_english_is_the_text_itself():
    words = words_of("en")
    assert words("Current of M01") == "Current of M01"
    assert words.language == "en"


@pytest.mark.parametrize("code", ["de", "", "ru_frame", "../ru", "RU"])
def test_a_language_that_there_is_not_is_english(code):
    assert words_of(code).language == "en"


def test_every_text_of_a_figure_is_translated_and_its_data_are_not():
    names = {"Title": "Заголовок", "time": "время", "current": "ток", "phase R": "фаза R", "limit": "предел"}
    words = Words({**names, "legend": "легенда", "scale": "шкала", "healthy": "исправен"}, "ru")
    chart = figure("Title", "time", "current")
    chart.add_scatter(x=["healthy"], y=[1.0], name="phase R", customdata=["limit"])
    chart.add_heatmap(z=[[1.0]], colorbar={"title": {"text": "scale"}})
    chart.add_annotation(text="limit")
    chart.update_layout(legend={"title": {"text": "legend"}})
    chart.update_yaxes(ticktext=["healthy", "M01"], tickvals=[0, 1])
    same = words.figure(chart)
    assert same is chart
    assert chart.layout.title.text == "Заголовок"
    assert (chart.layout.xaxis.title.text, chart.layout.yaxis.title.text) == ("время", "ток")
    assert chart.data[0].name == "фаза R"
    assert chart.layout.annotations[0].text == "предел"
    assert chart.layout.legend.title.text == "легенда"
    assert chart.data[1].colorbar.title.text == "шкала"
    assert tuple(chart.layout.yaxis.ticktext) == ("исправен", "M01")
    assert list(chart.data[0].customdata) == ["limit"]
    assert list(chart.data[0].y) == [1.0]


def test_a_figure_of_an_english_page_is_not_touched():
    chart = figure("Title", "time", "current")
    before = chart.to_json()
    assert words_of("en").figure(chart).to_json() == before


def test_categories_are_said_in_the_language_and_in_their_order():
    words = Words({"healthy": "исправен", "broken bar": "обрыв стержня"}, "ru")
    chart = figure("", "", "")
    chart.add_bar(x=["healthy", "broken bar", "M01"], y=[1, 2, 3])
    words.figure(chart)
    assert list(chart.data[0].x) == ["исправен", "обрыв стержня", "M01"]


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_all_catalogues_of_a_language_go_together(code):
    catalogue = catalogue_of(code)
    assert len(catalogue) > 10
    for text, said in catalogue.items():
        assert said.strip(), text
        assert places_of(text) == places_of(said), text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_no_catalogue_says_a_text_twice(path):
    pairs = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
    texts = [text for text, _ in pairs]
    assert sorted(texts) == sorted(set(texts))


def test_two_topics_that_disagree_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    (tmp_path / "ru_a.json").write_text('{"motor": "двигатель", "same": "то же"}', encoding="utf-8")
    (tmp_path / "ru_b.json").write_text('{"motor": "мотор", "same": "то же"}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"ru_b.json: 'motor' is translated already, and differently"):
        catalogue_of("ru")


def test_a_translation_that_loses_a_place_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "FOLDER", tmp_path)
    (tmp_path / "ru_a.json").write_text('{"{n} motors": "двигатели"}', encoding="utf-8")
    with pytest.raises(ValueError, match="must hold the same places in braces"):
        catalogue_of("ru")
