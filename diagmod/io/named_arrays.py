"""The arrays of a file that nests many of them, and which of them are one recording.

Such a file holds settings, results and several recordings beside each other. The columns that the user named decide
which arrays are taken; then the only arrays of one length that are named for phases; otherwise the
refusal lists what there is. Nothing is read before it is chosen and its size is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.io.column_names import PHASE_NAMES, bare_name, phase_of_name, says_current, says_other
from diagmod.io.column_tables import Column, Table
from diagmod.io.reader_sources import Source
from diagmod.io.refusals import UnreadableRecording, too_large

#: Channels an array may have; the longer axis is time.
MAX_CHANNELS = 64

#: Names under which a file of arrays may carry its sampling rate in Hz.
RATE_NAMES = ("fs", "fs_hz", "sampling_rate", "sample_rate", "sampling_rate_hz", "sample_rate_hz", "samplerate")

#: Arrays that a message lists before it breaks off, and letters of that list.
_MAX_LISTED, _MAX_LETTERS = 12, 360


@dataclass(frozen=True, kw_only=True)
class NamedArray:
    """One array of a file, not read yet.

    Attributes
    ----------
    path : str
        Full name inside the file.
    name : str
        Last part of it.
    shape : tuple of int
        Without axes of length one.
    load : callable
        Reads it.
    unit : str
        As the file states it; empty where it does not.
    fs : float or None
        Sampling rate in Hz that the file states for this array.
    started_at : datetime or None
        Time of its first sample in UTC.
    """

    path: str
    name: str
    shape: tuple[int, ...]
    load: Callable[[], NDArray[Any]]
    unit: str = ""
    fs: float | None = None
    started_at: datetime | None = None

    @property
    def n_samples(self) -> int:
        """Length along time."""
        return max(self.shape, default=1)

    @property
    def group(self) -> tuple[int, float | None]:
        """Arrays of one recording agree in it."""
        return self.n_samples, self.fs

    def is_called(self, wanted: str) -> bool:
        """Whether it, or one of its channels, has that full or last name."""
        wanted = wanted.strip().casefold()
        names = {self.path.casefold(), self.name.casefold()}
        return wanted in names or any(wanted.startswith(f"{name}(") for name in names)


def table_of_arrays(
    arrays: Sequence[NamedArray], source: Source, written: str, *, rates: dict[str, float], notes: list[str]
) -> Table:
    """Columns of the arrays that are one recording.

    Parameters
    ----------
    arrays : sequence of NamedArray
        Of real numbers, with more than one sample.
    source : Source
    written : str
        How the file is written, in words.
    rates : dict of float
        Sampling rates in Hz that stand in the file as numbers of their own, by full name.
    notes : list of str
        Gets a sentence for every conclusion.

    Raises
    ------
    UnreadableRecording
        There is no array of samples, none that fits, or more than one choice.
    """
    arrays = [
        replace(array, path=_printable(array.path), name=_printable(array.name), unit=_printable(array.unit))
        for array in arrays
    ]
    if not arrays:
        shown = ", ".join(rates) or "none"
        raise UnreadableRecording(f"{source.name} holds no array of samples (it has {shown})")
    fitting = [array for array in arrays if _is_table(array.shape)]
    if not fitting:
        _refuse_shape(arrays[0].shape, source.name)
    if left := [array for array in arrays if array not in fitting]:
        notes.append(f"{len(left)} array(s) of other shapes were left out, the first {left[0].path} {left[0].shape}")
    taken = _one_recording(fitting, source)
    if other := [array for array in fitting if array not in taken]:
        notes.append(f"{len(other)} array(s) of other length or rate were left out ({_listed(other)})")
    if 8 * sum(math.prod(array.shape) for array in taken) > source.max_bytes:
        raise too_large(source.name, source.max_bytes)
    fs, heading = _rate(taken, rates, notes)
    columns = [column for array in taken for column in columns_of(array, source.name, notes)]
    starts = {array.started_at for array in taken}
    return Table(
        source.name, tuple(columns), tuple(notes), heading, fs, format=written,
        started_at=starts.pop() if len(starts) == 1 else None,
    )  # fmt: skip


def columns_of(array: NamedArray, source: str, notes: list[str]) -> list[Column]:
    """Columns of one array: its fields, itself, or its channels, along the longer axis.

    Raises
    ------
    UnreadableRecording
        It is no table of real numbers.
    """
    values = array.load()
    if values.dtype.names is None:
        values = values.reshape(array.shape)
    path = array.path if array.path != array.name else ""
    if values.dtype.names:
        return [
            Column(field, real_numbers(values[field], source), path=_inside(path, field))
            for field in values.dtype.names
        ]
    if values.ndim == 1:
        return [Column(array.name, real_numbers(values, source), unit=array.unit, path=path)]
    if not _is_table(values.shape):
        _refuse_shape(values.shape, source)
    notes.append(
        f"the array {array.path + ' ' if array.path else ''}has shape {values.shape}; its longer axis was taken as time"
    )
    rows = values if values.shape[0] < values.shape[1] else values.T
    name = array.name if says_other(array.name) else ""
    return [
        Column(f"{name} {k}" if name else "", real_numbers(row, source), unit=array.unit,
               path=f"{array.path}({k})" if array.path else "")
        for k, row in enumerate(rows, start=1)
    ]  # fmt: skip


def real_numbers(values: NDArray[Any], source: str) -> NDArray[np.float64]:
    """A row of real numbers as float64.

    Raises
    ------
    UnreadableRecording
        It holds something else.
    """
    if values.dtype.kind not in "iuf" or values.ndim != 1:
        raise UnreadableRecording(
            f"{source} holds {values.dtype} of shape {values.shape}, expected real numbers in a row; save the currents "
            "as float64"
        )
    with np.errstate(invalid="ignore"):  # a signalling NaN is a missing sample like any other
        return values.astype(np.float64)


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of length one.

    Examples
    --------
    >>> squeezed((1, 5000)), squeezed((3, 5000, 1)), squeezed((1, 1))
    ((5000,), (3, 5000), ())
    """
    return tuple(int(n) for n in shape if n != 1)


def is_rate_name(name: str) -> bool:
    """Whether a number of that name is a sampling rate in Hz."""
    return name.casefold() in RATE_NAMES


def _printable(text: str) -> str:
    """A name without line ends and control characters, so that a sentence with it stays one."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _inside(path: str, field: str) -> str:
    return f"{path}.{field}" if path else ""


def _is_table(shape: tuple[int, ...]) -> bool:
    if len(shape) == 2:
        return 0 < min(shape) <= MAX_CHANNELS and shape[0] != shape[1]
    return len(shape) == 1


def _refuse_shape(shape: tuple[int, ...], name: str) -> None:
    if len(shape) == 2 and shape[0] == shape[1] <= MAX_CHANNELS:
        raise UnreadableRecording(
            f"{name} holds an array of shape {shape}, of which the axis of time cannot be told; save more samples"
        )
    raise UnreadableRecording(
        f"{name} holds an array of shape {shape}, expected (n_samples,), (3, n_samples) or (n_samples, 3); "
        "save one recording a file"
    )


def _one_recording(arrays: Sequence[NamedArray], source: Source) -> list[NamedArray]:
    """The arrays that were asked for and those that go with them, or the only ones named for phases."""
    groups = list(dict.fromkeys(array.group for array in arrays))
    if len(groups) > 1:
        asked = {array.group for array in arrays for wanted in source.wanted if array.is_called(wanted)}
        groups = [group for group in groups if group in asked] or [
            group for group in groups if _has_phases([array for array in arrays if array.group == group])
        ]
    if len(groups) != 1:
        differ = "lengths" if len({array.n_samples for array in arrays}) > 1 else "sampling rates"
        raise UnreadableRecording(
            f"{source.name} holds arrays of several {differ} ({_listed(arrays)}); keep those of one recording, or "
            "name its phases by --phase-columns"
        )
    return [array for array in arrays if array.group == groups[0]]


def _has_phases(arrays: Sequence[NamedArray]) -> bool:
    """Whether arrays are named for three phases or as currents, or are a matrix of three channels."""
    arrays = [array for array in arrays if not says_other(array.name, array.unit)]
    letters = {phase.letter for array in arrays if (phase := phase_of_name(bare_name(array.name)))}
    is_matrix = any(len(array.shape) == 2 and min(array.shape) == 3 for array in arrays)
    is_current = any(says_current(array.name, array.unit) for array in arrays)
    return is_matrix or is_current or any(letters.issuperset(kind) for kind in PHASE_NAMES)


def _rate(
    taken: Sequence[NamedArray], rates: dict[str, float], notes: list[str]
) -> tuple[float | None, tuple[str, ...]]:
    """The sampling rate of the arrays, or the only one in the file; where there are several, a line of them."""
    if taken[0].fs is not None:
        notes.append(f"the sampling rate {taken[0].fs:g} Hz is stated with {taken[0].path or 'the samples'}")
        return taken[0].fs, ()
    near = {path: rate for path, rate in rates.items() if taken[0].path.startswith(path[: -len(_last(path))])}
    deepest = max((len(path) - len(_last(path)) for path in near), default=0)
    near = {path: rate for path, rate in near.items() if len(path) - len(_last(path)) == deepest} or rates
    if len(set(near.values())) > 1:
        return None, (f"sampling rates {', '.join(f'{path} {rate:g}' for path, rate in near.items())}"[:_MAX_LETTERS],)
    for path, rate in near.items():
        notes.append(f"the sampling rate {rate:g} Hz stands in the file as {path}")
        return rate, ()
    return None, ()


def _last(path: str) -> str:
    return path.replace("/", ".").rsplit(".", 1)[-1]


def _listed(arrays: Sequence[NamedArray]) -> str:
    shown = ", ".join(f"{array.path} {array.shape}" for array in arrays[:_MAX_LISTED])
    return shown[:_MAX_LETTERS] + ("..." if len(shown) > _MAX_LETTERS or len(arrays) > _MAX_LISTED else "")
