"""Uneven sampling leaves a trace in the current: each is found and measured, and an even clock leaves none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sampled_recordings import CURRENT, GOOD, RATES_HZ, one_phase, recorded, simulated, spread

from diagmod.core.acquisition_reasons import (
    FEW_REPEATS_PCT,
    JITTER_EXCESS_DB,
    JITTER_SHARE,
    REPEATS_PCT,
    SINGLE_EXCESS_DB,
)
from diagmod.core.clock import REPEAT_SAMPLES, Clock, converter_step, measure_clock
from diagmod.core.prepared import prepare
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.signal import Line
from diagmod.sim.supply import Supply

#: A recorder of 12 bits over three times the rated peak: steps of 60 A / 4096.
COARSE = replace(GOOD, bits=12)


def clock_of(currents: NDArray[np.floating], fs: float, stamps_s: NDArray[np.float64] | None = None) -> Clock:
    return measure_clock(currents, prepare(currents, fs), stamps_s)


def even_stamps(fs: float, duration_s: float, begin_s: float = 0.0) -> NDArray[np.float64]:
    return begin_s + np.arange(round(fs * duration_s)) / fs


def stamps_only(stamps_s: NDArray[np.float64], fs: float) -> Clock:
    """Clock of a good current with these stamps."""
    return clock_of(recorded(fs, len(stamps_s) / fs).currents, fs, stamps_s)


# --- steps of the converter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("bits", [6, 8, 12, 16])
def test_the_step_of_a_converter_is_found(fs, bits):
    """60 A over 2^bits, in double and in single precision, whatever the unit."""
    x = recorded(fs, 3.0, replace(GOOD, bits=bits)).currents[0]
    step = 60 / 2**bits
    for scale in (1.0, 1e-9, 1e6):
        assert converter_step(scale * x) == pytest.approx(scale * step, rel=1e-6)
    assert converter_step(x.astype(np.float32)) == pytest.approx(step, rel=1e-3)


def test_counts_of_a_converter_stand_on_steps_of_one():
    assert converter_step(np.round(100 * recorded(1000.0, 3.0).currents[0]).astype(np.int16)) == 1.0


@pytest.mark.parametrize("fs", RATES_HZ)
def test_numbers_of_four_significant_digits_stand_on_the_step_of_the_largest(fs):
    """9.876 A in steps of a milliampere, 0.1234 A in finer ones."""
    row = recorded(fs, 3.0, replace(GOOD, bits=None)).currents[0] * 0.9
    written = np.array([float(f"{value:.4g}") for value in row])
    assert converter_step(written) == pytest.approx(1e-3, rel=1e-3)


@pytest.mark.parametrize("fs", [1000.0, 2000.0, 5000.0])
@pytest.mark.parametrize("phase", np.linspace(0, np.pi, 7))
def test_a_few_values_that_come_again_and_again_are_no_steps(fs, phase):
    """Exactly 50 Hz: 20, 40 or 100 values in all."""
    x = 10 * np.cos(2 * np.pi * 50 * np.arange(round(2 * fs)) / fs + phase)
    assert converter_step(x) == 0.0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_current_that_stands_on_no_grid_has_no_step(dtype):
    x = recorded(5000.0, 3.0, replace(GOOD, bits=None)).currents[0].astype(dtype)
    assert converter_step(x) == 0.0


@pytest.mark.parametrize("row", [np.zeros(100), np.full(100, 3.3), np.empty(0), np.ones(1)])
def test_a_constant_row_has_no_step(row):
    assert converter_step(row) == 0.0


# --- held samples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("share", [0.003, 0.3])
@pytest.mark.parametrize("sensor", [GOOD, COARSE])
def test_the_share_of_held_samples_is_measured_within_30_percent(fs, share, sensor):
    sampled = recorded(fs, 4.0, replace(sensor, held_share=share))
    true_pct = 100 * sampled.held / (4 * fs)
    assert clock_of(sampled.currents, fs).repeat_pct == pytest.approx(true_pct, rel=0.3)
    assert clock_of(one_phase(sampled.currents, 1), fs).repeat_pct == pytest.approx(true_pct, rel=0.35)


def test_held_samples_of_a_long_recording_are_counted_in_spread_blocks():
    sampled = recorded(25600.0, 24.0, replace(GOOD, held_share=0.02))
    assert sampled.currents.shape[1] > REPEAT_SAMPLES
    assert clock_of(sampled.currents, 25600.0).repeat_pct == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("seed", range(3))
def test_a_good_recorder_holds_no_sample(fs, seed):
    for x in (recorded(fs, 4.0, seed=seed).currents, simulated(fs, 1.0, seed=seed).currents):
        assert clock_of(x, fs).repeat_pct == 0.0


@pytest.mark.parametrize("fs", [5000.0, 25600.0, 51200.0])
@pytest.mark.parametrize("bits", [6, 8, 10])
@pytest.mark.parametrize("noise_dbc", [-70.0, -np.inf])
def test_a_coarse_converter_is_not_taken_for_held_samples(fs, bits, noise_dbc):
    """8 bits over +-30 A are steps of 0.23 A; at 25.6 kHz the current moves by 0.12 A a sample at most."""
    x = recorded(fs, 1.2, replace(GOOD, bits=bits, noise_dbc=noise_dbc)).currents
    assert not clock_of(x, fs).repeat_pct >= FEW_REPEATS_PCT
    if (bits, fs) == (8, 25600.0):
        assert np.isnan(clock_of(x, fs).repeat_pct)


@pytest.mark.parametrize("fs", [5000.0, 25600.0, 51200.0])
@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("noise_dbc", [-60.0, -50.0, -40.0])
def test_codes_that_noise_repeats_are_not_taken_for_held_samples(fs, bits, noise_dbc):
    """12 bits and noise of -40 dB: 0.1 A from sample to sample are seven steps, so one in 17 repeats by chance."""
    x = recorded(fs, 1.2, replace(GOOD, bits=bits, noise_dbc=noise_dbc)).currents
    assert not clock_of(x, fs).repeat_pct >= FEW_REPEATS_PCT


def test_held_samples_are_found_beside_those_that_noise_repeats():
    sensor = replace(COARSE, noise_dbc=-50.0)
    by_chance, held = (recorded(25600.0, 4.0, replace(sensor, held_share=share)).currents for share in (0.0, 0.2))
    assert clock_of(by_chance, 25600.0).repeat_pct == 0.0
    assert clock_of(held, 25600.0).repeat_pct == pytest.approx(20.0, rel=0.3)


def test_a_clipped_current_is_not_taken_for_held_samples():
    x = recorded(5000.0, 4.0, replace(GOOD, range_share=0.7)).currents
    assert clock_of(x, 5000.0).repeat_pct == 0.0


# --- lost samples -----------------------------------------------------------------------------------------------------


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
    is_noisy = clock.excess_db > JITTER_EXCESS_DB and clock.jitter_s * fs > JITTER_SHARE
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


# --- jitter -----------------------------------------------------------------------------------------------------------


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
        assert clock.excess_db > limit_db and clock.jitter_s * fs > JITTER_SHARE


@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_a_piece_too_short_for_noise_leaves_jitter_unknown(seconds):
    clock = clock_of(recorded(5000.0, seconds).currents, 5000.0)
    assert np.isnan(clock.jitter_s) and np.isnan(clock.excess_db) and clock.n_steps == 0


def test_without_a_supply_line_phase_tells_nothing():
    clock = clock_of(np.random.default_rng(0).normal(size=(3, 5000)), 1000.0)
    assert clock.n_steps == 0 and np.isnan(clock.jitter_s)


# --- time stamps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("step_s", [1e-3, 1e-2, 1e-4, 1e-6, 1 / 25600, 1 / 1024, 1 / 64, 1e-9])
@pytest.mark.parametrize("begin_s", [0.0, 1.7e9])
def test_an_even_clock_read_on_any_grid_is_even(fs, step_s, begin_s):
    """Decimal steps, and those of counters that tick 25600, 1024 or 64 times a second; also as times of today."""
    stamps_s = begin_s + step_s * np.floor(even_stamps(fs, 4.0) / step_s + 1e-6)
    clock = stamps_only(stamps_s, fs)
    assert clock.stamps_rise
    assert clock.stamp_jitter_s * fs < JITTER_SHARE
    assert clock.stamp_gap_s <= 1.1 * max(step_s, 1 / fs) + step_s


@pytest.mark.parametrize(
    ("fs", "step_s", "shown_s"), [(25600.0, 1e-3, 1e-3), (25600.0, 1 / 1024, 1 / 1024), (1000.0, 1e-2, 1e-2)]
)
def test_the_resolution_of_coarse_stamps_is_found(fs, step_s, shown_s):
    clock = stamps_only(step_s * np.floor(even_stamps(fs, 4.0) / step_s + 1e-6), fs)
    assert clock.stamp_step_s == pytest.approx(shown_s, rel=1e-6)


@pytest.mark.parametrize("fs", [*RATES_HZ, 12_000.0])
def test_stamps_as_fine_as_the_clock_are_even(fs):
    clock = stamps_only(even_stamps(fs, 4.0), fs)
    assert clock.stamp_jitter_s == 0.0
    assert clock.stamp_gap_s == pytest.approx(1 / fs)


def test_a_clock_that_drifts_slowly_is_even():
    """300 ppm off, and 20 ppm a second more: a smooth clock is no jitter."""
    sampled = recorded(5000.0, 4.0, replace(GOOD, stamp_step_s=1e-6, clock_ppm=300.0, clock_ppm_per_s=20.0))
    assert clock_of(sampled.currents, 5000.0, sampled.stamps_s).stamp_jitter_s * 5000 < JITTER_SHARE


@pytest.mark.parametrize("jitter_s", [3e-5, 1e-4, 3e-4])
@pytest.mark.parametrize("begin_s", [0.0, 1.7e9])
def test_fine_stamps_of_a_software_timer_tell_its_jitter(jitter_s, begin_s):
    stamps_s = even_stamps(1000.0, 4.0) + np.random.default_rng(0).normal(0, jitter_s, 4000)
    clock = stamps_only(begin_s + np.maximum.accumulate(stamps_s), 1000.0)
    assert clock.stamp_jitter_s == pytest.approx(jitter_s, rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_stamps_of_a_millisecond_show_a_software_timer_that_is_worse(seed):
    """Waits that vary by 1 ms around 2 ms: 0.7 ms rms of the stamps is more than their resolution explains."""
    steps = np.random.default_rng(seed).normal(2e-3, 1e-3, 4000)
    stamps_s = 1e-3 * np.floor(np.cumsum(np.maximum(steps, 1e-4)) * 1e3)
    assert stamps_only(stamps_s, 500.0).stamp_jitter_s * 500.0 > JITTER_SHARE


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("n_lost", [2, 5, 100])
@pytest.mark.parametrize("grid_s", [None, 1e-4])
def test_a_gap_in_the_stamps_is_found(fs, n_lost, grid_s):
    """Where stamps are coarser than the samples, only a gap longer than their resolution shows."""
    stamps_s = even_stamps(fs, 4.0)
    stamps_s[round(2.3 * fs) :] += n_lost / fs
    if grid_s:
        stamps_s = grid_s * np.floor(stamps_s / grid_s + 1e-6)
    clock = stamps_only(stamps_s, fs)
    assert clock.stamp_gap_s == pytest.approx((n_lost + 1) / fs, abs=(grid_s or 0.0) + 1e-9)
    if clock.stamp_gap_s > 2.5 * max(grid_s or 0.0, 1 / fs):
        assert clock.stamp_jitter_s == 0.0, "the clock is even on either side of the gap"


@pytest.mark.parametrize(
    "stamps_s",
    [
        np.full(4000, np.nan),
        np.full(4000, 7.0),
        np.arange(4000)[::-1] / 1000,
        np.where(np.arange(4000) == 2000, 0.0, np.arange(4000) / 1000),
    ],
)
def test_stamps_that_do_not_rise_are_said_to_be_useless(stamps_s):
    clock = stamps_only(stamps_s, 1000.0)
    assert not clock.stamps_rise
    assert np.isnan([clock.stamp_step_s, clock.stamp_jitter_s, clock.stamp_gap_s]).all()


@pytest.mark.parametrize("stamps_s", [None, np.arange(3.0)])
def test_without_stamps_nothing_is_said_of_them(stamps_s):
    clock = clock_of(recorded(1000.0, 2.0).currents, 1000.0, stamps_s)
    assert clock.stamps_rise and np.isnan(clock.stamp_step_s)


def test_limits_of_held_samples_are_in_order():
    assert 0 < FEW_REPEATS_PCT < REPEATS_PCT < 1
