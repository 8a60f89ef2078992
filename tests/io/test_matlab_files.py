"""MATLAB files of every version: variables, structures and cells by their dotted names; objects are left out."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from measurement_files import mat5, mat73
from recording_texts import FS, SECONDS, R, S, T
from scipy import sparse

from diagmod.io import table_files
from diagmod.io.recording_files import Declared, read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content: bytes):
        (tmp_path / "x.mat").write_bytes(content)
        return tmp_path / "x.mat"

    return write


WRITERS = {"5": lambda v: mat5(v, is_packed=False), "7": mat5, "7.3": mat73}


@pytest.fixture(params=WRITERS)
def written(request, put):
    """Writes variables in one version and gives the path."""
    return lambda variables: put(WRITERS[request.param](variables))


def test_vectors_of_phases_with_a_rate_are_a_recording(written):
    found = read_recording_file(written({"I_R": R, "I_S": S, "I_T": T, "fs": FS, "note": "by hand"}))
    np.testing.assert_array_equal(found.currents, [R, S, T])
    assert (found.fs, found.columns) == (FS, ("I_R", "I_S", "I_T"))
    assert "the sampling rate 1000 Hz stands in the file as fs" in found.notes


@pytest.mark.parametrize("matrix", [np.array([R, S, T]), np.array([R, S, T]).T], ids=["rows", "columns"])
def test_a_matrix_is_three_phases_along_its_longer_axis(matrix, written):
    found = read_recording_file(written({"currents": matrix, "t": SECONDS}))
    np.testing.assert_array_equal(found.currents, [R, S, T])
    assert found.fs == pytest.approx(FS)
    assert found.columns == ("currents(1)", "currents(2)", "currents(3)")


def test_fields_of_nested_structures_have_dotted_names(written):
    """The rate beside the currents counts, and not that of another structure."""
    run = {"i_a": R, "i_b": S, "i_c": T, "fs": FS}
    path = written({"data": {"motor": run, "other": {"x": R[:20], "fs": 50.0}}})
    found = read_recording_file(path)
    np.testing.assert_array_equal(found.currents, [R, S, T])
    assert (found.fs, found.columns) == (FS, ("data.motor.i_a", "data.motor.i_b", "data.motor.i_c"))
    one = read_recording_file(path, Declared(phase_columns=("data.other.x",)))
    np.testing.assert_array_equal(one.currents[0], R[:20])
    assert one.fs == 50


def test_elements_of_cells_have_numbers_in_their_names(put):
    cells = np.empty((1, 2), dtype=object)
    cells[0, 0], cells[0, 1] = np.array([R, S, T]), np.array([R, S, T])[:, :40]
    for content in (mat5({"c": cells}), mat73({"c": [cells[0, 0], cells[0, 1]]})):
        path = put(content)
        with pytest.raises(UnreadableRecording, match=r"several lengths \(c\{1\} \(3, 60\), c\{2\} \(3, 40\)\)"):
            read_table_file(path)
        table = read_table_file(path, wanted=("c{2}(1)", "c{2}(2)", "c{2}(3)"))
        k = table.find("c{2}(2)", "--phase-columns")
        np.testing.assert_array_equal(table.columns[k].values, S[:40])


def test_arrays_of_structures_are_numbered(put):
    """As a test rig saves its channels: a name and the samples of each."""
    channels = np.zeros((1, 3), dtype=[("Name", object), ("Data", object)])
    for k, (name, data) in enumerate((("force", R[:30]), ("phase_current_1", S), ("phase_current_2", T))):
        channels[0, k] = (name, data)
    path = put(mat5({"Y": channels}))
    found = read_recording_file(path, Declared(fs=FS, phase_columns=("Y(2).Data", "Y(3).Data")))
    np.testing.assert_array_equal(found.currents[:2], [S, T])


def test_sparse_matrices_and_functions_are_left_out_and_named(put):
    table = read_table_file(put(mat5({"I_R": R, "z": sparse.eye(30).tocsc()})))
    assert [c.name for c in table.columns] == ["I_R"]
    assert "z (sparse)" in table.notes[0]
    complex_one = read_table_file(put(mat5({"I_R": R, "z": R + 1j * S})))
    assert "z (complex)" in complex_one.notes[0]
    with pytest.raises(UnreadableRecording, match="holds no array of samples"):
        read_table_file(put(mat5({"z": sparse.eye(3).tocsc()})))


# --- damage


@pytest.mark.parametrize("version", WRITERS)
def test_a_file_cut_short_is_refused_or_gives_whole_variables(version, put):
    content = WRITERS[version]({"I_R": R, "I_S": S, "I_T": T, "fs": FS})
    for cut in np.linspace(60, len(content) - 1, 20).astype(int):
        try:
            table = read_table_file(put(content[:cut]))
        except UnreadableRecording as exc:
            assert "x.mat" in str(exc)
            continue
        for column in table.columns:
            np.testing.assert_array_equal(column.values, {"I_R": R, "I_S": S, "I_T": T}[column.name])


def test_a_bomb_is_not_unpacked_beyond_the_limit(put, monkeypatch):
    """40 MB of zeros in 40 kB stand for any amount."""
    monkeypatch.setattr(table_files, "MAX_BYTES", 1 << 20)
    head = mat5({"I_R": R})[:128]
    packed = zlib.compress(bytes(40_000_000))
    path = put(head + (15).to_bytes(4, "little") + len(packed).to_bytes(4, "little") + packed)
    with pytest.raises(UnreadableRecording, match="holds more than 1 MiB"):
        read_table_file(path)


@pytest.mark.parametrize("claim", [0x7FFFFFFF, 0x00FFFFFF, 0])
def test_declared_sizes_are_not_believed(claim, put):
    content = bytearray(mat5({"I_R": R}, is_packed=False))
    at = content.index(len(R).to_bytes(4, "little"), 140)
    content[at : at + 4] = claim.to_bytes(4, "little")
    with pytest.raises(UnreadableRecording, match=r"x\.mat is a MATLAB file that is damaged"):
        read_table_file(put(bytes(content)))
