"""From a line of the plan to a recording: the experiment that a visit to the motor is, and its simulation.

What stays with a motor (machine, imperfections, grid, recorder) comes from its plan; what is new at each visit
(frequency and unbalance of the hour, noise) is drawn from the recording's own generator.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.experiment import Experiment, Simulated, simulate
from diagmod.sim.instruments import FLAWS, spoil
from diagmod.sim.mechanics import Mechanics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.fleet import FleetPlan, RecordingPlan
    from diagmod.sim.supply import Supply

#: How far a grid moves from one hour to another (standard deviations): its mean frequency in Hz, real and imaginary
#: part of V2/V1, and each harmonic relative to itself. A motor makes some ten times as much I2/I1 of V2/V1.
HOURLY_HZ, HOURLY_V2, HOURLY_HARMONIC = 0.02, 5e-4, 0.1


def experiment_of(plan: FleetPlan, recording: RecordingPlan) -> Experiment:
    """What is simulated for one recording, before any damage to its file."""
    motor = plan.motors[recording.motor_index]
    rng = np.random.default_rng([plan.seed, 1, recording.motor_index, recording.index])
    machine = motor.specimen.machine
    supply = supply_of_the_hour(motor.supply, machine.line_hz, rng)
    sensor = motor.sensor
    if recording.damage in FLAWS:
        slip = machine.slip_at_torque(recording.load_pct / 100 * machine.rated_torque_nm)
        sensor = spoil(sensor, recording.damage, machine.at_slip(slip).current_a / machine.rated.current_a)
    healthy = Experiment(
        machine=machine,
        load_share=recording.load_pct / 100,
        imperfections=motor.specimen.imperfections,
        supply=supply,
        mechanics=Mechanics(curve=motor.curve),
        sensor=sensor,
        seed=int(rng.integers(2**31)),
    )
    return motor.ailment.added_to(healthy, recording.severity)


def simulate_recording(plan: FleetPlan, recording: RecordingPlan) -> Simulated:
    """Waveform of one recording with the truth about it, before any damage to its file."""
    return simulate([experiment_of(plan, recording)], plan.size.fs_hz, plan.size.duration_s)[0]


def currents_of(plan: FleetPlan, recording: RecordingPlan) -> NDArray[np.float64]:
    """Waveform of one recording in ampere, shape (3, n_samples), before any damage to its file."""
    return simulate_recording(plan, recording).currents


def supply_of_the_hour(supply: Supply, rated_hz: float, rng: np.random.Generator) -> Supply:
    """The grid where a motor stands, at one hour."""
    real, imaginary = HOURLY_V2 * rng.standard_normal(2)
    factor = {order: 1 + HOURLY_HARMONIC * float(rng.uniform(-1, 1)) for order in sorted(supply.harmonics_pct)}
    return replace(
        supply,
        line_hz=rated_hz + HOURLY_HZ * float(rng.standard_normal()),
        v2_over_v1=complex(supply.v2_over_v1 + complex(real, imaginary)),
        harmonics_pct={order: pct * factor[order] for order, pct in supply.harmonics_pct.items()},
    )
