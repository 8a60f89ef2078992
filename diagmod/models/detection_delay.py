"""How long a fault is there before an alarm says so, with the faults that were never found counted as such.

The mean delay of the faults that were found flatters a model that finds few. A fault that was never found was missed
for at least as long as it was watched; Kaplan and Meier's estimate takes it as that.

References
----------
Kaplan, E. L., Meier, P., J. Am. Stat. Assoc. 53, 1958, DOI 10.1080/01621459.1958.10501452.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import DETECTION_DELAY_CURVES, DETECTION_DELAY_FIGURES, DETECTION_DELAYS
from diagmod.io.tables import conform, empty_table
from diagmod.models.alarms import EVERY_FLAG, Persistence, timeline
from diagmod.models.intervals import drawn_interval, wilson_interval
from diagmod.models.judged_recordings import HEALTHY
from diagmod.models.weighted_figures import group_weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_DAY = pd.Timedelta(days=1)


def detection_delays(judged: pd.DataFrame, persistence: Persistence = EVERY_FLAG) -> pd.DataFrame:
    """Time from the onset of every labelled fault to the first alarm: table ``detection_delays``.

    Parameters
    ----------
    judged : DataFrame
        Columns of :func:`diagmod.models.judged_recordings.judged_recordings`. A fault is a run of recordings of a motor
        with the same label; recordings without a label or a time do not interrupt it.
    persistence : Persistence

    Returns
    -------
    DataFrame
        A row a split, model and fault. An alarm that was already on at the onset counts as found there.
    """
    rows = timeline(judged, persistence)
    rows = rows[rows["condition"] != ""].reset_index(drop=True)
    key = ["split", "model", "motor_id"]
    motor = rows.groupby(key, sort=False, observed=True)
    is_first = motor.cumcount() == 0
    rows["run"] = (is_first | (rows["condition"] != motor["condition"].shift(1))).cumsum()
    rows["is_onset_seen"] = ~is_first
    found = [_delay(part) for _, part in rows[rows["condition"] != HEALTHY].groupby("run", sort=True)]
    if not found:
        return empty_table(DETECTION_DELAYS)
    table = pd.DataFrame(found).assign(rule=persistence.rule)
    table["alarm_at"] = pd.to_datetime(table["alarm_at"], utc=True)
    return conform(table, DETECTION_DELAYS)


def delay_figures(delays: pd.DataFrame, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Share found and median delay by fault and for all: table ``detection_delay_figures``.

    Parameters
    ----------
    delays : DataFrame
        Table ``detection_delays``.
    n_bootstrap : int
        Draws of split groups.
    seed : int
    """
    rows = []
    for about, part in _by_fault(delays):
        times, shares = _curves(part, n_bootstrap, seed)
        medians = _medians(times, shares)
        low, high = drawn_interval(medians[1:])
        found, n = int(part["is_found"].sum()), len(part)
        low_found, high_found = wilson_interval(found / n, n)
        rows.append(
            about | {
                "n_faults": n, "n_found": found, "n_onset_unseen": int((~part["is_onset_seen"]).sum()),
                "share_found": found / n, "low_found": low_found, "high_found": high_found,
                "median_days": _bounded(medians[0]), "low": _bounded(low), "high": _bounded(high),
            }
        )  # fmt: skip
    return conform(pd.DataFrame(rows), DETECTION_DELAY_FIGURES) if rows else empty_table(DETECTION_DELAY_FIGURES)


def delay_curves(delays: pd.DataFrame, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Share of the faults found over the time since their onset: table ``detection_delay_curves``.

    Parameters
    ----------
    delays, n_bootstrap, seed
        See :func:`delay_figures`.
    """
    rows = []
    for about, part in _by_fault(delays):
        times, shares = _curves(part, n_bootstrap, seed)
        for k, time in enumerate(times):
            low, high = drawn_interval(shares[1:, k])
            watched = int((part["days"] >= time).sum())
            row = {"days": time, "share_found": shares[0, k], "low": low, "high": high, "n_watched": watched}
            rows.append(about | row)
    return conform(pd.DataFrame(rows), DETECTION_DELAY_CURVES) if rows else empty_table(DETECTION_DELAY_CURVES)


def share_found_by(
    days: NDArray[np.float64], is_found: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Kaplan-Meier estimate of the share found, under many weightings at once.

    Parameters
    ----------
    days : ndarray, shape (n,)
        Time to the alarm; where never found, the time watched.
    is_found : ndarray of bool, shape (n,)
    weights : ndarray, shape (n_weightings, n)

    Returns
    -------
    times : ndarray, shape (m,)
        Every time at which something was found or went out of sight, rising.
    shares : ndarray, shape (n_weightings, m)
        Share found by then; NaN where a weighting leaves no fault.
    """
    times = np.unique(days)
    at = (days[:, None] == times).astype(float)
    found, leaving = weights @ (at * is_found[:, None]), weights @ at
    watched = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    stays = 1 - np.divide(found, watched, out=np.zeros_like(found), where=watched > 0)
    shares = 1 - np.cumprod(stays, axis=1)
    shares[weights.sum(axis=1) == 0] = np.nan
    return times, shares


def _delay(fault: pd.DataFrame) -> dict[str, object]:
    first, last = fault.iloc[0], fault.iloc[-1]
    alarms = fault[fault["is_alarm"]]
    until = alarms.iloc[0] if len(alarms) else last
    return {
        **{name: first[name] for name in ("split", "model", "motor_id", "split_group", "condition", "is_onset_seen")},
        "onset_at": first["started_at"], "is_found": bool(len(alarms)),
        "alarm_at": until["started_at"] if len(alarms) else pd.NaT,
        "days": (until["started_at"] - first["started_at"]) / _DAY, "severity": until["severity"], "n": len(fault),
    }  # fmt: skip


def _by_fault(delays: pd.DataFrame) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    for (split, model, rule), every in delays.groupby(["split", "model", "rule"], sort=True, observed=True):
        about = {"split": split, "model": model, "rule": rule}
        yield about | {"condition": ""}, every
        for condition, part in every.groupby("condition", sort=True, observed=True):
            yield about | {"condition": condition}, part


def _curves(part: pd.DataFrame, n_bootstrap: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First row: the estimate; the others: of draws."""
    draws = group_weights(part["split_group"].to_numpy(str), n_bootstrap, np.random.default_rng(seed))
    weights = np.vstack([np.ones((1, len(part))), draws])
    return share_found_by(part["days"].to_numpy(float), part["is_found"].to_numpy(bool), weights)


def _medians(times: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """First time by which half is found; infinite where that never happens, NaN where there is no fault."""
    reached = shares >= 0.5 - 1e-12
    found = np.where(reached.any(axis=1), times[reached.argmax(axis=1)], np.inf)
    return np.where(np.isnan(shares).any(axis=1), np.nan, found)


def _bounded(value: float) -> float:
    return value if np.isfinite(value) else np.nan
