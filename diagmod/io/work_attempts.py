"""What a worker does with one item: patiently, because a network drive may be away for a moment, and in one thread.

One thread, because stages work in parallel processes and because the order of a threaded sum is not fixed.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Environment of a process whose numerical libraries use one thread.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

#: Seconds before the second attempt, doubled before every further one.
PAUSE_S = 0.2


def patiently(function: Callable[[Item], Result], item: Item, retries: int) -> Result:
    """The function of an item, tried again when the operating system fails it.

    Parameters
    ----------
    function : callable
    item : object
    retries : int
        Further attempts after an ``OSError``; every other error is the item's own and passes at once.
    """
    for attempt in range(retries):
        try:
            return function(item)
        except OSError:
            time.sleep(PAUSE_S * 2**attempt)
    return function(item)


@contextmanager
def one_thread_for_children() -> Iterator[None]:
    """Processes started meanwhile use one thread; what was set before is set again afterwards."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
