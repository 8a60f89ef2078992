"""Healthy motors recorded by all kinds of recorders, good and bad: whatever a diagnosis calls a fault here is wrong.

One sampled motor, supply, load, rate and length a seed, and one condition out of :data:`CONDITIONS`, each as
likely as the others; half of them spoil the acquisition, some the supply or the load.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from diagmod.sim.experiment import Experiment, Simulated, simulate
from diagmod.sim.mechanics import Swing
from diagmod.sim.population import Specimen, sample_machine, sample_supply
from diagmod.sim.sensor import Sensor
from diagmod.sim.supply import Supply

#: Sampling rates (Hz) and lengths (s) drawn from.
RATES_HZ, LENGTHS_S = (1000.0, 2000.0, 5000.0, 10000.0), (3.0, 6.0, 10.0, 20.0)

#: Load over rated load drawn between these.
LOADS = (0.2, 0.85)

Change = Callable[[Experiment, float, np.random.Generator], Experiment]


def _with_sensor(**draw: Callable[[np.random.Generator], object]) -> Change:
    def change(plain: Experiment, duration_s: float, rng: np.random.Generator) -> Experiment:
        return replace(plain, sensor=replace(plain.sensor, **{name: one(rng) for name, one in draw.items()}))

    return change


def _with_supply(**draw: Callable[[np.random.Generator], object]) -> Change:
    def change(plain: Experiment, duration_s: float, rng: np.random.Generator) -> Experiment:
        return replace(plain, supply=replace(plain.supply, **{name: one(rng) for name, one in draw.items()}))

    return change


def _swinging(plain: Experiment, duration_s: float, rng: np.random.Generator) -> Experiment:
    swing = Swing(share=float(rng.uniform(0.003, 0.05)), hz=float(rng.uniform(0.3, 40)))
    return replace(plain, mechanics=replace(plain.mechanics, swings=(swing,)))


def _unsteady(plain: Experiment, duration_s: float, rng: np.random.Generator) -> Experiment:
    drift, step = float(rng.uniform(-0.02, 0.02)), float(rng.uniform(-0.1, 0.1))
    moved = replace(plain.mechanics, drift_share_per_s=drift, step_share=step, step_at_s=duration_s / 2)
    return replace(plain, mechanics=moved, load_share=min(plain.load_share, 0.5))


def _on_inverter(plain: Experiment, duration_s: float, rng: np.random.Generator) -> Experiment:
    supply = Supply(
        line_hz=float(rng.uniform(30, 55)),
        switching_hz=float(rng.choice((2000.0, 4000.0))),
        control_share=float(rng.choice((0.0, 0.002))),
        control_hz=float(rng.uniform(0.5, 5)),
    )
    return replace(plain, supply=supply)


#: What is special about a recording.
CONDITIONS: dict[str, Change] = {
    "good": lambda plain, duration_s, rng: plain,
    "noisy": _with_sensor(noise_dbc=lambda rng: float(rng.uniform(-50, -35))),
    "unequal gains": _with_sensor(gain=lambda rng: tuple(rng.uniform(0.9, 1.1, 3))),
    "skew": _with_sensor(skew_s=lambda rng: float(rng.uniform(5e-6, 1e-4))),
    "coarse converter": _with_sensor(bits=lambda rng: int(rng.integers(6, 11)), range_share=lambda rng: 3.0),
    "small range": _with_sensor(range_share=lambda rng: float(rng.uniform(0.5, 0.95)), bits=lambda rng: 12),
    "jitter": _with_sensor(
        jitter_s=lambda rng: float(10 ** rng.uniform(-6, -3.5)), stamp_step_s=lambda rng: (None, 1e-3)[rng.integers(2)]
    ),
    "held samples": _with_sensor(held_share=lambda rng: float(10 ** rng.uniform(-4, -0.5))),
    "lost samples": _with_sensor(dropped_share=lambda rng: float(10 ** rng.uniform(-5, -0.5))),
    "drifting clock": _with_sensor(
        clock_ppm=lambda rng: float(rng.normal(0, 500)), clock_ppm_per_s=lambda rng: float(rng.normal(0, 50))
    ),
    "dead phase": _with_sensor(dead_phases=lambda rng: "RST"[rng.integers(3)]),
    "exchanged phases": _with_sensor(order=lambda rng: "RTS"),
    "reversed phase": _with_sensor(reversed_phases=lambda rng: "RST"[rng.integers(3)]),
    "swinging load": _swinging,
    "unsteady load": _unsteady,
    "inverter": _on_inverter,
    "unbalanced supply": _with_supply(v2_over_v1=lambda rng: complex(0.03 * np.exp(1j * rng.uniform(0, 2 * np.pi)))),
    "flicker": _with_supply(
        flicker_share=lambda rng: float(rng.uniform(0.002, 0.02)), flicker_hz=lambda rng: float(rng.uniform(0.5, 15))
    ),
}


def draw_healthy(seed: int) -> tuple[str, Specimen, Simulated]:
    """Condition, motor and recording of a seed."""
    rng = np.random.default_rng([seed, 99])
    specimen = sample_machine(rng)
    plain = Experiment(
        machine=specimen.machine,
        load_share=float(rng.uniform(*LOADS)),
        imperfections=specimen.imperfections,
        supply=sample_supply(rng, specimen.machine),
        sensor=Sensor(noise_dbc=float(rng.uniform(-80, -60))),
        seed=seed,
    )
    fs, duration_s = float(rng.choice(RATES_HZ)), float(rng.choice(LENGTHS_S))
    condition = str(rng.choice(list(CONDITIONS)))
    return condition, specimen, simulate([CONDITIONS[condition](plain, duration_s, rng)], fs, duration_s)[0]
