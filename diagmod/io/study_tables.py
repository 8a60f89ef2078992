"""What the long study of broken bars measured: the tables of `make verify`, checked when they are read.

The study simulates motors, breaks a known share of their cage and diagnoses recordings of them. Severity is counted
in bars of a cage of 28: a motor with N bars has the same share of them broken. Its tables are text for people, so
nothing in them is believed unseen: a figure drawn from a damaged table would be believed.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from diagmod.io.schemas import Column, TableSchema
from diagmod.io.tables import TableError

#: Folder of the tables in the project.
FOLDER = "reports/verify"

#: Share of motors (%) from which on a severity counts as found; the study's choice, part of a column's name.
FOUND_PCT = 90.0

#: Decimals lost in writing: shares are kept to 0.1 %.
_ROUNDING_PCT = 0.1

_CODE = Column("code", "str", "", "version of the code that was measured")
_LOAD = Column("load", "float64", "of rated", "shaft torque over rated torque")
_LENGTH = Column("length_s", "float64", "s", "length of the recording")
_NOISE = Column("noise_dbc", "float64", "dB", "rms of the noise of the recorder against the motor's rated current")

DETECTION = TableSchema(
    "detection",
    1,
    (
        Column("bars_of_28", "float64", "", "broken bars, counted in bars of a cage of 28"),
        _LOAD,
        _LENGTH,
        _NOISE,
        Column("jitter_us", "float64", "us", "rms of the timing noise of the recorder's clock"),
        Column("n", "int64", "", "motors"),
        Column("found_pct", "float64", "%", "motors whose broken bar was supported"),
        Column("low_pct", "float64", "%", "lower bound of the 95 % interval of found_pct"),
        Column("high_pct", "float64", "%", "upper bound of the 95 % interval of found_pct"),
        Column("refused_pct", "float64", "%", "motors whose broken bar could not be decided"),
        _CODE,
    ),
)

MINIMUM_SEVERITY = TableSchema(
    "minimum_severity",
    1,
    (
        _LOAD,
        _LENGTH,
        _NOISE,
        Column("bars_of_28_found_in_90_pct", "str", "", "smallest severity found in 90 % of the motors, or `above X`"),
        _CODE,
    ),
)

FALSE_ALARMS = TableSchema(
    "false_alarms",
    1,
    (
        Column("case", "str", "", "part of the study; `all` is the whole"),
        Column("n", "int64", "", "recordings of healthy motors"),
        Column("false_alarms", "int64", "", "recordings in which any fault was supported"),
        Column("broken_bar", "int64", "", "recordings in which a broken bar was supported"),
        Column("low_pct", "float64", "%", "lower bound of the 95 % interval of the share of false alarms"),
        Column("high_pct", "float64", "%", "upper bound of that interval"),
        _CODE,
    ),
)

_AXES = {
    "detection": ["bars_of_28", "load", "length_s", "noise_dbc", "jitter_us"],
    "minimum_severity": ["load", "length_s", "noise_dbc"],
    "false_alarms": ["case"],
}
_NUMBER_OR_ABOVE = re.compile(r"(above )?(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class FalseAlarms:
    """How often a healthy motor is called faulty, over all recordings of the study.

    Attributes
    ----------
    n : int
        Recordings of healthy motors, bad recorders, supplies and loads among them.
    any_fault, broken_bar : int
        Those in which any fault, and in which a broken bar was supported.
    low_pct, high_pct : float
        95 % interval of the share of `any_fault`.
    code : str
        Version of the code that was measured.
    """

    n: int
    any_fault: int
    broken_bar: int
    low_pct: float
    high_pct: float
    code: str

    @property
    def rate_pct(self) -> float:
        """Share of recordings in which any fault was supported."""
        return 100 * self.any_fault / self.n


@dataclass(frozen=True)
class DetectionStudy:
    """The three tables that belong together.

    Attributes
    ----------
    detection : DataFrame
        As `DETECTION`, a row a point of the grid.
    minimum : DataFrame
        As `MINIMUM_SEVERITY`, and `least_bars`: its number, infinite where even the greatest severity is not found.
    false_alarms : FalseAlarms
    """

    detection: pd.DataFrame
    minimum: pd.DataFrame
    false_alarms: FalseAlarms

    @property
    def codes(self) -> list[str]:
        """Versions of the code that were measured; more than one where the tables do not belong together."""
        return sorted({*self.detection["code"], *self.minimum["code"], self.false_alarms.code})


def read_detection_study(root: Path) -> DetectionStudy:
    """Read what `make verify` measured of broken bars.

    Parameters
    ----------
    root : Path
        Root of the project.

    Raises
    ------
    TableError
        A table is missing, unreadable, lacks a column, or holds a value that cannot be.
    """
    return DetectionStudy(read_detection(root), read_minimum_severity(root), read_false_alarms(root))


def read_detection(root: Path) -> pd.DataFrame:
    """Shares of motors whose broken bar was found or refused (`DETECTION`)."""
    frame = _read(root, DETECTION)
    shares = frame[["found_pct", "low_pct", "high_pct", "refused_pct"]]
    _refuse(frame, DETECTION, (shares < 0).any(axis=1) | (shares > 100).any(axis=1), "shares outside 0 to 100 %")
    misfit = (frame["low_pct"] > frame["found_pct"]) | (frame["found_pct"] > frame["high_pct"])
    _refuse(frame, DETECTION, misfit, "a share outside its own interval")
    too_many = frame["found_pct"] + frame["refused_pct"] > 100 + _ROUNDING_PCT + 1e-9
    _refuse(frame, DETECTION, too_many, "more motors found and refused than there are")
    _refuse(frame, DETECTION, frame["n"] < 1, "no motors")
    return frame


def read_minimum_severity(root: Path) -> pd.DataFrame:
    """Smallest severities that are found (`MINIMUM_SEVERITY`), with the number `least_bars` of each."""
    frame = _read(root, MINIMUM_SEVERITY)
    matches = [_NUMBER_OR_ABOVE.fullmatch(text) for text in frame["bars_of_28_found_in_90_pct"]]
    unreadable = pd.Series([match is None for match in matches], index=frame.index)
    _refuse(frame, MINIMUM_SEVERITY, unreadable, "a severity that is neither a number nor `above` one")
    frame["least_bars"] = [np.inf if m is None or m[1] else float(m[2]) for m in matches]
    return frame


def read_false_alarms(root: Path) -> FalseAlarms:
    """The row of `FALSE_ALARMS` over all recordings."""
    frame = _read(root, FALSE_ALARMS)
    whole = frame[frame["case"] == "all"]
    if whole.empty:
        raise TableError(
            f"{_name(FALSE_ALARMS)} has no row `all`, got {len(frame)} parts; let `make verify` run to its end"
        )
    row = whole.iloc[0]
    alarms = FalseAlarms(
        int(row["n"]), int(row["false_alarms"]), int(row["broken_bar"]), row["low_pct"], row["high_pct"], row["code"]
    )
    counted = 0 <= alarms.broken_bar <= alarms.any_fault <= alarms.n and alarms.n > 0
    if not counted or not 0 <= alarms.low_pct <= alarms.rate_pct <= alarms.high_pct <= 100:
        raise TableError(f"{_name(FALSE_ALARMS)}, row `all` holds counts that cannot be; run `make verify` again")
    return alarms


def _name(schema: TableSchema) -> str:
    return f"{FOLDER}/{schema.name}.csv"


def _read(root: Path, schema: TableSchema) -> pd.DataFrame:
    """The columns of a schema, those beyond it left out."""
    path, name = root / _name(schema), _name(schema)
    if not path.is_file():
        raise TableError(f"{name} does not exist; run `make verify` to measure it")
    text = _cells(path, name)
    if missing := [c.name for c in schema.columns if c.name not in text]:
        raise TableError(
            f"{name} lacks column {missing[0]}, got {', '.join(map(str, text)) or 'none'}; run `make verify` again"
        )
    if text.empty:
        raise TableError(f"{name} has no rows; let `make verify` run to its end")
    frame = pd.DataFrame({c.name: _typed(text[c.name], c, name) for c in schema.columns})
    twice = frame.duplicated(_AXES[schema.name])
    _refuse(frame, schema, twice, "the same case twice")
    return frame


def _cells(path: Path, name: str) -> pd.DataFrame:
    """Cells as text; pandas would take a cell too many for an index and a cell too few for a missing value."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            head, *rows = [row for row in csv.reader(stream, strict=True) if row] or [[]]
    except (UnicodeDecodeError, csv.Error) as exc:
        raise TableError(f"{name} is no readable table ({exc}); delete it and run `make verify`") from exc
    for row in rows:
        if len(row) != len(head):
            raise TableError(
                f"{name} must have {len(head)} cells in every row, got {len(row)} in that of {row[0]!r}; "
                "delete it and run `make verify`"
            )
    return pd.DataFrame(rows, columns=head, dtype=str)


def _typed(cells: pd.Series, column: Column, name: str) -> pd.Series:
    """Cells of one column as its type, in a sentence where one is not."""
    if column.dtype == "str":
        return cells
    numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
    wrong = ~np.isfinite(numbers) | ((numbers % 1 != 0) if column.dtype == "int64" else False)
    if wrong.any():
        what = "a whole number" if column.dtype == "int64" else "a number"
        raise TableError(
            f"{name}, column {column.name} must hold {what} in every row, got {cells[wrong].iloc[0]!r}; "
            "run `make verify` again"
        )
    return numbers.astype("int64") if column.dtype == "int64" else numbers


def _refuse(frame: pd.DataFrame, schema: TableSchema, wrong: pd.Series, what: str) -> None:
    if wrong.any():
        case = ", ".join(f"{key} {frame.loc[wrong, key].iloc[0]}" for key in _AXES[schema.name])
        raise TableError(f"{_name(schema)} holds {what} at {case}; run `make verify` again")
