"""The model store ``data/models``: every model that was ever registered, under a version.

The pipeline's trained model is a pure function of its inputs; the store is history, with times and
commits. Registering the same model twice changes nothing. A version rises in its first number when the
features change (old inputs no longer fit), in the second when settings change, in the third when only the
data or the code do.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagmod.io.embedding_files import WEIGHTS, read_embedding
from diagmod.io.hashes import hash_paths
from diagmod.io.model_files import ModelError, read_facts, read_model
from diagmod.io.plain_text import json_text, write_json, write_yaml
from diagmod.io.tables import TableError, describe_table

REGISTRY = "registry.json"

#: Metrics kept with a model: those of held-out recordings against their label, all features.
METRICS = ("precision", "recall", "f1")

#: What a model's output says, for its card, unless ``model.json`` says it under "says".
SCORES_SAY = "scores say how unusual a segment is among the motors it was trained on, not which fault it has"

# What the figures of an evaluation rest on: the scores of the model, and the table that says which scores it saw.
_SCORES = "data/processed/anomaly_scores.parquet"
_EVALUATION = "data/processed/evaluation/evaluation.parquet"


class NoModelError(ModelError):
    """The pipeline trained nothing, and says why."""


@dataclass(frozen=True)
class Registered:
    """A version in the store, and whether it was made just now."""

    family: str
    version: str
    is_new: bool


def register(root: Path, family: str) -> Registered:
    """Copy the pipeline's trained model into the store under its next version.

    Parameters
    ----------
    root : Path
        The project.
    family : str
        Folder in ``data/processed/models``.

    Raises
    ------
    NoModelError
        The data were not enough to train on; the message holds the reason.
    ModelError
        There is no trained model, or its files contradict each other.
    """
    source = root / "data" / "processed" / "models" / family
    facts = _facts(source)
    content = hash_paths(["."], source)
    store = root / "data" / "models"
    registry = read_registry(root)
    versions = registry.setdefault(family, [])
    if known := _version_with(versions, content):
        return Registered(family, known, False)
    version = _next_version(versions[-1] if versions else None, facts)
    metadata = {
        "version": version,
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "model_type": facts["model_type"],
        "metrics": _metrics(root, facts["lineage"]),
        "features": facts["features"],
        "training_data_hash": facts["lineage"].get("inputs", {}),
        "parameters": facts["lineage"].get("parameters", {}),
        "git_commit": _commit(root),
        "content_hash": content,
    }
    _write_version(store / family / f"v{version}", source, metadata, facts.get("says", SCORES_SAY))
    versions.append({key: metadata[key] for key in ("version", "created_at", "content_hash", "features", "parameters")})
    _replace(store / family / "latest", f"v{version}\n")
    _replace(store / REGISTRY, json_text(registry))
    return Registered(family, version, True)


def read_registry(root: Path) -> dict[str, list[dict[str, Any]]]:
    """Registered versions by family, oldest first; empty where nothing was registered yet."""
    path = root / "data" / "models" / REGISTRY
    if not path.is_file():
        return {}
    try:
        registry = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise ModelError(f"{path.name} of the model store is damaged ({exc}); restore it from a backup") from exc
    if not isinstance(registry, dict):
        raise ModelError(f"{path.name} of the model store lists no families; restore it from a backup")
    return registry


def version_of(root: Path, family: str, content_hash: str) -> str:
    """Version under which a model's content is registered, or ""."""
    return _version_with(read_registry(root).get(family, []), content_hash)


def _version_with(versions: list[dict[str, Any]], content_hash: str) -> str:
    return next((str(v["version"]) for v in versions if v["content_hash"] == content_hash), "")


def _facts(source: Path) -> dict[str, Any]:
    facts = read_facts(source)
    if "features" not in facts:
        raise NoModelError(f"there is no model to register: {facts.get('reason', 'no reason stated')}")
    if missing := sorted({"model_type", "lineage"} - set(facts)):
        raise ModelError(f"model.json in {source.name} lacks {missing[0]!r}; train the model again")
    return (read_embedding if (source / WEIGHTS).is_file() else read_model)(source)[1]


def _next_version(last: dict[str, Any] | None, facts: dict[str, Any]) -> str:
    if last is None:
        return "1.0.0"
    major, minor, patch = (int(part) for part in re.findall(r"\d+", last["version"]))
    if last["features"] != facts["features"]:
        return f"{major + 1}.0.0"
    if last["parameters"] != facts["lineage"].get("parameters", {}):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def _metrics(root: Path, lineage: dict[str, Any]) -> dict[str, float]:
    """Figures of the last evaluation; none where it judged the scores of another model."""
    path = root / "reports" / "metrics" / "evaluate.json"
    try:
        is_own = describe_table(root / _SCORES)["lineage"] == lineage
        seen = describe_table(root / _EVALUATION)["lineage"].get("inputs", {}).get(_SCORES)
    except TableError:
        return {}
    if not (path.is_file() and is_own and seen == hash_paths([_SCORES], root)):
        return {}
    try:
        judged = json.loads(path.read_text(encoding="utf-8")).get("recording_label", {}).get("all", {})
    except ValueError as exc:
        raise ModelError(f"{path.name} is damaged ({exc}); rebuild it with `dvc repro`") from exc
    return {name: judged[name] for name in METRICS if name in judged}


def _commit(root: Path) -> str:
    command = ["git", "rev-parse", "HEAD"]
    try:
        result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no git on this machine
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def _write_version(target: Path, source: Path, metadata: dict[str, Any], says: str) -> None:
    """Make the folder of a version, whole; one left behind by a killed run is replaced."""
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft)
    write_json(metadata, draft / "metadata.json")
    write_yaml({"parameters": metadata["parameters"]}, draft / "config.yaml")
    (draft / "model_card.md").write_text(_card(target.parent.name, metadata, says), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    draft.replace(target)


def _card(family: str, metadata: dict[str, Any], says: str) -> str:
    metrics = ", ".join(f"{name} {value:.2f}" for name, value in metadata["metrics"].items()) or "not evaluated"
    return (
        f"# {family} {metadata['version']}\n\n"
        f"{metadata['model_type']} on {len(metadata['features'])} scale-free features of three phase currents. "
        f"Trained without labels; {says}.\n\n"
        f"Held-out recordings against their label: {metrics}. Trivial rows stand beside them in the evaluation "
        "report.\n\n"
        "Not for motors of other kinds, other supplies or converters than those in the training data.\n"
    )


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
