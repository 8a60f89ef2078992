"""Recordings that fool a careless diagnosis, made by the simulator, each with what is the right answer.

The cases are those of the project's reference (section 5). One sampled motor, supply and recorder a seed; the
load is drawn too, unless the case is about it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from diagmod.core.diagnosis import diagnose
from diagmod.core.verdicts import Diagnosis, QualityVerdict, Verdict
from diagmod.sim.experiment import Experiment, Simulated, simulate
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.population import Specimen, eccentricity_gain, sample_machine, sample_supply
from diagmod.sim.sensor import Sensor

#: Sampling rate (Hz) and length (s) of every recording.
FS_HZ, DURATION_S = 5000.0, 10.0

#: Voltage unbalance of the cases in which the supply is to be balanced.
BALANCED = 0.001


@dataclass(frozen=True)
class Case:
    """One counterfeit: how it is made, and what is wrong with an answer (empty for nothing)."""

    name: str
    make: Callable[[Specimen, Experiment, np.random.Generator], Experiment]
    wrong: Callable[[Diagnosis, Simulated], list[str]]
    load: tuple[float, float] = field(default=(0.4, 1.0))


def draw(case: Case, seed: int) -> tuple[Specimen, Simulated]:
    """One recording of a case."""
    rng = np.random.default_rng([seed, 20])
    specimen = sample_machine(rng)
    plain = Experiment(
        machine=specimen.machine,
        load_share=float(rng.uniform(*case.load)),
        imperfections=specimen.imperfections,
        supply=sample_supply(rng, specimen.machine),
        sensor=Sensor(noise_dbc=float(rng.uniform(-80, -60)), range_share=3.0, bits=16),
        seed=seed,
    )
    return specimen, simulate([case.make(specimen, plain, rng)], FS_HZ, DURATION_S)[0]


def judge(case: Case, seed: int) -> tuple[Diagnosis, Simulated, list[str]]:
    """Diagnosis of one recording of a case, the truth, and what is wrong with the diagnosis."""
    specimen, run = draw(case, seed)
    found = diagnose(run.currents, run.fs, specimen.motor, stamps_s=run.stamps_s)
    return found, run, case.wrong(found, run)


def _expect(found: Diagnosis, **wanted: str | tuple[str, ...]) -> list[str]:
    """Which verdicts are none of those wanted."""
    wrong = []
    for name, allowed in wanted.items():
        verdict = str(found.fault(name).verdict)
        if verdict not in ((allowed,) if isinstance(allowed, str) else allowed):
            wrong.append(f"{name} {verdict}")
    return wrong


def _no_fault(found: Diagnosis) -> list[str]:
    return [f"{v.name} supported" for v in found.faults if v.verdict == Verdict.SUPPORTED]


def _healthy_at_low_slip(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    """Load at which the slip is 0.004."""
    del rng
    machine = specimen.machine
    torque = machine.at_slip(0.004).torque_nm - machine.friction_nms * machine.sync_rad_s() * 0.996
    return replace(plain, load_share=torque / machine.rated_torque_nm)


def _torque_swing(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    """1 % of rated torque at 0.7, 1.0 or 1.4 times twice the slip."""
    machine = specimen.machine
    slip = machine.slip_at_torque(plain.load_share * machine.rated_torque_nm)
    hz = float(rng.choice((0.7, 1.0, 1.4))) * 2 * slip * machine.line_hz
    return replace(plain, mechanics=Mechanics(swings=(Swing(share=0.01, hz=hz),)))


def _eccentric(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    """Static and dynamic gap that put the stronger of f -+ fr at -35 dBc."""
    del rng
    gap = float(np.sqrt(10 ** (-35 / 20) / eccentricity_gain(specimen.machine)))
    natural = plain.imperfections
    quiet = replace(natural, static_gap=0.0, dynamic_gap=0.0)
    return replace(_balanced(plain), static_gap=min(gap, 0.45), dynamic_gap=min(gap, 0.45), imperfections=quiet)


def _eccentric_with_bar(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    return replace(_eccentric(specimen, plain, rng), broken_bars=1.0)


def _balanced(plain: Experiment) -> Experiment:
    return replace(
        plain,
        supply=replace(plain.supply, v2_over_v1=BALANCED),
        imperfections=replace(plain.imperfections, resistance_share=(0.0, 0.0, 0.0)),
    )


def _grid_below_nominal(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    del rng
    return replace(plain, supply=replace(plain.supply, line_hz=specimen.machine.line_hz - 0.1, wander_hz=0.0))


def _current_unbalance(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    """Voltage unbalance that gives I2 / I1 of 15 %, from the negative-sequence circuit."""
    machine = specimen.machine
    slip = machine.slip_at_torque(plain.load_share * machine.rated_torque_nm)
    ratio = abs(machine.at_slip(2 - slip).stator_a) / abs(machine.at_slip(slip).stator_a)
    v2 = 0.15 / ratio * np.exp(1j * rng.uniform(0, 2 * np.pi))
    return replace(plain, supply=replace(plain.supply, v2_over_v1=complex(v2)))


def _voltage_unbalance(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    del specimen
    v2 = 0.02 * np.exp(1j * rng.uniform(0, 2 * np.pi))
    return replace(plain, supply=replace(plain.supply, v2_over_v1=complex(v2)))


def _software_timer(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    """Jitter of 0.1 to 0.4 ms, time stamps of 1 ms."""
    del specimen
    jitter_s = float(rng.uniform(1e-4, 4e-4))
    return replace(plain, sensor=replace(plain.sensor, jitter_s=jitter_s, stamp_step_s=1e-3))


def _held_or_dropped(specimen: Specimen, plain: Experiment, rng: np.random.Generator) -> Experiment:
    del specimen
    share = float(rng.choice((0.003, 0.01, 0.05, 0.2)))
    held = bool(rng.random() < 0.5)
    return replace(plain, sensor=replace(plain.sensor, **{"held_share" if held else "dropped_share": share}))


def _wrong_low_slip(found: Diagnosis, run: Simulated) -> list[str]:
    del run
    return _no_fault(found) + _expect(found, broken_bar="cannot_decide")


def _wrong_swing(found: Diagnosis, run: Simulated) -> list[str]:
    del run
    return _no_fault(found)


def _wrong_eccentric(found: Diagnosis, run: Simulated) -> list[str]:
    wrong = _expect(found, eccentricity="supported", broken_bar=("not_supported", "cannot_decide"))
    return wrong + _expect(found, stator_short="not_supported") + _slip_wrong(found, run)


def _wrong_eccentric_with_bar(found: Diagnosis, run: Simulated) -> list[str]:
    wrong = _expect(found, eccentricity="supported", broken_bar="supported", stator_short="not_supported")
    return wrong + _slip_wrong(found, run)


def _slip_wrong(found: Diagnosis, run: Simulated) -> list[str]:
    slip = found.slip.interval
    if slip is None:
        return [f"slip unknown ({found.slip.reason})"]
    return [] if abs(slip.value - run.truth.slip) < 3e-4 else [f"slip {slip.value:.5f}, truth {run.truth.slip:.5f}"]


def _wrong_grid(found: Diagnosis, run: Simulated) -> list[str]:
    line = found.line_hz
    is_right = line is not None and abs(line.value - run.truth.line_hz) < 1e-3
    return _no_fault(found) + ([] if is_right else [f"line {line}, truth {run.truth.line_hz:.4f} Hz"])


def _wrong_unbalance(found: Diagnosis, run: Simulated) -> list[str]:
    del run
    return _no_fault(found) + _expect(found, unbalance="supported", stator_short="cannot_decide")


def _wrong_voltage(found: Diagnosis, run: Simulated) -> list[str]:
    del run
    return _no_fault(found) + _expect(found, stator_short="cannot_decide")


def _wrong_clock(found: Diagnosis, run: Simulated) -> list[str]:
    del run
    quality = found.quality
    refused = quality.verdict == QualityVerdict.UNUSABLE and not quality.is_clock_reliable
    told = [] if refused else [f"quality {quality.verdict}: {[r.code for r in quality.reasons]}"]
    return told + [f"{v.name} {v.verdict}" for v in found.faults if v.verdict != Verdict.CANNOT_DECIDE]


CASES = (
    Case("healthy at a slip of 0.004", _healthy_at_low_slip, _wrong_low_slip),
    Case("torque swing near twice the slip", _torque_swing, _wrong_swing),
    Case("eccentricity at -35 dBc", _eccentric, _wrong_eccentric),
    Case("eccentricity with a broken bar", _eccentric_with_bar, _wrong_eccentric_with_bar, load=(0.5, 1.0)),
    Case("grid a tenth of a hertz low", _grid_below_nominal, _wrong_grid),
    Case("15 % negative sequence", _current_unbalance, _wrong_unbalance),
    Case("software timer with 1 ms stamps", _software_timer, _wrong_clock),
    Case("2 % voltage unbalance", _voltage_unbalance, _wrong_voltage),
    Case("held or dropped samples", _held_or_dropped, _wrong_clock),
)
