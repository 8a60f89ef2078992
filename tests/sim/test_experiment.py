from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from line_fit import bar_sideband_dbc, levels_dbc, sum_db
from reference_machine import MACHINE

from diagmod.sim.experiment import Experiment, Imperfections, simulate
from diagmod.sim.mechanics import BearingFault, Mechanics, Swing
from diagmod.sim.population import sample_machine
from diagmod.sim.sensor import Sensor
from diagmod.sim.slots import sequence_of_order
from diagmod.sim.supply import Supply


def everything(seed: int) -> Experiment:
    """An experiment that draws in every layer."""
    return Experiment(
        machine=MACHINE,
        broken_bars=0.5,
        short_share=0.02,
        static_gap=0.1,
        dynamic_gap=0.1,
        bearing=BearingFault(shaft_order=3.58),
        supply=Supply(harmonics_pct={5: 1.0}, wander_hz=0.01, v2_over_v1=0.005),
        mechanics=Mechanics(swings=(Swing(share=0.01, hz=3.3), Swing(share=0.01, shaft_order=1.0))),
        sensor=Sensor(noise_dbc=-70.0, jitter_s=1e-6, dropped_share=0.001, held_share=0.001, stamp_step_s=1e-3),
        seed=seed,
    )


def test_the_same_seed_gives_the_same_bytes_in_any_company() -> None:
    alone = simulate([everything(5)], 2000, 1.0)[0]
    among = simulate([everything(4), everything(5)], 2000, 1.0)[1]
    assert alone.currents.tobytes() == among.currents.tobytes()
    assert alone.truth == among.truth
    assert alone.stamps_s is not None and alone.currents.shape == (3, 2000)
    assert simulate([everything(6)], 2000, 1.0)[0].currents.tobytes() != alone.currents.tobytes()


def test_phases_of_a_wire_without_neutral_sum_to_zero() -> None:
    run = simulate([replace(everything(1), sensor=Sensor())], 2000, 1.0)[0]
    assert np.abs(run.currents.sum(axis=0)).max() < 1e-12


def test_sideband_sum_follows_bars_times_rotor_share() -> None:
    """n/N |I_r/I_s| within 2 dB for sampled motors; the study does 25 motors."""
    rng = np.random.default_rng(12)
    for load_share in (0.3, 0.6, 1.0, 0.4, 0.8):
        machine = sample_machine(rng).machine
        run = simulate([Experiment(machine=machine, load_share=load_share, broken_bars=1)], 500, 30.0)[0]
        sidebands = bar_sideband_dbc(run.currents, 500, machine.line_hz, run.truth.slip)
        expected = 20 * np.log10(run.truth.rotor_share / machine.rotor_bars)
        assert abs(sum_db(*sidebands) - expected) < 2


def test_native_asymmetry_is_a_fraction_of_a_bar() -> None:
    """0.04 bar lies 28 dB below one bar."""
    natural = Imperfections(bars=0.04, bar_angle_rad=1.1)
    tiny, whole = simulate(
        [Experiment(machine=MACHINE, imperfections=natural), Experiment(machine=MACHINE, broken_bars=1)], 1000, 10.0
    )
    sums = [sum_db(*bar_sideband_dbc(run.currents, 1000, 50.0, run.truth.slip)) for run in (tiny, whole)]
    assert sums[0] - sums[1] == pytest.approx(-27.96, abs=1)


@pytest.mark.parametrize("hz", [2.1, 7.3])
def test_a_torque_swing_makes_lines_beside_the_carrier(hz: float) -> None:
    swing = Mechanics(swings=(Swing(share=0.02, hz=hz),))
    run = simulate([Experiment(machine=MACHINE, mechanics=swing)], 1000, 10.0)[0]
    lower, upper, elsewhere = levels_dbc(run.currents, 1000, 50.0, 50 - hz, 50 + hz, 50 + 1.37 * hz)
    assert -60 < max(lower, upper) < -30
    assert elsewhere < -100


def test_an_imbalance_follows_the_shaft_not_the_clock() -> None:
    swing = Mechanics(swings=(Swing(share=0.02, shaft_order=1.0),))
    run = simulate([Experiment(machine=MACHINE, load_share=0.9, mechanics=swing)], 1000, 10.0)[0]
    assert levels_dbc(run.currents, 1000, 50.0, 50 - run.truth.rotor_hz)[0] > -60


@pytest.mark.parametrize("load_share", [0.3, 1.0])
def test_slot_harmonics_sit_at_the_true_slip(load_share: float) -> None:
    """28 bars, 2 pole pairs: order 26 = 2 x 13 is linked, order 30 = 2 x 15 is of zero sequence."""
    natural = Imperfections(slot_share=3e-4)
    run = simulate([Experiment(machine=MACHINE, load_share=load_share, imperfections=natural)], 10_000, 5.0)[0]
    low_hz, high_hz = 28 * run.truth.rotor_hz - 50, 28 * run.truth.rotor_hz + 50
    low, mirrored, high = levels_dbc(run.currents, 10_000, 50.0, low_hz, -low_hz, high_hz)
    assert -65 < low < -45
    assert max(mirrored, high) < -120


def test_a_winding_that_links_no_slot_order_shows_them_only_through_eccentricity() -> None:
    """34 bars, 2 pole pairs: orders 32 and 36 cancel. 27 bars: only 26 = 27 - 2 + 1 is linked, at nd = 1."""
    assert [sequence_of_order(order, 2) for order in (32, 36)] == [0, 0]
    machine, natural = replace(MACHINE, rotor_bars=27), Imperfections(slot_share=3e-4)
    plain, moved = simulate(
        [Experiment(machine=machine, imperfections=natural, dynamic_gap=gap) for gap in (0.0, 0.2)], 10_000, 5.0
    )
    side_hz = 28 * moved.truth.rotor_hz - 50
    assert levels_dbc(plain.currents, 10_000, 50.0, side_hz)[0] < -120
    assert levels_dbc(moved.currents, 10_000, 50.0, side_hz)[0] > -75


def test_slot_lines_above_half_the_sampling_rate_are_left_out() -> None:
    run = simulate([Experiment(machine=MACHINE, imperfections=Imperfections(slot_share=1e-2))], 1000, 2.0)[0]
    clean = simulate([Experiment(machine=MACHINE)], 1000, 2.0)[0]
    assert np.array_equal(run.currents, clean.currents)


def test_a_bearing_fault_makes_lines_at_its_tone_from_the_carrier() -> None:
    fault = BearingFault(shaft_order=3.58, torque_share=0.02, gap_share=0.005)
    run = simulate([Experiment(machine=MACHINE, bearing=fault)], 2000, 5.0)[0]
    tone_hz = 3.58 * run.truth.rotor_hz
    levels = levels_dbc(run.currents, 2000, 50.0, 50 - tone_hz, 50 + tone_hz, 50 + 0.7 * tone_hz)
    assert -90 < levels[:2].max() < -60  # weak in current, as measured on real machines
    assert levels[2] < -120


def test_a_joint_makes_negative_sequence() -> None:
    runs = simulate([Experiment(machine=MACHINE, joint_share=(share, 0.0, 0.0)) for share in (0.0, 0.3)], 1000, 4.0)
    clean, joint = (levels_dbc(run.currents, 1000, 50.0, -50.0)[0] for run in runs)
    assert clean < -150 and joint > -35


def test_a_start_from_rest_ends_in_the_steady_state() -> None:
    mechanics = Mechanics(begins_at_rest=True, switch_on_s=0.2, curve="quadratic")
    run = simulate([Experiment(machine=MACHINE, mechanics=mechanics)], 2000, 3.0)[0]
    assert np.all(run.currents[:, :400] == 0.0)
    assert run.truth.slip_max == pytest.approx(1.0, abs=0.01)
    expected_a = MACHINE.at_slip(MACHINE.slip_at_torque(0.75 * 14.6)).current_a
    assert np.sqrt(np.mean(run.currents[:, -400:] ** 2)) == pytest.approx(expected_a, rel=1e-4)
    assert np.abs(run.currents).max() > 5 * expected_a


def test_load_steps_and_drifts_by_what_is_stated() -> None:
    step = Mechanics(step_share=0.5, step_at_s=1.0)
    drift = Mechanics(drift_share_per_s=0.1)
    runs = simulate([Experiment(machine=MACHINE, load_share=0.25, mechanics=k) for k in (step, drift)], 1000, 2.0)
    slips = [MACHINE.slip_at_torque(share * 14.6) for share in (0.25, 0.75)]
    assert runs[0].truth.slip_min == pytest.approx(slips[0], rel=1e-3)
    assert runs[0].truth.slip_max > 0.99 * slips[1]
    assert runs[0].truth.load_share == pytest.approx(0.5, abs=0.02)
    assert runs[1].truth.load_share == pytest.approx(0.35, abs=0.01)


@pytest.mark.parametrize("curve", ["constant", "linear", "quadratic"])
def test_every_load_curve_reaches_the_stated_load(curve: str) -> None:
    run = simulate([Experiment(machine=MACHINE, load_share=0.6, mechanics=Mechanics(curve=curve))], 1000, 1.0)[0]
    assert run.truth.load_share == pytest.approx(0.6, rel=1e-6)


def test_sensors_off_the_grid_sample_the_same_machine() -> None:
    """A clock 100 ppm slow reads 50 Hz as 50.005 Hz over the whole record, its ends included."""
    exact, slow = simulate(
        [Experiment(machine=MACHINE, sensor=sensor, seed=3) for sensor in (Sensor(), Sensor(clock_ppm=100.0))],
        1000,
        5.0,
    )
    times_s = slow.acquisition.instants_s
    peak_a = abs(MACHINE.at_slip(exact.truth.slip).stator_a)
    phase = np.unwrap(np.angle(slow.currents[0] + 1j * (slow.currents[2] - slow.currents[1]) / -np.sqrt(3)))
    rate_hz = np.polyfit(times_s, phase, 1)[0] / (2 * np.pi)
    assert rate_hz == pytest.approx(50.0, abs=1e-6)
    assert np.abs(slow.currents).max() == pytest.approx(peak_a, rel=1e-3)
    assert slow.truth.slip == pytest.approx(exact.truth.slip, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"broken_bars": 5.0}, "broken_bars must be 0 to below N/6, got 5.0 of 28"),
        ({"short_phase": "U"}, "short_phase must be R, S or T, got 'U'"),
        ({"short_share": 0.9}, "short_share must be 0 to 0.5"),
        ({"static_gap": 0.6, "dynamic_gap": 0.5}, "the rotor would rub"),
    ],
)
def test_impossible_experiments_are_refused_in_a_sentence(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Experiment(machine=MACHINE, **changes)


def test_a_load_beyond_breakdown_and_a_missing_rate_are_refused() -> None:
    with pytest.raises(ValueError, match="it would stall"):
        simulate([Experiment(machine=MACHINE, load_share=4.0)], 1000, 1.0)
    with pytest.raises(ValueError, match="fs must be positive, got 0"):
        simulate([Experiment(machine=MACHINE)], 0, 1.0)
