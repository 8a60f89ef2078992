"""A changed filter is answered within 0.3 s of the processor, also of 500 motors with 100 000 recordings.

The large fleet is told from the demo fleet where that is built here, else from the tiny one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from big_fleet import MOTORS, RECORDINGS, make_big_fleet
from filter_changes import LIMIT_S, changes, views_of
from study_table import ROOT, StudyTable
from tiny_project import Project

from diagmod.io.results import Results
from diagmod.serve import PAGES

TABLE = StudyTable("dashboard_filters", ("changes", "median_ms", "worst_ms", "worst"))

pytestmark = [pytest.mark.study, pytest.mark.timeout(540)]


@pytest.fixture(scope="session")
def small(request: pytest.FixtureRequest) -> Path:
    """A project that was really built."""
    if Results(ROOT).path("motor_health").is_file():
        return ROOT
    project: Project = request.getfixturevalue("tiny_project")
    return project.root


@pytest.fixture(scope="session")
def large(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The large fleet, made once."""
    return make_big_fleet(small, tmp_path_factory.mktemp("large"))


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("page", PAGES)
def test_a_changed_filter_is_answered_at_once(page: str, size: str, request: pytest.FixtureRequest) -> None:
    case = f"{page}, {size} fleet"
    if TABLE.has(case):
        return
    root = request.getfixturevalue(size)
    if size == "large":
        assert len(Results(root).table("motors", ["motor_id"])) == MOTORS
        assert len(Results(root).table("recordings", ["motor_id"])) >= RECORDINGS
    found = sorted((c for view in views_of(page, root) for c in changes(page, view, root)), key=lambda c: c.seconds)
    assert found, "the page has no control that could be changed"
    assert [str(change) for change in found if change.problem] == []
    worst = found[-1]
    assert [str(change) for change in found if change.seconds > LIMIT_S] == []
    TABLE.add(
        case,
        changes=len(found),
        median_ms=round(1000 * found[len(found) // 2].seconds),
        worst_ms=round(1000 * worst.seconds),
        worst=f"{worst.control} = {worst.value}",
    )
