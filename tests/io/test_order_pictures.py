"""Order spectra of a data set: in the order of the table, from the segments' own samples, computed once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.core.order_spectra import order_spectra
from diagmod.core.segment_batch import SegmentBatch
from diagmod.io import order_pictures
from diagmod.io.order_pictures import compute_pictures
from diagmod.io.store import Store
from diagmod.io.waveforms import WaveformWriter

FS, BAND_HZ = 2000.0, (20.0, 120.0)


def _currents(seed: int, n: int = 5000) -> np.ndarray:
    angle = 2 * np.pi * 50 * np.arange(n) / FS
    noise = np.random.default_rng(seed).normal(size=(3, n))
    return (np.cos(angle - 2 * np.pi / 3 * np.arange(3)[:, None]) + 0.01 * noise).astype(np.float32)


@pytest.fixture
def data(tmp_path):
    """Two recordings of 2.5 s, and windows of 1 s that start every 0.5 s, rows mixed."""
    rows, windows = [], []
    for seed, key in enumerate(("a", "b")):
        with WaveformWriter(tmp_path / f"{key}.parquet", "RST") as writer:
            writer.append(dict(zip("RST", _currents(seed), strict=True)))
        rows.append({"recording_id": key, "motor_id": "M", "file": key, "fs_hz": FS})
        windows += [{"recording_id": key, "segment": k, "start_s": 0.5 * k, "length_s": 1.0} for k in range(4)]
    mixed = pd.DataFrame(windows).iloc[[4, 0, 1, 5, 6, 2, 3, 7]].set_axis(range(10, 18))
    return pd.DataFrame(rows), mixed, tmp_path


def _compute(data, jobs=1):
    catalogue, windows, folder = data
    return compute_pictures(catalogue, windows, folder, BAND_HZ, Store(folder / "store", "v1"), jobs)


def test_every_row_is_the_spectrum_of_its_own_samples(data):
    _, windows, _ = data
    pictures = _compute(data)
    for picture, row in zip(pictures, windows.to_dict("records"), strict=True):
        begin = round(row["start_s"] * FS)
        piece = _currents("ab".index(row["recording_id"]))[None, :, begin : begin + round(FS)]
        np.testing.assert_array_equal(picture, order_spectra(SegmentBatch.of(piece, FS, *BAND_HZ))[0])


def test_a_second_run_opens_no_waveform_and_two_processes_say_the_same(data, monkeypatch):
    first, parallel = _compute(data), _compute(data, jobs=2)

    def refuse(path):
        raise AssertionError(f"{path} was opened again")

    monkeypatch.setattr(order_pictures, "read_waveform", refuse)
    np.testing.assert_array_equal(_compute(data), first)
    np.testing.assert_array_equal(parallel, first)


def test_other_windows_are_other_spectra(data):
    catalogue, windows, folder = data
    _compute(data)
    later = windows.assign(start_s=windows["start_s"] + 0.25)
    moved = compute_pictures(catalogue, later[later["segment"] < 3], folder, BAND_HZ, Store(folder / "store", "v1"), 1)
    assert not np.array_equal(moved[0], _compute(data)[0])


def test_a_data_set_without_segments_has_no_pictures(data):
    catalogue, windows, folder = data
    assert compute_pictures(catalogue, windows[:0], folder, BAND_HZ, Store(folder / "store", "v1"), 1).shape[0] == 0
