"""Patterns of file names: ``{torque_nm}Nm_{condition}_{severity}`` says which part of a name means what.

A name that can be cut in two ways is refused with both, because one of them would be a guess. What the parts mean is
another matter, see :mod:`diagmod.io.name_words`.
"""

from __future__ import annotations

import itertools
import re
import string
import unicodedata
from dataclasses import dataclass
from functools import cache

from diagmod.io.dataset_files import MANIFEST_COLUMNS, DatasetError
from diagmod.io.reading_settings import READING_COLUMNS

#: What a field may be called: columns of the manifest that say something of a recording.
FIELDS = tuple(c for c in MANIFEST_COLUMNS if c not in ("file", "sha256", *READING_COLUMNS))

#: Fields that hold numbers.
NUMBER_FIELDS = ("fs_hz", "duration_s", "load_pct", "torque_nm")

#: Fields for parts of a name that say nothing.
IGNORED = ("_", "ignore")

#: Longest pattern (characters): that of a name in a common file system, doubled for the braces.
MAX_PATTERN = 512

#: Parts of a time in a name, all of fixed width, so that 2026111 cannot be read as 1 November or 11 January.
_TIME_PARTS = {
    "Y": r"\d{4}", "y": r"\d\d", "m": r"\d\d", "d": r"\d\d", "j": r"\d{3}", "H": r"\d\d", "M": r"\d\d", "S": r"\d\d",
    "f": r"\d{1,6}", "z": r"(?:Z|[+-]\d\d:?\d\d)", "%": "%",
}  # fmt: skip

#: Suffixes of files; what begins with a digit is a number in the name: ``2.5Nm``.
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")
_PACKED = re.compile(r"\.(?:gz|zip)$", re.IGNORECASE)


class PatternError(DatasetError):
    """A pattern cannot be used; the message is one sentence."""


class AmbiguousName(ValueError):  # noqa: N818 - what it is says more than Error
    """A name fits a pattern in two ways; the message is one sentence."""


@dataclass(frozen=True)
class _Part:
    """A piece of a pattern: literal text, or a field with what its text looks like."""

    literal: str = ""
    field: str = ""
    expression: str = ""


@dataclass(frozen=True)
class NamePattern:
    """A pattern of file names.

    Attributes
    ----------
    text : str
        As it was written.
    parts : tuple of _Part
    time_format : str
        Format of all parts of ``started_at`` together, empty where it is ISO 8601 or not in the names.
    """

    text: str
    parts: tuple[_Part, ...]
    time_format: str = ""

    @classmethod
    def parse(cls, text: str) -> NamePattern:
        """Read a pattern.

        Raises
        ------
        PatternError
            A field is unknown, said twice or beside another one, or a time format lacks something.
        """
        text = unicodedata.normalize("NFC", text)
        if not 0 < len(text) <= MAX_PATTERN:
            raise PatternError(f"--name-pattern must have 1 to {MAX_PATTERN} characters, got {len(text)}")
        try:
            pieces = list(string.Formatter().parse(text))
        except ValueError as exc:
            raise PatternError(f"--name-pattern {text!r} has a brace too many or too few ({exc}); correct it") from exc
        parts: list[_Part] = []
        for literal, field, form, conversion in pieces:
            if literal:
                parts.append(_Part(literal=literal))
            if field is not None:
                parts.append(_field(text, field, form or "", conversion))
        formats = [form for _, field, form, _ in pieces if field == "started_at" and form]
        _check(text, parts, formats)
        return cls(text, tuple(parts), "|".join(formats))

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields of the pattern, those that are ignored left out."""
        return tuple(dict.fromkeys(p.field for p in self.parts if p.field and p.field not in IGNORED))

    @property
    def names_zone(self) -> bool:
        """Whether times in the names say their zone themselves."""
        return "started_at" in self.fields and (
            not self.time_format or re.search("%z|Z$", self.time_format) is not None
        )

    def read(self, name: str) -> dict[str, str] | None:
        """Texts of the fields in a name, or None where the name does not fit.

        Parameters
        ----------
        name : str
            Path of a file with slashes, relative to the folder that is imported. As many folders count as the
            pattern has; suffixes of the file do not.

        Raises
        ------
        AmbiguousName
            The name can be cut in two ways.

        Examples
        --------
        >>> NamePattern.parse("{torque_nm}Nm_{condition}_{severity}").read("rig/0Nm_BPFO_03.csv")
        {'torque_nm': '0', 'condition': 'BPFO', 'severity': '03'}
        """
        *folders, last = unicodedata.normalize("NFC", name).split("/")
        n_folders = self.text.count("/")
        if len(folders) < n_folders:
            return None
        found = self._ways("/".join([*folders[len(folders) - n_folders :], stem_of(last)]))
        if len(found) > 1:
            first, second = (", ".join(f"{key} {value!r}" for key, value in way.items()) for way in found)
            raise AmbiguousName(
                f"its name fits {self.text!r} in two ways: {first}; or {second}; write more of the name into the "
                "pattern, put a more exact one before it, or list the file in --manifest"
            )
        return found[0] if found else None

    def _ways(self, name: str) -> list[dict[str, str]]:
        """At most two different ways to read a name."""
        parts = self.parts

        @cache
        def ways(index: int, begin: int) -> tuple[tuple[tuple[str, str], ...], ...]:
            if index == len(parts):
                return ((),) if begin == len(name) else ()
            part = parts[index]
            if part.literal:
                return ways(index + 1, begin + len(part.literal)) if name.startswith(part.literal, begin) else ()
            shape, found = re.compile(part.expression, re.ASCII), dict[tuple[tuple[str, str], ...], None]()
            for end in range(begin + 1, len(name) + 1):
                if (rest := ways(index + 1, end)) and shape.fullmatch(name, begin, end):
                    own = () if part.field in IGNORED else ((part.field, name[begin:end]),)
                    found.update(dict.fromkeys((*own, *way) for way in rest))
                if len(found) > 1:
                    break
            return tuple(found)[:2]

        return [_joined(way) for way in ways(0, 0)]


def stem_of(name: str) -> str:
    """A file's name without its suffixes.

    Examples
    --------
    >>> stem_of("2.5Nm_x.csv.gz"), stem_of("2.5Nm")
    ('2.5Nm_x', '2.5Nm')
    """
    return _SUFFIX.sub("", _PACKED.sub("", name))


def _joined(way: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Texts by field; the parts of a time are put together."""
    texts: dict[str, str] = {}
    for field, text in way:
        texts[field] = f"{texts[field]}|{text}" if field in texts else text
    return texts


def _field(pattern: str, field: str, form: str, conversion: str | None) -> _Part:
    if field not in FIELDS and field not in IGNORED:
        raise PatternError(
            f"--name-pattern {pattern!r}: unknown field {field!r}; allowed are {', '.join(FIELDS)} and _"
        )
    if (form and field != "started_at") or conversion:
        raise PatternError(f"--name-pattern {pattern!r}: only started_at has a format, as {{started_at:%Y%m%d_%H%M%S}}")
    if form:
        return _Part(field=field, expression=_time_expression(pattern, form))
    if field in NUMBER_FIELDS:
        return _Part(field=field, expression=r"[-+]?\d[\d.,]*")
    return _Part(field=field, expression="[RST]" if field == "fault_phase" else "[^/]+")


def _time_expression(pattern: str, form: str) -> str:
    pieces = re.split(r"%(.?)", form)
    if unknown := [letter for letter in pieces[1::2] if letter not in _TIME_PARTS]:
        raise PatternError(
            f"--name-pattern {pattern!r}: a time cannot have %{unknown[0]}; allowed are "
            f"{', '.join('%' + letter for letter in _TIME_PARTS)}"
        )
    return "".join(_TIME_PARTS[p] if k % 2 else re.escape(p) for k, p in enumerate(pieces))


def _check(pattern: str, parts: list[_Part], formats: list[str]) -> None:
    fields = [p.field for p in parts if p.field and p.field not in IGNORED]
    if not fields:
        raise PatternError(f"--name-pattern {pattern!r} has no field; write for example {{motor_id}}_{{condition}}")
    if "severity" in fields and "severity_label" in fields:
        raise PatternError(f"--name-pattern {pattern!r} has severity and severity_label; keep one")
    times = fields.count("started_at")
    if twice := [f for f in fields if fields.count(f) > 1 and (f != "started_at" or times != len(formats))]:
        raise PatternError(f"--name-pattern {pattern!r} has {twice[0]} twice; keep one, or write {{_}} for the other")
    for first, second in itertools.pairwise(parts):
        if first.field and second.field and not (_is_time(first) or _is_time(second)):
            raise PatternError(
                f"--name-pattern {pattern!r}: nothing stands between {first.field} and {second.field}, so that nobody "
                "can tell where one ends; write what divides them"
            )
    has = "".join(formats)
    if formats and not (re.search("%[Yy]", has) and ("%j" in has or ("%m" in has and "%d" in has))):
        raise PatternError(f"--name-pattern {pattern!r}: a time needs year, month and day (%Y, %m, %d), or %Y and %j")
    if formats and not ("%H" in has and "%M" in has):
        raise PatternError(
            f"--name-pattern {pattern!r}: a date alone is no start time; it needs hour and minute (%H, %M)"
        )


def _is_time(part: _Part) -> bool:
    return part.field == "started_at" and part.expression != "[^/]+"
