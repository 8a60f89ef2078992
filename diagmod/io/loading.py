"""From the files of a data set to recordings: what loads, what is a duplicate, what goes to quarantine.

One bad file never stops the others and none is lost: originals stay where they are, untouched, and
every file of the folder and every row of the manifest appears in the load report exactly once.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.acquisition_findings import PREFIX, findings_of
from diagmod.core.motor import Motor
from diagmod.core.quality import SEVERITIES, Finding, Limits, judge
from diagmod.core.recording import PHASES
from diagmod.core.tally import Tally
from diagmod.io.acquisition_audit import stored_audit
from diagmod.io.csv_ingest import CsvLayout, Ingested, UnreadableRecording, ingest_csv
from diagmod.io.dataset_files import Dataset, read_dataset, read_manifest, read_motors, read_trend
from diagmod.io.executor import run_all
from diagmod.io.hashes import file_sha256
from diagmod.io.manifest_rows import plain_name, repeated_rows, row_problem, start_time
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS, TableSchema
from diagmod.io.store import Store
from diagmod.io.tables import conform, empty_table

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


@dataclass(frozen=True)
class _Read:
    """What became of one file."""

    file: str
    reason: str = ""
    ingested: Ingested | None = None
    findings: tuple[Finding, ...] = ()
    waveform: Path = Path()
    acquisition: str = ""


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
        {**{str(name): str(cell) for name, cell in row.items()}, "file": plain_name(str(row["file"]))}
        for row in read_manifest(folder).to_dict("records")
    ]
    waveforms.mkdir(parents=True, exist_ok=True)
    rejected = {index: reason for index, row in enumerate(rows) if (reason := row_problem(row, dataset, motors))}
    repeated = repeated_rows(rows)
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
            recordings.append(_recording_row(row, read, read.ingested, dataset))
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
    ingested, fs = _facts(entry), _fs(row, dataset)
    declared_s = float(row["duration_s"]) if row["duration_s"] else None
    findings = judge(ingested.tallies, fs, limits, declared_s=declared_s)
    if fatal := "; ".join(f.message for f in findings if f.is_fatal):
        return _Read(row["file"], fatal, ingested, tuple(findings))
    quality = stored_audit(
        store, about, entry / _WAVEFORM, fs, motors[row["motor_id"]],
        unit_is_ampere=dataset.unit == "A", line_band_hz=(limits.line_low_hz, limits.line_high_hz),
    )  # fmt: skip
    graded = _worst_first([*findings, *findings_of(quality, findings)])
    return _Read(row["file"], "", ingested, graded, entry / _WAVEFORM, str(quality.verdict))


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: -SEVERITIES.index(f.severity)))


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


def _recording_row(row: dict[str, str], read: _Read, ingested: Ingested, dataset: Dataset) -> dict[str, Any]:
    tallies, fs = ingested.tallies, _fs(row, dataset)
    missing = sum(t.n_gaps for t in tallies.values())
    worst = max((f.severity for f in read.findings), key=SEVERITIES.index, default="good")
    return {
        "recording_id": ingested.sha256[:16],
        "motor_id": row["motor_id"],
        "file": row["file"],
        "sha256": ingested.sha256,
        "started_at": start_time(row["started_at"]) if row["started_at"] else pd.NaT,
        "fs_hz": fs,
        "n_samples": ingested.n_samples,
        "duration_s": ingested.n_samples / fs,
        "phases": ingested.phases,
        "unit": dataset.unit,
        "dialect": ingested.dialect,
        "load_pct": float(row["load_pct"] or "nan"),
        "condition": row["condition"],
        "severity": float(row["severity"] or "nan"),
        "fault_phase": row["fault_phase"],
        "repetition": row["repetition"],
        "split_group": row["motor_id"] if dataset.split_group == "motor" else f"repetition {row['repetition']}",
        **{f"rms_{p}": tallies[p].rms if p in tallies else np.nan for p in PHASES},
        "missing_share": missing / (ingested.n_samples * len(tallies)),
        "acquisition": read.acquisition,
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
