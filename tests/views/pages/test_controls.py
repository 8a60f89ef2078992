"""Controls give nothing to a page that is not among its choices, whatever a browser or a link says."""

from __future__ import annotations

import math
from datetime import date

import pytest

from diagmod.views.language import words_of
from diagmod.views.pages.controls import MOST_LETTERS, Day, Number, OneOf, Search, SomeOf

EN = words_of("en")


def motor(anything: str = "all motors") -> OneOf:
    return OneOf("motor", "Motor", [("M01", "M01"), ("M<2>", "M<2>")], EN, anything=anything)


def share(usual: float = 0.0) -> Number:
    return Number("share", "Share", EN, low=0.0, high=100.0, usual=usual, step=1.0, unit="%")


def test_nothing_chosen_is_no_restriction_and_no_word_in_a_link():
    controls = [
        motor(),
        SomeOf("phase", "Phase", [("R", "R"), ("S", "S")], EN),
        Day("from", "From", EN),
        Search("file", "File", EN),
    ]
    assert [control.value for control in controls] == [None, None, None, None]
    assert [control.text for control in [*controls, share()]] == ["", "", "", "", ""]


def test_one_of_several_comes_from_a_link_and_goes_into_one():
    control = motor()
    assert control.take("M<2>") == ""
    assert (control.value, control.text) == ("M<2>", "M<2>")
    assert control.take("") == ""
    assert (control.value, control.text) == (None, "")


def test_a_choice_that_there_is_not_is_told_and_changes_nothing():
    control = motor()
    control.take("M01")
    assert control.take("M99") == "motor 'M99' is none of the choices; it is left out"
    assert control.value == "M01"
    assert len(control.take("x" * 5000)) < 120


def test_where_one_is_always_chosen_the_first_is_the_usual():
    control = motor(anything="")
    assert (control.value, control.text) == ("M01", "")
    assert control.take("") != ""
    assert control.take("M<2>") == ""
    assert control.text == "M<2>"


def test_a_list_without_choices_chooses_nothing():
    assert OneOf("motor", "Motor", [], EN).value is None


def test_options_that_a_browser_invents_are_not_given_to_the_page():
    control = motor()
    control.widget.options = [("M77", "M77"), ("M01", "M01")]
    control.widget.value = "M77"
    assert control.value is None
    assert control.text == ""
    control.widget.value = "M01"
    assert control.value == "M01"


def test_some_of_a_few_values_stand_in_a_link_side_by_side():
    control = SomeOf("phase", "Phase", [("phase R", "R"), ("phase S", "S"), ("phase T", "T")], EN)
    assert control.take("T~R") == ""
    assert control.value == ["R", "T"]
    assert control.text == "R~T"
    assert control.take("S~Q") == "phase 'Q' is none of the choices; it is left out"
    assert control.value == ["S"]


def test_some_of_a_few_values_tells_of_every_change():
    control, told = SomeOf("phase", "Phase", [("R", "R"), ("S", "S")], EN), []
    control.observe(lambda: told.append(control.value))
    control.take("S")
    control.take("R")
    assert told[0] == ["S"]
    assert told[-1] == ["R"]


@pytest.mark.parametrize("text", ["31.01.2026", "2026-02-30", "yesterday", "", "2026-01-31T00:00", "9999999-01-01"])
def test_what_is_no_day_is_left_out(text):
    control = Day("from", "From", EN)
    assert control.take(text).startswith("from must be a day as 2026-01-31, got ")
    assert control.value is None


def test_a_day_comes_from_a_link_and_goes_into_one():
    control = Day("from", "From", EN)
    assert control.take("2026-01-31") == ""
    assert (control.value, control.text) == (date(2026, 1, 31), "2026-01-31")


@pytest.mark.parametrize("text", ["-1", "101", "nan", "inf", "1e999", "ten", "", "1,5", "0x10"])
def test_a_number_outside_its_limits_or_none_at_all_is_left_out(text):
    control = share()
    assert control.take(text).startswith("share must be 0 to 100, got ")
    assert control.value == 0.0


def test_limits_that_a_browser_widens_do_not_widen_the_limits_of_the_page():
    control = share()
    control.widget.max = 1e9
    control.widget.value = 1e9
    assert control.value == 100.0
    assert control.text == "100"
    control.widget.min = -1e9
    control.widget.value = -5.0
    assert control.value == 0.0


@pytest.mark.parametrize("given", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_the_usual(given):
    control = share(usual=20.0)
    control.widget.max, control.widget.min = math.inf, -math.inf
    control.widget.value = given
    assert control.value == 20.0


def test_a_search_is_short_trimmed_and_can_stand_in_an_address():
    control = Search("file", "File", EN)
    assert control.take("  pump\ud800 7  ") == ""
    assert control.value == "pump 7"
    control.widget.value = "a" * 10_000
    assert control.value == "a" * MOST_LETTERS
    control.widget.value = "\udfff"
    assert control.value is None
    assert control.text == ""


def test_labels_and_choices_are_read_in_the_language_of_the_page():
    ru = words_of("ru")
    control = OneOf("motor", "Motor", [("M01", "M01")], ru, anything="all motors")
    assert control.widget.description == "Двигатель"
    assert [shown for shown, _ in control.widget.options] == ["все двигатели", "M01"]
    assert control.text == ""
