"""A text of phase currents into one waveform file, in one pass and in bounded memory.

The file is read in blocks cut at line ends. While pyarrow parses a block, other threads hash it and count and write
the block before. The rules are strict (:mod:`diagmod.io.text_rows`); what may be said for a text that they refuse
is left to the reading of the whole.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pacompute
from numpy.typing import NDArray

from diagmod.io.current_units import are_whole, concluded_unit
from diagmod.io.declarations import Declared
from diagmod.io.ingested import Ingested
from diagmod.io.recording_files import MAX_MAGNITUDE, rates_of
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.sampling_rates import SamplingRates
from diagmod.io.sampling_steps import StepCounter
from diagmod.io.text_blocks import BLOCK_BYTES, TextBlocks
from diagmod.io.text_plan import RATE_OF, TIME, TextPlan
from diagmod.io.text_rows import RowParser
from diagmod.io.waveforms import WaveformWriter

#: Blocks that may wait to be written while the next is parsed.
WAITING_BLOCKS = 2


def stream_text(
    source: Path, target: Path, plan: TextPlan, declared: Declared, *, block_bytes: int = BLOCK_BYTES
) -> Ingested:
    """Read a text once; write its waveform, hash and count it on the way.

    Parameters
    ----------
    source : Path
        Text in an encoding that writes digits as ASCII does; lines end in LF or CRLF.
    target : Path
        Waveform file to write; it appears only when complete.
    plan : TextPlan
        Of this text. An empty cell is a missing sample; so is an empty line of a text with a single column.
    declared : Declared
        A declared rate goes before the time stamps.
    block_bytes : int
        Bytes read at a time; changes memory and speed, never the result.

    Raises
    ------
    UnreadableRecording
        A line is no row of the plan, there are fewer than two samples, or none is a finite number.
    """
    parser, stamps, wholes = RowParser(plan, source.name), _Stamps(plan), _Wholes(not plan.unit)
    # One worker each keeps the order of blocks; waiting for the block before last bounds the memory. The writer closes
    # last: the keeper may still be writing when a later block is refused.
    with (
        WaveformWriter(target, "".join(plan.phases)) as writer,
        ThreadPoolExecutor(1) as hasher,
        ThreadPoolExecutor(1) as keeper,
    ):
        pending: list[Future[None]] = []
        blocks = TextBlocks(
            source, plan.skip_lines, block_bytes, empty_is_row=parser.empty_is_row, hasher=hasher, pending=pending
        )
        for block, is_last in blocks:
            table = parser.parse(block, blocks.n_lines + 1, is_last=is_last)
            blocks.n_lines += table.num_rows
            pending.append(keeper.submit(_keep, table, plan, writer, stamps, wholes))
            while len(pending) > 2 * WAITING_BLOCKS:
                pending.pop(0).result()
        for future in pending:
            future.result()
        _refuse_useless(writer, plan, source.name)
        notes = list(plan.notes)
        unit = plan.unit or concluded_unit(_peak(writer), notes, is_whole=wholes.so_far)
        rates = _rates(stamps.steps, plan, declared, source.name, notes)
    return Ingested(
        sha256=blocks.sha256(),
        n_bytes=source.stat().st_size,
        n_samples=writer.n_rows,
        phases="".join(plan.phases),
        unit=unit,
        dialect=plan.dialect,
        columns={phase: plan.labels.get(phase, str(k + 1)) for phase, k in plan.phases.items()},
        tallies=writer.tallies(),
        time_column=plan.labels.get(TIME, ""),
        rates=rates,
        unit_conflict=plan.unit_conflict,
        started_at="" if plan.started_at is None else plan.started_at.isoformat(),
        notes=tuple(notes),
    )


class _Wholes:
    """Whether all samples that have passed are whole numbers; False from the beginning where nobody asks."""

    def __init__(self, so_far: bool) -> None:
        self.so_far = so_far

    def update(self, samples: NDArray[np.floating]) -> None:
        self.so_far = self.so_far and are_whole(samples)


class _Stamps:
    """Time stamps in seconds from the first, counted as they pass."""

    def __init__(self, plan: TextPlan) -> None:
        self._plan = plan
        self._origin: int | None = None
        self.steps = StepCounter()

    def update(self, table: pa.Table) -> None:
        if self._plan.time is None:
            return
        column = table[str(self._plan.time)]
        if self._plan.time_kind == "number":
            self.steps.update(self._plan.time_scale_s * _numbers(column).astype(np.float64))
        elif column.null_count:
            self.steps.update(np.array([np.nan]))
        else:
            ticks = column.cast(pa.int64()).to_numpy()
            self._origin = int(ticks[0]) if self._origin is None else self._origin
            self.steps.update((ticks - self._origin) / 1e9)


def _keep(table: pa.Table, plan: TextPlan, writer: WaveformWriter, stamps: _Stamps, wholes: _Wholes) -> None:
    stamps.update(table)
    block = {phase: _numbers(table[str(k)]) for phase, k in plan.phases.items()}
    for samples in block.values():
        wholes.update(samples)
    if plan.factor != 1.0:
        with np.errstate(over="ignore"):  # what is too large becomes infinite and counts as such
            block = {phase: (samples * plan.factor).astype(np.float32) for phase, samples in block.items()}
    writer.append(block)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.floating]:
    filled = column if column.null_count == 0 else pacompute.fill_null(column, np.nan)
    return np.asarray(filled.to_numpy())


def _refuse_useless(writer: WaveformWriter, plan: TextPlan, name: str) -> None:
    if writer.n_rows < 2:
        raise UnreadableRecording(f"{name} holds {writer.n_rows} samples, at least 2 are needed; record some seconds")
    for phase, tally in writer.tallies().items():
        label = f"column {plan.phases[phase] + 1} {plan.labels.get(phase, '')}".rstrip()
        if tally.n_samples == tally.n_gaps:
            raise UnreadableRecording(f"{label} of {name} holds no finite sample; check the sensor")
        if (peak := max(abs(tally.minimum), abs(tally.maximum))) > MAX_MAGNITUDE:
            raise UnreadableRecording(
                f"{label} of {name} reaches {peak:g}, allowed is {MAX_MAGNITUDE:g}; it holds no currents or is damaged"
            )


def _peak(writer: WaveformWriter) -> float:
    return max(max(abs(tally.minimum), abs(tally.maximum)) for tally in writer.tallies().values())


def _rates(steps: StepCounter, plan: TextPlan, declared: Declared, name: str, notes: list[str]) -> SamplingRates:
    """Sampling rates as declared and of the time stamps; ``notes`` gets what is to be said of them."""
    rates = SamplingRates(declared=declared.fs, hint=plan.rate_hint)
    if plan.time is not None:
        label = plan.labels.get(RATE_OF, "the time column")
        if not steps.is_finite or not steps.duration_s > 0.0:
            what = "rises" if steps.is_finite else "has a time in every row"
            raise UnreadableRecording(
                f"{label} of {name} must be one that {what} from the first to the last; choose another by --time-column"
            )
        rates = rates_of(steps, label, rates, notes)
    rates.check(name)
    return rates
