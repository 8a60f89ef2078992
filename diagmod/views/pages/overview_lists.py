"""Lists of the page "Data overview" as HTML: every name leads to the page that knows more of it."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from diagmod.core.audit_rules import PREFIX
from diagmod.core.recording import PHASES
from diagmod.io.readiness import is_ready
from diagmod.views.language import Words
from diagmod.views.pages.grids import Link, grid, source_line
from diagmod.views.theme import condition_words

_RECORDING_COLUMNS = (
    "file", "motor_id", "started_at", "duration_s", "fs_hz", "phases", "load_pct", "rms_R", "rms_S", "rms_T",
    "condition", "acquisition", "quality",
)  # fmt: skip
_FLEET_COLUMNS = (
    "motor_id", "name", "grade", "recordings", "with_warning", "quarantined", "last_recorded", "status",
    "rated_power_kw", "rated_voltage_v", "rated_current_a", "rated_rpm", "line_hz", "pole_pairs", "rotor_bars",
    "bearing",
)  # fmt: skip


def recordings_list(shown: pd.DataFrame, words: Words, source: str, unit: str) -> str:
    """Recordings, the newest first; a file leads to the recording, a motor to a view of its own."""
    newest = _newest(shown, "started_at")
    return grid(
        newest.assign(condition=newest["condition"].map(condition_words)), words, _RECORDING_COLUMNS,
        caption="Recordings", source=source, units={f"rms_{phase}": unit for phase in PHASES},
        heads={"fs_hz": "sampling rate"},
        links={"file": _to_recording, "motor_id": lambda row: ("", {"motor": row["motor_id"]})},
    )  # fmt: skip


def fleet_list(fleet: pd.DataFrame, words: Words, source: str, health: str) -> str:
    """Motors with nameplate and counts; ``health`` is the file of the grades, empty where none were given."""
    table = grid(
        fleet, words, _FLEET_COLUMNS, caption="Motors of the fleet", source=source, units={"last_recorded": "UTC"},
        heads={"grade": "grade of health", "quarantined": "in quarantine", "pole_pairs": "pole pairs"},
        links={"motor_id": lambda row: ("motor", {"motor": row["motor_id"]})},
    )  # fmt: skip
    untold = "Health has not been judged yet; run `make repro`, then refresh."
    return table + (source_line(words, health) if health else _muted(untold, words))


def refused_list(refused: pd.DataFrame, words: Words, source: str) -> str:
    """Files that were not loaded: why, and the line of the manifest that would cure it."""
    if refused.empty:
        return _muted("Every file of this choice was loaded.", words) + source_line(words, source)
    told = "Fill in the capitals of a cure and put the line into recordings.csv; then run `make repro`."
    table = grid(
        refused, words, ["file", "motor_id", "status", "reason", "cure"], caption="Files that were not loaded",
        source=source, heads={"cure": "cure: line of recordings.csv"},
    )  # fmt: skip
    return (_muted(told, words) if (refused["cure"] != "").any() else "") + table


def findings_list(findings: pd.DataFrame, words: Words, source: str) -> str:
    """What rules of validation found in recordings, and what to do."""
    if findings.empty:
        return _muted("No rule found anything in the recordings of this choice.", words) + source_line(words, source)
    counts = findings.groupby("severity").size()
    told = "; ".join(words(f"{counts[name]} with severity {name}") for name in _SEVERITIES if name in counts)
    named = findings.assign(rule=findings["rule"].map(rule_words))
    return f"<p>{escape(told)}</p>" + grid(
        named, words, ["file", "severity", "rule", "phase", "message", "remedy"], caption="Findings of validation",
        source=source, heads={"remedy": "what to do"}, links={"file": _to_recording},
    )  # fmt: skip


def readiness_list(readiness: pd.DataFrame, words: Words, source: str) -> str:
    """Checks of readiness with their thresholds, and the whole in one sentence."""
    if readiness.empty:
        return _muted("Readiness was not checked.", words) + source_line(words, source)
    ready, sentence = is_ready(readiness)
    kind = "dm-ok" if ready else "dm-bad"
    said = words(sentence)
    for check in sorted(readiness["check"], key=len, reverse=True):
        said = said.replace(check, words(check.replace("_", " ")))
    table = readiness.assign(check=readiness["check"].str.replace("_", " "))
    return f"<p class='dm-note {kind}'>{escape(said[:1].upper() + said[1:])}</p>" + grid(
        table, words, ["check", "status", "value", "warn", "fail", "unit", "reason"], caption="Checks of readiness",
        source=source, heads={"warn": "warns at", "fail": "fails at", "reason": "found, and what to do"},
    )  # fmt: skip


def events_list(events: pd.DataFrame, words: Words, source: str) -> str:
    """What was done to the motors, the newest first."""
    if events.empty:
        return _muted("No maintenance is recorded for this choice.", words) + source_line(words, source)
    return grid(
        _newest(events, "start"), words,
        ["motor_id", "start", "end", "kind", "defect", "action", "note", "downtime_h"],
        caption="Maintenance events", source=source, units={"start": "UTC", "end": "UTC"},
        links={"motor_id": lambda row: ("motor", {"motor": row["motor_id"]})},
    )  # fmt: skip


def refused_events_list(refused: pd.DataFrame, words: Words, source: str) -> str:
    """Events that could not be placed, with the reason; empty where there are none."""
    if refused.empty:
        return ""
    title = f"<h3>{escape(words('Events that could not be placed'))}</h3>"
    return title + grid(
        refused, words, ["event", "motor_id", "reason", "written"], caption="Events that could not be placed",
        source=source,
    )  # fmt: skip


#: Severities of findings, the worst first.
_SEVERITIES = ("critical", "error", "warning", "info")


def rule_words(rule: str) -> str:
    """Words for a rule of validation.

    Examples
    --------
    >>> rule_words("acquisition_few_repeats"), rule_words("missing")
    ('few repeats', 'missing')
    """
    return rule.removeprefix(PREFIX).replace("_", " ")


def _to_recording(row: dict[str, Any]) -> Link:
    return "recording", {"recording": row["recording_id"], "motor": row["motor_id"]}


def _newest(table: pd.DataFrame, time: str) -> pd.DataFrame:
    """The newest rows first, those without a time last."""
    return table.sort_values(time, ascending=False, kind="stable", na_position="last")


def _muted(text: str, words: Words) -> str:
    return f"<p class='dm-muted'>{escape(words(text))}</p>"
