"""A store of work already done, under the hash of everything it stands on.

An entry is a folder of files made from one recording; its key is the hash of the recording's content,
the parameters and the version of the code. The store is not a result: stages take from it by hard link or copy,
and anyone may delete it, wholly or in part, between two runs. An entry that lost a file, or holds one of another
size or time, is made again; its files are read-only, because a linked file has the store's bytes. Limit: who
may write all the same (root), edits in place and restores size and time, is not noticed; `diagmod store forget`.

Processes of several machines may share a store: work in progress lies in drafts of unique names, each under a
lock that falls with its process, so that what a killed process left is told from what a living one is making.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagmod.io.drafts import draft_folder, remove_left_drafts, under_lock
from diagmod.io.hashes import hash_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Sizes and times of an entry's files, written last.
_CONTENTS = "contents.json"

#: What the entry stands on, for `diagmod store`.
_ABOUT = "about.json"

#: Layers whose sources make up the version of stored work.
CODE = ("diagmod/core", "diagmod/io")


@dataclass(frozen=True)
class Entry:
    """One finished piece of work.

    Attributes
    ----------
    folder : Path
    version : str
        Version of the code that made it; empty where it does not tell.
    about : dict
        What else it stands on.
    n_bytes : int
        Size of its files.
    """

    folder: Path
    version: str
    about: Mapping[str, Any]
    n_bytes: int


@dataclass(frozen=True)
class Store:
    """Folder of finished work.

    Attributes
    ----------
    folder : Path
    version : str
        Version of the code; entries of another version are not seen.
    """

    folder: Path
    version: str

    @classmethod
    def open(cls, root: Path) -> Store:
        """The store of a project, at the version of its present code, rid of what killed runs left half done."""
        store = cls(root / ".cache" / "store", hash_paths(CODE, root))
        store.sweep()
        return store

    def sweep(self) -> None:
        """Remove what processes that are no more left half done."""
        remove_left_drafts(self._drafts)

    def entry(self, about: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
        """Folder of an entry, made now if it is not there.

        Parameters
        ----------
        about : mapping
            All that the entry depends on beside the code; JSON values. By custom one key is ``KIND_of``, and the
            hash of the recording's file stands somewhere in it, so that `diagmod store` can list and forget.
        make : callable
            Fills an empty folder with the entry's files. If it raises, nothing is kept.
        """
        if found := self.find(about):
            return found
        with self.draft() as draft:
            make(draft)
            return self.keep(about, draft)

    def find(self, about: Mapping[str, Any]) -> Path | None:
        """Folder of an entry, if it is there and whole."""
        final = self._place(about)
        return final if _is_whole(final) else None

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder for work of which it is known only afterwards what it stands on; gone at the end.

        A draft that is not handed to :meth:`keep` leaves nothing.
        """
        with draft_folder(self._drafts) as folder:
            yield folder

    def keep(self, about: Mapping[str, Any], draft: Path) -> Path:
        """Make a draft an entry in one step; where another process was first, its entry stays.

        Parameters
        ----------
        about : mapping
            See :meth:`entry`.
        draft : Path
            From :meth:`draft`, with the entry's files.

        Returns
        -------
        Path
            Folder of the entry.
        """
        final = self._place(about)
        (draft / _ABOUT).write_text(self._text(about) + "\n", encoding="utf-8")
        for file in draft.iterdir():
            file.chmod(0o444)
        (draft / _CONTENTS).write_text(json.dumps(_contents(draft), sort_keys=True), encoding="utf-8")
        with under_lock(self.folder / "lock"):
            if not _is_whole(final):
                final.parent.mkdir(parents=True, exist_ok=True)
                self._discard(final)
                draft.rename(final)
        return final

    def entries(self) -> Iterator[Entry]:
        """Every entry of whatever version, in the order of their keys."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            n_bytes = sum(file.stat().st_size for file in folder.iterdir())
            yield Entry(folder, *_read_about(folder / _ABOUT), n_bytes)

    def remove(self, entry: Entry) -> None:
        """Forget an entry; made again when it is next asked for."""
        with under_lock(self.folder / "lock"):
            self._discard(entry.folder)

    @property
    def _drafts(self) -> Path:
        return self.folder / "drafts"

    def _place(self, about: Mapping[str, Any]) -> Path:
        key = hashlib.sha256(self._text(about).encode()).hexdigest()
        return self.folder / key[:2] / key

    def _text(self, about: Mapping[str, Any]) -> str:
        return json.dumps([self.version, about], sort_keys=True)

    def _discard(self, folder: Path) -> None:
        """Out of the way in one step, so that nobody sees half an entry; then deleted."""
        if folder.exists():
            with draft_folder(self._drafts) as aside:
                folder.rename(aside / folder.name)


def place(source: Path, target: Path) -> None:
    """Put a file of the store into a stage's output: by hard link, or by copy where there can be none.

    Parameters
    ----------
    source : Path
        File of an entry; read-only, and so is the link. A copy can be written to.
    target : Path
        Replaced if it exists; its folder must exist.
    """
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links; a source that is missing fails again below
        shutil.copyfile(source, target)


def _contents(entry: Path) -> dict[str, list[int]]:
    found = ((p.name, p.stat()) for p in entry.iterdir() if p.name != _CONTENTS)
    return {name: [stat.st_size, stat.st_mtime_ns] for name, stat in found}


def _is_whole(entry: Path) -> bool:
    try:
        return bool(json.loads((entry / _CONTENTS).read_text(encoding="utf-8")) == _contents(entry))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False


def _read_about(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        version, about = json.loads(file.read_text(encoding="utf-8"))
        return str(version), dict(about)
    except (FileNotFoundError, ValueError, TypeError):
        return "", {}
