"""Lines nearer to each other than the length of the record resolves.

A spectrum separates what is one or more bins apart; at small slip and in short records the sidebands are
not. ESPRIT reads frequencies from the rotation between two shifted copies of the signal subspace instead, and
resolves as far as the noise allows. The price: a model. The record must be a few lines in white noise, so it is
meant for the decimated baseband beside the carrier (:mod:`diagmod.core.demodulation`), and the number of lines
must be chosen by a criterion that can also say "none". What it returns is a hypothesis to be read beside the
spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longest record in samples, and most rows of the data matrix; together they keep a call to some 10 ms.
MAX_SAMPLES, MAX_ROWS = 600, 120

#: Shortest record in samples: there a line is found in 1.3 % of records of noise, from 64 samples on in less than
#: 0.5 %. Pinned by test_subspace.
MIN_SAMPLES = 32

#: Most lines that a criterion is asked to choose from.
MAX_ORDER = 10

#: What one line costs in units of ln n of minus log-likelihood (MDL): a frequency is known to n^(-3/2), amplitude and
#: phase to n^(-1/2) each. Djuric, IEEE Trans. Signal Process. 44(7) 1996, DOI 10.1109/78.510621.
LINE_COST = 2.5


@dataclass(frozen=True)
class SubspaceLines:
    """Lines found in a short record, sorted by frequency.

    Attributes
    ----------
    hz : ndarray, shape (order,)
        Relative to the 0 Hz of the input, between -fs/2 and fs/2.
    phasors : ndarray of complex, shape (order,)
        Ampere peak with the phase at the first sample, by least squares.
    damping_per_s : ndarray, shape (order,)
        Decay of each line in 1/s, positive where it dies away; times the record length it should be well below 1,
        or the line is not stationary.
    noise_rms_a : float
        Root mean square of what the lines leave, ampere (complex: both quadratures together).
    """

    hz: NDArray[np.float64]
    phasors: NDArray[np.complexfloating]
    damping_per_s: NDArray[np.float64]
    noise_rms_a: float

    @property
    def order(self) -> int:
        """Number of lines."""
        return len(self.hz)


def esprit(
    z: NDArray[np.complexfloating], fs: float, order: int | None = None, *, is_damped: bool = False
) -> SubspaceLines:
    """Frequencies, phasors and damping of the lines in a short complex record.

    Parameters
    ----------
    z : ndarray of complex, shape (n,)
        Decimated baseband in ampere, ``MIN_SAMPLES`` to ``MAX_SAMPLES`` long.
    fs : float
        Its rate in Hz.
    order : int, optional
        Number of lines; by default the minimum description length chooses it from 0 to ``MAX_ORDER``.
    is_damped : bool
        True fits decaying lines; False (stationary lines) fits lines of constant amplitude, which is more accurate.

    Raises
    ------
    ValueError
        The record is too short, too long, holds a gap, or ``order`` is out of range.

    References
    ----------
    Roy, R. and Kailath, T., IEEE Trans. Acoust. Speech Signal Process. 37(7), 1989, DOI 10.1109/29.32276.

    Examples
    --------
    >>> t = np.arange(200) / 40
    >>> noise = np.random.default_rng(0).normal(size=(2, 200)) * 1e-3
    >>> z = 10 + 0.1 * np.exp(-2j * np.pi * 0.9 * t) + noise[0] + 1j * noise[1]
    >>> lines = esprit(z, 40)
    >>> lines.hz.round(2), np.abs(lines.phasors).round(2)
    (array([-0.9, 0. ]), array([ 0.1, 10. ]))
    """
    _check(z, fs)
    largest = _rows(len(z)) - 1
    if order is not None and not 0 <= order <= largest:
        raise ValueError(f"order must be 0 to {largest} lines for {len(z)} samples, got {order}; record longer")
    vectors = _eigenvectors(z, is_averaged=not is_damped)
    if order is not None:
        return _fit(z, fs, vectors[:, :order], is_damped)
    n = len(z)
    fits = [_fit(z, fs, vectors[:, :k], is_damped) for k in range(min(MAX_ORDER, largest) + 1)]
    # Noise below the rounding of the data itself is no better fit.
    least = np.finfo(np.float64).eps * float(np.sqrt(np.mean(np.abs(z) ** 2))) * n
    lengths = [
        2 * n * np.log(max(fit.noise_rms_a, least, np.finfo(np.float64).tiny)) + k * LINE_COST * np.log(n)
        for k, fit in enumerate(fits)
    ]
    return fits[int(np.argmin(lengths))]


def music_pseudospectrum(
    z: NDArray[np.complexfloating], fs: float, order: int, hz: NDArray[np.floating]
) -> NDArray[np.float64]:
    """MUSIC pseudo-spectrum in dB: where it peaks, a line fits the signal subspace.

    For looking at, not for levels: a peak's height says how well the line fits, not how strong it is.

    Parameters
    ----------
    z, fs
        As for :func:`esprit`.
    order : int
        Number of lines.
    hz : ndarray, shape (m,)
        Frequencies to look at.

    References
    ----------
    Schmidt, R. O., IEEE Trans. Antennas Propag. 34(3), 1986, DOI 10.1109/TAP.1986.1143830.
    """
    _check(z, fs)
    rows = _rows(len(z))
    if not 0 <= order < rows:
        raise ValueError(f"order must be 0 to {rows - 1} lines for {len(z)} samples, got {order}; record longer")
    signal = _eigenvectors(z, is_averaged=True)[:, :order]
    steering = np.exp(2j * np.pi * np.outer(np.arange(rows), hz) / fs) / np.sqrt(rows)
    # Distance to the noise subspace by what the signal subspace leaves; never below rounding.
    distance = np.sum(np.abs(steering - signal @ (signal.conj().T @ steering)) ** 2, axis=0)
    return -10 * np.log10(np.maximum(distance, np.finfo(np.float64).eps))


def _check(z: NDArray[np.complexfloating], fs: float) -> None:
    if not fs > 0:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the rate in Hz")
    if not MIN_SAMPLES <= len(z) <= MAX_SAMPLES:
        raise ValueError(
            f"a subspace method takes {MIN_SAMPLES} to {MAX_SAMPLES} samples, got {len(z)}; decimate the baseband "
            "further or use a spectrum"
        )
    if not np.isfinite(z).all():
        raise ValueError(f"z must be finite, got {np.count_nonzero(~np.isfinite(z))} gaps; choose a stretch without")


def _rows(n: int) -> int:
    """Rows of the data matrix: a third of the record, the usual balance of aperture and averaging."""
    return min(MAX_ROWS, n // 3 + 1)


def _eigenvectors(z: NDArray[np.complexfloating], is_averaged: bool) -> NDArray[np.complexfloating]:
    """Eigenvectors of the covariance of ``_rows`` successive samples, strongest first.

    Forward-backward averaging doubles the snapshots of stationary lines; of damped ones it would bend the poles.
    """
    hankel = np.lib.stride_tricks.sliding_window_view(z, _rows(len(z))).T
    covariance = hankel @ hankel.conj().T
    if is_averaged:
        covariance = covariance + covariance[::-1, ::-1].conj()
    return np.linalg.eigh(covariance)[1][:, ::-1]


def _fit(
    z: NDArray[np.complexfloating], fs: float, signal: NDArray[np.complexfloating], is_damped: bool
) -> SubspaceLines:
    """Poles from a signal subspace by rotational invariance, then phasors by least squares."""
    if signal.shape[1] == 0:
        return SubspaceLines(np.empty(0), np.empty(0, complex), np.empty(0), float(np.sqrt(np.mean(np.abs(z) ** 2))))
    poles = np.linalg.eigvals(scipy.linalg.lstsq(signal[:-1], signal[1:])[0])
    poles = poles[np.argsort(np.angle(poles))]
    hz = np.angle(poles) * fs / (2 * np.pi)
    damping = -np.log(np.maximum(np.abs(poles), np.finfo(np.float64).tiny)) * fs
    growth = np.where(is_damped, damping, 0.0)
    modes = np.exp(np.outer(np.arange(len(z)) / fs, 2j * np.pi * hz - growth))
    phasors = scipy.linalg.lstsq(modes, z)[0]
    noise = float(np.sqrt(np.mean(np.abs(z - modes @ phasors) ** 2)))
    return SubspaceLines(hz, phasors, damping, noise)
