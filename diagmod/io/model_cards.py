"""What the store writes beside a model: metadata for programs, settings, and a card for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagmod.io.model_metrics import metrics_in_words
from diagmod.io.model_versions import NUMBER_RULE
from diagmod.io.plain_text import write_json, write_yaml

#: What a model's output says, for its card, unless ``model.json`` says it under "says".
SCORES_SAY = "scores say how unusual a segment is among the motors it was trained on, not which fault it has"

#: Families that learn from labels, and what the labels are of; all others learn without.
LABELLED = {"faults": "the labelled conditions of recordings"}


def metadata_of(version: str, created_at: str, content: str, commit: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """All that is known of a stored model.

    Parameters
    ----------
    version, created_at, content, commit : str
        Number, UTC, hash of the model's files, git commit at which it was registered.
    about : mapping
        Facts of ``model.json``, with "metrics".
    """
    lineage = about["lineage"]
    return {
        "version": version,
        "created_at": created_at,
        "model_type": about["model_type"],
        "metrics": about["metrics"],
        "features": about["features"],
        "training_data_hash": lineage.get("inputs", {}),
        "parameters": lineage.get("parameters", {}),
        "git_commit": commit,
        "code_version": lineage.get("code", ""),
        "content_hash": content,
    }


def write_companions(folder: Path, family: str, metadata: Mapping[str, Any], says: str) -> None:
    """Write ``metadata.json``, ``config.yaml`` and ``model_card.md``."""
    write_json(metadata, folder / "metadata.json")
    write_yaml({"parameters": metadata["parameters"]}, folder / "config.yaml")
    (folder / "model_card.md").write_text(_card(family, metadata, says), encoding="utf-8")


def _card(family: str, metadata: Mapping[str, Any], says: str) -> str:
    labels = f"with {LABELLED[family]}" if family in LABELLED else "without labels"
    data = "\n".join(f"- `{name}` {digest}" for name, digest in sorted(metadata["training_data_hash"].items()))
    return (
        f"# {family} {metadata['version']}\n\n"
        f"{metadata['model_type']} on {len(metadata['features'])} features of three phase currents. "
        f"Trained {labels}; {says}.\n\n"
        f"Judged on data that were held out: {metrics_in_words(metadata['metrics']) or 'not evaluated'}. Trivial rows "
        "stand beside them in the evaluation report.\n\n"
        "Not for motors of other kinds, other supplies or converters than those in the training data.\n\n"
        f"Trained on (SHA-256):\n\n{data or '- not stated'}\n\n"
        "Settings are in `config.yaml`, features, commit and hashes in `metadata.json`.\n\n"
        f"{NUMBER_RULE}\n"
    )
