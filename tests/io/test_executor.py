"""Work keeps its order, its errors and its parent, and a lost worker costs nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from executor_work import (
    always_away,
    away_once,
    die_at_three,
    die_once,
    local_result,
    process_of,
    refuse_from_seven,
    refuse_seven,
    square,
    table_bytes,
    threads_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.io import work_attempts
from diagmod.io.executor import run_all
from diagmod.io.stages import StageError


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_results_are_in_the_order_of_the_items(jobs):
    assert run_all(square, range(40), jobs) == [x * x for x in range(40)]


@settings(max_examples=12, deadline=None)
@given(items=st.lists(st.integers(-9, 9), max_size=30), jobs=st.integers(0, 3), retries=st.integers(0, 2))
def test_any_number_of_jobs_gives_what_a_loop_gives(items, jobs, retries):
    done = {}
    results = run_all(square, items, jobs, retries=retries, on_done=done.__setitem__)
    assert results == [square(x) for x in items]
    assert done == dict(enumerate(results))


def test_processes_compute_the_bytes_that_are_computed_here():
    assert run_all(table_bytes, range(6), 2) == [table_bytes(x) for x in range(6)]


def test_one_job_computes_in_this_process():
    assert set(run_all(process_of, range(3), 1)) == {os.getpid()}


def test_two_jobs_compute_in_other_processes():
    pids = run_all(process_of, range(8), 2)
    assert os.getpid() not in pids
    assert len(set(pids)) == 2


def test_workers_use_one_thread_whatever_is_set_here(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert run_all(threads_of, range(2), 2) == ["1", "1"]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "8"
    assert "OMP_NUM_THREADS" not in os.environ


def test_no_items_give_no_results():
    assert run_all(square, [], 2) == []


@pytest.mark.parametrize(("jobs", "retries", "name"), [(-1, 0, r"jobs must be 0 \(one per core\)"), (1, -1, "retries")])
def test_negative_numbers_are_refused(jobs, retries, name):
    with pytest.raises(ValueError, match=f"{name}.* or more, got -1"):
        run_all(square, [1], jobs, retries=retries)


@pytest.mark.parametrize("jobs", [1, 2])
def test_error_of_an_item_reaches_the_caller_as_it_is(jobs):
    with pytest.raises(KeyError, match="seven is not liked"):
        run_all(refuse_seven, range(10), jobs)


@pytest.mark.parametrize("jobs", [1, 3])
def test_of_several_errors_that_of_the_first_item_is_raised(jobs):
    """Item 7 fails 0.3 s after 8 and 9 did."""
    with pytest.raises(KeyError, match="7 is not liked"):
        run_all(refuse_from_seven, range(10), jobs)


def test_error_ends_the_work_at_once():
    begun, done = time.monotonic(), []
    with pytest.raises(KeyError):
        run_all(refuse_from_seven, [0, 1, 9, *range(1000)], 2, on_done=lambda *item: done.append(item))
    assert len(done) < 10
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("jobs", [1, 2])
def test_drive_that_was_away_for_a_moment_costs_another_attempt(jobs, tmp_path, monkeypatch):
    monkeypatch.setattr(work_attempts, "PAUSE_S", 0.001)
    items = [(str(tmp_path), x) for x in range(3)]
    assert run_all(away_once, items, jobs) == [0, 1, 4]


@pytest.mark.parametrize("jobs", [1, 2])
def test_drive_that_stays_away_is_the_error(jobs):
    with pytest.raises(OSError, match="timed out for 1"):
        run_all(always_away, [1, 2], jobs, retries=1)


def test_killed_workers_cost_nothing(tmp_path):
    done = {}
    items = [(str(tmp_path), x) for x in range(21)]
    results = run_all(die_once, items, 3, on_done=done.__setitem__)
    assert results == [x * x for x in range(21)]
    assert done == dict(enumerate(results))


def test_item_that_ends_every_worker_is_named_and_no_other():
    with pytest.raises(StageError, match=r"item 4 \(3\) ended its worker process 3 times; most often the memory"):
        run_all(die_at_three, range(10), 2)


def test_result_that_cannot_be_sent_back_is_an_error():
    with pytest.raises((AttributeError, TypeError), match="lambda"):
        run_all(local_result, range(2), 2)


def test_function_that_workers_cannot_import_is_an_error():
    with pytest.raises((AttributeError, TypeError), match="lambda"):
        run_all(lambda x: x, range(2), 2)


def test_failing_report_of_progress_ends_the_workers():
    def refuse(index, result):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run_all(square, range(10), 2, on_done=refuse)
    assert not [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]


WITHOUT_GUARD = """
from executor_work import square
from diagmod.io.executor import run_all

run_all(square, range(4), 2)
"""


def test_script_that_workers_cannot_import_is_told_why(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_GUARD)
    done = subprocess.run([sys.executable, str(script)], env=environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("diagmod.io.stages.StageError: the worker processes do not start")
    assert "if __name__ == '__main__':" in done.stderr.splitlines()[-1]


def environment():
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"}


PARENT = """
import sys
from executor_work import sleep_in
from diagmod.io.executor import run_all

if __name__ == "__main__":
    run_all(sleep_in, [sys.argv[1]] * 4, 2)
"""


@pytest.fixture
def parent(tmp_path):
    """A process with two workers that are in the middle of their items; both must end."""
    script, marks = tmp_path / "parent.py", tmp_path / "marks"
    script.write_text(PARENT)
    marks.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(marks)], env=environment(), stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    workers = []
    try:
        workers += wait_for(
            lambda: len(list(marks.iterdir())) == 2 and [psutil.Process(int(p.name)) for p in marks.iterdir()]
        )
        yield process
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert not alive
    finally:
        for each in (process, *workers):
            if each in workers and not each.is_running():
                continue
            each.kill()
        process.wait()
        process.stderr.close()


def test_workers_end_when_their_parent_is_killed(parent):
    parent.send_signal(signal.SIGKILL)


def test_workers_end_when_their_parent_is_interrupted_without_waiting_for_their_items(parent):
    parent.send_signal(signal.SIGINT)
    parent.wait(timeout=10)
    assert "KeyboardInterrupt" in parent.stderr.read()


def wait_for(condition, limit_s=60.0):
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.05)
    return found
