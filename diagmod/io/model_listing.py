"""The versions of the model store as a table for people: what stands where, made when, of which data and commit.

Data and commit stand beside a model in its ``metadata.json``, which is read as it is: whether a version's files are
what was registered is another question (:mod:`diagmod.io.model_verifying`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.model_audit import AUDIT
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import Family, Registry, StoredVersion, store_folder
from diagmod.io.model_transactions import version_folder
from diagmod.io.model_versions import version_key

#: Digits of a hash that are shown.
SHORT = 8

#: Columns of :func:`versions_table`.
VERSION_COLUMNS = (
    "family", "version", "state", "created_at", "model_type", "n_features", "metrics", "data", "commit", "content",
)  # fmt: skip


def versions_table(root: Path, registry: Registry) -> pd.DataFrame:
    """Every version ever registered, by family, the newest first.

    Returns
    -------
    DataFrame
        Columns :data:`VERSION_COLUMNS`: ``created_at`` in UTC, ``metrics`` a dict of figures by name, ``data`` the
        first digits of the hash of every input, ``commit`` and ``content`` the first digits; empty where not known.
    """
    rows = [
        _row(root, name, own, entry)
        for name, own in sorted(registry.families.items())
        for entry in sorted(own.versions, key=lambda v: version_key(v.version), reverse=True)
    ]
    table = pd.DataFrame(rows, columns=list(VERSION_COLUMNS))
    return table.assign(created_at=pd.to_datetime(table["created_at"], utc=True, errors="coerce"))


def store_history(root: Path) -> tuple[list[dict[str, Any]], int]:
    """Changes of the store, oldest first, from its audit file, which outlives the registry; and unreadable lines."""
    path = store_folder(root) / AUDIT
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    events = [_event(line) for line in lines if line.strip()]
    return [event for event in events if event], sum(not event for event in events)


def _row(root: Path, family: str, own: Family, entry: StoredVersion) -> tuple[Any, ...]:
    about = {} if entry.pruned_at else _metadata(root, family, entry.version)
    data, commit = about.get("training_data_hash"), about.get("git_commit")
    hashes = " ".join(str(value)[:SHORT] for value in data.values()) if isinstance(data, dict) else ""
    return (
        family, entry.version, own.state_of(entry), entry.created_at, entry.model_type, len(entry.features),
        dict(entry.metrics), hashes, commit[:SHORT] if isinstance(commit, str) else "", entry.content_hash[:SHORT],
    )  # fmt: skip


def _metadata(root: Path, family: str, version: str) -> dict[str, Any]:
    try:
        path = version_folder(root, family, version) / "metadata.json"
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ModelError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _event(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("at"), str) else {}
