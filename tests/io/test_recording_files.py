"""Samples arrive in ampere or are said to be something else; what is missing is counted; declared settings win."""

from __future__ import annotations

import gzip
import tracemalloc

import numpy as np
import openpyxl
import pytest
from recording_texts import FS, SECONDS, N, R, S, T, reader, text_of

from diagmod.io.recording_files import Declared, read_recording_file
from diagmod.io.refusals import UnreadableRecording


@pytest.fixture
def read(tmp_path):
    return reader(tmp_path)


@pytest.mark.parametrize(
    ("heading", "per_ampere"),
    [
        ("t;I_R [A]", 1), ("t;I_R", 1), ("t;I_R [mA]", 1e3), ("t;I_R_mA", 1e3), ("t;Current (kA)", 1e-3),
        ("t;Ток А, мА", 1e3), ("t;I_R\ns;mA", 1e3), ("t;current_ma", 1e3), ("t;I / µA", 1e6),
    ],
)  # fmt: skip
def test_a_unit_in_the_heading_is_converted_to_ampere(heading, per_ampere, read):
    recording = read(text_of(heading, SECONDS, R * per_ampere, mark=";"))
    np.testing.assert_allclose(recording.currents[0], R, rtol=1e-9)
    assert recording.is_ampere
    assert any("by their own heading; samples were multiplied by" in n for n in recording.notes) == (per_ampere != 1)


def test_whole_numbers_are_counts_and_not_ampere(read):
    recording = read(text_of("t;I_R", SECONDS, np.rint(R * 400 + 2048), mark=";"))
    assert (recording.unit, recording.is_ampere) == ("counts", False)
    assert any("all samples are whole numbers up to 4038, so they were taken as counts" in n for n in recording.notes)


def test_small_whole_numbers_are_ampere(read):
    assert read(text_of("t;I_R", SECONDS, np.rint(R), mark=";")).is_ampere


def test_counts_in_the_heading_are_counts(read):
    recording = read(text_of("t;I_R [counts]", SECONDS, R, mark=";"))
    assert recording.unit == "counts"
    assert any("columns are in counts by their own heading; pass --scale" in note for note in recording.notes)


@pytest.mark.parametrize(
    ("heading", "units"),
    [("t;R [V];S [V];T [V]", "V"), ("t;I_R [mA];I_S [A];I_T [A]", "mA, A"), ("t;I_R [mA];I_S;I_T", "mA")],
)
def test_units_that_are_no_ampere_or_differ_are_refused(heading, units, read):
    with pytest.raises(
        UnreadableRecording, match=f"says its columns are in {units}, expected A, mA or kA for all; pass"
    ):
        read(text_of(heading, SECONDS, R, S, T, mark=";"))


@pytest.mark.parametrize(
    ("declared", "factor", "unit"),
    [
        ({"scale": 0.01}, 0.01, "A"),
        ({"scale": -2.0}, -2, "A"),
        ({"scale": 2.0, "unit": "A"}, 2, "A"),
        ({"unit": "A"}, 1, "A"),
        ({"unit": "mA"}, 1e-3, "A"),
        ({"unit": " V "}, 1, "V"),
        ({"unit": "counts"}, 1, "counts"),
    ],
)
@pytest.mark.parametrize("stated", ["", " [kA]", " [V]", " [counts]"])
def test_declared_unit_and_scale_win_over_the_heading(declared, factor, unit, stated, read):
    recording = read(text_of(f"t;I_R{stated}", SECONDS, 1000 * np.rint(R), mark=";"), phase_columns=("2",), **declared)
    np.testing.assert_allclose(recording.currents[0], 1000 * np.rint(R) * factor)
    assert recording.unit == unit


# --- samples


def test_missing_and_infinite_samples_are_nan_and_counted(read):
    cells = [f"{value:g}" for value in R]
    cells[3:6], cells[10] = ["", "NaN", "inf"], "-Infinity"
    recording = read(text_of("t;I_R", SECONDS, cells, mark=";"))
    assert np.flatnonzero(np.isnan(recording.currents[0])).tolist() == [3, 4, 5, 10]
    assert "2 sample(s) of column 2 I_R are infinite and count as missing" in recording.notes
    assert "2 sample(s) of column 2 I_R are missing" in recording.notes


def test_rows_without_currents_at_the_end_are_left_out(read):
    cells = [*map(str, R[:50]), *[""] * 10]
    recording = read(text_of("t;I_R", SECONDS, cells, mark=";"))
    assert recording.currents.shape == (3, 50)
    assert recording.stamps_s.shape == (50,)
    assert "10 row(s) without currents at the end were left out" in recording.notes
    assert not any("missing" in note for note in recording.notes)


def test_phases_of_different_lengths_keep_the_longest(read):
    recording = read(text_of("R;S;T", R, [*map(str, S[:50]), *[""] * 10], T, mark=";"), fs=FS)
    assert recording.currents.shape == (3, N)
    assert "10 sample(s) of column 2 S are missing" in recording.notes


def test_a_phase_without_a_finite_sample_is_refused(read):
    """A declared one; undeclared it is no column of numbers and counts as absent."""
    text = text_of("R;S;T", R, ["inf"] * N, T, mark=";")
    with pytest.raises(
        UnreadableRecording, match=r"column 2 S of x\.csv holds no numbers; choose another by --phase-col"
    ):
        read(text, fs=FS, phase_columns=("R", "S", "T"))


def test_impossible_magnitudes_are_refused(read):
    text = text_of("t;I_R", SECONDS, [*R[:-1], 2e12], mark=";")
    with pytest.raises(
        UnreadableRecording, match=r"column 2 I_R of x\.csv reaches 2e\+12, allowed is 1e\+12; it holds no"
    ):
        read(text)


def test_one_sample_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.array([1.5]))
    with pytest.raises(UnreadableRecording, match=r"x\.npy holds 1 sample, at least 2 are needed; record some seconds"):
        read_recording_file(tmp_path / "x.npy", Declared(fs=FS))


def test_a_truncated_file_is_read_up_to_its_last_whole_row(read):
    text = text_of("t;R;S;T", SECONDS, R, S, T, mark=";").rstrip()
    recording = read(text[: text.rindex(";")])
    assert recording.currents.shape == (3, N - 1)
    assert any(note.startswith("the last line is cut short and was left out: '0.059;") for note in recording.notes)


# --- whole files of other kinds


def test_a_workbook_of_one_phase_is_read_as_its_owner_wrote_it(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "120 V"
    sheet.append(["Motor 3, one phase, 120 V"])
    sheet.append([])
    sheet.append(["Time (ms)", "I (mA)", None, "remarks"])
    for k in range(N):
        sheet.append([k, float(R[k] * 1000), None, "clamp moved" if k == 7 else None])
    book.create_sheet("photo").append(["see folder"])
    book.save(tmp_path / "x.xlsx")
    recording = read_recording_file(tmp_path / "x.xlsx", Declared(sheet="120 V"))
    np.testing.assert_allclose(recording.currents[0], R)
    assert (recording.fs, recording.columns) == (pytest.approx(FS), ("I (mA)", "", ""))
    assert "columns are in mA by their own heading; samples were multiplied by 0.001" in recording.notes


def test_an_archive_of_arrays_gives_its_own_rate(tmp_path):
    np.savez(tmp_path / "x.npz", currents=np.array([R, S, T]), fs=5000)
    recording = read_recording_file(tmp_path / "x.npz")
    np.testing.assert_array_equal(recording.currents, [R, S, T])
    assert recording.fs == 5000
    declared = read_recording_file(tmp_path / "x.npz", Declared(fs=4000))
    assert declared.fs == 4000
    assert "--fs says 4000 Hz, but the file itself gives 5000 Hz; --fs was taken" in declared.notes


def test_a_rate_of_zero_in_the_file_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", currents=np.array([R, S, T]), fs=0)
    with pytest.raises(
        UnreadableRecording, match=r"the file itself of x\.npz gives a sampling rate of 0 Hz; pass --fs"
    ):
        read_recording_file(tmp_path / "x.npz")


def test_a_dump_of_whole_numbers_is_read_as_counts(tmp_path):
    np.save(tmp_path / "x.npy", np.rint(np.array([R, S, T]) * 400).astype("<i2"))
    recording = read_recording_file(tmp_path / "x.npy", Declared(fs=FS))
    assert recording.unit == "counts"
    assert read_recording_file(tmp_path / "x.npy", Declared(fs=FS, scale=1 / 400)).is_ampere


def test_a_packed_text_is_read_like_the_text(tmp_path, read):
    text = text_of("t;R;S;T", SECONDS, R, S, T, mark=";", decimal=",")
    (tmp_path / "x.gz").write_bytes(gzip.compress(text.encode("utf-16")))
    packed = read_recording_file(tmp_path / "x.gz")
    np.testing.assert_array_equal(packed.currents, read(text).currents)
    assert "the text is UTF-16" in packed.notes


# --- what can be declared


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({"fs": 0.0}, "--fs must be positive and at most 1e\\+09, got 0; pass the sampling rate in Hz"),
        ({"fs": -5.0}, "--fs must be positive"),
        ({"fs": np.nan}, "--fs must be positive .*, got nan"),
        ({"fs": np.inf}, "--fs must be positive .*, got inf"),
        ({"scale": 0.0}, "--scale must be finite and not zero, got 0; pass ampere per count"),
        ({"scale": np.nan}, "--scale must be finite and not zero, got nan"),
        ({"time_unit": "min"}, "--time-unit must be s, ms, us, ns, got 'min'; pass one"),
        ({"phase_columns": ("1", "2", "3", "4")}, "must name one to three different columns .*, got '1,2,3,4'"),
        ({"phase_columns": ("1", "1")}, "must name one to three different columns .*, got '1,1'"),
        ({"phase_columns": ("-", "-")}, r"in the order R,S,T \(- for an absent phase\), got '-,-'"),
        ({"unit": " "}, "--unit must not be empty; pass A, or counts"),
        ({"scale": 2.0, "unit": "V"}, "--scale makes ampere, but --unit says 'V'; leave out one of the two"),
    ],
)
def test_settings_that_are_not_allowed_are_refused(declared, sentence):
    with pytest.raises(UnreadableRecording, match=sentence):
        Declared(**declared)


def test_memory_of_a_text_stays_within_a_few_times_its_size(tmp_path, read):
    """20 000 rows of three phases: 0.48 MB of currents from half a MB of text."""
    rows = np.tile(np.array([R, S, T]), 334)
    path = tmp_path / "x.csv"
    path.write_text(text_of("R;S;T", *rows, mark=";"))
    tracemalloc.start()
    read_recording_file(path, Declared(fs=FS))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * path.stat().st_size
