"""Feature tables of a whole data set: a row a segment, a row a recording, the sequence track, what was repaired.

Every recording is one piece of work, kept in the store under what names its waveform and under the
parameters: one more recording costs one recording, and one that is known is not opened.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import feather

from diagmod.core.feature_definitions import GROUPS
from diagmod.core.features import compute_features, features_at, features_of
from diagmod.core.preparation import METHOD, Preparation, PreparationSettings, prepare_for_features
from diagmod.core.recording import PHASES
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.symmetrical import sequence_track
from diagmod.core.windows import segment_starts, segments
from diagmod.io.executor import run_all
from diagmod.io.feature_list import feature_list
from diagmod.io.feature_schemas import PREPARATION, RECORDING_FEATURES, SEGMENTS
from diagmod.io.retention import Originals, recordings_of, waveform_identity, waveform_of
from diagmod.io.schemas import SEQUENCE_TRACK
from diagmod.io.signature_columns import signature_columns
from diagmod.io.store import Store
from diagmod.io.tables import conform, empty_table, write_table
from diagmod.io.waveforms import read_waveform

if TYPE_CHECKING:
    from diagmod.io.diagnosis_tables import DiagnosisTables

#: Segments computed at a time: bounds the memory, does not change a result.
BATCH = 32

#: Intermediate results as large as the recording itself that are not held from group to group of a whole recording.
LARGE = ("short_time_power", "modulus", "vector")

#: Fewest samples of a stretch that has features of its own, as many as the shortest segment.
LEAST_SAMPLES = 4


@dataclass(frozen=True, kw_only=True)
class FeatureSettings:
    """What the features depend on beside the waveform.

    Attributes
    ----------
    window_s, overlap : float
        Segment length in seconds and common share of neighbours.
    line_low_hz, line_high_hz : float
        Band in which the supply frequency is searched, Hz.
    track_window_s : float
        Window of the sequence track, s.
    groups : tuple of str
        Groups that are computed, in whatever order; the columns of the others are missing.
    preparation : PreparationSettings
        Repair and trimming beforehand.
    """

    window_s: float
    overlap: float
    line_low_hz: float
    line_high_hz: float
    track_window_s: float
    groups: tuple[str, ...] = GROUPS
    preparation: PreparationSettings = field(default_factory=PreparationSettings)

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.groups) - set(GROUPS)):
            raise ValueError(f"there is no group of features {unknown[0]!r}; groups are {', '.join(GROUPS)}")
        object.__setattr__(self, "groups", tuple(group for group in GROUPS if group in self.groups))


@dataclass(frozen=True)
class FeatureTables:
    """Tables ``segments``, ``recording_features``, ``sequence_track`` and ``preparation``."""

    segments: pd.DataFrame
    recordings: pd.DataFrame
    track: pd.DataFrame
    preparation: pd.DataFrame
    groups: tuple[str, ...] = GROUPS

    def with_signatures(self, diagnosed: DiagnosisTables) -> FeatureTables:
        """The same with the columns of the group ``signatures``, where it is on, from the diagnoses."""
        if "signatures" not in self.groups:
            return self
        columns = signature_columns(diagnosed).reindex(self.recordings["recording_id"]).reset_index(drop=True)
        others = self.recordings.drop(columns=columns.columns).reset_index(drop=True)
        return replace(self, recordings=conform(pd.concat([others, columns], axis=1), RECORDING_FEATURES))

    def in_words(self) -> str:
        """What was computed, in one sentence."""
        n, line_hz = len(features_at("segment", self.groups)), self.recordings["line_hz"].dropna()
        found = (
            f"the supply frequency lies between {line_hz.min():.3f} and {line_hz.max():.3f} Hz" if len(line_hz) else ""
        )
        return (
            f"We see {len(self.segments)} segments with {n} figures each, and {len(self.recordings)} recordings with "
            f"{len(features_at('recording', self.groups))}; {self._incomplete()}"
            f"{found or 'no supply frequency was found'}."
        )

    def preparation_in_words(self) -> str:
        """What was repaired and trimmed, in one sentence."""
        table = self.preparation
        n_filled = int(table[[f"filled_{phase}" for phase in PHASES]].to_numpy().sum())
        n_left = int((table[[f"missing_{phase}" for phase in PHASES]].sum(axis=1) > 0).sum())
        return (
            f"We see {(table['reason'] == '').sum()} of {len(table)} recordings that pass as they are; {n_filled} "
            f"samples were filled, {n_left} recordings keep longer gaps, whose segments lack their figures, and "
            f"{int(table['reason'].str.contains('cut to').sum())} were trimmed."
        )

    def _incomplete(self) -> str:
        """How many segments lack a phase, told by the first group that has a figure of every phase."""
        kind = {"time": "rms", "spectrum": "fundamental"}.get(next(iter(self.groups), ""))
        if kind is None:
            return ""
        n = int(self.segments[[f"{kind}_{phase}" for phase in PHASES]].isna().any(axis=1).sum())
        return f"{n} of the segments lack the figures of a phase that is absent or has a gap there; "


_PARTS = {
    "segments": SEGMENTS,
    "recordings": RECORDING_FEATURES,
    "track": SEQUENCE_TRACK,
    "preparation": PREPARATION,
}


def compute_tables(
    catalogue: pd.DataFrame,
    waveforms: Path,
    settings: FeatureSettings,
    store: Store,
    jobs: int,
    originals: Originals | None = None,
) -> FeatureTables:
    """Features of every recording of a catalogue.

    Parameters
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    waveforms : Path
        Folder with one Parquet file a recording.
    settings : FeatureSettings
    store : Store
    jobs : int
        Processes.
    originals : Originals, optional
        Where waveforms that were not kept are made again.
    """
    rows = recordings_of(catalogue, "fs_hz")
    entries = run_all(partial(compute_one, waveforms, originals, settings, store), rows, jobs)
    tables = {}
    for part, schema in _PARTS.items():
        frames = [_stored(entry / f"{part}.feather", row) for entry, row in zip(entries, rows, strict=True)]
        table = pa.concat_tables(frames).to_pandas() if frames else empty_table(schema)
        tables[part] = conform(table.reindex(columns=[c.name for c in schema.columns]), schema)
    return FeatureTables(**tables, groups=settings.groups)


def _stored(path: Path, row: dict[str, Any]) -> pa.Table:
    """One part of one recording with its names."""
    table = feather.read_table(path)
    for name in ("recording_id", "motor_id"):
        table = table.append_column(name, pa.array([row[name]] * len(table), pa.string()))
    return table


def write_features(tables: FeatureTables, folder: Path, lineage: dict[str, Any], current_unit: str = "A") -> None:
    """Write ``data/processed/features``: the four tables and the list of features as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, schema, name in (
        (tables.segments, SEGMENTS, "segments"),
        (tables.recordings, RECORDING_FEATURES, "recordings"),
        (tables.track, SEQUENCE_TRACK, "sequence_track"),
        (tables.preparation, PREPARATION, "preparation"),
    ):
        write_table(table, schema, folder / f"{name}.parquet", lineage, current_unit=current_unit)
    feature_list(current_unit).to_csv(folder / "features.csv", index=False, lineterminator="\n")


def compute_one(
    waveforms: Path, originals: Originals | None, settings: FeatureSettings, store: Store, row: dict[str, Any]
) -> Path:
    def make(draft: Path) -> None:
        with waveform_of(row, waveforms, store, originals) as source:
            for part, table in compute_parts(read_waveform(source), float(row["fs_hz"]), settings).items():
                # Not Parquet: hundreds of columns of few rows would take longer to write than to compute.
                feather.write_feather(table, draft / f"{part}.feather", compression="uncompressed")

    about = {"features_of": waveform_identity(row, waveforms), "fs_hz": row["fs_hz"], **asdict(settings)}
    return store.entry(about, make)


def compute_parts(currents: NDArray[np.floating], fs: float, settings: FeatureSettings) -> dict[str, pa.Table]:
    """All tables of one recording, without its names and without the columns of groups that are off.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; missing samples and absent phases are NaN.
    fs : float
        Sampling rate in Hz.
    settings : FeatureSettings
    """
    prepared = prepare_for_features(currents, fs, settings.preparation)
    del currents  # where samples were filled, the caller's array need not be held as well
    whole, line_hz = _whole(prepared, fs, settings)
    return {
        "segments": pa.table(_segments(prepared, fs, settings)),
        "recordings": pa.table(whole),
        "track": pa.table(_track(prepared, fs, settings, line_hz)),
        "preparation": pa.Table.from_pylist([_prepared_row(prepared, fs)]),
    }


def _segments(prepared: Preparation, fs: float, settings: FeatureSettings) -> dict[str, NDArray[Any]]:
    """Columns of the segments, a batch of them at a time; their times are those of the recording as given."""
    starts, n = segment_starts(prepared.currents.shape[1], fs, settings.window_s, settings.overlap)
    pieces = segments(prepared.currents, starts, n)
    batches = [
        compute_features(
            pieces[k : k + BATCH], fs, line_low_hz=settings.line_low_hz, line_high_hz=settings.line_high_hz,
            groups=settings.groups,
        )
        for k in range(0, len(starts), BATCH)
    ]  # fmt: skip
    names = [f.name for f in features_at("segment", settings.groups)]
    values = {name: np.concatenate([np.empty(0), *(batch[name] for batch in batches)]) for name in names}
    return {
        "segment": np.arange(len(starts)),
        "start_s": (prepared.first + starts) / fs,
        "length_s": np.full(len(starts), n / fs),
        **values,
    }


def _whole(prepared: Preparation, fs: float, settings: FeatureSettings) -> tuple[dict[str, NDArray[Any]], float]:
    """Columns of the recording as a whole, and its supply frequency; missing where no stretch is without a gap."""
    stretch = prepared.stretch
    if stretch.shape[1] < LEAST_SAMPLES:
        return {f.name: np.full(1, np.nan) for f in features_at("recording", settings.groups)}, float("nan")
    batch = SegmentBatch.of(stretch[None], fs, settings.line_low_hz, settings.line_high_hz)
    values: dict[str, NDArray[Any]] = {}
    for group in settings.groups:
        values |= features_of(batch, groups=(group,), level="recording")
        batch.forget(*LARGE)
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}, float(batch.line_hz[0])


def _track(prepared: Preparation, fs: float, settings: FeatureSettings, line_hz: float) -> dict[str, NDArray[Any]]:
    time_s, ratio = sequence_track(prepared.currents, fs, settings.track_window_s, line_hz)
    return {
        "time_s": prepared.first / fs + time_s,
        "length_s": np.full(len(time_s), settings.track_window_s),
        "i2_re": 100 * ratio.real,
        "i2_im": 100 * ratio.imag,
    }


def _prepared_row(prepared: Preparation, fs: float) -> dict[str, Any]:
    return {
        "begin_s": prepared.first / fs,
        "end_s": prepared.last / fs,
        "whole_begin_s": prepared.whole[0] / fs,
        "whole_end_s": prepared.whole[1] / fs,
        **{f"filled_{phase}": count for phase, count in zip(PHASES, prepared.filled, strict=True)},
        **{f"missing_{phase}": count for phase, count in zip(PHASES, prepared.missing, strict=True)},
        "longest_filled_ms": 1000 * prepared.longest_filled / fs,
        "method": METHOD if prepared.longest_filled else "",
        "reason": prepared.reason,
    }
