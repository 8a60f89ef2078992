"""YAML that the people of a plant write by hand: motors, defects of their own, maintenance.

Such a file comes from outside, so it is held to bounds before it is believed: its size, its depth and what
its aliases unfold to. A time stays the text that was written, because YAML would drop a missing zone in
silence; tags that would make objects are no YAML here. What is wrong with an entry is told in full, every
mistake a sentence, so that one reading mends the file.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from diagmod.io.dataset_files import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

#: Largest file that is read (bytes): a register of ten thousand motors has 2.5 MB.
MAX_BYTES = 4_000_000

#: Most values that a file may unfold to through aliases: more than :data:`MAX_BYTES` can hold when written out.
MAX_VALUES = 500_000

#: Longest text of one value (characters): a note fills a page at most.
MAX_TEXT = 4000

#: Largest size of a number: above it nothing on a nameplate or in a work order is meant.
MAX_NUMBER = 1e12

#: Mistakes that one sentence lists; `diagmod motors check` lists all.
MAX_LISTED = 20

_short = reprlib.Repr()
_short.maxstring, _short.maxother, _short.maxlong = 60, 60, 30
_short.maxlist, _short.maxdict, _short.maxset, _short.maxlevel = 3, 3, 3, 2


@dataclass(frozen=True)
class Entry:
    """One key of an entry: its kind ("text", "number", "texts" or "entries"), and what it may be.

    ``allowed`` lists the words it may be, empty for any; ``hint`` says what to write where it is missing.
    """

    name: str
    kind: str = "text"
    required: bool = False
    allowed: tuple[str, ...] = ()
    hint: str = ""


class _TimesAsText(SafeConstructor):
    """Plain values only; a time is the text that was written."""


_TimesAsText.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def read_site_yaml(path: Path) -> dict[str, Any]:
    """Plain contents of a YAML 1.2 mapping written by hand; times are text.

    Raises
    ------
    DatasetError
        The file is missing, is no file, too large, not YAML in UTF-8, or unfolds to too much.
    """
    text = site_text(path)
    try:
        if "&" in text and "*" in text:
            _refuse_bomb(text, path.name)
        content = _reader().load(text)
    except (YAMLError, ValueError, TypeError, OverflowError) as exc:
        raise DatasetError(f"{path.name} is not valid YAML ({' '.join(str(exc).split())[:300]}); correct it") from exc
    except RecursionError:
        raise DatasetError(f"{path.name} is nested too deeply to be read; write lists and mappings only") from None
    if not isinstance(content, dict):
        raise DatasetError(f"{path.name} must be a mapping of names to values, got {type(content).__name__}")
    return content


def site_text(path: Path) -> str:
    """Text of a file written by hand, within :data:`MAX_BYTES`; line ends as they are in the file.

    Raises
    ------
    DatasetError
        The file is missing, is no file, too large, or not UTF-8.
    """
    if not path.exists():
        raise DatasetError(f"{path.name} is missing in {path.parent}; restore it")
    if not path.is_file():
        raise DatasetError(f"{path.name} in {path.parent} is no file; put a YAML file there")
    if (size := path.stat().st_size) > MAX_BYTES:
        raise DatasetError(f"{path.name} has {size / 1e6:.1f} MB, at most {MAX_BYTES / 1e6:g} MB are read; divide it")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise DatasetError(f"{path.name} is not valid YAML in UTF-8 ({exc}); save it as UTF-8") from exc
    except OSError as exc:
        raise DatasetError(f"{path.name} cannot be read ({exc.strerror}); check its permissions") from exc


def entries_of(content: Mapping[str, Any], name: str, file: str, what: str) -> list[dict[Any, Any]]:
    """The list of entries under a name; nothing after the name is an empty list.

    Raises
    ------
    DatasetError
        There is no such name, or it holds anything else.
    """
    if name not in content:
        raise DatasetError(f"{file} must hold a list `{name}` of {what}, it has {shown(list(content))}")
    entries = content[name]
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise DatasetError(f"{file} must hold a list `{name}` of {what}, got {shown(entries)}")
    return entries


def mistakes_of(entry: Mapping[Any, Any], contract: Iterable[Entry]) -> list[str]:
    """Everything that is wrong with the form of an entry, every mistake a sentence; empty where all is well."""
    known = {column.name: column for column in contract}
    found = [f"unknown key {shown(key)}; allowed are {', '.join(known)}" for key in entry if not _is_known(key, known)]
    for name, column in known.items():
        value = entry.get(name)
        if value is None or value in ("", []):
            if column.required:
                found.append(f"{name} is missing; {column.hint or 'give it'}")
        elif sentence := _wrong_kind(column, value):
            found.append(sentence)
        elif column.allowed and value not in column.allowed:
            found.append(f"{name} must be one of {', '.join(column.allowed)}, got {shown(value)}")
    return found


def is_plain_number(value: object) -> bool:
    """Whether a value is a finite number of a size that can be meant; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= MAX_NUMBER and math.isfinite(value)


def shown(value: object) -> str:
    """A value as a sentence shows it, never longer than a line."""
    try:
        return _short.repr(value)[:200]
    except ValueError:  # a whole number of thousands of digits
        return f"a {type(value).__name__} of thousands of digits"


def told_at_once(file: str, mistakes: list[str]) -> str:
    """All mistakes of a file in one text."""
    if len(mistakes) == 1:
        return f"{file}: {mistakes[0]}"
    listed = "; ".join(f"({number}) {text}" for number, text in enumerate(mistakes[:MAX_LISTED], start=1))
    more = f"; and {len(mistakes) - MAX_LISTED} more" if len(mistakes) > MAX_LISTED else ""
    return f"{file} has {len(mistakes)} mistakes: {listed}{more}"


def _is_known(key: object, known: Mapping[str, Entry]) -> bool:
    return isinstance(key, str) and key in known


def _wrong_kind(column: Entry, value: Any) -> str:
    """Why a value is not of its kind, or ""."""
    if column.kind == "number":
        return "" if is_plain_number(value) else f"{column.name} must be a number, got {shown(value)}"
    if column.kind == "text":
        return _wrong_text(column.name, value)
    if not isinstance(value, list):
        return f"{column.name} must be a list, got {shown(value)}"
    if column.kind == "entries":
        wrong = [item for item in value if not isinstance(item, dict)]
        return f"{column.name} must be a list of entries, got {shown(wrong[0])} in it" if wrong else ""
    return next((sentence for item in value if (sentence := _wrong_text(f"each of {column.name}", item))), "")


def _wrong_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        return f"{name} must be text (put it in quotes), got {shown(value)}"
    if not value.strip():
        return f"{name} must not be blank; leave it out or write something"
    return f"{name} has {len(value)} characters, at most {MAX_TEXT} are kept" if len(value) > MAX_TEXT else ""


def _reader() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _TimesAsText
    return yaml


def _refuse_bomb(text: str, file: str) -> None:
    """Refuse aliases that unfold to more than can be meant; merging them costs as much as what they unfold to."""
    root = _reader().compose(text)
    sizes: dict[int, float] = {}

    def size(node: Any) -> float:
        if id(node) not in sizes:
            sizes[id(node)] = math.inf  # an alias inside its own anchor unfolds for ever
            inner = node.value if isinstance(node.value, list) else []
            parts = (part for item in inner for part in (item if isinstance(item, tuple) else (item,)))
            sizes[id(node)] = 1 + sum(size(part) for part in parts)
        return sizes[id(node)]

    if root is not None and size(root) > MAX_VALUES:
        raise DatasetError(f"{file} unfolds to more than {MAX_VALUES} values through its aliases (*); write them out")
