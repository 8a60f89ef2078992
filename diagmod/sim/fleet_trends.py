"""The historian's view of a motor: hourly rms per phase, in closed form.

Positive and negative sequence and the branch of a short are phasors of the equivalent circuit, so half a year of
hours costs milliseconds and agrees with the simulated waveforms (test_fleet_trends). Broken bars, eccentricity and
bearings are left out: fully developed they change the rms by less than 0.6 %, because at a given torque a cage of
more resistance only slips more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.experiment import Experiment
from diagmod.sim.fleet_recordings import HOURLY_V2
from diagmod.sim.trajectory import AXES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.fleet import FleetPlan, MotorPlan

#: Relative scatter of an hourly mean, by everything that is not modelled (standard deviation).
HOURLY_READING = 0.003

#: Loads (share of rated torque) at which the circuit is solved; 0.02 apart, the current between is within 1e-4.
LOAD_GRID = np.linspace(0.1, 1.1, 51)


def trend_of(plan: FleetPlan, motor_index: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Hourly rms trend of one motor, as a historian would export it.

    Returns
    -------
    hours : ndarray of int, shape (n_hours,)
        Hours since the start; hours of an outage are absent.
    rms : ndarray, shape (n_hours, 3)
        Mean rms current of R, S, T in ampere, as its recorder reads it.
    """
    motor = plan.motors[motor_index]
    rng = np.random.default_rng([plan.seed, 2, motor_index])
    hours = np.arange(len(motor.load_pct))
    sway = HOURLY_V2 * rng.standard_normal((len(hours), 2)).view(np.complex128)[:, 0]
    rms = rms_a(motor, motor.load_pct / 100, motor.severity_at(hours), motor.supply.v2_over_v1 + sway)
    rms *= np.asarray(motor.sensor.gain) * (1 + HOURLY_READING * rng.standard_normal(rms.shape))
    running = np.ones(len(hours), dtype=bool)
    for begin in rng.integers(0, len(hours), size=max(1, plan.size.days // 45)):
        running[begin : begin + int(rng.integers(4, 30))] = False
    return hours[running], rms[running]


def rms_a(
    motor: MotorPlan,
    load_share: NDArray[np.float64],
    severity: NDArray[np.float64],
    v2_over_v1: NDArray[np.complex128] | complex,
) -> NDArray[np.float64]:
    """Rms of the fundamental in every phase.

    Parameters
    ----------
    motor : MotorPlan
    load_share : ndarray, shape (n,)
        Shaft torque over rated, within :data:`LOAD_GRID`.
    severity : ndarray, shape (n,)
        Of the motor's fault.
    v2_over_v1 : complex or ndarray, shape (n,)
        Unbalance of the supply.

    Returns
    -------
    ndarray, shape (n, 3)
        R, S, T in ampere.
    """
    axes = np.array(list(AXES.values()))
    excess_ohm = np.array(motor.specimen.imperfections.resistance_share) * motor.specimen.machine.stator_resistance_ohm
    mean_ohm = motor.specimen.machine.stator_resistance_ohm + float(excess_ohm.sum()) / 3
    machine = replace(motor.specimen.machine, stator_resistance_ohm=mean_ohm)
    hz, share = motor.supply.line_hz or machine.line_hz, motor.supply.voltage_share or 1.0
    volt = share * machine.phase_peak_v
    slips = [machine.slip_at_torque(load * machine.rated_torque_nm, hz, share) for load in LOAD_GRID]
    forward, backward = (
        np.interp(load_share, LOAD_GRID, [machine.at_slip(s, hz, share).stator_a for s in shown])
        for shown in (slips, [2 - s for s in slips])
    )
    # Unequal resistances act on the positive sequence like a supply of negative sequence.
    uneven_ohm = complex((excess_ohm / 3 * axes**2).sum())
    turning_back = (np.asarray(v2_over_v1) * volt - uneven_ohm * forward.conj()) * backward.conj() / volt
    phasors = forward[:, None] * axes.conj() + turning_back.conj()[:, None] * axes
    return np.abs(phasors + _short_a(motor, severity, v2_over_v1, volt, hz)) / np.sqrt(2)


def _short_a(
    motor: MotorPlan,
    severity: NDArray[np.float64],
    v2_over_v1: NDArray[np.complex128] | complex,
    volt: float,
    hz: float,
) -> NDArray[np.complex128]:
    """What an inter-turn short adds to the phasors of R, S, T: at a stiff supply it is a branch of its own."""
    if motor.condition != "stator_short":
        return np.zeros((len(severity), 3), dtype=np.complex128)
    machine, axis = motor.specimen.machine, AXES[motor.ailment.phase]
    turns = motor.ailment.size_at(1.0) * severity
    inner = 1 - 2 / 3 * turns
    through_a = Experiment(machine=machine).short_current_share * np.sqrt(2) * machine.rated.current_a
    leakage_ohm = machine.stator_resistance_ohm + 2j * np.pi * hz * machine.stator_leakage_h
    across_v = volt * (np.conj(axis) + axis * np.conj(v2_over_v1))
    circulating_a = across_v / (machine.phase_peak_v / through_a + inner * leakage_ohm)
    directions = np.array([(axis * np.conj(other)).real for other in AXES.values()])
    added: NDArray[np.complex128] = (2 / 3 * turns * circulating_a)[:, None] * directions
    return added
