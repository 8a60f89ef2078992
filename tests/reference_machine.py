"""The 2.2 kW machine whose torque and current table the project's reference gives."""

from __future__ import annotations

from diagmod.sim.machine import Machine

MACHINE = Machine(
    pole_pairs=2,
    rotor_bars=28,
    stator_resistance_ohm=3.7,
    rotor_resistance_ohm=2.26,
    stator_leakage_h=0.0105,
    rotor_leakage_h=0.0105,
    magnetising_h=0.214,
    inertia_kgm2=0.015,
    friction_nms=0.0,
    rated_voltage_v=400.0,
    line_hz=50.0,
    rated_torque_nm=14.6,
)
