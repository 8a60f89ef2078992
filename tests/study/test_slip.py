"""How near slip and supply frequency come to the truth, over sampled motors, loads and lengths."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from study_table import StudyTable

from diagmod.core.diagnosis import diagnose
from diagmod.core.motor import Motor
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.population import sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Loads over rated load, lengths in seconds, and conditions of the rotor.
LOADS, LENGTHS_S, CONDITIONS = (0.25, 0.5, 0.75, 1.0), (5.0, 10.0, 20.0), ("sound", "one bar", "eccentric")

#: Motors of one cell, and sampling rate in Hz.
N_MOTORS, FS_HZ = 30, 5000.0

ERRORS = ("median_error", "p95_error", "worst_error")
SLIP = StudyTable("slip", ("n", "known", *ERRORS, "inside_interval_pct", "median_half_width", "reasons_unknown"))
LINE = StudyTable("line_frequency", ("n", "median_error_mhz", "worst_error_mhz", "limit_mhz"))


def _plain(seed: int, load: float) -> tuple[Experiment, Motor]:
    rng = np.random.default_rng([seed, 41])
    specimen = sample_machine(rng)
    plain = Experiment(
        machine=specimen.machine, load_share=load, imperfections=specimen.imperfections,
        supply=sample_supply(rng, specimen.machine), sensor=Sensor(noise_dbc=float(rng.uniform(-75, -60))), seed=seed,
    )  # fmt: skip
    return plain, specimen.motor


def _slip(work: tuple[int, float, float, str]) -> tuple[float, bool, float, str]:
    seed, load, length_s, condition = work
    plain, motor = _plain(seed, load)
    if condition == "one bar":
        plain = replace(plain, broken_bars=1.0)
    if condition == "eccentric":
        plain = replace(plain, static_gap=0.2, dynamic_gap=0.2)
    run = simulate([plain], FS_HZ, length_s)[0]
    found = diagnose(run.currents, FS_HZ, motor).slip
    if found.interval is None:
        return float("nan"), False, float("nan"), found.reason.split(" say ")[0].split(";")[0]
    slip = found.interval
    return abs(slip.value - run.truth.slip), slip.low <= run.truth.slip <= slip.high, (slip.high - slip.low) / 2, ""


@pytest.mark.study
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("length_s", LENGTHS_S)
@pytest.mark.parametrize("load", LOADS)
def test_slip_without_a_tachometer(load: float, length_s: float, condition: str) -> None:
    case = f"{condition}, load {load:g}, {length_s:g} s"
    if SLIP.has(case):
        return
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(_slip, [(seed, load, length_s, condition) for seed in range(N_MOTORS)]))
    known = [f for f in found if np.isfinite(f[0])]
    errors = np.array([f[0] for f in known])
    SLIP.add(
        case,
        n=len(found),
        known=len(known),
        median_error=f"{np.median(errors):.1e}",
        p95_error=f"{np.quantile(errors, 0.95):.1e}",
        worst_error=f"{errors.max():.1e}",
        inside_interval_pct=f"{100 * np.mean([f[1] for f in known]):.0f}",
        median_half_width=f"{np.median([f[2] for f in known]):.1e}",
        reasons_unknown="; ".join(sorted({f[3] for f in found if f[3]})),
    )
    assert len(known) >= 0.8 * len(found)
    assert np.quantile(errors, 0.9) < 5e-4


def _line_error_hz(work: tuple[int, str]) -> float:
    seed, grid = work
    rng = np.random.default_rng([seed, 43])
    plain, motor = _plain(seed, float(rng.uniform(0.4, 1.0)))
    wander, offset = {"steady": (0.0, 0.0), "49.9 Hz": (0.0, -0.1), "wandering": (plain.supply.wander_hz, 0.0)}[grid]
    line_hz = plain.machine.line_hz + (offset or float(rng.normal(0, 0.02)))
    # Both sidebands of n bars together are about n / N: this many put either at -35 dBc.
    bars = min(2 * 10 ** (-35 / 20) * plain.machine.rotor_bars, plain.machine.rotor_bars / 7)
    supply = replace(plain.supply, wander_hz=wander, line_hz=line_hz)
    with_bars = replace(plain, supply=supply, broken_bars=bars, sensor=Sensor(noise_dbc=-60.0))
    run = simulate([with_bars], FS_HZ, 10.0)[0]
    found = diagnose(run.currents, FS_HZ, motor).line_hz
    return abs(found.value - run.truth.line_hz) if found else float("inf")


@pytest.mark.study
@pytest.mark.parametrize(("grid", "limit_hz"), [("steady", 1e-3), ("49.9 Hz", 1e-3), ("wandering", 5e-3)])
def test_supply_frequency_with_sidebands_and_noise(grid: str, limit_hz: float) -> None:
    if LINE.has(grid):
        return
    with ProcessPoolExecutor(2) as pool:
        errors = np.array(list(pool.map(_line_error_hz, [(seed, grid) for seed in range(60)], chunksize=4)))
    LINE.add(
        grid,
        n=len(errors),
        median_error_mhz=f"{1e3 * np.median(errors):.3f}",
        worst_error_mhz=f"{1e3 * errors.max():.3f}",
        limit_mhz=1e3 * limit_hz,
    )
    assert errors.max() < limit_hz
