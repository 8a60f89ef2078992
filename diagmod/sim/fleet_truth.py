"""The truth about a trend: what the currents of the coming days really are, and when they cross a limit.

No noise, no instrument, no unbalance of the hour: the mean over the hours that a motor runs, day by day, over the
period and beyond. It is there to judge forecasts, and no stage reads it.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from diagmod.sim.fleet_trends import rms_a, runs_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.fleet import FleetPlan

#: Days in a row, standstill left out, that a mean lies above a limit before it counts as crossed: as many as forecasts
#: ask for (a test holds both equal).
STAYS_DAYS = 2

#: First days of the period whose mean is called the start, and the limit as a multiple of it.
START_DAYS, START_LIMIT = 28, 1.1


class DailyTruth(NamedTuple):
    """True means of every calendar day (UTC) of a motor.

    ``days`` datetime64[D] of shape (n_days,); ``rms`` (n_days, 3), R, S, T in ampere, NaN on a day without a running
    hour; ``wear`` (n_days,), rise of the torque at the same duty as a share; ``n_known`` days that begin in the period.
    """

    days: NDArray[np.datetime64]
    rms: NDArray[np.float64]
    wear: NDArray[np.float64]
    n_known: int


def daily_truth(plan: FleetPlan, motor_index: int) -> DailyTruth:
    """True daily means of one motor, over the period and as far beyond as the plan goes."""
    motor = plan.motors[motor_index]
    hours = np.arange(len(motor.duty_pct))
    severity, v2_over_v1 = motor.severity_at(hours), motor.supply.v2_over_v1
    rms, wear = rms_a(motor, motor.planned_load_pct / 100, severity, v2_over_v1), motor.service.wear_at(hours)
    runs = np.ones(len(hours), dtype=bool)
    runs[: motor.n_hours] = runs_at(plan, motor_index)
    start = np.datetime64(plan.start.astimezone(UTC).replace(tzinfo=None), "h")
    days, day_of = np.unique((start + hours).astype("datetime64[D]"), return_inverse=True)
    n_running, n_hours = np.bincount(day_of, runs), np.bincount(day_of)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(day_of, row * runs) / n_running for row in rms.T]
    return DailyTruth(
        days, np.column_stack(means), np.bincount(day_of, wear) / n_hours, int(day_of[motor.n_hours - 1]) + 1
    )


def limits_a(truth: DailyTruth, rated_current_a: float, phase_index: int) -> dict[str, float]:
    """Limits of one phase in ampere: its nameplate, and a tenth above the mean of the first days of the period."""
    first = truth.rms[: min(START_DAYS, truth.n_known), phase_index]
    known = first[np.isfinite(first)]
    start_a = float(known.mean()) if known.size else float("nan")
    return {"nameplate": rated_current_a, "start_110pct": START_LIMIT * start_a}


def crossing(days: NDArray[np.datetime64], values: NDArray[np.float64], limit: float) -> np.datetime64 | None:
    """First day on which a value exceeds a limit and stays above for :data:`STAYS_DAYS` days, that day among them.

    Parameters
    ----------
    days, values : ndarray, shape (n,)
        NaN are days of standstill.
    limit : float

    Returns
    -------
    datetime64[D] or None
        None where it does not, as far as is known.

    Examples
    --------
    >>> days = np.arange("2026-01-05", "2026-01-12", dtype="datetime64[D]")
    >>> crossing(days, np.array([1.0, 3.0, 1.0, 3.0, np.nan, 3.0, 3.0]), 2.0)
    np.datetime64('2026-01-08')
    >>> crossing(days, np.array([1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0]), 2.0)
    """
    known = np.isfinite(values)
    days, above = days[known], values[known] > limit
    stays = (
        np.convolve(above, np.ones(STAYS_DAYS), "valid") > STAYS_DAYS - 0.5 if len(above) >= STAYS_DAYS else above[:0]
    )
    return days[np.argmax(stays)] if stays.any() else None
