"""What a diagnosis says, as tables: a row a finding, numbers with their unit, words for answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.core.expected_lines import LineReading
from diagmod.core.verdicts import Diagnosis, FaultVerdict, Interval, Verdict
from diagmod.io.report_figures import span
from diagmod.io.report_verdicts import ANSWERS, NAMES, STANDINGS

#: Units of the columns of these tables.
UNITS = {"frequency_hz": "Hz", "level_dbc": "dBc", "prominence_db": "dB"}


def name_words(name: str) -> str:
    """Words for a fault or a condition."""
    return NAMES.get(name, name.replace("_", " ").capitalize())


def supported(diagnosis: Diagnosis) -> tuple[str, ...]:
    """Names of the faults that the recording supports."""
    return tuple(v.name for v in diagnosis.faults if v.verdict == Verdict.SUPPORTED)


def quality_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Figures of the audit that were measured, each with its unit."""
    figures = {name: value for name, value in diagnosis.quality.figures.items() if np.isfinite(value)}
    names, units = zip(*(_split_unit(name) for name in figures), strict=True) if figures else ((), ())
    return pd.DataFrame({"figure": names, "value": list(figures.values()), "unit": units})


def reason_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Reasons of the audit."""
    return pd.DataFrame([{"code": r.code.replace("_", " "), "reason": r.text} for r in diagnosis.quality.reasons],
                        columns=["code", "reason"])  # fmt: skip


def slip_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """What every witness says of the slip, the combined estimate last."""
    nan = Interval(float("nan"), float("nan"), float("nan"))
    rows = []
    for one in (*diagnosis.slip_estimates, diagnosis.slip):
        at = one.interval or nan
        rows.append({"witness": one.method, "slip": at.value, "low": at.low, "high": at.high, "why": one.reason})
    return pd.DataFrame(rows, columns=["witness", "slip", "low", "high", "why"])


def line_table(lines: tuple[LineReading, ...]) -> pd.DataFrame:
    """Expected lines that were read, the most prominent first."""
    rows = [
        {
            "fault": name_words(r.fault),
            "line": r.name,
            "frequency_hz": r.evidence.hz,
            "level_dbc": r.evidence.level,
            "prominence_db": r.evidence.prominence_db,
            "standing": str(r.standing),
            "coincides with": ", ".join(name.replace("_", " ") for name in r.coincides_with),
        }
        for r in lines
        if r.evidence is not None
    ]
    columns = ["fault", "line", "frequency_hz", "level_dbc", "prominence_db", "standing", "coincides with"]
    return pd.DataFrame(rows, columns=columns).sort_values("prominence_db", ascending=False)


def verdict_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """A row a fault and a condition: answer, why, severity, and the smallest fault that would have shown."""
    rows = [
        {
            "fault": name_words(v.name),
            "verdict": ANSWERS[v.verdict],
            "reasons": "; ".join(r.text for r in v.reasons),
            "severity": _severity(v),
            "smallest visible": _smallest(v),
        }
        for v in (*diagnosis.faults, *diagnosis.conditions)
    ]
    return pd.DataFrame(rows)


def evidence_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Every measured line and figure that a verdict rests on."""
    rows = [
        {
            "fault": name_words(v.name),
            "evidence": e.name,
            "frequency_hz": e.hz,
            "level": e.level,
            "unit": e.unit,
            "floor": e.floor,
            "prominence_db": e.prominence_db,
            "stands out": e.is_present,
            "note": e.note,
        }
        for v in (*diagnosis.faults, *diagnosis.conditions)
        for e in v.evidence
    ]
    columns = ["fault", "evidence", "frequency_hz", "level", "unit", "floor", "prominence_db", "stands out", "note"]
    return pd.DataFrame(rows, columns=columns)


def competitor_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Other causes that would look the same, and how each stands."""
    rows = [
        {
            "fault": name_words(v.name),
            "other cause": c.name,
            "standing": STANDINGS[c.verdict],
            "why": c.text,
        }
        for v in (*diagnosis.faults, *diagnosis.conditions)
        for c in v.competing
    ]
    return pd.DataFrame(rows, columns=["fault", "other cause", "standing", "why"])


def collision_table(diagnosis: Diagnosis) -> pd.DataFrame:
    """Pairs of lines that stand closer than this recording resolves."""
    return pd.DataFrame({"cannot be told apart": [text.replace("_", " ") for text in diagnosis.collisions]})


def _severity(verdict: FaultVerdict) -> str:
    severity = verdict.severity
    if severity is None:
        return ""
    text = span(severity.interval.low, severity.interval.high, severity.unit)
    return f"{text}; {severity.chart}: {severity.chart_band}" if severity.chart_band else text


def _smallest(verdict: FaultVerdict) -> str:
    least = verdict.smallest_visible
    return "" if least is None else span(least.low, least.high, verdict.smallest_unit)


#: Units that a figure's name may end with, and how they are written.
_UNITS = {"dbc": "dBc", "db": "dB", "hz": "Hz", "pct": "%", "us": "us", "s": "s", "bits": "bits"}


def _split_unit(name: str) -> tuple[str, str]:
    """Words and unit of a figure named with its unit as suffix."""
    head, _, tail = name.rpartition("_")
    if tail in _UNITS and head:
        return head.replace("_", " "), _UNITS[tail]
    return name.replace("_", " "), "1"
