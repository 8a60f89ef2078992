"""One CSV of phase currents into one Parquet, in one pass and in bounded memory.

The file is read in blocks cut at line ends. While pyarrow parses a block, other threads hash it and
count and write the block before. Nothing is guessed: the header must name the phases, or the data
set must declare their order, and what is not a number is refused with its line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pacompute
import pyarrow.csv as pacsv
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

#: Bytes read at a time; large enough that starting a parse costs nothing.
BLOCK_BYTES = 8 << 20

#: Bytes without a line of samples after which a file is refused: memory stays bounded on any file.
LINE_BYTES = 1 << 20

#: Rows of a Parquet row group, whatever the blocks: the same file gives the same bytes.
ROW_GROUP = 1 << 18

#: Cells that mean "no sample".
MISSING = ("", "nan", "NaN", "NAN", "NULL", "null", "NA")

_BOM = b"\xef\xbb\xbf"
_QUOTED_LINE = re.compile(rb'"[^"]*"\r?')
_EMPTY_LINE = re.compile(rb"(?:^|\n)(\r?\n)")
_NUMBER = re.compile(rb"[ \t]*[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|inf|infinity|nan(\(\w*\))?)[ \t]*", re.IGNORECASE)


class UnreadableRecording(ValueError):  # noqa: N818 - what it is says more than Error
    """A file is no recording that can be read; the message is one sentence for a person."""


@dataclass(frozen=True, kw_only=True)
class CsvLayout:
    """How a data set's CSV files are laid out; declared, never guessed.

    Attributes
    ----------
    header : bool
        Whether the first line names the columns.
    columns : tuple of str
        With a header: names of the R, S and T columns. Without: phase letters in file order, "-" for a
        column to skip.
    """

    header: bool = True
    columns: tuple[str, ...] = WAVEFORM_COLUMNS

    def __post_init__(self) -> None:
        named = [c for c in self.columns if c != "-"]
        if self.header and (len(self.columns) != len(PHASES) or len(set(self.columns)) < len(PHASES)):
            raise ValueError(f"columns must name the R, S and T columns, each once, got {', '.join(self.columns)}")
        if not self.header and (not named or len(set(named)) < len(named) or set(named) - set(PHASES)):
            raise ValueError(f"columns must be phases R, S, T or - without repeats, got {', '.join(self.columns)}")


@dataclass(frozen=True)
class Ingested:
    """What a file turned out to hold."""

    sha256: str
    n_bytes: int
    n_samples: int
    phases: str
    dialect: str
    tallies: dict[str, Tally]


def ingest_csv(
    source: Path, target: Path, layout: CsvLayout | None = None, *, block_bytes: int = BLOCK_BYTES
) -> Ingested:
    """Read a CSV of phase currents once; write its waveform, hash and count it on the way.

    Parameters
    ----------
    source : Path
        CSV file: plain, or with every line one quoted column; UTF-8, with or without BOM; LF or CRLF.
    target : Path
        Parquet file to write: three float32 columns, an absent phase NaN. It appears only when complete.
    layout : CsvLayout, optional
        Declared layout; a header ``current_R,current_S,current_T`` by default, in any order, phases may be absent.
        An empty cell is a missing sample; so is an empty line of a file with a single column.
    block_bytes : int
        Bytes read at a time; changes memory and speed, never the result.

    Returns
    -------
    Ingested

    Raises
    ------
    UnreadableRecording
        The file cannot be opened, is empty, has another header, or holds something that is not a number.
    """
    try:
        with source.open("rb") as stream:
            head = stream.read(1 << 16)
    except OSError as exc:
        raise UnreadableRecording(
            f"{source.name} cannot be opened ({exc.strerror}); check path and permissions"
        ) from exc
    dialect, phase_of, skip_lines = _inspect(head, source.name, layout or CsvLayout())
    draft = target.with_name(f"{target.name}.part")
    pass_ = _Pass(source, draft, phase_of, skip_lines, dialect == "quoted-line", block_bytes)
    try:
        pass_.run()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    phases = "".join(p for p in PHASES if p in pass_.counters)
    tallies = {p: pass_.counters[p].tally() for p in phases}
    return Ingested(pass_.digest.hexdigest(), source.stat().st_size, pass_.n_rows, phases, dialect, tallies)


def read_waveform(path: Path) -> NDArray[np.float32]:
    """Currents of a waveform file, float32, shape (3, n_samples), absent phase NaN."""
    table = pq.read_table(path, columns=list(WAVEFORM_COLUMNS))
    return np.stack([column.to_numpy() for column in table.columns])


class _Pass:
    """One pass over one file: parse in the calling thread, hash and write in two others."""

    def __init__(
        self, source: Path, draft: Path, phase_of: tuple[str, ...], skip_lines: int, quoted: bool, block_bytes: int
    ) -> None:
        self._source, self._draft, self._phase_of = source, draft, phase_of
        self._skip_lines, self._quoted, self._block_bytes = skip_lines, quoted, block_bytes
        self.digest = hashlib.sha256()
        self.counters = {p: PhaseCounter() for p in phase_of if p != "-"}
        self.n_rows = 0
        self._waiting: list[pa.Table] = []
        self._line = 1 + skip_lines
        # An empty line is a missing sample where a line has one cell, and damage everywhere else.
        self._is_single_column = len(phase_of) == 1 and not quoted

    def run(self) -> None:
        schema = pa.schema([(name, pa.float32()) for name in WAVEFORM_COLUMNS])
        # One worker each keeps the order of blocks; waiting for the block before last bounds the memory.
        # The writer closes last: the keeper may still be writing when a later block is refused.
        with (
            pq.ParquetWriter(self._draft, schema, **WAVEFORM_WRITING) as writer,
            ThreadPoolExecutor(1) as hasher,
            ThreadPoolExecutor(1) as keeper,
        ):
            pending: list[Future[None]] = []
            for block, is_last in self._blocks(hasher, pending):
                table = self._parse(block, is_last)
                pending.append(keeper.submit(self._keep, table, writer))
                while len(pending) > 4:
                    pending.pop(0).result()
            for future in pending:
                future.result()
            self._flush(writer, everything=True)
        if not self.n_rows:
            raise UnreadableRecording(f"{self._source.name} holds no samples, only a header; record again")
        if all(tally.n_samples == tally.n_gaps for tally in (counter.tally() for counter in self.counters.values())):
            raise UnreadableRecording(f"{self._source.name} holds no finite sample in any phase; check the sensors")

    def _blocks(self, hasher: ThreadPoolExecutor, pending: list[Future[None]]) -> Iterator[tuple[bytes, bool]]:
        """Whole lines, block by block, the header left out; every byte of the file is hashed."""
        skip = self._skip_lines
        with self._source.open("rb") as stream:
            chunk = stream.read(max(self._block_bytes, len(_BOM)))
            rest = b""
            is_first = True
            while chunk:
                pending.append(hasher.submit(self.digest.update, chunk))
                following = stream.read(self._block_bytes)
                block = rest + (chunk.removeprefix(_BOM) if is_first else chunk)
                is_first = False
                while skip and b"\n" in block:
                    block, skip = block[block.index(b"\n") + 1 :], skip - 1
                cut = 0 if skip else self._end_of_samples(block)
                block, rest = block[:cut], block[cut:]
                if len(rest) > LINE_BYTES + self._block_bytes:
                    raise UnreadableRecording(
                        f"{self._source.name} holds no sample for {LINE_BYTES >> 20} MiB near line {self._line}; "
                        "it is damaged or no CSV file"
                    )
                if block:
                    yield block, False
                chunk = following
        last = rest.removesuffix(b"\r")
        if last.strip(b"\r\n") and not skip:
            yield last, True

    def _end_of_samples(self, block: bytes) -> int:
        """Where the last line that ends in this block ends; empty lines after it wait for what follows."""
        cut = block.rfind(b"\n") + 1
        if self._is_single_column:
            return cut
        content = cut
        while content and block[content - 1] in b"\r\n":
            content -= 1
        return block.index(b"\n", content) + 1 if content else 0

    def _parse(self, block: bytes, is_last: bool) -> pa.Table:
        self._refuse_what_pyarrow_would_repair(block)
        plain = self._unquote(block) if self._quoted else block
        if is_last:
            plain += b"\n"
        if plain.startswith(_BOM):
            raise self._damage(block, 0, "starts with a second byte-order mark; the file looks pasted together")
        names = [f"{k}" for k in range(len(self._phase_of))]
        try:
            table = pacsv.read_csv(
                pa.BufferReader(plain),
                read_options=pacsv.ReadOptions(column_names=names, block_size=LINE_BYTES),
                parse_options=pacsv.ParseOptions(quote_char=False, ignore_empty_lines=False),
                convert_options=pacsv.ConvertOptions(
                    column_types={n: pa.float32() for n, p in zip(names, self._phase_of, strict=True) if p != "-"},
                    include_columns=[n for n, p in zip(names, self._phase_of, strict=True) if p != "-"],
                    null_values=list(MISSING), strings_can_be_null=True,
                ),
            )  # fmt: skip
        except pa.ArrowInvalid as exc:
            raise UnreadableRecording(self._explain(plain, is_last)) from exc
        # pyarrow reads an empty line as a line of empty cells; only where every column has a gap can there be one.
        if not self._is_single_column and all(column.null_count for column in table.columns):
            self._refuse_empty_lines(block)
        self._line += table.num_rows
        return table

    def _refuse_empty_lines(self, block: bytes) -> None:
        if empty := _EMPTY_LINE.search(block):
            raise self._damage(block, empty.start(1), "is empty; the file is damaged there")

    def _refuse_what_pyarrow_would_repair(self, block: bytes) -> None:
        """Binary zeros and carriage returns inside a line."""
        if b"\0" in block:
            raise self._damage(block, block.index(b"\0"), "holds binary zeros; this is no text file")
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            stray = re.search(rb"\r(?!\n)", block)
            raise self._damage(
                block, stray.start() if stray else 0, "has a carriage return inside; lines must end in LF or CRLF"
            )

    def _damage(self, block: bytes, at: int, what: str) -> UnreadableRecording:
        line = self._line + block.count(b"\n", 0, at)
        return UnreadableRecording(f"line {line} of {self._source.name} {what}")

    def _unquote(self, block: bytes) -> bytes:
        """Lines without their quotes; every line must begin and end with one and hold no other."""
        plain = block.translate(None, b'"')
        body = block.removesuffix(b"\n").removesuffix(b"\r")
        n_ends = body.count(b'"\n"') + body.count(b'"\r\n"')
        is_whole = body.startswith(b'"') and body.endswith(b'"') and n_ends == body.count(b"\n")
        if not is_whole or len(block) - len(plain) != 2 * (n_ends + 1):
            for number, line in enumerate(body.split(b"\n")):
                if not _QUOTED_LINE.fullmatch(line):
                    raise UnreadableRecording(
                        f"line {self._line + number} of {self._source.name} is not one quoted column as the lines "
                        f"before it: {_shorten(line)}; the file is damaged there or looks truncated"
                    )
        return plain

    def _explain(self, block: bytes, is_last: bool) -> str:
        """The line that cannot be read, and why; looked for only when pyarrow refused the block."""
        lines = block.removesuffix(b"\n").split(b"\n")
        for number, raw in enumerate(lines):
            line = raw.rstrip(b"\r")
            cells = line.split(b",")
            where = f"line {self._line + number} of {self._source.name}"
            if len(cells) != len(self._phase_of):
                tail = "; the file looks truncated there" if is_last and number == len(lines) - 1 else ""
                comma = "; is the comma a decimal mark?" if len(cells) == 2 * len(self._phase_of) else ""
                return f"{where} has {len(cells)} fields, expected {len(self._phase_of)}: {_shorten(line)}{tail}{comma}"
            for cell, phase in zip(cells, self._phase_of, strict=True):
                if phase != "-" and not _is_number(cell):
                    return f"{where} holds {_shorten(cell)} where a number is expected; correct or remove the line"
        return f"{self._source.name} cannot be read near line {self._line}; check it for damage"

    def _keep(self, table: pa.Table, writer: pq.ParquetWriter) -> None:
        columns = dict(zip((p for p in self._phase_of if p != "-"), table.columns, strict=True))
        arrays = {}
        for phase, column in columns.items():
            samples = column.to_numpy() if column.null_count == 0 else pacompute.fill_null(column, np.nan).to_numpy()
            self.counters[phase].update(samples)
            arrays[phase] = samples
        absent = np.full(table.num_rows, np.nan, dtype=np.float32) if len(arrays) < len(PHASES) else None
        self._waiting.append(pa.table([arrays.get(p, absent) for p in PHASES], names=list(WAVEFORM_COLUMNS)))
        self.n_rows += table.num_rows
        self._flush(writer, everything=False)

    def _flush(self, writer: pq.ParquetWriter, *, everything: bool) -> None:
        """Write full row groups; the rest waits for the next block."""
        waiting = sum(t.num_rows for t in self._waiting)
        if not waiting or (waiting < ROW_GROUP and not everything):
            return
        table = pa.concat_tables(self._waiting)
        full = waiting if everything else waiting // ROW_GROUP * ROW_GROUP
        writer.write_table(table.slice(0, full), row_group_size=ROW_GROUP)
        self._waiting = [table.slice(full)]


def _inspect(head: bytes, name: str, layout: CsvLayout) -> tuple[str, tuple[str, ...], int]:
    """Dialect, phase of every column ("-" for none), and lines of header, from the first bytes."""
    text = head.removeprefix(_BOM)
    if not text.strip():
        raise UnreadableRecording(f"{name} is empty; record again or remove it")
    if b"\0" in text:
        raise UnreadableRecording(f"{name} is no text file (it holds binary zeros); export it as CSV")
    header_line = text.partition(b"\n")[0]
    lines = [line for line in text.split(b"\n")[:4] if line.strip()]
    quoted = all(_QUOTED_LINE.fullmatch(line) for line in lines[: len(lines) - (len(lines) > 2)])
    if not quoted and (odd := [line for line in lines if b'"' in line]):
        raise UnreadableRecording(
            f"{name} quotes single cells or lines ({_shorten(odd[0])}); allowed are no quotes, or one pair around "
            "every line"
        )
    dialect = "quoted-line" if quoted else "plain"
    if not layout.header:
        return dialect, layout.columns, 0
    header = header_line.strip().strip(b'"').decode("utf-8", errors="replace")
    found = [cell.strip() for cell in header.split(",")]
    return dialect, _phases_of_header(found, name, layout), 1


def _phases_of_header(found: list[str], name: str, layout: CsvLayout) -> tuple[str, ...]:
    known = dict(zip(layout.columns, PHASES, strict=True))
    shown = _shorten(", ".join(found).encode())
    wanted = ", ".join(layout.columns)
    if repeated := [c for c in found if found.count(c) > 1 and c in known]:
        raise UnreadableRecording(f"{name} has column {repeated[0]} twice; every phase may stand there once")
    if len(found) == 1 and (mark := next((m for m in (";", "\t") if m in found[0]), "")):
        what = "semicolons" if mark == ";" else "tabs"
        raise UnreadableRecording(f"{name} separates its columns by {what}; export it with commas and decimal points")
    if unknown := [c for c in found if c not in known]:
        raise UnreadableRecording(
            f"{name} has columns {shown}, expected {wanted} (or some of them); {unknown[0][:40]!r} is no phase: "
            "name the three current columns by `columns` in dataset.yaml, remove any other"
        )
    return tuple(known[c] for c in found)


def _is_number(cell: bytes) -> bool:
    return cell.decode("latin-1") in MISSING or bool(_NUMBER.fullmatch(cell))


def _shorten(content: bytes, limit: int = 60) -> str:
    text = content.decode("utf-8", errors="replace").strip()
    return repr(text if len(text) <= limit else text[:limit] + "...")
