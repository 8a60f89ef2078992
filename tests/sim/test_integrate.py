from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from line_fit import bar_sideband_dbc, levels_dbc, phasors
from motulator.drive.model import InductionMachine, StiffMechanicalSystem
from motulator.drive.utils import InductionMachinePars
from numpy.typing import NDArray
from reference_machine import MACHINE
from scipy.integrate import solve_ivp

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.supply import Supply, SupplyPath

HEAVY = Mechanics(inertia_factor=1e4)


@pytest.mark.parametrize("slip", [0.01, 0.03, 0.05, 0.2])
def test_a_run_settles_to_the_equivalent_circuit(slip: float) -> None:
    point = MACHINE.at_slip(slip)
    run = simulate([Experiment(machine=MACHINE, load_share=point.torque_nm / 14.6)], 2000, 1.0)[0]
    assert run.truth.slip == pytest.approx(slip, rel=1e-4)
    assert run.truth.torque_nm == pytest.approx(point.torque_nm, rel=1e-5)
    assert np.sqrt(np.mean(run.currents**2)) == pytest.approx(point.current_a, rel=1e-4)


def test_a_start_from_rest_is_that_of_motulator() -> None:
    """The independent simulator's machine and shaft, fed with the same voltage, integrated by scipy to 1e-9."""
    mechanics = Mechanics(begins_at_rest=True, curve="quadratic")
    run = simulate([Experiment(machine=MACHINE, load_share=0.8, mechanics=mechanics, seed=4)], 5000, 0.5)[0]
    currents, speed = _motulator_start(seed=4, load_share=0.8, times_s=np.arange(2500) / 5000)
    assert np.abs(run.currents[0] - currents).max() < 1e-4 * np.abs(currents).max()
    assert run.truth.rotor_hz == pytest.approx(speed.mean() / (2 * np.pi), rel=1e-4)


def _motulator_start(
    seed: int, load_share: float, times_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    gamma = (MACHINE.stator_leakage_h + MACHINE.magnetising_h) / MACHINE.magnetising_h
    rotor_sum = MACHINE.rotor_leakage_h + MACHINE.magnetising_h
    stator_sum = MACHINE.stator_leakage_h + MACHINE.magnetising_h
    pars = InductionMachinePars(
        n_p=2,
        R_s=MACHINE.stator_resistance_ohm,
        R_r=gamma**2 * MACHINE.rotor_resistance_ohm,
        L_ell=gamma**2 * rotor_sum - stator_sum,
        L_s=stator_sum,
    )
    load_nm = load_share * MACHINE.rated_torque_nm
    settled = MACHINE.sync_rad_s() * (1 - MACHINE.slip_at_torque(load_nm))
    machine = InductionMachine(pars)
    shaft = StiffMechanicalSystem(J=MACHINE.inertia_kgm2, B_L=lambda w: load_nm * w / settled**2)
    path = SupplyPath(Supply(), MACHINE.phase_peak_v, 50.0, 0.5, np.random.default_rng([seed, 1]))

    def slopes(t: float, y: NDArray[np.complex128]) -> list[complex]:
        machine.state.psi_ss, machine.state.psi_rs, shaft.state.w_M, shaft.state.exp_j_theta_M = y
        machine.inp.u_ss, machine.inp.w_M = path.voltages(np.array([t]))[0], y[2]
        machine.set_outputs(t)
        shaft.inp.tau_M = machine.out.tau_M
        shaft.set_outputs(t)
        return [*machine.rhs(), *shaft.rhs()]

    y0 = np.array([0, 0, 0, 1], dtype=complex)
    solved = solve_ivp(slopes, (0, times_s[-1]), y0, t_eval=times_s, rtol=1e-8, atol=1e-8, method="DOP853")
    machine.state.psi_ss, machine.state.psi_rs = solved.y[0], solved.y[1]
    return machine.i_ss.real, solved.y[2].real


def test_a_faultless_spectrum_is_clean_to_the_numerical_floor() -> None:
    run = simulate([Experiment(machine=MACHINE)], 2000, 5.0)[0]
    spectrum = np.abs(np.fft.rfft(run.currents[0] * np.kaiser(10_000, 30)))
    spectrum[230:271] = 0.0  # the carrier's main lobe, 46..54 Hz
    assert 20 * np.log10(spectrum.max() / (6.54 * run.currents[0].size / 50)) < -150


def test_halving_the_step_moves_no_line() -> None:
    experiment = Experiment(
        machine=MACHINE, broken_bars=1, static_gap=0.3, dynamic_gap=0.2, supply=Supply(harmonics_pct={5: 2.0, 7: 1.0})
    )
    coarse, fine = (simulate([experiment], 1000, 5.0, max_step_s=step)[0] for step in (1e-4, 5e-5))
    s, fr = coarse.truth.slip, coarse.truth.rotor_hz
    lines = [50 * (1 - 2 * s), 50 * (1 + 2 * s), 50 * (1 - 4 * s), 50 - fr, 50 + fr, -250.0, 350.0, 50 + 2 * fr]
    levels = [levels_dbc(run.currents, 1000, 50.0, *lines) for run in (coarse, fine)]
    assert np.abs(levels[0] - levels[1]).max() < 0.01
    assert levels[0].min() > -120


def test_at_infinite_inertia_a_broken_bar_has_no_upper_sideband() -> None:
    free, heavy = simulate(
        [Experiment(machine=MACHINE, broken_bars=1, mechanics=Mechanics(inertia_factor=k)) for k in (1.0, 1e4)], 1000, 8
    )
    lower, upper = bar_sideband_dbc(free.currents, 1000, 50.0, free.truth.slip)
    assert abs(lower - upper) < 3
    lower, upper = bar_sideband_dbc(heavy.currents, 1000, 50.0, heavy.truth.slip)
    assert upper < lower - 40


def test_negative_sequence_sees_the_machine_at_slip_two_minus_s() -> None:
    run = simulate([Experiment(machine=MACHINE, mechanics=HEAVY, supply=Supply(v2_over_v1=0.02))], 1000, 4.0)[0]
    positive, negative = phasors(run.currents, 1000, [50.0, -50.0])
    s = run.truth.slip
    expected = 0.02 * abs(MACHINE.at_slip(2 - s).stator_a) / abs(MACHINE.at_slip(s).stator_a)
    assert abs(negative / positive) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("phase", "angle_deg"), [("R", 0.0), ("S", 120.0), ("T", -120.0)])
def test_a_short_adds_a_third_of_its_ampere_turns_to_either_sequence(phase: str, angle_deg: float) -> None:
    """Its current: mu U over r_f + mu k R_s + j w mu k L_ls, k = 1 - 2/3 mu, in the direction of its phase."""
    share, inner = 0.1, 1 - 0.2 / 3
    healthy, shorted = simulate(
        [Experiment(machine=MACHINE, mechanics=HEAVY, short_share=mu, short_phase=phase) for mu in (0.0, share)],
        1000,
        4,
    )
    contact = share * MACHINE.phase_peak_v / (3 * np.sqrt(2) * MACHINE.rated.current_a)
    impedance = contact + share * inner * (3.7 + 2j * np.pi * 50 * 0.0105)
    short_a = share * MACHINE.phase_peak_v / impedance
    before, after = (phasors(run.currents, 1000, [50.0, -50.0]) for run in (healthy, shorted))
    assert abs(after[1]) == pytest.approx(share / 3 * abs(short_a), rel=1e-3)
    assert abs(after[0] - before[0]) == pytest.approx(share / 3 * abs(short_a), rel=1e-3)
    # The product of the sequences' phasors turns by twice the phase's axis.
    axis = np.angle(after[1] * (after[0] - before[0]), deg=True) / 2
    assert np.cos(2 * np.radians(axis - angle_deg)) == pytest.approx(1, abs=1e-3)


def test_eccentricity_moves_the_inductance_only_where_static_and_dynamic_meet() -> None:
    gaps = [(0.3, 0.0), (0.0, 0.3), (0.3, 0.3)]
    runs = simulate([Experiment(machine=MACHINE, static_gap=a, dynamic_gap=b) for a, b in gaps], 1000, 5.0)
    fr = runs[0].truth.rotor_hz
    static, dynamic, mixed = (levels_dbc(run.currents, 1000, 50.0, 50 - fr, 50 + fr).max() for run in runs)
    assert max(static, dynamic) < -140 and mixed > -35


def test_eccentricity_lines_grow_with_the_product_of_both() -> None:
    pair = [Experiment(machine=MACHINE, static_gap=gap, dynamic_gap=0.05) for gap in (0.05, 0.1)]
    runs = simulate(pair, 1000, 5.0)
    levels = [levels_dbc(run.currents, 1000, 50.0, 50 - run.truth.rotor_hz)[0] for run in runs]
    assert levels[1] - levels[0] == pytest.approx(6.02, abs=0.1)


def test_a_heavy_friction_takes_its_torque_from_the_shaft() -> None:
    machine = replace(MACHINE, friction_nms=0.01)
    run = simulate([Experiment(machine=machine, load_share=0.5)], 1000, 1.0)[0]
    assert run.truth.load_share == pytest.approx(0.5, rel=1e-5)
    assert run.truth.torque_nm == pytest.approx(7.3 + 0.01 * 2 * np.pi * run.truth.rotor_hz, rel=1e-5)
