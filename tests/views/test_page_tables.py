"""Tables as a person reads them: units in the heads, missing values as a dash, and never a tag of a file name."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from diagmod.views.tables import MOST_ROWS, UNITS, sentence, table


def _cells(html: str, kind: str = "td") -> list[str]:
    return re.findall(rf"<{kind}(?: [^>]*)?>(.*?)</{kind}>", html)


def _shown(value: object) -> str:
    return _cells(table(pd.DataFrame({"a": [value]})).data)[0]


@pytest.mark.parametrize(
    ("column", "head"),
    [
        ("fs_hz", "fs (Hz)"),
        ("duration_s", "duration (s)"),
        ("load_pct", "load (%)"),
        ("rated_power_kw", "rated power (kW)"),
        ("rated_rpm", "rated speed (rpm)"),
        ("rms_R", "rms R (A)"),
        ("started_at", "started at (UTC)"),
        ("motor_id", "motor id"),
        ("severity", "severity"),  # a number without a unit
        ("rows", "rows"),
    ],
)
def test_heads_say_the_unit_once_and_drop_it_from_the_name(column, head):
    assert _cells(table(pd.DataFrame({column: [1]})).data, "th") == [head]


def test_a_unit_given_by_the_caller_goes_before_that_of_the_schema():
    frame = pd.DataFrame({"rms_R": [1.0], "flagged_pct": [2.0]})
    html = table(frame, units={"rms_R": "unit unstated", "flagged_pct": "%"}).data
    assert _cells(html, "th") == ["rms R (unit unstated)", "flagged (%)"]
    assert UNITS["rms_R"] == "A"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.nan, "–"),
        (None, "–"),
        (pd.NaT, "–"),
        ("", ""),
        (0, "0"),
        (1.23456, "1.235"),
        (0.0, "0"),
        (16384.6, "16385"),
        (True, "yes"),
        (np.False_, "no"),
        (pd.Timestamp("2026-01-05T08:07:59Z"), "2026-01-05 08:07"),
        (["R", "S"], "[&#x27;R&#x27;, &#x27;S&#x27;]"),
    ],
)
def test_values_are_short_and_a_missing_one_is_a_dash(value, text):
    assert _shown(value) == text


def test_a_file_name_is_text_wherever_it_stands():
    hostile = '<script>alert("1")</script>&amp;.csv'
    html = table(pd.DataFrame({"file": [hostile], "<b>": [1]}), units={"<b>": "<i>"}).data
    assert _cells(html)[0] == "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;.csv"
    assert _cells(html, "th")[1] == "&lt;b&gt; (&lt;i&gt;)"
    assert not re.search(r"<(script|b|i)\b", html)


def test_numbers_stand_to_the_right_and_flags_do_not():
    html = table(pd.DataFrame({"n": [1], "x": [1.5], "flag": [True], "word": ["a"]})).data
    assert re.findall(r"<td( class=dm-number)?", html) == [" class=dm-number", " class=dm-number", "", ""]


def test_a_time_is_not_broken_into_lines_and_a_sentence_is():
    html = table(pd.DataFrame({"a": [pd.Timestamp("2026-01-05T08:07Z")], "b": ["a sentence about a file"]})).data
    assert re.findall(r"<td([^>]*)>", html) == [" style=white-space:nowrap", ""]


@pytest.mark.parametrize(
    ("n", "said"), [(MOST_ROWS, ""), (MOST_ROWS + 1, "<p>1 more row.</p>"), (MOST_ROWS + 5, "<p>5 more rows.</p>")]
)
def test_a_long_table_says_how_many_rows_it_does_not_show(n, said):
    html = table(pd.DataFrame({"a": range(n)})).data
    assert _cells(html) == [str(k) for k in range(MOST_ROWS)]
    assert html.split("</table>")[1] == said


def test_an_empty_table_keeps_its_heads_and_says_that_it_is_empty():
    html = table(pd.DataFrame({"file": [], "fs_hz": []})).data
    assert _cells(html, "th") == ["file", "fs (Hz)"]
    assert html.endswith("<p>No rows.</p>")


def test_columns_are_shown_in_the_order_asked_for_and_no_others():
    assert _cells(table(pd.DataFrame({"a": [1], "b": [2], "c": [3]}), ["c", "a"]).data) == ["3", "1"]


def test_a_sentence_keeps_its_markdown_and_shows_a_name_as_text():
    text = sentence("Run `dvc repro`: data set <script>alert(1)</script>, **bold**").data
    assert text == "Run `dvc repro`: data set &lt;script>alert(1)&lt;/script>, **bold**"
