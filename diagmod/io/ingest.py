"""One file of a plant into one waveform file, whatever its format, in bounded memory.

A text of numbers is streamed, however long it is. What cannot be streamed, and every other format, is read whole up
to a limit. Both ways take the same columns, units and rates, and say what they concluded.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np

from diagmod.core.recording import PHASES
from diagmod.io.comtrade_files import companions_of
from diagmod.io.declarations import Declared
from diagmod.io.foreign_formats import foreign_format
from diagmod.io.hashes import file_sha256
from diagmod.io.ingested import Ingested
from diagmod.io.packed_texts import ARCHIVES, is_packed, open_text
from diagmod.io.reader_sources import Source
from diagmod.io.readers import is_known_format
from diagmod.io.recording_files import RecordingFile, read_table, recording_of
from diagmod.io.refusals import UnreadableRecording, too_large
from diagmod.io.table_files import MAX_BYTES, is_text_table
from diagmod.io.text_plan import HEAD_BYTES, plan_text
from diagmod.io.text_stream import stream_text
from diagmod.io.waveforms import ROW_GROUP, WaveformWriter

#: Share of a large file that must be on the disk; a file with less of it was never written.
_WRITTEN_SHARE = 0.125


def ingest_recording(source: Path, target: Path, declared: Declared | None = None) -> Ingested:
    """Read one recording and write its waveform.

    Parameters
    ----------
    source : Path
        Any format of :mod:`diagmod.io.readers`.
    target : Path
        Waveform file to write; it appears only when complete.
    declared : Declared, optional
        What the file does not say itself, or says wrong. The sampling rate may stay unknown.

    Raises
    ------
    UnreadableRecording
        The file cannot be read, or what it holds is ambiguous; one sentence.
    """
    declared = declared or Declared()
    try:
        head = text_head(source, declared)
        if head and (plan := plan_text(head, source.name, declared)) is not None:
            return stream_text(source, target, plan, declared)
    except UnreadableRecording:
        if source.stat().st_size > MAX_BYTES:
            raise
    return _ingest_whole(source, target, declared)


def recording_sha256(source: Path) -> str:
    """Hash of a recording: that of its file, or of its files where a format needs several."""
    companions = companions_of(source)
    if not companions:
        return file_sha256(source)
    hashes = [file_sha256(path) for path in (source, *companions)]
    return hashlib.sha256("".join(hashes).encode()).hexdigest()


def refuse_hopeless(source: Path) -> None:
    """Refuse a file that is too large to be read whole and no text, before a byte more of it is read.

    Raises
    ------
    UnreadableRecording
        It cannot be read in bounded memory.
    """
    if _is_mostly_unwritten(source):
        raise UnreadableRecording(
            f"{source.name} is mostly unwritten: the disk holds nothing where its samples should be; copy it again"
        )
    if source.stat().st_size <= MAX_BYTES or is_known_format(
        Source(name=source.name, path=source, max_bytes=MAX_BYTES)
    ):
        return  # a reader of its own bounds what it takes
    head = text_head(source, Declared())
    if not head or b"\0" in head:
        raise too_large(source.name, MAX_BYTES)


def _is_mostly_unwritten(source: Path) -> bool:
    """Whether a large file has next to nothing on the disk; to read it all the same would take hours of zeros."""
    stat = source.stat()
    if stat.st_size <= MAX_BYTES or 512 * stat.st_blocks > _WRITTEN_SHARE * stat.st_size:
        return False
    with source.open("rb") as stream:  # a file system that packs its files holds them in few blocks too
        return os.lseek(stream.fileno(), 0, os.SEEK_HOLE) < stat.st_size


def text_head(source: Path, declared: Declared) -> bytes:
    """Whole lines of the beginning of a text, packed or not; empty for what is no text that could be streamed.

    Raises
    ------
    UnreadableRecording
        The file cannot be opened.
    """
    if declared.sheet is not None:
        return b""
    try:
        if not source.is_file():
            return b""
        if is_packed(source):
            head = _packed_head(source)
        else:
            with source.open("rb") as stream:
                head = stream.read(HEAD_BYTES + 1) if is_text_table(source) else b""
    except OSError as exc:
        raise UnreadableRecording(
            f"{source.name} cannot be opened ({exc.strerror}); check path and permissions"
        ) from exc
    if not head.strip():
        return b""
    return head if len(head) <= HEAD_BYTES else head[: head.rfind(b"\n") + 1]


def _packed_head(source: Path) -> bytes:
    """The beginning of a text in an archive; empty where the whole must tell what it holds."""
    try:
        with open_text(source) as stream:
            head = stream.read(HEAD_BYTES + 1)
    except UnreadableRecording:
        return b""  # the reading of the whole says what is wrong
    inner = Source(name=source.name, unpacked=head, max_bytes=MAX_BYTES)
    is_text = not head.startswith(ARCHIVES) and foreign_format(head) is None and not is_known_format(inner)
    return head if is_text else b""


def _ingest_whole(source: Path, target: Path, declared: Declared) -> Ingested:
    table = read_table(source, declared)
    recording = recording_of(table, declared)
    taken = {phase: k for k, phase in enumerate(PHASES) if recording.columns[k]}
    with WaveformWriter(target, "".join(taken)) as writer:
        for begin in range(0, recording.currents.shape[1], ROW_GROUP):
            piece = recording.currents[:, begin : begin + ROW_GROUP].astype(np.float32)
            writer.append({phase: piece[k] for phase, k in taken.items()})
    return Ingested(
        sha256=recording_sha256(source),
        n_bytes=source.stat().st_size,
        n_samples=writer.n_rows,
        phases="".join(taken),
        unit=recording.unit,
        dialect=recording.format,
        columns={phase: recording.columns[k] for phase, k in taken.items()},
        tallies=writer.tallies(),
        time_column=recording.time_column,
        rates=recording.rates,
        unit_conflict=recording.unit_conflict,
        n_left_out=recording.n_left_out,
        started_at=_iso(recording),
        notes=recording.notes,
    )


def _iso(recording: RecordingFile) -> str:
    return "" if recording.started_at is None else recording.started_at.isoformat()
