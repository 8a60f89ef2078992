"""A motor forecast anew by a stored model: nothing is trained, and the same trend gives the same answer from the store.

What is asked is keyed by the hash of the model, of the series as they are now, of the limit and of the code; an answer
once given comes back without anything being loaded that could compute it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io.forecast_tables import FORECAST_RISK, FORECAST_SERIES, FORECASTS
from diagmod.io.hashes import file_sha256, hash_paths
from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.store import Store
from diagmod.io.tables import read_table, write_table
from diagmod.models.forecast.forecast_rows import content_of
from diagmod.models.forecast.limits import LimitSettings
from diagmod.models.forecast.series import DAY_H
from diagmod.models.forecast.set_forecasts import Told, rated_currents, tell
from diagmod.models.forecast.trend_inputs import TrendTables, read_trend_tables
from diagmod.models.forecast.trend_sets import TrendSets, sets_of

#: Family of the model store.
FAMILY = "forecast"

#: Where the pipeline keeps the model that it trained.
TRAINED = Path("data/processed/models") / FAMILY

_ANSWER = {"forecasts": FORECASTS, "series": FORECAST_SERIES, "risk": FORECAST_RISK}


class ForecastError(ValueError):
    """There is no forecast; the message is one sentence."""


@dataclass(frozen=True)
class MotorForecast:
    """What is expected of a motor.

    Attributes
    ----------
    forecasts, series, risk : DataFrame
        Rows of the tables ``forecasts``, ``forecast_series`` and ``forecast_risk``.
    from_cache : bool
        Whether the answer was given before.
    lineage : dict
        Model, its hash, and the content of the trend.
    """

    forecasts: pd.DataFrame
    series: pd.DataFrame
    risk: pd.DataFrame
    from_cache: bool
    lineage: dict[str, Any]


def forecast_motor(
    root: Path,
    motor_id: str,
    quantities: Sequence[str] | None = None,
    horizon_h: int = 720,
    limit: float | None = None,
    model: str | None = None,
) -> MotorForecast:
    """Forecast a motor of the present data set.

    Parameters
    ----------
    root : Path
        The project.
    motor_id : str
    quantities : sequence of str, optional
        Of the trend; those of the model by default.
    horizon_h : int
        Hours ahead. Hourly rows are given up to it, daily ones up to its last day; the risk is about its days.
    limit : float, optional
        In the unit of the trend, instead of that of the model.
    model : str, optional
        ``forecast`` or ``forecast@VERSION`` of the store; by default what the pipeline trained last.

    Raises
    ------
    ForecastError
        There is no such motor or quantity, or no model that can be used.
    TableError
        A table of the pipeline is missing or damaged.
    """
    folder, name = _model_folder(root, model)
    facts = _facts(folder)
    tables = read_trend_tables(root / "data" / "interim")
    wanted = _checked(tables, motor_id, quantities, facts)
    sets = sets_of(tables, wanted, motor_id)
    horizon_d = max(1, -(-horizon_h // DAY_H))
    about: dict[str, Any] = {
        "forecast_of": {"/".join((n, *one.key)): content_of(one) for n, rows in sets.series.items() for one in rows},
        "refused": [[leg, *map(str, (one.quantity, one.reason))] for leg, one in sets.refused],
        "motor": motor_id, "quantities": list(wanted), "model": file_sha256(folder / "model.json"),
        "horizon_d": horizon_d, "limit": limit, "code": hash_paths(("diagmod/models/forecast",), root),
    }  # fmt: skip
    store = Store.open(root)
    known = store.find(about)
    answer = partial(_answer, folder, tables, sets, limit, horizon_d)
    entry = known or store.entry(about, answer)
    found = {stem: read_table(entry / f"{stem}.parquet", schema) for stem, schema in _ANSWER.items()}
    lineage = {"model": name, "model_sha256": about["model"], "content": about["forecast_of"]}
    return MotorForecast(
        _until(found["forecasts"], horizon_h), found["series"], found["risk"], known is not None, lineage
    )


def _answer(
    folder: Path, tables: TrendTables, sets: TrendSets, limit: float | None, horizon_d: int, place: Path
) -> None:
    """Compute the answer and write its tables."""
    from diagmod.models.forecast.stored_forecasts import read_forecast_model

    model, maker, ladder = read_forecast_model(folder)
    limits = None if limit is None else _with_limit(model.limits, limit, sets)
    told: Told = tell(
        model, sets, rated_currents(tables.motors), maker, ladder,
        limits=limits, horizon_d=min(horizon_d, model.legs["daily"].horizon) if "daily" in model.legs else horizon_d,
    )  # fmt: skip
    for stem, schema in _ANSWER.items():
        write_table(getattr(told, stem), schema, place / f"{stem}.parquet", {"stage": "forecast"})


def _with_limit(limits: LimitSettings, limit: float, sets: TrendSets) -> LimitSettings:
    """Limits with a stated value for every series."""
    keys = {"/".join(one.key) for rows in sets.series.values() for one in rows}
    return replace(limits, user={**limits.user, **dict.fromkeys(sorted(keys), limit)})


def _model_folder(root: Path, model: str | None) -> tuple[Path, str]:
    if model is None:
        return root / TRAINED, "the model that was trained last"
    from diagmod.io.model_store import open_model

    try:
        found = open_model(root, model)
    except ModelError as exc:
        raise ForecastError(str(exc)) from exc
    if found.name.family != FAMILY:
        raise ForecastError(f"{model} does not forecast; take {FAMILY} or {FAMILY}@VERSION of `diagmod models list`")
    return found.folder, f"{FAMILY} v{found.name.version}"


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts = read_facts(folder)
    except ModelError as exc:
        raise ForecastError(str(exc)) from exc
    if "features" not in facts:
        raise ForecastError(f"there is no forecasting model: {facts.get('reason', 'nothing was trained')}")
    return facts


def _checked(
    tables: TrendTables, motor_id: str, quantities: Sequence[str] | None, facts: dict[str, Any]
) -> tuple[str, ...]:
    """Quantities that are asked for and that the trend of the motor has."""
    motors = sorted(tables.trend["motor_id"].unique())
    if motor_id not in motors:
        listed = ", ".join(motors) or "none"
        lack = f" ({tables.lack})" if tables.lack else ""
        raise ForecastError(f"there is no trend of motor {motor_id!r}{lack}; motors with a trend are {listed}")
    there = sorted(tables.trend.loc[tables.trend["motor_id"] == motor_id, "quantity"].unique())
    if quantities is None:
        return tuple(name for name in facts["features"] if name in there)
    if unknown := [name for name in quantities if name not in there]:
        raise ForecastError(f"the trend of motor {motor_id} has no quantity {unknown[0]!r}; it has {', '.join(there)}")
    return tuple(quantities)


def _until(rows: pd.DataFrame, horizon_h: int) -> pd.DataFrame:
    """Rows of steps that begin within the horizon."""
    ahead_h = (rows["time"] - rows["origin"]).dt.total_seconds() / 3600
    return rows[ahead_h < horizon_h].reset_index(drop=True)
