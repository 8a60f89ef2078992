"""LabVIEW files: channels in groups, each with its own rate, start and unit.

npTDMS applies the scaling that the file states. Start times are UTC by the format's definition.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.io.column_tables import Table
from diagmod.io.named_arrays import NamedArray, is_rate_name, table_of_arrays
from diagmod.io.reader_sources import Reader, Source, begins_with
from diagmod.io.refusals import UnreadableRecording, first_line, too_large

#: What the library raises on damage.
_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, EOFError, OSError, struct.error, AttributeError, OverflowError,
    MemoryError, NotImplementedError, RuntimeError, ZeroDivisionError, AssertionError,
)  # fmt: skip

#: Years before this one stand for a start that was not set.
_FIRST_YEAR = 1970


def read_tdms(source: Source) -> Table:
    """Columns of the channels that are one recording.

    Raises
    ------
    UnreadableRecording
        The file is damaged or too large, or holds several recordings.
    """
    import nptdms

    logging.getLogger("nptdms").setLevel(logging.ERROR)
    nptdms.log.log_manager.set_level(logging.ERROR)  # what it warns of is said in a note
    notes: list[str] = []
    with source.open() as stream:
        try:
            with nptdms.TdmsFile.open(stream) as file:
                channels = [channel for group in file.groups() for channel in group.channels()]
                kept = [channel for channel in channels if _is_numeric(channel)]
                n_common = _common_length(file, kept, notes)
                arrays = [_array(channel, source, n_common) for channel in kept]
                rates = {key: float(value) for key, value in file.properties.items() if _is_rate(key, value)}
                if left := [channel.name for channel in channels if channel not in kept and len(channel)]:
                    notes.append(f"channels without real numbers were left out: {repr(', '.join(left[:12]))[1:-1]}")
                return table_of_arrays(arrays, source, "TDMS", rates=rates, notes=notes)
        except UnreadableRecording:
            raise
        except _DAMAGE as exc:
            raise UnreadableRecording(
                f"{source.name} is a damaged TDMS file ({first_line(exc)}); copy it again, or export it as CSV"
            ) from exc


def _is_numeric(channel: Any) -> bool:
    return len(channel) > 1 and np.dtype(channel.dtype).kind in "iuf"


def _common_length(file: Any, channels: list[Any], notes: list[str]) -> int | None:
    """Samples that every channel has where the last segment is cut short; else None."""
    if not file.file_status.incomplete_final_segment or not channels:
        return None
    notes.append("the file ends before the samples that it announces; those that every channel has were read")
    return min(len(channel) for channel in channels)


def _array(channel: Any, source: Source, n_common: int | None) -> NamedArray:
    properties = channel.properties
    step = properties.get("wf_increment")
    n = len(channel) if n_common is None else n_common
    return NamedArray(
        path=f"{channel.group_name}/{channel.name}",
        name=channel.name,
        shape=(n,),
        load=_loader(channel, n, source),
        unit=str(properties.get("unit_string") or properties.get("NI_UnitDescription") or ""),
        fs=1.0 / float(step) if isinstance(step, int | float) and np.isfinite(step) and step > 0.0 else None,
        started_at=_start(properties),
    )


def _loader(channel: Any, n: int, source: Source) -> Callable[[], NDArray[Any]]:
    def load() -> NDArray[Any]:
        if 8 * n > source.max_bytes:
            raise too_large(source.name, source.max_bytes)
        return np.asarray(channel[:n])

    return load


def _is_rate(key: str, value: object) -> bool:
    return is_rate_name(key) and isinstance(value, int | float) and np.isfinite(value)


def _start(properties: dict[str, Any]) -> datetime | None:
    """Time of the first sample in UTC; None where it is not set."""
    start, offset = properties.get("wf_start_time"), properties.get("wf_start_offset", 0.0)
    if not isinstance(start, np.datetime64) or not isinstance(offset, int | float) or not np.isfinite(offset):
        return None
    moment = (start.astype("datetime64[us]") + np.timedelta64(round(float(offset) * 1e6), "us")).item()
    return moment.replace(tzinfo=UTC) if isinstance(moment, datetime) and moment.year >= _FIRST_YEAR else None


#: How these files are told and read.
TDMS = Reader(
    name="TDMS", what="a LabVIEW TDMS file", suffixes=(".tdms",), recognises=begins_with(b"TDSm"), read=read_tdms,
    modules=("nptdms",), extra="tdms",
)  # fmt: skip
