"""Tables that forecasts stand on, read from the results of ``load`` and ``features``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from diagmod.io.feature_schemas import RECORDING_FEATURES
from diagmod.io.maintenance_events import MAINTENANCE
from diagmod.io.schemas import MOTORS, RECORDINGS
from diagmod.io.tables import describe_table, read_table
from diagmod.io.trend_tables import TREND


@dataclass(frozen=True)
class TrendTables:
    """What forecasts are made of.

    Attributes
    ----------
    trend, maintenance, motors : DataFrame
        Tables ``trend``, ``maintenance`` and ``motors``.
    visits : DataFrame
        Wanted figures of the feature table: motor_id, quantity, unit, time, value; a row a recording and figure.
    lack : str
        Why there is no trend, as ``load`` said; empty where there is one.
    """

    trend: pd.DataFrame
    maintenance: pd.DataFrame
    motors: pd.DataFrame
    visits: pd.DataFrame
    lack: str = ""


def read_trend_tables(interim: Path, features: Path | None = None, indicators: Sequence[str] = ()) -> TrendTables:
    """Tables of a project.

    Parameters
    ----------
    interim, features : Path
        ``data/interim`` and ``data/processed/features``; the latter only for indicators.
    indicators : sequence of str
        Figures of the table of features per recording.

    Raises
    ------
    TableError
        See :func:`diagmod.io.tables.read_table`.
    ValueError
        An indicator is no figure of the table.
    """
    visits = pd.DataFrame(columns=["motor_id", "quantity", "unit", "time", "value"])
    if indicators and features is not None:
        catalogue = read_table(interim / "recordings.parquet", RECORDINGS)
        visits = _visits(catalogue, read_table(features / "recordings.parquet", RECORDING_FEATURES), indicators)
    return TrendTables(
        read_table(interim / "trend.parquet", TREND),
        read_table(interim / "maintenance.parquet", MAINTENANCE),
        read_table(interim / "motors.parquet", MOTORS),
        visits,
        str(describe_table(interim / "trend.parquet").get("reason", "")),
    )


def _visits(catalogue: pd.DataFrame, figures: pd.DataFrame, indicators: Sequence[str]) -> pd.DataFrame:
    """Long rows of the wanted figures; recordings that cannot carry a diagnosis are left out."""
    units = {column.name: column.unit for column in RECORDING_FEATURES.columns}
    if unknown := [name for name in indicators if name not in units or name in ("recording_id", "motor_id")]:
        raise ValueError(
            f"indicators must be figures of the feature table, got {unknown[0]!r}; they are listed in data/README.md"
        )
    about = catalogue.loc[catalogue["acquisition"] != "unusable", ["recording_id", "motor_id", "started_at"]]
    joined = figures[["recording_id", *indicators]].merge(about, on="recording_id")
    long = joined.melt(["recording_id", "motor_id", "started_at"], list(indicators), "quantity", "value")
    long = long.rename(columns={"started_at": "time"}).assign(unit=long["quantity"].map(units))
    return long[["motor_id", "quantity", "unit", "time", "value"]].sort_values(
        ["motor_id", "quantity", "time"], ignore_index=True
    )
