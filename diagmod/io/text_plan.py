"""How a text is streamed: decided once, on its beginning, by the rules that hold for a whole text.

A plan says where the rows begin, how their cells are cut and which columns are taken. Rows are then read block by
block, however long the file. A text that does not lend itself to that (another encoding width, clock times
that are not ISO, cells of few numbers) has no plan and is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from diagmod.core.recording import PHASES
from diagmod.io.column_names import TIME_UNITS
from diagmod.io.column_tables import Column, Table
from diagmod.io.current_units import unit_conflict, unit_of
from diagmod.io.declarations import Declared
from diagmod.io.number_tables import read_rows
from diagmod.io.recording_files import choose_columns
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.sampling_rates import heading_hint
from diagmod.io.text_dialects import MISSING, Dialect
from diagmod.io.text_layouts import EDGE_BYTES, TextLayout, layout_of, unwrapped
from diagmod.io.time_bases import start_of, time_unit

#: Bytes of the beginning on which a plan rests; more than heading and sampled lines together.
HEAD_BYTES = EDGE_BYTES + (1 << 14)

#: Keys of a plan's labels beside the phases: the time column by name, and in words.
TIME, RATE_OF = "time", "rate_of"

#: Share of empty lines of a single column from which they are line ends and no missing samples.
_DOUBLE_SPACED = 0.45

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_RETURN_INSIDE = re.compile(rb"\r(?!\n)")
_ASCII_TEXT = b'-+.,;|\t "0123456789eE\n'


@dataclass(frozen=True, kw_only=True)
class TextPlan:
    """How the rows of a text are read.

    Attributes
    ----------
    delimiter, decimal : str
        A blank as delimiter stands for any run of blanks and tabs.
    n_columns : int
        Cells of a row.
    skip_lines : int
        Lines above the first row.
    is_quoted : bool
        Whether every row is one quoted column.
    has_quotes : bool
        Whether single cells may be quoted.
    phases : dict of int
        Column of every phase that is there.
    empty : tuple of int
        Columns that hold nothing at the beginning and must go on so.
    time : int or None
        Column of the time stamps, in numbers or as ISO times.
    time_kind : str
        "number", or "zoned" or "naive" for ISO times with or without a zone.
    time_scale_s : float
        Seconds of one unit of stamps in numbers.
    started_at : datetime or None
        Time of the first stamp in UTC, where it is written with its zone.
    factor : float
        What samples are multiplied by.
    unit : str
        "A", or what the samples are instead; empty where only all of them tell.
    unit_conflict : str
        What a declared unit contradicts; empty where nothing.
    labels : dict of str
        Name of the column of every phase; of the time stamps, as a name and in words, under "time" and "rate_of".
    dialect : str
        How the text is written, in words.
    rate_hint : str
        What the heading seems to say of the sampling rate.
    notes : tuple of str
        What was concluded, left out or converted.
    """

    delimiter: str = ","
    decimal: str = "."
    n_columns: int
    skip_lines: int
    is_quoted: bool = False
    has_quotes: bool = False
    phases: Mapping[str, int]
    empty: tuple[int, ...] = ()
    time: int | None = None
    time_kind: str = "number"
    time_scale_s: float = 1.0
    started_at: datetime | None = None
    factor: float = 1.0
    unit: str = "A"
    unit_conflict: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    dialect: str = ""
    rate_hint: str = ""
    notes: tuple[str, ...] = ()


def plan_text(head: bytes, name: str, declared: Declared) -> TextPlan | None:
    """The plan of a text, or None where it must be read whole.

    Parameters
    ----------
    head : bytes
        The beginning of the text, whole lines, :data:`HEAD_BYTES` or all of it.
    name : str
        Name for messages.
    declared : Declared

    Raises
    ------
    UnreadableRecording
        The beginning is ambiguous or no table.
    """
    if (begun := _begin(head, name, declared)) is None:
        return None
    table, dialect, notes = begun.table, begun.layout.dialect, list(begun.notes)
    columns = [table.columns[k] for k in begun.taken.values()]
    factor, unit = unit_of(columns, name, declared, notes)
    scale_s, time = _seconds_per_unit(table, begun.time, declared, notes)
    labels = {phase: table.label(k) for phase, k in begun.taken.items()}
    if time is not None:
        labels |= {TIME: table.label(time), RATE_OF: f"time column {table.listed([time])}"}
    is_quoted = b'"' in head and not begun.has_quotes
    return TextPlan(
        delimiter=dialect.delimiter,
        decimal=dialect.decimal,
        n_columns=len(dialect.kinds),
        skip_lines=begun.layout.first,
        is_quoted=is_quoted,
        has_quotes=begun.has_quotes,
        phases=begun.taken,
        empty=tuple(k for k, kind in enumerate(dialect.kinds) if kind == "sparse" and _is_empty(table, k)),
        time=time,
        time_kind="number" if time is None else begun.time_kind,
        time_scale_s=scale_s,
        started_at=None if time is None else start_of(table.columns[time]),
        factor=factor,
        unit=unit,
        unit_conflict=unit_conflict(columns, declared),
        labels=labels,
        dialect=dialect.words + (", every line quoted" if is_quoted else ""),
        rate_hint=heading_hint(table.heading),
        notes=tuple(notes),
    )


def read_beginning(head: bytes, name: str, declared: Declared) -> Table | None:
    """Columns of the beginning of a text that can be streamed, or None; parameters as of :func:`plan_text`."""
    begun = _begin(head, name, declared)
    return None if begun is None else begun.table


@dataclass(frozen=True)
class _Beginning:
    """The beginning of a text that can be streamed: its columns, and which of them are taken."""

    table: Table
    layout: TextLayout
    taken: dict[str, int]
    time: int | None
    time_kind: str
    has_quotes: bool
    notes: list[str]


def _begin(head: bytes, name: str, declared: Declared) -> _Beginning | None:
    """What the beginning holds; None where only the whole text tells."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head or _RETURN_INSIDE.search(head):
        return None
    if declared.encoding is not None and _ASCII_TEXT.decode(declared.encoding, "replace") != _ASCII_TEXT.decode():
        return None
    plain, delimiters, notes = unwrapped(head, name, settings=declared.text)
    layout = layout_of(plain, name, delimiters, declared.text)
    table = read_rows(plain, name, layout, notes)
    notes = list(table.notes)
    phases, time = choose_columns(table, declared, notes)
    taken = {phase: k for phase, k in zip(PHASES, phases, strict=True) if k is not None}
    kinds = layout.dialect.kinds
    if any(kind == "sparse" and table.columns[k].n_numbers for k, kind in enumerate(kinds)):
        return None  # a gap at the beginning, or a side note
    time_kind = "number" if time is None else _time_kind(table.columns[time], layout.dialect)
    is_numeric = bool(time_kind) and all(kinds[k] == "number" for k in taken.values())
    if not is_numeric or _is_double_spaced(layout, plain) or (time is None and declared.time_unit is not None):
        return None
    return _Beginning(table, layout, taken, time, time_kind, b'"' in plain, notes)


def _is_empty(table: Table, k: int) -> bool:
    texts = table.columns[k].texts
    return texts is None or all(text.strip() in MISSING for text in texts)


def _seconds_per_unit(table: Table, time: int | None, declared: Declared, notes: list[str]) -> tuple[float, int | None]:
    """Seconds of a unit of the time column, and the column; None where it is useless beside a declared rate."""
    if time is None:
        return 1.0, None
    column = table.columns[time]
    if column.is_stamp:
        return 1.0, time
    stamps = np.asarray(column.values, dtype=np.float64)
    label = f"time column {table.listed([time])} of {table.source}"
    try:
        return TIME_UNITS[time_unit(column, stamps - stamps[0], label, declared, notes)], time
    except UnreadableRecording as exc:
        if declared.fs is None or declared.time_column is not None:
            raise
        notes.append(f"the time stamps were not used: {exc}")
        return 1.0, None


def _time_kind(column: Column, dialect: Dialect) -> str:
    """How stamps can be read block by block: as numbers, as ISO times with or without zone; empty where they cannot."""
    if column.values is not None and not column.is_stamp:
        return "number"
    texts = [] if column.texts is None or dialect.delimiter == " " else [str(text).strip() for text in column.texts]
    found = {match[1] is not None for text in texts if (match := _ISO.fullmatch(text))}
    if len(found) != 1 or not all(map(_ISO.fullmatch, texts)):
        return ""
    return "zoned" if found.pop() else "naive"


def _is_double_spaced(layout: TextLayout, plain: bytes) -> bool:
    is_single = len(layout.dialect.kinds) == 1
    return is_single and plain.count(b"\n\n") > _DOUBLE_SPACED * plain.count(b"\n")
