"""What one recording shows of its motor: the spectrum with the lines of the faults, verdicts, what it cannot tell.

Lines and verdicts are those of the tables, so that page and tables cannot differ; only the spectrum behind them is
computed again from the waveform, for the stretch that was judged.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.diagnosis import LINE_BAND_HZ
from diagmod.core.expected_lines import LineReading
from diagmod.core.gaps import repair
from diagmod.core.order_tracking import track_orders
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.verdicts import Evidence, QualityVerdict, Reason, Verdict
from diagmod.io.waveforms import read_waveform
from diagmod.views.pages.grids import grid, source_line
from diagmod.views.pages.printed import Part
from diagmod.views.spectrum_figures import spectrum_lines_figure
from diagmod.views.theme import condition_words

if TYPE_CHECKING:
    from pathlib import Path

    from diagmod.views.language import Words
    from diagmod.views.pages.motor_view import MotorView

#: Folder of the waveforms, relative to the project.
WAVEFORMS = "data/interim/waveforms"

#: End of the spectrum over the supply frequency: most faults show below.
HIGHEST_OVER_LINE = 6.0

#: Reach of the close-up over the supply frequency: both lines of the rotor bars up to a slip of 0.06.
CLOSE_OVER_LINE = 0.13

#: Where another cause begins in the text of a diagnosis: a name and how it stands.
_CAUSE = re.compile(r"; (?=[^;:]+? \((?:supported|not supported|cannot decide)\): )")

#: What a recording says: its grade by which part, the sentence of that part, and how much was answered.
_SAYS = re.compile(
    r"(This recording says .*? by the .*?:) (.*) (\d+ % of what was asked could be answered\.)", re.DOTALL
)

#: Samples from which on the spectrum waits for a click in the Recording explorer: a page must answer at once.
MOST_SAMPLES = 4_000_000


def evidence_parts(view: MotorView, words: Words) -> list[Part]:
    """Parts on the recording of a view: the recording in words, its spectrum twice, verdicts, evidence."""
    recording = view.recording
    if recording is None:
        text = words("There is no recording in these days; choose others.")
        return [Part("evidence", "Evidence", f"<p class='dm-muted'>{escape(text)}</p>")]
    spectrum, carrier, line_hz = judged_spectrum(view)
    lines = read_lines(view.of_recording("signatures"))
    supported = set(_faults(view, Verdict.SUPPORTED)["fault"])
    source = f"{WAVEFORMS}/{recording['recording_id']}.parquet, {view.results.source('signatures')}"
    about = f"<p>{escape(recorded_in_words(recording, words))}</p>{cannot_tell(view, words)}{_sentence(view, words)}"
    ends = (
        (0.0, HIGHEST_OVER_LINE * line_hz),
        ((1 - CLOSE_OVER_LINE) * line_hz, (1 + CLOSE_OVER_LINE) * line_hz),
    )
    whole, close = (spectrum_lines_figure(spectrum, carrier, line_hz, lines, supported, *end) for end in ends)
    parts = [Part("evidence", "Evidence: the marked spectrum", about, whole, source, _slip(view, words))]
    if not isinstance(spectrum, Reason):
        near = escape(words("Close to the supply line, where the rotor bars show"))
        parts.append(Part("evidence_near", "", f"<h3>{near}</h3>", close, source))
    return [*parts, Part("verdicts", "Verdicts of this recording", after=_verdicts(view, words))]


def judged_spectrum(view: MotorView) -> tuple[Any, float, float]:
    """Spectrum of the stretch that was judged, amplitude of its supply line, and supply frequency in Hz.

    Returns
    -------
    (WidebandSpectrum or Reason, float, float)
        A reason where there is no spectrum; the others are then NaN.
    """
    recording, state = view.recording or {}, view.state
    path = view.results.root / WAVEFORMS / f"{recording['recording_id']}.parquet"
    found = _prepared(path, float(recording["fs_hz"]), state)
    if isinstance(found, Reason):
        return found, float("nan"), float("nan")
    carrier = found.carrier
    if carrier is None:
        reason = state.get("acquisition_reasons") or "no supply line stands out"
        return Reason("no_supply_line", str(reason)), float("nan"), float("nan")
    return track_orders(found.spectrum, carrier), carrier.amplitude, carrier.line_hz


def _prepared(path: Path, fs: float, state: dict[str, Any]) -> Prepared | Reason:
    """The judged stretch, ready for analysis."""
    if not path.is_file():
        return Reason("no_waveform", "the waveform was not kept; see it in the Recording explorer, or run `make repro`")
    currents = read_waveform(path)
    if currents.shape[1] > MOST_SAMPLES:
        return Reason("too_long", f"{currents.shape[1]} samples are too many here; see the Recording explorer")
    try:
        whole = repair(currents, fs)
        ends = [state.get("stretch_begin_s", np.nan), state.get("stretch_end_s", np.nan)]
        first, last = (round((end * fs) - whole.first) if np.isfinite(end) else 0 for end in ends)
        n = whole.currents.shape[1]
        judged = whole.currents[:, first:last] if 0 <= first < last and last - first < 0.99 * n else whole.currents
        return prepare(judged, fs, *LINE_BAND_HZ)
    except ValueError as exc:
        return Reason("unusable", str(exc))


def read_lines(signatures: pd.DataFrame) -> list[LineReading]:
    """Expected lines as table ``signatures`` holds them.

    Parameters
    ----------
    signatures : DataFrame
        Rows of one recording.
    """
    return [_reading(row) for row in signatures.to_dict("records")]


def _reading(row: dict[Any, Any]) -> LineReading:
    hz, low, high = float(row["at_hz"]), float(row["low_hz"]), float(row["high_hz"])
    evidence = Evidence(
        row["line"], hz, row["height"], row["floor"], row["prominence_db"], is_resolved=bool(row["is_resolved"]),
        is_present=bool(row["is_present"]),
    )  # fmt: skip
    others = tuple(name for name in row["coincides_with"].split("; ") if name)
    return LineReading(row["fault"], row["line"], hz, low, high, evidence if np.isfinite(hz) else None, others)


def recorded_in_words(recording: dict[str, Any], words: Words) -> str:
    """Which recording, how long, how fast, under which load."""
    start = recording["started_at"]
    when = words("without a time") if pd.isna(start) else f"{start:%Y-%m-%d %H:%M} UTC"
    parts = [when, recording["file"], f"{recording['duration_s']:.3g} s, {recording['fs_hz']:g} Hz"]
    if not pd.isna(recording["load_pct"]):
        parts.append(f"{words('load')} {recording['load_pct']:.0f} %")
    return f"{words('Recording')}: {', '.join(parts)}"


def cannot_tell(view: MotorView, words: Words) -> str:
    """The note that a recording cannot tell, or in what, with the reason and what to do; empty where it tells all."""
    state = view.state
    if not state:
        text = words("This recording was not judged; run `make repro`.")
        return f"<p class='dm-note dm-warn'>{escape(text)}</p>"
    if state["acquisition"] == str(QualityVerdict.UNUSABLE):
        why = f"{words('This recording cannot tell')}: {words(state['acquisition_reasons'])}"
        return f"<p class='dm-note dm-warn'><strong>{escape(why)}</strong> {escape(words(state['advice']))}</p>"
    rows = _faults(view, Verdict.CANNOT_DECIDE)
    if rows.empty:
        return ""
    items = "".join(
        f"<li>{escape(words(condition_words(fault)))}: {escape(words(reason or sentence))}</li>"
        for fault, reason, sentence in zip(rows["fault"], rows["reasons"], rows["sentence"], strict=True)
    )
    head = escape(words("This recording cannot tell about"))
    return f"<div class='dm-note dm-warn'><strong>{head}</strong><ul class='dm-motor-open'>{items}</ul></div>"


def competing(view: MotorView, words: Words) -> Part:
    """Other causes of the same picture, as they were tested on this recording."""
    told = view.of_recording("diagnoses") if view.recording else pd.DataFrame({"competing": []})
    rows = told[(told["competing"] != "") & (told["verdict"] != str(Verdict.NOT_SUPPORTED))] if len(told) else told
    if rows.empty:
        text = words("Of what this recording supports, no other cause had to be tested.")
        return Part("competing", "What else it could be", f"<p class='dm-muted'>{escape(text)}</p>")
    items = "".join(
        f"<li><b>{escape(words(condition_words(fault)))}</b><ul>"
        f"{''.join(f'<li>{escape(words(text))}</li>' for text in _CAUSE.split(causes))}</ul></li>"
        for fault, causes in zip(rows["fault"], rows["competing"], strict=True)
    )
    source = source_line(words, view.results.source("diagnoses"))
    return Part("competing", "What else it could be", f"<ul class='dm-motor-open'>{items}</ul>{source}")


def _faults(view: MotorView, verdict: Verdict) -> pd.DataFrame:
    rows = view.of_recording("diagnoses")
    return rows[(rows["verdict"] == str(verdict)) & (rows["kind"] == "fault")]


def _sentence(view: MotorView, words: Words) -> str:
    told = str(view.judged.get("sentence") or view.state.get("sentence", ""))
    pieces = found.groups() if (found := _SAYS.fullmatch(told)) else (told,)
    return f"<p>{escape(' '.join(map(words, pieces)))}</p>" if told else ""


def _slip(view: MotorView, words: Words) -> str:
    """At which slip and supply frequency the lines are drawn."""
    state = view.state
    if not state or pd.isna(state["slip"]):
        why = state.get("slip_reason") if state else ""
        return f"<p>{escape(words('The slip is unknown'))}: {escape(words(str(why or '–')))}</p>"
    at = f"{words('slip')} {100 * state['slip']:.3f} % ({100 * state['slip_low']:.3f}–{100 * state['slip_high']:.3f} %)"
    supply = f"{words('supply')} {state['supply_hz']:.3f} Hz"
    told = f"{words('Lines are marked at')}: {at}, {supply}; {words(state['slip_reason'])}"
    return f"<p>{escape(told)}</p>{source_line(words, view.results.source('recording_states'))}"


def _verdicts(view: MotorView, words: Words) -> str:
    rows = view.of_recording("diagnoses").copy()
    order = {str(v): k for k, v in enumerate((Verdict.SUPPORTED, Verdict.CANNOT_DECIDE, Verdict.NOT_SUPPORTED))}
    rows = rows.sort_values("verdict", key=lambda column: column.map(order), kind="stable")
    rows["fault"] = [condition_words(fault) for fault in rows["fault"]]
    rows["verdict"] = rows["verdict"].str.replace("_", " ")
    rows["severity"] = _measured(rows["severity_value"], rows["severity_unit"], words)
    rows["smallest"] = _measured(rows["smallest_value"], rows["smallest_unit"], words)
    table = grid(
        rows, words, ["fault", "verdict", "severity", "smallest", "sentence"], caption="Verdicts of this recording",
        source=view.results.source("diagnoses"),
        heads={"severity": "how severe", "smallest": "smallest that would show"},
    )  # fmt: skip
    table = f"<div class='dm-motor-verdicts'>{table}</div>"
    lines = view.of_recording("evidence").copy()
    lines["fault"] = [condition_words(fault) for fault in lines["fault"]]
    shown = ["fault", "line", "at_hz", "height", "height_unit", "floor", "prominence_db", "is_present", "note"]
    found = grid(
        lines, words, shown, caption="Lines and figures that the verdicts rest on",
        source=view.results.source("evidence"), heads={"is_present": "stands out", "height_unit": "unit",
        "line": "line of the fault"},
    )  # fmt: skip
    return f"{table}<h3>{escape(words('Lines and figures that the verdicts rest on'))}</h3>{found}"


def _measured(values: pd.Series, units: pd.Series, words: Words) -> list[str]:
    """Values with their units, which differ from row to row."""
    return [
        "" if pd.isna(value) else f"{value:.3g} {words(unit)}".strip()
        for value, unit in zip(values, units, strict=True)
    ]
