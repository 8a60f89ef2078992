"""The clock times of a historian export in UTC.

A time that names no zone means nothing until a zone is declared. Where the clocks go back, an hour of wall
time exists twice: which one is meant is taken from the order of the rows where it tells, else the row is
refused. Day and month are told apart by the file or by declaration, never by habit.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.refusals import UnreadableRecording, shorten

#: Years a trend may lie in; others are place holders such as 9999.
YEARS = (1970, 2100)

#: Orders of day (d), month (m) and year (y) that can be declared.
DATE_ORDERS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}

#: Steps across the hour that exists twice may be this many usual ones; more, and the order of rows proves nothing.
MAX_STEPS_BACK = 1.5

#: Why a row has no time in UTC, by code.
PROBLEMS = {
    1: "time cannot be read",
    2: "local time does not exist: the clocks went forward over it",
    3: "local time exists twice, since the clocks went back, and the order of the rows does not tell which",
    4: f"time lies outside the years {YEARS[0]} to {YEARS[1]}",
}

#: What "no time" is among microseconds.
NO_TIME = np.iinfo(np.int64).min

_ISO = r"\d{4}[-/]\d\d?[-/]\d\d?"
_WALL = rf"{_ISO}(?:[T ]\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?)?)?"
_ZONE = r" ?(?:Z|[+-]\d\d(?::?\d\d)?)"
_NAMED_DATES = {r"\d\d?\.\d\d?\.\d{4}\b": "%d.%m.%Y", r"\d\d?-[A-Za-z]{3}-\d{4}\b": "%d-%b-%Y",
                r"\d\d?-[A-Za-z]{3}-\d\d\b": "%d-%b-%y"}  # fmt: skip
_NUMBERED = r"\d\d?([-/])\d\d?\1\d{4}\b"
_CLOCKS = (" %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p", "")
#: What the beginning of a cell with a date looks like.
DATE = rf"(?:{_ISO}|\d\d?\.\d\d?\.\d{{4}}|\d\d?-[A-Za-z]{{3}}-\d\d|\d\d?[-/]\d\d?[-/]\d{{4}})"


def time_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name.

    Raises
    ------
    UnreadableRecording
        There is no such zone.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as exc:
        raise UnreadableRecording(
            f"there is no time zone {name!r}; pass a name such as UTC, Europe/Berlin or Asia/Almaty to --timezone"
        ) from exc


@dataclass(frozen=True)
class Stamps:
    """Times of the rows of one table, each text read once.

    Attributes
    ----------
    texts : ndarray of str, shape (n_unique,)
        As the file writes them.
    codes : ndarray of int, shape (n_rows,)
        Which text a row has.
    us : ndarray of int64, shape (n_unique,)
        Microseconds from 1970 in UTC or by the wall clock of ``zone``; :data:`NO_TIME` where it cannot be read.
    zone : ZoneInfo or None
        None for UTC.
    notes : tuple of str
    """

    texts: NDArray[np.object_]
    codes: NDArray[np.int64]
    us: NDArray[np.int64]
    zone: zoneinfo.ZoneInfo | None = None
    notes: tuple[str, ...] = ()

    def shown(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Texts of some rows."""
        return self.texts[self.codes[rows]]

    def utc(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
        """Times of the rows of one series, in the order of the file.

        Returns
        -------
        us : ndarray of int64
            Microseconds from 1970 in UTC; meaningless where there is a problem.
        problem : ndarray of int8
            0, or a key of :data:`PROBLEMS`.
        """
        us = self.us[self.codes[rows]]
        is_read = us != NO_TIME
        low, high = (pd.Timestamp(year=year, month=1, day=1).as_unit("us").value // 1000 for year in YEARS)
        problem = np.where(is_read, np.where((us < low) | (us >= high), 4, 0), 1).astype(np.int8)
        if self.zone is None:
            return us, problem
        good = np.flatnonzero(problem == 0)
        us = us.copy()
        us[good], problem[good] = wall_to_utc(us[good], self.zone)
        return us, problem


def stamps_of_texts(cells: NDArray[np.object_], label: str, timezone: str | None, date_order: str | None) -> Stamps:
    """Read a column of clock times.

    Parameters
    ----------
    cells : ndarray of str, shape (n_rows,)
    label : str
        The column, for messages.
    timezone : str or None
        IANA name of the zone of times that name none.
    date_order : str or None
        "dmy" or "mdy", where the texts do not tell.

    Raises
    ------
    UnreadableRecording
        No cell is a time, none names a zone and none is declared, zones are named in some rows only or contradict the
        declared one, or day and month cannot be told apart.
    """
    codes, unique = pd.factorize(cells)
    texts = pd.Series(unique, dtype="str").str.strip()
    wall = texts.str.fullmatch(_WALL).to_numpy(dtype=bool)
    zoned = ~wall
    if not wall.all():
        zoned = texts.str.fullmatch(rf"{_WALL}{_ZONE}", case=False).to_numpy(dtype=bool)
    us = np.full(len(texts), NO_TIME)
    plain = texts.str.replace(",", ".", regex=False)
    us[zoned] = _us(pd.to_datetime(plain[zoned], format="ISO8601", utc=True, errors="coerce"))
    us[wall] = _us(pd.to_datetime(plain[wall], format="ISO8601", errors="coerce"))
    if (other := ~wall & ~zoned).any():
        us[other] = _other_dates(plain[other], label, date_order)
    is_read = us != NO_TIME
    if not is_read.any():
        raise UnreadableRecording(
            f"{label} holds {shorten(str(unique[0]) if len(unique) else '')}, expected a date with its time such as "
            "2026-01-31T08:00:00Z; choose another by --time-column (DATE+TIME joins two columns)"
        )
    named, unnamed = int((is_read & zoned).sum()), int((is_read & ~zoned).sum())
    if named and unnamed:
        raise UnreadableRecording(
            f"{label} names a zone in some rows ({shorten(texts[is_read & zoned].iloc[0])}) and none in others "
            f"({shorten(texts[is_read & ~zoned].iloc[0])}); export it in one form"
        )
    stamps = Stamps(np.asarray(unique, dtype=object), np.asarray(codes, dtype=np.int64), us)
    if named:
        return _agreeing(stamps, texts, timezone, label)
    return in_zone(stamps, timezone, label)


def in_zone(stamps: Stamps, timezone: str | None, label: str) -> Stamps:
    """Times that name no zone, in the declared one.

    Raises
    ------
    UnreadableRecording
        No zone is declared, or there is no such zone.
    """
    if timezone is None:
        raise UnreadableRecording(
            f"{label} names no time zone ({shorten(str(stamps.texts[stamps.us != NO_TIME][0]))}); pass --timezone, "
            "for example UTC or Europe/Berlin"
        )
    zone = time_zone(timezone)
    return Stamps(stamps.texts, stamps.codes, stamps.us, zone, (f"times are wall-clock times of {timezone}",))


def wall_to_utc(wall_us: NDArray[np.int64], zone: zoneinfo.ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Wall-clock times of one series in UTC.

    Parameters
    ----------
    wall_us : ndarray of int64, shape (n,)
        Microseconds from 1970 by the wall clock, in the order of the file.
    zone : ZoneInfo

    Returns
    -------
    us : ndarray of int64, shape (n,)
        In UTC; meaningless where there is a problem.
    problem : ndarray of int8, shape (n,)
        0, or 2 or 3 of :data:`PROBLEMS`.
    """
    index = pd.DatetimeIndex(wall_us.view("M8[us]"))
    first, second = (
        index.tz_localize(zone, ambiguous=np.full(len(index), is_first), nonexistent="NaT").as_unit("us").asi8
        for is_first in (True, False)
    )
    us, problem = first.copy(), np.where(first == NO_TIME, 2, 0).astype(np.int8)
    twice = first != second
    if not twice.any():
        return us, problem
    order = np.arange(len(us)) if wall_us[-1] >= wall_us[0] else np.arange(len(us))[::-1]
    wall, is_twice = wall_us[order], twice[order]
    steps = np.diff(wall)
    usual = float(np.quantile(steps[steps > 0], 0.25)) if (steps > 0).any() else 0.0
    is_ordered = not (steps[~(is_twice[1:] & is_twice[:-1])] < 0).any()
    problem[twice] = 3
    begins = np.flatnonzero(is_twice & np.concatenate([[True], ~is_twice[:-1] | (np.abs(steps) > 86_400_000_000)]))
    for begin in begins if is_ordered else []:
        end = begin + int(np.argmin(np.append(is_twice[begin:], False)))
        block = order[begin:end]
        back = np.flatnonzero(np.diff(wall_us[block]) <= 0)
        if len(back) != 1:
            continue
        before, after = block[back[0]], block[back[0] + 1]
        if 0 < second[after] - first[before] <= MAX_STEPS_BACK * usual:
            us[block[back[0] + 1 :]] = second[block[back[0] + 1 :]]
            problem[block] = 0
    return us, problem


def _agreeing(stamps: Stamps, texts: pd.Series, timezone: str | None, label: str) -> Stamps:
    """Times that name their zone; a declared one must not say otherwise."""
    if timezone is None:
        return stamps
    read = np.flatnonzero(stamps.us != NO_TIME)
    wall = pd.to_datetime(texts.iloc[read].str.replace(rf"{_ZONE}$", "", regex=True, case=False)
                          .str.replace(",", ".", regex=False), format="ISO8601", errors="coerce")  # fmt: skip
    local = pd.DatetimeIndex(stamps.us[read].view("M8[us]"), tz="UTC").tz_convert(time_zone(timezone))
    differs = _us(wall) != local.tz_localize(None).as_unit("us").asi8
    if differs.any():
        raise UnreadableRecording(
            f"{label} names another zone ({shorten(texts.iloc[read[differs][0]])}) than --timezone {timezone}; leave "
            "it out, or export the times without a zone if the named one is wrong"
        )
    return stamps


def _other_dates(texts: pd.Series, label: str, date_order: str | None) -> NDArray[np.int64]:
    """Dates that do not begin with their year."""
    texts = texts.str.replace(r"\s+", " ", regex=True)
    us = np.full(len(texts), NO_TIME)
    for pattern, date in _NAMED_DATES.items():
        if (fits := texts.str.match(pattern).to_numpy(dtype=bool)).any():
            us[fits] = _with_clock(texts[fits], date)
    if (fits := texts.str.match(_NUMBERED).to_numpy(dtype=bool)).any():
        numbered = texts[fits].str.replace(r"^(\d\d?)-(\d\d?)-", r"\1/\2/", regex=True)
        read = {order: _with_clock(numbered, date) for order, date in DATE_ORDERS.items()}
        us[fits] = read[date_order or _order_told(read, numbered, label)]
    return us


def _order_told(read: dict[str, NDArray[np.int64]], texts: pd.Series, label: str) -> str:
    """The only order of day and month under which the dates can be read."""
    only = {
        "dmy": (read["dmy"] != NO_TIME) & (read["mdy"] == NO_TIME),
        "mdy": (read["mdy"] != NO_TIME) & (read["dmy"] == NO_TIME),
    }
    told = [order for order, rows in only.items() if rows.any()]
    if len(told) == 1 or not (read["dmy"] != read["mdy"]).any():
        return told[0] if told else "dmy"
    example = texts[read["dmy"] != read["mdy"]].iloc[0]
    raise UnreadableRecording(
        f"{label} can be read in two ways ({shorten(example)}: day or month first?); pass --date-order dmy or mdy"
    )


def _with_clock(texts: pd.Series, date: str) -> NDArray[np.int64]:
    us = np.full(len(texts), NO_TIME)
    for clock in _CLOCKS:
        if not (left := us == NO_TIME).any():
            break
        us[left] = _us(pd.to_datetime(texts[left], format=date + clock, errors="coerce"))
    return us


def _us(moments: pd.Series) -> NDArray[np.int64]:
    """Microseconds from 1970; a missing time is :data:`NO_TIME`, which is how pandas writes it too."""
    naive = moments if moments.dt.tz is None else moments.dt.tz_convert(None)
    return np.asarray(pd.DatetimeIndex(naive).as_unit("us").asi8)
