"""Motors as a plant has them: sampled, each physically consistent, none perfect.

A machine is drawn by what its plate and catalogue say (power, slip, no-load share, breakdown torque), and its
circuit is solved to match, so that no draw is an impossible motor. Every healthy machine gets a little of
each fault, because a detector that has only seen perfect motors calls every real one broken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.experiment import Experiment, Imperfections, simulate
from diagmod.sim.machine import Machine
from diagmod.sim.slots import sequence_of_order
from diagmod.sim.supply import Supply

if TYPE_CHECKING:
    from diagmod.core.motor import Motor

#: Bar counts built for p pole pairs; plausible values collected from motor literature, without one source.
BAR_COUNTS = {
    1: (24, 26, 28, 30, 34, 38, 40, 46),
    2: (26, 28, 30, 32, 34, 38, 40, 44),
    3: (33, 42, 44, 46, 48, 51, 52),
    4: (44, 46, 48, 50, 52),
}

#: Shares of pole pairs 1 to 4 in a plant.
POLE_PAIR_SHARES = (0.25, 0.5, 0.2, 0.05)

#: Catalogue powers in kW.
POWERS_KW = (0.75, 1.1, 1.5, 2.2, 3.0, 4.0, 5.5, 7.5, 11.0, 15.0, 18.5, 22.0, 30.0, 37.0, 45.0, 55.0, 75.0, 90.0)

#: Drive-end bearings by upper power (kW).
BEARINGS = ((1.1, "6204"), (1.5, "6205"), (4.0, "6206"), (7.5, "6208"), (15.0, "6309"), (22.0, "6310"),
            (30.0, "6312"), (45.0, "6313"), (90.0, "6316"))  # fmt: skip


@dataclass(frozen=True)
class Specimen:
    """One motor of a population.

    Attributes
    ----------
    machine : Machine
    motor : Motor
        Its nameplate.
    imperfections : Imperfections
        What it has by nature.
    """

    machine: Machine
    motor: Motor
    imperfections: Imperfections


def sample_machine(rng: np.random.Generator, motor_id: str = "M1") -> Specimen:
    """Draw a motor.

    Power 0.75..90 kW, 1 to 4 pole pairs, 24..52 bars, rated slip 0.01..0.06 (smaller for larger motors),
    magnetising share 0.3..0.6, breakdown torque 2..3.5 times rated, 50 Hz / 400 V or 60 Hz / 460 V.

    Parameters
    ----------
    rng : numpy.random.Generator
    motor_id : str

    Returns
    -------
    Specimen

    Examples
    --------
    >>> specimen = sample_machine(np.random.default_rng(3))
    >>> 0.01 <= specimen.machine.rated.slip <= 0.06
    True
    """
    pole_pairs = int(rng.choice((1, 2, 3, 4), p=POLE_PAIR_SHARES))
    power_kw = float(rng.choice(POWERS_KW))
    line_hz, voltage_v = ((50.0, 400.0), (60.0, 460.0))[int(rng.random() < 0.25)]
    slip = float(np.clip(0.055 * (power_kw / 0.75) ** -0.28 * np.exp(0.2 * rng.standard_normal()), 0.0105, 0.0595))
    share = 0.55 - 0.05 * np.log10(power_kw / 0.75) + 0.04 * (pole_pairs - 2) + 0.05 * rng.standard_normal()
    machine = solve_circuit(
        pole_pairs=pole_pairs,
        rotor_bars=int(rng.choice(BAR_COUNTS[pole_pairs])),
        power_kw=power_kw,
        line_hz=line_hz,
        voltage_v=voltage_v,
        slip=slip,
        magnetising_share=float(np.clip(share, 0.31, 0.59)),
        breakdown_share=float(rng.uniform(2.0, 3.5)),
        resistance_ratio=float(rng.uniform(0.7, 1.4)),
        leakage_ratio=float(rng.uniform(0.7, 1.4)),
        inertia_kgm2=float(0.0023 * power_kw**1.25 * pole_pairs**1.5 * np.exp(0.4 * rng.standard_normal())),
    )
    bearing = next(name for upto_kw, name in BEARINGS if power_kw <= upto_kw)
    return Specimen(machine, machine.nameplate(motor_id, bearing=bearing), sample_imperfections(rng, machine))


def solve_circuit(
    *,
    pole_pairs: int,
    rotor_bars: int,
    power_kw: float,
    line_hz: float,
    voltage_v: float,
    slip: float,
    magnetising_share: float,
    breakdown_share: float,
    resistance_ratio: float,
    leakage_ratio: float,
    inertia_kgm2: float,
) -> Machine:
    """Circuit whose rated power falls at the given slip, with given no-load and breakdown shares.

    Parameters
    ----------
    pole_pairs, rotor_bars, line_hz, voltage_v, inertia_kgm2
        As in `Machine`.
    power_kw : float
        Rated shaft power; 1 % of it is friction.
    slip : float
        Rated slip.
    magnetising_share : float
        No-load over rated current.
    breakdown_share : float
        Largest over rated torque.
    resistance_ratio, leakage_ratio : float
        Stator over rotor resistance and leakage.
    """
    speed = 2 * np.pi * line_hz / pole_pairs * (1 - slip)
    torque_nm, base_ohm = power_kw * 1e3 / speed, voltage_v**2 / (power_kw * 1e3)
    omega, friction_nms = 2 * np.pi * line_hz, 0.01 * power_kw * 1e3 / speed**2
    leak_h, rotor_ohm, magnetising_h = 0.1 * base_ohm / omega, slip * base_ohm * 0.8, 2 * base_ohm / omega
    for _ in range(200):
        machine = Machine(
            pole_pairs=pole_pairs, rotor_bars=rotor_bars, stator_resistance_ohm=resistance_ratio * rotor_ohm,
            rotor_resistance_ohm=rotor_ohm, stator_leakage_h=leakage_ratio * leak_h, rotor_leakage_h=leak_h,
            magnetising_h=magnetising_h, inertia_kgm2=inertia_kgm2, friction_nms=friction_nms,
            rated_voltage_v=voltage_v, line_hz=line_hz, rated_torque_nm=1e-6 * torque_nm,
        )  # fmt: skip
        rated = machine.at_slip(slip)
        errors = (
            machine.breakdown.torque_nm / (breakdown_share * torque_nm),
            rated.torque_nm / (torque_nm + friction_nms * speed),
            abs(machine.at_slip(0.0).stator_a) / (magnetising_share * abs(rated.stator_a)),
        )
        leak_h *= errors[0] ** 0.5
        rotor_ohm *= errors[1] ** 0.5
        magnetising_h *= errors[2] ** 0.5
        if max(abs(error - 1) for error in errors) < 1e-9:
            break
    return replace(machine, rated_torque_nm=torque_nm)


def sample_imperfections(rng: np.random.Generator, machine: Machine) -> Imperfections:
    """Draw what a healthy machine has: 0.02..0.05 bar, f +- fr at -65..-50 dBc, slot lines at -70..-45 dBc.

    Slot harmonics appear only where the winding links them (see ``slots``). Eccentricity is set so that the
    stronger of f +- fr has the drawn level at rated load; static over dynamic is 1:2 to 2:1.
    """
    product = 10 ** (rng.uniform(-65, -50) / 20) / eccentricity_gain(machine)
    split = 2 ** rng.uniform(-0.5, 0.5)
    return Imperfections(
        bars=float(rng.uniform(0.02, 0.05)),
        bar_angle_rad=float(rng.uniform(0, np.pi)),
        static_gap=float(np.sqrt(product) * split),
        dynamic_gap=float(np.sqrt(product) / split),
        slot_share=slot_share_of_level(machine, float(rng.uniform(-70, -45))),
        resistance_share=(0.0, float(rng.normal(0, 0.01)), float(rng.normal(0, 0.01))),
    )


def eccentricity_gain(machine: Machine, gap: float = 0.1) -> float:
    """Stronger of the lines f +- fr over the fundamental, per product of static and dynamic eccentricity.

    It differs by 20 dB between motors (pole pairs, inertia, leakage), so a short run at rated load measures it,
    with both eccentricities at ``gap``: it rises with them.
    """
    fs = 20 * machine.line_hz
    run = simulate([Experiment(machine=machine, load_share=1.0, static_gap=gap, dynamic_gap=gap)], fs, 2.0)[0]
    vector = np.array([1.0, np.exp(2j * np.pi / 3), np.exp(-2j * np.pi / 3)]) @ run.currents
    taper, times_s = np.blackman(vector.size), np.arange(vector.size) / fs
    lines_hz = (machine.line_hz, machine.line_hz - run.truth.rotor_hz, machine.line_hz + run.truth.rotor_hz)
    main, lower, upper = (abs(np.sum(taper * vector * np.exp(-2j * np.pi * hz * times_s))) for hz in lines_hz)
    return float(max(lower, upper) / main / gap**2)


def slot_share_of_level(machine: Machine, level_dbc: float) -> float:
    """Slot-harmonic flux share that gives a principal slot harmonic of a level at rated load."""
    rated = machine.rated
    psi_m = machine.magnetising_h * abs(rated.stator_a + rated.rotor_a)
    parallel_h = machine.rotor_leakage_h * machine.magnetising_h / (machine.rotor_leakage_h + machine.magnetising_h)
    return float(10 ** (level_dbc / 20) * abs(rated.stator_a) * (machine.stator_leakage_h + parallel_h) / psi_m)


def shows_slot_harmonics(machine: Machine) -> bool:
    """Whether the winding links a principal slot harmonic (nd = 0, k = 1) without eccentricity."""
    p, bars = machine.pole_pairs, machine.rotor_bars
    return sequence_of_order(bars - p, p) != 0 or sequence_of_order(bars + p, p) != 0


def sample_supply(rng: np.random.Generator, machine: Machine) -> Supply:
    """Draw an ordinary grid: frequency within 0.05 Hz and wandering, V2 up to 1 %, harmonics 5, 7, 11, 13."""
    v2 = rng.uniform(0.001, 0.01) * np.exp(1j * rng.uniform(0, 2 * np.pi))
    return Supply(
        line_hz=machine.line_hz + float(rng.normal(0, 0.02)),
        voltage_share=float(rng.uniform(0.97, 1.03)),
        v2_over_v1=complex(v2),
        harmonics_pct={h: float(rng.uniform(0.2, 1.0) * top) for h, top in ((5, 2.5), (7, 1.5), (11, 0.8), (13, 0.6))},
        wander_hz=float(rng.uniform(0.003, 0.015)),
    )
