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
from measurement_files import cff, comtrade, hdf5, mat5, mat73, tdms, uff, wav
from recording_texts import FS, SECONDS, R, S, T, text_of

from diagmod.io.recording_files import Declared, RecordingFile, read_recording_file
from diagmod.io.refusals import UnreadableRecording

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
_PHASES = {"I_R": R, "I_S": S, "I_T": T}
_MILLI = [np.rint(1000 * phase) for phase in (R, S, T)]
_CHANNELS = [f"I{name},{name},M7,A,0.001,0,0,-32767,32767,1,1,P" for name in "ABC"]


def _comtrade(kind: str) -> bytes:
    return cff(*comtrade(_MILLI, _CHANNELS, kind=kind, year="2013", behind="1\r\n0,0\r\n0,0"), kind)


#: Files of measurement programs, none of which has a time column first.
_MEASURED = (
    tdms({f"Log/{name}": phase for name, phase in _PHASES.items()}, step_s=1 / FS),
    hdf5(_PHASES | {"fs": FS}),
    hdf5({"run/currents": np.array([R, S, T])}, {"run": {"fs": FS}}, compression="gzip", shuffle=True),
    mat5(_PHASES | {"fs": FS}),
    mat5({"run": {"currents": np.array([R, S, T]).T, "fs": FS}}, is_packed=False),
    mat73({"run": _PHASES | {"fs": FS, "note": "by hand"}}),
    wav(np.array(_MILLI).T.astype(np.int16), round(FS)),
    wav(np.array(_MILLI).T.astype(np.float32), round(FS)),
    *(_comtrade(kind) for kind in ("ASCII", "BINARY", "BINARY32", "FLOAT32")),
    uff(_PHASES, SECONDS),
    uff(_PHASES, SECONDS, is_binary=True),
    gzip.compress(hdf5(_PHASES | {"fs": FS})),
)
#: What a user may declare beside; the last needs it to choose among unnamed columns.
_DECLARED = (Declared(), Declared(), Declared(fs=FS), Declared(fs=FS, phase_columns=("2", "3", "4")))


def good_file(rng: random.Random) -> bytes:
    """A recording without fault."""
    if (kind := rng.random()) < 0.65:
        return rng.choice(_PACKED if kind < 0.25 else _MEASURED)
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
    declared = rng.choice(_DECLARED[:3] if good in _MEASURED else _DECLARED)
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
        expected = _MILLI if good.startswith(b"RIFF") else [R, S, T]
        np.testing.assert_allclose(recording.currents, expected, rtol=1e-12, err_msg=where)
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
