"""Parts of the page "Trend analysis" as HTML: the fleet's risk, one motor in words, and what could not be forecast."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from diagmod.views.pages.grids import anchor, grid, source_line
from diagmod.views.pages.trend_risks import RiskChoice, by_urgency, fleet_table
from diagmod.views.pages.trend_words import (
    action_of,
    crossings_in_words,
    grade_in_words,
    legs_in_words,
    method_in_words,
    own_limit_in_words,
    phase_of,
    risk_in_words,
)

#: Rows of the fleet that the page holds; a filter of a large fleet must answer at once.
MOST_FLEET_ROWS = 150

#: Heads of the columns of the fleet.
_HEADS = {
    "motor_id": "motor", "last_value": "last daily mean", "limit_from": "where the limit comes from",
    "reached": "limit reached", "action": "what to do",
}  # fmt: skip


def fleet_part(choice: RiskChoice, risk: pd.DataFrame, why_nothing: str, words: Any, source: str) -> str:
    """Table of the risk, most urgent first, each motor a link to itself.

    Parameters
    ----------
    choice : RiskChoice
    risk : DataFrame
        Rows of table ``forecast_risk`` to show, in order.
    why_nothing : str
        Why nothing is forecast at all; empty where something is.
    words : Words
    source : str
    """
    every = anchor(words("Show all motors"), ("", {"motor": ""}))
    back = f"<p>{every}</p>" if choice.motor else ""
    if why_nothing:
        return f"<p class='dm-note dm-warn'>{escape(words(f'No trend is forecast: {why_nothing}'))}</p>{back}"
    if risk.empty:
        said = words("No trend has a limit and a risk under this choice; choose less narrowly.")
        return f"<p class='dm-muted'>{escape(said)}</p>{back}{source_line(words, source)}"
    units = set(risk["unit"])
    unit = units.pop() if len(units) == 1 else ""
    horizon = int(risk["horizon_d"].max())
    shown = fleet_table(risk.head(MOST_FLEET_ROWS), choice.days, words)
    left = len(risk) - len(shown)
    rest = f"Shown are the {len(shown)} most urgent of {len(risk)} rows; the filters find the others, exports hold all."
    table = grid(
            shown, words, caption="Risk of the fleet, most urgent first", source=source,
            units={"last_value": unit, "limit": unit, "probability": "%", "risk": "%", "motor_id": "", "phase": ""},
            heads={**_HEADS, "probability": f"within {horizon} days"},
            links={"motor_id": lambda row: ("", {"motor": row["motor_id"]})},
        )  # fmt: skip
    told = f"<p class='dm-muted'>{escape(words(rest))}</p>" if left > 0 else ""
    return f"<div class='dm-trends-fleet'>{table}</div>{told}{back}"


def motor_part(
    motor: str,
    limits: pd.DataFrame,
    series: pd.DataFrame,
    forecasts: pd.DataFrame,
    motors: pd.DataFrame,
    words: Any,
    *,
    own_limit: float,
    is_chosen: bool,
) -> str:
    """What is expected of one motor, what to do, how it is forecast, and what the viewer's own limit would mean.

    Parameters
    ----------
    motor : str
        Empty where there is none.
    limits, series, forecasts, motors : DataFrame
        Tables ``forecast_risk`` and ``forecasts`` of this motor, ``forecast_series`` and ``motors``.
    words : Words
    own_limit : float
        0 for none.
    is_chosen : bool
        Whether the viewer chose it; otherwise it is the most urgent one.
    """
    if not motor:
        return f"<h2>{escape(words('One motor'))}</h2><p>{escape(words('There is no motor under this choice.'))}</p>"
    own = series[series["motor_id"] == motor]
    page = anchor(words("Status of this motor"), ("motor", {"motor": motor, "lang": _language(words)}))
    note = "" if is_chosen else f"<p class='dm-muted'>{escape(words(_MOST_URGENT))}</p>"
    return (
        f"<h2>{escape(words(f'Motor {motor}: what is expected'))}</h2>{note}"
        f"{_expected(by_urgency(limits), words)}{_rated(limits, motors, motor, words)}"
        f"{_own_limit(forecasts, own_limit, words)}"
        f"<details class='dm-trends-how'><summary>{escape(words('How this motor is forecast'))}</summary>"
        f"{_methods(own, motor, words)}</details><p>{page}</p>"
    )


def judged_part(
    summary: pd.DataFrame, figures: pd.DataFrame, words: Any, sources: Sequence[str], *, is_open: bool
) -> str:
    """How good forecasts and probabilities were at earlier moments, and the way to the figures."""
    told = [*(legs_in_words(summary) or ["No forecast could be held against what came."]), *crossings_in_words(figures)]
    text = words("Hide the figures" if is_open else _SHOW)
    link = anchor(text, ("", {"judged": "" if is_open else "figures"}))
    return f"{_list(told, words)}<p>{link}</p>{''.join(source_line(words, source) for source in sources)}"


def surprise_part(surprises: pd.DataFrame, words: Any, source: str) -> str:
    """Stretches of hours that were not as forecast."""
    head = f"<h3>{escape(words('Hours that were not as forecast'))}</h3>"
    if surprises.empty:
        said = words("Every judged hour of this motor in this period was as forecast.")
        return f"{head}<p>{escape(said)}</p>{source_line(words, source)}"
    rows = surprises.sort_values("begin", ascending=False)
    unit = rows["unit"].iloc[0] if rows["unit"].nunique() == 1 else ""
    shown = rows.assign(phase=[phase_of(name) for name in rows["quantity"]])
    return head + grid(
        shown, words, ["phase", "begin", "end", "n_hours", "value", "expected", "worst"],
        caption="Hours that were not as forecast", source=source,
        units={"begin": "UTC", "end": "UTC", "n_hours": "h", "value": unit, "expected": unit, "phase": ""},
        heads={"n_hours": "lasted", "value": "measured", "expected": "forecast", "worst": "usual deviations off"},
    )  # fmt: skip


def refused_rows(series: pd.DataFrame, silent: Sequence[str], why_nothing: str) -> pd.DataFrame:
    """What has no forecast: series that were refused, and motors of the register without any.

    Parameters
    ----------
    series : DataFrame
        Table ``forecast_series``, rows under the choice.
    silent : sequence of str
        Motors without a series.
    why_nothing : str
        Why no motor has any; empty where some have.

    Returns
    -------
    DataFrame
        Columns motor_id, phase, ahead and reason.
    """
    none = series[series["method"] == ""]
    return pd.DataFrame(
        {
            "motor_id": [*none["motor_id"], *silent],
            "phase": [*(phase_of(name) for name in none["quantity"]), *("" for _ in silent)],
            "ahead": [*none["leg"].map({"hourly": "hours", "daily": "days"}), *("" for _ in silent)],
            "reason": [*none["reason"], *(why_nothing or _NO_LOG for _ in silent)],
        },
        dtype="str",
    )


def refused_part(rows: pd.DataFrame, words: Any, source: str) -> str:
    """What has no forecast, and why."""
    if rows.empty:
        said = words("Every trend under this choice is forecast.")
        return f"<p>{escape(said)}</p>{source_line(words, source)}"
    return grid(
        rows, words, caption="Not forecast, and why", source=source, heads={"motor_id": "motor"},
        links={"motor_id": lambda row: ("", {"motor": row["motor_id"]})},
    )  # fmt: skip


_NO_LOG = "the trend log has none of the forecast quantities of this motor; add its log to the data set"

_MOST_URGENT = "The most urgent motor under this choice; choose another above or in the table."


def _expected(limits: pd.DataFrame, words: Any) -> str:
    """The action of the worst row first, then every sentence with its grade."""
    if limits.empty:
        return f"<p class='dm-muted'>{escape(words('No trend of this motor is held against a limit.'))}</p>"
    worst = limits.iloc[0]
    action = escape(words(action_of(worst["sentence"])))
    items = "".join(
        f"<li><b class='dm-trends-grade dm-trends-{escape(row['grade'])}'>{escape(grade_in_words(row['grade'], words))}"
        f"</b> {escape(risk_in_words(row['sentence'], words))}</li>"
        for row in limits.to_dict("records")
    )
    head = escape(words("What to do"))
    return f"<p class='dm-trends-do'><b>{head}:</b> {action}</p><ul class='dm-trends-list'>{items}</ul>"


def _rated(limits: pd.DataFrame, motors: pd.DataFrame, motor: str, words: Any) -> str:
    """The highest current beside that of the nameplate."""
    found = motors.loc[motors["motor_id"] == motor, "rated_current_a"]
    rated = float(found.iloc[0]) if len(found) else np.nan
    currents = limits[limits["quantity"].str.startswith("rms_") & np.isfinite(limits["last_value"])]
    if currents.empty or set(currents["unit"]) != {"A"}:
        return ""
    if not rated > 0:
        return f"<p>{escape(words('The register states no rated current of this motor.'))}</p>"
    top = currents.loc[currents["last_value"].idxmax()]
    said = (
        f"Rated current {rated:.4g} A; the highest last daily mean is {top['last_value']:.4g} A (phase "
        f"{phase_of(top['quantity'])}), {100 * top['last_value'] / rated:.0f} % of it."
    )
    return f"<p>{escape(words(said))}</p>"


def _own_limit(forecasts: pd.DataFrame, limit: float, words: Any) -> str:
    if not limit:
        return ""
    daily = forecasts[forecasts["leg"] == "daily"]
    parts = [own_limit_in_words(part.sort_values("step"), limit) for _, part in daily.groupby("quantity", sort=True)]
    head, note = words("Your own limit"), words(_SINGLE_DAYS)
    told = _list(parts or ["There is no daily forecast to hold it against."], words)
    return f"<h3>{escape(head)}</h3>{told}<p class='dm-muted'>{escape(note)}</p>"


_SHOW = "Show stated against observed probabilities, and days told against days that came"

_SINGLE_DAYS = (
    "By intervals of single days: on such a day the chance to be above is 5 % (95 % quantile) or one half (median). "
    "The calibrated probability of exceeding a limit at all is told for the limits of the table alone."
)


def _methods(series: pd.DataFrame, motor: str, words: Any) -> str:
    if series.empty:
        return f"<p>{escape(words(f'No series of {motor} is forecast under this choice.'))}</p>"
    ordered = series.sort_values(["leg", "quantity"])
    return _list([method_in_words(row) for row in ordered.to_dict("records")], words)


def _list(texts: Sequence[str], words: Any) -> str:
    return "<ul class='dm-trends-list'>" + "".join(f"<li>{escape(words(text))}</li>" for text in texts) + "</ul>"


def _language(words: Any) -> str:
    return "" if words.language == "en" else str(words.language)
