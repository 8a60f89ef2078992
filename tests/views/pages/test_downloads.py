"""Files that a viewer takes home hold what was shown: numbers as numbers, texts as texts, times in UTC."""

from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from diagmod.views.pages.downloads import MIME, as_csv, as_json, as_xlsx, download

ABOUT = {"page": "overview", "chosen motor": "=M01", "Data set": "demo"}


@pytest.fixture
def rows() -> pd.DataFrame:
    times = pd.to_datetime(["2026-01-31 23:59:59", None, "2026-02-01 00:00:00"], utc=True)
    return pd.DataFrame(
        {
            "motor_id": ["M01", "=1+1", "Насос, 7\nзал"],
            "started_at": times,
            "rms_R": [1.25, np.nan, -3.0],
            "n": [1, 2, 3],
            "is_new": [True, False, True],
            "parts": [["a", "b"], [], ["c"]],
        }
    )


def _sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def test_csv_comes_back_as_it_was(rows):
    content = as_csv(rows)
    assert content.startswith(b"\xef\xbb\xbf"), "a spreadsheet needs the mark to read Russian"
    back = pd.read_csv(io.BytesIO(content), parse_dates=["started_at"])
    plain = [name for name in rows if name != "parts"]
    pd.testing.assert_frame_equal(back[plain], rows[plain], check_dtype=False)


def test_a_time_in_a_csv_has_its_zone(rows):
    assert b"2026-01-31 23:59:59+00:00" in as_csv(rows)


def test_a_workbook_comes_back_as_it_was_and_says_what_it_is(rows):
    sheets = _sheets(as_xlsx({"recordings": rows}, ABOUT))
    assert list(sheets) == ["about", "recordings"]
    assert sheets["about"] == [["page", "overview"], ["chosen motor", "=M01"], ["Data set", "demo"]]
    head, first, second, third = sheets["recordings"]
    assert head == list(rows.columns)
    assert first == ["M01", pd.Timestamp("2026-01-31 23:59:59"), 1.25, 1, True, "['a', 'b']"]
    assert second == ["=1+1", None, None, 2, False, "[]"]
    assert third[0] == "Насос, 7\nзал"
    back = pd.read_excel(io.BytesIO(as_xlsx({"recordings": rows}, ABOUT)), sheet_name="recordings")
    assert len(back) == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1"])
def test_a_text_that_begins_like_a_formula_stays_a_text_in_a_workbook(text):
    frame = pd.DataFrame({text.strip(): [text]})
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx({"files": frame}, {text: text})))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert book["files"]["A2"].value == text


def test_what_a_workbook_cannot_hold_is_left_out_or_said_in_words():
    frame = pd.DataFrame({"text": ["a\x00b\x1b", "x" * 40_000], "value": [np.inf, -np.inf], "whole": [np.int64(1), 2]})
    _, first, second = _sheets(as_xlsx({"files": frame}, {}))["files"]
    assert first == ["ab", "inf", 1]
    assert second == ["x" * 32_767, "-inf", 2]


def test_a_table_longer_than_a_sheet_is_refused_in_words(monkeypatch):
    monkeypatch.setattr("diagmod.views.pages.downloads.MOST_ROWS", 2)
    with pytest.raises(ValueError, match="recordings has 3 rows, a sheet holds 2; choose fewer or take the CSV"):
        as_xlsx({"recordings": pd.DataFrame({"n": [1, 2, 3]})}, {})


def test_times_of_another_zone_are_written_in_utc():
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-01-31 12:00"]).tz_localize("Etc/GMT-3")})
    assert _sheets(as_xlsx({"t": frame}, {}))["t"][1] == [pd.Timestamp("2026-01-31 09:00")]


def test_json_comes_back_as_it_was_and_a_missing_value_is_null(rows):
    back = json.loads(as_json({"recordings": rows}, ABOUT))
    assert back["about"] == ABOUT
    first, second, third = back["tables"]["recordings"]
    assert first["rms_R"] == 1.25
    assert first["started_at"].startswith("2026-01-31T23:59:59")
    assert second["rms_R"] is None
    assert second["started_at"] is None
    assert second["motor_id"] == "=1+1"
    assert third["motor_id"] == "Насос, 7\nзал"
    assert third["parts"] == ["c"]


def test_an_empty_table_keeps_its_columns(rows):
    empty = rows.head(0)
    assert list(pd.read_csv(io.BytesIO(as_csv(empty)))) == list(rows)
    assert _sheets(as_xlsx({"recordings": empty}, {}))["recordings"] == [list(rows)]
    assert json.loads(as_json({"recordings": empty}, {}))["tables"] == {"recordings": []}


def test_a_download_holds_the_file_and_its_name_is_no_html():
    html = download("a'><b>.csv", b"\x00\xffn")
    assert html.count("<") == 2
    packed = re.search("data-dm-content='([^']*)'", html)
    assert base64.b64decode(packed[1]) == b"\x00\xffn"
    assert f"data-dm-mime='{MIME['csv']}'" in html


def test_only_known_kinds_of_files_are_sent():
    with pytest.raises(KeyError):
        download("page.exe", b"")
