"""Raw segments of a data set: in the order of the catalogue, from each recording's own samples, computed once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.core.segment_waves import N_POINTS
from diagmod.io import raw_segments as module
from diagmod.io.dataset_files import DatasetError
from diagmod.io.raw_segments import raw_segments, supply_hz, waves_of
from diagmod.io.store import Store
from diagmod.io.waveforms import WaveformWriter

FS, BAND_HZ = 2000.0, (20.0, 120.0)


def _currents(seed: int, seconds: float, line_hz: float = 50.0) -> np.ndarray:
    angle = 2 * np.pi * line_hz * np.arange(round(seconds * FS)) / FS
    noise = np.random.default_rng(seed).normal(size=(3, len(angle)))
    return (np.cos(angle - 2 * np.pi / 3 * np.arange(3)[:, None]) + 0.01 * noise).astype(np.float32)


@pytest.fixture
def data(tmp_path):
    """Recordings of 4.5 s (two segments), 1 s (none), 6.5 s with a gap in the middle (three), and 4.5 s without T."""
    gap = _currents(2, 6.5)
    gap[1, 6500] = np.nan
    without_t = _currents(3, 4.5)
    without_t[2] = np.nan
    made = {"a": _currents(0, 4.5), "b": _currents(1, 1.0), "c": gap, "d": without_t}
    rows = []
    for key, currents in made.items():
        with WaveformWriter(tmp_path / f"{key}.parquet", "RST") as writer:
            writer.append(dict(zip("RST", currents, strict=True)))
        rows.append({"recording_id": key, "motor_id": "M", "file": key, "fs_hz": FS})
    return pd.DataFrame(rows), made, tmp_path


def _compute(data, jobs=1, most=4):
    catalogue, _, folder = data
    return raw_segments(catalogue, folder, BAND_HZ, Store(folder / "store", "v1"), jobs, most)


def test_every_row_is_of_its_own_recording(data):
    found = _compute(data)
    assert found.about["recording_id"].tolist() == ["a", "a", "c", "c", "c", "d", "d"]
    assert found.about["segment"].tolist() == [0, 1, 0, 1, 2, 0, 1]
    assert found.waves.shape == (7, 2, N_POINTS)
    assert found.waves.dtype == np.float32
    for key, part in found.about.groupby("recording_id"):
        np.testing.assert_array_equal(found.waves[part.index], waves_of(data[1][key], FS, BAND_HZ, 4))


def test_a_gap_undefines_its_own_segment_and_an_absent_phase_all(data):
    found = _compute(data)
    assert found.is_defined.tolist() == [True, True, True, False, True, False, False]
    assert found.in_words().startswith("4 of 7 raw segments of 2 recordings are defined;")


def test_segments_do_not_overlap_and_lie_in_the_recording():
    """Numbered samples: a recording of 6.5 s is 3 equal parts of which each segment takes the middle 2.04 s."""
    seen = []

    def remember(currents, fs, low_hz, high_hz):
        seen.append(currents.shape[-1])
        return np.zeros((2, N_POINTS), dtype=np.float32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "segment_wave", remember)
        waves_of(_currents(0, 6.5), FS, BAND_HZ, 9)
    assert len(seen) == 3
    assert sum(seen) <= 6.5 * FS
    assert min(seen) >= 2.04 * FS


def test_a_faster_grid_needs_less_time():
    """102 periods are 2.04 s at 50 Hz and 1.7 s at 60 Hz: 3.5 s hold one segment or two."""
    assert [len(waves_of(_currents(0, 3.5, hz), FS, BAND_HZ, 4)) for hz in (50.0, 60.0)] == [1, 2]


def test_no_more_than_the_most_are_taken_and_fewer_than_one_are_refused(data):
    assert _compute(data, most=1).about["recording_id"].tolist() == ["a", "c", "d"]
    with pytest.raises(ValueError, match="most must be at least 1, got 0"):
        _compute(data, most=0)


def test_a_second_run_opens_no_waveform_and_two_processes_say_the_same(data, monkeypatch):
    first, parallel = _compute(data), _compute(data, jobs=2)

    def refuse(path):
        raise AssertionError(f"{path} was opened again")

    monkeypatch.setattr(module, "read_waveform", refuse)
    again = _compute(data)
    np.testing.assert_array_equal(again.waves, first.waves)
    np.testing.assert_array_equal(parallel.waves, first.waves)
    pd.testing.assert_frame_equal(again.about, first.about)


def test_a_data_set_without_recordings_has_none_and_says_so(data):
    catalogue, _, folder = data
    found = raw_segments(catalogue[:0], folder, BAND_HZ, Store(folder / "store", "v1"), 1)
    assert found.waves.shape == (0, 2, N_POINTS)
    assert found.in_words().startswith("0 of 0 raw segments")
    assert found.about["recording_id"].tolist() == []


def test_a_waveform_that_was_not_kept_and_cannot_be_made_again_is_said(data):
    catalogue, _, folder = data
    lost = catalogue.assign(recording_id="gone", sha256="0" * 64, reading="{}")[:1]
    with pytest.raises(DatasetError, match="was not kept; rebuild it with `dvc repro load`"):
        raw_segments(lost, folder, BAND_HZ, Store(folder / "store", "v1"), 1)


def test_the_supply_is_found_beside_gaps_and_there_is_none_in_noise(data):
    assert supply_hz(data[1]["c"], FS, BAND_HZ) == pytest.approx(50.0, abs=0.05)
    assert np.isnan(supply_hz(np.random.default_rng(0).normal(size=(3, 9000)), FS, BAND_HZ))
    assert np.isnan(supply_hz(np.empty((3, 0)), FS, BAND_HZ))
    assert waves_of(np.full((3, 9000), np.nan), FS, BAND_HZ, 4).shape == (0, 2, N_POINTS)
