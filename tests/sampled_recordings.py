"""Recordings of a motor current that is exactly known, through a recorder with a chosen flaw.

Two sources: a sum of stated lines, for figures that are known by hand, and a simulated motor, for what a machine
adds of its own. Both go through the same recorder, ``diagmod.sim.sensor``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from reference_machine import MACHINE

from diagmod.core.clock import Clock, measure_clock
from diagmod.core.prepared import prepare
from diagmod.core.verdicts import Quality
from diagmod.sim.experiment import Experiment, Simulated, simulate
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.sensor import REACH, Sampled, Sensor, n_to_acquire, sample
from diagmod.sim.signal import Line, SignalSpec, synthesise
from diagmod.sim.supply import Supply

#: A loaded motor on a usual mains: 50.02 Hz, 10 A peak, four harmonics, sidebands of a slip of 2.6 %, 1 % of negative
#: sequence.
CURRENT = SignalSpec(
    line_hz=50.02,
    amplitude_a=10.0,
    phase_rad=0.4,
    harmonics_pct={5: 1.5, 7: 0.8, 11: 0.4, 13: 0.3},
    lines=[Line(47.42, -48.0, 0.3), Line(52.62, -51.0, 2.0)],
    i2_over_i1=0.01,
)

#: A good recorder: 16 bits over three times the rated peak, noise at -70 dB.
GOOD = Sensor(noise_dbc=-70.0, range_share=3.0, bits=16)

#: Rates of the recordings in Hz.
RATES_HZ = (1000.0, 5000.0, 25600.0)

#: Least rate in Hz of the grid from which a recorder with a flaw of time takes its samples.
GRID_HZ = 20_000.0


def recorded(
    fs: float, duration_s: float, sensor: Sensor = GOOD, seed: int = 0, current: SignalSpec = CURRENT
) -> Sampled:
    """A current of stated lines through a recorder with an anti-alias filter; its ``currents`` have shape (3, n).

    They cannot be written to: whoever measures on them must leave them as they are.
    """
    return (
        _usual(fs, duration_s, sensor, seed) if current is CURRENT else _record(fs, duration_s, sensor, seed, current)
    )


@lru_cache(maxsize=48)
def _usual(fs: float, duration_s: float, sensor: Sensor, seed: int) -> Sampled:
    return _record(fs, duration_s, sensor, seed, CURRENT)


def _record(fs: float, duration_s: float, sensor: Sensor, seed: int, current: SignalSpec) -> Sampled:
    passed = {h: pct for h, pct in current.harmonics_pct.items() if h * current.line_hz < 0.45 * fs}
    current = replace(current, harmonics_pct=passed)
    n = round(fs * duration_s)
    n_taken = n_to_acquire(sensor, n)
    fine = 1 if sensor.samples_on_the_grid else max(2, round(GRID_HZ / fs))
    step_s = 1 / (fine * fs)
    margin = 0 if sensor.samples_on_the_grid else int(np.ceil(sensor.margin_s(n_taken / fs) / step_s)) + REACH
    rng = np.random.default_rng([seed, 7])
    grid = synthesise(current, fine * fs, n_taken * fine + 2 * margin, rng)
    sampled = sample(sensor, grid, -margin * step_s, step_s, fs, n, current.amplitude_a, rng)
    sampled.currents.setflags(write=False)
    return sampled


def one_phase(currents: NDArray[np.floating], row: int = 0) -> NDArray[np.floating]:
    """The same recording with one phase only, the others absent."""
    alone = np.full_like(currents, np.nan)
    alone[row] = currents[row]
    return alone


def spread(n: int, n_samples: int, seed: int) -> NDArray[np.int64]:
    """Positions in a recording, one at random in each of ``n`` equal parts, clear of the ends of its part."""
    rng = np.random.default_rng(seed)
    return ((np.arange(n) + rng.uniform(0.25, 0.75, n)) * n_samples / n).astype(np.int64)


def simulated(
    fs: float,
    duration_s: float,
    sensor: Sensor = GOOD,
    seed: int = 0,
    *,
    load_share: float = 0.8,
    mechanics: Mechanics | None = None,
    supply: Supply | None = None,
) -> Simulated:
    """The reference machine of 2.2 kW through a recorder."""
    experiment = Experiment(
        machine=MACHINE,
        load_share=load_share,
        mechanics=mechanics or Mechanics(),
        supply=supply or Supply(line_hz=50.02, harmonics_pct={5: 2.0, 7: 1.0, 11: 0.5, 13: 0.3}),
        sensor=sensor,
        seed=seed,
    )
    return simulate([experiment], fs, duration_s)[0]


def clock_of(currents: NDArray[np.floating], fs: float, stamps_s: NDArray[np.float64] | None = None) -> Clock:
    """Clock of a recording."""
    return measure_clock(currents, prepare(currents, fs), stamps_s)


def codes(quality: Quality) -> list[str]:
    """Codes of the reasons of an audit, in their order."""
    return [reason.code for reason in quality.reasons]


def text_of(quality: Quality, code: str) -> str:
    """Sentence of one reason; fails where the audit does not give it."""
    return next(reason.text for reason in quality.reasons if reason.code == code)
