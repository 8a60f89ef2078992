"""Which features drove a score, of any model: put one feature at a time to its healthy middle and see the score fall.

Nothing is drawn at random, so the same row has the same explanation every time. A row in which several features tell
the same thing loses little by any one of them; the shares then are even, not wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Numbers in memory at a time; bounds the memory, not the result.
_AT_A_TIME = 4_000_000

#: A fall of less than this share of the score is rounding.
_ROUNDING = 1e-9


def occlusion_shares(
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    rows: NDArray[np.float64],
    middle: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Share of every feature in the fall of the score when that feature alone is put to its middle.

    Parameters
    ----------
    score : callable
        Rows (n, n_features) to scores (n,).
    rows : ndarray, shape (n, n_features)
    middle : ndarray, shape (n_features,)
        Median of the training rows.

    Returns
    -------
    ndarray, shape (n, n_features)
        At least 0, sum 1 in every row; even where nothing lowers the score.
    """
    n, k = rows.shape
    before, falls = score(rows), np.empty((n, k))
    own = np.arange(k)
    for block in np.array_split(np.arange(n), max(1, -(-n * k * k // _AT_A_TIME))):
        changed = np.repeat(rows[block, None, :], k, axis=1)
        changed[:, own, own] = middle
        falls[block] = before[block, None] - score(changed.reshape(-1, k)).reshape(-1, k)
    return shares(np.where(falls > _ROUNDING * np.abs(before)[:, None], falls, 0.0))


def shares(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts of at least 0, shape (n, n_features), over their sum in every row; even where that is 0."""
    largest = amounts.max(axis=1, keepdims=True, initial=0.0)
    scaled = np.where(largest > 0, amounts / np.where(largest > 0, largest, 1.0), 1.0)
    return scaled / scaled.sum(axis=1, keepdims=True)
