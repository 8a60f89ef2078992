"""Figures of crossings: Brier, skill, ranking and times by hand, and what nothing gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.io.forecast_tables import FORECAST_CROSSINGS
from diagmod.io.tables import conform, empty_table
from diagmod.models.forecast.crossing_judgement import DISTANCES, judge_crossings

NAN = float("nan")


def _table(rows: list[tuple[str, float, bool, float, float, float, float]]) -> pd.DataFrame:
    """Rows of motor, probability, crossed, days, days_low, days_median, days_high; the climatology says 0.5."""
    names = ["motor_id", "probability", "crossed", "days", "days_low", "days_median", "days_high"]
    frame = pd.DataFrame(rows, columns=names).assign(
        quantity="rms_R", limit_kind="sigma", limit=10.0, horizon_d=30, climatology=0.5, line_crosses=False,
        origin=pd.Timestamp("2026-03-01", tz="UTC").as_unit("us"),
    )  # fmt: skip
    return conform(frame.assign(probability_raw=frame["probability"]), FORECAST_CROSSINGS)


#: Four forecasts of two motors.
FOUR = [
    ("M1", 0.8, True, 10.0, 4.0, 13.0, NAN),
    ("M1", 0.4, True, 5.0, 6.0, NAN, NAN),
    ("M2", 0.1, False, NAN, NAN, NAN, NAN),
    ("M2", 0.6, False, NAN, 10.0, 20.0, 28.0),
]


def test_brier_skill_and_ranking_are_those_by_hand() -> None:
    """Errors 0.04, 0.36, 0.01, 0.36 have the mean 0.1925; the climatology 0.25. Of four pairs three are in order."""
    judged = judge_crossings(_table(FOUR))
    assert judged.value("brier") == pytest.approx(0.1925)
    assert judged.value("brier_skill") == pytest.approx(1 - 0.1925 / 0.25)
    assert judged.value("auroc") == pytest.approx(0.75)


def test_trivial_rows_stand_beside_it() -> None:
    judged = judge_crossings(_table(FOUR), {"straight_line": np.array([1.0, 0.0, 0.0, 0.0])})
    assert judged.value("brier", "always") == judged.value("brier", "never") == 0.5
    assert judged.value("brier_skill", "climatology") == 0
    assert judged.value("brier_skill", "straight_line") == 0
    assert judged.value("auroc", "never") == 0.5


def test_times_are_judged_where_a_crossing_was_forecast_and_came() -> None:
    """Forecast on day 13 and crossed on day 10; the other crossing had no forecast day and came before its interval."""
    judged = judge_crossings(_table(FOUR))
    assert judged.value("days_error") == judged.value("days_bias") == 3
    assert judged.value("interval_coverage") == 0.5
    assert judged.value("found") == 0.5
    assert judged.value("days_error", distance="8-14 d") == 3
    assert np.isnan(judged.value("days_error", distance="15-30 d"))
    assert judged.value("found", distance="1-7 d") == 0


def test_intervals_are_bootstrapped_by_motor() -> None:
    rng = np.random.default_rng(0)
    rows = [(f"M{k}", float(rng.uniform()), k % 2 == 0, NAN, NAN, NAN, NAN) for k in range(12) for _ in range(30)]
    one = judge_crossings(_table(rows)).figures.query("rule == 'calibrated' and figure == 'brier'").iloc[0]
    assert one["low"] < one["value"] < one["high"]
    single = judge_crossings(_table([("M1", *row[1:]) for row in rows])).figures
    assert single.query("figure == 'brier'")["low"].isna().all()


def test_the_median_of_every_draw_is_that_of_its_rows() -> None:
    """Two motors, one of errors 1 and one of errors 9: a draw holds one or both, so the interval is 1 to 9."""
    rows = [("M1", 0.9, True, 10.0, 5.0, 11.0, 20.0)] * 3 + [("M2", 0.9, True, 10.0, 5.0, 19.0, 20.0)] * 3
    found = judge_crossings(_table(rows)).figures.query("figure == 'days_error' and distance == 'all'").iloc[0]
    assert (found["value"], found["low"], found["high"]) == (5, 1, 9)


def test_the_reliability_curve_has_bins_with_counts() -> None:
    rng = np.random.default_rng(1)
    said = rng.uniform(size=400)
    rows = [(f"M{k % 20}", float(p), bool(rng.uniform() < p), NAN, NAN, NAN, NAN) for k, p in enumerate(said)]
    curve = judge_crossings(_table(rows)).reliability.query("model == 'calibrated'")
    assert curve["n"].sum() == 400
    assert len(curve) == 10
    assert (curve["stated"] - curve["observed"]).abs().max() < 0.25


def test_nothing_gives_empty_tables_and_nan() -> None:
    judged = judge_crossings(empty_table(FORECAST_CROSSINGS))
    assert judged.figures.empty and judged.reliability.empty
    assert np.isnan(judged.value("brier"))


def test_no_crossing_at_all_has_a_brier_score_and_no_times() -> None:
    judged = judge_crossings(_table([("M1", 0.1, False, NAN, NAN, NAN, NAN)] * 3))
    assert judged.value("brier") == pytest.approx(0.01)
    assert np.isnan(judged.value("auroc"))
    assert all(np.isnan(judged.value("days_error", distance=name)) for name in DISTANCES)


def test_a_rival_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rule 'line' has 2 values for 4 forecasts; give one each"):
        judge_crossings(_table(FOUR), {"line": np.zeros(2)})
