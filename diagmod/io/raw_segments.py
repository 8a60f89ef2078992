"""Raw segments of a data set in the frame of the supply, recording by recording, kept in the store.

What a network on raw current sees (:mod:`diagmod.core.segment_waves`) can be made again from the waveforms, so it is
no table of the pipeline: it is kept under what names the waveform, and one more recording costs one recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.core.carrier import coarse_line_hz
from diagmod.core.segment_waves import N_POINTS, length_s, segment_wave
from diagmod.core.symmetrical import space_vector
from diagmod.core.wideband import wideband_spectrum
from diagmod.io.executor import run_all
from diagmod.io.retention import Originals, recordings_of, waveform_identity, waveform_of
from diagmod.io.store import Store
from diagmod.io.waveforms import read_waveform

_FILE = "segment_waves.npy"


@dataclass(frozen=True)
class RawSegments:
    """Segments of many recordings; a recording too short for one has none.

    Attributes
    ----------
    about : DataFrame
        A row a segment: recording_id, segment (from 0, in the order of time).
    waves : ndarray of float32, shape (n, 2, n_points)
        Real and imaginary part of the space vector over its carrier; NaN throughout where it is not defined.
    """

    about: pd.DataFrame
    waves: NDArray[np.float32]

    @property
    def is_defined(self) -> NDArray[np.bool_]:
        """Whether every point of a segment is finite, shape (n,)."""
        return np.asarray(np.isfinite(self.waves).all(axis=(1, 2)))

    def in_words(self) -> str:
        """How many there are, and of how many recordings, in one sentence."""
        defined = self.about[self.is_defined]
        return (
            f"{len(defined)} of {len(self.about)} raw segments of {defined['recording_id'].nunique()} recordings are "
            f"defined; the others lack a phase or the supply line, have a gap, or were recorded too slowly."
        )


def raw_segments(
    catalogue: pd.DataFrame,
    waveforms: Path,
    band_hz: tuple[float, float],
    store: Store,
    jobs: int,
    most: int = 4,
    originals: Originals | None = None,
) -> RawSegments:
    """Segments of every recording of the table ``recordings``, as many as fit side by side, evenly spread.

    Parameters
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    waveforms : Path
        Folder with one Parquet file a recording.
    band_hz : tuple of float
        Band in which the supply frequency is searched, Hz.
    store : Store
    jobs : int
        Processes.
    most : int
        Most segments of a recording, at least 1.
    originals : Originals, optional
        Where waveforms that were not kept are made again.

    Raises
    ------
    ValueError
        ``most`` is below 1.
    """
    if most < 1:
        raise ValueError(f"most must be at least 1, got {most}; it is how many segments of a recording are used")
    rows = recordings_of(catalogue, "fs_hz")
    entries = run_all(partial(_one_recording, waveforms, originals, band_hz, store, most), rows, jobs)
    made = [np.load(entry / _FILE, allow_pickle=False) for entry in entries]
    about = pd.DataFrame(
        [(row["recording_id"], k) for row, waves in zip(rows, made, strict=True) for k in range(len(waves))],
        columns=["recording_id", "segment"],
    )
    waves = np.concatenate(made) if made else np.empty((0, 2, N_POINTS), dtype=np.float32)
    return RawSegments(about, waves)


def _one_recording(
    waveforms: Path, originals: Originals | None, band_hz: tuple[float, float], store: Store, most: int,
    row: dict[str, Any],
) -> Path:  # fmt: skip
    fs = float(row["fs_hz"])

    def make(draft: Path) -> None:
        with waveform_of(row, waveforms, store, originals) as source:
            waves = waves_of(read_waveform(source), fs, band_hz, most)
        np.save(draft / _FILE, waves, allow_pickle=False)

    about = {
        "segment_waves_of": waveform_identity(row, waveforms), "fs_hz": fs, "band_hz": list(band_hz), "most": most,
    }  # fmt: skip
    return store.entry(about, make)


def waves_of(currents: NDArray[np.floating], fs: float, band_hz: tuple[float, float], most: int) -> NDArray[np.float32]:
    """Segments of one recording, shape (n_segments, 2, n_points), at most so many."""
    line_hz, total = supply_hz(currents, fs, band_hz), currents.shape[-1]
    if not np.isfinite(line_hz):
        return np.empty((0, 2, N_POINTS), dtype=np.float32)
    n = int(np.ceil(length_s(line_hz) * fs)) + 1
    count = min(most, total // n)
    # The middles of as many equal parts; they do not overlap.
    starts = (np.arange(count) + 0.5) * total / max(count, 1) - n / 2
    made = [segment_wave(currents[:, s : s + n], fs, *band_hz) for s in np.floor(starts).astype(int)]
    return np.stack(made) if made else np.empty((0, 2, N_POINTS), dtype=np.float32)


def supply_hz(currents: NDArray[np.floating], fs: float, band_hz: tuple[float, float]) -> float:
    """Supply frequency of a recording in Hz, gaps and absent phases taken for zero; NaN where there is none."""
    filled = np.where(np.isfinite(currents), currents, 0.0)
    if filled.shape[-1] < 16:
        return float("nan")
    vector = space_vector(filled - filled.mean(axis=1, keepdims=True))
    return coarse_line_hz(wideband_spectrum(vector, fs), *band_hz)
