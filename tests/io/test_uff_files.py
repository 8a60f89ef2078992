"""Universal files: records over time as their own library writes them; damage is refused."""

from __future__ import annotations

import numpy as np
import pytest
from measurement_files import uff
from recording_texts import FS, SECONDS, R, S, T

from diagmod.io.recording_files import read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

COLUMNS = {"I_R": R, "I_S": S, "I_T": T}


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content: bytes):
        (tmp_path / "x.uff").write_bytes(content)
        return tmp_path / "x.uff"

    return write


@pytest.mark.parametrize("is_binary", [False, True])
def test_even_records_give_currents_rate_and_unit(is_binary, put):
    found = read_recording_file(put(uff(COLUMNS, SECONDS, is_binary=is_binary)))
    np.testing.assert_allclose(found.currents, [R, S, T], rtol=1e-11)
    assert (found.fs, found.unit, found.columns) == (pytest.approx(FS), "A", ("I_R", "I_S", "I_T"))


def test_uneven_records_bring_their_own_time(put):
    times = SECONDS.copy()
    times[30:] += 0.0002
    found = read_recording_file(put(uff(COLUMNS, times, is_even=False)))
    np.testing.assert_allclose(found.currents, [R, S, T], rtol=1e-11)
    np.testing.assert_allclose(found.stamps_s, times, atol=1e-7)
    assert found.time_column == "time"


def test_records_of_one_title_are_told_by_their_place(put):
    content = uff({"I_R": R, "I_S": S}, SECONDS).replace(b"I_R", b"I_x").replace(b"I_S", b"I_x")
    two = content.replace(b"NONE         1   1 ", b"MOTOR        1   1 ", 1)
    assert [c.name for c in read_table_file(put(two)).columns] == ["MOTOR 1 1", "NONE 1 1"]
    assert [c.name for c in read_table_file(put(content)).columns] == ["", ""]


def test_spectra_are_left_out_and_a_file_of_them_alone_is_refused(put):
    spectrum = uff({"FRF": R}, SECONDS, func_type=4)
    table = read_table_file(put(uff(COLUMNS, SECONDS) + spectrum))
    assert [c.name for c in table.columns] == list(COLUMNS)
    assert "1 record(s) that are no real response over time were left out" in table.notes
    with pytest.raises(UnreadableRecording, match="holds no record of type 58 over time; export the time responses"):
        read_table_file(put(spectrum))


def test_accelerations_are_no_currents(put):
    content = uff({"I_R": R, "acc": S}, SECONDS)
    first, second = content.split(b"acc")
    second = second.replace(
        b"         1    0    0    0 NONE                 A   ",
        b"        12    0    0    0 NONE                 NONE",
        1,
    )
    table = read_table_file(put(first + b"acc" + second))
    assert [c.unit for c in table.columns] == ["A", "m/s2"]


@pytest.mark.parametrize("is_binary", [False, True])
def test_a_file_cut_short_is_refused(is_binary, put):
    content = uff(COLUMNS, SECONDS, is_binary=is_binary)
    for cut in np.linspace(20, len(content) - 9, 20).astype(int):
        try:
            table = read_table_file(put(content[:cut]))
        except UnreadableRecording:
            continue
        assert not table.columns, f"read a file cut at {cut}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"        60         1", b"        61         1", "with 60 numbers, its heading announces 61; copy it again"),
        (b"        60         1", b"4000000000         1", "its heading announces 4000000000"),
        (b" 1.00000e-03", b" 0.00000e+00", "whose step is 0 s, expected a positive one"),
        (b" 1.00000e-03", b" nan        ", "whose step is nan s"),
        (b" 1.00000e-03", b" 1.000x0e-03", "in a heading, expected a number"),
        (b"e+00", b"x+00", "has a field that is no number|expected a number"),
        (b"     4        60", b"     x        60", "expected a whole number"),
    ],
)
def test_a_damaged_record_is_refused(old, new, sentence, put):
    content = uff(COLUMNS, SECONDS)
    assert old in content
    head, tail = content.split(b"\n", 12)[:12], content.split(b"\n", 12)[12]
    text = b"\n".join(head)
    damaged = (
        text.replace(old, new, 1) + b"\n" + tail
        if old in text and old != b"e+00"
        else content[:1200] + content[1200:].replace(old, new, 1)
    )
    with pytest.raises(UnreadableRecording, match=sentence):
        read_table_file(put(damaged))
