"""Figures of merit under many weightings of the same items at once: the bootstrap of groups without a loop.

A bootstrap draw takes every group a number of times, which is a weight for each of its items. Figures of hundreds of
draws are then a few matrix products, where scikit-learn would be called hundreds of times; test_weighted_figures
holds both equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Figures of the flags, and of the ranking, which verdicts do not have. All lie in 0..1.
FLAG_FIGURES = ("precision", "recall", "f1", "false_alarm_rate")
RANKING = ("auroc", "average_precision")
FIGURE_NAMES = (*RANKING, *FLAG_FIGURES)


def group_weights(group: NDArray[np.str_], n_draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How often each item stands in each bootstrap draw of whole groups.

    Returns
    -------
    ndarray, shape (n_draws, n_items)
        No rows where there is a single group, which says nothing of others.
    """
    names, index = np.unique(group, return_inverse=True)
    if len(names) < 2 or not n_draws:
        return np.zeros((0, len(group)))
    drawn = rng.integers(0, len(names), (n_draws, len(names)))
    counts = np.zeros((n_draws, len(names)))
    np.add.at(counts, (np.arange(n_draws)[:, None], drawn), 1.0)
    return counts[:, index]


def weighted_figures(
    positive: NDArray[np.bool_],
    score: NDArray[np.float64],
    flag: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:
    """Figures of every weighting.

    Parameters
    ----------
    positive : ndarray of bool, shape (n,)
        What is true.
    score : ndarray, shape (n,)
        NaN anywhere where there is no ranking; its figures are NaN then.
    flag : ndarray of bool, shape (n,)
    weights : ndarray, shape (n_weightings, n)

    Returns
    -------
    dict of ndarray, shape (n_weightings,)
        By :data:`FIGURE_NAMES`; NaN where a figure is not defined.
    """
    n_positive, n_negative = weights @ positive, weights @ ~positive
    hits, alarms = weights @ (flag & positive), weights @ (flag & ~positive)
    found = _ranked(positive, score, weights, n_positive, n_negative)
    return found | {
        "precision": _ratio(hits, hits + alarms),
        "recall": _ratio(hits, n_positive),
        "f1": _ratio(2 * hits, hits + alarms + n_positive),
        "false_alarm_rate": _ratio(alarms, n_negative),
    }


def _ranked(
    positive: NDArray[np.bool_], score: NDArray[np.float64], weights: NDArray[np.float64],
    n_positive: NDArray[np.float64], n_negative: NDArray[np.float64],
) -> dict[str, NDArray[np.float64]]:  # fmt: skip
    if not np.isfinite(score).all() or not len(score):
        return {name: np.full(len(weights), np.nan) for name in RANKING}
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(score[order]) > 0]))
    right = np.add.reduceat(weights[:, order] * positive[order], starts, axis=1)
    wrong = np.add.reduceat(weights[:, order] * ~positive[order], starts, axis=1)
    won = ((np.cumsum(wrong, axis=1) - wrong / 2) * right).sum(axis=1)
    above, right_down = np.cumsum((right + wrong)[:, ::-1], axis=1), right[:, ::-1]
    precision = np.divide(np.cumsum(right_down, axis=1), above, out=np.zeros_like(above), where=above > 0)
    added = (precision * right_down).sum(axis=1)
    return {"auroc": _ratio(won, n_positive * n_negative), "average_precision": _ratio(added, n_positive)}


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
