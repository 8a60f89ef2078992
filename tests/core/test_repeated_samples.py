"""Held samples are counted; the codes that a coarse converter or noise repeats are not taken for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled_recordings import GOOD, RATES_HZ, clock_of, one_phase, recorded, simulated

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.repeated_samples import REPEAT_SAMPLES, converter_step

#: A recorder of 12 bits over three times the rated peak: steps of 60 A / 4096.
COARSE = replace(GOOD, bits=12)


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
    assert not clock_of(x, fs).repeat_pct >= CALIBRATED.few_repeats_pct
    if (bits, fs) == (8, 25600.0):
        assert np.isnan(clock_of(x, fs).repeat_pct)


@pytest.mark.parametrize("fs", [5000.0, 25600.0, 51200.0])
@pytest.mark.parametrize("bits", [10, 12, 16])
@pytest.mark.parametrize("noise_dbc", [-60.0, -50.0, -40.0])
def test_codes_that_noise_repeats_are_not_taken_for_held_samples(fs, bits, noise_dbc):
    """12 bits and noise of -40 dB: 0.1 A from sample to sample are seven steps, so one in 17 repeats by chance."""
    x = recorded(fs, 1.2, replace(GOOD, bits=bits, noise_dbc=noise_dbc)).currents
    assert not clock_of(x, fs).repeat_pct >= CALIBRATED.few_repeats_pct


def test_held_samples_are_found_beside_those_that_noise_repeats():
    sensor = replace(COARSE, noise_dbc=-50.0)
    by_chance, held = (recorded(25600.0, 4.0, replace(sensor, held_share=share)).currents for share in (0.0, 0.2))
    assert clock_of(by_chance, 25600.0).repeat_pct == 0.0
    assert clock_of(held, 25600.0).repeat_pct == pytest.approx(20.0, rel=0.3)


def test_a_clipped_current_is_not_taken_for_held_samples():
    x = recorded(5000.0, 4.0, replace(GOOD, range_share=0.7)).currents
    assert clock_of(x, 5000.0).repeat_pct == 0.0


def test_limits_of_held_samples_are_in_order():
    assert 0 < CALIBRATED.few_repeats_pct < CALIBRATED.repeats_pct < 1
