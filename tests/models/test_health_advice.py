"""Advice comes from the defect catalogue at the grade, and never asks for much more than the grade does."""

from __future__ import annotations

import pytest

from diagmod.io.defect_catalogue import URGENCIES, read_defects
from diagmod.models.health_advice import advice_for, fault_words, listed, open_causes

DEFECTS = read_defects()


@pytest.mark.parametrize(("grade", "step"), [("watch", "low"), ("plan", "moderate"), ("act", "severe")])
def test_a_grade_of_risk_is_a_grade_of_the_catalogue(grade, step):
    entry = DEFECTS["broken_bar"].at(step)
    found = advice_for(grade, "broken_bar", DEFECTS)
    assert (found.urgency, found.action) == (entry.urgency, entry.action)


def test_nobody_is_told_to_stop_a_motor_on_evidence_that_says_plan():
    """A short of moderate size asks to stop at once; that of low size to measure the voltages."""
    assert DEFECTS["stator_short"].at("moderate").urgency == "at_once"
    assert advice_for("plan", "stator_short", DEFECTS).action == DEFECTS["stator_short"].at("low").action


@pytest.mark.parametrize("fault", list(DEFECTS))
def test_a_worse_grade_is_never_less_urgent(fault):
    urgency = [URGENCIES.index(advice_for(grade, fault, DEFECTS).urgency) for grade in ("good", "watch", "plan", "act")]
    assert urgency == sorted(urgency)


@pytest.mark.parametrize("fault", ["", "loose_belt"])
def test_a_fault_that_the_catalogue_does_not_know_is_examined(fault):
    found = advice_for("act", fault, DEFECTS)
    assert found.urgency == "soon"
    assert "Examine the motor" in found.action


def test_where_nothing_is_known_the_advice_is_to_record_again():
    found = advice_for("unknown", "", DEFECTS)
    assert found.urgency == ""
    assert found.action.startswith("Record again")


def test_causes_that_were_excluded_are_not_named():
    text = "a load that swings (not supported): no; really; a flicker (cannot decide): it may; a belt (supported): yes"
    assert open_causes(text, "broken_bar", DEFECTS) == ["a flicker", "a belt"]


def test_causes_of_the_catalogue_stand_in_where_none_was_tested():
    assert open_causes("", "broken_bar", DEFECTS) == list(DEFECTS["broken_bar"].other_causes)
    assert open_causes("", "loose_belt", DEFECTS) == []


def test_a_sentence_names_two_causes_without_their_remarks():
    assert listed(["a (b)", "c", "d"]) == "a; or c"


def test_names_of_faults_stand_within_a_sentence():
    assert fault_words("broken_bar", DEFECTS) == "broken or cracked rotor bar"
    assert fault_words("loose_belt", DEFECTS) == "loose belt"
