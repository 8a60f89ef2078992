"""Rows of the fleet's risk: which are shown under a choice, in which order, and how each reads.

A row is a quantity of a motor with one limit. How likely the limit is exceeded was computed for the whole horizon of
the forecast; a shorter one asks only whether the paths that may come have begun to cross by then. What has no grade is
unknown and stands before what is good: it is no good news.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from diagmod.models.forecast.crossing import SHARES
from diagmod.views.pages.trend_words import action_of, days_in_words, grade_in_words, limit_in_words, phase_of

#: Grades from the most urgent on, as the fleet is sorted.
URGENCY = ("act", "plan", "watch", "unknown", "good")

#: What a smallest grade lets through.
FROM_GRADE = {"watch": ("act", "plan", "watch"), "plan": ("act", "plan"), "act": ("act",), "unknown": ("unknown",)}


@dataclass(frozen=True)
class RiskChoice:
    """What the fleet is narrowed by.

    Attributes
    ----------
    motor : str
        Empty for all.
    phases : tuple of str
        Of R, S, T; empty for every quantity.
    kind : str
        Kind of limit; empty for all.
    grade : str
        Of :data:`FROM_GRADE`; empty for all.
    days : int
        Days ahead.
    """

    motor: str = ""
    phases: tuple[str, ...] = ()
    kind: str = ""
    grade: str = ""
    days: int = 30

    def of_series(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows of the chosen motor and phases, of any table that has both."""
        keep = np.ones(len(table), dtype=bool)
        if self.motor:
            keep &= (table["motor_id"] == self.motor).to_numpy()
        if self.phases:
            keep &= table["quantity"].isin([f"rms_{phase}" for phase in self.phases]).to_numpy()
        return table[keep]

    def of_limits(self, risk: pd.DataFrame) -> pd.DataFrame:
        """Rows of table ``forecast_risk`` of the chosen motor, phases and kind of limit, of any grade."""
        found = self.of_series(risk)
        return found[found["limit_kind"] == self.kind] if self.kind else found

    def of_risk(self, risk: pd.DataFrame) -> pd.DataFrame:
        """Rows of table ``forecast_risk`` under the whole choice, the most urgent first."""
        found = self.of_limits(risk)
        return by_urgency(found[found["grade"].isin(FROM_GRADE[self.grade])] if self.grade else found)


def by_urgency(risk: pd.DataFrame) -> pd.DataFrame:
    """Rows of table ``forecast_risk``, the most urgent first."""
    keys = pd.DataFrame(
        {
            "grade": risk["grade"].map({grade: k for k, grade in enumerate(URGENCY)}).fillna(len(URGENCY)),
            "risk": -risk["risk_pct"].fillna(-1.0),
            "standing": risk["standing"] != "above_now",
            "probability": -risk["probability"].fillna(-1.0),
            "motor": risk["motor_id"],
        }
    )
    return risk.loc[keys.sort_values([str(name) for name in keys], kind="stable").index]


def may_exceed(risk: pd.DataFrame, days: int) -> pd.Series:
    """Whether each row is above its limit or may be within so many days.

    For the whole horizon the answer is the standing of the row; for fewer days, whether 5 % of the paths have crossed.
    """
    soon = (risk["days_low"] <= days) | (risk["horizon_d"] <= days)
    return (risk["standing"] == "above_now") | ((risk["standing"] == "may_cross") & soon)


def next_crossing(risk: pd.DataFrame, days: int) -> pd.Series | None:
    """The row that is expected to exceed its limit first: half of the paths have by then; None within the days."""
    likely = (risk["standing"] == "may_cross") & (risk["probability"] >= SHARES[1]) & (risk["days_median"] <= days)
    expected = risk[likely]
    if expected.empty:
        return None
    day = expected["origin"] + pd.to_timedelta(expected["days_median"] - 1, unit="D")
    order = pd.DataFrame({"day": day, "probability": -expected["probability"]})
    return expected.loc[order.sort_values(["day", "probability"], kind="stable").index[0]]


def fleet_table(risk: pd.DataFrame, days: int, words: Any) -> pd.DataFrame:
    """Rows of table ``forecast_risk`` as people read them; texts are in the language of ``words``."""
    rows: list[dict[str, Any]] = risk.to_dict("records")  # type: ignore[assignment]
    return pd.DataFrame(
        {
            "motor_id": risk["motor_id"].to_numpy(),
            "phase": [phase_of(name) for name in risk["quantity"]],
            "last_value": risk["last_value"].to_numpy(float),
            "limit": risk["limit"].to_numpy(float),
            "limit_from": [words(limit_in_words(row)) for row in rows],
            "probability": np.round(100 * risk["probability"].to_numpy(float), 1),
            "reached": [words(days_in_words(row, days)) for row in rows],
            "risk": np.round(risk["risk_pct"].to_numpy(float)),
            "grade": [grade_in_words(grade, words) for grade in risk["grade"]],
            "action": [words(action_of(sentence)) for sentence in risk["sentence"]],
        }
    )
