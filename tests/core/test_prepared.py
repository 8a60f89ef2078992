"""What is shared by every analysis: the right space vector, the usable phases and their fundamentals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import FS, currents_of

from diagmod.core.prepared import DEAD_PHASE, fundamentals, phase_rms, prepare
from diagmod.core.symmetrical import ROTATION, symmetrical_components
from diagmod.sim.signal import Line

angles = st.floats(0, 2 * np.pi)


def wandering(i2: complex, *, swing_hz: float = 0.3, period_s: float = 8.0, seconds: float = 20.0) -> np.ndarray:
    """Three phases of a grid whose frequency swings about 50 Hz, with this negative over positive sequence."""
    t = np.arange(round(seconds * FS)) / FS
    angle = 2 * np.pi * 50 * t - swing_hz * period_s * np.cos(2 * np.pi * t / period_s)
    vector = 10 * (np.exp(1j * angle) + np.conj(i2) * np.exp(-1j * angle))
    return np.stack([(vector * turn).real for turn in (1, ROTATION**2, ROTATION)])


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.floats(0, 0.2), angles, st.floats(0.0, 0.4))
def test_fundamentals_keep_their_ratio_when_the_grid_wanders(size, angle, swing_hz):
    """Up to 0.4 Hz either side in 8 s, far beyond any grid: I2 / I1 stays within 1e-4, magnitude and angle."""
    i2 = size * np.exp(1j * angle)
    _, positive, negative = symmetrical_components(fundamentals(wandering(i2, swing_hz=swing_hz), FS, 50.0))
    assert negative / positive == pytest.approx(i2, abs=1e-4)


def test_fundamentals_of_a_steady_grid_are_the_amperes_of_the_phases():
    """Against the largest phase, which is S with 12 A: R leads it by 120 degrees, T lags by as much."""
    x = currents_of(seconds=4.0) * np.array([[1.0], [1.2], [0.8]])
    expected = 10 * np.array([ROTATION, 1.2, 0.8 * ROTATION**2])
    np.testing.assert_allclose(fundamentals(x, FS, 50.0), expected, atol=1e-3)


def test_fundamentals_without_a_supply_frequency_are_not_known():
    assert np.isnan(fundamentals(currents_of(seconds=1.0), FS, float("nan"))).all()


def test_a_dead_phase_leaves_a_single_phase_analysis():
    """3 % of the others is dead, 20 %, the least that any unbalance leaves, is not."""
    x = currents_of(seconds=4.0)
    dead, weak = x * np.array([[1.0], [1.0], [0.03]]), x * np.array([[1.0], [1.0], [0.2]])
    assert (prepare(dead, FS).phases, prepare(dead, FS).usable) == ("R", "RS")
    assert (prepare(weak, FS).phases, prepare(weak, FS).usable) == ("RST", "RST")
    assert 0.03 < DEAD_PHASE < 0.2


@pytest.mark.parametrize("bad", [np.nan, np.inf, 3.0])
def test_a_phase_that_is_absent_infinite_or_constant_is_not_used(bad):
    x = currents_of(seconds=4.0)
    x[1] = bad
    prepared = prepare(x, FS)
    assert (prepared.phases, prepared.usable, prepared.n_phases) == ("R", "RT", 1)
    assert prepared.line_hz == pytest.approx(50.0, abs=1e-4)
    assert np.isnan(prepared.phasors[1])


def test_of_two_phases_the_stronger_is_analysed():
    x = currents_of(seconds=4.0) * np.array([[0.7], [1.0], [np.nan]])
    prepared = prepare(x, FS)
    assert (prepared.phases, prepared.usable) == ("S", "RS")
    assert prepared.carrier is not None
    assert prepared.carrier.amplitude == pytest.approx(10.0, rel=1e-3)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(angles, st.floats(1e-3, 1e4))
def test_the_space_vector_turns_with_the_peak_of_the_phases(phase, gain):
    """Float32: relative to 3e-6, whatever the unit."""
    prepared = prepare(gain * currents_of(seconds=1.0, phase_rad=phase, noise_dbc=-np.inf), FS)
    t = np.arange(len(prepared.vector)) / FS
    np.testing.assert_allclose(prepared.vector, 10 * gain * np.exp(1j * (2 * np.pi * 50 * t + phase)), atol=3e-5 * gain)


@pytest.mark.parametrize("order", [[0, 1, 2], [1, 2, 0], [2, 0, 1]])
def test_a_cyclic_exchange_of_the_channels_changes_nothing_but_the_phase(order):
    x = currents_of([Line(47.0, -40)], seconds=4.0, i2_over_i1=0.03)
    before, after = prepare(x, FS), prepare(x[order], FS)
    assert not after.wiring.is_corrected and after.note == ""
    np.testing.assert_allclose(after.spectrum.power, before.spectrum.power, rtol=1e-3, atol=1e-9)
    assert after.line_hz == pytest.approx(before.line_hz, abs=1e-6)


@pytest.mark.parametrize("order", [[0, 2, 1], [1, 0, 2], [2, 1, 0]])
def test_two_exchanged_channels_are_noticed_and_put_right(order):
    x = currents_of([Line(47.0, -40)], seconds=4.0)
    before, after = prepare(x, FS), prepare(x[order], FS)
    assert after.note == "phase order R-T-S: sequence reversed, S and T are exchanged for analysis"
    np.testing.assert_allclose(np.abs(after.spectrum.forward), np.abs(before.spectrum.forward), atol=1e-4)
    assert np.abs(after.spectrum.backward).max() < 1e-2


def test_a_reversed_channel_is_noticed_and_put_right():
    x = currents_of([Line(47.0, -40)], seconds=4.0)
    turned = prepare(x * np.array([[1.0], [-1.0], [1.0]]), FS)
    assert turned.note == "phase S is reversed, its sign is changed for analysis"
    np.testing.assert_allclose(turned.vector, prepare(x, FS).vector, atol=1e-4)


def test_one_channel_recorded_twice_leaves_a_single_phase_analysis():
    x = currents_of(seconds=4.0)
    x[1] = x[0]
    prepared = prepare(x, FS)
    assert (prepared.n_phases, prepared.wiring.alike) == (1, "RS")
    assert prepared.note.startswith("phases R and S carry the same current")


def test_the_array_given_is_not_changed():
    x = currents_of(seconds=1.0)[[0, 2, 1]]
    x += 0.5
    before = x.copy()
    prepare(x, FS)
    np.testing.assert_array_equal(x, before)


def test_an_offset_is_removed():
    prepared = prepare(currents_of(seconds=4.0, offset_a=(1.0, -2.0, 0.5)), FS)
    assert abs(prepared.vector.mean()) < 1e-5


def test_without_a_supply_line_there_is_no_carrier():
    noise = np.random.default_rng(0).normal(size=(3, 20_000))
    prepared = prepare(noise, FS)
    assert np.isnan(prepared.line_hz) and prepared.carrier is None


@pytest.mark.parametrize("seconds", [0.01, 0.07])
def test_a_recording_of_less_than_four_periods_has_no_carrier(seconds):
    assert prepare(currents_of(seconds=seconds), FS).carrier is None


def test_a_rate_below_four_times_the_supply_has_no_carrier():
    prepared = prepare(currents_of(fs=180.0, seconds=10.0), 180.0)
    assert prepared.line_hz == pytest.approx(50.0, abs=0.1)
    assert prepared.carrier is None


def test_rms_is_that_of_the_deviation_from_the_mean():
    """A sine of 10 A peak about 3 A: 10 / sqrt(2)."""
    rows = np.stack([currents_of(seconds=2.0)[0] + 3, np.full(10_000, 2.0), np.full(10_000, np.nan)])
    rms = phase_rms(rows)
    assert rms[0] == pytest.approx(10 / np.sqrt(2), rel=1e-4)
    assert np.isnan(rms[1:]).all()


def test_currents_of_a_wrong_shape_are_refused_in_words():
    text = r"currents must have shape \(3, n_samples\), got \(2, 100\); fill an absent phase with NaN"
    with pytest.raises(ValueError, match=text):
        prepare(np.zeros((2, 100)), FS)


@pytest.mark.parametrize("fs", [0.0, -5.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused_in_words(fs):
    with pytest.raises(ValueError, match=r"fs must be positive, got .*; pass the sampling rate in Hz"):
        prepare(currents_of(seconds=0.1), fs)


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_currents_without_a_single_usable_phase_are_refused_in_words(value):
    with pytest.raises(ValueError, match="no phase holds a complete, varying current; repair gaps first or record"):
        prepare(np.full((3, 1000), value), FS)
