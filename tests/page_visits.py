"""Visits of every page in a real browser: which views, when one is complete, and texts that a person reads on it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python
from browser.conftest import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Views by the name of their pictures: page and query string.
VIEWS = {
    "overview": ("overview", ""),
    "anomalies": ("anomalies", ""),
    "trends": ("trends", ""),
    "fleet": ("motor", ""),
    "motor": ("motor", "motor=M01"),
    "recording": ("recording", ""),
    "admin": ("admin", ""),
}

#: Widths of a desk, a tablet and a phone (px), and the height of each.
SCREENS = {1440: 1000, 820: 1180, 390: 844}

#: Texts of headings, labels, cards, heads of tables, buttons, choices, notes and figures.
READ = (
    "h1, h2, h3, h4, dt, dd small, th, label, button, legend, caption, option, summary, figcaption, "
    ".dm-about, .dm-note, .dm-muted, .dm-legend, .widget-label, .dm-status, "
    ".gtitle, .xtitle, .ytitle, .legendtext, .annotation-text"
)

#: What may stand in Latin letters on a page of any language: names of formats, measures, codes and files; units.
LATIN = re.compile(
    r"`[^`]*`|\b(?:CSV|XLSX|JSON|PNG|HTML|PDF|MAT|NPY|NPZ|HDF5|TDMS|WAV|UFF|Parquet|UTC|SHA-?256|sha256|MASE|PSI|AUROC|"
    r"BPFO|BPFI|BSF|FTF|ets|arima|prophet|tcn|lstm|MAJOR|MINOR|PATCH|diagmod|English|Hz|kHz|kW|kWh|Nm|rpm|dB|dBc|rms|min|max|ms|GB|MB|kB|demo|"
    r"M\d+|v\d[\d.]*|[IUf]\d|\d[A-Z]{3}|[0-9a-f]{8,})\b|[\w-]*[./_][\w./_-]+"
)

#: Rules of WCAG 2.1, levels A and AA, and good practice.
RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap(({ id, nodes }) =>
    nodes.slice(0, 5).map((node) => `${id}: ${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none)
      .map((check) => check.message).join("; ").slice(0, 160)})`));
}"""


def address_of(view: str, language: str = "") -> str:
    """Address of a view below that of the server."""
    page, query = VIEWS[view]
    more = "&".join(part for part in (query, f"lang={language}" if language else "") if part)
    return f"voila/render/{page}.ipynb" + (f"?{more}" if more else "")


def wait_until_complete(page: Page) -> None:
    """Wait until everything stands: the footer, every figure and every table."""
    page.wait_for_selector("footer.dm-footer", timeout=2 * PATIENCE_MS)
    page.wait_for_function(
        """() => !document.getElementById("loading")
          && [...document.querySelectorAll(".js-plotly-plot")].every((plot) => plot.querySelector(".main-svg"))
          && [...document.querySelectorAll("table.dm-grid")].every((table) => table.closest(".dt-container"))"""
    )
    page.wait_for_function("() => document.readyState === 'complete' && document.fonts.status === 'loaded'")


def english_words(page: Page) -> list[str]:
    """Texts of a page in another language that still hold an English word."""
    texts = page.eval_on_selector_all(
        READ,
        """nodes => nodes.filter(node => node.checkVisibility() && !node.closest("code, [lang='en'], #dm-theme"))
             .map(node => { const copy = node.cloneNode(true);
               copy.querySelectorAll("code, [lang='en'], select, a, style").forEach(n => n.remove());
               return copy.textContent.trim(); })""",
    )
    return sorted({text for text in texts if re.search("[A-Za-z]{3,}", LATIN.sub("", text))})


def wait_until_figures_fit(page: Page) -> None:
    """Wait until every figure is as wide as its place."""
    page.wait_for_function(
        """() => [...document.querySelectorAll(".js-plotly-plot")].filter((plot) => plot.offsetWidth).every((plot) =>
          Math.abs(plot.querySelector(".main-svg").getBoundingClientRect().width - plot.offsetWidth) < 2)"""
    )


def sideways(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def violations(page: Page) -> dict[str, list[str]]:
    """Serious and critical violations of the rules of axe-core, light and dark.

    Its script comes from its package; a page that allows no other scripts runs it by the debugger.
    """
    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {axe}\n; return true; }}")
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(200)
        found[scheme] = page.evaluate(RUN)
    return found
