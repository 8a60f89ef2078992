"""Simulated seconds of motors per second of wall time, against plain numpy.

Ours is eight faulty motors with harmonics and noise, 10 s each at 10 kHz, settling included, one process.
The floor is numpy alone: the same voltages and nothing but a vectorised RK4 of the healthy machine, all
motors at once, which is what a program without compiled code would do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from bench.rows import Row, alternate

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Motors of one batch, seconds of each, and sampling rate (Hz).
N_MOTORS, DURATION_S, FS_HZ = 8, 10.0, 10_000.0

#: Length (s) of the reference's run; its time is scaled to ``DURATION_S``.
REFERENCE_S = 0.2


def simulate_speed(workshop: Path) -> Row:
    """Simulated seconds times motors per wall second; the ratio is reference over ours, below 1 is faster."""
    del workshop  # nothing is written
    rng = np.random.default_rng(0)
    specimens = [sample_machine(rng) for _ in range(N_MOTORS)]
    batch = [
        Experiment(
            machine=specimen.machine,
            broken_bars=1.0,
            imperfections=specimen.imperfections,
            supply=sample_supply(rng, specimen.machine),
            sensor=Sensor(noise_dbc=-80.0),
            seed=k,
        )
        for k, specimen in enumerate(specimens)
    ]
    simulate(batch[:1], FS_HZ, 0.1)  # compiles
    ours_s, floor_s = alternate(lambda: simulate(batch, FS_HZ, DURATION_S), lambda: plain_numpy(batch), 3)
    simulated = N_MOTORS * DURATION_S
    ours, floor = simulated / ours_s, N_MOTORS * REFERENCE_S / floor_s
    return Row("simulate_speed", ours, "x", floor, floor / ours, 1.0)


def plain_numpy(batch: list[Experiment]) -> None:
    """Vectorised RK4 of the healthy machines over ``REFERENCE_S``, the same step."""
    machines = [experiment.machine for experiment in batch]
    column = {
        name: np.array([getattr(machine, name) for machine in machines])
        for name in (
            "pole_pairs", "stator_resistance_ohm", "rotor_resistance_ohm", "stator_leakage_h", "rotor_leakage_h",
            "magnetising_h", "inertia_kgm2", "rated_torque_nm", "phase_peak_v", "line_hz",
        )
    }  # fmt: skip
    inverse_s, inverse_r = 1 / column["stator_leakage_h"], 1 / column["rotor_leakage_h"]
    total = 1 / column["magnetising_h"] + inverse_s + inverse_r
    pairs, omega = column["pole_pairs"], 2 * np.pi * column["line_hz"]

    def slopes(t: float, y: np.ndarray) -> np.ndarray:
        turn = np.exp(1j * pairs * y[3].real)
        psi_r = y[1] * turn
        psi_m = (y[0] * inverse_s + psi_r * inverse_r) / total
        i_s, i_r = (y[0] - psi_m) * inverse_s, (psi_r - psi_m) * inverse_r / turn
        torque = 1.5 * pairs * (y[0].real * i_s.imag - y[0].imag * i_s.real)
        u = column["phase_peak_v"] * np.exp(1j * omega * t)
        acceleration = (torque - column["rated_torque_nm"]) / column["inertia_kgm2"]
        return np.array(
            [u - column["stator_resistance_ohm"] * i_s, -column["rotor_resistance_ohm"] * i_r, acceleration, y[2]]
        )

    y, step = np.zeros((4, len(machines)), dtype=complex), 1 / FS_HZ
    for k in range(round(REFERENCE_S * FS_HZ)):
        t = k * step
        a = slopes(t, y)
        b = slopes(t + step / 2, y + step / 2 * a)
        c = slopes(t + step / 2, y + step / 2 * b)
        d = slopes(t + step, y + step * c)
        y = y + step / 6 * (a + 2 * b + 2 * c + d)
