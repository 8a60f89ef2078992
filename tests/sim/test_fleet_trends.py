"""The hourly log agrees with the waveforms and shows what an rms can show."""

from dataclasses import replace

import numpy as np
import pytest

from diagmod.sim.experiment import simulate
from diagmod.sim.faults import FAULTS
from diagmod.sim.fleet import CONDITIONS, plan_fleet
from diagmod.sim.fleet_recordings import experiment_of
from diagmod.sim.fleet_trends import rms_a, trend_of
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
    run = simulate([replace(experiment, supply=supply, sensor=Sensor())], 2000, 2.0)[0]
    expected = np.sqrt((run.currents**2).mean(axis=1))
    found = rms_a(motor, np.array([r.load_pct / 100]), np.array([r.severity]), supply.v2_over_v1)[0]
    left_out = motor.condition in ("broken_bar", "eccentricity", "bearing_outer")
    np.testing.assert_allclose(found, expected, rtol=6e-3 if left_out else 1e-3)


def test_trend_is_hourly_with_gaps_where_the_machine_stood(plan):
    """An outage lasts 4 to 29 hours; 182 days have four of them, which may touch."""
    for k, motor in enumerate(plan.motors):
        hours, rms = trend_of(plan, k)
        steps = np.diff(hours)
        missing = len(motor.load_pct) - len(hours)
        assert rms.shape == (len(hours), 3)
        assert np.isfinite(rms).all()
        assert (steps >= 1).all()
        assert 1 <= (steps > 1).sum() <= 4
        assert 4 <= missing <= 4 * 29


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
