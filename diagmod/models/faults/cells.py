"""Which recordings teach and which are judged: by motor, and by motor and load at once.

A model is worth little if it holds only at the load it was taught. So every group is judged twice: by models that have
seen other groups, and band by band of the load by models that have seen neither the group nor the band, of any motor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.reference import CHANGE, Reference, changes_since_own
from diagmod.models.split import refuse_leakage
from diagmod.models.split_plans import GROUP_OUT, LOAD_OUT, load_bands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.models.own_baseline import Rows
    from diagmod.models.phasor_change import Phasor

#: Names of the splits.
SPLITS = (GROUP_OUT, LOAD_OUT)


@dataclass(frozen=True)
class Cell:
    """One training side and what is judged by it.

    Attributes
    ----------
    split : str
        One of :data:`SPLITS`.
    fold : int
    side, judged : ndarray of bool, shape (n,)
    rows : Rows
        All rows, the change of I2 told from ``own`` alone.
    own : Rows
        Rows among which a motor's own healthy ones are looked for: all, or none of the band that is held out.
    """

    split: str
    fold: int
    side: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    rows: Rows
    own: Rows


def cells(
    rows: Rows, phasors: Sequence[Phasor], folds: NDArray[np.int64], groups: Sequence[str], n_load_bands: int
) -> list[Cell]:
    """Cells of both splits; none of the second where the loads do not differ or are not known.

    Parameters
    ----------
    rows : Rows
    phasors : sequence of Phasor, length n
    folds : ndarray of int, shape (n,)
        Of the groups, from :func:`folds_by_condition`.
    groups : sequence of str, length n
    n_load_bands : int
    """
    found = [Cell(SPLITS[0], k, folds != k, folds == k, rows, rows) for k in range(int(folds.max()) + 1)]
    bands = load_bands(rows.load, n_load_bands)
    for band in range(int(bands.max(initial=0)) + 1) if len(np.unique(bands[bands >= 0])) > 1 else ():
        of_band = _without(rows, phasors, bands == band)
        for k in range(int(folds.max()) + 1):
            judged = (folds == k) & (bands == band)
            side = (folds != k) & (bands != band) & (bands >= 0)
            if judged.any():
                fold = k * (int(bands.max()) + 1) + band
                found.append(Cell(SPLITS[1], fold, side, judged, of_band, of_band.only(bands != band)))
    for cell in found:
        refuse_leakage([g for g, used in zip(groups, cell.side | cell.judged, strict=True) if used],
                       cell.side[cell.side | cell.judged])  # fmt: skip
    return found


def folds_by_condition(groups: Sequence[str], conditions: Sequence[str], n_folds: int, seed: int) -> NDArray[np.int64]:
    """Fold of every row, whole groups, so that the groups of one condition lie in different folds.

    With two motors of a fault one must teach what the other is judged by; dealt at random, both often lie in one fold.

    Parameters
    ----------
    groups, conditions : sequence of str, length n
        Split group and label; a group counts for its commonest fault.
    n_folds, seed : int

    Raises
    ------
    ValueError
        There is only one group.

    Examples
    --------
    >>> folds = folds_by_condition(["a", "b", "c", "d"], ["short", "short", "bar", "bar"], 2, 0)
    >>> bool(folds[0] != folds[1] and folds[2] != folds[3])
    True
    """
    group, condition = np.asarray(groups, dtype=str), np.asarray(conditions, dtype=str)
    names = np.unique(group)
    if len(names) < 2:
        raise ValueError(f"only one split group ({', '.join(names) or 'none'}); at least 2 are needed to hold one out")
    shuffled = np.random.default_rng(seed).permutation(len(names))
    ordered = sorted(shuffled, key=lambda k: _commonest(condition[group == names[k]]))
    fold_of = {names[k]: place % min(n_folds, len(names)) for place, k in enumerate(ordered)}
    return np.array([fold_of[name] for name in group], dtype=np.int64)


def _commonest(conditions: NDArray[np.str_]) -> str:
    faults, counts = np.unique(conditions[(conditions != "") & (conditions != "healthy")], return_counts=True)
    return str(faults[counts.argmax()]) if len(faults) else ""


def _without(rows: Rows, phasors: Sequence[Phasor], held_out: NDArray[np.bool_]) -> Rows:
    """Rows whose change of I2 is told without the healthy recordings of the band that is held out."""
    if CHANGE not in rows.names:
        return rows
    known = rows.is_reference & ~held_out
    own = Reference(rows.only(known), tuple(p for p, kept in zip(phasors, known, strict=True) if kept))
    values = rows.values.copy()
    values[:, rows.names.index(CHANGE)] = changes_since_own(rows, phasors, own)
    return replace(rows, values=values)
