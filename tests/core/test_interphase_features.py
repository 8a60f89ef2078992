"""Figures between phases of currents whose sequences, angles and modulation are known."""

import numpy as np
import pytest
import scipy.signal
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import interphase_features
from diagmod.core.interphase_features import FEATURES
from diagmod.core.phase_correlation import HIGHEST_ORDER
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.symmetrical import park_modulus, space_vector
from diagmod.sim.signal import Line, SignalSpec, synthesise

FS = 5000.0

#: Figures that need two phases only, of phases R and S.
OF_R_AND_S = {"line_hz", "angle_RS", "xcorr_RS", "xcorr_lag_RS"}


def current(seconds=1.0, seed=0, fs=FS, **spec):
    """Synthetic current of 10 A peak at 50.3 Hz, shape (3, n)."""
    spec = SignalSpec(**({"line_hz": 50.3, "amplitude_a": 10.0, "phase_rad": 0.4} | spec))
    return synthesise(spec, fs, round(seconds * fs), np.random.default_rng(seed))


def columns(x, fs=FS):
    """Figures of a batch."""
    return interphase_features.compute(SegmentBatch.of(x, fs, 20.0, 120.0))


def figures(x, fs=FS):
    """Figures of one segment as plain numbers."""
    return {name: float(value[0]) for name, value in columns(x[None], fs).items()}


def test_figures_come_by_the_names_and_in_the_number_of_the_table():
    assert set(figures(current())) == {f.name for f in FEATURES}


def test_every_figure_states_its_own_source_and_what_changes_it():
    assert all(f.source and f.changes and f.meaning and f.formula for f in FEATURES)
    assert len({f.changes for f in FEATURES}) > 8


@pytest.mark.parametrize("angle_deg", [-150.0, 0.0, 60.0])
def test_ellipse_has_the_sum_and_the_difference_of_the_sequences_as_axes(angle_deg):
    """I1 = 10 A, I2 = 0.4 A: 10.4 A and 9.6 A, 92.31 %; the long axis stands at minus half the angle of I2 / I1."""
    found = figures(current(i2_over_i1=0.04 * np.exp(1j * np.radians(angle_deg))))
    expected = {
        "ellipse_major": 10.4,
        "ellipse_minor": 9.6,
        "ellipse_ratio": 960 / 10.4,
        "ellipse_tilt": -angle_deg / 2,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=5e-3), name


def test_ellipse_is_the_one_that_the_space_vector_draws():
    """Longest and shortest reach of the vector, and the direction of the longest, read from its samples."""
    x = current(fs=25600.0, i2_over_i1=0.05 * np.exp(0.7j))
    vector, found = space_vector(x), figures(x, 25600.0)
    longest = np.argmax(np.abs(vector))
    assert found["ellipse_major"] == pytest.approx(np.abs(vector).max(), abs=1e-3)
    assert found["ellipse_minor"] == pytest.approx(np.abs(vector).min(), abs=1e-3)
    direction = np.degrees(np.angle(vector[longest]))
    assert (found["ellipse_tilt"] - direction + 90) % 180 - 90 == pytest.approx(0, abs=1.0)


def test_circle_has_no_direction():
    x = np.cos(2 * np.pi * 50 * np.arange(5000) / FS - np.arange(3)[:, None] * 2 * np.pi / 3)
    found = figures(x)
    assert found["ellipse_ratio"] == pytest.approx(100)
    assert np.isnan(found["ellipse_tilt"])
    assert np.isnan(found["park_kurtosis"])
    assert found["park_std"] == pytest.approx(0, abs=1e-9)


def test_negative_sequence_is_one_line_in_the_modulus():
    """2 % of I2 is 2 % / sqrt 2 rms at 2 f, and the distribution of a sine: 1.5."""
    found = figures(current(i2_over_i1=0.02))
    assert found["park_2f"] == pytest.approx(np.sqrt(2), rel=1e-3)
    assert found["park_std"] == pytest.approx(np.sqrt(2), rel=1e-3)
    assert found["park_kurtosis"] == pytest.approx(1.5, abs=1e-2)
    assert found["park_f"] == pytest.approx(0, abs=1e-3)


def test_fifth_harmonic_stands_at_six_times_the_supply_frequency_in_the_modulus():
    """A fifth of 3 % turns backwards: 5 f + f."""
    found = figures(current(harmonics_pct={5: 3.0}))
    assert found["park_6f"] == pytest.approx(3 / np.sqrt(2), rel=1e-3)
    assert found["park_2f"] == pytest.approx(0, abs=1e-2)


def test_offset_of_a_sensor_stands_at_the_supply_frequency_in_the_modulus():
    """0.3 A in R is a vector of 0.2 A: 2 % of 10 A, 1.414 % rms at f."""
    assert figures(current(offset_a=(0.3, 0, 0)))["park_f"] == pytest.approx(np.sqrt(2), rel=2e-3)


def test_offset_changes_no_figure_of_sequence_or_correlation():
    kwargs = {"i2_over_i1": 0.03j, "noise_dbc": -50.0}
    before, after = figures(current(**kwargs)), figures(current(offset_a=(1.0, -2.0, 0.5), **kwargs))
    for name in before:
        if not name.startswith(("park", "unbalance")):
            assert after[name] == pytest.approx(before[name], rel=1e-5, abs=1e-5), name


def test_moments_of_the_modulus_are_those_of_its_samples():
    x = current(i2_over_i1=0.02, noise_dbc=-30.0)
    modulus, found = np.abs(space_vector(x)), figures(x)
    assert found["park_std"] == pytest.approx(100 * modulus.std() / modulus.mean(), rel=1e-9)
    assert found["park_kurtosis"] == pytest.approx(scipy.stats.kurtosis(modulus, fisher=False), rel=1e-9)


def test_modulus_without_the_vector_is_that_of_the_vector():
    x = np.random.default_rng(1).normal(size=(2, 3, 100))
    np.testing.assert_allclose(park_modulus(x), np.abs(space_vector(x)), rtol=1e-12)
    assert park_modulus(x.astype(np.float32)).dtype == np.float32
    assert space_vector(x.astype(np.float32)).dtype == np.complex64


def test_bands_of_the_modulus_beyond_the_nyquist_frequency_are_nan():
    """At 500 Hz, 6 x 50.3 = 301.8 Hz lies above 250 Hz."""
    found = figures(current(fs=500.0), 500.0)
    assert np.isnan(found["park_6f"])
    assert np.isfinite(found["park_2f"])


def test_balanced_phases_are_one_waveform_a_third_of_a_period_apart():
    found = figures(current(harmonics_pct={5: 5.0, 7: 3.0}))
    for pair in ("RS", "ST", "TR"):
        assert found[f"xcorr_{pair}"] == pytest.approx(1, abs=1e-4), pair
        assert found[f"xcorr_lag_{pair}"] == pytest.approx(120, abs=0.01), pair


def test_swapped_phases_lag_by_two_thirds():
    found = figures(current()[[0, 2, 1]])
    for pair in ("RS", "ST", "TR"):
        assert found[f"xcorr_lag_{pair}"] == pytest.approx(240, abs=0.01), pair


def test_what_phases_do_not_share_lowers_their_correlation():
    """A line of 2 A beside 10 A in R alone: 10 / sqrt(10^2 + 2^2) = 0.981; S and T know nothing of it."""
    x = current()
    x[0] += 2 * np.cos(2 * np.pi * 77 * np.arange(x.shape[1]) / FS)
    found = figures(x)
    for pair in ("RS", "TR"):
        assert found[f"xcorr_{pair}"] == pytest.approx(10 / np.sqrt(104), abs=1e-3), pair
    assert found["xcorr_ST"] == pytest.approx(1, abs=1e-4)


def test_correlation_is_blind_beyond_its_highest_order():
    assert HIGHEST_ORDER == 25
    x = current(fs=10000.0)
    x[0] += 2 * np.cos(2 * np.pi * 26.5 * 50.3 * np.arange(x.shape[1]) / 10000)
    assert figures(x, 10000.0)["xcorr_RS"] == pytest.approx(1, abs=1e-4)


def test_correlation_is_that_of_numpy_for_a_periodic_record():
    """A record of whole periods, all below order 25, repeated: the circular correlation of its middle is exact."""
    x = current(line_hz=50.0, i2_over_i1=0.1 * np.exp(1j), harmonics_pct={5: 8.0, 3: 4.0})
    one = x[:, :100]
    r, s = one[0] - one[0].mean(), one[1] - one[1].mean()
    by_lag = [r @ np.roll(s, -lag) for lag in range(100)] / np.sqrt((r @ r) * (s @ s))
    best = int(np.argmax(by_lag))
    found = figures(x)
    assert found["xcorr_RS"] == pytest.approx(max(by_lag), abs=2e-3)
    assert found["xcorr_lag_RS"] == pytest.approx(3.6 * best, abs=1.8)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(0.01, 1000), st.integers(0, 1000))
def test_ratios_stay_and_currents_follow_the_scale(gain, seed):
    x = current(seed=seed, i2_over_i1=0.02, i0_over_i1=0.01, noise_dbc=-40.0, harmonics_pct={5: 1.0})
    before, after = figures(x), figures(gain * x)
    for feature in FEATURES:
        factor = gain if feature.unit == "A" else 1.0
        assert after[feature.name] == pytest.approx(factor * before[feature.name], rel=1e-6), feature.name


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(0, 400))
def test_time_shift_changes_no_figure_of_a_steady_current(shift):
    """50 whole periods; of a number that is not whole, moments change with the phase at which it begins."""
    spec = {"line_hz": 50.0, "i2_over_i1": 0.03 * np.exp(0.5j), "i0_over_i1": 0.01, "harmonics_pct": {5: 2.0, 7: 1.0}}
    x = current(1.1, **spec)
    before, after = figures(x[:, :5000]), figures(x[:, shift : shift + 5000])
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_cyclic_permutation_carries_the_pairs_along():
    x = current(noise_dbc=-40.0, i2_over_i1=0.03, harmonics_pct={3: 1.0})
    before, after = figures(x), figures(x[[1, 2, 0]])
    for pair, source in (("RS", "ST"), ("ST", "TR"), ("TR", "RS")):
        for kind in ("xcorr", "xcorr_lag"):
            assert after[f"{kind}_{pair}"] == pytest.approx(before[f"{kind}_{source}"], rel=1e-6)
    for name in ("i1", "i2", "i0", "ellipse_major", "ellipse_ratio", "park_std", "park_kurtosis", "park_6f"):
        assert after[name] == pytest.approx(before[name], rel=1e-6), name


def test_absent_phase_leaves_what_the_two_others_say():
    x = current()
    x[2] = np.nan
    assert {name for name, value in figures(x).items() if np.isfinite(value)} == OF_R_AND_S


def test_gap_takes_its_own_segment():
    pieces = np.stack([current(i2_over_i1=0.01)] * 2)
    pieces[1, 2, 100] = np.nan
    found = columns(pieces)
    assert all(np.isfinite(column[0]) for column in found.values())
    assert {name for name, column in found.items() if np.isfinite(column[1])} == OF_R_AND_S


@pytest.mark.parametrize("level", [0.0, 7.0])
def test_constant_current_has_no_figures_of_a_supply(level):
    found = figures(np.full((3, 5000), level))
    finite = {name for name, value in found.items() if np.isfinite(value)}
    assert finite <= {"park_mean", "park_std", "unbalance_pct"}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_give_the_figures_of_arrays(dtype):
    x = np.stack([current(seed=k, i2_over_i1=0.02, noise_dbc=-40.0).astype(dtype) for k in range(2)])
    x[1, 2, 7] = np.nan
    expected, found = columns(x), columns(torch.asarray(x))
    for name, column in expected.items():
        assert isinstance(found[name], torch.Tensor), name
        np.testing.assert_allclose(
            found[name].numpy(), column, rtol=1e-3 if dtype == np.float32 else 1e-9, err_msg=name
        )


def test_single_precision_reads_what_double_reads():
    x = current(i2_over_i1=0.02, noise_dbc=-40.0, harmonics_pct={5: 1.0}, lines=[Line(45.0, -40.0)])
    single, double = figures(x.astype(np.float32)), figures(x)
    for name, value in double.items():
        assert single[name] == pytest.approx(value, rel=1e-4, abs=1e-4), name
