"""Spectra over orders of the supply, in dB of the supply line: a compact picture of a segment for learning.

What a machine does to its current lies at fixed places relative to the supply and at fixed levels relative to it,
whatever the recorder's rate, the grid's frequency and the size of the motor. So three spectra are read on one grid
of orders (frequency over supply frequency): the space vector turning forward and backward, and its modulus, in which
the supply line itself is gone and slow sidebands stand near zero. Neither phase nor scale of the currents is left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.spectrum import hann_spectrum

#: Rows of a picture, in order.
CHANNELS = ("space vector forward", "space vector backward", "modulus of the space vector")

#: Highest order: the 7th harmonic and its sidebands, below the Nyquist frequency of a recorder with 1 kHz at 60 Hz.
TOP_ORDER = 8.0

#: Orders between two points: 2 Hz at 50 Hz, half the width of a line in a segment of 1 s.
STEP = 0.04

#: Level in dB below which everything counts as noise of the recorder.
FLOOR_DB = -100.0

#: Orders of the points, shape (n_points,), the same for all rows.
ORDERS: NDArray[np.float64] = STEP * np.arange(round(TOP_ORDER / STEP), dtype=np.float64)


def order_spectra(batch: SegmentBatch) -> NDArray[np.float32]:
    """Levels of every segment on the grid of orders.

    Parameters
    ----------
    batch : SegmentBatch
        Segments of three phases; at least 2 periods of the supply.

    Returns
    -------
    ndarray of float32, shape (n_segments, 3, n_points)
        dB of the supply line, rows as in :data:`CHANNELS`, points as in :data:`ORDERS`; each point is the highest
        level within half a step of it. NaN in the whole segment where a phase is absent or has a gap, where no supply
        frequency is found, or where the Nyquist frequency is below :data:`TOP_ORDER` orders.
    """
    found = np.full((len(batch.currents), len(CHANNELS), len(ORDERS)), np.nan, dtype=np.float32)
    line_hz, n = np.asarray(batch.line_hz, dtype=np.float64), batch.n
    vector = np.asarray(batch.vector)
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    bin_hz = batch.fs / n
    for k in np.flatnonzero(np.isfinite(line_hz) & np.isfinite(vector).all(axis=-1)):
        if line_hz[k] * TOP_ORDER > batch.fs / 2:
            continue
        lines = np.abs(np.fft.fft((vector[k] - vector[k].mean()) * taper)) * (2.0 / n)
        half = n // 2
        modulus = np.abs(hann_spectrum(np.abs(vector[k]), batch.fs).lines)
        rows = (lines[: half + 1], np.append(lines[:1], lines[: n - half - 1 : -1]), modulus)
        at = ORDERS * line_hz[k] / bin_hz
        carrier = max(rows[0].max(), rows[1].max(), np.finfo(np.float64).tiny)
        for row, spectrum in enumerate(rows):
            found[k, row] = _levels(spectrum / carrier, at)
    return found


def _levels(ratio: NDArray[np.floating], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Highest level (dB) of a spectrum within half a step of positions that are given in bins."""
    step = at[1] - at[0]
    edges = np.clip(np.round(np.append(at, at[-1] + step) - step / 2).astype(int), 0, len(ratio) - 1)
    # Where a step is narrower than a bin, its nearest bin stands for it.
    highest = np.maximum.reduceat(np.append(ratio, 0.0), edges)[:-1]
    return np.maximum(20 * np.log10(np.maximum(highest, 1e-30)), FLOOR_DB)
