"""Bytes of a text as plain UTF-8 lines: encoding, line ends, and lines that are one quoted column.

Loggers and spreadsheets of forty years write the same digits in several encodings. Only names and units
can hold other characters than ASCII, so a wrong guess between two national encodings never changes a sample.
"""

from __future__ import annotations

import re

from diagmod.io.refusals import UnreadableRecording

#: Bytes at the beginning from which a national encoding and quoted lines are told.
HEAD_BYTES = 1 << 17

#: Share of lines that must be one quoted column, so that the quotes are taken away.
MIN_QUOTED_SHARE = 0.6

_QUOTED_LINE = re.compile(r'"[^"]*"')
_FOREIGN = re.compile(rb"[\x80-\xff]")
_CYRILLIC_WORD = re.compile(rb"[\xc0-\xff\xa8\xb8]{2,}")


def plain_text(content: bytes, name: str, encoding: str | None = None) -> tuple[bytes, list[str]]:
    r"""UTF-8 with lines that end in a line feed, and notes of what was done.

    Parameters
    ----------
    content : bytes
        UTF-8 or UTF-16 with byte-order mark, UTF-8, cp1251 or latin-1; lines end in LF, CRLF or CR.
    name : str
        Name for messages.
    encoding : str, optional
        The encoding where it was declared.

    Raises
    ------
    UnreadableRecording
        The content is empty, binary, damaged UTF-16, or not in the declared encoding.

    Examples
    --------
    >>> plain_text(b'"1,2"\r\n"3,4"\r\n', "x.csv")
    (b'1,2\n3,4\n', ['every line is one quoted column; the quotes were removed'])
    """
    content, notes = _as_utf8(content, name) if encoding is None else _decoded(content, name, encoding)
    if b"\r" in content:
        content = content.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not content or content.isspace():
        raise UnreadableRecording(f"{name} is empty; record again or name another file")
    if b'"' in content and _has_quoted_lines(content[:HEAD_BYTES]):
        content = content.replace(b'"', b"")
        notes.append("every line is one quoted column; the quotes were removed")
    return content, notes


def _as_utf8(content: bytes, name: str) -> tuple[bytes, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode(), ["the text is UTF-16"]
        except UnicodeError as exc:
            raise UnreadableRecording(f"{name} is damaged UTF-16 text ({exc}); export it again") from exc
    content = content.removeprefix(b"\xef\xbb\xbf")
    if (at := content.find(b"\0")) >= 0:
        raise UnreadableRecording(
            f"{name} is no text: byte {at + 1} of {len(content)} is a binary zero; export it as CSV, or cut off what a "
            "power failure left"
        )
    if content.isascii():
        return content, []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        encoding = _national_encoding(content[:HEAD_BYTES])
        return content.decode(encoding, errors="replace").encode(), [
            f"the text is not UTF-8; it was read as {encoding}"
        ]
    return content, []


def _decoded(content: bytes, name: str, encoding: str) -> tuple[bytes, list[str]]:
    try:
        text = content.decode(encoding)
    except UnicodeError as exc:
        raise UnreadableRecording(
            f"{name} is no text in the declared encoding {encoding} ({exc}); correct --encoding"
        ) from exc
    return text.removeprefix("\ufeff").encode(), [f"the text was read as {encoding}, as declared"]


def _national_encoding(head: bytes) -> str:
    """Cyrillic words are runs of high bytes; letters with accents stand alone among Latin ones."""
    n_in_words = sum(map(len, _CYRILLIC_WORD.findall(head)))
    return "cp1251" if 2 * n_in_words > len(_FOREIGN.findall(head)) else "latin-1"


def _has_quoted_lines(head: bytes) -> bool:
    lines = [line.strip() for line in head.decode("utf-8", errors="ignore").split("\n") if line.strip()]
    lines = lines[1:-1] or lines
    n_quoted = sum(any(mark in line for mark in ";,\t|") and bool(_QUOTED_LINE.fullmatch(line)) for line in lines)
    return n_quoted > MIN_QUOTED_SHARE * len(lines)
