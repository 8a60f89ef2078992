"""How long a viewer waits for the first real number of a page, against a bare page of plotly with the same figures.

The bare page is what nobody can do without when a page has figures: the same plotly.min.js, from a server of files on
this machine, and the figures of the dashboard written into the page. It is done when the first tick label is drawn; a
dashboard is done when the element that its headline marks holds text. Both in the same Chromium, in turn.
"""

from __future__ import annotations

import functools
import http.server
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plotly
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.rows import Row
from browser.conftest import CHROMIUM_ARGUMENTS, ROOT, Served, find_chromium, running_server

#: A page may take so many times as long as a bare page of its figures.
GOAL = 4.0

#: Rounds of which the median counts, after one that does not.
ROUNDS = 3

#: Kernels kept warm meanwhile, as many as a server keeps by itself.
WARM = 3

#: A kernel of an open page, with its data (MB): 20 of them and the rest fit into 8 GB.
MEMORY_GOAL_MB = 320.0

#: Page drawn for measuring when a dashboard has no figure of its own.
_LEAST = [{"data": [{"y": [1, 2]}], "layout": {}}]

_FIRST = "() => [...document.querySelectorAll('[data-dm-first]')].some((n) => n.textContent.trim())"
_TICK = "() => [...document.querySelectorAll('.xtick text, .ytick text')].some((n) => n.textContent.trim())"
_FIGURES = """() => JSON.stringify([...document.querySelectorAll('.js-plotly-plot')]
    .map((n) => ({data: n.data, layout: n.layout})))"""


def page_speed(workshop: Path) -> list[Row]:
    """A row a page, the worst page as ``page_vs_static``, and the memory of a viewer; empty without Chromium."""
    path = find_chromium()
    if path is None:
        return []
    from playwright.sync_api import sync_playwright

    folder = ROOT / "notebooks" / "dashboards"
    names = sorted(page.stem for page in folder.glob("*.ipynb"))
    with sync_playwright() as playwright, running_server(folder, preheat=WARM) as served, _files(workshop) as files:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        rows = [_row(chromium, served, files, workshop, name) for name in names]
        memory = _memory_mb(chromium, served, names)
        chromium.close()
    worst = max(rows, key=lambda row: row.ratio)
    overall = Row("page_vs_static", worst.value, "s", worst.reference, worst.ratio, GOAL)
    return [overall, *rows, Row("page_viewer_mb", memory, "MB", None, memory, MEMORY_GOAL_MB)]


def _row(chromium: Any, served: Served, files: str, workshop: Path, name: str) -> Row:
    address = f"{served.base}voila/render/{name}.ipynb"
    figures = _figures_of(chromium, address)
    (workshop / f"{name}.html").write_text(_bare(figures), encoding="utf-8")
    ours, bare = [], []
    for _ in range(ROUNDS + 1):
        _until_warm(served)
        ours.append(_seconds(chromium, address, _FIRST))
        bare.append(_seconds(chromium, f"{files}{name}.html", _TICK))
    value, reference = statistics.median(ours[1:]), statistics.median(bare[1:])
    return Row(f"page_{name}_vs_static", value, "s", reference, value / reference, GOAL)


def _seconds(chromium: Any, address: str, is_done: str) -> float:
    """From the request to the moment that the page fulfils a condition, looked at in every frame it draws."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(is_done, timeout=60_000)
    seconds = time.perf_counter() - begun
    page.close(run_before_unload=True)
    context.close()
    return seconds


def _figures_of(chromium: Any, address: str) -> list[dict[str, Any]]:
    """All figures that a dashboard draws by itself."""
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_function(_FIRST, timeout=60_000)
    page.wait_for_timeout(5000)
    figures: list[dict[str, Any]] = json.loads(page.evaluate(_FIGURES))
    page.close(run_before_unload=True)
    return figures or _LEAST


def _bare(figures: list[dict[str, Any]]) -> str:
    places = "".join(f"<div id='f{k}'></div>" for k in range(len(figures)))
    drawn = json.dumps(figures).replace("</", "<\\/")
    script = f"{drawn}.forEach((f, k) => Plotly.newPlot('f' + k, f.data, f.layout))"
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>bare</title>"
        f"<script src='plotly.min.js'></script></head><body>{places}<script>{script}</script></body></html>"
    )


def _until_warm(served: Served) -> None:
    """Wait for the warm kernels, and for a machine that is not busy with making them."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            busy = [kernel.cpu_percent(interval=0.1) for kernel in served.kernels()]
        except psutil.NoSuchProcess:
            continue
        if len(busy) >= WARM and max(busy) < 10:
            return
        time.sleep(0.3)


def _memory_mb(chromium: Any, served: Served, names: list[str]) -> float:
    """Proportional memory of the largest kernel behind an open page."""
    _until_warm(served)
    waiting = {kernel.pid for kernel in served.kernels()}
    largest = 0.0
    for name in names:
        page = chromium.new_page()
        page.goto(f"{served.base}voila/render/{name}.ipynb")
        page.wait_for_function(_FIRST, timeout=60_000)
        page.wait_for_timeout(3000)
        used = [kernel.memory_full_info().pss / 2**20 for kernel in served.kernels() if kernel.pid in waiting]
        largest = max([largest, *used])
        page.close(run_before_unload=True)
        _until_warm(served)
        waiting = {kernel.pid for kernel in served.kernels()}
    return largest


@contextmanager
def _files(folder: Path) -> Iterator[str]:
    """Serve a folder of files on this machine, plotly.min.js among them."""
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    (folder / "plotly.min.js").write_bytes(source.read_bytes())
    handler: Callable[..., Any] = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing on the terminal."""
