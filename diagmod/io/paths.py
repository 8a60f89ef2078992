"""Where things lie, and where a stage may write.

A notebook started by the runner writes into a staging folder that mirrors the project; the runner
moves the outputs into place when the whole stage succeeded. The same notebook run by hand in
JupyterLab writes to a scratch folder and says so: pipeline results are never overwritten unasked.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Files that mark the root of a project.
ROOT_MARKS = ("dvc.yaml", "params.yaml")

#: Set by the runner for the kernel: JSON with stage, staging folder, parameters, code version, inputs.
STAGE_VARIABLE = "DIAGMOD_STAGE"


def project_root(start: Path | None = None) -> Path:
    """Root of the project that contains a folder, found upward from it.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the working directory by default. Never the place of the installed package:
        ``dvc exp run --temp`` works in another folder.

    Raises
    ------
    FileNotFoundError
        No folder upward holds dvc.yaml and params.yaml.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if all((folder / mark).is_file() for mark in ROOT_MARKS):
            return folder
    raise FileNotFoundError(
        f"no diagmod project at {start} or above it (dvc.yaml and params.yaml mark one); change into its folder"
    )


@dataclass(frozen=True)
class Workspace:
    """A stage's view of the project: inputs where they are, outputs where they may go.

    Attributes
    ----------
    stage : str
        Name of the stage.
    root : Path
        Root of the project.
    out : Path
        Folder that stands for the root when writing.
    facts : dict
        What the runner says of this run: parameters, code version, input hashes; empty by hand.
    """

    stage: str
    root: Path
    out: Path
    facts: dict[str, Any]

    @classmethod
    def open(cls, stage: str) -> Workspace:
        """The workspace of a stage, as the runner prepared it or a scratch one by hand."""
        root = project_root()
        facts = json.loads(os.environ.get(STAGE_VARIABLE, "{}"))
        if facts.get("stage") == stage:
            return cls(stage, root, Path(facts["staging"]), facts)
        return cls(stage, root, root / ".cache" / "scratch" / stage, {})

    @property
    def is_by_hand(self) -> bool:
        """Whether no runner stands behind this run."""
        return not self.facts

    def read(self, relative: str) -> Path:
        """Path of an input.

        By hand, what the same scratch run wrote is not an input: inputs are always the pipeline's.
        """
        return self.root / relative

    def write(self, relative: str) -> Path:
        """Path of an output, with its parent folders made."""
        path = self.out / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def lineage(self) -> dict[str, Any]:
        """What a table needs to say where it comes from: stage, parameters, code version, input hashes."""
        if self.is_by_hand:
            return {"stage": self.stage, "run": "by hand, not a pipeline result"}
        return {key: self.facts[key] for key in ("stage", "parameters", "code", "inputs")}

    def closing_line(self) -> str:
        """One sentence for the end of a notebook: where the results are."""
        if self.is_by_hand:
            return (
                f"Run by hand: results were written to {self.out.relative_to(self.root)}/ and the pipeline's are "
                f"untouched. `dvc repro {self.stage}` makes them for good."
            )
        return f"Stage {self.stage} wrote its results; the runner puts them in place."
