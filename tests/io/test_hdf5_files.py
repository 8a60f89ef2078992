"""HDF5 files: datasets by path, attributes beside them, and nothing that leads out of the file."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime

import h5py
import numpy as np
import pytest
from measurement_files import hdf5
from recording_texts import FS, SECONDS, R, S, T

from diagmod.io import table_files
from diagmod.io.recording_files import Declared, read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

CURRENTS = {"run/I_R": R, "run/I_S": S, "run/I_T": T}


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content: bytes, name: str = "x.h5"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("storage", [{}, {"compression": "gzip", "shuffle": True}, {"compression": "lzf"}])
def test_datasets_give_currents_with_rate_unit_and_start_of_their_attributes(storage, put):
    attributes = {
        "run": {"sampling_rate": FS, "start_time": "2026-01-31T09:00:00+01:00"},
        **{path: {"unit": "mA"} for path in CURRENTS},
    }
    for path in (put(hdf5(CURRENTS, attributes, **storage)), put(gzip.compress(hdf5(CURRENTS, attributes)), "x.h5.gz")):
        found = read_recording_file(path)
        np.testing.assert_allclose(found.currents, np.array([R, S, T]) / 1000, rtol=1e-12)
        assert (found.fs, found.unit, found.columns) == (FS, "A", ("run/I_R", "run/I_S", "run/I_T"))
        assert read_table_file(path).started_at == datetime(2026, 1, 31, 8, 0, tzinfo=UTC)


def test_a_matrix_a_time_and_a_number_for_the_rate_are_understood(put):
    table = read_table_file(put(hdf5({"currents": np.array([R, S, T]), "t": SECONDS, "fs": FS})))
    assert [(c.name, c.path) for c in table.columns] == [
        ("", "currents(1)"), ("", "currents(2)"), ("", "currents(3)"), ("t", ""),
    ]  # fmt: skip
    assert table.fs == FS
    found = read_recording_file(put(hdf5({"currents": np.array([R, S, T]).T, "fs": FS})))
    np.testing.assert_array_equal(found.currents, [R, S, T])


def test_fields_of_a_compound_dataset_are_columns(put):
    rows = np.array(list(zip(R, S, T, strict=True)), dtype=[("I_R", "f8"), ("I_S", "f4"), ("I_T", "f8")])
    table = read_table_file(put(hdf5({"table": rows})))
    assert [c.name for c in table.columns] == ["I_R", "I_S", "I_T"]


def test_the_recording_is_chosen_by_wanted_names_or_by_phase_names(put):
    arrays = {**CURRENTS, "old/x": R[:30], "old/y": S[:30], "spectrum": np.ones(513)}
    path = put(hdf5(arrays))
    assert [c.path for c in read_table_file(path).columns] == list(CURRENTS)
    assert [c.path for c in read_table_file(path, wanted=("old/y",)).columns] == ["old/x", "old/y"]
    with pytest.raises(
        UnreadableRecording, match=r"several lengths \(spectrum \(513,\), old/x \(30,\), old/y \(30,\)\); keep"
    ):
        read_table_file(put(hdf5({k: v for k, v in arrays.items() if not k.startswith("run")})))


def test_several_rates_are_named_where_none_belongs_to_the_currents(put):
    path = put(hdf5({"I_R": R, "a/fs": 1000, "b/fs": 2000}))
    with pytest.raises(
        UnreadableRecording, match=r"pass --fs HZ.*its heading says 'sampling rates a/fs 1000, b/fs 2000'"
    ):
        read_recording_file(path)
    assert read_recording_file(path, Declared(fs=500)).fs == 500


def test_texts_and_soft_links_are_left_out_with_a_note(put, tmp_path):
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        file["I_R"] = R
        file["again"] = h5py.SoftLink("/I_R")
        file["remark"] = "by hand"
        file["loop"] = file["/"]
    table = read_table_file(put(target.getvalue()))
    assert [c.name for c in table.columns] == ["I_R"]
    assert table.notes[0].startswith(
        "2 object(s) that are no plain numbers were left out: again (link), remark (object)"
    )


def test_links_and_data_in_other_files_are_refused(put, tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(480))
    (tmp_path / "other.h5").write_bytes(hdf5({"I_R": R}))
    for make in (
        lambda file: file.__setitem__("I_R", h5py.ExternalLink(str(tmp_path / "other.h5"), "/I_R")),
        lambda file: file.create_dataset("I_R", (60,), "f8", external=[(str(tmp_path / "secret.bin"), 0, 480)]),
        lambda file: file.create_virtual_dataset("I_R", _layout(tmp_path / "other.h5")),
    ):
        path = tmp_path / "x.h5"
        with h5py.File(path, "w") as file:
            make(file)
        with pytest.raises(UnreadableRecording, match=r"another file, which is not (followed|opened); export"):
            read_table_file(path)


def _layout(path) -> h5py.VirtualLayout:
    layout = h5py.VirtualLayout(shape=(60,), dtype="f8")
    layout[:] = h5py.VirtualSource(path, "I_R", shape=(60,))
    return layout


def test_declared_terabytes_and_chunks_that_were_never_written_are_refused(put):
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        file.create_dataset("I_R", (10**12,), "f8", chunks=(1 << 16,), compression="gzip")
    with pytest.raises(UnreadableRecording, match="holds more than 1024 MiB"):
        read_table_file(put(target.getvalue()))
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        file.create_dataset("I_R", (60,), "f8", chunks=(20,))[:40] = R[:40]
    with pytest.raises(UnreadableRecording, match=r"I_R in x.h5 was written to 2 of 3 parts; it was interrupted"):
        read_table_file(put(target.getvalue()))
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        file.create_dataset("I_R", (60,), "f8")
    with pytest.raises(UnreadableRecording, match="was written to 0 of 1 parts"):
        read_table_file(put(target.getvalue()))


def test_a_filter_that_needs_a_plugin_is_refused(put):
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((60,))
        plist.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
        space = h5py.h5s.create_simple((60,))
        dataset = h5py.h5d.create(file.id, b"I_R", h5py.h5t.NATIVE_DOUBLE, space, plist)
        dataset.write_direct_chunk((0,), R.tobytes(), 1)
    with pytest.raises(
        UnreadableRecording, match="compressed by the filter 32015, which needs a plugin and is not load"
    ):
        read_table_file(put(target.getvalue()))


def test_more_than_fits_together_is_refused(put, monkeypatch):
    monkeypatch.setattr(table_files, "MAX_BYTES", 1200)
    with pytest.raises(UnreadableRecording, match=r"^x\.h5 holds more than"):
        read_table_file(put(hdf5(CURRENTS)))


def test_a_file_cut_short_is_refused(put):
    content = hdf5(CURRENTS)
    for cut in np.linspace(10, len(content) - 1, 20).astype(int):
        with pytest.raises(UnreadableRecording, match=r"x\.h5"):
            read_table_file(put(content[:cut]))
