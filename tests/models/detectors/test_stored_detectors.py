"""Stored detectors are plain data: equal bytes from two processes, refused when touched, and nothing in them runs."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from handmade_healthy import N_FEATURES, QUICK, healthy

from diagmod.io.model_files import ModelError
from diagmod.models.detectors.detector import DETECTORS, fit_detector
from diagmod.models.detectors.stored import read_detector, read_more, write_detector

FACTS = {"features": [f"figure_{k}" for k in range(N_FEATURES)], "model_type": "test"}

_WRITE = """
import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])
from handmade_healthy import QUICK, healthy, N_FEATURES
from diagmod.models.detectors.detector import DETECTORS, fit_detector
from diagmod.models.detectors.stored import write_detector
for name in DETECTORS:
    facts = {"features": [f"figure_{k}" for k in range(N_FEATURES)], "model_type": "test"}
    write_detector(Path(sys.argv[1]) / name, fit_detector(name, healthy(80), QUICK), facts)
"""


def test_two_processes_write_the_same_bytes_for_every_detector(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[2])
    for name in ("one", "two"):
        subprocess.run([sys.executable, "-c", _WRITE, str(tmp_path / name), tests], check=True, cwd=Path(tests).parent)
    files = {p.relative_to(tmp_path / "one"): p for p in (tmp_path / "one").rglob("*") if p.is_file()}
    assert {path.parts[0] for path in files} == set(DETECTORS)
    for relative, path in files.items():
        assert path.read_bytes() == (tmp_path / "two" / relative).read_bytes(), relative


@pytest.mark.parametrize("name", DETECTORS)
def test_read_again_it_scores_to_the_bit(name: str, tmp_path: Path) -> None:
    detector, rows = fit_detector(name, healthy(80), QUICK), healthy(30, seed=2)
    write_detector(tmp_path, detector, FACTS, {"healthy": np.arange(3.0)})
    again, facts = read_detector(tmp_path)
    np.testing.assert_array_equal(again.score(rows), detector.score(rows))
    assert facts["features"] == FACTS["features"]
    np.testing.assert_array_equal(read_more(tmp_path)["healthy"], np.arange(3.0))


class _Evil:
    def __reduce__(self):
        return Path.touch, (Path("touched-by-a-model"),)


@pytest.mark.parametrize("file", ["model.skops", "model.safetensors", "model.json", "reference.safetensors"])
@pytest.mark.parametrize("is_signed", [False, True], ids=["as it is", "with its hash in model.json"])
def test_a_pickle_under_any_name_is_refused_and_does_not_run(
    file: str, is_signed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "model"
    write_detector(folder, fit_detector("isolation_forest", healthy(80), QUICK), FACTS, {"healthy": np.arange(3.0)})
    content = pickle.dumps(_Evil())
    (folder / file).write_bytes(content)
    if is_signed and file != "model.json":
        facts = json.loads((folder / "model.json").read_text())
        facts["sha256"][file] = hashlib.sha256(content).hexdigest()
        (folder / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError) as refusal:
        read_more(folder) if file.startswith("reference") else read_detector(folder)
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "touched-by-a-model").exists()


def test_features_must_be_named_all(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="facts must name the 6 features of the detector, got 1"):
        write_detector(tmp_path, fit_detector("robust_z", healthy(80), QUICK), {"features": ["one"]})
