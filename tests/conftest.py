"""What several tests share: one tiny project, built once by the real runner, for all tests that read results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny_project import Project, make_project

ROOT = Path(__file__).parents[1]


#: Files that take minutes: they begin first, so that no process is left with one of them at the end.
_LONG = ("test_rebuild.py", "test_pipeline.py", "test_score_command.py", "test_overview.py", "test_run.py")

#: Files that read the tiny project: one process builds it and runs them all.
_OF_TINY_PROJECT = ("test_rebuild.py", "test_pipeline.py", "test_score_command.py", "test_overview.py")


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, and keep what belongs together in one process where there are several."""
    place = {name: k for k, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(_LONG)))
    for item in items:
        group = "tiny project" if item.path.name in _OF_TINY_PROJECT else str(item.path.relative_to(ROOT))
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose stages have run by ``dvc repro``; tests read it and must not change it."""
    project = make_project(tmp_path_factory.mktemp("project"))
    project.build()
    return project


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Folder of measured recordings; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("DIAGMOD_REALDATA", ROOT / ".." / "shared" / "datasets")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no measured recordings in {folder}; name their folder by DIAGMOD_REALDATA")
    return folder
