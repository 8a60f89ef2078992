"""Tables of the long studies: ``reports/verify/NAME.csv``, a row a case, so that a stopped study goes on.

A row counts only for the code that it was measured with; rows of other code are dropped when the next
one is written.
"""

from __future__ import annotations

import csv
import hashlib
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: What decides the outcome of a study.
CODE = ("diagmod", "notebooks", "params.yaml", "dvc.yaml", "constraints.txt")


def code_version() -> str:
    """Hash of the committed and uncommitted sources that a study exercises."""
    listed = subprocess.run(["git", "ls-files", *CODE], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    digest = hashlib.sha256()
    for name in sorted(listed.split()):
        digest.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return digest.hexdigest()[:12]


class StudyTable:
    """One table of one study."""

    def __init__(self, name: str, columns: tuple[str, ...]) -> None:
        self.path = ROOT / "reports" / "verify" / f"{name}.csv"
        self.columns = ("case", *columns, "code")
        self.version = code_version()

    def rows(self) -> list[dict[str, str]]:
        """Rows measured with this code."""
        if not self.path.is_file():
            return []
        with self.path.open(newline="", encoding="utf-8") as stream:
            return [row for row in csv.DictReader(stream) if row.get("code") == self.version]

    def has(self, case: str) -> bool:
        """Whether a case was measured with this code."""
        return any(row["case"] == case for row in self.rows())

    def add(self, case: str, **figures: object) -> None:
        """Keep the outcome of a case."""
        rows = [row for row in self.rows() if row["case"] != case]
        rows.append({"case": case, **{key: str(value) for key, value in figures.items()}, "code": self.version})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(sorted(rows, key=lambda row: row["case"]))
