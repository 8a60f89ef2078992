"""Who changed the model store when, and why: the stamp of a change, and the file ``audit.jsonl``.

A change is stamped with the time, the reason that was given and the commit, never with a person or a machine. The
registry's history is the truth; the audit file repeats it line by line, is only ever added to, and outlives a registry
that was lost or put back.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from diagmod.io.audit import append_lines, now
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import Registry

#: One line of JSON a change, oldest first.
AUDIT = "audit.jsonl"

#: Most characters of a reason.
LONGEST_REASON = 300


def stamp(root: Path, reason: str = "") -> dict[str, str]:
    """When a change is made, why, and at which commit.

    Raises
    ------
    ModelError
        The reason is not one line of readable text.
    """
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise ModelError(
            f"a reason is one line of at most {LONGEST_REASON} characters, got {reason[:40]!r}; write a shorter one"
        )
    return {"at": now(), "reason": reason, "git_commit": commit_of(root)}


def commit_of(root: Path) -> str:
    """The commit that a project is at; empty without git."""
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:  # no git on this machine
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def missing_lines(store: Path, registry: Registry) -> list[str]:
    """Events of the history that the audit file does not hold, word for word."""
    path = store / AUDIT
    present = set(path.read_bytes().split(b"\n")[:-1]) if path.exists() else set()
    lines = [json.dumps(event, sort_keys=True) for event in registry.history]
    return [line for line in lines if line.encode() not in present]


def complete_audit(store: Path, registry: Registry) -> None:
    """Add the events that are missing; half a line, left where the machine stopped, is cut off first."""
    if lines := missing_lines(store, registry):
        append_lines(store / AUDIT, lines, cut_half=True)
