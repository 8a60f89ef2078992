"""Verdicts of a diagnosis as text: the overview, and for each what it rests on and what else it could be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diagmod.core.verdicts import Verdict
from diagmod.io.report_figures import level, sentence, span
from diagmod.io.report_rows import columns, fit, fitted, labelled

if TYPE_CHECKING:
    from diagmod.core.verdicts import Diagnosis, Evidence, FaultVerdict, Severity

#: Names of faults and conditions for people.
NAMES = {
    "broken_bar": "Broken rotor bars",
    "eccentricity": "Eccentric rotor",
    "stator_short": "Inter-turn short",
    "bearing_outer": "Bearing, outer race",
    "bearing_inner": "Bearing, inner race",
    "bearing_ball": "Bearing, ball",
    "bearing_cage": "Bearing, cage",
    "unbalance": "Unbalanced currents",
    "load_oscillation": "Pulsating load",
    "inverter_supply": "Inverter supply",
}

#: Verdicts in words, of a fault and of another explanation.
ANSWERS = {
    Verdict.SUPPORTED: "FOUND",
    Verdict.NOT_SUPPORTED: "no sign",
    Verdict.CANNOT_DECIDE: "cannot tell",
}
STANDINGS = {Verdict.SUPPORTED: "fits", Verdict.NOT_SUPPORTED: "unlikely", Verdict.CANNOT_DECIDE: "possible"}

#: Headings of the overview.
_HEAD = ["", "", "strongest", "at", "level", "floor", "would show from"]


def overview(diagnosis: Diagnosis) -> list[str]:
    """Table of everything that was looked for: verdict, strongest line, smallest that would have shown."""
    faults = [_HEAD, *(_row(group) for group in _alike(diagnosis.faults))]
    conditions = [_row(group) for group in _alike(diagnosis.conditions)]
    widths = fit([*faults, *conditions])
    return ["FAULTS AND CONDITIONS", *columns(faults, widths), "", *columns(conditions, widths)]


def _row(group: Sequence[FaultVerdict]) -> list[str]:
    first = group[0]
    visible, strongest = first.smallest_visible, _strongest(first.evidence)
    least = "" if visible is None else span(visible.low, visible.high, first.smallest_unit)
    cells = ["-", "", "", ""] if strongest is None else _evidence_row(strongest)[:4]
    return [_name(group), ANSWERS[first.verdict], *cells, least]


def _strongest(evidence: Sequence[Evidence]) -> Evidence | None:
    """The present line that stands out most, or the first of those that were looked at."""
    present = [one for one in evidence if one.is_present]
    return max(present, key=lambda one: _height(one), default=evidence[0] if evidence else None)


def _height(one: Evidence) -> float:
    return one.prominence_db if one.prominence_db == one.prominence_db else 0.0


def _alike(verdicts: Sequence[FaultVerdict]) -> list[list[FaultVerdict]]:
    """Neighbours of which the same is said for the same reason, without evidence of their own."""
    groups: list[list[FaultVerdict]] = []
    for one in verdicts:
        last = groups[-1][-1] if groups else None
        is_alike = last and not (one.evidence or last.evidence)
        if last and is_alike and (one.verdict, one.reasons) == (last.verdict, last.reasons):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def section(title: str, verdicts: Sequence[FaultVerdict]) -> list[str]:
    """Verdicts in full: why, lines with levels and floors, severity, other explanations."""
    if not verdicts:
        return []
    return [title, *(line for group in _alike(verdicts) for line in _detail(group))]


def reasons_section(title: str, verdicts: Sequence[FaultVerdict]) -> list[str]:
    """Verdicts with their reasons alone."""
    if not verdicts:
        return []
    rows = [[_name([one]), " ".join(sentence(reason.text) for reason in one.reasons)] for one in verdicts]
    return [title, *fitted(rows)]


def _detail(group: Sequence[FaultVerdict]) -> list[str]:
    one = group[0]
    lines = [f"  {_name(group)}"]
    for k, reason in enumerate(one.reasons):
        lines += labelled("why" if k == 0 else "", sentence(reason.text), 4)
    if one.severity is not None or any(e.is_present for e in one.evidence):
        lines += _measured(one.evidence)
    if one.severity is not None:
        lines += _severity(one.severity)
    others = [other for other in one.competing if other.name.casefold() != _name(group).casefold()]
    for k, other in enumerate(others):
        lines += labelled("or else" if k == 0 else "", f"{other.name} - {STANDINGS[other.verdict]}: {other.text}", 4)
    return lines


def _measured(evidence: Sequence[Evidence]) -> list[str]:
    rows = fitted([_evidence_row(one) for one in evidence], 14)
    return [f"    measured  {rows[0].lstrip()}", *rows[1:]] if rows else []


def _evidence_row(one: Evidence) -> list[str]:
    place = f"{one.hz:.2f} Hz" if one.hz == one.hz else ""
    floor = level(one.floor, one.unit) if one.floor == one.floor else ""
    if not one.is_resolved:
        stands = "not resolved"
    elif one.prominence_db == one.prominence_db:
        stands = f"{one.prominence_db:.0f} dB above its floor" if one.is_present else "does not stand out"
    else:
        stands = ""
    note = f"{stands}; {one.note}" if stands and one.note else stands or one.note
    return [one.name, place, level(one.level, one.unit), floor, note]


def _severity(severity: Severity) -> list[str]:
    how = f" ({severity.normalised_by})" if severity.normalised_by else ""
    lines = labelled("severity", f"{span(severity.interval.low, severity.interval.high, severity.unit)}{how}", 4)
    if severity.chart:
        lines += labelled("", f"{severity.chart}: {severity.chart_band}; {severity.chart_source}", 4)
    return lines


def _name(group: Sequence[FaultVerdict]) -> str:
    if len(group) > 1 and all(one.name.startswith("bearing_") for one in group):
        return "Bearing, all parts" if len(group) == 4 else "Bearing, " + ", ".join(_part(one) for one in group)
    if len(group) > 4:
        return "All faults"
    return ", ".join(NAMES.get(one.name, one.name.replace("_", " ").capitalize()) for one in group)


def _part(one: FaultVerdict) -> str:
    return one.name.removeprefix("bearing_").replace("_", " ")
