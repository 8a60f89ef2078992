"""Windows see what is before the origin, in scales of their own, and are asked for what comes before a repair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_fleet import fleet, trend

from diagmod.models.forecast.window_draws import training_windows
from diagmod.models.forecast.window_rows import (
    CHANNELS,
    SIGNED,
    WindowShape,
    calendar_of,
    last_windows,
    refuse_horizon,
    shape_of,
    windows_at,
)

DAILY = shape_of(24, 30)


def channel(windows: object, name: str) -> np.ndarray:
    return windows.channels()[:, CHANNELS.index(name)]


def test_a_window_sees_nothing_of_what_comes():
    """Another future, from the origin on, leaves every input and the line as they are; targets alone change."""
    one = fleet(1)[0]
    other = replace(one, values=np.concatenate([one.values[:100], 7 * one.values[100:]]))
    a, b = (windows_at([s], [np.array([100])], DAILY) for s in (one, other))
    np.testing.assert_array_equal(a.channels(), b.channels())
    np.testing.assert_array_equal(a.line.ahead(30), b.line.ahead(30))
    assert not np.array_equal(a.targets, b.targets, equal_nan=True)


def test_kiloampere_are_the_same_task_as_ampere():
    one = fleet(1)[0]
    a, b = (windows_at([s], [np.array([60, 100])], DAILY) for s in (one, replace(one, values=one.values / 1000)))
    np.testing.assert_allclose(a.channels(), b.channels(), atol=1e-5)
    np.testing.assert_allclose(a.targets, b.targets, atol=1e-9)
    np.testing.assert_allclose(b.in_unit(np.ones((2, 5, 30))) * 1000, a.in_unit(np.ones((2, 5, 30))))


def test_targets_in_the_unit_are_what_was_measured():
    one = fleet(1)[0]
    windows = windows_at([one], [np.array([90])], DAILY)
    again = windows.in_unit(np.repeat(windows.targets[:, None], 5, axis=1))
    np.testing.assert_allclose(again[0, 2], one.values[90:120])


def test_steps_after_a_repair_or_past_the_end_are_not_asked_for():
    one = replace(fleet(1)[0], values=np.arange(150.0), breaks=(108,))
    at_repair, past_end = (windows_at([one], [np.array([at])], DAILY) for at in (100, 140))
    assert np.isfinite(at_repair.targets[0]).tolist() == [True] * 8 + [False] * 22
    assert np.isfinite(past_end.targets[0]).tolist() == [True] * 10 + [False] * 20
    assert not np.isfinite(windows_at([one], [np.array([108])], DAILY).targets).any()


def test_steps_since_the_last_repair_are_counted():
    one = replace(fleet(1)[0], breaks=(90,))
    windows = windows_at([one], [np.array([100])], DAILY)
    assert windows.since_break[0, -10:].tolist() == list(range(10))
    assert (windows.since_break[0, :-10] == DAILY.lookback).all()
    assert channel(windows, "since_break")[0, -10] == 0
    assert channel(windows, "since_break")[0, 0] == pytest.approx(1)


def test_gaps_and_the_time_before_the_begin_are_marked_and_zero():
    values = fleet(1)[0].values[:40].copy()
    values[35] = np.nan
    windows = last_windows([trend(values)], DAILY)
    known = channel(windows, "known")[0]
    assert (known == np.concatenate([np.zeros(16), np.isfinite(values)])).all()
    assert (channel(windows, "value")[0][known == 0] == 0).all()
    assert np.isfinite(windows.channels()).all()


def test_covariates_are_deviations_from_the_last_week_or_marked_as_not_logged():
    """A load of 50 %, 60 % on the last day: the mean of the last week is 360/7 %, in tens of percent."""
    load = np.full(150, 50.0)
    load[-1] = 60.0
    windows = last_windows([replace(fleet(1)[0], covariates={"load_pct": load, "pressure": load})], DAILY)
    assert channel(windows, "load_pct")[0, -1] == pytest.approx((60 - 360 / 7) / 10)
    assert (channel(windows, "load_pct_known") == 1).all()
    assert (channel(windows, "ambient_c_known") == 0).all()
    assert (channel(windows, "ambient_c") == 0).all()


def test_the_calendar_knows_monday_and_the_hour():
    """Monday 00:00 is the begin of both turns; Thursday 12:00 is half a week and half a day on."""
    monday, thursday = calendar_of(np.array(["2026-01-05T00", "2026-01-08T12"], dtype="datetime64[h]")).T
    assert monday == pytest.approx([0, 1, 0, 1])
    assert thursday == pytest.approx([0, -1, 0, -1], abs=1e-12)
    windows = windows_at([fleet(1)[0]], [np.array([70])], DAILY)  # 70 days after a Monday: the last step is a Sunday
    assert channel(windows, "week_sin")[0, -1] == pytest.approx(np.sin(2 * np.pi * 6 / 7), abs=1e-6)


def test_mirrored_windows_are_the_same_windows_with_signed_channels_turned():
    windows = windows_at(fleet(2), [np.array([80]), np.array([90])], DAILY)
    turned = windows.channels()
    turned[:, SIGNED] *= -1
    np.testing.assert_array_equal(windows.mirrored().channels(), turned)
    np.testing.assert_array_equal(windows.mirrored().targets, -windows.targets)


def test_hours_are_seen_for_two_weeks_and_days_for_eight():
    assert (shape_of(1, 168).lookback, shape_of(24, 30).lookback) == (336, 56)
    assert shape_of(6, 28).lookback == 56
    assert shape_of(5, 8).seasons == ()


def test_windows_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="lookback must be a multiple of the season of 7 steps, got 50"):
        WindowShape(24, 50, 30)
    with pytest.raises(ValueError, match="horizon must be at least 1, got 0"):
        WindowShape(24, 56, 0)
    with pytest.raises(ValueError, match="steps of 1 h and the model steps of 24 h"):
        last_windows(fleet(1, 400, 1), DAILY)
    with pytest.raises(ValueError, match="horizon must lie between 1 and 30 steps of 24 h, got 31"):
        refuse_horizon("tcn", 31, DAILY, True)


def test_training_windows_are_bounded_drawn_by_the_seed_and_in_order():
    series = fleet(3)
    few, same, other = (training_windows(series, DAILY, 50, seed) for seed in (1, 1, 2))
    assert len(few) <= 50
    np.testing.assert_array_equal(few.targets, same.targets)
    assert not np.array_equal(few.origin, other.origin)
    everything = training_windows(series, DAILY, 10_000, 1)
    assert len(everything) > 300
    assert np.isfinite(everything.targets).any(axis=1).all()


def test_training_windows_since_a_moment_begin_there():
    since = np.datetime64("2026-04-01T00", "h")
    windows = training_windows(fleet(2), DAILY, 1000, 0, since)
    assert windows.origin.min() >= since


@pytest.mark.parametrize(
    "values", [[], [1.0], [np.nan] * 50, np.arange(6.0)], ids=["empty", "one", "gaps", "less than a week"]
)
def test_too_short_series_teach_nothing_and_have_no_line(values: list[float]):
    assert len(training_windows([trend(np.array(values))], DAILY, 10, 0)) == 0
    assert not last_windows([trend(np.array(values))], DAILY).is_usable.any()


def test_no_series_make_no_windows():
    assert len(last_windows([], DAILY)) == len(training_windows([], DAILY, 10, 0)) == 0


def test_a_series_of_twenty_days_teaches_and_has_a_line():
    one = trend(fleet(1)[0].values[:20])
    assert len(training_windows([one], DAILY, 100, 0)) >= 10
    assert last_windows([one], DAILY).is_usable.all()


def test_huge_and_negative_values_stay_finite():
    one = fleet(1)[0]
    for values in (1e300 * one.values, -one.values, np.where(np.arange(150) == 75, 1e12, one.values)):
        windows = training_windows([trend(values)], DAILY, 200, 0)
        assert np.isfinite(windows.channels()).all()
        assert np.nanmax(np.abs(windows.targets)) <= 20
