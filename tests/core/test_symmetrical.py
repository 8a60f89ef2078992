"""Sequences and space vectors of currents whose unbalance is known exactly."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.spectrum import hann_spectrum, line_phasor
from diagmod.core.symmetrical import ROTATION, sequence_track, space_vector, symmetrical_components, unbalance_pct
from diagmod.sim.signal import SignalSpec, synthesise

FS = 5000.0

phasors = st.complex_numbers(max_magnitude=100, allow_nan=False)


def current(seconds=1.0, seed=0, **spec):
    """Synthetic current of 10 A at 50.2 Hz, shape (3, n)."""
    spec = SignalSpec(**({"line_hz": 50.2, "amplitude_a": 10.0, "phase_rad": 0.4} | spec))
    return synthesise(spec, FS, round(seconds * FS), np.random.default_rng(seed))


def test_one_phase_alone_has_a_third_of_each_sequence():
    """I_R = 9, I_S = I_T = 0: I0 = I1 = I2 = 3."""
    np.testing.assert_allclose(symmetrical_components(np.array([9, 0, 0])), [3, 3, 3], atol=1e-12)


def test_swapped_phases_are_pure_negative_sequence():
    np.testing.assert_allclose(
        symmetrical_components(10 * np.array([1, ROTATION, ROTATION**2])), [0, 0, 10], atol=1e-12
    )


def test_equal_phases_are_pure_zero_sequence():
    np.testing.assert_allclose(symmetrical_components(np.array([2j, 2j, 2j])), [2j, 0, 0], atol=1e-12)


@settings(deadline=None, derandomize=True)
@given(phasors, phasors, phasors)
def test_phases_are_rebuilt_from_their_sequences(zero, positive, negative):
    a = ROTATION
    phases = np.array([zero + a**-k * positive + a**k * negative for k in range(3)])
    np.testing.assert_allclose(symmetrical_components(phases), [zero, positive, negative], atol=1e-10)


@settings(deadline=None, derandomize=True)
@given(st.lists(phasors, min_size=3, max_size=3))
def test_cyclic_phase_permutation_keeps_the_magnitudes_and_a_swap_exchanges_them(phases):
    r, s, t = phases
    before = np.abs(symmetrical_components(np.array([r, s, t])))
    np.testing.assert_allclose(np.abs(symmetrical_components(np.array([s, t, r]))), before, atol=1e-10)
    np.testing.assert_allclose(np.abs(symmetrical_components(np.array([r, t, s]))), before[[0, 2, 1]], atol=1e-10)


def test_absent_phase_leaves_no_sequence():
    assert np.isnan(symmetrical_components(np.array([1, np.nan, 1j]))).all()


@pytest.mark.parametrize("angle_deg", [-150, 0, 70])
def test_injected_negative_sequence_is_measured_in_magnitude_and_angle(angle_deg):
    """4 % at a stated angle, frequency off the bin, zero sequence and fifth harmonic present."""
    i2 = 0.04 * np.exp(1j * np.radians(angle_deg))
    x = current(i2_over_i1=i2, i0_over_i1=0.02j, harmonics_pct={5: 5.0})
    zero, positive, negative = symmetrical_components(line_phasor(hann_spectrum(x, FS), 50.2))
    assert np.abs(positive) == pytest.approx(10, abs=1e-3)
    assert np.angle(positive) == pytest.approx(0.4, abs=1e-4)
    assert negative / positive == pytest.approx(i2, abs=1e-5)
    assert zero / positive == pytest.approx(0.02j, abs=1e-5)


def test_space_vector_of_balanced_phases_turns_with_their_peak_value():
    vector = space_vector(current())
    expected = 10 * np.exp(1j * (2 * np.pi * 50.2 * np.arange(5000) / FS + 0.4))
    np.testing.assert_allclose(vector, expected, atol=1e-9)


def test_space_vector_is_blind_to_zero_sequence():
    x = current()
    np.testing.assert_allclose(space_vector(x + 3 * np.sin(np.arange(5000))), space_vector(x), atol=1e-9)


def test_space_vector_equals_its_definition():
    r, s, t = x = np.random.default_rng(0).normal(size=(3, 50))
    np.testing.assert_allclose(space_vector(x), 2 / 3 * (r + ROTATION * s + ROTATION**2 * t), atol=1e-12)


def test_negative_sequence_makes_the_modulus_beat_between_sum_and_difference():
    """10 A and 1 A of opposite direction: the modulus runs from 9 to 11."""
    modulus = np.abs(space_vector(current(i2_over_i1=0.1)))
    assert (modulus.min(), modulus.max()) == pytest.approx((9, 11), abs=1e-2)


def test_rms_of_9_10_and_11_ampere_is_ten_percent_unbalance():
    assert unbalance_pct(np.array([9.0, 10.0, 11.0])) == pytest.approx(10.0)


def test_unbalance_takes_the_phase_that_is_farthest_below_too():
    """8, 11, 11 A: mean 10, the first is 20 % below."""
    assert unbalance_pct(np.array([8.0, 11.0, 11.0])) == pytest.approx(20.0)


@pytest.mark.parametrize("rms", [[1.0, 1.0, np.nan], [0.0, 0.0, 0.0]])
def test_unbalance_without_a_phase_or_a_current_is_nan(rms):
    assert np.isnan(unbalance_pct(np.array(rms)))


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(0.1, 100), min_size=3, max_size=3), st.floats(0.01, 100))
def test_unbalance_depends_neither_on_phase_order_nor_on_scale(rms, gain):
    values = [unbalance_pct(gain * np.array(order)) for order in itertools.permutations(rms)]
    np.testing.assert_allclose(values, float(unbalance_pct(np.array(rms))), atol=1e-9)


def test_sequence_track_shows_a_step_of_unbalance_at_its_time():
    """1 % for one second, then 5 %: windows that lie wholly on one side read their side."""
    x = np.concatenate([current(1.0, i2_over_i1=0.01), current(1.0, i2_over_i1=0.05)], axis=1)
    time_s, ratio = sequence_track(x, FS, 0.1, 50.2)
    assert time_s[1] == 0.05
    np.testing.assert_allclose(ratio[time_s <= 0.9], 0.01, atol=1e-3)
    np.testing.assert_allclose(ratio[time_s >= 1.0], 0.05, atol=1e-3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_sequence_track_is_nan_in_the_windows_of_a_gap_only(bad):
    """A gap at 0.52 s lies in the windows that start after 0.42 s and at or before 0.52 s: 0.45 and 0.50 s."""
    x = current(1.0, i2_over_i1=0.02)
    x[1, 2600] = bad
    time_s, ratio = sequence_track(x, FS, 0.1, 50.2)
    np.testing.assert_allclose(time_s[np.isnan(ratio)], [0.45, 0.5], atol=1e-12)


def test_sequence_track_of_a_recording_shorter_than_its_window_is_empty():
    time_s, ratio = sequence_track(current(0.05), FS, 0.1, 50.2)
    assert (time_s.shape, ratio.shape) == ((0,), (0,))


def test_sequence_track_with_unknown_supply_frequency_is_nan():
    assert np.isnan(sequence_track(current(0.5), FS, 0.1, float("nan"))[1]).all()
