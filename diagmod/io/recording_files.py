"""One file of a logger into three phase currents on a time base.

What the user declares goes before what the file says, and what the file says before what can be
concluded. What was concluded, left out or converted is noted, so that a diagnosis can say on what it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.io.column_tables import Table
from diagmod.io.current_units import are_whole, concluded_unit, unit_conflict, unit_of
from diagmod.io.declarations import Declared
from diagmod.io.phase_columns import declared_phase_columns, find_phase_columns
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.sampling_rates import SamplingRates, heading_hint
from diagmod.io.sampling_steps import StepCounter
from diagmod.io.table_files import read_table_file
from diagmod.io.time_bases import find_time_column, stamps_s, start_of

__all__ = ["Declared", "RecordingFile", "UnreadableRecording", "read_recording_file"]

#: Largest magnitude of a sample; above it the file holds no currents.
MAX_MAGNITUDE = 1e12


@dataclass(frozen=True)
class RecordingFile:
    """Currents of one file.

    Attributes
    ----------
    currents : ndarray of float64, shape (3, n_samples)
        Rows R, S, T in ``unit``; an absent phase is NaN.
    fs : float
        Sampling rate in Hz, declared, of the format itself, or from the time stamps; NaN where none of them says it.
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
    format : str
        How the file was written.
    rates : SamplingRates
        Every statement of the sampling rate.
    started_at : datetime or None
        Time of the first sample in UTC, where the file states it with a zone.
    unit_conflict : str
        What a declared unit contradicts; empty where nothing.
    n_left_out : int
        Rows of numbers that could not be used.
    missing : tuple of str
        What is missing among the samples, a sentence a column; whoever counts them needs none.
    """

    currents: NDArray[np.float64]
    fs: float
    stamps_s: NDArray[np.float64] | None
    columns: tuple[str, ...]
    time_column: str
    unit: str
    notes: tuple[str, ...]
    format: str = ""
    rates: SamplingRates = field(default_factory=SamplingRates)
    started_at: datetime | None = None
    unit_conflict: str = ""
    n_left_out: int = 0
    missing: tuple[str, ...] = ()

    @property
    def is_ampere(self) -> bool:
        """Whether the samples are ampere, so that they can be held against a nameplate."""
        return self.unit == "A"


def read_recording_file(path: Path, declared: Declared | None = None) -> RecordingFile:
    """Read one recording of any common format, whose sampling rate is known.

    Parameters
    ----------
    path : Path
        Any format of :mod:`diagmod.io.readers`.
    declared : Declared, optional
        What the file does not say itself, or says wrong.

    Raises
    ------
    UnreadableRecording
        The file cannot be read, its rate is not known, or what it holds is ambiguous; one sentence that names the
        choices.
    """
    table = read_table(path, declared or Declared())
    found = recording_of(table, declared or Declared())
    if found.rates.fs is None:
        raise UnreadableRecording(
            f"{table.source} has no time column, so its sampling rate is not known; pass --fs HZ, or --time-column"
            f"{found.rates.hint}"
        )
    notes = (*found.notes, *found.missing, *found.rates.gap_note(), *found.rates.contradictions())
    return replace(found, notes=notes)


def read_table(path: Path, declared: Declared) -> Table:
    """Columns of one file of any common format, read as declared."""
    return read_table_file(path, declared.sheet, wanted=declared.wanted, settings=declared.text)


def recording_of(table: Table, declared: Declared) -> RecordingFile:
    """The recording that a table holds; its rate may be unknown.

    Raises
    ------
    UnreadableRecording
        What the table holds is ambiguous, or no current.
    """
    notes = list(table.notes)
    phases, time = choose_columns(table, declared, notes)
    missing: list[str] = []
    currents, unit = _currents(table, phases, declared, notes, missing)
    stamps, time = _stamps(table, time, currents.shape[1], declared, notes)
    if not unit:
        unit = concluded_unit(float(np.nanmax(np.abs(currents))), notes, is_whole=all(map(are_whole, currents)))
    rates = _rates(table, stamps, time, declared, notes)
    return RecordingFile(
        currents=currents,
        fs=float("nan") if rates.fs is None else rates.fs,
        stamps_s=stamps,
        columns=tuple("" if k is None else table.label(k) for k in phases),
        time_column="" if time is None else table.label(time),
        unit=unit,
        notes=tuple(notes),
        format=table.format,
        rates=rates,
        started_at=table.started_at or (None if stamps is None or time is None else start_of(table.columns[time])),
        unit_conflict=unit_conflict([table.columns[k] for k in phases if k is not None], declared),
        n_left_out=table.n_left_out,
        missing=tuple(missing),
    )


def choose_columns(table: Table, declared: Declared, notes: list[str]) -> tuple[list[int | None], int | None]:
    """Columns of R, S, T (None for an absent phase), and that of the time stamps, if there is one.

    Raises
    ------
    UnreadableRecording
        More than one choice remains.
    """
    chosen = declared_phase_columns(table, declared.phase_columns, may_lack=declared.may_lack)
    time, times = find_time_column(table, declared, {k for k in chosen if k is not None}, notes)
    found = (
        chosen if declared.phase_columns else find_phase_columns(table, times, notes, takes_order=declared.takes_order)
    )
    return found, time


def _currents(
    table: Table, phases: list[int | None], declared: Declared, notes: list[str], missing: list[str]
) -> tuple[NDArray[np.float64], str]:
    """Samples of R, S, T up to the last row that has one, in ampere where that is said, and their unit, or ""."""
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
        _mark_missing(currents[row], f"column {table.listed([k])}", table.source, notes, missing)
    factor, unit = unit_of([table.columns[k] for k in taken.values()], table.source, declared, notes)
    if factor != 1.0:
        currents *= factor
    return currents, unit


def _mark_missing(samples: NDArray[np.float64], label: str, source: str, notes: list[str], missing: list[str]) -> None:
    """Infinite samples become missing; both are noted, none at all and impossible ones refused."""
    is_infinite = np.isinf(samples)
    if n_infinite := int(is_infinite.sum()):
        notes.append(f"{n_infinite} sample(s) of {label} are infinite and count as missing")
        samples[is_infinite] = np.nan
    if n_missing := int(np.isnan(samples).sum()) - n_infinite:
        missing.append(f"{n_missing} sample(s) of {label} are missing")
    if n_infinite + n_missing == samples.size:
        raise UnreadableRecording(f"{label} of {source} holds no finite sample; check the sensor")
    if (peak := float(np.nanmax(np.abs(samples)))) > MAX_MAGNITUDE:
        raise UnreadableRecording(
            f"{label} of {source} reaches {peak:g}, allowed is {MAX_MAGNITUDE:g}; it holds no currents or is damaged"
        )


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


def _rates(
    table: Table, stamps: NDArray[np.float64] | None, time: int | None, declared: Declared, notes: list[str]
) -> SamplingRates:
    """Sampling rates as declared, of the file itself, of the time stamps."""
    rates = SamplingRates(declared=declared.fs, of_file=table.fs, hint=heading_hint(table.heading))
    if stamps is not None and time is not None:
        steps = StepCounter()
        steps.update(stamps)
        rates = rates_of(steps, f"time column {table.listed([time])}", rates, notes)
    rates.check(table.source)
    return rates


def rates_of(steps: StepCounter, label: str, stated: SamplingRates, notes: list[str]) -> SamplingRates:
    """Stated rates together with that of counted time stamps; ``notes`` gets a sentence about coarse ones."""
    rate = steps.rate(notes, label)
    n_gaps, gap_s = (steps.n_gaps, steps.gap_s) if steps.has_gaps else (0, 0.0)
    fs = rate if stated.fs is None else stated.fs
    jitter_s = steps.jitter_s(fs) if 0.0 < fs < np.inf else None
    return replace(
        stated, of_stamps=rate, stamps_label=label, n_gaps=n_gaps, gap_s=gap_s, n_back=steps.n_back, jitter_s=jitter_s
    )
