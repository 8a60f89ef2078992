"""How the recordings of a data set are dealt into sides: by group, by load, by time.

A model that knows a motor, a load or a time judges it better than it will judge the next one. So each kind of novelty
has its own plan, and the figures of the plans stand side by side. A plan says which rows it could not deal (unknown
load, unknown time) and how many they are, rather than put them on a side by guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import SPLIT_SIDES
from diagmod.io.tables import conform, empty_table
from diagmod.models.split import Split, group_folds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Names of the plans, as they stand in the column ``split`` of every table.
GROUP_OUT, LOAD_OUT, TIME_OUT = "leave_group_out", "leave_load_out", "leave_time_out"


@dataclass(frozen=True)
class SplitPlan:
    """Splits of one kind over the same rows.

    Attributes
    ----------
    name : str
        One of leave_group_out, leave_load_out and leave_time_out.
    splits : tuple of Split
        Empty where nothing of this kind can be held out.
    n_unknown : int
        Rows that lack what the plan splits by; they stand on no side.
    reason : str
        Why there is no split; else empty.
    """

    name: str
    splits: tuple[Split, ...]
    n_unknown: int = 0
    reason: str = ""

    def refuse_leakage(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Raise if a split has anything on both sides; see :func:`diagmod.models.split.refuse_shared`."""
        for split in self.splits:
            split.refuse_leakage(columns)

    def sides(self, groups: Sequence[str]) -> pd.DataFrame:
        """Table ``split_sides``: a row a split, with rows and groups of each side."""
        names = np.asarray(groups, dtype=str)
        rows = [
            {
                "split": self.name, "fold": k, "held_out": split.held_out,
                "n_train": int(split.train.sum()), "n_judged": int(split.judged.sum()),
                "n_left_out": int((~split.train & ~split.judged).sum()), "n_unknown": self.n_unknown,
                "n_train_groups": len(np.unique(names[split.train])),
                "n_judged_groups": len(np.unique(names[split.judged])),
            }
            for k, split in enumerate(self.splits)
        ]  # fmt: skip
        return conform(pd.DataFrame(rows), SPLIT_SIDES) if rows else empty_table(SPLIT_SIDES)

    def in_words(self) -> str:
        """What is held out, how often, and what is left out, in one sentence."""
        named = self.name.replace("_", " ")
        if not self.splits:
            return f"Split {named}: not made, since {self.reason}."
        n = len(np.flatnonzero(np.any([split.judged for split in self.splits], axis=0)))
        unknown = f"; {self.n_unknown} rows lack what is split by and stand on no side" if self.n_unknown else ""
        return f"Split {named}: {len(self.splits)} times, {n} rows judged by models that never saw their like{unknown}."


def leave_group_out(groups: Sequence[str], n_folds: int | None, seed: int) -> SplitPlan:
    """Every group is judged once, by models of the other groups.

    Parameters
    ----------
    groups : sequence of str, length n
    n_folds : int or None
        Folds into which groups are dealt; None holds them out one by one.
    seed : int

    Raises
    ------
    ValueError
        See :func:`diagmod.models.split.group_folds`.

    Examples
    --------
    >>> [split.judged.tolist() for split in leave_group_out(["a", "b", "b"], None, 0).splits]
    [[True, False, False], [False, True, True]]
    """
    names, folds = np.asarray(groups, dtype=str), _folds(groups, n_folds, seed)
    splits = [Split(GROUP_OUT, folds != k, folds == k, _named(names[folds == k])) for k in range(int(folds.max()) + 1)]
    return SplitPlan(GROUP_OUT, tuple(splits))


def leave_load_out(
    load: NDArray[np.float64], groups: Sequence[str], n_folds: int | None, bands: int | Sequence[float], seed: int
) -> SplitPlan:
    """Every band of load of every group is judged by models that saw neither that group nor that band of any group.

    Parameters
    ----------
    load : ndarray, shape (n,)
        Share of rated load or percent; NaN where it is not known.
    groups : sequence of str, length n
    n_folds, seed
        See :func:`leave_group_out`.
    bands : int or sequence of float
        See :func:`load_bands`.

    Returns
    -------
    SplitPlan
        A split a fold and band that has rows to be judged and rows to teach; none, with the reason, where the known
        loads fill a single band.
    """
    names, folds, band = np.asarray(groups, dtype=str), _folds(groups, n_folds, seed), load_bands(load, bands)
    n_unknown = int((band < 0).sum())
    if len(np.unique(band[band >= 0])) < 2:
        return SplitPlan(LOAD_OUT, (), n_unknown, "the known loads do not differ enough to hold a band out")
    splits = []
    for k in range(int(folds.max()) + 1):
        for which in np.unique(band[band >= 0]):
            judged = (folds == k) & (band == which)
            train = (folds != k) & (band != which) & (band >= 0)
            if judged.any() and train.any():
                own = load[band == which]
                told = f"{_named(names[folds == k])} at loads of {own.min():g} to {own.max():g}"
                splits.append(Split(LOAD_OUT, train, judged, told))
    return SplitPlan(LOAD_OUT, tuple(splits), n_unknown, "" if splits else "no group has a band that others can teach")


def leave_time_out(
    started: NDArray[np.datetime64], groups: Sequence[str], share: float, *, within_motor: bool = False,
    n_folds: int | None = None, seed: int = 0,
) -> SplitPlan:  # fmt: skip
    """The later recordings are judged by models of the earlier ones.

    Parameters
    ----------
    started : ndarray of datetime64, shape (n,)
        Begin of the recording of every row; NaT where it is not known.
    groups : sequence of str, length n
    share : float
        Share of the dated rows that are earlier, between 0 and 1.
    within_motor : bool
        Whether a group may teach by its earlier recordings how its later ones are judged: what a model in service
        does. Otherwise groups are held out as well.
    n_folds, seed
        See :func:`leave_group_out`; without meaning within motors.

    Raises
    ------
    ValueError
        ``share`` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"the share of earlier rows must lie between 0 and 1, got {share:g}; pass for example 0.6")
    known = ~np.isnat(started)
    n_unknown = int((~known).sum())
    if len(np.unique(started[known])) < 2:
        return SplitPlan(TIME_OUT, (), n_unknown, "fewer than 2 different times are known")
    cut = _cut(started[known], share)
    earlier, later = known & (started < cut), known & (started >= cut)
    said = f"from {np.datetime_as_string(cut, unit='D')} on"
    if within_motor:
        return SplitPlan(TIME_OUT, (Split(TIME_OUT, earlier, later, f"all groups {said}"),), n_unknown)
    names, folds = np.asarray(groups, dtype=str), _folds(groups, n_folds, seed)
    splits = [
        Split(TIME_OUT, earlier & (folds != k), later & (folds == k), f"{_named(names[folds == k])} {said}")
        for k in range(int(folds.max()) + 1)
        if (earlier & (folds != k)).any() and (later & (folds == k)).any()
    ]
    return SplitPlan(TIME_OUT, tuple(splits), n_unknown, "" if splits else "no group is later than another")


def load_bands(load: NDArray[np.float64], bands: int | Sequence[float]) -> NDArray[np.int64]:
    """Band of every row, numbered from 0 by rising load; -1 where the load is not known.

    Parameters
    ----------
    load : ndarray, shape (n,)
    bands : int or sequence of float
        Number of bands with about equally many rows each, or the edges between them, rising, in the unit of the load;
        a load on an edge belongs above it. Bands without a row have no number.

    Raises
    ------
    ValueError
        Fewer than 1 band is asked for, or the edges do not rise.

    Examples
    --------
    >>> load_bands(np.array([0.9, 0.3, np.nan, 0.6]), 3).tolist()
    [2, 0, -1, 1]
    >>> load_bands(np.array([0.9, 0.3, 0.6]), [0.6]).tolist()
    [1, 0, 1]
    """
    known, found = np.isfinite(load), np.full(len(load), -1)
    if isinstance(bands, int):
        if bands < 1:
            raise ValueError(f"the number of load bands must be at least 1, got {bands}")
        if not known.any():
            return found
        edges = np.unique(np.quantile(load[known], np.linspace(0, 1, bands + 1)[1:-1]))
    else:
        edges = np.asarray(bands, dtype=float)
        if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
            raise ValueError(f"edges of load bands must be finite and rise, got {[float(edge) for edge in edges]}")
    _, found[known] = np.unique(np.searchsorted(edges, load[known], side="right"), return_inverse=True)
    return found


def _folds(groups: Sequence[str], n_folds: int | None, seed: int) -> NDArray[np.int64]:
    if n_folds is not None:
        return group_folds(groups, n_folds, seed)
    names, index = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return np.asarray(index, dtype=np.int64) if len(names) > 1 else group_folds(groups, 2, seed)


def _cut(started: NDArray[np.datetime64], share: float) -> np.datetime64:
    """First later time: at the share asked for, moved so that both sides have a row."""
    ordered = np.sort(started)
    at = ordered[min(max(round(share * len(ordered)), 1), len(ordered) - 1)]
    return at if at > ordered[0] else ordered[ordered > ordered[0]][0]


def _named(groups: NDArray[np.str_]) -> str:
    names = np.unique(groups)
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} groups"
