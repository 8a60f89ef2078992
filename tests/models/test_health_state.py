"""The state of a motor: one outlier makes nobody act, a repair ends the past, and better news never makes it worse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_health import catalogue, repair
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.health_state import ordered, since, state_of, states_of
from diagmod.models.risk_scale import GRADES, grade_of

risks = st.lists(st.floats(0, 100), min_size=1, max_size=6)


def answers(values, recordings=None, part="diagnosis"):
    names = recordings or [f"M1-{k}" for k in range(len(values))]
    return pd.DataFrame({"recording_id": names, "part": part, "question": "broken_bar", "risk": values})


@pytest.mark.parametrize(
    ("known", "state"),
    [([], np.nan), ([90], 74), ([20], 20), ([0, 90], 49), ([0, 0, 90], 49), ([0, 80, 90], 80), ([90, 0, 0, 0], 0)],
)
def test_the_second_worst_of_the_last_three_counts_and_the_worst_alone_is_watched(known, state):
    np.testing.assert_equal(state_of(known, 3), state)


@given(risks, st.integers(0, 5), st.floats(0, 100))
def test_worse_evidence_never_makes_a_better_state(known, at, more):
    worse = list(known)
    worse[at % len(known)] = max(worse[at % len(known)], more)
    assert state_of(worse, 3) >= state_of(known, 3)


@given(risks)
def test_one_more_healthy_recording_never_makes_it_worse(known):
    assert state_of([*known, min(*known, 24.0)], 3) <= state_of(known, 3)


@given(risks, st.floats(0, 24))
def test_one_more_good_recording_never_makes_the_grade_worse(known, good):
    before, after = (GRADES.index(str(grade_of(state_of(one, 3)))) for one in (known, [*known, good]))
    assert after <= before


@given(st.lists(st.floats(0, 24), max_size=5), st.floats(0, 100))
def test_a_single_outlier_never_makes_anybody_act(good, outlier):
    assert state_of([*good, outlier], 3) < 75


def test_what_a_newer_recording_cannot_tell_stays_as_it_was():
    order = ordered(catalogue(4), None)
    found = states_of(answers([80.0, 90.0, np.nan, np.nan]), order, 3)
    assert found["risk"].tolist() == [74.0, 80.0, 80.0, 80.0]


def test_the_answer_that_says_why_is_the_newest_with_as_high_a_risk():
    found = states_of(answers([80.0, 90.0, 5.0]), ordered(catalogue(3), None), 3)
    assert found["answer"].tolist() == [0, 1, 1]
    assert found[["n_seen", "n_last"]].to_numpy().tolist() == [[1, 1], [2, 2], [2, 3]]


def test_a_repair_ends_what_was_before_it():
    """Recordings on 5, 15, 25 January and 4 February; repaired until 20 January."""
    order = ordered(catalogue(4), repair("M1", "2026-01-20"))
    assert order["life"].tolist() == [0, 0, 1, 1]
    assert states_of(answers([90.0, 90.0, 5.0, 6.0]), order, 3)["risk"].tolist() == [74.0, 90.0, 5.0, 6.0]


def test_the_repair_of_another_motor_changes_nothing():
    assert (ordered(catalogue(4), repair("M2", "2026-01-20"))["life"] == 0).all()


def test_an_inspection_is_no_repair():
    events = repair("M1", "2026-01-20").iloc[1:].assign(end=pd.Timestamp("2026-01-20", tz="UTC"))
    assert (ordered(catalogue(4), events)["life"] == 0).all()


def test_recordings_without_a_time_come_first():
    about = catalogue(3)
    about.loc[2, "started_at"] = pd.NaT
    order = ordered(about, repair("M1", "2026-01-10"))
    assert order["recording_id"].tolist() == ["M1-2", "M1-0", "M1-1"]
    assert order["life"].tolist() == [0, 0, 1]


def test_the_order_of_answers_means_nothing():
    order = ordered(catalogue(4), None)
    given_in_order = answers([80.0, 30.0, 90.0, 10.0])
    shuffled = given_in_order.sample(frac=1, random_state=1).reset_index(drop=True)
    one, other = (states_of(table, order, 3)["risk"].tolist() for table in (given_in_order, shuffled))
    assert one == other


def test_since_is_the_first_recording_of_the_last_run_with_that_grade():
    order = ordered(catalogue(5), None)
    found = since(order, np.array([60.0, 10.0, 60.0, 55.0, 70.0]))
    assert found == {"M1": pd.Timestamp("2026-01-25", tz="UTC")}


def test_since_never_reaches_behind_a_repair():
    order = ordered(catalogue(4), repair("M1", "2026-01-20"))
    assert since(order, np.array([10.0, 10.0, 10.0, 10.0])) == {"M1": pd.Timestamp("2026-01-25", tz="UTC")}


def test_no_answer_gives_no_state():
    assert states_of(answers([np.nan, np.nan]), ordered(catalogue(2), None), 3).empty
