"""The truth about trends is what a noise-free historian would log; the demo fleet crosses limits, now and later."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from diagmod.sim.fleet import plan_fleet
from diagmod.sim.fleet_trends import trend_of
from diagmod.sim.fleet_truth import crossing, daily_truth, limits_a
from diagmod.sim.sensor import Sensor

DEMO = {"seed": 20260105, "n_motors": 12, "recordings_per_motor": 18, "days": 182, "start": "2026-01-05"}
DEMO |= {"fs_hz": 5000.0, "duration_s": 6.0}
DAYS = np.arange("2026-01-05", "2026-01-15", dtype="datetime64[D]")


@pytest.fixture(scope="module")
def fleet():
    return plan_fleet(**DEMO)


def crossed(plan, k, kind, phase=0):
    truth = daily_truth(plan, k)
    limit = limits_a(truth, plan.motors[k].motor.rated_current_a, phase)[kind]
    return crossing(truth.days, truth.rms[:, phase], limit), truth.days[truth.n_known - 1]


def without_wear(plan, k):
    motors = list(plan.motors)
    motors[k] = replace(motors[k], service=replace(motors[k].service, wear=()))
    return replace(plan, motors=tuple(motors))


def test_truth_is_the_daily_mean_of_a_trend_without_noise_recorder_or_drift(fleet, monkeypatch):
    monkeypatch.setattr("diagmod.sim.fleet_trends.HOURLY_READING", 0.0)
    monkeypatch.setattr("diagmod.sim.fleet_trends.HOURLY_V2", 0.0)
    for k in (0, 4, 5, 6):
        truth = daily_truth(fleet, k)
        motors = list(fleet.motors)
        motors[k] = replace(motors[k], sensor=Sensor(), service=replace(motors[k].service, drift=None))
        hours, rms = trend_of(replace(fleet, motors=tuple(motors)), k)
        for day in range(182):
            rows = rms[hours // 24 == day]
            if len(rows):
                np.testing.assert_allclose(truth.rms[day], rows.mean(axis=0), rtol=1e-12)
            else:
                assert np.isnan(truth.rms[day]).all()


def test_truth_has_every_day_of_the_period_and_sixty_beyond(fleet):
    truth = daily_truth(fleet, 0)
    assert truth.days[0].item() == date(2026, 1, 5) and truth.days[-1].item() == date(2026, 9, 3)
    assert (len(truth.days), truth.n_known) == (242, 182)
    assert np.isfinite(truth.rms[182:]).all()


def test_at_least_three_motors_cross_by_wear_within_the_period(fleet):
    """What would cross no later without wear does not count."""
    within = []
    for k, motor in enumerate(fleet.motors):
        day, last = crossed(fleet, k, "start_110pct")
        if not motor.service.wear or day is None:
            continue
        otherwise, _ = crossed(without_wear(fleet, k), k, "start_110pct")
        if (otherwise is None or otherwise > day) and day <= last:
            within.append(motor.motor.motor_id)
    assert len(within) >= 3


def test_some_limit_is_crossed_only_after_the_last_logged_day(fleet):
    days = [crossed(fleet, k, "nameplate") for k in range(12)]
    assert any(day is not None and day > last for day, last in days)


def test_rated_current_is_crossed_by_some_and_not_by_most(fleet):
    days = [crossed(fleet, k, "nameplate")[0] for k in range(12)]
    assert 2 <= sum(day is not None for day in days) <= 6


def test_a_motor_without_wear_stays_in_reach_of_its_plate(fleet):
    for k, motor in enumerate(fleet.motors):
        most = np.nanmax(daily_truth(fleet, k).rms) / motor.motor.rated_current_a
        assert most < (1.35 if motor.condition == "stator_short" else 1.2)


def test_a_limit_is_crossed_on_the_first_of_two_days_above_it():
    values = np.array([1.0, 3.0, 2.0, 2.0, 3.0, np.nan, 3.0, 1.0, 1.0, 1.0])
    assert crossing(DAYS, values, 2.0) == DAYS[4], "a day of standstill is left out; equal is not above"
    assert crossing(DAYS, values, 3.0) is None
    assert crossing(DAYS, values, 0.5) == DAYS[0]
    assert crossing(DAYS[:1], values[:1], 0.5) is None, "one day is not enough to tell"
    assert crossing(DAYS, np.full(10, np.nan), 0.0) is None
    assert crossing(DAYS, values, float("nan")) is None


def test_start_is_the_mean_of_the_first_four_weeks_or_of_a_shorter_period(fleet):
    truth = daily_truth(fleet, 1)
    assert limits_a(truth, 7.0, 2) == {
        "nameplate": 7.0,
        "start_110pct": pytest.approx(1.1 * np.nanmean(truth.rms[:28, 2]), rel=1e-12),
    }
    short = daily_truth(plan_fleet(**(DEMO | {"days": 5, "recordings_per_motor": 2})), 1)
    known = short.rms[:5, 2]
    expected = 1.1 * known[np.isfinite(known)].mean()
    assert limits_a(short, 7.0, 2)["start_110pct"] == pytest.approx(expected, rel=1e-12)


def test_days_are_calendar_days_whatever_hour_the_plan_begins():
    plan = plan_fleet(**(DEMO | {"days": 5, "recordings_per_motor": 2, "start": "2026-01-05T20:00+02:00"}))
    truth = daily_truth(plan, 0)
    assert truth.days[0].item() == date(2026, 1, 5) and truth.days[-1].item() == date(2026, 3, 11)
    assert truth.n_known == 6
