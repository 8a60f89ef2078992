"""What an adapter makes of a user's folder: rows of a manifest, and what it left out with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pandas as pd

from diagmod.io.dataset_files import MANIFEST_COLUMNS
from diagmod.io.public_sets.found_files import Gathered

#: Folder of a data set that holds its recordings.
RECORDINGS = "recordings"


@dataclass(frozen=True)
class Prepared:
    """A user's folder, seen as a data set.

    Attributes
    ----------
    rows : DataFrame
        The manifest, every cell text, columns as in :data:`~diagmod.io.dataset_files.MANIFEST_COLUMNS`.
    n_files : int
        Published files that it stands on.
    left_out : tuple of str
        What of the folder is not in it: name, colon, reason.
    motors : list of dict
        Nameplates that the rows name.
    originals : Path or None
        Folder to which the files of the rows are relative where they stay with the user; None where the adapter
        put them into the data set.
    """

    rows: pd.DataFrame
    n_files: int
    left_out: tuple[str, ...]
    motors: list[dict[str, Any]]
    originals: Path | None = None

    @classmethod
    def of(cls, gathered: Gathered, motors: list[dict[str, Any]], originals: Path | None = None) -> Self:
        """What was gathered in a folder, with the nameplates of its motors."""
        return cls(manifest_of(gathered.rows), gathered.n_files, tuple(gathered.left_out), motors, originals)


#: Looks through a user's folder (first) and puts what is copied or converted into the draft of a data set (second).
Adapter = Callable[[Path, Path], Prepared]


def manifest_of(rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    """Rows as a manifest: all its columns, empty where a row says nothing."""
    return pd.DataFrame(list(rows), dtype=str).reindex(columns=list(MANIFEST_COLUMNS)).fillna("")
