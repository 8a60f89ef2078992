"""Experiments in the MATLAB files of the broken-bar set: structures of torque levels, each an array of repetitions.

The published files are of version 7.3, which is HDF5: a field of an array of structures is a list of references. Files
that were saved again in version 5 hold the same structures. Nothing outside the file is opened, whatever it links to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.io.dataset_files import DatasetError
from diagmod.io.public_sets.converted import MAX_SAMPLES
from diagmod.io.public_sets.matlab_structs import load_struct, no_such_struct
from diagmod.io.refusals import UnreadableRecording, first_line

#: Fields of the currents of R, S, T.
FIELDS = ("Ia", "Ib", "Ic")

#: A torque level: 05 to 40, tenths of Nm.
LEVEL = re.compile(r"torque(\d\d)", re.ASCII)

#: What h5py raises on damage.
HDF5_DAMAGE = (OSError, RuntimeError, LookupError, TypeError, OverflowError, MemoryError, AttributeError, ValueError)

_HDF5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Experiment:
    """One repetition at one torque.

    Attributes
    ----------
    level : str
        Field of its torque, for example "torque05".
    k : int
        Repetition, from 1.
    currents : dict of str to ndarray
        By field; empty where ``problem`` says why.
    problem : str
        Why it has no currents; empty where it has.
    """

    level: str
    k: int
    currents: dict[str, NDArray[Any]]
    problem: str = ""


def read_experiments(path: Path, rotor: str) -> Iterator[Experiment]:
    """Experiments of one file, in the order of torque and repetition, one in memory at a time.

    Raises
    ------
    UnreadableRecording
        The file is damaged, or holds another structure than that of the rotor in its name.
    DatasetError
        The file needs h5py, which is missing.
    """
    with path.open("rb") as stream:
        head = stream.read(520)
    yield from _of_hdf5(path, rotor) if _HDF5 in (head[:8], head[512:520]) else _of_version_5(path, rotor)


def _of_version_5(path: Path, rotor: str) -> Iterator[Experiment]:
    levels = load_struct(path, rotor)
    for name in sorted(filter(LEVEL.fullmatch, levels.fields)):
        if (repetitions := levels.structs(name)) is not None:
            for k in range(len(repetitions)):
                given = {f: repetitions.numbers(f, k) for f in FIELDS if f in repetitions.fields}
                yield _experiment(name, k + 1, given)


def _of_hdf5(path: Path, rotor: str) -> Iterator[Experiment]:
    try:
        import h5py
    except ImportError:
        raise DatasetError("MATLAB files of version 7.3 need h5py; install `diagmod[hdf5]`") from None

    try:
        yield from _of_opened(path, rotor, h5py)
    except UnreadableRecording:
        raise
    except HDF5_DAMAGE as exc:
        raise UnreadableRecording(f"is a damaged MATLAB file ({first_line(exc)}); copy it again") from exc


def _of_opened(path: Path, rotor: str, h5py: Any) -> Iterator[Experiment]:
    with h5py.File(path, "r") as content:
        names = [name for name in content if not name.startswith("#")]
        if rotor not in names:  # a label must not be joined to the signal of another rotor
            raise no_such_struct(rotor, names)
        levels = _inside(content, rotor, h5py)
        for name in sorted(levels):
            if LEVEL.fullmatch(name):
                level = _inside(levels, name, h5py)
                lists = {f: _listed(content, _inside(level, f, h5py), h5py) for f in FIELDS if f in level}
                for k in range(max(map(len, lists.values()), default=0)):
                    given = {f: found[k] for f, found in lists.items() if k < len(found)}
                    problem = next((p for p in map(_too_large, given.values()) if p), "")
                    yield _experiment(name, k + 1, {} if problem else {f: d[()] for f, d in given.items()}, problem)


def _experiment(level: str, k: int, currents: dict[str, Any], problem: str = "") -> Experiment:
    missing = [field for field in FIELDS if field not in currents]
    problem = problem or (f"lacks the field {missing[0]}" if missing else "")
    return Experiment(level, k, {} if problem else {f: np.asarray(v) for f, v in currents.items()}, problem)


def _inside(group: Any, name: str, h5py: Any) -> Any:
    """A member that lies in the file itself."""
    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise UnreadableRecording(f"links {name} to another place; save the data into the file itself")
    return group[name]


def _listed(content: Any, field: Any, h5py: Any) -> list[Any]:
    """Data of the repetitions of one field: behind references, or the field itself where there is one repetition."""
    if not isinstance(field, h5py.Dataset):
        raise UnreadableRecording(f"{field.name} must hold samples, it holds further fields")
    if field.dtype == h5py.ref_dtype:
        found = [content[reference] if reference else None for reference in np.ravel(field[()])]
    else:
        found = [field]
    for data in found:
        if not isinstance(data, h5py.Dataset) or data.external or data.is_virtual:
            raise UnreadableRecording(f"{field.name} must hold samples in the file itself, it points elsewhere")
    return found


def _too_large(data: Any) -> str:
    return f"declares {data.size} samples, allowed are {MAX_SAMPLES}" if data.size > MAX_SAMPLES else ""
