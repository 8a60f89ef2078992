"""A sentence about a file is one line that a terminal, a table and a log can show, whatever the file is called."""

from __future__ import annotations

import os

import pytest

from diagmod.io.refusals import first_line, printable, shorten


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rec\n7.csv", r"rec\n7.csv"),
        ("two\r\nlines.csv", r"two\r\nlines.csv"),
        ("tab\t.csv", r"tab\t.csv"),
        ("bell\x07.csv", r"bell\x07.csv"),
        ("\x1b[31mred.csv", r"\x1b[31mred.csv"),
        ("\u202egnp.csv", r"\u202egnp.csv"),
        ("a\u2028b.csv", r"a\u2028b.csv"),
        ("\U000e0001.csv", r"\U000e0001.csv"),
    ],
)
def test_what_cannot_be_shown_is_written_as_its_code(name, shown):
    assert printable(name) == shown


def test_bytes_of_a_name_that_are_no_utf8_are_written_as_their_codes():
    shown = printable(os.fsdecode(b"byte\xff.csv"))
    assert shown == r"byte\udcff.csv"
    assert shown.encode("utf-8") == rb"byte\udcff.csv"


@pytest.mark.parametrize(
    "name", ["", "a.csv", "x y.csv", "Läuferstrom µA.csv", "Ток А.csv", "電流.csv", "💡.csv", r"a\n.csv"]
)
def test_what_can_be_shown_stays_as_it_is(name):
    assert printable(name) == name


def test_pieces_of_a_file_in_a_sentence_are_short_and_on_one_line():
    assert shorten("a\nb\x07") == r"'a\nb\x07'"
    assert shorten("x" * 1000) == repr("x" * 60 + "...")
    assert first_line(ValueError("no\nmore")) == "no"
    assert first_line(ValueError()) == "ValueError"
    assert len(first_line(ValueError("x" * 1000))) == 120
