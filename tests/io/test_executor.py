"""Work keeps its order, its errors and its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from executor_work import process_of, refuse_seven, square

from diagmod.io.executor import run_all


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_results_are_in_the_order_of_the_items(jobs):
    assert run_all(square, range(40), jobs) == [x * x for x in range(40)]


def test_one_job_computes_in_this_process():
    assert set(run_all(process_of, range(3), 1)) == {os.getpid()}


def test_two_jobs_compute_in_other_processes():
    assert os.getpid() not in run_all(process_of, range(8), 2)


def test_no_items_give_no_results():
    assert run_all(square, [], 2) == []


def test_negative_jobs_are_refused():
    with pytest.raises(ValueError, match=r"jobs must be 0 \(one per core\) or more, got -1"):
        run_all(square, [1], -1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_error_of_an_item_reaches_the_caller_as_it_is(jobs):
    with pytest.raises(KeyError, match="seven is not liked"):
        run_all(refuse_seven, range(10), jobs)


PARENT = """
import os, sys, time
from diagmod.io.executor import run_all

def wait(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    time.sleep(120)

if __name__ == "__main__":
    run_all(wait, [sys.argv[1]] * 4, 2)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path):
    script, marks = tmp_path / "parent.py", tmp_path / "marks"
    script.write_text(PARENT)
    marks.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen([sys.executable, str(script), str(marks)], env=environment)
    try:
        workers = wait_for(
            lambda: len(list(marks.iterdir())) == 2 and [psutil.Process(int(p.name)) for p in marks.iterdir()]
        )
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert not alive
    finally:
        parent.kill()
        parent.wait()


def wait_for(condition, limit_s=60.0):
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.05)
    return found
