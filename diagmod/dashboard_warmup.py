"""What a kernel does before it has a viewer: import what the pages import, and draw one figure for nobody.

Importing pandas, plotly and the pages takes a second or two, most of what a viewer would wait for. No data is read
here, so nothing can be out of date.
"""

from __future__ import annotations

import ast
import importlib
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from diagmod.io.notebooks import NotebookError, read_notebook


def imported_modules(notebooks: Iterable[Path]) -> list[str]:
    """Names of the modules that code cells of notebooks import, sorted; what cannot be read has none.

    Statements inside functions and cells with IPython's own syntax are left out.
    """
    found: set[str] = set()
    for path in notebooks:
        try:
            cells = read_notebook(path).cells
        except NotebookError:
            continue
        for cell in cells:
            if cell.cell_type == "code":
                found |= _imports_of(cell.source)
    return sorted(found)


def _imports_of(source: str) -> set[str]:
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return set()
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            names.add(statement.module)
    return names


def warm_up(modules: Sequence[str]) -> None:
    """Import modules by name; one that is missing is told on stderr and left to the page that needs it."""
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as exc:
            sys.stderr.write(f"cannot warm up {name}: {exc}\n")
    _use_once()


def _use_once() -> None:
    """First uses cost more than later ones: validators of figures, widgets, the reader of Parquet."""
    import ipywidgets
    import pandas as pd
    import plotly.graph_objects as go

    from diagmod.views.panels import FigureSlot

    table = io.BytesIO()
    pd.DataFrame({"x": [0.0, 1.0]}).to_parquet(table)
    FigureSlot().show(go.Figure(go.Scatter(x=pd.read_parquet(table)["x"])), "")
    ipywidgets.Widget.close_all()
