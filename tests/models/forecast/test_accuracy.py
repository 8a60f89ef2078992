"""Errors of a forecast by hand arithmetic, and the summary that compares methods on the same forecasts."""

import numpy as np
import pandas as pd
import pytest

from diagmod.models.forecast.accuracy import accuracy, pinball
from diagmod.models.forecast.legs import bands
from diagmod.models.forecast.score_rows import common_forecasts, summary_rows
from diagmod.models.forecast.series import scale_of

#: Quantiles 0, 1, 2, 3, 4 at each of three steps.
STAIRS = np.repeat(np.arange(5.0)[:, None], 3, axis=1)


def test_figures_of_a_forecast_by_hand():
    found = accuracy(STAIRS, np.array([2.0, 5.0, np.nan]), scale=2.0)
    assert found["n_steps"] == 2
    assert found["mase"] == pytest.approx((0 + 3) / 2 / 2)
    assert found["smape_pct"] == pytest.approx((0 + 200 * 3 / 7) / 2)
    assert found["coverage_90_pct"] == 50
    assert found["width_90"] == 2


def test_the_pinball_loss_of_the_middle_is_half_the_absolute_error():
    """Levels 0.05, 0.25, 0.5, 0.75, 0.95 of one value 2 that comes as 3: mean of level x 1."""
    assert pinball(np.full((5, 1), 2.0), np.array([3.0]))[0] == pytest.approx(np.mean([0.05, 0.25, 0.5, 0.75, 0.95]))


def test_what_was_not_measured_has_no_figures():
    found = accuracy(STAIRS, np.full(3, np.nan), 1.0)
    assert found["n_steps"] == 0
    assert np.isnan(found["mase"])


def test_the_scale_leaves_gaps_out_in_pairs_and_is_unknown_of_a_constant():
    assert scale_of(np.array([1.0, np.nan, 3.0, 8.0, 6.0]), 2) == pytest.approx((2 + 3) / 2)
    assert np.isnan(scale_of(np.ones(20), 7))
    assert np.isnan(scale_of(np.ones(3), 7))


def test_bands_cover_every_step_once_and_all_covers_them_together():
    for step_h, horizon in ((1, 168), (1, 30), (24, 30), (24, 5), (240, 3)):
        found = bands(step_h, horizon)
        covered = [k for name, steps in found.items() if name != "all" for k in range(horizon)[steps]]
        assert covered in ([], list(range(horizon)))
        assert list(range(horizon)[found["all"]]) == list(range(horizon))


def scores_of(errors):
    """Rows of forecast_scores from {(motor, method): [error at each origin]}; NaN is no forecast."""
    rows = [
        {
            "motor_id": motor, "quantity": "rms_R", "leg": "daily", "method": method, "band": "all", "is_judged": True,
            "origin": pd.Timestamp("2026-03-01", tz="UTC") + pd.Timedelta(days=k), "n_steps": 7, "mase": error,
            "smape_pct": 1.0, "pinball": error / 2, "coverage_90_pct": 90.0, "width_90": 3.0,
        }
        for (motor, method), series in errors.items()
        for k, error in enumerate(series)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_methods_are_compared_on_forecasts_that_all_of_them_gave():
    scores = scores_of({("M1", "naive"): [1.0, 9.0], ("M1", "ets"): [0.5, np.nan]})
    assert set(common_forecasts(scores)["mase"]) == {1.0, 0.5}
    found = summary_rows(scores, 50, 1).set_index("method")
    assert found.loc["ets", "of_best_naive"] == 0.5
    assert found.loc["naive", "n_forecasts"] == 1


def test_the_interval_of_a_figure_is_over_motors_and_unknown_of_one():
    many = scores_of({(f"M{k}", m): [k + (m == "naive")] * 5 for k in range(6) for m in ("naive", "ets")})
    row = summary_rows(many, 400, 1).set_index("method").loc["ets"]
    assert row["mase"] == 2.5
    assert row["mase_low"] < 1.7
    assert row["mase_high"] > 3.3
    one = summary_rows(scores_of({("M1", "naive"): [1.0, 2.0, 3.0]}), 50, 1).iloc[0]
    assert np.isnan(one["mase_low"])


def test_nothing_judged_makes_an_empty_summary():
    scores = scores_of({("M1", "naive"): [1.0]}).assign(is_judged=False)
    assert summary_rows(scores, 50, 1).empty
