"""A diagnosis as JSON for programs: one documented, versioned form, the same bytes for the same input.

The form is ``templates/diagnosis.schema.json``, explained in data/README.md. It is strict JSON: what is
not known or not finite is null. Figures are rounded to eight significant digits, far finer than any of
them is known, so that the order in which a library adds does not show.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from diagmod.core.verdicts import Diagnosis, Evidence, FaultVerdict, Interval, Reason, Severity

#: Version of the form. A new key leaves it, a removed or renamed key or another meaning raises it.
SCHEMA_VERSION = 1

#: Significant digits of a figure.
DIGITS = 8


def diagnosis_mapping(diagnosis: Diagnosis, lineage: Mapping[str, Any]) -> dict[str, Any]:
    """A diagnosis as plain values in the order of the form.

    Parameters
    ----------
    diagnosis : Diagnosis
    lineage : mapping
        On what it stands; see :func:`diagmod.io.diagnosis_lineage.lineage_of`.

    Returns
    -------
    dict
        Text, finite numbers, booleans, None, and lists and dicts of them.
    """
    quality, load = diagnosis.quality, diagnosis.load_share
    content = {
        "schema_version": SCHEMA_VERSION,
        "sentence": diagnosis.sentence,
        "quality": {
            "verdict": str(quality.verdict),
            "reasons": _reasons(quality.reasons),
            "advice": quality.advice,
            "is_clock_reliable": quality.is_clock_reliable,
            "stretch_s": quality.stretch_s,
            "figures": quality.figures,
        },
        "line_hz": _interval(diagnosis.line_hz),
        "slip": _interval(diagnosis.slip.interval),
        "slip_reason": diagnosis.slip.reason,
        "slip_estimates": [
            {"method": one.method, "slip": _interval(one.interval), "reason": one.reason}
            for one in diagnosis.slip_estimates
        ],
        "load": None if load is None else {**_bounds(load), "unit": "share of rated load"},
        "faults": {one.name: _verdict(one) for one in diagnosis.faults},
        "conditions": {one.name: _verdict(one) for one in diagnosis.conditions},
        "collisions": diagnosis.collisions,
        "lineage": lineage,
    }
    plain: dict[str, Any] = _plain(content)
    return plain


def diagnosis_json(diagnosis: Diagnosis, lineage: Mapping[str, Any]) -> str:
    """A diagnosis as strict JSON in ASCII, its keys in the order of the form, with a newline at the end."""
    return json.dumps(diagnosis_mapping(diagnosis, lineage), indent=2, allow_nan=False) + "\n"


def diagnosis_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the form."""
    text = resources.files("diagmod.io").joinpath("templates/diagnosis.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _verdict(verdict: FaultVerdict) -> dict[str, Any]:
    visible = verdict.smallest_visible
    return {
        "verdict": str(verdict.verdict),
        "sentence": verdict.sentence,
        "evidence": [_evidence(one) for one in verdict.evidence],
        "competing": [
            {"name": one.name, "verdict": str(one.verdict), "text": one.text} for one in verdict.competing
        ],
        "reasons": _reasons(verdict.reasons),
        "severity": None if verdict.severity is None else _severity(verdict.severity),
        "smallest_visible": None if visible is None else {**_bounds(visible), "unit": verdict.smallest_unit},
    }  # fmt: skip


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "name": one.name,
        "hz": one.hz,
        "level": one.level,
        "floor": one.floor,
        "unit": one.unit,
        "prominence_db": one.prominence_db,
        "is_resolved": one.is_resolved,
        "is_present": one.is_present,
        "note": one.note,
    }


def _severity(severity: Severity) -> dict[str, Any]:
    chart = {"name": severity.chart, "source": severity.chart_source, "band": severity.chart_band}
    return {
        **_bounds(severity.interval),
        "unit": severity.unit,
        "normalised_by": severity.normalised_by,
        "chart": chart if severity.chart else None,
    }


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [{"code": one.code, "text": one.text} for one in reasons]


def _interval(interval: Interval | None) -> dict[str, float] | None:
    return None if interval is None else _bounds(interval)


def _bounds(interval: Interval) -> dict[str, float]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _plain(value: Any) -> Any:
    """Values that JSON has, recursively; a number that is not finite becomes None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Sequence):
        return [_plain(one) for one in value]
    raise TypeError(f"a diagnosis holds numbers, text, booleans, lists and mappings, got {type(value).__name__}")
