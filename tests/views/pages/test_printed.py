"""Documents to print: whole without network or server, every figure and table with its file, nothing of it runs."""

from __future__ import annotations

import re

import plotly.graph_objects as go
import pytest
from handmade_motors import make_motor_project

from diagmod.views.language import words_of
from diagmod.views.pages.motor import MotorPage
from diagmod.views.pages.printed import Part, printable

EN = words_of("en")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_motor_project(tmp_path_factory.mktemp("printed"))


def _document(root, query=""):
    page = MotorPage(query, root)
    page.headline()
    return page.report()


def _body(text: str) -> str:
    """What a reader sees: without scripts and styles."""
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", text, flags=re.DOTALL)


def test_a_document_of_words_alone_carries_no_script():
    text = printable("Motors", [Part("a", "Words", "<p>3 kW</p>")], {"Data set": "plant <b>"}, EN)
    assert "script-src 'none'" in text and "<script" not in text
    assert "plant &lt;b&gt;" in text and len(text) < 40_000


def test_a_figure_cannot_end_its_own_script_and_says_its_file():
    chart = go.Figure().update_layout(title_text="</script><script>alert(1)</script>")
    text = printable("Motors", [Part("a", "Figure", "", chart, "data/a.parquet")], {}, EN)
    assert "</script><script>alert" not in text and "\\u003c/script>" in text
    assert "<code>data/a.parquet</code>" in text


def test_a_part_on_a_new_page_breaks_before_itself():
    text = printable("Motors", [Part("a", "One"), Part("b", "Two", on_new_page=True)], {}, EN)
    assert text.count("dm-part dm-new-page") == 1 and "break-before: page" in text


def test_the_report_of_a_motor_holds_its_answers_numbers_and_files(root):
    text = _body(_document(root, "motor=M1"))
    expected = (
        "<h1>Motor status: M1</h1>", "<b data-dm-first>20</b>", "80 % of the questions",
        "7.071 <small>A, 71 % of rated", "Data set", "plant", "Last rebuild", "Similar cases in the fleet",
        "rotor changed", "two bars open",
    )  # fmt: skip
    for piece in expected:
        assert piece in text, piece
    for name in ("health/motor_health", "health/health", "features/diagnoses", "features/evidence", "forecast/risk"):
        assert f"data/processed/{name}.parquet" in text, name
    assert "data/interim/waveforms/a2.parquet" in text
    assert "href=" not in text.partition("<main>")[2], "a document has no server to lead to"


def test_every_figure_and_every_table_of_a_report_is_followed_by_its_file(root):
    for query in ("motor=M1", ""):
        text = _document(root, query)
        drawn = text.split("<figure ")[1:]
        assert drawn and all("dm-source" in part.partition("</figure>")[2][:40] for part in drawn)
        tables = _body(text).split("</table>")[1:]
        assert tables and all("dm-source" in part[:60] for part in tables)


def test_the_report_of_the_fleet_has_a_line_a_motor_the_most_urgent_first(root):
    text = _body(_document(root))
    assert "<h1>Motor status: the fleet</h1>" in text
    rows = re.findall(r"<td><b>(M\d)</b>.*?data-dm-grade=\"(\w+)\".*?<td>([\d–]+)</td>", text, re.DOTALL)
    assert rows == [("M1", "act", "20"), ("M4", "plan", "40"), ("M3", "unknown", "–"), ("M5", "unknown", "–"),
                    ("M2", "good", "90")]  # fmt: skip


def test_filters_of_the_page_are_those_of_the_report(root):
    text = _body(_document(root, "grade=good"))
    assert "<b>M2</b>" in text and "<b>M1</b>" not in text
    assert "<dt>grade</dt><dd>good</dd>" in text


def test_a_russian_report_says_so(root):
    text = _document(root, "motor=M1&lang=ru")
    assert '<html lang="ru">' in text and "<h1>Состояние двигателя: M1</h1>" in text


def test_the_same_tables_give_the_same_document(root):
    assert _document(root, "motor=M2") == _document(root, "motor=M2")
