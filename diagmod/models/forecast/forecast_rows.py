"""Forecasts and choices as rows of the tables ``forecasts`` and ``forecast_series``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.forecast_tables import FORECAST_SERIES, FORECASTS
from diagmod.io.tables import conform, empty_table, joined
from diagmod.models.forecast.forecast_model import LegModel
from diagmod.models.forecast.legs import utc
from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.series_of_trend import Refused

#: Columns of the quantiles, in the order of the levels.
QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def forecast_rows(
    leg: str, model: LegModel, series: Sequence[TrendSeries], quantiles: NDArray[np.float64]
) -> pd.DataFrame:
    """A row a series and step ahead.

    Parameters
    ----------
    leg : str
        hourly or daily.
    model : LegModel
    series : sequence of TrendSeries
    quantiles : ndarray, shape (n_series, n_levels, horizon)
        Calibrated; a series of NaN has no rows.

    Returns
    -------
    DataFrame
        As :data:`~diagmod.io.forecast_tables.FORECASTS`.
    """
    parts = []
    for one, rows in zip(series, quantiles, strict=True):
        if not np.isfinite(rows).all():
            continue
        times = utc(one.times_from(len(one), rows.shape[1]))
        about = {
            "motor_id": one.motor_id, "quantity": one.quantity, "unit": one.unit, "leg": leg,
            "method": model.method_of(one), "origin": times[0],
        }  # fmt: skip
        steps = {"time": times, "step": np.arange(1, len(times) + 1), **dict(zip(QUANTILES, rows, strict=True))}
        parts.append(pd.DataFrame(steps).assign(**about))
    return joined(parts, FORECASTS)


def series_rows(leg: str, model: LegModel, series: Sequence[TrendSeries]) -> pd.DataFrame:
    """A row a series: what there is of it, which method speaks for it and why."""
    rows = []
    for one in series:
        choice = model.choices.get(one.key)
        rows.append(
            {
                "motor_id": one.motor_id, "quantity": one.quantity, "unit": one.unit, "leg": leg,
                "first": one.times[0], "last": one.times[-1], "n_steps": len(one),
                "missing_pct": 100 * float(np.isnan(one.values).mean()), "n_breaks": len(one.breaks),
                "method": model.method_of(one),
                "mase": choice.mase if choice else np.nan,
                "naive_method": choice.naive_method if choice else "",
                "naive_mase": choice.naive_mase if choice else np.nan,
                "n_origins": choice.n_origins if choice else 0,
                "reason": choice.reason if choice else f"new to the model: {model.usual} was best on the fleet",
                "content": content_of(one),
            }
        )  # fmt: skip
    return _series_table(rows)


def refused_rows(leg: str, refused: Sequence[Refused]) -> pd.DataFrame:
    """A row a series that cannot be forecast, with the reason."""
    unknown: Mapping[str, object] = {
        "first": pd.NaT, "last": pd.NaT, "n_steps": 0, "missing_pct": np.nan, "n_breaks": 0, "method": "",
        "mase": np.nan, "naive_method": "", "naive_mase": np.nan, "n_origins": 0, "content": "",
    }  # fmt: skip
    about = ({"motor_id": r.motor_id, "quantity": r.quantity, "unit": r.unit, "reason": r.reason} for r in refused)
    return _series_table([{"leg": leg, **unknown, **one} for one in about])


def content_of(series: TrendSeries) -> str:
    """Hash of everything that a forecast of a series stands on, 16 digits."""
    digest = hashlib.sha256(f"{series.key}|{series.unit}|{series.step_h}|{series.start}|{series.breaks}".encode())
    digest.update(np.ascontiguousarray(series.values).tobytes())
    for name in sorted(series.covariates):
        digest.update(name.encode() + np.ascontiguousarray(series.covariates[name]).tobytes())
    return digest.hexdigest()[:16]


def _series_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    if not rows:
        return empty_table(FORECAST_SERIES)
    table = pd.DataFrame(rows)[[column.name for column in FORECAST_SERIES.columns]]
    for name in ("first", "last"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return conform(table, FORECAST_SERIES)
