"""A look over the whole model store: is every file what was registered, and is nothing there that nobody registered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from diagmod.io.model_registry import Registry, read_registry, store_folder
from diagmod.io.model_store import problem_of
from diagmod.io.model_versions import checked_family


@dataclass(frozen=True)
class Checked:
    """What was found at one place of the store; no problem is an empty one."""

    place: str
    problem: str = ""


def verify(root: Path, family: str = "") -> list[Checked]:
    """Check the hashes of every version of the store, or of one family.

    Of the whole store it is also told which versions no registry lists.

    Raises
    ------
    ModelError
        The registry is damaged, or knows no such family.
    """
    registry = read_registry(root)
    if family:
        registry.family(checked_family(family))
    found = [
        Checked(f"{name} v{entry.version}", problem_of(root, name, entry))
        for name in ([family] if family else sorted(registry.families))
        for entry in registry.families[name].kept
    ]
    return found if family else found + _strays(store_folder(root), registry)


def _strays(store: Path, registry: Registry) -> list[Checked]:
    listed = {store / name / f"v{v.version}" for name, own in registry.families.items() for v in own.versions}
    strays = sorted(path for path in store.glob("*/v*") if path not in listed)
    return [Checked(f"{p.parent.name} {p.name}", "no registry lists it; move it away") for p in strays]
