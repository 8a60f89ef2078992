"""Exports of a historian written by tests, and how they are imported for one motor M1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diagmod.io.export_layouts import LayoutRules
from diagmod.io.historian_exports import TrendImport, read_exports
from diagmod.io.tag_rules import TagRules


def imported(*paths: Path, motors: tuple[str, ...] = ("M1",), sheet: str | None = None, **declared: Any) -> TrendImport:
    """Import files by what is declared of layout and tags."""
    layout = {name: declared.pop(name) for name in list(declared) if name in LayoutRules.__dataclass_fields__}
    return read_exports(list(paths), TagRules(motors=list(motors), **declared), LayoutRules(**layout), sheet)


def write(path: Path, text: str) -> Path:
    """A text as a file, its line ends as they are."""
    path.write_bytes(text.encode())
    return path


def lines(path: Path, *rows: str, head: str = "time;I_R;I_S;I_T") -> Path:
    """A heading and rows as a file."""
    return write(path, "\n".join([head, *rows]) + "\n")
