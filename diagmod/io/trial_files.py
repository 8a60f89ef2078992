"""One file on trial: read, validated and audited as the stage ``load`` would, without a data set around it.

Whoever has a file in hand wants to know whether it could be used before it is in any data set. The same readers and
rules speak, in the same words; what a manifest would say of the file is said by hand. Nothing is kept: all work lies
in a folder of the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diagmod.core.motor import Motor
from diagmod.core.rulesets import ruleset_from
from diagmod.io.dataset_files import MANIFEST_COLUMNS, Dataset, DatasetError
from diagmod.io.defect_catalogue import read_defects
from diagmod.io.file_loading import LoadedFile, LoadJob, load_file
from diagmod.io.manifest_rows import missing_cells, row_problem
from diagmod.io.refusals import printable
from diagmod.io.stages import StageError, read_yaml
from diagmod.io.store import Store

#: Stands for a motor of which nothing is known.
NO_MOTOR = "unknown"

#: Most characters of a cell that is said by hand.
MOST_LETTERS = 200


@dataclass(frozen=True)
class TriedFile:
    """What became of a file on trial.

    Attributes
    ----------
    loaded : LoadedFile
    reason : str
        Why it cannot be used, in one sentence with the name that the file had; empty where it can.
    asked : tuple of str
        Columns of the manifest that would cure it.
    """

    loaded: LoadedFile
    reason: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrialSettings:
    """How files are loaded in a project.

    Attributes
    ----------
    parameters : mapping
        Section ``load`` of params.yaml.
    dataset : Dataset
        What it declares of the reading holds; its start times and columns do not.
    """

    parameters: Mapping[str, object]
    dataset: Dataset

    @classmethod
    def of(cls, root: Path, dataset: Dataset) -> TrialSettings:
        """Settings of a project.

        Raises
        ------
        StageError
            params.yaml has no section ``load``.
        """
        section = read_yaml(root / "params.yaml").get("load")
        if not isinstance(section, Mapping):
            raise StageError("params.yaml has no section load; restore it from the repository")
        declared = Dataset(name=dataset.name, times="none", reading=dataset.reading)
        return cls(parameters=section, dataset=declared)

    @property
    def line_band_hz(self) -> tuple[float, float]:
        """Band in which the supply line is searched, Hz."""
        low, high = self.parameters.get("line_low_hz"), self.parameters.get("line_high_hz")
        if not isinstance(low, int | float) or not isinstance(high, int | float):
            raise StageError("params.yaml: load.line_low_hz and load.line_high_hz must be numbers; correct them")
        return float(low), float(high)


def try_file(
    path: Path, shown: str, cells: Mapping[str, str], motor: Motor | None, settings: TrialSettings, workshop: Path
) -> TriedFile:
    """Read and check one file as ``load`` would.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        Name under which people know it.
    cells : mapping of str
        What is known of it, by column of the manifest.
    motor : Motor or None
        Without a nameplate the waveform is not audited.
    settings : TrialSettings
    workshop : Path
        Folder for work in progress; the waveform stays in it.

    Raises
    ------
    DatasetError
        A column is unknown, or a cell too long.
    StageError, ValueError
        params.yaml is wrong.
    """
    row = dict.fromkeys(MANIFEST_COLUMNS, "") | _checked(cells)
    row |= {"file": path.name, "motor_id": motor.motor_id if motor else NO_MOTOR, "sha256": ""}
    problem = row_problem(row, settings.dataset, [row["motor_id"]])
    if problem:
        return TriedFile(LoadedFile(path.name, problem), _said(problem, path, shown))
    rules = ruleset_from(settings.parameters.get("rules", {}))  # type: ignore[arg-type]
    motors = {motor.motor_id: motor} if motor else {}
    job = LoadJob(
        path.parent, settings.dataset, motors, rules, settings.line_band_hz, Store(workshop, "trial"), read_defects()
    )
    loaded = load_file(job, row)
    asked = missing_cells({**row, "motor_id": "known"}, loaded.reason) if loaded.reason else ()
    return TriedFile(loaded, _said(loaded.reason, path, shown), asked)


def _checked(cells: Mapping[str, str]) -> dict[str, str]:
    for column, cell in cells.items():
        if column not in MANIFEST_COLUMNS:
            raise DatasetError(f"a file has no {column!r}; allowed are {', '.join(MANIFEST_COLUMNS)}")
        if len(cell) > MOST_LETTERS:
            raise DatasetError(f"{column} has {len(cell)} characters, at most {MOST_LETTERS} are allowed; shorten it")
    return {column: cell.strip() for column, cell in cells.items()}


def _said(reason: str, path: Path, shown: str) -> str:
    """A reason with the name that people know, in place of the one that the file was given here."""
    return printable(reason.replace(path.name, shown).replace("recordings.csv: ", ""))
