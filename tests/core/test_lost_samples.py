"""Lost samples are counted, however few or many; a load that steps and a grid that wanders lose none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled_recordings import CURRENT, GOOD, RATES_HZ, clock_of, one_phase, recorded, simulated, spread

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.clock_reasons import JITTER_EXCESS_DB
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.signal import Line
from diagmod.sim.supply import Supply


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize("seed", range(3))
def test_lost_samples_are_counted_within_two(fs, n, seed):
    x = recorded(fs, 6.0, seed=seed).currents
    shorter = np.delete(x, spread(n, x.shape[1], seed), axis=1)
    for given in (shorter, one_phase(shorter, seed)):
        clock = clock_of(given, fs)
        assert abs(clock.n_steps - n) <= 2
        assert clock.step_s * fs == pytest.approx(1.0, abs=0.3)


@pytest.mark.parametrize("fs", RATES_HZ)
def test_samples_that_were_put_in_are_counted_as_steps_backwards(fs):
    x = recorded(fs, 6.0).currents
    at = spread(8, x.shape[1], 1)
    clock = clock_of(np.insert(x, at, x[:, at], axis=1), fs)
    assert abs(clock.n_steps - 8) <= 2
    assert clock.step_s * fs == pytest.approx(-1.0, abs=0.3)


def test_several_samples_lost_at_once_are_one_step_of_their_number():
    x = recorded(5000.0, 6.0).currents
    at = (spread(6, x.shape[1], 0)[:, None] + np.arange(4)).ravel()
    clock = clock_of(np.delete(x, at, axis=1), 5000.0)
    assert clock.n_steps == 6
    assert clock.step_s * 5000 == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("n", [3, 10, 40, 160, 640])
def test_however_many_samples_are_lost_the_clock_is_not_believed(fs, n):
    """Few are steps that are counted; many together are timing noise."""
    rng = np.random.default_rng(n + 1)
    x = recorded(fs, 6.0, seed=n).currents
    clock = clock_of(np.delete(x, rng.choice(np.arange(1, x.shape[1] - 1), n, replace=False), axis=1), fs)
    is_noisy = clock.excess_db > JITTER_EXCESS_DB and 100 * clock.jitter_s * fs > CALIBRATED.jitter_pct
    assert clock.n_steps >= 3 or is_noisy


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(2))
def test_a_moving_machine_and_grid_lose_no_samples(fs, seed):
    swings = (Swing(share=0.15, hz=1.7 + seed), Swing(share=0.2, hz=11.0 + 5 * seed), Swing(share=0.1, shaft_order=1.0))
    moving = [
        simulated(fs, 3.0, seed=seed, mechanics=Mechanics(swings=swings)),
        simulated(fs, 3.0, seed=seed, supply=Supply(line_hz=49.97, wander_hz=0.1)),
        simulated(fs, 3.0, seed=seed, load_share=0.1, mechanics=Mechanics(step_share=0.9, step_at_s=1.0)),
        simulated(fs, 3.0, seed=seed, supply=Supply(sag_share=0.2, sag_begin_s=1.5, sag_length_s=0.2)),
        recorded(fs, 4.0, replace(GOOD, noise_dbc=-30.0), seed),
        recorded(fs, 4.0, GOOD, seed, replace(CURRENT, lines=[Line(25.6, -35.0), Line(74.4, -35.0)], i2_over_i1=0.15)),
    ]
    assert [clock_of(run.currents, fs).n_steps for run in moving] == [0] * len(moving)


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(4))
def test_steps_of_the_load_are_not_taken_for_lost_samples(fs, seed):
    """Three times the load rises within 30 ms: each adds 6 to 20 % of current and turns it by 3 to 9 degrees."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(6 * fs)) / fs
    rise = np.zeros_like(t)
    for at_s, size in zip(np.sort(rng.uniform(0.5, 5.5, 3)), rng.uniform(0.3, 1.0, 3), strict=True):
        rise += size * np.where(t > at_s, 1 - np.exp(-np.maximum(t - at_s, 0) / 0.03), 0.0)
    vector = 10 * (1 + 0.2 * rise) * np.exp(1j * (2 * np.pi * 50.02 * t - 0.15 * rise))
    x = np.stack([(vector * np.exp(-2j * np.pi * k / 3)).real for k in range(3)]) + rng.normal(0, 0.002, (3, len(t)))
    assert clock_of(x, fs).n_steps == 0


def test_two_steps_are_too_few_to_be_called_lost_samples():
    x = recorded(5000.0, 6.0).currents
    clock = clock_of(np.delete(x, [8000, 21000], axis=1), 5000.0)
    assert clock.n_steps == 0 and np.isnan(clock.step_s)
