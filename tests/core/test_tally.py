"""Counts of blocks are the counts of the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from diagmod.core.tally import PhaseCounter


def count(*blocks):
    """Tally of blocks given one after the other."""
    counter = PhaseCounter()
    for block in blocks:
        counter.update(np.asarray(block, dtype=np.float32))
    return counter.tally()


def test_counts_of_nine_samples_are_those_counted_by_hand():
    """Finite 1 1 3 3 3 -2: sum 9, squares 33."""
    tally = count([1, 1, np.nan, 3, 3, 3, np.inf, np.inf, -2])
    assert (tally.n_samples, tally.n_missing, tally.n_infinite, tally.first_gap) == (9, 1, 2, 2)
    assert (tally.minimum, tally.maximum) == (-2, 3)
    assert (tally.mean, tally.rms) == pytest.approx((1.5, np.sqrt(33 / 6)))


def test_first_gap_is_counted_from_the_start_of_the_recording():
    assert count([1, 2, 3], [4, np.inf, np.nan]).first_gap == 4


def test_complete_recording_has_no_gap():
    assert count([1, 2, 3]).first_gap is None


def test_the_longest_hole_goes_on_from_block_to_block():
    tally = count([1, np.nan, 3, np.nan], [np.inf, np.nan], [], [7, np.nan])
    assert (tally.longest_gap, tally.longest_gap_from, tally.last_sample) == (3, 3, 6)


def test_the_first_of_two_equal_holes_is_named():
    tally = count([np.nan, 1, np.nan, 2], [3])
    assert (tally.longest_gap, tally.longest_gap_from, tally.last_sample) == (1, 0, 4)


def test_a_hole_ends_with_a_block_that_has_none():
    tally = count([1, np.nan], [2, 3], [np.nan, 4])
    assert (tally.longest_gap, tally.longest_gap_from) == (1, 1)


def test_without_a_hole_the_last_sample_is_the_last():
    tally = count([1, 2], [3, 4, 5])
    assert (tally.longest_gap, tally.longest_gap_from, tally.last_sample) == (0, 0, 4)
    assert count([np.nan, np.inf]).last_sample is None


def test_the_longest_run_of_one_value_is_counted():
    """A sensor that hangs at 2.5 for 40 samples, from the 100th on."""
    x = np.arange(300.0)
    x[100:140] = 2.5
    tally = count(*np.array_split(x, 7))
    assert (tally.longest_flat, tally.flat_from) == (40, 100)
    assert count(np.arange(300.0)).longest_flat == 0


def test_values_whose_squares_overflow_keep_their_rms():
    tally = count([3e20, -4e20])
    assert tally.rms == pytest.approx(np.sqrt(12.5) * 1e20)
    assert (tally.n_missing, tally.n_infinite, tally.first_gap, tally.last_sample) == (0, 0, None, 1)


@pytest.mark.parametrize("blocks", [[], [[]], [[np.nan, np.inf]]])
def test_levels_without_a_finite_sample_are_nan(blocks):
    tally = count(*blocks)
    assert np.isnan([tally.minimum, tally.maximum, tally.mean, tally.rms]).all()
    assert tally.n_samples == sum(len(block) for block in blocks)


def test_rms_of_a_long_recording_keeps_seven_digits():
    """Half a million samples, checked against double precision."""
    x = (10 * np.sin(np.arange(500_000) * 0.0628)).astype(np.float32)
    tally = count(*np.array_split(x, 7))
    assert tally.rms == pytest.approx(np.sqrt(np.mean(x.astype(np.float64) ** 2)), rel=1e-7)
    assert tally.mean == pytest.approx(np.mean(x, dtype=np.float64), abs=1e-9)


samples = st.one_of(st.sampled_from([-2.0, 0.0, 1.5, np.nan, np.inf, -np.inf]), st.floats(-1000, 1000, width=32))


@settings(deadline=None, max_examples=150, derandomize=True)
@given(hnp.arrays(np.float32, st.integers(0, 60), elements=samples), st.lists(st.integers(0, 60), max_size=5))
def test_tally_of_blocks_is_the_tally_of_the_whole(x, cuts):
    blocks, whole = count(*np.split(x, sorted(cuts))), count(x)
    levels = ("minimum", "maximum", "mean", "rms")
    assert {k: v for k, v in vars(blocks).items() if k not in levels} == {
        k: v for k, v in vars(whole).items() if k not in levels
    }
    for name in levels:
        assert getattr(blocks, name) == pytest.approx(getattr(whole, name), rel=1e-6, abs=1e-9, nan_ok=True), name


@settings(deadline=None, max_examples=100, derandomize=True)
@given(hnp.arrays(np.float32, st.integers(1, 60), elements=samples))
def test_tally_agrees_with_numpy(x):
    tally = count(x)
    finite = x[np.isfinite(x)].astype(np.float64)
    assert tally.n_missing == np.isnan(x).sum()
    assert tally.n_infinite == np.isinf(x).sum()
    if len(finite):
        assert (tally.minimum, tally.maximum) == (finite.min(), finite.max())
        assert tally.rms == pytest.approx(np.sqrt(np.mean(finite**2)), rel=1e-5, abs=1e-9)
