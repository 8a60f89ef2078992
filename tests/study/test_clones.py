"""Two fresh clones end with the same bytes; so does demo, then another data set, then demo again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from study_table import ROOT, StudyTable
from tiny_project import STAGES, Project

TABLE = StudyTable("clones", ("outcome", "seconds"))

WORKSHOP = ROOT / ".cache" / "verify"

pytestmark = [pytest.mark.study, pytest.mark.timeout(540)]


def clone(name: str) -> Project:
    """A fresh clone of the committed state, kept for the cases that follow."""
    folder = WORKSHOP / f"{TABLE.version}-{name}"
    if not folder.is_dir():
        WORKSHOP.mkdir(parents=True, exist_ok=True)
        for old in WORKSHOP.glob(f"*-{name}"):
            shutil.rmtree(old)
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
    return Project(folder)


def git(project: Project, *arguments: str) -> str:
    """Output of a git command in a clone."""
    return subprocess.run(["git", *arguments], cwd=project.root, capture_output=True, text=True, check=True).stdout


def seconds_of_stages(project: Project) -> float:
    """Wall time of all stages of the last run (s), from their own records."""
    import json

    records = (project.root / "reports" / "runs").glob("*.json")
    return round(sum(json.loads(path.read_text())["seconds"] for path in records), 1)


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_fresh_clone_rebuilds_everything_and_stays_clean(name: str) -> None:
    case = f"clone {name}"
    if TABLE.has(case):
        return
    project = clone(name)
    ran = project.repro()
    assert ran == list(STAGES)
    assert project.repro() == []
    assert git(project, "status", "--porcelain") == "", "results differ from the committed ones"
    TABLE.add(case, outcome="rebuilt, clean, second repro did nothing", seconds=seconds_of_stages(project))


def test_two_clones_have_the_same_bytes() -> None:
    if TABLE.has("a equals b"):
        return
    a, b = clone("a").results(), clone("b").results()
    assert len(a) > 400
    assert a == b
    TABLE.add("a equals b", outcome=f"{len(a)} files equal", seconds="")


@pytest.mark.realdata
def test_demo_then_itsc_then_demo_gives_the_same_bytes(realdata: Path) -> None:
    if TABLE.has("demo, itsc, demo"):
        return
    project = clone("a")
    before = project.results()
    source = str(realdata / "itsc")
    for command in (
        ["diagmod.cli", "datasets", "get", "itsc", "--from", source],
        ["dvc", "exp", "run", "-S", "load.dataset=itsc"],
    ):
        done = project.run(*command)
        assert done.returncode == 0, done.stderr
    metrics = (project.root / "reports" / "metrics" / "evaluate.json").read_text()
    assert "derived_state" in metrics
    done = project.run("dvc", "exp", "run", "-S", "load.dataset=demo")
    assert done.returncode == 0, done.stderr
    after = project.results()
    assert {name: after[name] for name in before} == before
    TABLE.add("demo, itsc, demo", outcome=f"{len(before)} files equal", seconds="")
