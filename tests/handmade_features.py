"""A small data set of handmade recordings with its diagnoses and features."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from handmade_currents import FS_HZ, MOTOR

from diagmod.core.preparation import PreparationSettings
from diagmod.io.diagnosis_tables import DiagnosisTables, compute_diagnoses
from diagmod.io.feature_examples import ExamplePair, read_pair
from diagmod.io.feature_tables import FeatureSettings, FeatureTables, compute_tables
from diagmod.io.store import Store
from diagmod.io.waveforms import WaveformWriter

SETTINGS = FeatureSettings(window_s=1.0, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1)


@dataclass(frozen=True)
class HandmadeSet:
    """Catalogue, diagnoses, features and the pair that is shown."""

    catalogue: pd.DataFrame
    diagnosed: DiagnosisTables
    tables: FeatureTables
    pair: ExamplePair


def handmade_set(folder: Path, recordings: dict[str, tuple[str, np.ndarray]]) -> HandmadeSet:
    """Recordings by name, each with its condition and its currents of shape (3, n), as a whole data set."""
    rows = []
    for name, (condition, currents) in recordings.items():
        phases = "".join(p for p, row in zip("RST", currents, strict=True) if np.isfinite(row).any())
        with WaveformWriter(folder / f"{name}.parquet", phases) as writer:
            writer.append({p: r.astype(np.float32) for p, r in zip("RST", currents, strict=True) if p in phases})
        rms = {f"rms_{p}": float(np.sqrt(np.mean(r**2))) for p, r in zip("RST", currents, strict=True)}
        rows.append(
            {"recording_id": name, "motor_id": "M1", "file": f"{name}.csv", "fs_hz": FS_HZ, "unit": "A",
             "load_pct": 100.0, "condition": condition, "severity": 0.0 if condition == "healthy" else 1.0,
             "phases": phases, "acquisition": "good", **rms}
        )  # fmt: skip
    columns = ["recording_id", "motor_id", "file", "fs_hz", "unit", "load_pct", "condition", "severity", "phases"]
    catalogue = pd.DataFrame(rows, columns=[*columns, "acquisition", "rms_R", "rms_S", "rms_T"])
    given = (folder, (20.0, 120.0), Store(folder / "store", "v1"))
    diagnosed = compute_diagnoses(catalogue, {"M1": MOTOR}, *given, 1)
    tables = compute_tables(catalogue, folder, SETTINGS, given[2], 1).with_signatures(diagnosed)
    pair = read_pair(catalogue, diagnosed, {"M1": MOTOR}, folder, given[2], PreparationSettings(), given[1])
    return HandmadeSet(catalogue, diagnosed, tables, pair)
