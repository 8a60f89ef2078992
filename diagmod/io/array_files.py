"""NumPy and Parquet files into columns. Nothing in them is executed: arrays are loaded without pickles."""

from __future__ import annotations

import io
import tokenize
import warnings
import zipfile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.io.column_tables import Column, Table
from diagmod.io.csv_ingest import UnreadableRecording
from diagmod.io.refusals import ZIP_DAMAGE, first_line, too_large
from diagmod.io.text_dialects import MISSING, STAMP

#: Channels an array may have; the longer axis is time.
MAX_CHANNELS = 64

#: Names under which an archive of arrays may carry its sampling rate in Hz.
RATE_NAMES = ("fs", "fs_hz", "sampling_rate", "sample_rate")


def read_npy(content: bytes, name: str) -> Table:
    """Columns of one array.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or its array is no table of real numbers.
    """
    notes: list[str] = []
    columns = _columns(_load(content, name), "", name, notes)
    return Table(name, tuple(columns), tuple(notes))


def read_npz(content: bytes, name: str) -> Table:
    """Columns of an archive of arrays of one length; a number among :data:`RATE_NAMES` is its sampling rate.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or its arrays do not belong together.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {m.removesuffix(".npy"): archive.read(m) for m in archive.namelist()}
    except ZIP_DAMAGE as exc:
        raise UnreadableRecording(f"{name} is a damaged archive ({first_line(exc)}); save it again") from exc
    arrays = {key: _load(member, f"{key} in {name}") for key, member in members.items()}
    rate = next((key for key in RATE_NAMES if key in arrays and _is_rate(arrays[key])), None)
    fs = None if rate is None else float(arrays[rate].reshape(())[()])
    notes = [] if rate is None else [f"the sampling rate {fs:g} Hz stands in the file as {rate}"]
    signals = {key: array for key, array in arrays.items() if array.size > 1}
    if not signals:
        raise UnreadableRecording(f"{name} holds no array of samples (it has {', '.join(arrays) or 'none'})")
    columns = [column for key, array in signals.items() for column in _columns(array, key, name, notes)]
    if len({None if column.values is None else column.values.size for column in columns}) > 1:
        shown = ", ".join(f"{key} {array.shape}" for key, array in signals.items())
        raise UnreadableRecording(f"{name} holds arrays of several lengths ({shown}); keep those of one recording")
    return Table(name, tuple(columns), tuple(notes), fs=fs)


def read_parquet(content: bytes, name: str, max_bytes: int) -> Table:
    """Columns of a Parquet file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Name for messages.
    max_bytes : int
        Largest table that is unpacked: eight bytes a cell.

    Raises
    ------
    UnreadableRecording
        The file is damaged or too large.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        if 8 * file.metadata.num_rows * file.metadata.num_columns > max_bytes:
            raise too_large(name, max_bytes)
        table = file.read()
        columns = [_arrow_column(n, cells) for n, cells in zip(table.column_names, table.columns, strict=True)]
    except (pa.ArrowException, OSError) as exc:
        raise UnreadableRecording(f"{name} is a damaged Parquet file ({first_line(exc)}); copy it again") from exc
    return Table(name, tuple(columns))


def _arrow_column(name: str, cells: pa.ChunkedArray) -> Column:
    kind = cells.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        unit = pa.timestamp("ns") if pa.types.is_timestamp(kind) else pa.duration("ns")
        ticks = cells.cast(unit).cast(pa.int64())
        start = ticks[0].as_py() or 0 if len(ticks) else 0
        filled = ticks.fill_null(start).to_numpy() - start
        missing = cells.is_null().to_numpy()
        return Column(name, np.where(missing, np.nan, filled / 1e9), unit="s", is_stamp=True)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Column(name, np.array(cells.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64))
    texts = np.asarray(["" if value is None else str(value) for value in cells.to_pylist()], dtype=object)
    filled = [text for text in texts[:100] if text not in MISSING]
    return Column(name, None, texts, is_stamp=bool(filled) and all(map(STAMP.fullmatch, filled)))


def _load(content: bytes, name: str) -> NDArray[Any]:
    try:
        with warnings.catch_warnings(action="ignore"):  # on headers of old versions
            return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))
    except (ValueError, EOFError, OSError, MemoryError, OverflowError, TypeError, tokenize.TokenError) as exc:
        raise UnreadableRecording(
            f"{name} is no NumPy file of plain numbers ({first_line(exc)}); save it again by numpy.save"
        ) from exc


def _is_rate(array: NDArray[Any]) -> bool:
    return array.size == 1 and array.dtype.kind in "iuf"


def _columns(array: NDArray[Any], key: str, name: str, notes: list[str]) -> list[Column]:
    """Columns of one array: its fields, itself, or its channels, along the longer axis."""
    if array.dtype.names:
        return [Column(field, _floats(array[field], name)) for field in array.dtype.names]
    if array.ndim == 1:
        return [Column(key, _floats(array, name))]
    if array.ndim != 2 or not 0 < min(array.shape) <= MAX_CHANNELS:
        raise UnreadableRecording(
            f"{name} holds an array of shape {array.shape}, expected (n_samples,), (3, n_samples) or (n_samples, 3); "
            "save one recording a file"
        )
    if array.shape[0] == array.shape[1]:
        raise UnreadableRecording(
            f"{name} holds an array of shape {array.shape}, of which the axis of time cannot be told; save more samples"
        )
    notes.append(f"the array has shape {array.shape}; its longer axis was taken as time")
    rows = array if array.shape[0] < array.shape[1] else array.T
    return [Column("", _floats(row, name)) for row in rows]


def _floats(array: NDArray[Any], name: str) -> NDArray[np.float64]:
    if array.dtype.kind not in "iuf" or array.ndim != 1:
        raise UnreadableRecording(
            f"{name} holds {array.dtype} of shape {array.shape}, expected real numbers in a row; save the currents as "
            "float64"
        )
    return array.astype(np.float64)
