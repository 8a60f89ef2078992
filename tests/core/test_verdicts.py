"""Answers: three, with intervals that know whether they meet."""

from __future__ import annotations

import pytest

from diagmod.core.verdicts import Interval, Verdict


@pytest.mark.parametrize(
    ("other", "expected"),
    [((2.0, 3.0), True), ((1.5, 1.6), True), ((2.1, 3.0), False), ((0.0, 0.9), False), ((0.0, 9.0), True)],
)
def test_intervals_that_touch_overlap(other, expected):
    one, two = Interval(1.5, 1.0, 2.0), Interval(0.0, *other)
    assert one.overlaps(two) is two.overlaps(one) is expected


def test_there_are_three_answers_and_they_read_as_words():
    assert [str(answer) for answer in Verdict] == ["supported", "not_supported", "cannot_decide"]
