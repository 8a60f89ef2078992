"""Twenty viewers at once on this machine: every page is shown, how long that takes, and how much memory each costs.

Memory is the proportional share of a kernel (PSS), so that pages that processes share are counted once.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from browser.conftest import ROOT, running_server
from study_table import StudyTable

if TYPE_CHECKING:
    from browser.conftest import Served
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.study, pytest.mark.timeout(900)]

#: Viewers at once that a machine of two cores must hold.
VIEWERS = 20

#: The last of them waits no longer than this for a number (s).
PATIENCE_S = 120.0

COLUMNS = (
    "viewers", "cores", "shown", "first_number_median_s", "first_number_worst_s", "kernel_pss_mb_median",
    "kernel_pss_mb_worst", "kernels_pss_mb", "server_pss_mb",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    """The same Chromium as the tests of the pages have."""
    from browser.conftest import CHROMIUM_ARGUMENTS, find_chromium
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


def test_twenty_viewers_at_once_all_see_their_page(browser: Browser) -> None:
    table = StudyTable("dashboard_viewers", COLUMNS)
    folder = ROOT / "notebooks" / "dashboards"
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    with running_server(folder, viewers=VIEWERS, preheat=3) as served:
        while len(served.kernels()) < 3:
            time.sleep(0.2)
        pages, begun = _open_all(browser, served, names)
        seconds = _seconds_until_shown(pages, begun)
        time.sleep(3)
        viewers = _pss_mb_of(served)
        server_mb = _pss_mb(served.process)
    assert len(seconds) == VIEWERS
    table.add(
        f"{VIEWERS} viewers",
        viewers=VIEWERS,
        cores=psutil.cpu_count(),
        shown=len(seconds),
        first_number_median_s=round(statistics.median(seconds), 2),
        first_number_worst_s=round(max(seconds), 2),
        kernel_pss_mb_median=round(statistics.median(viewers), 1),
        kernel_pss_mb_worst=round(max(viewers), 1),
        kernels_pss_mb=round(sum(viewers)),
        server_pss_mb=round(server_mb),
    )


def _open_all(browser: Browser, served: Served, names: list[str]) -> tuple[list[Page], float]:
    """Pages of all viewers, asked for as fast as a browser can; the pages in turn."""
    context = browser.new_context()
    pages = [context.new_page() for _ in range(VIEWERS)]
    begun = time.monotonic()
    for k, page in enumerate(pages):
        page.goto(f"{served.base}voila/render/{names[k % len(names)]}", wait_until="commit", timeout=1000 * PATIENCE_S)
    return pages, begun


def _seconds_until_shown(pages: list[Page], begun: float) -> list[float]:
    """When each page was first seen to show its number."""
    left, seconds = list(pages), []
    while left and time.monotonic() - begun < PATIENCE_S:
        for page in list(left):
            if page.locator("[data-dm-first]").count():
                seconds.append(time.monotonic() - begun)
                left.remove(page)
        time.sleep(0.05)
    return seconds


def _pss_mb_of(served: Served) -> list[float]:
    return [_pss_mb(kernel) for kernel in served.kernels()]


def _pss_mb(process: psutil.Process) -> float:
    return process.memory_full_info().pss / 2**20
