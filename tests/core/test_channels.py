"""Gain and skew of the channels measured by the sum of the currents, and the negative sequence they imitate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampled_recordings import CURRENT, GOOD, RATES_HZ, recorded, simulated

from diagmod.core.channels import KNOWN_GAIN, KNOWN_SKEW_S, Channels, measure_channels
from diagmod.core.prepared import prepare
from diagmod.core.symmetrical import FORTESCUE
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import SignalSpec, synthesise

#: Gain in percentage points and skew in microseconds that a measurement may err by.
GAIN_PP, SKEW_US = 0.1, 2.0

#: A current without harmonics.
BARE = replace(CURRENT, harmonics_pct={})


def channels_of(sensor: Sensor, fs: float = 5000.0, seconds: float = 4.0, seed: int = 0, **current: object) -> Channels:
    sampled = recorded(fs, seconds, sensor, seed, replace(CURRENT, **current) if current else CURRENT)
    return measure_channels(sampled.currents, fs, CURRENT.line_hz)


def exact(gain: tuple[float, float, float], skew_s: tuple[float, float, float], i2: complex = 0.0) -> np.ndarray:
    """Noise-free phases of 50 Hz with a 5th and a 7th harmonic, each with its own gain and delay; 2 s at 5 kHz."""
    t = np.arange(10_000) / 5000.0
    rows = []
    for k in range(3):
        lag, at = 2 * np.pi * k / 3, 2 * np.pi * 50 * (t + skew_s[k])
        row = np.cos(at - lag) + abs(i2) * np.cos(at + lag + np.angle(i2))
        rows.append(gain[k] * (row + 0.03 * np.cos(5 * (at - lag) + 1) + 0.02 * np.cos(7 * (at - lag) + 2)))
    return 10 * np.stack(rows)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.tuples(*[st.floats(0.9, 1.1)] * 3),
    st.tuples(*[st.floats(-60e-6, 60e-6)] * 2),
    st.floats(0, 0.1),
    st.floats(0, 6.28),
)
def test_gain_and_skew_of_exact_currents_are_found_together(gain, skew_s, i2, angle):
    """Up to 10 % and 60 us at once, on a motor with up to 10 % of true negative sequence."""
    found = measure_channels(exact(gain, (0.0, *skew_s), i2 * np.exp(1j * angle)), 5000.0, 50.0)
    assert found.is_measured
    for k in range(2):
        assert found.gain_pct[k] == pytest.approx(100 * (gain[k + 1] / gain[0] - 1), abs=0.15)
        assert found.skew_us[k] == pytest.approx(1e6 * skew_s[k], abs=SKEW_US)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(
    st.tuples(*[st.floats(0.95, 1.05)] * 3),
    st.tuples(*[st.floats(-40e-6, 40e-6)] * 2),
    st.floats(0, 0.05),
    st.floats(0, 6.28),
)
def test_the_negative_sequence_that_the_channels_make_is_told_from_the_motors(gain, skew_s, i2, angle):
    """What they add to I2 / I1 of the same currents through equal channels."""

    def i2_over_i1(x: np.ndarray) -> complex:
        _, positive, negative = FORTESCUE @ np.array([np.mean(row * np.exp(-100j * np.pi * t)) for row in x])
        return negative / positive

    t = np.arange(10_000) / 5000.0
    given = exact(gain, (0.0, *skew_s), i2 * np.exp(1j * angle))
    true = exact((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), i2 * np.exp(1j * angle))
    found = measure_channels(given, 5000.0, 50.0)
    # The common gain and delay of R are not seen and change the angle of I2 / I1 only by what they are themselves.
    assert found.i2_floor_pct == pytest.approx(100 * abs(i2_over_i1(given) - i2_over_i1(true)), abs=0.03)


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("gain", [(1.0, 1.03, 0.98), (1.01, 1.0, 1.05), (1.0, 1.0, 1.0)])
@pytest.mark.parametrize("skew_s", [0.0, 20e-6])
@pytest.mark.parametrize("source", [recorded, simulated])
def test_gain_and_skew_of_a_recorder_are_measured(fs, gain, skew_s, source):
    """Noise of -70 dB, 16 bits, harmonics of about 1 %; the simulated motor has 0.03 pp of its own."""
    x = source(fs, 2.0, replace(GOOD, gain=gain, skew_s=skew_s)).currents
    found = measure_channels(x, fs, 50.02)
    assert found.gain_pct == pytest.approx([100 * (g / gain[0] - 1) for g in gain[1:]], abs=GAIN_PP)
    assert found.skew_us == pytest.approx([1e6 * skew_s, 2e6 * skew_s], abs=SKEW_US)


@pytest.mark.parametrize("seed", range(4))
def test_equal_channels_have_no_error_and_no_floor(seed):
    found = channels_of(GOOD, seed=seed)
    assert found.i0_over_i1_pct < 0.005 and found.i2_floor_pct < 0.02
    assert found.gain_pct == pytest.approx((0.0, 0.0), abs=0.02)
    assert found.skew_us == pytest.approx((0.0, 0.0), abs=1.0)


def test_a_gain_error_of_one_percent_makes_a_third_of_it():
    """g / 3 = 0.33 % of zero and of negative sequence."""
    found = channels_of(replace(GOOD, gain=(1.0, 1.01, 1.0)))
    assert found.i0_over_i1_pct == pytest.approx(0.33, abs=0.02)
    assert found.i2_floor_pct == pytest.approx(0.33, abs=0.02)


def test_a_skew_of_20_us_makes_0_36_percent_of_negative_sequence():
    """0.577 x 2 pi x 50 x 20e-6 = 0.363 %."""
    assert channels_of(replace(GOOD, skew_s=20e-6)).i2_floor_pct == pytest.approx(0.363, abs=0.02)


@pytest.mark.parametrize("gain", [(1.0, 1.03, 1.0), (0.97, 1.0, 1.04)])
def test_without_harmonics_gain_and_skew_are_bounded_by_their_sum(gain):
    """A gain and a skew that makes as much look alike at one frequency; the negative sequence is at most the zero's."""
    found = measure_channels(recorded(5000.0, 4.0, replace(GOOD, gain=gain), 0, BARE).currents, 5000.0, 50.02)
    assert not found.is_measured
    assert np.isnan([*found.gain_pct, *found.skew_us]).all()
    expected = abs(gain[0] + gain[1] * np.exp(2j * np.pi / 3) + gain[2] * np.exp(-2j * np.pi / 3)) / sum(gain)
    assert found.i0_over_i1_pct == pytest.approx(100 * expected, abs=0.06)
    assert found.i2_floor_pct == found.i0_over_i1_pct


def test_harmonics_that_drown_in_noise_measure_nothing():
    """Noise of -20 dB leaves 0.1 % in a phasor of 4 s; gain and skew would err by more than is allowed."""
    found = channels_of(replace(GOOD, noise_dbc=-20.0, gain=(1.0, 1.05, 1.0)), harmonics_pct={5: 0.3, 7: 0.2})
    assert not found.is_measured
    assert found.i2_floor_pct == found.i0_over_i1_pct == pytest.approx(1.67, abs=0.3)


@pytest.mark.parametrize("i0", [0.03, 0.1j])
def test_the_current_of_a_neutral_is_not_taken_for_gain_and_skew(i0):
    """A neutral carries zero sequence of the fundamental and, more of it, of the harmonics: no channel does that."""
    rng = np.random.default_rng(0)
    motor = SignalSpec(
        line_hz=50.0, amplitude_a=10.0, harmonics_pct={5: 1.5, 7: 1.0}, i0_over_i1=i0, noise_dbc=-70.0
    )  # fmt: skip
    x = synthesise(motor, 5000.0, 20_000, rng)
    angle = 2 * np.pi * 50 * np.arange(20_000) / 5000
    x = x + 0.4 * np.cos(5 * angle + 1.0) + 0.3 * np.cos(7 * angle + 4.0)
    found = measure_channels(x, 5000.0, 50.0)
    assert not found.is_measured
    assert found.i0_over_i1_pct == pytest.approx(100 * abs(i0), rel=0.01)


def test_what_counts_as_measured_keeps_the_stated_accuracy():
    assert KNOWN_GAIN * 100 < 1.0 and KNOWN_SKEW_S * 1e6 <= 2 * SKEW_US


def test_no_current_has_no_channels_to_compare():
    found = measure_channels(np.zeros((3, 1000)), 5000.0, 50.0)
    assert np.isnan([found.i0_over_i1_pct, found.i2_floor_pct, *found.gain_pct]).all()


@pytest.mark.parametrize("fs", [120.0, 250.0])
def test_a_rate_that_holds_no_harmonic_leaves_a_bound(fs):
    x = recorded(fs, 10.0, replace(GOOD, gain=(1.0, 1.03, 1.0)), 0, replace(BARE, lines=())).currents
    found = measure_channels(x, fs, 50.02)
    assert not found.is_measured
    assert found.i2_floor_pct == pytest.approx(1.0, abs=0.1)


def test_a_wandering_grid_does_not_disturb_the_channels():
    """0.3 Hz either side within 8 s."""
    t = np.arange(40_000) / 5000
    angle = 2 * np.pi * 50 * t - 2.4 * np.cos(2 * np.pi * t / 8)
    lags = 2 * np.pi * np.arange(3)[:, None] / 3
    x = np.cos(angle - lags) + 0.02 * np.cos(5 * (angle - lags)) + 0.01 * np.cos(7 * (angle - lags))
    found = measure_channels(x * np.array([[1.0], [1.03], [0.98]]), 5000.0, 50.0)
    assert found.gain_pct == pytest.approx((3.0, -2.0), abs=GAIN_PP)


def test_single_and_double_precision_agree():
    x = recorded(5000.0, 2.0, replace(GOOD, gain=(1.0, 1.02, 0.99), skew_s=10e-6)).currents
    line_hz = prepare(x, 5000.0).line_hz
    double, single = (measure_channels(given, 5000.0, line_hz) for given in (x, x.astype(np.float32)))
    assert single.gain_pct == pytest.approx(double.gain_pct, abs=1e-3)
    assert single.skew_us == pytest.approx(double.skew_us, abs=0.05)
