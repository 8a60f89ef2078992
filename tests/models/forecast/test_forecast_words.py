"""Sentences about forecasts: each standing, each kind of limit, each reason, as people read them."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.forecast_words import choice_in_words, risk_in_words
from diagmod.models.forecast.lone_phase import LonePhase

NAN = float("nan")

ROW: dict[str, object] = {
    "motor_id": "M05", "quantity": "rms_R", "unit": "A", "origin": "2026-06-01 00:00:00+00:00", "limit_kind": "sigma",
    "limit": 13.0621, "limit_reason": "4 standard deviations above the mean of 28 days from 2026-01-05",
    "last_value": 12.5, "horizon_d": 30, "probability": 0.84, "days_low": 6.0, "days_median": 12.0, "days_high": 25.0,
    "standing": "may_cross", "grade": "plan",
}  # fmt: skip


def test_a_crossing_is_told_with_its_limit_its_probability_its_time_and_what_to_do() -> None:
    assert risk_in_words(ROW) == (
        "The current of phase R of M05 may exceed 13.06 A (4 standard deviations above the mean of 28 days from "
        "2026-01-05) within 30 days: the probability is 84 %, expected about day 12 (2026-06-12; 90 % interval: day 6 "
        "to 25). Plan an examination before 2026-06-06: compare load, voltages and the balance of the phases, and "
        "record the motor."
    )


def test_an_interval_without_an_end_says_so() -> None:
    assert "90 % interval: day 6 to later than 30)" in risk_in_words({**ROW, "days_high": NAN})


@pytest.mark.parametrize("changed", [{"days_median": NAN}, {"probability": 0.3}])
def test_what_is_less_likely_than_not_has_a_first_day_and_no_expected_one(changed: dict[str, float]) -> None:
    said = risk_in_words({**ROW, "grade": "watch", **changed})
    assert "if it does, hardly before day 6 (2026-06-06). Watch it:" in said
    assert "expected about" not in said


def test_a_crossing_on_the_first_day_is_examined_now() -> None:
    assert "Plan an examination now:" in risk_in_words({**ROW, "days_low": 1.0})


def test_what_is_not_expected_says_within_how_many_days() -> None:
    said = risk_in_words({**ROW, "standing": "not_expected", "grade": "good", "probability": 0.004})
    assert "is not expected to exceed 13.06 A" in said
    assert said.endswith("within 30 days: the probability is below 1 %. Go on measuring at the usual interval.")


def test_what_is_above_says_since_when_and_how_much() -> None:
    said = risk_in_words({**ROW, "standing": "above_now", "last_value": 13.9}, np.datetime64("2026-05-02T00"))
    assert "has been above 13.06 A" in said
    assert "since 2026-05-02, 13.9 A on the last day. Find out what changed" in said


@pytest.mark.parametrize(("kind", "words"), [("nameplate", "a winding ages faster"), ("user", "The stated limit asks")])
def test_above_a_rated_or_stated_limit_action_is_asked_for(kind: str, words: str) -> None:
    assert words in risk_in_words({**ROW, "standing": "above_now", "limit_kind": kind, "grade": "act"})


def test_what_cannot_be_told_says_why_and_that_it_is_not_good() -> None:
    said = risk_in_words({**ROW, "standing": "cannot_tell", "limit": NAN}, reason="only 9 known days")
    assert said.startswith("This trend cannot tell whether the current of phase R of M05 will exceed a limit: only 9")
    assert "Unknown is not good" in said and "nan" not in said


def test_a_lone_drift_is_a_competing_explanation_of_its_own_phase() -> None:
    lone = LonePhase("rms_R", 2.14, 0.08)
    assert (
        "Only this phase drifts, by +2.1 % in 30 days, the other two by 0.1 % from each other: its transducer may "
        "drift instead of the motor" in risk_in_words(ROW, lone=lone)
    )
    assert "Only this phase" not in risk_in_words({**ROW, "quantity": "rms_S"}, lone=lone)
    assert "and hide a rise" in risk_in_words(ROW, lone=LonePhase("rms_R", -2.1, 0.1))


def test_a_quantity_without_a_unit_is_told_by_its_name() -> None:
    said = risk_in_words({**ROW, "quantity": "kurtosis_S", "unit": ""})
    assert said.startswith("The kurtosis_S of M05 may exceed 13.06 (4 standard")


def test_a_choice_names_its_error_the_best_naive_line_and_three_rivals() -> None:
    mase = {"naive": 0.95, "seasonal_naive": 0.88, "drift": 1.1, "ets": 0.71, "boosted_lags": 0.74, "tcn": 0.8,
            "lstm": 0.9, "arima": 0.79, "prophet": NAN}  # fmt: skip
    assert choice_in_words("ets", mase, 9) == (
        "ETS: MASE 0.71 against 0.88 of the best naive line (seasonal naive) over 9 origins; boosted lags 0.74; "
        "ARIMA 0.79; TCN 0.80"
    )


def test_where_no_model_beats_the_naive_line_it_says_so() -> None:
    said = choice_in_words("drift", {"drift": 0.9, "naive": 1.0, "ets": 0.95}, 1)
    assert said == "no model beat the naive line; drift is used: MASE 0.90 over 1 origin; ETS 0.95"


def test_a_model_that_lost_on_its_own_series_is_explained_by_the_fleet() -> None:
    said = choice_in_words("ets", {"ets": 0.9, "naive": 0.85}, 3)
    assert "MASE 0.90 against 0.85" in said and "taken since it is the better one on the whole fleet" in said


@pytest.mark.parametrize(
    ("method", "mase", "n_origins", "words"),
    [
        ("seasonal_naive", {}, 0, "no origin of a back-test could be judged"),
        ("ets", {"ets": NAN}, 5, "no origin of a back-test could be judged"),
        ("ets", {"ets": 0.7, "naive": NAN}, 5, "no naive line could be judged"),
        ("ets", {"naive": 0.7}, 5, "not judged on this series against 0.70"),
    ],
)
def test_what_was_not_judged_is_told_so(method: str, mase: dict[str, float], n_origins: int, words: str) -> None:
    assert words in choice_in_words(method, mase, n_origins)
