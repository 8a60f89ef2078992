"""A document to print, to keep and to mail: one HTML file that needs nothing else, neither network nor server.

It is made like the reports of notebooks (:mod:`diagmod.io.report_html`): figures are drawn by the plotly.js of the
installed package, and a Content-Security-Policy in the file names the scripts that may run by their hashes. Every part
says which file it was made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from diagmod.io.report_html import TEMPLATES, policy_for, read_script, script_json
from diagmod.views.pages.grids import source_line
from diagmod.views.theme import CONFIG

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from diagmod.views.language import Words

#: What a printed page has beyond theme and report: the table of facts, pages, and tables that do not scroll.
_STYLE = """
.dm-printed-about { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 4px 20px; margin: 0 0 1em;
  padding: 10px 14px; background: var(--dm-surface); border: 1px solid var(--dm-line); border-radius: 8px; }
.dm-printed-about dt { color: var(--dm-muted); font-size: 0.82rem; } .dm-printed-about dd { margin: 0 0 4px; overflow-wrap: anywhere; }
.dm-figures { display: flex; flex-wrap: wrap; gap: 8px; margin: 0.5em 0 1em; }
.dm-figure-card { padding: 6px 12px; border: 1px solid var(--dm-line); border-radius: 8px; }
.dm-figure-card dt { color: var(--dm-muted); font-size: 0.82rem; } .dm-figure-card dd { margin: 0; font-weight: 650; }
.dm-figure-card small { font-weight: 400; color: var(--dm-muted); }
table.dm-grid { border-collapse: collapse; width: 100%; font-size: 0.84rem; font-variant-numeric: tabular-nums; margin: 0.4em 0; }
table.dm-grid :is(th, td) { text-align: left; padding: 0.3em 0.7em 0.3em 0; border-bottom: 1px solid var(--dm-line); vertical-align: top; }
table.dm-grid :is(th, td).dm-number { text-align: right; } table.dm-grid thead th { color: var(--dm-muted); }
.dm-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.dm-source { color: var(--dm-muted); font-size: 0.8rem; margin: 0 0 1em !important; }
.dm-grid-box { overflow-x: auto; }
.dm-motor-answers { display: grid; grid-template-columns: minmax(90px, max-content) 1fr; gap: 6px 16px; margin: 0.6em 0 1em; }
.dm-motor-answers dt { color: var(--dm-muted); } .dm-motor-answers dd { margin: 0; }
.dm-motor-head { display: flex; gap: 16px; align-items: center; } .dm-motor-head p { margin: 0; }
.dm-motor-word { font-size: 1.6rem; font-weight: 700; } .dm-motor-grade { white-space: nowrap; }
.dm-motor-light { max-width: none; flex: none; }
.dm-motor-grade svg, td svg { vertical-align: -5px; margin-right: 6px; }
@media print { .dm-new-page { break-before: page; } thead { display: table-header-group; } table.dm-grid { font-size: 8pt; }
  .dm-grid-box { overflow: visible; } .dm-printed-about { break-inside: avoid; } figure svg { print-color-adjust: exact; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""  # noqa: E501 - a style sheet


@dataclass(frozen=True)
class Part:
    """A part of a page or of a document.

    Attributes
    ----------
    key : str
        Name for programs.
    title : str
        In English; translated where it is shown. Empty for a part that goes on with the one before.
    before, after : str
        HTML above and below the figure, escaped and translated by whoever made it.
    chart : Figure or None
    source : str
        File that the figure was made of, relative to the project.
    on_new_page : bool
        Whether it begins a page on paper.
    """

    key: str
    title: str = ""
    before: str = ""
    chart: go.Figure | None = None
    source: str = ""
    after: str = ""
    on_new_page: bool = False


def printable(title: str, parts: Sequence[Part], about: Mapping[str, str], words: Words) -> str:
    """A document of its own.

    Parameters
    ----------
    title : str
        In the language of ``words`` already.
    parts : sequence of Part
    about : mapping of str to str
        Data set, models, time of the last rebuild, what was chosen: what stands at its head.
    words : Words

    Examples
    --------
    >>> from diagmod.views.language import words_of
    >>> page = printable("Motors", [Part("all", "All", before="<p>3 kW</p>")], {"Data set": "demo"}, words_of("en"))
    >>> "<h2>All</h2><p>3 kW</p>" in page, "script-src 'none'" in page, "<dd>demo</dd>" in page
    (True, True, True)
    """
    scripts = _scripts() if any(part.chart is not None for part in parts) else []
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("theme.css", "report/report.css"))
    facts = "".join(f"<div><dt>{escape(words(k))}</dt><dd>{escape(words(v))}</dd></div>" for k, v in about.items())
    body = "".join(_section(part, words) for part in parts)
    called = escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy_for(scripts)}">\n<title>{called}</title>\n'
        f'<link rel="icon" href="data:;base64,=">\n<style>{style}{_STYLE}</style>\n</head>\n<body class="dm-page">\n'
        f'<header>diagmod</header>\n<main>\n<h1>{called}</h1>\n<dl class="dm-printed-about">{facts}</dl>\n'
        f"{body}\n</main>\n" + "".join(f"<script>{script}</script>\n" for script in scripts) + "</body>\n</html>\n"
    )


def _section(part: Part, words: Words) -> str:
    head = f"<h2>{escape(words(part.title))}</h2>" if part.title else ""
    drawn = ""
    if part.chart is not None:
        figure = words.figure(part.chart).to_plotly_json() | {"config": CONFIG}
        packed = script_json(_plain(figure))
        drawn = f'<figure class="dm-figure"><script type="application/json">{packed}</script></figure>'
        drawn += source_line(words, part.source)
    begins = " dm-new-page" if part.on_new_page else ""
    return f"<section class='dm-part{begins}'>{head}{part.before}{drawn}{part.after}</section>\n"


def _plain(figure: Mapping[str, object]) -> object:
    """A figure as plain JSON; arrays are packed by plotly."""
    import json

    from plotly.utils import PlotlyJSONEncoder

    return json.loads(json.dumps(figure, cls=PlotlyJSONEncoder))


def _scripts() -> list[str]:
    """Scripts that draw figures; read here, for plotly's is four megabytes."""
    from plotly.offline import get_plotlyjs

    return [get_plotlyjs(), *map(read_script, ("figure.js", "report/report.js"))]
