"""What a model says of the series as they are now: forecasts, what stands behind them, and the risk of each limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from diagmod.io.forecast_tables import FORECAST_RISK, FORECAST_SERIES, FORECASTS
from diagmod.io.tables import conform, empty_table, joined
from diagmod.models.forecast.forecast_model import ForecastModel, forecast_leg
from diagmod.models.forecast.forecast_rows import forecast_rows, refused_rows, series_rows
from diagmod.models.forecast.limits import LimitSettings, limit_of
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.predictive import paths_by
from diagmod.models.forecast.risk_rows import risk_row
from diagmod.models.forecast.series import DAY_H
from diagmod.models.forecast.trend_sets import TrendSets, leg_of
from diagmod.models.risk_scale import Ladder


@dataclass(frozen=True)
class Told:
    """Tables ``forecasts``, ``forecast_series`` and ``forecast_risk``."""

    forecasts: pd.DataFrame
    series: pd.DataFrame
    risk: pd.DataFrame


def tell(
    model: ForecastModel,
    sets: TrendSets,
    rated_current_a: Mapping[str, float],
    maker: MethodMaker,
    ladder: Ladder,
    *,
    limits: LimitSettings | None = None,
    horizon_d: int | None = None,
) -> Told:
    """Forecast every series and hold its days against its limit.

    Parameters
    ----------
    model : ForecastModel
    sets : TrendSets
        As they are now; sets that the model does not have are left out.
    rated_current_a : mapping of str to float
        Of the nameplates, ampere, by motor.
    maker : MethodMaker
    ladder : Ladder
        From a probability of crossing to the scale of risk.
    limits : LimitSettings, optional
        Instead of those of the model.
    horizon_d : int, optional
        Days that the risk is about, if fewer than the model's.
    """
    forecasts, series, risk = [], [refused_rows(leg, [one]) for leg, one in sets.refused], []
    limits = limits or model.limits
    for name, rows in sets.series.items():
        if name not in model.legs:
            continue
        leg = model.legs[name]
        said, held = forecast_leg(leg, rows, maker)
        forecasts.append(forecast_rows(leg_of(name), leg, rows, held))
        series.append(series_rows(leg_of(name), leg, rows))
        if leg.step_h == DAY_H and name == "daily":
            for k, one in enumerate(rows):
                paths = paths_by(said[k], leg.scores_of(one), model.seed)[:, :horizon_d]
                limit = limit_of(one, limits, rated_current_a.get(one.motor_id))
                others = [other for other in rows if other.motor_id == one.motor_id and other.key != one.key]
                risk.append(risk_row(one, paths, limit, model.calibration, ladder, others))
    return Told(
        joined(forecasts, FORECASTS),
        joined(series, FORECAST_SERIES),
        conform(pd.DataFrame(risk), FORECAST_RISK) if risk else empty_table(FORECAST_RISK),
    )


def rated_currents(motors: pd.DataFrame) -> dict[str, float]:
    """Rated current of the motors that have one, ampere."""
    known = motors[np.isfinite(motors["rated_current_a"].astype(float))]
    return dict(zip(known["motor_id"], known["rated_current_a"].astype(float), strict=True))
