"""Whether the results belong together: read from ``dvc.lock`` and the records of runs, never by calling DVC.

``dvc.lock`` is written after every stage. While a rebuild is under way, or after it was broken off, a stage there
stands on an output that its maker has replaced since; that is told, since such a page would mix two states.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil
import yaml

from diagmod.io.stages import StageError

#: Largest file that is hashed to compare it (bytes); larger ones are inputs of whole folders, which the lock knows.
MOST_BYTES = 64_000_000


@dataclass(frozen=True)
class StageState:
    """How a stage stands.

    Attributes
    ----------
    stage : str
    standing : {"fresh", "stale", "missing"}
        Fresh: its results belong to the present results of the stages before it.
    reason : str
        What it stands on that is no longer there; empty when fresh.
    finished_at : datetime or None
        End of its last run (UTC); None where no record is kept.
    seconds : float
        Wall time of that run; NaN where no record is kept.
    """

    stage: str
    standing: Literal["fresh", "stale", "missing"]
    reason: str
    finished_at: datetime | None
    seconds: float


def stage_states(root: Path) -> list[StageState]:
    """State of every stage, in the order of ``dvc.yaml``.

    Raises
    ------
    StageError
        ``dvc.yaml`` or ``dvc.lock`` cannot be read.
    """
    names = list(_read(root / "dvc.yaml").get("stages", {}))
    locked = _read(root / "dvc.lock").get("stages", {}) if (root / "dvc.lock").is_file() else {}
    made = {out["path"]: out["md5"] for stage in locked.values() for out in stage.get("outs", []) if "md5" in out}
    states = []
    for name in names:
        if name not in locked:
            states.append(_state(root, name, "missing", "it has not run yet"))
            continue
        old = [dep["path"] for dep in locked[name].get("deps", []) if _is_replaced(root, dep, made)]
        states.append(_state(root, name, "stale" if old else "fresh", f"it stands on older {old[0]}" if old else ""))
    return states


def rebuild_pid(root: Path) -> int | None:
    """Process that is rebuilding results now, as DVC notes it; None where none is."""
    try:
        noted = json.loads((root / ".dvc" / "tmp" / "rwlock").read_text(encoding="utf-8") or "{}")
    except (OSError, ValueError):
        return None
    holders = [entry.get("write") for entry in noted.values() if isinstance(entry, dict)] if noted else []
    pids = [holder.get("pid") for holder in holders if isinstance(holder, dict)]
    return next((pid for pid in pids if isinstance(pid, int) and psutil.pid_exists(pid)), None)


def last_rebuild(root: Path) -> datetime | None:
    """When a stage last put its results in place (UTC)."""
    ends = [_finished(path) for path in (root / "reports" / "runs").glob("*.json")]
    return max(ends, default=None)


def standing_in_words(root: Path) -> str:
    """One sentence where the results do not belong together; empty where they do."""
    if rebuild_pid(root) is not None:
        return "The results are being rebuilt; parts of this page are older than others. Refresh it when that is done."
    old = [state for state in stage_states(root) if state.standing != "fresh"]
    if not old:
        return ""
    return f"A rebuild is not complete: {old[0].stage}, {old[0].reason}. Run `make repro`, then refresh."


def _is_replaced(root: Path, dep: dict[str, Any], made: dict[str, str]) -> bool:
    """Whether a stage read something that has been made anew since."""
    path, seen = dep["path"], dep.get("md5")
    if path in made:
        return made[path] != seen
    inside = any(path.startswith(out + "/") for out in made)
    file = root / path
    if not inside or not file.is_file() or file.stat().st_size > MOST_BYTES:
        return False
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest() != seen


def _state(root: Path, stage: str, standing: Literal["fresh", "stale", "missing"], reason: str) -> StageState:
    record = root / "reports" / "runs" / f"{stage}.json"
    if not record.is_file():
        return StageState(stage, standing, reason, None, float("nan"))
    try:
        seconds = float(json.loads(record.read_text(encoding="utf-8"))["seconds"])
    except (ValueError, KeyError, TypeError):
        seconds = float("nan")
    return StageState(stage, standing, reason, _finished(record), seconds)


def _finished(record: Path) -> datetime:
    return datetime.fromtimestamp(record.stat().st_mtime, UTC)


def _read(path: Path) -> dict[str, Any]:
    """A YAML file that DVC wrote, by the fast loader: a page waits for it."""
    try:
        with path.open(encoding="utf-8") as stream:
            found = yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise StageError(f"{path.name} is missing; restore it from the repository") from None
    except yaml.YAMLError as exc:
        raise StageError(f"{path.name} cannot be read ({' '.join(str(exc).split())[:120]}); restore it") from exc
    return found if isinstance(found, dict) else {}
