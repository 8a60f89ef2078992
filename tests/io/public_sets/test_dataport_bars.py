"""The broken-bar set: many recordings in a file of MATLAB 7.3 or 5 become one Parquet file each, unchanged."""

from __future__ import annotations

import h5py
import numpy as np
import pyarrow.parquet as pq
import pytest
from phase_currents import three_phases
from scipy.io import savemat

from diagmod.io.dataset_files import DatasetError, read_manifest
from diagmod.io.hashes import file_sha256, hash_paths
from diagmod.io.motor_register import read_motors
from diagmod.io.waveforms import read_waveform

FS = 50000.0


def experiments(levels, repetitions, seconds=0.01, fs=FS):
    """Currents of every repetition at every torque, each with noise of its own."""
    return {
        level: [three_phases(fs, 60, seconds, seed=100 * k + int(level[-2:])) for k in range(repetitions)]
        for level in levels
    }


def write_v73(path, rotor, content, fields=("Ia", "Ib", "Ic")):
    """As published: HDF5, arrays of structures as lists of references."""
    with h5py.File(path, "w", userblock_size=512) as file:
        references = file.create_group("#refs#")
        for level, repetitions in content.items():
            for field in (*fields, "Va", "Vib_acpi"):
                listed = file.require_group(f"{rotor}/{level}").create_dataset(
                    field, (len(repetitions), 1), dtype=h5py.ref_dtype
                )
                for k, currents in enumerate(repetitions):
                    row = currents[fields.index(field)] if field in fields else np.zeros(7)
                    listed[k, 0] = references.create_dataset(f"{level}{field}{k}", data=row[None, :]).ref
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file, Platform: PCWIN64")


def write_v5(path, rotor, content):
    """The same saved in version 5."""
    levels = {}
    for level, repetitions in content.items():
        levels[level] = np.zeros((len(repetitions), 1), dtype=[(field, object) for field in ("Ia", "Ib", "Ic", "Va")])
        for k, currents in enumerate(repetitions):
            levels[level][k, 0] = tuple(row[:, None] for row in (*currents, currents[0]))
    savemat(path, {rotor: levels}, do_compression=True)


WRITERS = pytest.mark.parametrize("write", [write_v73, write_v5])


@WRITERS
def test_every_repetition_becomes_a_recording_with_the_samples_of_the_file(downloads, get, write):
    content = experiments(("torque05", "torque40"), 3)
    write(downloads / "struct_r2b_R1.mat", "r2b", content)
    fetched = get("dataport_bars")
    assert (fetched.n_files, fetched.n_published, fetched.n_recordings, fetched.left_out) == (1, 5, 6, ())
    assert fetched.originals is None
    for level, repetitions in content.items():
        for k, currents in enumerate(repetitions, start=1):
            table = pq.read_table(fetched.folder / f"recordings/r2b_{level}_{k:02d}.parquet")
            assert table.column_names == ["current_R", "current_S", "current_T"]
            np.testing.assert_array_equal(np.stack([c.to_numpy() for c in table.columns]), currents)


@WRITERS
def test_labels_are_those_of_rotor_torque_and_repetition(downloads, get, write):
    """Two of 34 bars are 0.05882 of them; 0.5 of 4.1 Nm are 12.2 %, 4 of 4.1 Nm are 97.6 %."""
    write(downloads / "struct_r2b_R1.mat", "r2b", experiments(("torque05", "torque40"), 2))
    write(downloads / "struct_rs_R1.mat", "rs", experiments(("torque15",), 1))
    rows = read_manifest(get("dataport_bars").folder).set_index("file")
    columns = ["motor_id", "condition", "severity", "severity_label", "torque_nm", "load_pct", "repetition"]
    labels = {name: tuple(row) for name, row in rows[columns].iterrows()}
    bars = ("usp_1hp", "broken_bar", "0.05882", "2 adjacent bars")
    assert labels == {
        "recordings/r2b_torque05_01.parquet": (*bars, "0.5", "12.2", "01"),
        "recordings/r2b_torque05_02.parquet": (*bars, "0.5", "12.2", "02"),
        "recordings/r2b_torque40_01.parquet": (*bars, "4", "97.6", "01"),
        "recordings/r2b_torque40_02.parquet": (*bars, "4", "97.6", "02"),
        "recordings/rs_torque15_01.parquet": ("usp_1hp", "healthy", "0", "", "1.5", "36.6", "01"),
    }


def test_a_recording_says_where_it_comes_from_in_its_file_and_in_the_manifest(downloads, get):
    source = downloads / "struct_r1b_R1.mat"
    write_v73(source, "r1b", experiments(("torque20",), 2))
    folder = get("dataport_bars").folder
    about = pq.read_schema(folder / "recordings/r1b_torque20_02.parquet").metadata
    digest = file_sha256(source)
    assert about[b"source_file"] == b"struct_r1b_R1.mat"
    assert about[b"source_sha256"] == digest.encode()
    assert about[b"source_field"] == b"r1b.torque20(2)"
    notes = read_manifest(folder).set_index("repetition")["note"]
    assert notes["02"] == f"from struct_r1b_R1.mat (SHA-256 {digest}), r1b.torque20(2)"


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int16])
def test_the_precision_of_the_source_is_kept(downloads, get, kind):
    content = {"torque05": [(1000 * three_phases(FS, 60, 0.01)).astype(kind)]}
    write_v73(downloads / "struct_rs_R1.mat", "rs", content)
    table = pq.read_table(get("dataport_bars").folder / "recordings/rs_torque05_01.parquet")
    found = np.stack([c.to_numpy() for c in table.columns])
    assert found.dtype == kind
    np.testing.assert_array_equal(found, content["torque05"][0])


def test_the_same_files_are_the_same_bytes(downloads, get, tmp_path):
    write_v73(downloads / "struct_r4b_R1.mat", "r4b", experiments(("torque05", "torque10"), 2))
    folder = get("dataport_bars").folder
    first = hash_paths(["."], folder)
    assert get("dataport_bars").was_there
    folder.rename(tmp_path / "away")
    assert hash_paths(["."], get("dataport_bars").folder) == first


def test_loaded_currents_are_those_that_were_written(downloads, get, load, tmp_path):
    content = experiments(("torque30",), 1, seconds=1.0)
    write_v73(downloads / "struct_r3b_R1.mat", "r3b", content)
    fetched = get("dataport_bars")
    result = load(fetched.folder)
    assert list(result.report["status"]) == ["loaded"]
    recording = result.recordings.loc[0]
    assert (recording["fs_hz"], recording["phases"], recording["unit"]) == (FS, "RST", "A")
    assert (recording["condition"], recording["severity"]) == ("broken_bar", pytest.approx(3 / 34, rel=1e-4))
    waveform = read_waveform(tmp_path / "waveforms" / f"{recording['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform, content["torque30"][0].astype(np.float32))
    assert read_motors(fetched.folder)["usp_1hp"].rotor_bars == 34


@WRITERS
def test_a_file_of_another_rotor_than_its_name_says_gives_nothing(downloads, get, write):
    write(downloads / "struct_rs_R1.mat", "r2b", experiments(("torque05",), 1))
    write(downloads / "struct_r1b_R1.mat", "r1b", experiments(("torque05",), 1))
    fetched = get("dataport_bars")
    assert fetched.n_recordings == 1
    assert fetched.left_out == (
        "struct_rs_R1.mat: must hold one structure rs, it has r2b; give every file its own name back",
    )


def test_what_is_missing_or_uneven_in_a_file_is_named_and_the_rest_taken(downloads, get):
    content = experiments(("torque05", "torque10"), 2)
    path = downloads / "struct_rs_R1.mat"
    write_v73(path, "rs", content)
    with h5py.File(path, "r+") as file:
        del file["rs/torque10/Ic"]
        short = file["#refs#"].create_dataset("short", data=np.zeros((1, 9)))
        file["rs/torque05/Ib"][1, 0] = short.ref
        file["rs"].create_group("remarks")
    fetched = get("dataport_bars")
    assert list(read_manifest(fetched.folder)["file"]) == ["recordings/rs_torque05_01.parquet"]
    shapes = "float64 of shape (500,), float64 of shape (9,), float64 of shape (500,)"
    assert fetched.left_out == (
        f"struct_rs_R1.mat: rs.torque05(2) must be three equal rows of real numbers, got {shapes}",
        "struct_rs_R1.mat: rs.torque10(1) lacks the field Ic",
        "struct_rs_R1.mat: rs.torque10(2) lacks the field Ic",
    )


def test_nothing_outside_the_file_is_opened_and_no_declared_size_is_believed(downloads, get, tmp_path):
    content = experiments(("torque05",), 1)
    write_v73(downloads / "struct_r1b_R1.mat", "r1b", content)
    write_v73(tmp_path / "elsewhere.mat", "rs", content)
    with h5py.File(downloads / "struct_rs_R1.mat", "w") as file:
        file.create_group("rs")["torque05"] = h5py.ExternalLink(str(tmp_path / "elsewhere.mat"), "/rs/torque05")
    (tmp_path / "raw.bin").write_bytes(bytes(8000))
    with h5py.File(downloads / "struct_r2b_R1.mat", "w") as file:
        for field in ("Ia", "Ib", "Ic"):
            file.create_dataset(
                f"r2b/torque05/{field}", (1000,), "f8", external=[(str(tmp_path / "raw.bin"), 0, h5py.h5f.UNLIMITED)]
            )
    with h5py.File(downloads / "struct_r3b_R1.mat", "w") as file:
        for field in ("Ia", "Ib", "Ic"):
            file.create_dataset(f"r3b/torque05/{field}", (10**12,), "f8", chunks=(1024,))
    with h5py.File(downloads / "struct_r4b_R1.mat", "w") as file:
        layout = h5py.VirtualLayout((500,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "elsewhere.mat"), "#refs#/torque05Ia0", shape=(1, 500))[0]
        for field in ("Ia", "Ib", "Ic"):
            file.create_virtual_dataset(f"r4b/torque05/{field}", layout)
    fetched = get("dataport_bars")
    assert fetched.n_recordings == 1
    elsewhere = "must hold samples in the file itself, it points elsewhere"
    assert fetched.left_out == (
        f"struct_r2b_R1.mat: /r2b/torque05/Ia {elsewhere}",
        "struct_r3b_R1.mat: r3b.torque05(1) declares 1000000000000 samples, allowed are 30000000",
        f"struct_r4b_R1.mat: /r4b/torque05/Ia {elsewhere}",
        "struct_rs_R1.mat: links torque05 to another place; save the data into the file itself",
    )


@WRITERS
def test_a_damaged_file_is_named_and_the_others_go_on(downloads, get, write):
    content = experiments(("torque05",), 2)
    write(downloads / "struct_r1b_R1.mat", "r1b", content)
    whole = (downloads / "struct_r1b_R1.mat").read_bytes()
    (downloads / "struct_rs_R1.mat").write_bytes(whole[: len(whole) // 2])
    (downloads / "struct_r2b_R1.mat").write_bytes(b"")
    (downloads / "struct_r3b_R1.mat").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    write(downloads / "struct_r4b_R1.mat", "r4b", {})
    fetched = get("dataport_bars")
    assert (fetched.n_files, fetched.n_recordings) == (1, 2)
    assert [line.split(":")[0] for line in fetched.left_out] == [
        f"struct_{rotor}_R1.mat" for rotor in ("r2b", "r3b", "r4b", "rs")
    ]


def test_a_full_disk_ends_the_whole_and_leaves_nothing_behind(downloads, get, monkeypatch, tmp_path):
    write_v73(downloads / "struct_rs_R1.mat", "rs", experiments(("torque05",), 2))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(DatasetError, match=r"rs_torque05_01.parquet cannot be written \(.*No space left"):
        get("dataport_bars")
    assert not [p for p in (tmp_path / "project").rglob("*") if p.is_file()]


def test_a_folder_without_a_file_of_the_set_is_one_sentence_with_the_reasons(downloads, get):
    (downloads / "banco de dados experimental.zip").write_bytes(b"PK")
    with pytest.raises(DatasetError, match=r"no published file of dataport_bars in .*; expected names like") as caught:
        get("dataport_bars")
    reason = "banco de dados experimental.zip: is an archive; unpack it and try again"
    assert str(caught.value).endswith(f"struct_rs_R1.mat ({reason})")


def test_without_h5py_the_sentence_names_the_extra(downloads, get, monkeypatch):
    write_v73(downloads / "struct_rs_R1.mat", "rs", experiments(("torque05",), 1))
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(DatasetError, match=r"version 7.3 need h5py; install `diagmod\[hdf5\]`"):
        get("dataport_bars")
