"""A diagnosis as rows of tables: one a fault, one a line of evidence or expected line, one for the recording.

Nothing is decided here. What a diagnosis leaves open is missing in the table, and a recording that could
not be diagnosed at all has the same rows as any other, each with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.core.diagnosis import CONDITIONS, FAULTS
from diagmod.core.hidden_faults import hidden_severity
from diagmod.core.verdicts import Evidence, Interval, QualityVerdict, Verdict
from diagmod.io.schemas import RECORDING_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from diagmod.core.expected_lines import LineReading
    from diagmod.core.verdicts import Diagnosis, FaultVerdict

#: Rows of one recording by table: diagnoses, evidence, states, signatures.
Rows = dict[str, list[dict[str, Any]]]

#: Figures of the audit that stand in the table ``recording_states`` under their own names.
AUDIT_FIGURES = (
    "i2_floor_pct", "i0_over_i1_pct", "rms_over_rated", "floor_dbc", "line_drift_hz", "load_range_pct", "repeat_pct",
    "phase_steps", "jitter_us", "clipped_pct", "offset_pct", "range_bits", "switching_hz",
)  # fmt: skip

#: Columns of the table ``recording_states`` for the answers of the slip's estimators.
SLIP_COLUMNS = {
    "slip_of_slots": "slot harmonics",
    "slip_of_shaft": "eccentricity pair",
    "slip_of_bars": "bar sidebands",
    "slip_of_load": "nameplate and load",
}

#: Figures of evidence behind the negative sequence (``core/unbalance.py``).
_RATIO, _ANGLE, _SWITCH = "I2 / I1", "angle of I2 / I1", "change of I2 / I1"

_NAN = float("nan")


def rows_of(diagnosis: Diagnosis, rotor_bars: int | None) -> Rows:
    """Rows of a diagnosis, without the names of recording and motor.

    Parameters
    ----------
    diagnosis : Diagnosis
    rotor_bars : int or None
        Number of rotor bars, where the nameplate states it.
    """
    spoken = [("fault", v) for v in diagnosis.faults] + [("condition", v) for v in diagnosis.conditions]
    return {
        "diagnoses": [
            _verdict_row(kind, verdict) | {"hidden_value": hidden_severity(verdict, diagnosis, rotor_bars)}
            for kind, verdict in spoken
        ],
        "evidence": [_evidence_row(verdict.name, one) for _, verdict in spoken for one in verdict.evidence],
        "states": [_state_row(diagnosis)],
        "signatures": [_line_row(reading) for reading in diagnosis.lines],
    }


def rows_of_refusal(reason: str) -> Rows:
    """Rows of a recording that could not be diagnosed at all.

    Parameters
    ----------
    reason : str
        Why, and what to do.
    """
    said = f"This recording was not diagnosed: {reason}."
    spoken = [("fault", name) for name in FAULTS] + [("condition", name) for name in CONDITIONS]
    common = {**_NOTHING, "verdict": str(Verdict.CANNOT_DECIDE), "sentence": said}
    texts = {c.name: "" for c in RECORDING_STATES.columns if c.dtype == "str"}
    numbers = {c.name: _NAN for c in RECORDING_STATES.columns if c.dtype == "float64"}
    state = {
        **texts, **numbers, "sentence": said, "acquisition": str(QualityVerdict.UNUSABLE),
        "acquisition_codes": REFUSED, "acquisition_reasons": reason, "slip_reason": reason, "is_clock_reliable": False,
    }  # fmt: skip
    return {
        "diagnoses": [
            {**common, "fault": name, "kind": kind, "reason_code": REFUSED, "reasons": reason} for kind, name in spoken
        ],
        "evidence": [],
        "states": [{name: cell for name, cell in state.items() if name not in ("recording_id", "motor_id")}],
        "signatures": [],
    }


#: Code of the reason why a recording was not diagnosed at all.
REFUSED = "not_diagnosed"

#: Cells of a verdict about which nothing was measured.
_NOTHING: dict[str, Any] = {
    "severity_value": _NAN, "severity_low": _NAN, "severity_high": _NAN, "severity_unit": "", "normalised_by": "",
    "hidden_value": _NAN, "chart": "", "chart_band": "", "chart_source": "",
    "smallest_value": _NAN, "smallest_low": _NAN, "smallest_high": _NAN, "smallest_unit": "", "competing": "",
}  # fmt: skip


def _verdict_row(kind: str, verdict: FaultVerdict) -> dict[str, Any]:
    row = {
        **_NOTHING,
        "fault": verdict.name,
        "kind": kind,
        "verdict": str(verdict.verdict),
        "sentence": verdict.sentence,
        "reason_code": verdict.reasons[0].code if verdict.reasons else "",
        "reasons": "; ".join(reason.text for reason in verdict.reasons),
        "competing": "; ".join(
            f"{c.name} ({str(c.verdict).replace('_', ' ')}): {c.text}" for c in verdict.competing
        ),
    }  # fmt: skip
    if severity := verdict.severity:
        row |= {
            **_bounds("severity", severity.interval), "severity_unit": severity.unit,
            "normalised_by": severity.normalised_by, "chart": severity.chart, "chart_band": severity.chart_band,
            "chart_source": severity.chart_source,
        }  # fmt: skip
    if verdict.smallest_visible:
        row |= {**_bounds("smallest", verdict.smallest_visible), "smallest_unit": verdict.smallest_unit}
    return row


def _bounds(name: str, interval: Interval) -> dict[str, float]:
    return {f"{name}_value": interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _evidence_row(fault: str, one: Evidence) -> dict[str, Any]:
    return {
        "fault": fault, "line": one.name, "at_hz": one.hz, "height": one.level, "height_unit": one.unit,
        "floor": one.floor, "prominence_db": one.prominence_db, "is_resolved": bool(one.is_resolved),
        "is_present": bool(one.is_present), "note": one.note,
    }  # fmt: skip


def _line_row(reading: LineReading) -> dict[str, Any]:
    one = reading.evidence or Evidence(reading.name, _NAN, _NAN, _NAN, _NAN, is_resolved=False)
    return {
        "fault": reading.fault, "line": reading.name, "at_hz": reading.hz, "low_hz": reading.low_hz,
        "high_hz": reading.high_hz, "height": one.level, "floor": one.floor, "prominence_db": one.prominence_db,
        "is_resolved": bool(one.is_resolved), "is_present": bool(one.is_present),
        "coincides_with": "; ".join(reading.coincides_with),
    }  # fmt: skip


def _state_row(diagnosis: Diagnosis) -> dict[str, Any]:
    quality, none = diagnosis.quality, Interval(_NAN, _NAN, _NAN)
    line, slip, load = (x or none for x in (diagnosis.line_hz, diagnosis.slip.interval, diagnosis.load_share))
    answers = {one.method: (one.interval or none).value for one in diagnosis.slip_estimates}
    figures = next((_numbers(v.evidence) for v in diagnosis.conditions if v.name == "unbalance"), {})
    ratio = figures.get(_RATIO, _NAN) * np.exp(1j * np.radians(figures.get(_ANGLE, _NAN)))
    return {
        "sentence": diagnosis.sentence,
        "acquisition": str(quality.verdict),
        "acquisition_codes": ",".join(reason.code for reason in quality.reasons),
        "acquisition_reasons": "; ".join(reason.text for reason in quality.reasons),
        "advice": " ".join(quality.advice),
        "is_clock_reliable": bool(quality.is_clock_reliable),
        "stretch_begin_s": quality.stretch_s[0],
        "stretch_end_s": quality.stretch_s[1],
        "supply_hz": line.value, "supply_low_hz": line.low, "supply_high_hz": line.high,
        "slip": slip.value, "slip_low": slip.low, "slip_high": slip.high, "slip_reason": diagnosis.slip.reason,
        **{column: answers.get(method, _NAN) for column, method in SLIP_COLUMNS.items()},
        "load_share": load.value, "load_low": load.low, "load_high": load.high,
        "i2_re": ratio.real, "i2_im": ratio.imag,
        "i2_switch_pct": figures.get(_SWITCH, _NAN if np.isnan(ratio) else 0.0),
        **{name: quality.figures.get(name, _NAN) for name in AUDIT_FIGURES},
    }  # fmt: skip


def _numbers(evidence: Iterable[Evidence]) -> dict[str, float]:
    return {one.name: one.level for one in evidence}
