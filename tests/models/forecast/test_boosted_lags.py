"""Boosting on lags: trees kept as numbers answer as the library's, and what has learnt nothing says nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_fleet import fleet, trend
from sklearn.ensemble import HistGradientBoostingRegressor

from diagmod.models.forecast.boosted_lags import BoostedLags, BoostingSettings, asked_of, rows_of, trees_of
from diagmod.models.forecast.window_rows import shape_of, windows_at

DAILY = shape_of(24, 30)


@pytest.fixture(scope="module")
def fitted() -> BoostedLags:
    return BoostedLags(DAILY, BoostingSettings(max_rows=4000)).fit(fleet(8))


def test_trees_as_numbers_answer_as_the_library_does():
    """With gaps in what trained and in what is asked, a column that is never known, and one that is known or not."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3000, 5)).astype(np.float32)
    x[rng.random(x.shape) < 0.2] = np.nan
    x[:, 4] = np.where(rng.random(3000) < 0.5, np.nan, 1.0)
    y = np.nan_to_num(x[:, 0]) + 2 * np.isnan(x[:, 1]) + np.isnan(x[:, 4]) + rng.normal(0, 0.1, 3000)
    models = [
        HistGradientBoostingRegressor(loss="quantile", quantile=q, max_iter=20, random_state=0, max_leaf_nodes=8).fit(
            x, y
        )
        for q in (0.25, 0.5)
    ]
    new = rng.standard_normal((500, 5)).astype(np.float32)
    new[rng.random(new.shape) < 0.3] = np.nan
    answers = trees_of(models).sums(asked_of(new))
    for k, model in enumerate(models):
        np.testing.assert_allclose(answers[:, k], model.predict(new), rtol=1e-12, atol=1e-12)


def test_forecasts_have_their_shape_and_rise(fitted: BoostedLags):
    answers = fitted.forecast(fleet(3, seed=5), 30)
    assert answers.shape == (3, 5, 30)
    assert np.isfinite(answers).all()
    assert (np.diff(answers, axis=1) >= 0).all()


def test_models_that_cross_still_give_quantiles_that_rise(fitted: BoostedLags):
    crossing = replace(fitted, trees=replace(fitted.trees, start=fitted.trees.start[::-1]))
    assert (np.diff(crossing.forecast(fleet(3, seed=5), 30), axis=1) >= 0).all()


def test_a_shorter_horizon_is_the_begin_of_a_longer_one(fitted: BoostedLags):
    np.testing.assert_array_equal(fitted.forecast(fleet(2), 7), fitted.forecast(fleet(2), 30)[:, :, :7])


def test_ampere_or_kiloampere_makes_no_difference(fitted: BoostedLags):
    one = fleet(1, seed=9)[0]
    a, b = (fitted.forecast([s], 30) for s in (one, replace(one, values=one.values / 1000)))
    np.testing.assert_allclose(b * 1000, a, rtol=1e-9)


def test_a_level_that_comes_back_is_learnt():
    """Days that swing by 1 around 10 with period 4, unlike any week: the line errs, the trees see the last days."""
    rng = np.random.default_rng(0)
    series = [
        trend(10 + np.sin(2 * np.pi * (np.arange(200) + k) / 4) + rng.normal(0, 0.05, 200), motor=f"M{k}")
        for k in range(8)
    ]
    settings = BoostingSettings(n_rounds=60, n_leaves=8, leaf_share=0.01, learning_rate=0.2)
    shape = shape_of(24, 4)
    method = BoostedLags(shape, settings).fit([s.until(160) for s in series])
    median = method.forecast([s.until(160) for s in series], 4)[:, 2]
    line = windows_at(series, [np.array([160])] * 8, shape).line.ahead(4)
    truth = np.stack([s.values[160:164] for s in series])
    assert np.abs(median - truth).mean() < 0.35 * np.abs(line - truth).mean()


def test_a_fleet_that_rose_is_not_taken_for_a_law():
    """Chance around a drift up: rows are mirrored, so the median of new flat series stays where they are."""
    rng = np.random.default_rng(0)
    rising = [trend(10 + 0.02 * np.arange(150) + rng.normal(0, 0.3, 150), motor=f"M{k}") for k in range(6)]
    method = BoostedLags(DAILY).fit(rising)
    flat = [trend(10 + rng.normal(0, 0.3, 150), motor=f"N{k}") for k in range(6)]
    assert abs(np.median(method.forecast(flat, 30)[:, 2]) - 10) < 0.15


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    settings = BoostingSettings(max_rows=2000, n_rounds=5)
    a, b = (BoostedLags(DAILY, settings).fit(fleet(4)).forecast(fleet(2), 30) for _ in range(2))
    assert a.tobytes() == b.tobytes()
    other = BoostedLags(DAILY, replace(settings, seed=8)).fit(fleet(4)).forecast(fleet(2), 30)
    assert other.tobytes() != a.tobytes()


def test_progress_ends_at_one():
    told: list[float] = []
    BoostedLags(DAILY, BoostingSettings(max_rows=500)).fit(fleet(2), lambda share, loss: told.append(share))
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_figures_are_not_known_rather_than_zero():
    """Of a series of eight days, means over the past weeks exist and the load, never logged, does not."""
    windows = windows_at([trend(np.arange(8.0))], [np.array([8])], DAILY)
    rows = rows_of(windows, np.zeros(30, dtype=int), np.arange(30))
    assert rows[:, 0].tolist() == list(range(1, 31))
    assert np.isnan(rows).any()
    assert not np.isinf(rows).any()


@pytest.mark.parametrize("values", [[], [np.nan] * 60, np.arange(5.0)], ids=["empty", "gaps", "five days"])
def test_series_that_are_too_short_have_no_forecast_and_teach_nothing(fitted: BoostedLags, values: list[float]):
    short = trend(np.array(values))
    answers = fitted.forecast([short, fleet(1)[0]], 30)
    assert np.isnan(answers[0]).all()
    assert np.isfinite(answers[1]).all()
    learnt = BoostedLags(DAILY).fit([short])
    assert not learnt.has_learnt
    assert np.isnan(learnt.forecast(fleet(1), 30)).all()


def test_constant_negative_huge_and_single_series_are_fine():
    one = fleet(1)[0]
    for values in (np.full(150, 3.0), np.zeros(150), -one.values, 1e200 * one.values):
        series = [trend(values)]
        answers = BoostedLags(DAILY).fit(series).forecast(series, 30)
        assert np.isfinite(answers).all()
    assert BoostedLags(DAILY).fit([]).forecast([], 30).shape == (0, 5, 30)


def test_what_cannot_be_asked_is_refused(fitted: BoostedLags):
    with pytest.raises(ValueError, match="boosted_lags has learnt nothing yet; call fit"):
        BoostedLags(DAILY).forecast(fleet(1), 30)
    with pytest.raises(ValueError, match="horizon must lie between 1 and 30 steps of 24 h, got 31"):
        fitted.forecast(fleet(1), 31)
    with pytest.raises(ValueError, match="steps of 1 h and the model steps of 24 h"):
        fitted.forecast(fleet(1, 400, 1), 30)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"n_rounds": 0}, "n_rounds must be at least 1, got 0"),
        ({"n_leaves": 17}, "n_leaves must be at most 16, got 17"),
        ({"learning_rate": 0.0}, "learning_rate must lie above 0"),
        ({"leaf_share": 1.0}, "leaf_share must lie between 0 and 1, got 1"),
    ],
)
def test_settings_out_of_range_are_refused(changed: dict[str, float], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        BoostingSettings(**changed)
