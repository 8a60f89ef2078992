"""What holds for every page: a thin notebook, a light start, and every text in every language.

Why: logic in a notebook is never tested; a heavy import is waited for by every viewer every morning; a text that was
forgotten in the catalogue stands in English on a Russian page.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import page_texts
import pytest
from page_texts import PAGES, PLACE, ROOT, Known, shown_texts, texts_of_the_package

from diagmod.io.table_registry import TABLES
from diagmod.serve import PAGES as NAMES
from diagmod.views.language import FOLDER, LANGUAGES
from diagmod.views.tables import UNITS, head_of

NOTEBOOKS = sorted((ROOT / "notebooks" / "dashboards").glob("*.ipynb"))
MODULES = sorted(path for path in PAGES.glob("*.py") if path.stem != "__init__")
OTHERS = [code for code in LANGUAGES if code != "en"]

#: What a page may not load before somebody clicks: seconds and hundreds of megabytes.
HEAVY = (
    "torch", "prophet", "sklearn", "statsforecast", "umap", "river", "pandera", "skops", "numba", "openpyxl",
    "nbconvert", "matplotlib", "hypothesis",
)  # fmt: skip

#: Texts that are the same in every language: names of kinds of files, of laws and of measures.
SAME = re.compile(rf"(CSV|XLSX|JSON|HTML|MASE|SHA-256|UTC|R|S|T|{PLACE}|[\s.,:;()%–·/-])+")


def _of_code(notebook: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def _of_words(notebook: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"]


def test_there_is_a_notebook_for_every_page():
    assert sorted(path.stem for path in NOTEBOOKS) == sorted(NAMES)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_a_title_a_question_and_calls(notebook):
    (words,) = _of_words(notebook)
    assert re.fullmatch(r"# [^\n]+\n\n[^\n]+[?.]", words), "one title and one sentence, each on a line"
    assert len(_of_code(notebook)) <= 5
    tree = ast.parse("\n".join(_of_code(notebook)))
    logic = ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.If | ast.Lambda | ast.Try | ast.IfExp
    found = [type(node).__name__ for node in ast.walk(tree) if isinstance(node, logic)]
    assert found == [], "move it into diagmod/views/pages"
    assert len(ast.unparse(tree).splitlines()) <= 6


def test_no_page_loads_anything_heavy_at_its_start():
    """All in one fresh interpreter; one that failed is named by importing it alone."""
    names = [f"diagmod.views.pages.{path.stem}" for path in MODULES]
    assert _loaded(names) == [], {name: heavy for name in names if (heavy := _loaded([name]))}


def _loaded(names: list[str]) -> list[str]:
    code = "\n".join(
        [*(f"import {name}" for name in names), "import sys, json", "print(json.dumps(list(sys.modules)))"]
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(set(json.loads(done.stdout)) & set(HEAVY))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_text_of_a_page_is_translated(path, language):
    known = Known(language)
    left = {text: line for text, line in shown_texts(path).items() if not SAME.fullmatch(text) and text not in known}
    assert left == {}, f"say them in {FOLDER.name}/{language}_{path.stem.partition('_')[0]}.json ({PLACE} is a place)"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_title_and_question_of_a_notebook_are_translated(notebook, language):
    title, _, question = _of_words(notebook)[0].partition("\n\n")
    known = Known(language)
    assert [text for text in (title.removeprefix("# "), question) if text not in known] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_catalogue_holds_what_nothing_says(language):
    """An entry may belong to any text of the package, to the head of a column, or to a notebook."""
    said = {" ".join(text.split()).lower() for text in texts_of_the_package()}
    said |= {
        head_of(c.name, UNITS.get(c.name, "")).partition(" (")[0].lower() for t in TABLES.values() for c in t.columns
    }
    said |= {part.removeprefix("# ").lower() for path in NOTEBOOKS for part in _of_words(path)[0].split("\n\n")}
    open_texts = [re.compile(".+?".join(map(re.escape, t.split(PLACE))), re.DOTALL) for t in said if PLACE in t]
    lost: dict[str, list[str]] = {}
    for file in sorted(FOLDER.glob(f"{language}_*.json")):
        entries = json.loads(file.read_text(encoding="utf-8"))
        lost[file.name] = [text for text in entries if not _is_said(text.lower(), said, open_texts)]
    assert {name: texts for name, texts in lost.items() if texts} == {}, "nothing says this any more; take it out"


def _is_said(entry: str, said: set[str], open_texts: list[re.Pattern[str]]) -> bool:
    if entry in said:
        return True
    filled = re.sub(r"\{\w+\}", PLACE, entry)
    form = page_texts.form_of(entry)
    pieces = [piece for piece in re.split(r"\{\w+\}", entry) if piece.strip()]
    longest = max(pieces, key=len, default="")
    return any(form.fullmatch(text) for text in said if longest in text) or any(
        text.fullmatch(filled) for text in open_texts
    )
