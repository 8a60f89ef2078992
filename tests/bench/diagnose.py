"""A whole diagnosis of three phases against statorscope, which diagnoses one phase of the same array.

The recording is a simulated motor with a broken bar, harmonics and noise. Both get the array as they like it,
made before the clock starts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import statorscope
from bench.rows import Row, alternate
from numpy.typing import NDArray

from diagmod.core.diagnosis import diagnose
from diagmod.core.motor import Motor
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Goal: at least this many times faster.
TIMES_FASTER = 20.0


def diagnose_10s_vs_statorscope(workshop: Path) -> Row:
    """10 s x 3 x 10 kHz; the ratio is ours over theirs."""
    del workshop  # nothing is written
    return _row("diagnose_10s_vs_statorscope", 10_000.0, 10.0, rounds=7)


def diagnose_60s_vs_statorscope(workshop: Path) -> Row:
    """60 s x 3 x 25.6 kHz; the ratio is ours over theirs."""
    del workshop  # nothing is written
    return _row("diagnose_60s_vs_statorscope", 25_600.0, 60.0, rounds=3)


def _row(name: str, fs: float, duration_s: float, rounds: int) -> Row:
    motor, currents = _recording(fs, duration_s)
    theirs = statorscope.Motor(
        pole_pairs=motor.pole_pairs, rotor_bars=motor.rotor_bars, line_hz=motor.line_hz, rated_rpm=motor.rated_rpm
    )
    recording = statorscope.Recording(np.ascontiguousarray(currents.T, dtype=np.float64), fs)
    ours_s, theirs_s = alternate(
        lambda: diagnose(currents, fs, motor), lambda: statorscope.diagnose(recording, theirs), rounds
    )
    return Row(name, ours_s, "s", theirs_s, ours_s / theirs_s, 1 / TIMES_FASTER)


def _recording(fs: float, duration_s: float) -> tuple[Motor, NDArray[np.float32]]:
    rng = np.random.default_rng(3)
    specimen = sample_machine(rng)
    experiment = Experiment(
        machine=specimen.machine,
        broken_bars=1.0,
        imperfections=specimen.imperfections,
        supply=sample_supply(rng, specimen.machine),
        sensor=Sensor(noise_dbc=-70.0),
    )
    return specimen.motor, simulate([experiment], fs, duration_s)[0].currents.astype(np.float32)
