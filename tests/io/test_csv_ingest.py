"""A current file is read as it is, or refused in a sentence that says where and what to do."""

import hashlib

import numpy as np
import pyarrow.parquet as pq
import pytest

from diagmod.io import csv_ingest
from diagmod.io.csv_ingest import CsvLayout, UnreadableRecording, ingest_csv, read_waveform

HEADER = "current_R,current_S,current_T\n"
GOOD = HEADER + "1.5,-2.25,0.1\n2.5,-3.25,0.2\n"

#: Blocks of some lines, so that even short files have borders inside.
SMALL = 37


def ingest(tmp_path, content, **options):
    source = tmp_path / "a.csv"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    return ingest_csv(source, tmp_path / "a.parquet", **options)


def samples(tmp_path, content, **options):
    ingest(tmp_path, content, **options)
    return read_waveform(tmp_path / "a.parquet")


def refuse(tmp_path, content, sentence, **options):
    """The file is refused with this sentence, and nothing is left beside it."""
    with pytest.raises(UnreadableRecording, match=sentence) as caught:
        ingest(tmp_path, content, **options)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def quoted(content):
    return "".join(f'"{line}"\n' for line in content.splitlines())


def noise(n, seed=0):
    return np.random.default_rng(seed).normal(0, 30, (3, n)).round(4)


def as_csv(currents):
    lines = (",".join("" if np.isnan(x) else repr(float(x)) for x in row) for row in currents.T)
    return HEADER + "\n".join(lines) + "\n"


def test_cells_are_read_to_the_nearest_float32(tmp_path):
    expected = np.array([[1.5, 2.5], [-2.25, -3.25], [0.1, 0.2]], dtype=np.float32)
    np.testing.assert_array_equal(samples(tmp_path, GOOD), expected)


def test_quoted_single_column_dialect_gives_the_same_samples_as_the_plain_one(tmp_path):
    plain, other = samples(tmp_path, GOOD), ingest(tmp_path, quoted(GOOD))
    assert other.dialect == "quoted-line"
    np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), plain)


@pytest.mark.parametrize("content", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.rstrip("\n"), GOOD + "\n\r\n\n"])
def test_line_ends_byte_order_mark_and_empty_last_lines_change_no_sample(tmp_path, content):
    np.testing.assert_array_equal(samples(tmp_path, content), samples(tmp_path, GOOD))


@pytest.mark.parametrize(
    "content", [quoted(GOOD).replace("\n", "\r\n"), "\ufeff" + quoted(GOOD), quoted(GOOD) + "\n\n"]
)
def test_quoted_dialect_allows_the_same_line_ends(tmp_path, content):
    np.testing.assert_array_equal(samples(tmp_path, content), samples(tmp_path, GOOD))


def test_waveform_lasts_as_float32_of_three_phases(tmp_path):
    ingest(tmp_path, GOOD)
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert [(f.name, str(f.type)) for f in schema] == [(f"current_{p}", "float") for p in "RST"]


def test_empty_cell_is_a_missing_sample(tmp_path):
    rows = samples(tmp_path, HEADER + "1,,3\n,NaN,NULL\n4,5,6\n")
    np.testing.assert_array_equal(rows, [[1, np.nan, 4], [np.nan, np.nan, 5], [3, np.nan, 6]])


def test_absent_phases_are_nan_and_named_in_no_phase(tmp_path):
    ingested = ingest(tmp_path, "current_S\n7\n8\n")
    assert (ingested.phases, list(ingested.tallies)) == ("S", ["S"])
    np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), [[np.nan] * 2, [7, 8], [np.nan] * 2])


def test_columns_may_stand_in_any_order(tmp_path):
    rows = samples(tmp_path, "current_T,current_R,current_S\n3,1,2\n")
    np.testing.assert_array_equal(rows[:, 0], [1, 2, 3])


def test_header_may_have_the_declared_names(tmp_path):
    layout = CsvLayout(columns=("Ia", "Ib", "Ic"))
    np.testing.assert_array_equal(samples(tmp_path, "Ic,Ia,Ib\n3,1,2\n", layout=layout)[:, 0], [1, 2, 3])


def test_file_without_header_is_read_in_the_declared_order(tmp_path):
    layout = CsvLayout(header=False, columns=("-", "T", "R"))
    rows = samples(tmp_path, "0.001,3,1\nlater,4,2\n", layout=layout)
    np.testing.assert_array_equal(rows, [[1, 2], [np.nan, np.nan], [3, 4]])


def test_empty_line_of_a_single_column_is_a_missing_sample_even_at_the_end(tmp_path):
    np.testing.assert_array_equal(samples(tmp_path, "current_R\n1\n\n3\n\n")[0], [1, np.nan, 3, np.nan])


@pytest.mark.parametrize("block_bytes", [4, SMALL, 1000, 1 << 20])
@pytest.mark.parametrize("dialect", [str, quoted])
def test_blocks_change_nothing(tmp_path, block_bytes, dialect):
    content = dialect(as_csv(noise(200)))
    whole = ingest(tmp_path, content)
    waveform = (tmp_path / "a.parquet").read_bytes()
    other = ingest(tmp_path, content, block_bytes=block_bytes)
    assert (tmp_path / "a.parquet").read_bytes() == waveform
    assert (other.sha256, other.n_samples, other.n_bytes) == (whole.sha256, 200, len(content))
    for phase in "RST":
        a, b = whole.tallies[phase], other.tallies[phase]
        assert (a.minimum, a.maximum, a.first_gap) == (b.minimum, b.maximum, b.first_gap)
        assert (a.mean, a.rms) == pytest.approx((b.mean, b.rms), rel=1e-6)


def test_row_groups_are_full_whatever_the_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_ingest, "ROW_GROUP", 64)
    for block_bytes in (SMALL, 1 << 20):
        ingest(tmp_path, as_csv(noise(200)), block_bytes=block_bytes)
        about = pq.ParquetFile(tmp_path / "a.parquet").metadata
        assert [about.row_group(k).num_rows for k in range(about.num_row_groups)] == [64, 64, 64, 8]
        np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), noise(200).astype(np.float32))


def test_tallies_are_numpys_on_the_array_read_back(tmp_path):
    currents = noise(3000)
    currents[0, 100:140] = np.nan
    currents[1, 7] = currents[1, 8] = currents[1].max()
    ingested = ingest(tmp_path, as_csv(currents), block_bytes=1000)
    for phase, row in zip("RST", read_waveform(tmp_path / "a.parquet"), strict=True):
        tally, good = ingested.tallies[phase], row[np.isfinite(row)].astype(np.float64)
        assert (tally.n_samples, tally.n_missing, tally.n_infinite) == (3000, np.isnan(row).sum(), 0)
        assert (tally.minimum, tally.maximum) == (good.min(), good.max())
        assert tally.first_gap == (100 if phase == "R" else None)
        assert tally.mean == pytest.approx(good.mean(), abs=1e-4)
        assert tally.rms == pytest.approx(np.sqrt((good**2).mean()), rel=1e-5)


@pytest.mark.parametrize("content", [GOOD, quoted(GOOD), "\ufeff" + GOOD + "\n\n", as_csv(noise(500))])
def test_hash_is_that_of_every_byte_of_the_file(tmp_path, content):
    ingested = ingest(tmp_path, content, block_bytes=SMALL)
    assert (ingested.sha256, ingested.n_bytes) == (hashlib.sha256(content.encode()).hexdigest(), len(content.encode()))


def test_infinities_and_numbers_beyond_float32_are_infinite_and_counted(tmp_path):
    ingested = ingest(tmp_path, "current_R\ninf\n-Infinity\n1e39\n-1e400\n3e38\n1e-60\n")
    np.testing.assert_array_equal(
        read_waveform(tmp_path / "a.parquet")[0], np.array([np.inf, -np.inf, np.inf, -np.inf, 3e38, 0], np.float32)
    )
    assert (ingested.tallies["R"].n_infinite, ingested.tallies["R"].first_gap) == (4, 0)


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "NA", "null"])
def test_text_for_not_a_number_is_a_missing_sample(tmp_path, text):
    assert np.isnan(samples(tmp_path, f"current_R\n1\n{text}\n")[0, 1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "a.csv is empty; record again or remove it"),
        (" \n\n", "a.csv is empty"),
        (HEADER, "a.csv holds no samples, only a header; record again"),
        (HEADER.rstrip("\n"), "a.csv holds no samples"),
        (HEADER + "\r\n\n", "a.csv holds no samples"),
        (HEADER + ",,\nnan,NaN,NA\n", "a.csv holds no finite sample in any phase; check the sensors"),
        (GOOD + "4,five,6\n", "line 4 of a.csv holds 'five' where a number is expected; correct or remove the line"),
        (GOOD + "4, ,6\n", "line 4 of a.csv holds '' where a number"),
        (GOOD + "4,0x1F,6\n", "line 4 of a.csv holds '0x1F' where"),
        (GOOD + "4,1_000,6\n", "line 4 of a.csv holds '1_000' where"),
        (GOOD + "4,5\n7,8,9\n", "line 4 of a.csv has 2 fields, expected 3: '4,5'$"),
        (GOOD + "4,5,6,7\n7,8,9\n", "line 4 of a.csv has 4 fields, expected 3"),
        (GOOD + "4,", "line 4 of a.csv has 2 fields, expected 3: '4,'; the file looks truncated there"),
        (GOOD + "1,5,2,5,3,5\n", "line 4 of a.csv has 6 fields.*is the comma a decimal mark"),
        (GOOD.replace(",", ";"), "a.csv separates its columns by semicolons; export it with commas and decimal points"),
        (GOOD + "\n4,5,6\n", "line 4 of a.csv is empty; the file is damaged there"),
        ("\n" + GOOD, "a.csv has columns '', expected"),
        (GOOD + "4,5,6\r7,8,9\n", "line 4 of a.csv has a carriage return inside; lines must end in LF or CRLF"),
        (GOOD + "\ufeff4,5,6\n", "line 4 of a.csv .*"),
        (GOOD + '"4,5,6"\n', "a.csv quotes single cells or lines .'\"4,5,6\"'.; allowed are no quotes"),
        (GOOD + "7,8,9\n" * 9 + '"4,5,6"\n', "line 13 of a.csv holds '\"4' where a number"),
        (
            "current_R,current_S,current_S\n1,2,3\n",
            "a.csv has column current_S twice; every phase may stand there once",
        ),
        ("Ia,Ib,Ic\n1,2,3\n", "a.csv has columns 'Ia, Ib, Ic', expected .*'Ia' is no phase.*dataset.yaml"),
        ("time,current_R\n0,1\n", "'time' is no phase: .* remove any other"),
        ("1,2,3\n4,5,6\n", "a.csv has columns '1, 2, 3', expected current_R"),
        ('"current_R","current_S"\n"1","2"\n', "a.csv quotes single cells or lines .*one pair around every line"),
        (b"PK\x03\x04\x00\x00" + bytes(range(256)), "a.csv is no text file .it holds binary zeros.; export it as CSV"),
        (GOOD.encode("utf-16"), "a.csv is no text file"),
        (GOOD.encode() + b"4,5,\x006\n", "no text file|line 4 of a.csv holds binary zeros"),
        (GOOD.encode() + b"4,\xff\xfe\xfd,6\n", "line 4 of a.csv holds .* where a number is expected"),
    ],
)
def test_bad_file_is_refused_with_its_place_and_leaves_nothing(tmp_path, content, sentence):
    refuse(tmp_path, content, sentence)


@pytest.mark.parametrize("block_bytes", [SMALL, 200, 1 << 20])
@pytest.mark.parametrize("dialect", [str, quoted])
def test_bad_line_in_the_middle_is_named_whatever_the_blocks(tmp_path, block_bytes, dialect):
    lines = as_csv(noise(100)).splitlines()
    lines[60] = "1,2"
    refuse(tmp_path, dialect("\n".join(lines)), "^line 61 of a.csv has 2 fields, expected 3", block_bytes=block_bytes)


def test_binary_zero_behind_the_first_bytes_is_refused_with_its_line(tmp_path):
    content = as_csv(noise(4000)) + "1,\0,3\n"
    refuse(tmp_path, content, "line 4002 of a.csv holds binary zeros; this is no text file")


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        ('"4,5,6', "unclosed"),
        ("4,5,6", "no quotes"),
        ('"4",5,"6"', "quotes around cells"),
        ('4"5,6,7"8', "quotes inside, two of them"),
        ("", "no quotes at all"),
        ('"4,5,6""7,8,9"', "two lines run together"),
    ],
)
@pytest.mark.parametrize("block_bytes", [SMALL, 1 << 20])
def test_line_of_the_quoted_dialect_has_exactly_its_two_quotes(tmp_path, line, damage, block_bytes):
    content = quoted(GOOD) + quoted("7,8,9\n") * 20 + line + "\n" + quoted("7,8,9\n")
    refuse(tmp_path, content, "line 24 of a.csv (is not one quoted column|is empty)", block_bytes=block_bytes)


def test_quotes_that_are_right_in_number_only_are_refused(tmp_path):
    """One line without quotes and one with four: as many quotes as two whole lines have."""
    refuse(tmp_path, quoted(GOOD) + '4,5,6\n"7","8",9\n', "line 4 of a.csv is not one quoted column.*'4,5,6'")


def test_truncated_last_line_of_the_quoted_dialect_is_refused(tmp_path):
    refuse(tmp_path, quoted(GOOD) + '"4,5,', "line 4 of a.csv is not one quoted column.*looks truncated")


def test_file_without_line_ends_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_ingest, "LINE_BYTES", 1 << 20)
    content = GOOD.encode() + b"1" * (3 << 20)
    refuse(tmp_path, content, "a.csv holds no sample for 1 MiB near line 4; it is damaged", block_bytes=1 << 16)


def test_line_of_a_million_digits_is_refused_at_once(tmp_path):
    refuse(
        tmp_path, GOOD + "1" * 900_000 + "x,2,3\n", r"^line 4 of a.csv holds '1{60}\.\.\.' where a number is expected"
    )


def test_missing_file_is_refused_with_the_systems_reason(tmp_path):
    with pytest.raises(UnreadableRecording, match=r"b.csv cannot be opened \(No such file or directory\)"):
        ingest_csv(tmp_path / "b.csv", tmp_path / "b.parquet")


def test_folder_in_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(UnreadableRecording, match=r"b.csv cannot be opened \(Is a directory\)"):
        ingest_csv(tmp_path / "b.csv", tmp_path / "b.parquet")


def test_refused_file_keeps_the_waveform_of_an_earlier_run(tmp_path):
    before = samples(tmp_path, GOOD)
    with pytest.raises(UnreadableRecording):
        ingest(tmp_path, GOOD + "x,y,z\n")
    np.testing.assert_array_equal(read_waveform(tmp_path / "a.parquet"), before)


@pytest.mark.parametrize(
    ("header", "columns", "sentence"),
    [
        (True, ("a", "b"), "columns must name the R, S and T columns, each once, got a, b"),
        (True, ("a", "b", "b"), "each once, got a, b, b"),
        (False, ("R", "R"), "columns must be phases R, S, T or - without repeats, got R, R"),
        (False, ("-", "-"), "columns must be phases"),
        (False, ("R", "X"), "columns must be phases R, S, T or - without repeats, got R, X"),
    ],
)
def test_layout_that_leaves_a_phase_in_doubt_is_refused(header, columns, sentence):
    with pytest.raises(ValueError, match=sentence):
        CsvLayout(header=header, columns=columns)
