"""What the beginning of a file tells of the recording in it, before it is read whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diagmod.io.declarations import Declared
from diagmod.io.ingest import text_head
from diagmod.io.recording_files import read_table, recording_of
from diagmod.io.text_plan import read_beginning


@dataclass(frozen=True)
class Glance:
    """A recording at first sight.

    Attributes
    ----------
    fs : float or None
        Sampling rate in Hz, declared or as the file tells; None where nothing tells.
    columns : tuple of str
        Columns of R, S, T; empty text for an absent phase.
    unit : str
        "A", or what the samples are instead.
    dialect : str
        How the file is written.
    started_at : str
        Time of the first sample where the file states it with its zone, ISO 8601 in UTC; else empty.
    notes : tuple of str
        What was concluded, left out or converted.
    """

    fs: float | None
    columns: tuple[str, ...]
    unit: str
    dialect: str
    started_at: str
    notes: tuple[str, ...]


def glance(path: Path, declared: Declared) -> Glance:
    """Look at a recording: at the beginning of a text, at the whole of any other file.

    Parameters
    ----------
    path : Path
        Any format of :mod:`diagmod.io.readers`.
    declared : Declared
        What the file does not say itself, or says wrong.

    Raises
    ------
    UnreadableRecording
        The file cannot be read, or what it holds is ambiguous. A rate that nothing tells is no reason.
    """
    head = text_head(path, declared)
    begun = read_beginning(head, path.name, declared) if head else None
    found = recording_of(read_table(path, declared) if begun is None else begun, declared)
    started_at = "" if found.started_at is None else found.started_at.isoformat()
    notes = (*found.notes, *found.rates.contradictions())
    return Glance(found.rates.fs, found.columns, found.unit, found.format, started_at, notes)
