"""One label held against what was measured, and the sentence that says how it went.

The rules are stated in :mod:`diagmod.models.label_audit`; what is typical comes from recordings other than the judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.state_changes import Change, Changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.models.short_direction import ShortDirection

#: Conditions whose labels the negative sequence can judge.
HEALTHY, SHORT = "healthy", "stator_short"

#: Steps of the level from which a magnitude contradicts its label; neighbouring levels overlap with the
#: resistance of the short. Pinned by test_label_audit.
_LEVEL_STEPS = 2

#: A short is missed where the largest change is below this share of what is typical of its level. The same test.
_MISSED_SHARE = 0.5


@dataclass(frozen=True)
class Labelled:
    """A recording as labelled and as measured.

    Attributes
    ----------
    recording_id, motor_id, file : str
    session : str
        What was recorded together and is left out together.
    condition : str
    phase : str
        R, S or T; empty where the label names none.
    severity : float
        Share of the turns, 0 to 1; NaN where unknown.
    changes : Changes
    """

    recording_id: str
    motor_id: str
    file: str
    session: str
    condition: str
    phase: str
    severity: float
    changes: Changes


@dataclass(frozen=True)
class Expected:
    """What the other recordings of a motor say.

    Attributes
    ----------
    direction : ShortDirection or None
        None where too few show a short or they do not agree.
    typical_pct : mapping
        Severity to the median change, percent of I1; without levels that too few show.
    """

    direction: ShortDirection | None
    typical_pct: Mapping[float, float]


@dataclass(frozen=True)
class Verdict:
    """Whether a label could be judged, whether it is doubtful, and why, in one sentence."""

    reason: str
    is_judged: bool = True
    is_doubtful: bool = False


def judge(one: Labelled, expected: Expected, change_pct: float) -> Verdict:
    """Hold one label against its measured changes.

    Parameters
    ----------
    one : Labelled
    expected : Expected
        From recordings that do not include the judged one.
    change_pct : float
        Distance from normal, percent of I1, above which ``one.changes`` counts a state as changed.
    """
    if one.changes.unmeasured:
        return Verdict(f"Not judged: {one.changes.unmeasured}.", is_judged=False)
    if one.condition == HEALTHY:
        return _judge_healthy(one, expected.direction, change_pct)
    if one.condition != SHORT or not one.phase:
        return Verdict("Not judged: the label is neither healthy nor a short of one phase.", is_judged=False)
    if not one.changes.states:
        return _judge_unchanged(one, expected.typical_pct.get(one.severity, np.nan), change_pct)
    if expected.direction is None:
        few = "too few other repetitions show a short, or they do not agree on its direction"
        return Verdict(f"Not judged: {few}.", is_judged=False)
    doubts = [_doubt_of_phase(one, expected.direction), _doubt_of_level(one, expected.typical_pct)]
    if any(doubts):
        return Verdict(f"Labelled {_named(one)}, but {', and '.join(d for d in doubts if d)}.", is_doubtful=True)
    off_deg = abs(expected.direction.off_deg(one.changes.mean, one.phase))
    return Verdict(
        f"The change of {_told(one.changes.mean)} agrees with {_named(one)}: "
        f"{off_deg:.0f} degrees from the direction of that phase."
    )


def _judge_healthy(one: Labelled, direction: ShortDirection | None, change_pct: float) -> Verdict:
    if not one.changes.states:
        return Verdict(f"No state differs from normal by more than {change_pct:g} % of I1, as labelled.")
    towards = f", towards {_and(phases_pointed_to(one.changes, direction))}" if direction else ""
    return Verdict(
        f"Labelled healthy, but I2 / I1 changes by {_told(one.changes.mean)}{towards}; a short or the supply.",
        is_doubtful=True,
    )


def _judge_unchanged(one: Labelled, typical_pct: float, change_pct: float) -> Verdict:
    nothing = f"no state differs from normal by more than {change_pct:g} % of I1"
    if typical_pct > change_pct and one.changes.largest_pct < _MISSED_SHARE * typical_pct:
        return Verdict(
            f"Labelled {_named(one)}, but {nothing}, where {typical_pct:.1f} % is typical of that level.",
            is_doubtful=True,
        )
    return Verdict(f"Not judged: {nothing}, and the others of that level show too little to miss it.", is_judged=False)


def _doubt_of_phase(one: Labelled, direction: ShortDirection) -> str:
    """Where the changed states point, told once for every direction, if it is not the labelled phase alone."""
    towards: dict[str, list[Change]] = {}
    for state in one.changes.states:
        towards.setdefault(direction.phases_of(state.ratio), []).append(state)
    if set(towards) == {one.phase}:
        return ""
    told = []
    for phases, states in towards.items():
        same = Changes(tuple(states))
        seconds = sum(s.seconds for s in states)
        told.append(f"the change of {_told(same.mean)} for {seconds:.1f} s {_points(phases)}")
    return " and ".join(told)


def _doubt_of_level(one: Labelled, typical_pct: Mapping[float, float]) -> str:
    if one.severity not in typical_pct:
        return ""
    levels, size, own = sorted(typical_pct), abs(one.changes.mean), typical_pct[one.severity]
    place = levels.index(one.severity)
    lower = [typical_pct[level] for level in levels[: max(0, place - _LEVEL_STEPS + 1)]]
    higher = [typical_pct[level] for level in levels[place + _LEVEL_STEPS :]]
    is_small = any(size <= typical < own for typical in lower)
    if not is_small and not any(size >= typical > own for typical in higher):
        return ""
    like = min(levels, key=lambda level: abs(typical_pct[level] - size))
    return f"its change of {size:.1f} % of I1 is as {'small' if is_small else 'large'} as typical of {_share(like)}"


def phases_pointed_to(changes: Changes, direction: ShortDirection) -> str:
    """All phases to which the changed states of a recording point, in the order R, S, T."""
    return "".join(sorted({phase for s in changes.states for phase in direction.phases_of(s.ratio)}))


def _points(phases: str) -> str:
    return f"points to {phases}" if len(phases) == 1 else f"lies between {_and(phases)}, like shorts of both at once"


def _and(phases: str) -> str:
    return " and ".join(phases)


def _named(one: Labelled) -> str:
    turns = f" of {_share(one.severity)}" if np.isfinite(one.severity) else ""
    return f"a short{turns} of phase {one.phase}"


def _share(severity: float) -> str:
    return f"{100 * severity:g} % of the turns"


def _told(change: complex) -> str:
    return f"{abs(change):.1f} % of I1 at {np.angle(change, deg=True):.0f} degrees"
