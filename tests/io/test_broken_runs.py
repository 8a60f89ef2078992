"""What stopped a run stands in the notebook that it left."""

from __future__ import annotations

import json

import pytest
from handmade_stages import make_built_project

from diagmod.io.broken_runs import broken_runs


@pytest.fixture
def root(tmp_path):
    return make_built_project(tmp_path)


def test_a_broken_run_is_told_with_its_error(root):
    folder = root / "reports/broken"
    folder.mkdir()
    error = {"output_type": "error", "ename": "ValueError", "evalue": "fs must be\npositive"}
    (folder / "03_train.ipynb").write_text(json.dumps({"cells": [{"outputs": [error]}]}))
    (folder / "01_load.ipynb").write_text("{")
    (folder / "02_features.ipynb").write_text(json.dumps({"cells": [{"outputs": []}]}))
    assert [(run.stage, run.reason) for run in broken_runs(root)] == [
        ("load", "the notebook cannot be read"),
        ("features", "no cell failed: the run was stopped, or took too long"),
        ("train", "ValueError: fs must be positive"),
    ]
