"""All series of a data set that are forecast, in sets of one step: hours, days, and figures on their own grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from diagmod.models.forecast.series import DAY_H, TrendSeries
from diagmod.models.forecast.series_of_trend import (
    LEAST_STEPS,
    LEAST_VISITS,
    Refused,
    daily_series,
    hourly_series,
    visit_series,
)
from diagmod.models.forecast.trend_inputs import TrendTables

#: Name of a set of figures of the feature table: this and the hours of their step.
VISITS = "visits_"


@dataclass(frozen=True)
class TrendSets:
    """Series by the name of their set, and what cannot be forecast.

    Attributes
    ----------
    series : mapping of str to list of TrendSeries
        "hourly", "daily", and "visits_240" for figures with a value every 240 h; sets without a series are not there.
    refused : list of (str, Refused)
        Leg (hourly or daily) and reason.
    """

    series: Mapping[str, list[TrendSeries]]
    refused: list[tuple[str, Refused]]

    def in_words(self, lack: str = "") -> str:
        """What is there and what cannot be forecast, a line each; ``lack`` says why there is no trend."""
        counts = [
            f"- {name}: {len(rows)} series of {len({one.motor_id for one in rows})} motors"
            for name, rows in self.series.items()
        ]
        refused = [
            f"- {one.quantity} of {one.motor_id}, {leg}, is not forecast: {one.reason}" for leg, one in self.refused
        ]
        return "\n".join([*counts, *refused]) or f"There is no trend: {lack or 'it has none of the wanted quantities'}."


def sets_of(tables: TrendTables, quantities: Sequence[str], motor_id: str | None = None) -> TrendSets:
    """Series of a data set.

    Parameters
    ----------
    tables : TrendTables
    quantities : sequence of str
        Of the trend.
    motor_id : str, optional
        Of one motor alone.
    """
    trend, visits = tables.trend, tables.visits
    if motor_id is not None:
        trend, visits = trend[trend["motor_id"] == motor_id], visits[visits["motor_id"] == motor_id]
    hourly, refusals = hourly_series(trend, tables.maintenance, quantities)
    refused = [(leg, one) for one in refusals for leg in ("hourly", "daily")]
    series: dict[str, list[TrendSeries]] = {"hourly": hourly, "daily": []}
    for one in hourly:
        made = daily_series(one)
        if isinstance(made, Refused):
            refused.append(("daily", made))
        else:
            series["daily"].append(made)
    for _, rows in visits.groupby(["motor_id", "quantity"], sort=True):
        found = visit_series(rows, str(rows["unit"].iloc[0]), tables.maintenance)
        if isinstance(found, Refused):
            refused.append(("daily", found))
        else:
            series.setdefault(f"{VISITS}{found.step_h}", []).append(found)
    return TrendSets({name: rows for name, rows in series.items() if rows}, refused)


def leg_of(name: str) -> str:
    """Leg that a set is told as: what is no hourly trend looks days ahead."""
    return "hourly" if name == "hourly" else "daily"


def steps_ahead(name: str, step_h: int, hourly_h: int, daily_d: int) -> int:
    """Steps that a set is forecast ahead.

    Examples
    --------
    >>> steps_ahead("hourly", 1, 168, 30), steps_ahead("daily", 24, 168, 30), steps_ahead("visits_240", 240, 168, 30)
    (168, 30, 3)
    """
    return hourly_h if name == "hourly" else max(1, daily_d * DAY_H // step_h)


def least_steps(name: str, step_h: int) -> int:
    """Known steps without which a set has no forecast."""
    return LEAST_VISITS if name.startswith(VISITS) else LEAST_STEPS[step_h]
