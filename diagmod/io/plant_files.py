"""Writing a fleet the way a plant hands it over: CSV files, a manifest, a register, a trend log.

Numbers carry four significant decimals of an ampere, as a 16-bit logger prints them, so the files
are the same on machines whose last floating-point digit differs.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
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
from diagmod.io.plant_trends import write_service
from diagmod.sim.experiment import Truth
from diagmod.sim.fleet import DAMAGES, FleetPlan, RecordingPlan
from diagmod.sim.fleet_recordings import simulate_recording

#: Header of the plant's current files.
CURRENT_COLUMNS = ("current_R", "current_S", "current_T")

#: Decimals of an ampere in the files.
DECIMALS = 4

_TITLES = {"demo": "Demonstration fleet", "study": "Study fleet"}

#: Name in the manifest of a motor that the register does not have.
UNKNOWN_MOTOR = "M00"


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
    truths = run_all(partial(_write_recording, plan, folder), plan.recordings, jobs)
    write_service(plan, folder)
    write_yaml(_description(plan), folder / "dataset.yaml")
    write_yaml({"motors": [_known(asdict(m.motor)) for m in plan.motors]}, folder / "motors.yaml")
    _manifest(plan).to_csv(folder / "recordings.csv", index=False, lineterminator="\n")
    truth = ground_truth(plan, truths)
    truth.to_csv(folder / "ground_truth.csv", index=False, lineterminator="\n")
    return truth


def ground_truth(plan: FleetPlan, truths: Sequence[Truth]) -> pd.DataFrame:
    """What is true of every file.

    Parameters
    ----------
    plan : FleetPlan
    truths : sequence of Truth
        Of the simulated recordings, in the order of the plan.

    Returns
    -------
    DataFrame
        A row a file: ``file``, ``motor_id``, ``started_at``; ``condition``, ``severity`` (0..1), ``fault_size`` with
        its ``fault_unit`` and the ``fault_phase`` of a short; means over the recording of ``slip`` (1), ``line_hz``
        and ``rotor_hz`` (Hz) and of ``load_share`` (shaft torque over rated); and ``damage``: what was done to the
        file, or the flaw of its acquisition.
    """
    files, motors = plan.recordings, [plan.motors[r.motor_index] for r in plan.recordings]
    ailments = [m.ailment for m in motors]
    return pd.DataFrame(
        {
            "file": [f"recordings/{r.file}" for r in files],
            "motor_id": [m.motor.motor_id for m in motors],
            "started_at": [f"{r.started_at:%Y-%m-%dT%H:%M:%SZ}" for r in files],
            "condition": [r.condition for r in files],
            "severity": [r.severity for r in files],
            "fault_size": [round(a.size_at(r.severity), 6) for a, r in zip(ailments, files, strict=True)],
            "fault_unit": [a.unit if r.severity else "" for a, r in zip(ailments, files, strict=True)],
            "fault_phase": [a.phase if r.severity else "" for a, r in zip(ailments, files, strict=True)],
            "slip": [round(t.slip, 7) for t in truths],
            "line_hz": [round(t.line_hz, 6) for t in truths],
            "rotor_hz": [round(t.rotor_hz, 6) for t in truths],
            "load_share": [round(t.load_share, 5) for t in truths],
            "damage": [r.damage for r in files],
        }
    )


def motor_table(plan: FleetPlan) -> pd.DataFrame:
    """A row a motor: nameplate, fate, day of onset, and size of the fault when fully developed."""
    ill = [m.condition != "healthy" for m in plan.motors]
    return pd.DataFrame(
        {
            "motor_id": [m.motor.motor_id for m in plan.motors],
            "name": [m.motor.name for m in plan.motors],
            "rated_power_kw": [m.motor.rated_power_kw for m in plan.motors],
            "rated_current_a": [m.motor.rated_current_a for m in plan.motors],
            "rated_rpm": [m.motor.rated_rpm for m in plan.motors],
            "line_hz": [m.motor.line_hz for m in plan.motors],
            "rotor_bars": [m.motor.rotor_bars for m in plan.motors],
            "bearing": [m.motor.bearing for m in plan.motors],
            "condition": [m.condition.replace("_", " ") for m in plan.motors],
            "onset": [m.onset_h // 24 if is_ill else None for m, is_ill in zip(plan.motors, ill, strict=True)],
            "full_size": [m.ailment.size_at(1.0) if i else None for m, i in zip(plan.motors, ill, strict=True)],
            "of_what": [m.ailment.unit for m in plan.motors],
        }
    ).convert_dtypes()


def fleet_in_words(truth: pd.DataFrame) -> str:
    """What was written, in one sentence."""
    faulty = truth[truth["condition"] != "healthy"]
    harmed = truth["damage"].isin(list(DAMAGES))
    damaged, flawed = (
        sorted(truth.loc[chosen & (truth["damage"] != ""), "damage"].str.replace("_", " "))
        for chosen in (harmed, ~harmed)
    )
    conditions = ", ".join(sorted(faulty["condition"].str.replace("_", " ").unique())) or "none"
    return (
        f"We see {len(truth)} files of {truth['motor_id'].nunique()} motors: {len(faulty)} were recorded after the "
        f"onset of a fault ({conditions}), {len(damaged)} are damaged on purpose ({', '.join(damaged) or 'none'}), "
        f"{len(flawed)} are badly acquired ({', '.join(flawed) or 'none'})."
    )


def stage_in_words(plan: FleetPlan, recording: RecordingPlan, truth: Truth) -> str:
    """What is true of one recording, and where the sidebands 2 s f of its rotor lie, in one sentence."""
    ailment = plan.motors[recording.motor_index].ailment
    size = f"{ailment.size_at(recording.severity):.3g} {ailment.unit}" if recording.severity else "none"
    beside_hz = 2 * truth.slip * truth.line_hz
    return (
        f"We see {recording.file}: fault {size}, load {truth.load_share:.2f} of rated, supply {truth.line_hz:.3f} Hz, "
        f"slip {truth.slip:.4f}; the sidebands of the rotor lie at {truth.line_hz - beside_hz:.2f} and "
        f"{truth.line_hz + beside_hz:.2f} Hz."
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


def _write_recording(plan: FleetPlan, folder: Path, recording: RecordingPlan) -> Truth:
    """Simulate one recording, write its file, and give what is true of it."""
    simulated = simulate_recording(plan, recording)
    currents = simulated.currents
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
    return simulated.truth


def _manifest(plan: FleetPlan) -> pd.DataFrame:
    rows = [r for r in plan.recordings if r.damage != "unlisted"]
    ids = [plan.motors[r.motor_index].motor.motor_id for r in rows]
    return pd.DataFrame(
        {
            "file": [f"recordings/{r.file}" for r in rows],
            "motor_id": [
                UNKNOWN_MOTOR if r.damage == "unknown_motor" else motor for r, motor in zip(rows, ids, strict=True)
            ],
            "started_at": [f"{r.started_at:%Y-%m-%dT%H:%M:%SZ}" for r in rows],
            "fs_hz": plan.size.fs_hz,
            "duration_s": plan.size.duration_s,
            "load_pct": [r.load_pct for r in rows],
            "condition": [r.condition for r in rows],
            "severity": [r.severity for r in rows],
        }
    )


def _description(plan: FleetPlan) -> dict[str, object]:
    return {
        "name": "demo",
        "title": f"{_TITLES[plan.name]} of {len(plan.motors)} simulated motors",
        "unit": "A",
        "times": "known",
        "split_group": "motor",
        "derived_state": "none",
        "columns": list(CURRENT_COLUMNS),
        "licence": "MIT",
        "citation": "Made by diagmod's simulator of induction machines; ground truth in ground_truth.csv.",
    }


def _known(entry: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in entry.items() if value is not None}
