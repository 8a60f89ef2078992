"""A small project of motors for the tests of the page "Motor status", its reports and its command: tables by hand.

M1 needs action, M2 is good, M3 cannot tell, M4 had the fault of M1 and was repaired, M5 was never recorded.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from diagmod.io.health_tables import PARTS
from diagmod.io.results import Results
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import write_table
from diagmod.io.waveforms import WaveformWriter
from diagmod.models.health_sentences import motor_sentence

LINEAGE = {"code": "c" * 40, "inputs": {"data/raw/plant": "d" * 40}}
BLANK = {"str": "", "float64": np.nan, "int64": 1, "bool": False}
FS, SECONDS = 1000.0, 6.0

#: The line f - fr in the recording of M1: 50 - 24.5 Hz, and 20 log10(0.02) = -34 dBc.
LINE_HZ, LINE_SHARE = 25.5, 0.02


def at(day: int) -> pd.Timestamp:
    return pd.Timestamp(f"2026-03-{day:02d}T10:00:00", tz="UTC")


def put(root, name, *rows):
    """Write a table; columns that a row does not name are blank."""
    schema = TABLES[name]
    blank = {c.name: c.allowed[0] if c.allowed else BLANK.get(c.dtype, pd.NaT) for c in schema.columns}
    frame = pd.DataFrame([blank | row for row in rows], columns=list(blank))
    for column in schema.columns:
        times = column.dtype.startswith("datetime")
        frame[column.name] = (pd.to_datetime(frame[column.name], utc=True) if times else frame[column.name]).astype(
            column.dtype
        )
    path = Results(root).path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(frame, schema, path, LINEAGE)


def parts(*risks, fault="broken_bar"):
    found = {f"{part}_risk": risk for part, risk in zip(PARTS, risks, strict=True)}
    named = {f"{part}_fault": fault if risk >= 25 else "" for part, risk in zip(PARTS, risks, strict=True)}
    return found | named | {"diagnosis_value": 2.5, "diagnosis_unit": "broken bars"}


def motor(motor, index, grade, parts, **more):
    row = {
        "motor_id": motor, "health_index": index, "risk": 100 - index, "grade": grade, "since": at(9),
        "last_at": at(20), "n_recordings": 2, "governing_part": "diagnosis", "knowledge_pct": 80.0, "likely_fault": "",
        "urgency": "observe", "action": "Go on measuring at the usual interval.", "competing": "",
    } | parts | more  # fmt: skip
    causes = [row["competing"]] if row["competing"] else []
    told = motor_sentence(
        row, "The rotor cage is damaged.", "seen in 2 of the last 2 recordings that could tell", causes, {}
    )
    return row | {"sentence": told}


def recording(one, motor, day, **more):
    return {
        "recording_id": one, "motor_id": motor, "file": f"r/{motor}/{one}.csv", "started_at": at(day), "fs_hz": FS,
        "n_samples": int(FS * SECONDS), "duration_s": SECONDS, "phases": "RST", "unit": "A", "rms_R": 7.0711,
        "rms_S": 7.0, "rms_T": 6.9, "load_pct": 90.0, "acquisition": "good", "quality": "good", "missing_share": 0.0,
    } | more  # fmt: skip


RECORDINGS = [
    recording("a1", "M1", 5), recording("a2", "M1", 20), recording("b1", "M2", 20),
    recording("c1", "M3", 20, acquisition="unusable"), recording("d1", "M4", 10, condition="broken_bar"),
]  # fmt: skip
MOTORS = [
    motor("M1", 20.0, "act", parts(80.0, 60.0, 40.0, np.nan, 10.0), likely_fault="broken_bar", urgency="soon",
           action="Take the motor out at the first occasion.", competing="a load that swings"),
    motor("M2", 90.0, "good", parts(10.0, 0.0, 5.0, 0.0, 0.0)),
    motor("M3", np.nan, "unknown", parts(*[np.nan] * 5), urgency="", action="Record again.", knowledge_pct=0.0),
    motor("M4", 40.0, "plan", parts(60.0, 60.0, 40.0, 20.0, 10.0), likely_fault="broken_bar", urgency="plan"),
]  # fmt: skip
HEALTH = [
    {"recording_id": row["recording_id"], "motor_id": row["motor_id"], "started_at": row["started_at"], "risk": risk,
     "grade": grade, "governing_part": "diagnosis", "knowledge_pct": 80.0, "state_risk": risk, "state_grade": grade,
     "sentence": "This recording says so."} | parts
    for row, risk, grade, parts in zip(
        RECORDINGS, (20.0, 80.0, 10.0, np.nan, 60.0), ("good", "act", "good", "unknown", "plan"),
        (parts(20.0, 0.0, 0.0, 0.0, 0.0), parts(80.0, 60.0, 40.0, np.nan, 10.0), parts(10.0, 0.0, 5.0, 0.0, 0.0),
         parts(*[np.nan] * 5), parts(60.0, 60.0, 40.0, 20.0, 10.0)), strict=True)
]  # fmt: skip


def make_motor_project(root):
    """A project that was never built: four judged motors, and M5, which is in the register alone."""
    (root / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    (root / "params.yaml").write_text("{}\n", encoding="utf-8")
    interim = root / "data" / "interim"
    (interim / "waveforms").mkdir(parents=True)
    (interim / "dataset.json").write_text(json.dumps({"name": "plant", "columns": []}), encoding="utf-8")
    plates = ({"motor_id": f"M{k}", "name": f"Pump {k}", "line_hz": 50.0, "pole_pairs": 2, "rated_current_a": 10.0,
               "status": "in service", "type": "cage" if k < 3 else "slip ring"} for k in range(1, 6))  # fmt: skip
    put(root, "motors", *plates)
    put(root, "recordings", *RECORDINGS)
    put(root, "motor_health", *MOTORS)
    put(root, "health", *HEALTH)
    put(root, "maintenance", {"motor_id": "M4", "start": at(15), "end": at(16), "kind": "repair",
                               "action": "rotor changed", "note": "two bars open"})  # fmt: skip
    put(root, "forecast_risk", {"motor_id": "M1", "quantity": "rms_R", "unit": "A", "limit": 9.0, "last_value": 7.0,
                                 "origin": at(20), "horizon_d": 30, "probability": 0.25, "standing": "may_cross",
                                 "risk_pct": 10.0, "grade": "good", "sentence": "It may exceed 9 A."})  # fmt: skip
    states = [{"recording_id": row["recording_id"], "motor_id": row["motor_id"], "acquisition": row["acquisition"],
               "stretch_begin_s": 0.0, "stretch_end_s": SECONDS, "slip": 0.02, "slip_low": 0.019, "slip_high": 0.021,
               "supply_hz": 50.0, "i2_re": 3.0, "i2_im": 4.0, "i0_over_i1_pct": 0.5, "slip_reason": "both agree"}
              for row in RECORDINGS]  # fmt: skip
    states[3] |= {"acquisition_reasons": "the clock is unreliable", "advice": "Use a better recorder."}
    put(root, "recording_states", *states)
    of = {"recording_id": "a2", "motor_id": "M1"}
    put(root, "diagnoses",
         of | {"fault": "broken_bar", "kind": "fault", "verdict": "supported", "sentence": "Bars are broken.",
               "competing": "a load that swings (cannot decide): look; at it; a clock (not supported): even"},
         of | {"fault": "bearing_ball", "kind": "fault", "verdict": "cannot_decide", "sentence": "Cannot tell.",
               "reasons": "too short <b>"})  # fmt: skip
    line = {"fault": "eccentricity", "line": "f-fr", "at_hz": LINE_HZ, "height": -34.0, "floor": -80.0,
            "prominence_db": 46.0, "is_resolved": True, "is_present": True}  # fmt: skip
    put(root, "evidence", of | line | {"height_unit": "dBc"})
    put(root, "signatures", of | line | {"low_hz": 25.4, "high_hz": 25.6},
        of | {"fault": "broken_bar", "line": "f(1-2s)", "low_hz": 47.9, "high_hz": 48.1})  # fmt: skip
    write_waveform(interim / "waveforms" / "a2.parquet")
    return root


def write_waveform(path):
    """Ten ampere at 50 Hz, with a line of two percent of it at 25.5 Hz."""
    t = np.arange(int(FS * SECONDS)) / FS
    waves = {
        phase: (10 * (np.cos(2 * np.pi * 50 * t - k) + LINE_SHARE * np.cos(2 * np.pi * LINE_HZ * t - k))).astype(
            np.float32
        )
        for phase, k in zip("RST", (0, 2 * np.pi / 3, 4 * np.pi / 3), strict=True)
    }
    with WaveformWriter(path, "RST") as writer:
        writer.append(waves)
