"""How faults grow: from nothing to fully developed, in the size that each has physically.

A fault is a cause (so many bars, such a share of the turns), never a level in the spectrum: what it makes of the
current follows from the machine, its load and its supply. Of eccentricity alone the size at the end is chosen by its
effect, since the same share of the gap differs by 20 dB between machines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.bearings import find_bearing
from diagmod.sim.mechanics import BearingFault
from diagmod.sim.population import eccentricity_gain

if TYPE_CHECKING:
    from diagmod.sim.experiment import Experiment
    from diagmod.sim.population import Specimen

#: Every fault that is simulated, and the unit of its size.
FAULTS = {
    "broken_bar": "bars",
    "eccentricity": "share of the gap",
    "stator_short": "share of the turns",
    "bearing_outer": "share of rated torque",
}

#: Broken bars at the end; below a sixth of the smallest cage (24 bars).
FULL_BARS = 3.0

#: Stronger of f +- fr at the end, dBc at rated load (up to 6 dB more at half load): 15 dB above the strongest that a
#: sampled machine has by nature. Held by test_faults.
FULL_ECCENTRICITY_DBC = -35.0

#: Largest static and dynamic eccentricity together, as a share of the gap; beyond, rotors touch.
MOST_GAP = 0.9

#: Share of the turns of one phase that is shorted at the end. With about three times rated current in them, I2 is 7
#: to 9 % of the rated current (test_faults).
FULL_SHORT = 0.10

#: Peak of the friction pulse of a rolled-over defect at the end. Over 30 sampled machines it makes lines at -75 to
#: -115 dBc, median -94: 15 dB above the floor of a 6 s record with noise at -70 dB, and nothing on most two-pole
#: motors. Bearings are that weak in the current.
FULL_BEARING_TORQUE = 0.01


@dataclass(frozen=True)
class Ailment:
    """What becomes of one motor.

    Attributes
    ----------
    condition : str
        "healthy" or a name of :data:`FAULTS`.
    full_size : float
        Size at severity 1, in the unit that :data:`FAULTS` gives.
    phase : str
        Of an inter-turn short: the phase it is in.
    shaft_order : float
        Of a bearing defect: how often per turn of the shaft it is rolled over.
    """

    condition: str = "healthy"
    full_size: float = 0.0
    phase: str = ""
    shaft_order: float = 0.0

    @property
    def unit(self) -> str:
        """Unit of the size; empty for a healthy motor."""
        return FAULTS.get(self.condition, "")

    def size_at(self, severity: float) -> float:
        """Size of the fault: it grows in proportion to the severity 0..1."""
        return self.full_size * severity

    def added_to(self, experiment: Experiment, severity: float) -> Experiment:
        """The experiment with the fault at a severity 0..1."""
        size = self.size_at(severity)
        if self.condition == "healthy" or size == 0:
            return experiment
        if self.condition == "broken_bar":
            return replace(experiment, broken_bars=size)
        if self.condition == "eccentricity":
            return replace(experiment, static_gap=size, dynamic_gap=size)
        if self.condition == "stator_short":
            return replace(experiment, short_share=size, short_phase=self.phase)
        return replace(experiment, bearing=BearingFault(shaft_order=self.shaft_order, torque_share=size))


def draw_ailment(condition: str, specimen: Specimen, rng: np.random.Generator) -> Ailment:
    """What a condition becomes in one motor.

    Parameters
    ----------
    condition : str
        "healthy" or a name of :data:`FAULTS`.
    specimen : Specimen
    rng : numpy.random.Generator
        Draws the shorted phase, and the true geometry of the bearing within what its designation leaves open.

    Raises
    ------
    ValueError
        The condition is unknown.
    """
    if condition == "healthy":
        return Ailment()
    if condition not in FAULTS:
        raise ValueError(f"condition must be healthy, {', '.join(FAULTS)}, got {condition!r}")
    if condition == "broken_bar":
        return Ailment(condition, FULL_BARS)
    if condition == "eccentricity":
        return Ailment(condition, gap_of_level(specimen, FULL_ECCENTRICITY_DBC))
    if condition == "stator_short":
        return Ailment(condition, FULL_SHORT, phase=str(rng.choice(["R", "S", "T"])))
    bearing = find_bearing(specimen.motor.bearing)
    if bearing is None:
        raise ValueError(f"bearing must be one of core.bearings, got {specimen.motor.bearing!r}; name a known one")
    tone = bearing.tones().bpfo
    return Ailment(condition, FULL_BEARING_TORQUE, shaft_order=float(rng.uniform(tone.low, tone.high)))


def gap_of_level(specimen: Specimen, level_dbc: float) -> float:
    """Static and dynamic eccentricity, each, to add to the natural ones for a level of f +- fr at rated load.

    The level follows the product of both eccentricities while they are small and rises faster when they are not,
    so the gain is measured again where the first answer lies.

    Parameters
    ----------
    specimen : Specimen
    level_dbc : float
        Of the stronger of f +- fr against the fundamental.

    Returns
    -------
    float
        Share of the gap; less than the level asks for where the rotor would touch.
    """
    natural = specimen.imperfections
    sum_gap, difference = natural.static_gap + natural.dynamic_gap, natural.static_gap - natural.dynamic_gap
    ratio, gap = 10 ** (level_dbc / 20), 0.1
    for _ in range(3):
        product = ratio / eccentricity_gain(specimen.machine, gap)
        gap = min(float(np.sqrt(product)), MOST_GAP / 2)
    # (static + x)(dynamic + x) = product
    added = float(np.sqrt((difference / 2) ** 2 + gap**2)) - sum_gap / 2
    return min(max(added, 0.0), (MOST_GAP - sum_gap) / 2)
