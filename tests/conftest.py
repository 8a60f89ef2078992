"""What several tests share: one tiny project, built once by the real runner, for all tests that read results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny_project import Project, make_project

ROOT = Path(__file__).parents[1]


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
