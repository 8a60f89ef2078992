"""Detectors on disk: ``model.json``, numbers in ``model.safetensors``, scikit-learn estimators in ``model.skops``.

The same detector is the same bytes. Every file's hash is checked before it is read, and neither format can run code:
whatever else is put under these names is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.io.embedding_files import WEIGHTS
from diagmod.io.model_files import ModelError, dump_estimator, load_estimator, read_content, read_facts, write_contents
from diagmod.io.tensor_files import dump_tensors, read_tensors
from diagmod.models.detectors.detector import DetectorParts, restore_detector

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.models.detectors.detector import Detector

#: File of the estimators; a detector without any has no such file.
ESTIMATORS = "model.skops"

#: File of what stands beside a detector: expectations, and the healthy recordings of known motors.
MORE = "reference.safetensors"


def write_detector(
    folder: Path, detector: Detector, facts: dict[str, Any], more: Mapping[str, NDArray[Any]] | None = None
) -> None:
    """Write a detector's folder.

    Parameters
    ----------
    folder : Path
    detector : Detector
    facts : dict
        What ``model.json`` is to say beside the detector, as JSON; with "features", the names of a row's features.
    more : mapping of ndarray, optional
        Further numbers, kept in a file of their own; :func:`read_more` gives them back.

    Raises
    ------
    ValueError
        "features" are missing or not as many as the detector's.
    """
    features = facts.get("features", ())
    if len(features) != detector.n_features:
        raise ValueError(f"facts must name the {detector.n_features} features of the detector, got {len(features)}")
    parts = detector.parts()
    contents = {WEIGHTS: dump_tensors(parts.arrays)}
    if more:
        contents[MORE] = dump_tensors(more)
    if parts.estimators:
        contents[ESTIMATORS] = dump_estimator(dict(sorted(parts.estimators.items())))
    else:
        (folder / ESTIMATORS).unlink(missing_ok=True)
    write_contents(folder, contents, {**facts, "detector": {"name": parts.name, "facts": parts.facts}})


def read_detector(folder: Path) -> tuple[Detector, dict[str, Any]]:
    """Detector and facts of a folder, hashes checked first.

    Raises
    ------
    ModelError
        A file is missing, damaged, not the one that ``model.json`` describes, or could run code.
    """
    facts = read_facts(folder)
    stored = facts.get("detector")
    if not isinstance(stored, dict) or not {"name", "facts"} <= set(stored):
        raise ModelError(f"model.json in {folder.name} describes no detector; restore it or train the model again")
    arrays = read_tensors(folder, WEIGHTS)[0]
    estimators = {}
    if ESTIMATORS in facts.get("sha256", {}):
        estimators = load_estimator(read_content(folder, ESTIMATORS)[0])
    try:
        detector = restore_detector(DetectorParts(stored["name"], estimators, arrays, stored["facts"]))
        is_sound = np.isfinite(detector.score(np.zeros((1, detector.n_features)))).all()
    except (ValueError, TypeError, AttributeError, IndexError, RuntimeError) as exc:
        said = str(exc).partition("\n")[0]
        raise ModelError(f"the files in {folder.name} do not make a detector: {said}; train the model again") from exc
    features = facts.get("features")
    if not is_sound or not isinstance(features, list) or len(features) != detector.n_features:
        raise ModelError(
            f"model.json in {folder.name} does not fit the detector's numbers and features; train the model again"
        )
    return detector, facts


def read_more(folder: Path) -> dict[str, NDArray[Any]]:
    """Further numbers that stand beside a detector, hash checked first.

    Raises
    ------
    ModelError
        The file is missing, damaged, or not the one that ``model.json`` describes.
    """
    return read_tensors(folder, MORE)[0]
