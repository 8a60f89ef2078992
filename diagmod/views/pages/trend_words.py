"""What the page "Trend analysis" says in sentences: limits, days, methods, a limit of the viewer's own.

A sentence says only what the tables hold, and of which kind it is: the probability of crossing is of the whole path and
calibrated, a limit of the viewer's own is held against intervals of single days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from diagmod.core.recording import PHASES
from diagmod.models.forecast.forecast_words import METHOD_WORDS
from diagmod.models.forecast.method import NAIVE_METHODS

#: Marks of the grades, in the shapes that figures have (theme.GRADE_SYMBOLS).
GRADE_MARKS = {"good": "●", "watch": "▲", "plan": "◆", "act": "✖", "unknown": "○"}

#: Kinds of limit as people call them.
LIMIT_WORDS = {
    "sigma": "usual range", "quantile": "usual range (quantile)", "nameplate": "nameplate", "user": "stated limit",
}  # fmt: skip

#: Where the first part of a sentence of table ``forecast_risk`` ends, and what to do begins.
_TOLD = re.compile(
    r"(?P<told>This trend cannot tell .*?\.(?= Unknown)|.*? on the last day\.|.*?: the probability is .*?\.) "
    r"(?P<action>[A-Z].*)",
    re.DOTALL,
)


def phase_of(quantity: str) -> str:
    """Phase of a current; the name of any other quantity."""
    return quantity[4:] if quantity in {f"rms_{phase}" for phase in PHASES} else quantity


def grade_in_words(grade: str, words: Any) -> str:
    """A grade with its mark, so that colour is never needed."""
    return f"{GRADE_MARKS.get(grade, '○')} {words(grade)}"


def limit_in_words(row: Mapping[Any, Any]) -> str:
    """Kind of a limit and where it comes from, or why there is none."""
    kind = LIMIT_WORDS.get(str(row["limit_kind"]), str(row["limit_kind"]))
    return f"{kind}: {row['limit_reason']}"


def days_in_words(row: Mapping[str, Any], days: int) -> str:
    """When a limit is reached, with the 90 % interval of the paths, or that it is not within the days.

    Examples
    --------
    >>> row = {"standing": "may_cross", "days_low": 9.0, "days_median": 24.0, "days_high": np.nan, "horizon_d": 30}
    >>> days_in_words(row, 30)
    'day 24 (day 9 to later than 30)'
    >>> days_in_words(row, 20)
    'later than day 20 (from day 9 on)'
    """
    if row["standing"] == "above_now":
        return "exceeded now"
    if row["standing"] == "cannot_tell":
        return "cannot be told"
    low, median, high = (float(row[name]) for name in ("days_low", "days_median", "days_high"))
    most = min(days, int(row["horizon_d"]))
    if not low <= most:
        return f"not within {most} days"
    if not median <= most:
        return f"later than day {most} (from day {low:.0f} on)"
    until = f"{high:.0f}" if high <= most else f"later than {most}"
    return f"day {median:.0f} (day {low:.0f} to {until})"


def action_of(sentence: str) -> str:
    """What to do, out of a sentence of table ``forecast_risk``; the whole sentence where it has another form.

    Examples
    --------
    >>> action_of("The load is not expected to exceed 3.7 A (x. y) within 30 days: the probability is 2 %. Go on.")
    'Go on.'
    """
    return _halves(sentence)[1] or sentence


def risk_in_words(sentence: str, words: Any) -> str:
    """A sentence of table ``forecast_risk`` in the language of ``words``: what is expected, then what to do."""
    expected, action = _halves(sentence)
    return f"{words(expected)} {words(action)}".strip()


def method_in_words(row: Mapping[Any, Any]) -> str:
    """How a series is forecast and how that compares with the naive line, or why it is not."""
    ahead = {"hourly": "hours ahead", "daily": "days ahead"}.get(str(row["leg"]), str(row["leg"]))
    of = f"Phase {phase_of(row['quantity'])}, {ahead}"
    if not row["method"]:
        return f"{of}: no forecast. {_sentence(row['reason'])}"
    name = METHOD_WORDS.get(row["method"], row["method"])
    own, naive = float(row["mase"]), float(row["naive_mase"])
    if row["method"] in NAIVE_METHODS or not (np.isfinite(own) and np.isfinite(naive) and naive > 0):
        return f"{of}: {_sentence(row['reason'])}"
    line, share = METHOD_WORDS.get(row["naive_method"], row["naive_method"]), own / naive
    told = (
        f"error {100 * (1 - share):.0f} % less than that of the best naive line ({line})"
        if share < 1
        else f"error {100 * (share - 1):.0f} % more than that of the best naive line ({line}), kept for the whole fleet"
    )
    return f"{of}: {name}, {told}, at {row['n_origins']} earlier moments (MASE {own:.2f} against {naive:.2f})."


def own_limit_in_words(part: pd.DataFrame, limit: float) -> str:
    """First days on which the quantiles of a daily forecast reach a limit.

    Parameters
    ----------
    part : DataFrame
        Rows of table ``forecasts`` of one quantity, days ahead.
    limit : float
        In the unit of the quantity.
    """
    first = part.iloc[0]
    high, middle = _first_day(part, "q95", limit), _first_day(part, "q50", limit)
    said = f"Phase {phase_of(first['quantity'])}: the limit of {limit:.4g} {first['unit']}"
    if high is None:
        return f"{said} is not reached by the 95 % quantile within {int(part['step'].max())} days."
    told = f"{said} is reached by the 95 % quantile first on {high:%Y-%m-%d}"
    if middle is None:
        return f"{told}, by the median not within {int(part['step'].max())} days."
    return f"{told}, by the median first on {middle:%Y-%m-%d}."


def legs_in_words(summary: pd.DataFrame) -> list[str]:
    """How good the chosen methods were in back-test, a sentence a leg (table ``forecast_summary``)."""
    rows = summary[(summary["method"] == "chosen") & (summary["band"] == "all")]
    return [
        f"{str(row['leg']).capitalize()} forecasts: at earlier moments their error was "
        f"{100 * row['of_best_naive']:.0f} % of that of the best naive line ({row['n_forecasts']} forecasts of "
        f"{row['n_series']} series), and {row['coverage_90_pct']:.0f} % of what came lay within the 90 % interval."
        for row in rows.to_dict("records")
        if np.isfinite(row["of_best_naive"])
    ]


def crossings_in_words(figures: pd.DataFrame) -> list[str]:
    """How good the probabilities and days of crossing were (table ``crossing_figures``)."""
    told = figures[(figures["rule"] == "calibrated") & (figures["distance"] == "all")]
    by_name = {str(row["figure"]): row for row in told.to_dict("records")}
    skill, error, found = (by_name.get(name) for name in ("brier_skill", "days_error", "found"))
    if skill is None or not np.isfinite(skill["value"]):
        return ["No probability of a crossing could be judged: no earlier moment has a limit and enough days after it."]
    held = f"Probabilities: {skill['n']} were held against what came, {skill['n_crossed']} limits were exceeded."
    if not 0 < skill["n_crossed"] < skill["n"]:
        return [f"{held} That is not enough to judge a probability by."]
    interval = f"95 % interval {skill['low']:.2f} to {skill['high']:.2f}; 1 is perfect, 0 no better"
    said = [f"{held} Against the plain share of that they have a skill of {skill['value']:.2f} ({interval})."]
    if error is not None and found is not None and np.isfinite(error["value"]):
        share = f"{100 * found['value']:.0f} % of the {found['n_crossed']} exceedings had been forecast with a day"
        said.append(f"Days: {share}, in the median {error['value']:.0f} d off.")
    return said


def _halves(sentence: str) -> tuple[str, str]:
    """What is expected, and what to do; nothing to do where the sentence has another form."""
    found = _TOLD.fullmatch(sentence)
    return (found["told"], found["action"]) if found else (sentence, "")


def _first_day(part: pd.DataFrame, column: str, limit: float) -> pd.Timestamp | None:
    reached = part.loc[part[column] >= limit, "time"]
    return reached.min() if len(reached) else None


def _sentence(text: object) -> str:
    """A text as a sentence of its own."""
    said = str(text).strip().rstrip(".")
    return f"{said[:1].upper()}{said[1:]}." if said else ""
