"""An induction machine as its T equivalent circuit: the oracle of the simulator's steady state.

Per phase: stator resistance and leakage, one magnetising inductance, rotor leakage and R_r/s, all
referred to the stator, star connection. Everything that a simulation settles to without faults (current,
torque, slip at a load, share of the rotor current) follows from it in closed form, so a simulation that
disagrees with it is wrong. Saturation, iron loss and skin effect are left out, here and in the simulation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np

from diagmod.core.motor import Motor


class OperatingPoint(NamedTuple):
    """Steady state at one slip; phasors are peak values against the phase voltage R as reference."""

    slip: float
    stator_a: complex
    rotor_a: complex
    torque_nm: float

    @property
    def current_a(self) -> float:
        """RMS phase current in ampere."""
        return abs(self.stator_a) / float(np.sqrt(2.0))

    @property
    def rotor_share(self) -> float:
        """|I_r / I_s|: what scales a broken bar's sidebands with the load."""
        return abs(self.rotor_a) / abs(self.stator_a)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Electrical and mechanical constants of a squirrel-cage motor.

    Parameters
    ----------
    pole_pairs, rotor_bars : int
        Pole pairs p and bars N; N must exceed 3, and 24..52 is usual.
    stator_resistance_ohm, rotor_resistance_ohm : float
        Per phase, referred to the stator.
    stator_leakage_h, rotor_leakage_h, magnetising_h : float
        Inductances of the T circuit in henry.
    inertia_kgm2 : float
        Rotor and coupled load in kg m2.
    friction_nms : float
        Viscous friction in N m s; zero or more.
    rated_voltage_v : float
        Line-to-line rms voltage.
    line_hz : float
        Rated supply frequency in Hz.
    rated_torque_nm : float
        Rated shaft torque in N m.

    Raises
    ------
    ValueError
        A value is not positive, or the rated torque exceeds the breakdown torque.

    Examples
    --------
    >>> machine = Machine(pole_pairs=2, rotor_bars=28, stator_resistance_ohm=3.7, rotor_resistance_ohm=2.26,
    ...     stator_leakage_h=0.0105, rotor_leakage_h=0.0105, magnetising_h=0.214, inertia_kgm2=0.015,
    ...     friction_nms=0.0, rated_voltage_v=400.0, line_hz=50.0, rated_torque_nm=14.6)
    >>> round(machine.at_slip(0.05).torque_nm, 4)
    17.3746
    """

    pole_pairs: int
    rotor_bars: int
    stator_resistance_ohm: float
    rotor_resistance_ohm: float
    stator_leakage_h: float
    rotor_leakage_h: float
    magnetising_h: float
    inertia_kgm2: float
    friction_nms: float
    rated_voltage_v: float
    line_hz: float
    rated_torque_nm: float

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self)):
            value = getattr(self, name)
            allowed = value >= 0 if name == "friction_nms" else value > 0
            if not (allowed and np.isfinite(value)):
                raise ValueError(f"{name} must be positive, got {value!r}; see the units in the docstring")
        if self.rotor_bars < 4:
            raise ValueError(f"rotor_bars must be at least 4, got {self.rotor_bars}; usual cages have 24 to 52")
        need_nm, most_nm = self.rated_torque_nm + self.friction_nms * self.sync_rad_s(), self.breakdown.torque_nm
        if need_nm >= most_nm:
            raise ValueError(
                f"rated_torque_nm {self.rated_torque_nm:g} needs {need_nm:.4g} N m in the air gap, above the breakdown "
                f"torque {most_nm:.4g} N m; lower it or the leakage inductances"
            )

    @property
    def phase_peak_v(self) -> float:
        """Peak phase voltage at rated supply."""
        return self.rated_voltage_v * float(np.sqrt(2.0 / 3.0))

    def sync_rad_s(self, line_hz: float | None = None) -> float:
        """Synchronous mechanical speed in rad/s, at the rated frequency unless another is given."""
        return 2 * np.pi * (self.line_hz if line_hz is None else line_hz) / self.pole_pairs

    def at_slip(self, slip: float, line_hz: float | None = None, voltage_share: float = 1.0) -> OperatingPoint:
        """Currents and air-gap torque at a slip.

        Parameters
        ----------
        slip : float
            Any slip, 0 at synchronous speed, 1 at rest.
        line_hz : float, optional
            Supply frequency in Hz; the rated one by default.
        voltage_share : float
            Voltage over rated voltage.
        """
        hz = self.line_hz if line_hz is None else line_hz
        omega, rotor = 2 * np.pi * hz, 0j
        magnetising = 1j * omega * self.magnetising_h
        stator_z = self.stator_resistance_ohm + 1j * omega * self.stator_leakage_h
        peak_v = voltage_share * self.phase_peak_v
        if slip == 0.0:
            return OperatingPoint(0.0, peak_v / (stator_z + magnetising), rotor, 0.0)
        rotor_z = self.rotor_resistance_ohm / slip + 1j * omega * self.rotor_leakage_h
        stator = peak_v / (stator_z + magnetising * rotor_z / (magnetising + rotor_z))
        rotor = -stator * magnetising / (magnetising + rotor_z)
        gap_w = 1.5 * abs(rotor) ** 2 * self.rotor_resistance_ohm / slip
        return OperatingPoint(float(slip), complex(stator), complex(rotor), float(gap_w / self.sync_rad_s(hz)))

    def breakdown_slip(self, line_hz: float | None = None) -> float:
        """Slip of the largest motoring torque, from the Thevenin impedance seen by the rotor."""
        omega = 2 * np.pi * (self.line_hz if line_hz is None else line_hz)
        stator_z = self.stator_resistance_ohm + 1j * omega * self.stator_leakage_h
        magnetising = 1j * omega * self.magnetising_h
        seen = stator_z * magnetising / (stator_z + magnetising) + 1j * omega * self.rotor_leakage_h
        return self.rotor_resistance_ohm / abs(seen)

    @property
    def breakdown(self) -> OperatingPoint:
        """Point of the largest motoring torque at rated supply."""
        return self.at_slip(self.breakdown_slip())

    def slip_at_torque(self, shaft_nm: float, line_hz: float | None = None, voltage_share: float = 1.0) -> float:
        """Slip at which air-gap torque equals shaft torque plus friction, below the breakdown slip.

        Raises
        ------
        ValueError
            The torque exceeds what the machine gives at this supply.
        """

        def surplus_nm(slip: float) -> float:
            friction = self.friction_nms * self.sync_rad_s(line_hz) * (1.0 - slip)
            return self.at_slip(slip, line_hz, voltage_share).torque_nm - shaft_nm - friction

        low, high = -self.breakdown_slip(line_hz), self.breakdown_slip(line_hz)
        if surplus_nm(low) > 0 or surplus_nm(high) < 0:
            most_nm = surplus_nm(high) + shaft_nm
            raise ValueError(f"shaft_nm must be at most {most_nm:.4g} N m here, got {shaft_nm:.4g}; it would stall")
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if surplus_nm(middle) < 0 else (low, middle)
            if high - low < 1e-15:
                break
        return (low + high) / 2

    @cached_property
    def rated(self) -> OperatingPoint:
        """Point at rated torque and supply."""
        return self.at_slip(self.slip_at_torque(self.rated_torque_nm))

    def nameplate(self, motor_id: str, *, bearing: str | None = None) -> Motor:
        """The nameplate that a plant would read: rated values rounded as plates are.

        Parameters
        ----------
        motor_id : str
        bearing : str, optional
            Designation of the drive-end bearing.
        """
        sync_rpm = 60.0 * self.line_hz / self.pole_pairs
        rated_rpm = min(round(sync_rpm * (1.0 - self.rated.slip)), sync_rpm - 1.0)
        power_kw = self.rated_torque_nm * self.sync_rad_s() * (1.0 - self.rated.slip) / 1e3
        return Motor(
            motor_id=motor_id,
            line_hz=self.line_hz,
            pole_pairs=self.pole_pairs,
            rated_power_kw=float(f"{power_kw:.3g}"),
            rated_voltage_v=self.rated_voltage_v,
            rated_current_a=float(f"{self.rated.current_a:.3g}"),
            rated_rpm=float(rated_rpm),
            rotor_bars=self.rotor_bars,
            bearing=bearing,
        )
