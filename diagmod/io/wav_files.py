"""Sound files, as audio interfaces and some clamp loggers write them: levels of a converter, and no unit.

The samples are what the file holds: whole numbers of its converter, or shares of full scale. Ampere come by a
declared scale alone.
"""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np

from diagmod.io.column_tables import Column, Table
from diagmod.io.reader_sources import Reader, Source
from diagmod.io.refusals import UnreadableRecording, first_line, too_large

#: What scipy raises on damage; the last where there is no chunk of samples.
_DAMAGE = (
    ValueError, TypeError, struct.error, EOFError, ZeroDivisionError, OverflowError, MemoryError, KeyError,
    UnboundLocalError,
)  # fmt: skip

_SHORT = "prematurely"  # how scipy says that samples are missing


def read_wav(source: Source) -> Table:
    """Columns of a sound file, one a channel, without names.

    Raises
    ------
    UnreadableRecording
        The file is damaged, compressed, or too large.
    """
    from scipy.io import wavfile

    bits = _bits(source)
    if len(source.content) * max(1.0, 64 / max(bits, 8)) > 8 * source.max_bytes:
        raise too_large(source.name, source.max_bytes)
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fs, samples = wavfile.read(io.BytesIO(source.content))
    except _DAMAGE as exc:
        raise UnreadableRecording(
            f"{source.name} is a damaged or compressed sound file ({first_line(exc)}); save it as PCM, or copy it again"
        ) from exc
    announced = int.from_bytes(source.content[4:8], "big" if source.head.startswith(b"RIFX") else "little") + 8
    if 8 < announced < len(source.content) - 1:
        raise UnreadableRecording(
            f"{source.name} has {len(source.content)} bytes, but announces {announced}; it is damaged or two files in "
            "one: copy it again"
        )
    if not samples.size or samples.ndim > 2:
        raise UnreadableRecording(f"{source.name} is a sound file without samples; record again")
    words, values = _levels(samples, bits)
    notes = [f"the sampling rate {fs} Hz is stated by the sound file", f"samples are {words}"]
    if any(_SHORT in str(warning.message) for warning in said):
        notes.append("the file ends before the samples that it announces; those that are there were read")
    columns = tuple(Column("", row, unit="counts") for row in values)
    return Table(source.name, columns, tuple(notes), fs=float(fs), format=f"WAV, {bits} bit")


def _levels(samples: np.ndarray, bits: int) -> tuple[str, np.ndarray]:
    """What the samples are, and the samples as float64 of shape (channels, n)."""
    with np.errstate(invalid="ignore"):  # a signalling NaN is a missing sample like any other
        values = np.atleast_2d(samples.T).astype(np.float64)
    if samples.dtype.kind == "f":
        return "shares of full scale without a unit", values
    if samples.dtype == np.uint8:
        values -= 128.0  # eight bits are stored from 0, with silence at 128
    elif 0 < bits < 8 * samples.dtype.itemsize:
        values /= 2.0 ** (8 * samples.dtype.itemsize - bits)  # scipy puts 24 bits at the upper end of 32
    return f"levels of a converter of {bits} bits", values


def _bits(source: Source) -> int:
    """Bits of a sample by the format chunk, whose fields must agree with each other; 0 where it is not found."""
    head, order = source.head, ">" if source.head.startswith(b"RIFX") else "<"
    at = 12
    while at + 24 <= len(head):
        name, n_bytes = head[at : at + 4], struct.unpack_from(f"{order}I", head, at + 4)[0]
        if name == b"fmt ":
            n_channels, fs, bytes_a_second, n_frame, bits = struct.unpack_from(f"{order}HIIHH", head, at + 10)
            if bytes_a_second not in (0, fs * n_frame) or (bits <= 8 and n_frame != n_channels):
                raise UnreadableRecording(
                    f"{source.name} is a damaged sound file: {fs} Hz, {n_channels} channels of {bits} bits and "
                    f"{bytes_a_second} bytes a second do not agree; copy it again"
                )
            return int(bits)
        at += 8 + n_bytes + n_bytes % 2
    return 0


def _is_wav(source: Source) -> bool:
    return source.head.startswith((b"RIFF", b"RIFX", b"RF64")) and source.head[8:12] == b"WAVE"


#: How sound files are told and read.
WAV = Reader(name="WAV", what="a sound file", suffixes=(".wav", ".wave"), recognises=_is_wav, read=read_wav)
