"""Good recordings of every kind, damaged at random: each is read, or refused in one sentence.

A good file must give the very samples that were written. Of a damaged one nothing more can be asked than
that what is read is a recording, and that no other exception than the refusal comes out.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from ingest_mutations import mutate
from recording_texts import FS, SECONDS, R, S, T, text_of

from diagmod.io.csv_ingest import UnreadableRecording
from diagmod.io.recording_files import Declared, RecordingFile, read_recording_file

#: Longest sentence of a refusal, in characters; those that list columns are long.
MAX_SENTENCE = 600


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["t", "I_R", "I_S", "I_T"])
    for row in zip(SECONDS, R, S, T, strict=True):
        book.active.append([float(cell) for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _written(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


_STAMPS = [f"2026-01-31T08:00:00.{round(1000 * s):03d}" for s in SECONDS]
_TEXTS = (
    text_of("t,I_R,I_S,I_T", SECONDS, R, S, T),
    text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";", decimal=","),
    "# logger\n" + text_of("time\tL1\tL2\tL3\ns\tA\tA\tA", SECONDS, R, S, T, mark="\t"),
    text_of("time;I_R;I_S;I_T", _STAMPS, R, S, T, mark=";"),
    "".join(f'"{line}"\n' for line in text_of("t,R,S,T", SECONDS, R, S, T).splitlines()),
    text_of("  t   R   S   T", SECONDS, R, S, T, mark="   "),
)
_PACKED = (
    gzip.compress(_TEXTS[0].encode()),
    _workbook(),
    _written(lambda target: pq.write_table(pa.table({"t": SECONDS, "R": R, "S": S, "T": T}), target)),
    _written(lambda target: np.savez(target, currents=np.array([R, S, T]), fs=FS)),
    _written(lambda target: np.save(target, np.array([SECONDS, R, S, T]))),
)
#: What a user may declare beside; the last needs it to choose among unnamed columns.
_DECLARED = (Declared(), Declared(), Declared(fs=FS), Declared(fs=FS, phase_columns=("2", "3", "4")))


def good_file(rng: random.Random) -> bytes:
    """A recording without fault."""
    if rng.random() < 0.35:
        return rng.choice(_PACKED)
    text = rng.choice(_TEXTS)
    return text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16")))


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content after some damage; of a packed file often its members, with good checksums."""
    if content.startswith(b"PK") and rng.random() < 0.7:
        return _with_damaged_member(content, rng)
    if content.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        return gzip.compress(mutate(gzip.decompress(content), rng))
    return mutate(content, rng)


def _with_damaged_member(content: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice([*members, *[name for name in members if "sheet1" in name] * 5])
    members[name] = mutate(members[name], rng)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member, inner in members.items():
            archive.writestr(member, inner)
    return target.getvalue()


def check_seed(seed: int, folder: Path) -> str:
    """Read one file, damaged or not; returns "read" or "refused"."""
    rng = random.Random(seed)
    good = good_file(rng)
    content = damaged(good, rng) if rng.random() < 0.95 else good
    declared = rng.choice(_DECLARED)
    path = folder / "x.dat"
    path.write_bytes(content)
    where = f"seed {seed}, {declared}: {content[:300]!r}"
    try:
        recording = read_recording_file(path, declared)
    except UnreadableRecording as exc:
        sentence = str(exc)
        assert content != good or not good.startswith(b"\x93NUMPY") or declared.fs is None, (
            f"refused a good file: {where}"
        )
        assert "\n" not in sentence and len(sentence) < MAX_SENTENCE, f"no sentence: {sentence!r}: {where}"
        assert "x.dat" in sentence, f"the file is not named: {sentence!r}: {where}"
        return "refused"
    _check_recording(recording, where)
    if content == good:
        np.testing.assert_array_equal(recording.currents, [R, S, T], err_msg=where)
        assert recording.fs == FS or abs(recording.fs / FS - 1) < 1e-9, where
    return "read"


def _check_recording(recording: RecordingFile, where: str) -> None:
    n = recording.currents.shape[1]
    assert recording.currents.shape == (3, n) and n > 1, where
    assert not np.isinf(recording.currents).any() and np.isfinite(recording.currents).any(), where
    assert 0 < recording.fs < np.inf, where
    assert recording.stamps_s is None or recording.stamps_s.shape == (n,), where
    present = np.isfinite(recording.currents).any(axis=1)
    assert present.tolist() == [bool(column) for column in recording.columns], where
    assert not any("\n" in note for note in recording.notes), where
