"""Room on the disk that a project's results, stored work and models take, by folder.

A file with several names (results are linked from the store of work) is counted once, at the first place that has it.
Looking at every file costs a second in a hundred thousand, so a page does it when it is asked to.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: What is measured, in this order, with what it is for and whether it may be deleted.
PLACES = {
    "data/raw": "recordings as they came; never delete them",
    "data/interim": "loaded recordings; `make repro` makes them again",
    "data/processed": "features, models and evaluation; `make repro` makes them again",
    "data/models": "every registered model; `diagmod models prune` makes room",
    "reports": "executed notebooks and figures; `make repro` makes them again",
    ".cache/store": "work that need not be done twice; may be deleted between two runs",
    ".dvc/cache": "earlier results; `dvc gc` makes room",
}


@dataclass(frozen=True)
class Room:
    """What a folder takes: bytes and files; NaN-free, 0 where there is no such folder."""

    place: str
    n_bytes: int
    n_files: int
    what: str


def disk_use(root: Path) -> list[Room]:
    """Room of every place of :data:`PLACES`, relative to the project."""
    seen: set[tuple[int, int]] = set()
    rooms = []
    for place, what in PLACES.items():
        n_bytes = n_files = 0
        for stat in _files(root / place):
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                n_bytes, n_files = n_bytes + stat.st_size, n_files + 1
        rooms.append(Room(place, n_bytes, n_files, what))
    return rooms


def free_bytes(root: Path) -> int:
    """Room that is left on the project's disk."""
    return shutil.disk_usage(root).free


def _files(folder: Path) -> Iterator[os.stat_result]:
    """Every file below a folder; links are not followed, what disappears meanwhile is left out."""
    waiting = [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    yield entry.stat(follow_symlinks=False)
            except OSError:
                continue
