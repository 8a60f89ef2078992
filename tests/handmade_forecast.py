"""Tables of the stage train_forecast made by hand: two motors, three phases, every figure at a round number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.maintenance_events import MAINTENANCE
from diagmod.io.tables import conform, empty_table
from diagmod.io.trend_tables import TREND

ORIGIN = pd.Timestamp("2026-06-01", tz="UTC")
MOTORS, QUANTITIES = ("M1", "M2"), ("rms_R", "rms_S", "rms_T")

#: Rows of the summary: method and MASE; the best naive line is the drift at 1.0.
METHODS = {"chosen": 0.7, "ets": 0.75, "tcn": 0.8, "drift": 1.0, "seasonal_naive": 1.1, "naive": 1.2}
#: Why ETS was chosen, as table ``series`` says it.
WHY_ETS = "ETS: MASE 0.70 against 1.00 of the best naive line (drift) over 12 origins"

NAIVE = ("naive", "seasonal_naive", "drift")


def empty(name: str) -> pd.DataFrame:
    """A table of the stage without rows, by the stem of its file."""
    return empty_table(FORECAST_TABLES[name])


def _of_schema(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), FORECAST_TABLES[name]) if rows else empty(name)


def trend(
    motors: Sequence[str] = MOTORS, quantities: Sequence[str] = QUANTITIES, days: int = 60, step_h: int = 24
) -> pd.DataFrame:
    """Table ``trend``: 20 A and 0.1 A a day more, up to the origin; one day in the middle is missing."""
    hours = pd.date_range(ORIGIN - pd.Timedelta(days=days), ORIGIN, freq=f"{step_h}h", inclusive="left", unit="us")
    hours = hours[hours.floor("D") != ORIGIN - pd.Timedelta(days=days // 2)]
    elapsed_d = (hours - hours[0]) / pd.Timedelta(days=1)
    parts = [
        pd.DataFrame(
            {
                "motor_id": motor, "quantity": quantity, "unit": "A", "hour": hours, "mean": 20 + 0.1 * elapsed_d,
                "minimum": np.nan, "maximum": np.nan, "samples": np.nan, "source": "log",
            }
        )
        for motor in motors
        for quantity in quantities
    ]  # fmt: skip
    return conform(pd.concat(parts, ignore_index=True), TREND)


def maintenance() -> pd.DataFrame:
    """Table ``maintenance``: a repair of M1 twenty days before the origin, one of M2, and one long ago."""
    starts = ORIGIN - pd.to_timedelta([20, 10, 900], unit="D")
    return conform(
        pd.DataFrame(
            {
                "motor_id": ["M1", "M2", "M1"], "start": starts, "end": starts + pd.Timedelta(hours=6),
                "kind": ["repair", "planned", "repair"], "defect": ["worn_bearing", "", ""],
                "action": ["bearing replaced", "cleaned", "rewound"], "note": "", "downtime_h": 6.0,
            }
        ).astype({"start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]"}),
        MAINTENANCE,
    )  # fmt: skip


def forecasts(
    motors: Sequence[str] = MOTORS, quantities: Sequence[str] = QUANTITIES, leg: str = "daily", steps: int = 30
) -> pd.DataFrame:
    """Table ``forecasts``: the median rises by 0.1 A a step from 26 A; the 90 % interval is 4 A wide, the 50 % 1 A."""
    hours = {"hourly": 1, "daily": 24}[leg]
    return _of_schema(
        "forecasts",
        [
            {
                "motor_id": motor, "quantity": quantity, "unit": "A", "leg": leg, "method": "ets", "origin": ORIGIN,
                "time": ORIGIN + pd.Timedelta(hours=hours * (k - 1)), "step": k,
                **{f"q{level}": 26 + 0.1 * k + off for level, off in
                   (("05", -2.0), ("25", -0.5), ("50", 0.0), ("75", 0.5), ("95", 2.0))},
            }
            for motor in motors
            for quantity in quantities
            for k in range(1, steps + 1)
        ],
    )  # fmt: skip


def risk(motors: Sequence[str] = MOTORS, quantities: Sequence[str] = QUANTITIES, **changed: object) -> pd.DataFrame:
    """Table ``risk``: the limit of 28.5 A may be crossed with 60 %."""
    row = {
        "unit": "A", "origin": ORIGIN, "limit_kind": "sigma", "limit": 28.5,
        "limit_reason": "mean and 4 standard deviations of the first 28 days", "last_value": 25.9, "horizon_d": 30,
        "probability": 0.6, "probability_raw": 0.7, "days_low": 9.0, "days_median": 24.0, "days_high": np.nan,
        "standing": "may_cross", "risk_pct": 56.0, "grade": "plan",
    }  # fmt: skip
    return _of_schema(
        "risk",
        [
            {"motor_id": motor, "quantity": quantity, "sentence": f"{quantity} of {motor} may exceed 28.5 A.", **row}
            | changed
            for motor in motors
            for quantity in quantities
        ],
    )


def series(
    motors: Sequence[str] = MOTORS, quantities: Sequence[str] = QUANTITIES, leg: str = "daily", **changed: object
) -> pd.DataFrame:
    """Table ``series``: ETS with a MASE of 0.7 against 1.0 of the drift over 12 origins."""
    row = {
        "unit": "A", "leg": leg, "first": ORIGIN - pd.Timedelta(days=60), "last": ORIGIN - pd.Timedelta(days=1),
        "n_steps": 60, "missing_pct": 1.7, "n_breaks": 1, "method": "ets", "mase": 0.7, "naive_method": "drift",
        "naive_mase": 1.0, "n_origins": 12, "reason": WHY_ETS, "content": "abc",
    }  # fmt: skip
    return _of_schema(
        "series",
        [{"motor_id": motor, "quantity": quantity, **row} | changed for motor in motors for quantity in quantities],
    )


def refused_series(quantity: str, leg: str = "daily", motor: str = "M1") -> pd.DataFrame:
    """Table ``series`` of one that could not be forecast, because it is known at 20 hours only."""
    why = "20 known hours, at least 336 are needed: give a longer log"
    unknown = {"method": "", "mase": np.nan, "naive_method": "", "naive_mase": np.nan, "n_origins": 0, "content": ""}
    return series((motor,), (quantity,), leg, n_steps=20, reason=why, **unknown)


def summary(methods: Sequence[str] = tuple(METHODS), bands: Sequence[str] = ("1-7 d", "8-30 d", "all")) -> pd.DataFrame:
    """Table ``summary``: MASE by :data:`METHODS`, 0.1 to each side; cover 85 %, of the chosen 90 %; two legs."""
    return _of_schema(
        "summary",
        [
            {
                "leg": leg, "band": band, "method": method, "is_naive": method in NAIVE, "n_series": 6,
                "n_forecasts": 72, "mase": METHODS[method], "mase_low": METHODS[method] - 0.1,
                "mase_high": METHODS[method] + 0.1, "of_best_naive": METHODS[method], "smape_pct": 4.0,
                "pinball": 0.2, "coverage_90_pct": 90.0 if method == "chosen" else 85.0, "coverage_low": 82.0,
                "coverage_high": 93.0, "width_90": 3.0,
            }
            for leg in ("hourly", "daily")
            for band in bands
            for method in methods
        ],
    )  # fmt: skip


def crossings(n: int = 60) -> pd.DataFrame:
    """Table ``crossings``: of six motors in turn; two in three crossed after 10 days and were forecast for the 12th."""
    rows: list[dict[str, object]] = []
    for k in range(n):
        crossed = k % 3 > 0
        rows.append(
            {
                "motor_id": f"M{k % 6 + 1}", "quantity": "rms_R", "origin": ORIGIN + pd.Timedelta(days=k),
                "limit_kind": "sigma", "limit": 28.5, "horizon_d": 30, "probability_raw": 0.8 if crossed else 0.4,
                "probability": 0.9 if crossed else 0.1, "climatology": 0.6, "line_crosses": k % 4 == 0,
                "crossed": crossed,
                "days": 10.0 if crossed else np.nan, "days_low": 5.0 if crossed else np.nan,
                "days_median": 12.0 if crossed else np.nan, "days_high": 20.0 if crossed else np.nan,
            }
        )  # fmt: skip
    return _of_schema("crossings", rows)


def surprises(motor: str = "M1", quantity: str = "rms_R") -> pd.DataFrame:
    """Table ``surprises``: two stretches, the first too high, the second too low."""
    begins = ORIGIN - pd.to_timedelta([40, 5], unit="D")
    return _of_schema(
        "surprises",
        [
            {
                "motor_id": motor, "quantity": quantity, "unit": "A", "begin": begin,
                "end": begin + pd.Timedelta(hours=n_hours), "n_hours": n_hours, "worst": worst, "value": value,
                "expected": 22.0,
            }
            for begin, n_hours, worst, value in zip(begins, (30, 12), (9.0, -7.0), (27.0, 18.0), strict=True)
        ],
    )  # fmt: skip
