"""Health in words and tables: what the number means, the fleet at a glance, and the rungs of every ladder."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from diagmod.io.health_tables import PART_WORDS
from diagmod.models.risk_scale import GRADES, UNKNOWN

if TYPE_CHECKING:
    from diagmod.models.health_settings import HealthSettings

#: What the number is, and what it is not.
MEANING = (
    "The health index is 100 minus the risk. The risk ranks how soon somebody should act, from 0 to 100; it is no "
    "probability of failure. It is that of the worst part that could be judged: good below 25, watch from 25, plan "
    "from 50, act from 75. What could not be judged is unknown and never good; knowledge says how much could be."
)

#: Quantities of the ladders, in words with their units.
_QUANTITIES = {
    "broken_bars": "broken bars, or their rise since the baseline (bars)",
    "shaft_db": "lines of the shaft (dB of the rated current)",
    "shaft_rise_db": "rise of the lines of the shaft since the baseline (dB)",
    "unbalance_rise_pct": "change of the negative sequence since the baseline (% of I1)",
    "anomaly": "anomaly (1 at the threshold)",
    "fault_probability": "probability of a fault",
    "fault_severity": "severity of the predicted fault (of 1)",
    "crossing_probability": "probability that a threshold is crossed",
}


def fleet_table(motors: pd.DataFrame) -> pd.DataFrame:
    """Motors from the most urgent to the least, those that cannot be judged before the good ones.

    Parameters
    ----------
    motors : DataFrame
        Table ``motor_health``.

    Returns
    -------
    DataFrame
        Columns motor, health, grade, since, why, likely_fault, urgency, knowledge, action, as a person reads them.
    """
    place = {grade: k for k, grade in enumerate(("act", "plan", "watch", UNKNOWN, "good"))}
    order = motors.assign(place=motors["grade"].map(place))
    rows = order.sort_values(["place", "risk", "motor_id"], ascending=[True, False, True], kind="stable")
    return pd.DataFrame(
        {
            "motor": rows["motor_id"],
            "health": ["unknown" if pd.isna(index) else f"{index:.0f} of 100" for index in rows["health_index"]],
            "grade": rows["grade"],
            "since": ["" if pd.isna(time) else f"{time:%Y-%m-%d}" for time in rows["since"]],
            "why": [PART_WORDS.get(part, "") for part in rows["governing_part"]],
            "likely_fault": [fault.replace("_", " ") for fault in rows["likely_fault"]],
            "urgency": [urgency.replace("_", " ") for urgency in rows["urgency"]],
            "knowledge": [f"{share:.0f} %" for share in rows["knowledge_pct"]],
            "action": rows["action"],
        }
    ).reset_index(drop=True)


def fleet_in_words(motors: pd.DataFrame) -> str:
    """A line a motor that is not good, the most urgent first; or that there is none."""
    ranked = motors.sort_values("risk", ascending=False, kind="stable", na_position="last")
    lines = [f"- {sentence}" for sentence in ranked.loc[ranked["grade"] != "good", "sentence"]]
    return "\n".join(lines) or "No motor asks for attention."


def ladder_table(settings: HealthSettings) -> pd.DataFrame:
    """At which value of each quantity each grade begins; columns quantity, watch, plan, act."""
    ladders = asdict(settings.ladders)
    return pd.DataFrame(
        [
            {"quantity": words, **{grade: ladders[name][grade] for grade in GRADES[1:]}}
            for name, words in _QUANTITIES.items()
        ]
    )


def recall_in_words(alarms: pd.DataFrame) -> str:
    """How many faulty recordings are at "plan" or worse by range of severity, and how many healthy ones.

    Parameters
    ----------
    alarms : DataFrame
        See :func:`diagmod.models.health_evaluation.alarms_by_severity`.
    """
    if alarms.empty:
        return "There is no label, so the index cannot be held against one."
    weighted = alarms.assign(alarms=alarms["alarm_pct"] * alarms["n"] / 100)
    told = [
        f"{part['alarms'].sum():.0f} of {part['n'].sum()} at a severity of {name}"
        for name, part in weighted[weighted["severity_range"] != ""].groupby("severity_range", sort=True)
    ]
    healthy = weighted[weighted["condition"] == "healthy"]
    false = f"; of {healthy['n'].sum()} healthy ones {healthy['alarms'].sum():.0f}" if len(healthy) else ""
    found = ", ".join(told) or "none, for no severity is labelled"
    return f"Of the recordings with a fault, at plan or worse are {found}{false}."
