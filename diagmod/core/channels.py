"""How unequal the three current channels are, measured by the sum that ought to be zero.

A motor without a neutral conductor draws currents that add up to nothing. What is left of their sum is the
instruments': unequal gains, and channels sampled one after the other. Both imitate a negative
sequence, so they put a floor under I2 / I1. At the fundamental alone the two cannot be told apart; a skew
grows with the frequency and a gain does not, so with strong harmonics they can, and the negative
sequence that they cause is then known, not only bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.prepared import line_phasors
from diagmod.core.symmetrical import FORTESCUE

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Orders at which the sum is looked at: those that a balanced machine draws without zero sequence.
ORDERS = (1, 5, 7, 11, 13)

#: A harmonic helps when it exceeds the noise of the sum by this factor.
STRONG = 10.0

#: Standard error up to which gain (1) and skew (s) count as measured.
KNOWN_GAIN, KNOWN_SKEW_S = 0.003, 4e-6

#: Share of the sum that the two may leave unexplained.
UNEXPLAINED = 0.3


@dataclass(frozen=True)
class Channels:
    """Errors of the channels S and T against R.

    Attributes
    ----------
    i0_over_i1_pct : float
        Zero over positive sequence of the fundamental, percent.
    gain_pct : tuple of 2 floats
        Excess gain of S and T over R, percent; NaN where it cannot be told from skew.
    skew_us : tuple of 2 floats
        Delay of S and T against R, microseconds; NaN likewise.
    i2_floor_pct : float
        Negative over positive sequence that the channels may cause, percent.
    """

    i0_over_i1_pct: float
    gain_pct: tuple[float, float]
    skew_us: tuple[float, float]
    i2_floor_pct: float

    @property
    def is_measured(self) -> bool:
        """Whether gain and skew were told apart."""
        return bool(np.isfinite(self.gain_pct).all())


def measure_channels(currents: NDArray[np.floating], fs: float, line_hz: float) -> Channels:
    """Gain mismatch and skew from the zero sequence at the fundamental and its harmonics.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T wired right, without gaps, of a motor without neutral conductor.
    fs, line_hz : float
        Sampling rate and supply frequency in Hz.

    Examples
    --------
    >>> t = np.arange(20000) / 5000
    >>> x = np.stack([np.cos(2 * np.pi * 50 * t - k * 2 * np.pi / 3) for k in range(3)])
    >>> x += 0.05 * np.stack([np.cos(2 * np.pi * 250 * t + k * 2 * np.pi / 3) for k in range(3)])
    >>> x[1] *= 1.01
    >>> channels = measure_channels(x, 5000, 50)
    >>> round(channels.i0_over_i1_pct, 2), round(channels.i2_floor_pct, 2)
    (0.33, 0.33)
    """
    orders = [h for h in ORDERS if h * line_hz < 0.45 * fs]
    phasors = line_phasors(currents, fs, [h * line_hz for h in orders])
    zero, positive, _ = FORTESCUE @ phasors[0]
    if not abs(positive) > 0:
        nan = float("nan")
        return Channels(nan, (nan, nan), (nan, nan), nan)
    ratio_pct = 100 * float(abs(zero / positive))
    bound = Channels(ratio_pct, (float("nan"),) * 2, (float("nan"),) * 2, ratio_pct)
    noise = _noise(currents, fs, line_hz)
    strong = [k for k, h in enumerate(orders) if h == 1 or np.abs(phasors[k]).max() > STRONG * noise]
    if len(strong) < 2:
        return bound
    errors = _solve(phasors[strong], 2 * np.pi * line_hz * np.array(orders)[strong], noise)
    if errors is None:
        return bound
    gain, skew = errors
    factor = (1 + np.array([0.0, *gain])) * np.exp(2j * np.pi * line_hz * np.array([0.0, *skew]))
    _, true_positive, true_negative = FORTESCUE @ (phasors[0] / factor)
    caused = (FORTESCUE @ phasors[0])[2] / positive - true_negative / true_positive
    return Channels(
        ratio_pct,
        (100 * float(gain[0]), 100 * float(gain[1])),
        # A channel sampled late shows its current ahead.
        (1e6 * float(skew[0]), 1e6 * float(skew[1])),
        100 * float(abs(caused)),
    )


def _noise(currents: NDArray[np.floating], fs: float, line_hz: float) -> float:
    """Magnitude that noise alone gives a phasor of the sum, from frequencies between the harmonics."""
    between = [h * line_hz for h in (4.4, 5.6, 6.4, 7.6) if h * line_hz < 0.45 * fs]
    total = currents.sum(axis=0, keepdims=True) / currents.dtype.type(np.sqrt(3))
    return float(np.median(np.abs(line_phasors(total, fs, between)))) if between else float("inf")


def _solve(
    phasors: NDArray[np.complexfloating], omega: NDArray[np.float64], noise: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Gains and skews of S and T that explain the sums, or None where they do not or cannot be told apart."""
    columns = np.concatenate([phasors[:, 1:], 1j * omega[:, None] * phasors[:, 1:]], axis=1)
    sums = phasors.sum(axis=1)
    scale = np.array([1.0, 1.0, 1 / omega[0], 1 / omega[0]])
    matrix = np.concatenate([columns.real, columns.imag]) * scale
    target = np.concatenate([sums.real, sums.imag])
    # Every phase counts in the true sum by 1 / ((1 + gain) (1 + j omega skew)), about 1 - u - j omega v.
    solution, _, rank, _ = np.linalg.lstsq(matrix, target, rcond=1e-9)
    if rank < 4:
        return None
    left = float(np.linalg.norm(target - matrix @ solution))
    sigma = max(noise, left / np.sqrt(max(1, len(target) - 4)))
    deviation = sigma * np.sqrt(np.diag(np.linalg.inv(matrix.T @ matrix))) * scale
    if left > UNEXPLAINED * np.linalg.norm(target) + 3 * noise:
        return None
    if deviation[:2].max() > KNOWN_GAIN or deviation[2:].max() > KNOWN_SKEW_S:
        return None
    share, delay_s = np.split(solution * scale, 2)
    return share / (1 - share), delay_s / (1 - share)
