"""Whether a data set is enough to learn from: a row a check, with its thresholds, its verdict and what to do.

There is no clock in it: "recent" means against the newest recording of the data set, so that the same data
give the same answer next year. A check that cannot be made (no start times, no recordings) warns and says
why; only a value beyond a stated threshold fails, and a threshold of None never does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from diagmod.io.readiness_figures import figures_of
from diagmod.io.schemas import Column, TableSchema
from diagmod.io.tables import conform

READINESS = TableSchema(
    "readiness",
    1,
    (
        Column("check", "str", "", "what was checked"),
        Column("value", "float64", "", "what the data set has, in unit; missing where it cannot be told", True),
        Column("unit", "str", "", "unit of value, warn and fail; empty for a count"),
        Column("warn", "float64", "", "threshold of a warning; missing for none", True),
        Column("fail", "float64", "", "threshold beyond which nothing is trained; missing for none", True),
        Column("status", "str", "", "pass, warn or fail"),
        Column("reason", "str", "", "what was found and, unless it passed, what to do"),
    ),
)


@dataclass(frozen=True)
class Check:
    """One check: unit of its value, whether more is better, and what to do when it does not pass."""

    unit: str
    more_is_better: bool
    remedy: str


#: Every check, in the order of the table; each needs its thresholds in params.yaml.
CHECKS = {
    "motors": Check("", True, "record more motors; what one motor does is no rule for others"),
    "split_groups": Check("", True, "record more motors or repetitions, so that some can be held out"),
    "recordings": Check("", True, "record more, at several loads"),
    "recordings_per_motor": Check("", True, "record this motor more often, at several loads"),
    "windows": Check("", True, "make longer or more recordings, or shorten the window"),
    "healthy_recordings": Check("", True, "label recordings of sound machines 'healthy'; they are the baseline"),
    "conditions": Check("", True, "label recordings of further conditions on at least two motors or repetitions each"),
    "recency_days": Check("d", False, "record this motor again or take it out of the data set"),
    "label_coverage_pct": Check("%", True, "fill in condition in recordings.csv where it is known"),
    "usable_pct": Check("%", True, "follow the advice in the findings and record again"),
    "homogeneous_pct": Check("%", True, "keep recordings with other phases, rates or units in a data set of their own"),
    "trend_hours": Check("h", True, "add the hourly log of this motor; forecasts need it, nothing else does"),
}


def assess_readiness(
    recordings: pd.DataFrame,
    motors: pd.DataFrame,
    trend: pd.DataFrame,
    windows: Mapping[str, int],
    thresholds: Mapping[str, Mapping[str, float | None]],
    as_of: datetime | None = None,
) -> pd.DataFrame:
    """Hold a data set against thresholds.

    Parameters
    ----------
    recordings, motors, trend : DataFrame
        Tables of those names.
    windows : mapping
        Windows of every recording by recording_id; see :func:`diagmod.io.readiness_figures.count_windows`.
    thresholds : mapping
        ``warn`` and ``fail`` of every check of :data:`CHECKS`; None for none. A value that reaches a threshold
        passes it.
    as_of : datetime, optional
        Time with zone against which recency is told; the newest recording by default.

    Returns
    -------
    DataFrame
        Table :data:`READINESS`.

    Raises
    ------
    ValueError
        A check has no thresholds, one is unknown or no number, or ``fail`` is stricter than ``warn``.
    """
    check_thresholds(thresholds)
    found = figures_of(recordings, motors, trend, windows, as_of)
    rows = [_row(name, *found[name], thresholds[name]) for name in CHECKS]
    return conform(pd.DataFrame(rows), READINESS)


def is_ready(table: pd.DataFrame) -> tuple[bool, str]:
    """Whether no check fails, and the whole result in one sentence."""
    refusal = training_refusal(table)
    warned = table.loc[table["status"] == "warn", "check"].tolist()
    if refusal:
        return False, refusal
    if warned:
        counted = f"{len(warned)} of {len(table)} checks warn"
        return True, f"the data set is ready with reservations: {counted} ({_list(warned)})"
    return True, f"the data set is ready: all {len(table)} checks pass"


def training_refusal(table: pd.DataFrame) -> str:
    """Why nothing is to be trained on a data set, from its table :data:`READINESS`; empty where no check fails."""
    failed = table[table["status"] == "fail"]
    if failed.empty:
        return ""
    return f"the data set is not ready, {_list(failed['check'])} fail{'s'[len(failed) - 1 :]}: " + "; ".join(
        failed["reason"]
    )


def check_thresholds(thresholds: Mapping[str, Mapping[str, float | None]]) -> None:
    """Refuse thresholds that are incomplete or contradict themselves.

    Raises
    ------
    ValueError
        See :func:`assess_readiness`.
    """
    if not isinstance(thresholds, Mapping):
        raise ValueError(f"readiness must map checks to warn and fail, got {thresholds!r}")
    if unknown := [name for name in thresholds if name not in CHECKS]:
        raise ValueError(f"readiness has no check {unknown[0]!r}; there are {_list(CHECKS)}")
    if missing := [name for name in CHECKS if name not in thresholds]:
        raise ValueError(f"readiness lacks {missing[0]}; give its warn and fail, null for none")
    for name, pair in thresholds.items():
        if not isinstance(pair, Mapping) or set(pair) != {"warn", "fail"}:
            raise ValueError(f"readiness.{name} must hold warn and fail, null for none, got {pair!r}")
        for key, value in pair.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if value is not None and not is_number:
                raise ValueError(f"readiness.{name}.{key} must be a number or null, got {value!r}")
        warn, fail = pair["warn"], pair["fail"]
        if warn is not None and fail is not None and _is_beyond(name, warn, fail):
            side = "above" if CHECKS[name].more_is_better else "below"
            raise ValueError(f"readiness.{name}: fail {fail:g} must not lie {side} warn {warn:g}; exchange them")


def _row(name: str, value: float, text: str, pair: Mapping[str, float | None]) -> dict[str, object]:
    check, warn, fail = CHECKS[name], pair["warn"], pair["fail"]
    if math.isnan(value):
        status, limit = "warn", None
    elif fail is not None and _is_beyond(name, value, fail):
        status, limit = "fail", fail
    elif warn is not None and _is_beyond(name, value, warn):
        status, limit = "warn", warn
    else:
        status, limit = "pass", None
    # Where the value is missing the words say what to do about that.
    reason = text if limit is None else f"{text}, {_wanted(check, limit, status)}; {check.remedy}"
    numbers = {"value": value, "warn": _number(warn), "fail": _number(fail)}
    return {"check": name, "unit": check.unit, "status": status, "reason": reason, **numbers}


def _wanted(check: Check, limit: float, status: str) -> str:
    """The threshold that was missed, in words."""
    side = "at least" if check.more_is_better else "at most"
    unit = f" {check.unit}" if check.unit else ""
    return f"{side} {limit:g}{unit} {'are wanted' if status == 'warn' else 'are needed'}"


def _is_beyond(name: str, value: float, limit: float) -> bool:
    return value < limit if CHECKS[name].more_is_better else value > limit


def _number(limit: float | None) -> float:
    return math.nan if limit is None else float(limit)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
