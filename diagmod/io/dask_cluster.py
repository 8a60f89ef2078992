"""The workers of a Dask cluster, on this machine or on others that see the project's folder under the same path.

Dask itself gives the work of a lost worker to another. What it does not see to is checked here: workers must run
the same code on the same libraries, else the same recording would give other numbers depending on where it was
computed, and must see the folder the results go to. Encryption is Dask's own configuration (``tls://host:8786``).
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
import uuid
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import diagmod
from diagmod.io.hashes import hash_paths
from diagmod.io.paths import project_root
from diagmod.io.stages import StageError
from diagmod.io.work_attempts import ONE_THREAD, patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, Future

    from diagmod.io.executor import Outcome

Item = TypeVar("Item")

#: Seconds to find the scheduler, and seconds to wait for the first worker or for one to come back.
CONNECT_S, WORKER_S = 10.0, 60.0

#: Seconds between two looks at how many workers there are.
_LOOK_S = 2.0

#: Sources that can change a number.
_LAYERS = ("diagmod/core", "diagmod/sim", "diagmod/io", "diagmod/models")

#: Libraries whose version can change a number.
_LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "numba")


class DaskCluster(Generic[Item]):
    """A crew for :func:`diagmod.io.executor.run_all`.

    Parameters
    ----------
    function : callable
        Importable by name.
    address : str
        Of a scheduler.
    retries : int
        Further attempts for an item that met an ``OSError``; how often a lost worker's items go again is Dask's own
        setting ``distributed.scheduler.allowed-failures``.

    Raises
    ------
    StageError
        Dask is not installed, the scheduler does not answer, has no worker, or a worker does not fit.
    """

    def __init__(self, function: Callable[[Item], Any], address: str, retries: int) -> None:
        self._address, self._function, self._retries = address, function, retries
        self._running: dict[Future, tuple[int, Item]] = {}
        self._client = _connect(address)
        try:
            self._client.wait_for_workers(1, timeout=WORKER_S)
            self._refuse_unfit_workers()
        except TimeoutError:
            self.close()
            raise StageError(
                f"the Dask scheduler at {address} has no worker; start one by `dask worker {address}`"
            ) from None
        except BaseException:
            self.close()
            raise
        self._seen_at = self._looked_at = time.monotonic()
        self.n_at_once = self._capacity()

    def start(self, index: int, item: Item) -> None:
        """Hand an item to the scheduler."""
        future = self._client.submit(_one_item, self._function, item, self._retries, identity(), pure=False)
        self._running[future] = (index, item)

    def finished(self) -> list[Outcome]:
        """What ended since the last call; empty where nothing did for some seconds."""
        from distributed import wait

        try:
            self._look()
            with self._client.as_current():
                done = wait(list(self._running), timeout=_LOOK_S, return_when="FIRST_COMPLETED").done
            return [outcome for future in done if (outcome := self._outcome(future))]
        except TimeoutError:
            return []
        except (CancelledError, OSError) as exc:
            raise StageError(
                f"the Dask scheduler at {self._address} was lost; start it and run again, what is done is kept"
            ) from exc

    def close(self) -> None:
        """Take back what is not begun and say good-bye; the cluster itself goes on."""
        self._client.close()

    def _outcome(self, future: Future) -> Outcome | None:
        """Of a future that ended; None where its worker was lost with the result, which is then made again."""
        from distributed.scheduler import KilledWorker

        if future.status == "cancelled":
            raise CancelledError
        try:
            error = future.exception(timeout=_LOOK_S)
            result = None if error else future.result(timeout=_LOOK_S)
        except TimeoutError:
            return None
        index, item = self._running.pop(future)
        if error is None:
            return index, None, result
        if isinstance(error, KilledWorker):
            killed = StageError(
                f"item {index + 1} ({str(item)[:120]}) ended every Dask worker it was given to; most often the memory "
                "is not enough: give the workers more, or look at this item alone with jobs=1"
            )
            return index, killed, None
        return index, error.with_traceback(future.traceback()), None

    def _look(self) -> None:
        """See from time to time how many workers there are."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        if capacity := self._capacity():
            self.n_at_once, self._seen_at = capacity, now
        elif now - self._seen_at > WORKER_S:
            raise StageError(
                f"the Dask cluster at {self._address} has had no worker for {WORKER_S:.0f} s; start one by "
                f"`dask worker {self._address}` and run again, what is done is kept"
            )

    def _capacity(self) -> int:
        """Items that keep every thread busy while the next are on their way."""
        return 4 * sum(self._client.nthreads().values())

    def _refuse_unfit_workers(self) -> None:
        with _mark() as mark:
            reports = self._client.run(_report, str(mark) if mark else "", on_error="return")
        for worker, report in sorted(reports.items()):
            if not isinstance(report, dict):
                raise StageError(f"Dask worker {worker} cannot run diagmod ({report}); install it there and restart it")
            _refuse_other_code(worker, report)
            if not report["sees"]:
                raise StageError(
                    f"Dask worker {worker} does not see the folder of this project, {Path(mark or '').parents[2]}; "
                    "share it with that machine under the same path"
                )


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError as exc:
        raise StageError(
            f"work is to go to the Dask cluster {address}, but Dask is not installed here; "
            "run `pip install 'diagmod[cluster]'`, or empty DIAGMOD_CLUSTER to work in processes"
        ) from exc
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False, name="diagmod")
    except (OSError, ValueError) as exc:
        raise StageError(
            f"no Dask scheduler answers at {address!r} ({exc}); start one by `dask scheduler` and give its address, "
            "such as tcp://host:8786, or empty DIAGMOD_CLUSTER to work in processes"
        ) from exc


@cache
def identity() -> dict[str, str]:
    """What must be the same wherever a result is computed: sources of this package, Python, libraries, processor.

    Asked once a process: a worker that was started before the code was changed still runs the old code.
    """
    return {
        "diagmod": hash_paths(_LAYERS, Path(diagmod.__file__).parents[1])[:12],
        "Python": platform.python_version(),
        "processor": platform.machine(),
        **{name: importlib.metadata.version(name) for name in _LIBRARIES},
    }


def _refuse_other_code(where: str, found: dict[str, Any]) -> None:
    for name, own in identity().items():
        if found[name] != own:
            raise StageError(
                f"Dask worker {where} runs {name} {found[name]}, this process {own}; results could differ: "
                "bring the worker to the same version and restart it"
            )


def _one_item(function: Callable[[Item], Any], item: Item, retries: int, expected: dict[str, str]) -> Any:
    """In a worker: the item, if code and libraries are those of the caller; workers may join at any time."""
    if identity() != expected:
        found = {name: value for name, value in identity().items() if value != expected[name]}
        raise StageError(f"Dask worker {platform.node()} runs {found}, the caller something else; restart it")
    _keep_to_one_thread()
    return patiently(function, item, retries)


def _report(mark: str) -> dict[str, Any]:
    return {**identity(), "sees": not mark or Path(mark).is_file()}


@cache
def _keep_to_one_thread() -> None:
    from threadpoolctl import threadpool_limits

    os.environ.update(ONE_THREAD)  # for libraries yet to be loaded
    threadpool_limits(1)


@contextmanager
def _mark() -> Iterator[Path | None]:
    """A file of a new name in the project, for the workers to see; none where there is no project."""
    try:
        path = project_root() / ".cache" / "cluster" / uuid.uuid4().hex
    except FileNotFoundError:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
