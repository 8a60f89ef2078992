"""The pipeline that keeps no waveforms gives the features and verdicts of the one that keeps them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tiny_project import Project

from diagmod.io.feature_schemas import SEGMENTS
from diagmod.io.schemas import DIAGNOSES
from diagmod.io.tables import read_table


@pytest.mark.study
def test_without_kept_waveforms_the_features_are_the_same(tiny_project: Project, tmp_path: Path) -> None:
    project = tiny_project.copy(tmp_path / "copy")
    project.set("load", keep_waveforms=False)
    done = project.run("dvc", "repro", "features")
    assert done.returncode == 0, done.stderr
    assert list((project.root / "data/interim/waveforms").iterdir()) == []
    for name, schema in (("segments", SEGMENTS), ("diagnoses", DIAGNOSES)):
        path = f"data/processed/features/{name}.parquet"
        found, expected = (read_table(one.root / path, schema) for one in (project, tiny_project))
        pd.testing.assert_frame_equal(found, expected)
