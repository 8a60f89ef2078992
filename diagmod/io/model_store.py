"""The model store ``data/models``: every model ever registered, under a version, and checked before it is opened.

The pipeline's trained model is a pure function of its inputs; the store is history, with times and commits.
Registering the same model twice changes nothing: a model is known by the hash of its content. Which number rises is
written in :data:`~diagmod.io.model_versions.NUMBER_RULE`, which version is in use in
:data:`~diagmod.io.model_versions.USE_RULE`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from diagmod.io.model_audit import stamp
from diagmod.io.model_cards import SCORES_SAY, metadata_of, write_companions
from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.model_metrics import metrics_of
from diagmod.io.model_registry import Family, StoredVersion, read_registry
from diagmod.io.model_seals import check_seal, content_hash, files_of, prove_loads, read_sealed
from diagmod.io.model_transactions import changing, draft_of_version, put_in_place, version_folder
from diagmod.io.model_versions import ModelName, Traits, checked_family, next_version

#: What an entry of the registry says again and must agree with the metadata beside the model.
_SAID_TWICE = ("version", "created_at", "content_hash", "features", "parameters")


class NoModelError(ModelError):
    """The pipeline trained nothing, and says why."""


@dataclass(frozen=True)
class Registered:
    """A version in the store.

    Attributes
    ----------
    family, version : str
    is_new : bool
        Its number was given just now.
    is_restored : bool
        It had been pruned or damaged, and is whole again under its old number.
    in_use : str
        The version in use now.
    was_in_use : str
        The version in use before; empty for none.
    """

    family: str
    version: str
    is_new: bool
    is_restored: bool
    in_use: str
    was_in_use: str


@dataclass(frozen=True)
class StoredModel:
    """A version whose every file is what was registered.

    Attributes
    ----------
    name : ModelName
        With its version.
    folder : Path
    metadata : dict
        Content of ``metadata.json``.
    facts : dict
        Content of ``model.json``.
    """

    name: ModelName
    folder: Path
    metadata: dict[str, Any]
    facts: dict[str, Any]


def register(root: Path, family: str) -> Registered:
    """Copy the pipeline's trained model into the store under its next version, or find the one it has.

    A model that is not in the store yet is loaded once, to prove that it loads.

    Parameters
    ----------
    root : Path
        The project.
    family : str
        Folder in ``data/processed/models``.

    Raises
    ------
    NoModelError
        The data were not enough to train on; the message holds the reason.
    ModelError
        There is no trained model, its files contradict each other or could run code, or the store is damaged.
    """
    source = root / "data" / "processed" / "models" / checked_family(family)
    facts = _trained_facts(source)
    files = files_of(source, follow=True)
    content = content_hash(files)
    if _kept_as(root, family, content) is None:
        prove_loads(source, files)
    about = {**facts, "metrics": metrics_of(root, family, facts)}
    mark = stamp(root)
    with changing(root) as registry:
        own = registry.families.setdefault(family, Family())
        known, before = own.with_content(content), own.in_use
        is_whole = known is not None and _is_whole(root, family, known)
        entry = known if known and is_whole else _stored(root, family, own, source, about, content, mark)
        own.put(entry)
        if not own.is_pinned:
            own.use(entry.version)
        if not is_whole or own.in_use != before:
            registry.record("register", family, **{"from": before, "to": own.in_use, "version": entry.version}, **mark)
    return Registered(family, entry.version, known is None, known is not None and not is_whole, own.in_use, before)


def open_model(root: Path, name: str) -> StoredModel:
    """A stored model, opened only after every file was found to be the one that was registered.

    Parameters
    ----------
    root : Path
        The project.
    name : str
        ``NAME`` for the version in use, or ``NAME@VERSION``.

    Raises
    ------
    ModelError
        There is no such version, or a file of it was changed, added, removed or replaced by a link.
    """
    asked = ModelName.parse(name)
    family = read_registry(root).family(asked.family)
    entry = kept_version(family, asked)
    return opened(root, asked.family, entry)


def opened(root: Path, family: str, entry: StoredVersion) -> StoredModel:
    """The model of an entry, as :func:`open_model` gives it."""
    folder = version_folder(root, family, entry.version)
    files = check_seal(folder, entry)
    metadata, facts = (read_sealed(folder, name, files) for name in ("metadata.json", "model.json"))
    if said := next((key for key in _SAID_TWICE if metadata.get(key) != getattr(entry, key)), ""):
        raise ModelError(
            f"metadata.json of {family} v{entry.version} and the registry disagree about {said}; restore one of them, "
            "or take another version"
        )
    return StoredModel(ModelName(family, entry.version), folder, metadata, facts)


def kept_version(family: Family, asked: ModelName) -> StoredVersion:
    """Entry of a version whose folder is there.

    Raises
    ------
    ModelError
        There is no such version, or it was pruned.
    """
    entry = family.find(asked.version or family.in_use)
    if entry and not entry.pruned_at:
        return entry
    kept = ", ".join(v.version for v in family.kept)
    if entry:
        raise ModelError(f"{asked} was pruned at {entry.pruned_at}; take another version ({kept}) or train it again")
    raise ModelError(f"there is no {asked} in the store; its versions are {kept}")


def problem_of(root: Path, family: str, entry: StoredVersion) -> str:
    """What is wrong with the folder of a version, as a sentence; empty where nothing is."""
    try:
        opened(root, family, entry)
    except ModelError as exc:
        return str(exc)
    return ""


def version_of(root: Path, family: str, content_hash: str) -> str:
    """Version under which a model's content is registered, or ""."""
    own = read_registry(root).families.get(family)
    found = own.with_content(content_hash) if own else None
    return found.version if found else ""


def _trained_facts(source: Path) -> dict[str, Any]:
    facts = read_facts(source)
    if "features" not in facts:
        raise NoModelError(f"there is no model to register: {facts.get('reason', 'no reason stated')}")
    if missing := sorted({"model_type", "lineage"} - set(facts)):
        raise ModelError(f"model.json in {source.name} lacks {missing[0]!r}; train the model again")
    kinds = {"features": list, "model_type": str, "lineage": dict}
    if wrong := sorted(name for name, kind in kinds.items() if not isinstance(facts[name], kind)):
        raise ModelError(f"model.json in {source.name}: {wrong[0]} is no {kinds[wrong[0]].__name__}; train it again")
    return facts


def _kept_as(root: Path, family: str, content: str) -> StoredVersion | None:
    own = read_registry(root).families.get(family)
    entry = own.with_content(content) if own else None
    return entry if entry and not entry.pruned_at else None


def _is_whole(root: Path, family: str, entry: StoredVersion) -> bool:
    return not entry.pruned_at and not problem_of(root, family, entry)


def _stored(
    root: Path, family: str, own: Family, source: Path, about: dict[str, Any], content: str, mark: dict[str, str]
) -> StoredVersion:
    """Entry of a version whose folder was made just now; a known model keeps its number and its date."""
    known = own.with_content(content)
    now = Traits(about["model_type"], about["features"], about["lineage"].get("parameters", {}))
    version = known.version if known else _next(own, now)
    created_at = known.created_at if known else mark["at"]
    draft = draft_of_version(root)
    shutil.copytree(source, draft, dirs_exist_ok=True)
    metadata = metadata_of(version, created_at, content, mark["git_commit"], about)
    write_companions(draft, family, metadata, str(about.get("says", SCORES_SAY)))
    files = files_of(draft)
    if content_hash(files) != content:
        raise ModelError(f"the trained model {family} changed while it was copied; register it again")
    put_in_place(root, draft, family, version, is_known=known is not None)
    entry = StoredVersion(version, created_at, content, now.features, now.parameters, now.model_type, files=files)
    return replace(entry, metrics=about["metrics"])


def _next(own: Family, now: Traits) -> str:
    highest = own.highest
    return next_version(highest.version, highest.traits, now) if highest else "1.0.0"
