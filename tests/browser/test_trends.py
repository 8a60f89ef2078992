"""The page "Trend analysis" as a viewer meets it: on tables known by hand, and on a project that was really built."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from browser.conftest import ROOT, running_voila
from handmade_trends import make_project

from diagmod.io.results import Results

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/trends.ipynb"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("trends"))
    shutil.copytree(ROOT / ".jupyter", folder / ".jupyter", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks" / "dashboards").mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "dashboards" / "trends.ipynb", folder / "notebooks" / "dashboards")
    return folder


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    with running_voila(root / "notebooks" / "dashboards", root=root) as address:
        yield address


def _open(page: Page, base: str, query: str = "") -> None:
    page.goto(f"{base}{ADDRESS}{query}")
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.wait_for_selector(".dm-trends-fleet table.dm-lively")


def _cards(page: Page) -> dict[str, str]:
    pairs = page.eval_on_selector_all(
        ".dm-figure-card", "cards => cards.map(c => [c.querySelector('dt').innerText, c.querySelector('dd').innerText])"
    )
    return {name: " ".join(value.split()) for name, value in pairs}


def _fleet(page: Page) -> list[list[str]]:
    rows = page.locator(".dm-trends-fleet tbody tr")
    return rows.evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.innerText.trim()))")


def _query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_page_shows_the_numbers_of_the_tables_and_asks_nobody_outside(base, visit, root):
    risk = Results(root).table("forecast_risk")
    seen = visit()
    _open(seen.page, base)
    assert seen.page.title() == "Trend analysis · diagmod"
    cards = _cards(seen.page)
    assert cards["Series forecast"] == "12 of 13"
    assert cards["Highest risk"] == "74 % M1 phase S, ◆ plan"
    shown = _fleet(seen.page)
    assert len(shown) == len(risk)
    assert {(row[0], f"rms_{row[1]}", float(row[3])) for row in shown} == set(
        zip(risk["motor_id"], risk["quantity"], risk["limit"], strict=True)
    )
    assert seen.page.locator("[data-dm-first]").first.inner_text().startswith("12")
    assert seen.outside(base) == []
    assert seen.problems == []


@pytest.mark.study
def test_a_motor_of_the_table_is_chosen_by_its_link_and_the_address_restores_it(base, visit):
    page = visit().page
    _open(page, base)
    page.locator(".dm-trends-fleet a", has_text="M2").first.click()
    page.wait_for_selector("h2 >> text='Motor M2: what is expected'")
    page.wait_for_function("() => document.querySelectorAll('.dm-trends-fleet tbody tr').length == 3")
    assert {row[0] for row in _fleet(page)} == {"M2"}
    assert _query(page) == {"motor": ["M2"]}
    page.locator(".dm-control-own input").fill("28.55")
    page.locator(".dm-control-own input").press("Enter")
    page.wait_for_selector("h3 >> text='Your own limit'")
    page.wait_for_function("() => location.search.includes('own=28.55')")
    address = page.url
    again = visit().page
    again.goto(address)
    again.wait_for_selector("text=28.55 A is reached by the 95 % quantile first on 2026-06-06")
    assert again.locator(".dm-control-motor select").input_value() == "M2"


@pytest.mark.study
def test_a_file_holds_the_rows_of_the_choice(base, visit, root):
    page = visit().page
    _open(page, base, "?motor=M1&phase=R&days=10")
    page.locator(".dm-tools select").select_option("forecasts")
    with page.expect_download() as kept:
        page.locator(".dm-export-csv").click()
    assert kept.value.suggested_filename == "diagmod-forecasts.csv"
    found = pd.read_csv(kept.value.path(), encoding="utf-8-sig")
    stored = Results(root).table("forecasts", motor_id="M1")
    stored = stored[(stored["quantity"] == "rms_R") & ((stored["leg"] == "hourly") | (stored["step"] <= 10))]
    assert found["q50"].tolist() == stored["q50"].tolist()


@pytest.mark.study
def test_a_project_that_was_built_shows_its_forecasts_or_why_there_are_none(visit, tiny_project: Project):
    results = Results(tiny_project.root)
    series, risk = results.table("forecast_series"), results.table("forecast_risk")
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as base:
        seen = visit()
        seen.page.goto(base + ADDRESS)
        seen.page.wait_for_selector("footer.dm-footer")
        seen.page.wait_for_selector(".dm-trends-fleet table.dm-lively")
        assert _cards(seen.page)["Series forecast"] == f"{(series['method'] != '').sum()} of {len(series)}"
        assert len(_fleet(seen.page)) == min(len(risk), 10)
        refused = series.loc[series["method"] == "", "reason"]
        text = seen.page.inner_text("body")
        assert all(reason in text for reason in refused.head(3))
        assert seen.problems == []
