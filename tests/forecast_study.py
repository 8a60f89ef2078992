"""Trends that nobody's model was tuned on: a fleet of another seed, and measured series, as tables and as series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from diagmod.io.defect_catalogue import read_defects
from diagmod.io.maintenance_events import read_maintenance
from diagmod.io.plant_trends import trend_log, write_service
from diagmod.io.trend_logs import read_trend
from diagmod.models.forecast.crossing import first_crossing
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.trend_inputs import TrendTables
from diagmod.sim.fleet import FleetPlan, plan_fleet
from diagmod.sim.fleet_truth import daily_truth

#: Motors of the study fleet, its seed, and its days.
N_MOTORS, SEED, DAYS = 60, 77, 182


def fleet(n_motors: int = N_MOTORS, days: int = DAYS, seed: int = SEED) -> FleetPlan:
    """Plan of a fleet that lives like the demonstration fleet."""
    return plan_fleet(
        seed=seed,
        n_motors=n_motors,
        recordings_per_motor=2,
        days=days,
        start="2026-01-05",
        fs_hz=5000.0,
        duration_s=6.0,
    )


def trend_tables(plan: FleetPlan, folder: Path) -> TrendTables:
    """Its trend logs and maintenance, written as a plant does and read back; no waveform is simulated."""
    (folder / "trend").mkdir(parents=True)
    names = [motor.motor.motor_id for motor in plan.motors]
    for k, name in enumerate(names):
        trend_log(plan, k).to_csv(folder / "trend" / f"{name}.csv", index=False)
    write_service(plan, folder)
    trend, _ = read_trend(folder, names)
    events = read_maintenance(folder, names, read_defects()).events
    motors = pd.DataFrame({"motor_id": names, "rated_current_a": [m.motor.rated_current_a for m in plan.motors]})
    return TrendTables(trend, events, motors, pd.DataFrame(columns=["motor_id", "quantity", "unit", "time", "value"]))


def beyond_the_log(plan: FleetPlan, risk: pd.DataFrame) -> pd.DataFrame:
    """What was said of every trend at the end of its log, and what truly comes if nobody repairs anything.

    Parameters
    ----------
    plan : FleetPlan
    risk : DataFrame
        Table ``risk``; rows that were above their limit already, or have none, are left out.

    Returns
    -------
    DataFrame
        ``motor_id``, ``probability``, ``days_low``, ``days_median``, ``days_high``, and ``days_true``: days until the
        true daily mean crosses, from 1; NaN where it does not within the horizon.
    """
    rows = []
    names = [motor.motor.motor_id for motor in plan.motors]
    for row in risk[risk["probability"].notna() & (risk["standing"] != "above_now")].itertuples():
        truth = daily_truth(plan, names.index(row.motor_id))
        first = np.datetime64(row.origin.tz_localize(None), "D")
        days = truth.rms[truth.days >= first, "RST".index(row.quantity[-1])][: row.horizon_d]
        day = int(first_crossing(days[None, :], row.limit)[0])
        rows.append((row.motor_id, row.probability, row.days_low, row.days_median, row.days_high, day or np.nan))
    return pd.DataFrame(rows, columns=["motor_id", "probability", "days_low", "days_median", "days_high", "days_true"])


def machine_temperature(path: Path) -> TrendSeries:
    """The machine temperature of the Numenta Anomaly Benchmark, hourly means (degrees Fahrenheit as published)."""
    rows = pd.read_csv(path, parse_dates=["timestamp"])
    hourly = rows.set_index("timestamp")["value"].resample("1h").mean()
    start = np.datetime64(hourly.index[0], "h")
    return TrendSeries("machine", "temperature", "", 1, start, hourly.to_numpy(dtype=float))


def tool_wear(path: Path, fewest: int = 60) -> list[TrendSeries]:
    """Flank wear of every tool, a step a segment of cutting; tools with fewer segments are left out.

    A segment stands for a day, since the methods of days know one season of seven steps and no more.
    """
    rows = pd.read_csv(path)
    found = []
    for tool, part in rows.groupby("tool", sort=True):
        values = part["Vb"].to_numpy(dtype=float)
        if len(values) >= fewest and np.ptp(values) > 0:
            found.append(TrendSeries(f"tool {tool}", "Vb", "um", 24, np.datetime64("2026-01-05T00"), values))
    return found
