"""What the ``load`` stage leaves for the stages after it: ``data/interim``.

Beside the tables there is ``dataset.json``, what the data set declares of itself, so that no later
stage has to open ``data/raw``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.core.motor import Motor
from diagmod.io.dataset_files import Dataset, DatasetError, originals_of
from diagmod.io.maintenance_events import MAINTENANCE, REFUSED_EVENTS
from diagmod.io.readiness import READINESS
from diagmod.io.retention import Originals
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.tables import read_table, write_table
from diagmod.io.trend_tables import TREND

if TYPE_CHECKING:
    from diagmod.io.loading import LoadedDataset

DATASET_FILE = "dataset.json"

#: Entries of it that the data set does not declare itself.
_NOT_DECLARED = ("trend_reason", "folder")


def write_interim(loaded: LoadedDataset, folder: Path, lineage: dict[str, Any]) -> None:
    """Write tables, the quarantine as CSV for people, and the data set's own description.

    Parameters
    ----------
    loaded : LoadedDataset
    folder : Path
        ``data/interim``; the waveforms are there already.
    lineage : dict
        From ``Workspace.lineage()``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reason = "" if len(loaded.recordings) else "no file of the data set could be loaded, see load_report"
    unit, events_reason = loaded.dataset.unit, loaded.maintenance.reason
    write_table(loaded.recordings, RECORDINGS, folder / "recordings.parquet", lineage, reason=reason, current_unit=unit)
    write_table(loaded.findings, FINDINGS, folder / "findings.parquet", lineage)
    write_table(loaded.report, LOAD_REPORT, folder / "load_report.parquet", lineage)
    write_table(loaded.motors, MOTORS, folder / "motors.parquet", lineage)
    write_table(loaded.trend, TREND, folder / "trend.parquet", lineage, reason=loaded.trend_reason)
    write_table(loaded.maintenance.events, MAINTENANCE, folder / "maintenance.parquet", lineage, reason=events_reason)
    write_table(loaded.maintenance.refused, REFUSED_EVENTS, folder / "refused_events.parquet", lineage)
    write_table(loaded.readiness, READINESS, folder / "readiness.parquet", lineage)
    write_table(loaded.quarantine, LOAD_REPORT, folder / "quarantine.csv", lineage)
    about = {**asdict(loaded.dataset), "trend_reason": loaded.trend_reason, "folder": loaded.folder}
    (folder / DATASET_FILE).write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_dataset_facts(folder: Path) -> Dataset:
    """What the loaded data set declares of itself.

    Raises
    ------
    DatasetError
        ``dataset.json`` is missing or is not what the ``load`` stage wrote.
    """
    try:
        about = json.loads((folder / DATASET_FILE).read_text(encoding="utf-8"))
        declared = {name: value for name, value in about.items() if name not in _NOT_DECLARED}
        return Dataset(**{**declared, "columns": tuple(declared["columns"])})
    except FileNotFoundError:
        raise DatasetError(f"{DATASET_FILE} is missing in {folder.name}; run `dvc repro load`") from None
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise DatasetError(f"{DATASET_FILE} is damaged ({exc}); rebuild it with `dvc repro`") from exc


def read_originals(folder: Path, raw: Path) -> Originals:
    """Where the files of the loaded data set lie.

    Parameters
    ----------
    folder : Path
        ``data/interim``.
    raw : Path
        ``data/raw``.

    Raises
    ------
    DatasetError
        See :func:`read_dataset_facts`.
    """
    dataset = read_dataset_facts(folder)
    name = json.loads((folder / DATASET_FILE).read_text(encoding="utf-8")).get("folder", dataset.name)
    return Originals(originals_of(raw / name, dataset))


def read_nameplates(folder: Path) -> dict[str, Motor]:
    """Nameplates of the loaded data set by motor, from its table ``motors``; an empty cell is not known.

    Raises
    ------
    TableError
        The table is missing or is not what the ``load`` stage wrote.
    """
    rows = read_table(folder / "motors.parquet", MOTORS).to_dict("records")
    plates = [{str(name): cell for name, cell in row.items() if not pd.isna(cell) and cell != ""} for row in rows]
    return {str(plate["motor_id"]): Motor.from_mapping(plate) for plate in plates}
