"""Of all separators and decimal marks that one is taken under which nothing is cut; where two are left, none is."""

from __future__ import annotations

import pytest

from diagmod.io.refusals import UnreadableRecording
from diagmod.io.text_dialects import find_dialect

WORD_AND_NUMBER = ("text", "number")


def taken(*lines: str, **tried: str) -> tuple[str, str, tuple[str, ...]]:
    dialect = find_dialect(list(lines), "x.csv", **tried)
    return dialect.delimiter, dialect.decimal, dialect.kinds


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_a_decimal_comma_behind_a_word_is_no_separator(mark):
    """``ok|0,737`` is 0.737; cut at its comma it would be the text ``ok|0`` and the number 737."""
    lines = [f"ok{mark}0,737", f"ok{mark}0,812", f"off{mark}1,5"]
    dialect = find_dialect(lines, "x.csv")
    assert (dialect.delimiter, dialect.decimal, dialect.kinds) == (mark, ",", WORD_AND_NUMBER)
    assert dialect.cells(lines[0]) == ["ok", "0,737"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", " "])
def test_a_decimal_point_behind_a_word_is_read_between_every_separator(mark):
    assert taken(f"ok{mark}0.737", f"ok{mark}0.812") == (mark, ".", WORD_AND_NUMBER)


def test_bars_that_stand_in_a_text_do_not_separate():
    assert taken("a|b,1.5", "c|d,2.25") == (",", ".", WORD_AND_NUMBER)


@pytest.mark.parametrize("lines", [("ok 1,5", "ok 2,25"), ("ok 1,500", "ok 2,250"), ("M1 1,5", "M2 -2,25")])
def test_a_word_a_blank_and_a_comma_are_refused_with_both_readings(lines):
    sentence = (
        "x.csv can be read in two ways, as 2 columns separated by commas with decimal point or as 2 columns separated "
        "by blanks with decimal comma; give the separator by --delimiter"
    )
    with pytest.raises(UnreadableRecording, match=sentence.replace(".", r"\.")):
        find_dialect(list(lines), "x.csv")


@pytest.mark.parametrize(
    ("tried", "expected"),
    [({"delimiters": " "}, (" ", ",")), ({"delimiters": ","}, (",", ".")), ({"decimals": "."}, (",", "."))],
)
def test_a_declared_mark_decides_between_a_word_and_a_pair(tried, expected):
    assert taken("ok 1,5", "ok 2,25", **tried) == (*expected, WORD_AND_NUMBER)


def test_a_clock_time_before_a_decimal_comma_needs_no_choice():
    assert taken("08:00:00 1,5", "08:00:01 2,25") == (" ", ",", ("stamp", "number"))


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("on;yes;0,737", 3),
        ("ok|yes|0,737", 3),
        ("2026-01-31;ok;0,737", 3),
        ("31.01.2026;M1;0,737", 3),
        ("a\tb\t0,737", 3),
    ],
)
def test_words_between_other_separators_leave_the_comma_to_the_number(line, columns):
    """Cut at the comma it would be 737: a factor of a thousand."""
    dialect = find_dialect([line, line.replace("0,737", "-1,5"), line.replace("0,737", "12,25")] * 5, "x.csv")
    assert (dialect.decimal, len(dialect.kinds), dialect.kinds[-1]) == (",", columns, "number")


def test_words_between_blanks_before_a_decimal_comma_are_refused_with_both_readings():
    with pytest.raises(UnreadableRecording, match="can be read in two ways"):
        find_dialect(["ok yes 1,5", "ok no 2,5", "ok yes -3,25"] * 5, "x.csv")


def test_semicolons_inside_a_text_between_commas_do_not_count():
    dialect = find_dialect(["a;b,1.5,2.5", "a;c,1.25,-2.5", "b;c,3.5,1.5"] * 5, "x.csv")
    assert (dialect.delimiter, dialect.kinds) == (",", ("text", "number", "number"))
