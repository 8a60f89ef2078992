"""Rows of risk: standing, place on the scale and what health is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.io.forecast_tables import FORECAST_RISK
from diagmod.io.tables import conform, empty_table
from diagmod.models.forecast.crossing_calibration import CrossingCalibration
from diagmod.models.forecast.limits import Limit
from diagmod.models.forecast.risk_rows import forecast_part, risk_row
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.risk_scale import Ladder

LADDER = Ladder(0.05, 0.1, 0.5, 0.9, 1.0)
NAN = float("nan")


def _series(values: list[float] | None = None, quantity: str = "rms_R") -> TrendSeries:
    return TrendSeries("M01", quantity, "A", 24, np.datetime64("2026-01-05T00"), np.array(values or [9.0] * 40))


def _paths(n_crossing: int, day: int = 5, n: int = 99) -> np.ndarray:
    """Paths at 9 of which some are at 11 from a day on."""
    paths = np.full((n, 30), 9.0)
    paths[:n_crossing, day - 1 :] = 11
    return paths


def _limit(value: float = 10.0, kind: str = "sigma") -> Limit:
    return Limit(kind, value, "A", "4 standard deviations above the mean" if value == value else "no days are known")


def _row(paths: np.ndarray, limit: Limit | None = None, series: TrendSeries | None = None, **more: object) -> dict:
    return risk_row(series or _series(), paths, limit or _limit(), CrossingCalibration(), LADDER, **more)


def test_a_row_is_one_of_the_table() -> None:
    rows = [_row(_paths(50)), _row(_paths(0)), _row(_paths(0), _limit(NAN)), _row(_paths(9), _limit(8.0))]
    table = conform(pd.DataFrame(rows), FORECAST_RISK)
    assert table["standing"].tolist() == ["may_cross", "not_expected", "cannot_tell", "above_now"]
    assert table["origin"].iloc[0] == pd.Timestamp("2026-02-14", tz="UTC")


def test_half_of_the_paths_are_a_plan() -> None:
    row = _row(_paths(50))
    assert row["probability"] == pytest.approx(0.505)
    assert (row["grade"], row["risk_pct"]) == ("plan", pytest.approx(50.3, abs=0.1))
    assert (row["days_low"], row["days_median"]) == (5, 5)


def test_a_certain_crossing_is_planned_and_not_acted_on() -> None:
    row = _row(_paths(99))
    assert (row["standing"], row["grade"], row["risk_pct"]) == ("may_cross", "plan", 74.0)


def test_above_a_usual_value_something_is_planned_and_above_the_rated_current_somebody_acts() -> None:
    assert _row(_paths(0), _limit(8.0))["risk_pct"] == 74.0
    rated = _row(_paths(0), _limit(9 / 1.03, "nameplate"))
    assert (rated["grade"], rated["risk_pct"]) == ("act", pytest.approx(80.0))
    assert _row(_paths(0), _limit(4.0, "user"))["risk_pct"] == 100.0


def test_what_cannot_be_told_has_no_risk_and_is_not_good() -> None:
    for row in (
        _row(_paths(0), _limit(NAN)),
        _row(np.full((99, 30), NAN)),
        _row(_paths(0), series=_series([9.0] * 32 + [NAN] * 8)),
        _row(_paths(0), series=_series([NAN] * 40)),
    ):
        assert (row["standing"], row["grade"]) == ("cannot_tell", "unknown")
        assert np.isnan(row["risk_pct"])


def test_what_is_above_its_limit_is_told_without_any_forecast() -> None:
    row = _row(np.full((99, 30), NAN), _limit(8.0))
    assert row["standing"] == "above_now"
    assert np.isnan(row["probability"]) and row["risk_pct"] == 74.0


def test_what_was_above_its_limit_long_ago_is_not_told_as_now() -> None:
    assert _row(_paths(0), _limit(8.0), _series([9.0] * 30 + [NAN] * 10))["standing"] == "cannot_tell"


def test_the_probability_is_calibrated_and_the_raw_one_kept() -> None:
    row = risk_row(_series(), _paths(50), _limit(), CrossingCalibration(offset=-2.0), LADDER)
    assert row["probability_raw"] == pytest.approx(0.505)
    assert row["probability"] == pytest.approx(0.1213, abs=1e-3)
    assert row["grade"] == "watch"


def test_the_other_phases_tell_that_this_one_drifts_alone() -> None:
    rng = np.random.default_rng(0)
    rows = 9 * (1 + 0.001 * rng.standard_normal((3, 40)))
    rows[0] *= 1 + 0.02 * np.arange(40) / 30
    r, s, t = (_series(list(row), f"rms_{name}") for name, row in zip("RST", rows, strict=True))
    assert "transducer may drift instead of the motor" in _row(_paths(50), series=r, others=[s, t])["sentence"]
    assert "transducer" not in _row(_paths(50), series=s, others=[r, t])["sentence"]
    assert "transducer" not in _row(_paths(50), series=r)["sentence"]


def _risk(probabilities: dict[tuple[str, str], float], origin: str = "2026-07-01") -> pd.DataFrame:
    rows = [
        {**_row(_paths(50)), "motor_id": motor, "quantity": quantity, "probability": share,
         "origin": pd.Timestamp(origin, tz="UTC").as_unit("us")}
        for (motor, quantity), share in probabilities.items()
    ]  # fmt: skip
    return conform(pd.DataFrame(rows), FORECAST_RISK)


def _catalogue(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["recording_id", "motor_id", "started_at", "acquisition"])
    return frame.assign(started_at=pd.to_datetime(frame["started_at"], utc=True).dt.as_unit("us"))


RECORDINGS = _catalogue(
    [
        ("a", "M01", "2026-06-01", "good"),
        ("b", "M01", "2026-06-28", "limited"),
        ("c", "M01", "2026-06-30", "unusable"),
        ("d", "M02", "2026-06-30", "good"),
        ("e", "M03", "2026-06-30", "good"),
    ]
)


def test_the_latest_usable_recording_carries_the_most_probable_phase() -> None:
    risk = _risk({("M01", "rms_R"): 0.2, ("M01", "rms_S"): 0.7, ("M01", "rms_T"): NAN, ("M02", "rms_R"): NAN})
    assert forecast_part(risk, RECORDINGS).to_dict("records") == [{"recording_id": "b", "probability": 0.7}]


@pytest.mark.parametrize(("origin", "is_told"), [("2026-06-13", True), ("2026-06-12", False), ("2026-09-01", True)])
def test_a_forecast_more_than_15_days_older_than_the_recording_is_left_out(origin: str, is_told: bool) -> None:
    assert len(forecast_part(_risk({("M01", "rms_R"): 0.2}, origin), RECORDINGS)) == is_told


def test_nothing_gives_an_empty_part_that_health_accepts() -> None:
    from diagmod.models.health_evidence import HealthInputs

    for risk, catalogue in ((empty_table(FORECAST_RISK), RECORDINGS), (_risk({("M01", "rms_R"): 0.2}), RECORDINGS[:0])):
        part = forecast_part(risk, catalogue)
        assert part.empty
        HealthInputs(catalogue, forecast=part)
