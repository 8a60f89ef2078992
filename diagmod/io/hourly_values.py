"""Samples of one quantity into hours: mean, minimum, maximum and how many, and what could not be used.

An hour is named by its start in UTC and a sample belongs to the hour it lies in. Samples that say the same
twice are merged; those that contradict each other are both kept out, because nobody knows which is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.export_times import PROBLEMS, Stamps
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.trend_tables import LOG, RMS

#: Largest magnitude of a measured quantity; beyond it a number is a mark or damage.
MAX_MAGNITUDE = 1e12

#: Steps within this share of an hour are hourly, longer ones are coarser than hourly.
HOURLY_SHARE = 0.01

#: Share of unusual steps from which a series is called unevenly spaced.
UNEVEN_SHARE = 0.05

#: Columns of the table of refused rows; ``row`` counts the rows of the table in the file from 1.
REFUSED = ["file", "row", "time", "tag", "value", "reason"]

#: Columns of the table of what was done, a row a quantity of a motor.
SERIES = ["motor_id", "quantity", "unit", "tags", "step_s", "samples", "hours", "first", "last", "gaps", "missing_h",
          "longest_gap_h", "gap_from", "gap_to", "longest_step_h", "empty", "merged", "refused", "out_of_order",
          "note"]  # fmt: skip

_HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class Samples:
    """Samples of one tag of one file.

    Attributes
    ----------
    file, tag : str
    stamps : Stamps
    rows : ndarray of int, shape (n,)
        Rows of the table from 0.
    values : ndarray of float64, shape (n,)
        In the unit of the table; NaN for an empty cell.
    bad : ndarray of str, shape (n,), or None
        Why the file itself says that a value is bad; empty where it does not.
    """

    file: str
    tag: str
    stamps: Stamps
    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    bad: NDArray[np.object_] | None = None


@dataclass
class Hourly:
    """Hours of one quantity of one motor.

    Attributes
    ----------
    table : DataFrame
        As :data:`~diagmod.io.trend_tables.TREND`.
    refused : list of DataFrame
        Columns :data:`REFUSED`.
    facts : dict
        What was done: ``step_s``, ``longest_step_h``, ``samples``, ``empty``, ``merged``, ``refused``,
        ``out_of_order``, ``note``.
    """

    table: pd.DataFrame
    refused: list[pd.DataFrame] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def hourly(parts: Sequence[Samples], motor_id: str, quantity: str, unit: str) -> Hourly:
    """Hours of one quantity from its samples in one or more files.

    Raises
    ------
    UnreadableRecording
        The samples lie more than an hour apart as a rule.
    """
    return _Aggregation(parts, motor_id, quantity, unit).run()


class _Aggregation:
    """Samples of several files on one axis; what is refused leaves the arrays and enters the list."""

    def __init__(self, parts: Sequence[Samples], motor_id: str, quantity: str, unit: str) -> None:
        self.parts, self.motor_id, self.quantity, self.unit = parts, motor_id, quantity, unit
        self.part = np.repeat(np.arange(len(parts), dtype=np.int32), [len(p.rows) for p in parts])
        self.at = np.concatenate([np.arange(len(p.rows)) for p in parts])
        self.values = np.concatenate([p.values for p in parts])
        self.refused: list[pd.DataFrame] = []
        self.facts: dict[str, Any] = {"merged": 0, "note": ""}

    def run(self) -> Hourly:
        empty = np.isnan(self.values)
        self.facts["empty"] = int(empty.sum())
        self._keep(~empty)
        self._resolve_times()
        self._sort()
        step_us = self._step()
        self._refuse_values()
        self._merge_equal_times()
        if is_hourly := abs(step_us / _HOUR_US - 1.0) <= HOURLY_SHARE and len(self.us) > 0:
            self._to_full_hours()
        longest_h = float(np.diff(self.us).max(initial=0)) / _HOUR_US
        self.facts |= {"longest_step_h": round(longest_h, 4)}
        self.facts |= {"samples": len(self.us), "step_s": step_us / 1e6, "refused": sum(map(len, self.refused))}
        return Hourly(self._table(is_hourly=is_hourly), self.refused, self.facts)

    def _refuse_values(self) -> None:
        with np.errstate(invalid="ignore"):
            huge = np.abs(self.values) > MAX_MAGNITUDE
        self._refuse(huge, f"value is not finite or beyond {MAX_MAGNITUDE:g}")
        if self.quantity in RMS:
            self._refuse(self.values < 0.0, "rms is negative")
        for k, part in enumerate(self.parts):
            if part.bad is None:
                continue
            here = np.flatnonzero(self.part == k)
            words = part.bad[self.at[here]]
            for word in sorted({str(w) for w in words if w}):
                chosen = np.zeros(len(self.values), dtype=bool)
                chosen[here] = words == word
                self._refuse(chosen, word)
                here = np.flatnonzero(self.part == k)
                words = part.bad[self.at[here]]

    def _resolve_times(self) -> None:
        self.us = np.empty(len(self.values), dtype=np.int64)
        problem = np.zeros(len(self.values), dtype=np.int8)
        for k, part in enumerate(self.parts):
            here = self.part == k
            self.us[here], problem[here] = part.stamps.utc(part.rows[self.at[here]])
        for code, reason in PROBLEMS.items():
            gone = problem == code
            problem = problem[~gone]
            self._refuse(gone, reason)

    def _sort(self) -> None:
        """By time; a file whose times fall throughout is turned and not called out of order."""
        out = 0
        for k in range(len(self.parts)):
            steps = np.diff(self.us[self.part == k])
            falls, rises = int((steps < 0).sum()), int((steps > 0).sum())
            out += min(falls, rises)
        self.facts["out_of_order"] = out
        if (np.diff(self.us) < 0).any():
            self._keep(np.argsort(self.us, kind="stable"))

    def _merge_equal_times(self) -> None:
        """One sample a time: equal ones are merged, contradicting ones refused."""
        same = np.diff(self.us) == 0
        if not same.any():
            return
        first = np.concatenate([[True], ~same])
        group = np.cumsum(first) - 1
        starts = np.flatnonzero(first)
        agree = np.minimum.reduceat(self.values, starts) == np.maximum.reduceat(self.values, starts)
        self.facts["merged"] += int((agree[group] & ~first).sum())
        contradicting = ~agree[group]
        keep = first[~contradicting]
        self._refuse(contradicting, "another row gives another value for the same time")
        self._keep(keep)

    def _step(self) -> float:
        """Usual step in microseconds: the lower quartile, so that standstills do not count."""
        steps = np.diff(self.us)
        steps = steps[steps > 0]
        if not steps.size:
            return float("nan")
        step = float(np.quantile(steps, 0.25, method="lower"))
        if step > (1 + HOURLY_SHARE) * _HOUR_US:
            raise UnreadableRecording(
                f"{self.quantity} of {self.motor_id} has a value every {step / _HOUR_US:.3g} h, coarser than hourly "
                f"({self._sources()}); export hourly means or finer samples"
            )
        uneven = float((np.abs(steps / step - 1.0) > UNEVEN_SHARE).mean())
        if uneven > UNEVEN_SHARE:
            self.facts["note"] = (
                f"{uneven:.0%} of the steps are not the usual {step / 1e6:g} s: the mean counts every sample alike"
            )
        return step

    def _to_full_hours(self) -> None:
        """Hourly values take the start of the hour they lie in, and two of one hour must agree."""
        hour = self.us - self.us % _HOUR_US
        minutes = np.unique((self.us - hour) // 60_000_000)
        if len(minutes) > 1 or minutes[0]:
            self.facts["note"] += "; " * bool(self.facts["note"]) + (
                f"hourly times lie off the full hour in UTC (minute {minutes[0]}); each counts for the hour it lies in"
            )
        self.us = hour
        self._merge_equal_times()

    def _table(self, *, is_hourly: bool) -> pd.DataFrame:
        hour = self.us // _HOUR_US
        first = np.concatenate([[True], np.diff(hour) > 0])[: len(hour)]
        starts = np.flatnonzero(first)
        counts = np.diff(np.append(starts, len(hour))).astype(np.float64)
        nothing = np.full(len(starts), np.nan)
        if not len(starts):
            sums = low = high = nothing
        else:
            sums, low, high = (f.reduceat(self.values, starts) for f in (np.add, np.minimum, np.maximum))
        return pd.DataFrame(
            {
                "motor_id": self.motor_id,
                "quantity": self.quantity,
                "unit": self.unit,
                "hour": pd.to_datetime(hour[starts] * _HOUR_US, unit="us", utc=True).as_unit("us"),
                "mean": self.values if is_hourly else np.clip(sums / counts, low, high),
                "minimum": nothing if is_hourly else low,
                "maximum": nothing if is_hourly else high,
                "samples": nothing if is_hourly else counts,
                "source": LOG,
            }
        )

    def _sources(self) -> str:
        return ", ".join(f"{part.tag} of {part.file}" for part in self.parts)

    def _keep(self, chosen: NDArray[Any]) -> None:
        self.part, self.at, self.values = self.part[chosen], self.at[chosen], self.values[chosen]
        if hasattr(self, "us"):
            self.us = self.us[chosen]

    def _refuse(self, chosen: NDArray[np.bool_], reason: str) -> None:
        if not chosen.any():
            return
        for k in np.unique(self.part[chosen]):
            part, here = self.parts[k], chosen & (self.part == k)
            rows = part.rows[self.at[here]]
            facts = {"file": part.file, "row": rows + 1, "time": part.stamps.shown(rows), "tag": part.tag,
                     "value": self.values[here], "reason": reason}  # fmt: skip
            self.refused.append(pd.DataFrame(facts))
        self._keep(~chosen)
