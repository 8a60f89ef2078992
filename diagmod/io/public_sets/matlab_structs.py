"""Structures of a MATLAB file of version 5 by their names: further structures, rows of numbers, words."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagmod.io.matlab_elements import MatlabElements, Value
from diagmod.io.reader_sources import Source
from diagmod.io.refusals import UnreadableRecording

#: Largest file in bytes, packed and unpacked; the format counts with 32 bits.
MAX_BYTES = 4 << 30

#: Where the characters of a word begin: behind flags, two dimensions and an empty name.
_WORD_AT = 40

#: How characters are written, by the type of their element.
_ENCODINGS = {1: "utf-8", 2: "utf-8", 4: "utf-16-le", 16: "utf-8", 17: "utf-16-le"}


@dataclass(frozen=True)
class MatlabStructs:
    """An array of structures, in the order of the file; one structure is an array of one.

    Attributes
    ----------
    elements : MatlabElements
        The file.
    value : Value
        The array in it.
    """

    elements: MatlabElements
    value: Value

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that all of them have."""
        return self.value.fields

    def __len__(self) -> int:
        return self.value.n_elements

    def structs(self, field: str, k: int = 0) -> MatlabStructs | None:
        """The structures in a field of the k-th one; None where it holds something else."""
        found = self.elements.value(self._body(field, k))
        return MatlabStructs(self.elements, found) if found.kind == "struct" else None

    def numbers(self, field: str, k: int = 0) -> NDArray[np.generic]:
        """The numbers in a field of the k-th one without axes of length one; none where it holds something else."""
        found = self.elements.value(self._body(field, k)).numbers
        return np.empty(0) if found is None else np.atleast_1d(np.squeeze(found))

    def word(self, field: str, k: int = 0) -> str:
        """The text in a field of the k-th one; empty where it holds something else."""
        body = self._body(field, k)
        if self.elements.value(body).kind != "char" or len(body) < _WORD_AT + 8:
            return ""
        kind, size = struct.unpack_from("<II", body, _WORD_AT)
        at = _WORD_AT + 8
        if kind >> 16:  # up to four bytes stand in the tag itself
            kind, size, at = kind & 0xFFFF, kind >> 16, _WORD_AT + 4
        return bytes(body[at : at + size]).decode(_ENCODINGS.get(kind, "latin-1"), errors="replace")

    def _body(self, field: str, k: int) -> memoryview:
        return self.value.parts[k * len(self.fields) + self.fields.index(field)]


def load_struct(path: Path, name: str) -> MatlabStructs:
    """A structure of a file by its name.

    Raises
    ------
    UnreadableRecording
        The file is damaged, is of another version, or holds no structure of that name.
    """
    source = Source(name="it", path=path, max_bytes=MAX_BYTES)
    if not source.head.startswith(b"MATLAB 5.0 MAT-file"):
        raise UnreadableRecording("is no MATLAB file of version 5; copy it again")
    elements = MatlabElements(source)
    found = {value.name: value for value in elements.variables()}
    if name not in found or found[name].kind != "struct" or found[name].n_elements != 1:
        raise no_such_struct(name, [*found])
    return MatlabStructs(elements, found[name])


def no_such_struct(name: str, names: list[str]) -> UnreadableRecording:
    """The refusal of a file whose content is not what its name says: a label must not be joined to another signal."""
    return UnreadableRecording(
        f"must hold one structure {name}, it has {', '.join(names) or 'none'}; give every file its own name back"
    )
