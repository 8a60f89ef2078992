"""A report opened from disk without a network: figures are drawn, and nothing a cell printed runs."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from diagmod.io.report_html import notebook_to_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

#: Ways in which a cell's output could try to run code or to reach out; "outside" stands for an address.
ATTEMPTS = """
<script>document.title = "taken over"</script>
<img src="x" onerror="document.title = 'taken over'">
<img src="outside/a.png"> <link rel="stylesheet" href="outside/a.css"> <script src="outside/a.js"></script>
<iframe src="outside/"></iframe> <style>body { background: url("outside/b.png") }</style>
"""


def _shown(data: dict[str, object]) -> object:
    return new_code_cell("show()", execution_count=1, outputs=[new_output("display_data", data)])


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    """A server that nobody may ask: listens, and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        yield listening


def _first_words(listening: socket.socket) -> list[bytes]:
    """What was sent to a server; Chromium may connect ahead to a frame it then refuses, and says nothing."""
    words = []
    while True:
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            return words
        with connection, suppress(TimeoutError):
            connection.settimeout(0.3)
            words += filter(None, [connection.recv(200)])


@pytest.fixture
def report(tmp_path: Path, outside: socket.socket) -> Path:
    chart = go.Figure(go.Scatter(y=[1, 3, 2], name="</script><script>document.title = 'taken over'</script>"))
    chart.update_layout(title="Current", xaxis_title="time (s)", yaxis_title="current (A)", showlegend=True)
    grid = go.Figure(go.Heatmap(z=[[1, 2], [3, 4]]))
    attempts = ATTEMPTS.replace("outside", f"http://127.0.0.1:{outside.getsockname()[1]}")
    cells = [
        new_markdown_cell("# What the motor draws\n\nWhich phase carries more?"),
        *(_shown({"application/vnd.plotly.v1+json": figure.to_plotly_json()}) for figure in (chart, grid)),
        _shown({"text/html": attempts + f"<table><tr>{'<td>a wide table</td>' * 30}</tr></table>"}),
    ]
    path = tmp_path / "01_load.html"
    path.write_text(notebook_to_html(new_notebook(cells=cells), "diagmod: load"), encoding="utf-8")
    return path


def test_figures_are_drawn_without_a_network(report, visit):
    page = visit(offline=True).page
    page.goto(report.as_uri())
    page.wait_for_selector(".heatmaplayer image")
    assert page.locator(".js-plotly-plot").count() == 2
    assert page.locator(".scatterlayer .trace path.js-line").get_attribute("d").startswith("M")
    assert "document.title" in page.locator(".legendtext").first.text_content()


def test_nothing_that_a_cell_printed_runs_or_reaches_out(report, visit, outside):
    seen = visit()
    seen.page.goto(report.as_uri(), wait_until="load")
    seen.page.wait_for_selector(".heatmaplayer image")
    assert seen.page.title() == "diagmod: load"
    assert _first_words(outside) == []
    assert len(seen.problems) >= 6, "the browser no longer says what it refused"
    assert [text for text in seen.problems if "Content Security Policy" not in text and "ERR_FILE" not in text] == []


def test_a_page_without_the_policy_would_reach_out(report, visit, outside):
    """The other direction: the attempts are real."""
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("Content-Security-Policy", "nothing"), encoding="utf-8")
    page = visit().page
    page.goto(report.as_uri(), wait_until="commit")
    page.wait_for_function("document.title == 'taken over'")
    assert any(word.startswith(b"GET /") for word in _first_words(outside))


def test_figures_follow_the_width_and_the_page_does_not_scroll_sideways(report, visit):
    page = visit(offline=True, viewport={"width": 820, "height": 1180}).page
    page.goto(report.as_uri())
    page.wait_for_selector(".js-plotly-plot .main-svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    page.set_viewport_size({"width": 600, "height": 900})
    deadline = time.monotonic() + 10
    while page.locator(".main-svg").first.bounding_box()["width"] > 600 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert page.locator(".main-svg").first.bounding_box()["width"] <= 600
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
