"""60 motors of a seed that nothing was tuned on: do forecasts beat the naive line, hold, and warn of crossings?

Tables: `forecast_methods` (a row a leg and method), `forecast_crossings` (a row a rule and figure).
"""

from __future__ import annotations

import numpy as np
import pytest
from forecast_study import beyond_the_log, fleet, trend_tables
from study_table import StudyTable

from diagmod.models.forecast.settings import ForecastSettings
from diagmod.models.forecast.training import TrainedForecast, train_forecast

METHODS = StudyTable(
    "forecast_methods",
    ("n_forecasts", "mase", "mase_low", "mase_high", "of_best_naive", "smape_pct", "pinball", "coverage_90_pct"),
)
CROSSINGS = StudyTable("forecast_crossings", ("value", "low", "high", "n", "n_crossed", "n_motors"))

pytestmark = [pytest.mark.study, pytest.mark.timeout(560)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedForecast:
    tables = trend_tables(fleet(), tmp_path_factory.mktemp("fleet") / "data")
    found = train_forecast(tables, ForecastSettings(quantities=("rms_R",)))
    assert not found.reason
    return found


def test_what_was_chosen_beats_the_best_naive_line_by_a_tenth_and_its_intervals_hold(trained: TrainedForecast) -> None:
    summary = trained.tables["summary"]
    whole = summary[summary["band"] == "all"]
    for row in whole.to_dict("records"):
        METHODS.add(f"{row['leg']}, {row['method']}", **{name: f"{row[name]:.4g}" for name in METHODS.columns[1:-1]})
    chosen = whole[whole["method"] == "chosen"]
    assert set(chosen["leg"]) == {"hourly", "daily"}
    assert chosen["of_best_naive"].mean() < 0.9
    assert chosen["coverage_90_pct"].between(87, 93).all()


def test_probabilities_of_crossing_have_skill_on_motors_they_were_not_calibrated_on(trained: TrainedForecast) -> None:
    assert trained.judgement is not None
    for row in trained.judgement.figures.to_dict("records"):
        case = f"{row['rule']}, {row['figure']}, {row['distance']}"
        CROSSINGS.add(case, **{name: f"{row[name]:.4g}" for name in CROSSINGS.columns[1:-1]})
    assert trained.judgement.value("brier_skill") > 0.3
    assert trained.judgement.value("brier_skill") > trained.judgement.value("brier_skill", "straight_line")


def test_days_until_a_limit_are_right_against_the_truth_beyond_the_log(trained: TrainedForecast) -> None:
    """The truth goes on for 60 days after the last logged hour; no stage and no test above has seen those days."""
    told = beyond_the_log(fleet(), trained.tables["risk"])
    crosses = told["days_true"].notna()
    # A share of those that crossed in the truth itself: harder than a share known beforehand.
    brier = float(((told["probability"] - crosses) ** 2).mean())
    base = float(crosses.mean() * (1 - crosses.mean()))
    both = told[crosses & told["days_median"].notna()]
    off = (both["days_median"] - both["days_true"]).abs()
    hit = told[crosses]
    inside = (hit["days_low"] <= hit["days_true"]) & ~(hit["days_high"] < hit["days_true"])
    figures = {
        "brier": (brier, len(told)), "brier_skill": (1 - brier / base, len(told)),
        "days_error": (float(off.median()), len(both)), "interval_coverage": (float(inside.mean()), len(hit)),
        "found": (float(hit["days_median"].notna().mean()), len(hit)),
    }  # fmt: skip
    for name, (value, n) in figures.items():
        CROSSINGS.add(
            f"beyond the log, {name}", value=f"{value:.4g}", n=str(n), n_crossed=str(int(crosses.sum())),
            n_motors=str(told.loc[crosses, "motor_id"].nunique()),
        )  # fmt: skip
    assert np.isfinite(off.median())
    assert figures["brier_skill"][0] > 0
