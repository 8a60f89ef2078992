"""From the files of a data set to recordings: what loads, what is a duplicate, what goes to quarantine.

One bad file never stops the others and none is lost: originals stay where they are, untouched, and
every file of the folder and every row of the manifest appears in the load report exactly once.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.motor import Motor
from diagmod.core.quality import SEVERITIES, Finding, Limits, judge
from diagmod.core.recording import PHASES
from diagmod.core.tally import Tally
from diagmod.io.csv_ingest import CsvLayout, Ingested, UnreadableRecording, ingest_csv
from diagmod.io.dataset_files import Dataset, read_dataset, read_manifest, read_motors, read_trend
from diagmod.io.executor import run_all
from diagmod.io.hashes import file_sha256
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS, TableSchema
from diagmod.io.store import Store
from diagmod.io.tables import conform, empty_table

#: A label of a machine: "healthy", the name of a fault, or empty where nothing is known.
_LABEL = re.compile(r"[a-z0-9]*(?:_[a-z0-9]+)*")

_WAVEFORM, _FACTS = "waveform.parquet", "facts.json"

#: Files of a data set that are no recordings.
_DESCRIPTIONS = {"dataset.yaml", "motors.yaml", "recordings.csv", "ground_truth.csv"}


@dataclass(frozen=True)
class LoadedDataset:
    """What the ``load`` stage makes: tables as in ``diagmod.io.schemas``."""

    dataset: Dataset
    recordings: pd.DataFrame
    findings: pd.DataFrame
    report: pd.DataFrame
    motors: pd.DataFrame
    trend: pd.DataFrame
    trend_reason: str

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

    @property
    def quarantine(self) -> pd.DataFrame:
        """Files that were not loaded, with the reason."""
        return self.report[self.report["status"] == "quarantined"]


@dataclass(frozen=True)
class _Read:
    """What became of one file."""

    file: str
    reason: str = ""
    ingested: Ingested | None = None
    findings: tuple[Finding, ...] = ()
    waveform: Path = Path()


def load_dataset(folder: Path, waveforms: Path, store: Store, limits: Limits, jobs: int) -> LoadedDataset:
    """Read a data set and write its waveforms.

    Parameters
    ----------
    folder : Path
        Data set in ``data/raw``; never written to.
    waveforms : Path
        Folder for one Parquet file a recording.
    store : Store
        Where waveforms of unchanged files are kept between runs.
    limits : Limits
        Limits of the quality rules.
    jobs : int
        Processes.

    Raises
    ------
    DatasetError
        The data set's own description is missing or wrong.
    """
    dataset, motors = read_dataset(folder), read_motors(folder)
    rows = [
        {**{str(name): str(cell) for name, cell in row.items()}, "file": _plain_name(str(row["file"]))}
        for row in read_manifest(folder).to_dict("records")
    ]
    waveforms.mkdir(parents=True, exist_ok=True)
    rejected = {index: reason for index, row in enumerate(rows) if (reason := _row_problem(row, dataset, motors))}
    repeated = _repeated_rows(rows)
    todo = [i for i in range(len(rows)) if i not in rejected and i not in repeated]
    work = partial(_read_one, folder, dataset, motors, limits, store)
    reads = dict(zip(todo, run_all(work, [rows[i] for i in todo], jobs), strict=True))
    report, recordings, findings = [], [], []
    first_with: dict[str, dict[str, str]] = {}
    for index, row in enumerate(rows):
        read = reads.get(index) or _Read(row["file"], rejected.get(index) or repeated[index])
        status, reason = _status(row, read, first_with)
        report.append(_report_row(row, read, status, reason, dataset))
        if status == "loaded" and read.ingested:
            findings += [{"file": read.file, **asdict(finding)} for finding in read.findings]
            recordings.append(_recording_row(row, read.ingested, read.findings, dataset))
            shutil.copyfile(read.waveform, waveforms / f"{read.ingested.sha256[:16]}.parquet")
    for leftover in set(waveforms.glob("*.parquet")) - {waveforms / f"{r['recording_id']}.parquet" for r in recordings}:
        leftover.unlink()
    report += [_stray_row(name) for name in _stray_files(folder, rows)]
    trend, trend_reason = read_trend(folder, motors)
    return LoadedDataset(
        dataset=dataset,
        recordings=_table(recordings, RECORDINGS).sort_values(["motor_id", "started_at", "file"], ignore_index=True),
        findings=_table(findings, FINDINGS),
        report=_table(report, LOAD_REPORT).sort_values("file", kind="stable", ignore_index=True),
        motors=_motor_table(motors),
        trend=trend,
        trend_reason=trend_reason,
    )


def _plain_name(file: str) -> str:
    """``a.csv`` for ``./a.csv``: one file has one name in the report."""
    return posixpath.normpath(file) if file else ""


def _label_problem(row: dict[str, str]) -> str:
    """Why what a manifest row says of the machine's condition cannot be used, or ""."""
    if row["severity"] and not 0 <= float(row["severity"]) <= 1:
        return f"recordings.csv: severity must be 0 to 1, got {row['severity']}"
    if not _LABEL.fullmatch(row["condition"]):
        return (
            f"recordings.csv: condition {row['condition']!r} must be lower-case words joined by underscores; "
            "'healthy' means without a fault, empty means unknown"
        )
    return ""


def _row_problem(row: dict[str, str], dataset: Dataset, motors: dict[str, Motor]) -> str:
    """Why a manifest row does not say enough, or ""."""
    if row["motor_id"] not in motors:
        return f"motor {row['motor_id']!r} is not in motors.yaml; add its nameplate or correct recordings.csv"
    for name in ("fs_hz", "duration_s", "load_pct", "severity"):
        if row[name] and not _is_number(row[name]):
            return f"recordings.csv: {name} must be a number, got {row[name]!r}"
    if reason := _label_problem(row):
        return reason
    if not row["fs_hz"] and dataset.fs_hz is None:
        return "sampling rate unknown; give fs_hz in recordings.csv or in dataset.yaml"
    if row["fs_hz"] and not float(row["fs_hz"]) > 0:
        return f"recordings.csv: fs_hz must be positive, got {row['fs_hz']}"
    if dataset.split_group == "repetition" and not row["repetition"]:
        return "repetition unknown, by which dataset.yaml splits; give it in recordings.csv"
    return _time_problem(row, dataset)


def _time_problem(row: dict[str, str], dataset: Dataset) -> str:
    """Why the start time of a manifest row cannot be used, or ""."""
    if not row["started_at"]:
        return "" if dataset.times == "none" else "start time unknown; give started_at (UTC) in recordings.csv"
    try:
        stamp = _time(row["started_at"])
    except (ValueError, OverflowError):
        return f"recordings.csv: started_at {row['started_at']!r} is no time; write 2026-01-31T08:00:00Z"
    if stamp is None:
        return f"recordings.csv: started_at {row['started_at']!r} has no time zone; add Z for UTC"
    return ""


def _time(text: str) -> datetime | None:
    """A time in UTC, or None where the text has no zone; ISO only, because 05/01 is a guess."""
    stamp = datetime.fromisoformat(text)
    return stamp.astimezone(UTC) if stamp.tzinfo else None


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _repeated_rows(rows: list[dict[str, str]]) -> dict[int, str]:
    seen: dict[str, int] = {}
    repeated = {}
    for index, row in enumerate(rows):
        if row["file"] in seen:
            repeated[index] = f"recordings.csv lists this file again in row {index + 2}; one file is one recording"
        seen.setdefault(row["file"], index)
    return repeated


def _read_one(
    folder: Path, dataset: Dataset, motors: dict[str, Motor], limits: Limits, store: Store, row: dict[str, str]
) -> _Read:
    """Hash, read, check and store one file; runs in a worker process."""
    try:
        source = (folder / row["file"]).resolve()
        if not source.is_relative_to(folder.resolve()):
            return _Read(row["file"], f"{row['file']!r} lies outside the data set; copy it into the folder")
        if not source.is_file():
            return _Read(row["file"], "file is listed in recordings.csv but is not there")
        sha256 = file_sha256(source)
    except (OSError, ValueError) as exc:
        return _Read(row["file"], f"file cannot be opened ({exc}); check its name and permissions")
    layout = CsvLayout(header=dataset.header, columns=dataset.columns)
    about: dict[str, object] = {"sha256": sha256, "layout": asdict(layout)}
    try:
        entry = store.entry(about, partial(_ingest, source, layout))
    except UnreadableRecording as exc:
        return _Read(row["file"], str(exc))
    ingested = _facts(entry)
    motor = motors[row["motor_id"]]
    findings = judge(
        ingested.tallies,
        _fs(row, dataset),
        limits,
        declared_s=float(row["duration_s"]) if row["duration_s"] else None,
        rated_current_a=motor.rated_current_a if dataset.unit == "A" else None,
    )
    fatal = "; ".join(f.message for f in findings if f.is_fatal)
    return _Read(row["file"], fatal, ingested, tuple(findings), entry / _WAVEFORM)


def _ingest(source: Path, layout: CsvLayout, draft: Path) -> None:
    ingested = ingest_csv(source, draft / _WAVEFORM, layout)
    (draft / _FACTS).write_text(json.dumps(asdict(ingested)), encoding="utf-8")


def _facts(entry: Path) -> Ingested:
    facts = json.loads((entry / _FACTS).read_text(encoding="utf-8"))
    tallies = {phase: Tally(**tally) for phase, tally in facts.pop("tallies").items()}
    return Ingested(**facts, tallies=tallies)


def _fs(row: dict[str, str], dataset: Dataset) -> float:
    return float(row["fs_hz"] or dataset.fs_hz or np.nan)


def _status(row: dict[str, str], read: _Read, first_with: dict[str, dict[str, str]]) -> tuple[str, str]:
    if read.reason or read.ingested is None:
        return "quarantined", read.reason
    first = first_with.setdefault(read.ingested.sha256, row)
    if first is row:
        return "loaded", ""
    for name in ("motor_id", "started_at", "fs_hz"):
        if first[name] != row[name]:
            return "quarantined", (
                f"same content as {first['file']}, but recordings.csv gives {name} {row[name]!r} here and "
                f"{first[name]!r} there; correct the wrong row"
            )
    return "duplicate", f"same content as {first['file']}"


def _report_row(row: dict[str, str], read: _Read, status: str, reason: str, dataset: Dataset) -> dict[str, Any]:
    facts = {"file": read.file, "status": status, "reason": reason, "motor_id": row["motor_id"]}
    if read.ingested is None:
        return {**_UNREAD, **facts}
    gaps = {f"gaps_{p}": t.n_gaps for p, t in read.ingested.tallies.items()}
    return {
        **_UNREAD,
        **facts,
        **gaps,
        "recording_id": read.ingested.sha256[:16],
        "dialect": read.ingested.dialect,
        "rows": read.ingested.n_samples,
        "phases": read.ingested.phases,
        "fs_hz": _fs(row, dataset),
    }


def _recording_row(
    row: dict[str, str], ingested: Ingested, findings: tuple[Finding, ...], dataset: Dataset
) -> dict[str, Any]:
    tallies, fs = ingested.tallies, _fs(row, dataset)
    missing = sum(t.n_gaps for t in tallies.values())
    worst = max((f.severity for f in findings), key=SEVERITIES.index, default="good")
    return {
        "recording_id": ingested.sha256[:16],
        "motor_id": row["motor_id"],
        "file": row["file"],
        "sha256": ingested.sha256,
        "started_at": _time(row["started_at"]) if row["started_at"] else pd.NaT,
        "fs_hz": fs,
        "n_samples": ingested.n_samples,
        "duration_s": ingested.n_samples / fs,
        "phases": ingested.phases,
        "unit": dataset.unit,
        "dialect": ingested.dialect,
        "load_pct": float(row["load_pct"] or "nan"),
        "condition": row["condition"],
        "severity": float(row["severity"] or "nan"),
        "repetition": row["repetition"],
        "split_group": row["motor_id"] if dataset.split_group == "motor" else f"repetition {row['repetition']}",
        **{f"rms_{p}": tallies[p].rms if p in tallies else np.nan for p in PHASES},
        "missing_share": missing / (ingested.n_samples * len(tallies)),
        "quality": worst,
    }


def _stray_files(folder: Path, rows: list[dict[str, str]]) -> list[str]:
    """Files of the data set that nothing describes."""
    known = {row["file"] for row in rows} | _DESCRIPTIONS
    names = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    return [n for n in names if n not in known and not n.startswith("trend/")]


def _stray_row(name: str) -> dict[str, Any]:
    reason = "not listed in recordings.csv: motor, rate and time are unknown; add a row for it"
    return {**_UNREAD, "file": name, "status": "quarantined", "reason": reason, "motor_id": ""}


#: Cells of the load report for a file that was not read.
_UNREAD: dict[str, Any] = {
    "recording_id": "", "dialect": "", "rows": 0, "phases": "", "fs_hz": np.nan, "gaps_R": 0, "gaps_S": 0, "gaps_T": 0,
}  # fmt: skip


def _motor_table(motors: dict[str, Motor]) -> pd.DataFrame:
    rows = [{**asdict(m), "bearing": m.bearing or ""} for _, m in sorted(motors.items())]
    return _table(rows, MOTORS)


def _table(rows: list[dict[str, Any]], schema: TableSchema) -> pd.DataFrame:
    return conform(
        pd.DataFrame(rows, columns=[c.name for c in schema.columns]) if rows else empty_table(schema), schema
    )
