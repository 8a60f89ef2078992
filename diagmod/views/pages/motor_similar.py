"""Similar cases in the fleet: recordings of other motors that looked most like this one, and what was found there.

Two cases are as different as their risks are, on average over the parts that could be judged of both; a case that
speaks of the same fault goes before one that does not. No model stands behind it, so that anybody can check it by hand.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.health_tables import PARTS
from diagmod.models.risk_scale import FROM
from diagmod.views.pages.grids import Link, grid
from diagmod.views.pages.printed import Part
from diagmod.views.theme import condition_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from diagmod.views.language import Words
    from diagmod.views.pages.motor_view import MotorView

#: Cases that are shown.
MOST_CASES = 5

#: Parts that must be judged of both, so that two cases are compared at all.
LEAST_PARTS = 3

#: Columns of table ``health`` that are compared.
COLUMNS = (
    "recording_id", "motor_id", "started_at", "risk", "grade", "governing_part",
    *(f"{part}_{name}" for part in PARTS for name in ("risk", "fault")),
)  # fmt: skip

#: How similar is judged, for whoever reads the table.
HOW = (
    "The recording of every other motor that is nearest to this motor as it is now: by the mean difference of the "
    "risks of the parts that could be judged of both, in points of 100. Cases of the same fault come first."
)


def similar_cases(row: Mapping[str, Any], health: pd.DataFrame) -> pd.DataFrame:
    """The nearest recording of every other motor, those of the same fault first.

    Parameters
    ----------
    row : mapping
        Row of table ``motor_health``.
    health : DataFrame
        :data:`COLUMNS` of table ``health``, all motors.

    Returns
    -------
    DataFrame
        Rows of ``health`` with ``same_fault``, ``fault`` (of the worst part that names one) and ``difference`` (mean
        over the common parts, points of risk); at most :data:`MOST_CASES`.
    """
    own = np.array([row[f"{part}_risk"] for part in PARTS], dtype=float)
    found = health[[f"{part}_risk" for part in PARTS]].to_numpy(float)
    both = np.isfinite(own) & np.isfinite(found)
    n_common = both.sum(axis=1)
    apart = np.abs(np.where(both, found - own, 0.0)).sum(axis=1) / np.maximum(n_common, 1)
    worst, is_named = _worst_named(health)
    same = is_named & _of_part(health, worst, str(row["likely_fault"])) if row["likely_fault"] else is_named & False
    usable = (health["motor_id"] != row["motor_id"]).to_numpy(bool) & (n_common >= LEAST_PARTS)
    order = np.lexsort((apart, ~same))
    chosen = _first_of_each(health["motor_id"], order[usable[order]])
    # Only now whole rows: a fleet has a hundred thousand.
    cases = health.iloc[chosen].reset_index(drop=True)
    faults = [
        cases[f"{PARTS[at]}_fault"].iloc[k] if named else ""
        for k, (at, named) in enumerate(zip(worst[chosen], is_named[chosen], strict=True))
    ]
    return cases.assign(fault=np.array(faults, dtype=object), same_fault=same[chosen], difference=apart[chosen])


def _worst_named(table: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Place of the most urgent part that names a fault worth watching, and whether there is one."""
    risks = table[[f"{part}_risk" for part in PARTS]].to_numpy(float)
    names = np.column_stack([(table[f"{part}_fault"] != "").to_numpy(bool) for part in PARTS])
    told = np.where(names & (risks >= FROM["watch"]), risks, -1.0)
    return told.argmax(axis=1), told.max(axis=1) >= 0


def _of_part(table: pd.DataFrame, place: NDArray[np.int64], fault: str) -> NDArray[np.bool_]:
    """Whether the part at this place of every row speaks of a fault."""
    same = np.column_stack([(table[f"{part}_fault"] == fault).to_numpy(bool) for part in PARTS])
    return same[np.arange(len(table)), place]


def _first_of_each(motors: pd.Series, order: NDArray[np.int64]) -> list[int]:
    """The first rows, in this order, of as many different motors as are shown."""
    chosen: dict[str, int] = {}
    names = motors.array
    for k in order:
        chosen.setdefault(str(names[k]), int(k))
        if len(chosen) == MOST_CASES:
            break
    return list(chosen.values())


def similar_part(view: MotorView, words: Words, *, linked: bool = True) -> Part:
    """The part of the page: the cases, and how they were judged."""
    title, how = "Similar cases in the fleet", f"<p>{escape(words(HOW))}</p>"
    if not view.row or view.row["grade"] == "unknown":
        text = words("How this motor is cannot be told, so it is like no other.")
        return Part("similar", title, f"<p class='dm-muted'>{escape(text)}</p>")
    cases = similar_cases(view.row, view.results.table("health", COLUMNS))
    if cases.empty:
        text = words("There is no other motor whose parts could be judged.")
        return Part("similar", title, f"{how}<p class='dm-muted'>{escape(text)}</p>")
    labels = view.results.table("recordings", ("recording_id", "condition"))
    events = view.results.table("maintenance")
    mine = labels[labels["recording_id"].isin(cases["recording_id"])].drop_duplicates("recording_id")
    of_case = mine.set_index("recording_id")["condition"].reindex(cases["recording_id"])
    cases["found"] = [
        found_there(motor, at, label, events, words)
        for motor, at, label in zip(cases["motor_id"], cases["started_at"], of_case, strict=True)
    ]
    cases["fault"] = [condition_words(fault) if fault else "none named" for fault in cases["fault"]]
    sources = ", ".join(view.results.source(name) for name in ("health", "recordings", "maintenance"))
    table = grid(
        cases, words, ["motor_id", "started_at", "fault", "same_fault", "grade", "risk", "difference", "found"],
        caption=title, source=sources, units={"difference": "%", "risk": "%"},
        heads={"found": "what was found there", "difference": "mean difference of risks"},
        links={"motor_id": _to_case} if linked else None,
    )  # fmt: skip
    return Part("similar", title, how, after=table)


def found_there(motor: str, at: pd.Timestamp, label: object, events: pd.DataFrame, words: Words) -> str:
    """What is known of a case: the label of its recording, and what was done to its motor afterwards."""
    told = []
    if isinstance(label, str) and label:
        told.append(f"{words('labelled')}: {words(condition_words(label))}")
    own = events[(events["motor_id"] == motor) & (events["kind"] != "planned")]
    later = own if pd.isna(at) else own[own["start"] >= at]
    if len(later):
        first = later.sort_values("start").iloc[0]
        what = "; ".join(filter(None, (first["defect"], first["note"], first["action"])))
        told.append(f"{words(first['kind'])} {first['start']:%Y-%m-%d}: {what}")
    return ". ".join(told) or words("nothing is recorded")


def _to_case(row: dict[str, Any]) -> Link:
    return "", {"motor": str(row["motor_id"]), "recording": str(row["recording_id"])}
