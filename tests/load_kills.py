"""A load of a small mixed data set in a process of its own, to be killed at any moment, and what must be true then.

``python load_kills.py FOLDER JOBS [CLUSTER]`` loads ``FOLDER/plant`` into ``FOLDER/interim`` as the notebook does, with
the store and the hash book of a project.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from load_fuzz import LENIENT, Part
from tiny_project import Project

from diagmod.io.executor import CLUSTER_VARIABLE
from diagmod.io.file_hashes import HashBook
from diagmod.io.interim import write_interim
from diagmod.io.loading import load_dataset
from diagmod.io.store import Store

TESTS = Path(__file__).parent

#: Names of what a process leaves that had no time to clean up.
TEMPORARY = ("*.part", "*.lock", "*.tmp", "*.sqlite-journal", "*.sqlite-wal")


def make_plant(root: Path, n_files: int, seed: int) -> None:
    """Files of all kinds, some damaged, all at rest for an hour."""
    folder = root / "plant"
    folder.mkdir(parents=True)
    Part(folder, random.Random(seed)).fill(n_files)
    for path in folder.rglob("*"):
        when = time.time_ns() - 3_600_000_000_000
        os.utime(path, ns=(when, when))


def load(root: Path, jobs: int) -> None:
    """Load and write everything, as the notebook does."""
    (root / ".cache" / "store").mkdir(parents=True, exist_ok=True)
    for name in ("diagmod/core", "diagmod/io"):  # what the version of a store is told from
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "x.py").touch()
    out, store = root / "interim", Store.open(root)
    with HashBook.open(root) as book:
        loaded = load_dataset(root / "plant", out / "waveforms", store, LENIENT, jobs, book=book)
    write_interim(loaded, out, {})


def started(root: Path, jobs: int, cluster: str = "") -> subprocess.Popen[bytes]:
    """A process that loads, leader of a group of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
        CLUSTER_VARIABLE: cluster,
    }
    return subprocess.Popen(
        [sys.executable, str(TESTS / "load_kills.py"), str(root), str(jobs)], env=environment, start_new_session=True,
    )  # fmt: skip


def started_stage(project: Project) -> subprocess.Popen[bytes]:
    """The stage ``load`` of a project, leader of a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "diagmod.run", "load"], cwd=project.root, env=project.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def finish(root: Path, jobs: int, cluster: str = "") -> float:
    """Load in a process to its end; gives the seconds."""
    began = time.monotonic()
    assert started(root, jobs, cluster).wait(timeout=300) == 0, "the load failed"
    return time.monotonic() - began


def kill(process: subprocess.Popen[bytes], seconds: float, *, whole_group: bool) -> bool:
    """Kill a process after some time and wait for its workers; False where it had ended before."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    else:
        return False
    family = psutil.Process(process.pid).children(recursive=True)
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, f"still running: {alive}"
    return True


def results(out: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder."""
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def leftovers(root: Path) -> list[str]:
    """Drafts and other temporary files below a folder, but for the data set itself."""
    drafts = root / ".cache" / "store" / "drafts"
    found = [*drafts.rglob("*")] if drafts.is_dir() else []
    found += [path for name in TEMPORARY for path in root.rglob(name)]
    return sorted({path.relative_to(root).as_posix() for path in found if "plant" not in path.parts})


def forget(root: Path) -> None:
    """Back to the data set alone."""
    for name in ("interim", ".cache"):
        shutil.rmtree(root / name, ignore_errors=True)


if __name__ == "__main__":
    load(Path(sys.argv[1]), int(sys.argv[2]))
