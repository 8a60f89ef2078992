"""The files of a simulated plant hold what the plan says, damage included, whoever writes them."""

import functools
import hashlib

import numpy as np
import pandas as pd
import pytest

from diagmod.io.dataset_files import read_dataset, read_manifest
from diagmod.io.ingest import ingest_recording
from diagmod.io.motor_register import read_motors
from diagmod.io.plant_files import (
    UNKNOWN_MOTOR,
    csv_bytes,
    fleet_in_words,
    motor_table,
    quote_lines,
    stage_in_words,
    write_fleet,
)
from diagmod.io.reading_settings import reading_of
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.waveforms import read_waveform
from diagmod.sim.fleet import DAMAGES, most_developed, plan_fleet
from diagmod.sim.fleet_recordings import currents_of, simulate_recording
from diagmod.sim.instruments import FLAWS


@functools.cache
def plan():
    return plan_fleet(
        seed=3, n_motors=4, recordings_per_motor=3, days=3, start="2026-01-05", fs_hz=2000.0, duration_s=0.25
    )


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw") / "demo"
    write_fleet(plan(), folder, 1)
    return folder


def damaged(kind):
    return next(r for r in plan().recordings if r.damage == kind)


def read(path, tmp_path):
    ingested = ingest_recording(path, tmp_path / "w.parquet")
    return ingested, read_waveform(tmp_path / "w.parquet")


def original(recording):
    return currents_of(plan(), recording).round(4).astype(np.float32)


def tree(folder):
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_every_file_read_back_is_the_rounded_current(fleet, tmp_path):
    good = [r for r in plan().recordings if r.damage in ("", "duplicate", "unlisted", "unknown_motor", *FLAWS)]
    assert {r.dialect for r in good} == {"plain", "quoted-line"}
    for recording in good:
        ingested, waveform = read(fleet / "recordings" / recording.file, tmp_path)
        assert ingested.dialect.endswith("every line quoted") == (recording.dialect == "quoted-line")
        np.testing.assert_array_equal(waveform, original(recording))


def test_each_damage_and_each_flaw_is_done_once():
    assert sorted(r.damage for r in plan().recordings if r.damage) == sorted([*DAMAGES, *FLAWS])


def test_a_badly_acquired_recording_is_listed_and_readable(fleet, tmp_path):
    manifest = set(read_manifest(fleet)["file"])
    for flaw in FLAWS:
        assert f"recordings/{damaged(flaw).file}" in manifest
        _, waveform = read(fleet / "recordings" / damaged(flaw).file, tmp_path)
        assert waveform.shape == (3, 500) and np.isfinite(waveform).all()


def test_gap_is_one_percent_of_one_phase_and_one_sample_of_all(fleet, tmp_path):
    recording = damaged("gap")
    _, waveform = read(fleet / "recordings" / recording.file, tmp_path)
    assert np.isnan(waveform).sum(axis=1).tolist() == [1, 6, 1]
    present = ~np.isnan(waveform)
    np.testing.assert_array_equal(waveform[present], original(recording)[present])


def test_missing_phase_has_no_column(fleet, tmp_path):
    recording = damaged("missing_phase")
    ingested, waveform = read(fleet / "recordings" / recording.file, tmp_path)
    assert ingested.phases == "RS"
    np.testing.assert_array_equal(waveform[:2], original(recording)[:2])


def test_truncated_file_ends_inside_a_line_that_is_left_out(fleet, tmp_path):
    content = (fleet / "recordings" / damaged("truncated").file).read_bytes()
    assert content.endswith(b",")
    assert content.rsplit(b"\n", 1)[1].count(b",") == 1
    ingested, _ = read(fleet / "recordings" / damaged("truncated").file, tmp_path)
    assert ingested.n_left_out == 1


def test_wrong_header_is_refused(fleet, tmp_path):
    declared = reading_of(read_dataset(fleet), {})
    with pytest.raises(UnreadableRecording, match=r"has no column 'current_R'.*it has 1 Ia, 2 Ib, 3 Ic"):
        ingest_recording(fleet / "recordings" / damaged("wrong_header").file, tmp_path / "w.parquet", declared)


def test_duplicate_is_the_same_bytes_as_another_listed_file(fleet):
    recording = damaged("duplicate")
    first = recording.file.replace("_duplicate", "")
    assert (fleet / "recordings" / recording.file).read_bytes() == (fleet / "recordings" / first).read_bytes()
    assert {f"recordings/{recording.file}", f"recordings/{first}"} <= set(read_manifest(fleet)["file"])


def test_unlisted_file_is_there_but_not_in_the_manifest(fleet):
    name = f"recordings/{damaged('unlisted').file}"
    assert (fleet / name).is_file()
    assert name not in set(read_manifest(fleet)["file"])


def test_unknown_motor_is_in_the_manifest_but_not_in_the_register(fleet):
    manifest = read_manifest(fleet).set_index("file")
    assert manifest.loc[f"recordings/{damaged('unknown_motor').file}", "motor_id"] == UNKNOWN_MOTOR
    assert UNKNOWN_MOTOR not in read_motors(fleet)


def test_description_register_and_manifest_say_what_the_plan_says(fleet):
    dataset, motors, manifest = read_dataset(fleet), read_motors(fleet), read_manifest(fleet)
    assert (dataset.unit, dataset.times, dataset.split_group) == ("A", "known", "motor")
    assert list(motors.values()) == [m.motor for m in plan().motors]
    row, first = manifest.iloc[0], plan().recordings[0]
    assert (row["file"], row["motor_id"]) == (f"recordings/{first.file}", "M01")
    assert pd.Timestamp(row["started_at"]) == first.started_at
    assert (float(row["fs_hz"]), float(row["duration_s"]), float(row["load_pct"])) == (2000.0, 0.25, first.load_pct)


def test_ground_truth_names_every_file_once(fleet):
    truth = pd.read_csv(fleet / "ground_truth.csv", keep_default_na=False)
    files = {p.relative_to(fleet).as_posix() for p in (fleet / "recordings").rglob("*.csv")}
    assert set(truth["file"]) == files
    assert len(truth) == len(files) == len(plan().recordings)
    assert truth["damage"].tolist() == [r.damage for r in plan().recordings]


def test_ground_truth_is_that_of_the_experiment(fleet):
    truth = pd.read_csv(fleet / "ground_truth.csv", keep_default_na=False)
    for recording, (_, row) in zip(plan().recordings, truth.iterrows(), strict=True):
        really = simulate_recording(plan(), recording).truth
        assert row["slip"] == pytest.approx(really.slip, abs=1e-7)
        assert row["line_hz"] == pytest.approx(really.line_hz, abs=1e-6)
        assert row["rotor_hz"] == pytest.approx(really.rotor_hz, abs=1e-6)
        assert row["load_share"] == pytest.approx(really.load_share, abs=1e-5)


def test_ground_truth_states_the_size_of_a_fault_with_its_unit(fleet):
    """Motor 2 breaks 3 bars in full, motor 3 becomes eccentric."""
    truth = pd.read_csv(fleet / "ground_truth.csv", keep_default_na=False)
    units = {"healthy": "", "broken_bar": "bars", "eccentricity": "share of the gap"}
    assert [units[c] for c in truth["condition"]] == truth["fault_unit"].tolist()
    bars = truth[truth["condition"] == "broken_bar"]
    assert len(bars) and np.allclose(bars["fault_size"], 3 * bars["severity"], atol=1e-6)
    assert (truth.loc[truth["condition"] == "healthy", "fault_size"] == 0).all()


def test_words_about_the_fleet_and_a_recording_are_computed(fleet):
    truth = pd.read_csv(fleet / "ground_truth.csv", keep_default_na=False)
    words = fleet_in_words(truth)
    assert f"{len(truth)} files of 4 motors" in words
    assert "7 are damaged on purpose (duplicate, gap, " in words
    assert "5 are badly acquired (clipped, dropped samples, held samples, jitter, swapped phases)" in words
    recording = most_developed(plan(), "broken_bar")
    really = simulate_recording(plan(), recording).truth
    size = f"fault {3 * recording.severity:.3g} bars" if recording.condition == "broken_bar" else ""
    text = stage_in_words(plan(), recording, really)
    assert size in text and f"{really.line_hz * (1 - 2 * really.slip):.2f} and " in text


def test_table_of_motors_gives_onset_and_full_size_of_the_faulty_alone():
    table = motor_table(plan()).set_index("motor_id")
    assert table.loc["M02", ["condition", "full_size", "of_what"]].tolist() == ["broken bar", 3.0, "bars"]
    assert table.loc["M01", ["onset", "full_size"]].isna().all()
    assert (table["line_hz"] == [m.motor.line_hz for m in plan().motors]).all()


def test_same_seed_gives_the_same_bytes_with_one_process_and_with_two(fleet, tmp_path):
    write_fleet(plan(), tmp_path / "again", 2)
    assert tree(tmp_path / "again") == tree(fleet)


def test_another_seed_gives_other_currents(tmp_path):
    other = plan_fleet(
        seed=4, n_motors=1, recordings_per_motor=1, days=1, start="2026-01-05", fs_hz=2000.0, duration_s=0.25
    )
    assert not np.array_equal(currents_of(other, other.recordings[0]), currents_of(plan(), plan().recordings[0]))


def test_current_file_has_four_decimals_and_empty_cells_for_gaps():
    content = csv_bytes(np.array([[1.23456, np.nan], [-2.0, 0.00004], [1e3, -7.5]]))
    assert content == b"current_R,current_S,current_T\n1.2346,-2,1000\n,0,-7.5\n"


def test_quoted_dialect_has_one_pair_of_quotes_around_every_line():
    assert quote_lines(b"current_R,current_S\n1,2\n,\n") == b'"current_R,current_S"\n"1,2"\n","\n'
