"""Writing a fleet the way a plant hands it over: CSV files, a manifest, a register, a trend log.

Numbers carry four significant decimals of an ampere, as a 16-bit logger prints them, so the files
are the same on machines whose last floating-point digit differs.
"""

from __future__ import annotations

import io
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from diagmod.io.executor import run_all
from diagmod.io.plain_text import write_yaml
from diagmod.sim.faults import FAULTS, level_of_severity
from diagmod.sim.fleet import FleetPlan, RecordingPlan, currents_of, trend_of

#: Header of the plant's current files.
CURRENT_COLUMNS = ("current_R", "current_S", "current_T")

#: Decimals of an ampere in the files.
DECIMALS = 4


def write_fleet(plan: FleetPlan, folder: Path, jobs: int) -> pd.DataFrame:
    """Write every file of a planned fleet.

    Parameters
    ----------
    plan : FleetPlan
    folder : Path
        Folder of the data set; made if absent.
    jobs : int
        Processes, see :func:`diagmod.io.executor.run_all`.

    Returns
    -------
    DataFrame
        The ground truth, a row a file, as written to ``ground_truth.csv``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for motor in plan.motors:
        (folder / "recordings" / motor.motor.motor_id).mkdir(parents=True, exist_ok=True)
    run_all(partial(_write_recording, plan, folder), plan.recordings, jobs)
    (folder / "trend").mkdir(exist_ok=True)
    run_all(partial(_write_trend, plan, folder), range(len(plan.motors)), 1)
    write_yaml(_description(plan), folder / "dataset.yaml")
    write_yaml({"motors": [_known(asdict(m.motor)) for m in plan.motors]}, folder / "motors.yaml")
    _manifest(plan).to_csv(folder / "recordings.csv", index=False, lineterminator="\n")
    truth = ground_truth(plan)
    truth.to_csv(folder / "ground_truth.csv", index=False, lineterminator="\n")
    return truth


def ground_truth(plan: FleetPlan) -> pd.DataFrame:
    """What is true of every file: condition, severity, level of the fault and damage done to the file."""
    return pd.DataFrame(
        {
            "file": [f"recordings/{r.file}" for r in plan.recordings],
            "motor_id": [plan.motors[r.motor_index].motor.motor_id for r in plan.recordings],
            "started_at": [f"{r.started_at:%Y-%m-%dT%H:%M:%SZ}" for r in plan.recordings],
            "condition": [r.condition for r in plan.recordings],
            "severity": [r.severity for r in plan.recordings],
            "level_dbc": [r.level_dbc for r in plan.recordings],
            "damage": [r.damage for r in plan.recordings],
        }
    )


def motor_table(plan: FleetPlan) -> pd.DataFrame:
    """A row a motor: nameplate, fate, day of onset, and level of the fault when fully developed."""
    return pd.DataFrame(
        {
            "motor_id": [m.motor.motor_id for m in plan.motors],
            "name": [m.motor.name for m in plan.motors],
            "rated_power_kw": [m.motor.rated_power_kw for m in plan.motors],
            "rated_current_a": [m.motor.rated_current_a for m in plan.motors],
            "rated_rpm": [m.motor.rated_rpm for m in plan.motors],
            "pole_pairs": [m.motor.pole_pairs for m in plan.motors],
            "rotor_bars": [m.motor.rotor_bars for m in plan.motors],
            "condition": [m.condition.replace("_", " ") for m in plan.motors],
            "onset": [None if m.condition == "healthy" else m.onset_h // 24 for m in plan.motors],
            "full_level": [level_of_severity(m.condition, 1.0) if m.condition in FAULTS else None for m in plan.motors],
        }
    ).convert_dtypes()


def fleet_in_words(truth: pd.DataFrame) -> str:
    """What was written, in one sentence."""
    faulty = truth[truth["condition"] != "healthy"]
    damaged = truth.loc[truth["damage"] != "", "damage"].str.replace("_", " ")
    conditions = ", ".join(sorted(faulty["condition"].str.replace("_", " ").unique())) or "none"
    return (
        f"We see {len(truth)} files of {truth['motor_id'].nunique()} motors: {len(faulty)} were recorded after the "
        f"onset of a fault ({conditions}), {len(damaged)} are damaged on purpose "
        f"({', '.join(sorted(damaged)) or 'none'})."
    )


def csv_bytes(currents: NDArray[np.floating], columns: tuple[str, ...] = CURRENT_COLUMNS) -> bytes:
    """A current file as bytes: header and one line a sample; a NaN is an empty cell.

    Parameters
    ----------
    currents : ndarray, shape (n_columns, n_samples)
        In ampere.
    columns : tuple of str
        Header.
    """
    arrays = [pa.array(np.round(row, DECIMALS), from_pandas=True) for row in np.asarray(currents, dtype=np.float64)]
    stream = io.BytesIO()
    options = pacsv.WriteOptions(include_header=False)
    stream.write((",".join(columns) + "\n").encode())
    pacsv.write_csv(pa.table(arrays, names=list(columns)), stream, options)
    return stream.getvalue()


def quote_lines(content: bytes) -> bytes:
    """The same file in the dialect where every line is one quoted column."""
    return b'"' + content.rstrip(b"\n").replace(b"\n", b'"\n"') + b'"\n'


def _write_recording(plan: FleetPlan, folder: Path, recording: RecordingPlan) -> None:
    currents = currents_of(plan, recording)
    columns: tuple[str, ...] = CURRENT_COLUMNS
    if recording.damage == "gap":
        n = currents.shape[1]
        currents[1, n // 5 : n // 5 + n // 100] = np.nan
        currents[:, n // 2] = np.nan
    if recording.damage == "missing_phase":
        currents, columns = currents[:2], columns[:2]
    if recording.damage == "wrong_header":
        columns = ("Ia", "Ib", "Ic")
    content = csv_bytes(currents, columns)
    if recording.dialect == "quoted-line":
        content = quote_lines(content)
    if recording.damage == "truncated":
        # Cut inside a line, after its first field: what a full disk leaves behind.
        middle = content.index(b"\n", len(content) * 2 // 5)
        content = content[: content.index(b",", middle) + 1]
    (folder / "recordings" / recording.file).write_bytes(content)


def _write_trend(plan: FleetPlan, folder: Path, motor_index: int) -> None:
    hours, rms = trend_of(plan, motor_index)
    frame = pd.DataFrame(np.round(rms, DECIMALS), columns=["rms_R", "rms_S", "rms_T"])
    times = pd.Timestamp(plan.start) + pd.to_timedelta(hours, unit="h")
    frame.insert(0, "hour", times.strftime("%Y-%m-%dT%H:%M:%SZ"))
    motor_id = plan.motors[motor_index].motor.motor_id
    frame.to_csv(folder / "trend" / f"{motor_id}.csv", index=False, lineterminator="\n")


def _manifest(plan: FleetPlan) -> pd.DataFrame:
    rows = [r for r in plan.recordings if r.damage != "unlisted"]
    ids = [plan.motors[r.motor_index].motor.motor_id for r in rows]
    return pd.DataFrame(
        {
            "file": [f"recordings/{r.file}" for r in rows],
            "motor_id": ["M99" if r.damage == "unknown_motor" else motor for r, motor in zip(rows, ids, strict=True)],
            "started_at": [f"{r.started_at:%Y-%m-%dT%H:%M:%SZ}" for r in rows],
            "fs_hz": plan.fs_hz,
            "duration_s": plan.duration_s,
            "load_pct": [r.load_pct for r in rows],
            "condition": [r.condition for r in rows],
            "severity": [r.severity for r in rows],
        }
    )


def _description(plan: FleetPlan) -> dict[str, object]:
    return {
        "name": "demo",
        "title": f"Demonstration fleet of {len(plan.motors)} simulated motors",
        "unit": "A",
        "times": "known",
        "split_group": "motor",
        "derived_state": "none",
        "columns": list(CURRENT_COLUMNS),
        "licence": "MIT",
        "citation": "Made by diagmod's signal-level simulator; ground truth in ground_truth.csv.",
    }


def _known(entry: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if value is not None}
