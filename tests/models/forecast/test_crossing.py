"""Crossings: one definition for paths and measured days, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.crossing import HOLD, above_since, crossed, crossing_of_paths, first_crossing, line_crosses
from diagmod.models.forecast.limits import Limit
from diagmod.models.forecast.series import TrendSeries
from diagmod.sim.fleet_truth import STAYS_DAYS

NAN = float("nan")


def test_one_day_above_is_no_crossing_and_two_in_a_row_are() -> None:
    days = np.array([[1.0, 9, 1, 9, 1], [1, 9, 9, 1, 1], [1, 1, 1, 1, 9]])
    assert first_crossing(days, 5.0).tolist() == [0, 2, 0]
    assert first_crossing(days, 5.0, hold=1).tolist() == [2, 2, 5]


def test_the_limit_itself_is_not_exceeded() -> None:
    assert first_crossing(np.full((1, 5), 5.0), 5.0).tolist() == [0]


def test_the_probability_is_of_paths_and_not_of_steps() -> None:
    """Each path is above for two of thirty days, at another time: every path crosses, 7 % of the steps do."""
    paths = np.zeros((14, 30))
    for k in range(14):
        paths[k, 2 * k : 2 * k + 2] = 9
    assert crossing_of_paths(paths, 5.0).probability == pytest.approx(14.5 / 15)


def test_none_of_216_paths_is_no_certainty() -> None:
    assert crossing_of_paths(np.zeros((216, 30)), 5.0).probability == pytest.approx(0.5 / 217)
    assert crossing_of_paths(np.full((216, 30), 9.0), 5.0).probability == pytest.approx(216.5 / 217)


def test_times_are_when_5_50_and_95_of_a_hundred_paths_have_crossed() -> None:
    """Path k crosses on day k of 1 to 100; the horizon ends on day 80."""
    paths = np.where(np.arange(1, 81) >= np.arange(1, 101)[:, None], 9.0, 0.0)
    found = crossing_of_paths(paths, 5.0, hold=1)
    assert (found.days_low, found.days_median) == (5, 50)
    assert np.isnan(found.days_high)
    assert found.curve[9] == pytest.approx(10.5 / 101)
    assert (np.diff(found.curve) >= 0).all()
    assert found.probability == found.curve[-1]


def test_the_curve_at_a_shorter_horizon_is_the_probability_of_that_horizon() -> None:
    paths = np.random.default_rng(0).normal(0, 1, (50, 30)).cumsum(axis=1)
    shorter = crossing_of_paths(paths[:, :10], 3.0, hold=1)
    assert crossing_of_paths(paths, 3.0, hold=1).curve[9] == shorter.probability


def test_a_walk_crosses_as_often_as_the_reflection_principle_says() -> None:
    """P(max of 30 steps >= a) is close to 2 P(W_30 > a); a is moved by 0.583 for discrete steps (Siegmund 1985)."""
    paths = np.random.default_rng(1).normal(0, 1, (20_000, 30)).cumsum(axis=1)
    a = 5.0
    expected = 2 * 0.5 * (1 - _erf((a + 0.583) / np.sqrt(60)))
    assert crossing_of_paths(paths, a, hold=1).probability == pytest.approx(expected, abs=0.01)


def _erf(x: float) -> float:
    from math import erf

    return erf(x)


def test_without_paths_or_a_limit_nothing_is_said() -> None:
    for paths, limit in ((np.full((9, 5), NAN), 1.0), (np.zeros((0, 5)), 1.0), (np.zeros((9, 5)), NAN)):
        found = crossing_of_paths(paths, limit)
        assert np.isnan(found.probability) and np.isnan(found.curve).all()
    broken = np.zeros((9, 5))
    broken[0, 2] = NAN
    assert crossing_of_paths(broken, 1.0).probability == pytest.approx(0.5 / 9)


def test_measured_days_with_a_long_gap_cannot_tell_unless_they_crossed_before_it() -> None:
    below, gap = [1.0] * 5, [NAN] * 4
    assert crossed(np.array(below * 2), 5.0) == (False, pytest.approx(NAN, nan_ok=True))
    assert crossed(np.array(below + gap + below), 5.0)[0] is None
    assert crossed(np.array(below + gap), 5.0)[0] is None
    assert crossed(np.array(below + gap[:3] + below), 5.0)[0] is False
    assert crossed(np.array([1.0, 9, 9, *gap]), 5.0) == (True, 2.0)
    assert crossed(np.array([NAN] * 10), 5.0)[0] is None
    assert crossed(np.array(below), NAN)[0] is None
    assert crossed(np.array([]), 5.0)[0] is None


def test_days_on_both_sides_of_a_gap_are_in_a_row() -> None:
    assert crossed(np.array([1.0, 9, NAN, 9, 1]), 5.0) == (True, 2.0)


def _series(values: list[float], breaks: tuple[int, ...] = ()) -> TrendSeries:
    start = np.datetime64("2026-01-05T00")
    return TrendSeries("M01", "rms_R", "A", 24, start, np.array(values), breaks=breaks)


def test_above_since_is_the_begin_of_the_run_that_lasts() -> None:
    limit = Limit("user", 5.0, "A", "stated")
    assert above_since(_series([9, 1, 9, NAN, 9, 9]), limit) == np.datetime64("2026-01-07T00")
    assert above_since(_series([9, 9, 9, 1]), limit) is None
    assert above_since(_series([1, 1, 1, 9]), limit) is None
    assert above_since(_series([9, 9, 9, 9], breaks=(3,)), limit) is None
    assert above_since(_series([9, 9, 9]), Limit("user", NAN, "A", "none")) is None
    assert above_since(_series([NAN, NAN]), limit) is None


def test_the_straight_line_needs_two_days_and_a_limit() -> None:
    assert not line_crosses(np.array([NAN, 1.0]), 0.5, 30)
    assert not line_crosses(np.arange(28.0), NAN, 30)
    assert line_crosses(np.array([1.0, NAN, 3.0]), 4.5, 2)


def test_shapes_and_holds_are_checked() -> None:
    with pytest.raises(ValueError, match=r"hold must be at least 1 day, got 0"):
        first_crossing(np.zeros((1, 3)), 1.0, hold=0)
    with pytest.raises(ValueError, match=r"must have rows and days, got shape \(3,\)"):
        first_crossing(np.zeros(3), 1.0)


def test_the_truth_of_a_simulated_fleet_counts_a_crossing_as_forecasts_do() -> None:
    assert HOLD == STAYS_DAYS
