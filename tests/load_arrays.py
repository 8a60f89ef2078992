"""Recordings in the formats of measurement programs, each with the samples, rate and start that were written."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from load_texts import RATES, Written, currents
from measurement_files import cff, comtrade, hdf5, mat5, mat73, tdms, uff, wav
from numpy.typing import NDArray

NAMES = ("I_R", "I_S", "I_T")


class Drawn:
    """What a file is to hold: samples in ampere, rate, time."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.fs = rng, float(rng.choice(RATES))
        self.values = np.round(currents(rng, rng.randint(60, 300)), rng.choice((2, 3, 6)))
        self.seconds = np.arange(self.values.shape[1]) / self.fs
        self.by_name = dict(zip(NAMES, self.values, strict=True))
        self.start = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), 12, 30, tzinfo=UTC)

    def written(self, reader: str, content: bytes, suffix: str, **more: Any) -> Written:
        """The recording as a file."""
        samples = self.values.astype(np.float32)
        return Written(reader, content, more.pop("samples", samples), self.fs, suffix=suffix, **more)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def xlsx(drawn: Drawn) -> Written:
    """A workbook, sometimes with a sheet of notes before or behind."""
    book, rng = openpyxl.Workbook(), drawn.rng
    sheet, cells = book.active, {}
    sheet.title = "Data"
    if rng.random() < 0.5:
        book.create_sheet("Info", rng.choice((0, 1))).append(["made by", "logger 7"])
    if rng.random() < 0.3:
        cells["sheet"] = "Data"
    if rng.random() < 0.3:
        sheet.append(["Hall 3"])
    sheet.append(["t (s)", *NAMES])
    for row in zip(drawn.seconds, *drawn.values, strict=True):
        sheet.append([float(cell) for cell in row])
    return drawn.written("XLSX", _saved(book.save), ".xlsx", cells=cells, rate_error=1e-9)


def parquet(drawn: Drawn) -> Written:
    """A Parquet file, its time in numbers, as times with a zone, or not there."""
    kind, rng = drawn.rng.choice(("seconds", "stamps", "none")), drawn.rng
    values = drawn.values.astype(rng.choice((np.float32, np.float64)))
    columns: dict[str, Any] = dict(zip(NAMES, values, strict=True))
    if kind == "seconds":
        columns["time"] = drawn.seconds
    if kind == "stamps":
        times = [drawn.start + timedelta(microseconds=round(1e6 * s)) for s in drawn.seconds]
        columns["time"] = pa.array(times, pa.timestamp("us", "UTC"))
    cells = {"fs_hz": f"{drawn.fs:g}"} if kind == "none" else {}
    content = _saved(lambda t: pq.write_table(pa.table(columns), t, compression=rng.choice(("snappy", "zstd", "gzip"))))
    return drawn.written(
        "Parquet", content, ".parquet", cells=cells, started_at=drawn.start if kind == "stamps" else None
    )


def npy(drawn: Drawn) -> Written:
    """A bare array of either orientation, of any kind of number."""
    kind = drawn.rng.choice((np.float64, np.float32, np.int16, np.int32))
    values = drawn.values.clip(-30_000, 30_000).astype(kind)
    content = _saved(lambda t: np.save(t, values.T if drawn.rng.random() < 0.5 else values))
    cells = {"fs_hz": f"{drawn.fs:g}", "phase_columns": "1,2,3"}
    return drawn.written("NPY", content, ".npy", cells=cells, samples=values.astype(np.float32))


def npz(drawn: Drawn) -> Written:
    """Named arrays with their rate."""
    save = drawn.rng.choice((np.savez, np.savez_compressed))
    return drawn.written("NPZ", _saved(lambda t: save(t, **drawn.by_name, fs=drawn.fs)), ".npz")


def matlab(drawn: Drawn) -> Written:
    """A MATLAB file of version 5, 7 or 7.3."""
    inner: dict[str, Any] = drawn.by_name | {"fs": drawn.fs}
    kind = drawn.rng.choice(("5", "7", "7.3"))
    held = {"run": inner} if drawn.rng.random() < 0.5 else inner
    content = mat73(held) if kind == "7.3" else mat5(held, is_packed=kind == "7")
    return drawn.written(f"MAT {kind}", content, ".mat")


def hdf(drawn: Drawn) -> Written:
    """An HDF5 file, flat or in a group, plain or packed."""
    storage = drawn.rng.choice(({}, {"compression": "gzip", "shuffle": True}, {"chunks": True}))
    group = drawn.rng.choice(("", "run/"))
    arrays = {f"{group}{name}": row for name, row in drawn.by_name.items()} | {f"{group}fs": drawn.fs}
    return drawn.written("HDF5", hdf5(arrays, **storage), ".h5")


def labview(drawn: Drawn) -> Written:
    """A TDMS file that states its step and sometimes its start."""
    start = drawn.start if drawn.rng.random() < 0.5 else None
    channels = {f"Log/{name}": row for name, row in drawn.by_name.items()}
    content = tdms(channels, step_s=1 / drawn.fs, start=start and start.replace(tzinfo=None))
    return drawn.written("TDMS", content, ".tdms", started_at=start)


def sound(drawn: Drawn) -> Written:
    """A sound file of whole numbers or of floats."""
    kind = drawn.rng.choice((np.int16, np.int32, np.float32))
    values = drawn.values.clip(-30_000, 30_000).astype(kind)
    cells = {"phase_columns": "1,2,3"}
    return drawn.written("WAV", wav(values.T, round(drawn.fs)), ".wav", cells=cells, samples=values.astype(np.float32))


def recorder(drawn: Drawn) -> Written:
    """A COMTRADE recording, as one file or as two."""
    kind = drawn.rng.choice(("ASCII", "BINARY", "BINARY32", "FLOAT32"))
    stored = np.rint(drawn.values * (30_000 / np.abs(drawn.values).max()))
    channels = [f"I{name},{name},M7,A,0.01,0,0,-32767,32767,1,1,P" for name in "ABC"]
    step_us = round(1e6 / drawn.fs)
    config, data = comtrade(
        stored.tolist(), channels, kind=kind, year="2013", behind="1\r\n0,0\r\n0,0", rates=f"1\n{drawn.fs:g},{{n}}",
        step_us=step_us,
    )  # fmt: skip
    samples = (stored * 0.01).astype(np.float32)
    if drawn.rng.random() < 0.5:
        return drawn.written(f"COMTRADE {kind}", cff(config, data, kind), ".cff", samples=samples)
    return drawn.written(f"COMTRADE {kind} pair", config, ".cfg", samples=samples, beside={".dat": data})


def universal(drawn: Drawn) -> Written:
    """A universal file of either kind."""
    return drawn.written("UFF", uff(drawn.by_name, drawn.seconds, is_binary=drawn.rng.random() < 0.5), ".uff")


MAKERS = (xlsx, parquet, npy, npz, matlab, hdf, labview, sound, recorder, universal)


def good_array(rng: random.Random) -> Written:
    """A recording of a random format."""
    return rng.choice(MAKERS)(Drawn(rng))


def packed(written: Written, rng: random.Random) -> Written:
    """The same recording in a gzip or a zip."""
    if rng.random() < 0.5 and not written.beside:
        return replace(written, content=gzip.compress(written.content), suffix=f"{written.suffix}.gz")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        archive.writestr(f"rec{written.suffix}", written.content)
        for suffix, content in written.beside.items():
            archive.writestr(f"rec{suffix}", content)
    return replace(written, content=target.getvalue(), suffix=".zip", beside={})


def sample_bytes(samples: NDArray[np.float32]) -> bytes:
    """Samples for an exact comparison; every NaN is the same, and so is every zero."""
    return np.where(np.isnan(samples), np.float32(np.nan), samples + np.float32(0.0)).tobytes()
