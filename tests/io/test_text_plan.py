"""A text is streamed only where its beginning tells everything; what it tells is what reading the whole would tell."""

import gzip
import hashlib
import io
import zipfile

import numpy as np
import pytest
from recording_texts import FS, SECONDS, R, S, T, text_of

from diagmod.io import ingest as ingest_module
from diagmod.io import packed_texts, table_files
from diagmod.io.declarations import Declared
from diagmod.io.ingest import ingest_recording
from diagmod.io.recording_files import read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.text_plan import HEAD_BYTES, plan_text
from diagmod.io.waveforms import read_waveform


def plan(text, **declared):
    return plan_text(text.encode() if isinstance(text, str) else text, "x.csv", Declared(**declared))


STREAMED = {
    "comma and point": (text_of("t,I_R,I_S,I_T", SECONDS, R, S, T), {}),
    "semicolon and decimal comma": (text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";", decimal=","), {}),
    "tabs": (text_of("t\tL1\tL2\tL3", SECONDS, R, S, T, mark="\t"), {}),
    "blanks": (text_of("  t   R   S   T", SECONDS, R, S, T, mark="   "), {}),
    "lines of one quoted column": (
        "".join(f'"{line}"\n' for line in text_of("t,R,S,T", SECONDS, R, S, T).splitlines()), {},
    ),
    "notes and units above": ("# logger 7\n" + text_of("t;R;S;T\ns;A;A;A", SECONDS, R, S, T, mark=";"), {}),
    "an index column": (text_of("n;I_R;I_S;I_T", np.arange(60.0), R, S, T, mark=";"), {"fs": FS}),
    "empty columns at the end": (
        "\n".join(f"{line};;" for line in text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";").splitlines()), {},
    ),
    "milliampere": (text_of("t,I_R [mA],I_S [mA],I_T [mA]", SECONDS, 1000 * R, 1000 * S, 1000 * T), {}),
    "a national heading": (text_of("время;Ток А;Ток В;Ток С", SECONDS, R, S, T, mark=";").encode("cp1251"), {}),
    "a byte-order mark": (text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).encode("utf-8-sig"), {}),
    "carriage returns": (text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).replace("\n", "\r\n"), {}),
    "phases in another order": (text_of("I_T,I_R,t,I_S", T, R, SECONDS, S), {}),
    "declared columns": (
        text_of("", R, S, T, SECONDS), {"phase_columns": ("1", "2", "3"), "time_column": "4", "has_header": False},
    ),
    "a single phase": (text_of("t,I_S", SECONDS, S), {}),
    "ISO times without a zone": (
        text_of("time;I_R;I_S;I_T", [f"2026-01-31T08:00:00.{k:03d}" for k in range(60)], R, S, T, mark=";"), {},
    ),
    "ISO times with a zone, over a second": (
        text_of("time,I_R,I_S,I_T", [f"2026-01-31 08:00:{(970 + k) // 1000:02d}.{(970 + k) % 1000:03d}+02:00"
                                     for k in range(60)], R, S, T), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "declared"), STREAMED.values(), ids=STREAMED.keys())
def test_streamed_file_is_the_same_recording_as_the_file_read_whole(tmp_path, monkeypatch, text, declared):
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert plan(text, **declared) is not None
    streamed = ingest_recording(path, tmp_path / "streamed.parquet", Declared(**declared))
    monkeypatch.setattr(ingest_module, "plan_text", lambda *arguments: None)
    whole = ingest_recording(path, tmp_path / "whole.parquet", Declared(**declared))
    assert (tmp_path / "streamed.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    facts = [{**one.as_json(), "dialect": ""} for one in (streamed, whole)]
    assert facts[0] == facts[1]
    recording = read_recording_file(path, Declared(**declared))
    assert streamed.rates.fs == pytest.approx(FS) == recording.fs
    np.testing.assert_allclose(read_waveform(tmp_path / "streamed.parquet"), recording.currents, rtol=1e-7)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped("x.csv", content)], ids=["gzip", "zip"])
def test_packed_text_is_streamed_and_is_the_same_recording_as_the_plain_one(tmp_path, monkeypatch, pack):
    content = text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";", decimal=",").encode()
    (tmp_path / "x.csv").write_bytes(content)
    (tmp_path / "x.csv.pk").write_bytes(pack(content))
    monkeypatch.setattr(ingest_module, "_ingest_whole", lambda *_: pytest.fail("it was read whole"))
    plain, packed = (ingest_recording(tmp_path / name, tmp_path / f"{name}.parquet") for name in ("x.csv", "x.csv.pk"))
    assert (tmp_path / "x.csv.parquet").read_bytes() == (tmp_path / "x.csv.pk.parquet").read_bytes()
    assert packed.sha256 == hashlib.sha256(pack(content)).hexdigest()
    assert (packed.rates, packed.n_samples, packed.columns) == (plain.rates, plain.n_samples, plain.columns)


def zipped(name, content):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def test_packed_text_that_unfolds_to_more_than_a_recording_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packed_texts, "MOST_BYTES", 1 << 16)
    monkeypatch.setattr(table_files, "MAX_BYTES", 1 << 16)
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"I_R,I_S\n" + b"1.5,2.5\n2.5,1.5\n" * 200_000))
    with pytest.raises(UnreadableRecording, match=r"x.gz (unfolds to more than 50 times its size|holds more than)"):
        ingest_recording(tmp_path / "x.gz", tmp_path / "x.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["x.gz"]


@pytest.mark.parametrize("cut", [30, 200, -20])
def test_gzip_that_was_cut_off_is_refused_and_leaves_nothing(tmp_path, cut):
    content = gzip.compress(text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).encode())[:cut]
    (tmp_path / "x.gz").write_bytes(content)
    with pytest.raises(UnreadableRecording, match=r"x\.gz is a damaged"):
        ingest_recording(tmp_path / "x.gz", tmp_path / "x.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["x.gz"]


WHOLE = {
    "clock times that are not ISO": text_of(
        "time;I_R;I_S;I_T", [f"31.01.2026 08:00:00.{k:03d}" for k in range(60)], R, S, T, mark=";"
    ),
    "two bytes a letter": text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).encode("utf-16"),
    "lone carriage returns": text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).replace("\n", "\r"),
    "a phase that begins with a gap": text_of(
        "t,I_R,I_S,I_T", SECONDS, R, ["" if k < 55 else "1.5" for k in range(60)], T
    ),
    "double spacing of one column": text_of("I_R", R).replace("\n", "\n\n"),
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_text_whose_beginning_does_not_tell_all_has_no_plan(text):
    assert plan(text, fs=FS) is None


AMBIGUOUS = {
    "grouped thousands or decimal comma": ("I_R;I_S\n" + "1,234;2,345\n" * 9, {}, "can be read in two ways"),
    "one number or two": ("1,5\n2,5\n3,5\n", {}, "can be read in two ways"),
    "no names": (text_of("", R, S, T), {"takes_order": False}, "their order is not known; give R,S,T by"),
    "two sets of phases": (text_of("I_R,I_S,I_T,I_A,I_B,I_C", R, S, T, R, S, T), {}, "more than one set of columns"),
    "a time in an unknown unit": (text_of("t,I_R", 50 * np.arange(60.0), R), {}, "names no unit"),
}


@pytest.mark.parametrize(("text", "declared", "sentence"), AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_ambiguous_text_is_refused_with_the_choices(tmp_path, text, declared, sentence):
    with pytest.raises(UnreadableRecording, match=sentence):
        plan(text, **declared)
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(UnreadableRecording, match=sentence):
        ingest_recording(tmp_path / "x.csv", tmp_path / "x.parquet", Declared(**declared))


@pytest.mark.parametrize(
    ("text", "declared", "first"),
    [
        ("I_R;I_S\n" + "1,234;2,345\n" * 9, {"decimal": ","}, [1.234, 2.345]),
        ("1,5\n2,6\n3,7\n" * 9, {"delimiter": "comma", "phase_columns": ("1", "2")}, [1.0, 5.0]),
        ("1,5\n2,6\n3,7\n" * 9, {"decimal": ",", "delimiter": ";", "phase_columns": ("1",)}, [1.5]),
        ("7;8\n1;2\n3;4\n" * 9, {"has_header": True, "phase_columns": ("7", "8")}, [1.0, 2.0]),
        ("7;8\n1;2\n3;4\n" * 9, {"has_header": False, "phase_columns": ("2", "1")}, [8.0, 7.0]),
    ],
)
def test_what_is_declared_goes_before_what_the_text_says(tmp_path, text, declared, first):
    path = tmp_path / "x.csv"
    path.write_text(text)
    ingest_recording(path, tmp_path / "x.parquet", Declared(fs=FS, **declared))
    np.testing.assert_array_equal(read_waveform(tmp_path / "x.parquet")[: len(first), 0], np.float32(first))
    np.testing.assert_array_equal(
        read_recording_file(path, Declared(fs=FS, **declared)).currents[: len(first), 0], first
    )


def test_file_that_streaming_refuses_is_read_whole_and_says_what_was_left_out(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text_of("t,I_R,I_S,I_T", SECONDS, R, S, T) + "0.060,1.2")
    ingested = ingest_recording(path, tmp_path / "x.parquet")
    assert (ingested.n_samples, ingested.n_left_out) == (60, 1)
    assert any("the last line is cut short and was left out" in note for note in ingested.notes)


def test_whole_numbers_in_no_unit_are_counts_either_way(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text_of("t,I_R", SECONDS, np.round(1000 * R)))
    assert ingest_recording(path, tmp_path / "x.parquet").unit == "counts"
    assert ingest_recording(path, tmp_path / "x.parquet", Declared(unit="A")).unit == "A"


def test_declared_unit_that_the_heading_contradicts_is_told(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text_of("t,I_R [mA]", SECONDS, R))
    declared = ingest_recording(path, tmp_path / "x.parquet", Declared(unit="A"))
    assert (declared.unit, declared.unit_conflict) == ("A", "the columns state mA and A is declared")
    assert ingest_recording(path, tmp_path / "x.parquet").unit_conflict == ""


LONG = 20_000

#: Beginnings that lead astray: longer than what a plan rests on.
UNITS = {
    "a converter that rests at first": (np.concatenate([np.arange(LONG) % 3, 500 * np.arange(9)]), "counts"),
    "currents that are whole at first": (np.concatenate([np.arange(LONG) % 300, [0.5]]), "A"),
    "small whole numbers": (np.arange(LONG) % 12, "A"),
}


@pytest.mark.parametrize(("samples", "unit"), UNITS.values(), ids=UNITS.keys())
def test_unit_that_nobody_states_is_concluded_from_all_samples_and_not_from_the_beginning(tmp_path, samples, unit):
    text = text_of("I_R,I_S,I_T", samples, samples, samples)
    assert plan(text[: HEAD_BYTES // 2], fs=FS).unit == ""
    (tmp_path / "x.csv").write_text(text)
    streamed = ingest_recording(tmp_path / "x.csv", tmp_path / "x.parquet", Declared(fs=FS))
    assert streamed.unit == unit
    assert any("were taken as counts" in note for note in streamed.notes) == (unit == "counts")
    assert read_recording_file(tmp_path / "x.csv", Declared(fs=FS)).unit == unit


@pytest.mark.parametrize(
    "row",
    [
        "1.234,50;1.100,25;-2.092,15",
        "1 234,50;1 100,25;-2 092,15",
        "1.234,50\t1.100,25\t2.092,15",
        "1,234.50;7.25;2,092.15",
    ],
)
def test_numbers_with_marks_between_thousands_are_refused_and_not_cut_into_pieces(row):
    with pytest.raises(UnreadableRecording, match="marks between thousands; export it with nothing between thousands"):
        plan("I_R;I_S;I_T\n" + f"{row}\n" * 60, fs=FS)


def test_side_notes_of_several_numbers_are_no_marks_between_thousands():
    rows = text_of("t,I_R,I_S,I_T", SECONDS, R, S, T).splitlines()
    assert plan("\n".join([f"{rows[0]},note", *(f"{row},1;2" for row in rows[1:])])).phases == {"R": 1, "S": 2, "T": 3}


def test_labview_text_names_a_comment_that_its_rows_do_not_have():
    text = "LabVIEW Measurement\nSeparator\tTab\n***End_of_Header***\t\t\n"
    found = plan(text + text_of("X_Value\tI_R\tI_S\tI_T\tComment", SECONDS, R, S, T, mark="\t"))
    assert (found.time, found.phases, found.n_columns) == (0, {"R": 1, "S": 2, "T": 3}, 4)


def test_example_of_a_refusal_names_columns_whose_names_are_numbers():
    """`x-axis,1,2,3`: column number 2 has the name 1, and a name goes before a number."""
    with pytest.raises(UnreadableRecording, match="for example --phase-columns 1,2,3") as refusal:
        plan(text_of("x-axis,1,2,3\nsecond,A,A,A", SECONDS, R, S, T), takes_order=False)
    assert "(2 1, 3 2, 4 3)" in str(refusal.value)
    cured = plan(text_of("x-axis,1,2,3\nsecond,A,A,A", SECONDS, R, S, T), phase_columns=("1", "2", "3"))
    assert cured.phases == {"R": 1, "S": 2, "T": 3}
