"""What is said of a file on trial: whether it can be used, what rules found in it, and what the motor seems to have."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from diagmod.views.language import Words
from diagmod.views.pages.grids import grid
from diagmod.views.pages.overview_lists import rule_words
from diagmod.views.pages.upload import FIELDS
from diagmod.views.recording_tables import (
    UNITS,
    competitor_table,
    evidence_table,
    reason_table,
    slip_table,
    verdict_table,
)

if TYPE_CHECKING:
    from diagmod.core.verdicts import Diagnosis
    from diagmod.io.trial_files import TriedFile

#: Words for what the audit says of a recording.
_ACQUISITIONS = {
    "good": "good: it can carry a diagnosis",
    "limited": "limited: it supports a diagnosis, but not every statement",
    "unusable": "unusable: it supports no diagnosis",
    "": "not judged: that needs a nameplate",
}


def report_of(tried: TriedFile, found: Diagnosis | None, shown: str, words: Words) -> str:
    """The whole report of a file as HTML.

    Parameters
    ----------
    tried : TriedFile
    found : Diagnosis or None
        None where none was made.
    shown : str
        Name under which people know the file.
    words : Words
    """
    parts = [_verdict(tried, shown, words)]
    parts += [_note(FIELDS[column], words) for column in tried.asked if column in FIELDS]
    if tried.loaded.ingested is not None:
        parts += [_title("What the file holds", words), _facts(tried, shown, words)]
        parts += [_title("Validation", words), _findings(tried, shown, words)]
    if found is not None:
        parts.append(_diagnosis(found, shown, words))
    elif not tried.reason:
        parts.append(_note("No diagnosis was made: choose a motor, or give pole pairs and supply frequency.", words))
    return "".join(parts)


def failed(sentence: str, shown: str, words: Words) -> str:
    """The report of a file that could not even be looked at."""
    return _bad(f"{shown} was not checked: {words(sentence)}", words)


def _verdict(tried: TriedFile, shown: str, words: Words) -> str:
    if tried.reason:
        return _bad(f"{shown} cannot be used: {tried.reason}", words)
    worst = tried.loaded.findings[0].severity if tried.loaded.findings else ""
    said = f"the worst finding is of severity {worst}" if worst else "no rule found anything"
    text = words("✔ {name} can be used; {what}.").replace("{name}", shown).replace("{what}", words(said))
    return f"<p class='dm-note dm-ok' data-dm-trial='good' role='status'>{escape(text)}</p>"


def _bad(text: str, words: Words) -> str:
    return f"<p class='dm-note dm-bad' data-dm-trial='bad' role='alert'>✖ {escape(words(text))}</p>"


def _note(text: str, words: Words) -> str:
    return f"<p class='dm-note'>{escape(words(text))}</p>"


def _title(text: str, words: Words, level: int = 3) -> str:
    return f"<h{level}>{escape(words(text))}</h{level}>"


def _facts(tried: TriedFile, shown: str, words: Words) -> str:
    loaded, held = tried.loaded, tried.loaded.ingested
    if held is None:
        return ""
    has_rate = loaded.fs > 0
    columns = ", ".join(f"{phase}: {column}" for phase, column in held.columns.items())
    rows = [
        ("samples per phase", f"{held.n_samples}"),
        ("sampling rate", f"{loaded.fs:.6g} Hz" if has_rate else words("unknown")),
        ("duration", f"{held.n_samples / loaded.fs:.4g} s" if has_rate else words("unknown")),
        ("phases and their columns", columns),
        ("time column", held.time_column or words("none")),
        ("unit", held.unit),
        ("how it is written", held.dialect),
        ("acquisition", words(_ACQUISITIONS[loaded.acquisition])),
        ("SHA-256", loaded.sha256),
        *(("note of the reader", words(note)) for note in held.notes),
    ]
    table = pd.DataFrame(rows, columns=["fact", "value"])
    return grid(table, words, caption="What the file holds", source=shown)


def _findings(tried: TriedFile, shown: str, words: Words) -> str:
    if not tried.loaded.findings:
        return _note("No rule of validation found anything.", words)
    table = pd.DataFrame([asdict(finding) for finding in tried.loaded.findings])
    named = table.assign(rule=table["rule"].map(rule_words))
    return grid(
        named, words, ["severity", "rule", "phase", "message", "remedy"], caption="Findings of validation",
        source=shown, heads={"remedy": "what to do"},
    )  # fmt: skip


def _diagnosis(found: Diagnosis, shown: str, words: Words) -> str:
    tables = (
        ("Verdicts", verdict_table(found)),
        ("Evidence", evidence_table(found)),
        ("What else it could be", competitor_table(found)),
        ("Slip", slip_table(found)),
        ("Limits of the recording", reason_table(found)),
    )
    parts = [_title("Diagnosis", words), f"<p data-dm-diagnosis>{escape(words(found.sentence))}</p>"]
    parts += [f"<p>{escape(words(advice))}</p>" for advice in found.quality.advice]
    for title, table in tables:
        if len(table):
            parts += [_title(title, words, 4), grid(table, words, caption=title, source=shown, units=UNITS)]
    return "".join(parts)
