"""The page "Motor status" of a project that was really built, as a viewer meets it, and its report offline."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from browser.conftest import PATIENCE_MS, running_voila
from playwright.sync_api import expect

from diagmod.io.health_tables import MOTOR_HEALTH
from diagmod.io.tables import read_table
from diagmod.report_command import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/motor.ipynb"


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def health(tiny_project: Project) -> pd.DataFrame:
    return read_table(tiny_project.root / "data/processed/health/motor_health.parquet", MOTOR_HEALTH)


def _open(page: Page, base: str, query: str = "") -> None:
    page.goto(base + ADDRESS + query)
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg:visible")


def _shown_index(row: pd.Series) -> str:
    return "unknown" if pd.isna(row["health_index"]) else f"{row['health_index']:.0f}"


@pytest.mark.study
def test_the_wall_is_the_table_and_a_tile_leads_to_its_motor_and_back(base, visit, health):
    seen = visit()
    page = seen.page
    _open(page, base)
    tiles = page.locator(".dm-motor-wall .dm-motor-tile")
    assert tiles.count() == len(health) == 6
    for row in (health.iloc[k] for k in range(len(health))):
        text = page.locator(".dm-motor-tile", has_text=row["motor_id"]).inner_text()
        assert row["grade"] in text and _shown_index(row) in text
    first = str(tiles.first.locator(".dm-motor-title b").inner_text())
    tiles.first.click()
    page.wait_for_selector(f".dm-motor-now .dm-motor-name >> text={first}")
    expect(page).to_have_url(re.compile(rf"\?.*motor={first}"))
    page.get_by_text("The whole fleet").click()
    page.wait_for_selector(".dm-motor-wall:visible")
    expect(page).not_to_have_url(re.compile("motor="))
    assert seen.outside(base) == [] and seen.problems == []


def test_a_link_to_a_motor_answers_with_the_numbers_of_the_table(base, visit, health):
    seen = visit(viewport={"width": 390, "height": 844})
    row = health.sort_values("risk", ascending=False).iloc[0]
    _open(seen.page, base, f"?motor={row['motor_id']}")
    now = seen.page.locator(".dm-motor-now:visible").first
    assert now.get_attribute("data-dm-grade") == row["grade"]
    assert now.locator("[data-dm-first]").inner_text() == _shown_index(row)
    told = now.inner_text()
    assert f"{row['knowledge_pct']:.0f} % of the questions" in told and row["action"] in told
    assert seen.page.locator("svg.dm-motor-light[role=img]").first.get_attribute("aria-label") == row["grade"]
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(seen.page.locator(".js-plotly-plot .main-svg").nth(4)).to_be_visible(timeout=PATIENCE_MS)
    assert seen.problems == []


@pytest.mark.study
def test_a_grade_that_is_clicked_narrows_the_wall(base, visit, health):
    page = visit().page
    _open(page, base)
    grade = health["grade"].mode()[0]
    page.locator(".dm-motor-counts a", has_text=grade).first.click()
    n = int((health["grade"] == grade).sum())
    expect(page.locator(".dm-motor-wall .dm-motor-tile")).to_have_count(n, timeout=PATIENCE_MS)
    expect(page).to_have_url(re.compile(rf"\?.*grade={grade}"), timeout=PATIENCE_MS)


def test_the_report_opens_offline_and_draws_its_figures(visit, tiny_project, health, tmp_path: Path):
    for motor in (health["motor_id"].iloc[0], ""):
        file = tmp_path / f"report{motor}.html"
        file.write_text(document(tiny_project.root, motor), encoding="utf-8")
        seen = visit(offline=True)
        seen.page.goto(file.as_uri())
        n = seen.page.locator("figure.dm-figure").count()
        assert n >= 1
        expect(seen.page.locator(".js-plotly-plot .main-svg").nth(n - 1)).to_be_attached(timeout=PATIENCE_MS)
        assert seen.outside(file.as_uri()) == [] and seen.problems == []
        shown = seen.page.locator("main").inner_text()
        assert _shown_index(health.iloc[0]) in shown and "data/processed/health/motor_health.parquet" in shown
