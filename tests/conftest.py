"""What several tests share: one tiny project, built once by the real runner, for all tests that read results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from tiny_project import Project, make_project

ROOT = Path(__file__).parents[1]


#: Files that take minutes: they begin first, so that no process is left with one of them at the end. The second does
#: not need the tiny project, which another process builds meanwhile.
_LONG = ("test_rebuild.py", "test_run.py", "test_pipeline.py", "test_score_command.py", "test_overview.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first."""
    place = {name: k for k, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(_LONG)))


@pytest.fixture(scope="session")
def tiny_project(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Project:
    """A project whose stages have run by ``dvc repro``; tests read it and must not change it.

    Of several processes one builds it, the others wait for it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    with FileLock(shared / "tiny.lock"):
        if (shared / "tiny.built").exists():
            return Project(shared / "tiny")
        project = make_project(shared / "tiny")
        project.build()
        (shared / "tiny.built").touch()
    return project


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Folder of measured recordings; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("DIAGMOD_REALDATA", ROOT / ".." / "shared" / "datasets")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no measured recordings in {folder}; name their folder by DIAGMOD_REALDATA")
    return folder
