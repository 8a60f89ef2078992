"""What a killed command left in the model store, and how the next one brings it in line with the registry.

Only what is known to be left over is removed: drafts, the folder of a version whose process said beforehand that it
was making it, folders of versions that the registry calls pruned. A folder that no registry lists stays, because
a lost registry would look the same. All of it runs under the lock of :mod:`diagmod.io.model_transactions`.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from pathlib import Path

from diagmod.io.model_audit import complete_audit, missing_lines
from diagmod.io.model_registry import Registry
from diagmod.io.model_versions import checked_family, checked_version

#: Folder of work in progress, in the store.
DRAFTS = ".drafts"

_PENDING = "pending.json"


def announce(store: Path, family: str, version: str) -> None:
    """Say that the folder of a version is about to appear before the registry lists it."""
    replace(store, store / DRAFTS / _PENDING, json.dumps({"family": family, "version": version}))


def bring_in_line(store: Path, registry: Registry) -> None:
    """Make the store say what the registry says."""
    _drop_announced(store, registry)
    for left in _left_drafts(store):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    for folder in _pruned_folders(store, registry):
        shutil.rmtree(folder)
    for path, text in _stale_pointers(store, registry).items():
        replace(store, path, text)
    complete_audit(store, registry)
    shutil.rmtree(store / DRAFTS, ignore_errors=True)


def is_in_line(store: Path, registry: Registry) -> bool:
    """Whether there is nothing to do."""
    left = (_left_drafts(store), _pruned_folders(store, registry), _stale_pointers(store, registry))
    return not any(left) and not missing_lines(store, registry)


def replace(store: Path, path: Path, text: str) -> None:
    """Write a file of the store in one step; untouched where it says so already."""
    if _content(path) == text.encode():
        return
    drafts = store / DRAFTS
    drafts.mkdir(exist_ok=True)
    draft = drafts / f"{uuid.uuid4().hex}.text"
    with draft.open("wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    _sync_names(path.parent)


def sync(folder: Path) -> None:
    """Bring a folder's files onto the disk, so that no power cut leaves names without content."""
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())
    _sync_names(folder)


def _drop_announced(store: Path, registry: Registry) -> None:
    """Remove the folder of a version whose process ended before the registry listed it."""
    path = store / DRAFTS / _PENDING
    if not path.is_file():
        return
    try:
        announced = json.loads(path.read_text(encoding="utf-8"))
        family, version = checked_family(announced["family"]), checked_version(announced["version"])
    except (ValueError, TypeError, KeyError):  # not ours; it goes with the drafts
        return
    folder, known = store / family, registry.families.get(family)
    if folder.is_symlink() or (known and known.find(version)):
        return
    shutil.rmtree(folder / f"v{version}", ignore_errors=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _left_drafts(store: Path) -> list[Path]:
    """Work in progress of a process that is no more; ``.v1.0.0.draft`` and the like are of early stores."""
    drafts = [store / DRAFTS] if (store / DRAFTS).is_dir() else []
    return [*drafts, *store.glob(".*.draft"), *store.glob("*/.*.draft")]


def _pruned_folders(store: Path, registry: Registry) -> list[Path]:
    pruned = [(name, v.version) for name, family in registry.families.items() for v in family.versions if v.pruned_at]
    folders = [store / name / f"v{version}" for name, version in pruned]
    return [folder for folder in folders if folder.is_dir() and not folder.parent.is_symlink()]


def _stale_pointers(store: Path, registry: Registry) -> dict[Path, str]:
    """Files ``latest`` that do not name the version in use, with what they are to say."""
    wanted = {store / name / "latest": f"v{family.in_use}\n" for name, family in registry.families.items()}
    return {path: text for path, text in wanted.items() if path.parent.is_dir() and _content(path) != text.encode()}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _sync_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
