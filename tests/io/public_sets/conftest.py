"""A project, a folder as somebody downloaded it, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.datasets import Fetched, fetch
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.store import Store

RULES = ruleset_from(default_rules() | {"too_short": {"severity": "error", "limit": 0.5}})


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in a folder, with its time of change."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink())
    return {p.relative_to(folder).as_posix(): (p.stat().st_mtime_ns, p.read_bytes()) for p in found}


@pytest.fixture
def downloads(tmp_path: Path) -> Path:
    """The folder of the user."""
    folder = tmp_path / "my downloads"
    folder.mkdir()
    return folder


@pytest.fixture
def get(tmp_path: Path, downloads: Path) -> Callable[[str], Fetched]:
    """Get a data set from the user's folder into a project."""

    def never(*_: object) -> Path:
        raise AssertionError("nothing is downloaded when a folder is given")

    def from_downloads(name: str) -> Fetched:
        before = contents(downloads)
        try:
            return fetch(name, tmp_path / "project", downloads, download=never)
        finally:
            assert contents(downloads) == before, "the user's folder is never written to"

    return from_downloads


@pytest.fixture
def load(tmp_path: Path) -> Callable[[Path], LoadedDataset]:
    """Load a data set as the stage does; waveforms are in the folder ``waveforms`` beside the project."""

    def loaded(folder: Path) -> LoadedDataset:
        return load_dataset(folder, tmp_path / "waveforms", Store(tmp_path / "store", "v1"), RULES, 1)

    return loaded
