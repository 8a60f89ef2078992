"""One file of a logger into three phase currents on a time base.

What the user declares goes before what the file says, and what the file says before what can be
concluded. What was concluded, left out or converted is noted, so that a diagnosis can say on what it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.io.column_names import COUNT_UNITS, CURRENT_UNITS, OTHER_UNITS
from diagmod.io.column_tables import Column, Table
from diagmod.io.csv_ingest import UnreadableRecording
from diagmod.io.declarations import Declared
from diagmod.io.phase_columns import declared_phase_columns, find_phase_columns
from diagmod.io.table_files import read_table_file
from diagmod.io.time_bases import MAX_RATE_ERROR_PCT, find_time_column, rate_of, stamps_s

__all__ = ["Declared", "RecordingFile", "UnreadableRecording", "read_recording_file"]

#: Largest magnitude of a sample; above it the file holds no currents.
MAX_MAGNITUDE = 1e12

#: Whole numbers at least this large are taken as counts of a converter unless the unit is known.
MIN_COUNTS = 100.0

#: Ampere in each unit that a column may state; counts have none.
_AMPERE_PER = CURRENT_UNITS | dict.fromkeys(COUNT_UNITS, 0.0)


@dataclass(frozen=True)
class RecordingFile:
    """Currents of one file.

    Attributes
    ----------
    currents : ndarray of float64, shape (3, n_samples)
        Rows R, S, T in ``unit``; an absent phase is NaN.
    fs : float
        Sampling rate in Hz, declared or from the time stamps.
    stamps_s : ndarray of float64, shape (n_samples,), or None
        Time stamps in seconds from the first, where the file has them.
    columns : tuple of str
        Columns taken for R, S, T; empty text for an absent phase.
    time_column : str
        Column of the time stamps; empty without one.
    unit : str
        "A", or what the samples are instead.
    notes : tuple of str
        What was concluded, left out or converted.
    """

    currents: NDArray[np.float64]
    fs: float
    stamps_s: NDArray[np.float64] | None
    columns: tuple[str, ...]
    time_column: str
    unit: str
    notes: tuple[str, ...]

    @property
    def is_ampere(self) -> bool:
        """Whether the samples are ampere, so that they can be held against a nameplate."""
        return self.unit == "A"


def read_recording_file(path: Path, declared: Declared | None = None) -> RecordingFile:
    """Read one recording of any common format.

    Parameters
    ----------
    path : Path
        CSV, TSV, TXT, XLSX, Parquet, NPY or NPZ, each also in a gzip or as the only file of a zip.
    declared : Declared, optional
        What the file does not say itself, or says wrong.

    Raises
    ------
    UnreadableRecording
        The file cannot be read, or what it holds is ambiguous; one sentence that names the choices.
    """
    declared = declared or Declared()
    table = read_table_file(path, declared.sheet)
    notes = list(table.notes)
    chosen = declared_phase_columns(table, declared.phase_columns)
    time, times = find_time_column(table, declared, {k for k in chosen if k is not None}, notes)
    phases = chosen if declared.phase_columns else find_phase_columns(table, times, notes)
    currents, unit = _currents(table, phases, declared, notes)
    stamps, time = _stamps(table, time, currents.shape[1], declared, notes)
    return RecordingFile(
        currents=currents,
        fs=_rate(table, stamps, time, declared, notes),
        stamps_s=stamps,
        columns=tuple("" if k is None else table.label(k) for k in phases),
        time_column="" if time is None else table.label(time),
        unit=unit,
        notes=tuple(notes),
    )


def _currents(
    table: Table, phases: list[int | None], declared: Declared, notes: list[str]
) -> tuple[NDArray[np.float64], str]:
    """Samples of R, S, T up to the last row that has one, in ampere where that is known, and their unit."""
    taken = {row: k for row, k in enumerate(phases) if k is not None}
    raw = {row: np.asarray(table.columns[k].values, dtype=np.float64) for row, k in taken.items()}
    n_rows = len(next(iter(raw.values())))
    n = n_rows - min(int(np.argmax(~np.isnan(values[::-1]))) for values in raw.values())
    if n < n_rows:
        notes.append(f"{n_rows - n} row(s) without currents at the end were left out")
    if n < 2:
        raise UnreadableRecording(f"{table.source} holds {n} sample, at least 2 are needed; record some seconds")
    currents = np.full((len(PHASES), n), np.nan)
    for row, k in taken.items():
        currents[row] = raw[row][:n]
        _mark_missing(currents[row], f"column {table.listed([k])}", table.source, notes)
    factor, unit = _unit([table.columns[k] for k in taken.values()], currents, table.source, declared, notes)
    if factor != 1.0:
        currents *= factor
    return currents, unit


def _mark_missing(samples: NDArray[np.float64], label: str, source: str, notes: list[str]) -> None:
    """Infinite samples become missing; both are noted, none at all and impossible ones refused."""
    is_infinite = np.isinf(samples)
    if n_infinite := int(is_infinite.sum()):
        notes.append(f"{n_infinite} sample(s) of {label} are infinite and count as missing")
        samples[is_infinite] = np.nan
    if n_missing := int(np.isnan(samples).sum()) - n_infinite:
        notes.append(f"{n_missing} sample(s) of {label} are missing")
    if n_infinite + n_missing == samples.size:
        raise UnreadableRecording(f"{label} of {source} holds no finite sample; check the sensor")
    if (peak := float(np.nanmax(np.abs(samples)))) > MAX_MAGNITUDE:
        raise UnreadableRecording(
            f"{label} of {source} reaches {peak:g}, allowed is {MAX_MAGNITUDE:g}; it holds no currents or is damaged"
        )


def _unit(
    columns: list[Column], currents: NDArray[np.float64], source: str, declared: Declared, notes: list[str]
) -> tuple[float, str]:
    """Factor to apply and unit of the result."""
    if declared.scale is not None:
        notes.append(f"samples were multiplied by {declared.scale:g} to ampere, as declared")
        return declared.scale, "A"
    if declared.unit is not None:
        factor = declared.ampere_per_unit
        return (1.0, declared.unit.strip()) if factor is None else (factor, "A")
    stated = [unit for column in columns if (unit := column.stated_unit)]
    factors = {_AMPERE_PER.get(column.stated_unit.casefold(), 1.0) for column in columns}
    if len(factors) > 1 or any(unit.casefold() in OTHER_UNITS for unit in stated):
        raise UnreadableRecording(
            f"{source} says its columns are in {', '.join(dict.fromkeys(stated))}, expected A, mA or kA for all; "
            "pass --scale (ampere per unit), or --unit where ampere is not known"
        )
    factor = factors.pop()
    if factor == 0.0:
        notes.append(f"columns are in {stated[0]} by their own heading; pass --scale (ampere per count) for ampere")
        return 1.0, "counts"
    if factor != 1.0:
        notes.append(f"columns are in {stated[0]} by their own heading; samples were multiplied by {factor:g}")
    if any(unit.casefold() in CURRENT_UNITS for unit in stated):
        return factor, "A"
    peak = float(np.nanmax(np.abs(currents)))
    if peak >= MIN_COUNTS and _are_whole(currents[:, :1000]) and _are_whole(currents):
        notes.append(
            f"all samples are whole numbers up to {peak:g}, so they were taken as counts and not as ampere; pass "
            "--scale (ampere per count), or --unit A if they are"
        )
        return 1.0, "counts"
    return 1.0, "A"


def _are_whole(samples: NDArray[np.float64]) -> bool:
    return bool(np.all((samples == np.rint(samples)) | np.isnan(samples)))


def _stamps(
    table: Table, time: int | None, n: int, declared: Declared, notes: list[str]
) -> tuple[NDArray[np.float64] | None, int | None]:
    """Time stamps and their column; those of an undeclared column are not needed where a rate is declared."""
    if time is None:
        if declared.time_unit is not None:
            raise UnreadableRecording(
                f"{table.source} has no time column to which --time-unit {declared.time_unit} applies; name it by "
                "--time-column, or leave --time-unit out"
            )
        return None, None
    try:
        return stamps_s(table, time, n, declared, notes), time
    except UnreadableRecording as exc:
        if declared.fs is None or declared.time_column is not None:
            raise
        notes.append(f"the time stamps were not used: {exc}")
        return None, None


def _rate(
    table: Table, stamps: NDArray[np.float64] | None, time: int | None, declared: Declared, notes: list[str]
) -> float:
    """Sampling rate in Hz: declared, else of the file itself, else of the time stamps; contradictions are noted."""
    found: dict[str, float] = {}
    if declared.fs is not None:
        found["--fs"] = declared.fs
    if table.fs is not None:
        found["the file itself"] = table.fs
    if stamps is not None and time is not None:
        label = f"time column {table.listed([time])}"
        found[label] = rate_of(stamps, label, notes)
    if not found:
        raise UnreadableRecording(
            f"{table.source} has no time column, so its sampling rate is not known; pass --fs HZ, or --time-column"
            f"{_heading_about_rate(table)}"
        )
    (where, rate), *others = found.items()
    if not 0.0 < rate < np.inf:
        raise UnreadableRecording(f"{where} of {table.source} gives a sampling rate of {rate:g} Hz; pass --fs HZ")
    notes += [
        f"{where} says {rate:g} Hz, but {other} gives {different:g} Hz; {where} was taken"
        for other, different in others
        if abs(different / rate - 1.0) > MAX_RATE_ERROR_PCT / 100.0
    ]
    return rate


def _heading_about_rate(table: Table) -> str:
    words = ("sampl", "rate", "fs", "hz", "частот", "abtast")
    line = next((line for line in table.heading if any(word in line.casefold() for word in words)), "")
    return f" (its heading says {line[:60]!r})" if line else ""
