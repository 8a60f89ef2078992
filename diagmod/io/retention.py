"""Waveforms kept, or made again when they are asked for.

The waveforms of a large data set may take more room than one wants to give them (`load.keep_waveforms: false`).
Whoever needs one takes it through `waveform_of`: from the folder of the waveforms where it is there, else from the
original, read as it was read when it was loaded, and only if it is still the same file.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any

from diagmod.io.dataset_files import DatasetError
from diagmod.io.declarations import Declared
from diagmod.io.hashes import file_sha256
from diagmod.io.ingest import ingest_recording
from diagmod.io.refusals import UnreadableRecording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from diagmod.io.ingested import Ingested
    from diagmod.io.store import Store

#: Columns of the catalogue that say what a recording is and how it was read; `reading` and what follows from it may
#: be absent in a catalogue made by hand.
RECORDING_COLUMNS = ("recording_id", "motor_id", "file", "sha256", "reading")


@dataclass(frozen=True)
class Originals:
    """Where the files of the catalogue lie, for waveforms that were not kept.

    Attributes
    ----------
    folder : Path
        The data set in ``data/raw``, or the folder of its originals where they are referenced.
    ingest : callable
        Reads one file into one waveform, see :func:`diagmod.io.ingest.ingest_recording`.
    """

    folder: Path
    ingest: Callable[[Path, Path, Declared], Ingested] = ingest_recording


def reading_text(declared: Declared) -> str:
    """Settings of one reading as the catalogue keeps them: JSON of what was declared.

    Examples
    --------
    >>> reading_text(Declared(decimal=",", phase_columns=("I_R", "I_S")))
    '{"decimal": ",", "phase_columns": ["I_R", "I_S"]}'
    """
    defaults = {field.name: field.default for field in fields(Declared) if field.default is not MISSING}
    given = {name: getattr(declared, name) for name in defaults}
    return json.dumps({name: value for name, value in given.items() if value != defaults[name]}, sort_keys=True)


def declared_of(reading: str) -> Declared:
    """The settings again.

    Raises
    ------
    DatasetError
        It is not what :func:`reading_text` made.
    """
    try:
        given = json.loads(reading)
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        return Declared(**settings)
    except (ValueError, TypeError, AttributeError) as exc:
        raise DatasetError(
            f"the catalogue says {reading[:80]!r} on how a file was read, which is damaged; rebuild it with `dvc repro`"
        ) from exc


def recordings_of(catalogue: pd.DataFrame, *more: str) -> list[dict[str, Any]]:
    """Rows of the catalogue as work items, with what names the recording and further columns."""
    columns = [name for name in (*RECORDING_COLUMNS, *more) if name in catalogue]
    return [{str(name): cell for name, cell in row.items()} for row in catalogue[columns].to_dict("records")]


def waveform_identity(row: Mapping[str, Any], waveforms: Path) -> dict[str, str]:
    """What tells one waveform from another: the original and how it was read, or else the waveform's own bytes.

    Parameters
    ----------
    row : mapping
        Row of the catalogue. The hash of the file alone would not do: under another order of the columns it is
        another waveform.
    waveforms : Path
        Folder with one Parquet file a recording.
    """
    if row.get("sha256") and isinstance(row.get("reading"), str):
        return {"sha256": row["sha256"], "reading": row["reading"]}
    return {"waveform": file_sha256(waveforms / f"{row['recording_id']}.parquet")}


@contextmanager
def waveform_of(row: Mapping[str, Any], waveforms: Path, store: Store, originals: Originals | None) -> Iterator[Path]:
    """Waveform file of a recording, for as long as the context lasts.

    Parameters
    ----------
    row : mapping
        Row of the catalogue.
    waveforms : Path
        Folder of the waveforms that were kept.
    store : Store
        Its drafts take a waveform made again; nothing of it stays.
    originals : Originals or None
        None where every waveform was kept.

    Raises
    ------
    DatasetError
        The waveform was not kept and the original is not there, cannot be read, or has changed since it was loaded.
    """
    kept = waveforms / f"{row['recording_id']}.parquet"
    if kept.is_file():
        yield kept
        return
    if originals is None or not isinstance(row.get("reading"), str):
        raise DatasetError(
            f"the waveform of {row.get('file', kept.stem)} was not kept; rebuild it with `dvc repro load`"
        )
    with store.draft() as draft:
        yield _made_again(row, originals, draft / kept.name)


def _made_again(row: Mapping[str, Any], originals: Originals, target: Path) -> Path:
    cure = "has it changed since it was loaded? run `dvc repro load`"
    source = originals.folder / row["file"]
    if not source.resolve().is_relative_to(originals.folder.resolve()) or not source.is_file():
        raise DatasetError(f"the waveform of {row['file']} was not kept and the file is not in its data set any more")
    try:
        found = originals.ingest(source, target, declared_of(row["reading"])).sha256
    except UnreadableRecording as exc:
        raise DatasetError(f"{row['file']} cannot be read again ({exc}); {cure}") from exc
    if found != row["sha256"]:
        raise DatasetError(f"{row['file']} has hash {found[:16]}, the catalogue says {row['sha256'][:16]}; {cure}")
    return target
