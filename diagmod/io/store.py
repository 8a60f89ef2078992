"""A store of work already done, under the hash of everything it stands on.

An entry is a folder of files made from one recording; its key is the hash of the recording's content,
the parameters and the version of the code. The store is not a result: stages copy from it, and anyone
may delete it, wholly or in part, between two runs. An entry that lost a file, or holds a shortened one, is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diagmod.io.hashes import hash_paths

#: Names and sizes of an entry's files, written last.
_CONTENTS = "contents.json"

#: Layers whose sources make up the version of stored work.
CODE = ("diagmod/core", "diagmod/io")


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
        """The store of a project, at the version of its present code."""
        return cls(root / ".cache" / "store", hash_paths(CODE, root))

    def entry(self, about: dict[str, object], make: Callable[[Path], None]) -> Path:
        """Folder of an entry, made now if it is not there.

        Parameters
        ----------
        about : dict
            All that the entry depends on beside the code; JSON values.
        make : callable
            Fills an empty folder with the entry's files. If it raises, nothing is kept.
        """
        text = json.dumps([self.version, about], sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()
        final = self.folder / key[:2] / key
        if _is_whole(final):
            return final
        shutil.rmtree(final, ignore_errors=True)
        draft = self.folder / "drafts" / f"{key}-{os.getpid()}"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            make(draft)
            (draft / _CONTENTS).write_text(json.dumps(_sizes(draft), sort_keys=True), encoding="utf-8")
            final.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(final)
        except OSError:
            # Another process finished the same entry first: its bytes are ours.
            if not _is_whole(final):
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return final


def _sizes(entry: Path) -> dict[str, int]:
    return {p.name: p.stat().st_size for p in entry.iterdir() if p.name != _CONTENTS}


def _is_whole(entry: Path) -> bool:
    try:
        return bool(json.loads((entry / _CONTENTS).read_text(encoding="utf-8")) == _sizes(entry))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
