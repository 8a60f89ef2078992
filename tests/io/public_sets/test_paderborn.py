"""Paderborn recordings from a downloaded folder to loaded currents: two phases of a synchronous motor."""

from __future__ import annotations

import numpy as np
import pytest
from phase_currents import three_phases
from scipy.io import savemat

from diagmod.io.dataset_files import read_dataset, read_manifest
from diagmod.io.motor_register import read_motors
from diagmod.io.public_sets.paderborn import BEARINGS
from diagmod.io.waveforms import read_waveform

FS = 64000.0

#: Torque in Nm and load in % at the higher of the two torques: 0.7 of 1.35 Nm are 51.9 %.
FULL = ("0.7", "51.9")


def write_mat(path, currents, *, name=None, without=(), second=None):
    """A file as the data centre publishes it: one structure of the file's name, channels by Name and Data in Y."""
    n = currents.shape[1]
    signals = {
        "force": np.full(n // 16, 1000.0), "phase_current_1": currents[0],
        "phase_current_2": currents[1] if second is None else second, "speed": np.full(n // 16, 1500.0),
        "temp_2_bearing_module": np.full(5, 45.0), "torque": np.full(n // 16, 0.7), "vibration_1": currents[2],
    }  # fmt: skip
    kept = {key: samples for key, samples in signals.items() if key not in without}
    channels = np.zeros((1, len(kept)), dtype=[(field, object) for field in ("Name", "Type", "Data", "Raster")])
    for k, (key, samples) in enumerate(kept.items()):
        channels[0, k] = (key, 1, samples[None, :], "HostService")
    times = np.zeros((1, 1), dtype=[("Name", object), ("Data", object)])
    times[0, 0] = ("Time", (np.arange(n) / FS)[None, :])
    savemat(path, {name or path.stem: {"Info": "text", "X": times, "Y": channels, "Description": "text"}})


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("N15_M07_F10_K001_1", ("K001", "healthy", "0", "", *FULL, "1")),
        (
            "N09_M07_F10_KA01_20",
            ("KA01", "bearing_outer", "", "level 1, spark erosion, artificial", *FULL, "20"),
        ),
        ("N15_M01_F10_KI16_3", ("KI16", "bearing_inner", "", "level 3, pitting", "0.1", "7.41", "3")),
        ("N15_M07_F04_KB24_2", ("KB24", "bearing_outer_and_inner", "", "level 3, pitting", *FULL, "2")),
    ],
)
def test_labels_torque_and_load_come_from_the_name(downloads, get, name, labels):
    """0.7 of 1.35 Nm are 51.9 %, 0.1 of 1.35 Nm are 7.41 %."""
    write_mat(downloads / f"{name}.mat", three_phases(FS, 100, 0.01))
    row = read_manifest(get("paderborn").folder).loc[0]
    columns = ["motor_id", "condition", "severity", "severity_label", "torque_nm", "load_pct", "repetition"]
    assert tuple(row[columns]) == labels


def test_speed_and_radial_force_of_the_setting_stand_in_the_note(downloads, get):
    write_mat(downloads / "N09_M07_F04_K001_1.mat", three_phases(FS, 60, 0.01))
    assert read_manifest(get("paderborn").folder).loc[0, "note"] == "900 rpm, radial force 400 N"


def test_the_register_has_a_motor_a_bearing_so_that_a_split_keeps_it_on_one_side(downloads, get):
    for name in ("N15_M07_F10_KA01_1", "N15_M07_F10_KA01_2", "N15_M07_F10_K002_1"):
        write_mat(downloads / f"{name}.mat", three_phases(FS, 100, 0.01, seed=len(name)))
    fetched = get("paderborn")
    motors, dataset = read_motors(fetched.folder), read_dataset(fetched.folder)
    assert (sorted(motors), dataset.split_group) == (["K002", "KA01"], "motor")
    assert all("synchronous" in motor.name for motor in motors.values())
    assert "synchronous" in dataset.title
    assert motors["KA01"].line_hz == 3000 * 4 / 60


def test_the_32_bearings_are_those_of_the_article():
    """6 healthy, 12 with artificial and 14 with real damage: 12 outer, 11 inner, 3 both rings."""
    conditions = [condition for condition, _ in BEARINGS.values()]
    assert len(BEARINGS) == 32
    assert {c: conditions.count(c) for c in set(conditions)} == {
        "healthy": 6, "bearing_outer": 12, "bearing_inner": 11, "bearing_outer_and_inner": 3,
    }  # fmt: skip
    assert sum(damage.endswith("artificial") for _, damage in BEARINGS.values()) == 12


def test_loaded_currents_are_those_that_were_written_and_the_third_phase_is_absent(downloads, get, load, tmp_path):
    currents = three_phases(FS, 100, 1.0)
    (downloads / "KA01").mkdir()
    write_mat(downloads / "KA01/N15_M07_F10_KA01_1.mat", currents)
    result = load(get("paderborn").folder)
    assert list(result.report["status"]) == ["loaded"]
    recording = result.recordings.loc[0]
    assert (recording["fs_hz"], recording["phases"], recording["unit"]) == (FS, "RS", "A")
    waveform = read_waveform(tmp_path / "waveforms" / f"{recording['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform[:2], currents[:2].astype(np.float32))
    assert np.isnan(waveform[2]).all()


def test_a_file_that_is_not_what_its_name_says_is_named_and_the_others_go_on(downloads, get):
    currents = three_phases(FS, 100, 0.05)
    names = [f"N15_M07_F10_KA01_{k}" for k in range(1, 9)]
    files = [downloads / f"{name}.mat" for name in names]
    write_mat(files[0], currents)
    write_mat(files[1], currents, name="N15_M07_F10_K001_2")
    write_mat(files[2], currents, without=["phase_current_2"])
    write_mat(files[3], currents, second=currents[1][:-1])
    files[4].write_bytes(files[0].read_bytes()[:500])
    files[5].write_bytes(b"")
    files[6].write_bytes(b"MATLAB 5.0 MAT-file" + bytes(200))
    savemat(files[7], {names[7]: np.arange(5.0)})
    write_mat(downloads / "N15_M07_F10_KA99_1.mat", currents)
    (downloads / "K001.rar").write_bytes(b"Rar!")
    fetched = get("paderborn")
    assert list(read_manifest(fetched.folder)["file"]) == [files[0].name]
    left_out = dict(line.split(": ", 1) for line in fetched.left_out)
    assert left_out[files[1].name] == (
        "must hold one structure N15_M07_F10_KA01_2, it has N15_M07_F10_K001_2; give every file its own name back"
    )
    assert left_out[files[2].name].startswith("lacks channel phase_current_2; it has force, phase_current_1, speed")
    assert left_out[files[3].name] == "its currents have shapes (3200,) and (3199,), expected two equal rows"
    assert left_out[files[4].name] == "it is a MATLAB file that is cut short or damaged; save it again"
    assert left_out[files[5].name] == "is no MATLAB file of version 5; copy it again"
    assert left_out[files[6].name] == "it is a MATLAB file that is cut short in its heading; save it again"
    assert left_out[files[7].name].startswith("must hold one structure N15_M07_F10_KA01_8, it has")
    assert left_out["N15_M07_F10_KA99_1.mat"] == "bearing KA99 is none of the set; its damage is not known"
    assert left_out["K001.rar"] == "is an archive; unpack it and try again"
