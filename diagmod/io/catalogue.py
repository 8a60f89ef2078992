"""What the pipeline has put in place, read for people: tables of ``data/interim`` and where they come from.

Dashboards open it at every visit, so they show what is there now. It reads files only; nothing here
calls DVC, which may be busy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from diagmod.io.dataset_files import Dataset
from diagmod.io.hashes import hash_paths
from diagmod.io.interim import DATASET_FILE, read_dataset_facts
from diagmod.io.maintenance_events import MAINTENANCE
from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.model_store import version_of
from diagmod.io.paths import project_root
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.tables import TableError, describe_table, read_table
from diagmod.io.trend_tables import TREND

#: Digits of a hash that people are shown.
SHORT = 8

#: Recorded time from which it is told in hours (min).
MOST_MINUTES = 120


@dataclass(frozen=True)
class Catalogue:
    """Tables of the loaded data set and the versions behind them."""

    root: Path
    dataset: Dataset
    recordings: pd.DataFrame
    findings: pd.DataFrame
    report: pd.DataFrame
    motors: pd.DataFrame
    trend: pd.DataFrame
    maintenance: pd.DataFrame

    @classmethod
    def open(cls, root: Path | None = None) -> Catalogue:
        """Read ``data/interim``.

        Raises
        ------
        TableError
            A table is missing, for example because nothing was built yet.
        """
        root = root or project_root()
        interim = root / "data" / "interim"
        if not (interim / DATASET_FILE).is_file():
            raise TableError("there are no results yet; run `make repro` and open this page again")
        return cls(
            root,
            read_dataset_facts(interim),
            *(
                read_table(interim / f"{schema.name}.parquet", schema)
                for schema in (RECORDINGS, FINDINGS, LOAD_REPORT, MOTORS, TREND, MAINTENANCE)
            ),
        )

    def fleet(self) -> pd.DataFrame:
        """A row a motor: nameplate, recordings, last one, how many carry a warning, files not loaded."""
        by_motor = self.recordings.groupby("motor_id")
        refused = self.report[self.report["status"] == "quarantined"].groupby("motor_id").size()
        counted = pd.DataFrame(
            {
                "recordings": by_motor.size(),
                "last_recorded": by_motor["started_at"].max(),
                "with_warning": by_motor["quality"].agg(lambda q: int((q == "warning").sum())),
                "quarantined": refused,
            }
        )
        joined = self.motors.merge(counted, left_on="motor_id", right_index=True, how="left")
        counts = ["recordings", "with_warning", "quarantined"]
        return joined.assign(**{name: pd.to_numeric(joined[name]).fillna(0).astype(int) for name in counts})

    def totals(self) -> dict[str, tuple[str, str]]:
        """Figures of the whole data set: name to value and unit."""
        status = self.report["status"].value_counts()
        first, last = self.recordings["started_at"].min(), self.recordings["started_at"].max()
        period = "not recorded" if pd.isna(first) else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
        minutes = self.recordings["duration_s"].sum() / 60
        lasting = f"{minutes:.1f} min" if minutes < MOST_MINUTES else f"{minutes / 60:.1f} h"
        return {
            "Motors": (str(len(self.motors)), ""),
            "Recordings": (str(len(self.recordings)), f"{lasting} in all"),
            "Period": (period, "UTC" if pd.notna(first) else ""),
            "With a warning": _counted(int((self.recordings["quality"] == "warning").sum()), "recording"),
            "In quarantine": _counted(int(status.get("quarantined", 0)), "file"),
            "Duplicates": _counted(int(status.get("duplicate", 0)), "file"),
        }

    def versions(self) -> dict[str, str]:
        """Where the page comes from: data set, hash of the raw data, code, and the model with its standing."""
        lineage = describe_table(self.root / "data" / "interim" / "recordings.parquet")["lineage"]
        inputs = lineage.get("inputs", {})
        raw = next(iter(inputs.values()), "")
        return {
            "Data set": self.dataset.name,
            "Data version": raw[:SHORT] or "by hand",
            "Code version": lineage.get("code", "")[:SHORT] or "by hand",
            "Anomaly model": self._model_version(),
        }

    def _model_version(self) -> str:
        folder = self.root / "data" / "processed" / "models" / "anomaly"
        if not (folder / "model.json").is_file():
            return "none trained"
        try:
            facts = read_facts(folder)
            version = version_of(self.root, "anomaly", hash_paths(["."], folder))
        except ModelError as exc:
            return f"unknown: {exc}"
        if "features" not in facts:
            return f"none: {facts.get('reason', 'no reason stated')}"
        seen = facts.get("lineage", {}).get("inputs", {}).get("data/interim/recordings.parquet")
        is_current = seen == hash_paths(["data/interim/recordings.parquet"], self.root)
        name = f"v{version}" if version else "not registered"
        return f"{name}, trained on {'this data' if is_current else 'other data: run `make repro`'}"


def _counted(n: int, noun: str) -> tuple[str, str]:
    return str(n), noun if n == 1 else f"{noun}s"
