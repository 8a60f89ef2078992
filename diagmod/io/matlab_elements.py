"""The variables of a MATLAB file of version 5 to 7, taken apart with every declared size checked.

The reader of scipy believes the sizes that a file declares: damaged files end the whole process there. Here an element
must lie inside the one that holds it, an array must have as many numbers as its dimensions say, and what is
packed is unpacked up to a limit.

References
----------
The MathWorks, MAT-File format, "Level 5 MAT-file format".
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.io.reader_sources import Source
from diagmod.io.refusals import UnreadableRecording, too_large

#: Bytes of the heading of a file.
_HEADING = 128

#: Codes of elements: a matrix, a packed element, and those of the parts of a matrix.
_MATRIX, _PACKED, _INT8, _INT32, _UINT32 = 14, 15, 1, 5, 6

#: Numbers by the code of their element.
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}

#: Classes of matrices that are not plain numbers, in words.
_CLASSES = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 16: "function", 17: "object"}

#: First and last class of plain numbers.
_DOUBLE, _UINT64 = 6, 15

#: Bits of the flags of a matrix.
_COMPLEX, _LOGICAL = 0x0800, 0x0200


@dataclass(frozen=True)
class Value:
    """One value of a file.

    Attributes
    ----------
    name : str
        Empty inside cells and structures.
    kind : str
        "numbers", "struct", "cell", or what it is instead.
    numbers : ndarray or None
        Of plain numbers, with the dimensions of the file.
    n_elements : int
        Product of the dimensions.
    fields : tuple of str
        Of a structure.
    parts : tuple of bytes
        Matrices of a cell in column order; of a structure, the fields of each element.
    """

    name: str
    kind: str
    numbers: NDArray[np.generic] | None = None
    n_elements: int = 0
    fields: tuple[str, ...] = ()
    parts: tuple[memoryview, ...] = ()


class MatlabElements:
    """Takes the elements of one file apart.

    Parameters
    ----------
    source : Source

    Raises
    ------
    UnreadableRecording
        The heading is damaged.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._order = {b"IM": "<", b"MI": ">"}.get(source.content[126:128], "")
        if not self._order or len(source.content) < _HEADING + 8:
            raise self._damage("cut short in its heading")

    def variables(self) -> Iterator[Value]:
        """The variables of the file.

        Raises
        ------
        UnreadableRecording
            The file is damaged, or unpacks to more than its limit.
        """
        content = memoryview(self._source.content)
        at, left = _HEADING, self._source.max_bytes
        while at + 8 <= len(content):
            kind, n_bytes = struct.unpack_from(f"{self._order}II", content, at)
            body = content[at + 8 : at + 8 + n_bytes]
            if kind not in (_MATRIX, _PACKED) or len(body) < n_bytes:
                raise self._damage("cut short or damaged")
            at += 8 + n_bytes
            if kind == _PACKED:
                plain = memoryview(self._inflated(body, left))
                left -= len(plain)
                found = list(self._elements(plain))
                if len(found) != 1 or found[0][0] != _MATRIX:
                    raise self._damage("damaged in a packed variable")
                body = found[0][1]
            yield self.value(body)
        if at != len(content):
            raise self._damage("cut short")

    def value(self, body: memoryview) -> Value:
        """What a matrix holds.

        Raises
        ------
        UnreadableRecording
            It is damaged.
        """
        if not len(body):
            return Value("", "empty")
        parts = self._elements(body)
        flags = self._next(parts, _UINT32)
        if len(flags) != 8:
            raise self._damage("damaged in the flags of a variable")
        word = int(struct.unpack_from(f"{self._order}I", flags)[0])
        kind = word & 0xFF
        if _CLASSES.get(kind) in ("object", "function"):  # their meaning is code of MATLAB, and so is their form
            return Value(self._first_name(parts), _CLASSES[kind])
        raw = self._next(parts, _INT32)
        sizes = np.frombuffer(raw, f"{self._order}i4") if len(raw) % 4 == 0 else np.array([-1])
        if sizes.size < 2 or (sizes < 0).any():
            raise self._damage("damaged in the dimensions of a variable")
        n = math.prod(int(size) for size in sizes)
        name = bytes(self._next(parts, _INT8)).rstrip(b"\0").decode("utf-8", errors="replace")
        if _DOUBLE <= kind <= _UINT64:
            return self._numbers(name, word, tuple(int(size) for size in sizes), parts)
        if kind == 1:
            return Value(name, "cell", None, n, (), self._matrices(parts, n))
        if kind == 2:
            fields = self._fields(parts)
            return Value(name, "struct", None, n, fields, self._matrices(parts, n * len(fields)))
        if kind not in _CLASSES:
            raise self._damage(f"damaged: it has a variable of the unknown class {kind}")
        return Value(name, _CLASSES[kind])

    def _numbers(self, name: str, word: int, shape: tuple[int, ...], parts: Iterator[tuple[int, memoryview]]) -> Value:
        n = math.prod(shape)
        code, raw = next(parts, (0, memoryview(b"")))
        number = np.dtype(f"{self._order}{_NUMBERS.get(code, 'V1')}")
        if number.kind == "V" or len(raw) != n * number.itemsize:
            raise self._damage(f"damaged: {name or 'a variable'} has other numbers than its dimensions say")
        if word & (_COMPLEX | _LOGICAL):
            return Value(name, "complex" if word & _COMPLEX else "logical")
        if next(parts, None) is not None:
            raise self._damage(f"damaged: {name or 'a variable'} has more than its numbers")
        return Value(name, "numbers", np.frombuffer(raw, number).reshape(shape, order="F"), n)

    def _matrices(self, parts: Iterator[tuple[int, memoryview]], n: int) -> tuple[memoryview, ...]:
        found = tuple(body for kind, body in parts if kind == _MATRIX)
        if len(found) != n:
            raise self._damage(f"damaged: a cell or structure holds {len(found)} values, expected {n}")
        return found

    def _fields(self, parts: Iterator[tuple[int, memoryview]]) -> tuple[str, ...]:
        width, raw = self._next(parts, _INT32), bytes(self._next(parts, _INT8))
        n = int(struct.unpack_from(f"{self._order}i", width)[0]) if len(width) == 4 else 0
        if n < 1 or len(raw) % n:
            raise self._damage("damaged in the fields of a structure")
        names = [raw[k : k + n].split(b"\0")[0].decode("utf-8", errors="replace") for k in range(0, len(raw), n)]
        if not all(name.isidentifier() for name in names) or len(set(names)) < len(names):
            raise self._damage("damaged in the fields of a structure")
        return tuple(names)

    def _first_name(self, parts: Iterator[tuple[int, memoryview]]) -> str:
        return next((bytes(body).decode("latin-1") for kind, body in parts if kind == _INT8 and len(body)), "")

    def _next(self, parts: Iterator[tuple[int, memoryview]], kind: int) -> memoryview:
        found, body = next(parts, (0, memoryview(b"")))
        if found != kind:
            raise self._damage("damaged in the heading of a variable")
        return body

    def _elements(self, body: memoryview) -> Iterator[tuple[int, memoryview]]:
        """Code and bytes of every element, each of which must lie inside the whole."""
        at = 0
        while at + 8 <= len(body):
            kind, n_bytes = struct.unpack_from(f"{self._order}II", body, at)
            begin, end = at + 8, at + 8 + n_bytes
            following = end + -n_bytes % 8
            if kind >> 16:  # up to four bytes stand in the tag itself
                kind, n_bytes = kind & 0xFFFF, kind >> 16
                begin, end, following = at + 4, at + 4 + n_bytes, at + 8
            if end > min(len(body), following):
                raise self._damage("damaged: a value is larger than what holds it")
            yield kind, body[begin:end]
            at = following
        if at < len(body):
            raise self._damage("damaged behind a value")

    def _inflated(self, packed: memoryview, limit: int) -> bytes:
        stream = zlib.decompressobj()
        try:
            plain = stream.decompress(packed, max(limit, 1))
        except zlib.error as exc:
            raise self._damage(f"damaged ({exc})") from exc
        if stream.unconsumed_tail:
            raise too_large(self._source.name, self._source.max_bytes)
        if not stream.eof:
            raise self._damage("cut short in a packed variable")
        return plain

    def _damage(self, how: str) -> UnreadableRecording:
        return UnreadableRecording(f"{self._source.name} is a MATLAB file that is {how}; save it again")
