"""One scale for everything: rungs are where they are said to be, worse is never lower, unknown is never good."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.risk_scale import FROM, GRADES, MOST, Ladder, grade_of, weighed

BARS = Ladder(0.1, 0.2, 1.0, 2.0, 3.0)
VERDICTS = ("not_supported", "cannot_decide", "supported")
values = st.floats(-10, 10)


def test_a_rung_is_where_its_grade_begins():
    assert BARS.risk([0.1, 0.2, 1.0, 2.0, 3.0]).tolist() == [0.0, 25.0, 50.0, 75.0, 100.0]
    assert grade_of(BARS.risk([0.1, 0.2, 1.0, 2.0, 3.0])).tolist() == ["good", *GRADES[1:], "act"]


def test_half_way_between_two_rungs_is_half_way_between_two_grades():
    """1.5 bars lie half way from plan (1, 50 %) to act (2, 75 %): 62.5 %."""
    assert BARS.risk(1.5) == 62.5


def test_what_is_not_known_has_no_risk_and_no_grade():
    assert np.isnan(BARS.risk(np.nan))
    assert grade_of([np.nan]).tolist() == ["unknown"]


def test_infinite_values_lie_at_the_ends():
    assert BARS.risk([-np.inf, np.inf]).tolist() == [0.0, 100.0]


@pytest.mark.parametrize("rungs", [(0, 1, 1, 2, 3), (0, 2, 1, 3, 4), (0, 1, 2, 3, np.nan), (0, 1, 2, 3, np.inf)])
def test_rungs_that_do_not_rise_are_refused(rungs):
    with pytest.raises(ValueError, match=r"of a ladder must rise, got .*; order them"):
        Ladder(*rungs)


@given(values, values, st.sampled_from(VERDICTS))
def test_a_worse_value_never_has_a_lower_risk(one, other, verdict):
    low, high = weighed(BARS.risk([min(one, other), max(one, other)]), [verdict, verdict])
    assert low <= high


@given(values)
def test_a_worse_verdict_on_the_same_value_never_has_a_lower_risk(value):
    risks = weighed(BARS.risk([value] * 3), VERDICTS)
    assert (np.diff(risks) >= 0).all()


def test_a_supported_fault_is_never_good_and_a_denied_one_never_worse():
    assert weighed([0.0, 100.0], ["supported", "not_supported"]).tolist() == [FROM["watch"], MOST["good"]]


def test_an_open_question_is_watched_at_most_and_unknown_where_nothing_was_measured():
    found = weighed([100.0, np.nan], ["cannot_decide", "cannot_decide"])
    assert found[0] == MOST["watch"]
    assert np.isnan(found[1])


def test_a_fault_without_a_size_has_the_stated_risk_and_a_denied_one_none():
    assert weighed([np.nan, np.nan], ["supported", "not_supported"], 60.0).tolist() == [60.0, 0.0]


def test_whole_risks_below_a_grade_end_just_before_it():
    assert [MOST[grade] + 1 for grade in GRADES[:-1]] == [FROM[grade] for grade in GRADES[1:]]
