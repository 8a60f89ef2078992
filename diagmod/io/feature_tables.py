"""Feature tables of a whole data set: a row a segment, a row a recording, and the sequence track.

Every recording is one piece of work, kept in the store under what names its waveform and under the
parameters: one more recording costs one recording, and one that is known is not opened.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.features import FEATURES, compute_features
from diagmod.core.recording import PHASES
from diagmod.core.symmetrical import sequence_track
from diagmod.core.windows import segment_starts, segments
from diagmod.io.executor import run_all
from diagmod.io.retention import Originals, recordings_of, waveform_identity, waveform_of
from diagmod.io.schemas import RECORDING_FEATURES, SEGMENTS, SEQUENCE_TRACK
from diagmod.io.store import Store
from diagmod.io.tables import conform, empty_table, write_table
from diagmod.io.waveforms import read_waveform

#: Segments computed at a time: bounds the memory, does not change a result.
BATCH = 32


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
    """

    window_s: float
    overlap: float
    line_low_hz: float
    line_high_hz: float
    track_window_s: float


@dataclass(frozen=True)
class FeatureTables:
    """Tables ``segments``, ``recording_features`` and ``sequence_track``."""

    segments: pd.DataFrame
    recordings: pd.DataFrame
    track: pd.DataFrame

    def _n_incomplete(self) -> int:
        return int(self.segments[[f"rms_{phase}" for phase in PHASES]].isna().any(axis=1).sum())

    def in_words(self) -> str:
        """What was computed, in one sentence."""
        line_hz = self.recordings["line_hz"].dropna()
        found = (
            f"the supply frequency lies between {line_hz.min():.3f} and {line_hz.max():.3f} Hz" if len(line_hz) else ""
        )
        return (
            f"We see {len(self.segments)} segments with {len(FEATURES)} figures each; {self._n_incomplete()} of them "
            "lack the figures of a phase that is absent or has a gap there; "
            f"{found or 'no supply frequency was found'}."
        )


#: Features of a recording that is shorter than a segment.
_NONE = {feature.name: np.empty(0) for feature in FEATURES}

_PARTS = {"segments": SEGMENTS, "recordings": RECORDING_FEATURES, "track": SEQUENCE_TRACK}


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
    entries = run_all(partial(_one_recording, waveforms, originals, settings, store), rows, jobs)
    tables = {}
    for part, schema in _PARTS.items():
        frames = [
            pd.read_parquet(entry / f"{part}.parquet").assign(
                recording_id=row["recording_id"], motor_id=row["motor_id"]
            )
            for entry, row in zip(entries, rows, strict=True)
        ]
        tables[part] = conform(pd.concat(frames, ignore_index=True) if frames else empty_table(schema), schema)
    return FeatureTables(**tables)


def feature_list(current_unit: str = "A") -> pd.DataFrame:
    """Every feature with unit, group, meaning and formula: a row a feature; ampere is the data set's unit."""
    columns = ["name", "unit", "group", "meaning", "formula"]
    table = pd.DataFrame([[getattr(f, c) for c in columns] for f in FEATURES], columns=columns)
    return table.replace({"unit": {"A": current_unit}})


def write_features(tables: FeatureTables, folder: Path, lineage: dict[str, Any], current_unit: str = "A") -> None:
    """Write ``data/processed/features``: the three tables and the list of features as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(tables.segments, SEGMENTS, folder / "segments.parquet", lineage, current_unit=current_unit)
    write_table(
        tables.recordings, RECORDING_FEATURES, folder / "recordings.parquet", lineage, current_unit=current_unit
    )
    write_table(tables.track, SEQUENCE_TRACK, folder / "sequence_track.parquet", lineage)
    feature_list(current_unit).to_csv(folder / "features.csv", index=False, lineterminator="\n")


def _one_recording(
    waveforms: Path, originals: Originals | None, settings: FeatureSettings, store: Store, row: dict[str, Any]
) -> Path:
    def make(draft: Path) -> None:
        with waveform_of(row, waveforms, store, originals) as source:
            _compute(source, float(row["fs_hz"]), settings, draft)

    about = {"features_of": waveform_identity(row, waveforms), "fs_hz": row["fs_hz"], **asdict(settings)}
    return store.entry(about, make)


def _compute(source: Path, fs: float, settings: FeatureSettings, draft: Path) -> None:
    currents = read_waveform(source)
    band = {"line_low_hz": settings.line_low_hz, "line_high_hz": settings.line_high_hz}
    starts, n = segment_starts(currents.shape[1], fs, settings.window_s, settings.overlap)
    pieces = segments(currents, starts, n)
    batches = [compute_features(pieces[k : k + BATCH], fs, **band) for k in range(0, len(starts), BATCH)]
    values = {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]} if batches else _NONE
    by_segment = {"segment": np.arange(len(starts)), "start_s": starts / fs, "length_s": n / fs, **values}
    pd.DataFrame(by_segment).to_parquet(draft / "segments.parquet", index=False)
    whole = compute_features(currents[None], fs, **band)
    pd.DataFrame(whole).to_parquet(draft / "recordings.parquet", index=False)
    time_s, ratio = sequence_track(currents, fs, settings.track_window_s, float(whole["line_hz"][0]))
    track = {
        "time_s": time_s,
        "length_s": settings.track_window_s,
        "i2_re": 100 * ratio.real,
        "i2_im": 100 * ratio.imag,
    }
    pd.DataFrame(track).to_parquet(draft / "track.parquet", index=False)
