"""From which severity on a fault is found, on motors that no model had seen.

The smallest severity is looked for at which the recall of all recordings at or above it reaches a target. Two things
flatter such a figure, so both are shown: strong faults outweigh the weak ones just above it (recall of the fifth
nearest to it), and it was chosen on the recordings that it is told of (chosen on half of the groups, checked on the
other half).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import MINIMUM_SEVERITY, RECALL_OVER_SEVERITY
from diagmod.io.tables import conform, empty_table
from diagmod.models.intervals import drawn_interval, share_interval
from diagmod.models.judged_recordings import HEALTHY, cases
from diagmod.models.weighted_figures import group_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

#: Recall that a fault must reach to count as found.
TARGET_RECALL = 0.95

#: Fewest recordings and split groups at or above a severity that may be told: one strong recording proves nothing.
FEWEST_RECORDINGS, FEWEST_GROUPS = 5, 2

#: Random halves of the groups by which a severity is chosen and checked.
_HALVES = 100


def minimum_severity(
    judged: pd.DataFrame, n_bootstrap: int, seed: int, *, target: float = TARGET_RECALL, found: str = "is_flagged"
) -> pd.DataFrame:
    """Smallest severity of every fault from which on it is found: table ``minimum_severity``.

    Parameters
    ----------
    judged : DataFrame
        Columns of :func:`diagmod.models.judged_recordings.judged_recordings`. Recordings without a severity are left
        out.
    n_bootstrap : int
        Draws of split groups, of those that have the fault.
    seed : int
    target : float
        Recall, above 0 and at most 1.
    found : str
        Boolean column that says whether the fault was found: any flag, or the right name of the fault.

    Raises
    ------
    ValueError
        The target is no recall, or the column is missing.

    Notes
    -----
    For the interval groups are drawn, and recordings within them (Poisson), since a fault often has few motors and
    these alone would seem to know the severity to the third digit. Of two motors it still tells too little doubt.
    """
    if not 0 < target <= 1:
        raise ValueError(f"the recall asked for must lie above 0 and at most at 1, got {target:g}")
    rows = []
    for about, part in _faults(judged, found):
        rng = np.random.default_rng(seed)
        rows.append(about | {"target_recall": target} | _smallest(part, found, target, n_bootstrap, rng))
    return conform(pd.DataFrame(rows), MINIMUM_SEVERITY) if rows else empty_table(MINIMUM_SEVERITY)


def recall_over_severity(
    judged: pd.DataFrame, n_bootstrap: int, seed: int, *, found: str = "is_flagged"
) -> pd.DataFrame:
    """Recall of the recordings at or above every severity that was recorded: table ``recall_over_severity``.

    Parameters
    ----------
    judged, n_bootstrap, seed, found
        See :func:`minimum_severity`.
    """
    rows = []
    for about, part in _faults(judged, found):
        severity, hit, group = _columns(part, found)
        weights = group_weights(group, n_bootstrap, np.random.default_rng(seed))
        levels, recall, _ = recall_at_or_above(severity, hit, np.vstack([np.ones((1, len(hit))), weights]))
        for k, level in enumerate(levels):
            above = severity >= level
            n, n_groups = int(above.sum()), len(np.unique(group[above]))
            low, high = share_interval(float(recall[0, k]), n_groups, n, recall[1:, k])
            row = {"severity": level, "recall": recall[0, k], "low": low, "high": high, "n": n, "n_groups": n_groups}
            rows.append(about | row)
    return conform(pd.DataFrame(rows), RECALL_OVER_SEVERITY) if rows else empty_table(RECALL_OVER_SEVERITY)


def recall_at_or_above(
    severity: NDArray[np.float64], hit: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Recall of the recordings at or above every recorded severity, under many weightings at once.

    Parameters
    ----------
    severity : ndarray, shape (n,)
    hit : ndarray of bool, shape (n,)
    weights : ndarray, shape (n_weightings, n)

    Returns
    -------
    levels : ndarray, shape (m,)
        Recorded severities, rising.
    recall, n_above : ndarray, shape (n_weightings, m)
        NaN and 0 where a weighting leaves nothing at or above a level.
    """
    levels, at = np.unique(severity, return_inverse=True)
    of_level = np.zeros((len(severity), len(levels)))
    of_level[np.arange(len(severity)), at] = 1.0
    n_above = (weights @ of_level)[:, ::-1].cumsum(axis=1)[:, ::-1]
    found = (weights @ (of_level * hit[:, None]))[:, ::-1].cumsum(axis=1)[:, ::-1]
    return levels, np.divide(found, n_above, out=np.full_like(found, np.nan), where=n_above > 0), n_above


def _smallest(
    part: pd.DataFrame, found: str, target: float, n_bootstrap: int, rng: np.random.Generator
) -> dict[str, Any]:
    severity, hit, group = _columns(part, found)
    draws = group_weights(group, n_bootstrap, rng)
    within = rng.poisson(draws).astype(float)
    smallest = _chosen(severity, hit, group, np.ones((1, len(hit))), target)[0]
    drawn = _chosen(severity, hit, group, draws, target, within)
    low, high = drawn_interval(drawn)
    row: dict[str, Any] = {
        "severity": _known(smallest), "low": _known(low), "high": _known(high),
        "share_reached": float(np.isfinite(drawn).mean()) if len(draws) else np.nan,
    }  # fmt: skip
    row |= _about(severity, hit, group, smallest, draws) | _checked(severity, hit, group, target, rng)
    return row | {"sentence": _sentence(str(part["condition"].iloc[0]), target, severity, row)}


def _about(
    severity: NDArray[np.float64], hit: NDArray[np.bool_], group: NDArray[np.str_], smallest: float,
    draws: NDArray[np.float64],
) -> dict[str, Any]:  # fmt: skip
    above = severity >= smallest
    near = above & (severity <= np.quantile(severity[above], 0.2, method="inverted_cdf")) if above.any() else above
    n_groups, recall = len(np.unique(group[above])), _mean(hit[above])
    total = draws[:, above].sum(axis=1)
    drawn = np.divide(draws[:, above] @ hit[above], total, out=np.full(len(draws), np.nan), where=total > 0)
    low, high = share_interval(recall, n_groups, int(above.sum()), drawn)
    return {
        "n_above": int(above.sum()), "n_motors_above": n_groups, "recall_above": recall, "low_above": low,
        "high_above": high, "n_near": int(near.sum()), "recall_near": _mean(hit[near]),
        "n_below": int((~above).sum()), "recall_below": _mean(hit[~above]),
    }  # fmt: skip


def _checked(
    severity: NDArray[np.float64], hit: NDArray[np.bool_], group: NDArray[np.str_], target: float,
    rng: np.random.Generator,
) -> dict[str, Any]:  # fmt: skip
    """Recall at or above severities chosen on random halves of the groups, of the other halves."""
    names, index = np.unique(group, return_inverse=True)
    empty = {"checked_recall": np.nan, "low_checked": np.nan, "high_checked": np.nan, "n_halves": 0}
    if len(names) < 2 * FEWEST_GROUPS:
        return empty
    is_own = rng.permuted(np.tile(np.arange(len(names)) < len(names) // 2, (_HALVES, 1)), axis=1)[:, index]
    chosen = _chosen(severity, hit, group, is_own.astype(float), target)
    above = ~is_own & (severity >= chosen[:, None])
    n = above.sum(axis=1)
    recall = ((above & hit).sum(axis=1) / np.maximum(n, 1))[n > 0]
    if not len(recall):
        return empty
    low, high = drawn_interval(recall)
    return {"checked_recall": float(recall.mean()), "low_checked": low, "high_checked": high, "n_halves": len(recall)}


def _chosen(
    severity: NDArray[np.float64], hit: NDArray[np.bool_], group: NDArray[np.str_], draws: NDArray[np.float64],
    target: float, within: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:  # fmt: skip
    """Smallest severity that reaches the target in every draw of groups; infinite where none does.

    A group that a draw holds twice counts as two, as everywhere in a bootstrap. ``within`` are weights of recordings
    resampled within the drawn groups.
    """
    levels, recall, n_above = recall_at_or_above(severity, hit, draws if within is None else within)
    names, first = np.unique(group, return_index=True)
    highest = np.array([severity[group == name].max() for name in names])
    n_groups = draws[:, first] @ (highest[:, None] >= levels)
    with np.errstate(invalid="ignore"):
        good = (recall >= target - 1e-12) & (n_above >= FEWEST_RECORDINGS) & (n_groups >= FEWEST_GROUPS)
    return np.where(good.any(axis=1), levels[good.argmax(axis=1)], np.inf)


def _sentence(condition: str, target: float, severity: NDArray[np.float64], row: Mapping[str, Any]) -> str:
    named = condition.replace("_", " ")
    if not np.isfinite(row["severity"]):
        return (
            f"{named}: no severity within those recorded ({severity.min():.2f} to {severity.max():.2f}) from which on "
            f"{target:.0%} are found; of all {row['n_below']} recordings {row['recall_below']:.0%} are."
        )
    ends = [f"{row[end]:.2f}" if np.isfinite(row[end]) else "beyond" for end in ("low", "high")]
    below = f"; below it {row['recall_below']:.0%} of {row['n_below']}" if row["n_below"] else ""
    checked = f"; chosen and checked on other motors {row['checked_recall']:.0%}" if row["n_halves"] else ""
    return (
        f"{named}: found from severity {row['severity']:.2f} on ({ends[0]} to {ends[1]}): {row['recall_above']:.0%} of "
        f"{row['n_above']} recordings of {row['n_motors_above']} motors, {row['recall_near']:.0%} of the "
        f"{row['n_near']} nearest to it{below}{checked}."
    )


def _faults(judged: pd.DataFrame, found: str) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    if found not in judged:
        raise ValueError(f"no column {found!r} says whether a fault was found; pass the name of a boolean one")
    faulty = judged[~judged["condition"].isin(["", HEALTHY]) & judged["severity"].notna()]
    for about, part in cases(faulty):
        for condition, own in part.groupby("condition", sort=True, observed=True):
            yield about | {"condition": condition}, own


def _columns(part: pd.DataFrame, found: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.str_]]:
    return part["severity"].to_numpy(float), part[found].to_numpy(bool), part["split_group"].to_numpy(str)


def _mean(hit: NDArray[np.bool_]) -> float:
    return float(hit.mean()) if len(hit) else np.nan


def _known(value: float) -> float:
    return value if np.isfinite(value) else np.nan
