"""The configuration of a COMTRADE recording (IEEE C37.111 of 1991, 1999, 2013): channels, scales, rates, time.

It is read strictly: a line that is cut or shifted would scale every sample wrongly, so a field that is missing is
refused and never filled. Nothing is allocated by a number that it declares.

References
----------
IEEE C37.111-2013, Common format for transient data exchange (COMTRADE) for power systems, clause 7.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from diagmod.io.refusals import UnreadableRecording, shorten

#: Fields of an analog channel: up to the range in 1991, with ratio and side since.
_FIELDS = (10, 13)

_COUNTS = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*A\s*,\s*(\d{1,6})\s*D\s*", re.IGNORECASE | re.ASCII)
_STAMP = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*,\s*(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,12}))?\s*", re.ASCII)
_ZONE = re.compile(r"\s*([+-]?)(\d{1,2})(?:h(\d\d))?\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class AnalogChannel:
    """One analog channel: a value is ``a`` times the stored number plus ``b``, times ``ratio``, in ``unit``.

    Attributes
    ----------
    name, phase, unit : str
        As written.
    a, b : float
    skew_us : float
        Microseconds by which it is sampled after the time of its row.
    largest : float
        Largest number that can be stored; infinite where the file does not say.
    ratio : float
        Primary per secondary; 1 where the values are primary already or nothing is known.
    """

    name: str
    phase: str
    unit: str
    a: float
    b: float
    skew_us: float
    largest: float
    ratio: float


@dataclass(frozen=True)
class Config:
    """What a configuration says.

    Attributes
    ----------
    year : int
        Edition of the standard.
    channels : tuple of AnalogChannel
    n_status : int
        Channels of one bit.
    fs : float or None
        Sampling rate in Hz; None where the time stamps of the rows tell.
    n_samples : int
        Rows that it announces.
    kind : str
        "ASCII", "BINARY", "BINARY32" or "FLOAT32".
    tick_us : float
        Microseconds of one unit of the time stamps.
    started_at : datetime or None
        Time of the first row in UTC; None where the zone is not stated (always before 2013).
    """

    year: int
    channels: tuple[AnalogChannel, ...]
    n_status: int
    fs: float | None
    n_samples: int
    kind: str
    tick_us: float
    started_at: datetime | None


def says_channels(line: str) -> bool:
    """Whether a line is the second one of a configuration.

    Examples
    --------
    >>> says_channels("5,4A,1D"), says_channels("0.1,2,3")
    (True, False)
    """
    return _COUNTS.fullmatch(line) is not None


def read_config(text: str, name: str) -> Config:
    """A configuration.

    Parameters
    ----------
    text : str
    name : str
        Name of the file for messages.

    Raises
    ------
    UnreadableRecording
        A line is missing or is not what the standard says, or the file has several sampling rates.
    """
    return _Lines(text, name).config()


class _Lines:
    """The lines of a configuration, taken one after another."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.replace("\x1a", "").splitlines()
        self._name, self._at = name, 0

    def config(self) -> Config:
        year = self._year()
        n_analog, n_status = self._counts()
        channels = tuple(self._channel(k) for k in range(1, n_analog + 1))
        for _ in range(n_status):
            self._next("a status channel")
        self._next("the line frequency")
        fs, n_samples = self._rates()
        first, trigger = self._next("the time of the first sample"), self._next("the time of the trigger")
        kind = self._next("the kind of the data").strip().upper()
        if kind not in ("ASCII", "BINARY", "BINARY32", "FLOAT32"):
            raise self._wrong("ASCII, BINARY, BINARY32 or FLOAT32")
        multiplier = self._number(self._lines[self._at], "a factor of the time stamps") if self._has_more() else 1.0
        self._at += 1
        zone = self._lines[self._at].split(",")[0] if self._has_more() and year >= 2013 else ""
        is_nano = any((found := _STAMP.fullmatch(line)) and len(found[7] or "") > 6 for line in (first, trigger))
        tick_us = multiplier * (1e-3 if is_nano else 1.0)
        return Config(year, channels, n_status, fs, n_samples, kind, tick_us, _start(first, zone))

    def _has_more(self) -> bool:
        return self._at < len(self._lines) and bool(self._lines[self._at].strip())

    def _next(self, what: str) -> str:
        if self._at >= len(self._lines):
            raise UnreadableRecording(
                f"{self._name} ends after {len(self._lines)} lines, expected {what}; copy the COMTRADE files again"
            )
        self._at += 1
        return self._lines[self._at - 1]

    def _wrong(self, expected: str) -> UnreadableRecording:
        return UnreadableRecording(
            f"line {self._at} of {self._name} is {shorten(self._lines[self._at - 1])}, expected {expected}; copy the "
            "COMTRADE files again"
        )

    def _number(self, text: str, expected: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text:
            raise self._wrong(expected)
        return value

    def _year(self) -> int:
        fields = self._next("station and device").split(",")
        year = fields[2].strip() if len(fields) > 2 else "1991"
        if year not in ("1991", "1997", "1999", "2001", "2013"):
            raise self._wrong("station, device and an edition of 1991, 1999 or 2013")
        return int(year)

    def _counts(self) -> tuple[int, int]:
        found = _COUNTS.fullmatch(self._next("the numbers of channels"))
        if not found or int(found[1]) != int(found[2]) + int(found[3]):
            raise self._wrong("the numbers of channels, for example 5,4A,1D")
        if not int(found[2]):
            raise UnreadableRecording(f"{self._name} has no analog channel; export one that holds currents")
        return int(found[2]), int(found[3])

    def _channel(self, k: int) -> AnalogChannel:
        fields = [field.strip() for field in self._next(f"analog channel {k}").split(",")]
        if len(fields) not in _FIELDS or fields[0].lstrip("0") != str(k):
            raise self._wrong(f"analog channel {k} with {_FIELDS[0]} or {_FIELDS[1]} fields")
        a, b, skew, largest = (
            self._number(text or "0", f"a number as {what}")
            for text, what in zip(
                (fields[5], fields[6], fields[7], fields[9]), ("factor", "offset", "skew", "maximum"), strict=True
            )
        )
        if a == 0.0:
            raise self._wrong("a factor that is not zero")
        return AnalogChannel(
            fields[1], fields[2], fields[4], a, b, skew, largest if fields[9] else math.inf, self._ratio(fields[10:])
        )

    def _ratio(self, fields: list[str]) -> float:
        if not fields or fields[2].upper() != "S":
            return 1.0
        primary, secondary = (self._number(text, "primary and secondary ratio") for text in fields[:2])
        if primary <= 0.0 or secondary <= 0.0:
            raise self._wrong("a positive ratio of the transformer, since the values are of its secondary side")
        return primary / secondary

    def _rates(self) -> tuple[float | None, int]:
        n_rates = self._number(self._next("the number of sampling rates"), "the number of sampling rates")
        if not 0 <= n_rates <= 999 or n_rates != int(n_rates):
            raise self._wrong("the number of sampling rates")
        found = []
        for _ in range(max(1, int(n_rates))):
            fields = self._next("a sampling rate and its last sample").split(",")
            if len(fields) != 2:
                raise self._wrong("a sampling rate and its last sample")
            found.append(tuple(self._number(field, "a sampling rate and its last sample") for field in fields))
        rates = list(dict.fromkeys(rate for rate, _ in found))
        if len(rates) > 1:
            raise UnreadableRecording(
                f"{self._name} changes its sampling rate ({', '.join(f'{rate:g}' for rate in rates)} Hz up to samples "
                f"{', '.join(f'{end:g}' for _, end in found)}); export the stretch of one rate"
            )
        if rates[0] < 0.0 or found[-1][1] < 1 or found[-1][1] != int(found[-1][1]):
            raise self._wrong("a positive sampling rate and its last sample")
        return rates[0] if n_rates and rates[0] else None, int(found[-1][1])


def _start(line: str, zone: str) -> datetime | None:
    """Time in UTC of a stamp in a stated zone; None where one of the two is missing."""
    stamp, offset = _STAMP.fullmatch(line), _ZONE.fullmatch(zone)
    if not stamp or not offset:
        return None
    day, month, year, hour, minute, second = (int(stamp[k]) for k in range(1, 7))
    hours = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)) * (-1 if offset[1] == "-" else 1)
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return local + timedelta(microseconds=int((stamp[7] or "0").ljust(6, "0")[:6])) - hours
    except (ValueError, OverflowError):
        return None
