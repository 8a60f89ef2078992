"""The report of a notebook as a file: complete, the same every time, and closed to what cells print."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from diagmod.io.report_html import TEMPLATES, notebook_to_html

PLOTLY = "application/vnd.plotly.v1+json"


def _shown(data: dict[str, object], **kinds: object) -> object:
    return new_code_cell("show()", execution_count=1, outputs=[new_output("display_data", data, **kinds)])


def _figure(text: str) -> object:
    return _shown({PLOTLY: {"data": [{"type": "scatter", "y": [1, 2], "name": text}], "layout": {}}})


def _html(*cells: object, title: str = "diagmod: load") -> str:
    return notebook_to_html(new_notebook(cells=list(cells)), title)


class _Elements(HTMLParser):
    """Scripts, policies and addresses of a page, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[tuple[str, str]] = []
        self.policy: list[str] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self._script: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self._script = given.get("type") or "code"
            self.scripts.append((self._script, ""))
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy.append(given["content"] or "")
        self.addresses += [given[name] or "" for name in ("src", "href") if name in given]

    def handle_endtag(self, tag: str) -> None:
        self._script = None if tag == "script" else self._script

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[-1] = (self._script, self.scripts[-1][1] + data)
        else:
            self.texts.append(data)


def test_equal_notebooks_give_equal_bytes():
    cells = (new_markdown_cell("# Load\n\nWhy?"), _figure("R"), new_code_cell("x = 1"))
    assert _html(*cells) == _html(*cells)


def test_report_names_no_address_outside_itself():
    page = _Elements(_html(new_markdown_cell("# Load\n\n$x^2$"), _figure("R")))
    assert [address for address in page.addresses if not address.startswith(("data:", "#"))] == []


def test_plotly_is_inlined_once_for_two_figures_and_not_at_all_without_one():
    with_figures = _Elements(_html(_figure("R"), _figure("S")))
    assert sum("plotly.js v" in text for kind, text in with_figures.scripts if kind == "code") == 1
    without = _html(new_markdown_cell("# Load"), new_code_cell("x = 1"))
    assert _Elements(without).scripts == []
    assert len(without) < 60_000


def test_policy_allows_exactly_the_scripts_of_the_report():
    page = _Elements(_html(_figure("R")))
    (policy,) = page.policy
    assert "default-src 'none'" in policy
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for kind, text in page.scripts
        if kind == "code"
    ]
    assert len(hashes) == 3
    script_source = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script_source.split()[1:] == [f"'sha256-{digest}'" for digest in hashes]


def test_policy_of_a_report_without_figures_allows_no_script():
    (policy,) = _Elements(_html(_shown({"text/html": "<script>steal()</script>"}))).policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "")


def test_policy_stands_before_anything_a_cell_shows():
    html = _html(_shown({"text/html": "<b>shown</b>"}))
    assert 0 < html.index("Content-Security-Policy") < html.index("<b>shown</b>")


@pytest.mark.parametrize("text", ["</script><script>steal()</script>", "<!--<script>", "</SCRIPT >", "\u2028"])
def test_text_of_a_figure_cannot_end_its_element(text):
    page = _Elements(_html(_figure(text)))
    drawn = [json.loads(content) for kind, content in page.scripts if kind == "application/json"]
    assert [figure["data"][0]["name"] for figure in drawn] == [text]
    assert sum(kind == "code" for kind, _ in page.scripts) == 3


@pytest.mark.parametrize("kind", ["text/plain", "stream", "error"])
def test_printed_markup_is_shown_as_text(kind):
    text = "<script>steal()</script>"
    if kind == "stream":
        cell = new_code_cell("show()", outputs=[new_output("stream", name="stdout", text=text)])
    elif kind == "error":
        cell = new_code_cell("show()", outputs=[new_output("error", ename="E", evalue=text, traceback=[text])])
    else:
        cell = _shown({"text/plain": text})
    page = _Elements(_html(cell))
    assert page.scripts == []
    assert any(text in shown for shown in page.texts)


def test_title_and_source_cannot_break_out():
    page = _Elements(_html(new_code_cell("s = '</code></pre><script>steal()</script>'"), title="</title><script>x"))
    assert page.scripts == []
    assert page.texts.count("</title><script>x") == 2  # of the window, and above the report


def test_javascript_output_is_left_out():
    html = _html(_shown({"application/javascript": "steal()", "text/plain": "<Javascript object>"}))
    assert _Elements(html).scripts == []
    assert "steal()" not in html


def test_code_is_folded_away_except_the_parameters_of_the_run():
    html = _html(
        new_code_cell("fs = 1.0", metadata={"tags": ["parameters"]}),
        new_code_cell("fs = 2.0", metadata={"tags": ["injected-parameters"]}),
        new_code_cell("fs + 1"),
    )
    found = re.findall(r'<details class="dm-code"( open="")?><summary>(.+?)</summary>', html)
    assert found == [("", "parameters and their defaults"), (' open=""', "parameters of this run"), ("", "code")]


def _schemes() -> dict[str, dict[str, str]]:
    """Colour of every token in both schemes, from the stylesheet."""
    css = (TEMPLATES / "theme.css").read_text(encoding="utf-8")
    found = re.findall(r"(--dm-[a-z]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", css)
    return {"light": {name: ink for name, ink, _ in found}, "dark": {name: ink for name, _, ink in found}}


def _contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_and_white_is_21_and_of_mid_grey_known():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paper", ["--dm-bg", "--dm-surface"])
@pytest.mark.parametrize("ink", ["--dm-text", "--dm-muted", "--dm-accent", "--dm-ok", "--dm-warn", "--dm-bad"])
def test_text_colours_can_be_read_on_both_papers(scheme, paper, ink):
    tokens = _schemes()[scheme]
    assert _contrast(tokens[ink], tokens[paper]) >= 4.5


def test_dark_scheme_changes_every_colour():
    light, dark = _schemes()["light"], _schemes()["dark"]
    assert light.keys() == dark.keys()
    assert [name for name in light if light[name] == dark[name]] == []
