"""Small files of measurement programs, each written by the library of its format, that the tests of the readers use."""

from __future__ import annotations

import gc
import io
import struct
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyuff
from nptdms import ChannelObject, RootObject, TdmsWriter
from scipy.io import savemat, wavfile


def tdms(channels: Mapping[str, Any], *, step_s: float | None, start: datetime | None = None, unit: str = "A") -> bytes:
    """A LabVIEW file; names are "group/channel"."""
    target = io.BytesIO()
    properties: dict[str, Any] = {"unit_string": unit} if unit else {}
    if step_s is not None:
        properties["wf_increment"] = step_s
    if start is not None:
        properties["wf_start_time"] = start
    with TdmsWriter(target) as writer:
        objects = [ChannelObject(*name.split("/"), np.asarray(data), properties) for name, data in channels.items()]
        writer.write_segment([RootObject({"operator": "tests"}), *objects])
    return target.getvalue()


def hdf5(arrays: Mapping[str, Any], attributes: Mapping[str, Mapping[str, Any]] | None = None, **storage: Any) -> bytes:
    """An HDF5 file; attributes by the path of their object."""
    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        for path, data in arrays.items():
            file.create_dataset(path, data=data, **(storage if np.size(data) > 1 else {}))
        for path, values in (attributes or {}).items():
            file[path].attrs.update(values)
    return target.getvalue()


def mat5(variables: Mapping[str, Any], *, is_packed: bool = True) -> bytes:
    """A MATLAB file of version 5 (plain) or 7 (packed)."""
    target = io.BytesIO()
    savemat(target, dict(variables), do_compression=is_packed, oned_as="column")
    return target.getvalue()


def mat73(variables: Mapping[str, Any]) -> bytes:
    """A MATLAB file of version 7.3 as MATLAB writes it: its heading, then HDF5 with classes, axes reversed."""
    target = io.BytesIO()
    with h5py.File(target, "w", userblock_size=512) as file:
        for name, value in variables.items():
            _put_73(file, file, name, value)
    heading = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  5 08:00:00 2026 HDF5 schema 1.00 ."
    content = bytearray(target.getvalue())
    content[:128] = heading.ljust(116) + bytes(8) + b"\x00\x02IM"
    return bytes(content)


def _put_73(file: h5py.File, group: h5py.Group, name: str, value: Any) -> None:
    if isinstance(value, dict):
        inside = group.create_group(name)
        inside.attrs["MATLAB_class"] = np.bytes_("struct")
        for field, part in value.items():
            _put_73(file, inside, field, part)
    elif isinstance(value, list):
        references = np.empty((len(value), 1), dtype=h5py.ref_dtype)
        for k, part in enumerate(value):
            _put_73(file, file.require_group("#refs#"), f"{name}{k}", part)
            references[k, 0] = file[f"#refs#/{name}{k}"].ref
        group.create_dataset(name, data=references, dtype=h5py.ref_dtype).attrs["MATLAB_class"] = np.bytes_("cell")
    elif isinstance(value, str):
        data = np.frombuffer(value.encode("utf-16-le"), dtype="<u2")[:, None]
        group.create_dataset(name, data=data).attrs["MATLAB_class"] = np.bytes_("char")
    else:
        data = np.atleast_2d(np.asarray(value, dtype=float))
        group.create_dataset(name, data=data).attrs["MATLAB_class"] = np.bytes_("double")


def wav(samples: Any, fs: int) -> bytes:
    """A sound file of the kind of the samples, shape (n, channels)."""
    target = io.BytesIO()
    wavfile.write(target, fs, np.asarray(samples))
    return target.getvalue()


def uff(columns: Mapping[str, Any], times: Any, *, is_even: bool = True, is_binary: bool = False, **more: Any) -> bytes:
    """A universal file with a record of type 58 for every column."""
    records = []
    for name, values in columns.items():
        record = pyuff.prepare_58(
            binary=int(is_binary), id1=name, func_type=1, rsp_node=1, rsp_dir=1, ref_node=1, ref_dir=1,
            data=np.asarray(values), x=np.asarray(times), num_pts=len(values), abscissa_spacing=int(is_even),
            abscissa_min=float(times[0]), abscissa_inc=float(times[1] - times[0]), z_axis_value=0.0,
            abscissa_spec_data_type=17, abscissa_axis_units_lab="s", ordinate_spec_data_type=1,
            ordinate_axis_units_lab="A", orddenom_spec_data_type=0, z_axis_spec_data_type=0, id2="rig 1",
            id3="31-Jan-26 08:00:00", id4="NONE", id5="NONE", ver_num=0, load_case_id=0, rsp_ent_name="NONE",
            ref_ent_name="NONE", abscissa_len_unit_exp=0, abscissa_force_unit_exp=0, abscissa_temp_unit_exp=0,
            ordinate_len_unit_exp=0, ordinate_force_unit_exp=0, ordinate_temp_unit_exp=0,
            orddenom_axis_units_lab="NONE", z_axis_axis_units_lab="NONE",
        )  # fmt: skip
        records.append({**record, **more})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.uff"
        with warnings.catch_warnings(action="ignore"):  # the library leaves files open
            pyuff.UFF(str(path)).write_sets(records, "add")  # its mode "overwrite" loses the heading of a binary record
            gc.collect()
        return path.read_bytes()


def comtrade(
    stored: Sequence[Sequence[float]], channels: Sequence[str], *, kind: str = "ASCII", rates: str = "1\n1000,{n}",
    year: str = "1999", behind: str = "1", n_status: int = 2, step_us: int = 1000,
) -> tuple[bytes, bytes]:  # fmt: skip
    """Configuration and samples of a recording; ``channels`` are lines behind the channel number.

    Parameters
    ----------
    stored : sequence of shape (n_channels, n)
        Numbers as stored, before their scale.
    behind : str
        Lines behind the kind of the data.
    """
    n = len(stored[0])
    lines = [
        f"station 7,recorder 3{',' + year if year else ''}",
        f"{len(channels) + n_status},{len(channels)}A,{n_status}D",
        *(f"{k},{channel}" for k, channel in enumerate(channels, start=1)),
        *(f"{k},trip {k},,,0" for k in range(1, n_status + 1)),
        "50", rates.format(n=n), "31/01/2026,08:00:00.250000", "31/01/2026,08:00:00.300000", kind, behind,
    ]  # fmt: skip
    if kind == "ASCII":
        rows = (
            ",".join([str(k + 1), str(k * step_us), *(f"{v:.10g}" for v in row), *["0"] * n_status])
            for k, row in enumerate(zip(*stored, strict=True))
        )
        return "\r\n".join([*lines, ""]).encode(), "".join(f"{row}\r\n" for row in rows).encode()
    form = {"BINARY": "h", "BINARY32": "i", "FLOAT32": "f"}[kind]
    words = [0] * -(-n_status // 16)
    cast = float if form == "f" else int
    data = b"".join(
        struct.pack(f"<II{len(channels)}{form}{len(words)}H", k + 1, k * step_us, *map(cast, row), *words)
        for k, row in enumerate(zip(*stored, strict=True))
    )
    return "\r\n".join([*lines, ""]).encode(), data


def cff(config: bytes, data: bytes, kind: str) -> bytes:
    """Configuration and samples as one file."""
    length = "" if kind == "ASCII" else f": {len(data)}"
    return (
        b"--- file type: CFG ---\r\n" + config + b"--- file type: INF ---\r\n\r\n--- file type: HDR ---\r\n\r\n"
        + f"--- file type: DAT {kind}{length} ---\r\n".encode() + data
    )  # fmt: skip
