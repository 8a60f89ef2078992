"""Thinning keeps what matters: the extremes of every column, a spike of one sample, a line of one bin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.views.thinning import columns, envelope, extremes, sharp_part, strongest


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 5000), st.integers(1, 400), st.integers(0, 99))
def test_an_envelope_holds_every_sample_and_no_more_columns_than_asked(n, n_columns, seed):
    y = np.random.default_rng(seed).normal(size=n)
    thin = envelope(y, 0.01, n_columns)
    assert len(thin.at) == min(n, n_columns)
    assert (thin.low.min(), thin.high.max()) == (y.min(), y.max())
    assert np.all(np.diff(thin.at) > 0) and thin.at[0] >= 0 and thin.at[-1] <= (n - 1) * 0.01


def test_a_gap_is_passed_over_and_a_column_of_gaps_stays_one():
    thin = envelope(np.array([1.0, np.nan, np.nan, np.nan]), 1.0, 2)
    assert (thin.low[0], thin.high[0]) == (1.0, 1.0)
    assert np.isnan(thin.low[1])


@pytest.mark.parametrize("is_log", [False, True])
def test_a_line_of_one_bin_stays_at_its_place_and_height(is_log):
    x = np.arange(1, 100001) * 0.1
    y = np.zeros(100000)
    y[43210] = 7.0
    thin = columns(x, y, 500, is_log=is_log)
    assert len(thin.at) <= 500
    top = int(np.argmax(thin.highest))
    assert (thin.at[top], thin.highest[top], thin.median[top]) == (pytest.approx(4321.1), 7.0, 0.0)


def test_few_points_are_kept_as_they_are():
    x, y = np.array([1.0, 2.0, 4.0]), np.array([3.0, 1.0, 2.0])
    thin = columns(x, y, 100)
    assert (thin.at.tolist(), thin.highest.tolist()) == (x.tolist(), y.tolist())
    assert len(columns(x[:0], y[:0]).at) == 0


def test_a_map_keeps_its_maxima():
    z = np.arange(12.0).reshape(6, 2)
    starts, thin = strongest(z, 3)
    assert starts.tolist() == [0, 2, 4]
    assert thin.tolist() == [[2, 3], [6, 7], [10, 11]]
    assert strongest(z, 10)[1].tolist() == z.tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 20_000), st.integers(2, 400), st.integers(0, 99))
def test_extremes_keep_the_smallest_and_the_largest_and_no_more_than_asked(n, n_out, seed):
    y = np.random.default_rng(seed).normal(size=n).astype(np.float32)
    kept = extremes(y, n_out)
    assert len(kept) <= n_out
    assert (y[kept].min(), y[kept].max()) == (y.min(), y.max())
    assert np.all(np.diff(kept) > 0)


def test_a_gap_keeps_a_missing_sample_however_short_it_is():
    y = np.zeros(100_000, dtype=np.float32)
    y[54_321] = np.nan
    assert 54_321 in extremes(y, 100)


def test_what_is_looked_at_is_kept_whole_and_a_spike_beside_it_stays():
    y = np.zeros(1_000_000, dtype=np.float32)
    y[123_456] = 9.0
    kept = sharp_part(y, 500_000, 501_000)
    assert set(range(499_750, 501_250)) <= set(kept.tolist())
    assert 123_456 in kept
    assert len(kept) <= 1500 + 2 * 400
    assert kept[0] < 2500 and kept[-1] > 997_500
