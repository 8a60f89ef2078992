"""Duty follows shifts and weekends, air follows season and day, and neither past depends on the future."""

from datetime import UTC, datetime

import numpy as np
import pytest

from diagmod.sim.fleet_duty import DUTY_PCT, air_density_share, draw_ambient_c, draw_duty

START = datetime(2026, 1, 5, tzinfo=UTC)


def duty(n_hours, n_ahead, seed=1):
    return draw_duty(np.random.default_rng(seed), np.random.default_rng(99), n_hours, n_ahead)


def test_duty_of_the_period_does_not_depend_on_how_far_one_looks_ahead():
    np.testing.assert_array_equal(duty(2000, 0), duty(2000, 1440)[:2000])


def test_duty_goes_on_where_it_was_with_the_same_day_and_week():
    """The first week ahead lies within the drift of a week of the last one, and its days look alike."""
    for seed in range(8):
        hours = duty(168 * 20, 168, seed)
        last, ahead = hours[-336:-168], hours[-168:]
        assert abs(ahead.mean() - last.mean()) < 3 * 0.25 * np.sqrt(336)
        shape = [week.reshape(7, 24)[:5].mean(axis=0) for week in (last, ahead)]
        assert np.corrcoef(*shape)[0, 1] > 0.7
        assert hours.min() >= DUTY_PCT[0] and hours.max() <= DUTY_PCT[1]


def test_air_is_coldest_in_january_warmest_in_july_and_in_the_afternoon():
    year = np.mean([draw_ambient_c(seed, START, 8760, 0) for seed in range(20)], axis=0)
    month, hour = (np.arange(8760) / 730 + 4 / 30.5) % 12, np.arange(8760) % 24
    by_month = [year[(month >= m) & (month < m + 1)].mean() for m in range(12)]
    assert np.argmin(by_month) == 0 and np.argmax(by_month) == 6
    assert by_month[6] - by_month[0] == pytest.approx(18, abs=2)
    assert np.argmax([year[hour == h].mean() for h in range(24)]) == 15


def test_air_of_the_period_does_not_depend_on_how_far_one_looks_ahead():
    np.testing.assert_array_equal(draw_ambient_c(3, START, 500, 0), draw_ambient_c(3, START, 500, 300)[:500])


def test_season_is_counted_from_the_start_of_the_plan():
    summer = draw_ambient_c(3, datetime(2026, 7, 20, tzinfo=UTC), 240, 0).mean()
    assert summer - draw_ambient_c(3, START, 240, 0).mean() == pytest.approx(18, abs=2)


def test_density_is_one_at_the_mean_temperature_and_falls_with_warmth():
    """At constant pressure density goes with 1/T: 285.15 K over 303.15 K at 30 deg C."""
    assert air_density_share(np.array([12.0]))[0] == 1.0
    assert air_density_share(np.array([30.0]))[0] == pytest.approx(285.15 / 303.15, rel=1e-12)
