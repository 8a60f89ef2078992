"""Good recorders are good, and a flaw is what its name says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference_machine import MACHINE

from diagmod.core.symmetrical import symmetrical_components
from diagmod.sim.experiment import Experiment, Simulated, simulate
from diagmod.sim.instruments import FLAWS, sample_instrument, spoil
from diagmod.sim.sensor import Sensor


def acquired(flaw: str, load_share: float = 0.5) -> Simulated:
    point = MACHINE.at_slip(MACHINE.slip_at_torque(load_share * MACHINE.rated_torque_nm))
    sensor = spoil(Sensor(), flaw, point.current_a / MACHINE.rated.current_a)
    return simulate([Experiment(machine=MACHINE, load_share=load_share, sensor=sensor)], 5000, 1.0)[0]


def test_a_drawn_recorder_is_a_good_one() -> None:
    for seed in range(30):
        sensor = sample_instrument(np.random.default_rng(seed))
        assert np.abs(np.subtract(sensor.gain, 1)).max() < 0.015
        assert np.abs(sensor.offset_share).max() < 0.01
        assert 0 <= sensor.skew_s <= 2e-6
        assert -75 <= sensor.noise_dbc <= -65
        assert sensor.bits in (14, 16) and 2 <= sensor.range_share <= 3
        assert not (sensor.held_share or sensor.dropped_share or sensor.jitter_s)


def test_held_samples_repeat_three_of_ten() -> None:
    assert acquired("held_samples").acquisition.held / 5000 == pytest.approx(0.3, abs=0.03)


def test_dropped_samples_are_missing_without_a_trace() -> None:
    run = acquired("dropped_samples")
    assert len(run.acquisition.dropped_at) == 10
    assert run.currents.shape == (3, 5000)


@pytest.mark.parametrize("load_share", [0.2, 1.0])
def test_clipping_cuts_the_top_off_at_any_load(load_share: float) -> None:
    """A sine is above 85 % of its peak for 2 acos(0.85) / pi = 35 % of the time."""
    assert acquired("clipped", load_share).acquisition.clipped / 15000 == pytest.approx(0.353, abs=0.01)


def test_swapped_phases_turn_backwards() -> None:
    phasors = acquired("swapped_phases").currents @ np.exp(-2j * np.pi * 50 * np.arange(5000) / 5000)
    _, positive, negative = symmetrical_components(phasors)
    assert np.abs(negative) > 1e3 * np.abs(positive)


def test_jitter_scatters_the_instants_by_a_tenth_of_a_millisecond() -> None:
    instants_s = acquired("jitter").acquisition.instants_s
    assert np.std(instants_s - np.arange(5000) / 5000) == pytest.approx(1e-4, rel=0.05)


def test_a_flaw_leaves_the_rest_of_the_recorder_as_it_is() -> None:
    sensor = sample_instrument(np.random.default_rng(1))
    for flaw, changes in FLAWS.items():
        assert spoil(sensor, flaw, 1.0) == replace(sensor, **changes)


def test_an_unknown_flaw_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"flaw must be one of held_samples, .*, got 'rust'"):
        spoil(Sensor(), "rust", 1.0)
