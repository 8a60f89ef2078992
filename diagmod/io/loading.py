"""From the files of a data set to recordings: what loads, what is a duplicate, what goes to quarantine.

One bad file never stops the others and none is lost: originals stay where they are, untouched, and
every file of the folder and every row of the manifest appears in the load report exactly once. What was read
before is not read again: one more recording costs one recording.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.core.audit_rules import PREFIX
from diagmod.core.motor import Motor
from diagmod.core.rulesets import RuleSet
from diagmod.io.comtrade_files import companions_of
from diagmod.io.dataset_files import Dataset, originals_of, read_dataset, read_manifest
from diagmod.io.defect_catalogue import CATALOGUE, read_defects
from diagmod.io.executor import run_all
from diagmod.io.file_hashes import HashBook, Sighting
from diagmod.io.file_loading import LoadedFile, LoadJob, load_file, place_of, stored_file
from diagmod.io.hourly_summary import combine, hourly_summary
from diagmod.io.load_rows import ID_DIGITS, recording_row, report_row, stray_row, table_of
from diagmod.io.maintenance_events import EVENTS_FILE, MaintenanceLog, read_maintenance
from diagmod.io.manifest_rows import UNRESOLVED, plain_name, repeated_rows, row_problem
from diagmod.io.motor_register import read_motors
from diagmod.io.readiness import CHECKS, assess_readiness
from diagmod.io.readiness_figures import count_windows
from diagmod.io.reading_settings import READING_COLUMNS
from diagmod.io.refusals import UnreadableRecording, printable
from diagmod.io.regime_files import REGIMES_FILE
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.store import Store, place
from diagmod.io.trend_logs import read_trend

#: Files of a data set that are no recordings.
_DESCRIPTIONS = {
    "dataset.yaml", "motors.yaml", "recordings.csv", "ground_truth.csv", "trend_truth.csv", "trend_crossings.csv",
    EVENTS_FILE, CATALOGUE, UNRESOLVED, REGIMES_FILE,
}  # fmt: skip


#: Length in seconds and overlap of the windows that readiness counts: those of the features, unless set otherwise.
READINESS_WINDOW_S, READINESS_OVERLAP = 1.0, 0.5

_NO_THRESHOLDS: dict[str, dict[str, float | None]] = {check: {"warn": None, "fail": None} for check in CHECKS}


@dataclass(frozen=True)
class LoadedDataset:
    """What the ``load`` stage makes: tables as in :mod:`diagmod.io.table_registry`, and the folder in ``data/raw``."""

    dataset: Dataset
    recordings: pd.DataFrame
    findings: pd.DataFrame
    report: pd.DataFrame
    motors: pd.DataFrame
    trend: pd.DataFrame
    trend_reason: str
    maintenance: MaintenanceLog
    readiness: pd.DataFrame
    folder: str = ""

    @property
    def refused(self) -> pd.DataFrame:
        """Files that were not loaded: quarantined ones and duplicates, with the reason."""
        return self.report[self.report["status"] != "loaded"]

    def in_words(self) -> str:
        """What became of the files, in one sentence."""
        counts = self.report["status"].value_counts()
        warned = int((self.recordings["quality"] == "warning").sum())
        hours = self.recordings["duration_s"].sum() / 3600
        return (
            f"We see {counts.get('loaded', 0)} recordings of {self.recordings['motor_id'].nunique()} motors loaded "
            f"({hours:.2f} h in all, {warned} of them with a warning), {counts.get('duplicate', 0)} duplicates skipped "
            f"and {counts.get('quarantined', 0)} files in quarantine."
        )

    def audit_in_words(self) -> str:
        """How many recordings can carry a diagnosis, in one sentence."""
        counts = self.recordings["acquisition"].value_counts()
        return (
            f"We see {counts.get('good', 0)} recordings that can carry a diagnosis, {counts.get('limited', 0)} that "
            f"can with limits and {counts.get('unusable', 0)} that cannot."
        )

    def audit_reasons(self) -> pd.DataFrame:
        """What the audit found: columns reason, severity, recordings, first_file, message, the most frequent first."""
        found = self.findings[self.findings["rule"].str.startswith(PREFIX)]
        grouped = found.groupby(["rule", "severity"], sort=True, as_index=False)
        table = grouped.agg(recordings=("file", "nunique"), first_file=("file", "first"), message=("message", "first"))
        table.insert(0, "reason", table.pop("rule").str.removeprefix(PREFIX).str.replace("_", " "))
        return table.sort_values("recordings", ascending=False, kind="stable", ignore_index=True)

    @property
    def quarantine(self) -> pd.DataFrame:
        """Files that were not loaded, with the reason."""
        return self.report[self.report["status"] == "quarantined"]


def load_dataset(
    folder: Path,
    waveforms: Path,
    store: Store,
    rules: RuleSet,
    jobs: int,
    *,
    line_band_hz: tuple[float, float] = (20.0, 120.0),
    book: HashBook | None = None,
    keep_waveforms: bool = True,
    readiness: Mapping[str, Mapping[str, float | None]] | None = None,
    on_done: Callable[[int, LoadedFile], None] | None = None,
) -> LoadedDataset:
    """Read a data set and write its waveforms.

    Parameters
    ----------
    folder : Path
        Data set in ``data/raw``; never written to.
    waveforms : Path
        Folder for one Parquet file a recording; what else it holds is removed.
    store : Store
        Where waveforms of unchanged files are kept between runs.
    rules : RuleSet
        Rules of validation with their limits and severities.
    jobs : int
        Processes, see :func:`diagmod.io.executor.run_all`.
    line_band_hz : (float, float)
        Band in which the audit searches the supply line, Hz.
    book : HashBook, optional
        Hashes of files that have not changed since an earlier run.
    keep_waveforms : bool
        False writes no waveform: they are made again from the originals when one is needed.
    readiness : mapping, optional
        Thresholds of every check of readiness, see :func:`diagmod.io.readiness.assess_readiness`; none by default.
    on_done : callable, optional
        Gets the number of a file among those that had to be read, and what became of it, as they are done.

    Raises
    ------
    DatasetError
        The data set's own description is missing or wrong.
    """
    dataset, motors = read_dataset(folder), read_motors(folder)
    manifest = read_manifest(folder)
    rows = [
        {**{str(name): str(cell) for name, cell in row.items()}, "file": plain_name(str(row["file"]))}
        for row in manifest.to_dict("records")
    ]
    columns = manifest.attrs["columns"]
    rejected = {index: reason for index, row in enumerate(rows) if (reason := row_problem(row, dataset, motors))}
    refused = {**repeated_rows(rows), **rejected}
    defects = read_defects(folder)
    job = LoadJob(originals_of(folder, dataset), dataset, motors, rules, line_band_hz, store, defects, keep_waveforms)
    todo = [row for index, row in enumerate(rows) if index not in refused]
    reads = dict(
        zip((i for i in range(len(rows)) if i not in refused), _reads(job, todo, jobs, book, on_done), strict=True)
    )
    report, recordings, findings = [], [], []
    first_with: dict[str, dict[str, str]] = {}
    kept: set[Path] = set()
    waveforms.mkdir(parents=True, exist_ok=True)
    for index, row in enumerate(rows):
        read = reads.get(index) or LoadedFile(row["file"], refused[index])
        status, reason = _status(row, read, first_with)
        report.append(report_row(row, read, status, reason, columns))
        if status == "loaded":
            findings += [
                {"file": read.file, **asdict(finding), "message": printable(finding.message)}
                for finding in read.findings
            ]
            recordings.append(recording_row(row, read, dataset, motors[row["motor_id"]]))
            if keep_waveforms:
                kept.add(_placed(read, waveforms))
    for leftover in set(waveforms.glob("*.parquet")) - kept:
        leftover.unlink()
    report += [stray_row(name, columns) for name in _stray_files(folder, rows)]
    catalogue = table_of(recordings, RECORDINGS).sort_values(["motor_id", "started_at", "file"], ignore_index=True)
    register = _motor_table(motors)
    log, trend_reason = read_trend(folder, motors, dataset.unit)
    trend = combine(log, hourly_summary(catalogue))
    windows = count_windows(catalogue, READINESS_WINDOW_S, READINESS_OVERLAP)
    return LoadedDataset(
        dataset=dataset,
        recordings=catalogue,
        findings=table_of(findings, FINDINGS),
        report=table_of(report, LOAD_REPORT).sort_values("file", kind="stable", ignore_index=True),
        motors=register,
        trend=trend,
        trend_reason=trend_reason,
        maintenance=read_maintenance(folder, motors, defects),
        readiness=assess_readiness(catalogue, register, trend, windows, readiness or _NO_THRESHOLDS),
        folder=folder.name,
    )


def _reads(
    job: LoadJob,
    rows: list[dict[str, str]],
    jobs: int,
    book: HashBook | None,
    on_done: Callable[[int, LoadedFile], None] | None,
) -> list[LoadedFile]:
    """What became of every file, in order: from the store where nothing changed, read by workers where it did."""
    sightings = [_sight(job, row) for row in rows] if book else [None] * len(rows)
    found = [_from_store(job, row, sighting, book) for row, sighting in zip(rows, sightings, strict=True)]
    missing = [index for index, read in enumerate(found) if read is None]
    done = run_all(partial(load_file, job), [rows[index] for index in missing], jobs, on_done=on_done)
    job.store.sweep()  # after a worker that was killed
    for index, read in zip(missing, done, strict=True):
        found[index] = read
        sighting = sightings[index]
        if book and sighting and read.sha256:
            book.note(place_of(job, read.file), sighting, read.sha256)
    return [read for read in found if read is not None]


def _sight(job: LoadJob, row: Mapping[str, str]) -> Sighting | None:
    """How a file of a single part looks now; None for any other."""
    try:
        source = place_of(job, row["file"])
        return None if companions_of(source) else HashBook.sight(source)
    except (UnreadableRecording, OSError, ValueError):
        return None


def _from_store(
    job: LoadJob, row: Mapping[str, str], sighting: Sighting | None, book: HashBook | None
) -> LoadedFile | None:
    if book is None or sighting is None:
        return None
    sha256 = book.known(place_of(job, row["file"]), sighting)
    return stored_file(job, row, sha256) if sha256 else None


def _placed(read: LoadedFile, waveforms: Path) -> Path:
    target = waveforms / f"{read.sha256[:ID_DIGITS]}.parquet"
    place(read.waveform, target)
    return target


def _status(row: dict[str, str], read: LoadedFile, first_with: dict[str, dict[str, str]]) -> tuple[str, str]:
    if read.reason or read.ingested is None:
        return "quarantined", read.reason
    first = first_with.setdefault(read.sha256, row)
    if first is row:
        return "loaded", ""
    for name in ("motor_id", "started_at", "fs_hz", *READING_COLUMNS):
        if first[name] != row[name]:
            return "quarantined", (
                f"same content as {first['file']}, but recordings.csv gives {name} {row[name]!r} here and "
                f"{first[name]!r} there; correct the wrong row"
            )
    return "duplicate", f"same content as {first['file']}"


def _stray_files(folder: Path, rows: list[dict[str, str]]) -> list[str]:
    """Files of the data set that nothing describes."""
    known = {row["file"] for row in rows} | _DESCRIPTIONS
    known |= {path.relative_to(folder).as_posix() for row in rows for path in _companions(folder / row["file"])}
    names = (_shown_name(p.relative_to(folder)) for p in sorted(folder.rglob("*")) if p.is_file())
    return [n for n in names if n not in known and not n.startswith("trend/")]


def _shown_name(path: Path) -> str:
    """A name as a table can hold it: bytes that are no UTF-8 are written as their codes."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="backslashreplace")


def _companions(path: Path) -> tuple[Path, ...]:
    try:
        return companions_of(path)
    except (OSError, ValueError):
        return ()


def _motor_table(motors: Mapping[str, Motor]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [{**asdict(m), "bearing": m.bearing or ""} for _, m in sorted(motors.items())]
    return table_of(rows, MOTORS)
