"""Files of every kind are told by their content; damaged, packed, huge and foreign ones are refused in a sentence."""

from __future__ import annotations

import datetime
import gzip
import io
import os
import pickle
import zipfile
import zlib
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diagmod.io import table_files, workbook_files
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import is_text_table, read_table_file

R, S = [1.5, -1.5, 2.5, -2.5], [0.5, 0.25, -0.75, 1.0]
CSV = ("R,S\n" + "".join(f"{r},{s}\n" for r, s in zip(R, S, strict=True))).encode()


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def npy(array: np.ndarray) -> bytes:
    target = io.BytesIO()
    np.save(target, array)
    return target.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    target = io.BytesIO()
    np.savez(target, **arrays)
    return target.getvalue()


def parquet(**columns: object) -> bytes:
    target = io.BytesIO()
    pq.write_table(pa.table(columns), target)
    return target.getvalue()


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def changed_member(content: bytes, name: str, change) -> bytes:
    """A zip in which one member is changed, with good checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    return zipped(**{**members, name: change(members[name])})


ROWS = [["R", "S"], *map(list, zip(R, S, strict=True))]
KINDS = {
    "x.csv": CSV,
    "x.csv.gz": gzip.compress(CSV),
    "x.zip": zipped(**{"folder/x.csv": CSV, "__MACOSX/._x.csv": b"\0"}),
    "x.xlsx": workbook(Data=ROWS),
    "book.zip": zipped(**{"x.xlsx": workbook(Data=ROWS)}),
    "x.parquet": parquet(R=R, S=S),
    "x.npz": npz(R=np.array(R), S=np.array(S)),
    "x.npz.gz": gzip.compress(npz(R=np.array(R), S=np.array(S))),
    "fields.npy": npy(np.array(list(zip(R, S, strict=True)), dtype=[("R", "<f4"), ("S", ">f8")])),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_the_same_columns_whatever_its_name(name, put):
    for path in (put(name, KINDS[name]), put("recording.dat", KINDS[name])):
        table = read_table_file(path)
        assert [(c.name, c.values.tolist()) for c in table.columns] == [("R", R), ("S", S)]


def test_only_a_text_is_a_text(put):
    universal = b"    -1\n    58\n" + b"1 2 3\n" * 40
    config = b"station,recorder,1999\n1,1A,0D\n1,IA,A,,A,1,0,0,-9,9,1,1,P\n"
    texts = [
        name
        for name, content in {**KINDS, "x.uff": universal, "x.cfg": config}.items()
        if is_text_table(put(name, content))
    ]
    assert texts == ["x.csv"]
    put("a.cfg", config)
    assert not is_text_table(put("a.dat", b"1,0,5\n2,1,6\n"))


# --- the path


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableRecording, match=r"none\.csv does not exist; check the path"):
        read_table_file(tmp_path / "none.csv")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UnreadableRecording, match="is a folder; name one recording in it"):
        read_table_file(tmp_path)


def test_a_device_is_refused():
    with pytest.raises(UnreadableRecording, match="/dev/zero is no file on a disk; copy the recording into a file"):
        read_table_file(Path("/dev/zero"))


def test_an_impossible_name_is_refused(tmp_path):
    with pytest.raises(
        UnreadableRecording, match=r"cannot be opened \(File name too long\); check path and permissions"
    ):
        read_table_file(tmp_path / ("x" * 5000))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(put):
    path = put("x.csv", CSV)
    path.chmod(0)
    with pytest.raises(UnreadableRecording, match=r"cannot be opened \(Permission denied\); check path"):
        read_table_file(path)


@pytest.mark.parametrize("content", [b"", gzip.compress(b""), zipped(**{"x.csv": b""})])
def test_an_empty_file_is_refused(content, put):
    with pytest.raises(UnreadableRecording, match="is empty; record again or name another file"):
        read_table_file(put("x.csv", content))


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.npz", "fields.npy"])
def test_a_sheet_of_what_is_no_workbook_is_refused(name, put):
    with pytest.raises(UnreadableRecording, match="is no workbook and has no sheet 'Data'; leave out --sheet"):
        read_table_file(put(name, KINDS[name]), sheet="Data")


# --- archives


@pytest.mark.parametrize("kind", ["x.csv", "x.csv.gz", "x.zip", "x.parquet", "x.xlsx"])
def test_what_holds_too_much_is_refused(kind, put, monkeypatch):
    """With the limit at 1 MiB: a gzip and a zip of 2 MiB of blanks, a Parquet of 2 MiB of zeros, all some KB packed."""
    monkeypatch.setattr(table_files, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(workbook_files, "MAX_BYTES", 1 << 20)
    big = CSV + b" " * (2 << 20)
    content = {
        "x.csv": big,
        "x.csv.gz": gzip.compress(big),
        "x.zip": zipped(**{"x.csv": big}),
        "x.parquet": parquet(R=np.zeros(1 << 18)),
        "x.xlsx": changed_member(KINDS["x.xlsx"], "xl/styles.xml", lambda xml: xml + b" " * (2 << 20)),
    }[kind]
    with pytest.raises(UnreadableRecording, match="holds more than 1 MiB; cut one stretch of some minutes out of it"):
        read_table_file(put(kind, content))


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(put, monkeypatch):
    """40 MB of zeros in 40 kB stand for any amount: what is read of it is the limit and one byte."""
    monkeypatch.setattr(table_files, "MAX_BYTES", 1 << 16)
    asked = []
    plain_read = gzip.GzipFile.read

    def read(self, size=-1):
        asked.append(size)
        return plain_read(self, size)

    monkeypatch.setattr(gzip.GzipFile, "read", read)
    with pytest.raises(UnreadableRecording, match="holds more than"):
        read_table_file(put("x.gz", gzip.compress(bytes(40_000_000))))
    assert asked == [(1 << 16) + 1]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(gzip.compress(CSV)), zipped(**{"x.zip": zipped(**{"x.csv": CSV})}), gzip.compress(KINDS["x.zip"])],
)
def test_an_archive_in_an_archive_is_refused(content, put):
    with pytest.raises(UnreadableRecording, match="holds another archive; unpack it and name the recording"):
        read_table_file(put("x.zip", content))


def test_an_archive_of_several_files_is_refused_with_their_names(put):
    with pytest.raises(UnreadableRecording, match=r"holds 2 files \(a.csv, b.csv\); unpack it and name one"):
        read_table_file(put("x.zip", zipped(**{"a.csv": CSV, "b.csv": CSV})))


def test_an_archive_without_a_file_is_refused(put):
    with pytest.raises(UnreadableRecording, match="is an archive without a file; name the recording itself"):
        read_table_file(put("x.zip", zipped(**{"__MACOSX/x": b"1"})))


@pytest.mark.parametrize("cut", [15, 40, -30])
@pytest.mark.parametrize(("kind", "words"), [("x.csv.gz", "damaged gzip file"), ("x.zip", "damaged zip file")])
def test_a_truncated_archive_is_refused(kind, words, cut, put):
    with pytest.raises(UnreadableRecording, match=rf"is a {words} \(.+\); copy it again"):
        read_table_file(put(kind, KINDS[kind][:cut]))


def test_a_zip_whose_checksum_is_wrong_is_refused(put):
    content = zipped(**{"x.csv": CSV})
    damaged = content.replace(zlib.crc32(CSV).to_bytes(4, "little"), b"\1\2\3\4")
    with pytest.raises(UnreadableRecording, match=r"damaged or encrypted zip file \(Bad CRC-32 .*\); copy it again"):
        read_table_file(put("x.zip", damaged))


def test_an_encrypted_zip_is_refused(put):
    content = bytearray(zipped(**{"x.csv": CSV}))
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    with pytest.raises(UnreadableRecording, match=r"encrypted.*without a password"):
        read_table_file(put("x.zip", bytes(content)))


# --- workbooks


def test_text_cells_around_the_numbers_of_a_one_phase_sheet_are_left_out(put):
    """A title, an empty row, the names in the second column, and a side table beside the first rows."""
    rows = [["Motor 7, reduced voltage"], [], [None, "Time [s]", "Current [A]", None, "set-up"]]
    rows += [[None, k / 1000, k * 0.5] for k in range(40)]
    rows[3] += ["U", 120]
    rows[4] += ["range", 5]
    rows += [[], [None, "end"]]
    table = read_table_file(put("x.xlsx", workbook(Data=rows)))
    assert [c.name for c in table.columns[:3]] == ["", "Time [s]", "Current [A]"]
    assert table.columns[2].values.tolist() == [k * 0.5 for k in range(40)]
    assert table.notes == (
        "sheet Data was read",
        "1 line(s) above the table were left out, the first 'Motor 7, reduced voltage'",
        "1 line(s) below the table were left out, the last 'end'",
    )


def test_numbers_written_as_text_with_decimal_commas_are_numbers(put):
    table = read_table_file(put("x.xlsx", workbook(Data=[["I_R"], ["1,5"], ["-2,25"], ["0,5"]])))
    assert table.columns[0].values.tolist() == [1.5, -2.25, 0.5]


def test_dates_and_times_of_cells_are_clock_times(put):
    start = datetime.datetime(2026, 1, 31, 8, 0, 0, 1000)
    step = datetime.timedelta(milliseconds=1)
    rows = [["time", "R"], *([start + k * step, k / 2] for k in range(5))]
    table = read_table_file(put("x.xlsx", workbook(Data=rows)))
    assert table.columns[0].is_stamp
    assert table.columns[0].texts[1].startswith("2026-01-31T08:00:00.002")


def test_several_sheets_with_numbers_need_a_choice(put):
    path = put("x.xlsx", workbook(Before=ROWS, After=[["T"], [1], [2]], Notes=[["by hand"]]))
    with pytest.raises(
        UnreadableRecording, match=r"has numbers on 2 sheets \(Before, After\); name one of them by --sh"
    ):
        read_table_file(path)
    table = read_table_file(path, sheet="After")
    assert [(c.name, c.values.tolist()) for c in table.columns] == [("T", [1, 2])]
    assert table.notes[0] == "sheet After was read, not Before, Notes"


def test_a_side_sheet_with_a_few_numbers_needs_no_choice(put):
    path = put("x.xlsx", workbook(Info=[["fs", 10000]], Data=[["R"], *([k / 2] for k in range(200))]))
    assert read_table_file(path).notes[0] == "sheet Data was read, not Info"


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(put):
    with pytest.raises(UnreadableRecording, match="has no sheet 'data', asked for by --sheet; it has Before, After"):
        read_table_file(put("x.xlsx", workbook(Before=ROWS, After=ROWS)), sheet="data")


def test_a_workbook_without_numbers_is_refused(put):
    with pytest.raises(
        UnreadableRecording, match=r"holds no numbers on its sheet\(s\) A, B; save it with its formulas"
    ):
        read_table_file(put("x.xlsx", workbook(A=[["text"]], B=[["=SUM(C1:C9)"]])))


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]),
        ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>1.5</v>", b"<v>1.5x</v>")),
        ("xl/worksheets/sheet1.xml", lambda xml: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml),
        ("xl/workbook.xml", lambda xml: xml.replace(b"rId", b"x")),
        ("xl/workbook.xml", lambda xml: b""),
    ],
)
def test_a_damaged_workbook_is_refused(member, change, put):
    with pytest.raises(UnreadableRecording, match=r"is a damaged workbook \(.+\); save it again or export it as CSV"):
        read_table_file(put("x.xlsx", changed_member(KINDS["x.xlsx"], member, change)))


# --- arrays


def test_the_longer_axis_of_an_array_is_time(put):
    array = np.array([[1.5, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]])
    for name, stored in (("rows.npy", array), ("columns.npy", array.T), ("big.npy", array.astype(">f8"))):
        table = read_table_file(put(name, npy(stored)))
        assert [c.values.tolist() for c in table.columns] == array.tolist()
        assert table.notes == (f"the array has shape {stored.shape}; its longer axis was taken as time",)


def test_an_archive_of_arrays_may_carry_its_rate_and_its_time(put):
    table = read_table_file(put("x.npz", npz(currents=np.zeros((3, 5)), t=np.arange(5.0), fs=np.array(5000))))
    assert [c.name for c in table.columns] == ["", "", "", "t"]
    assert table.fs == 5000
    assert table.notes[0] == "the sampling rate 5000 Hz stands in the file as fs"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (npy(np.zeros((4, 4))), r"array of shape \(4, 4\), of which the axis of time cannot be told"),
        (npy(np.zeros((3, 5, 2))), r"array of shape \(3, 5, 2\), expected \(n_samples,\), \(3, n_samples\)"),
        (npy(np.zeros((100, 200))), r"array of shape \(100, 200\), expected"),
        (npy(np.array(7.0)), r"array of shape \(\), expected"),
        (npy(np.array([1 + 2j, 3])), "holds complex128 of shape .*, expected real numbers in a row; save"),
        (npy(np.array(["a", "b"])), "expected real numbers in a row"),
        (npz(a=np.zeros(5), b=np.zeros(6)), r"arrays of several lengths \(a \(5,\), b \(6,\)\); keep those of one"),
        (npz(fs=np.array(5000)), r"holds no array of samples \(it has fs\)"),
        (npy(np.zeros(5))[:-4], r"is no NumPy file of plain numbers \(.+\); save it again by numpy.save"),
        (npy(np.zeros(5)).replace(b"(5,)", b"(5e)"), "is no NumPy file of plain numbers"),
        (npz(a=np.zeros(5)).replace(b"NUMPY", b"NUMPX"), "is a damaged archive"),
    ],
)
def test_arrays_that_are_no_recording_are_refused(content, sentence, put):
    with pytest.raises(UnreadableRecording, match=sentence):
        read_table_file(put("x.np", content))


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_a_pickle_is_never_loaded(put, tmp_path):
    made = tmp_path / "made"
    holder = np.empty(1, dtype=object)
    holder[0] = Touch(made)
    objects = io.BytesIO()
    np.save(objects, holder, allow_pickle=True)
    for content in (objects.getvalue(), zipped(**{"a.npy": objects.getvalue()})):
        with pytest.raises(UnreadableRecording, match="Object arrays cannot be loaded when allow_pickle=False"):
            read_table_file(put("x.npy", content))
    with pytest.raises(UnreadableRecording, match="is a Python pickle, which can run code, which is not read; save"):
        read_table_file(put("x.pkl", pickle.dumps(Touch(made))))
    assert not made.exists()


# --- Parquet


def test_times_counts_and_text_of_parquet_become_columns(put):
    stamps = pa.array([10**18, None, 10**18 + 2_000_000], pa.timestamp("ns", "UTC"))
    table = read_table_file(
        put(
            "x.parquet",
            parquet(
                time=stamps, clock=["08:00:00.001", "08:00:00.002", None], n=pa.array([1, 2**60, None]), text=["a"] * 3
            ),
        )
    )
    time, clock, n, text = table.columns
    np.testing.assert_array_equal(time.values, [0, np.nan, 0.002])
    assert time.is_stamp and clock.is_stamp and clock.texts.tolist() == ["08:00:00.001", "08:00:00.002", ""]
    np.testing.assert_array_equal(n.values, [1, 2**60, np.nan])
    assert text.values is None


def test_a_time_before_the_years_that_fit_is_refused_as_damage(put):
    stamps = pa.array([-(10**13), 10**13], pa.timestamp("s"))
    with pytest.raises(UnreadableRecording, match=r"is a damaged Parquet file \(Casting .*\); copy it again"):
        read_table_file(put("x.parquet", parquet(time=stamps)))


@pytest.mark.parametrize("cut", [4, 30, -10])
def test_a_truncated_parquet_is_refused(cut, put):
    with pytest.raises(UnreadableRecording, match=r"is a damaged Parquet file \(.+\); copy it again"):
        read_table_file(put("x.parquet", KINDS["x.parquet"][:cut]))


# --- formats that are not read


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MDF     4.10" + bytes(50), "an MDF measurement file, which is not read"),
        (b"RIFF\x24\x00\x00\x00AVI ", "a sound or video file of a kind that holds no samples, which is not read; save"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "an Excel workbook of the old form, .*; save it as .xlsx"),
        (zipped(**{"mimetype": b"x", "content.xml": b"<x/>"}), "an OpenDocument file, which is not read; save it as"),
        (zipped(**{"xl/workbook.bin": b"x", "a": b"b"}), "a binary Excel workbook, which is not read"),
        (b"\n<!DOCTYPE html><html>", "a web page, which is not read; download the file itself"),
        (b'{"R": [1, 2]}', "a JSON file, which is not read"),
        (b"version https://git-lfs.github.com/spec/v1\n", "the placeholder of a large file, .*git lfs pull"),
        (b"%PDF-1.7", "a PDF document, which is not read; name the file of the samples"),
    ],
)
def test_a_known_format_that_is_not_read_is_named_with_what_to_do(content, sentence, put):
    with pytest.raises(UnreadableRecording, match=rf"^x\.dat is {sentence}"):
        read_table_file(put("x.dat", content))


def test_garbage_is_refused(put):
    rng = np.random.default_rng(1)
    for n in (1, 10, 1000, 100_000):
        with pytest.raises(
            UnreadableRecording, match=r"x\.bin (is no text|holds no table|is an? .* which is not read)"
        ):
            read_table_file(put("x.bin", rng.bytes(n)))
