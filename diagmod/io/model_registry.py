"""``registry.json`` of the model store: which versions there are, which is in use, and who changed that when.

The registry is the truth of the store. The file ``latest`` of a family and ``audit.jsonl`` follow from it and are
made again where a killed process left them behind. Entries of pruned versions stay, without their folder, so
that no number is given twice and a model that comes back is known again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from diagmod.io.model_files import ModelError
from diagmod.io.model_versions import Traits, checked_family, checked_version, version_key
from diagmod.io.old_registry import is_old_registry, upgraded
from diagmod.io.plain_text import json_text

REGISTRY = "registry.json"

#: Layout of registry.json; 1 was a bare list of entries by family.
SCHEMA_VERSION = 2


@dataclass(frozen=True)
class StoredVersion:
    """Entry of a version.

    Attributes
    ----------
    version, created_at : str
        As 1.2.0, and UTC.
    content_hash : str
        SHA-256 over names and contents of the model's own files.
    features : list of str
    parameters : dict
    model_type : str
        Empty where an early store did not say.
    metrics : dict
        Figures by name; None where a figure is not known.
    files : dict
        SHA-256 of every file in the folder, by name; empty for versions of early stores, which kept
        ``content_hash`` alone.
    pruned_at : str
        When its folder was removed, UTC; empty while it is there.
    """

    version: str
    created_at: str
    content_hash: str
    features: list[str]
    parameters: dict[str, Any]
    model_type: str = ""
    metrics: dict[str, float | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    pruned_at: str = ""

    @classmethod
    def read(cls, raw: dict[str, Any]) -> StoredVersion:
        """From JSON; whatever does not fit raises ValueError or TypeError."""
        entry = cls(**raw)
        kinds = {"features": list, "parameters": dict, "metrics": dict, "files": dict}
        for name, value in asdict(entry).items():
            if not isinstance(value, kinds.get(name, str)):
                raise ValueError(f"{name} of version {str(entry.version)[:20]} is {type(value).__name__}")
        if checked_version(entry.version) != entry.version:
            raise ValueError(f"version {entry.version}")
        return entry

    @property
    def traits(self) -> Traits:
        """What the rule of versions looks at."""
        return Traits(self.model_type, self.features, self.parameters)


@dataclass
class Family:
    """Versions of one family, oldest first, and which of them is in use.

    Attributes
    ----------
    versions : list of StoredVersion
    in_use : str
    used_before : list of str
        What was in use before, the most recent last; rolling back takes from the end.
    is_pinned : bool
        Somebody chose the version in use, so that registering leaves it.
    """

    versions: list[StoredVersion] = field(default_factory=list)
    in_use: str = ""
    used_before: list[str] = field(default_factory=list)
    is_pinned: bool = False

    @property
    def highest(self) -> StoredVersion | None:
        """The version with the highest number ever given."""
        return max(self.versions, key=lambda v: version_key(v.version), default=None)

    @property
    def kept(self) -> list[StoredVersion]:
        """Versions whose folder is there, by number."""
        return sorted((v for v in self.versions if not v.pruned_at), key=lambda v: version_key(v.version))

    def find(self, version: str) -> StoredVersion | None:
        """Entry of a version."""
        return next((v for v in self.versions if v.version == version), None)

    def with_content(self, content_hash: str) -> StoredVersion | None:
        """Entry of the version that is this content."""
        return next((v for v in self.versions if v.content_hash == content_hash), None)

    def put(self, entry: StoredVersion) -> None:
        """Add an entry, or replace the one of the same version."""
        known = [v.version for v in self.versions]
        if entry.version in known:
            self.versions[known.index(entry.version)] = entry
        else:
            self.versions.append(entry)

    def use(self, version: str) -> None:
        """Take a version into use; the one before can be rolled back to."""
        if self.in_use and version != self.in_use:
            self.used_before.append(self.in_use)
        self.in_use = version

    def forget(self, pruned: set[str]) -> None:
        """Let nothing roll back to pruned versions, nor from a version to itself."""
        left: list[str] = []
        for version in (*(v for v in self.used_before if v not in pruned), self.in_use):
            if not left or left[-1] != version:
                left.append(version)
        self.used_before = left[:-1]

    def state_of(self, entry: StoredVersion) -> str:
        """``pruned``, ``in use``, ``roll back to``, ``candidate`` (newer than the one in use) or ``kept``."""
        if entry.pruned_at:
            return "pruned"
        if entry.version == self.in_use:
            return "in use"
        if self.used_before[-1:] == [entry.version]:
            return "roll back to"
        return "candidate" if version_key(entry.version) > version_key(self.in_use) else "kept"


@dataclass
class Registry:
    """The whole registry: families by name, and everything that was ever changed, oldest first."""

    families: dict[str, Family] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    def family(self, name: str) -> Family:
        """A family that is there.

        Raises
        ------
        ModelError
            Nothing of that name was registered.
        """
        if name not in self.families:
            known = ", ".join(sorted(self.families)) or "none; `diagmod models register` fills the store"
            raise ModelError(f"no model {name} in the store; there are: {known}")
        return self.families[name]

    def record(self, action: str, family: str, **facts: Any) -> None:
        """Add an event to the history: what was done to which family, and the facts of it."""
        self.history.append({"serial": len(self.history) + 1, "action": action, "family": family, **facts})

    def text(self) -> str:
        """The registry as it is stored."""
        return json_text({"schema_version": SCHEMA_VERSION, **asdict(self)})


def store_folder(root: Path) -> Path:
    """Folder of the model store of a project."""
    return root / "data" / "models"


def read_registry(root: Path) -> Registry:
    """The registry of a project, of whatever earlier layout; empty where nothing was registered yet.

    Raises
    ------
    ModelError
        The file is damaged, or of a later layout.
    """
    path = store_folder(root) / REGISTRY
    if not path.is_file():
        return Registry()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as exc:
        raise ModelError(f"{REGISTRY} of the model store is damaged ({exc}); restore it from a backup") from exc
    if not isinstance(raw, dict):
        raise ModelError(f"{REGISTRY} of the model store lists no families; restore it from a backup")
    if isinstance(version := raw.get("schema_version"), int) and version > SCHEMA_VERSION:
        raise ModelError(f"{REGISTRY} has layout {version}, this diagmod reads up to {SCHEMA_VERSION}; update diagmod")
    try:
        return _parsed(upgraded(raw, path.parent) if is_old_registry(raw) else raw)
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise ModelError(f"{REGISTRY} of the model store is damaged ({exc}); restore it from a backup") from exc


def _parsed(raw: dict[str, Any]) -> Registry:
    families = {checked_family(name): _family(name, about) for name, about in raw["families"].items()}
    history = list(raw["history"])
    if not all(isinstance(event, dict) for event in history):
        raise TypeError("its history holds no events")
    return Registry(families, history)


def _family(name: str, about: dict[str, Any]) -> Family:
    family = Family(**{**about, "versions": [StoredVersion.read(raw) for raw in about["versions"]]})
    kept = {v.version for v in family.kept}
    if len({v.version for v in family.versions}) < len(family.versions):
        raise ValueError(f"a version of {name} stands in it twice")
    if family.in_use not in kept or not set(family.used_before) <= kept:
        raise ValueError(f"a version of {name} that is in use is not there")
    return family
