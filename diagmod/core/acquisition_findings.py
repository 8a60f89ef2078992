"""The audit of an acquisition as graded findings that travel with the recording.

A recording that cannot carry a diagnosis is loaded all the same: its rms, its trend and its labels are
still worth something, and what it cannot tell the diagnosis says itself. So nothing here sends a file to
quarantine, unless a plant sets a rule of the audit to "error". Long recordings are audited piece by piece, so
that memory stays bounded, and the worst counts.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.acquisition import audit
from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.audit_rules import PREFIX
from diagmod.core.findings import SEVERITIES, Finding, plain
from diagmod.core.gaps import repair
from diagmod.core.prepared import prepare
from diagmod.core.rulesets import said_once
from diagmod.core.verdicts import Quality, QualityVerdict, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from diagmod.core.motor import Motor
    from diagmod.core.rulesets import RuleSet

_RANK = (QualityVerdict.GOOD, QualityVerdict.LIMITED, QualityVerdict.UNUSABLE)


def audit_recording(
    currents: NDArray[np.floating],
    fs: float,
    motor: Motor,
    *,
    stamps_s: NDArray[np.float64] | None = None,
    unit_is_ampere: bool = True,
    line_band_hz: tuple[float, float] = (20.0, 120.0),
    limits: AuditLimits = CALIBRATED,
) -> Quality:
    """Audit currents as they were recorded, gaps included.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; missing samples and absent phases are NaN.
    fs : float
        Sampling rate in Hz.
    motor : Motor
        Nameplate.
    stamps_s : ndarray, shape (n,), optional
        Time stamps in seconds as the recorder wrote them.
    unit_is_ampere : bool
        False where the unit is unknown; the size of the current is then not judged.
    line_band_hz : (float, float)
        Band in which the supply line is searched, Hz.
    limits : AuditLimits
        What the figures are held against.
    """
    repaired = repair(currents, fs)
    if stamps_s is not None:
        stamps_s = stamps_s[repaired.first : repaired.first + repaired.currents.shape[1]]
    low, high = line_band_hz
    try:
        prepared = prepare(repaired.currents, fs, low, high)
    except ValueError as exc:
        return Quality(
            QualityVerdict.UNUSABLE, (Reason("no_usable_phase", str(exc)),), is_clock_reliable=False
        )  # fmt: skip
    return audit(
        repaired.currents, fs, line_low_hz=low, line_high_hz=high, rated_hz=motor.line_hz,
        stamps_s=stamps_s, unit_is_ampere=unit_is_ampere, rated_current_a=motor.rated_current_a, prepared=prepared,
        repair_note=repaired.note, limits=limits,
    )  # fmt: skip


def worst_of(qualities: Iterable[Quality]) -> Quality:
    """The worst verdict of the pieces of a recording, with every reason once, those of the worst piece first.

    Figures and stretch are those of the worst piece.

    Raises
    ------
    ValueError
        There is no piece.
    """
    ordered = sorted(qualities, key=lambda q: -_RANK.index(q.verdict))
    if not ordered:
        raise ValueError("the worst of no pieces is not known; pass the audit of one piece at least")
    worst = ordered[0]
    reasons = {reason.code: reason for quality in reversed(ordered) for reason in quality.reasons}
    first = dict.fromkeys(reason.code for quality in ordered for reason in quality.reasons)
    return Quality(
        verdict=worst.verdict,
        reasons=tuple(reasons[code] for code in first),
        advice=tuple(dict.fromkeys(line for quality in ordered for line in quality.advice)),
        figures=worst.figures,
        is_clock_reliable=all(quality.is_clock_reliable for quality in ordered),
        stretch_s=worst.stretch_s,
    )


def findings_of(
    quality: Quality, rules: RuleSet, beside: Collection[Finding] = (), *, rated_hz: float | None = None
) -> list[Finding]:
    """Findings of an audit, the worst first; none is fatal unless the rule set says so.

    Parameters
    ----------
    quality : Quality
    rules : RuleSet
    beside : collection of Finding
        What the basic rules found; what they say already is not said twice.
    rated_hz : float, optional
        Supply frequency of the nameplate, Hz.
    """
    line = _line_findings(quality, rules, rated_hz) if rated_hz else []
    shown = said_once([_finding(reason, rules) for reason in quality.reasons], [*beside, *line])
    if shown and quality.verdict == QualityVerdict.UNUSABLE:
        shown[0] = replace(shown[0], message=f"this recording cannot carry a diagnosis, {shown[0].message}")
    shown = [replace(one, message=f"acquisition: {one.message}") for one in [*shown, *line]]
    return sorted(shown, key=lambda f: -SEVERITIES.index(f.severity))


def _finding(reason: Reason, rules: RuleSet) -> Finding:
    value = math.nan if reason.value is None else reason.value
    return rules.finding(
        PREFIX + (reason.rule or reason.code), reason.what or reason.text, value=value, limit=reason.limit
    )


def _line_findings(quality: Quality, rules: RuleSet, rated_hz: float) -> list[Finding]:
    """A supply frequency far from the nameplate's, where no inverter explains it."""
    line_hz = quality.figures.get("line_hz", math.nan)
    away_pct = 100 * abs(line_hz / rated_hz - 1)
    is_explained = any(reason.code == "inverter_supply" for reason in quality.reasons)
    if is_explained or not away_pct > rules.limits["line_off_nameplate"]:
        return []
    message = (
        f"the supply line stands at {plain(line_hz)} Hz, {plain(away_pct)} % from the {rated_hz:g} Hz of the "
        "nameplate: an inverter feeds the motor, or nameplate or sampling rate are wrong (the line would stand right "
        f"at {plain(rated_hz / line_hz)} times the stated rate)"
    )
    return [rules.finding("line_off_nameplate", message, value=away_pct)]
