"""On what a diagnosis stands: file, nameplate, columns and rate as concluded, parameters, code.

It leads from a printed sentence back to one file and one version of the code, and it is the same on
every machine: no clock time, host, folder or commit is in it.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import diagmod
from diagmod.core.recording import PHASES
from diagmod.io.hashes import file_sha256, hash_paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diagmod.core.charts import SeverityChart
    from diagmod.core.motor import Motor
    from diagmod.io.recording_files import RecordingFile

#: Layers that a diagnosis of a file reaches; their sources are its code version.
LAYERS = ("diagmod/core", "diagmod/io")


def lineage_of(
    path: Path,
    recording: RecordingFile,
    motor: Motor,
    *,
    nameplate_source: str,
    charts: Sequence[SeverityChart],
    parameters: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that a diagnosis of a file depends on.

    Parameters
    ----------
    path : Path
        File that was read; its name and its content are kept, its folder is not.
    recording : RecordingFile
        What the reader made of it.
    motor : Motor
        Nameplate used.
    nameplate_source : str
        Where the nameplate comes from, in words.
    charts : sequence of SeverityChart
        Severity charts, the grading one first.
    parameters : mapping
        Further settings by name.
    """
    columns = {phase: name or None for phase, name in zip(PHASES, recording.columns, strict=True)}
    return {
        "file": {"name": path.name, "sha256": file_sha256(path)},
        "recording": {
            "columns": columns,
            "time_column": recording.time_column or None,
            "fs_hz": recording.fs,
            "unit": recording.unit,
            "n_samples": recording.currents.shape[1],
            "notes": list(recording.notes),
        },
        "nameplate": {"source": nameplate_source, **asdict(motor)},
        "parameters": {**parameters, "charts": [asdict(chart) for chart in charts]},
        "code": {"package": "diagmod", "version": diagmod.__version__, "sha256": code_sha256()},
    }


def code_sha256() -> str:
    """Hash of the sources of the layers that a diagnosis reaches."""
    return hash_paths(LAYERS, Path(diagmod.__file__).parents[1])
