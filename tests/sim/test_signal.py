"""The oracle itself, against sums of cosines written out here."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.symmetrical import symmetrical_components
from diagmod.sim.signal import Line, SignalSpec, synthesise

FS, N = 1000.0, 1000


def lines_of(spec, seed=0):
    """Peak phasors of the bins, 1 Hz apart, shape (3, 501): exact, all frequencies lie on bins."""
    return np.fft.rfft(synthesise(spec, FS, N, np.random.default_rng(seed))) * 2 / N


def test_balanced_current_is_three_cosines_120_degrees_apart():
    currents = synthesise(SignalSpec(line_hz=50, amplitude_a=10, phase_rad=0.3), FS, N, np.random.default_rng(0))
    t = np.arange(N) / FS
    expected = [10 * np.cos(2 * np.pi * 50 * t + 0.3 - k * 2 * np.pi / 3) for k in range(3)]
    np.testing.assert_allclose(currents, expected, atol=1e-9)


def test_sample_k_is_taken_at_k_over_fs():
    """A quarter of a 50 Hz period is 5 ms, the fifth sample at 1 kHz: the cosine is zero there."""
    currents = synthesise(SignalSpec(line_hz=50, amplitude_a=10), FS, 11, np.random.default_rng(0))
    assert currents[0, [0, 5, 10]] == pytest.approx([10, 0, -10], abs=1e-9)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.complex_numbers(max_magnitude=0.9, allow_nan=False), st.complex_numbers(max_magnitude=0.9, allow_nan=False))
def test_stated_negative_and_zero_sequence_are_those_of_the_signal(i2, i0):
    spec = SignalSpec(line_hz=50, amplitude_a=10, phase_rad=1.1, i2_over_i1=i2, i0_over_i1=i0)
    zero, positive, negative = symmetrical_components(lines_of(spec)[:, 50])
    assert positive == pytest.approx(10 * np.exp(1.1j), abs=1e-9)
    assert negative / positive == pytest.approx(i2, abs=1e-9)
    assert zero / positive == pytest.approx(i0, abs=1e-9)


def test_line_of_minus_40_dbc_has_a_hundredth_of_the_amplitude_and_its_own_phase():
    found = lines_of(SignalSpec(line_hz=50, amplitude_a=10, lines=[Line(47, -40.0, 0.5)]))
    np.testing.assert_allclose(np.abs(found[:, 47]), 0.1, atol=1e-9)
    assert np.angle(found[0, 47]) == pytest.approx(0.5, abs=1e-9)


def test_line_above_zero_is_positive_sequence_and_one_below_folds_to_negative():
    found = lines_of(SignalSpec(line_hz=50, amplitude_a=10, lines=[Line(30, -20.0), Line(-70, -20.0)]))
    np.testing.assert_allclose(np.abs(symmetrical_components(found[:, 30])), [0, 1, 0], atol=1e-9)
    np.testing.assert_allclose(np.abs(symmetrical_components(found[:, 70])), [0, 0, 1], atol=1e-9)


def test_third_fifth_and_seventh_harmonic_are_zero_negative_and_positive_sequence():
    """The phases of order h lag by h times 120 degrees."""
    found = lines_of(SignalSpec(line_hz=50, amplitude_a=10, harmonics_pct={3: 2.0, 5: 3.0, 7: 4.0}))
    for order, expected in ((3, [0.2, 0, 0]), (5, [0, 0, 0.3]), (7, [0, 0.4, 0])):
        np.testing.assert_allclose(np.abs(symmetrical_components(found[:, order * 50])), expected, atol=1e-9)


def test_offsets_belong_to_their_phases():
    found = lines_of(SignalSpec(line_hz=50, amplitude_a=10, offset_a=(0.1, -0.2, 0.3)))
    np.testing.assert_allclose(found[:, 0].real / 2, [0.1, -0.2, 0.3], atol=1e-9)


def test_noise_has_its_stated_level_and_is_independent_between_phases():
    """-40 dBc of 10 A peak is 0.0707 A rms; 200 000 samples know it to 0.2 %."""
    clean, noisy = (SignalSpec(line_hz=50, amplitude_a=10, noise_dbc=level) for level in (-np.inf, -40.0))
    difference = np.diff([synthesise(s, FS, 200_000, np.random.default_rng(1)) for s in (clean, noisy)], axis=0)[0]
    np.testing.assert_allclose(difference.std(axis=1), 0.1 / np.sqrt(2), rtol=0.01)
    assert np.abs(np.corrcoef(difference) - np.eye(3)).max() < 0.01


def test_same_seed_gives_the_same_samples_and_another_seed_others():
    spec = SignalSpec(line_hz=50, amplitude_a=10, noise_dbc=-40.0)
    first, again, other = (synthesise(spec, FS, N, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("content", "hz"),
    [({"line_hz": 500}, 500), ({"harmonics_pct": {11: 1.0}}, 550), ({"lines": [Line(-600, -40)]}, 600)],
)
def test_content_at_or_above_the_nyquist_frequency_is_refused(content, hz):
    spec = SignalSpec(**({"line_hz": 50, "amplitude_a": 10} | content))
    with pytest.raises(ValueError, match=rf"content at {hz} Hz would alias at fs 1000 Hz \(Nyquist 500 Hz\); raise fs"):
        synthesise(spec, FS, N, np.random.default_rng(0))


@pytest.mark.parametrize("fs", [0.0, -1.0, float("nan")])
def test_rate_that_is_not_positive_is_refused(fs):
    with pytest.raises(ValueError, match=f"fs must be positive, got {fs}; pass the sampling rate in Hz"):
        synthesise(SignalSpec(line_hz=50, amplitude_a=10), fs, N, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["line_hz", "amplitude_a"])
@pytest.mark.parametrize("value", [0.0, -50.0, float("nan")])
def test_frequency_and_amplitude_must_be_positive(name, value):
    with pytest.raises(ValueError, match=f"{name} must be positive, got {value}"):
        SignalSpec(**({"line_hz": 50.0, "amplitude_a": 10.0} | {name: value}))


def test_first_harmonic_is_refused_because_it_is_the_fundamental():
    with pytest.raises(ValueError, match="harmonic orders start at 2, got 1; the fundamental is amplitude_a"):
        SignalSpec(line_hz=50, amplitude_a=10, harmonics_pct={1: 100.0})
