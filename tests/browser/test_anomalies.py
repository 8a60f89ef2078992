"""The page "Anomaly detection" of a project that was really built, as a viewer meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import pandas as pd
import pytest
from browser.conftest import running_voila

from diagmod.io.anomaly_files import ANOMALY_SCORES
from diagmod.io.tables import read_table
from diagmod.models.anomaly import recommended_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/anomalies.ipynb"


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def scores(tiny_project: Project) -> pd.DataFrame:
    """Scores that count, one row a recording, the strongest first."""
    table = read_table(tiny_project.root / "data" / "processed" / "anomaly_scores.parquet", ANOMALY_SCORES)
    return recommended_scores(table, "recording").sort_values("severity", ascending=False, kind="stable")


def _open(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}{ADDRESS}{query}")
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".dm-controls .dm-control-motor select")
    page.wait_for_selector("table.dm-grid")


def _cards(page: Page) -> dict[str, str]:
    pairs = page.eval_on_selector_all(
        ".widget-html-content .dm-figure-card",
        "cards => cards.map(c => [c.querySelector('dt').innerText, c.querySelector('dd').innerText])",
    )
    return dict(pairs)


def _wait_for_judged(page: Page, n: int) -> None:
    page.wait_for_function(
        "n => [...document.querySelectorAll('.widget-html-content .dm-figure-card')].some(c => "
        "c.querySelector('dt').innerText === 'Recordings judged' && parseInt(c.querySelector('dd').innerText) === n)",
        arg=n,
    )


def test_the_numbers_are_those_of_the_table_and_a_filter_changes_them(base, visit, scores):
    seen = visit()
    _open(seen.page, base)
    judged = scores[scores["severity"].notna()]
    _wait_for_judged(seen.page, len(judged))
    cards = _cards(seen.page)
    assert cards["Anomalies"].split()[0] == str(int(scores["is_anomaly"].sum()))
    assert cards["Recordings judged"].endswith(f"of {len(scores)}")
    motor = str(scores["motor_id"].iloc[0])
    own = judged[judged["motor_id"] == motor]
    seen.page.locator(".dm-control-motor select").select_option(motor)
    _wait_for_judged(seen.page, len(own))
    assert _cards(seen.page)["Anomalies"].split()[0] == str(int(own["is_anomaly"].sum()))
    assert parse_qs(urlparse(seen.page.url).query) == {"motor": [motor]}
    assert seen.outside(base) == []
    assert seen.problems == []


@pytest.mark.study
def test_a_link_restores_the_view_and_the_export_holds_its_rows(base, visit, scores, tmp_path):
    motor, recording = scores[["motor_id", "recording_id"]].iloc[0]
    page = visit().page
    _open(page, base, f"?motor={motor}&recording={recording}")
    page.wait_for_selector(".dm-anomalies-detail .dm-anomalies-verdict")
    assert page.locator(".dm-control-motor select").input_value() != ""
    assert page.locator(".dm-anomalies-detail h3").first.inner_text().startswith(motor)
    with page.expect_download() as kept:
        page.locator(".dm-export-csv").click()
    kept.value.save_as(tmp_path / "rows.csv")
    rows = pd.read_csv(tmp_path / "rows.csv")
    assert set(rows["motor_id"]) == {motor}
    assert list(rows["recording_id"]) == list(scores.loc[scores["motor_id"] == motor, "recording_id"])


@pytest.mark.study
def test_a_click_on_a_row_tells_what_drove_its_score(base, visit):
    seen = visit()
    _open(seen.page, base)
    row = seen.page.locator("table.dm-grid tbody tr").first
    file = row.locator("td").nth(2).inner_text()
    row.locator("a").nth(1).click()
    seen.page.wait_for_selector(".dm-anomalies-detail .dm-anomalies-verdict")
    assert file in seen.page.locator(".dm-anomalies-detail h3").first.inner_text()
    seen.page.wait_for_selector("text=What to do next")
    assert "recording" in parse_qs(urlparse(seen.page.url).query)
    assert seen.problems == []
