"""Results of the pipeline, read when they are asked for and by column: what dashboards stand on.

A table that was read is kept until its file changes or :meth:`Results.forget` is called, so that a changed filter costs
no file access. Nothing here calls DVC, which may be busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from diagmod.io.dataset_files import Dataset
from diagmod.io.freshness import last_rebuild, standing_in_words
from diagmod.io.hashes import hash_paths
from diagmod.io.interim import DATASET_FILE, read_dataset_facts
from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.model_store import version_of
from diagmod.io.stages import StageError
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import TableError, check_table, describe_table, read_table

#: Folders of tables, and the tables in them; a file has the name of its table, but for :data:`_STEMS`.
_FOLDERS = {
    "data/interim": ("findings", "load_report", "maintenance", "motors", "readiness", "recordings", "refused_events",
                     "trend"),
    "data/processed": ("anomaly_drivers", "anomaly_scores", "embeddings"),
    "data/processed/features": ("diagnoses", "evidence", "preparation", "recording_features", "recording_states",
                                "segments", "sequence_track", "signatures"),
    "data/processed/faults": ("fault_accuracy", "fault_drivers", "fault_predictions", "fault_probabilities",
                              "fault_severities"),
    "data/processed/forecast": ("crossing_figures", "forecast_crossings", "forecast_risk", "forecast_scores",
                                "forecast_series", "forecast_summary", "forecast_surprises", "forecasts"),
    "data/processed/health": ("health", "motor_health"),
    "data/processed/regimes": ("regime_segments", "regime_views", "regimes"),
    "data/processed/evaluation": ("alarm_rates", "baseline_changes", "calibration", "class_accuracy", "class_recall",
                                  "detection_delay_curves", "detection_delay_figures", "detection_delays", "drift",
                                  "drift_streams", "drift_verdict", "evaluation", "evaluation_strata", "fault_classes",
                                  "label_audit", "minimum_severity", "recall_over_severity", "reliability",
                                  "segment_states", "verdict_counts"),
}  # fmt: skip

#: Stems of files that are not named like their table.
_STEMS = {"recording_features": "recordings"} | {
    name: name.removeprefix("forecast_") for name in _FOLDERS["data/processed/forecast"] if name != "forecasts"
}

#: Folder of a table, relative to the project.
PLACES = {name: folder for folder, names in _FOLDERS.items() for name in names}

#: Families whose models speak on the dashboards.
FAMILIES = ("anomaly", "faults", "forecast")

#: Digits of a hash that people are shown.
SHORT = 8

#: What is said where nothing was built.
NO_RESULTS = "there are no results yet; run `make repro`, then refresh this page"


class Results:
    """Results of a project.

    Parameters
    ----------
    root : Path
        The project.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._kept: dict[tuple[Any, ...], pd.DataFrame] = {}

    def source(self, table: str) -> str:
        """File of a table, relative to the project."""
        return f"{PLACES[table]}/{_STEMS.get(table, table)}.parquet"

    def path(self, table: str) -> Path:
        """File of a table."""
        return self.root / self.source(table)

    def table(self, name: str, columns: Sequence[str] | None = None, **equal: str | bool | int) -> pd.DataFrame:
        """A table, or some columns and rows of it.

        Parameters
        ----------
        name : str
            Of :data:`PLACES`.
        columns : sequence of str, optional
            All by default.
        **equal : str, bool or int
            Values that a column must have, as ``motor_id="M01"``; read from the file without the other rows.

        Returns
        -------
        DataFrame
            Not to be changed in place: it is kept.

        Raises
        ------
        TableError
            The file is missing, damaged, or of an older version of the product.
        """
        path = self.path(name)
        try:
            stamp = path.stat()
        except FileNotFoundError:
            started = (self.root / "data" / "interim" / DATASET_FILE).is_file()
            raise TableError(
                f"{self.source(name)} is missing; run `make repro`, then refresh this page" if started else NO_RESULTS
            ) from None
        key = (name, tuple(columns or ()), tuple(sorted(equal.items())), stamp.st_mtime_ns, stamp.st_size, stamp.st_ino)
        if key not in self._kept:
            self._kept[key] = self._read(path, name, columns, equal)
        return self._kept[key]

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._kept.clear()

    def dataset(self) -> Dataset:
        """Facts of the loaded data set.

        Raises
        ------
        TableError
            Nothing was built yet.
        """
        interim = self.root / "data" / "interim"
        if not (interim / DATASET_FILE).is_file():
            raise TableError(NO_RESULTS)
        return read_dataset_facts(interim)

    def facts(self) -> dict[str, str]:
        """What the status line of a page tells: data set, model, last rebuild."""
        built = last_rebuild(self.root)
        return {
            "Data set": self.dataset().name,
            "Anomaly model": self.model_version("anomaly"),
            "Last rebuild": f"{built:%Y-%m-%d %H:%M} UTC" if built else "not recorded",
        }

    def versions(self) -> dict[str, str]:
        """Where everything comes from: raw data, code, and every model with its standing."""
        lineage = describe_table(self.path("recordings"))["lineage"]
        raw = next(iter(lineage.get("inputs", {}).values()), "")
        models = {f"{family.capitalize()} model": self.model_version(family) for family in FAMILIES}
        return {
            "Data set": self.dataset().name,
            "Data version": raw[:SHORT] or "by hand",
            "Code version": lineage.get("code", "")[:SHORT] or "by hand",
        } | models

    def model_version(self, family: str) -> str:
        """Version of the model behind the present results, or why there is none."""
        folder = self.root / "data" / "processed" / "models" / family
        if not (folder / "model.json").is_file():
            return "none trained"
        try:
            facts = read_facts(folder)
            version = version_of(self.root, family, hash_paths(["."], folder))
        except ModelError as exc:
            return f"unknown: {exc}"
        if "features" not in facts:
            return f"none: {facts.get('reason', 'no reason stated')}"
        return f"v{version}" if version else "not registered"

    def standing_words(self) -> str:
        """One sentence where the results do not belong together; empty where they do, or where there are none."""
        try:
            return standing_in_words(self.root)
        except StageError as exc:
            return str(exc)

    @staticmethod
    def _read(path: Path, name: str, columns: Sequence[str] | None, equal: dict[str, str | bool | int]) -> pd.DataFrame:
        schema = TABLES[name]
        if not equal:
            return read_table(path, schema, columns)
        check_table(path, schema, columns)
        try:
            found = pq.read_table(
                path, columns=list(columns) if columns else None, filters=[(k, "==", v) for k, v in equal.items()]
            )
        except (OSError, pa.ArrowInvalid) as exc:
            raise TableError(f"{path.name} is damaged; rebuild it with `dvc repro`") from exc
        return found.to_pandas()
