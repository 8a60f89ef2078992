"""Shape figures against values known from the integral of the waveform, and against scipy."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.waveshape import waveshape

#: Ten full periods of a 10 Hz sine of 3 A peak at 1 kHz, sampled between its zero crossings.
SINE = 3 * np.sin(2 * np.pi * 10 * (np.arange(1000) + 0.5) / 1000)

RATIOS = ("crest", "shape", "skewness", "kurtosis")


def test_sine_has_its_textbook_figures():
    """rms A/sqrt 2, mean magnitude 2A/pi, so crest sqrt 2, shape pi/(2 sqrt 2), kurtosis 3/2."""
    figures = waveshape(SINE, 1000.0)
    expected = {"mean": 0, "std": 3 / np.sqrt(2), "rms": 3 / np.sqrt(2), "skewness": 0, "kurtosis": 1.5}
    for name, value in expected.items():
        assert figures[name] == pytest.approx(value, abs=1e-9), name
    assert figures["crest"] == pytest.approx(np.sqrt(2), abs=1e-3)
    assert figures["shape"] == pytest.approx(np.pi / np.sqrt(8), abs=1e-3)


def test_square_wave_has_crest_shape_and_kurtosis_of_one():
    figures = waveshape(np.tile([2.0, 2.0, -2.0, -2.0], 50), 100.0)
    assert [float(figures[name]) for name in ("rms", "peak", "crest", "shape", "kurtosis")] == [2, 2, 1, 1, 1]


def test_offset_counts_in_rms_and_mean_but_not_in_std():
    """A 3-4-5 triangle: 3 A of ripple on 4 A of offset are 5 A rms."""
    figures = waveshape(4 + np.tile([3.0, -3.0], 100), 100.0)
    assert [float(figures[name]) for name in ("mean", "std", "rms", "min", "max")] == [4, 3, 5, 1, 7]


def test_ten_periods_in_one_second_cross_zero_nineteen_times():
    """The first and last crossing lie outside the sampled span: 19 changes of sign, halved, per second."""
    assert waveshape(SINE, 1000.0)["zero_cross_hz"] == 9.5


def test_offset_does_not_hide_the_zero_crossings():
    assert waveshape(SINE + 100, 1000.0)["zero_cross_hz"] == 9.5


def test_peak_is_the_largest_magnitude_of_either_sign():
    assert waveshape(np.array([1.0, -7.0, 2.0, 3.0]), 1.0)["peak"] == 7.0


@pytest.mark.parametrize("level", [0.0, 0.1, -1 / 3, 1e6 + 0.1])
def test_constant_segment_has_no_shape_but_a_level(level):
    figures = waveshape(np.full(1001, level), 1000.0)
    assert figures["mean"] == pytest.approx(level, rel=1e-12)
    assert figures["rms"] == pytest.approx(abs(level), rel=1e-12)
    assert np.isnan([figures[name] for name in RATIOS]).all()
    assert figures["zero_cross_hz"] == 0


def test_gap_makes_its_own_segment_nan_and_no_other():
    x = np.stack([SINE, SINE])
    x[1, 500] = np.nan
    for name, value in waveshape(x, 1000.0).items():
        assert np.isfinite(value[0]), name
        assert np.isnan(value[1]), name


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.sampled_from([-1, 1]))
def test_scaling_scales_levels_and_leaves_ratios(seed, gain, sign):
    x = np.random.default_rng(seed).gamma(2.0, size=(2, 200))
    before, after = waveshape(x, 50.0), waveshape(sign * gain * x, 50.0)
    for name in ("std", "rms", "peak"):
        np.testing.assert_allclose(after[name], gain * before[name], rtol=1e-9)
    for name in ("crest", "shape", "kurtosis", "zero_cross_hz"):
        np.testing.assert_allclose(after[name], before[name], rtol=1e-9)
    np.testing.assert_allclose(after["skewness"], sign * before["skewness"], rtol=1e-9)


def test_moments_agree_with_scipy():
    x = np.random.default_rng(3).exponential(size=(3, 5000))
    figures = waveshape(x, 1.0)
    np.testing.assert_allclose(figures["skewness"], scipy.stats.skew(x, axis=-1), rtol=1e-10)
    np.testing.assert_allclose(figures["kurtosis"], scipy.stats.kurtosis(x, axis=-1, fisher=False), rtol=1e-10)


def test_single_precision_segments_are_computed_in_double():
    """1000 A of offset under a ripple of 1 mA: float32 squares would lose the ripple."""
    ripple = np.tile([0.0009765625, -0.0009765625], 5000)
    assert waveshape((1000 + ripple).astype(np.float32), 1.0)["std"] == pytest.approx(0.0009765625, rel=1e-6)
