"""A project whose forecasts are known by hand: two motors with a trend, a third without, every kind of standing."""

from __future__ import annotations

from pathlib import Path

import handmade_forecast as hand
import numpy as np
import pandas as pd
from handmade_interim import make_project_with_plant

from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.maintenance_events import REFUSED_EVENTS, MaintenanceLog
from diagmod.io.tables import conform, empty_table, write_table


def tables_of_page(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """M1 may exceed its limit and is above it in phase S; M2 is good but for one phase that cannot be told."""
    risky = hand.risk(("M1",))
    risky.loc[1, ["standing", "risk_pct"]] = ["above_now", 74.0]
    good = hand.risk(
        ("M2",), probability=0.02, standing="not_expected", risk_pct=0.0, grade="good", days_low=np.nan,
        days_median=np.nan, limit_kind="nameplate",
    )  # fmt: skip
    good.loc[2, ["standing", "grade", "risk_pct", "probability"]] = ["cannot_tell", "unknown", np.nan, np.nan]
    tables = {
        "risk": pd.concat([risky, good], ignore_index=True),
        "series": pd.concat([hand.series(), hand.series(leg="hourly"), hand.refused_series("load_pct")]),
        "forecasts": pd.concat([hand.forecasts(), hand.forecasts(leg="hourly", steps=168)], ignore_index=True),
        "summary": hand.summary(),
        "crossings": hand.crossings(),
        "crossing_figures": _crossing_figures(),
        "surprises": hand.surprises(),
    }
    return tables | changes


def _crossing_figures() -> pd.DataFrame:
    rows = (("brier_skill", 0.37), ("days_error", 2.0), ("found", 0.5))
    return conform(
        pd.DataFrame(
            [
                {"rule": "calibrated", "distance": "all", "figure": name, "value": value, "low": 0.16, "high": 0.54,
                 "n": 60, "n_crossed": 40, "n_motors": 6}
                for name, value in rows
            ]
        ),
        FORECAST_TABLES["crossing_figures"],
    )  # fmt: skip


def make_project(root: Path, reason: str = "", **changes: pd.DataFrame) -> Path:
    """A project whose forecasts are known by hand; M3 of the register has no trend."""
    logs = MaintenanceLog(hand.maintenance(), empty_table(REFUSED_EVENTS), "")
    make_project_with_plant(root, trend=hand.trend(step_h=1), maintenance=logs)
    folder = root / "data" / "processed" / "forecast"
    folder.mkdir(parents=True)
    for stem, table in tables_of_page(**changes).items():
        write_table(table.reset_index(drop=True), FORECAST_TABLES[stem], folder / f"{stem}.parquet", {}, reason=reason)
    return root
