"""Filters of the page "Data overview": what they are, and the recordings that they leave.

All are held against whole columns, so that a fleet of a hundred thousand recordings answers at once. A recording of
which a filter's question cannot be answered (no start time, no load) is left out as soon as that filter is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from diagmod.views.language import Words
from diagmod.views.pages.controls import Control, Day, Number, OneOf, Search
from diagmod.views.theme import condition_words

#: Largest load that can be asked for, % of rated.
MOST_LOAD = 200.0

#: Value of the filter for recordings without a label: no condition has a blank in its name.
UNLABELLED = "not labelled"

#: Grades of quality of a recording that was loaded, as the table has them.
QUALITIES = ("good", "info", "warning")


def filters(motors: pd.DataFrame, recordings: pd.DataFrame, words: Words) -> Sequence[Control]:
    """Controls, with the values that the tables have."""
    conditions = [(condition_words(c), c or UNLABELLED) for c in sorted(recordings["condition"].unique())]
    phases = [(p, p) for p in sorted(recordings["phases"].unique(), key=lambda p: (-len(p), p))]
    load = {"low": 0.0, "high": MOST_LOAD, "step": 5.0, "unit": "%"}
    return [
        OneOf("motor", "Motor", [(m, m) for m in motors["motor_id"]], words, anything="all motors"),
        Day("from", "From", words),
        Day("to", "To", words),
        OneOf("condition", "Condition", conditions, words, anything="any condition"),
        OneOf("quality", "Quality", [(q, q) for q in QUALITIES], words, anything="any quality"),
        OneOf("phases", "Phases", phases, words, anything="any phases"),
        Number("load_from", "Load from", words, usual=0.0, **load),  # type: ignore[arg-type]
        Number("load_to", "Load to", words, usual=MOST_LOAD, **load),  # type: ignore[arg-type]
        Search("file", "File", words, "part of its name"),
    ]


def narrowed(recordings: pd.DataFrame, controls: Mapping[str, Control]) -> pd.DataFrame:
    """Recordings that all filters leave."""
    found = recordings
    for name, column in (("motor", "motor_id"), ("condition", "condition"), ("quality", "quality"),
                         ("phases", "phases")):  # fmt: skip
        if (value := controls[name].value) is not None:
            found = found[found[column] == ("" if value == UNLABELLED else value)]
    low, high = controls["load_from"].value, controls["load_to"].value
    if low > 0.0 or high < MOST_LOAD:
        found = found[found["load_pct"].between(low, high)]
    if (letters := controls["file"].value) is not None:
        found = found[found["file"].str.contains(letters, case=False, regex=False)]
    return within(found, "started_at", controls["from"].value, controls["to"].value)


def within(table: pd.DataFrame, column: str, first: date | None, last: date | None) -> pd.DataFrame:
    """Rows whose time is on the days from ``first`` to ``last`` (UTC), both included; None is no bound."""
    if first is not None:
        table = table[table[column] >= pd.Timestamp(first, tz="UTC")]
    if last is not None:
        table = table[table[column] < pd.Timestamp(last, tz="UTC") + pd.Timedelta(days=1)]
    return table
