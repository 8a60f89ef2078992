"""A fleet with ground truth: which motors, when, under which load, with which fault.

The plan is decided first and completely, that of the demo some weeks beyond its last day; waveforms
(``fleet_recordings``), trend logs (``fleet_trends``) and the truth about them (``fleet_truth``) are functions of it.
Every recording draws from a generator of its own, so any one of them can be made alone, and the fleet in parallel with
the same bytes. Every motor is sampled (``population``): no two share a machine, a supply or an instrument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.faults import Ailment, draw_ailment
from diagmod.sim.fleet_duty import DUTY_PCT, MEAN_C, MOST_LOAD_PCT, air_density_share, draw_ambient_c, draw_duty
from diagmod.sim.fleet_service import AHEAD_DAYS, ServiceHistory, draw_service
from diagmod.sim.fleet_sizes import FLEETS, STUDY, STUDY_LOADS, FleetSize
from diagmod.sim.instruments import FLAWS, sample_instrument
from diagmod.sim.population import sample_machine, sample_supply

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.motor import Motor
    from diagmod.sim.population import Specimen
    from diagmod.sim.sensor import Sensor
    from diagmod.sim.supply import Supply

#: Conditions dealt to the motors in turn; a third of the fleet stays healthy.
CONDITIONS = ("healthy", "broken_bar", "eccentricity", "healthy", "stator_short", "bearing_outer")

#: What the motors drive, in turn, and how its torque depends on speed.
DRIVEN = {"Pump": "quadratic", "Fan": "quadratic", "Conveyor": "constant", "Compressor": "constant"}

#: What is done to some files on purpose, so that the quarantine has work: kind -> is it an extra file. Beside them
#: some recordings are badly acquired (``instruments.FLAWS``); those load.
DAMAGES = {
    "gap": False,
    "missing_phase": False,
    "truncated": False,
    "wrong_header": False,
    "duplicate": True,
    "unlisted": True,
    "unknown_motor": True,
}


@dataclass(frozen=True)
class MotorPlan:
    """One motor of the fleet.

    Attributes
    ----------
    specimen : Specimen
        Machine, nameplate and natural imperfections.
    ailment : Ailment
        What becomes of it, from ``onset_h`` on.
    onset_h : int
        Hour at which the fault begins to develop.
    supply, sensor : Supply, Sensor
        The grid where it stands and the recorder on it.
    driven : str
        What it drives, a name of :data:`DRIVEN`.
    n_hours : int
        Length of the period; what follows arrays over the hours lies beyond it.
    duty_pct : ndarray, shape (n_hours + ahead,)
        What the process asks at every hour: the torque that this takes with a clean machine in air of the mean
        temperature, in percent of rated torque.
    ambient_c : ndarray, shape (n_hours + ahead,)
        Air temperature at every hour in deg C.
    service : ServiceHistory
        What happens to the driven machine and to the historian.
    """

    specimen: Specimen
    ailment: Ailment
    onset_h: int
    supply: Supply
    sensor: Sensor
    driven: str
    n_hours: int
    duty_pct: NDArray[np.float64]
    ambient_c: NDArray[np.float64]
    service: ServiceHistory

    @property
    def curve(self) -> str:
        """Torque of the driven machine over speed, see ``mechanics.CURVES``."""
        return DRIVEN[self.driven]

    @cached_property
    def planned_load_pct(self) -> NDArray[np.float64]:
        """Load of every hour, those beyond the period too, in percent of rated torque, shape (n_hours + ahead,)."""
        takes = 1 + self.service.wear_at(np.arange(len(self.duty_pct)))
        if self.driven == "Fan":
            takes = takes * air_density_share(self.ambient_c)
        return np.minimum(self.duty_pct * takes, MOST_LOAD_PCT)

    @property
    def load_pct(self) -> NDArray[np.float64]:
        """Load of every hour of the period in percent of rated torque, shape (n_hours,)."""
        return self.planned_load_pct[: self.n_hours]

    @property
    def motor(self) -> Motor:
        """The nameplate."""
        return self.specimen.motor

    @property
    def condition(self) -> str:
        """What the motor ends with."""
        return self.ailment.condition

    def severity_at(self, hours: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """Development of the fault: 0 before onset, 1 at the last hour of the period; beyond it goes on growing."""
        if self.condition == "healthy":
            return np.zeros(np.shape(hours))
        since = (np.asarray(hours) - self.onset_h + 1) / (self.n_hours - self.onset_h)
        return np.clip(since, 0.0, None)


@dataclass(frozen=True)
class RecordingPlan:
    """One recording of the plan."""

    file: str
    motor_index: int
    index: int
    hour: int
    started_at: datetime
    load_pct: float
    condition: str
    severity: float
    dialect: str
    damage: str = ""


@dataclass(frozen=True)
class FleetPlan:
    """The whole fleet: everything that the files will say."""

    name: str
    seed: int
    start: datetime
    size: FleetSize
    motors: tuple[MotorPlan, ...]
    recordings: tuple[RecordingPlan, ...]


def plan_fleet(
    *,
    seed: int,
    fleet: str = "demo",
    n_motors: int,
    recordings_per_motor: int,
    days: int,
    start: str,
    fs_hz: float,
    duration_s: float,
) -> FleetPlan:
    """Decide motors, recordings, faults and damaged files.

    Parameters
    ----------
    seed : int
        Same seed, same fleet.
    fleet : str
        "demo" takes the sizes given here, "study" takes ``fleet_sizes.STUDY`` instead.
    n_motors, recordings_per_motor, days, fs_hz, duration_s
        As in `FleetSize`.
    start : str
        First day, ISO format; UTC unless it states its offset.

    Raises
    ------
    ValueError
        The fleet is unknown or cannot be made.
    """
    if fleet not in FLEETS:
        raise ValueError(f"fleet must be {' or '.join(FLEETS)}, got {fleet!r}")
    size = STUDY
    if fleet == "demo":
        size = FleetSize(
            n_motors=n_motors, recordings_per_motor=recordings_per_motor, days=days, fs_hz=fs_hz, duration_s=duration_s
        )
    first = datetime.fromisoformat(start)
    first = first.replace(tzinfo=UTC) if first.tzinfo is None else first.astimezone(UTC)
    n_hours, n_ahead = size.days * 24, 0 if size.spreads_loads else AHEAD_DAYS * 24
    # A study asks what a detector finds at a load and a severity: there nothing else happens to a motor.
    ambient_c = np.full(n_hours, MEAN_C) if size.spreads_loads else draw_ambient_c(seed, first, n_hours, n_ahead)
    motors = tuple(_plan_motor(seed, k, size, ambient_c) for k in range(size.n_motors))
    recordings = [
        _plan_recording(motor, k, i, first, size)
        for k, motor in enumerate(motors)
        for i in range(size.recordings_per_motor)
    ]
    return FleetPlan(fleet, seed, first, size, motors, tuple(_damage(recordings, seed)))


def most_developed(plan: FleetPlan, condition: str) -> RecordingPlan:
    """The recording with a condition in its last stage, or with any other where the fleet has none of it."""
    return max(plan.recordings, key=lambda r: (not r.damage, r.condition == condition, r.severity))


def _plan_motor(seed: int, index: int, size: FleetSize, ambient_c: NDArray[np.float64]) -> MotorPlan:
    rng = np.random.default_rng([seed, 0, index])
    specimen = sample_machine(rng, f"M{index + 1:0{max(2, len(str(size.n_motors)))}d}")
    driven = list(DRIVEN)[index % len(DRIVEN)]
    named = replace(specimen.motor, name=f"{driven} {index // len(DRIVEN) + 1}")
    n_hours = size.days * 24
    ahead = np.random.default_rng([seed, 6, index])
    duty_pct = draw_duty(rng, ahead, n_hours, len(ambient_c) - n_hours)
    service = ServiceHistory() if size.spreads_loads else draw_service(seed, index, driven, n_hours)
    duty_pct = np.clip(duty_pct * service.duty_share_at(np.arange(len(duty_pct))), *DUTY_PCT)
    if size.spreads_loads:
        n, (low, high) = size.recordings_per_motor, STUDY_LOADS
        shares = low + (high - low) * (rng.permutation(n) + rng.uniform(0, 1, n)) / n
        duty_pct[[size.hour_of(index, i) for i in range(n)]] = 100 * shares
    return MotorPlan(
        specimen=replace(specimen, motor=named),
        ailment=draw_ailment(CONDITIONS[index % len(CONDITIONS)], specimen, rng),
        onset_h=int(n_hours * rng.uniform(0.25, 0.45)),
        supply=sample_supply(rng, specimen.machine),
        sensor=sample_instrument(rng),
        driven=driven,
        n_hours=n_hours,
        duty_pct=duty_pct,
        ambient_c=ambient_c,
        service=service,
    )


def _plan_recording(motor: MotorPlan, motor_index: int, index: int, start: datetime, size: FleetSize) -> RecordingPlan:
    hour = size.hour_of(motor_index, index)
    severity = round(float(motor.severity_at(hour)), 4)
    started_at = start + timedelta(hours=hour, minutes=7 * motor_index % 60)
    return RecordingPlan(
        file=f"{motor.motor.motor_id}/{started_at:%Y-%m-%d_%H%M}.csv",
        motor_index=motor_index,
        index=index,
        hour=hour,
        started_at=started_at,
        load_pct=round(float(motor.load_pct[hour]), 1),
        condition=motor.condition if severity > 0 else "healthy",
        severity=severity,
        dialect="quoted-line" if motor_index % 4 == 3 else "plain",
    )


def _damage(recordings: list[RecordingPlan], seed: int) -> list[RecordingPlan]:
    """The plan with each kind of damage and each flaw done once, to different recordings; extra files come last."""
    kinds = DAMAGES | dict.fromkeys(FLAWS, False)
    chosen = np.random.default_rng([seed, 3]).permutation(len(recordings))[: len(kinds)]
    extra = []
    for at, (kind, is_extra) in zip(chosen, kinds.items(), strict=False):
        if is_extra:
            file = recordings[at].file.replace(".csv", f"_{kind}.csv")
            extra.append(replace(recordings[at], file=file, damage=kind))
        else:
            recordings[at] = replace(recordings[at], damage=kind)
    return [*recordings, *extra]
