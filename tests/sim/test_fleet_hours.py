"""Hours of the plan: what is asked of a motor, what it takes, and that neither future nor service rewrites the rest."""

import numpy as np
import pytest

from diagmod.sim.fleet import plan_fleet
from diagmod.sim.fleet_service import ServiceHistory
from diagmod.sim.fleet_trends import trend_of

DEMO = {"seed": 20260105, "n_motors": 12, "recordings_per_motor": 18, "days": 182, "start": "2026-01-05"}
DEMO |= {"fs_hz": 5000.0, "duration_s": 6.0}


@pytest.fixture(scope="module")
def fleet():
    return plan_fleet(**DEMO)


def test_load_is_duty_times_wear_and_for_a_fan_times_the_density_of_air(fleet):
    hours = np.arange(len(fleet.motors[0].duty_pct))
    assert len(hours) == (182 + 60) * 24
    for motor in fleet.motors:
        air = 285.15 / (273.15 + motor.ambient_c) if motor.motor.name.startswith("Fan") else 1.0
        expected = np.minimum(motor.duty_pct * (1 + motor.service.wear_at(hours)) * air, 110)
        np.testing.assert_allclose(motor.planned_load_pct, expected, rtol=1e-12)
        np.testing.assert_array_equal(motor.load_pct, motor.planned_load_pct[: 182 * 24])


def test_hours_beyond_the_period_change_nothing_within_it(fleet, monkeypatch):
    monkeypatch.setattr("diagmod.sim.fleet.AHEAD_DAYS", 0)
    alone = plan_fleet(**DEMO)
    assert alone.recordings == fleet.recordings
    for one, two in zip(alone.motors, fleet.motors, strict=True):
        np.testing.assert_array_equal(one.planned_load_pct, two.load_pct)
        np.testing.assert_array_equal(one.ambient_c, two.ambient_c[: one.n_hours])


def test_service_changes_neither_machine_nor_fault_nor_grid_nor_recorder_nor_duty(fleet, monkeypatch):
    monkeypatch.setattr("diagmod.sim.fleet.draw_service", lambda *_: ServiceHistory())
    idle = plan_fleet(**DEMO)
    assert {m.service.kind for m in idle.motors} == {"nothing"} != {m.service.kind for m in fleet.motors}
    for one, two in zip(idle.motors, fleet.motors, strict=True):
        named = [(m.specimen, m.ailment, m.onset_h, m.supply, m.sensor, m.curve) for m in (one, two)]
        assert named[0] == named[1]
        if not two.service.steps:
            np.testing.assert_array_equal(one.duty_pct, two.duty_pct)


def test_a_fault_goes_on_growing_beyond_the_period(fleet):
    motor = next(m for m in fleet.motors if m.condition != "healthy")
    last = motor.n_hours - 1
    assert motor.severity_at(last + (motor.n_hours - motor.onset_h)) == pytest.approx(2.0)


def test_nothing_happens_to_the_motors_of_a_study_and_its_loads_are_what_they_always_were():
    study = plan_fleet(**(DEMO | {"seed": 1}), fleet="study")
    for motor in study.motors:
        assert motor.service == ServiceHistory()
        assert len(motor.duty_pct) == motor.n_hours == 91 * 24
        np.testing.assert_array_equal(motor.load_pct, motor.duty_pct)
    np.testing.assert_allclose(study.motors[0].load_pct[:4], [43.650204, 50.05163, 50.514625, 54.066877], atol=1e-6)
    hours, rms = trend_of(study, 107)
    assert hours[-1] == 2183
    np.testing.assert_allclose(rms[-1], [86.40582631, 90.88549443, 80.88021982], rtol=1e-8)
