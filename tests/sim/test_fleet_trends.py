"""The hourly log agrees with the waveforms and shows what an rms can show."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from diagmod.sim.experiment import simulate
from diagmod.sim.faults import FAULTS
from diagmod.sim.fleet import CONDITIONS, plan_fleet
from diagmod.sim.fleet_recordings import experiment_of
from diagmod.sim.fleet_trends import logged_beside, rms_a, runs_at, trend_of
from diagmod.sim.sensor import Sensor


@pytest.fixture(scope="module")
def plan():
    """One motor of each condition over half a year."""
    return plan_fleet(
        seed=5, n_motors=6, recordings_per_motor=4, days=182, start="2026-01-05", fs_hz=2000.0, duration_s=1.0
    )


def last_of(plan, motor_index):
    return [r for r in plan.recordings if r.motor_index == motor_index and not r.damage][-1]


def relative(plan, k):
    """Trend of a motor over the rms of its healthy self at the same load, and its hours."""
    motor = plan.motors[k]
    hours, rms = trend_of(plan, k)
    healthy = rms_a(motor, motor.load_pct[hours] / 100, np.zeros(len(hours)), motor.supply.v2_over_v1)
    return hours, rms / healthy


@pytest.mark.parametrize("k", range(len(CONDITIONS)), ids=lambda k: f"{k}-{CONDITIONS[k]}")
def test_rms_of_the_circuit_is_that_of_the_simulated_waveform(plan, k):
    """A perfect recorder, no harmonics: sequences and short agree to 0.1 %, what is left out is below 0.6 %."""
    motor, r = plan.motors[k], last_of(plan, k)
    experiment = experiment_of(plan, r)
    supply = replace(experiment.supply, line_hz=motor.supply.line_hz, wander_hz=0.0, harmonics_pct={})
    run = simulate([replace(experiment, supply=supply, sensor=Sensor())], 2000, 4.0)[0]
    expected = np.sqrt((run.currents**2).mean(axis=1))
    found = rms_a(motor, np.array([r.load_pct / 100]), np.array([r.severity]), supply.v2_over_v1)[0]
    left_out = motor.condition in ("broken_bar", "eccentricity", "bearing_outer")
    np.testing.assert_allclose(found, expected, rtol=6e-3 if left_out else 1e-3)


def test_trend_is_hourly_with_gaps_where_the_machine_stood(plan):
    """An outage lasts 4 to 29 hours; 182 days have four of them, which may touch; a repair is one more."""
    for k, motor in enumerate(plan.motors):
        hours, rms = trend_of(plan, k)
        steps = np.diff(hours)
        missing = len(motor.load_pct) - len(hours)
        repairs = [visit for visit in motor.service.visits if visit.out_h]
        assert rms.shape == (len(hours), 3)
        assert np.isfinite(rms).all()
        assert (steps >= 1).all()
        assert 1 <= (steps > 1).sum() <= 4 + len(repairs)
        assert 4 <= missing <= 4 * 29 + sum(visit.out_h for visit in repairs)


@pytest.mark.parametrize("condition", ["healthy", *FAULTS])
def test_only_a_short_raises_the_trend_and_most_in_its_own_phase(plan, condition):
    """A tenth of the turns adds some 15 % to its phase at rated load; the rest is hourly scatter below 0.2 %."""
    k = next(k for k, motor in enumerate(plan.motors) if motor.condition == condition)
    _, ratio = relative(plan, k)
    rise = ratio[-300:].mean(axis=0) / ratio[:300].mean(axis=0) - 1
    if condition == "stator_short":
        own = "RST".index(plan.motors[k].ailment.phase)
        assert rise.argmax() == own
        assert 0.1 < rise[own] < 0.4
    else:
        assert np.abs(rise).max() < 2e-3


def test_an_hour_differs_from_the_next_by_load_and_a_percent(plan):
    _, ratio = relative(plan, 0)
    assert 2e-3 < ratio.std() < 1.5e-2


def test_a_supply_without_unbalance_and_equal_phases_give_equal_currents(plan):
    motor = plan.motors[0]
    even = replace(motor.specimen, imperfections=replace(motor.specimen.imperfections, resistance_share=(0, 0, 0)))
    rms = rms_a(replace(motor, specimen=even), np.array([0.4, 1.0]), np.zeros(2), 0.0)
    np.testing.assert_allclose(rms, rms[:, :1].repeat(3, axis=1), rtol=1e-12)
    machine = motor.specimen.machine
    at_no_scatter = machine.at_slip(
        machine.slip_at_torque(machine.rated_torque_nm, motor.supply.line_hz, motor.supply.voltage_share),
        motor.supply.line_hz,
        motor.supply.voltage_share,
    )
    assert rms[1, 0] == pytest.approx(at_no_scatter.current_a, rel=1e-9)


def test_trend_is_the_same_for_the_same_seed(plan):
    np.testing.assert_array_equal(trend_of(plan, 2)[1], trend_of(plan, 2)[1])


def test_wear_is_in_the_current_and_gone_after_the_repair(plan):
    """Motor 1, a pump: the trend over that of its clean machine rises to the repair, and is 1 for a while after it."""
    motor = plan.motors[0]
    (repair,), before = motor.service.visits, motor.service.wear[0]
    hours, rms = trend_of(plan, 0)
    clean = rms_a(motor, motor.duty_pct[hours] / 100, np.zeros(len(hours)), motor.supply.v2_over_v1)
    ratio = (rms / clean).mean(axis=1)
    edges = np.linspace(before.begin_h, repair.start_h, 7).astype(int)
    sixths = [ratio[(hours >= a) & (hours < b)].mean() for a, b in pairwise(edges)]
    assert sixths == sorted(sixths)
    assert sixths[-1] > 1.08
    fresh = (hours >= repair.start_h) & (hours < repair.start_h + 72)
    assert ratio[hours < before.begin_h].mean() == pytest.approx(1, abs=5e-3)
    assert ratio[fresh].mean() == pytest.approx(1, abs=0.02)


def test_nothing_is_logged_while_a_machine_is_repaired(plan):
    for k, motor in enumerate(plan.motors):
        hours, _ = trend_of(plan, k)
        assert runs_at(plan, k)[hours].all() and runs_at(plan, k).sum() == len(hours)
        assert not motor.service.stands_at(hours).any()


def test_a_drifting_transducer_is_in_one_phase_of_the_trend_alone():
    plan = plan_fleet(
        seed=5, n_motors=12, recordings_per_motor=4, days=182, start="2026-01-05", fs_hz=2e3, duration_s=1
    )
    for k in (6, 11):
        drift = plan.motors[k].service.drift
        _, ratio = relative(plan, k)
        rise = ratio[:, "RST".index(drift.phase)] / np.delete(ratio, "RST".index(drift.phase), axis=1).mean(axis=1)
        hours, _ = trend_of(plan, k)
        late = (hours < drift.end_h) & (hours >= drift.due_h - 100)
        assert rise[late].mean() / rise[hours < drift.begin_h].mean() - 1 == pytest.approx(drift.error, rel=0.15)
        after = hours >= drift.end_h
        assert not after.any() or rise[after].mean() == pytest.approx(rise[hours < drift.begin_h].mean(), abs=2e-3)


def test_duty_is_logged_for_most_motors_and_air_for_some_with_scatter(plan):
    hours = np.arange(0, 4368, 3)
    logged = [logged_beside(plan, k, hours) for k in range(6)]
    assert ["load_pct" in beside for beside in logged] == [True] * 5 + [False]
    assert ["ambient_c" in beside for beside in logged] == [False, True] * 3
    error = logged[1]["load_pct"] / plan.motors[1].duty_pct[hours] - 1
    assert abs(error.mean()) < 2e-3 and error.std() == pytest.approx(0.015, rel=0.1)
    assert (logged[1]["ambient_c"] - plan.motors[1].ambient_c[hours]).std() == pytest.approx(0.3, rel=0.1)
    np.testing.assert_array_equal(logged_beside(plan, 1, hours[5:9])["load_pct"], logged[1]["load_pct"][5:9])
