"""Starting JupyterLab and the dashboards, and what JupyterLab does to a notebook it saves."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from diagmod import serve
from diagmod.io.notebooks import canonical, is_canonical, write_notebook
from diagmod.serve import ADDRESS, dashboard_pages, lab_command, main, serve_command

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TOKEN = "of-this-test-only"  # noqa: S105


def _make_project(root: Path) -> Path:
    shutil.copytree(ROOT / ".jupyter", root / ".jupyter")
    for mark in ("dvc.yaml", "params.yaml"):
        (root / mark).touch()
    (root / "notebooks" / "dashboards").mkdir(parents=True)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the real configuration and a folder for dashboards."""
    return _make_project(tmp_path)


def test_dashboards_are_served_on_this_machine_only_at_the_given_port(project):
    argv, environment = serve_command(project, project / "notebooks" / "dashboards", 8866)
    assert argv[:3] == [sys.executable, "-m", "diagmod.dashboard_server"]
    assert argv[3] == str(project / "notebooks" / "dashboards")
    assert {"--Voila.ip=127.0.0.1", "--port=8866", "--no-browser"} <= set(argv)
    assert environment["DIAGMOD_DASHBOARDS"] == argv[3]


def test_lab_starts_at_the_project_on_its_start_page(project):
    argv, environment = lab_command(project, 8888)
    assert argv[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={project}" in argv
    assert {"--ServerApp.ip=127.0.0.1", "--ServerApp.port=8888", "--no-browser"} <= set(argv)
    assert "--LabApp.default_url=/lab/tree/notebooks/README.md" in argv
    assert environment["DIAGMOD_ROOT"] == str(project)


@pytest.mark.parametrize("command", [lab_command, lambda root, port, **how: serve_command(root, root, port, **how)])
def test_browser_is_opened_only_when_asked(project, command):
    assert "--no-browser" in command(project, 8888)[0]
    assert "--no-browser" not in command(project, 8888, open_browser=True)[0]


def test_servers_find_configuration_template_and_package_of_the_project_first(project, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    monkeypatch.setenv("JUPYTER_PATH", "/mine")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    _, environment = lab_command(project, 8888)
    assert environment["JUPYTER_CONFIG_PATH"] == f"{project}/.jupyter{os.pathsep}/mine"
    assert environment["JUPYTER_PATH"].split(os.pathsep)[0] == f"{project}/.jupyter/share"
    assert environment["JUPYTER_PATH"].endswith("/mine")
    assert environment["PYTHONPATH"] == str(project)
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_pages_may_change_things_only_when_asked(project):
    assert "--allow-changes" not in serve_command(project, project, 8866)[0]
    assert "--allow-changes" in serve_command(project, project, 8866, allow_changes=True)[0]


@pytest.mark.parametrize(("name", "value"), [("viewers", 0), ("viewers", 201), ("preheat", -1)])
def test_impossible_number_of_processes_is_refused_in_one_sentence(project, monkeypatch, capsys, name, value):
    assert _code_of(monkeypatch, project, "dashboards", f"--{name}={value}") == 2
    least = 1 if name == "viewers" else 0
    said = f"error: {name} must lie between {least} and 200, got {value}; give --{name}\n"
    assert capsys.readouterr().err == said


def test_missing_folder_is_named(project):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nothing; dashboards are notebooks in"):
        serve_command(project, project / "nothing", 8866)


def _code_of(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    """Exit code of the command line; starting a server is an error in these tests."""

    def refuse(*_: object) -> None:
        raise AssertionError("a server was started")

    monkeypatch.chdir(folder)
    monkeypatch.setattr(serve.os, "execve", refuse)
    return main([*arguments, "--no-browser"])


@pytest.mark.parametrize("what", ["lab", "dashboards"])
def test_taken_port_is_refused_in_one_sentence(project, monkeypatch, capsys, what):
    with socket.create_server((ADDRESS, 0)) as other:
        port = other.getsockname()[1]
        assert _code_of(monkeypatch, project, what, "--port", str(port)) == 2
    assert capsys.readouterr().err == (f"error: port {port} on 127.0.0.1 is in use; stop what uses it or give --port\n")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999"])
def test_impossible_port_is_refused_in_one_sentence(project, monkeypatch, capsys, port):
    assert _code_of(monkeypatch, project, "lab", f"--port={port}") == 2
    assert capsys.readouterr().err == f"error: port must lie between 1 and 65535, got {port}; give --port\n"


def test_project_without_dashboards_is_refused_in_one_sentence(project, monkeypatch, capsys):
    (project / "notebooks" / "dashboards").rmdir()
    assert _code_of(monkeypatch, project, "dashboards") == 2
    said = capsys.readouterr().err
    assert said.startswith("error: no folder ")
    assert said.count("\n") == 1


def test_folder_outside_a_project_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys):
    assert _code_of(monkeypatch, tmp_path, "lab") == 2
    assert capsys.readouterr().err.startswith("error: no diagmod project at ")


@pytest.mark.parametrize(
    ("what", "module", "port"), [("lab", "jupyterlab", 8888), ("dashboards", "diagmod.dashboard_server", 8866)]
)
def test_command_becomes_the_server_at_the_root_of_the_project(project, monkeypatch, what, module, port):
    started: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.chdir(project / "notebooks")
    monkeypatch.setattr(serve.os, "execve", lambda *given: started.append(given))
    monkeypatch.setattr(serve, "_is_taken", lambda port: False)
    main([what])
    ((program, argv, _),) = started
    assert Path.cwd() == project
    assert [program, argv[2]] == [sys.executable, module]
    assert any(argument.endswith(f"port={port}") for argument in argv)


def _english(pages: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{key: page[key] for key in ("file", "title", "about")} for page in pages]


def test_hidden_notebook_is_no_page(tmp_path):
    _page(tmp_path / ".hidden.ipynb", "# Hidden")
    assert dashboard_pages(tmp_path) == []


def _page(path: Path, text: str) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell("1"), new_markdown_cell(text)]), path)


def test_pages_have_title_and_introduction_in_the_order_of_file_names(tmp_path):
    _page(tmp_path / "02_spectrum.ipynb", "#  What the\tmotor draws \n\nOne question\nin two lines?\n\nAnd more.")
    _page(tmp_path / "01_fleet.ipynb", "# Fleet")
    assert _english(dashboard_pages(tmp_path)) == [
        {"file": "01_fleet.ipynb", "title": "Fleet", "about": ""},
        {"file": "02_spectrum.ipynb", "title": "What the\tmotor draws", "about": "One question in two lines?"},
    ]


@pytest.mark.parametrize(
    ("name", "title"), [("03_motor_page", "Motor page"), ("2026", "2026"), ("überblick", "Überblick")]
)
def test_page_without_heading_is_called_after_its_file(tmp_path, name, title):
    _page(tmp_path / f"{name}.ipynb", "## not a title")
    assert [page["title"] for page in dashboard_pages(tmp_path)] == [title]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"{}", b'{"nbformat": 4}'])
def test_damaged_page_is_listed_as_such(tmp_path, content):
    (tmp_path / "01_fleet.ipynb").write_bytes(content)
    assert _english(dashboard_pages(tmp_path)) == [
        {"file": "01_fleet.ipynb", "title": "Fleet", "about": "This notebook cannot be read."}
    ]


def test_folder_without_notebooks_has_no_pages(tmp_path):
    (tmp_path / "README.md").touch()
    assert dashboard_pages(tmp_path) == []


@dataclass(frozen=True)
class _Lab:
    """A running JupyterLab of the project at ``root``."""

    root: Path
    base: str

    def ask(self, method: str, address: str, content: dict[str, object] | None = None) -> dict[str, object]:
        """What it answers to a request that carries the token."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.base + address,
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={"Authorization": f"token {TOKEN}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Lab]:
    root = _make_project(tmp_path_factory.mktemp("project"))
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port = probe.getsockname()[1]
    argv, environment = lab_command(root, port)
    environment |= {"JUPYTER_TOKEN": TOKEN, "JUPYTER_RUNTIME_DIR": str(root / "runtime")}
    log, running = root / "lab.log", _Lab(root, f"http://{ADDRESS}:{port}/")
    with log.open("wb") as stream:
        server = subprocess.Popen(argv, env=environment, cwd=root, stdout=stream, stderr=stream)
    try:
        deadline = time.monotonic() + 60
        while not _answers(running):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield running
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _answers(lab: _Lab) -> bool:
    try:
        return "kernels" in lab.ask("GET", "api/status")
    except (urllib.error.URLError, ConnectionError):
        return False


def test_lab_leaves_the_bytes_of_a_notebook_that_was_opened_run_and_saved(lab):
    path = lab.root / "notebooks" / "01_load.ipynb"
    source = [new_markdown_cell("# Load"), new_code_cell("1 + 1", metadata={"tags": ["parameters"]})]
    write_notebook(canonical(new_notebook(cells=source)), path)
    before = path.read_bytes()

    used = nbformat.from_dict(lab.ask("GET", "api/contents/notebooks/01_load.ipynb")["content"])
    result = new_output("execute_result", {"text/plain": "2"}, execution_count=4)
    used.cells[1].update(execution_count=4, outputs=[result], id="made-by-lab")
    used.cells[1].metadata["execution"] = {"shell.execute_reply": "2026-01-05T08:00:00Z"}
    used.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    saved = {"type": "notebook", "format": "json", "content": used}

    lab.ask("PUT", "api/contents/notebooks/01_load.ipynb", saved)
    assert path.read_bytes() == before
    assert is_canonical(path)

    # a notebook of the researcher's own elsewhere is saved with what it shows
    lab.ask("PUT", "api/contents/mine.ipynb", saved)
    mine = nbformat.read(lab.root / "mine.ipynb", as_version=4)
    assert mine.cells[1].outputs[0].data == {"text/plain": "2"}


@pytest.mark.parametrize(
    ("address", "code"),
    [("api/contents", 403), (f"voila/render/notebooks/01_load.ipynb?token={TOKEN}", 404)],
    ids=["without a token", "dashboards inside JupyterLab"],
)
def test_lab_refuses(lab, address, code):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(lab.base + address, timeout=10)  # noqa: S310 - our own server
    refused.value.close()
    assert refused.value.code == code
