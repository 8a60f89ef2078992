"""What a training of forecasts came to, in sentences for people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.models.forecast.crossing_judgement import CrossingJudgement
from diagmod.models.forecast.forecast_words import METHOD_WORDS
from diagmod.models.forecast.legs import CHOSEN
from diagmod.models.forecast.method import NAIVE_METHODS

#: What is forecast on each leg.
_AHEAD = {"hourly": "hours ahead", "daily": "days ahead"}


def trained_in_words(tables: dict[str, pd.DataFrame]) -> str:
    """How the chosen methods compare with the naive lines, a sentence a leg, and what is not forecast.

    Parameters
    ----------
    tables : dict of DataFrame
        Tables ``forecast_series`` as "series" and ``forecast_summary`` as "summary".
    """
    series, summary = tables["series"], tables["summary"]
    parts = [_of_leg(leg, series[series["leg"] == leg], summary[summary["leg"] == leg]) for leg in _AHEAD]
    refused = series[series["method"] == ""]
    if len(refused):
        first = refused.iloc[0]
        parts.append(
            f"{len(refused)} cannot be forecast, as {first['quantity']} of {first['motor_id']}: {first['reason']}."
        )
    return " ".join(part for part in parts if part)


def crossings_in_words(crossings: pd.DataFrame, judgement: CrossingJudgement | None) -> str:
    """How good the probabilities and the times of crossing were at earlier moments.

    Parameters
    ----------
    crossings : DataFrame
        Table ``forecast_crossings``.
    judgement : CrossingJudgement or None
    """
    if judgement is None or crossings.empty:
        return "No probability of a crossing could be judged: no earlier moment has a limit and enough days after it."
    n_crossed = int(crossings["crossed"].sum())
    told = f"Of {len(crossings)} earlier forecasts of {crossings['motor_id'].nunique()} motors {n_crossed} crossed."
    skill, low, high = _with_interval(judgement, "brier_skill")
    if not np.isfinite(skill):
        return f"{told} That is not enough to judge a probability by."
    told += (
        f" The Brier score is {judgement.value('brier'):.3f}: a skill of {skill:.2f} ({low:.2f} to {high:.2f}) against "
        "the share of crossings among the other motors."
    )
    error = judgement.value("days_error")
    if np.isfinite(error):
        told += f" Where a crossing was forecast and came, the day was off by {error:.0f} d in the median."
    return told


def _of_leg(leg: str, series: pd.DataFrame, summary: pd.DataFrame) -> str:
    known = series[series["method"] != ""]
    if known.empty:
        return ""
    counts = known["method"].value_counts()
    used = ", ".join(f"{METHOD_WORDS.get(str(name), str(name))} {n}" for name, n in counts.items())
    told = f"{_AHEAD[leg].capitalize()}: {len(known)} series ({used})"
    row = summary[(summary["method"] == CHOSEN) & (summary["band"] == "all")]
    if row.empty:
        return f"{told}; there was no earlier moment to judge them by."
    one = row.iloc[0]
    naive = sum(name in NAIVE_METHODS for name in known["method"])
    kept = f"; for {naive} no model beat the naive line" if naive else ""
    return (
        f"{told}, MASE {one['mase']:.2f}, {one['of_best_naive']:.2f} of the best naive line, 90 % intervals held "
        f"{one['coverage_90_pct']:.0f} %{kept}."
    )


def _with_interval(judgement: CrossingJudgement, figure: str) -> tuple[float, float, float]:
    table = judgement.figures
    row = table[(table["rule"] == "calibrated") & (table["figure"] == figure) & (table["distance"] == "all")]
    if row.empty:
        return float("nan"), float("nan"), float("nan")
    one = row.iloc[0]
    return float(one["value"]), float(one["low"]), float(one["high"])
