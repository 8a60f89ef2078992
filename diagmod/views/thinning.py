"""Long traces made short for drawing, so that nothing that matters disappears.

A minute of current has a million samples and a figure a thousand pixels. Leaving samples out would lose a spike
or a narrow line; here every column of the picture keeps its extremes, and the text of a figure says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Columns of a picture: about one a pixel, twice over for a narrow zoom.
N_COLUMNS = 1600


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
    parts = np.split(np.arange(len(x)), starts[1:])
    top = np.array([part[0] + int(np.argmax(y[part[0] : part[-1] + 1])) for part in parts])
    middle = np.array([np.median(y[part[0] : part[-1] + 1]) for part in parts])
    return Columns(np.asarray(x[top], dtype=np.float64), y[top], middle, float(x[-1] - x[0]) / n_columns)


def strongest(z: NDArray[np.floating], most: int) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Rows of a map, joined to at most ``most`` by their maximum; first index of every joined row, and the map."""
    step = -(-len(z) // most)
    starts = np.arange(0, len(z), max(1, step))
    return starts, np.maximum.reduceat(z, starts, axis=0)
