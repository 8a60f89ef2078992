"""Changes of the model store, one at a time, whole or not at all, whatever kills the process.

All changes run under one lock of the operating system, which falls with its process. New files are made beside and
renamed; the registry is replaced in one step, and that step is the change. What follows from it is brought in
line before and after every change, so that the next command finishes what a killed one left.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import REGISTRY, Registry, read_registry, store_folder
from diagmod.io.model_tidying import DRAFTS, announce, bring_in_line, is_in_line, replace, sync

#: How long a command waits for another one to finish its change (s); registering a large model takes a few.
PATIENCE_S = 120.0

_LOCK = "registry.lock"


@contextmanager
def changing(root: Path) -> Iterator[Registry]:
    """The registry, alone among all processes; what is changed in it is stored at the end, unless something raised.

    Raises
    ------
    ModelError
        The registry is damaged, or another process changes the store for longer than :data:`PATIENCE_S`.
    """
    store = store_folder(root)
    with _alone(store):
        registry = read_registry(root)
        bring_in_line(store, registry)
        try:
            yield registry
            if registry.families:
                replace(store, store / REGISTRY, registry.text())
        finally:
            bring_in_line(store, read_registry(root))


def settle(root: Path) -> None:
    """Finish what a killed command left, if there is anything; a store at rest is only looked at."""
    store = store_folder(root)
    if not store.is_dir() or is_in_line(store, read_registry(root)):
        return
    with _alone(store):
        bring_in_line(store, read_registry(root))


def draft_of_version(root: Path) -> Path:
    """An empty folder for a new version; gone at the end of the change unless it was put in place."""
    folder = store_folder(root) / DRAFTS / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder


def put_in_place(root: Path, draft: Path, family: str, version: str, *, is_known: bool) -> None:
    """Make a draft the folder of a version; the registry must list it when the change ends.

    Parameters
    ----------
    root, draft : Path
    family, version : str
    is_known : bool
        The registry lists the version already: what stands in its place is replaced.

    Raises
    ------
    ModelError
        A folder that no registry lists stands in the way.
    """
    target = version_folder(root, family, version)
    sync(draft)
    if is_known and os.path.lexists(target):
        target.rename(draft.with_name(f"{draft.name}.replaced"))
    elif os.path.lexists(target):
        raise ModelError(
            f"data/models/{family}/v{version} is there, but {REGISTRY} does not list it; restore the registry from a "
            "backup, or move the folder away"
        )
    elif not is_known:
        announce(store_folder(root), family, version)
    target.parent.mkdir(exist_ok=True)
    draft.rename(target)


def version_folder(root: Path, family: str, version: str) -> Path:
    """Folder of a version.

    Raises
    ------
    ModelError
        The family's folder is a link, so that what is done there would be done elsewhere.
    """
    folder = store_folder(root) / family
    if folder.is_symlink():
        raise ModelError(f"data/models/{family} is a link; put the folder itself there")
    return folder / f"v{version}"


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    import filelock  # here, because pages only read

    store.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(store / _LOCK, timeout=PATIENCE_S, fallback_to_soft=False)
    try:
        with lock:
            yield
    except filelock.Timeout:
        raise ModelError(
            f"another process has been changing the model store for {PATIENCE_S:.0f} s; wait for it or stop it"
        ) from None
