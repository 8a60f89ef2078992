"""Files of measurement programs that are told by their first bytes and not read, with what to do instead.

Reading them as text would end in a sentence about bytes; their owner needs to hear how to export them.
"""

from __future__ import annotations

#: First bytes, what such a file is, and what to do. A longer beginning stands before a shorter one.
FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"RIFF", "a sound or video file of a kind that holds no samples", "save it as WAV or CSV"),
    (b"MDF     ", "an MDF measurement file", "export the channels as CSV"),
    (b"UnFinMF ", "an unfinished MDF measurement file", "finish the measurement, then export the channels as CSV"),
    (b"\x80\x02", "a Python pickle, which can run code", "save the currents by numpy.save or as CSV"),
    (b"\x80\x03", "a Python pickle, which can run code", "save the currents by numpy.save or as CSV"),
    (b"\x80\x04", "a Python pickle, which can run code", "save the currents by numpy.save or as CSV"),
    (b"\x80\x05", "a Python pickle, which can run code", "save the currents by numpy.save or as CSV"),
    (b"ARROW1", "a Feather file", "save it as Parquet or CSV"),
    (b"SQLite format 3", "a database", "export the table of the recording as CSV"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook of the old form, or another old office file", "save it as .xlsx or CSV"),
    (b"{\\rtf", "a text document", "save the numbers alone as plain text or CSV"),
    (b"%PDF", "a PDF document", "name the file of the samples, not the report"),
    (b"\x89PNG", "a picture", "name the file of the samples, not its picture"),
    (b"\xff\xd8\xff", "a picture", "name the file of the samples, not its picture"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and name the recording"),
    (b"Rar!", "a RAR archive", "unpack it and name the recording"),
    (b"BZh", "a bzip2 archive", "unpack it and name the recording"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it and name the recording"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it and name the recording"),
)

#: Beginnings of texts that are no table; compared without case and without the blanks before.
FOREIGN_TEXTS: tuple[tuple[bytes, str, str], ...] = (
    (b"<!doctype html", "a web page", "download the file itself, not the page about it"),
    (b"<html", "a web page", "download the file itself, not the page about it"),
    (b"<?xml", "an XML file", "export the currents as CSV"),
    (b"{", "a JSON file", "export the currents as CSV"),
    (b"version https://git-lfs", "the placeholder of a large file", "fetch the file itself by git lfs pull"),
)

#: Members of a zip by which it is another format.
FOREIGN_MEMBERS = {
    "xl/workbook.bin": ("a binary Excel workbook", "save it as .xlsx or CSV"),
    "content.xml": ("an OpenDocument file", "save it as .xlsx or CSV"),
    "word/document.xml": ("a Word document", "save the numbers alone as CSV"),
}


def foreign_format(content: bytes) -> tuple[str, str] | None:
    """What a file is and what to do with it, where it is one of the known formats that are not read.

    Examples
    --------
    >>> foreign_format(b"MDF     4.10")
    ('an MDF measurement file', 'export the channels as CSV')
    >>> foreign_format(b"t,R,S,T") is None
    True
    """
    text = content[:256].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    binary = next(((what, do) for begin, what, do in FOREIGN if content.startswith(begin)), None)
    return binary or next(((what, do) for begin, what, do in FOREIGN_TEXTS if text.startswith(begin)), None)
