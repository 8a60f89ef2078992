"""The one seam through which parallel work goes.

The result is a list in the order of the items, whichever way it was computed. Workers watch their
parent and end with it, so that a killed run leaves nothing running behind.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_all(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> list[Result]:
    """Apply a function to every item.

    Parameters
    ----------
    function : callable
        Importable by name (worker processes import it).
    items : iterable
        Picklable work items.
    jobs : int
        1 computes here, more uses that many processes, 0 one per core.

    Raises
    ------
    ValueError
        ``jobs`` is negative.
    """
    if jobs < 0:
        raise ValueError(f"jobs must be 0 (one per core) or more, got {jobs}")
    work = list(items)
    workers = min(jobs or len(os.sched_getaffinity(0)), len(work))
    if workers <= 1:
        return [function(item) for item in work]
    context = multiprocessing.get_context("spawn")
    chunk = max(1, len(work) // (workers * 8))
    with ProcessPoolExecutor(workers, context, initializer=_end_with, initargs=(os.getpid(),)) as pool:
        return list(pool.map(function, work, chunksize=chunk))


def _end_with(parent: int, poll_s: float = 0.5) -> None:
    """End this process soon after another, its parent, has ended, however that came about."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(poll_s)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
