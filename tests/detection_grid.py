"""What a diagnosis finds of a broken cage, over severity, load, length, noise and clock: one motor at a time.

Severity is counted in bars of a cage of 28: a motor with N bars gets the same share of them broken. A motor is
simulated for the longest length once a severity and load; shorter recordings are its beginning, noise is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from diagmod.core.diagnosis import diagnose
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Bars of 28, loads over rated load, lengths in seconds, noise rms in dB of the rated current.
BARS, LOADS, LENGTHS_S, NOISES_DBC = (
    (0.3, 0.5, 1.0, 2.0),
    (0.2, 0.35, 0.5, 0.75, 1.0),
    (2.0, 5.0, 10.0, 20.0, 40.0),
    (-70.0, -50.0),
)

#: Timing noise in seconds rms of uneven clocks, at the length and noise of :data:`CLOCK_CELL`.
JITTERS_S, CLOCK_CELL = (5e-6, 2e-5), (10.0, -70.0)

FS_HZ = 5000.0


@dataclass(frozen=True)
class Cell:
    """One point of the grid."""

    bars: float
    load: float
    length_s: float
    noise_dbc: float
    jitter_s: float = 0.0


#: The whole grid, in the order in which verdicts are written down.
CELLS = (
    *(Cell(*point) for point in product(BARS, LOADS, LENGTHS_S, NOISES_DBC)),
    *(Cell(bars, load, *CLOCK_CELL, jitter) for bars, load, jitter in product(BARS, LOADS, JITTERS_S)),
)

#: One letter a verdict.
LETTERS = {"supported": "S", "not_supported": "N", "cannot_decide": "C"}


def verdicts_of_motor(seed: int, cells: tuple[Cell, ...] = CELLS) -> str:
    """Verdicts on broken bars of one sampled motor, a letter a cell."""
    rng = np.random.default_rng([seed, 61])
    specimen = sample_machine(rng)
    machine = specimen.machine
    supply, phase = sample_supply(rng, machine), int(rng.integers(1 << 30))
    longest = {(c.bars, c.load): 0.0 for c in cells}
    for c in cells:
        if not c.jitter_s:
            longest[c.bars, c.load] = max(longest[c.bars, c.load], c.length_s)
    plain = {
        key: Experiment(
            machine=machine, load_share=key[1], broken_bars=key[0] / 28 * machine.rotor_bars,
            imperfections=specimen.imperfections, supply=supply, seed=phase,
        )
        for key in longest
    }  # fmt: skip
    runs = {key: simulate([one], FS_HZ, longest[key])[0].currents for key, one in plain.items() if longest[key]}
    sigma = machine.rated.current_a
    letters = []
    for cell in cells:
        if cell.jitter_s:
            sensor = Sensor(noise_dbc=cell.noise_dbc, jitter_s=cell.jitter_s)
            currents = simulate([replace(plain[cell.bars, cell.load], sensor=sensor)], FS_HZ, cell.length_s)[0].currents
        else:
            clean = runs[cell.bars, cell.load][:, : round(cell.length_s * FS_HZ)]
            noise = np.random.default_rng([seed, 62, len(letters)]).standard_normal(clean.shape)
            currents = clean + sigma * 10 ** (cell.noise_dbc / 20) * noise
        verdict = diagnose(currents, FS_HZ, specimen.motor).fault("broken_bar").verdict
        letters.append(LETTERS[str(verdict)])
    return "".join(letters)
