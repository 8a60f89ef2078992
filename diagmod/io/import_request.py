"""What can be asked of an import, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diagmod.io.import_verdicts import ImportedFile


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What somebody asks to be imported.

    Attributes
    ----------
    path : Path
        File or folder.
    dataset : str
        Name of the data set.
    globs : tuple of str
        See :func:`~diagmod.io.import_sources.find_sources`; so are ``recursive`` and ``limit``.
    patterns : tuple of str
        Patterns of names, see :mod:`diagmod.io.name_patterns`; the first that fits counts.
    words : mapping
        What words in names mean, by field and word.
    timezone : str or None
        Zone of times in names that name none.
    constants : mapping of str
        Cells of the manifest for all files.
    manifest, motors : Path or None
        A manifest and a register that are brought.
    new_motors : mapping or None
        ``pole_pairs`` and ``line_hz`` of motors that are to be added where the register lacks them.
    has_no_times : bool
        Whether start times were not kept.
    is_referenced : bool
        Whether the originals stay where they are.
    is_dry_run : bool
        Whether everything is checked and nothing written.
    jobs : int
        Processes; 0 decides by itself.
    """

    path: Path
    dataset: str
    globs: tuple[str, ...] = ()
    recursive: bool = True
    limit: int | None = None
    patterns: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timezone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    manifest: Path | None = None
    motors: Path | None = None
    new_motors: Mapping[str, float] | None = None
    has_no_times: bool = False
    is_referenced: bool = False
    is_dry_run: bool = False
    jobs: int = 0


@dataclass(frozen=True)
class ImportResult:
    """What became of an import.

    Attributes
    ----------
    dataset : str
    folder : Path
    files : tuple of ImportedFile
        By name, those that were found and those that a manifest names in vain.
    n_left_out : int
        Files that the patterns or the limit of the command left out.
    new_motors : tuple of str
        Motors that were added to the register.
    has_changed : bool
        Whether the data set is another one than before.
    is_dry_run : bool
    """

    dataset: str
    folder: Path
    files: tuple[ImportedFile, ...]
    n_left_out: int
    new_motors: tuple[str, ...]
    has_changed: bool
    is_dry_run: bool
