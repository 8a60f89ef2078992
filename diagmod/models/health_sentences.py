"""Sentences of health: is this motor all right, why, how sure, since when, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.health_tables import PART_WORDS
from diagmod.models.health_advice import fault_words, listed

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from diagmod.io.defect_catalogue import Defect

#: What each grade says of a motor.
VERDICTS = {
    "good": "looks all right",
    "watch": "should be watched",
    "plan": "needs a planned stop",
    "act": "needs action",
}

_URGENCY_WORDS = {"observe": "no haste", "plan": "next planned stop", "soon": "soon", "at_once": "at once"}


def recording_sentence(row: Mapping[Hashable, Any], told: str, state: Mapping[Hashable, Any] | None) -> str:
    """What one recording says.

    Parameters
    ----------
    row : mapping
        Row of table ``health``.
    told : str
        Sentence of the governing part.
    state : mapping or None
        Row of ``recording_states`` of the recording.
    """
    if row["grade"] == "unknown":
        why = _clean(str(state["acquisition_reasons"])) if state else ""
        what = _clean(str(state["advice"])) if state else ""
        return (
            f"This recording cannot tell how the motor is{': ' + why if why else ''}.{' ' + what + '.' if what else ''}"
        )
    known = f"{row['knowledge_pct']:.0f} % of what was asked could be answered"
    if row["grade"] == "good":
        return f"This recording shows nothing that asks for attention; {known}."
    words = PART_WORDS[row["governing_part"]]
    return (
        f"This recording says {row['grade']} (risk {row['risk']:.0f} of 100) by the {words}: {told} {_capital(known)}."
    )


def motor_sentence(
    row: Mapping[Hashable, Any],
    told: str,
    seen: str,
    causes: list[str],
    defects: Mapping[str, Defect],
    repaired: str = "",
) -> str:
    """How a motor is now.

    Parameters
    ----------
    row : mapping
        Row of table ``motor_health`` but for its sentence.
    told : str
        Sentence of the governing answer.
    seen : str
        In how many of its last recordings it was seen, in words.
    causes : list of str
        What else it could be.
    defects : mapping of str to Defect
    repaired : str
        Date of the last repair; empty for none.
    """
    name = row["motor_id"]
    after = f" since its repair on {repaired}" if repaired else ""
    if row["grade"] == "unknown":
        none = "There is no recording" if not row["n_recordings"] else "No recording can tell"
        return f"How {name} is cannot be told: {none.lower()}{after}. {row['action']}"
    known = f"{row['knowledge_pct']:.0f} % of what was asked of its last recordings could be answered"
    head = f"{name} {VERDICTS[row['grade']]} (health {row['health_index']:.0f} of 100){_since(row['since'])}"
    if row["grade"] == "good":
        return f"{head}: {_nothing(row, after)}; {known}. {row['action']}"
    fault = f", most likely: {fault_words(row['likely_fault'], defects)}" if row["likely_fault"] else ""
    doubt = f" It could also be {listed(causes)}; rule that out first." if causes else ""
    urgency = _URGENCY_WORDS[row["urgency"]]
    return f"{head}{fault}. Why: {told} How sure: {seen}; {known}.{doubt} What to do ({urgency}): {row['action']}"


def seen_in_words(n_seen: int, n: int) -> str:
    """In how many of the last recordings something was seen.

    Examples
    --------
    >>> seen_in_words(2, 3), seen_in_words(1, 1)
    ('seen in 2 of the last 3 recordings that could tell', 'seen in the only recording that could tell')
    """
    return (
        f"seen in {n_seen} of the last {n} recordings that could tell"
        if n > 1
        else "seen in the only recording that could tell"
    )


def date_words(time: pd.Timestamp) -> str:
    """A date as a person writes it.

    Examples
    --------
    >>> date_words(pd.Timestamp("2026-03-05"))
    '5 March 2026'
    """
    return f"{time.day} {time.month_name()} {time.year}"


def _since(time: pd.Timestamp) -> str:
    return "" if pd.isna(time) else f" since {date_words(time)}"


def _nothing(row: Mapping[Hashable, Any], after: str) -> str:
    n = row["n_recordings"]
    which = f"its {n} recordings" if n > 1 else "its one recording"
    return f"nothing in {which}{after} asks for attention"


def _clean(text: str) -> str:
    return text.strip().rstrip(".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
