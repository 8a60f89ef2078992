"""Intervals against independent implementations and against how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, poisson

from diagmod.models.intervals import drawn_interval, poisson_interval, share_interval, wilson_interval


@pytest.mark.parametrize(("hits", "n"), [(0, 5), (3, 7), (49, 49), (120, 400)])
def test_wilson_is_that_of_scipy(hits, n):
    other = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson_interval(hits / n, n) == pytest.approx((other.low, other.high), abs=1e-6)


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_poisson_ends_leave_two_and_a_half_percent_outside(count):
    """At the upper end as few events have a chance of 2.5 %, at the lower end as many."""
    low, high = (7.0 * end for end in poisson_interval(count, 7.0))
    assert poisson.cdf(count, high) == pytest.approx(0.025)
    assert low == 0 if count == 0 else poisson.sf(count - 1, low) == pytest.approx(0.025)


def test_without_anything_watched_there_is_no_interval():
    assert np.isnan([*wilson_interval(np.nan, 0), *poisson_interval(0, 0.0), *drawn_interval(np.zeros(0))]).all()
    with pytest.raises(ValueError, match="a count of events must be 0 or more, got -1"):
        poisson_interval(-1, 1.0)


def test_an_end_without_bound_stays_infinite():
    draws = np.array([0.1] * 90 + [np.inf] * 10 + [np.nan] * 5)
    assert drawn_interval(draws) == (0.1, np.inf)


def test_a_share_on_which_all_agree_is_not_certain():
    """12 groups, all found: Wilson over groups leaves 0.76 open, whatever the number of recordings."""
    low, high = share_interval(1.0, 12, 300, np.ones(100))
    assert (round(low, 2), high) == (0.76, 1.0)
    assert share_interval(0.5, 1, 10, np.zeros(0)) == wilson_interval(0.5, 10)
    assert share_interval(0.5, 5, 10, np.array([0.3, 0.5, 0.6])) == (0.3, 0.6)
