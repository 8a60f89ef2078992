"""The bytes of a text in blocks of whole lines; every byte of a file that is not packed is hashed on the way.

Memory is bounded on any file: one that shows no line end for long is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from diagmod.io.hashes import file_sha256
from diagmod.io.packed_texts import is_packed, open_text
from diagmod.io.refusals import UnreadableRecording

#: Bytes read at a time; large enough that starting a parse costs nothing.
BLOCK_BYTES = 4 << 20

#: Bytes without a line of samples after which a file is refused.
LINE_BYTES = 1 << 20

BOM = b"\xef\xbb\xbf"


class TextBlocks:
    """Iterates over blocks of whole lines and whether each is the rest behind the last line end.

    Parameters
    ----------
    source : Path
    skip_lines : int
        Lines at the beginning that are left out.
    block_bytes : int
        Bytes read at a time; changes memory and speed, never the lines.
    empty_is_row : bool
        Whether an empty line at the end is a line; elsewhere it belongs to the block as it is.
    hasher : ThreadPoolExecutor
        One thread, in which the bytes are hashed in their order.
    pending : list of Future
        Gets the future of every piece that is being hashed.
    """

    def __init__(
        self, source: Path, skip_lines: int, block_bytes: int, *, empty_is_row: bool, hasher: ThreadPoolExecutor,
        pending: list[Future[None]],
    ) -> None:  # fmt: skip
        self._source, self._skip_lines, self._block_bytes = source, skip_lines, block_bytes
        self._empty_is_row, self._hasher, self._pending = empty_is_row, hasher, pending
        self._digest = hashlib.sha256()
        self._is_packed = is_packed(source)
        #: Lines before the present block, counted by whoever parses it.
        self.n_lines = skip_lines

    def sha256(self) -> str:
        """Hash of the whole file, once all blocks have passed and all pending futures are done."""
        return file_sha256(self._source) if self._is_packed else self._digest.hexdigest()

    def __iter__(self) -> Iterator[tuple[bytes, bool]]:
        skip = self._skip_lines
        with open_text(self._source) as stream:
            chunk = stream.read(max(self._block_bytes, len(BOM)))
            rest = b""
            is_first = True
            while chunk:
                if not self._is_packed:
                    self._pending.append(self._hasher.submit(self._digest.update, chunk))
                following = stream.read(self._block_bytes)
                view = memoryview(chunk)[len(BOM) if is_first and chunk.startswith(BOM) else 0 :]
                is_first = False
                while skip and (end := chunk.find(b"\n", len(chunk) - len(view))) >= 0:
                    view, rest, skip = memoryview(chunk)[end + 1 :], b"", skip - 1
                block, rest = (b"", rest + bytes(view)) if skip else self._cut(rest, chunk, view)
                if len(rest) > LINE_BYTES + self._block_bytes:
                    raise UnreadableRecording(
                        f"{self._source.name} holds no sample for {LINE_BYTES >> 20} MiB near line {self.n_lines + 1}; "
                        "it is damaged or no text of numbers"
                    )
                if block:
                    yield block, False
                chunk = following
        last = rest.removesuffix(b"\r")
        if last.strip(b"\r\n") and not skip:
            yield last, True

    def _cut(self, rest: bytes, chunk: bytes, view: memoryview) -> tuple[bytes, bytes]:
        """Whole lines, and what is left for the next block; the chunk is copied once."""
        begin = len(chunk) - len(view)
        cut = chunk.rfind(b"\n", begin) + 1
        if not cut:
            return b"", rest + bytes(view)
        block = b"".join((rest, view[: cut - begin]))
        end = len(block) if self._empty_is_row else _end_of_content(block)
        return block[:end], block[end:] + chunk[cut:]


def _end_of_content(block: bytes) -> int:
    """Where the last line that is not empty ends; empty lines after it wait for what follows."""
    content = len(block)
    while content and block[content - 1] in b"\r\n":
        content -= 1
    return block.index(b"\n", content) + 1 if content else 0
