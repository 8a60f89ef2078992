"""The line of a window stands on its input alone, and a break parts it."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.series import scale_of
from diagmod.models.forecast.window_lines import line_of, mean_known

#: No break within four weeks of days.
UNBROKEN = np.full((1, 28), 28.0)


def days(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[None]


def test_a_week_that_repeats_is_drawn_on():
    """Four weeks 0..6 around 10: every mean of four counts 4/5, so the profile is 0.8 of (day - 3)."""
    line = line_of(days(10 + np.tile(np.arange(7.0), 4)), UNBROKEN, (7,))
    assert line.profile[0] == pytest.approx(0.8 * (np.arange(7) - 3))
    ahead = line.ahead(14)[0]
    assert ahead[7:] == pytest.approx(ahead[:7])
    assert ahead - line.level == pytest.approx(np.tile(line.profile[0], 2))
    assert line.behind(28)[0] == pytest.approx(np.tile(ahead[:7], 4))


def test_the_profile_of_the_day_and_of_the_week_add():
    """Noon is 1 above midnight, the last day of the week 7 above the others; means of 40 weeks count 40/41."""
    day, week = np.tile([0.0, 1.0], 7), np.repeat([0.0] * 6 + [7.0], 2)
    line = line_of(days(np.tile(day + week, 40)), np.full((1, 560), 560.0), (2, 14))
    assert line.profile[0] == pytest.approx(day + week - (day + week).mean(), abs=0.2)


def test_the_level_is_that_of_the_last_days():
    """Weights halve every day: a step of 1 two days ago is 3/4 done."""
    values = np.zeros(28) + 10.0
    values[-2:] = 11.0
    line = line_of(days(values), UNBROKEN, ())
    assert line.level[0] == pytest.approx(10.75, abs=1e-6)


def test_the_scale_is_that_of_the_series():
    values = np.random.default_rng(0).normal(10, 1, 28)
    values[[3, 9, 20]] = np.nan
    assert line_of(days(values), UNBROKEN, (7,)).scale[0] == pytest.approx(scale_of(values, 7))


def test_the_level_before_a_repair_does_not_count():
    """14 days at 10, a repair, 14 days at 20: the level is 20, nothing of the jump is in scale and profile."""
    values = np.repeat([10.0, 20.0], 14) + np.tile([0.0, 0.5], 14)
    since = np.concatenate([np.full(14, 28.0), np.arange(14)])[None]
    line = line_of(days(values), since, (7,))
    assert 19.9 < line.level[0] < 20.6
    assert line.scale[0] == pytest.approx(0.5)
    assert np.abs(line.profile).max() < 0.5


def test_two_days_after_a_repair_are_the_level():
    """The weights of the two days alone: without the break the level would be 17.5."""
    values, since = np.repeat([10.0, 20.0], [26, 2]), np.concatenate([np.full(26, 28.0), [0, 1]])[None]
    assert line_of(days(values), since, ()).level[0] == pytest.approx(20.0)
    assert line_of(days(values), UNBROKEN, ()).level[0] == pytest.approx(17.5, abs=1e-6)


def test_a_repair_just_before_an_outage_leaves_the_level_before():
    values = np.full(28, 10.0)
    values[-2:] = np.nan
    since = np.concatenate([np.full(26, 28.0), [0, 1]])[None]
    assert line_of(days(values), since, (7,)).level[0] == pytest.approx(10.0)


def test_too_few_values_draw_no_line():
    """A week of days is needed; six are not enough."""
    values = np.full(28, np.nan)
    values[-6:] = np.arange(6) + 1.0
    assert not line_of(days(values), UNBROKEN, (7,)).is_drawn[0]
    values[-7] = 1.0
    assert line_of(days(values), UNBROKEN, (7,)).is_drawn[0]


@pytest.mark.parametrize("value", [5.0, 0.0, -3.0])
def test_a_series_that_stands_still_has_a_scale_above_zero(value: float):
    line = line_of(days(np.full(28, value)), UNBROKEN, (7,))
    assert 0 < line.scale[0] <= max(1e-4 * abs(value), 1e-12)
    assert line.ahead(3)[0] == pytest.approx(value)


def test_means_leave_out_what_is_not_known():
    assert mean_known(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])) == pytest.approx([2.0, np.nan], nan_ok=True)
