"""From the long table ``trend`` to even series, or to the reason why a trend cannot be forecast.

Hours are put on a grid and days are means of their known hours. What is no reading of a running motor is a gap: an hour
far below the usual current is a motor that stands. A clock that jumped leaves hours far away from all others; the
stretch with the most hours is used and the rest is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.trend_tables import RMS
from diagmod.models.forecast.series import DAY_H, TrendSeries

#: Days without any hour after which a trend is taken to be cut in two: half the time that any forecast looks ahead
#: is no basis for one, and a clock that jumped is never off by less.
LONGEST_GAP_D = 30

#: Least known steps: two weeks of hours, four weeks of days.
LEAST_STEPS = {1: 336, DAY_H: 28}

#: Least known steps of a figure of the feature table, on its own grid.
LEAST_VISITS = 24

#: Least hours of a day that make a daily mean.
LEAST_HOURS = 12

#: Share of the median below which a current is that of a motor that stands.
STANDSTILL = 0.05

#: Kinds of maintenance after which the level may be another.
BREAKING = ("planned", "emergency", "repair")

_HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True)
class Refused:
    """A series that cannot be forecast, and why in words; ``notes`` of a series that can are kept beside it."""

    motor_id: str
    quantity: str
    unit: str
    reason: str


def hourly_series(
    trend: pd.DataFrame, maintenance: pd.DataFrame, quantities: Sequence[str]
) -> tuple[list[TrendSeries], list[Refused]]:
    """Hourly series of the wanted quantities of every motor.

    Parameters
    ----------
    trend : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`.
    maintenance : DataFrame
        As :data:`~diagmod.io.maintenance_events.MAINTENANCE`.
    quantities : sequence of str

    Returns
    -------
    series : list of TrendSeries
        By motor and quantity; the other quantities of the motor, its currents apart, are covariates.
    refused : list of Refused
        Those without enough known hours, constant, or not what they are called.
    """
    found: list[TrendSeries] = []
    refused: list[Refused] = []
    for motor_id, rows in trend.groupby("motor_id", sort=True):
        breaks = _break_hours(maintenance, str(motor_id))
        beside = {str(name): part for name, part in rows.groupby("quantity") if name not in RMS}
        for quantity in quantities:
            part = rows[rows["quantity"] == quantity]
            if part.empty:
                continue
            made = _hourly(part, {n: p for n, p in beside.items() if n != quantity}, breaks)
            if isinstance(made, TrendSeries):
                found.append(made)
            else:
                refused.append(Refused(str(motor_id), quantity, str(part["unit"].iloc[0]), made))
    return found, refused


def daily_series(hourly: TrendSeries) -> TrendSeries | Refused:
    """Daily means, UTC, of an hourly series; a day with fewer than :data:`LEAST_HOURS` known hours is a gap."""
    lead = int((hourly.start - hourly.start.astype("datetime64[D]")) / np.timedelta64(1, "h"))
    days = -(-(lead + len(hourly)) // DAY_H)
    values = _day_means(hourly.values, lead, days)
    series = replace(
        hourly,
        step_h=DAY_H,
        start=hourly.start.astype("datetime64[D]").astype("datetime64[h]"),
        values=values,
        covariates={name: _day_means(row, lead, days) for name, row in hourly.covariates.items()},
        breaks=tuple(sorted({k for at in hourly.breaks if 0 < (k := -(-(lead + at) // DAY_H)) < days})),
    )
    series = _trimmed(series)
    reason = why_not(series, LEAST_STEPS[DAY_H])
    return Refused(*series.key, series.unit, reason) if reason else series


def visit_series(visits: pd.DataFrame, unit: str, maintenance: pd.DataFrame) -> TrendSeries | Refused:
    """A figure of the feature table on the grid of its own usual distance between recordings.

    Parameters
    ----------
    visits : DataFrame
        Columns motor_id, quantity, time, value of one motor and figure.
    unit : str
    maintenance : DataFrame
    """
    motor_id, quantity = str(visits["motor_id"].iloc[0]), str(visits["quantity"].iloc[0])
    known = visits[np.isfinite(visits["value"])].sort_values("time")
    hours = known["time"].dt.as_unit("ns").astype("int64").to_numpy() // _HOUR_NS
    apart = np.diff(hours)
    if len(known) < LEAST_VISITS or not (apart > 0).any():
        return Refused(
            motor_id, quantity, unit, f"{len(known)} recordings with a value, at least {LEAST_VISITS} are needed"
        )
    step = max(1, int(np.median(apart[apart > 0])))
    step = DAY_H * round(step / DAY_H) if step >= DAY_H else step
    at = np.round((hours - hours[0]) / step).astype(np.int64)
    values = np.full(int(at[-1]) + 1, np.nan)
    sums = pd.Series(known["value"].to_numpy()).groupby(at).mean()
    values[sums.index.to_numpy()] = sums.to_numpy()
    start = np.datetime64(int(hours[0]), "h")
    breaks = tuple(
        sorted(
            {
                k
                for hour in _break_hours(maintenance, motor_id)
                if 0 < (k := -(-(hour - int(hours[0])) // step)) < len(values)
            }
        )
    )
    series = TrendSeries(motor_id, quantity, unit, step, start, values, breaks=breaks)
    reason = why_not(series, LEAST_VISITS)
    return Refused(motor_id, quantity, unit, reason) if reason else series


def why_not(series: TrendSeries, least: int) -> str:
    """Why a series cannot be forecast; empty where it can."""
    known = series.values[np.isfinite(series.values)]
    steps = {1: "hours", DAY_H: "days"}.get(series.step_h, "steps")
    if len(known) < least:
        return f"{len(known)} known {steps}, at least {least} are needed: give a longer log"
    if series.quantity in RMS and (known < 0).any():
        return f"{int((known < 0).sum())} values are negative, which an rms cannot be: correct the log"
    if np.ptp(known) <= 1e-9 * max(abs(float(known[0])), 1e-300):
        return f"every value is {known[0]:g} {series.unit}: the reading is stuck, there is nothing to forecast"
    return ""


def _hourly(part: pd.DataFrame, beside: dict[str, pd.DataFrame], breaks: Sequence[int]) -> TrendSeries | str:
    """Series of the stretch with the most hours, or the reason why there is none."""
    known = part[np.isfinite(part["mean"])]
    hours, values = _hours(known), known["mean"].to_numpy(float)
    quantity = str(part["quantity"].iloc[0])
    if quantity in RMS and len(values):
        stands = np.abs(values) < STANDSTILL * np.median(values)
        hours, values = hours[~stands], values[~stands]
    if len(hours) < LEAST_STEPS[1]:
        return f"{len(hours)} known hours, at least {LEAST_STEPS[1]} are needed: give a longer log"
    order = np.argsort(hours, kind="stable")
    hours, values = hours[order], values[order]
    first, stop = _longest_stretch(hours)
    hours, values = hours[first:stop], values[first:stop]
    grid = np.full(int(hours[-1] - hours[0]) + 1, np.nan)
    grid[hours - hours[0]] = values
    series = TrendSeries(
        str(part["motor_id"].iloc[0]),
        quantity,
        str(part["unit"].iloc[0]),
        1,
        np.datetime64(int(hours[0]), "h"),
        grid,
        {name: _on_grid(rows, int(hours[0]), len(grid)) for name, rows in sorted(beside.items())},
        tuple(sorted({at - int(hours[0]) for at in breaks if 0 < at - int(hours[0]) < len(grid)})),
    )
    return why_not(series, LEAST_STEPS[1]) or series


def _longest_stretch(hours: NDArray[np.int64]) -> tuple[int, int]:
    """Begin and end of the stretch with the most hours between gaps of :data:`LONGEST_GAP_D` days."""
    cuts = np.flatnonzero(np.diff(hours) > LONGEST_GAP_D * DAY_H) + 1
    edges = np.concatenate([[0], cuts, [len(hours)]])
    longest = int(np.argmax(np.diff(edges)))
    return int(edges[longest]), int(edges[longest + 1])


def _on_grid(rows: pd.DataFrame, first: int, n_hours: int) -> NDArray[np.float64]:
    grid = np.full(n_hours, np.nan)
    at = _hours(rows) - first
    inside = (at >= 0) & (at < n_hours)
    grid[at[inside]] = rows["mean"].to_numpy(float)[inside]
    return grid


def _hours(rows: pd.DataFrame) -> NDArray[np.int64]:
    return np.asarray(rows["hour"].dt.as_unit("ns").astype("int64") // _HOUR_NS)


def _break_hours(maintenance: pd.DataFrame, motor_id: str) -> list[int]:
    """First whole hours after the events that may have changed the level."""
    own = maintenance[(maintenance["motor_id"] == motor_id) & maintenance["kind"].isin(BREAKING)]
    ends = own["end"].fillna(own["start"]).dropna()
    return [int(-(-moment // _HOUR_NS)) for moment in ends.dt.as_unit("ns").astype("int64")]


def _day_means(values: NDArray[np.float64], lead: int, days: int) -> NDArray[np.float64]:
    grid = np.full(days * DAY_H, np.nan)
    grid[lead : lead + len(values)] = values
    by_day = grid.reshape(days, DAY_H)
    known = np.isfinite(by_day)
    n = known.sum(axis=1)
    sums = np.where(known, by_day, 0.0).sum(axis=1)
    return np.where(n >= LEAST_HOURS, sums / np.maximum(n, 1), np.nan)


def _trimmed(series: TrendSeries) -> TrendSeries:
    """Without unknown steps at both ends."""
    known = np.flatnonzero(np.isfinite(series.values))
    return series.between(int(known[0]), int(known[-1]) + 1) if known.size else series
