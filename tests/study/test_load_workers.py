"""Alone, in processes or on a Dask cluster, a load gives the same bytes; a worker that is lost costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import load_kills
import psutil
import pytest
from study_table import StudyTable

pytest.importorskip("distributed", reason="Dask is not installed (pip install 'diagmod[cluster]')")
pytestmark = [pytest.mark.study, pytest.mark.timeout(560)]

TABLE = StudyTable("load_workers", ("seconds", "same_bytes", "files", "workers_killed"))

#: Files of every kind, some damaged.
FILES = 200


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data set and the bytes of a load without workers."""
    root = tmp_path_factory.mktemp("workers")
    load_kills.make_plant(root, FILES, seed=9)
    seconds = load_kills.finish(root, 1)
    expected = load_kills.results(root / "interim")
    assert len(expected) > FILES // 2
    TABLE.add("alone", seconds=f"{seconds:.1f}", same_bytes=True, files=len(expected), workers_killed=0)
    return root, expected


@contextmanager
def _dask(folder: Path, n_workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of a scheduler, and its workers, which nobody starts again."""
    import json

    about = folder / "scheduler.json"
    path = os.pathsep.join([str(load_kills.TESTS.parent), str(load_kills.TESTS)])

    def begin(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"],
            env={**os.environ, "PYTHONPATH": path}, cwd=load_kills.TESTS.parent, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    begun = [begin("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(about))]
    try:
        deadline = time.monotonic() + 60
        while not about.is_file() or not about.read_text().endswith("}"):
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.05)
        address = json.loads(about.read_text())["address"]
        begun += [begin("dask_worker", address, "--no-nanny", "--nthreads", "1") for _ in range(n_workers)]
        yield address, begun[1:]
    finally:
        for process in begun:
            process.kill()
            process.wait()


def _has_same_bytes(case: str, serial: tuple[Path, dict[str, str]], seconds: float, killed: int = 0) -> None:
    root, expected = serial
    found = load_kills.results(root / "interim")
    assert found == expected
    assert load_kills.leftovers(root) == []
    TABLE.add(case, seconds=f"{seconds:.1f}", same_bytes=True, files=len(found), workers_killed=killed)


def _wait_for_work(root: Path, n_entries: int) -> None:
    """Until so many entries of the store are there."""
    deadline = time.monotonic() + 120
    while len(list((root / ".cache" / "store").glob("[0-9a-f][0-9a-f]/*"))) < n_entries:
        assert time.monotonic() < deadline, "no work was done"
        time.sleep(0.02)


def test_processes_give_the_bytes_of_a_load_alone(serial: tuple[Path, dict[str, str]]) -> None:
    load_kills.forget(serial[0])
    _has_same_bytes("2 processes", serial, load_kills.finish(serial[0], 2))


@pytest.mark.parametrize("n_entries", [10, 60])
def test_killed_worker_process_costs_nothing(serial: tuple[Path, dict[str, str]], n_entries: int) -> None:
    root, began = serial[0], time.monotonic()
    load_kills.forget(root)
    process = load_kills.started(root, 2)
    _wait_for_work(root, n_entries)
    workers = [p for p in psutil.Process(process.pid).children() if "spawn_main" in " ".join(p.cmdline())]
    workers[0].kill()
    assert process.wait(300) == 0
    _has_same_bytes(f"2 processes, one killed after {n_entries} entries", serial, time.monotonic() - began, 1)


def test_dask_gives_the_bytes_of_a_load_alone(serial: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    load_kills.forget(serial[0])
    with _dask(tmp_path, 2) as (address, _):
        _has_same_bytes("Dask, 2 workers", serial, load_kills.finish(serial[0], 2, address))


@pytest.mark.parametrize("n_entries", [10, 60])
def test_killed_dask_worker_costs_nothing(serial: tuple[Path, dict[str, str]], tmp_path: Path, n_entries: int) -> None:
    root, began = serial[0], time.monotonic()
    load_kills.forget(root)
    with _dask(tmp_path, 2) as (address, workers):
        process = load_kills.started(root, 2, address)
        _wait_for_work(root, n_entries)
        workers[0].kill()
        assert process.wait(300) == 0
        _has_same_bytes(f"Dask, one of 2 killed after {n_entries} entries", serial, time.monotonic() - began, 1)
