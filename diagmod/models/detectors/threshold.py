"""From scores to alarms: what a healthy row scores when the detector has not seen its group.

Many detectors flatter the rows they were fitted to: a neighbour at distance 0, a network that has learned its rows by
heart. So the healthy scores, from which threshold, confidence and severity are read, are cross-fitted: the rows of a
group are scored by a detector that was fitted without that group, and only on the training side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.detectors.detector import checked, fit_detector
from diagmod.models.detectors.tail import Tail
from diagmod.models.split import group_folds, refuse_leakage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from diagmod.models.detectors.detector import DetectorSettings


def cross_fitted_scores(
    name: str, rows: ArrayLike, groups: Sequence[str], settings: DetectorSettings, n_folds: int
) -> NDArray[np.float64]:
    """Score of every training row by a detector fitted without its group.

    Of the ensemble, the members are fitted without the group, and the scale of their scores is that of the other
    folds' rows; the ensemble itself is not fitted again.

    Parameters
    ----------
    name : str
    rows : array-like, shape (n, n_features)
        Believed healthy.
    groups : sequence of str, length n
    settings : DetectorSettings
    n_folds : int
        At least 2; with fewer groups than folds every group is a fold.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        There is only one group, or a fold leaves too few rows to fit to.
    """
    values = np.asarray(rows, dtype=np.float64)
    names = [str(group) for group in groups]
    if len(names) != len(values):
        raise ValueError(f"there must be a group for every row, got {len(names)} groups for {len(values)} rows")
    folds = group_folds(names, n_folds, settings.seed)
    if name == "ensemble":
        members = [cross_fitted_scores(member, values, names, settings, n_folds) for member in settings.members]
        return held_out_surprise(members, folds)
    scores = np.empty(len(values))
    for fold in range(folds.max() + 1):
        train = folds != fold
        refuse_leakage(names, train)
        own = [names[row] for row in np.flatnonzero(train)]
        detector = fit_detector(name, values[train], settings, own)
        scores[~train] = detector.score(checked(values[~train], detector.n_features))
    return scores


def held_out_surprise(members: Sequence[NDArray[np.float64]], folds: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean surprise over members, each fold's measured by the scores of the other folds; shape (n,).

    Parameters
    ----------
    members : sequence of ndarray, shape (n,)
        Cross-fitted scores of every member.
    folds : ndarray of int, shape (n,)
    """
    total = np.zeros(len(folds))
    for scores in members:
        for fold in range(folds.max() + 1):
            own = folds == fold
            total[own] += Tail.of(scores[~own]).surprise(scores[own])
    return total / len(members)


def threshold_of(scores: ArrayLike, alarm_share_pct: float) -> float:
    """Score that a healthy row exceeds with the alarm share.

    The rank is that of split conformal prediction: a fresh healthy row exceeds the ceil((n + 1) (1 - share))-th of n
    scores with at most that probability. Where n scores do not reach so far, the fitted tail is continued.

    Parameters
    ----------
    scores : array-like, shape (n,)
        Cross-fitted scores of the training rows.
    alarm_share_pct : float
        %; 0 < share < 50.

    Raises
    ------
    ValueError
        The share is out of range, or there are fewer than 2 finite scores.

    Examples
    --------
    >>> threshold_of(range(1, 100), 5.0)
    95.0
    """
    if not 0 < alarm_share_pct < 50:
        raise ValueError(f"alarm_share_pct must lie between 0 and 50 %, got {alarm_share_pct:g}")
    tail = Tail.of(scores)
    n = len(tail.scores)
    rank = int(np.ceil((n + 1) * (1 - alarm_share_pct / 100) - 1e-9))
    if rank <= n:
        return float(tail.scores[rank - 1])
    return max(tail.quantile(min(alarm_share_pct / 100, tail.share)), float(tail.scores[-1]))


def confidence_of(scores_of_training: ArrayLike, scores: ArrayLike) -> NDArray[np.float64]:
    """Share of healthy training scores below a score, ties by half, in (0, 1).

    Examples
    --------
    >>> confidence_of([1.0, 2.0, 3.0], [0.0, 2.0, 9.0])
    array([0.125, 0.5  , 0.875])
    """
    healthy, given = np.sort(np.asarray(scores_of_training, dtype=np.float64)), np.asarray(scores, dtype=np.float64)
    below, not_above = np.searchsorted(healthy, given, "left"), np.searchsorted(healthy, given, "right")
    return ((below + not_above) / 2 + 0.5) / (len(healthy) + 1)


def severity_of(scores_of_training: ArrayLike, scores: ArrayLike, threshold: float) -> NDArray[np.float64]:
    """Score as a multiple of the way from the healthy median to the threshold: 0 is usual, 1 the alarm.

    NaN where threshold and median coincide, for then there is no way to measure in.

    Examples
    --------
    >>> severity_of([1.0, 2.0, 3.0], [2.0, 4.0, 6.0], 4.0)
    array([0., 1., 2.])
    """
    median = float(np.median(np.asarray(scores_of_training, dtype=np.float64)))
    way = threshold - median
    return (np.asarray(scores, dtype=np.float64) - median) / (way if way > 0 else np.nan)
