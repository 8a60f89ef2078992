"""Tables of a page: read without scripts, sorted by value and not by letters, and never HTML of somebody else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from diagmod.views.language import Words, words_of
from diagmod.views.pages.grids import anchor, grid, source_line

EN = words_of("en")
EVIL = "<img src=x onerror=alert(1)>'\"&"


class _Tags(HTMLParser):
    """Tags and texts, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def _grid(frame: pd.DataFrame, **more: object) -> _Tags:
    return _Tags(grid(frame, EN, caption="Rows", source="data/x.parquet", **more))  # type: ignore[arg-type]


def test_a_table_has_a_name_heads_with_units_and_its_source():
    read = _grid(pd.DataFrame({"motor_id": ["M01"], "duration_s": [12.5], "load_pct": [80.0]}))
    assert read.of("table") == [{"class": "dm-grid"}]
    assert read.of("caption") == [{"class": "dm-hidden"}]
    assert [head["scope"] for head in read.of("th")] == ["col", "col", "col"]
    assert read.texts[:7] == ["Rows", "motor id", "duration (s)", "load (%)", "M01", "12.5", "80"]
    assert read.texts[-1] == "data/x.parquet"


def test_words_for_a_column_replace_its_name_and_units_may_be_handed_in():
    read = _grid(pd.DataFrame({"low": [1.0]}), heads={"low": "at least"}, units={"low": "A"})
    assert "at least (A)" in read.texts


def test_heads_and_texts_are_translated_and_units_are_not():
    words = Words({"duration": "длительность", "yes": "да", "good": "хорошо", "Rows": "Строки"}, "ru")
    read = _Tags(
        grid(
            pd.DataFrame({"duration_s": [1.0], "quality": ["good"], "is_new": [True]}),
            words,
            caption="Rows",
            source="",
        )
    )
    assert {"длительность (s)", "хорошо", "да", "Строки"} <= set(read.texts)


def test_numbers_stand_right_and_texts_left():
    read = _grid(pd.DataFrame({"n": [1], "text": ["a long sentence that may be broken"], "is_new": [True]}))
    assert [cell.get("class") for cell in read.of("td")] == ["dm-number", None, "dm-short"]


def test_a_time_stays_on_its_line_and_a_sentence_has_room():
    read = _grid(
        pd.DataFrame({"at": pd.to_datetime(["2026-01-31 10:00"]), "why": ["a sentence that says a great deal " * 2]})
    )
    assert [cell.get("class") for cell in read.of("td")] == ["dm-short", "dm-long"]


def test_cells_are_sorted_by_their_values():
    """1e-5 is less than 0.5, and 9 o'clock comes before 10; what is missing comes first."""
    frame = pd.DataFrame(
        {
            "value": [12345678.0, 1e-5, float("nan")],
            "started_at": pd.to_datetime(["2026-01-31 10:00", "2026-01-31 09:00", None], utc=True),
        }
    )
    orders = [float(cell["data-order"] or "") for cell in _grid(frame).of("td")]
    values, times = orders[::2], orders[1::2]
    assert values == [12345678.0, 1e-5, -1e99]
    assert times[0] - times[1] == 3600
    assert times[2] == -1e99


def test_every_text_is_text_and_no_html():
    frame = pd.DataFrame({EVIL: [EVIL], "link": [EVIL]})
    html = grid(
        frame, EN, caption=EVIL, source=EVIL, heads={EVIL: EVIL}, units={"link": EVIL},
        links={"link": lambda row: ("motor", {"motor": row["link"]})},
    )  # fmt: skip
    read = _Tags(html)
    assert "img" not in {tag for tag, _ in read.tags}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert read.texts.count(EVIL) == 5


def test_a_link_leads_to_a_page_with_its_selection():
    read = _Tags(anchor(EVIL, ("motor", {"motor": "M 3&x='\"", "from": ""})))
    (link,) = read.of("a")
    address = urlsplit(link["href"])
    assert address.path == "motor.ipynb"
    assert parse_qs(address.query) == {"motor": ["M 3&x='\""]}
    assert "data-dm-set" not in link
    assert read.texts == [EVIL]


def test_a_link_of_the_same_page_tells_the_kernel_what_it_sets():
    (link,) = _Tags(anchor("M03", ("", {"motor": "'>\"", "from": ""}))).of("a")
    assert parse_qs(urlsplit(link["href"]).query) == {"motor": ["'>\""]}
    assert json.loads(link["data-dm-set"] or "") == {"motor": "'>\"", "from": ""}


def test_a_cell_without_a_link_is_a_text():
    frame = pd.DataFrame({"motor_id": ["M01", "M02"]})
    read = _grid(frame, links={"motor_id": lambda row: ("motor", {}) if row["motor_id"] == "M01" else None})
    assert len(read.of("a")) == 1
    assert "M02" in read.texts


def test_a_link_sees_columns_that_are_not_shown():
    frame = pd.DataFrame({"file": ["a.csv"], "recording_id": ["r1"]})
    read = _grid(frame, columns=["file"], links={"file": lambda row: ("recording", {"recording": row["recording_id"]})})
    assert read.of("a")[0]["href"] == "recording.ipynb?recording=r1"
    assert "r1" not in read.texts


@pytest.mark.parametrize(("rows", "told"), [(3, False), (4, True)])
def test_a_long_table_is_cut_and_says_so(rows, told):
    html = grid(pd.DataFrame({"n": range(rows)}), EN, caption="Rows", source="", most_rows=3)
    assert html.count("<tr>") == 1 + 3
    assert ("Shown are the first 3 of 4 rows; the filters find the others, exports hold all." in html) == told


def test_an_empty_table_is_a_sentence_with_its_source():
    html = grid(pd.DataFrame({"n": []}), EN, caption="Rows", source="data/x.parquet")
    assert "<table" not in html
    assert "No rows." in html
    assert "data/x.parquet" in html


def test_a_missing_value_is_a_dash():
    frame = pd.DataFrame({"a": [None], "b": [float("nan")], "c": [pd.NaT], "d": pd.array([None], "str")})
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", grid(frame, EN, caption="", source=""))
    assert cells == ["–"] * 4


def test_without_a_file_there_is_no_source_line():
    assert source_line(EN, "") == ""
    assert "<code>&lt;x&gt;</code>" in source_line(EN, "<x>")
