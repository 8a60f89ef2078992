"""What the store holds of the present data set, of others, and of earlier code.

An entry names the recordings it was made of by the hashes of their files; what they are called and which motor they
belong to is in the tables of the ``load`` stage.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.io.dataset_files import DatasetError
from diagmod.io.schemas import LOAD_REPORT, RECORDINGS
from diagmod.io.tables import TableError, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from diagmod.io.store import Entry, Store

_SHA256 = re.compile(r"[0-9a-f]{64}")

#: Digits of a file's hash that are the name of a recording.
_NAME = 16


@dataclass(frozen=True)
class KnownRecordings:
    """Recordings of the loaded data set.

    Attributes
    ----------
    table : DataFrame
        Columns recording_id, file, motor_id; also of files that were read and then refused.
    """

    table: pd.DataFrame

    @classmethod
    def of_project(cls, root: Path) -> KnownRecordings:
        """What the ``load`` stage last read; empty where it has not run.

        Raises
        ------
        DatasetError
            A table of it is damaged.
        """
        interim, columns = root / "data" / "interim", ["recording_id", "file", "motor_id"]
        if not (interim / "recordings.parquet").is_file():
            return cls(pd.DataFrame(columns=columns))
        try:
            loaded = read_table(interim / "recordings.parquet", RECORDINGS)[columns]
            report = read_table(interim / "load_report.parquet", LOAD_REPORT)[columns]
        except TableError as exc:
            raise DatasetError(str(exc)) from exc
        known = pd.concat([loaded, report[report["recording_id"] != ""]])
        return cls(known.drop_duplicates(ignore_index=True))

    def of(self, recording: str) -> set[str]:
        """Recordings of a name: an id, the beginning of a file's hash of at least 6 digits, or the file.

        Raises
        ------
        DatasetError
            There is none.
        """
        ids = self.table["recording_id"]
        is_meant = (self.table["file"] == recording) | (ids == recording[:_NAME])
        if re.fullmatch(r"[0-9a-f]{6,16}", recording):
            is_meant |= ids.str.startswith(recording)
        if not is_meant.any():
            raise DatasetError(
                f"no recording {recording!r} in the data set that is loaded; give its id or its file as in "
                "recordings.csv"
            )
        return set(ids[is_meant])

    def of_motor(self, motor: str) -> set[str]:
        """Recordings of a motor.

        Raises
        ------
        DatasetError
            There is none.
        """
        found = set(self.table.loc[self.table["motor_id"] == motor, "recording_id"])
        if not found:
            motors = ", ".join(sorted(set(self.table["motor_id"]) - {""})) or "none"
            raise DatasetError(f"no recording of motor {motor!r} is loaded; motors with recordings: {motors}")
        return found


def kind_of(entry: Entry) -> str:
    """What an entry holds: ``features`` where it is ``features_of`` something, a waveform where it does not say."""
    return next((key.removesuffix("_of") for key in sorted(entry.about) if key.endswith("_of")), "waveform")


def recordings_in(entry: Entry) -> set[str]:
    """Ids of the recordings whose hashes stand anywhere in what an entry is about."""
    return {text[:_NAME] for text in _texts(dict(entry.about)) if _SHA256.fullmatch(text)}


def contents(store: Store, known: KnownRecordings) -> pd.DataFrame:
    """Entries by kind: columns kind, entries, mb, present, present_mb, other_code, other_data.

    ``present`` are those of the present code and data set, which the next run uses.
    """
    ids = set(known.table["recording_id"])
    sums: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(_COUNTS, 0.0))
    for entry in store.entries():
        row, mb = sums[kind_of(entry)], entry.n_bytes / 1e6
        row["entries"] += 1
        row["mb"] += mb
        why = why_superfluous(entry, store, ids)
        row[why or "present"] += 1
        row["present_mb"] += 0.0 if why else mb
    table = pd.DataFrame([{"kind": kind, **row} for kind, row in sorted(sums.items())], columns=["kind", *_COUNTS])
    return table.astype(dict.fromkeys(("entries", "present", "other_code", "other_data"), "int64"))


def why_superfluous(entry: Entry, store: Store, ids: set[str]) -> str:
    """Why the next run does not use an entry: ``other_code``, ``other_data``; empty where it may."""
    if entry.version != store.version:
        return "other_code"
    return "" if recordings_in(entry) & ids else "other_data"


_COUNTS = ("entries", "mb", "present", "present_mb", "other_code", "other_data")


def _texts(about: Any) -> Iterator[str]:
    if isinstance(about, str):
        yield about
    elif isinstance(about, dict):
        for value in about.values():
            yield from _texts(value)
    elif isinstance(about, list):
        for value in about:
            yield from _texts(value)
