"""Who is believed healthy follows a stated rule, never a guess."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.beliefs import BELIEFS, believed_healthy

#: Motor A is labelled and was recorded backwards; B has no label, and its second recording no time.
LABELS = ["broken_bar", "healthy", "healthy", "", "", ""]
MOTORS = ["A", "A", "A", "B", "B", "B"]
STARTED = np.array(
    ["2026-03-01", "2026-02-01", "2026-01-01", "2026-01-02", "NaT", "2026-01-01"], dtype="datetime64[us]"
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("labelled_healthy", [False, True, True, False, False, False]),
        ("first", [False, False, True, False, False, True]),
        ("labelled_or_first", [False, True, True, False, False, True]),
        ("all", [True] * 6),
    ],
)
def test_each_rule_believes_what_it_says(rule, expected):
    assert believed_healthy(LABELS, MOTORS, STARTED, rule, 1).tolist() == expected


def test_a_motor_with_only_faulty_labels_has_no_recording_believed_healthy():
    found = believed_healthy(["broken_bar", "broken_bar"], ["A", "A"], STARTED[:2], "labelled_or_first", 2)
    assert not found.any()


def test_a_recording_without_a_time_is_never_among_the_first():
    assert not believed_healthy(LABELS, MOTORS, STARTED, "first", 3)[4]


def test_more_first_recordings_than_there_are_takes_all_that_have_a_time():
    assert believed_healthy(LABELS, MOTORS, STARTED, "first", 99).tolist() == [True, True, True, True, False, True]


def test_recordings_of_the_same_time_are_taken_in_their_order():
    same = np.array(["2026-01-01"] * 3, dtype="datetime64[us]")
    assert believed_healthy([""] * 3, ["A"] * 3, same, "first", 2).tolist() == [True, True, False]


@pytest.mark.parametrize("rule", BELIEFS)
def test_no_recording_gives_no_belief(rule):
    assert believed_healthy([], [], np.array([], dtype="datetime64[us]"), rule, 2).shape == (0,)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match=r"believed_healthy must be one of labelled_or_first, .*, got 'guess'"):
        believed_healthy(LABELS, MOTORS, STARTED, "guess", 2)


def test_no_first_recording_is_refused():
    with pytest.raises(ValueError, match="first recordings must be at least 1, got 0"):
        believed_healthy(LABELS, MOTORS, STARTED, "first", 0)
