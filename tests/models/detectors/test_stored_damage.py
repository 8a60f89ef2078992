"""A damaged or senseless model folder is refused in one sentence, whatever is wrong with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from handmade_healthy import N_FEATURES, QUICK, healthy
from safetensors.numpy import load, save

from diagmod.io.model_files import ModelError, dump_estimator
from diagmod.models.detectors.detector import fit_detector
from diagmod.models.detectors.stored import read_detector, write_detector

FACTS = {"features": [f"figure_{k}" for k in range(N_FEATURES)], "model_type": "test"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_detector(tmp_path / "anomaly", fit_detector("isolation_forest", healthy(80), QUICK), FACTS)
    return tmp_path / "anomaly"


def signed(folder: Path, file: str, content: bytes) -> None:
    """Put a file in with its hash, as one who wants to deceive would."""
    (folder / file).write_bytes(content)
    facts = json.loads((folder / "model.json").read_text())
    facts["sha256"][file] = hashlib.sha256(content).hexdigest()
    (folder / "model.json").write_text(json.dumps(facts))


@pytest.mark.parametrize("file", ["model.skops", "model.safetensors"])
def test_a_file_changed_by_one_bit_or_missing_is_named(folder: Path, file: str) -> None:
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=f"{file} in anomaly is not the file that model.json describes"):
        read_detector(folder)
    (folder / file).unlink()
    with pytest.raises(ModelError, match=f"{file} is missing"):
        read_detector(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"detector": None}, {"detector": {"name": "isolation_forest"}}, {"detector": {"name": ["x"], "facts": {}}},
        {"detector": {"name": "oracle", "facts": {}}}, {"detector": {"name": "ensemble", "facts": []}},
        {"detector": {"name": "half_space_trees", "facts": {}}},
        {"detector": {"name": "dbscan", "facts": {"eps": "x"}}},
        {"features": 6}, {"features": ["one"]}, {"features": None}, {"sha256": {}},
    ],
)  # fmt: skip
def test_facts_that_do_not_fit_are_refused(folder: Path, change: dict) -> None:
    facts = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps({**facts, **change}))
    with pytest.raises(ModelError) as refusal:
        read_detector(folder)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["robust_z", "one_class_svm", "dbscan", "pca_t2_q", "autoencoder", "half_space_trees"])
def test_numbers_of_another_shape_or_undefined_are_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "anomaly"
    write_detector(folder, fit_detector(name, healthy(80), QUICK), FACTS)
    arrays = load((folder / "model.safetensors").read_bytes())
    key = {"dbscan": "cores", "one_class_svm": "supports", "autoencoder": "weights.2.weight"}.get(name, "spread")
    key = "width" if name == "half_space_trees" else key
    signed(folder, "model.safetensors", save({**arrays, key: np.ascontiguousarray(arrays[key].T[:-1].T)}))
    with pytest.raises(ModelError, match=r"the files in anomaly do not make a detector|does not fit the detector"):
        read_detector(folder)
    if name != "half_space_trees":
        signed(folder, "model.safetensors", save({**arrays, key: np.full_like(arrays[key], np.nan)}))
        with pytest.raises(ModelError, match="does not fit the detector's numbers"):
            read_detector(folder)


def test_another_estimator_than_the_detectors_is_refused(folder: Path) -> None:
    from sklearn.decomposition import PCA

    for estimators in ({"forest": PCA(2).fit(healthy(20))}, {"tree": 1}, [1]):
        signed(folder, "model.skops", dump_estimator(estimators))
        with pytest.raises(ModelError, match="the files in anomaly do not make a detector"):
            read_detector(folder)


def test_a_detector_without_estimators_leaves_none_of_the_one_before(folder: Path) -> None:
    write_detector(folder, fit_detector("robust_z", healthy(80), QUICK), FACTS)
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "model.safetensors"]
    assert read_detector(folder)[0].name == "robust_z"
