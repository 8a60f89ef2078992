"""The tables ``forecast_scores`` and ``forecast_summary``: every method beside the naive lines, by band of steps ahead.

A summary compares methods on the same forecasts: those that every method gave, at origins where the choice and the
intervals could stand on earlier ones. Its intervals come from resampling motors, since phases of one motor are alike.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.forecast_tables import FORECAST_SCORES, FORECAST_SUMMARY
from diagmod.io.tables import conform, empty_table, joined
from diagmod.models.forecast.accuracy import FIGURES, accuracy
from diagmod.models.forecast.legs import CHOSEN, Leg, bands, utc
from diagmod.models.forecast.method import NAIVE_METHODS

#: Ends of an interval of 95 %, as quantiles.
_ENDS = (0.025, 0.975)


def score_rows(leg: Leg) -> pd.DataFrame:
    """A row a series, method, origin and band; see :data:`~diagmod.io.forecast_tables.FORECAST_SCORES`."""
    rows = []
    times = utc(leg.test.origins)
    for method, quantiles in leg.calibrated.items():
        for band, steps in bands(leg.step_h, leg.test.horizon).items():
            for k, series in enumerate(leg.test.series):
                for at in np.flatnonzero(np.isfinite(leg.test.scale[k])):
                    if method == CHOSEN and not leg.chosen[k, at]:
                        continue
                    figures = accuracy(
                        quantiles[k, at][:, steps], leg.test.actual[k, at, steps], float(leg.test.scale[k, at])
                    )
                    about = (*series.key, leg.name, method, times[at], band, bool(leg.test.is_judged[at]))
                    rows.append((*about, *figures.values()))
    if not rows:
        return empty_table(FORECAST_SCORES)
    return conform(pd.DataFrame(rows, columns=[column.name for column in FORECAST_SCORES.columns]), FORECAST_SCORES)


def summary_rows(scores: pd.DataFrame, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """A row a leg, band and method; see :data:`~diagmod.io.forecast_tables.FORECAST_SUMMARY`.

    Parameters
    ----------
    scores : DataFrame
        As of :func:`score_rows`, legs together.
    n_bootstrap : int
        Resamplings of motors.
    seed : int
    """
    judged = scores[scores["is_judged"] & (scores["n_steps"] > 0)]
    parts = [
        _summary_of(str(leg), str(band), part, n_bootstrap, seed)
        for (leg, band), part in judged.groupby(["leg", "band"], sort=False)
    ]
    return joined(parts, FORECAST_SUMMARY)


def common_forecasts(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the forecasts that every method gave; a method that never gave one is left out."""
    keys = ["motor_id", "quantity", "origin"]
    known = rows[np.isfinite(rows["mase"])]
    counts = known.groupby(keys)["method"].transform("nunique")
    return known[counts == known["method"].nunique()]


def _summary_of(leg: str, band: str, rows: pd.DataFrame, n_bootstrap: int, seed: int) -> pd.DataFrame:
    rows = common_forecasts(rows)
    motors = sorted(rows["motor_id"].unique())
    draws = np.random.default_rng(seed).integers(0, max(len(motors), 1), (n_bootstrap, len(motors)))
    found = []
    for method, part in rows.groupby("method", sort=False):
        of_motor = part.groupby("motor_id")[list(FIGURES)]
        sums, counts = of_motor.sum().reindex(motors), np.asarray(of_motor.size().reindex(motors), dtype=np.float64)
        low, high = _interval(sums["mase"].to_numpy(), counts, draws)
        held_low, held_high = _interval(sums["coverage_90_pct"].to_numpy(), counts, draws)
        mean = part[list(FIGURES)].mean()
        found.append(
            {
                "leg": leg, "band": band, "method": method, "is_naive": method in NAIVE_METHODS,
                "n_series": len(part.drop_duplicates(["motor_id", "quantity"])), "n_forecasts": len(part),
                **mean, "mase_low": low, "mase_high": high, "coverage_low": held_low, "coverage_high": held_high,
            }
        )  # fmt: skip
    table = pd.DataFrame(found)
    if table.empty:
        return table
    best = table.loc[table["is_naive"], "mase"].min()
    return table.assign(of_best_naive=table["mase"] / best)[[column.name for column in FORECAST_SUMMARY.columns]]


def _interval(sums: NDArray[np.float64], counts: NDArray[np.float64], draws: NDArray[np.int64]) -> tuple[float, float]:
    """Interval of a mean over forecasts when motors are drawn anew; NaN of fewer than two motors."""
    if len(sums) < 2:
        return float("nan"), float("nan")
    low, high = np.quantile(sums[draws].sum(axis=1) / counts[draws].sum(axis=1), _ENDS)
    return float(low), float(high)
