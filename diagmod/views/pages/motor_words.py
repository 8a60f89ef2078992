"""The answers of the page "Motor status" in short sentences: is it all right, why, how sure, what to do, since when.

The pipeline wrote the whole story of a motor as one text; here it is taken apart at the words that the pipeline itself
puts between its answers, so that each can stand under its question and be translated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.health_tables import PART_WORDS
from diagmod.models.risk_scale import FROM
from diagmod.views.theme import condition_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.views.language import Words

#: Where :func:`diagmod.models.health_sentences.motor_sentence` puts its answers.
_ANSWERS = re.compile(
    r"Why: (?P<why>.*?) How sure: (?P<seen>.*?); [^;]*? could be answered\.(?: It could also be .*?; rule that out "
    r"first\.)? What to do \(",
    re.DOTALL,
)

#: What each grade says of a motor, for a headline.
VERDICTS = {
    "good": "All right",
    "watch": "To be watched",
    "plan": "Planned stop needed",
    "act": "Action needed",
    "unknown": "Cannot be told",
}

#: How soon each urgency of the defect catalogue is.
URGENCY_WORDS = {
    "observe": "no haste",
    "plan": "in the next planned stop",
    "soon": "soon, within days to weeks",
    "at_once": "at once",
}


def grade_of_row(row: Mapping[str, Any]) -> str:
    """Grade of a motor; unknown for one without a row."""
    grade = row.get("grade")
    return grade if isinstance(grade, str) and grade in VERDICTS else "unknown"


def why(row: Mapping[str, Any], words: Words) -> str:
    """Why a motor has its grade: what the governing answer says."""
    grade = grade_of_row(row)
    if not row:
        return words("It is in the register, and no recording of it was judged.")
    if grade == "unknown":
        return words("No recording of it could tell.") if row["n_recordings"] else words("It has no recording.")
    if grade == "good":
        return words(f"Nothing in its {row['n_recordings']} recordings asks for attention.")
    found = _ANSWERS.search(str(row["sentence"]))
    return words(found["why"]) if found else part_in_words(row, str(row["governing_part"]), words)


def seen(row: Mapping[str, Any], words: Words) -> str:
    """In how many of its last recordings it was seen; empty where that was not asked."""
    found = _ANSWERS.search(str(row.get("sentence", "")))
    return words(found["seen"]) if found else ""


def sure(row: Mapping[str, Any], words: Words) -> str:
    """How much could be answered, where it was seen, and what is missing."""
    if not row:
        return words("nothing is known")
    known = words(f"{row['knowledge_pct']:.0f} % of the questions could be answered")
    missing = missing_parts(row)
    lacks = f"{words('cannot tell')}: {', '.join(words(PART_WORDS[part]) for part in missing)}" if missing else ""
    return "; ".join(filter(None, (known, seen(row, words), lacks)))


def missing_parts(row: Mapping[str, Any]) -> list[str]:
    """Parts that could not be judged."""
    return [part for part in PART_WORDS if pd.isna(row.get(f"{part}_risk"))]


def likely_fault(row: Mapping[str, Any], words: Words) -> str:
    """Most likely fault for people; empty where none is named."""
    return words(condition_words(row["likely_fault"])) if row.get("likely_fault") else ""


def to_do(row: Mapping[str, Any], words: Words) -> str:
    """What to do, and how soon."""
    if not row:
        return words("Record it.")
    soon = URGENCY_WORDS.get(row["urgency"], "")
    return f"{words(row['action'])}{f' ({words(soon)})' if soon and grade_of_row(row) != 'good' else ''}"


def since_when(row: Mapping[str, Any], words: Words) -> str:
    """Since when it has had its grade, and when it was last recorded."""
    if not row or pd.isna(row["last_at"]):
        return words("no time is known")
    last = words(f"last recorded {row['last_at']:%Y-%m-%d %H:%M} UTC")
    return last if pd.isna(row["since"]) else f"{row['since']:%Y-%m-%d}; {last}"


def part_in_words(row: Mapping[str, Any], part: str, words: Words) -> str:
    """A part with its fault and value: "change since the baseline: eccentricity, 29.8 dB"."""
    if part not in PART_WORDS:
        return ""
    fault, value, unit = (row[f"{part}_{name}"] for name in ("fault", "value", "unit"))
    measured = "" if pd.isna(value) else f"{value:.3g} {words(unit)}".strip()
    named = words(condition_words(fault)) if fault and row[f"{part}_risk"] >= FROM["watch"] else ""
    told = ", ".join(filter(None, (named, measured)))
    return f"{words(PART_WORDS[part])}{f': {told}' if told else ''}"


def short_why(row: Mapping[str, Any], words: Words) -> str:
    """One line for a tile."""
    if grade_of_row(row) in ("good", "unknown"):
        return why(row, words)
    return part_in_words(row, str(row["governing_part"]), words)


def doubts(row: Mapping[str, Any]) -> list[str]:
    """What else it could be, in English."""
    return [text for text in str(row.get("competing", "")).split("; ") if text]
