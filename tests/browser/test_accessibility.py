"""Every page, light and dark, under the rules of axe-core: nothing serious stands in the way of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
import pytest
from browser.conftest import running_voila
from page_visits import VIEWS, address_of, wait_until_complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page
    from tiny_project import Project

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: Rules of WCAG 2.1, levels A and AA, and good practice.
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map((node) => `${id}: ${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none)
      .map((check) => check.message).join("; ").slice(0, 160)})`));
}"""


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core, from its package: a page that allows no other scripts runs it by the debugger."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def _violations(page: Page, axe: str) -> dict[str, list[str]]:
    """Serious and critical violations, light and dark."""
    page.evaluate(f"() => {{ {axe}\n; return true; }}")
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(200)
        found[scheme] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_no_serious_violation_on_a_page(base, visit, axe, view):
    page = visit(viewport={"width": 1440, "height": 1000}).page
    page.goto(base + address_of(view), wait_until="commit")
    wait_until_complete(page)
    assert _violations(page, axe) == {"light": [], "dark": []}


def test_no_serious_violation_on_the_list_of_pages(base, visit, axe):
    page = visit().page
    page.goto(base)
    assert _violations(page, axe) == {"light": [], "dark": []}


def test_axe_finds_a_violation_where_there_is_one(base, visit, axe):
    page = visit().page
    page.goto(base)
    page.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')")
    found = " ".join(_violations(page, axe)["light"])
    assert "image-alt" in found
    assert "label" in found
