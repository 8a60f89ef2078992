"""Stages that failed last time: the notebooks as far as they ran, in ``reports/broken``, and what stopped each.

The runner puts such a notebook there and takes it away when the stage runs again.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: Most characters of a reason.
LONGEST_REASON = 300


@dataclass(frozen=True)
class BrokenRun:
    """A run that failed: the stage, its notebook relative to the project, when (UTC), and the error in a line."""

    stage: str
    notebook: str
    at: datetime
    reason: str


def broken_runs(root: Path) -> list[BrokenRun]:
    """Runs that failed and have not been repeated since, by name of the notebook."""
    found = []
    for path in sorted((root / "reports" / "broken").glob("*.ipynb")):
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        stage = re.sub(r"^\d+_", "", path.stem)
        found.append(BrokenRun(stage, path.relative_to(root).as_posix(), at, _reason(path)))
    return found


def _reason(path: Path) -> str:
    """The last error in a notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        errors = [out for cell in cells for out in cell.get("outputs", ()) if out.get("output_type") == "error"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "the notebook cannot be read"
    return _in_a_line(errors[-1]) if errors else "no cell failed: the run was stopped, or took too long"


def _in_a_line(error: dict[str, Any]) -> str:
    text = " ".join(f"{error.get('ename', 'Error')}: {error.get('evalue', '')}".split())
    return text[:LONGEST_REASON]
