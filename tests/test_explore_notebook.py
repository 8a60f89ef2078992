"""The notebook for one recording runs from top to bottom on whatever is put into it, and stays small."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
from handmade_currents import FS_HZ, handmade_currents
from IPython.display import HTML, Markdown

from diagmod.io.paths import ROOT_MARKS
from diagmod.io.stages import declared_parameters

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "explore" / "recording.ipynb"

#: Figures in the notebook, and most bytes of all of them together as JSON.
N_FIGURES, MOST_BYTES = 13, 2_000_000

NAMEPLATE = {"fs_hz": FS_HZ, "line_hz": 50.0, "pole_pairs": 2, "rated_rpm": 1455.0, "rotor_bars": 28, "bearing": "6206"}


def _run(**parameters: object) -> list[object]:
    """What the cells show, as papermill would run them: parameters injected after their cell."""
    space: dict[str, object] = {}
    shown = []
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)  # noqa: S102 - the project's own notebook
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), space))  # noqa: S307
        if "parameters" in cell.metadata.get("tags", []):
            space |= parameters
    return shown


def _figures(shown: list[object]) -> list[go.Figure]:
    return [one for one in shown if isinstance(one, go.Figure)]


@pytest.fixture
def project(tmp_path, monkeypatch):
    for mark in ROOT_MARKS:
        (tmp_path / mark).write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_three_phases_are_shown_in_every_figure_and_the_sentence_names_the_fault(project):
    np.save(project / "own.npy", handmade_currents())
    shown = _run(file="own.npy", **NAMEPLATE)
    figures = _figures(shown)
    assert len(figures) == N_FIGURES
    assert all(chart.data for chart in figures)
    assert "The rotor cage is damaged" in shown[-1].data
    assert {type(one) for one in shown} == {go.Figure, HTML, Markdown}


def test_one_phase_is_shown_in_all_figures_but_those_of_the_space_vector(project):
    np.save(project / "own.npy", handmade_currents()[0])
    figures = _figures(_run(file="own.npy", **NAMEPLATE))
    empty = [chart.layout.title.text for chart in figures if not chart.data]
    assert empty == ["Park vector", "Spectrum of the Park modulus", "Negative sequence"]


def test_a_recording_without_a_supply_line_is_told_to_the_end(project):
    np.save(project / "own.npy", np.random.default_rng(0).normal(size=(3, 8000)))
    shown = _run(file="own.npy", **NAMEPLATE)
    assert len(_figures(shown)) == N_FIGURES
    assert shown[-1].data.startswith("No diagnosis can be made")


def test_a_minute_at_a_high_rate_stays_small(project):
    np.save(project / "own.npy", handmade_currents(duration_s=60.0, fs=10_000.0).astype(np.float32))
    figures = _figures(_run(file="own.npy", **{**NAMEPLATE, "fs_hz": 10_000.0}))
    assert sum(len(chart.to_json()) for chart in figures) < MOST_BYTES


def test_without_a_file_the_demonstration_fleet_is_taken(project):
    folder = project / "data/raw/demo"
    folder.mkdir(parents=True)
    (folder / "dataset.yaml").write_text("name: demo\nunit: A\nfs_hz: 2000\n")
    (folder / "motors.yaml").write_text(
        "motors:\n- {motor_id: M1, line_hz: 50.0, pole_pairs: 2, rated_rpm: 1455.0, rotor_bars: 28}\n"
    )
    (folder / "recordings.csv").write_text("file,motor_id,condition,severity\na.csv,M1,broken_bar,1.0\n")
    head = "current_R,current_S,current_T"
    np.savetxt(folder / "a.csv", handmade_currents().T, "%.4f", ",", header=head, comments="")
    shown = _run()
    assert "a.csv: phases R, S, T (A), 6.00 s at 2000 Hz, motor M1" in shown[0].data
    assert "The rotor cage is damaged" in shown[-1].data


def test_its_parameters_are_typed_so_that_papermill_can_set_them():
    declared = declared_parameters(NOTEBOOK)
    assert {"file", "fs_hz", "motor", "pole_pairs", "line_hz", "slip"} <= set(declared)
