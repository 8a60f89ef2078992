"""ETS and ARIMA against what is known by theory, and on everything that a trend log may contain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from diagmod.models.forecast.method import LEVELS
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.statistical_methods import STATISTICAL_METHODS, Arima, Ets

METHODS = pytest.mark.parametrize("method", STATISTICAL_METHODS.values(), ids=STATISTICAL_METHODS)

WEEK = np.array([5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 1.0])


def _series(values, step_h=24, breaks=()):
    return TrendSeries(
        "M01", "rms_R", "A", step_h, np.datetime64("2026-01-05T00", "h"), np.asarray(values, float), {}, breaks
    )


def _of(method, values, horizon=14, step_h=24, breaks=()):
    return method.forecast([_series(values, step_h, breaks)], horizon)[0]


def _noise(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def _hourly(n_weeks, seed=0):
    """Day, week and noise of 0.1 A, in hours."""
    hours = np.arange(168 * n_weeks)
    return 20 + 2 * np.sin(2 * np.pi * hours / 24) - (hours // 24 % 7 >= 5) + 0.1 * _noise(len(hours), seed)


@METHODS
def test_week_goes_on(method):
    result = _of(method, np.tile(WEEK, 12) + 0.05 * _noise(84))
    np.testing.assert_allclose(result[2], np.tile(WEEK, 2), atol=0.2)


@METHODS
def test_day_and_week_of_hours_go_on_to_their_noise(method):
    values = _hourly(9)
    result = _of(method, values[:-168], 168, 1)
    error = np.abs(result[2] - values[-168:])
    assert error.mean() < 0.15
    assert np.mean((values[-168:] > result[0]) & (values[-168:] < result[4])) > 0.7


@METHODS
def test_noise_around_a_level_is_covered_as_often_as_promised(method):
    """60 series of 84 days of white noise, 7 days ahead each: 90 % of 420 days, give or take what small fits cost."""
    rows = np.random.default_rng(3).normal(size=(60, 91))
    result = method.forecast([_series(row[:84]) for row in rows], 7)
    inside = (rows[:, 84:] > result[:, 0]) & (rows[:, 84:] < result[:, 4])
    assert 0.80 < inside.mean() < 0.96


def test_interval_of_a_random_walk_grows_with_the_root_of_the_steps():
    """Sigma 1 a day: after 16 days the 95 % quantile lies near 1.645 * 4 above the last value."""
    walk = np.cumsum(_noise(400, 5))
    result = _of(Ets(), walk, 16)
    np.testing.assert_allclose(result[4, 15] - result[2, 15], ndtri(0.95) * 4, rtol=0.25)


@METHODS
def test_quantiles_rise_and_are_symmetric(method):
    result = _of(method, np.tile(WEEK, 12) + _noise(84))
    assert (np.diff(result, axis=0) > 0).all()
    np.testing.assert_allclose(result[2] - result[0], result[4] - result[2])


def test_trend_of_wear_is_followed_by_exponential_smoothing():
    days = np.arange(120.0)
    result = _of(Ets(), 10 + 0.1 * days + 0.1 * _noise(120), 30)
    np.testing.assert_allclose(result[2, 29], 10 + 0.1 * 149, atol=0.5)


@METHODS
def test_trend_before_a_repair_does_not_go_on_after_it(method):
    worn = 10 + 0.2 * np.arange(60.0) + 0.05 * _noise(60)
    after = 10 + 0.05 * _noise(35, 1)
    result = _of(method, np.concatenate([worn, after]), 30, breaks=(60,))
    np.testing.assert_allclose(result[2], 10.0, atol=0.3)


@METHODS
@pytest.mark.parametrize("scale", [1e-9, -1.0, 1e9])
def test_unit_and_sign_carry_over_to_the_forecast(method, scale):
    values = np.tile(WEEK, 12) + 0.3 * _noise(84)
    plain, scaled = _of(method, values), _of(method, scale * values)
    np.testing.assert_allclose(scaled, np.sort(scale * plain, axis=0), rtol=0.02, atol=0.02 * abs(scale))


@METHODS
def test_constant_series_has_no_width(method):
    np.testing.assert_array_equal(_of(method, np.full(40, 3.3)), np.full((len(LEVELS), 14), 3.3))
    np.testing.assert_allclose(_of(method, 3.3 + 1e-15 * _noise(40)), 3.3)


@METHODS
@pytest.mark.parametrize("step_h", [1, 24, 168, 5])
@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).integers(0, 3, 60),
        np.arange(60.0),
        np.where(np.arange(60) == 30, 1.0, 0.0),
        np.where(np.arange(60) % 2 == 0, _noise(60), np.nan),
        np.where(np.arange(60) < 50, _noise(60), np.nan),
        np.where(np.arange(60) < 30, 1.0, 1e6),
        np.where(np.arange(60) % 7 >= 5, np.nan, _noise(60)),
    ],
    ids=["integers", "line", "spike", "every_second", "outage_at_end", "jump", "no_weekends"],
)
def test_whatever_a_log_holds_gives_quantiles_that_rise(method, values, step_h):
    result = _of(method, values, 9, step_h)
    known = np.count_nonzero(np.isfinite(values)) >= (48 if step_h == 1 else 8)
    assert np.isfinite(result).all() == known
    assert not known or (np.diff(result, axis=0) >= 0).all()


@METHODS
@pytest.mark.parametrize("values", [[], np.full(60, np.nan), np.ones(13)], ids=["empty", "gaps", "short"])
def test_series_that_is_too_short_is_not_forecast(method, values):
    result = method.forecast([_series(values), _series(np.tile(WEEK, 3))], 3)
    assert np.isnan(result[0]).all()
    assert np.isfinite(result[1]).all()


@METHODS
def test_fit_that_the_library_refuses_is_all_gaps(method, monkeypatch):
    from statsforecast import models

    def refuse(*args, **kwargs):
        raise ValueError("No suitable ARIMA model found")

    for name in ("AutoETS", "ARIMA", "MSTL"):
        monkeypatch.setattr(getattr(models, name), "forecast", refuse)
    assert np.isnan(_of(method, np.tile(WEEK, 5) + _noise(35))).all()


@METHODS
def test_same_series_gives_the_same_bytes_and_no_random_state_is_touched(method):
    values = np.tile(WEEK, 12) + _noise(84)
    np.random.seed(4)
    first = _of(method, values)
    state = np.random.get_state()[1].copy()
    assert first.tobytes() == _of(method, values).tobytes()
    np.random.seed(4)
    np.testing.assert_array_equal(state, np.random.get_state()[1])


@METHODS
def test_forecast_does_not_depend_on_what_stands_beside_it(method):
    one, other = _series(np.tile(WEEK, 8) + _noise(56)), _series(_noise(90, 2))
    together = method.forecast([one, other], 7)
    np.testing.assert_array_equal(together[1], method.forecast([replace(other, motor_id="M09")], 7)[0])


def test_methods_learn_nothing():
    assert Ets().fit([]) == Ets()
    assert Arima().fit([_series(np.ones(3))]) == Arima()
