"""The table ``forecast_crossings``: at every judged origin, how likely a crossing was said to be, and whether it came.

A series that is above its limit at the origin asks nothing any more and has no row; nor has one whose days after the
origin were not measured well enough to tell. The limit is made of what was known at the origin.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from diagmod.io.forecast_tables import FORECAST_CROSSINGS
from diagmod.io.tables import conform, empty_table
from diagmod.models.forecast.crossing import above_since, crossed, crossing_of_paths, line_crosses
from diagmod.models.forecast.crossing_calibration import held_out
from diagmod.models.forecast.legs import Leg, utc
from diagmod.models.forecast.limits import LimitSettings, limit_of
from diagmod.models.forecast.predictive import ErrorHistory, history_of, paths_by
from diagmod.models.forecast.series import DAY_H


def crossing_rows(leg: Leg, settings: LimitSettings, rated_current_a: Mapping[str, float], seed: int) -> pd.DataFrame:
    """Forecasts of crossings whose outcome is known.

    Parameters
    ----------
    leg : Leg
        Daily.
    settings : LimitSettings
    rated_current_a : mapping of str to float
        Of the nameplates, ampere, by motor; motors without are left out.
    seed : int
        Of the paths where there is no earlier error.

    Returns
    -------
    DataFrame
        As :data:`~diagmod.io.forecast_tables.FORECAST_CROSSINGS`; probabilities are calibrated on the other motors.
    """
    if leg.step_h != DAY_H:
        return empty_table(FORECAST_CROSSINGS)
    errors = {str(name): history_of(leg.test, str(name)) for name in np.unique(leg.chosen) if name}
    rows = [
        row
        for k, series in enumerate(leg.test.series)
        for origin in np.flatnonzero(leg.chosen[k] != "")
        if (row := _row(leg, k, int(origin), errors, settings, rated_current_a.get(series.motor_id), seed))
    ]
    if not rows:
        return empty_table(FORECAST_CROSSINGS)
    table = pd.DataFrame(rows)
    motors = table["motor_id"].to_numpy(str)
    said, base = held_out(table["probability_raw"].to_numpy(), table["crossed"].to_numpy(bool), motors)
    return conform(table.assign(probability=said, climatology=base), FORECAST_CROSSINGS)


def _row(
    leg: Leg,
    k: int,
    origin: int,
    errors: Mapping[str, ErrorHistory],
    settings: LimitSettings,
    rated_current_a: float | None,
    seed: int,
) -> dict[str, object]:
    """One forecast and its outcome; empty where there is nothing to be told."""
    test, method = leg.test, str(leg.chosen[k, origin])
    series = test.series[k]
    known = series.until(series.before(test.origins[origin]))
    limit = limit_of(known, settings, rated_current_a)
    quantiles = test.quantiles[method][k, origin]
    is_hit, days = crossed(test.actual[k, origin], limit.value)
    if is_hit is None or not np.isfinite(quantiles).all() or above_since(known, limit) is not None:
        return {}
    paths = paths_by(quantiles, errors[method].usable(series.motor_id, origin), seed)
    found = crossing_of_paths(paths, limit.value)
    return {
        "motor_id": series.motor_id, "quantity": series.quantity, "origin": utc(test.origins)[origin],
        "limit_kind": limit.kind, "limit": limit.value, "horizon_d": test.horizon,
        "probability_raw": found.probability, "crossed": is_hit, "days": days,
        "line_crosses": line_crosses(known.values, limit.value, test.horizon),
        "days_low": found.days_low, "days_median": found.days_median, "days_high": found.days_high,
    }  # fmt: skip
