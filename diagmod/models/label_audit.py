"""Which labels contradict the current: an audit of recordings labelled healthy or with a short of one phase.

The rule; what labels are needed for comes from other repetitions of the same motor than the judged one:

1. Along the recording I2 / I1 is cut into stretches of constant value; those that last and lie farther than a
   stated share of I1 from its normal state are its changed states.
2. Shorts of R, S and T move I2 / I1 in three directions 120 degrees apart. Their common angle, which turns with the
   size of the change, is a line through the other repetitions, by medians.
3. A label "healthy" is doubtful when there is a changed state. A label that names a phase is doubtful when a
   changed state lies more than 30 degrees from that phase's direction: then it points to another phase, or lies
   between two phases as shorts of both at once do.
4. A label that names a phase is doubtful when nothing changes by even half of what is typical for its level, or
   when the change is as small as typical for a level two steps lower, or as large as typical for one two steps higher.

No threshold is taken from the audited labels, and no list of suspects is known. "Doubtful" is a question to
whoever wrote the label: a change of the supply moves I2 / I1 as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.models.label_doubts import SHORT, Expected, Labelled, judge, phases_pointed_to
from diagmod.models.short_direction import FEWEST, ShortDirection, estimate_direction
from diagmod.models.state_changes import Changes, changes_of_recordings

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from typing import Any

#: Columns of the catalogue that the audit reads.
_NEEDED = ("recording_id", "motor_id", "file", "condition", "severity", "repetition", "fault_phase")

#: Columns of the result, in order.
_COLUMNS = [
    "recording_id", "motor_id", "file", "condition", "fault_phase", "severity",
    "change_pct", "change_deg", "off_deg", "points_to", "second_share", "is_judged", "is_doubtful", "reason",
]  # fmt: skip
_BOOLEAN = {"is_judged": bool, "is_doubtful": bool}


@dataclass(frozen=True)
class LabelAudit:
    """What was found: a table (see :func:`audit_labels`) and the outcome in one sentence."""

    table: pd.DataFrame
    in_words: str


def audit_labels(recordings: pd.DataFrame, track: pd.DataFrame, change_pct: float) -> LabelAudit:
    """Hold every label against the negative sequence.

    Parameters
    ----------
    recordings : DataFrame
        Catalogue with the columns recording_id, motor_id, file, condition, severity, repetition and fault_phase (R, S
        or T; empty where the label names no phase). A recording without a repetition is one of its own.
    track : DataFrame
        Table ``sequence_track``.
    change_pct : float
        Distance from the normal I2 / I1, in percent of I1, above which a state is changed; positive.

    Returns
    -------
    LabelAudit
        Its table has a row a recording: recording_id, motor_id, file, condition, fault_phase, severity (the label);
        change_pct and change_deg (mean change, percent of I1 and degrees; NaN where unmeasured, no angle where nothing
        changed); off_deg (of all changed states the largest distance from the labelled phase's direction), points_to
        (phases to which the changed states point), second_share (of the mean change, the weaker of two shorts over
        the stronger); is_judged, is_doubtful, reason.

    Raises
    ------
    ValueError
        A column is missing, a phase is not R, S or T, or ``change_pct`` is not positive.
    """
    if missing := [name for name in _NEEDED if name not in recordings]:
        raise ValueError(f"recordings lacks column {missing[0]!r}; the label audit needs {', '.join(_NEEDED)}")
    if wrong := sorted({str(p) for p in recordings["fault_phase"]} - {"", *PHASES}):
        raise ValueError(f"fault_phase must be R, S, T or empty, got {wrong[0]!r}; correct the label")
    changes = changes_of_recordings(track, change_pct)
    labelled = [_labelled(row, changes) for row in recordings.to_dict("records")]
    rows = []
    for one in labelled:
        others = [o for o in labelled if o.motor_id == one.motor_id and o.session != one.session]
        expected = Expected(_direction_from(others), _typical_pct(others))
        verdict = judge(one, expected, change_pct)
        rows.append({**_label_of(one), **_measured(one, expected.direction), **vars(verdict)})
    table = pd.DataFrame(rows, columns=_COLUMNS).astype(_BOOLEAN)
    return LabelAudit(table, _in_words(table))


def audit_of_dataset(
    derived_state: str, recordings: pd.DataFrame, track: pd.DataFrame, change_pct: float
) -> LabelAudit:
    """The audit where a data set declares that faults are switched inside its recordings; elsewhere why there is none.

    Parameters
    ----------
    derived_state : str
        As ``dataset.yaml`` declares: "negative_sequence" or "none".
    recordings, track, change_pct
        See :func:`audit_labels`.
    """
    if derived_state == "negative_sequence":
        return audit_labels(recordings, track, change_pct)
    reason = (
        "Labels are audited only where a data set declares that its fault is switched inside the recordings: without a "
        "healthy stretch in each, the supply and the fault cannot be told apart."
    )
    return LabelAudit(pd.DataFrame(columns=_COLUMNS).astype(_BOOLEAN), reason)


def _labelled(row: dict[Hashable, Any], changes: dict[str, Changes]) -> Labelled:
    key = str(row["recording_id"])
    return Labelled(
        recording_id=key,
        motor_id=str(row["motor_id"]),
        file=str(row["file"]),
        session=f"repetition {row['repetition']}" if row["repetition"] else f"recording {key}",
        condition=str(row["condition"]),
        phase=str(row["fault_phase"]),
        severity=float(row["severity"]),
        changes=changes.get(key, Changes(unmeasured="it has no track of the negative sequence")),
    )


def _label_of(one: Labelled) -> dict[str, object]:
    return {
        "recording_id": one.recording_id, "motor_id": one.motor_id, "file": one.file,
        "condition": one.condition, "fault_phase": one.phase, "severity": one.severity,
    }  # fmt: skip


def _measured(one: Labelled, direction: ShortDirection | None) -> dict[str, object]:
    mean, states = one.changes.mean, one.changes.states
    found: dict[str, object] = {
        "change_pct": np.nan if one.changes.unmeasured else abs(mean),
        "change_deg": np.angle(mean, deg=True) if states else np.nan,
        "off_deg": np.nan, "points_to": "", "second_share": np.nan,
    }  # fmt: skip
    if direction and states:
        found["points_to"] = phases_pointed_to(one.changes, direction)
        found["second_share"] = direction.second_share(mean)
        if one.phase:
            found["off_deg"] = max(abs(direction.off_deg(s.ratio, one.phase)) for s in states)
    return found


def _direction_from(others: Sequence[Labelled]) -> ShortDirection | None:
    shorts = [o for o in others if o.condition == SHORT and o.phase and o.changes.states]
    return estimate_direction([o.changes.mean for o in shorts], [o.phase for o in shorts])


def _typical_pct(others: Sequence[Labelled]) -> dict[float, float]:
    """Median change (percent of I1) of every level with enough recordings."""
    sizes: dict[float, list[float]] = {}
    for other in others:
        if other.condition == SHORT and other.phase and np.isfinite(other.severity) and not other.changes.unmeasured:
            sizes.setdefault(other.severity, []).append(abs(other.changes.mean))
    return {level: float(np.median(several)) for level, several in sizes.items() if len(several) >= FEWEST}


def _in_words(table: pd.DataFrame) -> str:
    judged, doubtful = int(table["is_judged"].sum()), table[table["is_doubtful"]]
    names = f": {', '.join(doubtful['file'])}" if len(doubtful) else ""
    return (
        f"Of {len(table)} labels {judged} can be held against the negative sequence, and {len(doubtful)} of them "
        f"{'is' if len(doubtful) == 1 else 'are'} doubtful{names}."
    )
