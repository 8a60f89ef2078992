"""A motor, what ails it, what feeds it, what it drives, how it is measured: the simulator's front door.

An experiment says everything, so the same experiment and seed give the same bytes, alone or in a batch. A run
begins in the equivalent circuit's steady state and settles for as long as the slowest mode of the machine at
this load needs to fade below the numerical floor; the recording begins after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.integrate import State
from diagmod.sim.mechanics import BearingFault, Mechanics
from diagmod.sim.sensor import REACH, Sensor, n_to_acquire, sample
from diagmod.sim.steady import settle
from diagmod.sim.supply import Supply, SupplyPath
from diagmod.sim.trajectory import AXES, Trajectory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.machine import Machine
    from diagmod.sim.sensor import Sampled

#: Largest internal step in seconds; halving it moves no line above -120 dBc by 0.01 dB (test_integrate).
MAX_STEP_S = 1e-4


@dataclass(frozen=True, kw_only=True)
class Imperfections:
    """What a healthy machine has of every fault; the default is a perfect machine.

    Attributes
    ----------
    bars, bar_angle_rad : float
        Cage asymmetry as a fractional number of broken bars, and its electrical angle.
    static_gap, dynamic_gap : float
        Eccentricities as shares of the air gap.
    slot_share : float
        Slot-harmonic flux linkage over air-gap flux.
    resistance_share : tuple of 3 floats
        Excess of the resistance of R, S, T, for example by joints.
    """

    bars: float = 0.0
    bar_angle_rad: float = 0.0
    static_gap: float = 0.0
    dynamic_gap: float = 0.0
    slot_share: float = 0.0
    resistance_share: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One recording to simulate.

    Attributes
    ----------
    machine : Machine
    load_share : float
        Shaft torque over rated at the settled speed; below zero the machine generates.
    broken_bars : float
        Number n of broken bars, fractions allowed, below N/6.
    short_share, short_phase : float, str
        Share of the turns of one phase that an inter-turn short bridges.
    short_current_share : float
        Circulating current over rated current that sets the contact's resistance.
    static_gap, dynamic_gap : float
        Eccentricities as shares of the air gap, in addition to the natural ones.
    joint_share : tuple of 3 floats
        Excess resistance of R, S, T over the stator resistance: high-resistance joints.
    bearing : BearingFault or None
    imperfections : Imperfections
    supply, mechanics, sensor : Supply, Mechanics, Sensor
    seed : int
        Draws phases, wandering, noise and losses.

    Raises
    ------
    ValueError
        A share is outside its range.
    """

    machine: Machine
    load_share: float = 0.75
    broken_bars: float = 0.0
    short_share: float = 0.0
    short_phase: str = "R"
    short_current_share: float = 3.0
    static_gap: float = 0.0
    dynamic_gap: float = 0.0
    joint_share: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bearing: BearingFault | None = None
    imperfections: Imperfections = field(default_factory=Imperfections)
    supply: Supply = field(default_factory=Supply)
    mechanics: Mechanics = field(default_factory=Mechanics)
    sensor: Sensor = field(default_factory=Sensor)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.broken_bars < self.machine.rotor_bars / 6:
            raise ValueError(
                f"broken_bars must be 0 to below N/6, got {self.broken_bars!r} of {self.machine.rotor_bars}"
            )
        if not 0 <= self.short_share <= 0.5 or not self.short_current_share > 0:
            raise ValueError(
                f"short_share must be 0 to 0.5 with a positive short_current_share, got {self.short_share!r}, "
                f"{self.short_current_share!r}"
            )
        if self.short_phase not in AXES:
            raise ValueError(f"short_phase must be R, S or T, got {self.short_phase!r}")
        if not 0 <= self.total_static_gap + self.total_dynamic_gap < 0.95:
            raise ValueError(
                f"static and dynamic gap together must be 0 to below 0.95, got {self.total_static_gap:g} and "
                f"{self.total_dynamic_gap:g}; the rotor would rub"
            )

    @property
    def total_static_gap(self) -> float:
        """Static eccentricity with the natural one."""
        return self.static_gap + self.imperfections.static_gap

    @property
    def total_dynamic_gap(self) -> float:
        """Dynamic eccentricity with the natural one."""
        return self.dynamic_gap + self.imperfections.dynamic_gap


@dataclass(frozen=True)
class Truth:
    """What really happened while the recording ran.

    Attributes
    ----------
    slip, slip_min, slip_max : float
        Mean over the recording and extremes, ripple included.
    line_hz : float
        Mean supply frequency in Hz.
    rotor_hz : float
        Mean shaft frequency in Hz.
    torque_nm : float
        Mean air-gap torque in N m.
    load_share : float
        Mean shaft torque over rated.
    rotor_share : float
        |I_r/I_s| of the equivalent circuit at the mean slip.
    """

    slip: float
    slip_min: float
    slip_max: float
    line_hz: float
    rotor_hz: float
    torque_nm: float
    load_share: float
    rotor_share: float


@dataclass(frozen=True)
class Simulated:
    """A simulated recording.

    Attributes
    ----------
    currents : ndarray, shape (3, n_samples)
        Channels in file order (R, S, T unless swapped), ampere.
    fs : float
        Sampling rate in Hz as the acquisition states it.
    stamps_s : ndarray, shape (n_samples,), or None
    truth : Truth
    acquisition : Sampled
        Truth about the sampling.
    experiment : Experiment
    """

    currents: NDArray[np.float64]
    fs: float
    stamps_s: NDArray[np.float64] | None
    truth: Truth
    acquisition: Sampled
    experiment: Experiment


def simulate(
    experiments: Sequence[Experiment], fs: float, duration_s: float, *, max_step_s: float = MAX_STEP_S
) -> list[Simulated]:
    """Simulate recordings, one after the other.

    Parameters
    ----------
    experiments : sequence of Experiment
    fs : float
        Sampling rate in Hz. Slot harmonics above fs/2 are left out, as an ideal anti-alias filter would.
    duration_s : float
        Length of each recording in seconds.
    max_step_s : float
        Largest internal step; the step is the largest fraction of 1/fs that does not exceed it.

    Returns
    -------
    list of Simulated
        In the order given.

    Raises
    ------
    ValueError
        fs or the duration is not positive, or a load exceeds what the machine gives at its supply.
    """
    if not fs > 0:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    if not duration_s * fs >= 1:
        raise ValueError(f"duration_s must hold at least one sample, got {duration_s!r} at fs {fs:g} Hz")
    return [_simulate(experiment, fs, round(duration_s * fs), max_step_s) for experiment in experiments]


def _simulate(experiment: Experiment, fs: float, n_samples: int, max_step_s: float) -> Simulated:
    machine, sensor, mechanics = experiment.machine, experiment.sensor, experiment.mechanics
    supply_rng, sensor_rng = (np.random.default_rng([experiment.seed, layer]) for layer in (1, 2))
    if experiment.supply.switching_hz:
        # The second carrier group needs some ten steps a period.
        max_step_s = min(max_step_s, 1 / (20 * experiment.supply.switching_hz))
    n_taken = n_to_acquire(sensor, n_samples)
    sub_steps = int(np.ceil(1 / (fs * max_step_s) - 1e-9))
    step_s = 1 / (fs * sub_steps)
    margin = 0 if sensor.samples_on_the_grid else int(np.ceil(sensor.margin_s(n_taken / fs) / step_s)) + REACH
    every = sub_steps if sensor.samples_on_the_grid else 1
    n_out = n_taken if sensor.samples_on_the_grid else n_taken * sub_steps + 2 * margin
    end_s = (n_out * every - margin) * step_s
    path = SupplyPath(experiment.supply, machine.phase_peak_v, machine.line_hz, end_s, supply_rng)
    start = settle(machine, experiment.load_share, mechanics, path.line_hz, path.voltage_share)
    settle_steps = 0 if mechanics.begins_at_rest else int(np.ceil(start.settle_s / step_s))
    begin_s = -(margin + settle_steps) * step_s
    state = State(0j, 0j, 0.0, 0.0, 0.0)
    if not mechanics.begins_at_rest:
        turn = np.exp(1j * path.angle_rad(np.array([begin_s]))[0])
        state = State(start.psi_s * turn, start.psi_r * turn, start.speed_rad_s, 0.0, 0.0)
    run = Trajectory(experiment, start, path, fs, step_s)
    state = run.skip(state, begin_s, settle_steps)
    currents, speeds, torques = run.keep(state, -margin * step_s, n_out, every)
    rated_peak_a = machine.rated.current_a * float(np.sqrt(2))
    sampled = sample(sensor, currents, -margin * step_s, step_s, fs, n_samples, rated_peak_a, sensor_rng)
    inner = slice(margin, n_out - margin)
    times_s = (np.arange(n_out, dtype=np.float64) * every - margin)[inner] * step_s
    truth = _truth(experiment, path, times_s, speeds[inner], torques[inner])
    return Simulated(sampled.currents, fs, sampled.stamps_s, truth, sampled, experiment)


def _truth(
    experiment: Experiment,
    path: SupplyPath,
    times_s: NDArray[np.float64],
    speeds: NDArray[np.float64],
    torques: NDArray[np.float64],
) -> Truth:
    machine = experiment.machine
    line_hz = path.hz(times_s)
    slip = 1 - machine.pole_pairs * speeds / (2 * np.pi * line_hz)
    mean_hz, torque_nm = float(line_hz.mean()), float(torques.mean())
    at_mean = machine.at_slip(float(slip.mean()), mean_hz, path.voltage_share)
    shaft_nm = torque_nm - machine.friction_nms * float(speeds.mean())
    return Truth(
        slip=float(slip.mean()),
        slip_min=float(slip.min()),
        slip_max=float(slip.max()),
        line_hz=mean_hz,
        rotor_hz=float(speeds.mean()) / (2 * np.pi),
        torque_nm=torque_nm,
        load_share=shaft_nm / machine.rated_torque_nm,
        rotor_share=at_mean.rotor_share,
    )
