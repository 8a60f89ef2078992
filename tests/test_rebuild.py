"""Building again: same bytes, only what must run, and on the smallest data set there is.

Whole rebuilds take minutes and run in `make verify`, as do kills in every stage (tests/study/test_interrupts_*);
tests/test_run.py kills one run.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tiny_project import TRAINED, Project, make_project

from diagmod.io.plant_files import csv_bytes
from diagmod.io.schemas import RECORDINGS
from diagmod.io.tables import describe_table, read_table
from diagmod.sim.signal import SignalSpec, synthesise


@pytest.mark.study
def test_built_again_from_nothing_the_bytes_are_the_same(tiny_project: Project, tmp_path: Path) -> None:
    again = make_project(tmp_path / "again")
    again.build()
    assert again.results() == tiny_project.results()


def test_a_second_repro_has_nothing_to_do(tiny_project: Project) -> None:
    assert tiny_project.repro() == []


def test_a_changed_figure_reruns_no_training(tiny_project: Project, tmp_path: Path) -> None:
    project = tiny_project.copy(tmp_path / "copy")
    for path in (project.root / "diagmod" / "views").glob("*.py"):
        path.write_text(path.read_text() + "\n# another look\n")
    assert project.repro() == ["evaluate"]


def test_a_parameter_of_training_reruns_training_and_evaluation_alone(tiny_project: Project, tmp_path: Path) -> None:
    project = tiny_project.copy(tmp_path / "copy")
    project.set("train_anomaly", alarm_share_pct=4.0)
    assert project.repro() == ["train_anomaly", "evaluate"]


@pytest.mark.study
def test_the_smallest_data_set_of_the_readme_runs_and_says_what_it_lacks(tiny_project: Project, tmp_path: Path) -> None:
    project = tiny_project.copy(tmp_path / "copy")
    plant = project.root / "data" / "raw" / "plant"
    plant.mkdir()
    (plant / "dataset.yaml").write_text("name: plant\n")
    nameplate = "{motor_id: P1, line_hz: 50, pole_pairs: 2, rated_current_a: 21.5}"
    (plant / "motors.yaml").write_text(f"motors: [{nameplate}]\n")
    (plant / "recordings.csv").write_text("file,motor_id,started_at,fs_hz\n2026.csv,P1,2026-01-05T08:00:00Z,2000\n")
    spec = SignalSpec(line_hz=50.0, amplitude_a=20.0, noise_dbc=-50.0)
    (plant / "2026.csv").write_bytes(csv_bytes(synthesise(spec, 2000.0, 6000, np.random.default_rng(3))))
    project.set("load", dataset="plant")
    assert project.repro() == ["load", "features", *TRAINED, "evaluate"]
    recordings = read_table(project.root / "data/interim/recordings.parquet", RECORDINGS)
    assert recordings["rms_R"].item() == pytest.approx(20 / np.sqrt(2), rel=1e-3)
    reason = describe_table(project.root / "data/processed/anomaly_scores.parquet")["reason"]
    assert "1 split group (motors or repetitions) that can be held out, at least 2 are needed" in reason
    assert "no trend log" in describe_table(project.root / "data/interim/trend.parquet")["reason"]
    assert json.loads((project.root / "reports/metrics/evaluate.json").read_text()) == {}
    register = project.run("diagmod.cli", "models", "register")
    assert register.returncode == 0
    assert "at least 2 are needed" in register.stdout + register.stderr
