"""The hourly trend logs of a data set, a file a motor: ``trend/MOTOR.csv``.

A log has a column ``hour`` and for every quantity its mean, and where they are known ``_min``, ``_max`` and
``_samples`` beside it: ``hour,rms_R,rms_S,rms_T`` is a whole log. A unit other than that of the data set's currents
stands in the heading, ``temperature [°C]``. An hour is named with its zone and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from diagmod.io.export_times import YEARS
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.tables import conform, empty_table
from diagmod.io.tag_rules import check_quantity
from diagmod.io.trend_tables import KEY, LOG, RMS, TREND

#: Figures of an hour by the ending of their column.
FIGURES = {"": "mean", "_min": "minimum", "_max": "maximum", "_samples": "samples"}

_HEADING = re.compile(r"(?P<quantity>\w+?)(?P<ending>_min|_max|_samples)?(?:\s*\[(?P<unit>[^\]]*)\])?")
_ZONED = r".*[T ].*(Z|[+-]\d\d:?\d\d)"


def read_trend(folder: Path, motors: Collection[str], current_unit: str = "A") -> tuple[pd.DataFrame, str]:
    """Read the hourly trend logs ``trend/MOTOR.csv``.

    Parameters
    ----------
    folder : Path
        The data set.
    motors : collection of str
        Motors of the register.
    current_unit : str
        Unit of the data set's currents.

    Returns
    -------
    table : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`, sorted by motor, quantity and hour.
    reason : str
        Why the table is empty, or a log or hours of it were left out; empty when all is well.
    """
    logs = sorted((folder / "trend").glob("*.csv"))
    if not logs:
        return empty_table(TREND), "the data set has no trend log (folder trend/)"
    frames, left_out = [], []
    for log in logs:
        if log.stem not in motors:
            left_out.append(f"{log.name} names no motor of the register")
            continue
        try:
            frame, doubts = read_log(log, current_unit)
        except (KeyError, ValueError, TypeError, OSError) as exc:
            left_out.append(f"{log.name} is no trend log with columns hour, rms_R, rms_S, rms_T ({exc})")
            continue
        frames.append(frame)
        left_out += [f"{log.name}: {doubt}" for doubt in doubts]
    reason = "; ".join(left_out)
    if not frames:
        return empty_table(TREND), reason
    return pd.concat(frames).sort_values(KEY, ignore_index=True), reason


def read_log(log: Path, current_unit: str = "A") -> tuple[pd.DataFrame, list[str]]:
    """One log and what of it had to be left out.

    Raises
    ------
    KeyError, ValueError, TypeError, OSError
        The file is no trend log.
    """
    wide = pd.read_csv(log)
    hours = wide.pop("hour").astype(str)
    if not (has_zone := hours.str.fullmatch(_ZONED)).all():
        raise ValueError(f"hour {hours[~has_zone].iloc[0]} is no time with its zone; write 2026-01-31T08:00:00Z")
    when = pd.to_datetime(hours, utc=True, format="ISO8601").dt.as_unit("us")
    if not (is_full := (when == when.dt.floor("h")) & when.dt.year.between(YEARS[0], YEARS[1] - 1)).all():
        raise ValueError(
            f"hour {hours[~is_full].iloc[0]} is no full hour (UTC) of {YEARS[0]} to {YEARS[1]}; bring such a file in "
            "by `diagmod trend import`"
        )
    parts: dict[str, dict[str, pd.Series]] = {}
    units: dict[str, str] = {}
    for heading in wide:
        quantity, figure, unit = _heading(str(heading))
        parts.setdefault(quantity, {})[figure] = wide[heading].astype(float)
        if unit is not None and figure == "mean":
            units[quantity] = unit
    if not parts:
        raise ValueError("it has no column beside hour")
    doubts: list[str] = []
    frames = []
    for quantity, figures in parts.items():
        if "mean" not in figures:
            raise ValueError(f"it has no column {quantity} beside {quantity}_min, _max or _samples")
        unit = units.get(quantity, current_unit if quantity in RMS else "")
        if quantity in RMS and unit != current_unit:
            raise ValueError(f"{quantity} is in {unit}, the currents of the data set are in {current_unit}")
        nothing = pd.Series(np.nan, index=wide.index)
        columns = {figure: figures.get(figure, nothing) for figure in FIGURES.values()}
        frames.append(pd.DataFrame({"quantity": quantity, "unit": unit, "hour": when, **columns}))
    table = _without_doubt(pd.concat(frames), doubts)
    return conform(table.assign(motor_id=log.stem, source=LOG), TREND), doubts


def log_text(table: pd.DataFrame, current_unit: str = "A") -> str:
    """The log of one motor as CSV; the same table gives the same text.

    Parameters
    ----------
    table : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`, of one motor and one source.
    current_unit : str
        Unit of the data set's currents, which no heading repeats.
    """
    columns: dict[str, pd.Series] = {}
    for quantity, part in table.groupby("quantity", sort=True):
        unit = part["unit"].iloc[0]
        stated = "" if unit == (current_unit if quantity in RMS else "") else f" [{unit}]"
        by_hour = part.set_index("hour")
        for ending, figure in FIGURES.items():
            values = by_hour[figure]
            if figure == "samples":
                values = values.astype("Int64")
            if figure == "mean" or values.notna().any():
                columns[f"{quantity}{ending}{stated if figure == 'mean' else ''}"] = values
    wide = pd.DataFrame(columns).sort_index()
    wide.insert(0, "hour", pd.DatetimeIndex(wide.index).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return str(wide.to_csv(index=False, lineterminator="\n"))


def _heading(heading: str) -> tuple[str, str, str | None]:
    """Quantity, figure and unit of a column."""
    if not (match := _HEADING.fullmatch(heading.strip())):
        raise ValueError(f"column {heading!r} is no quantity; write for example rms_R or temperature [°C]")
    try:
        check_quantity(match["quantity"])
    except UnreadableRecording as exc:
        raise ValueError(str(exc)) from exc
    return match["quantity"], FIGURES[match["ending"] or ""], match["unit"]


def _without_doubt(table: pd.DataFrame, doubts: list[str]) -> pd.DataFrame:
    """Rows with a mean that can be one; equal hours merged, contradicting ones left out and noted."""
    table = table[table["mean"].notna()]
    is_bad = ~np.isfinite(table["mean"]) | (table["quantity"].isin(RMS) & (table["mean"] < 0))
    for what, gone in (
        ("are negative or infinite", is_bad),
        ("are there twice with different values", None),
    ):
        if gone is None:
            table = table.drop_duplicates()
            gone = table.duplicated(["quantity", "hour"], keep=False)
        if gone.any():
            first = table[gone].iloc[0]
            doubts.append(
                f"{int(gone.sum())} values {what}, first {first['quantity']} at {first['hour']:%Y-%m-%dT%H:%MZ}; they "
                "were left out"
            )
        table = table[~gone]
    return table
