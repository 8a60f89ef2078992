"""Start-ups of sampled motors on an unkind plant: unbalanced supply, eccentric rotor, pulsating load, noise."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Sampling rate in Hz, length of a recording and moment of switching on in seconds.
FS, DURATION_S, SWITCH_ON_S = 2000.0, 14.0, 0.5


class SampledStartUp(NamedTuple):
    """One simulated start-up."""

    currents: NDArray[np.float64]
    line_hz: float
    rotor_bars: int


def sampled_startup(seed: int, broken_bars: float, run_up_s: tuple[float, float] = (2.0, 6.0)) -> SampledStartUp:
    """Start-up of the motor, plant and sensor that belong to a seed; only the number of broken bars is chosen.

    The driven inertia makes the run-up last about ``run_up_s`` seconds. V2 up to 3 %, either eccentricity up to a
    quarter of the gap, torque swings up to 5 % at 1 to 12 Hz and 3 % at shaft frequency, noise at -75 to -45 dBc, and
    in every third motor 5 % of the turns of a phase shorted.
    """
    rng = np.random.default_rng([seed, 2026])
    specimen = sample_machine(rng)
    machine = specimen.machine
    alone_s = machine.inertia_kgm2 * machine.sync_rad_s() / (1.2 * machine.rated_torque_nm)
    mechanics = Mechanics(
        begins_at_rest=True,
        switch_on_s=SWITCH_ON_S,
        curve=("constant", "linear", "quadratic")[seed % 3],
        inertia_factor=max(1.0, float(rng.uniform(*run_up_s)) / alone_s),
        swings=(
            Swing(share=float(rng.uniform(0, 0.05)), hz=float(rng.uniform(1, 12))),
            Swing(share=float(rng.uniform(0, 0.03)), shaft_order=1.0),
        ),
    )
    v2 = rng.uniform(0, 0.03) * np.exp(1j * rng.uniform(0, 2 * np.pi))
    static_gap, dynamic_gap = rng.uniform(0, 0.25, 2)
    experiment = Experiment(
        machine=machine,
        load_share=float(rng.uniform(0.1, 0.6)),
        supply=replace(sample_supply(rng, machine), v2_over_v1=complex(v2)),
        mechanics=mechanics,
        sensor=Sensor(noise_dbc=float(rng.uniform(-75, -45))),
        imperfections=specimen.imperfections,
        static_gap=float(static_gap),
        dynamic_gap=float(dynamic_gap),
        short_share=0.05 if rng.random() < 1 / 3 else 0.0,
        broken_bars=broken_bars,
        seed=seed,
    )
    run = simulate([experiment], FS, DURATION_S)[0]
    return SampledStartUp(run.currents, experiment.supply.line_hz, machine.rotor_bars)
