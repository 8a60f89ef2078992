"""Prophet: what it gets to see, what it promises, and what is kept of a fit."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import numpy as np
import pytest

from diagmod.models.forecast.covariate_profile import usual_miss
from diagmod.models.forecast.method import LEVELS
from diagmod.models.forecast.prophet_method import (
    ProphetMethod,
    _deviation,
    _quiet,
    fitted,
    forecast_of_stored,
    onward,
    stored,
)
from diagmod.models.forecast.series import TrendSeries

WEEK = np.array([5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 1.0])


def _series(values, step_h=24, breaks=(), **covariates):
    return TrendSeries(
        "M01", "rms_R", "A", step_h, np.datetime64("2026-01-05T00", "h"), np.asarray(values, float), covariates, breaks
    )


def _noise(n, seed=0):
    return np.random.default_rng(seed).normal(size=n)


def _of(series, horizon=14):
    return ProphetMethod().forecast([series], horizon)[0]


@pytest.fixture(scope="module")
def weekly():
    return _series(np.tile(WEEK, 14) + 0.1 * _noise(98))


@pytest.fixture(scope="module")
def fit(weekly):
    return fitted(weekly)


def test_week_and_slope_go_on():
    days = np.arange(98)
    result = _of(_series(np.tile(WEEK, 14) + 0.05 * days + 0.05 * _noise(98)))
    np.testing.assert_allclose(result[2], np.tile(WEEK, 2) + 0.05 * (98 + np.arange(14)), atol=0.4)


def test_hours_carry_day_and_week():
    hours = np.arange(168 * 5)
    values = 20 + 2 * np.sin(2 * np.pi * hours / 24) - (hours // 24 % 7 >= 5) + 0.05 * _noise(len(hours))
    result = _of(_series(values[:-168], 1), 168)
    assert np.abs(result[2] - values[-168:]).mean() < 0.25


def test_gaps_are_left_out_and_not_filled(weekly):
    values = weekly.values.copy()
    values[30:50] = np.nan
    holed = fitted(replace(weekly, values=values))
    np.testing.assert_allclose(onward(holed, weekly, 7)[2], WEEK, atol=0.3)


def test_trend_before_a_repair_does_not_go_on_after_it():
    worn = 10 + 0.2 * np.arange(60.0) + 0.05 * _noise(60)
    after = 10 + 0.05 * _noise(35, 1)
    result = _of(_series(np.concatenate([worn, after]), breaks=(60,)), 30)
    np.testing.assert_allclose(result[2], 10.0, atol=0.5)


def test_piece_of_the_trend_begins_at_a_repair_that_stays_in_the_history(weekly):
    model = fitted(replace(weekly, breaks=(90,)))
    assert np.datetime64("2026-04-05") in model.changepoints.to_numpy().astype("datetime64[D]")


def test_variance_of_the_future_is_that_of_the_librarys_own_samples(fit, weekly):
    """Deviation of 4000 sampled futures of the library against the closed form, wandering part included."""
    import pandas as pd

    times = weekly.times_from(len(weekly), 30).astype("datetime64[ns]")
    model = fitted(replace(weekly, values=weekly.values + np.cumsum(_noise(98, 7))))
    model.uncertainty_samples = 4000
    np.random.seed(0)
    with _quiet():
        samples = model.predictive_samples(pd.DataFrame({"ds": times}), vectorized=False)["yhat"]
    ahead = np.arange(1, 31) / 97
    np.testing.assert_allclose(np.std(samples, axis=1), _deviation(model, ahead), rtol=0.12)


def test_noise_is_covered_as_often_as_promised():
    rows = np.random.default_rng(3).normal(size=(25, 97))
    result = ProphetMethod().forecast([_series(row[:90]) for row in rows], 7)
    inside = (rows[:, 90:] > result[:, 0]) & (rows[:, 90:] < result[:, 4])
    assert 0.78 < inside.mean() < 0.97


def test_load_that_is_logged_explains_the_past_and_is_its_profile_ahead():
    """Current = 2 + load / 10, load 40 on weekdays and 10 else; 80 on three days near the end make no new level."""
    load = np.where(np.arange(98) % 7 < 5, 40.0, 10.0) + 5 * _noise(98)
    load[-6:-3] = 80.0
    series = _series(2 + load / 10 + 0.02 * _noise(98, 1), load_pct=load)
    model = fitted(series)
    assert list(model.extra_regressors) == ["logged_load_pct"]
    result = onward(model, series, 7)
    profile = load.reshape(14, 7)[-4:].mean(axis=0)
    np.testing.assert_allclose(result[2], 2 + profile / 10, atol=0.15)


def test_interval_holds_what_is_unknown_of_the_load():
    """Load wanders by 5 % around its week: 0.5 A of it, hypot 0.25 for the mean of four, against noise of 0.02 A."""
    load = np.where(np.arange(98) % 7 < 5, 40.0, 10.0) + 5 * _noise(98)
    series = _series(2 + load / 10 + 0.02 * _noise(98, 1), load_pct=load)
    assert usual_miss(series, {"load_pct": 0.1}) == pytest.approx(np.hypot(0.5, 0.25), rel=0.2)
    result = _of(series, 7)
    assert ((result[4] - result[2])[0]) > 1.645 * 0.4


def test_names_that_the_library_keeps_for_itself_are_no_trouble(weekly):
    series = replace(weekly, covariates={"trend": _noise(98), "a_delim_b": _noise(98, 1), "ds": _noise(98, 2)})
    assert np.isfinite(_of(series)).all()


def test_stored_fit_forecasts_the_same_without_fitting(fit, weekly, monkeypatch):
    from prophet import Prophet

    text = stored(fit)
    before = onward(fit, weekly, 14)
    monkeypatch.setattr(Prophet, "fit", None)
    np.testing.assert_allclose(forecast_of_stored(text, weekly, 14), before, rtol=1e-9)


def test_stored_fit_goes_on_after_the_end_of_a_series_that_has_grown(fit, weekly):
    grown = replace(weekly, values=np.append(weekly.values, np.full(3, np.nan)))
    later, sooner = forecast_of_stored(stored(fit), grown, 4), forecast_of_stored(stored(fit), weekly, 7)
    np.testing.assert_allclose(later, sooner[:, 3:])


def test_stored_fit_is_refused_after_a_later_repair_and_without_its_covariate(fit, weekly):
    grown = replace(weekly, values=np.append(weekly.values, np.ones(8)), breaks=(100,))
    assert np.isnan(forecast_of_stored(stored(fit), grown, 5)).all()
    loaded = replace(weekly, covariates={"load_pct": _noise(98)})
    text = stored(fitted(loaded))
    assert np.isnan(forecast_of_stored(text, weekly, 5)).all()
    assert np.isfinite(forecast_of_stored(text, loaded, 5)).all()


def test_repair_within_the_outage_before_the_fit_is_no_later_repair(weekly):
    """Nothing is known of the level since, so the old one stands."""
    series = replace(weekly, values=np.append(weekly.values, np.full(5, np.nan)), breaks=(100,))
    model = fitted(series)
    np.testing.assert_allclose(onward(model, series, 9)[2, 2:], WEEK, atol=0.3)
    np.testing.assert_allclose(forecast_of_stored(stored(model), series, 9), onward(model, series, 9))


def test_stored_text_is_equal_for_equal_input_small_and_json(fit, weekly):
    text = stored(fit)
    assert text == stored(fitted(weekly))
    assert len(text) < 20_000
    assert json.loads(text)["scaling"] == "minmax"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"growth": "linear"}'])
def test_text_that_is_no_fit_is_refused_in_words(text, weekly):
    with pytest.raises(ValueError, match="not a stored fit of Prophet; fit the series again"):
        forecast_of_stored(text, weekly, 5)


def test_same_series_gives_the_same_bytes_and_no_random_state_is_touched(weekly):
    np.random.seed(4)
    before = np.random.get_state()[1].copy()
    assert _of(weekly).tobytes() == _of(weekly).tobytes()
    np.testing.assert_array_equal(before, np.random.get_state()[1])


@pytest.mark.parametrize("scale", [1e-9, -1.0, 1e9])
def test_unit_and_sign_carry_over_to_the_forecast(weekly, scale):
    plain, scaled = _of(weekly), _of(replace(weekly, values=scale * weekly.values))
    np.testing.assert_allclose(scaled, np.sort(scale * plain, axis=0), atol=0.15 * abs(scale))


@pytest.mark.parametrize(
    "values",
    [
        np.full(40, 3.3),
        3.3 + 1e-13 * _noise(40),
        np.arange(40.0),
        np.where(np.arange(40) == 20, 1.0, 0.0),
        np.random.default_rng(0).integers(0, 3, 20),
        np.where(np.arange(40) % 2 == 0, _noise(40), np.nan),
    ],
    ids=["constant", "rounding", "line", "spike", "integers", "every_second"],
)
@pytest.mark.parametrize("step_h", [24, 168])
def test_whatever_a_log_holds_gives_quantiles_that_rise(values, step_h):
    result = _of(_series(values, step_h), 9)
    assert np.isfinite(result).all()
    assert (np.diff(result, axis=0) >= 0).all()


@pytest.mark.parametrize("values", [[], np.full(60, np.nan), np.ones(13)], ids=["empty", "gaps", "short"])
def test_series_that_is_too_short_is_not_forecast(values):
    assert np.isnan(_of(_series(values))).all()
    assert _of(_series(values)).shape == (len(LEVELS), 14)


def test_fit_that_the_optimiser_refuses_is_all_gaps(weekly, monkeypatch):
    from prophet import Prophet

    def refuse(self, rows, **settings):
        raise RuntimeError("Optimization terminated abnormally")

    monkeypatch.setattr(Prophet, "fit", refuse)
    assert np.isnan(_of(weekly)).all()


def test_nothing_is_said_and_the_loggers_are_as_before(weekly, capfd, caplog):
    level = logging.getLogger("prophet").level
    with caplog.at_level(logging.DEBUG):
        _of(weekly)
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name.split(".")[0] in ("prophet", "cmdstanpy")]
    assert logging.getLogger("prophet").level == level
    assert not logging.getLogger("cmdstanpy").disabled
