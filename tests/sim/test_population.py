from __future__ import annotations

import numpy as np
import pytest
from line_fit import levels_dbc

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply, shows_slot_harmonics

SPECIMENS = [sample_machine(np.random.default_rng(seed), f"M{seed}") for seed in range(30)]


def test_every_draw_is_a_plausible_motor() -> None:
    for specimen in SPECIMENS:
        machine, rated = specimen.machine, specimen.machine.rated
        assert 1 <= machine.pole_pairs <= 4 and 24 <= machine.rotor_bars <= 52
        assert 0.01 <= rated.slip <= 0.06
        assert 0.3 <= machine.at_slip(0.0).current_a / rated.current_a <= 0.6
        assert 2 <= machine.breakdown.torque_nm / machine.rated_torque_nm <= 3.5
        power_kw = machine.rated_torque_nm * machine.sync_rad_s() * (1 - rated.slip) / 1e3
        assert power_kw * (1 + 1e-9) >= 0.75 and power_kw <= 90 * (1 + 1e-9)


def test_efficiency_and_power_factor_are_those_of_real_motors() -> None:
    for specimen in SPECIMENS:
        machine, rated = specimen.machine, specimen.machine.rated
        shaft_w = machine.rated_torque_nm * machine.sync_rad_s() * (1 - rated.slip)
        input_w = 1.5 * rated.stator_a.real * machine.phase_peak_v
        assert 0.75 < shaft_w / input_w < 0.985
        assert 0.6 < rated.stator_a.real / abs(rated.stator_a) < 0.95


def test_the_nameplate_is_consistent_with_the_machine() -> None:
    for specimen in SPECIMENS:
        machine, motor = specimen.machine, specimen.motor
        assert motor.rated_slip == pytest.approx(machine.rated.slip, abs=1 / motor.sync_rpm)
        assert motor.rotor_bars == machine.rotor_bars
        assert motor.bearing is not None and len(motor.bearing) == 4


def test_the_same_generator_state_draws_the_same_motor() -> None:
    assert sample_machine(np.random.default_rng(7)) == sample_machine(np.random.default_rng(7))


def test_a_healthy_motor_has_the_natural_levels() -> None:
    """f +- fr at -65..-50 dBc; slot lines at -70..-45 dBc where the winding links them, none elsewhere."""
    for specimen in SPECIMENS[:8]:
        machine, natural = specimen.machine, specimen.imperfections
        run = simulate([Experiment(machine=machine, load_share=1.0, imperfections=natural)], 12_000, 4.0)[0]
        f, fr, bars = machine.line_hz, run.truth.rotor_hz, machine.rotor_bars
        assert -66 < levels_dbc(run.currents, 12_000, f, f - fr, f + fr).max() < -49
        slot = levels_dbc(run.currents, 12_000, f, *(sign * (bars * fr + k * f) for sign in (-1, 1) for k in (-1, 1)))
        assert (-71 < slot.max() < -44) == shows_slot_harmonics(machine)


def test_a_drawn_supply_is_an_ordinary_grid() -> None:
    for seed, specimen in enumerate(SPECIMENS):
        supply = sample_supply(np.random.default_rng(seed), specimen.machine)
        assert supply.line_hz == pytest.approx(specimen.machine.line_hz, abs=0.1)
        assert abs(supply.v2_over_v1) <= 0.01
