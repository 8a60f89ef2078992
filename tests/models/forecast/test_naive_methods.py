"""The naive lines against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.method import LEVELS, NAIVE_METHODS
from diagmod.models.forecast.naive_methods import NAIVE_LINES, Drift, Naive, SeasonalNaive
from diagmod.models.forecast.series import TrendSeries

#: Quantile of the standard normal distribution at 95 %, and at 75 %.
Z95, Z75 = 1.6448536, 0.6744898

WEEK = np.array([5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 1.0])


def _daily(values, breaks=(), step_h=24):
    return TrendSeries(
        "M01", "rms_R", "A", step_h, np.datetime64("2026-01-05T00", "h"), np.asarray(values, float), {}, breaks
    )


def _of(method, values, horizon, breaks=(), step_h=24):
    return method.forecast([_daily(values, breaks, step_h)], horizon)[0]


def test_methods_are_those_of_the_contract_and_learn_nothing():
    assert tuple(NAIVE_LINES) == NAIVE_METHODS
    for method in NAIVE_LINES.values():
        assert method.fit([_daily(np.ones(20))]) is method


def test_naive_repeats_the_last_value_and_widens_with_the_root_of_the_steps():
    """14 values alternating 1, 3: 13 differences of 2, sigma 2; after 4 steps the deviation is 4."""
    result = _of(Naive(), np.tile([1.0, 3.0], 7), 4)
    np.testing.assert_allclose(result[2], 3.0)
    np.testing.assert_allclose(result[4, 0], 3 + Z95 * 2, rtol=1e-6)
    np.testing.assert_allclose(result[3, 3], 3 + Z75 * 4, rtol=1e-6)
    np.testing.assert_allclose(result[0], 6 - result[4])


def test_naive_counts_the_steps_of_an_outage_at_the_end():
    values = np.append(np.tile([1.0, 3.0], 7), [np.nan] * 3)
    np.testing.assert_allclose(_of(Naive(), values, 1)[4, 0], 3 + Z95 * 2 * np.sqrt(4), rtol=1e-6)


def test_difference_across_a_repair_is_no_noise():
    """One difference of 100 at the repair is left out, the others are 2."""
    values = np.tile([1.0, 3.0], 8) + np.where(np.arange(16) < 8, 100.0, 0.0)
    np.testing.assert_allclose(_of(Naive(), values, 1, (8,))[4, 0], 3 + Z95 * 2, rtol=1e-6)
    assert _of(Naive(), values, 1)[4, 0] > 3 + Z95 * 20


def test_seasonal_naive_repeats_the_week_and_widens_with_every_week():
    """Three weeks, each 2 above the one before: 14 differences of 2; the second week ahead has sigma 2 sqrt(2)."""
    result = _of(SeasonalNaive(), np.concatenate([WEEK, WEEK + 2, WEEK + 4]), 14)
    np.testing.assert_allclose(result[2], np.tile(WEEK + 4, 2))
    np.testing.assert_allclose(result[4, :7] - result[2, :7], Z95 * 2, rtol=1e-6)
    np.testing.assert_allclose(result[4, 7:] - result[2, 7:], Z95 * 2 * np.sqrt(2), rtol=1e-6)


def test_missing_value_is_taken_a_season_earlier_and_is_less_certain():
    values = np.concatenate([WEEK, WEEK + 2, WEEK + 4])
    values[16] = np.nan
    result = _of(SeasonalNaive(), values, 7)
    assert result[2, 2] == WEEK[2] + 2
    np.testing.assert_allclose(result[4, 2] - result[2, 2], Z95 * 2 * np.sqrt(2), rtol=1e-6)


def test_season_is_the_longest_that_fits_twice():
    day, week = np.arange(24.0), np.arange(168.0)
    np.testing.assert_allclose(_of(SeasonalNaive(), np.tile(day, 3), 24, step_h=1)[2], day)
    np.testing.assert_allclose(_of(SeasonalNaive(), np.tile(week, 2), 168, step_h=1)[2], week)
    np.testing.assert_allclose(_of(SeasonalNaive(), week, 24, step_h=1)[2], week[-24:])


def test_seasonal_naive_after_a_repair_stands_at_the_new_level():
    values = np.concatenate([np.tile(WEEK + 3, 3), WEEK[:2]])
    np.testing.assert_allclose(_of(SeasonalNaive(), values, 7, (21,))[2], np.roll(WEEK, -2))


def test_weekday_that_is_never_measured_is_filled_and_not_missing():
    values = np.tile(WEEK, 6)
    values[6::7] = np.nan
    result = _of(SeasonalNaive(), values, 7)
    assert np.isfinite(result).all()
    np.testing.assert_allclose(result[2, :6], WEEK[:6])


def test_every_second_day_measured_still_gives_an_interval():
    """Known days lie 14 days apart, never 7, and differ by 4: 4 / sqrt(2) a week; the first phase is two weeks old."""
    values = np.concatenate([np.full(14, 1.0), np.full(14, 5.0), np.full(14, 9.0)])
    values[1::2] = np.nan
    result = _of(SeasonalNaive(), values, 2)
    np.testing.assert_array_equal(result[2], 9.0)
    np.testing.assert_allclose(result[4] - 9, [Z95 * 4, Z95 * 4 / np.sqrt(2)], rtol=1e-6)


def test_drift_is_the_line_through_both_ends():
    """0, 1, .. 13 with one step of +-1 more: slope 1, residuals known, T - 1 = 13."""
    values = np.arange(14.0)
    values[6] += 1
    residuals = np.zeros(13)
    residuals[5], residuals[6] = 1.0, -1.0
    sigma = np.sqrt(np.sum(residuals**2) / 12)
    result = _of(Drift(), values, 5)
    np.testing.assert_allclose(result[2], 13 + np.arange(1, 6))
    np.testing.assert_allclose(result[4, 4] - result[2, 4], Z95 * sigma * np.sqrt(5 * (1 + 5 / 13)), rtol=1e-6)


def test_drift_passes_over_gaps_and_an_outage_at_the_end():
    values = np.arange(20.0)
    values[[5, 6, 7, 18, 19]] = np.nan
    np.testing.assert_allclose(_of(Drift(), values, 3)[2], [20.0, 21.0, 22.0])


def test_drift_forgets_the_trend_before_a_repair():
    worn = np.arange(40.0)
    after = 5 + 0.5 * np.arange(14)
    np.testing.assert_allclose(_of(Drift(), np.concatenate([worn, after]), 2, (40,))[2], [12.0, 12.5])
    np.testing.assert_allclose(_of(Drift(), np.concatenate([worn, after[:13]]), 2, (40,))[2], 11.0)


@pytest.mark.parametrize("method", NAIVE_LINES.values(), ids=NAIVE_LINES)
@pytest.mark.parametrize("values", [[], np.full(50, np.nan), np.ones(13)], ids=["empty", "gaps", "short"])
def test_series_that_is_too_short_is_not_forecast(method, values):
    result = method.forecast([_daily(values), _daily(np.arange(40.0))], 3)
    assert np.isnan(result[0]).all()
    assert np.isfinite(result[1]).all()


@pytest.mark.parametrize("method", NAIVE_LINES.values(), ids=NAIVE_LINES)
@pytest.mark.parametrize("scale", [1e-9, -1.0, 1e9])
def test_unit_and_sign_carry_over_to_the_forecast(method, scale):
    values = 10 + np.random.default_rng(0).normal(size=60)
    values[[3, 20, 21, 59]] = np.nan
    plain, scaled = _of(method, values, 9, (30,)), _of(method, scale * values, 9, (30,))
    np.testing.assert_allclose(np.sort(scaled, axis=0), np.sort(scale * plain, axis=0), rtol=1e-9)
    assert (np.diff(scaled, axis=0) >= 0).all()


@pytest.mark.parametrize("method", NAIVE_LINES.values(), ids=NAIVE_LINES)
def test_constant_series_has_no_width(method):
    np.testing.assert_array_equal(_of(method, np.full(30, 4.2), 5), np.full((len(LEVELS), 5), 4.2))


def test_no_series_give_an_empty_result():
    assert Naive().forecast([], 7).shape == (0, len(LEVELS), 7)
