"""Jitter is measured by the phase noise it makes; noise, loads and grids make none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled_recordings import GOOD, RATES_HZ, clock_of, one_phase, recorded, simulated

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.clock_reasons import JITTER_EXCESS_DB, SINGLE_EXCESS_DB
from diagmod.sim.mechanics import Mechanics, Swing


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("jitter_s", [5e-6, 1e-4, 4e-4])
def test_jitter_is_measured_within_20_percent(fs, jitter_s):
    clock = clock_of(recorded(fs, 8.0, replace(GOOD, jitter_s=jitter_s)).currents, fs)
    assert clock.jitter_s == pytest.approx(jitter_s, rel=0.2)
    assert clock.excess_db > 2 * JITTER_EXCESS_DB


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(3))
def test_jitter_of_a_single_phase_is_measured_within_30_percent(fs, seed):
    """Its mean excess is 4.8 dB: noise that goes with the slope of a sine is three times as strong in its phase."""
    jitter_s = 1e-4
    clock = clock_of(one_phase(recorded(fs, 8.0, replace(GOOD, jitter_s=jitter_s)).currents, seed), fs)
    assert clock.jitter_s == pytest.approx(jitter_s, rel=0.3)
    assert SINGLE_EXCESS_DB < clock.excess_db < 7.0


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("noise_dbc", [-90.0, -70.0, -40.0])
def test_noise_of_an_amplifier_is_as_much_amplitude_as_phase(fs, noise_dbc):
    x = recorded(fs, 8.0, replace(GOOD, noise_dbc=noise_dbc)).currents
    assert abs(clock_of(x, fs).excess_db) < 2.5
    assert abs(clock_of(one_phase(x, 2), fs).excess_db) < 2.5


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", [0, 2, 5, 8])
def test_a_strong_load_oscillation_is_not_jitter(fs, seed):
    """Three oscillations of 5 to 25 % of rated torque below 35 Hz and one at shaft frequency: a forest of lines."""
    rng = np.random.default_rng(seed)
    swings = [Swing(share=float(rng.uniform(0.05, 0.25)), hz=float(rng.uniform(0.5, 35.0))) for _ in range(3)]
    mechanics = Mechanics(swings=(*swings, Swing(share=0.1, shaft_order=1.0)))
    x = simulated(fs, 3.0, seed=seed, load_share=0.5, mechanics=mechanics).currents
    for given, limit_db in ((x, JITTER_EXCESS_DB), (one_phase(x), SINGLE_EXCESS_DB)):
        assert not clock_of(given, fs).excess_db > limit_db


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("share", [0.05, 0.3])
def test_a_timer_that_waits_anew_each_time_is_jitter(fs, share):
    """Every wait errs by a share of a sampling period and the errors add up: a walk, strongest beside the carrier."""
    rng = np.random.default_rng(0)
    t = np.arange(round(8 * fs)) / fs + np.cumsum(rng.normal(0, share / fs, round(8 * fs)))
    x = np.stack([10 * np.cos(2 * np.pi * (50.02 * t - k / 3)) for k in range(3)]) + rng.normal(0, 2e-3, (3, len(t)))
    for given, limit_db in ((x, JITTER_EXCESS_DB), (one_phase(x), SINGLE_EXCESS_DB)):
        clock = clock_of(given, fs)
        assert clock.excess_db > limit_db and 100 * clock.jitter_s * fs > CALIBRATED.jitter_pct


@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_a_piece_too_short_for_noise_leaves_jitter_unknown(seconds):
    clock = clock_of(recorded(5000.0, seconds).currents, 5000.0)
    assert np.isnan(clock.jitter_s) and np.isnan(clock.excess_db) and clock.n_steps == 0


def test_without_a_supply_line_phase_tells_nothing():
    clock = clock_of(np.random.default_rng(0).normal(size=(3, 5000)), 1000.0)
    assert clock.n_steps == 0 and np.isnan(clock.jitter_s)
