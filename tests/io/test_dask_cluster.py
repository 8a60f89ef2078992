"""A cluster gives the bytes of this machine, a lost worker costs nothing, and what does not fit is refused."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from executor_work import (
    always_away,
    away_once,
    die_at_three,
    die_once,
    process_of,
    refuse_from_seven,
    square,
    table_bytes,
    table_bytes_slowly,
    threads_of,
)

from diagmod.io import dask_cluster
from diagmod.io.executor import CLUSTER_VARIABLE, run_all
from diagmod.io.stages import StageError

distributed = pytest.importorskip("distributed", reason="Dask is not installed (pip install 'diagmod[cluster]')")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster():
    """Address of a scheduler with two worker processes of one thread."""
    with distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as running:
        yield running.scheduler_address


@pytest.fixture(autouse=True)
def _quick_looks(monkeypatch):
    monkeypatch.setattr(dask_cluster, "_LOOK_S", 0.3)


@contextmanager
def started(*arguments, **environment):
    """A Dask process of its own."""
    package = environment.pop("PYTHONPATH", str(ROOT))
    path = os.pathsep.join([package, str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=package,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler(folder):
    """A scheduler without workers: process and address."""
    about = folder / "scheduler.json"
    arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(about))
    with started("distributed.cli.dask_scheduler", *arguments) as process:
        deadline = time.monotonic() + 60
        while not about.is_file() or not about.read_text().endswith("}"):
            assert time.monotonic() < deadline, "the scheduler did not start"
            time.sleep(0.05)
        yield process, json.loads(about.read_text())["address"]


def worker(address, **environment):
    """A worker without a nanny: when it is gone, nobody starts it again."""
    arguments = ("--no-nanny", "--nthreads", "1", "--no-dashboard")
    return started("distributed.cli.dask_worker", address, *arguments, **environment)


def test_cluster_computes_the_bytes_of_processes_and_of_a_loop(cluster):
    items = list(range(7))
    expected = [table_bytes(x) for x in items]
    assert run_all(table_bytes, items, 2, cluster=cluster) == expected
    assert run_all(table_bytes, items, 2) == expected


def test_results_are_in_order_and_reported_as_they_come(cluster):
    done = {}
    results = run_all(square, range(40), 0, cluster=cluster, on_done=done.__setitem__)
    assert results == [x * x for x in range(40)]
    assert done == dict(enumerate(results))


def test_environment_names_the_cluster_and_one_job_or_an_empty_address_does_not_need_it(cluster, monkeypatch):
    with distributed.Client(cluster, set_as_default=False) as client:
        workers = set(client.run(os.getpid).values())
    monkeypatch.setenv(CLUSTER_VARIABLE, cluster)
    assert set(run_all(process_of, range(8), 2)) == workers
    assert set(run_all(process_of, range(8), 1)) == {os.getpid()}
    assert not set(run_all(process_of, range(8), 2, cluster="")) & {*workers, os.getpid()}


def test_workers_use_one_thread(cluster):
    assert set(run_all(threads_of, range(4), 2, cluster=cluster)) == {"1"}


def test_of_several_errors_that_of_the_first_item_is_raised(cluster):
    with pytest.raises(KeyError, match="7 is not liked"):
        run_all(refuse_from_seven, range(10), 2, cluster=cluster)


def test_drive_that_was_away_for_a_moment_costs_another_attempt(cluster, tmp_path):
    assert run_all(away_once, [(str(tmp_path), x) for x in range(3)], 2, cluster=cluster) == [0, 1, 4]
    with pytest.raises(OSError, match="timed out for 1"):
        run_all(always_away, [1, 2], 2, cluster=cluster, retries=0)


def test_killed_workers_cost_nothing(cluster, tmp_path):
    done = {}
    items = [(str(tmp_path), x) for x in range(1, 16)]
    results = run_all(die_once, items, 2, cluster=cluster, on_done=done.__setitem__)
    assert results == [x * x for x in range(1, 16)]
    assert done == dict(enumerate(results))


def test_item_that_ends_every_worker_is_named(cluster):
    with pytest.raises(StageError, match=r"item 2 \(3\) ended every Dask worker it was given to"):
        run_all(die_at_three, [0, 3], 2, cluster=cluster)


def test_worker_that_is_lost_for_good_costs_nothing(tmp_path):
    done = []

    def lose_one(index, _):
        done.append(index)
        if len(done) == 5:
            first.kill()

    with scheduler(tmp_path) as (_, address), worker(address) as first, worker(address):
        results = run_all(table_bytes_slowly, range(12), 2, cluster=address, on_done=lose_one)
        assert first.wait(10) == -signal.SIGKILL
    assert results == [table_bytes(x) for x in range(12)]
    assert sorted(done) == list(range(12))


def test_lost_scheduler_ends_the_work_in_one_sentence(tmp_path):
    with (
        scheduler(tmp_path) as (process, address),
        worker(address),
        pytest.raises(StageError, match=f"scheduler at {address} was lost; start it and run again"),
    ):
        run_all(square, range(4000), 2, cluster=address, on_done=lambda index, _: index == 3 and process.kill())


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "foo://host:1", "tcp://no.such.host.invalid:1"])
def test_wrong_address_is_refused(address, monkeypatch):
    monkeypatch.setattr(dask_cluster, "CONNECT_S", 0.3)
    with pytest.raises(StageError, match=f"no Dask scheduler answers at '{address}'.*start one by `dask scheduler`"):
        run_all(square, range(3), 2, cluster=address)


def test_scheduler_without_workers_is_not_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WORKER_S", 0.5)
    with scheduler(tmp_path) as (_, address), pytest.raises(StageError, match=r"has no worker; start one by `dask wo"):
        run_all(square, range(3), 2, cluster=address)


def test_cluster_that_lost_all_workers_is_not_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "WORKER_S", 1.0)
    with (
        scheduler(tmp_path) as (_, address),
        worker(address) as only,
        pytest.raises(StageError, match=r"has had no worker for 1 s; start one by"),
    ):
        run_all(square, range(4000), 2, cluster=address, on_done=lambda index, _: index == 3 and only.kill())


def test_worker_with_other_code_is_refused(tmp_path):
    shutil.copytree(ROOT / "diagmod", tmp_path / "diagmod", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "diagmod" / "io" / "hashes.py").open("a") as stream:
        stream.write("# changed\n")
    with (
        scheduler(tmp_path) as (_, address),
        worker(address, PYTHONPATH=str(tmp_path)),
        pytest.raises(StageError, match=r"runs diagmod \w+, this process \w+; results could differ"),
    ):
        run_all(square, range(3), 2, cluster=address)


def test_worker_that_does_not_see_the_project_is_refused(cluster, tmp_path, monkeypatch):
    elsewhere = tmp_path / "project" / ".cache" / "cluster" / "mark"

    @contextmanager
    def unseen():
        yield elsewhere

    monkeypatch.setattr(dask_cluster, "_mark", unseen)
    with pytest.raises(StageError, match=f"does not see the folder of this project, {tmp_path}/project; share it"):
        run_all(square, range(3), 2, cluster=cluster)


def test_workers_see_a_mark_in_the_project_that_is_gone_afterwards(cluster, tmp_path, monkeypatch):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    monkeypatch.chdir(tmp_path)
    assert run_all(square, range(3), 2, cluster=cluster) == [0, 1, 4]
    assert list((tmp_path / ".cache" / "cluster").iterdir()) == []


def test_missing_dask_is_said_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StageError, match=r"pip install 'diagmod\[cluster\]'"):
        run_all(square, range(3), 2, cluster="tcp://127.0.0.1:9")
