"""Every page as its viewers meet it: complete, quiet, at home on this machine, on every screen, in every
language and for everybody.

Pictures are kept in the folder that ``DIAGMOD_SCREENSHOTS`` names, for people to look at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.conftest import running_voila
from page_visits import (
    SCREENS,
    VIEWS,
    address_of,
    english_words,
    sideways,
    violations,
    wait_until_complete,
    wait_until_figures_fit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from browser.conftest import Visit
    from tiny_project import Project

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

#: What must stand on each view, beside what all have.
PARTS = {
    "overview": ("table.dm-grid", ".js-plotly-plot", ".dm-figure-card"),
    "anomalies": ("table.dm-grid", ".js-plotly-plot", ".dm-figure-card"),
    "trends": ("table.dm-grid", ".js-plotly-plot", ".dm-figure-card"),
    "fleet": ("table.dm-grid",),
    "motor": ("table.dm-grid", ".js-plotly-plot"),
    "recording": (".js-plotly-plot",),
    "admin": ("table.dm-grid",),
}

#: Views looked at in Russian; the others are a study (tests/study/test_russian_pages.py).
IN_RUSSIAN = ("overview", "motor")

#: Steps of the tabulator within which the controls are reached.
MOST_STEPS = 40


@pytest.fixture(scope="module")
def base(tiny_project: Project) -> Iterator[str]:
    """Address of a server of the built project's own dashboards."""
    with running_voila(tiny_project.root / "notebooks" / "dashboards", root=tiny_project.root) as address:
        yield address


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the pictures."""
    folder = Path(os.environ.get("DIAGMOD_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_is_complete_quiet_and_fits_every_screen(base, visit, pictures, view):
    seen: Visit = visit(viewport={"width": 1440, "height": SCREENS[1440]})
    page = seen.page
    page.goto(base + address_of(view), wait_until="commit")
    wait_until_complete(page)
    for part in (".dm-status b", "h1", "h2", ".dm-controls", ".dm-tools button", "footer.dm-footer b", *PARTS[view]):
        assert page.locator(f"{part} >> visible=true").count(), part
    assert page.locator("[data-dm-first]").count() == 1, "one first number, in the widget alone"
    assert page.locator("[data-dm-error]").count() == 0
    assert "cannot be shown" not in page.locator("body").inner_text()
    assert page.locator("nav a[aria-current=page]").count() == 1
    assert violations(page) == {"light": [], "dark": []}
    for width, height in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            wait_until_figures_fit(page)
            page.screenshot(path=pictures / f"{view}-{width}-{scheme}.png", full_page=True)
        assert sideways(page) <= 0, f"{view} must be scrolled sideways at {width} px"
    assert seen.outside(base) == []
    assert seen.problems == []


@pytest.mark.parametrize("view", IN_RUSSIAN)
def test_a_russian_page_shows_no_english(base, visit, pictures, view):
    seen: Visit = visit(viewport={"width": 1440, "height": SCREENS[1440]})
    seen.page.goto(base + address_of(view, "ru"), wait_until="commit")
    wait_until_complete(seen.page)
    seen.page.screenshot(path=pictures / f"{view}-ru.png", full_page=True)
    assert seen.page.locator("html").get_attribute("lang") == "ru"
    assert english_words(seen.page) == []
    assert seen.problems == []


def test_a_page_is_used_by_keyboard_alone(base, visit):
    page = visit(viewport={"width": 1440, "height": 1000}).page
    page.goto(base + address_of("overview"), wait_until="commit")
    wait_until_complete(page)
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("class") == "dm-skip"
    assert skip.bounding_box()["x"] >= 0, "the link to the content is seen when it is reached"
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.hash === '#rendered_cells'")
    steps = _steps_to(page, ".dm-controls select")
    assert steps <= MOST_STEPS
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), "no sign of the focus"
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => location.search.includes('motor=')")
    chosen = page.evaluate("new URLSearchParams(location.search).get('motor')")
    page.wait_for_function(
        "motor => [...document.querySelectorAll('table.dm-grid tbody')].some(rows => rows.innerText.includes(motor))",
        arg=chosen,
    )
    assert _steps_to(page, ".dm-tools button") <= MOST_STEPS


def _steps_to(page, selector: str) -> int:
    """Steps of the tabulator until something of a kind has the focus."""
    for step in range(1, MOST_STEPS + 2):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return step
    return MOST_STEPS + 1


def test_colours_are_chosen_once_for_all_pages(base, visit: Callable[..., Visit]):
    page = visit(color_scheme="light").page
    page.goto(base)
    page.locator("#dm-theme").select_option("dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    page.goto(base + address_of("recording"), wait_until="commit")
    page.wait_for_selector(".dm-topbar")
    assert page.evaluate(paper) == dark


def test_no_serious_violation_on_the_list_of_pages(base, visit):
    page = visit().page
    page.goto(base)
    assert violations(page) == {"light": [], "dark": []}


def test_axe_finds_a_violation_where_there_is_one(base, visit):
    page = visit().page
    page.goto(base)
    page.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')")
    found = " ".join(violations(page)["light"])
    assert "image-alt" in found
    assert "label" in found
