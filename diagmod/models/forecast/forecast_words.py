"""Forecasts in sentences: what is expected and when, how sure that is, what the limit is, what to do, and why a method.

A sentence says only what was computed. A limit is always named with where it comes from, since "four standard
deviations above January" and "the rated current" ask for different things; a time is an interval or "not within 30
days"; and where a trend cannot tell, the sentence says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.models.forecast.limits import STATISTICAL
from diagmod.models.forecast.method import NAIVE_METHODS
from diagmod.models.health_advice import advice_for

if TYPE_CHECKING:
    from diagmod.models.forecast.lone_phase import LonePhase

#: Names of the methods for people.
METHOD_WORDS = {
    "naive": "naive", "seasonal_naive": "seasonal naive", "drift": "drift", "ets": "ETS", "arima": "ARIMA",
    "prophet": "Prophet", "boosted_lags": "boosted lags", "tcn": "TCN", "lstm": "LSTM",
}  # fmt: skip

#: Rivals that a choice names at most.
_MOST_RIVALS = 3

#: What to do about a crossing that is expected, by grade.
_EXPECTED = {
    "good": advice_for("good", "", {}).action,
    "watch": "Watch it: look at load and voltages of the last weeks, and record the motor under its usual load.",
    "plan": "Plan an examination{before}: compare load, voltages and the balance of the phases, and record the motor.",
}

#: What to do where the limit is exceeded already, by its kind.
_EXCEEDED = {
    "nameplate": "Lower the load or mend the voltages now: above its rated current a winding ages faster.",
    "user": "The stated limit asks for action now: check load, voltages and cooling, and record the motor.",
}
_CHANGED = "Find out what changed (load, voltages, a setting), record the motor and compare it with its baseline."


def choice_in_words(method: str, mase: Mapping[str, float], n_origins: int) -> str:
    """Why a method was chosen for a series.

    Parameters
    ----------
    method : str
    mase : mapping of str to float
        Error of every method on this series by back-test; NaN where it gave no forecast.
    n_origins : int
        Origins it stands on.

    Examples
    --------
    >>> choice_in_words("ets", {"naive": 0.95, "seasonal_naive": 0.88, "ets": 0.71, "boosted_lags": 0.74}, 9)
    'ETS: MASE 0.71 against 0.88 of the best naive line (seasonal naive) over 9 origins; boosted lags 0.74'
    >>> choice_in_words("naive", {"naive": 0.9, "ets": 1.2}, 9)
    'no model beat the naive line; naive is used: MASE 0.90 over 9 origins; ETS 1.20'
    """
    known = {name: error for name, error in mase.items() if np.isfinite(error)}
    name = METHOD_WORDS.get(method, method)
    if not known or not n_origins:
        return f"{name}: no origin of a back-test could be judged, so that nothing more than this line is known"
    over = f"over {n_origins} origin{'s' if n_origins > 1 else ''}"
    own = f"MASE {known[method]:.2f}" if method in known else "not judged on this series"
    naive = min((line for line in NAIVE_METHODS if line in known), key=lambda line: known[line], default="")
    rivals = sorted((n for n in known if n not in (*NAIVE_METHODS, method)), key=lambda n: known[n])[:_MOST_RIVALS]
    beside = "".join(f"; {METHOD_WORDS.get(n, n)} {known[n]:.2f}" for n in rivals)
    if method in NAIVE_METHODS:
        return f"no model beat the naive line; {name} is used: {own} {over}{beside}"
    if not naive:
        return f"{name}: {own} {over}; no naive line could be judged{beside}"
    against = f"against {known[naive]:.2f} of the best naive line ({METHOD_WORDS[naive]})"
    if not known.get(method, np.inf) < known[naive]:
        return f"{name}: {own} {against} {over}; taken since it is the better one on the whole fleet{beside}"
    return f"{name}: {own} {against} {over}{beside}"


def risk_in_words(
    row: Mapping[str, object], since: np.datetime64 | None = None, reason: str = "", lone: LonePhase | None = None
) -> str:
    """What is expected of a trend and its limit, and what to do.

    Parameters
    ----------
    row : mapping
        A row of table ``forecast_risk``; its sentence is not needed.
    since : datetime64, optional
        First day above the limit, where it is above it now.
    reason : str
        Why nothing can be told, where that is so.
    lone : LonePhase, optional
        Phase of the motor that drifts alone.
    """
    what = f"the {_quantity(str(row['quantity']))} of {row['motor_id']}"
    standing = row["standing"]
    if standing == "cannot_tell":
        return (
            f"This trend cannot tell whether {what} will exceed a limit: {reason}. Unknown is not good: state a limit "
            "for it, or mend its log."
        )
    limit = f"{_number(row['limit'])}{_unit(row)} ({row['limit_reason']})"
    if standing == "above_now":
        day = "" if since is None else f" since {since.astype('datetime64[D]')}"
        told = f"has been above {limit}{day}, {_number(row['last_value'])}{_unit(row)} on the last day."
        return _sentences(_upper(what), told, _exceeded(row), _alone(row, lone))
    chance = f"the probability is {_percent(row['probability'])}"
    if standing == "not_expected":
        told = f"is not expected to exceed {limit} within {row['horizon_d']} days: {chance}."
        return _sentences(_upper(what), told, _EXPECTED["good"], _alone(row, lone))
    told = f"may exceed {limit} within {row['horizon_d']} days: {chance}{_when(row)}."
    return _sentences(_upper(what), told, _expected(row), _alone(row, lone))


def _when(row: Mapping[str, object]) -> str:
    """Time of the crossing as far as the paths tell."""
    low, middle, high = (_days(row[name]) for name in ("days_low", "days_median", "days_high"))
    if low is None:
        return ""
    if middle is None or float(str(row["probability"])) < 0.5:
        return f", and if it does, hardly before day {low} ({_date(row, low)})"
    until = f"to {high}" if high else f"to later than {row['horizon_d']}"
    return f", expected about day {middle} ({_date(row, middle)}; 90 % interval: day {low} {until})"


def _expected(row: Mapping[str, object]) -> str:
    low = _days(row["days_low"])
    before = f" before {_date(row, low)}" if low and low > 1 else " now"
    return _EXPECTED[str(row["grade"])].format(before=before)


def _exceeded(row: Mapping[str, object]) -> str:
    kind = str(row["limit_kind"])
    return _CHANGED if kind in STATISTICAL else _EXCEEDED[kind]


def _alone(row: Mapping[str, object], lone: LonePhase | None) -> str:
    """The competing explanation where this phase drifts and the other two stay with each other."""
    if lone is None or lone.quantity != row["quantity"]:
        return ""
    way = "instead of the motor" if lone.drift_pct > 0 else "and hide a rise"
    return (
        f"Only this phase drifts, by {lone.drift_pct:+.1f} % in 30 days, the other two by {lone.others_pct:.1f} % from "
        f"each other: its transducer may drift {way}; compare it with a clamp meter."
    )


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _quantity(name: str) -> str:
    return f"current of phase {name[4:]}" if name in ("rms_R", "rms_S", "rms_T") else name


def _number(value: object) -> str:
    return f"{float(str(value)):.4g}"


def _unit(row: Mapping[str, object]) -> str:
    return f" {row['unit']}" if row["unit"] else ""


def _percent(value: object) -> str:
    share = 100 * float(str(value))
    return "below 1 %" if share < 1 else "above 99 %" if share > 99 else f"{share:.0f} %"


def _days(value: object) -> int | None:
    days = float(str(value))
    return int(days) if np.isfinite(days) else None


def _date(row: Mapping[str, object], day: int) -> str:
    return f"{pd.Timestamp(str(row['origin'])) + pd.Timedelta(days=day - 1):%Y-%m-%d}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
