"""Measured series: every method beside the naive lines, and anomaly windows of a machine by what was not as forecast.

Tables: `forecast_real` (a row a data set and method), `forecast_nab` (a row a detector).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forecast_study import machine_temperature, tool_wear
from nab_scoring import begins, nab_score, trivial_detections
from study_table import StudyTable

from diagmod.models.forecast.legs import Leg, make_leg
from diagmod.models.forecast.method import METHODS
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.rolling_origin import Protocol
from diagmod.models.forecast.score_rows import score_rows, summary_rows
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.surprises import deviations

REAL = StudyTable("forecast_real", ("n_forecasts", "mase", "of_best_naive", "smape_pct", "pinball", "coverage_90_pct"))
NAB = StudyTable(
    "forecast_nab",
    ("standard", "low_false_positives", "low_false_negatives", "windows_found", "windows", "false_detections"),
)

#: File of the benchmark, and its key in the windows.
TEMPERATURE = "machine_temperature_system_failure.csv"

pytestmark = [pytest.mark.study, pytest.mark.realdata, pytest.mark.timeout(560)]


def _judge(name: str, leg: Leg) -> pd.DataFrame:
    summary = summary_rows(score_rows(leg), 100, 7)
    whole = summary[summary["band"] == "all"]
    for row in whole.to_dict("records"):
        REAL.add(f"{name}, {row['method']}", **{column: f"{row[column]:.4g}" for column in REAL.columns[1:-1]})
    return whole.set_index("method")


def _leg(name: str, series: list[TrendSeries], protocol: Protocol, methods: tuple[str, ...]) -> Leg:
    return make_leg(name, series, protocol, methods, MethodMaker(20, 7, "cpu"), 0)


def test_the_temperature_of_a_machine_is_forecast_for_three_days_beside_the_naive_lines(realdata: Path) -> None:
    """One series teaches no fleet: the methods of one series alone."""
    one = machine_temperature(realdata / "nab_machine_temperature" / TEMPERATURE)
    local = tuple(name for name in METHODS if name not in ("boosted_lags", "tcn", "lstm"))
    found = _judge("NAB machine temperature, 72 h", _leg("hourly", [one], Protocol(72, 14, 0.3, 336, 2, 7), local))
    assert np.isfinite(found["mase"]).all()
    assert found.loc["chosen", "mase"] <= 1.1 * found.loc[["naive", "seasonal_naive", "drift"], "mase"].min()


def test_the_wear_of_tools_is_forecast_beside_the_naive_lines(realdata: Path) -> None:
    """13 tools, 30 segments of cutting ahead; wear grows and is read in steps."""
    series = tool_wear(realdata / "vicomtech_turning" / "Dataset_Machine_tool_wear.csv")
    assert len(series) >= 8
    found = _judge("vicomtech tool wear, 30 segments", _leg("daily", series, Protocol(30, 8, 0.3, 28, 2, 7), METHODS))
    assert np.isfinite(found["mase"]).all()


def test_windows_of_the_benchmark_are_flagged_by_what_was_not_as_forecast(realdata: Path) -> None:
    folder = realdata / "nab_machine_temperature"
    rows = pd.read_csv(folder / TEMPERATURE, parse_dates=["timestamp"])
    stated = json.loads((folder / "combined_windows.json").read_text())[f"realKnownCause/{TEMPERATURE}"]
    at = rows["timestamp"].to_numpy(dtype="datetime64[s]")
    windows = [tuple(int(np.searchsorted(at, np.datetime64(end.split(".")[0]))) for end in w) for w in stated]
    one = machine_temperature(folder / TEMPERATURE)
    # A surprise is told when its hour has ended: on the first row of the next one.
    told = one.times[begins(deviations([one])[0].is_surprise)] + np.timedelta64(1, "h")
    own = np.zeros(len(rows), dtype=bool)
    own[np.minimum(np.searchsorted(at, told.astype("datetime64[s]")), len(rows) - 1)] = True
    flags = {"not as forecast": own, "none": np.zeros(len(rows), dtype=bool), "all": np.ones(len(rows), dtype=bool)}
    flags |= trivial_detections(rows["value"].to_numpy(dtype=float), seed=3)
    scores = {name: nab_score(flagged, windows) for name, flagged in flags.items()}
    for name, score in scores.items():
        NAB.add(
            name,
            **{profile: f"{value:.1f}" for profile, value in score.scores.items()},
            windows_found=score.n_found,
            windows=score.n_windows,
            false_detections=score.n_false,
        )
    best = scores.pop("not as forecast").scores["standard"]
    assert best > max(score.scores["standard"] for score in scores.values())
