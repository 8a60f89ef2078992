"""The one seam through which parallel work goes: here, in processes of this machine, or on a Dask cluster.

The result is a list in the order of the items, whichever way it was computed. A worker that is lost costs its item
another attempt and nothing else; an error of an item is the same whoever met it: that of the first item in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

from diagmod.io.work_attempts import patiently
from diagmod.io.worker_processes import WorkerProcesses

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Address of a Dask scheduler for all parallel work, for example ``tcp://host:8786``; empty: processes.
CLUSTER_VARIABLE = "DIAGMOD_CLUSTER"

#: Index of an item, its error or none, its result or none.
Outcome = tuple[int, BaseException | None, Any]


class Crew(Protocol):
    """Those who work in parallel."""

    #: Items that may be under way together.
    n_at_once: int

    def start(self, index: int, item: Any) -> None:
        """Begin an item."""

    def finished(self) -> list[Outcome]:
        """Wait for items to end; may be empty."""

    def close(self) -> None:
        """Stop whatever goes on."""


def run_all(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    jobs: int,
    *,
    cluster: str | None = None,
    retries: int = 2,
    on_done: Callable[[int, Result], None] | None = None,
) -> list[Result]:
    """Apply a function to every item.

    Parameters
    ----------
    function : callable
        Importable by name (workers import it), and harmless to repeat.
    items : iterable
        Picklable work items.
    jobs : int
        1 computes here, more uses that many processes, 0 one per core. On a cluster its workers count.
    cluster : str, optional
        Address of a Dask scheduler, used unless ``jobs`` is 1 or there is one item; by default the environment
        variable ``DIAGMOD_CLUSTER``, where empty means processes of this machine.
    retries : int
        Further attempts for an item that met an ``OSError`` (a network drive that was away) or whose worker died.
    on_done : callable, optional
        Called here with index and result of every item as it ends, in no particular order.

    Returns
    -------
    list
        Results in the order of the items.

    Raises
    ------
    ValueError
        ``jobs`` or ``retries`` is negative.
    StageError
        An item ends every worker it is given to, or the cluster cannot be used.

    Notes
    -----
    Any other error of an item ends the work at once and is raised as it is; of several, that of the first item.

    Examples
    --------
    >>> run_all(abs, [3, -4], jobs=1)
    [3, 4]
    """
    if jobs < 0:
        raise ValueError(f"jobs must be 0 (one per core) or more, got {jobs}")
    if retries < 0:
        raise ValueError(f"retries must be 0 or more, got {retries}")
    work = list(items)
    address = os.environ.get(CLUSTER_VARIABLE, "") if cluster is None else cluster
    workers = min(jobs or len(os.sched_getaffinity(0)), len(work))
    if jobs == 1 or len(work) <= 1 or (workers == 1 and not address):
        return [_done(on_done, index, patiently(function, item, retries)) for index, item in enumerate(work)]
    crew = _on_cluster(function, address, retries) if address else WorkerProcesses(function, workers, retries)
    try:
        return _in_order(crew, work, on_done)
    finally:
        crew.close()


def _in_order(crew: Crew, work: list[Any], on_done: Callable[[int, Any], None] | None) -> list[Any]:
    """Keep a crew busy; after an error only what comes before it is waited for."""
    results: dict[int, Any] = {}
    errors: dict[int, BaseException] = {}
    running: set[int] = set()
    todo = 0
    while True:
        while not errors and todo < len(work) and len(running) < crew.n_at_once:
            crew.start(todo, work[todo])
            running.add(todo)
            todo += 1
        if not running or (errors and min(running) > min(errors)):
            break
        for index, error, result in crew.finished():
            running.discard(index)
            if error is not None:
                errors[index] = error
            else:
                results[index] = _done(on_done, index, result)
    if errors:
        raise errors[min(errors)]
    return [results[index] for index in range(len(work))]


def _done(on_done: Callable[[int, Result], None] | None, index: int, result: Result) -> Result:
    if on_done:
        on_done(index, result)
    return result


def _on_cluster(function: Callable[[Item], Any], address: str, retries: int) -> Crew:
    from diagmod.io.dask_cluster import DaskCluster  # here, because Dask is an extra

    return DaskCluster(function, address, retries)
