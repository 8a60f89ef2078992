"""How good probabilities and times of crossing are, on forecasts whose outcome is known.

A probability is judged by its Brier score against that of the share of crossings among the other motors, by how well it
ranks, and by its reliability curve; a time by how many days it erred and by whether its interval held the day. Beside
every figure stand rules that need no forecast: always, never, and the straight line. Intervals are bootstrapped by
motor, since the phases and the overlapping horizons of one motor are alike.

References
----------
Brier, G. W., Monthly Weather Review 78, 1950, DOI 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.io.forecast_tables import CROSSING_FIGURES
from diagmod.io.tables import conform, empty_table
from diagmod.models.calibration_figures import N_BINS, Stated, reliability_table
from diagmod.models.intervals import drawn_interval, share_interval
from diagmod.models.weighted_figures import group_weights, weighted_figures

#: Distance of what was crossed, days after the origin, in which the error of the time is told.
DISTANCES = {"all": (1, np.inf), "1-7 d": (1, 7), "8-14 d": (8, 14), "15-30 d": (15, 30)}


@dataclass(frozen=True)
class CrossingJudgement:
    """Table :data:`CROSSING_FIGURES`, and the reliability curve as table ``reliability`` (model is the rule)."""

    figures: pd.DataFrame
    reliability: pd.DataFrame

    def value(self, figure: str, rule: str = "calibrated", distance: str = "all") -> float:
        """One figure; NaN where it is not there."""
        table = self.figures
        found = table[(table["rule"] == rule) & (table["figure"] == figure) & (table["distance"] == distance)]
        return float(found["value"].iloc[0]) if len(found) else float("nan")


def judge_crossings(
    crossings: pd.DataFrame,
    rivals: Mapping[str, NDArray[np.float64]] | None = None,
    *,
    n_bootstrap: int = 500,
    seed: int = 11,
) -> CrossingJudgement:
    """How good the probabilities and times of crossing are, with trivial rows beside them.

    Parameters
    ----------
    crossings : DataFrame
        Table ``forecast_crossings``: forecasts whose outcome is known, of series below their limit at the origin.
        Rows without a probability are left out.
    rivals : mapping of str to ndarray, optional
        Probabilities (or 0 and 1) of further rules by name, a value a row of the table, as "straight_line".
    n_bootstrap, seed : int
        Draws of motors behind the intervals.

    Returns
    -------
    CrossingJudgement
        ``brier_skill`` is 1 less the Brier score over that of the climatology of the other motors. ``days_error`` is
        the median absolute error of the time among crossings that were forecast (half of the paths) and occurred,
        ``days_bias`` the median of forecast less measured, ``interval_coverage`` the share of crossings within the
        interval of 90 % among those for which it begins within the horizon, ``found`` the share of crossings that had a
        forecast time.

    Raises
    ------
    ValueError
        A rival has another number of rows.
    """
    rules = _rules(crossings, rivals or {})
    is_said = np.isfinite(rules["calibrated"]) & np.isfinite(rules["uncalibrated"])
    table = crossings[is_said].reset_index(drop=True)
    if not len(table):
        return CrossingJudgement(empty_table(CROSSING_FIGURES), reliability_table([], N_BINS, 0, seed))
    motors, hit = table["motor_id"].to_numpy(str), table["crossed"].to_numpy(bool)
    draws = group_weights(motors, n_bootstrap, np.random.default_rng(seed))
    weights = np.vstack([np.ones((1, len(hit))), draws])
    said = {name: values[is_said] for name, values in rules.items()}
    rows = [
        row
        for name, values in said.items()
        for row in _of_rule(name, values, said["climatology"], hit, motors, weights)
    ]
    rows += [row for name, ends in DISTANCES.items() for row in _of_times(name, ends, table, motors, weights)]
    stated = [
        Stated("leave_group_out", name, ("crosses",), said[name][:, None], hit.astype(np.int64), motors)
        for name in ("calibrated", "uncalibrated")
    ]
    curve = reliability_table(stated, N_BINS, n_bootstrap, seed)
    curve = curve[curve["condition"] == "crosses"].reset_index(drop=True)
    return CrossingJudgement(conform(pd.DataFrame(rows), CROSSING_FIGURES), curve)


def _rules(crossings: pd.DataFrame, rivals: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Probability of every rule, trivial ones too."""
    n = len(crossings)
    if wrong := [name for name, values in rivals.items() if len(values) != n]:
        raise ValueError(f"rule {wrong[0]!r} has {len(rivals[wrong[0]])} values for {n} forecasts; give one each")
    columns = {"calibrated": "probability", "uncalibrated": "probability_raw", "climatology": "climatology"}
    stated = {rule: crossings[column].to_numpy(float) for rule, column in columns.items()}
    plain = {"always": np.ones(n), "never": np.zeros(n)}
    return stated | plain | {name: np.asarray(values, dtype=float) for name, values in rivals.items()}


def _of_rule(
    rule: str, said: NDArray[np.float64], climatology: NDArray[np.float64], hit: NDArray[np.bool_],
    motors: NDArray[np.str_], weights: NDArray[np.float64],
) -> list[dict[str, object]]:  # fmt: skip
    total = weights.sum(axis=1)
    brier, usual = (weights @ (values - hit) ** 2 / total for values in (said, climatology))
    skill = 1 - np.divide(brier, usual, out=np.full(len(brier), np.nan), where=usual > 0)
    auroc = weighted_figures(hit, said, said >= 0.5, weights)["auroc"]
    about = {"rule": rule, "distance": "all", **_counts(hit, motors)}
    return [about | _figure(*pair) for pair in (("brier", brier), ("brier_skill", skill), ("auroc", auroc))]


def _of_times(
    name: str, ends: tuple[float, float], table: pd.DataFrame, motors: NDArray[np.str_], weights: NDArray[np.float64]
) -> list[dict[str, object]]:
    """Figures of the time to the crossing, among those that occurred at that distance."""
    days, low, middle, high = (table[c].to_numpy(float) for c in ("days", "days_low", "days_median", "days_high"))
    own = table["crossed"].to_numpy(bool) & (days >= ends[0]) & (days <= ends[1])
    timed, begun = own & np.isfinite(middle), own & np.isfinite(low)
    within = (days >= low) & (days <= np.where(np.isnan(high), np.inf, high))
    error = middle - days
    rows = []
    for figure, of, drawn in (
        ("days_error", timed, _medians(np.abs(error), timed, weights)),
        ("days_bias", timed, _medians(error, timed, weights)),
        ("interval_coverage", begun, _shares(within, begun, weights)),
        ("found", own, _shares(timed, own, weights)),
    ):
        row = {"rule": "calibrated", "distance": name, **_counts(own[of], motors[of]), **_figure(figure, drawn)}
        if figure in ("interval_coverage", "found") and of.any():
            n_motors = len(np.unique(motors[of]))
            row["low"], row["high"] = share_interval(drawn[0], n_motors, int(of.sum()), drawn[1:])
        rows.append(row)
    return rows


def _counts(hit: NDArray[np.bool_], motors: NDArray[np.str_]) -> dict[str, object]:
    return {"n": len(hit), "n_crossed": int(hit.sum()), "n_motors": len(np.unique(motors[hit]))}


def _figure(name: str, drawn: NDArray[np.float64]) -> dict[str, object]:
    """A figure from its value and its bootstrap draws."""
    low, high = drawn_interval(drawn[1:])
    return {"figure": name, "value": float(drawn[0]), "low": low, "high": high}


def _shares(what: NDArray[np.bool_], among: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    part, whole = weights @ (what & among), weights @ among
    return np.divide(part, whole, out=np.full(len(weights), np.nan), where=whole > 0)


def _medians(
    values: NDArray[np.float64], among: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted median under every weighting; the middle of two where the weight falls on both sides alike."""
    if not among.any():
        return np.full(len(weights), np.nan)
    order = np.argsort(values[among], kind="stable")
    ordered, grown = values[among][order], np.cumsum(weights[:, among][:, order], axis=1)
    half = grown[:, -1:] / 2
    first, second = (np.minimum((grown < half).sum(axis=1), len(ordered) - 1), (grown <= half).sum(axis=1))
    middle = (ordered[first] + ordered[np.minimum(second, len(ordered) - 1)]) / 2
    return np.where(half[:, 0] > 0, middle, np.nan)
