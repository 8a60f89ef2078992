from __future__ import annotations

import numpy as np
import pytest
from line_fit import phasors
from numpy.typing import NDArray
from reference_machine import MACHINE

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.supply import Supply, SupplyPath

TIMES_S = np.arange(100_000) / 10_000


def path_of(supply: Supply, seed: int = 0) -> SupplyPath:
    """Ten seconds of a 230 V peak supply rated 50 Hz."""
    return SupplyPath(supply, 230.0, 50.0, 10.0, np.random.default_rng(seed))


def lines(voltage: NDArray[np.complex128], *hz: float) -> NDArray[np.float64]:
    """Amplitudes of lines of ten seconds of space vector, each on a bin."""
    spectrum = np.fft.fft(voltage) / voltage.size
    return np.abs(spectrum[[round(line * 10) for line in hz]])


def test_unbalance_turns_backwards_with_its_share() -> None:
    forward, backward = lines(path_of(Supply(v2_over_v1=0.02j)).voltages(TIMES_S), 50, -50)
    assert (forward, backward) == pytest.approx((230, 4.6))


def test_harmonics_have_the_sequence_of_their_order() -> None:
    """5 and 11 turn backwards, 7 and 13 forwards, 9 is of zero sequence and drives nothing."""
    supply = Supply(harmonics_pct={5: 2.0, 7: 1.0, 9: 5.0, 11: 0.5})
    assert lines(path_of(supply).voltages(TIMES_S), -250, 350, -550, 250, 450) == pytest.approx(
        [4.6, 2.3, 1.15, 0, 0], abs=1e-9
    )


def test_flicker_makes_two_lines_of_half_its_depth() -> None:
    supply = Supply(flicker_share=0.02, flicker_hz=8.8)
    assert lines(path_of(supply).voltages(TIMES_S), 41.2, 58.8) == pytest.approx([2.3, 2.3])


def test_a_sag_lowers_the_voltage_while_it_lasts() -> None:
    level = np.abs(path_of(Supply(sag_share=0.3, sag_begin_s=2.0, sag_length_s=0.5)).voltages(TIMES_S))
    assert level[[19_999, 20_000, 24_999, 25_000]] == pytest.approx([230, 161, 161, 230])


def test_a_wandering_frequency_has_its_spread_and_its_phase_is_its_integral() -> None:
    paths = [path_of(Supply(wander_hz=0.02), seed) for seed in range(200)]
    assert np.std([path.hz(np.array([9.95]))[0] for path in paths]) == pytest.approx(
        0.02 * np.sqrt(1 - np.exp(-1)), rel=0.2
    )
    angle = paths[3].angle_rad(TIMES_S)
    middle_hz = paths[3].hz((TIMES_S[1:] + TIMES_S[:-1]) / 2)
    assert np.diff(angle) / (2 * np.pi * 1e-4) == pytest.approx(middle_hz, abs=1e-6)


def test_a_converter_holds_volts_per_hertz_and_adds_lines_around_its_carrier() -> None:
    supply = Supply(line_hz=40.0, switching_hz=2000.0, switching_share=0.1)
    voltage = path_of(supply).voltages(TIMES_S)
    assert lines(voltage, 40) == pytest.approx([184])  # 230 x 40/50
    assert lines(voltage, 2000 - 80, -(2000 + 80), 4000 + 40, -(4000 - 40)) == pytest.approx([9.2, 9.2, 18.4, 18.4])


def test_a_converter_above_rated_frequency_weakens_the_field() -> None:
    assert path_of(Supply(line_hz=60.0)).voltage_share == 1.0
    assert path_of(Supply(line_hz=49.9)).voltage_share == 1.0  # a grid, not a converter


def test_control_ripple_sways_frequency_and_voltage_together() -> None:
    path = path_of(Supply(control_share=0.001, control_hz=3.0))
    assert np.ptp(path.hz(TIMES_S)) == pytest.approx(0.1)
    assert np.abs(path.voltages(TIMES_S)).max() == pytest.approx(230.23)
    angle = path.angle_rad(TIMES_S)
    assert np.diff(angle) / (2 * np.pi * 1e-4) == pytest.approx(path.hz(TIMES_S[1:] - 0.5e-4), abs=1e-4)


def test_a_fifth_harmonic_meets_the_impedance_of_the_machine_at_its_slip() -> None:
    stiff = Mechanics(inertia_factor=1e4)  # else the torque ripple at 6 f adds 0.2 %
    run = simulate([Experiment(machine=MACHINE, mechanics=stiff, supply=Supply(harmonics_pct={5: 2.0}))], 10_000, 2.0)[
        0
    ]
    fifth = abs(phasors(run.currents, 10_000, [50.0, -250.0])[1])
    slip = (5 + (1 - run.truth.slip)) / 5
    assert fifth == pytest.approx(0.02 * abs(MACHINE.at_slip(slip, 250.0).stator_a), rel=1e-4)


@pytest.mark.parametrize("line_hz", [49.9, 50.0, 51.3, 35.0])
def test_the_truth_tells_the_frequency_of_the_supply(line_hz: float) -> None:
    run = simulate([Experiment(machine=MACHINE, load_share=0.4, supply=Supply(line_hz=line_hz))], 2000, 2.0)[0]
    other, carrier = np.abs(phasors(run.currents, 2000, [line_hz - 3, line_hz]))
    assert run.truth.line_hz == pytest.approx(line_hz, abs=1e-9)
    assert other < 1e-6 * carrier


def test_impossible_supplies_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="line_hz must be positive, got 0"):
        Supply(line_hz=0.0)
    with pytest.raises(ValueError, match="harmonic orders start at 2, got 1"):
        Supply(harmonics_pct={1: 3.0})
    with pytest.raises(ValueError, match="wander_hz must be zero or more, got -1"):
        Supply(wander_hz=-1.0)
