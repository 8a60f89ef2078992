"""What people do with stored models: take a version into use, go back, compare two, and make room.

Every change names its family, what was in use before and after, when, and why; a version is checked before it is taken
into use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diagmod.io.model_audit import stamp
from diagmod.io.model_files import ModelError
from diagmod.io.model_registry import Family, StoredVersion
from diagmod.io.model_store import StoredModel, kept_version, open_model, opened
from diagmod.io.model_transactions import changing, version_folder
from diagmod.io.model_versions import ModelName, checked_family


@dataclass(frozen=True)
class Change:
    """A family whose version in use was chosen: ``before`` and ``after`` may be the same."""

    family: str
    before: str
    after: str


@dataclass(frozen=True)
class Pruned:
    """Versions whose folders were removed, or would be, and the room they take."""

    family: str
    versions: list[str]
    n_bytes: int


@dataclass(frozen=True)
class Comparison:
    """How a stored model ``b`` differs from a stored model ``a``.

    Attributes
    ----------
    a, b : str
        Names with versions.
    metrics, parameters, data : dict
        Pairs (of a, of b) by name; None where one has no such figure, setting or input. Metrics of both stand there,
        settings and inputs (SHA-256) only where they differ.
    features_added, features_removed : list of str
    model_types : tuple of str
    """

    a: str
    b: str
    metrics: dict[str, tuple[Any, Any]]
    features_added: list[str]
    features_removed: list[str]
    parameters: dict[str, tuple[Any, Any]]
    data: dict[str, tuple[Any, Any]]
    model_types: tuple[str, str]


def promote(root: Path, name: str, reason: str = "", *, follow: bool = False) -> Change:
    """Take a version into use.

    Parameters
    ----------
    root : Path
    name : str
        ``NAME@VERSION``.
    reason : str
    follow : bool
        Let models that are registered later take its place; otherwise it stays until the next promotion.

    Raises
    ------
    ModelError
        No version is named, there is none such, its files are not what was registered, or the reason is no line.
    """
    asked = ModelName.parse(name)
    if not asked.version:
        raise ModelError(f"say which version of {asked.family} to promote, as in {asked.family}@1.2.0")
    mark = stamp(root, reason)
    with changing(root) as registry:
        family = registry.family(asked.family)
        entry, before = kept_version(family, asked), family.in_use
        opened(root, asked.family, entry)
        family.use(entry.version)
        family.is_pinned = not follow
        registry.record("promote", asked.family, **{"from": before, "to": entry.version, "follow": follow}, **mark)
    return Change(asked.family, before, entry.version)


def roll_back(root: Path, name: str, reason: str = "") -> Change:
    """Take the version into use that was in use before; done twice, the one before that.

    Raises
    ------
    ModelError
        Nothing was in use before, its files are not what was registered, or the reason is no line.
    """
    checked, mark = checked_family(name), stamp(root, reason)
    with changing(root) as registry:
        family, before = registry.family(checked), registry.family(checked).in_use
        if not family.used_before:
            raise ModelError(f"{checked} v{before} is the first in use, there is none to go back to; promote another")
        entry = kept_version(family, ModelName(checked, family.used_before.pop()))
        opened(root, checked, entry)
        family.in_use, family.is_pinned = entry.version, True
        registry.record("rollback", checked, **{"from": before, "to": entry.version}, **mark)
    return Change(checked, before, entry.version)


def prune(root: Path, name: str, keep: int, *, dry_run: bool = False) -> Pruned:
    """Remove old versions of a family: all but the newest, the one in use and the one to roll back to.

    Parameters
    ----------
    root : Path
    name : str
        Family.
    keep : int
        How many of the newest stay, at least 1.
    dry_run : bool
        Remove nothing, say what would go.

    Raises
    ------
    ModelError
        There is no such family, or fewer than one would stay.
    """
    checked = checked_family(name)
    if keep < 1:
        raise ModelError(f"at least 1 version must stay, got {keep}")
    mark = stamp(root)
    with changing(root) as registry:
        family = registry.family(checked)
        going = _superfluous(family, keep)
        n_bytes = sum(_size(version_folder(root, checked, entry.version)) for entry in going)
        names = [entry.version for entry in going]
        if going and not dry_run:
            for entry in going:
                family.put(replace(entry, pruned_at=mark["at"]))
            family.forget(set(names))
            registry.record("prune", checked, **{"from": family.in_use, "to": family.in_use, "pruned": names}, **mark)
    return Pruned(checked, names, n_bytes)


def compare(root: Path, a: str, b: str) -> Comparison:
    """How one stored model differs from another.

    Raises
    ------
    ModelError
        See :func:`diagmod.io.model_store.open_model`.
    """
    first, second = open_model(root, a), open_model(root, b)
    features = [model.metadata["features"] for model in (first, second)]
    return Comparison(
        a=str(first.name),
        b=str(second.name),
        metrics=_pairs(first, second, "metrics"),
        features_added=[name for name in features[1] if name not in set(features[0])],
        features_removed=[name for name in features[0] if name not in set(features[1])],
        parameters=_differing(_pairs(first, second, "parameters")),
        data=_differing(_pairs(first, second, "training_data_hash")),
        model_types=(first.metadata["model_type"], second.metadata["model_type"]),
    )


def _superfluous(family: Family, keep: int) -> list[StoredVersion]:
    staying = {family.in_use, *family.used_before[-1:], *(entry.version for entry in family.kept[-keep:])}
    return [entry for entry in family.kept if entry.version not in staying]


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def _pairs(first: StoredModel, second: StoredModel, key: str) -> dict[str, tuple[Any, Any]]:
    of_a, of_b = first.metadata[key], second.metadata[key]
    return {name: (of_a.get(name), of_b.get(name)) for name in sorted({*of_a, *of_b})}


def _differing(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
