"""Folders of work in progress: of unique names, gone when the work is over, and told from leftovers by a lock.

The lock beside a draft is held by the process that works in it and falls with it, whatever ends it; process ids
would not tell, as they come again and mean nothing on another machine or in another container.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = ".lock"


@contextmanager
def draft_folder(drafts: Path) -> Iterator[Path]:
    """An empty folder of a unique name, removed at the end unless it was moved away.

    Parameters
    ----------
    drafts : Path
        Folder of all drafts; made where it is not there.
    """
    drafts.mkdir(parents=True, exist_ok=True)
    name, lock = _claimed(drafts)
    folder = drafts / name
    try:
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        (drafts / f"{name}{_LOCK}").unlink(missing_ok=True)
        lock.close()


def remove_left_drafts(drafts: Path) -> None:
    """Remove what processes left that are no more; drafts of living ones stay."""
    for path in drafts.glob(f"*{_LOCK}"):
        with suppress(FileNotFoundError), path.open("r+") as lock:
            if _is_ours(lock, path):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink()


@contextmanager
def under_lock(path: Path) -> Iterator[None]:
    """Alone among all processes that ask for the same lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _claimed(drafts: Path) -> tuple[str, IO[str]]:
    """A new name and its lock, held; a new one again where a cleaning process got hold of the lock first."""
    while True:
        name = uuid.uuid4().hex
        path = drafts / f"{name}{_LOCK}"
        lock = path.open("x")
        if _is_ours(lock, path):
            return name, lock
        lock.close()


def _is_ours(lock: IO[str], path: Path) -> bool:
    """Whether we now hold the lock of a file that is still there."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(lock.fileno()).st_ino == path.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        return False
