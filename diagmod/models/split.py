"""Splits that never put one thing on both sides.

A split is made over groups (a motor, a repetition of an experiment), never over segments: neighbouring
segments of one recording are nearly the same, and a score from a random split of them means nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def group_folds(groups: Sequence[str], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of every item, so that a group lies in one fold only.

    Groups are shuffled and dealt out, the largest first to the fold with the fewest items.

    Parameters
    ----------
    groups : sequence of str, length n
        What must stay together.
    n_folds : int
        At least 2; with fewer groups than folds every group is a fold.
    seed : int

    Returns
    -------
    ndarray of int, shape (n,)
        Fold numbers from 0.

    Raises
    ------
    ValueError
        There is only one group, so nothing can be held out, or ``n_folds`` is below 2.

    Examples
    --------
    >>> folds = group_folds(["a", "a", "b", "c"], 3, 0)
    >>> bool(folds[0] == folds[1])
    True
    """
    names, index, counts = np.unique(np.asarray(groups, dtype=str), return_inverse=True, return_counts=True)
    if n_folds < 2:
        raise ValueError(f"n_folds must be at least 2, got {n_folds}; a model is never judged on what it was fitted to")
    if len(names) < 2:
        raise ValueError(f"only one split group ({', '.join(names) or 'none'}); at least 2 are needed to hold one out")
    shuffled = np.random.default_rng(seed).permutation(len(names))
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]
    fold_of, load = np.zeros(len(names), dtype=np.int64), np.zeros(min(n_folds, len(names)))
    for group in order:
        fold_of[group] = np.argmin(load)
        load[fold_of[group]] += counts[group]
    return fold_of[index]


def refuse_leakage(groups: Sequence[str], train: NDArray[np.bool_]) -> None:
    """Raise if a group stands on both sides of a split.

    Parameters
    ----------
    groups : sequence of str, length n
    train : ndarray of bool, shape (n,)
        True on the training side.
    """
    names = np.asarray(groups, dtype=str)
    both = np.intersect1d(names[train], names[~train])
    if len(both):
        raise ValueError(f"leakage: {both[0]} stands on both sides of the split; split by group")
