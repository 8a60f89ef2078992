"""Limits: each kind by hand arithmetic, only the past, and a reason where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.limits import LEAST_RISE_PCT, LimitSettings, limit_of
from diagmod.models.forecast.series import TrendSeries


def _daily(values: list[float] | np.ndarray, breaks: tuple[int, ...] = (), **changed: object) -> TrendSeries:
    about = {"motor_id": "M01", "quantity": "rms_R", "unit": "A", "step_h": 24} | changed
    return TrendSeries(
        start=np.datetime64("2026-01-05T00"), values=np.asarray(values, dtype=float), breaks=breaks, **about
    )


#: Mean 10, sample variance 14/13 * 14 / 14: fourteen times 9 and 11 have a squared deviation of 28 over 27.
SWINGING = [9.0, 11.0] * 14


def test_four_deviations_of_nine_and_eleven_are_above_ten_by_four_times_the_root_of_28_over_27() -> None:
    limit = limit_of(_daily(SWINGING), LimitSettings())
    assert limit.value == pytest.approx(10 + 4 * (28 / 27) ** 0.5)
    assert limit.reason == "4 standard deviations above the mean of 28 days from 2026-01-05"


def test_days_after_the_reference_change_nothing() -> None:
    grown = _daily(SWINGING + [20.0] * 30)
    assert limit_of(grown, LimitSettings()) == limit_of(_daily(SWINGING), LimitSettings())


def test_gaps_in_the_reference_are_skipped_and_not_counted() -> None:
    gappy = _daily([np.nan, *SWINGING[:10], np.nan, np.nan, *SWINGING[10:], 50.0])
    assert limit_of(gappy, LimitSettings()).value == limit_of(_daily(SWINGING), LimitSettings()).value


def test_the_reference_is_taken_after_the_last_repair_once_enough_days_followed() -> None:
    worn = [12.0] * 30
    enough = _daily([*worn, *SWINGING], breaks=(30,))
    few = _daily([*worn, *SWINGING[:20]], breaks=(30,))
    assert limit_of(enough, LimitSettings()).value == pytest.approx(10 + 4 * (28 / 27) ** 0.5)
    assert "after maintenance" in limit_of(enough, LimitSettings()).reason
    assert limit_of(few, LimitSettings()).value == pytest.approx(12 * (1 + LEAST_RISE_PCT / 100))


def test_of_stretches_that_are_all_too_short_the_longest_counts() -> None:
    limit = limit_of(_daily([5.0] * 15 + [7.0] * 20, breaks=(15,)), LimitSettings())
    assert limit.value == pytest.approx(7 * 1.02)


def test_a_quantile_stands_with_its_margin() -> None:
    settings = LimitSettings(kind="quantile", quantile=1.0, margin_pct=10)
    assert limit_of(_daily(SWINGING), settings).value == pytest.approx(12.1)


def test_a_constant_series_is_not_crossed_by_the_noise_of_its_transducer() -> None:
    limit = limit_of(_daily([8.0] * 28), LimitSettings())
    assert limit.value == pytest.approx(8.16)
    assert "hardly varied" in limit.reason


def test_a_negative_series_has_its_limit_above_it() -> None:
    assert limit_of(_daily([-8.0] * 28), LimitSettings()).value == pytest.approx(-7.84)


def test_the_nameplate_limits_currents_in_ampere_alone() -> None:
    settings = LimitSettings(kind="nameplate", nameplate_share=1.15)
    assert limit_of(_daily(SWINGING), settings, 10.0).value == pytest.approx(11.5)
    assert "no rated current" in limit_of(_daily(SWINGING), settings).reason
    assert "no rated current" in limit_of(_daily(SWINGING), settings, float("nan")).reason
    heat = limit_of(_daily(SWINGING, quantity="temperature", unit="degC"), settings, 10.0)
    assert not heat.is_known and "not temperature in degC" in heat.reason


def test_the_most_specific_value_of_a_person_wins() -> None:
    user = {"rms_R": 1.0, "M01": 2.0, "M01/rms_R": 3.0}
    assert limit_of(_daily(SWINGING), LimitSettings(user=user)).value == 3.0
    assert limit_of(_daily(SWINGING, quantity="rms_S"), LimitSettings(user=user)).value == 2.0
    assert limit_of(_daily(SWINGING, motor_id="M02"), LimitSettings(user=user)).value == 1.0
    other = limit_of(_daily(SWINGING, motor_id="M02", quantity="rms_S"), LimitSettings(user=user))
    assert other.kind == "sigma"
    assert not limit_of(_daily(SWINGING), LimitSettings(kind="user")).is_known


@pytest.mark.parametrize("values", [[], [np.nan] * 40, [10.0] * 13, [np.inf] * 40])
def test_too_little_gives_no_limit_and_says_why(values: list[float]) -> None:
    limit = limit_of(_daily(values), LimitSettings())
    assert not limit.is_known
    assert "14 are needed" in limit.reason


def test_values_too_large_to_square_give_no_limit() -> None:
    with np.errstate(over="ignore"):
        assert not limit_of(_daily([1e300, -1e300] * 14), LimitSettings()).is_known


def test_hours_are_refused() -> None:
    with pytest.raises(ValueError, match=r"stands on daily means, got steps of 1 h; give the daily series"):
        limit_of(_daily(SWINGING, step_h=1), LimitSettings())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "six"}, "kind of limit must be one of sigma, quantile, nameplate, user, got 'six'"),
        ({"sigmas": 0}, "sigmas must be a positive number, got 0"),
        ({"reference_days": 7}, "reference_days must be at least 14, got 7"),
        ({"quantile": 99}, "quantile must lie between 0.5 and 1, got 99"),
        ({"margin_pct": -1}, "margin_pct must be 0 % or more, got -1"),
        ({"nameplate_share": 0}, "nameplate_share must be positive, got 0"),
        ({"user": {"M01": float("nan")}}, "the user limit of 'M01' must be a finite number, got nan"),
    ],
)
def test_settings_out_of_range_are_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LimitSettings(**changed)
