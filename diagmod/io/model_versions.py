"""Names and numbers of stored models, and the two written rules: which number rises, and which version is in use.

Whoever reads ``2.1.3`` knows what to expect: other features than version 1 (old inputs do not fit), other settings
than 2.0, the same settings on other data or by other code than 2.1.2. Names and versions that come from outside are
checked here, before a path is made of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from diagmod.io.model_files import ModelError

#: Which number rises; stands in every card and in ``diagmod models --help``.
NUMBER_RULE = (
    "A version is MAJOR.MINOR.PATCH. MAJOR rises when the features change, so that old inputs no longer fit; MINOR "
    "when settings or the type of the model change; PATCH when only the data or the code do. It is counted from the "
    "highest number ever given; no number is given twice, not even after it was pruned."
)

#: Which version is in use; stands in ``diagmod models --help``.
USE_RULE = (
    "The version in use is the model registered last, also when an older model comes back, until somebody promotes or "
    "rolls back. From then on a newly registered version is a candidate until it is promoted; `promote --follow` lets "
    "registering choose again."
)

_FAMILY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VERSION = re.compile(r"v?((?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2})")


@dataclass(frozen=True)
class ModelName:
    """Family and version of a stored model, as a person writes them: ``anomaly@1.2.0`` or ``anomaly``.

    Attributes
    ----------
    family : str
    version : str
        Empty for the version in use.

    Examples
    --------
    >>> ModelName.parse("anomaly@v1.2.0")
    ModelName(family='anomaly', version='1.2.0')
    >>> ModelName.parse("anomaly@latest") == ModelName.parse("anomaly")
    True
    """

    family: str
    version: str = ""

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """Read ``NAME[@VERSION]``.

        Raises
        ------
        ModelError
            The name or the version is not written as such.
        """
        family, at, version = text.partition("@")
        if at and version != "latest":
            return cls(checked_family(family), checked_version(version))
        return cls(checked_family(family))

    def __str__(self) -> str:
        return f"{self.family}@{self.version}" if self.version else self.family


@dataclass(frozen=True)
class Traits:
    """What the rule looks at."""

    model_type: str
    features: list[str]
    parameters: dict[str, Any]


def checked_family(name: str) -> str:
    """The name of a family, which is also a folder.

    Raises
    ------
    ModelError
        It is anything but small letters, digits and underscores.
    """
    if not _FAMILY.fullmatch(name):
        raise ModelError(
            f"{name[:80]!r} is no name of a model; it is made of small letters, digits and _, as in anomaly or "
            "anomaly@1.2.0"
        )
    return name


def checked_version(text: str) -> str:
    """A version without its ``v``.

    Raises
    ------
    ModelError
        It is not three numbers.
    """
    found = _VERSION.fullmatch(text)
    if not found:
        raise ModelError(f"{text[:80]!r} is no version; it is three numbers, as in 1.2.0")
    return found[1]


def version_key(version: str) -> tuple[int, ...]:
    """Numbers of a version, for sorting: 1.10.0 comes after 1.9.0.

    Examples
    --------
    >>> max(["1.9.0", "1.10.0"], key=version_key)
    '1.10.0'
    """
    return tuple(int(part) for part in version.split("."))


def next_version(highest: str, before: Traits, now: Traits) -> str:
    """Version of a new model by :data:`NUMBER_RULE`.

    Parameters
    ----------
    highest : str
        Highest version ever given in the family.
    before, now : Traits
        Of that version, and of the new model. A type that was not stated counts as the same.

    Examples
    --------
    >>> next_version("1.4.2", Traits("forest", ["a"], {}), Traits("forest", ["a", "b"], {}))
    '2.0.0'
    """
    major, minor, patch = version_key(highest)
    if before.features != now.features:
        return f"{major + 1}.0.0"
    if before.parameters != now.parameters or before.model_type not in ("", now.model_type):
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
