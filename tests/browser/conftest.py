"""A real Chromium and a real Voila for the tests of what people see."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil
import pytest
from playwright.sync_api import Error

from diagmod.serve import serve_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]

#: Where a browser is looked for, in this order; the variable is for machines that have it elsewhere.
CHROMIUM_VARIABLE = "DIAGMOD_CHROMIUM"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")

CHROMIUM_ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

#: A cold kernel on a busy machine needs its time (ms).
PATIENCE_MS = 30_000


@dataclass
class Visit:
    """A page, and what it asked the network for."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def outside(self, base: str) -> list[str]:
        """Requests that left the server at ``base``; data and blobs stay inside the page."""
        return [url for url in self.requests if not url.startswith((base, "data:", "blob:"))]


def find_chromium() -> str | None:
    """Path of a Chromium on this machine."""
    given = os.environ.get(CHROMIUM_VARIABLE)
    candidates = [given] if given else CHROMIUM_NAMES
    return next((path for path in map(shutil.which, candidates) if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; absent, tests skip, except in CI, where they fail."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        reason = f"no Chromium: neither {CHROMIUM_VARIABLE} nor {', '.join(CHROMIUM_NAMES)} on PATH names a program"
        if os.environ.get("CI") == "true":
            pytest.fail(reason + "; in CI the pages must be looked at")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Make pages of their own context; options are those of Playwright's ``new_context``."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> Visit:
        options = {"viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("websocket", lambda socket: seen.requests.append(socket.url.replace("ws:", "http:", 1)))
        seen.page.on("pageerror", lambda error: seen.problems.append(str(error)))
        seen.page.on("console", lambda message: seen.problems.append(message.text) if message.type == "error" else None)
        return seen

    yield make
    for context in contexts:
        for page in context.pages:
            with suppress(Error):  # a page may be closing already
                page.goto("about:blank")  # as a viewer leaves: the page gives its kernel back
        context.close()


@pytest.fixture(scope="module")
def serve_folder() -> Iterator[Callable[..., str]]:
    """Serve folders as dashboards are served; gives the address of each and stops all at the end."""
    with ExitStack() as servers:
        yield lambda folder, **options: servers.enter_context(running_voila(folder, **options))


@dataclass
class Served:
    """A running server of dashboards."""

    base: str
    process: psutil.Popen

    def kernels(self) -> list[psutil.Process]:
        """Processes of its kernels, waiting ones among them."""
        found = []
        for process in self.process.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "ipykernel_launcher" in " ".join(process.cmdline()):
                    found.append(process)
        return found


@contextmanager
def running_voila(folder: Path, root: Path = ROOT, **options: Any) -> Iterator[str]:
    """Serve a folder as the dashboards are served; gives the address and at the end stops all it started."""
    with running_server(folder, root, **({"preheat": 1} | options)) as served:
        yield served.base


@contextmanager
def running_server(folder: Path, root: Path = ROOT, **options: Any) -> Iterator[Served]:
    """The same with the process; options are those of ``serve_command``, ``variables`` go to the environment."""
    port = free_port()
    variables = options.pop("variables", {})
    argv, environment = serve_command(root, folder, port, **options)
    base = f"http://127.0.0.1:{port}/"
    with tempfile.TemporaryFile() as log:  # not beside the folder, which may be the project's own
        server = psutil.Popen(
            argv,
            env=environment | variables,
            cwd=root,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(base + "voila/static/voila.js", server, log)
            yield Served(base, server)
        finally:
            _stop(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, server: psutil.Popen, log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - always our own address
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    log.seek(0)
    pytest.fail(f"Voila does not answer at {url}:\n{log.read().decode(errors='replace')[-3000:]}")


def _stop(server: psutil.Popen) -> None:
    """End the server kindly, so that it stops its kernels; then whatever is left of what it started."""
    family = server.children(recursive=True) if server.poll() is None else []
    with suppress(psutil.NoSuchProcess):
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=10)
    except psutil.TimeoutExpired:
        server.kill()
        server.wait()
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
