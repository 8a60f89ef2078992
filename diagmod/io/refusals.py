"""The refusal of a file, and pieces of its sentence."""

from __future__ import annotations

import zipfile
import zlib


class UnreadableRecording(ValueError):  # noqa: N818 - what it is says more than Error
    """A file is no recording that can be read; the message is one sentence for a person."""


#: What the zip reader raises on damage, a password, or a way of packing that it does not know.
ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError)


def shorten(text: str, limit: int = 60) -> str:
    """A piece of a file for a message, quoted and cut."""
    text = text.strip()
    return repr(text if len(text) <= limit else text[:limit] + "...")


def first_line(exc: BaseException) -> str:
    """The beginning of what another library said, for a message."""
    return (str(exc).splitlines() or [type(exc).__name__])[0][:120]


def printable(text: str) -> str:
    r"""A text on one line, whatever a file or its name holds; what cannot be shown is written as its code.

    Examples
    --------
    >>> printable("rec\n7.csv")
    'rec\\n7.csv'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def too_large(name: str, max_bytes: int) -> UnreadableRecording:
    """The refusal of a file that would fill the memory."""
    return UnreadableRecording(
        f"{name} holds more than {max_bytes >> 20} MiB; cut one stretch of some minutes out of it"
    )


def shown_name(name: str) -> str:
    """A name of a file as it can be printed: unchanged, or with its odd characters escaped and in quotes."""
    odd = not name.isprintable() or "\\" in name or any(0xD800 <= ord(letter) <= 0xDFFF for letter in name)
    return ascii(name) if odd else name
