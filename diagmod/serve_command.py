"""The command ``diagmod serve``: the dashboards in the browser of this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from diagmod.serve import DASHBOARDS_PORT, PREHEAT, VIEWERS, start_dashboards

#: What ``diagmod serve --help`` says first.
SERVE_HELP = """Serve the dashboards on this machine (127.0.0.1), until Ctrl-C.

Pages only show, unless --allow-changes is given; then whoever can open them can promote models and file uploads.

Example: diagmod serve --port 8866"""


def serve_dashboards(
    port: Annotated[int, typer.Option(help="port on 127.0.0.1")] = DASHBOARDS_PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="do not open a browser")] = False,
    allow_changes: Annotated[bool, typer.Option("--allow-changes", help="let pages change things")] = False,
    viewers: Annotated[int, typer.Option(metavar="N", help="pages open at once, at most; some 200 MB each")] = VIEWERS,
    preheat: Annotated[int, typer.Option(metavar="N", help="processes kept warm for the next pages")] = PREHEAT,
) -> None:
    """Become the server, or say why not and exit with 2."""
    code = start_dashboards(
        port, open_browser=not no_browser, allow_changes=allow_changes, viewers=viewers, preheat=preheat
    )
    raise typer.Exit(code)
