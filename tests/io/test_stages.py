"""A stage that cannot run right does not start: everything it stands on is checked in words."""

import json

import nbformat
import pytest

from diagmod.io import stages
from diagmod.io.stages import (
    Stage,
    StageError,
    check_parameters,
    code_version,
    declared_parameters,
    facts_json,
    find_notebook,
    input_hashes,
    load_stage,
    read_yaml,
)

DVC = """
stages:
  load:
    cmd: python -m diagmod.run load
    deps:
    - notebooks/01_load.ipynb
    - diagmod/io
    - data/raw/${load.dataset}
    outs:
    - data/interim:
        persist: true
    - data/${ load.dataset }.txt
    metrics:
    - reports/load.json:
        cache: false
"""
PARAMS = "load:\n  dataset: demo\n  min_duration_s: 2\n  jobs: 0\n"
CELL = "dataset: str = 'demo'  # folder\nmin_duration_s: float = 2.0\njobs: int = 0\n"


@pytest.fixture
def project(tmp_path):
    """A project with one stage, its notebook, its code and its data set."""
    for name in ("notebooks", "diagmod/io", "data/raw/demo", "data/raw/other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "dvc.yaml").write_text(DVC)
    (tmp_path / "params.yaml").write_text(PARAMS)
    (tmp_path / "diagmod/io/a.py").write_text("x = 1\n")
    (tmp_path / "data/raw/demo/dataset.yaml").write_text("name: demo\n")
    write_notebook(tmp_path, CELL)
    return tmp_path


def write_notebook(root, *parameter_cells):
    cells = [nbformat.v4.new_code_cell(c, metadata={"tags": ["parameters"]}) for c in parameter_cells]
    book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell("y: int = 5")])
    nbformat.write(book, root / "notebooks/01_load.ipynb")


def set_params(root, text):
    (root / "params.yaml").write_text(text)


def test_stage_has_its_section_notebook_and_resolved_paths(project):
    stage = load_stage("load", project)
    assert stage.parameters == {"dataset": "demo", "min_duration_s": 2, "jobs": 0}
    assert stage.notebook == project / "notebooks/01_load.ipynb"
    assert stage.deps == ("notebooks/01_load.ipynb", "diagmod/io", "data/raw/demo")
    assert stage.outs == ("data/interim", "data/demo.txt", "reports/load.json")


def test_one_override_of_the_data_set_changes_the_dependency(project):
    set_params(project, PARAMS.replace("demo", "other"))
    assert load_stage("load", project).deps[-1] == "data/raw/other"


def test_unknown_stage_is_refused_with_the_known_ones(project):
    with pytest.raises(StageError, match="unknown stage 'lode'; stages are load"):
        load_stage("lode", project)


def test_pipeline_without_stages_knows_none(project):
    (project / "dvc.yaml").write_text("stages:\n")
    with pytest.raises(StageError, match="unknown stage 'load'"):
        load_stage("load", project)


def test_stage_without_section_is_refused(project):
    set_params(project, "other: {}\n")
    with pytest.raises(StageError, match=r"params.yaml has no section 'load'; add one"):
        load_stage("load", project)


def test_misspelt_parameter_is_refused_with_the_declared_ones(project):
    set_params(project, PARAMS + "  job: 2\n")
    with pytest.raises(
        StageError, match=r"gives load.job, which the notebook does not know; it declares dataset, min_dur"
    ):
        load_stage("load", project)


def test_missing_parameter_is_refused_with_its_type(project):
    set_params(project, PARAMS.replace("  jobs: 0\n", ""))
    with pytest.raises(StageError, match=r"params.yaml lacks load.jobs \(int\); add it to section load"):
        load_stage("load", project)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", 3), ("float", 2.5), ("float", 2), ("float", 1e-3), ("str", "a"), ("bool", False), ("list", [1, "a"]),
        ("list[int]", [1, 2]), ("list[float]", [1, 2.5]), ("list[list[int]]", [[1], []]), ("dict", {"a": 1}),
    ],
)  # fmt: skip
def test_value_of_the_declared_type_is_taken(kind, value):
    check_parameters("load", {"x": value}, {"x": (None, kind)})


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("int", True, r"True \(bool\)"), ("int", 2.0, r"2.0 \(float\)"), ("int", "2", r"'2' \(str\)"),
        ("float", "1.5", r"'1.5' \(str\)"), ("float", True, r"True \(bool\)"), ("str", 5, r"5 \(int\)"),
        ("str", None, r"None \(NoneType\)"), ("bool", 1, r"1 \(int\)"), ("list[int]", [1, True], "list"),
        ("list[int]", 1, "int"), ("dict", [], "list"), ("int | None", 3, "int"),
    ],
)  # fmt: skip
def test_value_of_another_type_is_refused_with_value_and_type(kind, value, shown):
    with pytest.raises(
        StageError, match=rf"load.x must be {kind.replace('|', '.').replace('[', '.')}.*, got .*{shown}"
    ):
        check_parameters("load", {"x": value}, {"x": (None, kind)})


def test_parameters_cell_gives_defaults_and_types(project):
    assert declared_parameters(project / "notebooks/01_load.ipynb") == {
        "dataset": ("demo", "str"), "min_duration_s": (2.0, "float"), "jobs": (0, "int"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("jobs = 0", "01_load.ipynb, parameters cell: write `name: type = value`, got 'jobs = 0'"),
        ("jobs: int", "write `name: type = value`, got 'jobs: int'"),
        ("import os", "write `name: type = value`, got 'import os'"),
        ("jobs: int = len('a')", r"parameters cell: give a plain value, got .jobs: int = len\('a'\)"),
        ("jobs: int = ", "parameters cell: line 1 is no Python"),
    ],
)
def test_parameters_cell_holds_plain_typed_assignments_only(project, cell, sentence):
    write_notebook(project, cell)
    with pytest.raises(StageError, match=sentence):
        load_stage("load", project)


@pytest.mark.parametrize("cells", [(), (CELL, CELL)])
def test_notebook_has_exactly_one_parameters_cell(project, cells):
    write_notebook(project, *cells)
    with pytest.raises(StageError, match=f"needs exactly one cell tagged 'parameters', found {len(cells)}"):
        load_stage("load", project)


def test_broken_notebook_is_refused_in_words(project):
    (project / "notebooks/01_load.ipynb").write_text('{"cells": [')
    with pytest.raises(StageError, match=r"01_load.ipynb is no readable notebook"):
        load_stage("load", project)


def test_stage_has_exactly_one_notebook(project):
    (project / "notebooks/02_load.ipynb").write_text("{}")
    with pytest.raises(StageError, match=r"stage 'load' needs exactly one notebook notebooks/NN_load.ipynb, found 2"):
        find_notebook("load", project)
    with pytest.raises(StageError, match="found 0"):
        find_notebook("features", project)


def test_yaml_is_read_as_dvc_reads_it(tmp_path):
    (tmp_path / "a.yaml").write_text("x: 1e-3\ny: no\nz: 0o10\n")
    assert read_yaml(tmp_path / "a.yaml") == {"x": 0.001, "y": "no", "z": 8}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [1, 2", "a.yaml is not valid YAML"),
        ("a: 1\na: 2\n", "a.yaml is not valid YAML .*duplicate key"),
        ("day: 2026-13-45\n", "a.yaml is not valid YAML .*month must be in 1..12"),
        ("a: \x00\n", "a.yaml is not valid YAML"),
        ("- a\n", "a.yaml must be a mapping of names to values, got list"),
        ("", "a.yaml must be a mapping of names to values, got NoneType"),
    ],
)
def test_file_that_is_no_yaml_mapping_is_refused_in_one_line(tmp_path, text, sentence):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(StageError, match=sentence) as caught:
        read_yaml(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)


def test_yaml_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_bytes("title: Prüfstand\n".encode("latin-1"))
    with pytest.raises(StageError, match=r"a.yaml is not valid YAML"):
        read_yaml(tmp_path / "a.yaml")


def test_missing_yaml_is_named_with_its_folder(tmp_path):
    with pytest.raises(StageError, match=f"params.yaml is missing in {tmp_path}; restore it"):
        read_yaml(tmp_path / "params.yaml")


@pytest.mark.parametrize("template", ["${load.nothing}", "${nothing.dataset}", "${load}", "${}"])
def test_template_without_a_parameter_is_refused(project, template):
    (project / "dvc.yaml").write_text(DVC.replace("${load.dataset}", template))
    with pytest.raises(StageError, match=r"dvc.yaml names \$\{.*\}, which params.yaml does not have"):
        load_stage("load", project)


def test_value_that_looks_like_a_template_is_taken_as_it_is(project):
    set_params(project, PARAMS.replace("demo", "'${load.dataset}'"))
    assert load_stage("load", project).deps[-1] == "data/raw/${load.dataset}"


def test_missing_data_set_is_refused_with_those_present(project):
    set_params(project, PARAMS.replace("demo", "plant"))
    with pytest.raises(StageError, match=r"data set 'plant' is not in data/raw \(present are demo, other\)"):
        input_hashes(load_stage("load", project), project)


def test_missing_data_set_where_there_is_none_is_refused(project):
    stage = Stage("load", project / "n", {}, ("data/raw/plant",), ())
    with pytest.raises(StageError, match=r"\(none is present\); `diagmod datasets list` shows"):
        input_hashes(stage, project / "notebooks")


def test_empty_data_set_is_refused(project):
    set_params(project, PARAMS.replace("demo", "other"))
    with pytest.raises(StageError, match="data/raw/other is empty; put a data set there"):
        input_hashes(load_stage("load", project), project)


def test_missing_input_of_an_earlier_stage_says_to_run_it(project):
    stage = Stage("features", project / "n", {}, ("data/interim",), ())
    with pytest.raises(StageError, match="data/interim is missing; run the stage that makes it first"):
        input_hashes(stage, project)


def test_code_and_data_are_hashed_apart(project):
    stage = load_stage("load", project)
    code, data = code_version(stage, project), input_hashes(stage, project)
    assert list(data) == ["data/raw/demo"]
    (project / "data/raw/demo/a.csv").write_text("1\n")
    assert code_version(stage, project) == code
    assert input_hashes(stage, project) != data
    (project / "diagmod/io/a.py").write_text("x = 2\n")
    assert code_version(stage, project) != code


def test_facts_for_the_kernel_name_stage_parameters_code_and_inputs(project):
    stage = load_stage("load", project)
    facts = json.loads(facts_json(stage, project / "staging", project))
    assert facts["parameters"] == {"dataset": "demo", "min_duration_s": 2}, (
        "how many processes work is no property of it"
    )
    assert facts["code"] == code_version(stage, project)
    assert facts["inputs"] == input_hashes(stage, project)
    assert (facts["stage"], facts["staging"]) == ("load", str(project / "staging"))


def test_code_is_what_lies_in_package_or_notebooks():
    assert stages.is_code("diagmod/io")
    assert stages.is_code("notebooks/01_load.ipynb")
    assert not stages.is_code("data/raw/demo")
