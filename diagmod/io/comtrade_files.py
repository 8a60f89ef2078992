"""COMTRADE recordings of relays and fault recorders: a configuration (.cfg) and its samples (.dat), or both in a .cff.

A value is scaled as the configuration says, and to the primary side of its transformer. Rows are read strictly: their
number, their width and their count must agree with the configuration, since a row that is filled or shifted would be
a current that nobody measured.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from diagmod.io.column_names import CURRENT_UNITS, bare_name, phase_of_name
from diagmod.io.column_tables import Column, Table
from diagmod.io.comtrade_config import AnalogChannel, Config, read_config, says_channels
from diagmod.io.reader_sources import Reader, Source, sibling
from diagmod.io.refusals import UnreadableRecording, first_line, too_large
from diagmod.io.text_encodings import plain_text

#: Suffixes of the other files of a recording; the samples come first.
COMPANIONS = (".dat", ".hdr", ".inf")

#: Stored number of each kind, and what stands for a missing sample.
_NUMBERS = {"BINARY": ("<i2", -(2**15)), "BINARY32": ("<i4", -(2**31)), "FLOAT32": ("<f4", float(np.finfo("f4").min))}

#: What stands for a missing sample in text since 1999, and in binary numbers before.
_MISSING_TEXT, _MISSING_1991 = 99999.0, -1

#: A time stamp that is missing.
_NO_STAMP = 0xFFFFFFFF

_SECTION = re.compile(
    rb"^[ \t]*---[ \t]*file type:[ \t]*([A-Z]+)(?:[ \t]+([A-Z0-9]+))?(?:[ \t]*:[ \t]*(\d+))?[ \t]*---[ \t]*\r?\n",
    re.IGNORECASE | re.MULTILINE,
)


def companions_of(path: Path) -> tuple[Path, ...]:
    """The other files of a recording whose ``.cfg`` is given; empty for every other file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Path
        The samples first.
    """
    if path.suffix.lower() != ".cfg":
        return ()
    return tuple(found for suffix in COMPANIONS if (found := sibling(path, suffix)) is not None)


def principal_of(path: Path) -> Path | None:
    """The ``.cfg`` to which a file belongs, so that both count as one recording; None where it stands alone."""
    if path.suffix.lower() not in COMPANIONS or (config := sibling(path, ".cfg")) is None:
        return None
    return config if _is_comtrade(Source(name=config.name, path=config, max_bytes=1 << 20)) else None


def read_comtrade(source: Source) -> Table:
    """Columns of the analog channels.

    Raises
    ------
    UnreadableRecording
        A file of the recording is missing or damaged, or its sampling rate changes.
    """
    text, samples, samples_name = _parts(source)
    config = read_config(text, source.name)
    numbers, ticks, values = _rows(samples, config, samples_name, source.max_bytes)
    notes = _count_notes(config, numbers, samples_name)
    columns = [_column(channel, row, notes) for channel, row in zip(config.channels, values, strict=True)]
    if config.fs is None:
        columns.insert(0, Column("time", np.where(ticks == _NO_STAMP, np.nan, ticks * config.tick_us), unit="us"))
    else:
        notes.append(f"the sampling rate {config.fs:g} Hz stands in the configuration")
    if config.n_status:
        notes.append(f"{config.n_status} status channel(s) were left out")
    return Table(
        source.name, tuple(columns), tuple(notes), fs=config.fs, started_at=config.started_at,
        format=f"COMTRADE {config.year} {config.kind}",
    )  # fmt: skip


def _parts(source: Source) -> tuple[str, bytes, str]:
    """Text of the configuration, the samples, and the name of their file."""
    if _SECTION.match(source.head):
        return _sections(source)
    if (data := source.companion(".dat")) is None:
        raise UnreadableRecording(
            f"{source.name} is the configuration of a COMTRADE recording without its samples; copy its .dat file "
            "beside it"
        )
    return _text(source.content, source.name), data.content, data.name


def _sections(source: Source) -> tuple[str, bytes, str]:
    content, parts = source.content, {}
    at = 0
    while found := _SECTION.match(content, at):
        kind, end = found[1].upper(), content.find(b"\n---", found.end() - 1) + 1
        if kind == b"DAT" and found[3]:
            end = found.end() + int(found[3])
        end = end if found.end() <= end <= len(content) else len(content)
        parts[kind] = content[found.end() : end]
        follow = _SECTION.search(content, end)
        at = follow.start() if follow and kind != b"DAT" else len(content)
    if b"CFG" not in parts or b"DAT" not in parts:
        raise UnreadableRecording(f"{source.name} is a COMTRADE file without configuration or samples; copy it again")
    return _text(parts[b"CFG"], source.name), parts[b"DAT"], source.name


def _text(content: bytes, name: str) -> str:
    return plain_text(content, name)[0].decode("utf-8", errors="replace")


def _rows(
    samples: bytes, config: Config, name: str, max_bytes: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[NDArray[np.float64]]]:
    """Number and time stamp of every row, and the stored numbers of every analog channel, a missing one NaN."""
    n = len(config.channels)
    if config.kind == "ASCII":
        table = _text_rows(samples, n, config.n_status, name, max_bytes)
        cells = [np.array(table[str(k)].to_numpy(), dtype=np.float64) for k in range(n + 2)]
        values = cells[2:]
        for channel, row in zip(config.channels, values, strict=True):
            if config.year > 1991 and channel.largest < _MISSING_TEXT:
                row[row == _MISSING_TEXT] = np.nan
        return cells[0], np.nan_to_num(cells[1], nan=_NO_STAMP), values
    number, missing = _NUMBERS[config.kind]
    if config.year == 1991 and config.kind == "BINARY":
        missing = _MISSING_1991
    form = np.dtype([("n", "<u4"), ("t", "<u4"), ("a", number, (n,)), ("d", "<u2", (-(-config.n_status // 16),))])
    n_rows = len(samples) // form.itemsize
    if 8 * n_rows * n > max_bytes:
        raise too_large(name, max_bytes)
    rows = np.frombuffer(samples, dtype=form, count=n_rows)
    with np.errstate(invalid="ignore"):  # a signalling NaN is a missing sample like any other
        values = [np.where(rows["a"][:, k] == missing, np.nan, rows["a"][:, k].astype(np.float64)) for k in range(n)]
    return rows["n"].astype(np.float64), rows["t"].astype(np.float64), values


def _text_rows(samples: bytes, n_analog: int, n_status: int, name: str, max_bytes: int) -> pa.Table:
    rows = samples.rstrip(b"\x1a\r\n\t ").lstrip()
    if 8 * (rows.count(b"\n") + 1) * n_analog > max_bytes:
        raise too_large(name, max_bytes)
    names = [str(k) for k in range(2 + n_analog + n_status)]
    try:
        return pacsv.read_csv(
            pa.BufferReader(rows + b"\n"),
            read_options=pacsv.ReadOptions(column_names=names),
            parse_options=pacsv.ParseOptions(quote_char=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.float64()), include_columns=names[: 2 + n_analog],
                null_values=["", " "],
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as exc:
        raise UnreadableRecording(
            f"{name} holds no rows of {len(names)} numbers as its configuration says ({first_line(exc)}); copy the "
            "COMTRADE files again"
        ) from exc


def _count_notes(config: Config, numbers: NDArray[np.float64], name: str) -> list[str]:
    """A note where samples are missing at the end; rows that do not follow each other are refused."""
    if not numbers.size or numbers.size > config.n_samples:
        raise UnreadableRecording(
            f"{name} holds {numbers.size} samples, its configuration announces {config.n_samples}; the two do not "
            "belong together, or are damaged: copy the COMTRADE files again"
        )
    if (jumps := np.flatnonzero(~(np.diff(numbers) == 1.0))).size:
        k = int(jumps[0])
        raise UnreadableRecording(
            f"row {k + 2} of {name} has the number {numbers[k + 1]:g} behind {numbers[k]:g}; samples are missing or "
            "the file is damaged: copy the COMTRADE files again"
        )
    if numbers.size < config.n_samples:
        return [f"{name} ends after {numbers.size} of {config.n_samples} samples; those that are there were read"]
    return []


def _column(channel: AnalogChannel, stored: NDArray[np.float64], notes: list[str]) -> Column:
    values = (channel.a * stored + channel.b) * channel.ratio
    if channel.ratio != 1.0:
        notes.append(f"{channel.name} is of the secondary side and was multiplied by its ratio {channel.ratio:g}")
    if channel.skew_us:
        notes.append(
            f"{channel.name} was sampled {channel.skew_us:g} us after the time of its row; this was not corrected"
        )
    name, path = channel.name, ""
    phase = channel.phase.strip()
    is_current = channel.unit.casefold() in CURRENT_UNITS
    if is_current and phase_of_name(bare_name(name)) is None and phase_of_name(f"i_{phase.casefold()}"):
        name, path = f"I_{phase}", channel.name
    return Column(name, values, unit=channel.unit, path=path)


def _is_comtrade(source: Source) -> bool:
    if _SECTION.match(source.head):
        return True
    lines = source.head[:4096].removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines()
    return len(lines) > 1 and "\0" not in lines[0] and says_channels(lines[1])


#: How these recordings are told and read.
COMTRADE = Reader(
    name="COMTRADE", what="a COMTRADE recording", suffixes=(".cfg", ".cff"), recognises=_is_comtrade, read=read_comtrade
)
