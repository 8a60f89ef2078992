"""What local methods are given: the present regime, at the present level, without gaps."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.gap_filling import fewest_known, first_step, joined, prepared
from diagmod.models.forecast.series import TrendSeries

WEEK = np.array([5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 1.0])


def _daily(values, breaks=(), step_h=24):
    return TrendSeries(
        "M01", "rms_R", "A", step_h, np.datetime64("2026-01-05T00", "h"), np.asarray(values, float), {}, breaks
    )


def test_values_without_gaps_or_repairs_are_handed_on_as_they_are():
    values = np.tile(WEEK, 5)
    result = prepared(_daily(values))
    np.testing.assert_array_equal(result.values, values)
    assert (result.first, result.seasons, result.is_filled.any()) == (0, (7,), False)


def test_gap_takes_the_week_before_at_the_level_between_both_sides():
    """Weeks at level 0 and, after the gap of a week, 8: the gap itself lies on the line 1..7 between them."""
    values = np.concatenate([np.tile(WEEK, 2), np.full(7, np.nan), np.tile(WEEK + 8, 2)])
    result = prepared(_daily(values))
    np.testing.assert_allclose(result.values[14:21], WEEK + np.arange(1, 8))
    np.testing.assert_array_equal(np.flatnonzero(result.is_filled), np.arange(14, 21))


def test_gap_longer_than_a_season_repeats_the_last_season_that_was_measured():
    values = np.concatenate([np.tile(WEEK, 3), np.full(17, np.nan), np.roll(WEEK, -3)])
    np.testing.assert_allclose(prepared(_daily(values)).values[21:38], np.tile(WEEK, 3)[:17])


def test_gap_at_the_end_goes_on_at_the_level_of_the_last_week():
    """The last week lay 2 above the one before, so the outage is filled 2 above the last week, phase by phase."""
    values = np.concatenate([WEEK, WEEK + 2, np.full(5, np.nan)])
    result = prepared(_daily(values))
    np.testing.assert_allclose(result.values[14:], WEEK[:5] + 4)
    assert result.is_filled[14:].all()


def test_gap_within_the_first_season_is_a_straight_line():
    values = np.tile(WEEK, 4)
    values[1:3] = np.nan
    values[0], values[3] = 2.0, 8.0
    np.testing.assert_allclose(prepared(_daily(values)).values[1:3], [4.0, 6.0])


def test_hourly_gap_in_the_second_day_uses_the_day_before():
    day = np.arange(24.0)
    values = np.tile(day, 4)
    values[30:36] = np.nan
    np.testing.assert_allclose(prepared(_daily(values, step_h=1)).values[30:36], day[6:12])


def test_unknown_begin_is_cut_off_and_not_invented():
    values = np.concatenate([np.full(9, np.nan), np.tile(WEEK, 3)])
    result = prepared(_daily(values))
    assert result.first == 9
    np.testing.assert_array_equal(result.values, np.tile(WEEK, 3))


@pytest.mark.parametrize("values", [[], np.full(60, np.nan), np.ones(13), np.where(np.arange(60) < 13, 1.0, np.nan)])
def test_fewer_than_two_seasons_of_known_values_give_nothing(values):
    assert prepared(_daily(values)) is None


def test_two_seasons_are_enough_and_steps_without_season_need_eight():
    assert prepared(_daily(np.ones(14))) is not None
    assert fewest_known(_daily(np.ones(9), step_h=168)) == 8
    assert prepared(_daily(np.ones(8), step_h=168)).seasons == ()


def test_infinite_values_are_gaps():
    values = np.tile(WEEK, 4)
    values[20] = np.inf
    result = prepared(_daily(values))
    assert result.is_filled[20]
    assert result.values[20] == WEEK[6]


def test_repair_joins_the_old_level_to_the_new_one():
    values = np.concatenate([np.tile(WEEK + 3, 3), np.tile(WEEK, 3)])
    np.testing.assert_allclose(joined(_daily(values, (21,))), np.tile(WEEK, 6))


def test_one_step_after_a_repair_is_compared_with_the_same_weekday():
    """Only a Sunday, 1 A after 4 A, is known since: beside the median day, 8 A, it would seem to be a fall of 7."""
    values = np.append(np.tile(WEEK + 3, 4)[:27], WEEK[6])
    np.testing.assert_allclose(joined(_daily(values, (27,))), np.tile(WEEK, 4))


def test_two_repairs_are_joined_one_after_the_other():
    values = np.concatenate([np.tile(WEEK + 9, 2), np.tile(WEEK + 4, 2), np.tile(WEEK, 2)])
    np.testing.assert_allclose(joined(_daily(values, (14, 28))), np.tile(WEEK, 6))


def test_levels_are_compared_by_medians_where_no_pair_a_season_apart_is_known():
    values = np.concatenate([np.full(8, 7.0), np.full(40, np.nan), np.full(20, 3.0)])
    np.testing.assert_allclose(joined(_daily(values, (9,)))[:8], 7.0)
    np.testing.assert_allclose(joined(_daily(np.concatenate([np.full(3, 7.0), np.full(20, 3.0)]), (3,)))[:3], 3.0)


def test_repair_within_an_outage_at_the_end_moves_nothing():
    values = np.concatenate([np.tile(WEEK, 3), np.full(4, np.nan)])
    np.testing.assert_allclose(joined(_daily(values, (23,)))[:21], np.tile(WEEK, 3))


def test_series_is_not_changed_by_joining():
    series = _daily(np.concatenate([np.tile(WEEK + 3, 3), WEEK]), (21,))
    before = series.values.copy()
    joined(series)
    prepared(series)
    np.testing.assert_array_equal(series.values, before)


def test_history_before_a_repair_is_dropped_when_four_seasons_are_known_since():
    values = np.concatenate([np.arange(40.0), np.tile(WEEK, 4)])
    assert prepared(_daily(values, (40,))).first == 40
    assert prepared(_daily(values[:-1], (40,))).first == 0
    with_gap = values.copy()
    with_gap[45] = np.nan
    assert prepared(_daily(with_gap, (40,))).first == 0


def test_history_is_eight_weeks_of_hours_and_all_days_unless_it_is_stated():
    assert first_step(_daily(np.ones(2000), step_h=1)) == 2000 - 1344
    assert first_step(_daily(np.ones(2000))) == 0
    assert first_step(_daily(np.ones(2000)), 100) == 1900
    assert prepared(_daily(np.ones(2000)), longest_history=100).first == 1900
