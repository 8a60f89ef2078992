"""The page that ``dvc plots show`` fills: DVC finds its places, and nothing in it comes from a network."""

from __future__ import annotations

import re
import sys

import pytest

from diagmod import plots_page


@pytest.fixture(scope="module")
def page() -> str:
    return plots_page.plots_page()


def test_the_places_that_dvc_fills_are_there_once(page):
    assert page.count("{plot_divs}") == 1
    assert page.count("{refresh_tag}") == 1
    assert page.index("{refresh_tag}") < page.index("</head>") < page.index("{plot_divs}")


def test_no_script_or_style_comes_from_the_network(page):
    without_library = re.sub(r"<script>.*?</script>", "<script>", page, flags=re.DOTALL)
    tags = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", without_library)
    assert tags == ["<script>"]
    assert "{scripts}" not in page
    assert "default-src 'none'" in page


def test_the_library_cannot_end_its_own_script_tag(page, monkeypatch):
    assert page.count("</script") == 1
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda snippet: "const end = '</script><p>';")
    assert "<script>const end = '<\\/script><p>';</script>" in plots_page.plots_page()


def test_the_page_is_written_where_dvc_is_told_to_look(tmp_path, monkeypatch, page, pytestconfig):
    target = tmp_path / "share" / "diagmod" / "plots.html"
    monkeypatch.setattr(sys, "argv", ["plots_page", str(target)])
    assert plots_page.main() == 0
    assert target.read_text(encoding="utf-8") == page
    config = (pytestconfig.rootpath / ".dvc" / "config").read_text(encoding="utf-8")
    assert "html_template = ../.venv/share/diagmod/plots.html" in config


def test_without_a_file_name_the_command_says_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["plots_page"])
    assert plots_page.main() == 2
    assert capsys.readouterr().err == "error: name the file to write: python -m diagmod.plots_page FILE\n"
