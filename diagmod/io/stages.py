"""What a stage is: its section of params.yaml, its notebook, its entry in dvc.yaml.

Everything a run stands on is checked here, before a kernel starts: papermill alone only warns about
a misspelt parameter and would run with the default.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from diagmod.io.file_hashes import HashBook
from diagmod.io.hashes import hash_paths


class StageError(Exception):
    """A stage cannot run; the message is one sentence for a person."""


@dataclass(frozen=True)
class Stage:
    """One stage, resolved against params.yaml and dvc.yaml.

    Attributes
    ----------
    name : str
    notebook : Path
        Absolute path of the notebook.
    parameters : dict
        The stage's section of params.yaml, checked against the notebook.
    deps, outs : tuple of str
        Paths relative to the root, templates resolved.
    """

    name: str
    notebook: Path
    parameters: dict[str, Any]
    deps: tuple[str, ...]
    outs: tuple[str, ...]


def load_stage(name: str, root: Path) -> Stage:
    """Read and check everything that defines a stage.

    Raises
    ------
    StageError
        The stage is unknown, its section is missing, or a parameter is undeclared, missing or of the wrong type.
    """
    params = read_yaml(root / "params.yaml")
    pipeline = read_yaml(root / "dvc.yaml").get("stages") or {}
    if not isinstance(pipeline.get(name), dict):
        raise StageError(f"unknown stage {name!r}; stages are {', '.join(pipeline)}")
    if not isinstance(params.get(name), dict):
        raise StageError(f"params.yaml has no section {name!r}; add one with the parameters of the stage's notebook")
    notebook = find_notebook(name, root)
    check_parameters(name, params[name], declared_parameters(notebook))
    entry = pipeline[name]
    deps = tuple(_resolve(dep, params) for dep in entry.get("deps", ()))
    outs = tuple(
        next(iter(out)) if isinstance(out, dict) else out
        for kind in ("outs", "metrics", "plots")
        for out in entry.get(kind, ())
    )
    return Stage(name, notebook, params[name], deps, tuple(_resolve(out, params) for out in outs))


def read_yaml(path: Path) -> dict[str, Any]:
    """Plain contents of a YAML 1.2 mapping (``1e-3`` is a number, as DVC reads it)."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StageError(f"{path.name} is missing in {path.parent}; restore it") from None
    except (YAMLError, ValueError) as exc:
        first = " ".join(str(exc).split())
        raise StageError(f"{path.name} is not valid YAML ({first}); correct it") from exc
    if not isinstance(content, dict):
        raise StageError(f"{path.name} must be a mapping of names to values, got {type(content).__name__}")
    return content


def find_notebook(stage: str, root: Path) -> Path:
    """The notebook whose name without its number is the stage's."""
    found = sorted((root / "notebooks").glob(f"[0-9][0-9]_{stage}.ipynb"))
    if len(found) != 1:
        raise StageError(f"stage {stage!r} needs exactly one notebook notebooks/NN_{stage}.ipynb, found {len(found)}")
    return found[0]


def declared_parameters(notebook: Path) -> dict[str, tuple[Any, str]]:
    """Default and type name of every parameter in a notebook's parameters cell.

    Raises
    ------
    StageError
        There is no parameters cell, or a line in it is not one typed assignment of a literal.
    """
    import nbformat  # here, because it costs a second, which every worker process would pay

    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as exc:
        reason = str(exc).split("\n")[0][:80]
        raise StageError(f"{notebook.name} is no readable notebook ({reason}); restore it") from exc
    sources = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(sources) != 1:
        raise StageError(f"{notebook.name} needs exactly one cell tagged 'parameters', found {len(sources)}")
    declared = {}
    try:
        nodes = ast.parse(sources[0]).body
    except SyntaxError as exc:
        raise StageError(
            f"{notebook.name}, parameters cell: line {exc.lineno} is no Python ({exc.msg}); correct it"
        ) from exc
    for node in nodes:
        simple = isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        if not simple:
            raise StageError(f"{notebook.name}, parameters cell: write `name: type = value`, got {ast.unparse(node)!r}")
        try:
            declared[node.target.id] = (ast.literal_eval(node.value), ast.unparse(node.annotation))
        except ValueError as exc:
            raise StageError(
                f"{notebook.name}, parameters cell: give a plain value, got {ast.unparse(node)!r}"
            ) from exc
    return declared


def check_parameters(stage: str, given: dict[str, Any], declared: dict[str, tuple[Any, str]]) -> None:
    """Compare a section of params.yaml with the parameters cell: same names, fitting types."""
    for name in given:
        if name not in declared:
            raise StageError(
                f"params.yaml gives {stage}.{name}, which the notebook does not know; it declares {', '.join(declared)}"
            )
    for name, (_, kind) in declared.items():
        if name not in given:
            raise StageError(f"params.yaml lacks {stage}.{name} ({kind}); add it to section {stage}")
        if not _fits(given[name], kind):
            raise StageError(f"{stage}.{name} must be {kind}, got {given[name]!r} ({type(given[name]).__name__})")


def code_version(stage: Stage, root: Path) -> str:
    """Hash of the sources the stage depends on: its notebook, the runner and the layers it reaches."""
    return hash_paths([dep for dep in stage.deps if is_code(dep)], root)


def input_hashes(stage: Stage, root: Path) -> dict[str, str]:
    """Hash of every data dependency of a stage.

    Raises
    ------
    StageError
        A dependency is missing or an empty folder.
    """
    hashes = {}
    with HashBook.open(root) as book:
        for dep in stage.deps:
            if is_code(dep):
                continue
            path = root / dep
            if not path.exists():
                raise StageError(_missing(dep, root))
            if path.is_dir() and not any(path.iterdir()):
                raise StageError(f"{dep} is empty; put a data set there (README, 'Your own recordings')")
            hashes[dep] = hash_paths([dep], root, book)
    return hashes


def is_code(dep: str) -> bool:
    """Whether a dependency is source code rather than data."""
    return dep.startswith(("diagmod/", "notebooks/"))


def _missing(dep: str, root: Path) -> str:
    raw = root / "data" / "raw"
    if dep.startswith("data/raw/"):
        present = sorted(p.name for p in raw.iterdir() if p.is_dir()) if raw.is_dir() else []
        known = f"present are {', '.join(present)}" if present else "none is present"
        name = dep.removeprefix("data/raw/")
        return f"data set {name!r} is not in data/raw ({known}); `diagmod datasets list` shows what can be had"
    return f"{dep} is missing; run the stage that makes it first (`dvc repro` runs all)"


def _resolve(text: str, params: dict[str, Any]) -> str:
    """Fill ``${section.name}`` templates of dvc.yaml, as DVC does."""

    def value(match: re.Match[str]) -> str:
        section, _, name = match[1].strip().partition(".")
        try:
            return str(params[section][name])
        except (KeyError, TypeError):
            raise StageError(f"dvc.yaml names {match[0]}, which params.yaml does not have") from None

    return re.sub(r"\$\{([^}]*)\}", value, text)


def _fits(value: Any, kind: str) -> bool:
    simple = {"int": int, "float": (int, float), "str": str, "bool": bool, "list": list, "dict": dict}
    base, _, inner = kind.partition("[")
    if base not in simple:
        return False
    if isinstance(value, bool) != (base == "bool") or not isinstance(value, simple[base]):  # type: ignore[arg-type]
        return False
    if base == "list" and inner:
        return all(_fits(item, inner.removesuffix("]")) for item in value)
    return True


def facts_json(stage: Stage, staging: Path, root: Path) -> str:
    """The JSON that tells the kernel which run it belongs to."""
    return json.dumps(
        {
            "stage": stage.name,
            "staging": str(staging),
            # How many processes work is no property of a result.
            "parameters": {name: value for name, value in stage.parameters.items() if name != "jobs"},
            "code": code_version(stage, root),
            "inputs": input_hashes(stage, root),
        },
        sort_keys=True,
    )
