"""Time features against the integral of a sine, scipy, and what may not change them."""

import numpy as np
import pytest
import scipy.signal
import scipy.stats
from feature_batches import FS, batch, check_that_torch_agrees, current, figures
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import time_features
from diagmod.core.amplitude_distribution import HISTOGRAM_BINS, QUANTILES, amplitude_distribution
from diagmod.core.time_features import FEATURES

RATIOS = [f.name for f in FEATURES if f.is_scale_free]
LEVELS = [f.name for f in FEATURES if f.unit == "A"]


def figures_of(x, fs=FS):
    """Time features of a segment."""
    return figures(time_features, x, fs)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.floats(2000, 30000), st.floats(0.3, 4.0), st.floats(45, 65), st.floats(-np.pi, np.pi))
def test_sine_of_14_1_a_reads_14_1_peak_and_9_97_rms_at_any_rate_length_and_phase(fs, seconds, hz, phase_rad):
    """A partial period moves the rms by up to 1 / (4 pi periods), a crest between samples lacks its sagitta."""
    found = figures_of(current(seconds, fs, line_hz=hz, amplitude_a=14.1, phase_rad=phase_rad), fs)
    periods = seconds * hz
    assert found["peak_R"] == pytest.approx(14.1, rel=(np.pi * hz / fs) ** 2 / 2 + 1e-6)
    assert found["rms_R"] == pytest.approx(14.1 / np.sqrt(2), rel=1.02 / (4 * np.pi * periods))
    # The mean of a partial period is taken away with the mean, and is missing then: (1 / (pi periods))^2 of the power.
    assert found["acf_period_R"] == pytest.approx(1.0, abs=1e-4)
    assert found["acf_half_R"] == pytest.approx(-1.0, abs=6 / (np.pi * periods) ** 2)


def test_sine_has_its_textbook_factors():
    """Mean |x| is 2A/pi, mean sqrt |x| 0.7628 sqrt A: impulse pi/2, clearance 1/0.7628^2; quartiles +- A/sqrt 2."""
    found = figures_of(current(fs=50_000.0, line_hz=50.0), 50_000.0)
    expected = {"crest": np.sqrt(2), "shape": np.pi / np.sqrt(8), "impulse": np.pi / 2, "clearance": 1 / 0.76276**2}
    expected |= {"peak_to_peak": 20, "kurtosis": 1.5, "skewness": 0}
    for name, value in expected.items():
        assert found[f"{name}_S"] == pytest.approx(value, abs=3e-3), name
    quantiles = {"q25": -10 / np.sqrt(2), "q75": 10 / np.sqrt(2), "iqr": 20 / np.sqrt(2), "q50": 0}
    for name, value in (quantiles | {"q95": 10 * np.cos(0.05 * np.pi)}).items():
        assert found[f"{name}_S"] == pytest.approx(value, abs=0.04), name


def test_entropy_of_a_sine_is_that_of_the_arcsine_law():
    """Bin k between e_k and e_(k+1) holds (asin e_(k+1) - asin e_k) / pi: 5.722 bit; evenly spread samples 6 bit."""
    share = np.diff(np.arcsin(np.linspace(-1, 1, HISTOGRAM_BINS + 1))) / np.pi
    expected = -(share * np.log2(share)).sum()
    assert expected == pytest.approx(5.722, abs=0.001)
    found = figures_of(current(4.0, fs=50_000.0, line_hz=50.03), 50_000.0)
    assert found["entropy_R"] == pytest.approx(expected, abs=0.005)
    assert amplitude_distribution(np.arange(6400.0))["entropy"] == pytest.approx(6.0, abs=1e-9)


def test_one_impact_lowers_the_entropy_and_raises_the_factors():
    x = current()
    before = figures_of(x)
    x[0, 1234] = 60.0
    after = figures_of(x)
    assert after["entropy_R"] < before["entropy_R"] - 1
    for name in ("crest_R", "impulse_R", "clearance_R", "kurtosis_R"):
        assert after[name] > 1.5 * before[name], name
    assert after["iqr_R"] == pytest.approx(before["iqr_R"], rel=1e-2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [4, 101, 8192, 25_600])
def test_distribution_agrees_with_numpy_and_scipy(n, dtype):
    x = np.random.default_rng(n).gamma(2.0, size=(2, 3, n)).astype(dtype)
    found = amplitude_distribution(x)
    expected = np.quantile(x.astype(np.float64), QUANTILES, axis=-1)
    for k, share in enumerate(QUANTILES):
        np.testing.assert_allclose(found[f"q{round(100 * share):02d}"], expected[k], rtol=1e-6)
    np.testing.assert_allclose(found["iqr"], scipy.stats.iqr(x.astype(np.float64), axis=-1), rtol=1e-6)
    counts = np.histogram(x[1, 2].astype(np.float64), HISTOGRAM_BINS)[0]
    assert found["entropy"][1, 2] == pytest.approx(scipy.stats.entropy(counts, base=2), abs=2e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments_agree_with_scipy_in_both_precisions(dtype):
    x = current(noise_dbc=-20.0, offset_a=(3.0, 0.0, -5.0), lines=[]).astype(dtype)
    found, wide = figures_of(x), x.astype(np.float64)
    for k, phase in enumerate("RST"):
        assert found[f"skewness_{phase}"] == pytest.approx(scipy.stats.skew(wide[k]), abs=2e-6)
        assert found[f"kurtosis_{phase}"] == pytest.approx(scipy.stats.kurtosis(wide[k], fisher=False), rel=2e-6)
        assert found[f"std_{phase}"] == pytest.approx(wide[k].std(), rel=1e-6)


def test_autocorrelation_agrees_with_a_direct_one_of_the_same_lag():
    """Period of 100 samples at 50 Hz and 5 kHz; the direct sum over the segment's inner part."""
    x = current(line_hz=50.0, noise_dbc=-20.0, harmonics_pct={2: 10.0, 5: 5.0})
    found = figures_of(x)
    for lag, name in ((100, "acf_period_R"), (50, "acf_half_R")):
        direct = np.corrcoef(x[0, :-lag], x[0, lag:])[0, 1]
        assert found[name] == pytest.approx(direct, abs=2e-3), name


def test_even_harmonics_raise_the_half_period_and_leave_the_period():
    """10 % of the second order: -(1 - 0.01) / (1 + 0.01)."""
    found = figures_of(current(harmonics_pct={2: 10.0}))
    assert found["acf_half_R"] == pytest.approx(-0.99 / 1.01, abs=1e-3)
    assert found["acf_period_R"] == pytest.approx(1.0, abs=1e-3)


def test_noise_lowers_the_autocorrelation_by_its_share_of_the_power():
    """Noise of -20 dBc is 0.01 of the sine's power: 1 / 1.01."""
    assert figures_of(current(5.0, noise_dbc=-20.0))["acf_period_R"] == pytest.approx(1 / 1.01, abs=2e-3)


@pytest.mark.parametrize(("seconds", "known"), [(0.11, True), (0.09, False)])
def test_autocorrelation_needs_five_periods(seconds, known):
    found = figures_of(current(seconds, line_hz=50.0))
    assert np.isfinite([found["acf_period_R"], found["acf_half_R"]]).all() == known


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_levels_scale_and_ratios_do_not(gain, seed):
    x = current(0.5, seed=seed, noise_dbc=-30.0, harmonics_pct={2: 2.0, 5: 3.0}, offset_a=(0.3, -0.2, 0.1))
    before, after = figures_of(x), figures_of(gain * x)
    for name in LEVELS:
        assert after[name] == pytest.approx(gain * before[name], rel=1e-9, abs=1e-9 * gain), name
    for name in RATIOS:
        # A sample on the limit of a bin may fall on its other side.
        assert after[name] == pytest.approx(before[name], rel=1e-9, abs=2e-3 if "entropy" in name else 1e-9), name


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.floats(-50, 50), st.integers(0, 1000))
def test_offset_moves_the_quantiles_and_not_the_spread(offset, seed):
    x = current(0.5, seed=seed, noise_dbc=-30.0)
    before, after = figures_of(x), figures_of(x + offset)
    for name in ("mean_R", "min_R", "max_R", "q05_R", "q50_R", "q95_R"):
        assert after[name] == pytest.approx(before[name] + offset, abs=1e-9), name
    for name in ("std_R", "peak_to_peak_R", "iqr_R", "skewness_R", "kurtosis_R", "acf_period_R", "zero_cross_hz_R"):
        assert after[name] == pytest.approx(before[name], abs=1e-7), name


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(1, 4999))
def test_shift_of_a_periodic_signal_by_whole_samples_changes_nothing_but_one_crossing(shift):
    x = current(line_hz=50.0, harmonics_pct={5: 3.0, 7: 2.0}) + 1e-3
    before, after = figures_of(x), figures_of(np.roll(x, shift, axis=-1))
    for name in [*LEVELS, *RATIOS]:
        assert after[name] == pytest.approx(before[name], rel=1e-6, abs=1e-5 if "acf" not in name else 1e-3), name
    assert after["zero_cross_hz_R"] == pytest.approx(before["zero_cross_hz_R"], abs=0.5)


@pytest.mark.parametrize("gain", [1e-15, 1e15])
def test_shape_of_currents_of_any_size_is_exact_in_single_precision(gain):
    """The fourth power of 1e-15 A is none in single precision."""
    x = current(0.5, noise_dbc=-30.0).astype(np.float32)
    before, after = figures_of(x), figures_of(np.float32(gain) * x)
    for name in ("kurtosis_R", "skewness_R", "crest_R", "clearance_R", "acf_period_R"):
        assert after[name] == pytest.approx(before[name], rel=1e-5, abs=1e-6), name


def test_phases_change_places_with_their_figures():
    x = current(noise_dbc=-30.0, i2_over_i1=0.05)
    before, after = figures_of(x), figures_of(x[[2, 0, 1]])
    for name in [*LEVELS, *RATIOS]:
        source = name[:-1] + {"R": "T", "S": "R", "T": "S"}[name[-1]]
        assert after[name] == pytest.approx(before[source], rel=1e-9, abs=1e-9), name


def test_decimation_of_a_band_limited_current_leaves_its_distribution():
    x = current(4.0, fs=20_000.0, line_hz=50.03, harmonics_pct={5: 3.0, 7: 2.0})
    whole, every_fourth = figures_of(x, 20_000.0), figures_of(x[:, ::4], 5000.0)
    for name in [*LEVELS, *RATIOS]:
        assert every_fourth[name] == pytest.approx(whole[name], rel=3e-3, abs=5e-3), name


def test_constant_phase_has_levels_and_no_ratio():
    x = current()
    x[1] = 2.5
    found = figures_of(x)
    assert [found[f"{name}_S"] for name in ("mean", "rms", "q05", "q95")] == [2.5, 2.5, 2.5, 2.5]
    assert [found[f"{name}_S"] for name in ("peak_to_peak", "iqr")] == [0.0, 0.0]
    assert np.isnan([found[name] for name in RATIOS if name.endswith("_S")]).all()
    assert np.isfinite([found[name] for name in RATIOS if name.endswith("_R")]).all()


@pytest.mark.parametrize("gap", [slice(None), slice(100, 101)])
def test_absent_phase_and_gap_are_nan_and_the_others_not(gap):
    x = current()
    x[2, gap] = np.nan
    for name, value in figures_of(x).items():
        assert np.isnan(value) == name.endswith("_T"), name


@pytest.mark.parametrize("n", [4, 5, 17])
def test_segments_of_a_few_samples_have_levels(n):
    found = figures_of(current()[:, :n])
    assert np.isfinite([found[name] for name in LEVELS]).all()
    assert np.isnan(found["acf_period_R"])


def test_no_segment_gives_empty_columns():
    found = time_features.compute(batch(np.empty((0, 3, 500))))
    assert {value.shape for value in found.values()} == {(0,)}
    assert sorted(found) == sorted(f.name for f in FEATURES)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_tensors_give_the_same_figures(dtype):
    check_that_torch_agrees(time_features, dtype, atol=1e-6)
