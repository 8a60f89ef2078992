"""The time stamps of a table in seconds, and the sampling rate that follows from them.

Stamps are what the recorder wrote: they may be coarse, jump, or contradict a declared rate. They are handed
on unchanged for the audit of the clock; the rate is taken from them only where nobody declared one.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.column_names import TIME_UNITS, says_time, time_unit_of
from diagmod.io.column_tables import Column, Table
from diagmod.io.declarations import Declared
from diagmod.io.phase_columns import is_phase_t
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.sampling_steps import MAX_RATE_ERROR_PCT

#: Sampling rates in Hz between which a time column without a unit is taken as seconds.
MIN_PLAUSIBLE_FS, MAX_PLAUSIBLE_FS = 100.0, 1e7

#: Seconds from 1970 to the years 2000 and 2100: a first stamp between them tells its unit.
EPOCH_S = (946_684_800.0, 4_102_444_800.0)

_CLOCK = r"(\d{1,2}):(\d\d):(\d\d(?:[.,:]\d+)?)\s*([AP]M)?"
_DAY_S = 86400.0


def find_time_column(
    table: Table, declared: Declared, phases: set[int], notes: list[str]
) -> tuple[int | None, set[int]]:
    """The column of time stamps, if there is one, and all columns that hold times.

    Parameters
    ----------
    table : Table
    declared : Declared
        A declared time column is taken; with a declared rate none is needed.
    phases : set of int
        Columns declared as phases.
    notes : list of str
        Gets a sentence for every conclusion.

    Raises
    ------
    UnreadableRecording
        The declared column is not there or is a phase, or several columns may be time and no rate is declared.
    """
    columns = table.columns
    if declared.time_column is not None:
        k = table.find(declared.time_column, "--time-column")
        if k in phases:
            raise UnreadableRecording(f"column {table.listed([k])} cannot be time and a phase; change one of the two")
        return k, {k}
    free = [k for k, column in enumerate(columns) if k not in phases and (column.is_stamp or column.n_numbers)]
    named = [k for k in free if says_time(columns[k].name, columns[k].unit) and not is_phase_t(table, k)]
    found = named or [k for k in free if columns[k].is_stamp]
    if found and not named:
        notes.append(f"column {table.listed(found)} holds clock times and was taken as time")
    if not found and (found := [k for k in free if _is_nameless_time(columns[k])][:1]):
        notes.append(f"column {table.listed(found)} has no name and rises steadily; it was taken as time")
    if len(found) > 1 and declared.fs is None:
        raise UnreadableRecording(
            f"{table.source} has {len(found)} columns that may be time ({table.listed(found)}); choose one by "
            "--time-column"
        )
    if len(found) > 1:
        notes.append(f"columns {table.listed(found)} may be time; none was used since --fs is given")
        return None, set(found)
    return (found[0] if found else None), set(found)


def stamps_s(table: Table, k: int, n: int, declared: Declared, notes: list[str]) -> NDArray[np.float64]:
    """Time stamps of the first n rows in seconds from the first.

    Raises
    ------
    UnreadableRecording
        The column has gaps, does not rise, or its unit is not known.
    """
    column, label = table.columns[k], f"time column {table.listed([k])} of {table.source}"
    if column.is_stamp:
        stamps = _clock_seconds(column.texts[:n]) if column.texts is not None else np.array(column.values)[:n]
    elif column.values is None:
        shown = "" if column.texts is None or not column.texts.size else str(column.texts[0])[:40]
        raise UnreadableRecording(
            f"{label} holds {shown!r}, expected numbers or times such as 2026-01-31T08:00:00.001; choose another by "
            "--time-column"
        )
    else:
        stamps = column.values[:n]
    if not np.isfinite(stamps).all():
        row = int(np.flatnonzero(~np.isfinite(stamps))[0]) + 1
        raise UnreadableRecording(f"{label} has no time in row {row} of the table; correct it or choose another")
    stamps = stamps - stamps[0]
    if stamps[-1] <= 0.0:
        raise UnreadableRecording(
            f"{label} does not rise from its first to its last row; choose another by --time-column, or cut the "
            "recording where its clock jumps back"
        )
    return stamps if column.is_stamp else stamps * TIME_UNITS[time_unit(column, stamps, label, declared, notes)]


def start_of(column: Column) -> datetime | None:
    """Time of the first stamp in UTC, where it is written with a zone."""
    if column.texts is None or not column.is_stamp or not len(column.texts):
        return column.started_at
    try:
        start = datetime.fromisoformat(str(column.texts[0]).strip().replace(",", "."))
        return start.astimezone(UTC) if start.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _is_nameless_time(column: Column) -> bool:
    return not column.name and column.is_rising and not column.is_counting


def time_unit(column: Column, stamps: NDArray[np.float64], label: str, declared: Declared, notes: list[str]) -> str:
    """Unit of a column of numeric stamps, a key of :data:`~diagmod.io.column_names.TIME_UNITS`.

    Parameters
    ----------
    column : Column
    stamps : ndarray of float64, shape (n,)
        Its numbers from the first on, at least a beginning.
    label : str
        The column in words for messages.
    declared : Declared
    notes : list of str
        Gets a sentence for every conclusion.

    Raises
    ------
    UnreadableRecording
        Nothing tells the unit.
    """
    if declared.time_unit is not None:
        return declared.time_unit
    if stated := time_unit_of(column.name, column.unit):
        return stated
    step = float(stamps[-1]) / (stamps.size - 1)
    if declared.fs is not None:
        for unit, seconds in TIME_UNITS.items():
            if abs(1.0 / (step * seconds * declared.fs) - 1.0) < MAX_RATE_ERROR_PCT / 100.0:
                notes.append(f"{label} names no unit; {unit} agrees with --fs")
                return unit
    for unit, seconds in TIME_UNITS.items():
        if column.values is not None and EPOCH_S[0] < column.values[0] * seconds < EPOCH_S[1]:
            notes.append(f"{label} counts {unit} from 1970")
            return unit
    if not MIN_PLAUSIBLE_FS <= 1.0 / step <= MAX_PLAUSIBLE_FS:
        raise UnreadableRecording(
            f"{label} rises by {step:g} a row and names no unit; in seconds that would be {1.0 / step:.3g} Hz, too far "
            "from any sampling of motor currents: pass --time-unit, or --fs if it only counts the rows"
        )
    notes.append(f"{label} names no unit and was taken as seconds")
    return "s"


def _clock_seconds(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    """Seconds of wall-clock times; dates that are not ISO count by their time of day, NaN where there is none.

    Within a recording only the time of day matters; where it falls back by more than half a day, a day has passed.
    """
    cells = pd.Series(texts, dtype="str").str.strip().str.replace(",", ".", regex=False)
    try:
        moments = pd.to_datetime(cells, format="ISO8601", utc=True)
    except ValueError:
        return _day_seconds(cells)
    return np.asarray((moments - moments.iloc[0]).dt.total_seconds(), dtype=np.float64)


def _day_seconds(cells: pd.Series) -> NDArray[np.float64]:
    parts = cells.str.extract(_CLOCK, flags=re.IGNORECASE)
    hours = parts[0].astype(float)
    is_pm = (parts[3].str.upper() == "PM").to_numpy(dtype=bool, na_value=False)
    if parts[3].notna().any():
        hours = hours % 12 + 12 * is_pm
    seconds = hours * 3600 + parts[1].astype(float) * 60 + parts[2].str.replace(":", ".", regex=False).astype(float)
    clock = np.asarray(seconds, dtype=np.float64)
    days = np.concatenate([[0.0], np.cumsum(np.diff(clock) < -_DAY_S / 2)])
    return np.asarray(clock + _DAY_S * days, dtype=np.float64)
