"""One more recording costs one recording, and what cannot be computed is missing, not invented."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from diagmod.core.feature_definitions import GROUPS
from diagmod.core.features import compute_features, features_at
from diagmod.core.preparation import PreparationSettings
from diagmod.io.feature_list import feature_list
from diagmod.io.feature_schemas import PREPARATION, RECORDING_FEATURES, SEGMENTS
from diagmod.io.feature_tables import FeatureSettings, compute_parts, compute_tables, write_features
from diagmod.io.ingest import ingest_recording
from diagmod.io.schemas import SEQUENCE_TRACK
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
        return {p.parent for p in (self.folder / "store").rglob("segments.feather")}


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path).add("a", currents()).add("b", currents(amplitude=5.0))


def assert_same(one, other):
    for part in ("segments", "recordings", "track", "preparation"):
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
    for feature in features_at("segment"):
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


def test_long_gap_leaves_the_segments_beside_it_whole_and_is_told(tmp_path):
    """0.05 s of R missing: the first segment lacks R alone; the row of the recording is of what follows the gap."""
    content = currents()
    content[0, 100:200] = np.nan
    tables = Plant(tmp_path).add("a", content).compute()
    assert np.isnan(tables.segments["rms_R"]).tolist() == [True, False, False, False, False]
    assert np.isfinite(tables.segments["rms_S"]).all()
    row = tables.preparation.iloc[0]
    assert row[["begin_s", "end_s", "whole_begin_s", "whole_end_s"]].tolist() == [0.0, 1.5, 0.1, 1.5]
    assert row[["filled_R", "missing_R", "missing_S"]].tolist() == [0, 100, 0]
    assert row["reason"] == "100 samples still missing in R"
    assert tables.recordings["rms_R"].tolist() == pytest.approx([10 / np.sqrt(2)], abs=1e-3)


def test_missing_sample_is_filled_and_told_or_left_where_that_is_switched_off(tmp_path):
    content = currents()
    content[0, 100] = np.nan
    plant = Plant(tmp_path).add("a", content)
    filled = plant.compute()
    assert filled.preparation[["filled_R", "missing_R", "longest_filled_ms"]].values.tolist() == [[1, 0, 0.5]]
    assert filled.preparation["method"].item() == "cubic through two samples on either side"
    assert filled.segments["rms_R"].tolist() == pytest.approx([10 / np.sqrt(2)] * 5, abs=1e-3)
    assert "1 samples were filled" in filled.preparation_in_words()
    left = plant.compute(replace(SETTINGS, preparation=PreparationSettings(repair=False)))
    assert left.preparation[["filled_R", "missing_R", "method"]].values.tolist() == [[0, 1, ""]]
    assert np.isnan(left.segments["rms_R"]).tolist() == [True, False, False, False, False]


def test_time_of_a_segment_counts_from_the_first_sample_of_the_recording_although_it_was_trimmed(tmp_path):
    """Switched on after 1 s: the first segment, and the first window of the track, begin there."""
    content = currents(n=6000)
    content[:, :2000] *= 1e-4
    tables = Plant(tmp_path).add("a", content).compute()
    assert tables.preparation["begin_s"].item() == pytest.approx(1.0, abs=0.1)
    assert tables.segments["start_s"].iloc[0] == tables.preparation["begin_s"].item()
    assert tables.track["time_s"].iloc[0] == tables.preparation["begin_s"].item()
    assert tables.segments["rms_R"].to_numpy() == pytest.approx(10 / np.sqrt(2), abs=1e-2)
    assert "1 were trimmed" in tables.preparation_in_words()


@pytest.mark.parametrize("level", ["segment", "recording"])
def test_groups_that_are_off_are_missing_and_the_others_unchanged(plant, level):
    part = {"segment": "segments", "recording": "recordings"}[level]
    everything = getattr(plant.compute(), part)
    some = getattr(plant.compute(replace(SETTINGS, groups=("interphase", "time"))), part)
    assert some.columns.tolist() == everything.columns.tolist()
    for feature in features_at(level):
        if feature.group in ("interphase", "time"):
            pd.testing.assert_series_equal(some[feature.name], everything[feature.name], rtol=1e-9)
        else:
            assert some[feature.name].isna().all(), f"{feature.name} of group {feature.group} was switched off"


def test_order_of_the_groups_makes_no_other_entry(plant):
    plant.compute(replace(SETTINGS, groups=("time", "spectrum")))
    plant.compute(replace(SETTINGS, groups=("spectrum", "time")))
    assert len(plant.entries()) == 2


def test_unknown_group_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="there is no group of features 'colour'; groups are time, spectrum"):
        replace(SETTINGS, groups=("time", "colour"))


@pytest.mark.parametrize("n", [1, 3, 4, 5, 8, 40])
def test_recording_of_a_few_samples_has_rows_and_no_failure(n):
    parts = compute_parts(currents(n=n), FS, SETTINGS)
    assert (len(parts["segments"]), len(parts["recordings"]), len(parts["preparation"])) == (0, 1, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 4.0])
def test_recording_without_a_usable_sample_has_rows_and_no_failure(value):
    parts = compute_parts(np.full((3, 3000), value), FS, SETTINGS)
    assert (len(parts["segments"]), len(parts["recordings"])) == (5, 1)
    assert np.isnan(parts["recordings"]["line_hz"].to_numpy()).all()


def test_every_column_of_the_schema_is_a_feature_of_its_level_in_order():
    for schema, level in ((SEGMENTS, "segment"), (RECORDING_FEATURES, "recording")):
        names = [c.name for c in schema.columns]
        assert names[-len(features_at(level)) :] == [f.name for f in features_at(level)]
        assert len(set(names)) == len(names)


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
        ("preparation", PREPARATION, tables.preparation),
    ):
        pd.testing.assert_frame_equal(read_table(tmp_path / f"features/{name}.parquet", schema), table)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "features/features.csv"), feature_list())


def test_words_count_segments_and_name_the_supply_frequency(plant):
    n = len(features_at("segment"))
    assert plant.compute().in_words().startswith(f"We see 10 segments with {n} figures each, and 2 recordings with")
    assert "; 0 of the segments lack the figures of a phase" in plant.compute().in_words()
    few = plant.compute(replace(SETTINGS, groups=("cepstral",))).in_words()
    assert few.endswith("; no supply frequency was found.") and "lack" not in few


def test_all_groups_are_on_by_default():
    assert SETTINGS.groups == GROUPS
