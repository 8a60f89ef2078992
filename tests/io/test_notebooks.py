"""What a notebook file says: only what its author wrote, or exactly what an execution gave."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from diagmod.io.notebooks import (
    NotebookError,
    before_save,
    canonical,
    is_canonical,
    main,
    normalised_execution,
    read_notebook,
    write_notebook,
)


def _used_notebook() -> nbformat.NotebookNode:
    """A notebook as a person leaves it: run by papermill, folded, with a picture pasted in."""
    picture = {"dot.png": {"image/png": "aGk="}}
    return new_notebook(
        metadata={
            "kernelspec": {"display_name": "my env", "name": "env-7", "language": "python"},
            "language_info": {"name": "python", "version": "3.11.7", "pygments_lexer": "ipython3"},
            "papermill": {"duration": 3.2, "input_path": "/home/somebody/x.ipynb"},
            "widgets": {"application/vnd.jupyter.widget-state+json": {}},
            "title": "Load",
        },
        cells=[
            new_markdown_cell("# Load", attachments=picture, metadata={"jp-MarkdownHeadingCollapsed": True}),
            new_code_cell("fs = 1.0  # Hz", metadata={"tags": ["parameters"], "papermill": {"status": "completed"}}),
            new_code_cell("fs = 2.0", metadata={"tags": ["injected-parameters"]}),
            new_code_cell(
                "fs",
                execution_count=7,
                metadata={"collapsed": True, "trusted": True, "execution": {"iopub.execute_input": "2026-01-05"}},
                outputs=[new_output("execute_result", {"text/plain": "2.0"}, execution_count=7)],
            ),
            new_raw_cell("raw", metadata={"format": "text/html"}),
            new_code_cell(""),
            new_code_cell("  \n"),
        ],
    )


def test_canonical_form_keeps_what_a_person_wrote_and_nothing_else():
    plain = canonical(_used_notebook())
    assert [cell.source for cell in plain.cells] == ["# Load", "fs = 1.0  # Hz", "fs", "raw"]
    assert [dict(cell.metadata) for cell in plain.cells] == [{}, {"tags": ["parameters"]}, {}, {"format": "text/html"}]
    assert plain.cells[0].attachments == {"dot.png": {"image/png": "aGk="}}
    assert [(cell.outputs, cell.execution_count) for cell in plain.cells[1:3]] == [([], None), ([], None)]
    assert plain.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "title": "Load",
    }


def test_canonical_form_leaves_the_given_notebook_alone():
    used = _used_notebook()
    before = copy.deepcopy(used)
    canonical(used)
    assert used == before


def test_canonical_form_does_not_depend_on_who_opened_the_notebook():
    mine, other = _used_notebook(), _used_notebook()
    for number, cell in enumerate(other.cells):
        cell.id = f"random-{number}"
    other.metadata["kernelspec"]["display_name"] = "another machine"
    other.cells[3].execution_count = 99
    assert canonical(mine) == canonical(other)


def test_inserted_cell_changes_no_other_identifier():
    cells = [new_markdown_cell("# a"), new_code_cell("b"), new_code_cell("c")]
    before = [cell.id for cell in canonical(new_notebook(cells=cells)).cells]
    after = [cell.id for cell in canonical(new_notebook(cells=[cells[0], new_code_cell("new"), *cells[1:]])).cells]
    assert [after[0], *after[2:]] == before


def test_equal_cells_have_different_identifiers():
    ids = [cell.id for cell in canonical(new_notebook(cells=[new_code_cell("x"), new_code_cell("x")])).cells]
    assert ids[1] == ids[0] + "-2"


_SOURCES = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
_TAGS = st.lists(st.sampled_from(["parameters", "injected-parameters", "imports", "remove"]), max_size=2, unique=True)
_CELLS = st.builds(
    lambda make, source, tags, extra: make(source, metadata={"tags": tags, **extra}),
    st.sampled_from([new_code_cell, new_markdown_cell, new_raw_cell]),
    _SOURCES,
    _TAGS,
    st.dictionaries(st.sampled_from(["collapsed", "papermill", "editable"]), st.booleans()),
)


@given(st.lists(_CELLS, max_size=6))
def test_canonical_form_of_the_canonical_form_is_itself(cells):
    once = canonical(new_notebook(cells=cells))
    assert canonical(once) == once
    nbformat.validate(once)


@given(st.lists(_CELLS, max_size=4))
def test_file_of_the_canonical_form_reads_back_equal(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("nb") / "a.ipynb"
    once = canonical(new_notebook(cells=cells))
    write_notebook(once, path)
    assert canonical(read_notebook(path)) == once
    assert is_canonical(path)


def test_command_rewrites_once_and_is_then_content(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    nbformat.write(_used_notebook(), path)
    assert not is_canonical(path)
    assert main([str(path)]) == 1
    assert "a.ipynb: rewritten without outputs" in capsys.readouterr().err
    written = path.read_bytes()
    assert main([str(path)]) == 0
    assert capsys.readouterr().err == ""
    assert path.read_bytes() == written
    assert written.endswith(b"}\n")
    assert b"\r" not in written


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n", "no valid JSON"),
        (b"cells: none", "no valid JSON"),
        (b"", "no valid JSON"),
        (b"[]", "other content"),
        (b"3", "other content"),
        (b"{}", "other content"),
        (b'{"nbformat": 4}', "other content"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "odd"}]}', "other content"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [3]}', "other content"),
        (b'{"nbformat": 9, "cells": []}', "other content"),
    ],
)
def test_command_refuses_other_files_in_one_sentence_and_leaves_them(tmp_path, capsys, content, reason):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    assert main([str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path} is not a notebook ({reason}")
    assert said.count("\n") == 1
    assert path.read_bytes() == content


def test_command_goes_on_after_a_file_it_cannot_read(tmp_path, capsys):
    nbformat.write(_used_notebook(), tmp_path / "good.ipynb")
    assert main([str(tmp_path / "absent.ipynb"), str(tmp_path), str(tmp_path / "good.ipynb")]) == 2
    said = capsys.readouterr().err
    assert "absent.ipynb is missing; restore it" in said
    assert "cannot be read (Is a directory)" in said
    assert is_canonical(tmp_path / "good.ipynb")


def test_command_line_gives_the_exit_code(tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(_used_notebook(), path)
    command = [sys.executable, "-m", "diagmod.io.notebooks", str(path)]
    codes = [subprocess.run(command, capture_output=True, check=False).returncode for _ in range(2)]
    assert codes == [1, 0]


def test_notebook_of_format_three_is_read_and_becomes_canonical(tmp_path):
    code = {"cell_type": "code", "language": "python", "input": ["x = 1\n", "x"], "outputs": [], "collapsed": False}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [code]}]}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert main([str(path)]) == 1
    assert [cell.source for cell in read_notebook(path).cells] == ["x = 1\nx"]
    assert is_canonical(path)


@pytest.mark.parametrize("path", ["notebooks/01_load.ipynb", "/notebooks/explore/mine.ipynb"])
def test_jupyter_saves_notebooks_of_the_project_canonical(path):
    model = {"type": "notebook", "content": dict(_used_notebook())}
    before_save(model=model, path=path, contents_manager=None)
    assert model["content"] == canonical(_used_notebook())


@pytest.mark.parametrize("path", ["reports/notebooks/01_load.ipynb", "mine.ipynb", "notebooks2/a.ipynb"])
def test_jupyter_saves_other_notebooks_as_they_are(path):
    used = _used_notebook()
    model = {"type": "notebook", "content": copy.deepcopy(used)}
    before_save(model=model, path=path)
    assert model["content"] == used


def test_jupyter_saves_other_files_as_they_are():
    model = {"type": "file", "format": "text", "content": "# words"}
    before_save(model=model, path="notebooks/README.md")
    assert model["content"] == "# words"


_LIVELY_CELLS = (
    "import sys, uuid, warnings, pandas as pd, plotly.graph_objects as go\nfrom IPython.display import HTML",
    "warnings.warn('levels are low')\nprint('on stdout')\nprint('on stderr', file=sys.stderr)\nprint('more')",
    "pd.DataFrame({'level': [1.0, 2.0]}).style.highlight_max(color='red')",
    "display(HTML(f'<div id=\"{uuid.uuid4()}\">one</div>'))\nobject()",
    "go.Figure(go.Scatter(y=[1, 2]))",
)


def _execution() -> nbformat.NotebookNode:
    nb = new_notebook(cells=[new_code_cell(source) for source in _LIVELY_CELLS])
    return NotebookClient(nb, kernel_name="python3", extra_arguments=["--log-level=40"]).execute()


@pytest.fixture(scope="module")
def executions() -> list[nbformat.NotebookNode]:
    """The same notebook, executed twice by kernels of their own."""
    return [_execution(), _execution()]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_two_executions_differ_and_are_equal_bytes_once_normalised(executions, tmp_path):
    assert nbformat.writes(executions[0]) != nbformat.writes(executions[1])
    paths = [tmp_path / f"{name}.ipynb" for name in "ab"]
    for path, executed in zip(paths, executions, strict=True):
        write_notebook(normalised_execution(executed), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_normalised_execution_keeps_what_a_reader_looks_at(executions):
    normal = normalised_execution(executions[0])
    assert [cell.execution_count for cell in normal.cells] == [1, 2, 3, 4, 5]
    stdout, stderr = normal.cells[1].outputs
    assert (stdout.name, stdout.text) == ("stdout", "on stdout\nmore\n")
    assert stderr.text == ("<cell>:1: UserWarning: levels are low\n  warnings.warn('levels are low')\non stderr\n")
    table = normal.cells[2].outputs[0].data["text/html"]
    assert '<table id="T_00001">' in table
    assert "#T_00001_row1_col0 {\n  background-color: red" in table
    assert normal.cells[3].outputs[1].data["text/plain"] == "<object>"
    figure = normal.cells[4].outputs[0]
    assert list(figure.data) == ["application/vnd.plotly.v1+json"]
    assert figure.data["application/vnd.plotly.v1+json"]["data"][0]["y"] == [1, 2]


def test_normalising_twice_changes_nothing(executions):
    once = normalised_execution(executions[0])
    assert normalised_execution(once) == once


def test_random_identifiers_are_numbered_by_appearance():
    first, second = "0d1f5a52-9c1b-4c9e-8b57-0123456789ab", "ffffffff-9c1b-4c9e-8b57-0123456789ab"
    html = f'<p id="{second}"></p><p id="{first}"></p><p for="{second.replace("-", "_")}"></p>'
    cell = new_code_cell("x", outputs=[new_output("display_data", {"text/html": html})])
    shown = normalised_execution(new_notebook(cells=[cell])).cells[0].outputs[0].data["text/html"]
    assert shown == (
        '<p id="00000000-0000-4000-8000-000000000001"></p><p id="00000000-0000-4000-8000-000000000002"></p>'
        '<p for="00000000_0000_4000_8000_000000000001"></p>'
    )


def test_printed_text_is_never_changed():
    text = "sha 0d1f5a52-9c1b-4c9e-8b57-0123456789ab at 0x7f00 took 3.1 s\n"
    cell = new_code_cell("x", outputs=[new_output("stream", name="stdout", text=text)])
    assert normalised_execution(new_notebook(cells=[cell])).cells[0].outputs[0].text == text


def test_views_of_dead_widgets_are_dropped_and_injected_parameters_stay():
    view = new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "HBox()"})
    cells = [new_code_cell("fs = 2.0", metadata={"tags": ["injected-parameters"]}), new_code_cell("w", outputs=[view])]
    normal = normalised_execution(new_notebook(cells=cells))
    assert [cell.source for cell in normal.cells] == ["fs = 2.0", "w"]
    assert normal.cells[0].metadata.tags == ["injected-parameters"]
    assert normal.cells[1].outputs == []


def test_error_keeps_its_words_and_loses_the_process_number():
    frame = "File /tmp/ipykernel_4711/123456.py:1, in f()"
    cell = new_code_cell("f()", outputs=[new_output("error", ename="ValueError", evalue="no", traceback=[frame])])
    error = normalised_execution(new_notebook(cells=[cell])).cells[0].outputs[0]
    assert (error.ename, error.evalue, error.traceback) == ("ValueError", "no", ["File <cell>:1, in f()"])


def test_reading_an_absent_notebook_says_how_to_get_it_back():
    with pytest.raises(NotebookError, match=r"nowhere\.ipynb is missing; restore it, for example with `git checkout"):
        read_notebook(Path("nowhere.ipynb"))
