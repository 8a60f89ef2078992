"""Recordings as texts of numbers in random dialects, with the samples, rate and start that were written.

A text is ambiguous only where the dialect itself is: every number with a comma could be a whole one with marks
between thousands. Everything else a logger may write must be read without a question.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

#: Rates in Hz whose periods are whole microseconds.
RATES = (500, 1000, 2000, 2500, 5000, 8000, 10_000, 12_500, 20_000, 50_000)

#: Names of three phases, and whether one of them alone still says what it is.
FAMILIES = (
    (("I_R", "I_S", "I_T"), True), (("current_R", "current_S", "current_T"), True), (("L1", "L2", "L3"), True),
    (("Ia", "Ib", "Ic"), True), (("IL1", "IL2", "IL3"), True), (("R", "S", "T"), False),
    (("Phase A", "Phase B", "Phase C"), True), (("Strom L1", "Strom L2", "Strom L3"), True),
    (("Ток А", "Ток В", "Ток С"), True), (("phase_u_current", "phase_v_current", "phase_w_current"), True),
)  # fmt: skip

#: Ampere in a unit that a heading may name.
UNITS = {"A": 1.0, "mA": 1e-3, "kA": 1e3}

#: Seconds in a unit of a time column, and its names.
TIMES = {
    "s": (1.0, ("t (s)", "Time [s]", "time_s", "Время, с", "time", "t", "Zeit")),
    "ms": (1e-3, ("t (ms)", "Time [ms]", "time_ms")), "us": (1e-6, ("t_us", "Time (us)")),
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """One recording as it was written.

    Attributes
    ----------
    reader : str
        Format, for the count.
    content : bytes
    samples : ndarray of float32, shape (3, n)
        Ampere; an absent phase or sample is NaN.
    fs, rate_error : float
        Rate in Hz, and its relative error as far as time stamps were rounded.
    cells : dict of str
        What the manifest says of it.
    started_at : datetime or None
        What the file itself says of its start.
    suffix : str
    beside : dict of bytes
        Other files of the same recording by suffix.
    is_ambiguous : bool
        Whether refusing it is right.
    """

    reader: str
    content: bytes
    samples: NDArray[np.float32]
    fs: float
    rate_error: float = 1e-9
    cells: dict[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    suffix: str = ".csv"
    beside: dict[str, bytes] = field(default_factory=dict)
    is_ambiguous: bool = False


def currents(rng: random.Random, n: int, *, largest: float = 5000.0) -> NDArray[np.float64]:
    """Three phases in ampere, shape (3, n), of a random amplitude."""
    noise = np.random.default_rng(rng.getrandbits(64)).normal(0, 0.02, (3, n))
    turns = np.arange(n) / rng.uniform(20, 200)
    waves = [np.sin(2 * np.pi * (turns - k / 3)) for k in range(3)]
    return np.exp(rng.uniform(np.log(0.5), np.log(largest))) * (np.array(waves) + noise)


def good_text(rng: random.Random) -> Written:
    """A recording in a random dialect."""
    return _Text(rng).written()


class _Text:
    """One text: its dialect, then its columns, then its lines."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.cells = rng, {}
        self.delimiter = rng.choice((",", ",", ";", ";", "\t", "|", " "))
        self.quoting = rng.choice(("no", "no", "no", "lines", "cells"))
        if self.delimiter == " ":
            self.quoting = "no"
        self.decimal = "," if self.delimiter != "," and rng.random() < 0.4 else "."
        if self.delimiter == "," and self.quoting == "cells" and rng.random() < 0.5:
            self.decimal = ","
        self.n, self.fs = rng.randint(60, 500), float(rng.choice(RATES))
        self.family, self.is_clear = rng.choice(FAMILIES)
        self.has_names = rng.random() < 0.85
        self.unit = rng.choice(("", "", "A", "A", "mA", "kA")) if self.has_names else ""
        self.has_unit_row = bool(self.unit) and rng.random() < 0.4
        #: Heading, unit and cells of every column.
        self.columns: list[tuple[str, str, list[str]]] = []
        self.places: dict[int, int] = {}
        self.started_at: datetime | None = None
        self.rate_error, self.is_timed, self.may_be_grouped = 1e-9, False, True

    def written(self) -> Written:
        """The whole recording."""
        digits = self.rng.choice((2, 3, 4, 6))
        values = currents(self.rng, self.n)
        texts = [[self._number(f"{x:.{digits}f}") for x in row] for row in values]
        self._add_gaps(texts)
        samples = self._add_columns(texts)
        lines = self._lines()
        content = self._encoded(self._joined(lines))
        if not self.is_timed or self.rng.random() < 0.3:
            self.cells["fs_hz"] = f"{self.fs:g}"
        self._declare()
        is_ambiguous = self.decimal == "," and _is_grouped([cell for _, _, cells in self.columns for cell in cells])
        return Written(
            "text", content, samples, self.fs, 1e-9 if "fs_hz" in self.cells else self.rate_error, self.cells,
            self.started_at, self.rng.choice((".csv", ".csv", ".txt", ".dat", ".CSV", ".asc", "")), {}, is_ambiguous,
        )  # fmt: skip

    def _number(self, text: str) -> str:
        return text.replace(".", self.decimal)

    def _add_gaps(self, texts: list[list[str]]) -> None:
        if self.rng.random() < 0.15:
            for _ in range(self.rng.randint(1, 5)):
                gap = self.rng.choice(("NaN", "nan") if self.delimiter == " " else ("", "NaN", "nan", "NULL", "N/A"))
                texts[self.rng.randrange(3)][self.rng.randrange(1, self.n - 1)] = gap

    def _add_columns(self, texts: list[list[str]]) -> NDArray[np.float32]:
        """Place all columns; gives the samples that must be read."""
        rng, factor = self.rng, UNITS.get(self.unit, 1.0)
        present = [0, 1, 2]
        if (self.is_clear or not self.has_names) and rng.random() < 0.2:
            present = sorted(rng.sample(present, rng.choice((1, 2))))
        order = rng.sample(present, len(present)) if rng.random() < 0.3 else present
        samples = np.full((3, self.n), np.nan, dtype=np.float32)
        for k in present:
            row = [_value(cell, self.decimal) for cell in texts[k]]
            samples[k] = np.asarray(row) if factor == 1.0 else np.asarray(row) * factor
        found = [(self.family[k], self.unit, texts[k]) for k in order]
        before = [column for column in (self._index(), self._time(), *self._others()) if column]
        rng.shuffle(before)
        self.columns = [*before, *found]
        if rng.random() < 0.2 and (self.delimiter != " " or self.has_names):
            behind = self._others()
            self.columns += behind
        self.places = {k: len(before) + order.index(k) for k in present}
        if not self.has_names:
            self.cells["phase_columns"] = ",".join(str(self.places[k] + 1) if k in present else "-" for k in range(3))
        return samples

    def _index(self) -> tuple[str, str, list[str]] | None:
        if self.rng.random() > 0.25:
            return None
        first = self.rng.choice((0, 1))
        name = self.rng.choice(("index", "No", "sample") if self.delimiter == " " else ("", "index", "No", "sample"))
        return name, "", [str(first + k) for k in range(self.n)]

    def _time(self) -> tuple[str, str, list[str]] | None:
        if (kind := self.rng.random()) < 0.3:
            return None
        self.is_timed = True
        if kind < 0.5 and self.delimiter != " ":
            return self._stamps()
        unit = self.rng.choice(tuple(TIMES))
        seconds, names = TIMES[unit]
        first, digits = self.rng.choice((0.0, 0.0, 12.5)), self.rng.choice((6, 9)) + round(np.log10(seconds))
        self.rate_error = 2 * 10.0**-digits * seconds / (self.n / self.fs) + 1e-9
        cells = [self._number(f"{(first + k / self.fs) / seconds:.{digits}f}") for k in range(self.n)]
        name = self.rng.choice([name for name in names if self._may_stand(name)])
        if not self.has_names:
            self.cells |= {"time_column": "TIME", "time_unit": unit}
        return name, unit, cells

    def _stamps(self) -> tuple[str, str, list[str]]:
        rng, mark = self.rng, "," if self.decimal == "," and self.rng.random() < 0.5 else "."
        zone = rng.choice(("", "Z", "+03:00", "-0530"))
        shift = {"": UTC, "Z": UTC, "+03:00": timezone(timedelta(hours=3))}.get(zone)
        shift = shift or timezone(-timedelta(hours=5, minutes=30))
        start = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), 59, 59, tzinfo=shift)
        times = (start + timedelta(microseconds=round(k * 1e6 / self.fs)) for k in range(self.n))
        form = "%Y-%m-%dT%H:%M:%S.%f" if rng.random() < 0.5 else "%Y-%m-%d %H:%M:%S.%f"
        self.started_at = start.astimezone(UTC) if zone else None
        self.rate_error = 1e-9
        if not self.has_names:
            self.cells["time_column"] = "TIME"
        return (
            rng.choice(("time", "timestamp", "Time")),
            "",
            [t.strftime(form).replace(".", mark) + zone for t in times],
        )

    def _others(self) -> list[tuple[str, str, list[str]]]:
        if self.rng.random() > 0.2:
            return []
        rng = self.rng
        speed = [str(1480 + rng.randint(-3, 3)) for _ in range(self.n)]
        choices = [("Speed", "rpm", speed), ("Torque", "Nm", [self._number(f"{rng.gauss(20, 2):.2f}") for _ in speed])]
        if self.delimiter != " ":
            choices += [("Temperature", "°C", [self._number(f"{rng.gauss(60, 1):.1f}") for _ in speed])]
            choices += [("status", "", [rng.choice(("ok", "run")) for _ in speed])]
        volts = [[self._number(f"{rng.gauss(0, 300):.1f}") for _ in speed] for _ in range(3)]
        three = [(f"U_{phase}", "V", row) for phase, row in zip("RST", volts, strict=True)]
        return three if rng.random() < 0.3 else [rng.choice(choices)]

    def _lines(self) -> list[list[str] | str]:
        rng, heading = self.rng, []
        names = [self._named(name, unit) for name, unit, _ in self.columns]
        if "time_column" in self.cells:
            self.cells["time_column"] = str(1 + next(k for k, c in enumerate(self.columns) if c[0] in _TIME_NAMES))
        rows = [list(row) for row in zip(*(cells for _, _, cells in self.columns), strict=True)]
        if self.has_names:
            nothing = "-" if self.delimiter == " " else ""
            units = [unit or nothing for _, unit, _ in self.columns]
            heading = [names, units] if self.has_unit_row else [names]
        trailing = rng.choice((0, 0, 0, 0, 1, 2)) if self.delimiter != " " and self.quoting != "lines" else 0
        table: list[list[str] | str] = [[*row, *[""] * trailing] for row in [*heading, *rows]]
        if rng.random() < 0.25 and self.quoting != "lines":
            sign = rng.choice(("# ", "% ", "// "))
            about = [f"{sign}logger 7", f"{sign}rate: {self.fs:g} Hz", f"{sign}hall 3"][: rng.randint(1, 3)]
            table = [*about, *table]
        return table

    def _named(self, name: str, unit: str) -> str:
        if not unit or self.has_unit_row or name in _TIME_NAMES:
            return name
        form = self.rng.choice(("{} ({})", "{} [{}]", "{}, {}", "{} / {}"))
        return (form if self._may_stand(form) else "{}({})").format(name, unit)

    def _may_stand(self, name: str) -> bool:
        """Whether a name does not hold the separator, or is quoted."""
        return self.delimiter not in name or self.quoting == "cells"

    def _joined(self, lines: list[list[str] | str]) -> str:
        texts = [line if isinstance(line, str) else self._row(line) for line in lines]
        end = self.rng.choice(("\n", "\n", "\r\n", "\r"))
        return end.join(texts) + self.rng.choice((end, end, ""))

    def _row(self, cells: list[str]) -> str:
        if self.delimiter == " ":
            return "  ".join(cell.replace(" ", "_") for cell in cells)
        if self.quoting == "cells":
            return self.delimiter.join(f'"{cell}"' for cell in cells)
        row = self.delimiter.join(cells)
        return f'"{row}"' if self.quoting == "lines" else row

    def _encoded(self, text: str) -> bytes:
        codes = ["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1251", "latin-1"]
        code = self.rng.choice([name for name in codes if _can(text, name)])
        if self.rng.random() < 0.2:
            self.cells["encoding"] = code
        return text.encode(code)

    def _declare(self) -> None:
        """Say of the dialect what it is anyway."""
        if self.rng.random() < 0.2:
            self.cells["delimiter"] = {"\t": "tab", " ": "blank"}.get(self.delimiter, self.delimiter)
        if self.rng.random() < 0.2 and not self.decimal == self.cells.get("delimiter") == ",":
            self.cells["decimal"] = self.decimal
        if self.rng.random() < 0.1:
            self.cells["unit"] = self.unit or "A"


_TIME_NAMES = {name for _, names in TIMES.values() for name in names} | {"time", "timestamp", "Time"}
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def _is_grouped(cells: list[str]) -> bool:
    with_comma = [cell for cell in cells if re.fullmatch(r"[+-]?\d+,\d+", cell)]
    return bool(with_comma) and all(map(_GROUPED.fullmatch, with_comma))


def _value(cell: str, decimal: str) -> float:
    return float(cell.replace(decimal, ".")) if any(map(str.isdigit, cell)) else float("nan")


def _can(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def renamed(written: Written, **changes: object) -> Written:
    """The same recording with other attributes."""
    return replace(written, **changes)  # type: ignore[arg-type]
