"""The wiring: direction of imports, one vocabulary, complete dependencies, thin notebooks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from diagmod.io.notebooks import is_canonical
from diagmod.io.stages import check_parameters, declared_parameters, find_notebook, read_yaml

ROOT = Path(__file__).parents[1]
LAYERS = ("core", "sim", "io", "models", "views")
HEAVY = {"pandas", "torch", "sklearn", "plotly", "ipywidgets"}
STAGES = read_yaml(ROOT / "dvc.yaml")["stages"]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
DASHBOARDS = sorted((ROOT / "notebooks" / "dashboards").glob("*.ipynb"))


def imports_of(source: str) -> set[str]:
    """Full names of all modules that a source imports, anywhere in it, but not for type checking alone."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def sources_of(notebook: Path) -> list[str]:
    """Sources of a notebook's code cells."""
    return [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]


def parameters_of(notebook: Path) -> list[str]:
    """Sources of the cells of parameters, which are as long as there are parameters."""
    cells = nbformat.read(notebook, as_version=4).cells
    return [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]


def layers_reached(notebook: Path) -> set[str]:
    """Layers that a notebook imports, directly or through the package."""
    todo, seen = imports_of("\n".join(sources_of(notebook))), set()
    while todo:
        name = todo.pop()
        path = ROOT / Path(*name.split("."))
        file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
        if not name.startswith("diagmod.") or name in seen or not file.is_file():
            continue
        seen.add(name)
        todo |= imports_of(file.read_text())
    return {name.split(".")[1] for name in seen} & set(LAYERS)


@pytest.mark.parametrize("path", sorted((ROOT / "diagmod").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_point_one_way(path: Path) -> None:
    layer = path.relative_to(ROOT / "diagmod").parts[0]
    if layer not in LAYERS:
        return
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    for name in imports_of(path.read_text()):
        if name.startswith("diagmod."):
            assert name.split(".")[1] in allowed, f"{layer} must not import {name}; imports point {' <- '.join(LAYERS)}"


@pytest.mark.parametrize("layer", ["core", "sim"])
def test_core_and_sim_load_neither_pandas_nor_any_heavier_library(layer: str) -> None:
    for path in (ROOT / "diagmod" / layer).rglob("*.py"):
        loaded = {name.split(".")[0] for name in imports_of(path.read_text())} & HEAVY
        assert not loaded, f"{path.name} loads {loaded}; {layer} rests on numpy and scipy alone"


def committed_params() -> Path:
    """params.yaml as committed: an experiment may have changed the working copy."""
    show = subprocess.run(["git", "show", "HEAD:params.yaml"], cwd=ROOT, capture_output=True, text=True, check=False)
    path = ROOT / ".cache" / "committed" / "params.yaml"
    if show.returncode:
        return ROOT / "params.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(show.stdout)
    return path


@pytest.mark.parametrize("stage", STAGES)
def test_parameters_cell_and_params_yaml_say_the_same(stage: str) -> None:
    given = read_yaml(committed_params())[stage]
    declared = declared_parameters(find_notebook(stage, ROOT))
    check_parameters(stage, given, declared)
    assert {name: value for name, (value, _) in declared.items()} == given, (
        "opened by hand, the notebook must do the same"
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_every_layer_it_reaches_but_views(stage: str) -> None:
    notebook = find_notebook(stage, ROOT)
    deps = STAGES[stage]["deps"]
    listed = {dep.removeprefix("diagmod/") for dep in deps if dep.startswith("diagmod/")}
    reached = layers_reached(notebook) | {"core", "io"}  # the runner itself reaches these
    expected = (reached - {"views"}) | {"run.py"} | ({"views"} if stage == "evaluate" else set())
    assert listed == expected, f"dvc.yaml, stage {stage}: code dependencies must be {sorted(expected)}"
    assert f"notebooks/{notebook.name}" in deps


@pytest.mark.parametrize("stage", STAGES)
def test_every_output_survives_a_failed_run(stage: str) -> None:
    for out in STAGES[stage]["outs"] + STAGES[stage].get("metrics", []):
        assert isinstance(out, dict) and next(iter(out.values())).get("persist"), f"{stage}: {out} needs persist: true"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_committed_as_written_and_thin(path: Path) -> None:
    assert is_canonical(path), f"run `python -m diagmod.io.notebooks {path.relative_to(ROOT)}`"
    for source in sources_of(path):
        tree = ast.parse(source)
        if source in parameters_of(path):
            continue
        assert not any(isinstance(n, ast.FunctionDef | ast.ClassDef) for n in ast.walk(tree)), "move it to the package"
        # a list of imports is long where a chapter shows much, and holds no logic
        calls = len([line for line in source.strip().split("\n") if not line.startswith(("from ", "import "))])
        assert calls <= 17, f"a cell of {path.name} has {calls} lines; move its logic to the package"


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda p: p.name)
def test_dashboards_have_few_cells_and_load_nothing_heavy(path: Path) -> None:
    assert len(sources_of(path)) <= 5
    assert not {name.split(".")[0] for name in imports_of("\n".join(sources_of(path)))} & {
        "torch",
        "prophet",
        "sklearn",
    }


@pytest.mark.parametrize("module", ["diagmod.views.pages.overview", "diagmod.cli", "diagmod.run"])
def test_pages_and_commands_load_no_learning_library(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({{'torch', 'sklearn', 'skops', 'prophet'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [], f"{module} opens slowly: it loads {done.stdout}"


def test_pages_draw_figures_as_data_never_inside_an_output() -> None:
    for path in [*(ROOT / "diagmod" / "views").rglob("*.py")]:
        assert not re.search(r"^\s*with \w+:\s*\n\s*display", path.read_text(), re.MULTILINE), "this hangs a reload"


def test_the_smoke_parameters_exist() -> None:
    from tiny_project import TINY

    params = read_yaml(ROOT / "params.yaml")
    for section, values in TINY.items():
        assert set(values) <= set(params[section])


def test_no_committed_file_names_a_machine_or_a_package_index() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    place = re.compile(r"/(?:work|home|root|opt)/[a-z]|--index-url|--find-links|file://")
    for name in listed:
        # Tests may write such a place into a file to see what becomes of it.
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace") if not name.startswith("tests/") else ""
        assert not place.search(text), f"{name} names a place that other machines do not have"
