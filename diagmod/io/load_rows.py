"""What became of the files of a data set, as rows of the tables that the ``load`` stage writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.findings import SEVERITIES
from diagmod.core.motor import Motor
from diagmod.core.recording import PHASES
from diagmod.io.dataset_files import Dataset
from diagmod.io.file_loading import LoadedFile
from diagmod.io.manifest_rows import cure_line, missing_cells, start_time
from diagmod.io.refusals import printable
from diagmod.io.schemas import TableSchema
from diagmod.io.tables import conform, empty_table

#: Digits of the hash of a file that are the identity of its recording.
ID_DIGITS = 16

#: Cells of the load report for a file that was not read.
_UNREAD: dict[str, Any] = {
    "recording_id": "", "dialect": "", "rows": 0, "phases": "", "fs_hz": np.nan, "gaps_R": 0, "gaps_S": 0, "gaps_T": 0,
}  # fmt: skip


def table_of(rows: list[dict[str, Any]], schema: TableSchema) -> pd.DataFrame:
    """Rows as a table of a schema; an empty one where there is none."""
    names = [column.name for column in schema.columns]
    return conform(pd.DataFrame(rows, columns=names) if rows else empty_table(schema), schema)


def report_row(
    row: Mapping[str, str], read: LoadedFile, status: str, reason: str, columns: Sequence[str]
) -> dict[str, Any]:
    """A row of the load report.

    Parameters
    ----------
    row : mapping of str
        Row of the manifest.
    read : LoadedFile
    status, reason : str
    columns : sequence of str
        Columns of the data set's manifest, for the line that would cure a quarantined file.
    """
    asked = missing_cells(row, reason) if status == "quarantined" else ()
    cure = cure_line(row, columns, asked) if asked else ""  # what no cell would cure has none
    reason = printable(reason)
    facts = {"file": read.file, "status": status, "reason": reason, "cure": cure, "motor_id": row["motor_id"]}
    if read.ingested is None:
        return {**_UNREAD, **facts}
    gaps = {f"gaps_{phase}": tally.n_gaps for phase, tally in read.ingested.tallies.items()}
    return {
        **_UNREAD,
        **facts,
        **gaps,
        "recording_id": read.sha256[:ID_DIGITS],
        "dialect": read.ingested.dialect,
        "rows": read.ingested.n_samples,
        "phases": read.ingested.phases,
        "fs_hz": read.fs,
    }


def stray_row(name: str, columns: Sequence[str]) -> dict[str, Any]:
    """A row of the load report for a file that nothing describes."""
    reason = "not listed in recordings.csv: motor, rate and time are unknown; add a row for it"
    asked = [column for column in ("motor_id", "started_at", "fs_hz") if column in columns]
    cure = cure_line({"file": name}, columns, asked)
    return {**_UNREAD, "file": name, "status": "quarantined", "reason": reason, "cure": cure, "motor_id": ""}


def recording_row(row: Mapping[str, str], read: LoadedFile, dataset: Dataset, motor: Motor) -> dict[str, Any]:
    """A row of the catalogue, for a file that was loaded."""
    ingested = read.ingested
    if ingested is None:
        raise ValueError(f"{read.file} was not read and is no recording")
    tallies, started_at = ingested.tallies, row["started_at"] or ingested.started_at
    missing = sum(tally.n_gaps for tally in tallies.values())
    worst = max((f.severity for f in read.findings), key=SEVERITIES.index, default="good")
    return {
        "recording_id": read.sha256[:ID_DIGITS],
        "motor_id": row["motor_id"],
        "file": row["file"],
        "sha256": read.sha256,
        "started_at": start_time(started_at) if started_at else pd.NaT,
        "fs_hz": read.fs,
        "n_samples": ingested.n_samples,
        "duration_s": ingested.n_samples / read.fs,
        "phases": ingested.phases,
        "unit": ingested.unit,
        "dialect": ingested.dialect,
        "reading": read.reading,
        "load_pct": _load_pct(row, motor),
        "torque_nm": float(row["torque_nm"] or "nan"),
        "condition": row["condition"],
        "severity": float(row["severity"] or "nan"),
        "severity_label": row["severity_label"],
        "fault_phase": row["fault_phase"],
        "repetition": row["repetition"],
        "split_group": row["motor_id"] if dataset.split_group == "motor" else f"repetition {row['repetition']}",
        **{f"rms_{phase}": tallies[phase].rms if phase in tallies else np.nan for phase in PHASES},
        "missing_share": missing / (ingested.n_samples * len(tallies)),
        "acquisition": read.acquisition,
        "quality": worst,
    }


def _load_pct(row: Mapping[str, str], motor: Motor) -> float:
    """Load in percent of rated: as stated, else torque over rated torque, else NaN."""
    if row["load_pct"]:
        return float(row["load_pct"])
    if not row["torque_nm"] or motor.rated_power_kw is None or motor.rated_rpm is None:
        return float("nan")
    rated_nm = 1e3 * motor.rated_power_kw / (2 * np.pi * motor.rated_rpm / 60)
    return 100 * float(row["torque_nm"]) / rated_nm
