"""The server of the dashboards as viewers meet it: fresh data, places, a dead kernel, uploads, nothing left behind."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import nbformat
import psutil
import pytest
from browser.conftest import running_server

from diagmod.io.notebooks import KERNELSPEC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser.conftest import Served

pytestmark = pytest.mark.browser

ECHO = """
import os, ipywidgets
from pathlib import Path
asked, held = os.environ["QUERY_STRING"], Path({data!r}).read_text()
ipywidgets.HTML(f"<p id='said'>{{asked}}|{{held}}|{{os.environ.get('DIAGMOD_ALLOW_CHANGES', 'no')}}</p>")
"""
CONTROLS = """
end = ipywidgets.Button(description="End")
end.on_click(lambda _: os._exit(1))
sent, size = ipywidgets.FileUpload(), ipywidgets.HTML()
sent.observe(lambda _: setattr(size, "value", f"<p id='size'>{len(sent.value[0].content)}</p>"), "value")
ipywidgets.VBox([end, sent, size])
"""
UNSAFE = (
    "from IPython.display import HTML\n"
    'HTML(\'<p id=shown>x</p><script>document.title="owned"</script><img src=x onerror="document.title=`owned`">\')'
)


def _write(path: Path, *cells: str) -> None:
    code = [nbformat.v4.new_code_cell(source) for source in cells]
    title = nbformat.v4.new_markdown_cell(f"# {path.stem}")
    nbformat.write(nbformat.v4.new_notebook(cells=[title, *code], metadata={"kernelspec": KERNELSPEC}), path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "held.txt"


@pytest.fixture(scope="module")
def folder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pages = tmp_path_factory.mktemp("pages")
    data.write_text("first")
    _write(pages / "echo.ipynb", ECHO.format(data=str(data)), CONTROLS)
    _write(pages / "dies.ipynb", "print('before')", "import os; os._exit(1)", "print('after')", "print('after')")
    _write(pages / "unsafe.ipynb", UNSAFE)
    return pages


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    """Two warm kernels; the variable that allows changes is set around the server, and must not count."""
    with running_server(folder, preheat=2, variables={"DIAGMOD_ALLOW_CHANGES": "1"}) as served:
        yield served


@pytest.fixture(scope="module")
def small(folder: Path) -> Iterator[Served]:
    """One place, nothing warm, changes allowed."""
    with running_server(folder, preheat=0, viewers=1, allow_changes=True) as served:
        yield served


def _until(is_so: object, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def _code(url: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own server
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, dict(exc.headers), exc.read().decode()


def test_warm_kernel_gets_the_query_and_reads_what_the_files_hold_when_asked(server, visit, data):
    _until(lambda: len(server.kernels()) == 2)
    data.write_text("second")
    seen = visit()
    seen.page.goto(server.base + "voila/render/echo.ipynb?motor=M01&from=2026-01-05")
    assert seen.page.locator("#said").inner_text() == "motor=M01&from=2026-01-05|second|no"
    data.write_text("third")
    seen.page.reload()
    seen.page.wait_for_selector("#said >> text=third")
    assert seen.problems == []
    assert seen.outside(server.base) == []
    _until(lambda: len(server.kernels()) == 3)  # two warm ones again beside the viewer's


def test_kernels_that_die_while_they_wait_are_noticed_by_nobody(server, visit):
    _until(lambda: len(server.kernels()) >= 2)
    for kernel in server.kernels():
        kernel.kill()
    page = visit().page
    page.goto(server.base + "voila/render/echo.ipynb?a=1")
    assert page.locator("#said").inner_text().startswith("a=1|")


def test_kernel_that_dies_under_an_open_page_is_told_and_a_reload_recovers(server, visit):
    page = visit().page
    page.goto(server.base + "voila/render/echo.ipynb?a=2")
    page.get_by_role("button", name="End").click()
    page.wait_for_selector("text=This page has lost its session", timeout=8000)
    page.get_by_role("button", name="Reload the page").click()
    page.wait_for_selector("text=lost its session", state="hidden")
    assert page.locator("#said").inner_text().startswith("a=2|")


def test_kernel_that_dies_in_a_cell_ends_the_page_with_one_sentence(server, visit):
    page = visit().page
    page.goto(server.base + "voila/render/dies.ipynb")
    page.wait_for_selector("text=This page could not be completed.")
    page.wait_for_selector("text=before")
    assert page.locator("[data-dm-error]").count() == 1
    assert page.locator("text=after").count() == 0
    assert "Traceback" not in page.content()


def test_script_inside_what_a_page_shows_does_not_run(server, visit):
    page = visit().page
    page.goto(server.base + "voila/render/unsafe.ipynb")
    page.wait_for_selector("#shown")
    page.wait_for_timeout(500)
    assert page.title() == "unsafe · diagmod"


@pytest.mark.study
def test_upload_of_60_mb_arrives_and_of_65_mb_is_refused_in_a_sentence(server, visit, tmp_path):
    page = visit().page
    page.goto(server.base + "voila/render/echo.ipynb")
    for size_mb in (65, 60):
        path = tmp_path / f"{size_mb}.csv"
        path.write_bytes(b"0" * (size_mb * 2**20))
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload").click()
        chooser.value.set_files(path)
        if size_mb == 65:
            page.wait_for_selector("#dm-too-large")
            assert page.locator("#dm-too-large").inner_text().startswith("This file is too large to send: 65 MB,")
    page.wait_for_selector("#size")
    assert page.locator("#size").inner_text() == str(60 * 2**20)


def test_viewer_beyond_the_places_is_asked_to_come_back_and_gets_in_when_one_leaves(small, visit):
    first = visit().page
    first.goto(small.base + "voila/render/echo.ipynb")
    assert first.locator("#said").inner_text().endswith("|1")  # started with --allow-changes
    status, headers, text = _code(small.base + "voila/render/echo.ipynb")
    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert "This server shows 1 pages at once" in text
    first.reload()  # gives its place back and gets it again
    first.wait_for_selector("#said")
    second = visit().page
    assert second.goto(small.base + "voila/render/echo.ipynb").status == 503
    first.close(run_before_unload=True)
    second.get_by_role("link", name="Try again").click()
    second.wait_for_selector("#said")
    second.close(run_before_unload=True)


def test_viewer_who_leaves_while_the_page_loads_gives_the_place_back(small):
    _until(lambda: not small.kernels())
    with urllib.request.urlopen(small.base + "voila/render/echo.ipynb", timeout=20) as answer:  # noqa: S310
        answer.read(100)
    _until(lambda: _code(small.base + "voila/render/echo.ipynb")[0] == 200)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_server_that_is_stopped_leaves_no_process_behind(folder, ending):
    with running_server(folder, preheat=2) as served:
        _until(lambda: len(served.kernels()) == 2)
        assert _code(served.base + "voila/render/echo.ipynb")[0] == 200
        family = served.process.children(recursive=True)
        assert len(family) >= 2
        served.process.send_signal(ending)
        _, left = psutil.wait_procs([served.process, *family], timeout=10)
        assert left == []
