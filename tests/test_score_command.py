"""`diagmod score` on a project with trained models: new files are judged, bad ones are told, nothing is changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny_project import Project


@pytest.fixture(scope="module")
def project(tiny_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the tiny project whose models are in the store."""
    copy = tiny_project.copy(tmp_path_factory.mktemp("scored") / "project")
    registered = copy.run("diagmod.cli", "models", "register")
    assert registered.returncode == 0, registered.stderr
    return copy


def _truth(project: Project) -> pd.DataFrame:
    table = pd.read_csv(project.root / "data/raw/demo/ground_truth.csv", keep_default_na=False)
    return table[table["damage"] == ""]


def _new(project: Project, tmp_path: Path, condition: str = "healthy") -> tuple[Path, str]:
    """A recording of the fleet as a file that nobody knows, and its motor: a copy with one sample changed."""
    row = _truth(project).query("condition == @condition").iloc[-1]
    source = project.root / "data/raw/demo" / row["file"]
    target = tmp_path / f"{row['motor_id']}_new.csv"
    lines = source.read_text().splitlines()
    lines[10] = lines[11]
    target.write_text("\n".join(lines) + "\n")
    return target, row["motor_id"]


def _score(project: Project, *arguments: object):
    return project.run("diagmod.cli", "score", *map(str, arguments))


def test_a_new_file_is_scored_by_every_model_with_reasons_warnings_and_times(project: Project, tmp_path: Path) -> None:
    file, motor = _new(project, tmp_path)
    done = _score(project, file, "--motor", motor, "--fs", 5000, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema_version"] == 1
    assert set(found["models"]) == {"anomaly", "anomaly_segments", "faults"}
    (entry,) = found["recordings"]
    assert entry["motor_id"] == motor
    assert entry["anomaly"]["score"] > 0
    assert 0 < entry["anomaly"]["confidence"] < 1
    assert len(entry["anomaly"]["drivers"]) == 5
    assert all(driver["meaning"] for driver in entry["anomaly"]["drivers"])
    assert entry["faults"]["answer"]
    assert isinstance(entry["warnings"], list)
    assert {"import", "load", "features", "anomaly", "faults"} <= set(found["seconds"])


def test_the_report_says_the_same_in_sentences(project: Project, tmp_path: Path) -> None:
    file, motor = _new(project, tmp_path)
    done = _score(project, file, "--motor", motor, "--fs", 5000, "--load-pct", 70)
    assert done.returncode == 0, done.stderr
    assert f"{file.name}  motor {motor}, recording" in done.stdout
    assert "for this motor: the score" in done.stdout
    assert "Second by second:" in done.stdout
    assert "Time:" in done.stdout


def test_a_strong_fault_is_unusual_and_its_lines_are_named(project: Project, tmp_path: Path) -> None:
    """The threshold of so small a fleet lies anywhere; a broken bar lies far beyond every healthy recording."""
    found = []
    for condition in ("healthy", "broken_bar"):
        file, motor = _new(project, tmp_path, condition)
        done = _score(project, file, "--motor", motor, "--fs", 5000, "--json", "--model", "anomaly")
        found += json.loads(done.stdout)["recordings"]
    healthy, entry = found
    assert entry["anomaly"]["score"] > 10 * healthy["anomaly"]["score"]
    assert entry["anomaly"]["strangeness"] > 0 > healthy["anomaly"]["strangeness"]
    assert "faults" not in entry
    lines = " ".join(driver["lines"] for driver in entry["anomaly"]["drivers"])
    assert "f(1-2s) at" in lines


def test_a_folder_is_scored_by_names_and_what_cannot_be_read_is_told(project: Project, tmp_path: Path) -> None:
    file, motor = _new(project, tmp_path)
    (tmp_path / f"{motor}_bad.csv").write_text("this is no recording\n")
    done = _score(project, tmp_path, "--name-pattern", "{motor_id}_{_}", "--fs", 5000, "--json")
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert [entry["file"] for entry in found["recordings"]] == [file.name]
    assert [entry["file"] for entry in found["not_read"]] == [f"{motor}_bad.csv"]
    assert found["not_read"][0]["reason"]


def test_a_motor_that_no_register_knows_is_asked_for_and_one_that_is_new_is_compared_with_the_fleet(
    project: Project, tmp_path: Path
) -> None:
    file, _ = _new(project, tmp_path)
    unknown = _score(project, file, "--motor", "X9", "--fs", 5000, "--json")
    assert unknown.returncode == 3
    assert "X9" in json.loads(unknown.stdout)["not_read"][0]["reason"]
    register = tmp_path / "motors.yaml"
    register.write_text("motors: [{motor_id: X9, line_hz: 50, pole_pairs: 2, rated_current_a: 21.5}]\n")
    known = _score(project, file, "--motor", "X9", "--motors", register, "--fs", 5000, "--json")
    assert known.returncode == 0, known.stdout + known.stderr
    (entry,) = json.loads(known.stdout)["recordings"]
    assert any("motor X9 is new to the model" in text for text in entry["warnings"])
    assert np.isfinite(entry["anomaly"]["score"])


def test_nothing_of_the_project_is_changed_but_what_the_store_keeps(project: Project, tmp_path: Path) -> None:
    before = project.results()
    file, motor = _new(project, tmp_path)
    assert _score(project, file, "--motor", motor, "--fs", 5000).returncode == 0
    assert project.results() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "oracle"], "oracle"),
        (["--model", "embedding"], "embedding does not score recordings; take one of anomaly"),
        (["--model", "anomaly", "--model", "anomaly@1.0.0"], "--model names anomaly twice"),
        (["--model", "anomaly@9.9.9"], "9.9.9"),
    ],
)
def test_models_that_cannot_be_asked_are_refused_in_one_sentence(
    project: Project, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    file, motor = _new(project, tmp_path)
    done = _score(project, file, "--motor", motor, "--fs", 5000, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_a_tampered_model_is_not_asked(project: Project, tmp_path: Path) -> None:
    copy = project.copy(tmp_path / "copy")
    file, motor = _new(copy, tmp_path)
    target = next((copy.root / "data/models/anomaly/v1.0.0").glob("reference.safetensors"))
    target.write_bytes(target.read_bytes() + b"x")
    done = _score(copy, file, "--motor", motor, "--fs", 5000)
    assert done.returncode == 2
    assert "reference.safetensors" in done.stderr


def test_without_any_model_the_command_says_how_to_get_one(project: Project, tmp_path: Path) -> None:
    copy = project.copy(tmp_path / "copy")
    shutil.rmtree(copy.root / "data/models")
    done = _score(copy, tmp_path, "--motor", "M1", "--fs", 5000)
    assert done.returncode == 2
    assert "the model store holds no model that scores; run `make repro`" in done.stderr
