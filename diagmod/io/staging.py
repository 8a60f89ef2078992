"""Putting a stage's outputs in place, all of them or none.

Outputs are made beside the old ones, in ``.cache/staging/STAGE``. When the stage succeeded, a journal
names what is to be moved; from then on the move is finished by whoever comes next, whatever kills the
process in between. Before the journal exists, nothing has been touched.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from diagmod.io.stages import StageError

JOURNAL = "journal.json"

#: How long a run waits for one that is just ending (s): a killed ``dvc`` takes its stage along within a second.
PATIENCE_S = 10.0


def claim(stage: str, root: Path) -> IO[str]:
    """Keep other runs of the same stage away for as long as the returned file is open, at most until this process ends.

    Raises
    ------
    StageError
        Another run of the stage is going on.
    """
    path = root / ".cache" / "staging" / f"{stage}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("w")
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                lock.close()
                raise StageError(f"stage {stage} is being run by another process; wait for it or stop it") from None
            time.sleep(0.1)
        else:
            return lock


def prepare(stage: str, root: Path) -> Path:
    """Empty staging folder of a stage, after finishing every move that was cut short, of whatever stage."""
    folder = root / ".cache" / "staging" / stage
    for journal in sorted(folder.parent.glob(f"*/{JOURNAL}")):
        finish(journal.parent.name, root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def commit(stage: str, root: Path, outs: tuple[str, ...]) -> None:
    """Move every declared output from staging into place.

    Raises
    ------
    StageError
        An output was not made, or a file was made that no output declares.
    """
    folder = root / ".cache" / "staging" / stage
    if missing := [out for out in outs if not (folder / out).exists()]:
        raise StageError(f"stage {stage} did not make {', '.join(missing)}, which dvc.yaml declares")
    made = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    stray = sorted(f for f in made if not any(f == out or f.startswith(f"{out}/") for out in outs))
    if stray:
        raise StageError(
            f"stage {stage} wrote {stray[0]}, which dvc.yaml does not declare; declare it or do not write it"
        )
    journal = folder / JOURNAL
    draft = journal.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(list(outs), stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(journal)
    finish(stage, root)


def finish(stage: str, root: Path) -> None:
    """Carry out what a journal says, if there is one; safe to repeat."""
    folder = root / ".cache" / "staging" / stage
    journal = folder / JOURNAL
    if not journal.is_file():
        return
    with _alone(folder.parent):
        if journal.is_file():
            for out in json.loads(journal.read_text(encoding="utf-8")):
                _swap_in(folder, out, root)
            shutil.rmtree(folder)


def _swap_in(folder: Path, out: str, root: Path) -> None:
    new, target = folder / out, root / out
    if not new.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # A folder cannot be replaced in one step, nor a file by a folder: the old one moves aside first.
    if os.path.lexists(target) and (target.is_dir() or new.is_dir()):
        old = folder / "replaced" / out
        old.parent.mkdir(parents=True, exist_ok=True)
        target.rename(old)
    new.replace(target)


@contextmanager
def _alone(staging: Path) -> Iterator[None]:
    """Two processes must not finish the same journal at once; the lock falls with the process that holds it."""
    with (staging / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
