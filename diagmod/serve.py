"""Start JupyterLab or the dashboards: ``python -m diagmod.serve lab|dashboards``.

How Jupyter and Voila behave is written in ``.jupyter/``; here is only how to start them so that they
find it, on this machine only. Dashboards are served by our own server (``dashboard_server``), never by an
extension of Jupyter Server, which would run whatever code a viewer sends.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diagmod.io.paths import project_root

#: The only address served; for others put a proxy with login and TLS in front.
ADDRESS = "127.0.0.1"

LAB_PORT = 8888
DASHBOARDS_PORT = 8866

#: Viewers served at once, and processes kept warm for the next ones, unless told otherwise; about 150 MB each.
VIEWERS = 20
PREHEAT = 3

#: No machine that serves dashboards has room for more processes of 150 MB.
MOST_PROCESSES = 200

#: Pages in the order of the navigation; others come after them, by name.
PAGES = ("overview", "anomalies", "trends", "motor", "recording", "admin")

#: What JupyterLab shows first.
START_PAGE = "notebooks/README.md"

_PAGE_STYLES = Path(__file__).parent / "io" / "templates"


def serve_command(
    root: Path,
    folder: Path,
    port: int,
    *,
    open_browser: bool = False,
    allow_changes: bool = False,
    viewers: int = VIEWERS,
    preheat: int = PREHEAT,
) -> tuple[list[str], dict[str, str]]:
    """Command line and environment that serve every notebook of a folder as a page.

    Parameters
    ----------
    root : Path
        The project; its ``.jupyter/`` holds the configuration and the template.
    folder : Path
        Notebooks to serve, those that lie directly in it. Each can be executed by a viewer.
    port : int
        Port on 127.0.0.1; no other is tried.
    open_browser : bool
        Whether to show the pages in a browser of this machine.
    allow_changes : bool
        Whether pages may change things (promote a model, file an upload); else they only show.
    viewers : int
        Pages open at once, at most; each has a process of its own.
    preheat : int
        Processes kept warm for the next pages.

    Raises
    ------
    FileNotFoundError
        The folder does not exist.
    ValueError
        A number is out of range.
    """
    for name, value, least in (("viewers", viewers, 1), ("preheat", preheat, 0)):
        if not least <= value <= MOST_PROCESSES:
            raise ValueError(f"{name} must lie between {least} and {MOST_PROCESSES}, got {value}; give --{name}")
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}; dashboards are notebooks in notebooks/dashboards/")
    argv = [sys.executable, "-m", "diagmod.dashboard_server", str(folder.resolve()), f"--Voila.ip={ADDRESS}"]
    argv += [f"--port={port}", f"--viewers={viewers}", f"--preheat={preheat}"]
    argv += [*([] if open_browser else ["--no-browser"]), *(["--allow-changes"] if allow_changes else [])]
    return argv, _environment(root) | {"DIAGMOD_DASHBOARDS": str(folder.resolve())}


def lab_command(root: Path, port: int, *, open_browser: bool = False) -> tuple[list[str], dict[str, str]]:
    """Command line and environment that start JupyterLab at the project, on its start page."""
    options = {
        "ServerApp.ip": ADDRESS,
        "ServerApp.port": port,
        "ServerApp.root_dir": root.resolve(),
        "LabApp.default_url": f"/lab/tree/{START_PAGE}",
    }
    argv = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    return argv + ([] if open_browser else ["--no-browser"]), _environment(root)


def dashboard_pages(folder: Path) -> list[dict[str, Any]]:
    """File, title and introduction of every dashboard in a folder, in the order of :data:`PAGES`.

    The title is the first heading of the notebook, ``about`` the paragraph below it; without a heading,
    or when the file cannot be read, the title comes from the file name. ``titles`` and ``abouts`` hold both by
    language.
    """
    shown = (path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    pages = ({"file": path.name, **_introduction(path)} for path in sorted(shown, key=_place))
    return [page | {f"{key}s": _in_all_languages(page[key]) for key in ("title", "about")} for page in pages]


def _place(page: Path) -> tuple[int, str]:
    return (PAGES.index(page.stem) if page.stem in PAGES else len(PAGES), page.name)


def _in_all_languages(text: str) -> dict[str, str]:
    from diagmod.views.language import LANGUAGES, words_of

    return {code: words_of(code)(text) for code in LANGUAGES}


def _introduction(path: Path) -> dict[str, str]:
    from diagmod.io.notebooks import NotebookError, read_notebook  # loads nbformat, which takes its time

    name = (path.stem.lstrip("0123456789_") or path.stem).replace("_", " ").capitalize()
    try:
        cells = read_notebook(path).cells
    except NotebookError:
        return {"title": name, "about": "This notebook cannot be read."}
    text = next((cell.source for cell in cells if cell.cell_type == "markdown"), "")
    heading, _, rest = text.partition("\n")
    if not heading.startswith("# "):
        return {"title": name, "about": ""}
    about = rest.strip().partition("\n\n")[0]
    return {"title": heading.removeprefix("# ").strip(), "about": " ".join(about.split())}


def main(arguments: list[str] | None = None) -> int:
    """Command line; replaces itself by the server, or returns 2 with the reason why it cannot."""
    parser = argparse.ArgumentParser(prog="diagmod.serve", description="Start JupyterLab or the dashboards.")
    parser.add_argument("what", choices=["lab", "dashboards"])
    parser.add_argument("--port", type=int, help=f"port on {ADDRESS}")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--allow-changes", action="store_true", help="dashboards: let pages change things")
    parser.add_argument("--viewers", type=int, default=VIEWERS, help="dashboards: pages open at once, at most")
    parser.add_argument("--preheat", type=int, default=PREHEAT, help="dashboards: processes kept warm")
    given = parser.parse_args(arguments)
    if given.what == "lab":
        return start_lab(given.port if given.port is not None else LAB_PORT, open_browser=not given.no_browser)
    return start_dashboards(
        given.port if given.port is not None else DASHBOARDS_PORT,
        open_browser=not given.no_browser,
        allow_changes=given.allow_changes,
        viewers=given.viewers,
        preheat=given.preheat,
    )


def start_lab(port: int, *, open_browser: bool) -> int:
    """Become JupyterLab, or return 2 and say why not."""
    return _become(port, lambda root: lab_command(root, port, open_browser=open_browser))


def start_dashboards(port: int, **options: Any) -> int:
    """Become the server of the dashboards, or return 2 and say why not; options are those of `serve_command`."""
    return _become(port, lambda root: serve_command(root, root / "notebooks" / "dashboards", port, **options))


def _become(port: int, command: Callable[[Path], tuple[list[str], dict[str, str]]]) -> int:
    if not 1 <= port <= 65535:
        return _refuse(f"port must lie between 1 and 65535, got {port}; give --port")
    try:
        root = project_root()
        argv, environment = command(root)
    except (FileNotFoundError, ValueError) as exc:
        return _refuse(str(exc))
    if _is_taken(port):
        return _refuse(f"port {port} on {ADDRESS} is in use; stop what uses it or give --port")
    os.chdir(root)
    return os.execve(argv[0], argv, environment)  # noqa: S606 - becomes the server: one process to stop


def _refuse(reason: str) -> int:
    sys.stderr.write(f"error: {reason}\n")
    return 2


def _environment(root: Path) -> dict[str, str]:
    """This environment, with the project's configuration, templates and package found first."""
    jupyter = root.resolve() / ".jupyter"
    first = {
        "JUPYTER_CONFIG_PATH": [jupyter],
        "JUPYTER_PATH": [jupyter / "share", _PAGE_STYLES],
        "PYTHONPATH": [root.resolve()],
        "PATH": [Path(sys.executable).parent],
    }
    joined = {
        name: os.pathsep.join([*map(str, paths), *filter(None, [os.environ.get(name)])])
        for name, paths in first.items()
    }
    return {
        **os.environ,
        **joined,
        "DIAGMOD_ROOT": str(root.resolve()),
        "PLOTLY_RENDERER": "plotly_mimetype",
    }


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0


if __name__ == "__main__":
    sys.exit(main())
