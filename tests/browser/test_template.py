"""Dashboards as a viewer meets them: a real Voila with our template, in a real Chromium."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nbformat
import pytest

from diagmod.io.notebooks import KERNELSPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

#: Stands in the source of a cell and in the reason of its failure; no viewer may see it.
SECRET = "only_the_author_reads_this"  # noqa: S105 - a word to look for

FIGURE = ".js-plotly-plot .main-svg"

_MARKDOWN = nbformat.v4.new_markdown_cell
_CODE = nbformat.v4.new_code_cell

CURRENTS = [
    _MARKDOWN("# Currents of one motor\n\nWhich phase carries more?"),
    _CODE(f"# {SECRET}\nimport time, ipywidgets, plotly.graph_objects as go\ntime.sleep(1)"),
    _CODE(
        "figure = go.Figure(go.Scatter(y=[1, 3, 2], name='R'))\n"
        "figure.add_hline(y=2, annotation_text='limit')\n"
        "figure.update_layout(title='Current', xaxis_title='time (s)', yaxis_title='current (A)')\n"
        "mime = {'application/vnd.plotly.v1+json': figure.to_plotly_json(), 'text/plain': 'figure'}\n"
        "out = ipywidgets.Output()\n"
        "out.outputs = ({'output_type': 'display_data', 'data': mime, 'metadata': {}},)\n"
        "choice = ipywidgets.Dropdown(options=['M01', 'M02'], description='Motor')\n"
        "shown = ipywidgets.HTML('M01 is shown')\n"
        "choice.observe(lambda change: setattr(shown, 'value', change['new'] + ' is shown'), 'value')\n"
        "refresh = ipywidgets.Button(description='Refresh')\n"
        "row = [choice, ipywidgets.FloatSlider(description='share'), ipywidgets.Text(description='note'), refresh]\n"
        "ipywidgets.VBox([ipywidgets.HBox(row), shown, out])"
    ),
    _CODE("import pandas\npandas.DataFrame([range(30)], columns=[f'column{k}' for k in range(30)])"),
]
FAILING = [
    _MARKDOWN("# A page that fails"),
    _CODE("print('what stands before')"),
    _CODE(f"raise RuntimeError('{SECRET}')"),
    _CODE("print('what stands after')"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, serve_folder: Callable[[Path], str]) -> str:
    """Address of a server of two pages, with a file beside them and a notebook outside."""
    outside = tmp_path_factory.mktemp("project")
    folder = outside / "pages"
    folder.mkdir()
    _write(folder / "01_currents.ipynb", CURRENTS)
    _write(folder / "02_failing.ipynb", FAILING)
    _write(outside / "private.ipynb", [_MARKDOWN(f"# {SECRET}")])
    (folder / "x.csv").write_text(SECRET, encoding="utf-8")
    return serve_folder(folder)


def _write(path: Path, cells: list[nbformat.NotebookNode]) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), path)


def _open_currents(page: Page, base: str) -> None:
    page.goto(base + "voila/render/01_currents.ipynb")
    page.wait_for_selector(FIGURE)


def _luminance(page: Page, selector: str, style: str) -> float:
    """Mean of red, green and blue of a computed colour, 0 to 255."""
    colour = page.eval_on_selector(selector, f"node => getComputedStyle(node).{style}")
    return sum(float(part) for part in colour.strip("rgba()").split(",")[:3]) / 3


def test_page_says_that_it_loads_before_its_cells_are_done(base, visit):
    page = visit().page
    page.goto(base + "voila/render/01_currents.ipynb", wait_until="commit")
    assert page.wait_for_selector("#loading >> text=Loading").is_visible()
    assert page.locator(".dm-product").is_visible()
    assert page.locator(FIGURE).count() == 0
    page.wait_for_selector(FIGURE)
    assert page.locator("#loading").count() == 0


def test_page_works_offline_again_after_a_reload_and_hides_its_source(base, visit):
    seen = visit()
    answers: list[str] = []
    seen.page.on("response", lambda answer: answers.append(answer.text()) if "/voila/render/" in answer.url else None)
    _open_currents(seen.page, base)
    assert seen.page.title() == "Currents of one motor · diagmod"
    assert seen.page.locator("h1").inner_text() == "Currents of one motor"
    seen.page.locator(".widget-dropdown select").select_option("M02")
    seen.page.wait_for_selector("text=M02 is shown")
    # voila#1428: a figure shown while the notebook runs can hang the page at its first reload
    seen.page.reload()
    seen.page.wait_for_selector(FIGURE)
    seen.page.wait_for_selector("text=M01 is shown")
    assert len(answers) == 2
    assert not [text for text in [*answers, seen.page.content()] if SECRET in text]
    assert len(seen.requests) > 5
    assert seen.outside(base) == []
    assert seen.problems == []


def test_dark_scheme_inks_page_and_figure_anew(base, visit):
    page = visit(color_scheme="light").page
    _open_currents(page, base)
    inks = {
        "h1": "color", ".xtick text": "fill", ".gtitle": "fill", ".annotation-text": "fill",
        ".shapelayer path": "stroke", ".widget-dropdown select": "color", "thead th": "color",
    }  # fmt: skip
    papers = {
        "body": "backgroundColor",
        ".bglayer .bg, .plot > .bg": "fill",
        ".widget-dropdown select": "backgroundColor",
    }
    light_inks = {selector: _luminance(page, selector, style) for selector, style in inks.items()}
    light_papers = {selector: _luminance(page, selector, style) for selector, style in papers.items()}
    page.emulate_media(color_scheme="dark")
    dark_inks = {selector: _luminance(page, selector, style) for selector, style in inks.items()}
    dark_papers = {selector: _luminance(page, selector, style) for selector, style in papers.items()}
    assert max(light_inks.values()) < 110 < 150 < min(dark_inks.values()), (light_inks, dark_inks)
    assert max(dark_papers.values()) < 60 < 200 < min(light_papers.values()), (dark_papers, light_papers)


def test_tablet_scrolls_wide_tables_in_themselves_and_cuts_no_control(base, visit):
    page = visit(viewport={"width": 820, "height": 1180}).page
    _open_currents(page, base)
    page.wait_for_selector("table")
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    assert page.eval_on_selector("table", "node => node.offsetWidth") > 820
    for selector in ("button >> text=Refresh", ".widget-dropdown select", ".widget-slider", "input[type=text]", FIGURE):
        box = page.locator(selector).first.bounding_box()
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= 820, selector
    button = page.locator("button >> text=Refresh")
    assert button.evaluate("node => node.scrollWidth <= node.clientWidth"), "the button's word is cut"


def test_mode_bar_offers_no_upload(base, visit):
    page = visit().page
    _open_currents(page, base)
    page.hover(".js-plotly-plot")
    titles = page.eval_on_selector_all(
        ".modebar-btn", "nodes => nodes.filter(n => n.offsetParent).map(n => n.dataset.title || '')"
    )
    assert any("Download" in title for title in titles)
    assert not [title for title in titles if "loud" in title or "hare" in title or "lotly" in title]


def test_failing_cell_gives_a_sentence_and_no_traceback(base, visit):
    page = visit().page
    page.goto(base + "voila/render/02_failing.ipynb")
    page.wait_for_selector("text=This page could not be completed.")
    page.wait_for_selector("text=what stands before")
    assert page.locator("text=what stands after").count() == 0
    assert SECRET not in page.content()
    assert "Traceback" not in page.content()


def test_kernel_is_stopped_when_its_page_is_closed(base, visit):
    page = visit().page
    _open_currents(page, base)
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    assert _status(f"{base}api/kernels/{kernel}") == 200
    page.close(run_before_unload=True)
    deadline = time.monotonic() + 15
    while _status(f"{base}api/kernels/{kernel}") == 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert _status(f"{base}api/kernels/{kernel}") == 404


@pytest.mark.parametrize(
    "path",
    [
        "voila/files/x.csv",
        "voila/render/x.csv",
        "voila/render/private.ipynb",
        "voila/render/../private.ipynb",
        "voila/render/%2e%2e/private.ipynb",
        "voila/render/..%2fprivate.ipynb",
        "voila/files/../private.ipynb",
        "api/contents/01_currents.ipynb",
    ],
)
def test_nothing_but_pages_of_the_folder_is_served(base, path):
    """Sent byte by byte, as a browser or urllib would tidy the dots away."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=20)
    connection.request("GET", "/" + path)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    assert answer.status in (302, 400, 403, 404)
    assert SECRET not in text


def test_start_page_has_a_card_for_every_page_and_leads_there(base, visit):
    seen = visit()
    seen.page.goto(base)
    assert seen.page.title() == "Dashboards · diagmod"
    assert seen.page.locator(".dm-cards strong").all_inner_texts() == ["Currents of one motor", "A page that fails"]
    assert seen.page.locator(".dm-cards .dm-about:visible").all_inner_texts() == ["Which phase carries more?"]
    seen.page.locator(".dm-cards a").nth(1).click()
    seen.page.wait_for_selector("text=This page could not be completed.")
    assert seen.page.locator("nav a[aria-current=page]").inner_text() == "A page that fails"
    assert seen.outside(base) == []


def test_missing_page_leads_back_to_the_start(base, visit):
    page = visit().page
    assert page.goto(base + "voila/render/nothing.ipynb").status == 404
    assert page.locator("h1").inner_text() == "There is no such page"
    page.locator("text=Back to the dashboards").click()
    page.wait_for_selector(".dm-cards")


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server
            return answer.status
    except urllib.error.HTTPError as exc:
        exc.close()
        return exc.code
