"""Long traces made short for drawing, so that nothing that matters disappears.

A minute of current has a million samples and a figure a thousand pixels. Leaving samples out would lose a spike
or a narrow line; here every column of the picture keeps its extremes, and the text of a figure says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

#: Columns of a picture: about one a pixel, twice over for a narrow zoom.
N_COLUMNS = 1600


#: Samples of one phase that are drawn of what is looked at, and of all that lies beside it.
N_SHARP, N_BESIDE = 3600, 400

#: What is drawn sharply to either side of what is looked at, over its width: a small step aside needs no new drawing.
MARGIN = 0.25


@dataclass(frozen=True)
class Envelope:
    """Smallest and largest sample of every column, each of shape (n_columns,)."""

    at: NDArray[np.float64]
    low: NDArray[np.floating]
    high: NDArray[np.floating]


@dataclass(frozen=True)
class Columns:
    """The highest point of every column and the median of its points, each of shape (n_columns,)."""

    at: NDArray[np.float64]
    highest: NDArray[np.floating]
    median: NDArray[np.floating]
    width: float


def envelope(y: NDArray[np.floating], step: float, n_columns: int = N_COLUMNS) -> Envelope:
    """Extremes of evenly spaced samples; gaps are passed over, a column of gaps stays one.

    Parameters
    ----------
    y : ndarray, shape (n,)
    step : float
        Distance of two samples on the axis.
    n_columns : int

    Examples
    --------
    >>> thin = envelope(np.array([0.0, 5.0, 1.0, -3.0]), 0.1, 2)
    >>> thin.at.tolist(), thin.low.tolist(), thin.high.tolist()
    ([0.05, 0.25], [0.0, -3.0], [5.0, 1.0])
    """
    edges = np.unique(np.linspace(0, len(y), n_columns + 1).astype(np.int64))
    starts, ends = edges[:-1], edges[1:]
    return Envelope((starts + ends - 1) / 2 * step, np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts))


def extremes(y: NDArray[np.floating], n_out: int) -> NDArray[np.int64]:
    """Indices of the smallest and the largest sample of every column, ascending; a gap keeps a sample that is NaN.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Evenly spaced samples.
    n_out : int
        Two of them a column; up to as many samples all are kept.

    Examples
    --------
    >>> extremes(np.array([0, 1, 9, 1, 0, -7, 0, 1], dtype=np.float32), 4).tolist()
    [0, 2, 5, 7]
    """
    n = len(y)
    if n <= n_out:
        return np.arange(n)
    taken = MinMaxDownsampler().downsample(np.ascontiguousarray(y), n_out=max(2, n_out // 2 * 2)).astype(np.int64)
    holes = np.flatnonzero(np.isnan(y))
    if len(holes):
        # The first sample of every gap, at most one a column, so that no line is drawn across it.
        first = holes[np.diff(holes, prepend=-2) > 1]
        _, one = np.unique(first * n_out // n, return_index=True)
        taken = np.concatenate([taken, first[one]])
    return np.unique(taken)


def sharp_part(
    y: NDArray[np.floating], first: int, last: int, n_sharp: int = N_SHARP, n_beside: int = N_BESIDE
) -> NDArray[np.int64]:
    """Indices of what is drawn of a trace of which ``first`` to ``last`` is looked at: that sharply, the rest roughly.

    Parameters
    ----------
    y : ndarray, shape (n,)
    first, last : int
        Samples ``first <= k < last``; sharp is also :data:`MARGIN` of that to either side.
    n_sharp, n_beside : int
        Samples that are drawn of either.

    Examples
    --------
    >>> y = np.zeros(1000, dtype=np.float32)
    >>> sharp_part(y, 500, 520, n_sharp=50, n_beside=4).tolist()[2:-2] == list(range(495, 525))
    True
    """
    margin = int(MARGIN * (last - first))
    begin, end = max(0, first - margin), min(len(y), last + margin)
    parts = [(0, begin, n_beside), (begin, end, n_sharp), (end, len(y), n_beside)]
    return np.concatenate([start + extremes(y[start:stop], n_out) for start, stop, n_out in parts if stop > start])


def columns(
    x: NDArray[np.floating], y: NDArray[np.floating], n_columns: int = N_COLUMNS, *, is_log: bool = False
) -> Columns:
    """Highest point of every column, at its own place, and the median.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        ``x`` ascending.
    n_columns : int
        Where a column would hold less than a point, the points themselves are given.
    is_log : bool
        Columns equally wide on a logarithmic axis; ``x`` must then be positive.

    Examples
    --------
    >>> thin = columns(np.arange(6.0), np.array([0.0, 9.0, 1.0, 2.0, 3.0, 1.0]), 2)
    >>> thin.at.tolist(), thin.highest.tolist(), thin.median.tolist()
    ([1.0, 4.0], [9.0, 3.0], [1.0, 2.0])
    """
    if not len(x):
        return Columns(np.empty(0), y, y, 0.0)
    place = np.log(x) if is_log else x
    edges = np.linspace(place[0], place[-1], n_columns + 1)
    starts = np.unique(np.searchsorted(place, edges[:-1]))
    n_points = np.diff(np.append(starts, len(x)))
    column = np.repeat(np.arange(len(starts)), n_points)
    peak = np.maximum.reduceat(y, starts)
    tops = np.flatnonzero((y == peak[column]) | np.isnan(y))
    top = tops[np.searchsorted(column[tops], np.arange(len(starts)))]
    ranked = y[np.lexsort((y, column))]
    middle = (ranked[starts + (n_points - 1) // 2] + ranked[starts + n_points // 2]) / 2
    middle = np.where(np.isnan(peak), np.nan, middle)
    return Columns(np.asarray(x[top], dtype=np.float64), y[top], middle, float(x[-1] - x[0]) / n_columns)


def strongest(z: NDArray[np.floating], most: int) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Rows of a map, joined to at most ``most`` by their maximum; first index of every joined row, and the map."""
    step = -(-len(z) // most)
    starts = np.arange(0, len(z), max(1, step))
    return starts, np.maximum.reduceat(z, starts, axis=0)
