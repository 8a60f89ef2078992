"""Reading a plant's CSV against the bare minimum that any program must do with it.

The file holds 60 s at 25.6 kHz, three phases. Ours is its ingest: read, SHA-256, one-pass checks, write. The floor
only parses to float32 and writes Parquet with the same codec and threads. Memory is that of the whole load.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from bench.rows import Row, alternate, peak_mb

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.ingest import ingest_recording
from diagmod.io.loading import load_dataset
from diagmod.io.plant_files import CURRENT_COLUMNS, csv_bytes
from diagmod.io.store import Store
from diagmod.io.waveforms import WAVEFORM_WRITING
from diagmod.sim.signal import SignalSpec, synthesise

#: Sampling rate (Hz) and length (s) of the file: 1 536 000 rows, about 37 MB.
FS_HZ, DURATION_S = 25_600.0, 60.0

RULES = ruleset_from(default_rules())

_DATASET = 'name: bench\nunit: A\ntimes: "none"\ncolumns: [current_R, current_S, current_T]\n'
_MOTORS = "motors:\n  - {motor_id: M1, line_hz: 50.0, pole_pairs: 2}\n"


def load_csv_ratio(workshop: Path) -> Row:
    """Seconds to ingest the file, against the floor."""
    folder = make_dataset(workshop, repeats=1)
    file = folder / "recordings" / "r.csv"
    target = workshop / "ours.parquet"
    ours, floor = alternate(
        lambda: ingest_recording(file, target), lambda: bare_copy(file, workshop / "bare.parquet"), 11
    )
    return Row("load_csv_ratio", ours, "s", floor, ours / floor, 1.5)


def load_peak_mb(workshop: Path) -> Row:
    """Peak memory (MB) of a process that loads a file ten times as long."""
    make_dataset(workshop, repeats=10)
    command = [sys.executable, str(Path(__file__)), str(workshop)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    peak = float(done.stdout)
    return Row("load_peak_mb", peak, "MB", None, peak, 600.0)


def make_dataset(workshop: Path, repeats: int) -> Path:
    """A data set with one file, the signal ``repeats`` times over."""
    folder = workshop / f"dataset_{repeats}"
    if folder.is_dir():
        return folder
    (folder / "recordings").mkdir(parents=True)
    spec = SignalSpec(line_hz=50.0, amplitude_a=10.0, noise_dbc=-55.0)
    content = csv_bytes(synthesise(spec, FS_HZ, round(FS_HZ * DURATION_S), np.random.default_rng(1)))
    header, _, body = content.partition(b"\n")
    with (folder / "recordings" / "r.csv").open("wb") as stream:
        stream.write(header + b"\n")
        for _ in range(repeats):
            stream.write(body)
    (folder / "dataset.yaml").write_text(_DATASET)
    (folder / "motors.yaml").write_text(_MOTORS)
    (folder / "recordings.csv").write_text(f"file,motor_id,fs_hz\nrecordings/r.csv,M1,{FS_HZ:g}\n")
    return folder


def load_all(workshop: Path, folder: Path) -> None:
    """What the ``load`` stage does with the data set, from nothing."""
    for name in ("store", "waveforms"):
        shutil.rmtree(workshop / name, ignore_errors=True)
    loaded = load_dataset(folder, workshop / "waveforms", Store(workshop / "store", "bench"), RULES, 1)
    if len(loaded.recordings) != 1:
        raise RuntimeError(f"the file was not loaded: {loaded.report['reason'].tolist()}")


def bare_copy(file: Path, target: Path) -> None:
    """Parse to float32, write Parquet: same codec and encoding, same threads, nothing else."""
    types = dict.fromkeys(CURRENT_COLUMNS, pa.float32())
    table = pacsv.read_csv(file, convert_options=pacsv.ConvertOptions(column_types=types))
    pq.write_table(table, target, **WAVEFORM_WRITING)


if __name__ == "__main__":
    load_all(Path(sys.argv[1]), Path(sys.argv[1]) / "dataset_10")
    sys.stdout.write(str(peak_mb()))
