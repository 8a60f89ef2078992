"""Stopped by Ctrl-C in any stage, the next ``dvc repro`` finishes with the same bytes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from interrupts import MOMENTS, is_finished_with_the_same_bytes
from tiny_project import STAGES, Project

pytestmark = [pytest.mark.study, pytest.mark.timeout(300)]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("stage", STAGES)
def test_run_stopped_by_ctrl_c_is_finished_by_the_next(
    tiny_project: Project, tmp_path: Path, stage: str, moment: str
) -> None:
    assert is_finished_with_the_same_bytes(tiny_project, tmp_path / "project", stage, signal.SIGINT, moment)
