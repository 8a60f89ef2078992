"""Every control of every page answers a change without a complaint, on a fleet told of a small one.

Whether it is quick is measured by ``tests/study/test_dashboard_filters.py``; here the clock does not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from big_fleet import make_big_fleet
from filter_changes import changes, opened, views_of

from diagmod.io.results import Results
from diagmod.serve import PAGES

if TYPE_CHECKING:
    from pathlib import Path

    from tiny_project import Project

#: A fleet of a few motors, each of the tiny project told twice.
MOTORS, RECORDINGS = 12, 90

pytestmark = pytest.mark.browser  # needs the tiny project, as the tests of pages in a browser do


@pytest.fixture(scope="module")
def fleet(tiny_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_big_fleet(tiny_project.root, tmp_path_factory.mktemp("fleet"), MOTORS, RECORDINGS)


def test_the_fleet_is_as_large_as_asked_and_its_tables_fit_each_other(fleet):
    results = Results(fleet)
    motors, recordings = results.table("motors"), results.table("recordings")
    assert list(motors["motor_id"]) == [f"M{k:03d}" for k in range(1, MOTORS + 1)]
    assert len(recordings) >= RECORDINGS
    assert recordings["recording_id"].is_unique
    assert set(recordings["motor_id"]) == set(motors["motor_id"])
    for name in ("diagnoses", "health", "recording_states", "anomaly_scores", "evidence"):
        rows = results.table(name, ["recording_id", "motor_id"])
        owners = recordings.set_index("recording_id")["motor_id"]
        assert (owners.reindex(rows["recording_id"]).to_numpy() == rows["motor_id"].to_numpy()).all(), name


@pytest.mark.parametrize("page", PAGES)
def test_every_control_of_a_page_answers_without_a_complaint(fleet, page):
    for view in views_of(page, fleet):
        assert opened(page, view, fleet).problem == ""
        found = list(changes(page, view, fleet, most=1))
        assert found
        assert [str(change) for change in found if change.problem] == []
