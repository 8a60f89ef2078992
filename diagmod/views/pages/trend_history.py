"""What was measured of one motor, cut to a period: daily means as they were forecast, and the hourly log.

One motor's rows are enough for every figure of the page; they are read from the file without those of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.series_of_trend import daily_series, hourly_series

#: Columns of table ``trend`` that the page reads.
COLUMNS = ("motor_id", "quantity", "unit", "hour", "mean", "minimum", "maximum")

#: Columns of a history, as the figures of forecasts take it.
_HISTORY = ("motor_id", "quantity", "unit", "hour", "mean")


def daily_means(trend: pd.DataFrame, maintenance: pd.DataFrame, quantities: Sequence[str]) -> pd.DataFrame:
    """Daily means of one motor as the forecasts stand on them.

    Parameters
    ----------
    trend : DataFrame
        Table ``trend``, rows of one motor.
    maintenance : DataFrame
        Table ``maintenance``.
    quantities : sequence of str

    Returns
    -------
    DataFrame
        Columns motor_id, quantity, unit, hour (begin of the day, UTC) and mean; NaN where too few hours are known.
    """
    hourly, _ = hourly_series(trend, maintenance, quantities)
    daily = [made for one in hourly if isinstance(made := daily_series(one), TrendSeries)]
    parts = [
        pd.DataFrame(
            {
                "motor_id": one.motor_id, "quantity": one.quantity, "unit": one.unit,
                "hour": pd.DatetimeIndex(one.times.astype("datetime64[us]"), tz="UTC"), "mean": one.values,
            }
        )
        for one in daily
    ]  # fmt: skip
    empty = trend.iloc[:0][list(_HISTORY)]
    return pd.concat(parts, ignore_index=True) if parts else empty


def within(rows: pd.DataFrame, first: date | None, last: date | None, column: str = "hour") -> pd.DataFrame:
    """Rows from the first day to the end of the last one, UTC; see :func:`check_period`."""
    check_period(first, last)
    keep = np.ones(len(rows), dtype=bool)
    if first:
        keep &= (rows[column] >= pd.Timestamp(first, tz="UTC")).to_numpy()
    if last:
        keep &= (rows[column] < pd.Timestamp(last, tz="UTC") + pd.Timedelta(days=1)).to_numpy()
    return rows[keep]


def check_period(first: date | None, last: date | None) -> None:
    """Refuse a period that has no day.

    Raises
    ------
    ValueError
        The first day is after the last.
    """
    if first and last and first > last:
        raise ValueError(f"the first day {first} is after the last {last}; choose them the other way round")
