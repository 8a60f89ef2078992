"""Repair and trimming: clean recordings pass bit by bit, short holes are filled and counted, long ones stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.gaps import BRIDGED_SHARE, repair
from diagmod.core.preparation import MOST_BRIDGED_S, PreparationSettings, prepare_for_features

FS = 10_000.0
DEFAULT = PreparationSettings()


def sines(n: int = 20_000, fs: float = FS) -> np.ndarray:
    """Balanced 50 Hz currents of 10 A, float32 as waveforms are."""
    turn = 2 * np.pi * 50 * np.arange(n) / fs
    return (10 * np.cos(turn - 2 * np.pi / 3 * np.arange(3)[:, None])).astype(np.float32)


def holed(first: int, n: int, row: int = 0, value: float = np.nan) -> np.ndarray:
    x = sines()
    x[row, first : first + n] = value
    return x


@pytest.mark.parametrize("options", [{}, {"repair": False}, {"trim": False}, {"longest_gap_ms": 5.0}])
def test_a_clean_recording_comes_out_bit_by_bit(options):
    x = sines()
    done = prepare_for_features(x, FS, PreparationSettings(**options))
    np.testing.assert_array_equal(done.currents.view(np.uint32), x.view(np.uint32))
    assert np.shares_memory(done.currents, x)
    assert (done.first, done.last, done.whole) == (0, 20_000, (0, 20_000))
    assert (done.filled, done.missing, done.longest_filled, done.reason) == ((0, 0, 0), (0, 0, 0), 0, "")


def test_samples_beside_a_filled_hole_are_those_of_the_recording():
    x = holed(5000, 3)
    done = prepare_for_features(x, FS, DEFAULT)
    is_missing = np.isnan(x)
    np.testing.assert_array_equal(done.currents[~is_missing], x[~is_missing])
    assert done.currents.dtype == np.float32
    assert np.abs(done.currents - sines())[is_missing].max() < 1e-4 * 10
    assert (done.filled, done.longest_filled, done.reason) == ((3, 0, 0), 3, "3 samples filled in R")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_filled_is_what_the_diagnosis_fills(value):
    """One rule for both: a hole of up to 0.5 ms by the cubic of core/gaps.py."""
    x = holed(5000, 5, row=2, value=value)
    np.testing.assert_allclose(prepare_for_features(x, FS, DEFAULT).currents, repair(x, FS).currents, atol=1e-6)


def test_a_hole_longer_than_the_setting_stays_and_the_longest_whole_part_is_named():
    done = prepare_for_features(holed(5000, 6), FS, DEFAULT)
    assert (done.filled, done.missing, done.whole) == ((0, 0, 0), (6, 0, 0), (5006, 20_000))
    assert done.stretch.shape == (3, 20_000 - 5006) and np.isfinite(done.stretch).all()
    assert done.reason == "6 samples still missing in R"
    assert prepare_for_features(holed(5000, 6), FS, PreparationSettings(longest_gap_ms=0.6)).filled == (6, 0, 0)


def test_nothing_is_filled_where_that_is_switched_off():
    x = holed(5000, 1)
    done = prepare_for_features(x, FS, PreparationSettings(repair=False))
    np.testing.assert_array_equal(done.currents, x)
    assert (done.filled, done.missing) == ((0, 0, 0), (1, 0, 0))


@pytest.mark.parametrize("first", [0, 19_998])
def test_a_hole_at_either_end_is_not_invented(first):
    done = prepare_for_features(holed(first, 2), FS, DEFAULT)
    assert done.filled == (0, 0, 0) and done.missing == (2, 0, 0)
    assert done.whole == ((2, 20_000) if first == 0 else (0, 19_998))


def test_an_end_at_which_no_phase_was_recorded_is_cut_off_for_all():
    x = sines()
    x[:, :300] = np.nan
    x[1, 300:400] = np.nan
    x[:, 19_000:] = np.nan
    done = prepare_for_features(x, FS, DEFAULT)
    assert (done.first, done.last, done.whole) == (300, 19_000, (400, 19_000))
    assert done.reason == (
        "100 samples still missing in S; cut to 0.03 to 1.90 s, where the motor runs and something was recorded"
    )
    kept = prepare_for_features(x, FS, PreparationSettings(trim=False))
    assert (kept.first, kept.last, kept.whole) == (0, 20_000, (400, 19_000))


def test_the_time_in_which_the_motor_is_off_is_cut_off():
    x = sines(40_000)
    x[:, 30_000:] *= 1e-3
    done = prepare_for_features(x, FS, DEFAULT)
    assert (done.first, done.last) == (0, 30_000)
    assert done.reason == "cut to 0.00 to 3.00 s, where the motor runs and something was recorded"


def test_a_hole_in_the_time_that_is_cut_off_does_not_count_as_left():
    x = sines(40_000)
    x[:, 30_000:] *= 1e-3
    x[0, 35_000:35_100] = np.nan
    assert prepare_for_features(x, FS, DEFAULT).missing == (0, 0, 0)


def test_an_absent_phase_limits_no_other():
    x = holed(5000, 2)
    x[2] = np.nan
    done = prepare_for_features(x, FS, DEFAULT)
    assert (done.filled, done.missing, done.whole) == ((2, 0, 0), (0, 0, 0), (0, 20_000))
    assert np.isnan(done.currents[2]).all()


def test_too_many_holes_are_not_filled():
    """Every 40th sample is 2.5 % of the recording, every 80th half of it: only the latter is bridged."""
    for step, is_filled in ((40, False), (80, True)):
        x = sines()
        x[1, step // 2 :: step] = np.nan
        assert (1 / step < BRIDGED_SHARE) == is_filled
        assert prepare_for_features(x, FS, DEFAULT).filled == (0, 20_000 // step * is_filled, 0)


def test_a_short_hole_beside_a_long_one_is_not_filled_across_it():
    """One sample stands between the two; the cubic would take its other neighbour from 0.1 s away."""
    x = holed(5000, 3)
    x[0, 5004:6004] = np.nan
    done = prepare_for_features(x, FS, DEFAULT)
    assert done.filled == (0, 0, 0) and done.missing == (1003, 0, 0)


def test_the_longest_hole_that_may_be_asked_for():
    """5 ms of 50 Hz: the cubic errs by (2 pi 50 x 0.005 / 2)^4 / 24 = 1.6 % of the sine, and a little by its width."""
    n, worst = round(MOST_BRIDGED_S * FS), 0.0
    for first in range(5000, 5200, 13):
        done = prepare_for_features(holed(first, n), FS, PreparationSettings(longest_gap_ms=1000 * MOST_BRIDGED_S))
        assert done.filled == (n, 0, 0)
        worst = max(worst, float(np.abs(done.currents - sines()).max()))
    assert 0.005 * 10 < worst < 0.018 * 10
    with pytest.raises(ValueError, match=r"longest_gap_ms must lie between 0 and 5 ms, got 5.1; longer holes cannot"):
        PreparationSettings(longest_gap_ms=5.1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("n", [1, 2, 3, 1000])
def test_nothing_but_missing_samples_comes_back_without_a_failure(n, value):
    done = prepare_for_features(np.full((3, n), value), FS, DEFAULT)
    assert (done.first, done.last, done.filled) == (0, n, (0, 0, 0))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1999), st.integers(1, 60)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_sample_is_the_recorded_one_or_filled_or_missing_and_counted(holes):
    x = sines(2000)
    for row, first, n in holes:
        x[row, first : first + n] = np.nan
    before = x.copy()
    done = prepare_for_features(x, FS, PreparationSettings(trim=False))
    np.testing.assert_array_equal(x, before)
    was, now = np.isnan(before), np.isnan(done.currents)
    np.testing.assert_array_equal(done.currents[~was], before[~was])
    assert tuple((was & ~now).sum(axis=1)) == done.filled
    assert tuple(now.sum(axis=1)) == done.missing
    assert np.isfinite(done.stretch).all()
