"""The whole of a diagnosis in a few plain sentences for a maintenance engineer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.core.verdicts import FaultVerdict, Quality, QualityVerdict, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What every fault is called in a sentence.
NAMES = {
    "broken_bar": "broken rotor bars",
    "eccentricity": "an eccentric rotor",
    "stator_short": "an inter-turn short",
    "bearing_outer": "the bearing's outer race",
    "bearing_inner": "the bearing's inner race",
    "bearing_ball": "the bearing's balls",
    "bearing_cage": "the bearing's cage",
}


def in_words(
    quality: Quality, refusal: Reason | None, faults: Sequence[FaultVerdict], conditions: Sequence[FaultVerdict]
) -> str:
    """What was found, what cannot be told, and what limits the recording.

    Parameters
    ----------
    quality : Quality
    refusal : Reason or None
        Why nothing can be believed.
    faults, conditions : sequence of FaultVerdict
    """
    if refusal is not None:
        return f"No diagnosis can be made: {refusal.text}."
    shown = [v.sentence for v in (*faults, *conditions) if v.verdict == Verdict.SUPPORTED]
    suspicions = _suspicions(faults)
    parts = [*shown, *suspicions] or ["Nothing in this recording speaks for a fault of the machine."]
    if open_ones := _open(faults):
        parts.append(f"It cannot tell about {_listed(open_ones)}.")
    if quality.verdict == QualityVerdict.LIMITED and quality.reasons:
        parts.append(f"The recording has limits: {quality.reasons[0].text}.")
    return " ".join(parts)


def _suspicions(faults: Sequence[FaultVerdict]) -> list[str]:
    """Sentences for what was measured but cannot be attributed."""
    return [
        v.sentence
        for v in faults
        if v.verdict == Verdict.CANNOT_DECIDE and v.severity is not None and any(e.is_present for e in v.evidence)
    ]


def _open(faults: Sequence[FaultVerdict]) -> list[str]:
    """Names of what cannot be told and is not said already; the parts of one bearing are one."""
    silent = [
        v.name
        for v in faults
        if v.verdict == Verdict.CANNOT_DECIDE and not (v.severity is not None and any(e.is_present for e in v.evidence))
    ]
    parts = [name for name in silent if name.startswith("bearing_")]
    others = [NAMES[name] for name in silent if name not in parts]
    return [*others, *(["the bearing"] if len(parts) > 2 else [NAMES[name] for name in parts])]


def _listed(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
