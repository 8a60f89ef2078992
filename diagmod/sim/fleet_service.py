"""What happens to a motor in service that is no fault of the motor.

The driven machine wears (more torque at the same duty) until it is repaired, production changes, and the transducer of
the historian drifts on one phase. Kinds are dealt in turn, so that every fleet has its share of each, and drawn from a
generator of their own, so that machine, fault, grid and recorder of a motor are the same with and without. Nothing is
repaired beyond the period: the truth about it is what comes if nobody acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.recording import PHASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Kinds of history dealt to the motors in turn. Wear, changes of duty and drift each meet a healthy motor too.
KINDS = (
    "wear, repaired", "nothing", "wear", "duty changes", "nothing", "wear",
    "transducer drift, recalibrated", "wear, repaired twice", "duty changes", "wear, repaired", "nothing",
    "transducer drift",
)  # fmt: skip

#: What wears by what is driven, and what a repair does.
WORN = {
    "Pump": ("clogged impeller", "impeller and strainer cleaned"),
    "Fan": ("fouled blades", "blades cleaned"),
    "Conveyor": ("gearbox friction", "gearbox overhauled, oil changed"),
    "Compressor": ("worn valves", "valves replaced"),
}

#: Shortest period in which anything slow happens (d).
SHORTEST_DAYS = 28

#: How far the plan looks beyond the period (d), so that what is forecast on its last day can be told right or wrong.
AHEAD_DAYS = 60

#: Rise of the torque when a repair is due or the period ends, and the largest: the machine would be stopped there.
DEPTHS, MOST_WEAR = (0.15, 0.35), 0.5

#: A change of production, either way, as a share of the duty.
STEPS = (0.08, 0.15)

#: Gain error of a drifting transducer, either way, at the end or when it is recalibrated.
DRIFTS = (0.02, 0.06)

#: A repair begins after the last recording of a day and ends before the first of the next (hour of the day, hours).
REPAIR_AT, REPAIR_H = (18, 21), (5, 12)


@dataclass(frozen=True)
class Wear:
    """Torque that the same duty needs on top: from ``begin_h`` on, ``depth`` at ``due_h`` and on by the same law, until
    ``end_h``; ``power`` 1 is linear, above 1 it accelerates."""

    begin_h: int
    due_h: int
    end_h: float
    depth: float
    power: float

    def at(self, hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rise as a share of the duty, 0 outside."""
        since = np.clip((hours - self.begin_h) / (self.due_h - self.begin_h), 0, None)
        return np.where(hours < self.end_h, np.minimum(self.depth * since**self.power, MOST_WEAR), 0.0)


@dataclass(frozen=True)
class Visit:
    """Work on the machine or its instruments: ``kind`` as in maintenance.yaml, ``out_h`` hours out of service."""

    start_h: int
    out_h: int
    kind: str
    action: str
    note: str


@dataclass(frozen=True)
class Drift:
    """Gain error of one phase of the historian, growing linearly to ``error`` at ``due_h``; none from ``end_h`` on."""

    phase: str
    begin_h: int
    due_h: int
    end_h: float
    error: float

    def at(self, hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Error of the gain, 0 outside."""
        since = np.clip((hours - self.begin_h) / (self.due_h - self.begin_h), 0, None)
        return np.where(hours < self.end_h, self.error * since, 0.0)


@dataclass(frozen=True)
class ServiceHistory:
    """What happens to one motor in service.

    Attributes
    ----------
    kind : str
        A name of :data:`KINDS`.
    wear : tuple of Wear
        One after the other, a repair between.
    visits : tuple of Visit
        In time, all within the period.
    steps : tuple of (int, float)
        Hour of a change of production, and the duty from then on over that at the begin.
    drift : Drift or None
    """

    kind: str = "nothing"
    wear: tuple[Wear, ...] = ()
    visits: tuple[Visit, ...] = ()
    steps: tuple[tuple[int, float], ...] = ()
    drift: Drift | None = None

    def wear_at(self, hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rise of the torque at the same duty, as a share; hours from the start, shape (n,)."""
        return np.sum([wear.at(hours) for wear in self.wear], axis=0) if self.wear else np.zeros(len(hours))

    def duty_share_at(self, hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Duty over what it was before any change of production."""
        share = np.ones(len(hours))
        for hour, factor in self.steps:
            share[hours >= hour] = factor
        return share

    def gain_at(self, hours: NDArray[np.int64]) -> NDArray[np.float64]:
        """Gain of the historian's transducers R, S, T over that at the begin, shape (n, 3)."""
        gain = np.ones((len(hours), len(PHASES)))
        if self.drift:
            gain[:, PHASES.index(self.drift.phase)] += self.drift.at(hours)
        return gain

    def stands_at(self, hours: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the machine is out of service for a visit."""
        stands = np.zeros(len(hours), dtype=bool)
        for visit in self.visits:
            stands |= (hours >= visit.start_h) & (hours < visit.start_h + visit.out_h)
        return stands


def draw_service(seed: int, index: int, driven: str, n_hours: int) -> ServiceHistory:
    """What happens to the motor of that index; nothing in a period shorter than :data:`SHORTEST_DAYS`.

    Parameters
    ----------
    seed, index : int
    driven : str
        A name of :data:`WORN`.
    n_hours : int
        Length of the period.
    """
    kind = KINDS[index % len(KINDS)]
    if kind == "nothing" or n_hours < 24 * SHORTEST_DAYS:
        return ServiceHistory()
    rng = np.random.default_rng([seed, 4, index])
    if kind.startswith("wear"):
        return _worn(kind, rng, driven, n_hours)
    if kind == "duty changes":
        return ServiceHistory(kind, steps=_steps(rng, n_hours))
    return _drifting(kind, rng, n_hours)


def _worn(kind: str, rng: np.random.Generator, driven: str, n_hours: int) -> ServiceHistory:
    n_repairs = ("wear", "wear, repaired", "wear, repaired twice").index(kind)
    onset = int(n_hours * rng.uniform(*((0.3, 0.55), (0.05, 0.25), (0.02, 0.1))[n_repairs]))
    spans = ((), ((0.55, 0.75),), ((0.35, 0.45), (0.7, 0.8)))[n_repairs]
    what, action = WORN[driven]
    visits = tuple(
        Visit(_evening(rng, n_hours * rng.uniform(*span)), int(rng.integers(*REPAIR_H)), "repair", action, what)
        for span in spans
    )
    depth, power = float(rng.uniform(*DEPTHS)), float(rng.choice([1.0, 1.6]))
    takes = (visits[0].start_h if visits else n_hours) - onset
    wear, begin = [], onset
    for visit in visits:
        wear.append(Wear(begin, begin + takes, visit.start_h, depth, power))
        begin, takes = visit.start_h + visit.out_h, int(takes * rng.uniform(0.8, 1.25))
    wear.append(Wear(begin, begin + takes, np.inf, depth, power))
    return ServiceHistory(kind, tuple(wear), visits)


def _steps(rng: np.random.Generator, n_hours: int) -> tuple[tuple[int, float], ...]:
    """One or two changes of production, on a Monday morning where the period begins on a Monday."""
    at = [rng.uniform(0.3, 0.5), rng.uniform(0.65, 0.85)][: int(rng.integers(1, 3))]
    factors = np.cumprod([1 + float(rng.choice([-1, 1]) * rng.uniform(*STEPS)) for _ in at])
    return tuple(
        (int(n_hours * share) // 168 * 168 + 6, float(factor)) for share, factor in zip(at, factors, strict=True)
    )


def _drifting(kind: str, rng: np.random.Generator, n_hours: int) -> ServiceHistory:
    phase, begin = str(rng.choice(list(PHASES))), int(n_hours * rng.uniform(0.15, 0.4))
    error = float(rng.choice([-1, 1]) * rng.uniform(*DRIFTS))
    if not kind.endswith("recalibrated"):
        return ServiceHistory(kind, drift=Drift(phase, begin, n_hours, np.inf, error))
    at = _evening(rng, n_hours * rng.uniform(0.6, 0.8))
    visit = Visit(at, 0, "planned", f"transducer of phase {phase} recalibrated", "historian's transducer had drifted")
    return ServiceHistory(kind, visits=(visit,), drift=Drift(phase, begin, at, at, error))


def _evening(rng: np.random.Generator, hour: float) -> int:
    """An evening hour of that day."""
    return int(hour) // 24 * 24 + int(rng.integers(*REPAIR_AT))
