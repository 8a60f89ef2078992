"""A diagnosis as a page of plain text for a maintenance engineer.

The first sentences are what must be known; what follows is ordered by the questions a reader asks: can the
recording be trusted, at which speed and load was it made, what was looked for and found, on what does
that rest and what else could it be, what is still open and what to measure for it. Words carry the
verdicts, never colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diagmod.core.verdicts import QualityVerdict, Verdict
from diagmod.io.nameplates import UNNAMED
from diagmod.io.report_figures import UNKNOWN, frequency_in_words, plain, sentence, slip_in_words, span
from diagmod.io.report_rows import fitted, labelled, paragraph
from diagmod.io.report_verdicts import overview, reasons_section, section

if TYPE_CHECKING:
    from diagmod.core.verdicts import Diagnosis, Interval, Quality

#: What the quality of a recording means.
QUALITIES = {
    QualityVerdict.GOOD: "good",
    QualityVerdict.LIMITED: "limited: it supports a diagnosis, but not every statement",
    QualityVerdict.UNUSABLE: "UNUSABLE: it supports no diagnosis",
}

#: Pairs of coinciding lines that are printed.
COLLISIONS_SHOWN = 4


def diagnosis_report(diagnosis: Diagnosis, lineage: Mapping[str, Any]) -> str:
    """A diagnosis as text of at most 100 columns, ending in a newline.

    Parameters
    ----------
    diagnosis : Diagnosis
    lineage : mapping
        From :func:`diagmod.io.diagnosis_lineage.lineage_of`.
    """
    title = f"DIAGNOSIS of {lineage['file']['name']}{_motor(lineage['nameplate'])}"
    parts = [
        [*paragraph(title, 0), *paragraph(diagnosis.sentence)],
        ["RECORDING", *_recording(diagnosis.quality, lineage["recording"])],
    ]
    if diagnosis.line_hz is not None:
        parts.append(["OPERATING POINT", *_operating_point(diagnosis, lineage["nameplate"])])
    every = (*diagnosis.faults, *diagnosis.conditions)
    parts.append(overview(diagnosis))
    parts.append(section("WHAT WAS FOUND", [v for v in every if v.verdict == Verdict.SUPPORTED]))
    if diagnosis.is_possible:
        natural = [v for v in every if v.verdict == Verdict.NOT_SUPPORTED and any(e.is_present for e in v.evidence)]
        parts.append(reasons_section("WHAT STANDS OUT BUT IS NO SIGN OF A FAULT", natural))
        left_open = [v for v in every if v.verdict == Verdict.CANNOT_DECIDE]
        parts.append(section("WHAT IT CANNOT TELL, AND WHAT WOULD HELP", left_open))
        parts.append(_collisions(diagnosis.collisions))
    parts.append(["ON WHAT THIS STANDS", *_lineage(lineage)])
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _motor(nameplate: Mapping[str, Any]) -> str:
    if nameplate["motor_id"] == UNNAMED:
        return ""
    return f", motor {nameplate['motor_id']}" + (f" ({nameplate['name']})" if nameplate["name"] else "")


def _recording(quality: Quality, recording: Mapping[str, Any]) -> list[str]:
    rate, n = recording["fs_hz"], recording["n_samples"]
    begin, end = quality.stretch_s
    phases = [phase for phase, name in recording["columns"].items() if name]
    which = f"phase{'s' if len(phases) > 1 else ''} {', '.join(phases)} in {recording['unit']}"
    what = f"{plain(n / rate, 4)} s at {plain(rate, 6)} Hz, {which}"
    if end > begin and end - begin < 0.99 * n / rate:
        what += f"; judged from {begin:.1f} to {end:.1f} s, where the load is steady"
    lines = labelled("Quality", QUALITIES[quality.verdict])
    lines += labelled("Samples", what)
    for k, reason in enumerate(quality.reasons):
        lines += labelled("Limits" if k == 0 else "", f"- {sentence(reason.text)}")
    for k, advice in enumerate(quality.advice):
        lines += labelled("To change" if k == 0 else "", f"- {sentence(advice)}")
    return lines


def _operating_point(diagnosis: Diagnosis, nameplate: Mapping[str, Any]) -> list[str]:
    line, slip = diagnosis.line_hz, diagnosis.slip
    lines = [] if line is None else labelled("Supply", frequency_in_words(line))
    if not diagnosis.is_possible:
        return lines + labelled("Slip", "unknown, and so is the load, for the limits above")
    if slip.interval is None:
        lines += labelled("Slip", f"unknown: {slip.reason}")
    else:
        sync_rpm = float("nan") if line is None else 60 * line.value / nameplate["pole_pairs"]
        speed = f"{sync_rpm * (1 - slip.interval.value):.1f} rpm"
        lines += labelled("Slip", f"{slip_in_words(slip.interval)}, {speed}: {slip.reason}")
    lines += fitted(
        [
            [one.method, UNKNOWN if one.interval is None else slip_in_words(one.interval), one.reason]
            for one in diagnosis.slip_estimates
        ],
        indent=12,
    )
    load = diagnosis.load_share
    return lines + labelled("Load", "unknown" if load is None else _load(load))


def _load(load: Interval) -> str:
    bounds = span(100 * load.low, 100 * load.high, "%")
    return f"{bounds} of rated" if load.value != load.value else f"{plain(100 * load.value, 2)} % of rated ({bounds})"


def _collisions(collisions: Sequence[str]) -> list[str]:
    if not collisions:
        return []
    more = len(collisions) - COLLISIONS_SHOWN
    lines = ["LINES THAT COINCIDE at this slip and length"]
    for text in collisions[:COLLISIONS_SHOWN]:
        lines += paragraph(f"- {text.replace('_', ' ')}", 2, 4)
    return [*lines, f"  and {more} more pairs (--json lists them)"] if more > 0 else lines


def _lineage(lineage: Mapping[str, Any]) -> list[str]:
    file, recording, plate, code = (lineage[key] for key in ("file", "recording", "nameplate", "code"))
    lines = [*labelled("File", file["name"]), *labelled("sha256", file["sha256"])]
    taken = [f"{role} from {_column(name)}" for role, name in recording["columns"].items() if name]
    taken += [f"time from {_column(recording['time_column'])}"] if recording["time_column"] else []
    lines += labelled("Columns", ", ".join(taken))
    for k, note in enumerate(recording["notes"]):
        lines += labelled("Reading" if k == 0 else "", f"- {note}")
    lines += labelled("Nameplate", f"{_nameplate(plate)} (from {plate['source']})")
    if lineage["parameters"].get("load_pct") is not None:
        lines += labelled("Load", f"{lineage['parameters']['load_pct']:g} % of rated, as declared")
    return lines + labelled("Code", f"{code['package']} {code['version']}, sources {code['sha256'][:16]}")


def _column(name: str) -> str:
    return f"column {name}" if name.isdecimal() else name


def _nameplate(plate: Mapping[str, Any]) -> str:
    words = (
        ("pole_pairs", "{:g} pole pair" + ("s" if plate["pole_pairs"] > 1 else "")),
        ("line_hz", "{:g} Hz"),
        ("rotor_bars", "{:g} rotor bars"),
        ("rated_rpm", "{:g} rpm"),
        ("rated_current_a", "{:g} A"),
        ("rated_power_kw", "{:g} kW"),
        ("bearing", "bearing {}"),
    )
    return ", ".join(form.format(plate[key]) for key, form in words if plate[key] is not None)
