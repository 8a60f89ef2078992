"""Waveform files: one Parquet a recording, three float32 columns, an absent phase NaN.

They are written block by block, so that memory does not grow with the recording, and their row groups do not
depend on the blocks: the same samples are the same bytes. What the quality rules need is counted on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.core.tally import PhaseCounter, Tally

#: How waveforms are written: float32 columns whose bytes are split compress best (README of data/).
WAVEFORM_WRITING: dict[str, Any] = {
    "compression": "zstd",
    "use_dictionary": False,
    "column_encoding": "BYTE_STREAM_SPLIT",
    "write_statistics": False,
}

#: Columns of a waveform file, in the order of the phases.
WAVEFORM_COLUMNS = tuple(f"current_{phase}" for phase in PHASES)

#: Rows of a Parquet row group, whatever the blocks: the same samples give the same bytes.
ROW_GROUP = 1 << 18

_SCHEMA = pa.schema([(name, pa.float32()) for name in WAVEFORM_COLUMNS])


def read_waveform(path: Path, phases: str = "RST") -> NDArray[np.float32]:
    """Currents of a waveform file, float32, shape (n_phases, n_samples), absent phase NaN; only ``phases`` are read."""
    table = pq.read_table(path, columns=[f"current_{phase}" for phase in phases])
    return np.stack([column.to_numpy() for column in table.columns])


class WaveformWriter:
    """Writes a waveform block by block and counts its phases; the file appears only when all went well.

    Parameters
    ----------
    target : Path
        Parquet file to write.
    phases : str
        Letters of the phases that are there, for example "RST".
    """

    def __init__(self, target: Path, phases: str) -> None:
        self._target, self._draft = target, target.with_name(f"{target.name}.part")
        self._counters = {phase: PhaseCounter() for phase in PHASES if phase in phases}
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self.n_rows = 0

    def __enter__(self) -> Self:
        self._writer = pq.ParquetWriter(self._draft, _SCHEMA, **WAVEFORM_WRITING)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush(everything=True)
            if self._writer is not None:
                self._writer.close()
            if kind is None:
                self._draft.replace(self._target)
        finally:
            self._draft.unlink(missing_ok=True)

    def append(self, block: Mapping[str, NDArray[np.float32]]) -> None:
        """Write and count the next samples: an array of shape (n,) for every phase that is there."""
        n = len(next(iter(block.values())))
        for phase, samples in block.items():
            self._counters[phase].update(samples)
        absent = np.full(n, np.nan, dtype=np.float32) if len(block) < len(PHASES) else None
        self._waiting.append(pa.table([block.get(phase, absent) for phase in PHASES], names=list(WAVEFORM_COLUMNS)))
        self.n_rows += n
        self._flush(everything=False)

    def tallies(self) -> dict[str, Tally]:
        """Counts of every phase that is there, so far."""
        return {phase: counter.tally() for phase, counter in self._counters.items()}

    def _flush(self, *, everything: bool) -> None:
        """Write full row groups; the rest waits for the next block."""
        waiting = sum(table.num_rows for table in self._waiting)
        if self._writer is None or not waiting or (waiting < ROW_GROUP and not everything):
            return
        table = pa.concat_tables(self._waiting)
        full = waiting if everything else waiting // ROW_GROUP * ROW_GROUP
        self._writer.write_table(table.slice(0, full), row_group_size=ROW_GROUP)
        self._waiting = [table.slice(full)]
