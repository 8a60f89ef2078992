"""Which arrays of a file are one recording, and what their columns are called."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.io.named_arrays import NamedArray, table_of_arrays
from diagmod.io.reader_sources import Source
from diagmod.io.refusals import UnreadableRecording

SOURCE = Source(name="x", max_bytes=1 << 20)


def array(path: str, *shape: int, **more: object) -> NamedArray:
    values = np.arange(float(np.prod(shape))).reshape(shape)
    return NamedArray(path=path, name=path.rsplit(".", 1)[-1], shape=shape, load=lambda: values, **more)


def columns(arrays: list[NamedArray], source: Source = SOURCE, **rates: float) -> list[str]:
    table = table_of_arrays(arrays, source, "test", rates=rates, notes=[])
    return [column.path or column.name for column in table.columns]


def test_arrays_of_one_length_are_one_recording():
    assert columns([array("a", 5), array("s.b", 5), array("m", 3, 5)]) == ["a", "s.b", "m(1)", "m(2)", "m(3)"]


def test_arrays_named_for_phases_are_taken_among_several_lengths():
    named = [
        array("run.i_a", 9),
        array("run.i_b", 9),
        array("run.i_c", 9),
        array("spectrum", 5),
        array("Voltage", 3, 7),
    ]
    assert columns(named) == ["run.i_a", "run.i_b", "run.i_c"]
    assert columns([array("currents", 3, 9), array("x", 5)]) == ["currents(1)", "currents(2)", "currents(3)"]


def test_wanted_names_go_before_phase_names():
    arrays = [array("i_a", 9), array("i_b", 9), array("i_c", 9), array("old.x", 5), array("old.y", 5)]
    assert columns(arrays, Source(name="x", max_bytes=1000, wanted=("old.x",))) == ["old.x", "old.y"]


def test_rates_of_arrays_tell_recordings_of_one_length_apart():
    arrays = [array("a.i", 9, fs=100.0), array("b.i", 9, fs=200.0)]
    with pytest.raises(UnreadableRecording, match=r"arrays of several sampling rates \(a.i \(9,\), b.i \(9,\)\); keep"):
        columns(arrays)
    table = table_of_arrays(arrays, Source(name="x", max_bytes=99, wanted=("b.i",)), "test", rates={}, notes=[])
    assert table.fs == 200


def test_the_rate_nearest_to_the_samples_counts():
    arrays = [array("a.run.x", 9)]
    table = table_of_arrays(
        arrays, SOURCE, "test", rates={"fs": 1.0, "a.fs": 2.0, "a.run.fs": 3.0, "b.fs": 4.0}, notes=[]
    )
    assert table.fs == 3
    table = table_of_arrays(arrays, SOURCE, "test", rates={"b.fs": 4.0, "c.fs": 5.0}, notes=[])
    assert (table.fs, table.heading) == (None, ("sampling rates b.fs 4, c.fs 5",))


def test_other_shapes_are_left_out_or_refused():
    table = table_of_arrays([array("x", 9), array("cube", 3, 4, 5)], SOURCE, "test", rates={}, notes=[])
    assert "1 array(s) of other shapes were left out, the first cube (3, 4, 5)" in table.notes
    with pytest.raises(UnreadableRecording, match=r"shape \(3, 4, 5\), expected"):
        columns([array("cube", 3, 4, 5)])


def test_the_sizes_count_before_anything_is_read():
    huge = NamedArray(path="x", name="x", shape=(10**12,), load=lambda: pytest.fail("was read"))
    with pytest.raises(UnreadableRecording, match="x holds more than 1 MiB"):
        columns([huge])


def test_names_with_line_ends_stay_one_line():
    assert columns([array("a\nb", 5)]) == ["a?b"]
