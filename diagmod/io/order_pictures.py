"""Order spectra of every segment of a data set, recording by recording, kept in the store.

What a learned embedding sees (:mod:`diagmod.core.order_spectra`) is large and can be made again from the waveforms,
so it is no table of the pipeline: it is kept under what names the waveform and its segments, and one more recording
costs one recording.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.core.order_spectra import CHANNELS, ORDERS, order_spectra
from diagmod.core.segment_batch import SegmentBatch
from diagmod.io.executor import run_all
from diagmod.io.retention import Originals, recordings_of, waveform_identity, waveform_of
from diagmod.io.store import Store
from diagmod.io.waveforms import read_waveform

#: Segments computed at a time: bounds the memory, does not change a result.
BATCH = 32

_FILE = "order_spectra.npy"


def compute_pictures(
    catalogue: pd.DataFrame,
    segments: pd.DataFrame,
    waveforms: Path,
    band_hz: tuple[float, float],
    store: Store,
    jobs: int,
    originals: Originals | None = None,
) -> NDArray[np.float32]:
    """Order spectra of every row of the table ``segments``.

    Parameters
    ----------
    catalogue, segments : DataFrame
        Tables ``recordings`` and ``segments``; of the second recording_id, start_s and length_s are used.
    waveforms : Path
        Folder with one Parquet file a recording.
    band_hz : tuple of float
        Band in which the supply frequency is searched, Hz.
    store : Store
    jobs : int
        Processes.
    originals : Originals, optional
        Where waveforms that were not kept are made again.

    Returns
    -------
    ndarray of float32, shape (n_rows, 3, n_points)
        See :func:`diagmod.core.order_spectra.order_spectra`; rows in the order of ``segments``.
    """
    pictures = np.full((len(segments), len(CHANNELS), len(ORDERS)), np.nan, dtype=np.float32)
    places = segments.reset_index(drop=True).groupby("recording_id", sort=False)[["start_s", "length_s"]]
    windows = {str(key): part for key, part in places}
    rows = [row for row in recordings_of(catalogue, "fs_hz") if row["recording_id"] in windows]
    work = [{**row, "start_s": part["start_s"].to_numpy(), "length_s": float(part["length_s"].iloc[0])}
            for row in rows for part in (windows[row["recording_id"]],)]  # fmt: skip
    entries = run_all(partial(_one_recording, waveforms, originals, band_hz, store), work, jobs)
    for row, entry in zip(rows, entries, strict=True):
        pictures[windows[row["recording_id"]].index] = np.load(entry / _FILE, allow_pickle=False)
    return pictures


def _one_recording(
    waveforms: Path, originals: Originals | None, band_hz: tuple[float, float], store: Store, row: dict[str, Any]
) -> Path:
    starts = np.round(row["start_s"] * row["fs_hz"]).astype(np.int64)
    n = round(row["length_s"] * row["fs_hz"])

    def make(draft: Path) -> None:
        with waveform_of(row, waveforms, store, originals) as source:
            currents = read_waveform(source)
        pieces = np.lib.stride_tricks.sliding_window_view(currents, n, axis=-1)
        made = [
            order_spectra(SegmentBatch.of(np.moveaxis(pieces[:, some], 1, 0), float(row["fs_hz"]), *band_hz))
            for some in np.split(starts, range(BATCH, len(starts), BATCH))
        ]
        np.save(draft / _FILE, np.concatenate(made), allow_pickle=False)

    about = {
        "order_spectra_of": waveform_identity(row, waveforms), "fs_hz": row["fs_hz"], "band_hz": list(band_hz),
        "starts": hashlib.sha256(starts.tobytes()).hexdigest(), "n": n,
    }  # fmt: skip
    return store.entry(about, make)
