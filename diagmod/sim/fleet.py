"""A demonstration fleet with ground truth: who, when, under which load, with which fault.

The plan is decided first and completely (motors, recordings, conditions, damaged files); waveforms
and trend logs are then functions of the plan. Every recording draws from a generator of its own,
so any one of them can be made alone and the fleet can be made in parallel with the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.motor import Motor
from diagmod.sim.faults import FAULTS, FaultPicture, OperatingPoint, level_of_severity
from diagmod.sim.signal import Line, SignalSpec, synthesise

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Conditions dealt to the motors in turn; a third of the fleet stays healthy.
CONDITIONS = ("healthy", "broken_bar", "eccentricity", "healthy", "stator_short", "bearing_outer")

#: (kW, A, pole pairs, rotor bars, rated rpm, bearing) of 50 Hz, 400 V cage motors of the usual frame sizes.
FRAMES = (
    (1.5, 3.4, 2, 28, 1420, "6205"),
    (4.0, 8.2, 2, 28, 1440, "6206"),
    (7.5, 15.2, 2, 36, 1455, "6208"),
    (11.0, 21.5, 1, 28, 2940, "6309"),
    (15.0, 29.5, 3, 44, 970, "6310"),
    (30.0, 56.0, 2, 40, 1475, "6312"),
)

#: Order to the range of a harmonic, percent of the fundamental: motors on a supply with six-pulse drives.
HARMONICS_PCT = {3: (0.2, 1.0), 5: (1.0, 3.0), 7: (0.4, 1.5), 11: (0.1, 0.6)}

#: What is done to some files on purpose, so that the quarantine has work: kind -> is it an extra file.
DAMAGES = {
    "gap": False,
    "missing_phase": False,
    "truncated": False,
    "wrong_header": False,
    "duplicate": True,
    "unlisted": True,
    "unknown_motor": True,
}

#: Noise of the demo's recorder relative to the fundamental, dB: a 12-bit instrument.
NOISE_DBC = -55.0


@dataclass(frozen=True)
class MotorPlan:
    """One motor of the fleet: nameplate, individuality, fate and hourly load."""

    motor: Motor
    condition: str
    onset_h: int
    magnetising_share: float
    i2_over_i1: complex
    harmonics_pct: dict[int, float]
    native_lines_dbc: tuple[float, float]
    load_pct: NDArray[np.float64]

    def severity_at(self, hour: int) -> float:
        """Development of the fault at an hour of the period: 0 before onset, 1 at the end."""
        if self.condition == "healthy" or hour < self.onset_h:
            return 0.0
        return (hour - self.onset_h + 1) / (len(self.load_pct) - self.onset_h)

    def rms_a(self, load_pct: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Rms current in ampere at a load: magnetising and load current in quadrature."""
        rated = self.motor.rated_current_a or 1.0
        share = self.magnetising_share
        return rated * np.sqrt(share**2 + (1 - share**2) * (np.asarray(load_pct) / 100) ** 2)


@dataclass(frozen=True)
class RecordingPlan:
    """One recording of the plan, with its ground truth."""

    file: str
    motor_index: int
    index: int
    hour: int
    started_at: datetime
    load_pct: float
    condition: str
    severity: float
    level_dbc: float | None
    dialect: str
    damage: str = ""


@dataclass(frozen=True)
class FleetPlan:
    """The whole fleet: everything that the files will say."""

    seed: int
    start: datetime
    days: int
    fs_hz: float
    duration_s: float
    motors: tuple[MotorPlan, ...]
    recordings: tuple[RecordingPlan, ...]


def plan_fleet(
    *, seed: int, n_motors: int, recordings_per_motor: int, days: int, start: str, fs_hz: float, duration_s: float
) -> FleetPlan:
    """Decide motors, recordings, faults and damaged files.

    Parameters
    ----------
    seed : int
        Same seed, same fleet.
    n_motors, recordings_per_motor, days : int
        Size of the fleet; recordings are spread evenly over the days.
    start : str
        First day, ISO format; UTC unless it states its offset.
    fs_hz, duration_s : float
        Sampling rate in Hz, at least 2 kHz (the pictures reach 0.55 kHz), and length in seconds.

    Raises
    ------
    ValueError
        A size is not positive, the rate is too low, or the recordings do not fit into the days.
    """
    for name, value in (("n_motors", n_motors), ("recordings_per_motor", recordings_per_motor), ("days", days)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if not (fs_hz >= 2000 and duration_s > 0):
        raise ValueError(f"need fs_hz >= 2000 Hz and a positive duration_s, got {fs_hz:g} Hz and {duration_s:g} s")
    first = datetime.fromisoformat(start)
    first = first.replace(tzinfo=UTC) if first.tzinfo is None else first.astimezone(UTC)
    motors = tuple(_plan_motor(seed, k, days) for k in range(n_motors))
    recordings = [
        _plan_recording(plan, k, i, first, recordings_per_motor, days)
        for k, plan in enumerate(motors)
        for i in range(recordings_per_motor)
    ]
    if len({r.file for r in recordings}) < len(recordings):
        raise ValueError(
            f"{recordings_per_motor} recordings a motor do not fit into {days} days; take at most one a day"
        )
    return FleetPlan(seed, first, days, fs_hz, duration_s, motors, tuple(_damage(recordings, seed)))


def currents_of(plan: FleetPlan, recording: RecordingPlan) -> NDArray[np.float64]:
    """Waveform of one recording in ampere, shape (3, n_samples), before any damage to its file."""
    motor = plan.motors[recording.motor_index]
    rng = np.random.default_rng([plan.seed, 1, recording.motor_index, recording.index])
    line_hz = motor.motor.line_hz + rng.normal(0, 0.015)
    slip = (motor.motor.rated_slip or 0.0) * recording.load_pct / 100
    point = OperatingPoint(line_hz, slip, motor.motor.pole_pairs, motor.motor.rotor_bars or 28)
    picture = FaultPicture()
    if recording.level_dbc is not None:
        picture = FAULTS[recording.condition][0](point, recording.level_dbc)
    shaft_dbc, bar_dbc = motor.native_lines_dbc
    native = [Line(line_hz + side * point.rotor_hz, shaft_dbc, 0.3) for side in (-1, 1)]
    native += [Line(line_hz * (1 + side * 2 * slip), bar_dbc, 0.2) for side in (-1, 1)]
    harmonics = {k: pct * rng.uniform(0.9, 1.1) for k, pct in motor.harmonics_pct.items()}
    harmonics[3] = harmonics.get(3, 0.0) + picture.h3_pct
    spec = SignalSpec(
        line_hz=line_hz,
        amplitude_a=float(motor.rms_a(recording.load_pct)) * np.sqrt(2),
        phase_rad=rng.uniform(0, 2 * np.pi),
        harmonics_pct=harmonics,
        lines=[*native, *picture.lines],
        i2_over_i1=motor.i2_over_i1 * rng.uniform(0.9, 1.1) + picture.i2_over_i1,
        offset_a=tuple(rng.normal(0, 0.002, 3) * (motor.motor.rated_current_a or 1.0)),
        noise_dbc=NOISE_DBC,
    )
    return synthesise(spec, plan.fs_hz, round(plan.duration_s * plan.fs_hz), rng)


def trend_of(plan: FleetPlan, motor_index: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Hourly rms trend of one motor, as a historian would export it.

    Returns
    -------
    hours : ndarray of int, shape (n_hours,)
        Hours since the start; hours of an outage are absent.
    rms : ndarray, shape (n_hours, 3)
        Mean rms current of R, S, T in ampere.
    """
    motor = plan.motors[motor_index]
    rng = np.random.default_rng([plan.seed, 2, motor_index])
    hours = np.arange(len(motor.load_pct))
    severity = np.array([motor.severity_at(int(h)) for h in hours])
    phase_gain = 1 + np.abs(motor.i2_over_i1) * np.cos(np.angle(motor.i2_over_i1) - np.array([0, 2, 4]) * np.pi / 3)
    growth = np.array([0.06, 0.02, 0.02]) if motor.condition == "stator_short" else np.full(3, 0.03)
    rms = motor.rms_a(motor.load_pct)[:, None] * phase_gain * (1 + severity[:, None] * growth)
    rms *= 1 + 0.004 * rng.standard_normal(rms.shape)
    running = np.ones(len(hours), dtype=bool)
    for begin in rng.integers(0, len(hours), size=max(1, plan.days // 45)):
        running[begin : begin + int(rng.integers(4, 30))] = False
    return hours[running], rms[running]


def _plan_motor(seed: int, index: int, days: int) -> MotorPlan:
    rng = np.random.default_rng([seed, 0, index])
    power, current, pole_pairs, bars, rpm, bearing = FRAMES[int(rng.integers(len(FRAMES)))]
    motor = Motor(
        motor_id=f"M{index + 1:02d}",
        name=f"{('Pump', 'Fan', 'Conveyor', 'Compressor')[index % 4]} {index // 4 + 1}",
        line_hz=50.0,
        pole_pairs=pole_pairs,
        rated_power_kw=power,
        rated_voltage_v=400.0,
        rated_current_a=current,
        rated_rpm=float(rpm),
        rotor_bars=bars,
        bearing=bearing,
    )
    n_hours = days * 24
    return MotorPlan(
        motor=motor,
        condition=CONDITIONS[index % len(CONDITIONS)],
        onset_h=int(n_hours * rng.uniform(0.25, 0.45)),
        magnetising_share=rng.uniform(0.3, 0.5),
        i2_over_i1=rng.uniform(0.003, 0.02) * np.exp(1j * rng.uniform(0, 2 * np.pi)),
        harmonics_pct={k: rng.uniform(low, high) for k, (low, high) in HARMONICS_PCT.items()},
        native_lines_dbc=(rng.uniform(-58, -50), rng.uniform(-66, -58)),
        load_pct=_load_profile(rng, n_hours),
    )


def _load_profile(rng: np.random.Generator, n_hours: int) -> NDArray[np.float64]:
    """Hourly load in percent: shifts, weekends, and a slow drift of the process."""
    hour = np.arange(n_hours)
    shift = np.sin(2 * np.pi * (hour % 24 - rng.uniform(4, 10)) / 24)
    weekend = (hour // 24 % 7) >= 5
    drift = np.cumsum(rng.normal(0, 0.25, n_hours))
    drift -= np.linspace(0, drift[-1], n_hours)
    level = rng.uniform(55, 80) + rng.uniform(4, 14) * shift - rng.uniform(0, 20) * weekend
    return np.clip(level + drift + rng.normal(0, 2, n_hours), 20, 105)


def _plan_recording(
    motor: MotorPlan, motor_index: int, index: int, start: datetime, per_motor: int, days: int
) -> RecordingPlan:
    # Working hours: one of 8, 11, 14, 17 o'clock; the last day of the period is included.
    day = round(index * (days - 1) / max(1, per_motor - 1))
    hour = day * 24 + 8 + 3 * ((index + motor_index) % 4)
    severity = motor.severity_at(hour)
    started_at = start + timedelta(hours=hour, minutes=7 * motor_index % 60)
    condition = motor.condition if severity > 0 else "healthy"
    return RecordingPlan(
        file=f"{motor.motor.motor_id}/{started_at:%Y-%m-%d_%H%M}.csv",
        motor_index=motor_index,
        index=index,
        hour=hour,
        started_at=started_at,
        load_pct=round(float(motor.load_pct[hour]), 1),
        condition=condition,
        severity=round(severity, 4),
        level_dbc=None if severity == 0 else round(level_of_severity(condition, severity), 2),
        dialect="quoted-line" if motor_index % 4 == 3 else "plain",
    )


def _damage(recordings: list[RecordingPlan], seed: int) -> list[RecordingPlan]:
    """The plan with each kind of damage applied once; extra files come last."""
    chosen = np.random.default_rng([seed, 3]).permutation(len(recordings))[: len(DAMAGES)]
    extra = []
    for at, (kind, is_extra) in zip(chosen, DAMAGES.items(), strict=False):
        if is_extra:
            file = recordings[at].file.replace(".csv", f"_{kind}.csv")
            extra.append(replace(recordings[at], file=file, damage=kind))
        else:
            recordings[at] = replace(recordings[at], damage=kind)
    return [*recordings, *extra]
