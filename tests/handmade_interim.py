"""A small ``data/interim`` whose every count is known by hand, and a small trained model beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest

from diagmod.io.dataset_files import Dataset
from diagmod.io.interim import write_interim
from diagmod.io.loading import LoadedDataset
from diagmod.io.maintenance_events import MAINTENANCE, REFUSED_EVENTS, MaintenanceLog
from diagmod.io.model_files import write_model
from diagmod.io.readiness import READINESS
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS, TableSchema
from diagmod.io.tables import conform, empty_table
from diagmod.io.trend_tables import TREND

if TYPE_CHECKING:
    from pathlib import Path

LINEAGE = {"stage": "load", "code": "c0dec0dec0de", "inputs": {"data/raw/plant": "da7ada7ada7a"}}

_RECORDING = {
    "recording_id": "r", "motor_id": "M1", "file": "a.csv", "sha256": "", "started_at": pd.NaT, "fs_hz": 1000.0,
    "n_samples": 3000, "duration_s": 3.0, "phases": "RST", "unit": "A", "dialect": "csv", "reading": "{}",
    "load_pct": 50.0,
    "torque_nm": np.nan, "severity_label": "", "condition": "healthy", "severity": np.nan,
    "fault_phase": "", "repetition": "", "split_group": "M1",
    "rms_R": 1.0, "rms_S": 1.0, "rms_T": 1.0, "missing_share": 0.0, "acquisition": "good", "quality": "good",
}  # fmt: skip
_REPORT = {
    "file": "a.csv", "status": "loaded", "reason": "", "cure": "", "motor_id": "M1", "recording_id": "", "dialect": "",
    "rows": 0, "phases": "", "fs_hz": np.nan, "gaps_R": 0, "gaps_S": 0, "gaps_T": 0,
}  # fmt: skip
_MOTOR = {
    "motor_id": "M1", "name": "", "type": "", "line_hz": 50.0, "pole_pairs": 2, "rated_power_kw": np.nan,
    "rated_voltage_v": np.nan, "rated_current_a": np.nan, "rated_rpm": np.nan, "rotor_bars": np.nan, "bearing": "",
    "status": "in service",
}  # fmt: skip


def _table(schema: TableSchema, defaults: dict[str, Any], rows: list[dict[str, Any]]) -> pd.DataFrame:
    return conform(pd.DataFrame([{**defaults, **row} for row in rows]), schema) if rows else empty_table(schema)


def recordings(*rows: dict[str, Any]) -> pd.DataFrame:
    """Table ``recordings`` from what matters of each row; times as text."""
    timed = [{**row, "started_at": pd.to_datetime(row.get("started_at"), utc=True)} for row in rows]
    return _table(RECORDINGS, _RECORDING, timed)


def trend(motor_id: str, hours: list[str], rms: list[float]) -> pd.DataFrame:
    """Table ``trend`` of one motor, the same rms in all phases, from a log of hourly means."""
    unknown = {"minimum": np.nan, "maximum": np.nan, "samples": np.nan}
    about = {"motor_id": motor_id, "unit": "A", "source": "log", "hour": pd.to_datetime(hours, utc=True), "mean": rms}
    parts = [pd.DataFrame({"quantity": f"rms_{phase}", **about, **unknown}) for phase in "RST"]
    return conform(pd.concat(parts), TREND)


#: Three recordings of M1 (one with a warning), one of M2; M3 has none. One duplicate, two files in quarantine,
#: of which one names no motor. Recorded 3 + 3 + 3 + 51 = 60 s.
RECORDINGS_OF_PLANT = (
    {"recording_id": "r1", "file": "a.csv", "started_at": "2026-01-05T08:00:00Z", "rms_R": 1.25},
    {"recording_id": "r2", "file": "b.csv", "started_at": "2026-02-05T08:00:00Z", "quality": "warning"},
    {"recording_id": "r3", "file": "c.csv", "started_at": "2026-03-05T08:00:00Z", "condition": "broken_bar"},
    {"recording_id": "r4", "file": "d.csv", "motor_id": "M2", "started_at": "2026-01-07T08:00:00Z", "duration_s": 51.0,
     "quality": "info", "split_group": "M2", "condition": ""},
)  # fmt: skip


def plant(**changes: Any) -> LoadedDataset:
    """The handmade data set; ``changes`` replace fields of :class:`LoadedDataset`."""
    finding = {"file": "b.csv", "rule": "missing", "severity": "warning", "phase": "R", "value": 1.0, "unit": "%",
               "limit": 0.0, "message": "1 % of the samples of phase R are missing",
               "remedy": "check the recorder"}  # fmt: skip
    report = [
        *({"file": f"{name}.csv", "motor_id": motor} for name, motor in (("a", "M1"), ("b", "M1"), ("c", "M1"))),
        {"file": "d.csv", "motor_id": "M2"},
        {"file": "e.csv", "motor_id": "M1", "status": "duplicate", "reason": "same content as a.csv"},
        {"file": "f.csv", "motor_id": "M2", "status": "quarantined", "reason": "sampling rate unknown"},
        {"file": "g.csv", "motor_id": "", "status": "quarantined", "reason": "not listed in recordings.csv"},
    ]
    motors = [{"motor_id": "M1", "name": "Pump", "rated_rpm": 1470.0}, {"motor_id": "M2"}, {"motor_id": "M3"}]
    fields = {
        "dataset": Dataset(name="plant", title="A plant"),
        "recordings": recordings(*RECORDINGS_OF_PLANT),
        "findings": _table(FINDINGS, {}, [finding]),
        "report": _table(LOAD_REPORT, _REPORT, report),
        "motors": _table(MOTORS, _MOTOR, motors),
        "trend": trend("M1", ["2026-01-05T00:00Z", "2026-01-05T01:00Z"], [4.0, 5.0]),
        "trend_reason": "",
        "readiness": empty_table(READINESS),
        "maintenance": MaintenanceLog(empty_table(MAINTENANCE), empty_table(REFUSED_EVENTS), "no events"),
    }
    return LoadedDataset(**(fields | changes))


def make_project_with_plant(root: Path, **changes: Any) -> Path:
    """A project folder with the handmade ``data/interim``; gives the folder."""
    for name in ("dvc.yaml", "params.yaml"):
        (root / name).write_text("{}\n", encoding="utf-8")
    write_interim(plant(**changes), root / "data" / "interim", LINEAGE)
    return root


def train(root: Path, *, inputs: dict[str, str], family: str = "anomaly", **facts: Any) -> Path:
    """Put a small trained model where the pipeline puts its own; gives its folder."""
    lineage = {"stage": "train_anomaly", "code": "c0de", "inputs": inputs, "parameters": {"n_trees": 2}}
    about = {"model_type": "IsolationForest", "features": ["thd_R", "thd_S"], "threshold": 0.5, "lineage": lineage}
    forest = IsolationForest(n_estimators=2, random_state=0).fit(np.arange(40.0).reshape(20, 2))
    folder = root / "data" / "processed" / "models" / family
    write_model(folder, forest, about | facts)
    return folder
