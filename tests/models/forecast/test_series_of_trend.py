"""Even series from a long trend: gaps stay gaps, a standing motor is one, and what cannot be forecast is refused."""

import numpy as np
import pandas as pd
import pytest

from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.series_of_trend import Refused, daily_series, hourly_series, visit_series

NO_EVENTS = pd.DataFrame(
    {
        "motor_id": pd.Series(dtype="str"),
        "kind": pd.Series(dtype="str"),
        "start": pd.Series(dtype="datetime64[us, UTC]"),
        "end": pd.Series(dtype="datetime64[us, UTC]"),
    }
)


def trend_of(values, quantity="rms_R", start="2026-01-05T00", hours=None, motor="M01"):
    """Rows of the table ``trend``; hours count from the start."""
    at = np.arange(len(values)) if hours is None else np.asarray(hours)
    when = pd.to_datetime(np.datetime64(start, "h") + at * np.timedelta64(1, "h")).tz_localize("UTC")
    return pd.DataFrame({"motor_id": motor, "quantity": quantity, "unit": "A", "hour": when, "mean": values})


def event(kind, start, end=None, motor="M01"):
    rows = [
        {
            "motor_id": motor,
            "kind": kind,
            "start": pd.Timestamp(start, tz="UTC"),
            "end": pd.Timestamp(end or start, tz="UTC"),
        }
    ]
    return pd.DataFrame(rows)


def swing(n):
    return 10 + np.sin(np.arange(n) / 5)


def only(trend, events=NO_EVENTS, quantities=("rms_R",)):
    found, refused = hourly_series(trend, events, quantities)
    return (found or refused)[0]


def test_an_hour_without_a_row_is_a_gap_at_its_place():
    values = swing(400)
    series = only(trend_of(np.delete(values, [7, 8]), hours=np.delete(np.arange(400), [7, 8])))
    assert np.isnan(series.values[[7, 8]]).all()
    np.testing.assert_array_equal(np.delete(series.values, [7, 8]), np.delete(values, [7, 8]))
    assert series.start == np.datetime64("2026-01-05T00")


def test_rows_in_any_order_give_the_same_series():
    trend = trend_of(swing(400))
    np.testing.assert_array_equal(only(trend.sample(frac=1, random_state=3)).values, only(trend).values)


def test_an_hour_of_a_standing_motor_is_a_gap_and_one_of_light_load_is_not():
    values = swing(400)
    values[50], values[60] = 0.1, 3.0
    series = only(trend_of(values))
    assert np.isnan(series.values[50])
    assert series.values[60] == 3.0


def test_other_quantities_are_covariates_and_other_phases_are_not():
    load = trend_of(np.linspace(50, 60, 300), "load_pct", hours=np.arange(100, 400))
    series = only(pd.concat([trend_of(swing(400)), trend_of(swing(400), "rms_S"), load]))
    assert set(series.covariates) == {"load_pct"}
    assert np.isnan(series.covariates["load_pct"][:100]).all()
    assert series.covariates["load_pct"][100] == 50


def test_a_repair_is_a_break_at_its_first_whole_hour_and_an_inspection_is_none():
    repair = event("repair", "2026-01-10T00:00", "2026-01-10T05:30")
    assert only(trend_of(swing(400)), repair).breaks == (126,)
    assert only(trend_of(swing(400)), event("inspection", "2026-01-10T00:00")).breaks == ()
    assert only(trend_of(swing(400)), event("repair", "2026-01-10T00:00", motor="M02")).breaks == ()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (swing(20), "20 known hours, at least 336 are needed"),
        (np.full(400, np.nan), "0 known hours"),
        (np.full(400, 7.0), "every value is 7 A: the reading is stuck"),
        (np.where(np.arange(400) == 3, -4.0, swing(400)), "1 values are negative, which an rms cannot be"),
    ],
    ids=["short", "all gaps", "constant", "negative"],
)
def test_what_cannot_be_forecast_is_refused_in_words(values, reason):
    found = only(trend_of(values))
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_a_negative_temperature_is_none_of_these():
    assert isinstance(only(trend_of(swing(400) - 12, "ambient_c"), quantities=("ambient_c",)), TrendSeries)


def test_hours_far_away_from_all_others_are_left_out():
    """A clock that jumped by ten years for a day."""
    hours = np.concatenate([np.arange(400), 87_600 + np.arange(24)])
    series = only(trend_of(np.concatenate([swing(400), swing(24)]), hours=hours))
    assert len(series) == 400


def test_a_day_is_the_mean_of_its_known_hours_and_half_a_day_is_the_least():
    values = np.arange(31 * 24.0)
    values[24:37], values[48:60] = np.nan, np.nan
    series = daily_series(only(trend_of(values + 100)))
    assert isinstance(series, TrendSeries)
    assert series.step_h == 24
    assert series.values[0] == 100 + np.mean(np.arange(24))
    assert np.isnan(series.values[1])
    assert series.values[2] == 100 + np.mean(np.arange(60, 72))


def test_days_are_those_of_the_calendar_whenever_the_log_begins():
    series = daily_series(only(trend_of(swing(31 * 24), start="2026-01-05T18")))
    assert series.start == np.datetime64("2026-01-06T00")
    np.testing.assert_allclose(series.values[0], swing(31 * 24)[6:30].mean())


def test_the_first_day_after_a_repair_is_a_whole_one():
    hourly = only(trend_of(swing(40 * 24)), event("repair", "2026-01-20T00:00", "2026-01-20T05:30"))
    assert daily_series(hourly).breaks == (16,)


def test_figures_of_visits_lie_on_the_grid_of_their_usual_distance():
    rng = np.random.default_rng(1)
    when = pd.Timestamp("2026-01-05T08", tz="UTC") + pd.to_timedelta(
        np.arange(30) * 48 + rng.integers(0, 5, 30), unit="h"
    )
    visits = pd.DataFrame({"motor_id": "M01", "quantity": "thd", "time": when, "value": np.arange(30.0)})
    series = visit_series(visits.drop(index=4), "%", NO_EVENTS)
    assert isinstance(series, TrendSeries)
    assert series.step_h == 48
    assert np.isnan(series.values[4])
    assert np.nansum(series.values) == np.arange(30).sum() - 4
    few = visit_series(visits.head(20), "%", NO_EVENTS)
    assert isinstance(few, Refused)
    assert "20 recordings with a value, at least 24 are needed" in few.reason
