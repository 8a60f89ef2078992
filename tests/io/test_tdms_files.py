"""LabVIEW files as their own library writes them: scale, unit, rate, start, and the choice among groups."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from measurement_files import tdms
from nptdms import ChannelObject, TdmsWriter
from recording_texts import FS, R, S, T

from diagmod.io import table_files
from diagmod.io.recording_files import Declared, read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

CURRENTS = {"Log/I_R": R, "Log/I_S": S, "Log/I_T": T}


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content: bytes):
        (tmp_path / "x.tdms").write_bytes(content)
        return tmp_path / "x.tdms"

    return write


def test_channels_give_currents_rate_unit_and_start(put):
    start = datetime(2026, 1, 31, 8, 0, 0, 250_000)
    path = put(tdms(CURRENTS, step_s=1 / FS, start=start, unit="mA"))
    found = read_recording_file(path)
    np.testing.assert_allclose(found.currents, np.array([R, S, T]) / 1000, rtol=1e-12)
    assert (found.fs, found.unit, found.columns) == (FS, "A", ("Log/I_R", "Log/I_S", "Log/I_T"))
    assert read_table_file(path).started_at == start.replace(tzinfo=UTC)
    assert read_table_file(path).format == "TDMS"


def test_a_scale_of_the_channel_is_applied(put):
    """2 A a count plus 0.5 A, in 16 bits."""
    raw = np.array([1, -2, 3], dtype=np.int16)
    scale = {"NI_Scaling_Status": "unscaled", "NI_Number_Of_Scales": 1, "NI_Scale[0]_Scale_Type": "Linear",
             "NI_Scale[0]_Linear_Slope": 2.0, "NI_Scale[0]_Linear_Y_Intercept": 0.5,
             "NI_Scale[0]_Linear_Input_Source": 0xFFFFFFFF}  # fmt: skip
    target = io.BytesIO()
    with TdmsWriter(target) as writer:
        writer.write_segment([ChannelObject("Log", "I_R", raw, scale)])
    assert read_table_file(put(target.getvalue())).columns[0].values.tolist() == [2.5, -3.5, 6.5]


def test_the_group_with_currents_is_taken_among_several_rates(put):
    content = tdms({**CURRENTS, "Slow/temperature 1": np.ones(7), "Slow/speed": np.ones(7)}, step_s=1 / FS)
    table = read_table_file(put(content))
    assert [c.name for c in table.columns] == ["I_R", "I_S", "I_T"]
    assert table.notes[0].startswith("the sampling rate") or "2 array(s) of other length" in " ".join(table.notes)


def test_two_groups_with_currents_need_a_choice_by_their_names(put):
    two = {
        "before/I_R": R,
        "before/I_S": S,
        "before/I_T": T,
        "after/I_R": R[:40] + 1,
        "after/I_S": S[:40],
        "after/I_T": T[:40],
    }
    path = put(tdms(two, step_s=1 / FS))
    with pytest.raises(
        UnreadableRecording, match=r"arrays of several lengths \(.*before/I_R \(60,\), .*--phase-columns"
    ):
        read_recording_file(path)
    names = ("after/I_R", "after/I_S", "after/I_T")
    table = read_table_file(path, wanted=names)
    found = [table.columns[table.find(name, "--phase-columns")].values for name in names]
    np.testing.assert_array_equal(found, [R[:40] + 1, S[:40], T[:40]])


def test_two_groups_of_one_length_are_refused_with_their_names(put):
    two = {"a/I_R": R, "a/I_S": S, "a/I_T": T, "b/I_R": R, "b/I_S": S, "b/I_T": T}
    path = put(tdms(two, step_s=1 / FS))
    with pytest.raises(UnreadableRecording, match=r"more than one set .*1 a/I_R, .*6 b/I_T"):
        read_recording_file(path)
    found = read_recording_file(path, Declared(phase_columns=("b/I_R", "b/I_S", "b/I_T")))
    assert found.columns == ("b/I_R", "b/I_S", "b/I_T")


def test_texts_are_left_out_and_a_file_without_numbers_is_refused(put):
    target = io.BytesIO()
    with TdmsWriter(target) as writer:
        writer.write_segment(
            [ChannelObject("g", "note", ["a", "b"]), ChannelObject("g", "I_R", R, {"wf_increment": 1e-3})]
        )
    assert "channels without real numbers were left out: note" in read_table_file(put(target.getvalue())).notes
    with pytest.raises(UnreadableRecording, match="holds no array of samples"):
        read_table_file(put(tdms({}, step_s=None)))


def test_without_a_step_the_rate_is_asked_for(put):
    with pytest.raises(UnreadableRecording, match="its sampling rate is not known; pass --fs HZ"):
        read_recording_file(put(tdms(CURRENTS, step_s=None)))


def test_a_start_that_was_not_set_is_none(put):
    assert read_table_file(put(tdms(CURRENTS, step_s=1e-3, start=datetime(1904, 1, 1)))).started_at is None


def test_a_file_cut_short_gives_what_every_channel_has_or_a_sentence(put, capfd):
    content = tdms(CURRENTS, step_s=1 / FS)
    for cut in np.linspace(4, len(content) - 1, 20).astype(int):
        try:
            table = read_table_file(put(content[:cut]))
        except UnreadableRecording as exc:
            assert "x.tdms" in str(exc)
            continue
        n = table.columns[0].values.size
        np.testing.assert_array_equal([c.values for c in table.columns], np.array([R, S, T])[: len(table.columns), :n])
        assert any("ends before the samples that it announces" in note for note in table.notes)
    assert capfd.readouterr().err == ""


def test_declared_sizes_are_refused_before_they_are_read(put, monkeypatch):
    monkeypatch.setattr(table_files, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableRecording, match="holds more than"):
        read_table_file(put(tdms(CURRENTS, step_s=1 / FS)))
