"""Where a run begins and how long it takes to forget it.

The linearised machine has five modes (two of the stator flux, two of the rotor flux, one of the shaft). The
slowest of them, at this load and inertia, sets the settling time; a fixed number of seconds would be too short
for one machine and a waste for another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from diagmod.sim.mechanics import CURVES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.sim.machine import Machine
    from diagmod.sim.mechanics import Mechanics

#: Time constants of the slowest mode before a recording begins: 21 shrink a deviation by -182 dB.
SETTLE_CONSTANTS = 21.0

#: Longest settling in seconds.
MAX_SETTLE_S = 60.0


class Start(NamedTuple):
    """Steady state at the load: fluxes as phasors against phase R's voltage, speed, load torque, settling time."""

    psi_s: complex
    psi_r: complex
    speed_rad_s: float
    line_hz: float
    load_nm: float
    settle_s: float


def settle(machine: Machine, load_share: float, mechanics: Mechanics, line_hz: float, voltage_share: float) -> Start:
    """Steady state of the healthy machine at a load, and the time a deviation from it needs to fade.

    Parameters
    ----------
    machine : Machine
    load_share : float
        Shaft torque over rated torque at the settled speed.
    mechanics : Mechanics
    line_hz : float
        Supply frequency in Hz.
    voltage_share : float
        Voltage over rated.

    Raises
    ------
    ValueError
        The load exceeds what the machine gives at this supply.
    """
    load_nm = load_share * machine.rated_torque_nm
    point = machine.at_slip(machine.slip_at_torque(load_nm, line_hz, voltage_share), line_hz, voltage_share)
    psi_m = machine.magnetising_h * (point.stator_a + point.rotor_a)
    psi_s = machine.stator_leakage_h * point.stator_a + psi_m
    psi_r = machine.rotor_leakage_h * point.rotor_a + psi_m
    speed = machine.sync_rad_s(line_hz) * (1 - point.slip)
    _, linear, square = CURVES[mechanics.curve]
    damping_nms = machine.friction_nms + load_nm * (linear + 2 * square) / speed
    inertia = machine.inertia_kgm2 * mechanics.inertia_factor
    modes = np.linalg.eigvals(_jacobian(machine, psi_s, psi_r, speed, line_hz, inertia, damping_nms))
    slowest = float(-modes.real.max())
    settle_s = min(SETTLE_CONSTANTS / slowest, MAX_SETTLE_S) if slowest > 0 else MAX_SETTLE_S
    return Start(psi_s, psi_r, speed, line_hz, load_nm, settle_s)


def _jacobian(
    machine: Machine,
    psi_s: complex,
    psi_r: complex,
    speed: float,
    line_hz: float,
    inertia: float,
    damping_nms: float,
) -> NDArray[np.float64]:
    """Model linearised in the frame that turns with the supply; states psi_s (2), psi_r (2), speed."""
    sum_s = machine.stator_leakage_h + machine.magnetising_h
    sum_r = machine.rotor_leakage_h + machine.magnetising_h
    det = sum_s * sum_r - machine.magnetising_h**2
    own_s, own_r, mutual = sum_r / det, sum_s / det, machine.magnetising_h / det
    omega = 2 * np.pi * line_hz
    slip_omega = omega - machine.pole_pairs * speed
    eye, turn = np.eye(2), np.array([[0.0, -1.0], [1.0, 0.0]])
    out = np.zeros((5, 5))
    out[:2, :2] = -machine.stator_resistance_ohm * own_s * eye - omega * turn
    out[:2, 2:4] = machine.stator_resistance_ohm * mutual * eye
    out[2:4, :2] = machine.rotor_resistance_ohm * mutual * eye
    out[2:4, 2:4] = -machine.rotor_resistance_ohm * own_r * eye - slip_omega * turn
    out[2:4, 4] = machine.pole_pairs * np.array([-psi_r.imag, psi_r.real])
    # Torque is 1.5 p mutual psi_r x psi_s.
    gain = 1.5 * machine.pole_pairs * mutual / inertia
    out[4, :2] = gain * np.array([-psi_r.imag, psi_r.real])
    out[4, 2:4] = gain * np.array([psi_s.imag, -psi_s.real])
    out[4, 4] = -damping_nms / inertia
    return out
