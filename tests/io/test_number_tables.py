"""Texts of numbers in every common dialect give the same columns, or one sentence that names the line."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest

from diagmod.io import number_tables
from diagmod.io.number_tables import read_text_table
from diagmod.io.refusals import UnreadableRecording

#: Three columns that every dialect must give; the comma of a decimal is followed by other than three digits too.
T, R, S = [0.0, 0.01, 0.02, 0.03], [1.5, -1.25, 0.125, 2.0], [0.5, 2.0, -3.5, 1e-3]
POINT = "t,R,S\n0,1.5,0.5\n0.01,-1.25,2\n0.02,0.125,-3.5\n0.03,2,1e-3\n"


def read(text: str | bytes, name: str = "x.csv") -> number_tables.Table:
    return read_text_table(text.encode() if isinstance(text, str) else text, name)


def names_of(table: number_tables.Table) -> list[str]:
    return [column.name for column in table.columns]


def values_of(table: number_tables.Table) -> list[list[float]]:
    return [[] if column.values is None else column.values.tolist() for column in table.columns]


DIALECTS = {
    "commas": POINT,
    "semicolons": POINT.replace(",", ";"),
    "tabs": POINT.replace(",", "\t"),
    "bars": POINT.replace(",", "|"),
    "one blank": POINT.replace(",", " "),
    "aligned by blanks": "\n".join(f"  {line}  " for line in POINT.replace(",", "    ").splitlines()),
    "semicolons, decimal comma": POINT.replace(",", ";").replace(".", ","),
    "tabs, decimal comma": POINT.replace(",", "\t").replace(".", ","),
    "blanks, decimal comma": POINT.replace(",", "  ").replace(".", ","),
    "blanks behind commas": POINT.replace(",", ", "),
    "blanks before commas": POINT.replace(",", " ,"),
    "every cell quoted": "\n".join(",".join(f'"{c}"' for c in line.split(",")) for line in POINT.splitlines()),
    "quoted decimal commas between commas": "\n".join(
        ",".join(f'"{c.replace(".", ",")}"' for c in line.split(",")) for line in POINT.splitlines()
    ),
    "every line one quoted column": "\n".join(f'"{line}"' for line in POINT.splitlines()),
    "hint for Excel": "sep=;\n" + POINT.replace(",", ";"),
    "CRLF": POINT.replace("\n", "\r\n"),
    "CR": POINT.replace("\n", "\r"),
    "CR CR LF": POINT.replace("\n", "\r\r\n"),
    "no line end at the end": POINT.rstrip(),
    "plus signs": POINT.replace(",2", ",+2").replace(",0.5", ",+0.5"),
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_gives_the_same_columns(text):
    table = read(text)
    assert names_of(table) == ["t", "R", "S"]
    assert values_of(table) == [T, R, S]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1251", "latin-1"])
def test_every_encoding_gives_names_and_samples(encoding):
    names = {"cp1251": ("Время, с", "Ток А"), "latin-1": ("Zeit (µs)", "Läuferstrom für R")}
    first, second = names.get(encoding, ("Время, с", "Ström µA"))
    bom = b"\xfe\xff" if encoding == "utf-16-be" else b""
    table = read(bom + f"{first};{second}\r\n0,5;1,5\r\n1,5;-2,5\r\n".encode(encoding))
    assert names_of(table) == [first, second]
    assert values_of(table) == [[0.5, 1.5], [1.5, -2.5]]


def test_a_national_encoding_is_noted():
    assert read("Ström\n1.5\n2.5\n".encode("latin-1")).notes == ("the text is not UTF-8; it was read as latin-1",)


def test_damaged_utf16_is_refused():
    with pytest.raises(UnreadableRecording, match=r"x\.csv is damaged UTF-16 text .*; export it again"):
        read("R\n1.5\n".encode("utf-16") + b"\n")


@pytest.mark.parametrize("content", [b"", b"\n\n", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_text_is_refused(content):
    with pytest.raises(UnreadableRecording, match=r"x\.csv is empty; record again or name another file"):
        read(content)


def test_binary_zeros_are_refused_with_their_place():
    with pytest.raises(UnreadableRecording, match="byte 5 of 8 is a binary zero; export it as CSV, or cut off what a "):
        read(b"1.5\n\0\0\0\0")


@pytest.mark.parametrize("text", ["no numbers at all\n", "\x01\x02\x03", "a;b\nc;d\n", "x\n" * 300_000])
def test_a_text_without_numbers_is_refused(text):
    with pytest.raises(UnreadableRecording, match=r"x\.csv holds no table of numbers \(it begins with '.*'\); export"):
        read(text)


def test_samples_along_a_line_are_refused():
    with pytest.raises(
        UnreadableRecording, match=r"has 1000 cells in a line, allowed are 256; write a row a sample and"
    ):
        read("1.5,2.5," * 499 + "1.5,2.5\n" + "2.5,1.5," * 499 + "1.5,2.5\n")
    with pytest.raises(
        UnreadableRecording, match="holds no line of samples in its first 128 KiB; write a row a sample"
    ):
        read("1.5,2.5," * 40_000 + "\n" + "2.5,1.5," * 40_000)


@pytest.mark.parametrize(
    "line", ["1" * 100_000, "1." * 50_000, '"1' + ",1" * 50_000, " " * 100_000 + "x", "(" * 100_000]
)
def test_a_line_without_end_is_judged_at_once(line):
    """Patterns that try every cut of a long cell would take minutes here; the time limit of the tests stops them."""
    start = time.perf_counter()
    for text in (f"R,S\n1.5,2.5\n{line}\n3.5,4.5\n5.5,6.5\n", f"{line}\n1.5,2.5\n3.5,4.5\n"):
        with contextlib.suppress(UnreadableRecording):
            read(text)
    assert time.perf_counter() - start < 5


def test_one_row_is_no_table():
    with pytest.raises(UnreadableRecording, match="holds no two rows of numbers in succession; export it again"):
        read("1.5,2.5\n")


# --- what stands above the table


def test_lines_above_the_names_are_left_out_and_noted():
    table = read("Logger 7\nSampling: 10 kHz\n" + POINT + "0.04,1,1\n" * 3)
    assert names_of(table) == ["t", "R", "S"]
    assert table.notes == ("2 line(s) above the table were left out, the first 'Logger 7'",)
    assert table.heading == ("Logger 7", "Sampling: 10 kHz", "t,R,S")


def test_rows_without_any_heading_have_columns_without_names():
    table = read("0.5;1.5\n1.5;2.5\n")
    assert names_of(table) == ["", ""]
    assert table.notes == ()


def test_units_may_stand_in_a_row_of_their_own():
    table = read("time;I_R;I_S\n(ms);[mA];mA\n0;1;2\n1;3;4\n2;5;6\n")
    assert [(c.name, c.unit) for c in table.columns] == [("time", "ms"), ("I_R", "mA"), ("I_S", "mA")]


def test_a_row_of_units_alone_gives_names_and_units():
    table = read("s;A;A\n0;1;2\n1;3;4\n")
    assert [(c.name, c.unit) for c in table.columns] == [("s", "s"), ("A", "A"), ("A", "A")]


@pytest.mark.parametrize("mark", ["#", "%", "// ", "!  "])
def test_names_may_stand_in_a_comment(mark):
    assert names_of(read(f"{mark}written by hand\n{mark}t;R\n0;1.5\n1;2.5\n2;3.5\n")) == ["t", "R"]


def test_comments_between_names_and_rows_do_not_hide_the_names():
    """T, S, R are in reverse order: losing the names would turn the rotation around."""
    table = read("T,S,R\n# checked, twice, by hand\n1.5,2,3\n4,5,6\n7,8,9\n")
    assert names_of(table) == ["T", "S", "R"]


def test_names_win_over_a_later_line_that_fits_no_column():
    assert names_of(read("T,S,R\nrate: 10 kHz\n1.5,2,3\n4,5,6\n7,8,9\n")) == ["T", "S", "R"]


def test_an_unnamed_first_column_of_a_tab_separated_file_keeps_its_place():
    table = read("\tR\tS\n0\t1.5\t2\n1\t2.5\t3\n")
    assert names_of(table) == ["", "R", "S"]


def test_names_with_blanks_are_cut_at_double_blanks_above_aligned_rows():
    assert names_of(read("Time (s)  Phase R (A)\n0.0  1.5\n0.1  2.5\n")) == ["Time (s)", "Phase R (A)"]


def test_channel_numbers_may_be_names():
    assert names_of(read("t;1;2\n0;0.5;1.5\n1;2.5;3.5\n")) == ["t", "1", "2"]


def test_names_of_fewer_columns_than_the_rows_have_are_refused():
    with pytest.raises(
        UnreadableRecording, match=r"line 2 of x\.csv names 2 columns, but the rows have 3 cells; export"
    ):
        read("by hand\nR;S\n1;2;3\n4;5;6\n7;8;9\n")


def test_commas_that_separate_and_are_decimal_marks_are_refused():
    with pytest.raises(
        UnreadableRecording, match="the comma seems to be decimal mark and separator at once: export it"
    ):
        read("t,I\n0,00,1,5\n0,01,2,5\n")


def test_a_damaged_row_at_the_beginning_is_no_heading():
    with pytest.raises(UnreadableRecording, match=r"line 2 of x\.csv holds 'x' where a number is expected; correct or"):
        read("R,S\nx,2.5\n1.5,2.5\n3.5,4.5\n5.5,6.5\n")


def test_rows_of_missing_cells_at_the_beginning_are_rows():
    table = read("R,S\nnan,nan\n,\n" + "1.5,2.5\n" * 5)
    assert names_of(table) == ["R", "S"]
    np.testing.assert_array_equal(table.columns[0].values, [np.nan, np.nan, *[1.5] * 5])


def test_a_labview_text_export_is_read():
    """Its header has lines of another number of cells, and the comment column stays empty."""
    head = "LabVIEW Measurement\t\nWriter_Version\t2\n***End_of_Header***\t\t\nDelta_X\t0.001\t0.001\n"
    table = read(head + "X_Value\tI_R\tI_S\tComment\n" + "0.001\t1.5\t2.5\t\n" * 20)
    assert names_of(table) == ["X_Value", "I_R", "I_S", "Comment"]
    assert values_of(table)[1] == [1.5] * 20


# --- what stands inside and below


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_empty_columns_at_the_end_are_no_samples(mark):
    rows = [f"{k}{mark}{k + 0.5}{mark}{mark}" for k in range(4)]
    for heading in (f"t{mark}R", f"t{mark}R{mark}{mark}"):
        table = read("\n".join([heading, *rows]) + "\n")
        assert values_of(table)[:2] == [[0, 1, 2, 3], [0.5, 1.5, 2.5, 3.5]]
        assert all(np.isnan(column.values).all() for column in table.columns[2:])
        assert table.notes == ()


@pytest.mark.parametrize("cell", ["", "NaN", "nan", "NULL", "#N/A", "-", "#DIV/0!"])
def test_missing_cells_are_nan(cell):
    table = read(f"R;S\n1;2\n{cell};3\n4;5\n6;7\n")
    np.testing.assert_array_equal(table.columns[0].values, [1, np.nan, 4, 6])


def test_a_last_line_cut_short_is_left_out_and_noted():
    table = read("R,S\n1.5,2.5\n3.5,4.5\n5.5,6.5\n7.5")
    assert values_of(table) == [[1.5, 3.5, 5.5], [2.5, 4.5, 6.5]]
    assert table.notes == ("the last line is cut short and was left out: '7.5'",)


def test_closing_lines_are_left_out_and_noted():
    table = read("R,S\n1.5,2.5\n3.5,4.5\n5.5,6.5\n7.5,8.5\n9.5,0.5\n\nend of test\nchecked by A\n")
    assert values_of(table) == [[1.5, 3.5, 5.5, 7.5, 9.5], [2.5, 4.5, 6.5, 8.5, 0.5]]
    assert table.notes == ("2 line(s) below the table were left out, the last 'checked by A'",)


def test_a_long_text_behind_the_table_is_refused():
    with pytest.raises(UnreadableRecording, match=r"ends with more than 128 KiB that are no rows of numbers; remove"):
        read("R,S\n" + "1.5,2.5\n" * 20_000 + "x\n" * 70_000)


def test_empty_lines_inside_are_skipped_and_noted():
    table = read("R,S\n1.5,2.5\n\n3.5,4.5\n")
    assert values_of(table) == [[1.5, 3.5], [2.5, 4.5]]
    assert table.notes == ("empty lines inside the table were skipped (1 or more)",)


def test_an_empty_line_of_a_single_column_is_a_missing_sample():
    np.testing.assert_array_equal(read("R\n1.5\n2.5\n\n4.5\n3.5\n").columns[0].values, [1.5, 2.5, np.nan, 4.5, 3.5])


def test_double_line_ends_of_a_single_column_are_no_missing_samples():
    table = read("R\n\n" + "".join(f"{k}.5\n\n" for k in range(20)))
    assert values_of(table) == [[k + 0.5 for k in range(20)]]
    assert table.notes == ("every second line is empty; the empty ones were skipped",)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1.5,x", "line 4 of x.csv holds 'x' where a number is expected; correct or remove it"),
        ("1.5", "line 4 of x.csv has 1 cells, expected 2: '1.5'; correct or remove it"),
        ("1.5,2.5,3.5", "line 4 of x.csv has 3 cells, expected 2: '1.5,2.5,3.5'; correct or remove it"),
        ("1.5,0x1F", "line 4 of x.csv holds '0x1F' where"),
        ("1.5,1_000", "line 4 of x.csv holds '1_000' where"),
        ("# restarted", "line 4 of x.csv has 1 cells, expected 2: '# restarted'"),
        ("R,S", "line 4 of x.csv holds 'R' where"),
        ("1.5,7\u00a0", "line 4 of x.csv holds '7' where"),
    ],
)
def test_a_line_inside_that_is_no_row_is_refused_with_its_number(line, sentence):
    with pytest.raises(UnreadableRecording, match=sentence.replace(".", r"\.")):
        read(f"R,S\n1.5,2.5\n3.5,4.5\n{line}\n" + "5.5,6.5\n" * 3)


def test_line_numbers_count_the_hint_for_excel():
    with pytest.raises(UnreadableRecording, match=r"line 5 of x\.csv holds 'x' where"):
        read("sep=,\nR,S\n1.5,2.5\n3.5,4.5\nx,2.5\n5.5,6.5\n7.5,8.5\n")


def test_infinite_and_huge_numbers_arrive_as_they_are():
    table = read("R;S\n1;inf\n2;-Infinity\n3;1e400\n4;" + "9" * 500 + "\n")
    assert values_of(table)[1] == [np.inf, -np.inf, np.inf, np.inf]


def test_text_beside_the_rows_is_a_column_of_text():
    table = read("R;remark\n1.5;start\n2.5;\n3.5;stop\n4.5;x\n")
    assert values_of(table) == [[1.5, 2.5, 3.5, 4.5], []]


def test_notes_in_a_few_rows_of_an_empty_column_do_not_stop_the_reading():
    rows = [f"{k};{k + 0.5};;" for k in range(1000)]
    rows[0], rows[700] = "0;0.5;fs;10000", "700;700.5;checked;"
    table = read("t;R;;\n" + "\n".join(rows))
    assert values_of(table)[1][700] == 700.5
    assert table.columns[2].texts[0] == "fs"
    assert table.columns[3].values[0] == 10000


def test_clock_times_are_kept_as_text():
    table = read("time;R\n08:00:00,001;1,5\n08:00:00,002;2,5\n")
    assert table.columns[0].is_stamp
    assert table.columns[0].texts.tolist() == ["08:00:00,001", "08:00:00,002"]


# --- a comma that can be read in two ways


def test_pairs_of_whole_numbers_without_names_are_refused_with_both_readings():
    sentence = "as 2 columns separated by commas with decimal point or as one column with decimal comma"
    with pytest.raises(UnreadableRecording, match=sentence + r" \('19,210'\); give it a heading line"):
        read("\n".join(f"{k},{k * 10 + 20}" for k in range(1, 20)))


@pytest.mark.parametrize(
    ("text", "n_columns"),
    [
        ("a,b\n1,234\n2,345\n", 2),  # two names
        ("current of phase R\n1,234\n2,34\n", 1),  # one name
        ("1,234\n2,-345\n", 2),  # a sign behind the comma
        ("1,23\n2,04\n", 1),  # a zero before other digits
        ("-0,234\n2,345\n", 1),  # minus zero
        ("1,234\n2\n1,7\n", 1),  # a line without comma
    ],
)
def test_what_tells_two_columns_from_a_decimal_comma(text, n_columns):
    assert len(read(text).columns) == n_columns


def test_a_comma_before_three_digits_everywhere_is_refused_with_both_readings():
    sentence = r"'1,234' is 1\.234 with a decimal comma, or 1234 with a comma between thousands; export it with decimal"
    with pytest.raises(UnreadableRecording, match=sentence):
        read("R;S\n1,234;567\n-2,345;-8\n12,000;1\n")


@pytest.mark.parametrize("telling", ["0,234;1", "1,2345;1", "1,25;1", "1234,500;1"])
def test_one_cell_that_has_no_thousands_makes_it_a_decimal_comma(telling):
    rows = "1,234;567\n" * 500
    assert read(f"R;S\n{rows}{telling}\n").columns[0].values[0] == 1.234


def test_a_comma_in_clock_times_without_names_is_refused_with_both_readings():
    rows = "".join(f"08:00:00,{k:03d},1.5\n" for k in range(5))
    with pytest.raises(UnreadableRecording, match="000 behind 08:00:00 is a column or a fraction of the second; give"):
        read(rows)
    with pytest.raises(UnreadableRecording, match="names 2 columns, but the rows have 3 cells; the comma seems to be"):
        read("time,I_R\n" + rows)
    assert names_of(read("time,counts,I_R\n" + rows)) == ["time", "counts", "I_R"]


# --- quotes that are not closed in their line

SWALLOWED = "column 2 of x.csv has a quote that is closed lines later, so that rows in between would be lost; correct"


@pytest.mark.parametrize("n_between", [0, 1, 300])
def test_a_quote_that_is_closed_lines_later_is_refused(n_between):
    """The rows between the quotes would be part of one text and their samples gone."""
    text = "R,note\n" + "1.5,ok\n" * 3 + '2.5,"open\n' + "3.5,ok\n" * n_between + '4.5,close"\n' + "5.5,ok\n" * 3
    with pytest.raises(UnreadableRecording, match=SWALLOWED.replace(".", r"\.")):
        read(text)


def test_a_quote_that_is_never_closed_is_refused():
    with pytest.raises(UnreadableRecording, match=SWALLOWED.replace(".", r"\.")):
        read("R,note\n" + "1.5,ok\n" * 3 + '2.5,"open\n' + "3.5,ok\n" * 30)


@pytest.mark.parametrize("note", ['"seen\nby hand"', '"\n"', '"a\n\nb"'])
@pytest.mark.parametrize("others", ["ok", ""])
def test_a_note_over_several_lines_is_refused(note, others):
    text = "R;note\n" + f"1,5;{others}\n" * 5 + f"2,5;{note}\n" + f"3,5;{others}\n" * 5
    with pytest.raises(UnreadableRecording, match=SWALLOWED.replace(".", r"\.")):
        read(text)


@pytest.mark.parametrize(
    ("cell", "text"), [('"seen, by hand"', "seen, by hand"), ('"say ""ok"""', 'say "ok"'), ('""', ""), ("5'", "5'")]
)
def test_quotes_that_are_closed_in_their_line_lose_no_row(cell, text):
    table = read("R,note\n" + "1.5,ok\n" * 3 + f"2.5,{cell}\n" + "3.5,ok\n" * 3)
    assert values_of(table)[0] == [1.5, 1.5, 1.5, 2.5, 3.5, 3.5, 3.5]
    assert table.columns[1].texts.tolist() == ["ok"] * 3 + [text] + ["ok"] * 3


def test_a_quote_around_two_rows_of_numbers_is_refused_with_its_line():
    with pytest.raises(UnreadableRecording, match=r"line [45] of x\.csv (has 1 cells|holds '4\"')"):
        read('R,S\n1.5,2\n2.5,2\n3.5,"3\n4.5,4"\n5.5,5\n6.5,6\n7.5,7\n')
