"""How a historian export is laid out: a column a tag (wide), or a row a sample of some tag (long).

Which column holds the time is told by what stands in it, which columns name motor, tag or phase by their
heading. What is not told is refused with the columns to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.io.column_names import TIME_UNITS, bare_name, says_counter, says_time
from diagmod.io.column_tables import Column, Table
from diagmod.io.export_times import DATE, NO_TIME, Stamps, in_zone, stamps_of_texts
from diagmod.io.hourly_values import Samples
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.tag_rules import Tag
from diagmod.io.text_dialects import MISSING
from diagmod.io.time_bases import EPOCH_S

#: Headings, in small letters, of columns with a meaning of their own in a long export.
ROLES = {
    "motor": {"motor", "motor_id", "machine", "machine_id", "asset", "asset_id", "equipment", "maschine", "двигатель"},
    "tag": {"tag", "tagname", "tag_name", "tag_id", "point", "pointname", "point_name", "name", "sensor", "sensor_id",
            "signal", "channel", "variable", "item", "item_id", "parameter", "measurement", "metric", "series",
            "messstelle", "kanal", "datenpunkt", "тег"},
    "phase": {"phase", "ph", "phase_name", "quantity", "фаза"},
    "unit": {"unit", "units", "uom", "einheit", "eu", "engunits"},
    "quality": {"quality", "status", "qualität", "qualitaet", "качество"},
}  # fmt: skip

#: Headings of the column of values where a long export has several columns of numbers.
VALUES = {"value", "val", "wert", "messwert", "reading", "rms", "mean", "avg", "average", "pv", "значение"}

#: Words of a column of quality that say nothing against a value; 192 and 0x00 are those of OPC.
GOOD = {"good", "ok", "valid", "gut", "g", "192", "0x00", "true", ""}

#: Cells of a column that are looked at to tell whether it holds times.
_LOOK = 50

_DATE = re.compile(DATE)


@dataclass(frozen=True, kw_only=True)
class LayoutRules:
    """What a user declares of the layout; None where the file is to tell.

    Parameters
    ----------
    time_column, tag_column, value_column : str or None
        Names or numbers from 1; a time column may be "DATE+TIME".
    timezone : str or None
        IANA name of the zone of times that name none.
    date_order : str or None
        "dmy" or "mdy", for dates such as 05/01/2026.
    """

    time_column: str | None = None
    tag_column: str | None = None
    value_column: str | None = None
    timezone: str | None = None
    date_order: str | None = None


@dataclass
class Layout:
    """One table taken apart.

    Attributes
    ----------
    tags : list of Tag
    samples : list of Samples
        Of each tag, in the order of the file.
    notes : list of str
    """

    tags: list[Tag] = field(default_factory=list)
    samples: list[Samples] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def take_apart(table: Table, path: Path, rules: LayoutRules) -> Layout:
    """Tags and their samples of one table.

    Parameters
    ----------
    table : Table
    path : Path
        Its file; a Parquet file is asked for its times again.
    rules : LayoutRules

    Raises
    ------
    UnreadableRecording
        Time, tag or value column are not told, or the times are not.
    """
    layout = Layout(notes=list(table.notes))
    times = _time_columns(table, rules)
    stamps = _stamps(table, times, path, rules)
    layout.notes += stamps.notes
    roles = _roles(table, times, rules)
    numbers = _value_columns(table, times, roles, rules)
    bad, n = _bad(table, roles), len(stamps.codes)
    if left := [
        k for k, c in enumerate(table.columns) if k not in {*times, *roles.values(), *numbers} and _is_filled(c)
    ]:
        layout.notes.append(f"column {table.listed(left)} was left out")
    for tag, rows in _groups(table, roles, n):
        for k in numbers:
            column = table.columns[k]
            name = tag.name or table.label(k)
            found = Tag(name, tag.motor, tag.unit or column.stated_unit, tag.is_phase)
            values = np.asarray(column.values) if rows is None else np.asarray(column.values)[rows]
            at = np.arange(n) if rows is None else rows
            layout.tags.append(found)
            layout.samples.append(Samples(path.name, found.label, stamps, at, values, bad if bad is None else bad[at]))
    return layout


def _is_filled(column: Column) -> bool:
    return column.n_numbers > 0 if column.texts is None else any(str(text).strip() for text in column.texts[:_LOOK])


def _time_columns(table: Table, rules: LayoutRules) -> list[int]:
    if rules.time_column is not None:
        names = [column.name for column in table.columns]
        parts = [rules.time_column] if rules.time_column in names else rules.time_column.split("+")
        return [table.find(part, "--time-column") for part in parts[:2]]
    found = [k for k, column in enumerate(table.columns) if _is_time(column)]
    named = [k for k in found if says_time(table.columns[k].name, table.columns[k].unit)]
    if len(found) > 1 and len(named) == 1:
        return named
    if len(found) != 1:
        has = f"{len(found)} columns that may be time ({table.listed(found)})" if found else "no column of dates"
        raise UnreadableRecording(
            f"{table.source} has {has}; name it by --time-column (DATE+TIME joins two), it has "
            f"{table.listed(range(len(table.columns)))}"
        )
    return found


def _is_time(column: Column) -> bool:
    """Whether most of some cells begin with a date, or its numbers are named time and count from 1970."""
    if column.texts is not None:
        filled = [str(text).strip() for text in column.texts[: 4 * _LOOK] if str(text).strip() not in MISSING][:_LOOK]
        return bool(filled) and 2 * sum(_DATE.match(text) is not None for text in filled) > len(filled)
    if column.is_stamp:
        return True
    return says_time(column.name, column.unit) and _epoch_unit(column) is not None


def _epoch_unit(column: Column) -> float | None:
    """Seconds in the unit in which numbers count from 1970; None where they do not."""
    finite = np.empty(0) if column.values is None else column.values[np.isfinite(column.values)]
    units = (unit for unit in TIME_UNITS.values() if finite.size and EPOCH_S[0] < finite[0] * unit < EPOCH_S[1])
    return next(units, None)


def _stamps(table: Table, times: list[int], path: Path, rules: LayoutRules) -> Stamps:
    label = f"time column {table.listed(times)} of {table.source}"
    columns = [table.columns[k] for k in times]
    if all(column.texts is not None for column in columns):
        cells = np.asarray(columns[0].texts, dtype=object)
        for column in columns[1:]:
            cells = cells + np.array([" "], dtype=object) + np.asarray(column.texts, dtype=object)
        return stamps_of_texts(cells, label, rules.timezone, rules.date_order)
    if len(columns) == 1 and columns[0].is_stamp:
        return _parquet_stamps(path, columns[0].name, label, rules)
    if len(columns) == 1 and columns[0].values is not None and (unit := _epoch_unit(columns[0])) is not None:
        values = columns[0].values
        good = np.isfinite(values) & (np.abs(values * unit) < 1e11)
        us = np.where(good, np.round(np.where(good, values, 0.0) * (unit * 1e6)), NO_TIME).astype(np.int64)
        return _numbered(us, values, "times count from 1970 in UTC")
    raise UnreadableRecording(
        f"{label} holds no dates and no seconds from 1970; choose another by --time-column (DATE+TIME joins two)"
    )


def _parquet_stamps(path: Path, name: str, label: str, rules: LayoutRules) -> Stamps:
    """Times of a Parquet file, which a table keeps only in seconds from the first."""
    try:
        cells = pq.ParquetFile(path).read(columns=[name]).column(0)
        us = cells.cast(pa.timestamp("us", cells.type.tz), safe=False).cast(pa.int64()).fill_null(NO_TIME).to_numpy()
    except (pa.ArrowException, OSError, AttributeError, IndexError) as exc:
        raise UnreadableRecording(f"{label} cannot be read as times; write them as text with their zone") from exc
    stamps = _numbered(us, np.datetime_as_string(us.view("M8[us]"), unit="s"), "")
    return stamps if cells.type.tz else in_zone(stamps, rules.timezone, label)


def _numbered(us: NDArray[np.int64], shown: NDArray[np.generic], note: str) -> Stamps:
    codes, first = np.arange(len(us)), shown.astype(str).astype(object)
    return Stamps(first, codes, us, notes=(note,) if note else ())


def _roles(table: Table, times: list[int], rules: LayoutRules) -> dict[str, int]:
    """Columns of a long export by what they hold."""
    roles: dict[str, int] = {}
    for role, names in ROLES.items():
        fits = [k for k, column in enumerate(table.columns) if k not in times and bare_name(column.name) in names]
        if role == "tag" and rules.tag_column is not None:
            fits = [table.find(rules.tag_column, "--tag-column")]
        if len(fits) > 1:
            raise UnreadableRecording(
                f"{table.source} has {len(fits)} columns that may name the {role} ({table.listed(fits)}); rename all "
                "but one" + (", or choose by --tag-column" if role == "tag" else "")
            )
        if fits:
            roles[role] = fits[0]
    return roles


def _value_columns(table: Table, times: list[int], roles: dict[str, int], rules: LayoutRules) -> list[int]:
    """Columns of values: one where a column names tag or phase, else all that hold numbers."""
    if rules.value_column is not None:
        wanted = table.find(rules.value_column, "--value-column")
        if table.columns[wanted].values is None:
            raise UnreadableRecording(f"column {table.listed([wanted])} of {table.source} holds text; choose another")
        return [wanted]
    taken = {*times, *roles.values()}
    found = [k for k, c in enumerate(table.columns) if k not in taken and c.n_numbers and not says_counter(c.name)]
    if not found:
        raise UnreadableRecording(f"{table.source} has no column of values beside its time; export it again")
    if len(found) == 1 or not {"tag", "phase"} & set(roles):
        return found
    named = [k for k in found if bare_name(table.columns[k].name) in VALUES]
    if len(named) != 1:
        raise UnreadableRecording(
            f"{table.source} has several columns of numbers beside its tags ({table.listed(found)}); choose the values "
            "by --value-column"
        )
    return named


def _groups(table: Table, roles: dict[str, int], n: int) -> Iterator[tuple[Tag, NDArray[np.int64] | None]]:
    """Tags of a long export with their rows in order; one nameless tag of all rows for a wide one."""
    keys = [role for role in ("motor", "tag", "phase", "unit") if role in roles]
    if not {"motor", "tag", "phase"} & set(keys):
        units = list(pd.unique(_texts(table.columns[roles["unit"]]))) if "unit" in roles else []
        yield Tag("", unit=str(units[0]).strip() if len(units) == 1 else ""), None
        return
    codes, uniques = np.zeros(n, dtype=np.int64), []
    for role in keys:
        code, unique = pd.factorize(_texts(table.columns[roles[role]]))
        uniques.append(unique)
        codes = codes * len(unique) + code
    code, values = pd.factorize(codes)
    order = np.argsort(code.astype(np.min_scalar_type(max(1, len(values)))), kind="stable")
    for value, rows in zip(values, np.split(order, np.cumsum(np.bincount(code))[:-1]), strict=True):
        cells: dict[str, str] = {}
        for role, unique in zip(reversed(keys), reversed(uniques), strict=True):
            value, at = divmod(value, len(unique))
            cells[role] = str(unique[at]).strip()
        name = " ".join(filter(None, (cells.get("tag", ""), cells.get("phase", ""))))
        yield Tag(name, cells.get("motor", ""), cells.get("unit", ""), "phase" in keys), rows


def _texts(column: Column) -> NDArray[np.object_]:
    """Cells as text; whole numbers without a point."""
    if column.texts is not None:
        return column.texts
    values, codes = np.unique(np.asarray(column.values), return_inverse=True)
    return np.array([f"{v:.15g}" if np.isfinite(v) else "" for v in values], dtype=object)[codes]


def _bad(table: Table, roles: dict[str, int]) -> NDArray[np.object_] | None:
    """What the file says against each value; None where it has no column of quality.

    A status can also be that of the machine: it counts only where some cell calls a value good.
    """
    if "quality" not in roles:
        return None
    column = table.columns[roles["quality"]]
    codes, unique = pd.factorize(_texts(column))
    words = [str(word).strip() for word in unique]
    if bare_name(column.name) == "status" and not {w.casefold() for w in words} & (GOOD - {""}):
        return None
    said = np.array(["" if w.casefold() in GOOD else f"the file calls it {w!r}" for w in words], dtype=object)
    return said[codes]
