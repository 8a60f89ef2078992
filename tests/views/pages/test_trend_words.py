"""Rows and sentences of the page "Trend analysis": which risk is near, what is said of it, and what to do."""

from __future__ import annotations

import handmade_forecast as hand
import numpy as np
import pytest
from handmade_trends import tables_of_page

from diagmod.models.forecast.forecast_words import risk_in_words
from diagmod.models.forecast.lone_phase import LonePhase
from diagmod.views.pages.trend_risks import by_urgency, may_exceed, next_crossing
from diagmod.views.pages.trend_words import action_of, days_in_words, own_limit_in_words

MIME = "application/vnd.plotly.v1+json"


@pytest.mark.parametrize(("days", "expected"), [(30, [True] * 3), (9, [True] * 3), (8, [False, True, False])])
def test_what_may_exceed_soon_is_what_has_begun_to_cross(days, expected):
    assert may_exceed(tables_of_page()["risk"].iloc[:3], days).tolist() == expected


def test_a_crossing_less_likely_than_one_half_is_not_expected():
    assert next_crossing(hand.risk(("M1",), probability=0.49), 30) is None
    assert next_crossing(hand.risk(("M1",), probability=0.51), 30)["motor_id"] == "M1"
    assert next_crossing(hand.risk(("M1",), days_median=31.0), 30) is None


def test_a_trend_above_its_limit_goes_before_one_as_risky_that_may_cross():
    rows = hand.risk(("M1",), risk_pct=74.0)
    rows.loc[2, "standing"] = "above_now"
    assert by_urgency(rows)["quantity"].iloc[0] == "rms_T"


@pytest.mark.parametrize(
    ("changed", "action"),
    [
        ({}, "Plan an examination before 2026-06-09: compare load, voltages and the balance of the phases"),
        ({"standing": "not_expected", "grade": "good"}, "Go on measuring at the usual interval."),
        ({"standing": "above_now"}, "Find out what changed (load, voltages, a setting)"),
        ({"standing": "above_now", "limit_kind": "nameplate"}, "Lower the load or mend the voltages now"),
        ({"standing": "cannot_tell"}, "Unknown is not good: state a limit for it, or mend its log."),
        ({"probability": 0.3, "grade": "watch"}, "Watch it: look at load and voltages of the last weeks"),
    ],
)
def test_what_to_do_is_the_end_of_the_models_own_sentence(changed, action):
    row = hand.risk(("Dr. M 1",), ("rms_R",), **changed).iloc[0].to_dict()
    sentence = risk_in_words(row, np.datetime64("2026-05-01"), "a known. Reason")
    assert action_of(sentence).startswith(action)
    assert sentence.endswith(action_of(sentence))


def test_a_phase_that_drifts_alone_is_part_of_what_to_do():
    row = hand.risk(("M1",), ("rms_T",), standing="not_expected").iloc[0].to_dict()
    said = action_of(risk_in_words(row, lone=LonePhase("rms_T", -1.0, 0.1)))
    assert said.startswith("Go on measuring at the usual interval. Only this phase drifts, by -1.0 % in 30 days")


def test_a_shorter_look_ahead_hides_later_days():
    row = hand.risk(("M1",), ("rms_R",), days_high=28.0).iloc[0].to_dict()
    assert days_in_words(row, 30) == "day 24 (day 9 to 28)"
    assert days_in_words(row, 25) == "day 24 (day 9 to later than 25)"
    assert days_in_words(row, 8) == "not within 8 days"


def test_an_own_limit_below_the_forecast_is_reached_on_its_first_day():
    said = own_limit_in_words(hand.forecasts(("M1",), ("rms_S",)), 20.0)
    assert said == (
        "Phase S: the limit of 20 A is reached by the 95 % quantile first on 2026-06-01, by the median first on "
        "2026-06-01."
    )
