"""Every part reaches the scale from its own unit; what could not be judged is unknown."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_health import SETTINGS, anomalies, catalogue, changes, diagnoses, predictions

from diagmod.models.health_evidence import HealthInputs, answers_of

ONE = catalogue(1)
ID = ["M1-0"]


def risk_of(**inputs) -> float:
    return answers_of(HealthInputs(ONE, **inputs), SETTINGS)["risk"].item()


def test_one_supported_bar_is_a_plan_and_two_are_an_act():
    assert risk_of(diagnoses=diagnoses(ID, [1.0])) == 50.0
    assert risk_of(diagnoses=diagnoses(ID, [2.0])) == 75.0


def test_a_fault_that_is_not_supported_is_good_and_one_left_open_without_a_size_is_unknown():
    assert risk_of(diagnoses=diagnoses(ID, [np.nan], ["not_supported"])) == 0.0
    assert np.isnan(risk_of(diagnoses=diagnoses(ID, [np.nan], ["cannot_decide"])))


def test_a_supported_fault_without_a_ladder_has_the_risk_of_an_unmeasured_one():
    bearing = diagnoses(ID, [-90.0], ["supported"], "bearing_outer").assign(severity_unit="dBc, mean of the lines")
    assert risk_of(diagnoses=bearing) == 50.0


def test_shaft_lines_are_read_in_decibels_of_the_rated_current():
    shaft = diagnoses(ID, [-39.0], ["supported"], "eccentricity").assign(severity_unit="dB of the rated current")
    assert risk_of(diagnoses=shaft) == 62.5


def test_conditions_of_the_supply_are_no_fault_of_the_motor():
    unbalance = diagnoses(ID, [9.0], ["supported"], "unbalance").assign(kind="condition")
    assert answers_of(HealthInputs(ONE, diagnoses=unbalance), SETTINGS).empty


def test_a_change_counts_by_its_size_and_a_fall_is_none():
    assert risk_of(changes=changes(ID, [3.0], ["supported"])) == 62.5
    assert risk_of(changes=changes(ID, [-3.0], ["not_supported"])) == 0.0


def test_an_open_change_that_is_no_chance_is_watched_and_one_that_may_be_chance_is_unknown():
    assert risk_of(changes=changes(ID, [8.0], ["cannot_decide"])) == 49.0
    assert np.isnan(risk_of(changes=changes(ID, [8.0], ["cannot_decide"], spreads=2.0)))


def test_an_anomaly_begins_at_its_threshold_and_never_asks_for_more_than_a_plan():
    assert risk_of(anomaly=anomalies(ID, [0.9])) < 25 < risk_of(anomaly=anomalies(ID, [1.1]))
    assert risk_of(anomaly=anomalies(ID, [99.0])) == 74.0
    assert np.isnan(risk_of(anomaly=anomalies(ID, [np.nan])))


def test_a_set_without_healthy_supports_the_most_probable_fault():
    assert risk_of(faults=predictions(ID, ("broken_bar", 0.6, "broken_bar, eccentricity"))) == pytest.approx(60.0)


def test_a_sure_fault_of_unknown_severity_is_a_plan_and_of_small_severity_only_watched():
    sure = predictions(ID, ("broken_bar", 0.99, "broken_bar"))
    assert risk_of(faults=sure) == 74.0
    assert risk_of(faults=sure.assign(severity_value=0.3)) == pytest.approx(30.0)
    assert risk_of(faults=sure.assign(severity_value=1.0)) == pytest.approx(99.0)


def test_a_set_that_holds_healthy_leaves_it_open():
    assert risk_of(faults=predictions(ID, ("broken_bar", 0.9, "broken_bar, healthy"))) == 49.0


def test_an_open_set_is_no_reason_to_watch_while_healthy_is_the_more_probable():
    """A fault has a probability of 0.45: its ladder alone would say 45."""
    assert risk_of(faults=predictions(ID, ("healthy", 0.55, "broken_bar, healthy"))) == 24.0
    assert risk_of(faults=predictions(ID, ("healthy", 0.45, "broken_bar, healthy"))) == 49.0


def test_a_set_that_contradicts_the_most_probable_condition_supports_nothing():
    """Healthy is most probable and the set excludes it: a fault at 0.55 is left open, though the ladder says 55."""
    assert risk_of(faults=predictions(ID, ("healthy", 0.6, "broken_bar, eccentricity"))) == 24.0
    assert risk_of(faults=predictions(ID, ("healthy", 0.45, "broken_bar, eccentricity"))) == 49.0


def test_a_recording_that_the_model_did_not_judge_is_unknown():
    assert np.isnan(risk_of(faults=predictions(ID, ("", np.nan, ""))))


def test_a_forecast_is_planned_and_never_acted_on():
    forecast = ONE[["recording_id"]].assign(probability=[1.0])
    assert risk_of(forecast=forecast) == 74.0


def test_an_unusable_recording_says_nothing_whatever_stands_in_the_tables():
    about = catalogue(1, acquisition="unusable")
    found = answers_of(HealthInputs(about, diagnoses=diagnoses(ID, [3.0]), anomaly=anomalies(ID, [9.0])), SETTINGS)
    assert found["risk"].isna().all()


def test_a_table_that_lacks_a_column_is_refused():
    with pytest.raises(ValueError, match="the table for anomaly lacks column 'severity'; give recording_id,"):
        HealthInputs(ONE, anomaly=anomalies(ID, [1.0]).drop(columns="severity"))


def test_a_recording_that_stands_twice_is_refused():
    twice = anomalies([*ID, *ID], [1.0, 2.0])
    with pytest.raises(ValueError, match="anomaly has recording M1-0 more than once; keep the rows of one model"):
        HealthInputs(ONE, anomaly=twice)


def test_a_recording_that_the_catalogue_lacks_is_refused():
    with pytest.raises(ValueError, match="has recording M9-0, which the catalogue lacks; run the stages"):
        HealthInputs(ONE, anomaly=anomalies(["M9-0"], [1.0]))
