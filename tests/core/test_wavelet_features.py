"""Shares of wavelet energy against PyWavelets, against arithmetic and against what must not change them."""

import numpy as np
import pytest
import pywt
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import wavelet_features
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.wavelet_features import BANDS, FEATURES, LEVELS, MIN_SAMPLES, WAVELET, wavelet_power

FS = 12800.0
SHARES = [f"wavelet_{band}_R" for band in BANDS]


def current(n=12800, noise_a=0.3, seed=0):
    """Three phases of 10 A at 50.3 Hz with a fifth harmonic and noise, shape (3, n)."""
    turn = 2 * np.pi * 50.3 * np.arange(n) / FS - 2 * np.pi / 3 * np.arange(3)[:, None]
    return 10 * np.cos(turn) + 0.5 * np.cos(5 * turn) + noise_a * np.random.default_rng(seed).normal(size=(3, n))


def columns(x):
    """Figures of a batch."""
    return wavelet_features.compute(SegmentBatch.of(x, FS, 20.0, 120.0))


def figures(x):
    """Figures of one segment as plain numbers."""
    return {name: float(value[0]) for name, value in columns(x[None]).items()}


def test_figures_come_by_the_names_of_the_table():
    assert set(figures(current())) == {f.name for f in FEATURES}
    assert BANDS == ("d1", "d2", "d3", "d4", "d5", "d6", "a6")


def test_shares_sum_to_a_hundred_percent():
    found = figures(current())
    for phase in "RST":
        assert sum(found[f"wavelet_{band}_{phase}"] for band in BANDS) == pytest.approx(100, abs=1e-9)


def test_shares_are_those_of_pywavelets_without_the_coefficients_at_the_ends():
    """pywt.wavedec with another extension than the one used here: what is left does not depend on it."""
    x = current()
    approximation, *details = pywt.wavedec(x[0] - x[0].mean(), "db4", mode="symmetric", level=6)
    levels = [*zip(details[::-1], range(1, 7), strict=True), (approximation, 6)]
    power = np.array([np.mean(c[7:-7] ** 2) / 2**level for c, level in levels])
    found = figures(x)
    assert [found[name] for name in SHARES] == pytest.approx(100 * power / power.sum(), rel=1e-9)
    p = power / power.sum()
    assert found["wavelet_entropy_R"] == pytest.approx(-np.sum(p * np.log2(p)), rel=1e-9)
    p = power[:-1] / power[:-1].sum()
    assert found["wavelet_detail_entropy_R"] == pytest.approx(-np.sum(p * np.log2(p)), rel=1e-9)


def test_shares_are_those_of_the_whole_decomposition_of_a_periodic_record():
    """Lines on bins, periodic extension: every coefficient counts, none is at an end."""
    t = np.arange(12800) / FS
    x = 10 * np.cos(2 * np.pi * 50 * t) + 0.5 * np.cos(2 * np.pi * 333 * t + 1) + 0.2 * np.cos(2 * np.pi * 2222 * t)
    approximation, *details = pywt.wavedec(x, "db4", mode="periodization", level=6)
    energy = np.array([np.sum(c**2) for c in (*details[::-1], approximation)])
    found = figures(np.stack([x] * 3))
    # The coarsest level holds 4 periods of the supply in 200 coefficients; leaving 14 out moves its mean square.
    assert [found[name] for name in SHARES] == pytest.approx(100 * energy / energy.sum(), rel=0.02)


def test_power_of_white_noise_is_halved_from_octave_to_octave():
    """Unit variance: d1 1/2, d2 1/4, ..., d6 1/64, a6 1/64; entropy 63/32 = 1.97 bit."""
    power = wavelet_power(np.random.default_rng(0).normal(size=(20, 50000))).mean(axis=0)
    np.testing.assert_allclose(power, [1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 64], rtol=0.05)
    noise = np.random.default_rng(1).normal(size=(3, 200000))
    assert figures(noise)["wavelet_entropy_R"] == pytest.approx(63 / 32, abs=0.02)


@pytest.mark.parametrize(
    ("hz", "band"), [(5000, "d1"), (2300, "d2"), (1100, "d3"), (290, "d5"), (140, "d6"), (50, "a6")]
)
def test_line_in_the_middle_of_an_octave_is_found_there(hz, band):
    """fs = 12.8 kHz: d1 from 3.2 kHz to 6.4 kHz, halved level by level; a6 below 100 Hz."""
    x = np.cos(2 * np.pi * hz * np.arange(12800) / FS)
    found = figures(np.stack([x] * 3))
    assert found[f"wavelet_{band}_R"] > 85


def test_bands_sum_to_the_variance_of_a_steady_current():
    x = current(51200)
    np.testing.assert_allclose(wavelet_power(x).sum(axis=-1), x.var(axis=-1), rtol=2e-3)


@pytest.mark.parametrize("n", [3200, 12800, 64000])
def test_shares_do_not_depend_on_the_length_of_the_segment(n):
    """Noise of 0.3 A: 0.045 A^2 in d1 of 50.215 A^2 in all. The filter of db4 lets 1.3 % of the supply into d6."""
    found = figures(current(n))
    assert found["wavelet_d1_R"] == pytest.approx(100 * 0.045 / 50.215, rel=0.1)
    assert found["wavelet_a6_R"] == pytest.approx(98.45, abs=0.2)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(0.001, 1000), st.floats(-100, 100), st.integers(0, 100))
def test_neither_scale_nor_offset_changes_a_share(gain, offset_a, seed):
    x = current(seed=seed)
    before, after = figures(x), figures(gain * (x + offset_a))
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=1e-6), name


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(0, 500))
def test_time_shift_hardly_changes_a_share(shift):
    x = current(13300)
    before, after = figures(x[:, :12800]), figures(x[:, shift : shift + 12800])
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=0.25), name


def test_permutation_of_phases_carries_the_shares_along():
    x = current()
    before, after = figures(x), figures(x[[1, 2, 0]])
    for name, value in after.items():
        assert value == before[name[:-1] + {"R": "S", "S": "T", "T": "R"}[name[-1]]], name


def test_absent_phase_leaves_the_figures_of_the_others():
    x = current()
    x[2] = np.nan
    assert all(np.isfinite(value) == (not name.endswith("_T")) for name, value in figures(x).items())


@pytest.mark.parametrize("place", [0, 1, 6400, 12799])
def test_gap_takes_its_own_segment_and_phase_wherever_it_is(place):
    pieces = np.stack([current(), current()])
    pieces[1, 0, place] = np.nan
    found = columns(pieces)
    for name, column in found.items():
        assert np.isfinite(column[0]), name
        assert np.isfinite(column[1]) == (not name.endswith("_R")), name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [0.0, 0.1, 7.3])
def test_constant_current_has_no_shares(level, dtype):
    assert np.isnan(list(figures(np.full((3, 12800), level, dtype=dtype)).values())).all()


def test_segment_that_does_not_hold_six_levels_has_no_shares():
    """64 x (8 + 7) = 960 samples leave at least eight coefficients at the sixth level."""
    assert MIN_SAMPLES == 960
    assert np.isnan(list(figures(current(959)).values())).all()
    assert np.isfinite(list(figures(current(960)).values())).all()
    coarsest = pywt.wavedec(np.zeros(960), WAVELET, mode="zero", level=LEVELS)[0]
    assert len(coarsest) - 14 >= 7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_give_the_figures_of_arrays(dtype):
    x = np.stack([current(seed=k).astype(dtype) for k in range(2)])
    x[1, 2, 7] = np.nan
    expected, found = columns(x), columns(torch.asarray(x))
    for name, column in expected.items():
        assert isinstance(found[name], torch.Tensor), name
        np.testing.assert_allclose(found[name].numpy(), column, rtol=1e-12, err_msg=name)


def test_single_precision_reads_what_double_reads():
    x = current()
    single, double = figures(x.astype(np.float32)), figures(x)
    for name, value in double.items():
        assert single[name] == pytest.approx(value, rel=1e-4), name
