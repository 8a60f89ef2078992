"""Signal-level pictures of four faults: which lines they add, and how strong when fully developed.

Frequencies follow the reference formulas (f supply, p pole pairs, s slip, fr shaft, N bars):
broken bar f(1 +- 2ks); mixed eccentricity f +- fr; inter-turn short a rise of I2 and of the third
harmonic; outer race |f +- m BPFO|. Levels are typical textbook levels, chosen for a demonstration.
They are stated with every recording as ground truth and make no claim about a real machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.sim.signal import Line

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class OperatingPoint:
    """What the fault frequencies depend on.

    Attributes
    ----------
    line_hz : float
        Supply frequency in Hz.
    slip : float
        0..1.
    pole_pairs : int
    rotor_bars : int
    """

    line_hz: float
    slip: float
    pole_pairs: int
    rotor_bars: int

    @property
    def rotor_hz(self) -> float:
        """Shaft frequency f (1 - s) / p in Hz."""
        return self.line_hz * (1 - self.slip) / self.pole_pairs


@dataclass(frozen=True)
class FaultPicture:
    """What a fault adds to a healthy current: lines, negative sequence, third harmonic."""

    lines: tuple[Line, ...] = ()
    i2_over_i1: complex = 0.0
    h3_pct: float = 0.0


def broken_bar(point: OperatingPoint, level_dbc: float) -> FaultPicture:
    """Sidebands at f(1 +- 2ks), k = 1, 2; the second pair 12 dB below the first."""
    offset = 2 * point.slip * point.line_hz
    pairs = ((1, level_dbc), (2, level_dbc - 12))
    return FaultPicture(_beside(point.line_hz, offset, pairs, 0.4))


def eccentricity(point: OperatingPoint, level_dbc: float) -> FaultPicture:
    """Mixed eccentricity: f +- fr at the level, f +- 2 fr 10 dB below it."""
    pairs = ((1, level_dbc), (2, level_dbc - 10))
    return FaultPicture(_beside(point.line_hz, point.rotor_hz, pairs, 0.7))


def stator_short(point: OperatingPoint, level_dbc: float) -> FaultPicture:
    """Inter-turn short in phase R: negative sequence at the level, a third harmonic 6 dB below it."""
    ratio = 10 ** (level_dbc / 20)
    return FaultPicture(i2_over_i1=ratio * np.exp(1j * np.radians(70)), h3_pct=50 * ratio)


def bearing_outer(point: OperatingPoint, level_dbc: float) -> FaultPicture:
    """Outer race with 9 balls: |f +- m BPFO| at the level, m = 2 at 6 dB below; BPFO about 0.4 x 9 fr."""
    bpfo_hz = 0.4 * 9 * point.rotor_hz
    pairs = ((1, level_dbc), (2, level_dbc - 6))
    return FaultPicture(_beside(point.line_hz, bpfo_hz, pairs, 1.1))


#: Condition name to its picture and its level in dBc when fully developed.
FAULTS: dict[str, tuple[Callable[[OperatingPoint, float], FaultPicture], float]] = {
    "broken_bar": (broken_bar, -32.0),
    "eccentricity": (eccentricity, -30.0),
    "stator_short": (stator_short, -20.0),
    "bearing_outer": (bearing_outer, -36.0),
}

#: Level in dBc at which a fault begins to develop: well below the noise of a plant's recorder.
ONSET_DBC = -75.0


def level_of_severity(condition: str, severity: float) -> float:
    """Level in dBc of a fault at a severity 0..1: linear in dB from :data:`ONSET_DBC` to fully developed."""
    return ONSET_DBC + severity * (FAULTS[condition][1] - ONSET_DBC)


def _beside(
    line_hz: float, offset_hz: float, pairs: tuple[tuple[int, float], ...], phase_rad: float
) -> tuple[Line, ...]:
    """Lines at line_hz -+ k offset_hz; ``pairs`` holds the k and their levels in dBc."""
    return tuple(Line(line_hz + side * k * offset_hz, db, phase_rad * k) for k, db in pairs for side in (-1, 1))
