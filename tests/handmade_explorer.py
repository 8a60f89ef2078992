"""A small project with recordings whose signals are known: healthy, with a gap, broken bars and a spike, one phase."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from handmade_interim import make_project_with_plant, recordings

from diagmod.io.diagnosis_tables import compute_diagnoses, write_diagnoses
from diagmod.io.interim import read_nameplates
from diagmod.io.schemas import MOTORS
from diagmod.io.store import Store
from diagmod.io.tables import conform
from diagmod.io.waveforms import WaveformWriter
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor
from diagmod.views.pages.recording import RecordingPage

MIME = "application/vnd.plotly.v1+json"

#: Sampling rate in Hz and length in s.
FS, SECONDS = 5000.0, 6.0

#: Sample at which the spike of recording r3 stands, and its height over the peak of the current.
SPIKE_AT, SPIKE = 17321, 2000.0

#: Samples of r2 that are missing.
GAP = slice(9000, 9006)

_COMMON = {"fs_hz": FS, "n_samples": int(FS * SECONDS), "duration_s": SECONDS}
ROWS = (
    {"recording_id": "r1", "file": "a.csv", "started_at": "2026-01-05T08:00:00Z", "load_pct": 95.0},
    {"recording_id": "r2", "file": "b.csv", "started_at": "2026-02-05T08:00:00Z", "load_pct": 40.0},
    {"recording_id": "r3", "file": "c.csv", "started_at": "2026-03-05T08:00:00Z", "load_pct": 100.0,
     "condition": "broken_bar"},
    {"recording_id": "r4", "file": "d<b>.csv", "motor_id": "M2", "started_at": "2026-01-07T08:00:00Z", "phases": "R",
     "split_group": "M2", "condition": ""},
)  # fmt: skip


def make_signals() -> dict[str, Any]:
    """A healthy motor, one with a gap, one with two broken bars and a spike of one sample, and one phase alone."""
    rng = np.random.default_rng(3)
    specimen = sample_machine(rng)
    supply = sample_supply(rng, specimen.machine)
    common = {"machine": specimen.machine, "imperfections": specimen.imperfections, "supply": supply}
    experiments = [Experiment(**common, broken_bars=bars, sensor=Sensor(noise_dbc=-70.0)) for bars in (0.0, 2.0)]
    healthy, broken = (one.currents.astype(np.float32) for one in simulate(experiments, FS, SECONDS))
    found = {name: dict(zip("RST", currents, strict=True)) for name, currents in
             (("r1", healthy), ("r2", healthy.copy()), ("r3", broken))}  # fmt: skip
    found["r2"]["T"][GAP] = np.nan
    found["r3"]["S"][SPIKE_AT] = SPIKE
    return {**found, "r4": {"R": healthy[0]}, "motor": specimen.motor}


def make_explored_project(folder: Path, signals: dict[str, Any]) -> Path:
    """A project with waveforms and verdicts, but without features and health."""
    catalogue = recordings(*[{**_COMMON, **row} for row in ROWS])
    plates = [{**asdict(signals["motor"]), "motor_id": name, "name": ""} for name in ("M1", "M2")]
    known = [{c.name: plate[c.name] for c in MOTORS.columns if plate.get(c.name) is not None} for plate in plates]
    empty = {"type": "", "bearing": "", "rated_power_kw": np.nan, "rated_voltage_v": np.nan}
    motors = conform(pd.DataFrame([{**empty, **plate, "status": "in service"} for plate in known]), MOTORS)
    make_project_with_plant(folder, recordings=catalogue, motors=motors)
    waveforms = folder / "data/interim/waveforms"
    waveforms.mkdir(exist_ok=True)
    for row in ROWS:
        with WaveformWriter(waveforms / f"{row['recording_id']}.parquet", row.get("phases", "RST")) as writer:
            writer.append(signals[row["recording_id"]])
    motors = read_nameplates(folder / "data/interim")
    tables = compute_diagnoses(catalogue, motors, waveforms, (20.0, 120.0), Store(folder / "store", "v"), 1)
    write_diagnoses(tables, folder / "data/processed/features", {"parameters": {}})
    return folder


def open_page(root, query: str = "") -> RecordingPage:
    page = RecordingPage(query, root)
    page.headline()
    page.body()
    page.footer()
    return page


def choose(page: RecordingPage, **chosen: str) -> None:
    page._heard(json.dumps({"set": chosen}))


def figure_of(slot) -> dict:
    return slot.outputs[0]["data"][MIME]


def array_of(packed) -> np.ndarray:
    if isinstance(packed, dict):
        return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
    return np.asarray(packed, dtype=float)


def detail_of(page: RecordingPage) -> dict:
    found = json.loads(unescape(re.search(r"data-dm-detail='(.*?)'", page.detail.value)[1]))
    for trace in found["traces"]:
        trace["x"] = np.frombuffer(base64.b64decode(trace["x"]), "<f8")
        trace["y"] = np.frombuffer(base64.b64decode(trace["y"]), "<f4")
    return found


def kept_of(page: RecordingPage) -> bytes:
    return base64.b64decode(re.search(r"data-dm-content='(.*?)'", page._kept.value)[1])
