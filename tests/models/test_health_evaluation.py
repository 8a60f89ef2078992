"""The index is held against the labels like any model."""

from __future__ import annotations

import pytest
from handmade_health import SETTINGS, catalogue, diagnoses

from diagmod.models.evaluation import evaluate
from diagmod.models.health import health_of
from diagmod.models.health_evaluation import alarms_by_severity, judge_health, said_of_health
from diagmod.models.health_evidence import HealthInputs
from diagmod.models.judged_recordings import judged_recordings

#: Healthy, incipient (half a bar, watch), and two recordings with 3 bars of 4, the last on an unusable recording.
ABOUT = catalogue(5).assign(
    condition=["healthy", "healthy", "broken_bar", "broken_bar", "broken_bar"], severity=[0, 0, 0.2, 0.8, 0.9],
    acquisition=["good", "good", "good", "good", "unusable"],
)  # fmt: skip
HEALTH = health_of(HealthInputs(ABOUT, diagnoses=diagnoses(ABOUT["recording_id"], [0, 0, 0.6, 3, 3])), SETTINGS)


def test_a_recording_alone_alarms_at_once_and_the_motor_waits_for_a_second():
    of_model = {case.model: case for case in judge_health(HEALTH.recordings, ABOUT)}
    assert of_model["health_index"].flag.tolist() == [False, False, False, True]
    assert of_model["health_state"].flag.tolist() == [False, False, False, False, False]
    assert of_model["health_index"].positive.tolist() == [False, False, True, True]


def test_the_score_is_the_risk_and_ranks():
    [index] = [case for case in judge_health(HEALTH.recordings, ABOUT) if case.model == "health_index"]
    assert index.is_scored
    figures = evaluate([index], n_bootstrap=0, seed=0)
    own = figures[figures["model"] == "health_index"].set_index("figure")["value"]
    assert own["auroc"] == 1.0
    assert own["recall"] == 0.5
    assert own["false_alarm_rate"] == 0.0


def test_recordings_without_a_label_are_not_judged():
    assert judge_health(HEALTH.recordings, ABOUT.assign(condition="")) == []


def test_what_it_says_is_taken_by_the_figures_of_use():
    said = said_of_health(HEALTH.recordings, "leave_load_out")
    judged = judged_recordings(said, ABOUT)
    assert set(judged["model"]) == {"health_index", "health_state"}
    assert set(judged["split"]) == {"leave_load_out"}
    assert len(judged) == 9, "the unusable recording has no risk of its own; the motor has one after it"


def test_alarms_are_counted_by_severity_and_one_that_cannot_tell_raises_none():
    found = alarms_by_severity(HEALTH.recordings, ABOUT).set_index(["condition", "severity_range"])
    assert found.loc[("broken_bar", "0.75 to 1")].tolist() == pytest.approx([2, 1, 50.0, 0.0])
    assert found.loc[("healthy", "")].tolist() == pytest.approx([2, 0, 0.0, 0.0])
