"""What drift asks for: nothing, a closer look, or a new training, with the reason in one sentence.

That features move is no harm by itself; a model is worn out when what it says moved: its alarms, or how far its
probabilities mean what they say. So moved features alone ask for a closer look, unless a large part of them moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from diagmod.io.evaluation_schemas import DRIFT, DRIFT_VERDICT
from diagmod.io.tables import conform, empty_table
from diagmod.models.drift import EXCHANGED, Rows, drift

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Fewest recordings on each side from which drift can be told.
FEWEST_RECORDINGS = 20

#: Change of the share of alarms, or of stated less observed probability, that wears a model out (five points).
_WORN = 0.05

#: Index above its chance from which on a moved score is worn out: the usual limit for a major change.
_MAJOR_INDEX = 0.25

#: Share of moved features from which on the data are others than those that the model learned.
_MANY = 0.2

#: Features that the sentence names.
_MOST_NAMED = 3


def assess_drift(
    parts: Mapping[str, Rows], n_permutations: int, seed: int, *, false_alarm_share: float = 0.05,
    exchanged: str = EXCHANGED[0], split: str = "", model: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Compare later with earlier recordings and say what follows.

    Parameters
    ----------
    parts : mapping of str to Rows
        By kind: "feature"; and, as far as they are known, "score", "alarm" (1 in alarm, else 0) and "calibration"
        (stated probability less 1 where it was true and 0 where not, of recordings whose label came later). Give
        recordings believed healthy, or every developing fault is a drift.
    n_permutations, seed, exchanged, split, model
        See :func:`diagmod.models.drift.drift`.
    false_alarm_share : float
        How often all of it together may speak where nothing moved; it is shared evenly between the kinds.

    Returns
    -------
    moved, verdict : DataFrame
        Tables ``drift`` (every column of every kind) and ``drift_verdict`` (one row).

    Raises
    ------
    ValueError
        No features are given, or see :func:`diagmod.models.drift.drift`.
    """
    if "feature" not in parts:
        raise ValueError(
            f"drift is judged by features at least, got {', '.join(parts) or 'nothing'}; give them as well"
        )
    few = min(_fewest(rows) for rows in parts.values())
    about = {"split": split, "model": model, "n_features": len(parts["feature"].names),
             "false_alarm_share": false_alarm_share}  # fmt: skip
    if few < FEWEST_RECORDINGS:
        reason = (
            f"The data cannot tell: {few} recordings on one side, at least {FEWEST_RECORDINGS} are needed; "
            "compare again when there are more."
        )
        told = about | {"verdict": "cannot_tell", "reason": reason, "n_moved": 0, "moved": ""}
        return empty_table(DRIFT), conform(pd.DataFrame([told]), DRIFT_VERDICT)
    share = false_alarm_share / len(parts)
    tables = [
        drift(rows, kind, n_permutations, seed, false_alarm_share=share, exchanged=exchanged, split=split, model=model)
        for kind, rows in parts.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return conform(table, DRIFT), conform(pd.DataFrame([about | _verdict(table)]), DRIFT_VERDICT)


def _verdict(table: pd.DataFrame) -> dict[str, object]:
    features = table[table["kind"] == "feature"]
    ordered = features.assign(size=features["shift"].abs())
    ordered = ordered.sort_values(["p_adjusted", "size"], ascending=[True, False], kind="stable")
    moved = ordered[ordered["is_moved"]]
    many = bool(len(moved)) and len(moved) >= _MANY * len(features)
    worn = [text for text, is_worn in _of_model(table) if is_worn]
    seen = [text for text, is_worn in _of_model(table) if not is_worn]
    said = [*worn, *seen, *([_features(moved, len(features))] if len(moved) else [])]
    verdict = "retrain" if worn or many else "watch" if said else "none"
    asked = {"retrain": "Train again: ", "watch": "Watch: ", "none": ""}[verdict]
    n_later = int(features["n_later"].iloc[0])
    reason = asked + ("; ".join(said) or f"Nothing moved beyond chance in {n_later} later recordings") + "."
    return {"verdict": verdict, "reason": reason, "n_moved": len(moved), "moved": ", ".join(moved["name"])}


def _of_model(table: pd.DataFrame) -> list[tuple[str, bool]]:
    """What the model says that moved, in words, and whether that wears it out."""
    told = []
    for row in table[(table["kind"] != "feature") & table["is_moved"]].to_dict("records"):
        points = abs(100 * row["shift"])
        way = "rose" if row["shift"] > 0 else "fell"
        if row["kind"] == "alarm":
            told.append((f"the share of alarms {way} by {points:.0f} points", points >= 100 * _WORN))
        elif row["kind"] == "calibration":
            stands = "above" if row["shift"] > 0 else "below"
            text = f"stated probabilities stand {points:.0f} points further {stands} what is observed than before"
            told.append((text, points >= 100 * _WORN))
        else:
            excess = row["psi"] - row["psi_by_chance"]
            text = f"the {row['name']} {way} by {abs(row['shift']):.1f} spreads (index {excess:.2f} above chance)"
            told.append((text, excess >= _MAJOR_INDEX))
    return told


def _features(moved: pd.DataFrame, n: int) -> str:
    named = [f"{row['name']} by {row['shift']:+.1f} spreads" for row in moved.head(_MOST_NAMED).to_dict("records")]
    more = ", and others" if len(moved) > _MOST_NAMED else ""
    return f"{len(moved)} of {n} features moved ({', '.join(named)}{more})"


def _fewest(rows: Rows) -> int:
    """Recordings on the smaller side."""
    sides = pd.Series(rows.is_later, dtype=bool).groupby(rows.recording).first()
    return min(int(sides.sum()), int((~sides).sum()))
