"""What is taken for the future of a load or a temperature, and how wrong that usually is."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.covariate_profile import completed, usual_miss, well_logged
from diagmod.models.forecast.series import TrendSeries


def _series(n, step_h=24, **covariates):
    return TrendSeries("M01", "rms_R", "A", step_h, np.datetime64("2026-01-05T00", "h"), np.zeros(n), covariates)


def test_covariate_is_used_only_where_it_is_logged_almost_always_and_varies():
    load = np.arange(100.0)
    rare, often = load.copy(), load.copy()
    rare[:11], often[:10] = np.nan, np.nan
    series = _series(100, rare=rare, constant=np.full(100, 3.0), often=often, empty=np.full(100, np.nan))
    assert well_logged(series) == ["often"]
    assert well_logged(series, 20) == ["often", "rare"]
    assert well_logged(_series(0, load_pct=np.empty(0))) == []


def test_future_is_the_mean_of_the_same_weekday_over_four_weeks():
    """Monday held 100 five weeks ago, then 1, 2, 3, 6: the mean of the last four is 3."""
    load = np.zeros(35)
    load[::7] = [100.0, 1.0, 2.0, 3.0, 6.0]
    np.testing.assert_array_equal(completed(_series(35, load_pct=load), "load_pct", 35, 8), [3, 0, 0, 0, 0, 0, 0, 3])


def test_what_was_logged_stays_and_gaps_take_the_profile():
    load = np.tile(np.arange(7.0), 5)
    load[10] = np.nan
    np.testing.assert_array_equal(completed(_series(35, load_pct=load), "load_pct", 8, 4), [1.0, 2.0, 3.0, 4.0])


def test_phase_is_kept_where_the_length_is_no_multiple_of_a_week():
    load = np.arange(38) % 7.0
    np.testing.assert_array_equal(completed(_series(38, load_pct=load), "load_pct", 38, 3), [3.0, 4.0, 5.0])


def test_weekday_that_was_never_logged_takes_the_mean_of_all():
    load = np.tile([1.0, 3.0, 2.0, 2.0, 2.0, 2.0, np.nan], 5)
    assert completed(_series(35, load_pct=load), "load_pct", 41, 1)[0] == 2.0
    assert np.isnan(completed(_series(9, load_pct=np.full(9, np.nan)), "load_pct", 9, 1)[0])


def test_miss_is_the_root_mean_square_around_the_weeks_before():
    """Weeks alternate 0 and 2 in all: week 2 misses by 2, week 3 by 1 (0 against 1), week 4 by 4/3, and week 5 by 1."""
    load = np.repeat([0.0, 2.0, 0.0, 2.0, 0.0], 7)
    expected = 10 * np.sqrt(np.mean(np.square([2, 1, 4 / 3, 1])))
    assert usual_miss(_series(35, load_pct=load), {"load_pct": 10.0}) == pytest.approx(expected)


def test_effects_that_cancel_miss_nothing_and_none_is_zero():
    load = np.random.default_rng(0).normal(size=60)
    series = _series(60, load_pct=load, twin=load)
    assert usual_miss(series, {"load_pct": 1.0, "twin": -1.0}) == pytest.approx(0.0, abs=1e-12)
    assert usual_miss(series, {}) == 0.0
    assert np.isnan(usual_miss(_series(6, load_pct=load[:6]), {"load_pct": 1.0}))
