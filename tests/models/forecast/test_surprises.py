"""Surprises: what is usual is none, what is not is one, and nothing is known of the future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diagmod.io.forecast_tables import FORECAST_SURPRISES
from diagmod.io.tables import conform
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.surprises import SurpriseSettings, deviations, surprises

START = np.datetime64("2026-01-05T00")
WEEKS_8 = 8 * 168


def _usual(seed: int, n: int = WEEKS_8, **changed: object) -> TrendSeries:
    """10 A with a day (10 %), quiet weekends (20 % less), a load that wanders (1 %) and noise (0.5 %)."""
    rng = np.random.default_rng(seed)
    hours = np.arange(n)
    wander = np.zeros(n)
    for k in range(1, n):
        wander[k] = 0.99 * wander[k - 1] + 0.0014 * rng.standard_normal()
    profile = (1 + 0.1 * np.sin(2 * np.pi * hours / 24)) * np.where(hours // 24 % 7 >= 5, 0.8, 1.0)
    values = 10 * profile * (1 + wander + 0.005 * rng.standard_normal(n))
    return replace(TrendSeries("M01", "rms_R", "A", 1, START, values), **changed)


def _with(series: TrendSeries, at: slice, factor: float) -> TrendSeries:
    values = series.values.copy()
    values[at] *= factor
    return replace(series, values=values)


def test_usual_weeks_have_hardly_a_surprise() -> None:
    """Over 20 series of eight weeks; weekends, days and a wandering load are learnt."""
    assert len(surprises([_usual(seed) for seed in range(20)])) <= 1


@pytest.mark.parametrize(("factor", "within_h"), [(1.15, 9), (0.7, 3)])
def test_a_shift_of_twelve_hours_is_found_the_sooner_the_larger_it_is(factor: float, within_h: int) -> None:
    series = [_with(_usual(seed), slice(1000, 1012), factor) for seed in range(10)]
    found = surprises(series)
    assert len(found) == 10
    late = (found["begin"].dt.tz_convert(None).to_numpy() - (START + np.timedelta64(1000, "h"))) / np.timedelta64(
        1, "h"
    )
    assert ((late >= 0) & (late <= within_h)).all()
    assert (np.sign(found["worst"]) == np.sign(factor - 1)).all()


def test_a_row_tells_the_worst_hour_and_what_was_expected_then() -> None:
    series = _with(_usual(0), slice(1000, 1012), 1.3)
    row = surprises([series]).iloc[0]
    found = deviations([series])[0]
    own = np.flatnonzero(found.is_surprise)
    worst = own[np.argmax(np.abs(found.deviation[own]))]
    assert row["value"] == series.values[worst]
    assert row["expected"] == pytest.approx(series.values[worst] / 1.3, rel=0.03)
    assert row["n_hours"] == len(own) == (row["end"] - row["begin"]).total_seconds() / 3600


def test_the_future_changes_nothing_of_the_past() -> None:
    series = _usual(3)
    for at in (200, 700, 1100):
        changed = replace(series, values=np.where(np.arange(WEEKS_8) >= at, -50.0, series.values))
        for one, other in zip(deviations([series]), deviations([changed]), strict=True):
            assert np.array_equal(one.expected[:at], other.expected[:at], equal_nan=True)
            assert np.array_equal(one.smoothed[:at], other.smoothed[:at], equal_nan=True)
            assert np.array_equal(one.is_surprise[:at], other.is_surprise[:at])


def test_the_expectation_is_a_day_old() -> None:
    """Values changed within the last day do not move what is expected of the next hour."""
    series = _usual(4)
    changed = _with(series, slice(1000, 1023), 1.5)
    one, other = (deviations([s])[0].expected[1000:1024] for s in (series, changed))
    assert one == pytest.approx(other, rel=1e-12)


def test_a_series_alone_and_among_others_is_judged_alike() -> None:
    many = [_with(_usual(seed), slice(900, 910), 1.4) for seed in range(4)] + [_usual(9, n=400), _usual(10, step_h=24)]
    together = deviations(many)
    for one, found in zip(many, together, strict=True):
        alone = deviations([one])[0]
        assert np.array_equal(alone.smoothed, found.smoothed, equal_nan=True)
        assert len(found.expected) == len(one)


def test_a_level_after_a_repair_is_learnt_afresh() -> None:
    lower = _with(_usual(5), slice(1000, None), 0.7)
    assert len(surprises([lower])) >= 1
    assert len(surprises([replace(lower, breaks=(1000,))])) == 0


def test_a_level_after_a_long_gap_is_learnt_afresh_and_after_a_short_one_it_is_a_surprise() -> None:
    def gappy(hours: int) -> TrendSeries:
        series = _with(_usual(6), slice(1000, None), 0.7)
        values = series.values.copy()
        values[1000 - hours : 1000] = np.nan
        return replace(series, values=values)

    assert len(surprises([gappy(240)])) == 0
    assert len(surprises([gappy(24)])) >= 1


def test_unknown_hours_within_a_surprise_are_not_counted() -> None:
    series = _with(_usual(7), slice(1000, 1012), 1.5)
    values = series.values.copy()
    values[1006:1008] = np.nan
    row = surprises([replace(series, values=values)]).iloc[0]
    assert row["n_hours"] == (row["end"] - row["begin"]).total_seconds() / 3600 - 2


def test_nothing_is_told_in_the_first_week() -> None:
    assert not deviations([_with(_usual(8), slice(100, 130), 3.0)])[0].is_surprise[:168].any()


def test_days_and_other_steps_work_too() -> None:
    rng = np.random.default_rng(0)
    for step_h in (6, 24, 48):
        values = 10 + 0.1 * rng.standard_normal(300)
        values[200:203] = 13
        found = surprises([TrendSeries("M01", "x", "", step_h, START, values)])
        assert len(found) >= 1
        assert found["begin"].iloc[0].tz_convert(None) == START + np.timedelta64(200 * step_h, "h")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "values",
    [[], [1.0], [np.nan] * 500, [7.0] * 500, [0.0] * 500, [-3.0, -4.0] * 250, [np.inf] * 500, [1e300, 0] * 250],
)
def test_strange_series_give_a_table_without_complaint(values: list[float]) -> None:
    found = surprises([TrendSeries("M01", "x", "", 1, START, np.array(values, dtype=float))])
    assert found.empty
    assert list(conform(found, FORECAST_SURPRISES)) == [column.name for column in FORECAST_SURPRISES.columns]


def test_no_series_give_an_empty_table() -> None:
    assert surprises([]).empty


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"release": 5.0}, "release and threshold must rise between 0 and 12, got 5 and 2.5"),
        ({"threshold": 20.0}, "release and threshold must rise between 0 and 12, got 1.25 and 20"),
        ({"smoothing_h": 0.0}, "smoothing_h must be positive hours, got 0"),
        ({"learn_h": 5}, "learn_h must be at least 24 h, got 5"),
    ],
)
def test_settings_out_of_range_are_refused(changed: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SurpriseSettings(**changed)
