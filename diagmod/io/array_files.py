"""NumPy and Parquet files into columns. Nothing in them is executed: arrays are loaded without pickles."""

from __future__ import annotations

import io
import tokenize
import warnings
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.io.column_tables import Column, Table
from diagmod.io.named_arrays import NamedArray, columns_of, is_rate_name, squeezed, table_of_arrays
from diagmod.io.reader_sources import Reader, Source, begins_with
from diagmod.io.refusals import ZIP_DAMAGE, UnreadableRecording, first_line, too_large
from diagmod.io.text_dialects import MISSING, STAMP

#: Parquet counts its times from here.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_npy(source: Source) -> Table:
    """Columns of one array.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or its array is no table of real numbers.
    """
    values = _load(source.content, source.name)
    notes: list[str] = []
    array = NamedArray(path="", name="", shape=values.shape, load=lambda: values)
    columns = columns_of(array, source.name, notes)
    return Table(source.name, tuple(columns), tuple(notes), format="NPY")


def read_npz(source: Source) -> Table:
    """Columns of the arrays of an archive that are one recording; a number of a usual name is its sampling rate.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or its arrays do not belong together.
    """
    source.limit_members(source.max_bytes)
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            members = {m.removesuffix(".npy"): archive.read(m) for m in archive.namelist()}
    except ZIP_DAMAGE as exc:
        raise UnreadableRecording(f"{source.name} is a damaged archive ({first_line(exc)}); save it again") from exc
    arrays = {key: _load(member, f"{key} in {source.name}") for key, member in members.items()}
    rates = {
        key: float(array.reshape(())[()]) for key, array in arrays.items() if is_rate_name(key) and _is_number(array)
    }
    signals = [_named(key, array) for key, array in arrays.items() if array.size > 1]
    if not signals:
        raise UnreadableRecording(f"{source.name} holds no array of samples (it has {', '.join(arrays) or 'none'})")
    return table_of_arrays(signals, source, "NPZ", rates=rates, notes=[])


def read_parquet(source: Source) -> Table:
    """Columns of a Parquet file.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or takes more than the limit with eight bytes a cell.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(source.content))
        if 8 * file.metadata.num_rows * file.metadata.num_columns > source.max_bytes:
            raise too_large(source.name, source.max_bytes)
        table = file.read()
        columns = [_arrow_column(n, cells) for n, cells in zip(table.column_names, table.columns, strict=True)]
    except (pa.ArrowException, OSError) as exc:
        raise UnreadableRecording(
            f"{source.name} is a damaged Parquet file ({first_line(exc)}); copy it again"
        ) from exc
    return Table(source.name, tuple(columns), format="Parquet")


def _arrow_column(name: str, cells: pa.ChunkedArray) -> Column:
    kind = cells.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        unit = pa.timestamp("ns") if pa.types.is_timestamp(kind) else pa.duration("ns")
        ticks = cells.cast(unit).cast(pa.int64())
        start = ticks[0].as_py() or 0 if len(ticks) else 0
        filled = ticks.fill_null(start).to_numpy() - start
        missing = cells.is_null().to_numpy()
        seconds = np.where(missing, np.nan, filled / 1e9)
        has_zone = pa.types.is_timestamp(kind) and kind.tz is not None and len(ticks) and not missing[0]
        started_at = _EPOCH + timedelta(microseconds=start // 1000) if has_zone else None
        return Column(name, seconds, unit="s", is_stamp=True, started_at=started_at)
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


def _is_number(array: NDArray[Any]) -> bool:
    return array.size == 1 and array.dtype.kind in "iuf"


def _named(key: str, array: NDArray[Any]) -> NamedArray:
    shape = array.shape if array.dtype.names else squeezed(array.shape)
    return NamedArray(path=key, name=key, shape=shape, load=lambda: array)


def _is_npz(source: Source) -> bool:
    return bool(source.members) and all(member.endswith(".npy") for member in source.members)


#: How these formats are told and read.
NPZ = Reader(name="NPZ", what="an archive of NumPy arrays", suffixes=(".npz",), recognises=_is_npz, read=read_npz)
NPY = Reader(name="NPY", what="a NumPy array", suffixes=(".npy",), recognises=begins_with(b"\x93NUMPY"), read=read_npy)
PARQUET = Reader(
    name="Parquet", what="a Parquet file", suffixes=(".parquet", ".pq"), recognises=begins_with(b"PAR1"),
    read=read_parquet,
)  # fmt: skip
