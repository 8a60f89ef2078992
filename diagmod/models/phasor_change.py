"""Did the negative sequence of a motor change since its baseline, and towards which phase?

One recording cannot tell a short from an unbalanced supply. A baseline of the same motor takes away what has always
been there, of supply, motor and instruments alike; what remains is a change, and its angle is evidence: shorts of R,
S and T move I2 / I1 in three directions 120 degrees apart. A supply that has become unbalanced moves it in any
direction, so it can still imitate a short; that is said with every verdict.

A load alone moves I2 / I1 too: the I2 of a constant voltage unbalance stays, while I1 grows and turns. So the
baseline is carried to the load of the judged recording in three ways (as an error of the instruments, which keeps
the ratio; as an unbalance of the supply, which keeps I2; and half way), and the way that explains most counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import f as f_distribution

from diagmod.models.level_change import ALPHA, Change, few_recordings
from diagmod.models.short_direction import ShortDirection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Active and reactive part of a usual motor's current over the rated one, P = 0.8 L and Q = 0.5 + 0.1 L at load L: a
#: power factor of 0.8 at rated load and of 0.6 at half. Pinned by test_phasor_change on sampled machines.
_ACTIVE, _REACTIVE, _REACTIVE_MORE = 0.8, 0.5, 0.1

#: Direction of a short of R against the power-factor angle, degrees. Simulated shorts of 2 to 20 % of the turns lie at
#: -27 to -5 (four sampled machines, loads of 0.05 to 1), measured ones of 10 to 40 % (ITSC, no load) at -41 to +2.
SHORT_DEG = -12.0

#: Smallest change that is believed, percent of I1: supplies move as much from day to day.
LEAST_PCT = 1.5

#: Limit from which "no change" says nothing, percent of I1: a short of 10 % of the turns gives 5 to 12 %.
BLIND_PCT = 5.0

#: Smallest spread of a baseline that is believed, percent of I1.
_SMALLEST_SPREAD_PCT = 0.1

#: Change of I2 / I1 (percent of I1) per percent of the turns of a phase shorted, at least.
_LEAST_GAIN = 0.5

#: Share of the baseline that is carried as an unbalance of the supply; the rest as an error of the instruments.
_WAYS = (0.0, 0.5, 1.0)

UNIT = "% of I1"


@dataclass(frozen=True)
class Phasor:
    """Negative sequence of one recording.

    Attributes
    ----------
    ratio : complex
        I2 / I1 in percent; NaN where it is not known.
    current : float
        Rms current, in the same unit for all recordings of a motor.
    load_share : float
        Load over rated load (1); NaN where it is not known.
    floor_pct : float
        Negative sequence that the channels may cause, percent; NaN where it is not known.
    """

    ratio: complex
    current: float
    load_share: float
    floor_pct: float


def power_factor_angle_deg(load_share: float) -> float:
    """Angle by which the current lags the voltage at a load (1), degrees; of a usual cage motor.

    Examples
    --------
    >>> [round(power_factor_angle_deg(load)) for load in (0.05, 0.5, 1.0)]
    [85, 54, 37]
    """
    load = max(load_share, 0.0)
    return float(np.degrees(np.arctan2(_REACTIVE + _REACTIVE_MORE * load, _ACTIVE * load)))


def judge_phasor(judged: Phasor, baseline: Sequence[Phasor]) -> Change:
    """Whether the negative sequence changed, and whether the change could be a short.

    Parameters
    ----------
    judged : Phasor
    baseline : sequence of Phasor
        Other recordings of the same motor.
    """
    known = [phasor for phasor in baseline if np.isfinite(phasor.ratio)]
    if reason := few_recordings(len(known)):
        return Change(UNIT, len(known), reason_code="no_baseline", sentence=reason)
    if not np.isfinite(judged.ratio):
        return Change(
            UNIT, len(known), reason_code="no_phasor",
            sentence="The negative sequence of this recording is not known; record all three phases, wired as before.",
        )  # fmt: skip
    n = len(known)
    limit = float(np.sqrt(2 * f_distribution.isf(ALPHA, 2, 2 * (n - 1))))
    ways = [_carried(known, judged, share) for share in _WAYS]
    centres = [complex(way.mean()) for way in ways]
    units = [max(_spread(way), _SMALLEST_SPREAD_PCT) * np.sqrt(1 + 1 / n) for way in ways]
    best = min(range(len(ways)), key=lambda k: abs(judged.ratio - centres[k]) / units[k])
    moved, unit = judged.ratio - centres[best], float(units[best])
    least = float(np.nanmax([LEAST_PCT, limit * unit, judged.floor_pct]))
    change = Change(
        UNIT, n, baseline_value=abs(centres[best]), value=abs(judged.ratio), change=abs(moved),
        spreads=abs(moved) / unit, limit_spreads=limit, change_deg=float(np.degrees(np.angle(moved))),
    )  # fmt: skip
    if abs(moved) <= least:
        return _unchanged(change, least)
    return _changed(change, moved, judged.load_share)


def phasor_distance(judged: Phasor, baseline: Sequence[Phasor]) -> float:
    """How far the negative sequence lies from that of other recordings of the motor, percent of I1.

    The way to carry them to the judged load that explains most counts, as in :func:`judge_phasor`. Of few recordings
    the mean is uncertain, so the distance from n of them is divided by sqrt(1 + 1 / n); NaN from none.
    """
    known = [phasor for phasor in baseline if np.isfinite(phasor.ratio)]
    if not known or not np.isfinite(judged.ratio):
        return float("nan")
    nearest = min(abs(judged.ratio - complex(_carried(known, judged, share).mean())) for share in _WAYS)
    return float(nearest / np.sqrt(1 + 1 / len(known)))


def _carried(baseline: Sequence[Phasor], judged: Phasor, share: float) -> NDArray[np.complex128]:
    """What each recording of the baseline would show at the load of the judged one."""
    carried = []
    for one in baseline:
        factor = one.current / judged.current
        if np.isfinite(one.load_share) and np.isfinite(judged.load_share):
            turned = power_factor_angle_deg(judged.load_share) - power_factor_angle_deg(one.load_share)
            factor = factor * np.exp(1j * np.radians(turned))
        carried.append(one.ratio * (1 - share + share * factor))
    return np.array(carried)


def _spread(values: NDArray[np.complex128]) -> float:
    """Standard deviation of one component."""
    return float(np.sqrt((np.abs(values - values.mean()) ** 2).sum() / (2 * (len(values) - 1))))


def _unchanged(change: Change, least: float) -> Change:
    if least > BLIND_PCT:
        return change.found(
            "cannot_decide",
            "uneven_baseline",
            f"The negative sequence lies {change.change:.1f} % of I1 from the baseline; with its spread, its few "
            f"recordings and unequal channels only {least:.1f} % would be no chance; add healthy recordings.",
        )
    return change.found(
        "not_supported",
        "unchanged",
        f"The negative sequence is that of the baseline within {least:.1f} % of I1; a short of "
        f"{least / _LEAST_GAIN:.0f} % of the turns of a phase would have shown.",
    )


def _changed(change: Change, moved: complex, load_share: float) -> Change:
    told = f"The negative sequence has changed since the baseline by {change.change:.1f} % of I1"
    if not np.isfinite(load_share):
        return change.found(
            "cannot_decide",
            "load_unknown",
            f"{told}, by shorted turns or by the supply; its angle could tell, but the load is not known.",
        )
    phases = ShortDirection(power_factor_angle_deg(load_share) + SHORT_DEG).phases_of(moved)
    if len(phases) > 1:
        return change.found(
            "cannot_decide",
            "between_phases",
            f"{told}, in a direction between {' and '.join(phases)} that no short of one phase has: the supply has "
            "become unbalanced, or two phases are shorted; measure the voltages.",
            points_to=phases,
        )
    return change.found(
        "supported",
        "unbalance_changed",
        f"{told}, {change.spreads:.0f} times its spread, in the direction of phase {phases}: turns of {phases} are "
        "shorted, or the supply has become unbalanced; measure the voltages to tell.",
        points_to=phases,
    )
