"""How the three phases are wired: exchanged, reversed or recorded twice, told from their fundamentals.

A three-phase motor draws three currents a third of a period apart. When the sensors are clamped on
the wrong way round or the channels are exchanged, the fundamentals still stand at multiples of 60 degrees,
and one of the eight possible wirings makes them a positive sequence again. That wiring is used for
the analysis and named; the file is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.core.symmetrical import FORTESCUE

#: Unbalance sqrt(I0^2 + I2^2) / I1 as recorded, above which another wiring is considered. A motor with one phase at
#: a tenth of the others has 0.6, a reversed sensor 2.8, an exchanged pair more than 1.
#: Pinned by test_wiring_of_a_badly_unbalanced_motor_is_left_alone.
SUSPECT_UNBALANCE = 0.65

#: Unbalance that another wiring must reach to be believed. Pinned by the same test.
BELIEVED_UNBALANCE = 0.35

#: Angle in degrees below which two phases carry the same current: in a motor they are 120 degrees apart, and the worst
#: unbalance that runs leaves 60. Pinned by test_a_channel_recorded_twice_is_named.
SAME_ANGLE_DEG = 3.0


Scalar = TypeVar("Scalar", bound=np.inexact)


@dataclass(frozen=True)
class Wiring:
    """The wiring of three channels that makes their fundamentals a positive sequence.

    Attributes
    ----------
    order : str
        "RST", or "RTS" where the sequence is reversed and the second and third phase are exchanged for analysis.
    reversed_phase : str
        Letter of the phase whose sign is changed for analysis; empty for none.
    alike : str
        Letters of phases that carry the same current, so that no space vector exists; empty for none.
    i0_over_i1, i2_over_i1 : complex
        Zero and negative over positive sequence in that wiring; NaN without three different phases.
    """

    order: str = "RST"
    reversed_phase: str = ""
    alike: str = ""
    i0_over_i1: complex = complex("nan")
    i2_over_i1: complex = complex("nan")

    @property
    def is_corrected(self) -> bool:
        """Whether the analysis uses another wiring than the file's."""
        return self.order != "RST" or bool(self.reversed_phase)

    @property
    def signs(self) -> NDArray[np.float64]:
        """Factor 1 or -1 of every recorded phase, shape (3,)."""
        return np.array([-1.0 if letter == self.reversed_phase else 1.0 for letter in PHASES])

    @property
    def note(self) -> str:
        """What is wrong and what was done about it, in one sentence; empty where nothing is."""
        if self.alike:
            return (
                f"phases {' and '.join(self.alike)} carry the same current; one channel was recorded twice, "
                "so a single phase is analysed; check the wiring of the channels"
            )
        parts = []
        if self.reversed_phase:
            parts.append(f"phase {self.reversed_phase} is reversed, its sign is changed for analysis")
        if self.order != "RST":
            parts.append("phase order R-T-S: sequence reversed, S and T are exchanged for analysis")
        return "; ".join(parts)


def find_wiring(phasors: NDArray[np.complexfloating]) -> Wiring:
    """The wiring under which three fundamentals are closest to a positive sequence.

    The recorded wiring stays unless it is far from a positive sequence and another one is close to it: a motor that is
    badly unbalanced is not rewired.

    Parameters
    ----------
    phasors : ndarray of complex, shape (3,)
        Fundamentals of R, S, T; NaN for an unusable phase.

    Examples
    --------
    >>> turn = np.exp(-2j * np.pi / 3)
    >>> find_wiring(np.array([1, turn**2, turn])).order
    'RTS'
    >>> find_wiring(np.array([1, -turn, turn**2])).reversed_phase
    'S'
    """
    if not np.isfinite(phasors).all() or not np.abs(phasors).min() > 0:
        return Wiring()
    if alike := _alike(phasors):
        return Wiring(alike=alike)
    recorded = _unbalance(phasors)
    best = Wiring()
    if recorded > SUSPECT_UNBALANCE:
        candidates = [Wiring(order, letter) for order in ("RST", "RTS") for letter in ("", *PHASES)]
        closest = min(candidates, key=lambda wiring: _unbalance(rewire(phasors, wiring)))
        if _unbalance(rewire(phasors, closest)) < BELIEVED_UNBALANCE:
            best = closest
    i0, i1, i2 = FORTESCUE @ rewire(phasors, best)
    i1 = i1 if abs(i1) > 0 else complex("nan")
    return Wiring(best.order, best.reversed_phase, "", complex(i0 / i1), complex(i2 / i1))


def rewire(rows: NDArray[Scalar], wiring: Wiring) -> NDArray[Scalar]:
    """Three currents, shape (3, n), or phasors, shape (3,), in the wiring used for analysis, as a copy."""
    signs = wiring.signs.astype(rows.real.dtype)
    signed = rows * (signs if rows.ndim == 1 else signs[:, None])
    return signed if wiring.order == "RST" else signed[[0, 2, 1]]


def _unbalance(phasors: NDArray[np.complexfloating]) -> float:
    i0, i1, i2 = np.abs(FORTESCUE @ phasors)
    return float(np.hypot(i0, i2) / max(i1, 1e-9 * np.abs(phasors).max()))


def _alike(phasors: NDArray[np.complexfloating]) -> str:
    pairs = [(0, 1), (0, 2), (1, 2)]
    same = [(j, k) for j, k in pairs if abs(np.angle(phasors[j] / phasors[k], deg=True)) < SAME_ANGLE_DEG]
    return "".join(PHASES[k] for k in sorted({k for pair in same for k in pair}))
