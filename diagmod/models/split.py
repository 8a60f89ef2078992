"""Splits that never put one thing on both sides.

A split is made over groups (a motor, a repetition of an experiment), never over segments: neighbouring
segments of one recording are nearly the same, and a score from a random split of them means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Split:
    """Which rows teach and which are judged; rows that do neither are left out of this split.

    Attributes
    ----------
    name : str
        How it was made, as "leave_group_out"; stands in every table of its figures.
    train, judged : ndarray of bool, shape (n,)
    held_out : str
        What is held out, in words.

    Raises
    ------
    ValueError
        The masks differ in length, a side is empty, or a row stands on both.
    """

    name: str
    train: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    held_out: str = ""

    def __post_init__(self) -> None:
        if self.train.shape != self.judged.shape:
            raise ValueError(
                f"split {self.name}: {len(self.train)} rows may teach and {len(self.judged)} be judged; "
                "give both masks over the same rows"
            )
        if not self.train.any() or not self.judged.any():
            side = "judged by" if self.train.any() else "taught by"
            raise ValueError(f"split {self.name}, {self.held_out or 'unnamed'}: no row is left to be {side}")
        if (self.train & self.judged).any():
            row = int(np.flatnonzero(self.train & self.judged)[0])
            raise ValueError(f"leakage: row {row} teaches and is judged in split {self.name}; a row has one side")

    def refuse_leakage(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Raise if anything stands on both sides; see :func:`refuse_shared`."""
        refuse_shared(columns, self.train, self.judged)


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


def inner_folds(groups: Sequence[str], train: NDArray[np.bool_], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Folds inside a training side, for whatever is tuned, selected or calibrated there.

    Parameters
    ----------
    groups : sequence of str, length n
    train : ndarray of bool, shape (n,)
        The training side of an outer split.
    n_folds, seed : int
        See :func:`group_folds`.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold numbers from 0; -1 outside the training side, which no inner fold may touch.

    Raises
    ------
    ValueError
        As for :func:`group_folds`, of the groups that teach.

    Examples
    --------
    >>> inner_folds(["a", "b", "c"], np.array([True, True, False]), 2, 0).tolist()[2]
    -1
    """
    found = np.full(len(train), -1, dtype=np.int64)
    if train.any():
        found[train] = group_folds(np.asarray(groups, dtype=str)[train].tolist(), n_folds, seed)
    return found


def refuse_leakage(groups: Sequence[str], train: NDArray[np.bool_]) -> None:
    """Raise if a group stands on both sides of a split.

    Parameters
    ----------
    groups : sequence of str, length n
    train : ndarray of bool, shape (n,)
        True on the training side.
    """
    names = np.asarray(groups, dtype=str)
    _refuse("", names, train, ~train)


def refuse_shared(columns: Mapping[str, Sequence[object]], train: NDArray[np.bool_], judged: NDArray[np.bool_]) -> None:
    """Raise if a motor, a bearing, a recording, a repetition or a file's content stands on both sides of a split.

    Parameters
    ----------
    columns : mapping of str to sequence, each of length n
        What must not be shared, by the word for it: ``{"motor": ..., "recording": ..., "content": sha256}``. Empty
        texts, None and NaN are not known and shared with nobody.
    train, judged : ndarray of bool, shape (n,)

    Raises
    ------
    ValueError
        Names what leaks, or the column whose length is not that of the masks.
    """
    for word, values in columns.items():
        if len(values) != len(train) or len(train) != len(judged):
            raise ValueError(
                f"column {word!r} has {len(values)} rows and the split {len(train)} and {len(judged)}; "
                "give a value a row"
            )
        names = np.array([_text(value) for value in values], dtype=str)
        _refuse(word, names, train & (names != ""), judged)


def _refuse(word: str, names: NDArray[np.str_], train: NDArray[np.bool_], judged: NDArray[np.bool_]) -> None:
    both = np.intersect1d(names[train], names[judged])
    if len(both):
        more = f", and so do {len(both) - 1} more" if len(both) > 1 else ""
        named = f"{word} {both[0]}" if word else str(both[0])
        raise ValueError(f"leakage: {named} stands on both sides of the split{more}; split by {word or 'group'}")


def _text(value: object) -> str:
    """A name as text; "" for one that is not known (None, NaN, NaT)."""
    return "" if value is None or value != value else str(value)
