"""Which phase holds a short: the direction in which it moves the negative sequence.

A short of turns changes the current of its phase in a fixed relation to that phase's own voltage. Moved to the
next phase, the same short turns its I2 / I1 by 120 degrees (Fortescue's matrix; test_short_direction derives it).
So the three phases have three directions 120 degrees apart, and one unknown angle common to all. It depends on the
impedance of the shorted loop, whose reactance grows faster with the turns than its resistance: stronger shorts
lie at another angle than weak ones. So the angle is a line over the size of the change, fitted to labelled
recordings by medians that a minority of wrong labels cannot move far, and not continued beyond their sizes.

Shorts of two phases at once add up to a change between their directions: with equal strength 60 degrees from
either, with one half as strong as the other 30 degrees from the stronger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import siegelslopes

from diagmod.core.recording import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Distance from a phase's direction (degrees) up to which a change is that phase's alone. Half way to the edge
#: of its sector; there a second phase is half as strong as the first. Pinned by test_short_direction.
ALONE_DEG = 30.0

#: Fewest labelled changes from which a direction is estimated: the smallest number with a majority against one.
FEWEST = 3

#: By how much the direction turns from one phase to the next.
_STEP_DEG = 120.0


@dataclass(frozen=True)
class ShortDirection:
    """Directions in which shorts of one motor move I2 / I1; those of S and T lie 120 and 240 degrees on from R's.

    Attributes
    ----------
    r_deg : float
        Direction of a change of ``size_pct`` by a short of R, degrees.
    size_pct : float
        Percent of I1.
    turn_deg_per_pct : float
        By how much the direction turns with every percent more.
    between_pct : tuple of float
        Smallest and largest change for which that was seen; outside the direction stays as at the nearest.
    """

    r_deg: float
    size_pct: float = 0.0
    turn_deg_per_pct: float = 0.0
    between_pct: tuple[float, float] = (0.0, np.inf)

    def off_deg(self, change: complex, phase: str) -> float:
        """Angle from a phase's direction to a change, degrees, -180 to 180."""
        more_pct = float(np.clip(abs(change), *self.between_pct)) - self.size_pct
        at_deg = self.r_deg + self.turn_deg_per_pct * more_pct + _STEP_DEG * PHASES.index(phase)
        return float(_wrapped(np.angle(change, deg=True) - at_deg))

    def phases_of(self, change: complex) -> str:
        """Phase to which a change points, or the two between which it lies, in the order R, S, T."""
        nearest = min(PHASES, key=lambda phase: abs(self.off_deg(change, phase)))
        off = self.off_deg(change, nearest)
        if abs(off) <= ALONE_DEG:
            return nearest
        second = PHASES[(PHASES.index(nearest) + (1 if off > 0 else -1)) % len(PHASES)]
        return "".join(sorted(nearest + second))

    def second_share(self, change: complex) -> float:
        """Strength of the weaker of two shorts over the stronger, 0 to 1, that together give this direction."""
        off = np.radians(min(abs(self.off_deg(change, phase)) for phase in PHASES))
        return float(np.sin(off) / np.sin(np.radians(_STEP_DEG) - off))


def estimate_direction(changes: Sequence[complex], phases: Sequence[str]) -> ShortDirection | None:
    """Directions in which the shorts of a motor move I2 / I1, from labelled changes, by repeated medians.

    Parameters
    ----------
    changes : sequence of complex
        Change of I2 / I1 in percent, not zero.
    phases : sequence of str
        Labelled phase of every change: R, S or T.

    Returns
    -------
    ShortDirection or None
        None with fewer than 3 changes, or where no more than half of them lie within 30 degrees of the direction
        found: then the labels do not agree with one another and name none.

    References
    ----------
    Siegel, A. F., Biometrika 69(1), 1982, DOI 10.1093/biomet/69.1.242.
    """
    if len(changes) < FEWEST:
        return None
    size_pct = np.abs(np.asarray(changes))
    turned = np.angle(np.asarray(changes), deg=True) - _STEP_DEG * np.array([PHASES.index(p) for p in phases])
    middle_deg, middle_pct = circular_median_deg(turned), float(np.median(size_pct))
    off = _wrapped(turned - middle_deg)
    slope, shift = siegelslopes(off, size_pct - middle_pct) if np.ptp(size_pct) > 0 else (0.0, float(np.median(off)))
    agree = np.abs(_wrapped(off - shift - slope * (size_pct - middle_pct))) <= ALONE_DEG
    if agree.mean() <= 1 / 2:
        return None
    between_pct = float(size_pct.min()), float(size_pct.max())
    return ShortDirection(middle_deg + float(shift), middle_pct, float(slope), between_pct)


def circular_median_deg(angles: NDArray[np.floating]) -> float:
    """Median of angles in degrees, -180 to 180: the least sum of distances to all, midway where that is a range.

    Examples
    --------
    >>> circular_median_deg(np.array([170.0, -178.0, -170.0, 90.0, 175.0]))
    175.0
    >>> circular_median_deg(np.array([170.0, -178.0]))
    176.0
    """
    distances = np.abs(_wrapped(angles[:, None] - angles[None, :])).sum(axis=1)
    one = angles[np.argmin(distances)]
    return float(_wrapped(one + np.median(_wrapped(angles - one))))


def _wrapped(angle: NDArray[np.floating] | float) -> NDArray[np.float64]:
    """Angle in degrees brought to -180 to 180."""
    return np.asarray((np.asarray(angle) + 180.0) % 360.0 - 180.0)
