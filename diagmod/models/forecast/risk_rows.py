"""From a forecast and a limit to a place on the one scale of risk, and to what health is told of it.

What may come is planned for and not acted on: however probable a crossing is, its risk stays within "plan". What is
there already is another matter. Above the rated current or a limit that somebody stated, somebody should act; above a
limit that only says what was usual, something changed, and that is planned for too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import QualityVerdict
from diagmod.io.trend_tables import RMS
from diagmod.models.forecast.crossing import Crossing, above_since, crossing_of_paths
from diagmod.models.forecast.forecast_words import risk_in_words
from diagmod.models.forecast.limits import STATISTICAL
from diagmod.models.forecast.lone_phase import lone_phase
from diagmod.models.risk_scale import FROM, FULL, MOST, grade_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.forecast.crossing_calibration import CrossingCalibration
    from diagmod.models.forecast.limits import Limit
    from diagmod.models.forecast.series import TrendSeries
    from diagmod.models.risk_scale import Ladder

#: Age of the last known day from which a trend says nothing of now, days.
STALE_D = 7

#: Excess over a rated or stated limit at which the risk is full: the usual service factor of 1.15 (NEMA MG 1).
FULL_EXCESS = 0.15

#: Days by which a forecast may be older than the recording that it is told with: half of its horizon is left then.
MOST_OLDER_D = 15


def risk_row(
    series: TrendSeries,
    paths: NDArray[np.float64],
    limit: Limit,
    calibration: CrossingCalibration,
    ladder: Ladder,
    others: Sequence[TrendSeries] = (),
) -> dict[str, object]:
    """How a series stands to its limit.

    Parameters
    ----------
    series : TrendSeries
        Daily means until the origin, which is its end.
    paths : ndarray, shape (n_paths, horizon)
        Daily means that may come, see :func:`~diagmod.models.forecast.crossing.crossing_of_paths`; NaN or no paths
        where there is no forecast.
    limit : Limit
    calibration : CrossingCalibration
    ladder : Ladder
        From a probability to the scale of risk.
    others : sequence of TrendSeries
        The other phases of the motor, to the same origin: they tell whether this one drifts alone.

    Returns
    -------
    dict
        A row of table ``forecast_risk``.
    """
    found = crossing_of_paths(paths, limit.value)
    probability = float(calibration.apply(found.probability))
    known = np.flatnonzero(np.isfinite(series.values))
    last = float(series.values[known[-1]]) if len(known) else float("nan")
    age_d = len(series) - 1 - int(known[-1]) if len(known) else len(series)
    since = above_since(series, limit) if age_d <= STALE_D else None
    reason = _why_silent(age_d, limit, found)
    standing = _standing(since, reason, probability, ladder)
    risk = _risk(standing, probability, last, limit, ladder)
    row: dict[str, object] = {
        "motor_id": series.motor_id, "quantity": series.quantity, "unit": series.unit,
        "origin": pd.Timestamp(series.times_from(len(series), 1)[0], tz="UTC").as_unit("us"),
        "limit_kind": limit.kind, "limit": limit.value, "limit_reason": limit.reason, "last_value": last,
        "horizon_d": paths.shape[1], "probability": probability, "probability_raw": found.probability,
        "days_low": found.days_low, "days_median": found.days_median, "days_high": found.days_high,
        "standing": standing, "risk_pct": risk, "grade": str(grade_of([risk])[0]),
    }  # fmt: skip
    lone = lone_phase([series, *others]) if series.quantity in RMS and len(others) == 2 else None
    return {**row, "sentence": risk_in_words(row, since, reason, lone)}


def forecast_part(risk: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """What health is told of the forecasts: of each motor, its latest recording carries its most probable crossing.

    Parameters
    ----------
    risk : DataFrame
        Table ``forecast_risk``.
    catalogue : DataFrame
        Table ``recordings``.

    Returns
    -------
    DataFrame
        Columns recording_id and probability; no row for a motor without a probability or a recording that can carry a
        diagnosis, nor where the forecast is more than :data:`MOST_OLDER_D` days older than that recording.
    """
    usable = catalogue[(catalogue["acquisition"] != QualityVerdict.UNUSABLE) & catalogue["started_at"].notna()]
    latest = usable.sort_values(["started_at", "recording_id"]).drop_duplicates("motor_id", keep="last")
    told = risk[np.isfinite(risk["probability"].astype(float))]
    most = told.sort_values("probability").drop_duplicates("motor_id", keep="last")
    both = latest[["recording_id", "motor_id", "started_at"]].merge(
        most[["motor_id", "origin", "probability"]], on="motor_id"
    )
    fresh = both[both["started_at"] - both["origin"] <= pd.Timedelta(days=MOST_OLDER_D)]
    found = fresh[["recording_id", "probability"]].sort_values("recording_id", ignore_index=True)
    return found.astype({"recording_id": "str", "probability": "float64"})


def _why_silent(age_d: int, limit: Limit, found: Crossing) -> str:
    """Why nothing can be told; empty where something can."""
    if not limit.is_known:
        return limit.reason
    if age_d > STALE_D:
        return f"no day of the last {age_d} is known"
    return "" if np.isfinite(found.probability) else "no method could forecast it"


def _standing(since: np.datetime64 | None, reason: str, probability: float, ladder: Ladder) -> str:
    if since is not None:
        return "above_now"
    if reason:
        return "cannot_tell"
    return "may_cross" if float(ladder.risk(probability)) >= FROM["watch"] else "not_expected"


def _risk(standing: str, probability: float, last: float, limit: Limit, ladder: Ladder) -> float:
    """Place on the scale, %."""
    if standing == "cannot_tell":
        return float("nan")
    if standing != "above_now":
        return min(float(ladder.risk(probability)), MOST["plan"])
    if limit.kind in STATISTICAL:
        return MOST["plan"]
    excess = (last - limit.value) / abs(limit.value) if limit.value else FULL_EXCESS
    return FROM["act"] + (FULL - FROM["act"]) * float(np.clip(excess / FULL_EXCESS, 0, 1))
