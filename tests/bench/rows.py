"""A row of the benchmark table, and timing two things in turn so that a noisy machine disturbs both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One measured figure.

    Attributes
    ----------
    name : str
    value, reference : float or None
        What was measured, and the floor or peer measured in the same run, both in ``unit``.
    unit : str
    ratio : float
        What is compared with the goal: value / reference; for memory the MB themselves.
    goal : float
        Largest ratio that is good.
    """

    name: str
    value: float
    unit: str
    reference: float | None
    ratio: float
    goal: float


def alternate(ours: Callable[[], object], floor: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of both, run in turn after one round that does not count."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for round_number in range(rounds + 1):
        for kept, work in zip(seconds, (ours, floor), strict=True):
            begin = time.perf_counter()
            work()
            if round_number:
                kept.append(time.perf_counter() - begin)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def peak_mb() -> float:
    """Most memory that this process held, MiB; not ``ru_maxrss``, which is inherited from the one that started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
