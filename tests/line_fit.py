"""Levels of lines whose frequencies are known: weighted least squares on the space vector, no leakage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TURN = np.exp(2j * np.pi / 3)


def space_vector(currents: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Peak-value space vector of R, S, T."""
    return 2 / 3 * (currents[0] + TURN * currents[1] + TURN**2 * currents[2])


def phasors(currents: NDArray[np.float64], fs: float, lines_hz: Sequence[float]) -> NDArray[np.complex128]:
    """Phasors of lines of the space vector; negative frequencies turn backwards."""
    vector = space_vector(currents)
    times_s = np.arange(vector.size) / fs
    taper = np.blackman(vector.size)[:, None]
    basis = np.exp(2j * np.pi * times_s[:, None] * np.asarray(lines_hz)[None, :])
    return np.linalg.lstsq(basis * taper, vector * taper[:, 0], rcond=None)[0]


def levels_dbc(currents: NDArray[np.float64], fs: float, carrier_hz: float, *lines_hz: float) -> NDArray[np.float64]:
    """Levels of lines against the carrier in dB."""
    fitted = np.abs(phasors(currents, fs, [carrier_hz, *lines_hz]))
    return 20 * np.log10(fitted[1:] / fitted[0])


def bar_sideband_dbc(currents: NDArray[np.float64], fs: float, line_hz: float, slip: float) -> tuple[float, float]:
    """Lower and upper 2sf sideband of a broken bar against the carrier in dB."""
    offsets = [0, -2, 2, -4, 4, -6, 6]
    fitted = np.abs(phasors(currents, fs, [line_hz * (1 + k * slip) for k in offsets]))
    lower, upper = 20 * np.log10(fitted[1:3] / fitted[0])
    return float(lower), float(upper)


def sum_db(*levels: float) -> float:
    """Amplitude sum of levels."""
    return float(20 * np.log10(sum(10 ** (level / 20) for level in levels)))
