"""What regimes are told by: few figures of a segment that compare between motors of any size.

Two views. *Operation* says how a motor is run: figures that the nameplate makes comparable, held against the fleet.
*Shape* says what its current looks like, held against the motor's own first recordings at that load: sound motors
differ more from one another in their harmonics and their negative sequence than with anything that happens to them, so
that without this step every motor is a cluster of its own. A second is too short for a slip or a load of its own;
these are those of the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.models.baseline import REWIRED
from diagmod.models.beliefs import believed_healthy
from diagmod.models.own_baseline import Rows
from diagmod.models.physical_figures import log10_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.model_rows import PipelineTables

#: Smallest ratio that is told from nothing, percent.
_LEAST_PCT = 1e-3

#: Share of the rows in which a figure must be known to be looked at.
FEWEST_KNOWN = 0.8


@dataclass(frozen=True)
class ViewFigure:
    """One figure of a view: its name, unit, words, and the features it is made of ("" for none)."""

    name: str
    unit: str
    meaning: str
    feature: str = ""


#: Figures of each view. A ratio in percent stands as a logarithm; a feature of each phase as the mean of those present.
VIEWS: dict[str, tuple[ViewFigure, ...]] = {
    "operation": (
        ViewFigure("current_share", "1", "current over rated", "rms"),
        ViewFigure("load_share", "1", "load over rated"),
        ViewFigure("supply_off_pct", "%", "supply frequency off rated"),
        ViewFigure("ripple_log", "log10 %", "slow ripple of the current", "am_slow"),
    ),
    "shape": (
        ViewFigure("crest", "1", "peak over rms", "crest"),
        ViewFigure("kurtosis", "1", "weight of the tails", "kurtosis"),
        *(ViewFigure(f"h{k}_log", "log10 %", f"harmonic {k}", f"h{k}") for k in (2, 3, 5, 7)),
        ViewFigure("between_log", "log10 %", "current between the harmonics", "interharmonic"),
        ViewFigure("ripple_log", "log10 %", "modulation below 0.2 f", "am_slow"),
        ViewFigure("shaft_log", "log10 %", "modulation from 0.2 f to 0.8 f", "am_fast"),
        ViewFigure("phase_log", "log10 deg", "phase modulation", "pm_rms"),
        ViewFigure("negative_log", "log10 %", "negative sequence", "i2_over_i1"),
        ViewFigure("zero_log", "log10 %", "zero sequence", "i0_over_i1"),
        ViewFigure("unbalance_log", "log10 %", "unbalance of the phases", "unbalance_pct"),
    ),
}

#: What a view is held against, see :mod:`diagmod.models.own_baseline`.
HELD_AGAINST = {"operation": "fleet", "shape": "motor_load"}


@dataclass(frozen=True)
class ViewRows:
    """Segments in the order of recording and number, and their figures in every view.

    Attributes
    ----------
    about : DataFrame
        recording_id, motor_id, split_group, segment, condition, load_share, slip_of_rated, is_usable.
    rows : dict of Rows
        By view, length n; of an unusable or wrongly wired recording every figure is NaN.
    """

    about: pd.DataFrame
    rows: dict[str, Rows]

    def in_words(self) -> str:
        """How many segments there are, of what, and how many are left out, in one sentence."""
        lost = int((~self.about["is_usable"]).sum())
        left_out = f"; {lost} of unusable or wrongly wired recordings are left out" if lost else ""
        return (
            f"{len(self.about)} segments of {self.about['motor_id'].nunique()} motors in "
            f"{self.about['split_group'].nunique()} split groups{left_out}."
        )


def view_rows(tables: PipelineTables, motors: pd.DataFrame, first_recordings: int) -> ViewRows:
    """Segments as the views see them.

    Parameters
    ----------
    tables : PipelineTables
    motors : DataFrame
        Table ``motors``: rated current, frequency and speed.
    first_recordings : int
        How many of a motor's earliest recordings say what is usual for it; all of a motor without start times.
    """
    segments = tables.segments.sort_values(["recording_id", "segment"], kind="stable", ignore_index=True)
    about = _about(segments, tables, motors)
    unusable = ~about["is_usable"].to_numpy(bool)
    unit = about["recording_id"] if (about["split_group"] == about["motor_id"]).all() else about["split_group"]
    belongs = (about["motor_id"].to_numpy(str), unit.to_numpy(str), about["load_share"].to_numpy(float))
    is_first = _is_first(tables.catalogue, about, first_recordings) & ~unusable
    rows = {}
    for view, figures in VIEWS.items():
        values = np.column_stack([_values(figure, segments, about) for figure in figures])
        values[unusable] = np.nan
        reference = ~unusable if HELD_AGAINST[view] == "fleet" else is_first
        rows[view] = Rows(tuple(figure.name for figure in figures), values, *belongs, reference)
    return ViewRows(about.drop(columns=["rated_current_a", "line_hz", "rated_slip"]), rows)


def known_figures(rows: Rows) -> tuple[str, ...]:
    """Figures that most usable rows know; a single phase has no unbalance, a motor without a plate no rated current."""
    usable = rows.only(np.asarray(np.isfinite(rows.values).any(axis=1)))
    if not len(usable):
        return ()
    share = np.isfinite(usable.values).mean(axis=0)
    return tuple(name for name, known in zip(rows.names, share, strict=True) if known >= FEWEST_KNOWN)


def _about(segments: pd.DataFrame, tables: PipelineTables, motors: pd.DataFrame) -> pd.DataFrame:
    about = segments[["recording_id", "motor_id", "segment"]].merge(
        tables.catalogue[["recording_id", "split_group", "condition", "load_pct", "acquisition"]],
        on="recording_id", how="left", validate="many_to_one",
    )  # fmt: skip
    plates = motors.assign(rated_slip=1 - motors["rated_rpm"] * motors["pole_pairs"] / (60 * motors["line_hz"]))
    about = about.merge(
        plates[["motor_id", "rated_current_a", "line_hz", "rated_slip"]], on="motor_id", how="left"
    ).merge(tables.states[["recording_id", "slip", "load_share", "acquisition_codes"]], on="recording_id", how="left")
    codes = about["acquisition_codes"].fillna("").astype(str)
    rewired = np.array([not REWIRED.isdisjoint(text.split(",")) for text in codes], dtype=bool)
    about["is_usable"] = (about["acquisition"] != "unusable") & ~rewired
    about["load_share"] = (about["load_pct"] / 100).fillna(about["load_share"])
    about["slip_of_rated"] = about["slip"] / about["rated_slip"].where(about["rated_slip"] > 0)
    return about.drop(columns=["load_pct", "slip", "acquisition", "acquisition_codes"])


def _values(figure: ViewFigure, segments: pd.DataFrame, about: pd.DataFrame) -> NDArray[np.float64]:
    """One figure of every segment, shape (n,)."""
    if figure.name == "load_share":
        return about["load_share"].to_numpy(float)
    if figure.name == "supply_off_pct":
        return (100 * (segments["line_hz"] / about["line_hz"] - 1)).to_numpy(float)
    value = segments.get(figure.feature, pd.Series(np.nan, index=segments.index))
    if f"{figure.feature}_R" in segments:  # of all phases together where there are three, else of those present
        value = value.fillna(segments[[f"{figure.feature}_{phase}" for phase in PHASES]].mean(axis=1))
    if figure.name == "current_share":
        return (value / about["rated_current_a"]).to_numpy(float)
    number = np.asarray(value, dtype=np.float64)
    return log10_of(number, _LEAST_PCT) if figure.unit.startswith("log10") else number


def _is_first(catalogue: pd.DataFrame, about: pd.DataFrame, first: int) -> NDArray[np.bool_]:
    """Segments of a motor's first recordings; all of a motor whose recordings have no start time."""
    started = catalogue["started_at"].dt.tz_convert(None).to_numpy("datetime64[us]")
    of_recording = believed_healthy(
        catalogue["condition"].tolist(), catalogue["motor_id"].tolist(), started, "first", first
    )
    chosen = dict(zip(catalogue["recording_id"], of_recording, strict=True))
    is_first = about["recording_id"].map(chosen).to_numpy(bool)
    timed = set(about.loc[is_first, "motor_id"])
    return is_first | ~about["motor_id"].isin(timed).to_numpy(bool)
