"""Loading at full size: a motor's 38 files, one more recording for 400, a file of a hundred million rows.

The floor of the 38 files reads them with bare pyarrow and writes Parquet with the same codec, in the same number of
worker processes. Ours is the ingest: read, SHA-256, one-pass checks, write. The audit is measured apart.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from bench.load import DURATION_S, FS_HZ, RULES, bare_copy
from bench.rows import Row, alternate, peak_mb

from diagmod.io.executor import run_all
from diagmod.io.file_hashes import HashBook
from diagmod.io.ingest import ingest_recording
from diagmod.io.loading import load_dataset
from diagmod.io.plant_files import csv_bytes
from diagmod.io.store import Store
from diagmod.sim.signal import SignalSpec, synthesise

#: Recordings of one motor in the reference data.
N_FILES = 38

#: Recordings of a data set that gets one more, and the length of each in s.
N_RECORDINGS, SHORT_S = 400, 10.0

#: Rows of the longest file.
MANY_ROWS = 100_000_000

#: Worker processes.
WORKERS = 2

_MOTORS = "motors:\n  - {motor_id: M1, line_hz: 50.0, pole_pairs: 2}\n"


def load_38_ratio(workshop: Path) -> Row:
    """Seconds to ingest 38 files of 1 536 000 rows by two workers, against the floor."""
    folder = _folder(workshop, "motor", N_FILES, DURATION_S)
    files = sorted((folder / "recordings").glob("*.csv"))
    ours, floor = alternate(
        lambda: run_all(partial(_ingest, workshop), files, WORKERS),
        lambda: run_all(partial(_bare, workshop), files, WORKERS),
        3,
    )
    return Row("load_38_ratio", ours, "s", floor, ours / floor, 1.5)


def load_worker_mb(workshop: Path) -> Row:
    """Peak memory (MB) of the largest worker that loads and audits those files."""
    folder = _folder(workshop, "motor", N_FILES, DURATION_S)
    peak_mb = _measured("workers", workshop, folder)
    return Row("load_worker_mb", peak_mb, "MB", None, peak_mb, 400.0)


def load_100m_mb(workshop: Path) -> Row:
    """Peak memory (MB) of a process that loads and audits a file of a hundred million rows."""
    folder = _folder(workshop, "long", 1, DURATION_S, repeats=round(MANY_ROWS / (FS_HZ * DURATION_S)) + 1)
    peak_mb = _measured("alone", workshop, folder)
    shutil.rmtree(folder)
    return Row("load_100m_mb", peak_mb, "MB", None, peak_mb, 600.0)


def increment_fraction(workshop: Path) -> Row:
    """Seconds to load a data set of 400 again after one more recording came, against loading it from nothing."""
    folder = _folder(workshop, "fleet", N_RECORDINGS, SHORT_S)
    for name in ("increment_store", "increment_waveforms", ".cache"):
        shutil.rmtree(workshop / name, ignore_errors=True)
    time.sleep(2.5)  # the hash book trusts files at rest
    whole = _seconds(lambda: _load(workshop, folder))
    _write(folder / "recordings" / "new.csv", N_RECORDINGS, SHORT_S)
    _describe(folder)
    one_more = _seconds(lambda: _load(workshop, folder))
    return Row("increment_fraction", one_more, "s", whole, one_more / whole, 0.03)


def _load(workshop: Path, folder: Path) -> None:
    with HashBook.open(workshop) as book:
        loaded = load_dataset(
            folder, workshop / "increment_waveforms", Store(workshop / "increment_store", "bench"), RULES, WORKERS,
            book=book,
        )  # fmt: skip
    if len(loaded.recordings) < N_RECORDINGS:
        raise RuntimeError(f"files were not loaded: {loaded.quarantine['reason'].tolist()[:3]}")


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _ingest(workshop: Path, file: Path) -> str:
    return ingest_recording(file, workshop / f"{file.stem}.ours.parquet").sha256


def _bare(workshop: Path, file: Path) -> None:
    bare_copy(file, workshop / f"{file.stem}.bare.parquet")


def _folder(workshop: Path, name: str, n_files: int, duration_s: float, repeats: int = 1) -> Path:
    """A data set of equally long files, no two the same."""
    folder = workshop / name
    if not folder.is_dir():
        (folder / "recordings").mkdir(parents=True)
        for k in range(n_files):
            _write(folder / "recordings" / f"{k:03d}.csv", k, duration_s, repeats)
        (folder / "dataset.yaml").write_text('name: bench\nunit: A\ntimes: "none"\n')
        (folder / "motors.yaml").write_text(_MOTORS)
    _describe(folder)
    return folder


def _describe(folder: Path) -> None:
    names = sorted(path.name for path in (folder / "recordings").glob("*.csv"))
    rows = "".join(f"recordings/{name},M1,{FS_HZ:g}\n" for name in names)
    (folder / "recordings.csv").write_text(f"file,motor_id,fs_hz\n{rows}")


def _write(path: Path, k: int, duration_s: float, repeats: int = 1) -> None:
    """The same signal, begun at another of its rows in every file."""
    header, _, body = _content(duration_s).partition(b"\n")
    at = body.index(b"\n", 97 * k) + 1
    with path.open("wb") as stream:
        stream.write(header + b"\n")
        for _ in range(repeats):
            stream.write(body[at:] + body[:at])


_MADE: dict[float, bytes] = {}


def _content(duration_s: float) -> bytes:
    if duration_s not in _MADE:
        spec = SignalSpec(line_hz=50.0, amplitude_a=10.0, noise_dbc=-55.0)
        _MADE[duration_s] = csv_bytes(synthesise(spec, FS_HZ, round(FS_HZ * duration_s), np.random.default_rng(1)))
    return _MADE[duration_s]


def _measured(how: str, workshop: Path, folder: Path) -> float:
    """What a process of its own measures of itself or its workers, MB."""
    command = [sys.executable, str(Path(__file__)), how, str(workshop), str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


def _main(how: str, workshop: Path, folder: Path) -> None:
    jobs = WORKERS if how == "workers" else 1
    for name in ("memory_store", "memory_waveforms"):
        shutil.rmtree(workshop / name, ignore_errors=True)
    store = Store(workshop / "memory_store", "bench")
    loaded = load_dataset(folder, workshop / "memory_waveforms", store, RULES, jobs)
    if len(loaded.quarantine):
        raise RuntimeError(f"files were not loaded: {loaded.quarantine['reason'].tolist()[:3]}")
    shutil.rmtree(workshop / "memory_store")
    shutil.rmtree(workshop / "memory_waveforms")
    # Of workers only the kernel's own account is left; it is at least what this process held when it started them.
    of_workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(str(of_workers if how == "workers" else peak_mb()))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
