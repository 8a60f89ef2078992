"""``registry.json`` as early stores had it, a list of entries by family, read as the present layout.

An early store had no history and no version in use but the last: every registered model became ``latest``. What it
did not say is taken from the metadata beside the model, or left empty.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Keys of an entry of an early store.
_KEPT = ("version", "created_at", "content_hash", "features", "parameters")


def is_old_registry(raw: dict[str, Any]) -> bool:
    """Whether a registry is of the first layout, which stated none."""
    return "schema_version" not in raw and all(isinstance(entries, list) for entries in raw.values())


def upgraded(raw: dict[str, list[dict[str, Any]]], store: Path) -> dict[str, Any]:
    """A registry of the first layout in the present one; nothing is lost.

    Parameters
    ----------
    raw : dict
        Entries, oldest first, by family.
    store : Path
        Folder of the store, whose metadata say more.

    Raises
    ------
    KeyError, TypeError
        An entry lacks a key or is none.
    """
    families: dict[str, Any] = {}
    events: list[dict[str, Any]] = []
    for name, entries in raw.items():
        more = [_metadata(store / name / f"v{entry['version']}") for entry in entries]
        versions = [entry["version"] for entry in entries]
        families[name] = {
            "versions": [{key: e[key] for key in _KEPT} | m for e, (m, _) in zip(entries, more, strict=True)],
            "in_use": _latest(store / name, versions),
            "used_before": [],
            "is_pinned": False,
        }
        families[name]["used_before"] = versions[: versions.index(families[name]["in_use"])] if versions else []
        events += [_event(name, *row) for row in zip(["", *versions], entries, [c for _, c in more], strict=False)]
    events.sort(key=lambda event: (event["at"], event["family"]))
    families = {name: about for name, about in families.items() if about["versions"]}
    history = [{"serial": k, **event} for k, event in enumerate(events, start=1)]
    return {"families": families, "history": history}


def _event(family: str, before: str, entry: dict[str, Any], commit: str) -> dict[str, Any]:
    return {
        "action": "register", "family": family, "from": before, "to": entry["version"], "at": entry["created_at"],
        "reason": "", "git_commit": commit,
    }  # fmt: skip


def _metadata(folder: Path) -> tuple[dict[str, Any], str]:
    """Type and metrics of a version, and its commit, as far as its metadata can be read."""
    try:
        about = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        found = {"model_type": str(about["model_type"]), "metrics": dict(about["metrics"])}
        return found, str(about["git_commit"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}, ""


def _latest(folder: Path, versions: list[str]) -> str:
    """The version that ``latest`` names, or the one registered last."""
    try:
        named = (folder / "latest").read_text(encoding="utf-8").strip().removeprefix("v")
    except (OSError, ValueError):
        named = ""
    return named if named in versions else (versions or [""])[-1]
