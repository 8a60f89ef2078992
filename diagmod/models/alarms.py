"""Alarms on a timeline: when flags become an alarm, and how often one is false in a month of watching.

A share of false alarms says nothing to whoever has to walk to the motor: what counts is how often in a month. That
depends on how often one records, so the rate stands with its cadence, and beside it what the same share would mean at
one recording a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import ALARM_RATES
from diagmod.io.tables import conform, empty_table
from diagmod.models.intervals import drawn_interval, poisson_interval
from diagmod.models.judged_recordings import HEALTHY, cases
from diagmod.models.weighted_figures import group_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Days in a month: a year of 365.25 days by 12.
MONTH_DAYS = 30.44

#: A recording stands for the time to the next one, at most this many usual gaps: a motor out of service is not watched.
_LONGEST_GAP = 3.0

#: Seconds in a day.
_DAY_S = 86400.0


@dataclass(frozen=True)
class Persistence:
    """When flags become an alarm: at least ``flags`` of the last ``of_last`` recordings of a motor are flagged.

    Raises
    ------
    ValueError
        Not 1 <= flags <= of_last.
    """

    flags: int = 1
    of_last: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.flags <= self.of_last:
            raise ValueError(
                f"an alarm needs between 1 and all of the last {self.of_last} recordings flagged, got {self.flags}"
            )

    @property
    def rule(self) -> str:
        """As "2 of 3"."""
        return f"{self.flags} of {self.of_last}"


#: Every flag is an alarm.
EVERY_FLAG = Persistence()


def timeline(judged: pd.DataFrame, persistence: Persistence = EVERY_FLAG) -> pd.DataFrame:
    """Recordings in the order of time with the alarms that the flags up to each of them make.

    Parameters
    ----------
    judged : DataFrame
        Columns of :func:`diagmod.models.judged_recordings.judged_recordings`.
    persistence : Persistence

    Returns
    -------
    DataFrame
        The dated rows by split, model, motor and time, with is_alarm; is_new (no alarm at the recording before); and
        watched_days, the time to the next recording of the motor, at most three usual gaps; a motor's last recording
        stands for one usual gap. NaN where no motor was recorded twice.
    """
    order = ["split", "model", "motor_id", "started_at"]
    rows = judged[judged["started_at"].notna()].sort_values(order, kind="stable", ignore_index=True)
    motor = rows.groupby(["split", "model", "motor_id"], sort=False, observed=True)
    flagged = rows["is_flagged"].astype(float)
    n_flags = sum((motor["is_flagged"].shift(k).eq(True).astype(int) for k in range(1, persistence.of_last)), flagged)
    rows["is_alarm"] = (n_flags >= persistence.flags).astype(bool)
    rows["is_new"] = rows["is_alarm"] & ~motor["is_alarm"].shift(1).eq(True)
    to_next = (motor["started_at"].shift(-1) - rows["started_at"]).dt.total_seconds() / _DAY_S
    of_motor = rows.assign(to_next=to_next).groupby(["split", "model", "motor_id"], observed=True)["to_next"]
    usual = of_motor.transform("median").fillna(to_next.median())
    rows["watched_days"] = to_next.fillna(usual).clip(upper=_LONGEST_GAP * usual)
    return rows


def alarm_rates(
    judged: pd.DataFrame, n_bootstrap: int, seed: int, persistence: Persistence = EVERY_FLAG
) -> pd.DataFrame:
    """False alarms per motor and month of every model: table ``alarm_rates``.

    Parameters
    ----------
    judged : DataFrame
        See :func:`timeline`. Only recordings labelled healthy count; those before a fault of the same motor do.
    n_bootstrap : int
        Draws of split groups.
    seed : int
    persistence : Persistence

    Returns
    -------
    DataFrame
        A row a split and model. The Poisson interval takes alarms for independent, which those of one motor are not;
        the bootstrap does not, and is too narrow where no motor alarms at all. Read the wider.
    """
    rows = []
    for about, part in cases(judged):
        healthy = part[part["condition"] == HEALTHY]
        dated = timeline(part, persistence)
        dated = dated[dated["condition"] == HEALTHY]
        undated = int(healthy["started_at"].isna().sum())
        rows.append(about | {"rule": persistence.rule, "n_undated": undated} | _rates(dated, n_bootstrap, seed))
    return conform(pd.DataFrame(rows), ALARM_RATES) if rows else empty_table(ALARM_RATES)


def _rates(healthy: pd.DataFrame, n_bootstrap: int, seed: int) -> dict[str, object]:
    motors = healthy.groupby("motor_id", observed=True).agg(
        group=("split_group", "first"), n=("is_alarm", "size"), n_false=("is_alarm", "sum"),
        months=("watched_days", lambda days: days.sum() / MONTH_DAYS),
    )  # fmt: skip
    n, n_false, months = (motors[name].to_numpy(float) for name in ("n", "n_false", "months"))
    draws = group_weights(motors["group"].to_numpy(str), n_bootstrap, np.random.default_rng(seed))
    rate, share = _drawn(draws, n_false, months), MONTH_DAYS * _drawn(draws, n_false, n)
    total, false, watched = float(n.sum()), int(n_false.sum()), float(months.sum())
    low, high = drawn_interval(rate)
    low_if_daily, high_if_daily = drawn_interval(share)
    low_poisson, high_poisson = poisson_interval(false, watched)
    return {
        "n": int(total), "n_motors": len(motors), "n_false": false, "n_new": int(healthy["is_new"].sum()),
        "cadence_days": _cadence(healthy), "motor_months": watched,
        "per_motor_month": false / watched if watched > 0 else np.nan, "low": low, "high": high,
        "low_poisson": low_poisson, "high_poisson": high_poisson,
        "false_alarm_share": false / total if total else np.nan,
        "per_month_if_daily": MONTH_DAYS * false / total if total else np.nan,
        "low_if_daily": low_if_daily, "high_if_daily": high_if_daily,
    }  # fmt: skip


def _drawn(draws: NDArray[np.float64], part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    total = draws @ whole
    return np.divide(draws @ part, total, out=np.full(len(draws), np.nan), where=total > 0)


def _cadence(rows: pd.DataFrame) -> float:
    """Median time between recordings of a motor, days."""
    return float(rows.groupby("motor_id", observed=True)["started_at"].diff().dt.total_seconds().median() / _DAY_S)
