"""A current without its carrier and harmonics, by least squares in the time domain.

No taper has side lobes low enough beside a line that is simply not there any more. The supply, its harmonics and the
offset are one periodic signal: a frequency and a few phasors, fitted to the whole record and subtracted. What
remains is everything the supply did not make, and a sideband is no longer measured on a carrier's skirt. A line nearer
to a harmonic than 1 / T is partly taken for it and removed with it, and a supply that wanders by more than a fraction
of 1 / T leaves its wandering behind: then follow it (:mod:`diagmod.core.carrier`) or fit shorter stretches.

The record is cut into blocks, so that the sums over all samples are two products of matrices, and the products of the
fitted lines with each other are known in closed form: no matrix as long as the record is ever built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.spectrum import fundamental_hz, hann_spectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Samples in a block: long enough for fast products of matrices, short enough for the cache.
BLOCK = 1024

#: Shortest record in periods of the supply: with fewer, offset and fundamental are hard to tell apart.
MIN_PERIODS = 2

#: How far from the stated frequency the supply is searched, as a share of it. EN 50160 keeps a public grid within 1 %
#: for 99.5 % of a year and within -6 to +4 % always; a wrong nominal value (50 for 60 Hz) lies outside.
SEARCH_SHARE = 0.06

#: The frequency is found when a step moves the phase at the ends of the record by less than this, in radians.
SETTLED_RAD = 1e-9

#: Most steps of the frequency. A record of ten periods or more takes 2 to 4, one of two periods up to 14.
MAX_STEPS = 40


@dataclass(frozen=True)
class HarmonicFit:
    """The periodic part of a current, and what is left.

    Attributes
    ----------
    residual : ndarray, shape (..., n)
        Current without offset, carrier and harmonics, in the unit of the current, real or complex like it.
    line_hz : float
        Frequency of the carrier in Hz.
    orders : ndarray of int, shape (n_orders,)
        0 (the offset) to H for phase currents, -H to H for a space vector.
    phasors : ndarray of complex, shape (..., n_orders)
        Peak phasors in the unit of the current, phase as a cosine at the first sample; the offset reads its own value.
    """

    residual: NDArray[np.inexact]
    line_hz: float
    orders: NDArray[np.int64]
    phasors: NDArray[np.complexfloating]

    def phasor(self, order: int) -> NDArray[np.complexfloating]:
        """Peak phasor of one order, shape (...).

        Raises
        ------
        ValueError
            The order was not fitted.
        """
        if order not in self.orders:
            raise ValueError(f"order must be {self.orders[0]} to {self.orders[-1]}, got {order!r}; fit more harmonics")
        return self.phasors[..., int(np.flatnonzero(self.orders == order)[0])]


def remove_harmonics(
    x: NDArray[np.inexact], fs: float, line_hz: float, *, n_harmonics: int = 25, is_refined: bool = True
) -> HarmonicFit:
    """Fit offset, carrier and harmonics to a current and subtract them.

    Parameters
    ----------
    x : ndarray, shape (..., n)
        Phase currents (real) or space vectors (complex) without gaps; all rows share one frequency.
    fs : float
        Sampling rate in Hz.
    line_hz : float
        Supply frequency in Hz, right to within ``SEARCH_SHARE``; exact where it is not refined.
    n_harmonics : int
        Highest order H, the carrier included. Orders nearer than 1 / T to half the sampling rate are left out.
    is_refined : bool
        Whether the frequency is fitted too (Gauss-Newton, all orders and rows together).

    Raises
    ------
    ValueError
        A rate is out of range, ``n_harmonics`` is below 1, the record is too short or holds a gap.

    References
    ----------
    Kay, S. M., Fundamentals of Statistical Signal Processing: Estimation Theory, Prentice Hall 1993, section 8.9
    (separable least squares).

    Examples
    --------
    >>> t = np.arange(20000) / 2000
    >>> sideband = 0.01 * np.cos(2 * np.pi * 47.3 * t)
    >>> fit = remove_harmonics(10 * np.cos(2 * np.pi * 49.98 * t + 0.5) + 0.2 + sideband, 2000, 50)
    >>> round(fit.line_hz, 4), round(float(abs(fit.phasor(1))), 3), round(float(fit.phasor(0).real), 3)
    (49.98, 10.0, 0.2)
    >>> bool(np.abs(fit.residual - sideband).max() < 5e-4)
    True
    """
    _check(x, fs, line_hz, n_harmonics)
    rows = np.atleast_2d(np.asarray(x, dtype=np.result_type(x.dtype, np.float64))).reshape(-1, x.shape[-1])
    if is_refined:
        line_hz = _searched_hz(rows, fs, line_hz)
    highest = min(n_harmonics, int((fs / 2 - fs / x.shape[-1]) / line_hz))
    if highest < 1:
        raise ValueError(f"line_hz must lie below half the sampling rate of {fs:g} Hz, got {line_hz:g}")
    orders = np.arange(-highest if np.iscomplexobj(x) else 0, highest + 1)
    step = 2 * np.pi * line_hz / fs
    for _ in range(MAX_STEPS if is_refined else 0):
        move = _better_step(rows, _Turns(step, orders, rows.shape[1]))
        step += move
        if abs(move) * rows.shape[1] < SETTLED_RAD:
            break
    turns = _Turns(step, orders, rows.shape[1])
    phasors = turns.fit(rows)
    residual = (rows - turns.signal(phasors)).reshape(x.shape)
    return HarmonicFit(residual, float(step * fs / (2 * np.pi)), orders, phasors.reshape(*x.shape[:-1], -1))


class _Turns:
    """The lines ``exp(i h step k)`` over k = 0..n-1, h the orders, as block times start of block."""

    def __init__(self, step: float, orders: NDArray[np.int64], n: int) -> None:
        self.step, self.orders, self.n = step, orders, n
        self._n_blocks = -(-n // BLOCK)
        self._block = np.exp(1j * step * np.outer(np.arange(BLOCK), orders))
        self._starts = np.exp(1j * step * np.outer(np.arange(self._n_blocks) * BLOCK, orders))

    def fit(self, rows: NDArray[np.inexact]) -> NDArray[np.complexfloating]:
        """Least-squares phasors of rows, shape (n_rows, n_orders)."""
        padded = np.zeros((len(rows), self._n_blocks * BLOCK), dtype=rows.dtype)
        padded[:, : self.n] = rows
        blocks = padded.reshape(len(rows), self._n_blocks, BLOCK)
        if np.iscomplexobj(rows):
            return self._solve(((blocks @ self._block.conj()) * self._starts.conj()).sum(axis=1), self.orders)
        sums = blocks @ self._block.real - 1j * (blocks @ self._block.imag)
        positive = (sums * self._starts.conj()).sum(axis=1)
        # A real line is half a line of either direction; the two overlap a little and are solved for together.
        both = np.concatenate([positive[:, :0:-1].conj(), positive], axis=1)
        solved = self._solve(both, np.concatenate([-self.orders[:0:-1], self.orders]))[:, len(self.orders) - 1 :]
        return np.where(self.orders == 0, solved.real, 2 * solved)

    def signal(self, phasors: NDArray[np.complexfloating]) -> NDArray[np.inexact]:
        """Samples of phasors, shape (n_rows, n): real for orders from 0 on, complex for orders of either sign."""
        amplitudes = phasors[:, None, :] * self._starts
        if self.orders[0] < 0:
            samples = amplitudes @ self._block.T
        else:
            samples = amplitudes.real @ self._block.real.T - amplitudes.imag @ self._block.imag.T
        return samples.reshape(len(phasors), -1)[:, : self.n]

    def _solve(self, sums: NDArray[np.complexfloating], orders: NDArray[np.int64]) -> NDArray[np.complexfloating]:
        """Phasors from the products of the signal with every line, by the products of the lines with each other."""
        half = self.step * (orders[None, :] - orders[:, None]) / 2
        with np.errstate(invalid="ignore"):
            kernel = np.where(half == 0, self.n, np.sin(self.n * half) / np.where(half == 0, 1.0, np.sin(half)))
        return np.linalg.solve(kernel * np.exp(1j * (self.n - 1) * half), sums.T).T


def _better_step(rows: NDArray[np.inexact], turns: _Turns) -> float:
    """Gauss-Newton step of the angle per sample, the phasors being fitted anew at every frequency."""
    phasors = turns.fit(rows)
    middle = np.arange(turns.n) - (turns.n - 1) / 2
    slope = turns.signal(1j * turns.orders * phasors) * middle
    gradient = float(np.vdot(slope, rows - turns.signal(phasors)).real)
    share = 1.0 if turns.orders[0] < 0 else 0.5
    curvature = share * turns.n * (turns.n**2 - 1) / 12 * float((turns.orders**2 * np.abs(phasors) ** 2).sum())
    # No step turns the ends of the record by more than half a radian: there the linear model ends.
    return float(np.clip(gradient / curvature, -1 / turns.n, 1 / turns.n)) if curvature > 0 else 0.0


def _searched_hz(rows: NDArray[np.inexact], fs: float, line_hz: float) -> float:
    """Strongest line about the stated frequency; in a record too short for a spectrum the stated one."""
    bin_hz = fs / rows.shape[1]
    reach_hz = max(SEARCH_SHARE * line_hz, 3 * bin_hz)
    if line_hz - reach_hz < 3 * bin_hz:
        return line_hz
    strongest = rows[int(np.argmax((np.abs(rows) ** 2).sum(axis=1)))].real
    spectrum = hann_spectrum(strongest[None], fs)
    found = float(fundamental_hz(spectrum, line_hz - reach_hz, line_hz + reach_hz))
    return found if np.isfinite(found) else line_hz


def _check(x: NDArray[np.inexact], fs: float, line_hz: float, n_harmonics: int) -> None:
    if not 0 < fs < np.inf:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    if not 0 < line_hz < fs / 2:
        raise ValueError(f"line_hz must lie between 0 and half the sampling rate of {fs:g} Hz, got {line_hz!r}")
    if n_harmonics < 1:
        raise ValueError(f"n_harmonics must be at least 1, got {n_harmonics!r}; 1 is the carrier alone")
    if x.shape[-1] * line_hz < MIN_PERIODS * fs:
        raise ValueError(
            f"a fit needs at least {MIN_PERIODS} periods of {line_hz:g} Hz, got {x.shape[-1] / fs:.3g} s; record longer"
        )
    if not np.isfinite(x).all():
        raise ValueError(f"x must be finite, got {np.count_nonzero(~np.isfinite(x))} gaps; choose a stretch without")
