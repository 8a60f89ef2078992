"""The longest run of one value: exact for any signal and however it is cut into blocks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.runs import LEAST_RUN, LongestRun


def longest(*blocks):
    found = LongestRun()
    for block in blocks:
        found.update(np.asarray(block, dtype=np.float32))
    return found.length, found.first


def by_hand(x):
    """Sample by sample."""
    best, first = (0, 0), 0
    for k in range(1, len(x) + 1):
        if k == len(x) or x[k] != x[first]:
            if np.isfinite(x[first]) and k - first >= LEAST_RUN and k - first > best[0]:
                best = (k - first, first)
            first = k
    return best


def test_a_moving_signal_has_no_run():
    assert longest(np.arange(1000)) == (0, 0)


@pytest.mark.parametrize(("length", "found"), [(31, (0, 0)), (32, (32, 5)), (33, (33, 5)), (500, (500, 5))])
def test_runs_are_counted_from_32_samples(length, found):
    x = np.arange(1000.0)
    x[5 : 5 + length] = -1
    assert longest(x) == found


def test_the_first_of_two_equal_runs_is_named():
    x = np.arange(400.0)
    x[50:100], x[200:250] = -1, -2
    assert longest(x) == (50, 50)


def test_a_run_goes_on_from_block_to_block():
    assert longest([1.0, 2.0], 20 * [2.0], [], 30 * [2.0], [3.0]) == (51, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_no_run_and_ends_one(value):
    assert longest(100 * [value]) == (0, 0)
    assert longest(20 * [1.0] + [value] + 20 * [1.0]) == (0, 0)


runs = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, 2.0, np.nan, np.inf, -np.inf]), st.integers(1, 80)), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(runs, st.lists(st.integers(0, 400), max_size=5))
def test_any_signal_in_any_blocks_agrees_with_counting_by_hand(parts, cuts):
    x = np.repeat([value for value, _ in parts], [n for _, n in parts])
    assert longest(*np.split(x, sorted(cuts))) == by_hand(x)
