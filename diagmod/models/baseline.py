"""Judging the change of a motor against a named baseline of its own recordings: a cheap step over tables.

What is stored of a recording depends on that recording alone; who counts as healthy may be decided anew at any time
without diagnosing again. A recording is never judged by itself: where it belongs to the baseline, it is left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import QualityVerdict, Verdict
from diagmod.io.schemas import BASELINE_CHANGES
from diagmod.io.tables import conform, empty_table
from diagmod.models.level_change import BARS, FEWEST, SHAFT_LINES, Change, Level, Quantity, judge_level
from diagmod.models.phasor_change import Phasor, judge_phasor

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any

#: Baselines by name.
BASELINES = {
    "labelled_healthy": "the recordings of the motor that are labelled healthy",
    "first": "the first recordings of the motor",
}

#: Reasons of a diagnosis that ask for a comparison with an earlier recording; every other reason of an undecided fault
#: leaves the cause of a rise open.
_ASKS_FOR_BASELINE = {"small", "between"}

#: Reasons of an audit for which the angle of I2 / I1 is not that of the other recordings.
REWIRED = frozenset(("wiring", "phases_alike"))

_SHORT = "stator_short"


@dataclass(frozen=True)
class Baseline:
    """Which recordings of a motor are its baseline.

    Attributes
    ----------
    name : str
        "labelled_healthy", or "first".
    first : int
        How many of the earliest recordings that can carry a diagnosis make up the baseline "first".

    Raises
    ------
    ValueError
        The name is unknown or there are too few recordings.
    """

    name: str
    first: int = 5

    def __post_init__(self) -> None:
        if self.name not in BASELINES:
            raise ValueError(f"baseline must be {' or '.join(BASELINES)}, got {self.name!r}")
        if self.name == "first" and self.first <= FEWEST:
            raise ValueError(
                f"the first {self.first} recordings are no baseline; give more than {FEWEST}, because the judged "
                "one is left out"
            )

    def members(self, recordings: pd.DataFrame) -> pd.DataFrame:
        """The baseline among the recordings of one motor (columns condition, started_at, acquisition)."""
        usable = recordings[recordings["acquisition"] != QualityVerdict.UNUSABLE]
        if self.name == "labelled_healthy":
            return usable[usable["condition"] == "healthy"]
        return usable.sort_values("started_at", kind="stable", na_position="last").head(self.first)


def compare_with_baseline(
    catalogue: pd.DataFrame, states: pd.DataFrame, diagnoses: pd.DataFrame, baseline: Baseline
) -> pd.DataFrame:
    """Changes of every recording since the baseline of its motor.

    Parameters
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    states : DataFrame
        Table ``recording_states``.
    diagnoses : DataFrame
        Table ``diagnoses``.
    baseline : Baseline

    Returns
    -------
    DataFrame
        Table ``baseline_changes``: a row a recording and fault (stator short, broken bar, eccentricity).
    """
    about = _with_states(catalogue, states)
    phasors = phasors_of(catalogue, states)
    levels = {
        quantity.fault: {
            row["recording_id"]: _level(row)
            for row in diagnoses[diagnoses["fault"] == quantity.fault].to_dict("records")
        }
        for quantity in (BARS, SHAFT_LINES)
    }
    rows = []
    for motor_id, of_motor in about.groupby("motor_id", sort=True):
        members = list(baseline.members(of_motor)["recording_id"])
        for recording_id in of_motor["recording_id"]:
            others = [one for one in members if one != recording_id]
            found = {_SHORT: judge_phasor(phasors[recording_id], [phasors[one] for one in others])}
            for quantity in (BARS, SHAFT_LINES):
                found[quantity.fault] = _level_change(levels[quantity.fault], recording_id, others, quantity)
            for fault, change in found.items():
                names = {"recording_id": recording_id, "motor_id": motor_id, "fault": fault, "baseline": baseline.name}
                rows.append({**names, **_row(change)})
    return conform(pd.DataFrame(rows), BASELINE_CHANGES) if rows else empty_table(BASELINE_CHANGES)


def phasors_of(catalogue: pd.DataFrame, states: pd.DataFrame) -> dict[str, Phasor]:
    """Negative sequence of every recording; arguments as of :func:`compare_with_baseline`."""
    return {row["recording_id"]: _phasor(row) for row in _with_states(catalogue, states).to_dict("records")}


def baseline_in_words(changes: pd.DataFrame, baseline: Baseline) -> str:
    """What the comparison found, in one sentence."""
    without = changes[changes["reason_code"] == "no_baseline"]
    shown = changes[changes["verdict"] == Verdict.SUPPORTED]
    counts = shown.groupby("fault")["recording_id"].nunique()
    told = ", ".join(f"{counts.get(fault, 0)} of {words}" for fault, words in _WORDS.items())
    n_lacking = without["motor_id"].nunique()
    motors = "1 motor" if n_lacking == 1 else f"{n_lacking} motors"
    lacking = f"; for recordings of {motors} it is too small" if n_lacking else ""
    return (
        f"Against {BASELINES[baseline.name]} we see a change in {shown['recording_id'].nunique()} of "
        f"{changes['recording_id'].nunique()} recordings: {told}{lacking}."
    )


#: What changes, in words.
_WORDS = {_SHORT: "the negative sequence", "broken_bar": "the cage", "eccentricity": "the shaft lines"}


def _with_states(catalogue: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    return catalogue.drop(columns="acquisition").merge(
        states.drop(columns=["motor_id", "sentence"]), on="recording_id", validate="one_to_one"
    )


def _level_change(levels: Mapping[str, Level], recording_id: str, others: list[str], quantity: Quantity) -> Change:
    nan = float("nan")
    nothing = Level(nan, nan, nan, "there is no diagnosis of it")
    before = [levels[one] for one in others if one in levels]
    return judge_level(levels.get(recording_id, nothing), before, quantity)


def _row(change: Change) -> dict[str, object]:
    cells = asdict(change)
    cells["change_unit"] = cells.pop("unit")
    return cells


def _phasor(row: Mapping[Hashable, Any]) -> Phasor:
    is_comparable = row["acquisition"] != QualityVerdict.UNUSABLE
    is_comparable &= not REWIRED & set(str(row["acquisition_codes"]).split(","))
    ratio = complex(row["i2_re"], row["i2_im"]) if is_comparable else complex("nan")
    load = row["load_share"] if np.isfinite(row["load_share"]) else (row["load_low"] + row["load_high"]) / 2
    current = float(np.nanmean([row[f"rms_{phase}"] for phase in "RST"]))
    return Phasor(ratio, current, float(load), float(row["i2_floor_pct"]))


def _level(row: Mapping[Hashable, Any]) -> Level:
    is_open = row["verdict"] == Verdict.CANNOT_DECIDE and row["reason_code"] not in _ASKS_FOR_BASELINE
    value, hidden, called = (float(row[name]) for name in ("severity_value", "hidden_value", "smallest_value"))
    return Level(value, hidden, called, row["reasons"] if is_open else "")
