"""The longest run of one value in a signal that passes block by block, exact and nearly free.

A run of twice a stride holds two samples of every stride-th that are equal, so almost all of a signal is
passed over; only where such a pair is found are neighbours compared one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Distance of the samples that are compared first, and the shortest run that is counted: in any such run a whole
#: stride lies between two of them.
STRIDE = 16
LEAST_RUN = 2 * STRIDE


class LongestRun:
    """The first longest run of equal finite samples.

    Attributes
    ----------
    length, first : int
        Its length and the index at which it begins; 0 where every run is shorter than ``LEAST_RUN``.

    Examples
    --------
    >>> longest = LongestRun()
    >>> longest.update(np.array([1.0] + 20 * [2.0]))
    >>> longest.update(np.array(20 * [2.0] + [3.0]))
    >>> longest.length, longest.first
    (40, 1)
    """

    def __init__(self) -> None:
        self.length = self.first = 0
        self._n = 0
        self._open_value, self._open_from = float("nan"), 0

    def update(self, block: NDArray[np.floating]) -> None:
        """Look at the next block, shape (n,)."""
        if not len(block):
            return
        begin, end = _leading(block), _trailing(block)
        goes_on = float(block[0]) == self._open_value
        if not goes_on:
            self._open_from = self._n
        self._keep(self._open_from, self._n + begin)
        if begin < len(block):
            if _has_long_run(block):
                changes = 1 + np.flatnonzero(block[1:] != block[:-1])
                edges = np.concatenate([[0], changes, [len(block)]])
                lengths = np.diff(edges)
                lengths[~np.isfinite(block[edges[:-1]])] = 0
                at = int(np.argmax(lengths))
                self._keep(self._n + int(edges[at]), self._n + int(edges[at] + lengths[at]))
            self._open_from = self._n + len(block) - end
            self._keep(self._open_from, self._n + len(block))
        self._open_value = float(block[-1])
        if not np.isfinite(self._open_value):
            self._open_value = float("nan")
        self._n += len(block)

    def _keep(self, first: int, last: int) -> None:
        if last - first > max(self.length, LEAST_RUN - 1):
            self.length, self.first = last - first, first


def _has_long_run(block: NDArray[np.floating]) -> bool:
    """Whether a whole stride between two of the samples compared first holds one value."""
    n = len(block) // STRIDE
    head = block[::STRIDE]
    at = np.flatnonzero(head[1:] == head[:-1])
    return bool(len(at)) and bool((block[: n * STRIDE].reshape(n, STRIDE)[at] == head[at, None]).all(axis=1).any())


def _leading(block: NDArray[np.floating]) -> int:
    """Length of the run that the block begins with; an infinite or missing sample is a run of none."""
    return _run_at_the_end(block[::-1])


def _trailing(block: NDArray[np.floating]) -> int:
    """Length of the run that the block ends with."""
    return _run_at_the_end(block)


def _run_at_the_end(block: NDArray[np.floating]) -> int:
    value = block[-1]
    if not np.isfinite(value):
        return 0
    reach = STRIDE
    while True:
        differs = block[-reach:] != value
        if differs.any():
            return int(np.argmax(differs[::-1]))
        if reach >= len(block):
            return len(block)
        reach *= 8
