"""Lights of status: colour, shape and word each tell the grade alone."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from diagmod.models.risk_scale import GRADES, UNKNOWN
from diagmod.views.language import words_of
from diagmod.views.status_light import MEANINGS, URGENT_FIRST, light_with_word, status_light
from diagmod.views.theme import GRADE_COLOURS

EN = words_of("en")
ALL = (*GRADES, UNKNOWN)


@pytest.mark.parametrize("grade", ALL)
def test_a_light_is_well_formed_and_says_its_grade_by_word_and_by_colour(grade):
    svg = status_light(grade, EN)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text
    assert root.attrib["aria-label"] == grade and root.attrib["role"] == "img"
    assert GRADE_COLOURS[grade] in svg


def test_no_two_grades_have_the_same_outline():
    outlines = {re.search(r'd="([^"]+)"', status_light(grade, EN))[1] for grade in ALL}
    assert len(outlines) == len(ALL)


def test_beside_its_word_a_light_is_silent_so_that_nothing_is_read_twice():
    html = light_with_word("plan", EN)
    assert "aria-hidden" in html and "aria-label" not in html and "<b>plan</b>" in html


def test_a_grade_that_there_is_not_is_unknown():
    assert 'data-dm-grade="unknown"' in status_light("<script>", EN)
    assert "<script>" not in light_with_word("<script>", EN)


def test_every_grade_has_a_place_on_the_wall_and_a_meaning():
    assert set(URGENT_FIRST) == set(MEANINGS) == set(ALL)
    assert URGENT_FIRST.index(UNKNOWN) < URGENT_FIRST.index("good"), "what is not known is not good"
