"""The page "Data overview" of a project that was really built, as a viewer meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from browser.conftest import running_voila

from diagmod.io.catalogue import Catalogue
from diagmod.io.schemas import LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.tables import describe_table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/overview.ipynb"


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def interim(tiny_project: Project) -> Path:
    return tiny_project.root / "data" / "interim"


def _open(page: Page, base: str) -> None:
    page.goto(base + ADDRESS)
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg")


def _cards(page: Page) -> dict[str, str]:
    pairs = page.eval_on_selector_all(
        ".dm-figure-card", "cards => cards.map(c => [c.querySelector('dt').innerText, c.querySelector('dd').innerText])"
    )
    return dict(pairs)


def _table(page: Page, head: str) -> list[dict[str, str]]:
    """Rows of the table that has a column of this head."""
    rows = page.locator("table", has=page.locator(f"th >> text='{head}'")).first.locator("tr")
    cells = rows.evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.innerText))")
    return [dict(zip(cells[0], row, strict=True)) for row in cells[1:]]


def test_the_page_shows_the_numbers_of_the_tables_and_nothing_of_the_code(base, visit, tiny_project, interim):
    """With 6 motors of 4 recordings, of which one is a duplicate and four cannot be used, in six damaged files."""
    recordings = read_table(interim / "recordings.parquet", RECORDINGS)
    status = read_table(interim / "load_report.parquet", LOAD_REPORT)["status"].value_counts()
    motors = read_table(interim / "motors.parquet", MOTORS)
    seen = visit()
    answers: list[str] = []
    seen.page.on("response", lambda answer: answers.append(answer.text()) if ADDRESS in answer.url else None)
    _open(seen.page, base)
    cards = _cards(seen.page)
    assert cards["Motors"] == str(len(motors)) == "6"
    assert cards["Recordings"].split()[0] == str(len(recordings))
    assert cards["In quarantine"] == f"{status['quarantined']} files" == "4 files"
    assert cards["Duplicates"] == f"{status['duplicate']} file" == "1 file"
    fleet = _table(seen.page, "rated power (kW)")
    counted = {row["motor id"]: int(row["recordings"]) for row in fleet}
    assert counted == recordings["motor_id"].value_counts().to_dict()
    assert sum(int(row["quarantined"]) for row in fleet) <= status["quarantined"]
    refused = _table(seen.page, "reason")
    assert len(refused) == status["quarantined"] + status["duplicate"]

    lineage = describe_table(interim / "recordings.parquet")["lineage"]
    footer = seen.page.locator("footer.dm-footer").inner_text()
    assert "Data set demo" in footer
    assert f"Data version {lineage['inputs']['data/raw/demo'][:8]}" in footer
    assert f"Anomaly model {Catalogue.open(tiny_project.root).versions()['Anomaly model']}" in footer
    assert footer.endswith("trained on this data")

    assert seen.page.title() == "Data overview · diagmod"
    assert len(answers) == 1
    assert not [
        text for text in (*answers, seen.page.content()) if "OverviewPage" in text or "import " + "diag" in text
    ]
    assert len(seen.requests) > 5
    assert seen.outside(base) == []
    assert seen.outside("http://127.0.0.1:") == []
    assert seen.problems == []


def test_a_chosen_motor_shows_its_trend_and_its_recordings_alone(base, visit, interim):
    recordings = read_table(interim / "recordings.parquet", RECORDINGS)
    page = visit().page
    _open(page, base)
    assert page.locator("text=Choose a motor to see its hourly rms current.").is_visible()
    assert len(_table(page, "load (%)")) == len(recordings)
    for motor_id in ("M05", "M02"):
        page.locator("select").select_option(motor_id)
        page.wait_for_selector(f".gtitle >> text=Hourly rms current of {motor_id}")
        own = recordings[recordings["motor_id"] == motor_id].sort_values("started_at", ascending=False)
        page.wait_for_function(f"document.querySelectorAll('.dm-scroll tbody tr').length == {len(own)}")
        shown = _table(page, "load (%)")
        assert {row["motor id"] for row in shown} == {motor_id}
        assert [row["file"] for row in shown] == list(own["file"])
        assert [float(row["rms R (A)"]) for row in shown] == [float(f"{x:.4g}") for x in own["rms_R"]]
        assert pd.Timestamp(shown[0]["started at (UTC)"]) == own["started_at"].iloc[0].tz_localize(None).floor("min")
    assert page.locator(".js-plotly-plot").count() == 2
    page.locator("select").select_option("all motors")
    page.wait_for_selector("text=Choose a motor to see its hourly rms current.")
    assert page.locator(".js-plotly-plot").count() == 1


def test_the_page_fits_a_tablet_and_can_be_read_in_the_dark(base, visit):
    page = visit(viewport={"width": 820, "height": 1180}).page
    _open(page, base)
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    for selector in (".dm-figures", "select", ".js-plotly-plot", "footer.dm-footer"):
        box = page.locator(selector).first.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 820, selector
    assert max(_luminance_of_texts(page)) < 130
    page.emulate_media(color_scheme="dark")
    assert min(_luminance_of_texts(page)) > 120


def _luminance_of_texts(page: Page) -> list[float]:
    """Mean of red, green and blue, 0 to 255, of every kind of text on the page."""
    inks = page.eval_on_selector_all(
        "h1, .dm-figure-card dd, td, footer.dm-footer, .xtick text",
        "nodes => nodes.map(n => { const s = getComputedStyle(n); return n.closest('svg') ? s.fill : s.color; })",
    )
    return [sum(map(float, ink.strip("rgba()").split(",")[:3])) / 3 for ink in inks]
