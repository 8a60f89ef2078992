"""The audit of an acquisition as graded findings that travel with the recording.

A recording that cannot carry a diagnosis is loaded all the same: its rms, its trend and its labels are
still worth something, and what it cannot tell the diagnosis says itself. So nothing here sends a file to
quarantine. Long recordings are audited piece by piece, so that memory stays bounded, and the worst counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.acquisition import audit
from diagmod.core.gaps import repair
from diagmod.core.prepared import prepare
from diagmod.core.quality import Finding
from diagmod.core.verdicts import Quality, QualityVerdict, Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from diagmod.core.motor import Motor

#: Reasons that belong to the machine, its supply or its load, or limit a recording without being a mistake. All
#: others are mistakes of the acquisition and warn.
_MILD = {
    "gaps", "few_repeats", "short", "low_rate", "frequency_drift", "high_floor", "unsteady_load", "inverter_supply",
}  # fmt: skip

#: Reasons that a basic rule (``core/quality.py``) states as well, with phase and limit, by the name of that rule.
_SAID_BY_RULE = {"phase_missing": {"absent_phase", "dead_phase"}, "offset": {"offset"}}

#: Prefix of the rule's name of every finding made here.
PREFIX = "acquisition_"

_RANK = (QualityVerdict.GOOD, QualityVerdict.LIMITED, QualityVerdict.UNUSABLE)


def audit_recording(
    currents: NDArray[np.floating],
    fs: float,
    motor: Motor,
    *,
    unit_is_ampere: bool = True,
    line_band_hz: tuple[float, float] = (20.0, 120.0),
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
    unit_is_ampere : bool
        False where the unit is unknown; the size of the current is then not judged.
    line_band_hz : (float, float)
        Band in which the supply line is searched, Hz.
    """
    repaired = repair(currents, fs)
    low, high = line_band_hz
    try:
        prepared = prepare(repaired.currents, fs, low, high)
    except ValueError as exc:
        return Quality(
            QualityVerdict.UNUSABLE, (Reason("no_usable_phase", str(exc)),), is_clock_reliable=False
        )  # fmt: skip
    return audit(
        repaired.currents, fs, line_low_hz=low, line_high_hz=high, rated_hz=motor.line_hz,
        unit_is_ampere=unit_is_ampere, rated_current_a=motor.rated_current_a, prepared=prepared,
        repair_note=repaired.note,
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


def findings_of(quality: Quality, beside: Collection[Finding] = ()) -> list[Finding]:
    """Findings of an audit, the worst first; none is fatal.

    Parameters
    ----------
    quality : Quality
    beside : collection of Finding
        What the basic rules found; what they say already is not said twice.
    """
    said = {finding.rule for finding in beside}
    shown = [r for r in quality.reasons if not _SAID_BY_RULE.get(r.code, set()) & said]
    found = []
    for k, reason in enumerate(shown):
        text = f"acquisition: {reason.text}"
        if quality.verdict == QualityVerdict.UNUSABLE and k == 0:
            advice = f". {' '.join(quality.advice)}" if quality.advice else ""
            text = f"acquisition: this recording cannot carry a diagnosis, {reason.text}{advice}"
        severity = "info" if reason.code in _MILD else "warning"
        nan = float("nan")
        found.append(Finding(f"{PREFIX}{reason.code}", severity, "", nan, nan, text))
    return sorted(found, key=lambda f: f.severity == "info")
