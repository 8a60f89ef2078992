from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference_machine import MACHINE


@pytest.mark.parametrize(
    ("slip", "torque_nm", "peak_a"),
    [(0.01, 3.9622, 4.7715), (0.03, 11.1514, 6.0435), (0.05, 17.3746, 7.9054), (0.2, 40.3456, 20.5437)],
)
def test_torque_and_current_are_those_of_the_reference_table(slip: float, torque_nm: float, peak_a: float) -> None:
    point = MACHINE.at_slip(slip)
    assert point.torque_nm == pytest.approx(torque_nm, rel=1e-5)
    assert abs(point.stator_a) == pytest.approx(peak_a, rel=1e-5)
    assert point.current_a == pytest.approx(peak_a / np.sqrt(2), rel=1e-5)


def test_at_synchronous_speed_only_the_magnetising_current_flows() -> None:
    """400 V / sqrt 3 over |3.7 + j 2 pi 50 0.2245| ohm = 230.94 / 70.63 = 3.2699 A."""
    point = MACHINE.at_slip(0.0)
    assert point.current_a == pytest.approx(3.2699, rel=1e-4)
    assert point.torque_nm == 0.0 and point.rotor_share == 0.0


@pytest.mark.parametrize("slip", [-0.05, -0.001, 0.0005, 0.03, 0.15])
def test_slip_of_a_torque_undoes_torque_of_a_slip(slip: float) -> None:
    machine = replace(MACHINE, friction_nms=0.003)
    shaft_nm = machine.at_slip(slip).torque_nm - 0.003 * machine.sync_rad_s() * (1 - slip)
    assert machine.slip_at_torque(shaft_nm) == pytest.approx(slip, abs=1e-12)


def test_power_through_the_air_gap_is_input_less_stator_loss() -> None:
    point = MACHINE.at_slip(0.04)
    input_w = 1.5 * point.stator_a.real * MACHINE.phase_peak_v
    gap_w = point.torque_nm * MACHINE.sync_rad_s()
    assert gap_w == pytest.approx(input_w - 1.5 * 3.7 * abs(point.stator_a) ** 2, rel=1e-12)


def test_no_slip_gives_more_than_the_breakdown_torque() -> None:
    torques = [MACHINE.at_slip(slip).torque_nm for slip in np.linspace(0.01, 1, 1000)]
    assert MACHINE.breakdown.torque_nm == pytest.approx(max(torques), rel=1e-5)
    assert MACHINE.breakdown.torque_nm >= max(torques)


def test_the_nameplate_tells_what_the_circuit_does() -> None:
    motor = MACHINE.nameplate("M7", bearing="6206")
    assert (motor.pole_pairs, motor.rotor_bars, motor.line_hz, motor.bearing) == (2, 28, 50.0, "6206")
    assert motor.rated_slip == pytest.approx(MACHINE.rated.slip, abs=0.5 / 1500)
    assert motor.rated_current_a == pytest.approx(MACHINE.rated.current_a, rel=0.005)
    assert motor.rated_power_kw == pytest.approx(2.2, abs=0.05)


def test_impossible_machines_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="magnetising_h must be positive, got 0"):
        replace(MACHINE, magnetising_h=0.0)
    with pytest.raises(ValueError, match=r"rated_torque_nm 60 needs 60 N m in the air gap, above the breakdown"):
        replace(MACHINE, rated_torque_nm=60.0)
    with pytest.raises(ValueError, match="it would stall"):
        MACHINE.slip_at_torque(50.0)
