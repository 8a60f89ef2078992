"""Worker processes of this machine, each with one item at a time.

So it is known which item a worker died of: it goes again to a new worker while the others work on, and only an item
that ends every worker it is given to ends the run. Workers watch their parent and end with it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from diagmod.io.stages import StageError
from diagmod.io.work_attempts import one_thread_for_children, patiently

if TYPE_CHECKING:
    from collections.abc import Callable

    from diagmod.io.executor import Outcome

Item = TypeVar("Item")


class WorkerProcesses(Generic[Item]):
    """A crew for :func:`diagmod.io.executor.run_all`.

    Parameters
    ----------
    function : callable
        Importable by name.
    n : int
        Processes.
    retries : int
        Further attempts for an item that met an ``OSError`` or whose worker died.
    """

    def __init__(self, function: Callable[[Item], Any], n: int, retries: int) -> None:
        self.n_at_once = n
        self._work, self._retries = partial(_attempt, function, retries), retries
        self._idle: list[_Worker] = [_Worker(self._work) for _ in range(n)]
        self._busy: dict[Future[Any], tuple[_Worker, int, Item]] = {}
        self._deaths: Counter[int] = Counter()

    def start(self, index: int, item: Item) -> None:
        """Give an item to an idle worker."""
        worker = self._idle.pop()
        try:
            future = worker.pool.submit(_do, item)
        except BrokenProcessPool:  # it died while it had nothing to do
            worker = _Worker(self._work)
            future = worker.pool.submit(_do, item)
        self._busy[future] = (worker, index, item)

    def finished(self) -> list[Outcome]:
        """What ended since the last call, at least one item unless a worker died."""
        outcomes: list[Outcome] = []
        for future in wait(self._busy, return_when=FIRST_COMPLETED).done:
            worker, index, item = self._busy.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                worker.end()
                self._idle.append(_Worker(self._work))
                self._count_death(index, item, worker)
                self.start(index, item)
            else:
                self._idle.append(worker)
                outcomes.append((index, error, None if error else future.result()))
        return outcomes

    def close(self) -> None:
        """End every worker, in the middle of its item if it has one."""
        for worker in (*self._idle, *(busy[0] for busy in self._busy.values())):
            worker.end()

    def _count_death(self, index: int, item: Item, worker: _Worker) -> None:
        self._deaths[index] += 1
        if self._deaths[index] <= self._retries:
            return
        if not worker.has_begun:
            raise StageError(
                "the worker processes do not start, for the reason printed above; a script must begin its work under "
                "`if __name__ == '__main__':`, and what it runs must be importable"
            )
        shown = str(item)
        raise StageError(
            f"item {index + 1} ({shown if len(shown) <= 120 else shown[:120] + '...'}) ended its worker process "
            f"{self._deaths[index]} times; most often the memory is not enough: use fewer jobs, or look at this item "
            "alone with jobs=1"
        )


class _Worker:
    """A process that works on one item at a time."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(os.getpid(), work))
        with one_thread_for_children():
            self._process = self.pool.submit(os.getpid)

    @property
    def has_begun(self) -> bool:
        return self._process.done() and self._process.exception() is None

    def end(self) -> None:
        if self._process.exception() is None:  # waits until it has begun or died
            for child in multiprocessing.active_children():
                if child.pid == self._process.result():
                    child.kill()
        self.pool.shutdown(cancel_futures=True)


#: In a worker: what it does with each item, sent once and not with every item.
_work: list[Callable[[Any], Any]] = []


def _attempt(function: Callable[[Item], Any], retries: int, item: Item) -> Any:
    return patiently(function, item, retries)


def _begin(parent: int, work: Callable[[Any], Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer: it ends the workers
    _end_with(parent)
    _work[:] = [work]


def _do(item: Any) -> Any:
    return _work[0](item)


def _end_with(parent: int, poll_s: float = 0.5) -> None:
    """End this process soon after another, its parent, has ended, however that came about."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(poll_s)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
