"""The tables of one recording: what was found in it, on what that stands, its quality, its figures, its file.

All of them are artefacts of the pipeline, read by recording; nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Verdict
from diagmod.io.report_figures import span
from diagmod.io.report_verdicts import ANSWERS
from diagmod.io.results import Results
from diagmod.io.tables import TableError
from diagmod.views.language import Words
from diagmod.views.pages.grids import grid, source_line
from diagmod.views.recording_tables import name_words

#: Features of a recording that stand in one table; there are fewer.
MOST_FEATURES = 2000

#: Heads of columns whose names alone could mean something else.
HEADS = {
    "frequency_hz": "frequency",
    "prominence_db": "above the floor",
    "line": "spectral line",
    "floor": "noise floor",
    "severity": "extent",
}

#: What of a verdict and of the state of a recording is shown.
VERDICT_COLUMNS = (
    "fault", "verdict", "sentence", "severity_low", "severity_high", "severity_unit", "chart", "chart_band",
    "smallest_low", "smallest_high", "smallest_unit", "competing",
)  # fmt: skip
STATE_COLUMNS = ("sentence", "acquisition_reasons", "advice", "supply_hz", "slip")

#: Order of verdicts: what was found first, then what cannot be told.
_ORDER = [str(Verdict.SUPPORTED), str(Verdict.CANNOT_DECIDE), str(Verdict.NOT_SUPPORTED)]


def verdicts(results: Results, row: Mapping[str, Any]) -> pd.DataFrame:
    """A row a fault and a condition: answer, sentence, severity, the smallest that would have shown, other causes."""
    found = results.table("diagnoses", VERDICT_COLUMNS, **key_of(row))
    order = found["verdict"].map(_ORDER.index)
    found = found.iloc[np.argsort(order.to_numpy(), kind="stable")]
    bands = zip(found["chart"], found["chart_band"], strict=True)
    return pd.DataFrame(
        {
            "fault": [name_words(name) for name in found["fault"]],
            "answer": [ANSWERS[Verdict(verdict)] for verdict in found["verdict"]],
            "in words": found["sentence"].to_numpy(),
            "severity": _spans(found, "severity"),
            "grade of the chart": [f"{chart}: {band}" if band else "" for chart, band in bands],
            "would show from": _spans(found, "smallest"),
            "other causes": found["competing"].to_numpy(),
        }
    )


def evidence(results: Results, row: Mapping[str, Any]) -> pd.DataFrame:
    """Every line and figure that a verdict rests on."""
    rows = results.table("evidence", **key_of(row))
    return pd.DataFrame(
        {
            "fault": [name_words(name) for name in rows["fault"]],
            "line": rows["line"].to_numpy(),
            "frequency_hz": rows["at_hz"].to_numpy(),
            "level": rows["height"].to_numpy(),
            "unit": rows["height_unit"].to_numpy(),
            "floor": rows["floor"].to_numpy(),
            "prominence_db": rows["prominence_db"].to_numpy(),
            "resolved": rows["is_resolved"].to_numpy(),
            "stands out": rows["is_present"].to_numpy(),
            "note": rows["note"].to_numpy(),
        }
    )


def compared_evidence(results: Results, row: Mapping[str, Any], other: Mapping[str, Any]) -> pd.DataFrame:
    """Levels of the same lines in a recording and in its reference, and their difference."""
    keys = ["fault", "line", "height_unit"]
    own, against = (results.table("evidence", [*keys, "height"], **key_of(one)) for one in (row, other))
    both = own.merge(against.drop_duplicates(keys), on=keys, suffixes=("_own", "_other"))
    return pd.DataFrame(
        {
            "fault": [name_words(name) for name in both["fault"]],
            "line": both["line"],
            "this": both["height_own"],
            "reference": both["height_other"],
            "difference": both["height_own"] - both["height_other"],
            "unit": both["height_unit"],
        }
    )


def features(
    results: Results, row: Mapping[str, Any], unit: str, other: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Every feature with its value, unit and meaning; with the value of a reference where there is one.

    Raises
    ------
    diagmod.io.tables.TableError
        The features were not computed.
    """
    from diagmod.io.feature_list import feature_list

    named = feature_list(unit)[["name", "unit", "group", "meaning"]]
    for title, one in (("value", row), ("reference", other)):
        found = results.table("recording_features", **key_of(one)) if one else None
        if found is not None and len(found):
            values = found.iloc[0]
            named[title] = [float(values[name]) if name in values else np.nan for name in named["name"]]
    if "value" not in named:
        return pd.DataFrame(columns=["name", "value", "unit", "group", "meaning"])
    order = ["name", "value", *(["reference"] if "reference" in named else []), "unit", "group", "meaning"]
    return named[order].rename(columns={"name": "feature"})


def findings(results: Results, file: str) -> pd.DataFrame:
    """What the rules of the loading say of a file."""
    rows = results.table("findings", file=file)
    return rows[["severity", "rule", "phase", "value", "unit", "limit", "message", "remedy"]]


def verdict_html(results: Results, words: Words, row: Mapping[str, Any]) -> str:
    """Verdicts and evidence as HTML."""
    return (
        grid(
            verdicts(results, row), words, caption="Verdicts", source=results.source("diagnoses"), heads=HEADS
        )
        + f"<h3>{escape(words('Evidence'))}</h3>"
        + grid(
            evidence(results, row), words, caption="Evidence", source=results.source("evidence"), heads=HEADS,
            units={"frequency_hz": "Hz", "prominence_db": "dB"},
        )
    )  # fmt: skip


def quality_html(results: Results, words: Words, row: Mapping[str, Any]) -> str:
    """Verdict on the acquisition with its reasons and advice, and the findings of the rules."""
    state = state_of(results, row)
    texts = [f"Acquisition: {row['acquisition']}. Quality: {row['quality']}."]
    if state:
        texts += [f"Limits: {state['acquisition_reasons']}."] if state["acquisition_reasons"] else []
        texts += [str(state["advice"])] if state["advice"] else []
    told = "".join(f"<p>{escape(words(text))}</p>" for text in texts)
    found = findings(results, str(row["file"]))
    if found.empty:
        nothing = escape(words("No rule has anything to say of this file."))
        return f"{told}<p class='dm-muted'>{nothing}</p>{source_line(words, results.source('findings'))}"
    return told + grid(found, words, caption="Findings", source=results.source("findings"))


def file_html(results: Results, words: Words, row: Mapping[str, Any], original: str, waveform: str) -> str:
    """Where the recording comes from: its file with hash, how it was read, and its samples."""
    facts = {
        "file": original,
        "sha256": str(row["sha256"]),
        "read as": str(row["dialect"]),
        "samples": f"{int(row['n_samples'])} at {row['fs_hz']:g} Hz, {row['duration_s']:g} s",
        "phases": f"{row['phases']} ({row['unit']})",
        "missing": f"{100 * row['missing_share']:.3g} %",
        "samples kept in": waveform,
    }
    cells = "".join(
        f"<tr><th scope='row'>{escape(words(name))}</th><td>{escape(words(text))}</td></tr>"
        for name, text in facts.items()
    )
    caption = f"<caption class='dm-hidden'>{escape(words('Source of the recording'))}</caption>"
    table = f"<table class='dm-recording-facts'>{caption}<tbody>{cells}</tbody></table>"
    return f"<div class='dm-scroll'>{table}</div>{source_line(words, results.source('recordings'))}"


def state_of(results: Results, row: Mapping[str, Any]) -> dict[str, Any]:
    """Row of a recording in table ``recording_states``; empty where the features were not computed."""
    try:
        found = results.table("recording_states", STATE_COLUMNS, **key_of(row))
    except TableError:
        return {}
    return {str(name): value for name, value in found.iloc[0].items()} if len(found) else {}


def key_of(row: Mapping[str, Any]) -> dict[str, str]:
    """What names a recording in a table; the motor, by which tables are sorted, lets most of a file be passed over."""
    return {name: str(row[name]) for name in ("motor_id", "recording_id")}


def _spans(rows: pd.DataFrame, name: str) -> list[str]:
    bounds = zip(rows[f"{name}_low"], rows[f"{name}_high"], rows[f"{name}_unit"], strict=True)
    return [span(low, high, unit) if np.isfinite(low) or np.isfinite(high) else "" for low, high, unit in bounds]
