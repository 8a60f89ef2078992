"""Waveforms may be dropped: what is computed from one that is made again is what was computed before."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handmade_currents import MOTOR

from diagmod.io.dataset_files import DatasetError
from diagmod.io.declarations import Declared
from diagmod.io.diagnosis_tables import compute_diagnoses
from diagmod.io.feature_tables import FeatureSettings, compute_tables
from diagmod.io.ingest import ingest_recording
from diagmod.io.retention import Originals, declared_of, reading_text, waveform_identity, waveform_of
from diagmod.io.store import Store
from diagmod.io.waveforms import read_waveform

FS = 2000.0
SETTINGS = FeatureSettings(window_s=0.5, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1)

#: R, S, T stand in the file as c, b, a.
DECLARED = Declared(phase_columns=("c", "b", "a"))


@dataclass
class Plant:
    """One recording as loaded; its waveform is kept until it is dropped."""

    raw: Path
    waveforms: Path
    store: Store
    catalogue: pd.DataFrame

    @property
    def row(self):
        return self.catalogue.to_dict("records")[0]

    @property
    def original(self):
        return self.raw / "a.csv"

    @property
    def kept(self):
        return self.waveforms / "r1.parquet"

    def compute(self, originals, jobs=1):
        features = compute_tables(self.catalogue, self.waveforms, SETTINGS, self.store, jobs, originals)
        motors, band = {"M1": MOTOR}, (20.0, 120.0)
        diagnoses = compute_diagnoses(self.catalogue, motors, self.waveforms, band, self.store, jobs, originals)
        return [features.segments, features.recordings, features.track, diagnoses.diagnoses, diagnoses.states]

    def drafts(self):
        return list((self.store.folder / "drafts").iterdir())


@pytest.fixture
def plant(tmp_path):
    raw, waveforms = tmp_path / "raw", tmp_path / "waveforms"
    raw.mkdir()
    waveforms.mkdir()
    angle = 2 * np.pi * 50 * np.arange(6000) / FS
    rows = 10 * np.cos(angle[:, None] - np.arange(3) * 2 * np.pi / 3)
    pd.DataFrame(rows, columns=["c", "b", "a"]).to_csv(raw / "a.csv", index=False)
    sha256 = ingest_recording(raw / "a.csv", waveforms / "r1.parquet", DECLARED).sha256
    row = {
        "recording_id": "r1", "motor_id": "M1", "file": "a.csv", "sha256": sha256, "reading": reading_text(DECLARED),
        "fs_hz": FS, "unit": "A", "load_pct": 100.0,
    }  # fmt: skip
    return Plant(raw, waveforms, Store(tmp_path / "store", "v1"), pd.DataFrame([row]))


@pytest.mark.parametrize("jobs", [1, 2])
def test_dropped_waveform_gives_the_tables_of_the_kept_one(plant, tmp_path, jobs):
    plant.catalogue = pd.concat([plant.catalogue, plant.catalogue.assign(fs_hz=FS / 2)], ignore_index=True)
    kept = plant.compute(None)
    plant.kept.unlink()
    plant.store = Store(tmp_path / "other", "v1")
    for one, other in zip(plant.compute(Originals(plant.raw), jobs), kept, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert plant.drafts() == []
    assert list(plant.waveforms.iterdir()) == []


def test_waveform_made_again_has_the_bytes_of_the_kept_one_and_is_gone_afterwards(plant):
    content = plant.kept.read_bytes()
    plant.kept.unlink()
    with waveform_of(plant.row, plant.waveforms, plant.store, Originals(plant.raw)) as path:
        assert path.read_bytes() == content
    assert not path.exists()
    assert plant.drafts() == []


def test_kept_waveform_is_taken_where_it_lies(plant):
    with waveform_of(plant.row, plant.waveforms, plant.store, None) as path:
        assert path == plant.kept


def test_what_was_computed_is_found_without_waveform_and_original(plant):
    first = plant.compute(None)
    plant.kept.unlink()
    plant.original.unlink()
    for one, other in zip(plant.compute(None), first, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_other_reading_of_the_same_file_is_another_waveform(plant):
    """The file's hash stays, two phases change places: stored figures must not come back."""
    before = plant.compute(None)[1]
    plant.kept.unlink()
    plant.catalogue["reading"] = reading_text(Declared(phase_columns=("c", "a", "b")))
    after = plant.compute(Originals(plant.raw))[1]
    assert before["angle_RS"][0] == pytest.approx(120, abs=0.1)
    assert after["angle_RS"][0] == pytest.approx(240, abs=0.1)


def test_waveform_that_was_not_kept_is_said_with_the_cure(plant):
    plant.kept.unlink()
    with pytest.raises(DatasetError, match=r"waveform of a\.csv was not kept; rebuild it with `dvc repro load`"):
        plant.compute(None)


def change_a_number(path):
    path.write_text(path.read_text().replace("10.0", "20.0", 1))


def cut_to_nothing(path):
    path.write_text("c,b,a\n")


@pytest.mark.parametrize(
    ("change", "said"),
    [(change_a_number, "a.csv has hash .*, the catalogue says"), (cut_to_nothing, "a.csv cannot be read again")],
)
def test_changed_original_is_refused_and_nothing_stays(plant, change, said):
    plant.kept.unlink()
    change(plant.original)
    with pytest.raises(DatasetError, match=said + ".*has it changed since it was loaded"):
        plant.compute(Originals(plant.raw))
    assert plant.drafts() == []
    assert list(plant.store.entries()) == []


@pytest.mark.parametrize("name", ["none.csv", "../outside.csv"])
def test_original_that_is_not_in_the_data_set_is_refused(plant, name, tmp_path):
    (tmp_path / "outside.csv").write_bytes(plant.original.read_bytes())
    plant.kept.unlink()
    plant.catalogue["file"] = name
    with pytest.raises(DatasetError, match="not kept and the file is not in its data set any more"):
        plant.compute(Originals(plant.raw))


def test_catalogue_without_readings_names_a_waveform_by_its_bytes(plant):
    row = {"recording_id": "r1", "sha256": "ab"}
    before = waveform_identity(row, plant.waveforms)
    ingest_recording(plant.original, plant.kept, Declared(phase_columns=("a", "b", "c")))
    assert waveform_identity(row, plant.waveforms) != before


@pytest.mark.parametrize("declared", [Declared(), DECLARED, Declared(fs=5000.0, scale=0.001, has_header=False)])
def test_reading_comes_back_as_it_was_declared(declared):
    assert declared_of(reading_text(declared)) == declared


@pytest.mark.parametrize("reading", ["", "[]", "3", '{"colour": "red"}', '{"fs": -1}'])
def test_damaged_reading_is_refused(reading):
    with pytest.raises(DatasetError, match="damaged; rebuild it with `dvc repro`"):
        declared_of(reading)


def test_waveform_reads_in_the_declared_order(plant):
    """Column c is declared R and holds cos 0 = 1, times 10 A."""
    assert read_waveform(plant.kept)[0, 0] == pytest.approx(10.0)
