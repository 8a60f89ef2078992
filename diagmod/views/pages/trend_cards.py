"""The first facts of the page "Trend analysis": how many trends are forecast, what may come, and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from diagmod.views.pages.frame import first_cards
from diagmod.views.pages.trend_risks import RiskChoice, may_exceed, next_crossing
from diagmod.views.pages.trend_words import grade_in_words, phase_of

#: What stands in a card that has nothing to say.
_NOTHING = "–"


def first_facts(choice: RiskChoice, risk: pd.DataFrame, series: pd.DataFrame, words: Any) -> str:
    """Cards under a choice.

    Parameters
    ----------
    choice : RiskChoice
    risk, series : DataFrame
        Tables ``forecast_risk`` and ``forecast_series``, whole.
    words : Words
    """
    shown, trends = choice.of_risk(risk), choice.of_series(series)
    motors = f"of {trends['motor_id'].nunique()} with a trend"
    now = shown[shown["standing"] == "above_now"]
    may = shown[may_exceed(shown, choice.days)]
    return first_cards(
        {
            "Series forecast": (str(int((trends["method"] != "").sum())), f"of {len(trends)}"),
            "Motors above a limit now": (str(now["motor_id"].nunique()), motors),
            f"Motors that may be above one within {choice.days} days": (str(may["motor_id"].nunique()), motors),
            "Highest risk": _highest(shown, words),
            "Next expected crossing": _next(shown, choice.days, words),
        },
        words,
    )


def _highest(shown: pd.DataFrame, words: Any) -> tuple[str, str]:
    """Risk of the first row that has one, and whose it is."""
    known = shown[np.isfinite(shown["risk_pct"])]
    if known.empty:
        return _NOTHING, "no risk is known under this choice"
    row = known.iloc[0]
    return f"{row['risk_pct']:.0f} %", f"{_whose(row, words)}, {grade_in_words(row['grade'], words)}"


def _next(shown: pd.DataFrame, days: int, words: Any) -> tuple[str, str]:
    """Day on which half of the paths have crossed, and whose it is."""
    row = next_crossing(shown, days)
    if row is None:
        return _NOTHING, f"none is expected within {days} days"
    day = row["origin"] + pd.Timedelta(days=float(row["days_median"]) - 1)
    return f"{day:%Y-%m-%d}", f"{_whose(row, words)}, {100 * row['probability']:.0f} %"


def _whose(row: pd.Series, words: Any) -> str:
    return words(f"{row['motor_id']} phase {phase_of(row['quantity'])}")
