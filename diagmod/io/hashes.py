"""SHA-256 of files of any size, and of everything a run stands on.

The names of files count, their order, time and place do not: the same content is the same hash in
every clone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from diagmod.io.file_hashes import HashBook


def file_sha256(path: Path) -> str:
    """SHA-256 of a file of any size."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_paths(relative: Sequence[str], root: Path, book: HashBook | None = None) -> str:
    """SHA-256 over names and contents of files and folders, independent of order, time and place.

    Parameters
    ----------
    relative : sequence of str
        Files and folders, relative to the root.
    root : Path
    book : HashBook, optional
        Spares the reading of files that it knows unchanged; it does not change the result.
    """
    digest = hashlib.sha256()
    sha256 = book.sha256 if book else file_sha256
    for name in sorted(relative):
        path = root / name
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
                digest.update(bytes.fromhex(sha256(file)))
    return digest.hexdigest()
