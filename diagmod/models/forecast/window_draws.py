"""Windows that something can be learnt from, drawn from the series of a fleet.

Neighbouring windows overlap nearly whole and phases of a motor move together, so a part of them, drawn by a seed, says
as much as all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import TrendSeries
from diagmod.models.forecast.window_rows import Windows, WindowShape, windows_at


def training_windows(
    series: Sequence[TrendSeries],
    shape: WindowShape,
    n_most: int,
    seed: int,
    since: np.datetime64 | None = None,
) -> Windows:
    """Windows with something to learn from, at most so many, drawn by the seed.

    Parameters
    ----------
    series : sequence of TrendSeries
    shape : WindowShape
    n_most : int
    seed : int
    since : datetime64, optional
        Earliest origin.

    Returns
    -------
    Windows
        Usable, each with at least one known target; in order of series and time.
    """
    origins = [_origins(one, shape, since) for one in series]
    counts = [len(own) for own in origins]
    drawn = np.arange(sum(counts))
    if len(drawn) > n_most:
        drawn = np.sort(np.random.default_rng(seed).choice(drawn, n_most, replace=False))
    parts = np.split(drawn, np.searchsorted(drawn, np.cumsum(counts)[:-1])) if counts else []
    begins = np.cumsum([0, *counts])
    taken = [own[part - begin] for own, part, begin in zip(origins, parts, begins[:-1], strict=True)]
    found = windows_at(series, taken, shape)
    return found.only(found.is_usable & np.isfinite(found.targets).any(axis=1))


def _origins(series: TrendSeries, shape: WindowShape, since: np.datetime64 | None) -> NDArray[np.int64]:
    """Steps that a window with a known first week behind it and a known step ahead may end before."""
    known = np.flatnonzero(np.isfinite(series.values))
    if len(known) < 2:
        return np.empty(0, dtype=np.int64)
    first = int(known[0]) + min(shape.seasons, default=1)
    steps = np.arange(first, int(known[-1]) + 1)
    return steps if since is None else steps[series.times_from(0, len(series))[steps] >= since]
