"""An executed notebook as one HTML file that needs nothing else: no network, no server, no Jupyter.

Plain nbconvert drops plotly figures and asks a CDN for require.js and MathJax. Here figures are drawn
by the plotly.js of the installed package, inlined once and only where there is a figure. A
Content-Security-Policy in the file names the scripts that may run by their hashes: nothing a cell
printed runs, and the browser loads nothing from outside. Formulas in Markdown stay TeX source, as
nothing offline is at hand to set them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

#: Folder with the report template, the theme and the script that draws figures.
TEMPLATES = Path(__file__).parent / "templates"

_PLOTLY = "application/vnd.plotly.v1+json"

#: What of an output is shown when it is no figure: the first of these kinds that it has.
_PRIORITY = [
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
]


def notebook_to_html(nb: NotebookNode, title: str) -> str:
    """The report of an executed notebook: outputs in the open, code folded away.

    Parameters
    ----------
    nb : NotebookNode
        A normalised execution (`diagmod.io.notebooks.normalised_execution`); the same notebook gives
        the same bytes.
    title : str
        Title of the window and of the report's top line.
    """
    # Imported here: they cost half a second and only the end of a stage needs them.
    from nbconvert import HTMLExporter
    from plotly.offline import get_plotlyjs
    from traitlets.config import Config

    exporter = HTMLExporter(
        config=Config(NbConvertBase={"display_data_priority": _PRIORITY}),
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)],
        require_js_url="",
        mathjax_url="",
        mermaid_js_url="",
        anchor_link_text=" ",
    )
    exporter.register_filter("script_json", script_json)
    scripts = [get_plotlyjs(), *map(read_script, ("figure.js", "report/report.js"))] if _has_figure(nb) else []
    resources = {
        "dm_title": title,
        "dm_plotly_mime": _PLOTLY,
        "dm_scripts": scripts,
        "dm_policy": policy_for(scripts),
    }
    html, _ = exporter.from_notebook_node(nb, resources=resources)
    return html


def read_script(name: str) -> str:
    """A script of :data:`TEMPLATES`."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def policy_for(scripts: list[str]) -> str:
    """Content-Security-Policy under which these scripts run and no others."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "font-src data:; form-action 'none'; base-uri 'none'"
    )


def _has_figure(nb: NotebookNode) -> bool:
    return any(_PLOTLY in output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", []))


def script_json(value: Any) -> str:
    """JSON that may stand inside a script element: in it, nothing ends the element."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")
