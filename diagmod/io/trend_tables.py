"""The table ``trend``: one row an hour of one quantity of one motor, and what is asked of it.

The long form holds any quantity (a phase's rms, a temperature, a load), whatever a plant's historian keeps.
Hours are UTC and named by their start; an hour without a row is a gap and is never filled.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.io.schemas import TIME, Column, TableSchema
from diagmod.io.tables import TableError

#: Where an hour comes from.
LOG, RECORDINGS_SOURCE = "log", "recordings"

TREND = TableSchema(
    "trend",
    2,
    (
        Column("motor_id", "str", "", "motor of the register"),
        Column("quantity", "str", "", "rms_R, rms_S, rms_T, or another word such as temperature or load_pct"),
        Column("unit", "str", "", "unit of mean, minimum and maximum; empty where none is stated"),
        Column("hour", TIME, "", "start of the hour"),
        Column("mean", "float64", "", "log: mean of the samples; recordings: root of the mean square by duration"),
        Column("minimum", "float64", "", "smallest sample of the hour; missing where the log gives means only", True),
        Column("maximum", "float64", "", "largest sample of the hour; missing where the log gives means only", True),
        Column(
            "samples",
            "float64",
            "",
            "how many samples or recordings; missing where the log does not say",
            True,
            minimum=1,
        ),
        Column(
            "source", "str", "", "log (of a historian) or recordings (summarised)", allowed=(LOG, RECORDINGS_SOURCE)
        ),
    ),
)

#: Quantities that are the rms current of a phase, in the order R, S, T.
RMS = tuple(f"rms_{phase}" for phase in PHASES)

#: What makes a row of the table unique.
KEY = ["motor_id", "quantity", "hour"]

_HOUR_US = 3_600_000_000


def wide_rms(trend: pd.DataFrame) -> pd.DataFrame:
    """The rms currents of the table, a row an hour.

    Parameters
    ----------
    trend : DataFrame
        As :data:`TREND`; one row a motor, quantity and hour.

    Returns
    -------
    DataFrame
        Columns motor_id, hour, rms_R, rms_S, rms_T in the unit of the data set, sorted by motor and hour; NaN where a
        phase has no value in an hour that another phase has.
    """
    rms = trend[trend["quantity"].isin(RMS)]
    wide = rms.set_index(["motor_id", "hour", "quantity"])["mean"].unstack("quantity")
    return wide.reindex(columns=list(RMS)).sort_index().rename_axis(columns=None).reset_index()


def query(
    trend: pd.DataFrame,
    *,
    motor_id: str | None = None,
    quantity: str | None = None,
    phase: str | None = None,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    last_hours: int | None = None,
) -> pd.DataFrame:
    """Hours of the table by motor, quantity and range; what is not given is not restricted.

    Parameters
    ----------
    trend : DataFrame
        As :data:`TREND`.
    motor_id, quantity : str, optional
    phase : str, optional
        R, S or T: short for the quantity rms_R, rms_S or rms_T.
    start, end : str or datetime, optional
        Times with their zone; hours from ``start`` on and before ``end``.
    last_hours : int, optional
        Only the last so many hours of those, counted back from the last one there is.

    Raises
    ------
    TableError
        A time has no zone, the range is empty, or phase and quantity contradict each other.
    """
    if phase is not None and (phase not in PHASES or quantity not in (None, f"rms_{phase}")):
        raise TableError(f"phase must be {', '.join(PHASES)} and no other quantity beside it, got {phase!r}")
    if last_hours is not None and last_hours < 1:
        raise TableError(f"the last hours must be at least 1, got {last_hours}; pass a whole number of hours")
    first, stop = _moment(start, "start"), _moment(end, "end")
    if first is not None and stop is not None and first >= stop:
        raise TableError(f"the start {start} must be before the end {end}; swap the two")
    quantity = quantity if phase is None else f"rms_{phase}"
    keep = np.ones(len(trend), dtype=bool)
    for name, wanted in (("motor_id", motor_id), ("quantity", quantity)):
        keep &= True if wanted is None else (trend[name] == wanted).to_numpy()
    keep &= True if first is None else (trend["hour"] >= first).to_numpy()
    keep &= True if stop is None else (trend["hour"] < stop).to_numpy()
    found = trend[keep].sort_values(KEY, kind="stable", ignore_index=True)
    if last_hours is None or found.empty:
        return found
    number = found["hour"].astype("int64") // _HOUR_US
    return found[number > number.max() - last_hours].reset_index(drop=True)


def recent(trend: pd.DataFrame, motor_id: str, hours: int, quantity: str | None = None) -> pd.DataFrame:
    """The last hours of one motor, counted back from its last one; see :func:`query`."""
    return query(trend, motor_id=motor_id, quantity=quantity, last_hours=hours)


def coverage(trend: pd.DataFrame) -> pd.DataFrame:
    """What hours there are of every motor and quantity.

    Returns
    -------
    DataFrame
        Columns motor_id, quantity, unit, first, last (hours), hours (how many), gaps (how many stretches are missing),
        missing_h (hours missing between first and last), longest_gap_h, and gap_from, gap_to: first and last hour of
        the longest gap (the earliest of equals), NaT without one.
    """
    ordered = trend.sort_values(KEY, kind="stable", ignore_index=True)
    number = ordered["hour"].astype("int64") // _HOUR_US
    by = [ordered["motor_id"], ordered["quantity"]]
    missing = (number.groupby(by).diff().fillna(1) - 1).clip(lower=0).astype("int64")
    at = missing.groupby(by).idxmax()
    longest, after = missing.loc[at].to_numpy(), ordered.loc[at, "hour"].reset_index(drop=True)
    table = ordered.groupby(["motor_id", "quantity"], sort=True, as_index=False).agg(
        unit=("unit", "first"), first=("hour", "min"), last=("hour", "max"), hours=("hour", "nunique")
    )
    begins = (after - pd.to_timedelta(longest, unit="h")).where(longest > 0)
    return table.assign(
        gaps=(missing > 0).groupby(by).sum().to_numpy(),
        missing_h=missing.groupby(by).sum().to_numpy(),
        longest_gap_h=longest,
        gap_from=begins,
        gap_to=(after - pd.Timedelta(hours=1)).where(longest > 0),
    )


def _moment(value: str | datetime | None, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as exc:
        raise TableError(f"the {name} {value!r} is no time; write 2026-01-31T08:00:00Z") from exc
    if moment.tzinfo is None:
        raise TableError(f"the {name} {value} has no time zone; add Z for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise TableError(f"the {name} {value} lies outside the calendar in UTC; name another") from exc
