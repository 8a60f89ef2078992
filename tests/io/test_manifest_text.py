"""Rows are added to a manifest, and what somebody wrote there stays as it was."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from diagmod.io.manifest_text import columns_for, with_rows

NEW = {"file": "recordings/n.csv", "motor_id": "M9"}


def test_old_rows_stay_byte_for_byte():
    old = 'file , motor_id\n"a,b.csv",  M1 \n\n"c ""x"".csv",\'M2\'\n'
    assert with_rows(old, ["file", "motor_id"], [NEW]) == old + "recordings/n.csv,M9\n"


def test_line_ends_are_those_of_the_file_and_a_missing_last_one_is_added():
    assert with_rows("file,motor_id\r\na.csv,M1", ["file", "motor_id"], [NEW]) == (
        "file,motor_id\r\na.csv,M1\r\nrecordings/n.csv,M9\r\n"
    )


def test_a_new_column_gives_old_rows_an_empty_cell():
    old = 'motor_id,file\nM1,"two\nlines.csv"\nM2,b.csv\n'
    new = with_rows(old, ["motor_id", "file"], [NEW | {"fs_hz": "5000", "sheet": "S1"}])
    assert new == 'motor_id,file,fs_hz,sheet\nM1,"two\nlines.csv",,\nM2,b.csv,,\nM9,recordings/n.csv,5000,S1\n'


def test_no_row_changes_nothing_and_an_empty_manifest_gets_a_heading():
    assert with_rows("file,motor_id\n", ["file", "motor_id"], []) == "file,motor_id\n"
    assert with_rows("", ["file", "motor_id"], []) == "file,motor_id\n"
    assert columns_for([NEW], ["sheet"]) == ("file", "motor_id", "started_at", "fs_hz", "sheet")


CELL = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)


@given(rows=st.lists(st.tuples(CELL, CELL), max_size=4), end=st.sampled_from(["\n", "\r\n"]), is_wider=st.booleans())
def test_every_old_cell_is_read_again(rows, end, is_wider):
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("file", "motor_id"), *rows])
    text = with_rows(stream.getvalue(), ["file", "motor_id"], [NEW | ({"fs_hz": "1"} if is_wider else {})])
    read = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    more = [""] if is_wider else []
    assert read[1:-1] == [[*row, *more] for row in rows]
    assert read[-1] == ["recordings/n.csv", "M9", *(["1"] if is_wider else [])]
