"""One more recording costs one recording, and what cannot be computed is missing, not invented."""

import numpy as np
import pandas as pd
import pytest

from diagmod.core.features import FEATURES, compute_features
from diagmod.io.feature_tables import FeatureSettings, compute_tables, feature_list, write_features
from diagmod.io.ingest import ingest_recording
from diagmod.io.schemas import RECORDING_FEATURES, SEGMENTS, SEQUENCE_TRACK
from diagmod.io.store import Store
from diagmod.io.tables import read_table
from diagmod.io.waveforms import read_waveform

FS = 2000.0
SETTINGS = FeatureSettings(window_s=0.5, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1)


def currents(n=3000, amplitude=10.0):
    """A balanced 50 Hz motor of the given peak current."""
    angle = 2 * np.pi * 50 * np.arange(n) / FS
    return amplitude * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)])


class Plant:
    """Recordings written through the reader, with their catalogue."""

    def __init__(self, folder):
        self.folder, self.rows = folder, []
        (folder / "waveforms").mkdir()

    def add(self, recording_id, content, phases="RST"):
        lines = [",".join("" if np.isnan(x) else repr(x) for x in column) for column in content.T.tolist()]
        source = self.folder / f"{recording_id}.csv"
        source.write_text("\n".join([",".join(f"current_{p}" for p in phases), *lines]) + "\n")
        ingested = ingest_recording(source, self.folder / "waveforms" / f"{recording_id}.parquet")
        self.rows.append({"recording_id": recording_id, "motor_id": "M01", "sha256": ingested.sha256, "fs_hz": FS})
        return self

    def compute(self, settings=SETTINGS, jobs=1):
        catalogue = pd.DataFrame(self.rows, columns=["recording_id", "motor_id", "sha256", "fs_hz"])
        return compute_tables(catalogue, self.folder / "waveforms", settings, self.store, jobs)

    @property
    def store(self):
        return Store(self.folder / "store", "v1")

    def entries(self):
        return {p.parent for p in (self.folder / "store").rglob("segments.parquet")}


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path).add("a", currents()).add("b", currents(amplitude=5.0))


def assert_same(one, other):
    for part in ("segments", "recordings", "track"):
        pd.testing.assert_frame_equal(getattr(one, part), getattr(other, part))


def test_segments_start_every_half_window_of_each_recording(plant):
    """1.5 s in windows of 0.5 s that overlap by half: starts at 0, 0.25, ... 1.0 s."""
    tables = plant.compute()
    for _, rows in tables.segments.groupby("recording_id"):
        assert rows["start_s"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
        assert rows["segment"].tolist() == [0, 1, 2, 3, 4]
        assert set(rows["length_s"]) == {0.5}


def test_figures_are_those_of_the_waveform(plant):
    """A 10 A sine has 7.071 A rms; the fundamental is its peak."""
    rows = plant.compute().recordings.set_index("recording_id")
    assert rows.loc["a", "rms_R"] == pytest.approx(10 / np.sqrt(2), abs=1e-3)
    assert rows.loc["b", "fundamental_S"] == pytest.approx(5.0, abs=1e-3)
    assert rows["line_hz"].tolist() == pytest.approx([50.0, 50.0], abs=1e-3)


def test_row_of_a_segment_is_computed_from_its_samples_alone(plant):
    tables = plant.compute()
    waveform = read_waveform(plant.folder / "waveforms/a.parquet")
    expected = compute_features(waveform[None, :, 500:1500], FS, line_low_hz=20.0, line_high_hz=120.0)
    row = tables.segments[tables.segments["recording_id"] == "a"].iloc[1]
    for feature in FEATURES:
        np.testing.assert_allclose(row[feature.name], expected[feature.name][0], rtol=1e-9, atol=1e-9)


def test_track_of_a_balanced_motor_is_near_zero(plant):
    track = plant.compute().track
    assert len(track) > 20
    assert np.hypot(track["i2_re"], track["i2_im"]).max() < 0.1


def test_one_recording_more_costs_one_entry(plant):
    plant.compute()
    before = plant.entries()
    plant.add("c", currents(amplitude=7.0)).compute()
    assert len(before) == 2
    assert len(plant.entries() - before) == 1
    assert before < plant.entries()


def test_computing_again_gives_the_same_tables_and_no_entry(plant):
    first = plant.compute()
    before = plant.entries()
    assert_same(plant.compute(), first)
    assert plant.entries() == before


def test_other_settings_are_other_entries(plant):
    plant.compute()
    plant.compute(FeatureSettings(window_s=0.25, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1))
    assert len(plant.entries()) == 4


def test_two_processes_give_the_tables_of_one(plant, tmp_path):
    one = plant.compute(jobs=1)
    (tmp_path / "other").mkdir()
    other = Plant(tmp_path / "other").add("a", currents()).add("b", currents(amplitude=5.0))
    assert_same(other.compute(jobs=2), one)


def test_same_file_under_another_column_order_is_another_waveform(plant):
    """The file's hash stays, the phases change places: stored figures of the old order must not come back."""
    before = plant.compute().recordings.set_index("recording_id")
    waveform = read_waveform(plant.folder / "waveforms/a.parquet")
    sha256 = plant.rows[0]["sha256"]
    plant.rows.clear()
    plant.add("a", waveform[[0, 2, 1]].astype(float))
    plant.rows[0]["sha256"] = sha256
    after = plant.compute().recordings.set_index("recording_id")
    assert before.loc["a", "angle_RS"] == pytest.approx(120, abs=0.1)
    assert after.loc["a", "angle_RS"] == pytest.approx(240, abs=0.1)


def test_absent_phase_has_no_figures_and_the_others_have(tmp_path):
    row = Plant(tmp_path).add("a", currents()[:1], phases="R").compute().recordings.iloc[0]
    assert row["rms_R"] == pytest.approx(10 / np.sqrt(2), abs=1e-3)
    assert np.isnan(row[["rms_S", "rms_T", "fundamental_S", "i1", "i2_over_i1", "park_mean"]].astype(float)).all()


def test_recording_shorter_than_a_window_has_no_segment_but_its_own_row(tmp_path):
    tables = Plant(tmp_path).add("a", currents(n=900)).compute()
    assert len(tables.segments) == 0
    assert tables.recordings["rms_R"].tolist() == pytest.approx([10 / np.sqrt(2)], abs=0.01)


def test_short_recording_among_long_ones_takes_no_segment_from_them(plant):
    before = plant.compute().segments
    plant.add("short", currents(n=150))
    after = plant.compute()
    pd.testing.assert_frame_equal(after.segments, before)
    assert after.recordings["recording_id"].tolist() == ["a", "b", "short"]
    assert "short" not in set(after.track["recording_id"])


def test_gap_leaves_the_segments_beside_it_whole(tmp_path):
    content = currents()
    content[0, 100] = np.nan
    segments = Plant(tmp_path).add("a", content).compute().segments
    assert np.isnan(segments["rms_R"]).tolist() == [True, False, False, False, False]


def test_empty_catalogue_gives_valid_empty_tables(tmp_path):
    tables = Plant(tmp_path).compute()
    assert (len(tables.segments), len(tables.recordings), len(tables.track)) == (0, 0, 0)
    assert "0 segments" in tables.in_words()


def test_written_tables_come_back_with_the_list_of_features(plant, tmp_path):
    tables = plant.compute()
    write_features(tables, tmp_path / "features", {"stage": "features"})
    for name, schema, table in (
        ("segments", SEGMENTS, tables.segments),
        ("recordings", RECORDING_FEATURES, tables.recordings),
        ("sequence_track", SEQUENCE_TRACK, tables.track),
    ):
        pd.testing.assert_frame_equal(read_table(tmp_path / f"features/{name}.parquet", schema), table)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "features/features.csv"), feature_list())


def test_words_count_segments_and_name_the_supply_frequency(plant):
    assert (
        plant.compute().in_words().startswith(f"We see 10 segments with {len(FEATURES)} figures each; 0 of them lack")
    )
