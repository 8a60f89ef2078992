"""Columns of one file, whatever its format, with what the file says beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagmod.io.column_names import bare_name, unit_of_name
from diagmod.io.refusals import UnreadableRecording

#: Columns that a message lists before it breaks off.
MAX_LISTED = 12

#: Rows from which never falling says something: a tenth of a period at a usual sampling rate.
MIN_RISING_ROWS = 20


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As the file names it; empty where it does not.
    values : ndarray of float64, shape (n,), or None
        Numbers, a missing cell NaN; None for a column of text.
    texts : ndarray of str, shape (n,), or None
        Cells of a column of wall-clock times or of other text.
    unit : str
        From a row of units; empty without one.
    is_stamp : bool
        Whether the cells are wall-clock times, or seconds made from such.
    path : str
        Full name inside a file that nests its arrays, where that is not the name.
    started_at : datetime or None
        Of seconds made from wall-clock times: the first of them in UTC, where the file stores its zone.
    """

    name: str
    values: NDArray[np.float64] | None
    texts: NDArray[np.object_] | None = None
    unit: str = ""
    is_stamp: bool = False
    path: str = ""
    started_at: datetime | None = None

    @cached_property
    def n_numbers(self) -> int:
        """How many finite measured numbers it holds; none where it holds clock times."""
        return 0 if self.values is None or self.is_stamp else int(np.isfinite(self.values).sum())

    @property
    def stated_unit(self) -> str:
        """Unit from the row of units or from the name, as written; empty without one."""
        return self.unit or unit_of_name(self.name)

    @cached_property
    def is_rising(self) -> bool:
        """Whether the numbers rise and never fall, as in a time base and in no current."""
        values = self.values
        return (
            values is not None
            and values.size >= MIN_RISING_ROWS
            and bool(values[-1] > values[0])
            and bool(np.all(np.diff(values) >= 0.0))
        )

    @cached_property
    def is_counting(self) -> bool:
        """Whether every number is one more than the one before."""
        return self.values is not None and self.values.size > 2 and bool(np.all(np.diff(self.values) == 1.0))


@dataclass(frozen=True)
class Table:
    """Columns of one file, all of one length.

    Attributes
    ----------
    source : str
        Name of the file, and of the sheet where it has some, for messages.
    columns : tuple of Column
        In the order of the file, empty ones too: their numbers count from 1.
    notes : tuple of str
        What was left out or converted, one sentence each.
    heading : tuple of str
        Lines above the table.
    fs : float or None
        Sampling rate in Hz where the format itself carries one.
    started_at : datetime or None
        Time of the first sample in UTC, where the format itself states it with its zone.
    format : str
        How the file is written.
    n_left_out : int
        Rows of numbers that could not be used.
    """

    source: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    fs: float | None = None
    started_at: datetime | None = None
    format: str = ""
    n_left_out: int = 0

    def label(self, k: int) -> str:
        """Full name of a column, or its number from 1 where it has none."""
        return self.columns[k].path or self.columns[k].name or str(k + 1)

    def listed(self, choices: Iterable[int]) -> str:
        """Columns with number and name for a message."""
        shown = [f"{k + 1} {self.columns[k].path or self.columns[k].name}".strip() for k in choices]
        return ", ".join(shown[:MAX_LISTED]) + (", ..." if len(shown) > MAX_LISTED else "")

    def asked_by(self, choices: Iterable[int]) -> str:
        """Columns as an option takes them: by numbers, or by names where a number is the name of another column."""
        chosen = list(choices)
        are_clear = all(self._named(str(k + 1)) == [k] for k in chosen)
        return ",".join(str(k + 1) if are_clear else self.label(k) for k in chosen)

    def find(self, wanted: str, option: str) -> int:
        """Index of the column that a user asked for.

        Parameters
        ----------
        wanted : str
            Its exact name or full name, one of them in any case, its name without the unit, or its number from 1; the
            first that fits.
        option : str
            Option of the command line that it was given to, for the message.

        Raises
        ------
        UnreadableRecording
            There is no such column, or there are several.
        """
        found = self._named(wanted)
        if len(found) > 1:
            raise UnreadableRecording(
                f"{self.source} has {len(found)} columns {wanted.strip()!r} ({self.listed(found)}); give the number of "
                f"one of them to {option}"
            )
        if found:
            return found[0]
        raise UnreadableRecording(
            f"{self.source} has no column {wanted.strip()!r}, asked for by {option}; it has "
            f"{self.listed(range(len(self.columns)))}"
        )

    def has(self, wanted: str) -> bool:
        """Whether there is a column of that name or number."""
        return bool(self._named(wanted))

    def _named(self, wanted: str) -> list[int]:
        """Columns of that exact name, of it in any case, without its unit, or of that number; the first that fits."""
        wanted, names = wanted.strip(), [column.name for column in self.columns]
        paths = [column.path for column in self.columns]
        for found in (
            [k for k, name in enumerate(names) if name == wanted and name],
            [k for k, path in enumerate(paths) if path == wanted and path],
            [k for k, name in enumerate(names) if name.casefold() == wanted.casefold() and name],
            [k for k, path in enumerate(paths) if path.casefold() == wanted.casefold() and path],
            [k for k, name in enumerate(names) if bare_name(name) == bare_name(wanted) != ""],
        ):
            if found:
                return found
        if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 and 1 <= int(wanted) <= len(names):
            return [int(wanted) - 1]
        return []
