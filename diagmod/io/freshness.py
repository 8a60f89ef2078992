"""Whether the results belong together: read from ``dvc.lock`` and the records of runs, never by calling DVC.

``dvc.lock`` is written after every stage. While a rebuild is under way, or after it was broken off, a stage there
stands on an output that its maker has replaced since; that is told, since such a page would mix two states. Whether
sources and parameters changed since is another question (:mod:`diagmod.io.changed_sources`): then the results still
belong together.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import psutil
import yaml  # type: ignore[import-untyped]

from diagmod.io.stages import StageError

#: Largest file that is hashed to compare it (bytes); larger ones are inputs of whole folders, which the lock knows.
MOST_BYTES = 64_000_000

#: A process that began later than this after the note of DVC is another one with the same number (s).
_CLOCK_S = 2.0


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The fast loader, for which ``1e-3`` is a number, as it is for DVC."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)

Standing = Literal["fresh", "stale", "missing"]


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
    standing: Standing
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
    locked = locked_stages(root)
    made = {out["path"]: out["md5"] for stage in locked.values() for out in stage["outs"] if "md5" in out}
    return [_state(root, name, *_judged(root, locked.get(name), made)) for name in stage_names(root)]


def stage_names(root: Path) -> list[str]:
    """Stages in the order of ``dvc.yaml``.

    Raises
    ------
    StageError
        It cannot be read, or names no stages.
    """
    stages = read_quickly(root / "dvc.yaml").get("stages")
    if not isinstance(stages, dict):
        raise StageError("dvc.yaml names no stages; restore it from the repository")
    return [str(name) for name in stages]


def locked_stages(root: Path) -> dict[str, dict[str, Any]]:
    """What ``dvc.lock`` says of every stage that has run: ``deps``, ``outs`` and ``params``; none without the file.

    Raises
    ------
    StageError
        It cannot be read.
    """
    path = root / "dvc.lock"
    found = read_quickly(path).get("stages", {}) if path.is_file() else {}
    try:
        return {str(name): _locked(stage) for name, stage in found.items()}
    except (AttributeError, TypeError, KeyError) as exc:
        raise StageError("dvc.lock is not as DVC writes it; restore it from the repository") from exc


def rebuild_pid(root: Path) -> int | None:
    """Process that is rebuilding results now, as DVC notes it; None where none is.

    A note that a killed process left counts for nothing, also where its number belongs to another process by now.
    """
    path = root / ".dvc" / "tmp" / "rwlock"
    try:
        written_at = path.stat().st_mtime
        noted = json.loads(path.read_text(encoding="utf-8") or "{}")
        holders = list(noted.get("write", {}).values())
        pids = [holder["pid"] for holder in holders if isinstance(holder["pid"], int)]
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return None
    return next((pid for pid in pids if _lives_since(pid, written_at)), None)


def running_stages(root: Path) -> list[str]:
    """Stages that a process is running now, by DVC or by hand: those whose lock the runner holds."""
    locks = sorted((root / ".cache" / "staging").glob("*.lock"))
    return [path.stem for path in locks if _is_held(path)]


def last_rebuild(root: Path) -> datetime | None:
    """When a stage last put its results in place (UTC)."""
    ends = [_finished(path) for path in (root / "reports" / "runs").glob("*.json")]
    return max(filter(None, ends), default=None)


def standing_in_words(root: Path) -> str:
    """One sentence where the results do not belong together; empty where they do, or where nothing was built.

    Raises
    ------
    StageError
        ``dvc.yaml`` or ``dvc.lock`` cannot be read.
    """
    if rebuild_pid(root) is not None or running_stages(root):
        return "The results are being rebuilt; parts of this page are older than others. Refresh it when that is done."
    is_built = (root / "data" / "interim").is_dir()
    if is_built and not (root / "dvc.lock").is_file():
        return "Whether the results belong together is not known: dvc.lock is missing. Run `make repro`, then refresh."
    old = [state for state in stage_states(root) if state.standing != "fresh"]
    if not old or not is_built:
        return ""
    return f"A rebuild is not complete: {old[0].stage}, {old[0].reason}. Run `make repro`, then refresh."


def _judged(root: Path, locked: dict[str, Any] | None, made: dict[str, str]) -> tuple[Standing, str]:
    """Standing of a stage, and why."""
    if locked is None:
        return "missing", "it has not run yet"
    if gone := [out["path"] for out in locked["outs"] if not (root / out["path"]).exists()]:
        return "missing", f"its result {gone[0]} is not there"
    old = [dep["path"] for dep in locked["deps"] if _is_replaced(root, dep, made)]
    return ("stale", f"it stands on older {old[0]}") if old else ("fresh", "")


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


def _state(root: Path, stage: str, standing: Standing, reason: str) -> StageState:
    record = root / "reports" / "runs" / f"{stage}.json"
    try:
        seconds = float(json.loads(record.read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        seconds = float("nan")
    return StageState(stage, standing, reason, _finished(record), seconds)


def _finished(record: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(record.stat().st_mtime, UTC)
    except OSError:  # none, or replaced just now
        return None


def _lives_since(pid: int, noted_at: float) -> bool:
    try:
        return psutil.Process(pid).create_time() <= noted_at + _CLOCK_S
    except (psutil.Error, ValueError, OverflowError):
        return False


def _is_held(lock: Path) -> bool:
    """Whether a process holds a lock; asked by taking a share in it for a moment."""
    try:
        with lock.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _locked(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage of ``dvc.lock`` with all that is looked at, checked."""
    kept = {kind: [dict(entry) for entry in stage.get(kind) or ()] for kind in ("deps", "outs")}
    for entry in (*kept["deps"], *kept["outs"]):
        if not isinstance(entry["path"], str):
            raise TypeError("a path is no text")
    return {**kept, "params": dict(stage.get("params") or {})}


def read_quickly(path: Path) -> dict[str, Any]:
    """A YAML file of DVC by the fast loader, since a page waits for it: ten times faster than the one of the runner.

    Raises
    ------
    StageError
        It is missing or no YAML.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            found = yaml.load(stream, _Loader)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        raise StageError(f"{path.name} is missing; restore it from the repository") from None
    except (yaml.YAMLError, OSError, ValueError) as exc:
        raise StageError(f"{path.name} cannot be read ({' '.join(str(exc).split())[:120]}); restore it") from exc
    return found if isinstance(found, dict) else {}
