"""Which recordings a model may take for healthy, by a stated rule and never by a guess.

A model of what is usual needs recordings of sound machines. Labels say which they are where somebody looked; where
nobody did, the first recordings of a motor stand for its state at commissioning, and the report says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Which recordings are believed healthy: those labelled so; the first ones of a motor; labels where a motor has any and
#: else its first ones; or all.
BELIEFS = ("labelled_or_first", "labelled_healthy", "first", "all")


def believed_healthy(
    conditions: Sequence[str], motors: Sequence[str], started: NDArray[np.datetime64], rule: str, first: int
) -> NDArray[np.bool_]:
    """Which recordings are believed healthy.

    Parameters
    ----------
    conditions, motors : sequence of str, length n
        Label ("" for none) and motor of each.
    started : ndarray of datetime64, shape (n,)
        NaT where the time is not known.
    rule : str
        One of :data:`BELIEFS`.
    first : int
        How many of a motor's earliest recordings the rules with "first" take.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    ValueError
        The rule is unknown, or ``first`` is not positive.
    """
    if rule not in BELIEFS:
        raise ValueError(f"believed_healthy must be one of {', '.join(BELIEFS)}, got {rule!r}")
    if first < 1:
        raise ValueError(f"the number of first recordings must be at least 1, got {first}")
    label, motor = np.asarray(conditions, dtype=str), np.asarray(motors, dtype=str)
    if rule == "all":
        return np.ones(len(label), dtype=bool)
    is_first = np.zeros(len(label), dtype=bool)
    labelled = np.zeros(len(label), dtype=bool)
    for name in np.unique(motor):
        own = np.flatnonzero(motor == name)
        labelled[own] = (label[own] != "").any()
        timed = own[~np.isnat(started[own])]
        is_first[timed[np.argsort(started[timed], kind="stable")][:first]] = True
    if rule == "first":
        return is_first
    healthy = label == "healthy"
    return healthy if rule == "labelled_healthy" else np.where(labelled, healthy, is_first)
