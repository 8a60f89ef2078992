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


#: Scatter of what a historian logs beside the currents: the duty relative to itself, the air in kelvin.
DUTY_READING, AMBIENT_READING_K = 0.015, 0.3


def trend_of(plan: FleetPlan, motor_index: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Hourly rms trend of one motor, as a historian would export it.

    Returns
    -------
    hours : ndarray of int, shape (n_hours,)
        Hours since the start; hours of an outage or a repair are absent.
    rms : ndarray, shape (n_hours, 3)
        Mean rms current of R, S, T in ampere, as its recorder reads it, and with the drift of the historian.
    """
    motor = plan.motors[motor_index]
    hours, (sway, reading, running) = np.arange(motor.n_hours), _drawn(plan, motor_index)
    rms = rms_a(motor, motor.load_pct / 100, motor.severity_at(hours), motor.supply.v2_over_v1 + sway)
    rms *= np.asarray(motor.sensor.gain) * (1 + reading) * motor.service.gain_at(hours)
    return hours[running], rms[running]


def runs_at(plan: FleetPlan, motor_index: int) -> NDArray[np.bool_]:
    """Whether the motor runs, at every hour of the period, shape (n_hours,)."""
    return _drawn(plan, motor_index)[2]


def logged_beside(plan: FleetPlan, motor_index: int, hours: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """What the historian of one motor logs beside its currents at these hours; a study's logs nothing.

    Returns
    -------
    dict of ndarray, shape (n_hours,)
        ``load_pct``, what the process asks in percent of rated torque, for five motors of six; no wear is in it. And
        ``ambient_c``, the air in deg C, for every second motor.
    """
    motor, n_hours = plan.motors[motor_index], plan.motors[motor_index].n_hours
    scatter = np.random.default_rng([plan.seed, 7, motor_index]).standard_normal((2, n_hours))[:, hours]
    logged = {}
    if not plan.size.spreads_loads and motor_index % 6 != 5:
        logged["load_pct"] = motor.duty_pct[hours] * (1 + DUTY_READING * scatter[0])
    if not plan.size.spreads_loads and motor_index % 2:
        logged["ambient_c"] = motor.ambient_c[hours] + AMBIENT_READING_K * scatter[1]
    return logged


def _drawn(plan: FleetPlan, motor_index: int) -> tuple[NDArray[np.complex128], NDArray[np.float64], NDArray[np.bool_]]:
    """Chance in a trend: unbalance of the hour, relative error of every reading, and whether the motor runs."""
    motor = plan.motors[motor_index]
    rng, n_hours = np.random.default_rng([plan.seed, 2, motor_index]), motor.n_hours
    sway = HOURLY_V2 * rng.standard_normal((n_hours, 2)).view(np.complex128)[:, 0]
    reading = HOURLY_READING * rng.standard_normal((n_hours, 3))
    running = ~motor.service.stands_at(np.arange(n_hours))
    for begin in rng.integers(0, n_hours, size=max(1, plan.size.days // 45)):
        running[begin : begin + int(rng.integers(4, 30))] = False
    return sway, reading, running


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
