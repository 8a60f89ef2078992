"""The choice: by what had come in full, drawn towards the fleet, and a naive line where no model beats it."""

import numpy as np
import pytest

from diagmod.models.forecast.choice import choose, chosen_at, errors_of
from diagmod.models.forecast.method import LEVELS
from diagmod.models.forecast.predictive import calibrated_test, history_of
from diagmod.models.forecast.rolling_origin import BackTest
from diagmod.models.forecast.series import TrendSeries

HORIZON, STEP = 4, np.timedelta64(24, "h")


def told(errors, motors=None, apart=4):
    """Back-test in which the median of each method is off by the given errors, shape (n_series, n_origins)."""
    n_series, n_origins = next(iter(errors.values())).shape
    motors = motors or [f"M{k}" for k in range(n_series)]
    series = tuple(TrendSeries(m, "rms_R", "A", 24, np.datetime64("2026-01-05T00"), np.ones(200)) for m in motors)
    origins = np.datetime64("2026-03-01T00") + np.arange(n_origins) * apart * STEP
    actual = np.zeros((n_series, n_origins, HORIZON))
    spread = np.linspace(-1, 1, len(LEVELS))[:, None] * np.ones(HORIZON)
    quantiles = {name: off[:, :, None, None] + spread for name, off in errors.items()}
    return BackTest(series, HORIZON, origins, actual, np.ones((n_series, n_origins)), quantiles)


def of(value, n_series=3, n_origins=8):
    return np.full((n_series, n_origins), float(value))


def test_the_error_is_that_of_the_median_over_the_scale():
    methods, errors = errors_of(told({"naive": of(2.0), "ets": of(-0.5)}))
    assert methods == ("naive", "ets")
    np.testing.assert_allclose(errors[0], 2.0)
    np.testing.assert_allclose(errors[1], 0.5)


def test_the_least_error_is_chosen_and_its_figures_are_kept():
    choices = choose(told({"naive": of(2.0), "seasonal_naive": of(1.0), "ets": of(0.5)}))
    assert {c.method for c in choices} == {"ets"}
    assert choices[0].mase == {"naive": 2.0, "seasonal_naive": 1.0, "ets": 0.5}
    assert choices[0].best_naive == "seasonal_naive"
    assert choices[0].n_origins == 8


def test_a_model_that_does_not_beat_the_naive_line_is_not_used():
    assert {c.method for c in choose(told({"naive": of(0.9), "drift": of(1.5), "ets": of(1.0)}))} == {"naive"}


def test_luck_on_one_series_is_drawn_towards_the_fleet_and_a_great_difference_is_not():
    lucky, good = of(1.0, 10), of(1.0, 10)
    lucky[0], good[0] = 0.75, 0.1
    steady = of(0.8, 10)
    assert choose(told({"naive": of(2.0, 10), "ets": steady, "tcn": lucky}))[0].method == "ets"
    assert choose(told({"naive": of(2.0, 10), "ets": steady, "tcn": good}))[0].method == "tcn"


def test_a_method_that_failed_on_a_series_is_no_candidate_for_it():
    failed = of(0.1)
    failed[1] = np.nan
    choices = choose(told({"naive": of(1.0), "ets": failed}))
    assert [c.method for c in choices] == ["ets", "naive", "ets"]


def test_with_nothing_judged_a_week_ago_is_repeated():
    choices = choose(told({"naive": of(np.nan), "seasonal_naive": of(np.nan)}))
    assert {(c.method, c.n_origins, c.best_naive) for c in choices} == {("seasonal_naive", 0, "")}


def test_the_choice_at_an_origin_stands_on_what_had_ended_before_it():
    """A method that is best early and worst late is dropped only when its bad forecasts have come in."""
    turning = of(0.1, 1, 10)
    turning[:, 5:] = 9.0
    test = told({"naive": of(1.0, 1, 10), "ets": turning})
    named = np.array([*test.quantiles, ""])[chosen_at(test)][0]
    assert named.tolist() == [""] + ["ets"] * 5 + ["naive"] * 4
    late = test.is_judged.copy()
    late[:] = False
    late[:5] = True
    assert choose(test, late)[0].method == "ets"


def test_errors_that_calibrate_a_forecast_are_of_other_motors_and_of_origins_that_ended():
    rng = np.random.default_rng(1)
    motors = [f"M{k // 3}" for k in range(18)]
    test = told({"naive": rng.standard_normal((18, 8))}, motors)
    history = history_of(test, "naive")
    own = history.scores[:3].reshape(-1, HORIZON)
    for origin, n_ended in ((2, 2), (5, 5)):
        used = history.usable("M0", origin)
        assert len(used) == 15 * n_ended
        assert not (used[:, None, 0] == own[None, :, 0]).any()
    assert history.usable("M0", 1).shape == (0, HORIZON) or len(history.usable("M0", 1)) >= 15
    assert len(history.usable("M0")) == 15 * 8


@pytest.mark.parametrize("origin", [0, 3])
def test_calibrated_quantiles_of_an_origin_do_not_know_later_ones(origin):
    rng = np.random.default_rng(2)
    errors = rng.standard_normal((30, 8))
    changed = errors.copy()
    changed[:, origin:] += 5
    before, after = (calibrated_test(told({"naive": e}))["naive"][:, :origin] for e in (errors, changed))
    np.testing.assert_array_equal(before, after)
