"""From the tables of the pipeline to the rows that a model looks at: one a recording, or one a segment.

Recordings are long enough to resolve the lines of faults, so a recording has physical figures and features of shape.
A segment is a second long: it says *when* something changed, by the features of shape alone. Two sets of columns are
kept apart everywhere: all of them, and those that do not rest on the negative sequence, since labels of some data sets
are derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.features import features_at
from diagmod.core.recording import PHASES
from diagmod.io.feature_schemas import RECORDING_FEATURES, SEGMENTS
from diagmod.io.schemas import DIAGNOSES, RECORDING_STATES, RECORDINGS, SIGNATURES
from diagmod.io.tables import read_table
from diagmod.models.baseline import REWIRED, phasors_of
from diagmod.models.beliefs import believed_healthy
from diagmod.models.own_baseline import Rows
from diagmod.models.physical_figures import FIGURES, log10_of, physical_figures
from diagmod.models.reference import CHANGE, Reference, changes_since_own

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.core.feature_definitions import Feature
    from diagmod.models.phasor_change import Phasor

#: Sets of columns: everything, and what does not rest on the negative sequence.
FEATURE_SETS = ("all", "without_i2")

#: Levels at which rows are made.
LEVELS = ("recording", "segment")

#: Groups of features that a model looks at unless told otherwise.
MODEL_GROUPS = ("time", "spectrum", "interphase")

#: What it looks at of a group; of a group that is not named here, every scale-free feature. A forest draws features
#: by chance, so that hundreds of similar ones hide the few that tell.
MODEL_KINDS = {
    "time": ("crest", "shape", "skewness", "kurtosis"),
    "spectrum": ("h2", "h3", "h5", "h7", "h11", "h13", "thd", "interharmonic"),
    "interphase": (
        "i2_over_i1", "i0_over_i1", "i2_re", "i2_im", "unbalance_pct", "angle_RS", "angle_RT", "park_modulation",
        "park_2f",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class PipelineTables:
    """What rows are made of: tables ``recordings``, ``segments``, ``recording_features``, states, diagnoses, lines."""

    catalogue: pd.DataFrame
    segments: pd.DataFrame
    recordings: pd.DataFrame
    states: pd.DataFrame
    diagnoses: pd.DataFrame
    signatures: pd.DataFrame


def read_pipeline_tables(interim: Path, features: Path) -> PipelineTables:
    """Tables of the stages ``load`` and ``features``.

    Parameters
    ----------
    interim, features : Path
        ``data/interim`` and ``data/processed/features``.

    Raises
    ------
    TableError
        See :func:`diagmod.io.tables.read_table`.
    """
    return PipelineTables(
        read_table(interim / "recordings.parquet", RECORDINGS),
        read_table(features / "segments.parquet", SEGMENTS),
        read_table(features / "recordings.parquet", RECORDING_FEATURES),
        read_table(features / "recording_states.parquet", RECORDING_STATES),
        read_table(features / "diagnoses.parquet", DIAGNOSES),
        read_table(features / "signatures.parquet", SIGNATURES),
    )


@dataclass(frozen=True)
class ModelRows:
    """Rows of one level with what they are about.

    Attributes
    ----------
    level : str
        One of :data:`LEVELS`.
    about : DataFrame
        A row a row: recording_id, motor_id, split_group, condition, severity, load_pct, acquisition, started_at, and
        segment (-1 for a whole recording).
    rows : Rows
    phasors : tuple of Phasor
        Negative sequence of every recording; empty for segments.
    """

    level: str
    about: pd.DataFrame
    rows: Rows
    phasors: tuple[Phasor, ...] = ()

    def of_set(self, feature_set: str) -> Rows:
        """The rows with the columns of a set.

        Raises
        ------
        ValueError
            The set is unknown or has no column with a value.
        """
        keep = columns_of_set(self.rows, feature_set)
        if not keep.any():
            raise ValueError(f"no figure of set {feature_set!r} is defined in this table; are all phases absent?")
        return self.rows.of([name for name, kept in zip(self.rows.names, keep, strict=True) if kept])

    def in_words(self) -> str:
        """How many rows there are, of what, and how many are believed healthy, in one sentence."""
        healthy, motors = int(self.rows.is_reference.sum()), self.about["motor_id"].nunique()
        return (
            f"{len(self.rows)} {self.level}s of {motors} motors in {self.about['split_group'].nunique()} split groups, "
            f"{len(self.rows.names)} figures each; {healthy} are believed healthy."
        )

    @property
    def groups(self) -> list[str]:
        """Split group of every row."""
        return self.about["split_group"].astype(str).tolist()


def columns_of_set(rows: Rows, feature_set: str) -> NDArray[np.bool_]:
    """Columns of a set that are defined somewhere, shape (k,).

    A harmonic above the Nyquist frequency is undefined in every row of a slow recorder's data set; such a figure is
    dropped for the whole set rather than every row for the figure.
    """
    if feature_set not in FEATURE_SETS:
        raise ValueError(f"feature set must be {' or '.join(FEATURE_SETS)}, got {feature_set!r}")
    defined = np.isfinite(rows.values).any(axis=0)
    if feature_set == "all":
        return np.asarray(defined)
    rests_on_i2 = np.array([name in _RESTS_ON_I2 for name in rows.names], dtype=bool)
    return np.asarray(defined & ~rests_on_i2)


def recording_rows(
    tables: PipelineTables,
    belief: str,
    first: int,
    groups: Collection[str] = MODEL_GROUPS,
    reference: Reference | None = None,
) -> ModelRows:
    """A row a recording: physical figures, then features of shape.

    Parameters
    ----------
    tables : PipelineTables
    belief, first
        See :func:`diagmod.models.beliefs.believed_healthy`.
    groups : collection of str
        Groups of features of shape.
    reference : Reference, optional
        Of new recordings: the healthy ones that a stored model keeps. None of the new ones is believed healthy then.
    """
    about = _about(tables.catalogue, tables.recordings[["recording_id"]].assign(segment=-1))
    of_recording = phasors_of(tables.catalogue, tables.states)
    phasors = tuple(of_recording[recording] for recording in about["recording_id"])
    figures = physical_figures(tables.recordings, tables.diagnoses).drop(columns="recording_id")
    shape = [feature.name for feature in shape_features("recording", groups)]
    names = (*figures.columns, CHANGE, *shape)
    found = np.hstack([figures.to_numpy(float), np.zeros((len(about), 1)), _shape(tables.recordings, shape)])
    values, is_fit = _without_misread(names, found, about, tables.states)
    is_reference = np.zeros(len(about), dtype=bool) if reference else _believed(about, belief, first) & is_fit
    rows = Rows(names, values, *_owners(about), _load(about, tables.states), is_reference)
    healthy = tuple(phasor for phasor, known in zip(phasors, is_reference, strict=True) if known)
    values[:, names.index(CHANGE)] = changes_since_own(
        rows, phasors, reference or Reference(rows.only(is_reference), healthy)
    )
    return ModelRows("recording", about, rows, phasors)


def segment_rows(
    tables: PipelineTables, belief: str, first: int, groups: Collection[str] = MODEL_GROUPS, *, is_new: bool = False
) -> ModelRows:
    """A row a segment: features of shape alone; a segment is believed healthy where its recording is.

    Parameters
    ----------
    tables, belief, first, groups
        See :func:`recording_rows`.
    is_new : bool
        Whether the recordings are new to a stored model, so that none is believed healthy.
    """
    about = _about(tables.catalogue, tables.segments[["recording_id", "segment"]])
    whole = about.drop_duplicates("recording_id")
    believed = dict(zip(whole["recording_id"], _believed(whole, belief, first), strict=True))
    shape = tuple(feature.name for feature in shape_features("segment", groups))
    values, is_fit = _without_misread(shape, _shape(tables.segments, list(shape)), about, tables.states)
    is_reference = about["recording_id"].map(believed).to_numpy(bool) & is_fit & (not is_new)
    return ModelRows("segment", about, Rows(shape, values, *_owners(about), _load(about, tables.states), is_reference))


def shape_features(level: str, groups: Collection[str] = MODEL_GROUPS) -> tuple[Feature, ...]:
    """Scale-free features of some groups that a model looks at."""
    return tuple(f for f in features_at(level, groups) if f.is_scale_free and _is_looked_at(f))


#: Names of figures and features that rest on the negative sequence.
_RESTS_ON_I2 = {figure.name for figure in FIGURES if figure.rests_on_i2} | {
    feature.name for level in LEVELS for feature in features_at(level) if feature.rests_on_i2
}


#: Figures and features that the phases say together, which a wrong wiring changes.
_BETWEEN_PHASES = (
    {feature.name for level in LEVELS for feature in features_at(level, ("interphase",))}
    | {figure.name for figure in FIGURES if figure.rests_on_i2}
    | {"i0_over_i1_log"}
)


def _is_looked_at(feature: Feature) -> bool:
    stem, _, phase = feature.name.rpartition("_")
    kinds = MODEL_KINDS.get(feature.group)
    return kinds is None or feature.name in kinds or (phase in PHASES and stem in kinds)


def _shape(table: pd.DataFrame, names: list[str]) -> NDArray[np.float64]:
    """Features of shape; ratios in percent as logarithms, since they scatter by a factor."""
    values = table[names].to_numpy(dtype=np.float64, copy=True)
    units = {f.name: f.unit for f in (*features_at("recording"), *features_at("segment"))}
    is_ratio = np.array([units[name] == "%" and name not in ("i2_re", "i2_im") for name in names], dtype=bool)
    if is_ratio.any():
        values[:, is_ratio] = log10_of(values[:, is_ratio], 1e-4)
    return values


def _about(catalogue: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "recording_id", "motor_id", "split_group", "condition", "severity", "load_pct", "acquisition", "started_at",
    ]  # fmt: skip
    return keys.merge(catalogue[columns], on="recording_id", how="left", validate="many_to_one")


def _believed(about: pd.DataFrame, belief: str, first: int) -> NDArray[np.bool_]:
    started = about["started_at"].dt.tz_convert(None).to_numpy("datetime64[us]")
    return believed_healthy(about["condition"].tolist(), about["motor_id"].tolist(), started, belief, first)


def _without_misread(
    names: tuple[str, ...], values: NDArray[np.float64], about: pd.DataFrame, states: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values of which nothing is believed that the acquisition spoils, and which rows are fit to be a reference.

    Of an unusable recording nothing is known; of one whose phases are exchanged, reversed or doubled, nothing that the
    phases say together.
    """
    codes = about["recording_id"].map(dict(zip(states["recording_id"], states["acquisition_codes"], strict=True)))
    is_rewired = np.array([not REWIRED.isdisjoint(str(text).split(",")) for text in codes], dtype=bool)
    is_unusable = (about["acquisition"] == "unusable").to_numpy(bool)
    believed = values.copy()
    believed[is_unusable] = np.nan
    told_together = np.array([name in _BETWEEN_PHASES for name in names], dtype=bool)
    believed[np.ix_(is_rewired, told_together)] = np.nan
    return believed, ~(is_unusable | is_rewired)


def _owners(about: pd.DataFrame) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Motor of every row, and what is left out of its own rows when it is judged."""
    motor = about["motor_id"].to_numpy(str)
    group, recording = about["split_group"].to_numpy(str), about["recording_id"].to_numpy(str)
    return motor, recording if (group == motor).all() else group


def _load(about: pd.DataFrame, states: pd.DataFrame) -> NDArray[np.float64]:
    """Load as a share of rated: as stated, else as the slip says, else the middle of its bounds."""
    found = about[["recording_id"]].merge(
        states[["recording_id", "load_share", "load_low", "load_high"]], on="recording_id", how="left"
    )
    middle = (found["load_low"] + found["load_high"]) / 2
    stated = about["load_pct"].reset_index(drop=True) / 100
    return stated.fillna(found["load_share"]).fillna(middle).to_numpy(float)
