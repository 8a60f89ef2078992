"""A data set as an attacker, a full disk or a careless hand would leave it: nothing in it is a recording but one file.

Every file claims to be more than it is, lies elsewhere, is no file, or has a name that no table, shell or log
expects. ``python load_hostile.py FOLDER`` loads such a data set and tells what became of it and what it cost.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import posixpath
import resource
import struct
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from load_fuzz import LENIENT, MAX_SENTENCE, START
from measurement_files import cff, comtrade, mat5, tdms, wav
from recording_texts import SECONDS, R, S, T, text_of

from diagmod.io.file_loading import LoadedFile
from diagmod.io.interim import write_interim
from diagmod.io.loading import load_dataset
from diagmod.io.store import Store

#: The one good recording.
GOOD = text_of("t,I_R,I_S,I_T", SECONDS, R, S, T)

#: Sizes in bytes that no disk of this test has.
TEN_GB, ONE_TB = 10 << 30, 1 << 40


def _zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def _claims_size(archive: bytes, size: int) -> bytes:
    """A zip of one member of which both headings state another size."""
    content, central = bytearray(archive), archive.index(b"PK\x01\x02")
    content[22:26] = content[central + 24 : central + 28] = struct.pack("<I", size)
    return bytes(content)


def _gzip_bomb(n_bytes: int) -> bytes:
    piece = gzip.compress(bytes(16 << 20), 9)
    return piece * (n_bytes // (16 << 20))


def _npy(shape: tuple[int, ...]) -> bytes:
    heading = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(heading)) + heading.encode() + bytes(800)


def _hdf5(**storage: object) -> bytes:
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        for name in ("I_R", "I_S", "I_T"):
            file.create_dataset(name, dtype="f8", **storage)
        file["fs"] = 1000.0
    return target.getvalue()


def _parquet_bomb() -> bytes:
    """Hundreds of millions of equal numbers in some kilobytes."""
    target = io.BytesIO()
    column = pa.array(np.zeros(1 << 22))
    table = pa.table(dict.fromkeys(("t", "I_R", "I_S", "I_T"), column))
    with pq.ParquetWriter(target, table.schema, compression="zstd") as writer:
        for _ in range(12):
            writer.write_table(table)
    return target.getvalue()


def _zip_bomb(name: str, piece: bytes, n: int) -> bytes:
    """A zip of one member that is a piece over and over, without the time to pack it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    content, crc = packed * n + zlib.compressobj(9, zlib.DEFLATED, -15).flush(), 0
    for _ in range(n):
        crc = zlib.crc32(piece, crc)
    sizes = struct.pack("<III", crc, len(content), len(piece) * n)
    common = b"\x14\0\0\0\x08\0" + bytes(4) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\x03\x04" + common + name.encode() + content
    central = b"PK\x01\x02\x14\0" + common + bytes(14) + name.encode()
    return local + central + b"PK\x05\x06" + bytes(4) + struct.pack("<HHIIH", 1, 1, len(central), len(local), 0)


def _workbook_bomb() -> bytes:
    """A sheet whose text takes two gigabytes."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append([1.0, 2.0])
    target = io.BytesIO()
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(
        target := io.BytesIO(_zip_bomb("xl/worksheets/sheet1.xml", b"<a>" * (8 << 20), 80)), "a"
    ) as bomb:
        for name in set(members) - {"xl/worksheets/sheet1.xml"}:
            bomb.writestr(name, members[name])
    return target.getvalue()


def contents() -> dict[str, bytes]:
    """Files that are what they are by their content."""
    millis = [np.rint(1000 * row) for row in (R, S, T)]
    config, data = comtrade(millis, [f"I{p},{p},M7,A,0.001,0,0,-32767,32767,1,1,P" for p in "ABC"], kind="BINARY")
    sound, log = wav(np.array(millis).T.astype(np.int16), 1000), tdms({"L/I_R": R, "L/I_S": S}, step_s=1e-3)
    return {
        "bomb.csv.gz": _gzip_bomb(4 << 30),
        "bomb_in_bomb.gz": gzip.compress(_gzip_bomb(4 << 30)),
        "claims_4gb.zip": _claims_size(_zipped({"x.csv": GOOD.encode()}), 0xFFFFFFF0),
        "claims_3_bytes.zip": _claims_size(_zipped({"x.csv": bytes(64 << 20)}), 3),
        "zeros.zip": _zip_bomb("x.csv", bytes(16 << 20), 200),
        "nested.zip": _zipped({"y.zip": _zipped({"x.csv": GOOD.encode()})}),
        "many.zip": _zipped({f"{k}.csv": b"" for k in range(20_000)}),
        "climbs.zip": _zipped({"../../../../tmp/x.csv": text_of("t,I_R,I_S,I_T", SECONDS, S, T, R).encode()}),
        "sheet_bomb.xlsx": _workbook_bomb(),
        "rows.npy": _npy((10**12, 3)), "overflow.npy": _npy((2**62, 2**62)), "negative.npy": _npy((-1, 3)),
        "rows.npz": _zipped({"I_R.npy": _npy((10**10,)), "fs.npy": _npy(())}),
        "bomb.parquet": _parquet_bomb(),
        "not_there.h5": _hdf5(shape=(10**11,), chunks=(1000,)),
        "packed.h5": _hdf5(shape=(1 << 28,), chunks=(1 << 20,), compression="gzip", fillvalue=1.0),
        "rows.wav": sound[:40] + struct.pack("<I", 0xFFFFFFF0) + sound[44:],
        "rows.cff": cff(config.replace(b"1000,60", b"1000,60000000000"), data, "BINARY"),
        "channels.cff": cff(config.replace(b"5,3A,2D", b"999999999,999999997A,2D"), data, "BINARY"),
        "values.tdms": log.replace(struct.pack("<Q", 60), struct.pack("<Q", 1 << 40)),
        "values.mat": mat5({"I_R": R, "fs": 1000.0}, is_packed=False).replace(
            struct.pack("<ii", 60, 1), struct.pack("<ii", 2**31 - 1, 60)
        ),
        "values.uff": b"    -1\n    58\n" + b"x\n" * 5 + b"    4 2147483647  1  0  0.0  1.0E-3 0.0\n" * 6 + b"    -1\n",
        "long_line.csv": b"1," * (8 << 20),
        "quotes.csv": b'"' * (4 << 20),
        "columns.csv": b"\n".join([b",".join([b"1.5"] * 20_000)] * 20),
        "brackets.csv": b"I_R" + b"(" * 100_000 + b"\n1.5\n2.5\n",
        "entity.xlsx": _zipped({
            "[Content_Types].xml": b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 1000 + b"'>]><a>" + b"&b;" * 1000 + b"</a>",
            "xl/workbook.xml": b"<a/>",
        }),
    }  # fmt: skip


def names() -> list[str]:
    """Names of good recordings that no file should have."""
    return [
        "-rf.csv", "new\nline.csv", "bell\x07.csv", "tab\t.csv", "'quoted\".csv", "..hidden.csv", "%s%n.csv",
        "$(id).csv", "a" * 250 + ".csv", "\u202egnp.csv", "nul.csv", "x.csv ", "~", "💡.csv", "<b>.csv", "=cmd.csv",
        "two\r\nlines.csv",
    ]  # fmt: skip


def listed_only() -> list[str]:
    """Names in the manifest under which nothing may be read."""
    return [
        "../outside.csv", "/etc/passwd", "../../../../../etc/passwd", "sub/../../outside.csv", "", ".", "..",
        "a\0b.csv", "a" * 300 + ".csv", "x/" * 3000 + "x.csv", "no_such.csv", "file:///etc/passwd",
        "\\\\host\\share\\x.csv",
    ]  # fmt: skip


def make(folder: Path) -> tuple[list[str], list[str]]:
    """Make the data set; gives the names that the manifest lists, and those of other files."""
    plant = folder / "plant"
    plant.mkdir(parents=True)
    (folder / "outside.csv").write_text(GOOD)
    (plant / "good.csv").write_text(GOOD)
    for name, content in contents().items():
        (plant / name).write_bytes(content)
    for k, name in enumerate(names()):
        (plant / name).write_text(text_of("t,I_R,I_S,I_T", SECONDS, R + k + 1, S, T))
    here = _links_and_holes(plant, folder)
    strays = [b"byte\xff.csv", b"\x80\n.csv"]
    for name in strays:
        (Path(os.fsdecode(os.fsencode(plant) + b"/" + name))).write_text(GOOD)
    listed = ["good.csv", *contents(), *names(), *here, *listed_only()]
    _describe(plant, listed)
    return listed, ["byte\\xff.csv", "\\x80\n.csv"]


def _links_and_holes(plant: Path, folder: Path) -> list[str]:
    """What is no plain file, or is larger than the disk."""
    for name, size, head in (
        ("zeros_10gb.csv", TEN_GB, b""), ("head_1tb.csv", ONE_TB, GOOD.encode()),
        ("head_1tb.npy", ONE_TB, _npy((10, 3))),
        ("head_10gb.parquet", TEN_GB, b"PAR1"), ("head_10gb.gz", TEN_GB, gzip.compress(b"1,2\n" * 99)),
        ("long_head_10gb.csv", TEN_GB, GOOD.encode() * 200), ("head_10gb.cfg", TEN_GB, b"station,7,1999\n5,3A,2D\n"),
    ):  # fmt: skip
        (plant / name).write_bytes(head)
        os.truncate(plant / name, size)
    links = {"passwd.csv": "/etc/passwd", "outside.csv": "../outside.csv", "loop_a.csv": "loop_b.csv",
             "loop_b.csv": "loop_a.csv", "self.csv": "self.csv", "zero.csv": "/dev/zero", "gone.csv": "nowhere.csv",
             "up": "..", "root": "/", "again": "."}  # fmt: skip
    for name, target in links.items():
        (plant / name).symlink_to(target)
    os.mkfifo(plant / "pipe.csv")
    (plant / "folder.csv").mkdir()
    (plant / "locked.csv").write_text(GOOD.replace("I_R", "current_R"))
    (plant / "locked.csv").chmod(0)
    return [
        "zeros_10gb.csv", "head_1tb.csv", "head_1tb.npy", "head_10gb.parquet", "head_10gb.gz", "long_head_10gb.csv",
        "head_10gb.cfg", *links, "up/outside.csv", "root/etc/passwd", "pipe.csv", "folder.csv", "locked.csv",
    ]  # fmt: skip


def _describe(plant: Path, listed: list[str]) -> None:
    (plant / "dataset.yaml").write_text("title: Hall 3\n")
    (plant / "motors.yaml").write_text("motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2}\n")
    with (plant / "recordings.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["file", "motor_id", "started_at", "fs_hz", "phase_columns"])
        for name in listed:
            writer.writerow([name, "M1", START, 1000, "1,2,3" if name.endswith((".wav", ".npy")) else ""])


def load(folder: Path) -> dict[str, Any]:
    """Load it; gives the report, seconds and the largest memory of this process in megabytes."""
    began = time.monotonic()
    seconds: dict[str, float] = {}

    def done(_: int, read: LoadedFile) -> None:
        nonlocal began
        seconds[read.file], began = time.monotonic() - began, time.monotonic()

    out = folder / "interim"
    loaded = load_dataset(folder / "plant", out / "waveforms", Store(folder / "store", "v1"), LENIENT, 1, on_done=done)
    write_interim(loaded, out, {})
    return {
        "report": loaded.report[["file", "status", "reason"]].values.tolist(),
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


#: Files that may be loaded: good ones under strange names or in an archive, and headings that claim too much.
MAY_LOAD = {"good.csv", "climbs.zip", "claims_4gb.zip", "locked.csv", "brackets.csv", "rows.cff", "rows.wav"}

#: Most memory in megabytes, and most seconds for one file.
MAX_MB, MAX_S = 1500, 30.0


def check(found: dict[str, Any], listed: list[str], strays: list[str]) -> None:
    """Every file once, refused in one sentence unless it is a good one, within memory and time."""
    report = found["report"]
    plain = [posixpath.normpath(name) if name else "" for name in listed]
    assert sorted(row[0] for row in report) == sorted([*plain, *strays])
    for name, status, reason in report:
        assert bool(reason) == (status != "loaded"), (name, status, reason)
        assert reason.isprintable() and len(reason) < MAX_SENTENCE, (name, reason)
        may_load = name in MAY_LOAD or name in names()
        assert status != "loaded" or may_load, f"{name!r} was loaded"
        assert status == "loaded" or name not in names(), f"{name!r} was refused: {reason}"
    assert found["peak_mb"] < MAX_MB
    assert max(found["seconds"].values()) < MAX_S, found["seconds"]


def while_changing(path: Path, change: Callable[[int], None], work: Callable[[], object]) -> object:
    """Do something while another thread changes a file again and again."""
    stop = threading.Event()

    def go() -> None:
        k = 0
        while not stop.is_set():
            change(k)
            k += 1

    thread = threading.Thread(target=go)
    thread.start()
    try:
        return work()
    finally:
        stop.set()
        thread.join()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(load(Path(sys.argv[1]))))
