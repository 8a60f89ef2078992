"""The page "Admin" of a project that was really built, as a viewer meets it; changes in a copy of it."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from browser.conftest import running_voila

from diagmod.io.audit import read_audit
from diagmod.io.model_registry import read_registry
from diagmod.io.model_store import register
from diagmod.io.results import Results

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = pytest.mark.browser

ADDRESS = "voila/render/admin.ipynb"


@pytest.fixture(scope="module")
def root(tiny_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the built project with two versions of one family, so that there is something to promote."""
    copy = tiny_project.copy(tmp_path_factory.mktemp("admin") / "project")
    facts = copy.root / "data/processed/models/anomaly/model.json"
    register(copy.root, "anomaly")
    trained = facts.read_text()
    facts.write_text(json.dumps(json.loads(trained) | {"says": "another"}))
    register(copy.root, "anomaly")
    facts.write_text(trained)
    return copy.root


@pytest.fixture(scope="module")
def base(root: Path) -> Iterator[str]:
    """Address of a server that only shows."""
    with running_voila(root / "notebooks" / "dashboards", root=root) as address:
        yield address


def _open(page: Page, base: str, query: str = "") -> None:
    page.goto(base + ADDRESS + query)
    page.wait_for_selector("footer.dm-footer")
    page.wait_for_selector(".js-plotly-plot .main-svg")


def test_the_page_shows_stages_models_and_data_as_they_are(base, visit, root):
    seen = visit()
    _open(seen.page, base)
    cards = dict(
        seen.page.eval_on_selector_all(
            ".dm-figure-card",
            "cards => cards.map(c => [c.querySelector('dt').innerText, c.querySelector('dd').innerText])",
        )
    )
    status = Results(root).table("load_report")["status"]
    assert cards["Stages fresh"] == "9 of 9"
    assert cards["Model families"] == str(len(read_registry(root).families))
    assert cards["In quarantine"] == f"{(status == 'quarantined').sum()} of {len(status)} files"
    text = seen.page.locator("body").inner_text()
    assert "Every stage is fresh." in text
    assert "This part cannot be shown" not in text
    headings = seen.page.eval_on_selector_all("h1, h2, h3, h4", "nodes => nodes.map(n => Number(n.tagName[1]))")
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert seen.page.title() == "Admin · diagmod"
    assert seen.outside("http://127.0.0.1:") == []
    assert seen.problems == []


@pytest.mark.study
def test_a_version_is_chosen_in_the_table_and_stands_in_the_address(base, visit):
    page = visit().page
    _open(page, base, "?family=anomaly")
    page.locator("a", has_text="1.0.0").first.click()
    page.wait_for_selector("h4 >> text=anomaly@1.0.0")
    page.wait_for_function("() => location.search.includes('version=anomaly%401.0.0')")
    assert page.locator(".dm-admin-promote").count() == 0
    assert page.locator("text=start the pages with").first.is_visible()


@pytest.mark.study
def test_the_files_of_the_models_are_checked_on_demand(base, visit):
    page = visit().page
    _open(page, base)
    page.locator(".dm-admin-check").click()
    page.wait_for_selector("text=0 have a problem.")


def test_with_leave_a_version_is_promoted_after_a_question_and_written_down(visit, root, tmp_path):
    copy = shutil.copytree(root, tmp_path / "project")
    shutil.rmtree(copy / "data/audit.jsonl", ignore_errors=True)
    before = read_registry(copy).families["anomaly"].in_use
    with running_voila(copy / "notebooks" / "dashboards", root=copy, allow_changes=True) as address:
        page = visit().page
        _open(page, address, "?version=anomaly@1.0.0")
        page.locator(".dm-admin-promote").click()
        page.wait_for_selector(".dm-admin-yes")
        assert read_registry(copy).families["anomaly"].in_use == before != "1.0.0"
        page.locator("input[placeholder='why, for the history']").fill("fewer alarms")
        page.keyboard.press("Tab")
        page.locator(".dm-admin-yes").click()
        page.wait_for_selector("text=anomaly v1.0.0 is in use, instead of")
    assert read_registry(copy).families["anomaly"].in_use == "1.0.0"
    (entry,) = read_audit(copy).entries
    assert (entry.action, entry.subject, entry.result) == ("promote", "anomaly@1.0.0", "done")
    assert entry.details["reason"] == "fewer alarms"
