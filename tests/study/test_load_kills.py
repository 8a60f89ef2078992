"""Killed at any moment of a load, the next run ends with the bytes of an undisturbed one and leaves nothing behind."""

from __future__ import annotations

import random
import time
from pathlib import Path

import load_kills
import pytest
from study_table import StudyTable
from tiny_project import Project, make_project

pytestmark = [pytest.mark.study, pytest.mark.timeout(560)]

#: Random moments; every fourth time the workers are killed together with their parent.
KILLS = 20

TABLE = StudyTable("load_kills", ("at_s", "of_s", "killed", "same_bytes", "files", "leftovers"))

#: Share of a load at which the whole stage is killed.
STAGE_MOMENTS = (0.3, 0.6, 0.9)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float, dict[str, str]]:
    """A data set, the seconds that its load takes, and the bytes of the result."""
    root = tmp_path_factory.mktemp("kills")
    load_kills.make_plant(root, 60, seed=4)
    seconds = load_kills.finish(root, 2)
    expected = load_kills.results(root / "interim")
    assert len(expected) > 40
    assert load_kills.leftovers(root) == []
    return root, seconds, expected


@pytest.mark.parametrize("k", range(KILLS))
def test_killed_load_is_finished_by_the_next(undisturbed: tuple[Path, float, dict[str, str]], k: int) -> None:
    case = f"moment {k:02d}"
    if TABLE.has(case):
        return
    root, seconds, expected = undisturbed
    load_kills.forget(root)
    assert load_kills.results(root / "interim") == {}
    at_s = random.Random(k).uniform(0.02, 0.98) * seconds
    while not load_kills.kill(load_kills.started(root, 2), at_s, whole_group=k % 4 == 3):
        load_kills.forget(root)  # it was faster than the one that was measured
        at_s *= 0.8
    load_kills.finish(root, 2)
    found, left = load_kills.results(root / "interim"), load_kills.leftovers(root)
    assert found == expected
    assert left == []
    TABLE.add(
        case, at_s=f"{at_s:.2f}", of_s=f"{seconds:.2f}", killed=True, same_bytes=True, files=len(found),
        leftovers=len(left),
    )  # fmt: skip


@pytest.fixture(scope="module")
def loaded_project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, float, dict[str, str]]:
    """A tiny project before its stage ``load``, the seconds that takes, and the bytes of ``data/interim`` after it."""
    project = make_project(tmp_path_factory.mktemp("stage") / "project")
    project.set("load", jobs=2)
    simulated = project.run("diagmod.run", "simulate")
    assert simulated.returncode == 0, simulated.stderr
    undisturbed = project.copy(project.root.parent / "undisturbed")
    seconds = _run_load(undisturbed)
    return project, seconds, load_kills.results(undisturbed.root / "data" / "interim")


def _run_load(project: Project) -> float:
    began = time.monotonic()
    assert load_kills.started_stage(project).wait(timeout=200) == 0, "the stage failed"
    return time.monotonic() - began


@pytest.mark.parametrize("share", STAGE_MOMENTS)
def test_killed_stage_is_finished_by_the_next(
    loaded_project: tuple[Project, float, dict[str, str]], tmp_path: Path, share: float
) -> None:
    case = f"stage at {share:.0%}"
    if TABLE.has(case):
        return
    before, seconds, expected = loaded_project
    project = before.copy(tmp_path / "project")
    killed = load_kills.kill(load_kills.started_stage(project), share * seconds, whole_group=False)
    assert killed
    _run_load(project)
    found = load_kills.results(project.root / "data" / "interim")
    # A stage keeps the files of its locks, killed or not.
    left = [name for name in load_kills.leftovers(project.root) if not name.startswith(".cache/staging/")]
    staged = [p for p in (project.root / ".cache" / "staging").rglob("*") if p.suffix != ".lock" and p.name != "lock"]
    assert found == expected
    assert [*left, *staged] == []
    TABLE.add(
        case, at_s=f"{share * seconds:.2f}", of_s=f"{seconds:.2f}", killed=killed, same_bytes=True, files=len(found),
        leftovers=0,
    )  # fmt: skip
