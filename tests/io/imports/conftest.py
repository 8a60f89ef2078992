"""A project and the folder of a rig, for every test of an import."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_folders import ALL, MOTORS, RIG, importer, make_project, make_rig


@pytest.fixture
def root(tmp_path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def register(tmp_path) -> Path:
    path = tmp_path / "motors of the plant.yaml"
    path.write_text(MOTORS)
    return path


@pytest.fixture
def rig(tmp_path) -> Path:
    return make_rig(tmp_path / "stick")


@pytest.fixture
def import_rig(root, rig, register):
    return importer(root, rig, motors=register, constants=ALL, **RIG)
