"""What changed since a stage last ran: sources and parameters against what ``dvc.lock`` says of that run.

Results that were made by older sources still belong together; a new run may give others. Only sources and parameters
are compared, which are small: a look costs some hundredths of a second.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from diagmod.io.freshness import locked_stages, read_quickly
from diagmod.io.stages import StageError, is_code

#: Folders that DVC leaves out by ``.dvcignore``.
LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints"})


def changes_since(root: Path) -> dict[str, list[str]]:
    """Sources and parameters of every stage that differ from those of its last run, in words; empty lists for none.

    Parameters
    ----------
    root : Path
        The project.

    Returns
    -------
    dict of str to list of str
        By stage that has run, as "diagmod/core changed", "seed is 2, it ran with 1".

    Raises
    ------
    StageError
        ``dvc.lock`` or ``params.yaml`` cannot be read.
    """
    present = read_quickly(root / "params.yaml")
    hashed = cache(lambda name: dvc_hash(root / name))
    found = {}
    for stage, about in locked_stages(root).items():
        sources = [dep for dep in about["deps"] if is_code(dep["path"])]
        changed = [dep["path"] for dep in sources if hashed(dep["path"]) != dep.get("md5")]
        found[stage] = [f"{path} changed" for path in changed] + _parameters(about["params"], present, stage)
    return found


def dvc_hash(path: Path) -> str:
    """Hash by which DVC knows a file or a folder; empty where there is none.

    A folder's is the MD5 of a JSON list of its files, each with its MD5, by name.
    """
    if path.is_file():
        return _md5(path.read_bytes())
    if not path.is_dir():
        return ""
    files = {p.relative_to(path).as_posix(): p for p in path.rglob("*") if p.is_file()}
    kept = sorted(name for name in files if not LEFT_OUT.intersection(name.split("/")))
    listed = [{"md5": _md5(files[name].read_bytes()), "relpath": name} for name in kept]
    return _md5(json.dumps(listed, sort_keys=True).encode()) + ".dir"


def _parameters(locked: dict[str, Any], present: dict[str, Any], stage: str) -> list[str]:
    """Parameters of a stage's section that differ, in words."""
    try:
        before = dict(locked["params.yaml"][stage])
    except (KeyError, TypeError, ValueError):
        return []
    now = present.get(stage)
    if not isinstance(now, dict):
        raise StageError(f"params.yaml has no section {stage!r}; restore it")
    names = [name for name in {**before, **now} if before.get(name, ...) != now.get(name, ...)]
    return [f"{name} is {_said(now, name)}, it ran with {_said(before, name)}" for name in names]


def _said(section: dict[str, Any], name: str) -> str:
    return json.dumps(section[name], ensure_ascii=False, default=str)[:80] if name in section else "not given"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
