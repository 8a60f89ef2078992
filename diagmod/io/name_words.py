"""What the words in a file name mean, in cells of the manifest.

Nothing is interpreted that can be meant in two ways: ``05`` may be 5 or 0.5, ``BPFO`` may be anything until somebody
maps it, and a size of a fault is a label unless it is written as a share from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from diagmod.io.export_times import time_zone, wall_to_utc
from diagmod.io.manifest_rows import start_time
from diagmod.io.name_patterns import NUMBER_FIELDS, NamePattern

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: A number that can be meant in one way only: no leading zero, no decimal comma, no exponent.
_PLAIN = re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)

#: A share from 0 to 1.
_SHARE = re.compile(r"0(?:\.\d+)?|1(?:\.0+)?", re.ASCII)


@dataclass(frozen=True)
class Meaning:
    """What a name says.

    Attributes
    ----------
    cells : dict of str
        By column of the manifest.
    problems : list of str
        Why some of it cannot be used, a sentence each.
    """

    cells: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Vocabulary:
    """What words mean.

    Attributes
    ----------
    words : mapping
        By field, by word of a name: value of the manifest.
    conditions : collection of str
        Conditions that need no mapping.
    timezone : str or None
        Zone of times that name none.
    """

    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    conditions: Collection[str] = ()
    timezone: str | None = None

    def meaning(self, pattern: NamePattern, texts: Mapping[str, str]) -> Meaning:
        """Cells of the manifest that the texts of a name make.

        Parameters
        ----------
        pattern : NamePattern
        texts : mapping of str
            From :meth:`~diagmod.io.name_patterns.NamePattern.read`.
        """
        found = Meaning()
        for name, text in texts.items():
            if (mapped := self.words.get(name, {}).get(text)) is not None:
                found.cells[_severity_column(mapped) if name == "severity" else name] = mapped
                continue
            column, problem = self._column(name, text)
            if name == "started_at" and not problem:
                text, problem = time_in_utc(text, pattern.time_format, self.timezone)
            found.problems.extend([problem] if problem else [])
            found.cells.update({} if problem else {column: text})
        return found

    def _column(self, name: str, text: str) -> tuple[str, str]:
        """Column in which a text belongs, and why it cannot be used."""
        if name in NUMBER_FIELDS and not _PLAIN.fullmatch(text):
            return name, (
                f"{name} {text!r} of its name is no number that can be meant in one way only; pass --map "
                f"{name}:{text}=NUMBER"
            )
        if name == "condition" and text not in self.conditions:
            return name, (
                f"condition {text!r} of its name is not known; pass --map condition:{text}=WORD, where WORD is healthy "
                "or one of `diagmod defects list`"
            )
        return _severity_column(text) if name == "severity" else name, ""


def is_share(text: str) -> bool:
    """Whether a text is a number from 0 to 1 and can be nothing else.

    Examples
    --------
    >>> [is_share(text) for text in ("0.3", "1", "03", "0,3", "1.2")]
    [True, True, False, False, False]
    """
    return _SHARE.fullmatch(text) is not None


def time_in_utc(text: str, form: str, timezone: str | None) -> tuple[str, str]:
    """A time as the manifest has it, and why it cannot be used; one of the two is empty.

    Parameters
    ----------
    text : str
    form : str
        As :func:`time.strptime` has it; empty for ISO 8601. A Z at its end is UTC.
    timezone : str or None
        Zone of a time that names none.

    Raises
    ------
    UnreadableRecording
        There is no such zone.
    """
    try:
        stamp = datetime.strptime(text, form) if form else datetime.fromisoformat(text)
    except ValueError:
        return "", f"started_at {text.replace('|', ' ')!r} is no time; write 2026-01-31T08:00:00Z, or correct the name"
    if stamp.tzinfo is None and form.endswith("Z"):
        stamp = stamp.replace(tzinfo=UTC)
    if stamp.tzinfo is not None:
        return _iso(stamp.astimezone(UTC)), ""
    if timezone is None:
        return "", f"started_at {text!r} has no time zone; add Z for UTC, or pass --timezone, for example Europe/Berlin"
    return _from_wall(stamp, time_zone(timezone))


def same_cell(column: str, first: str, second: str) -> bool:
    """Whether two cells of the manifest say the same.

    Examples
    --------
    >>> same_cell("fs_hz", "5000", "5e3"), same_cell("started_at", "2026-01-05T09:00+01:00", "2026-01-05T08:00Z")
    (True, True)
    """
    if first == second:
        return True
    try:
        if column == "started_at":
            return start_time(first) == start_time(second)
        return column in (*NUMBER_FIELDS, "severity", "scale") and float(first) == float(second)
    except (ValueError, OverflowError):
        return False


def _severity_column(text: str) -> str:
    return "severity" if is_share(text) else "severity_label"


def _from_wall(stamp: datetime, zone: ZoneInfo) -> tuple[str, str]:
    us, problem = wall_to_utc(np.array([stamp], dtype="M8[us]").view(np.int64), zone)
    if problem[0]:
        what = (
            "does not exist, as the clocks went forward" if problem[0] == 2 else "came twice, as the clocks went back"
        )
        return "", f"started_at {stamp:%Y-%m-%dT%H:%M:%S} {what} in {zone.key}; give the time in UTC in --manifest"
    return _iso(us.view("M8[us]")[0].item().replace(tzinfo=UTC)), ""


def _iso(stamp: datetime) -> str:
    return stamp.isoformat(timespec="auto").replace("+00:00", "Z")
