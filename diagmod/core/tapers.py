"""What a taper can separate, and spectra in ampere under any of them.

A taper buys dynamic range with resolution. Two lines stand apart when they are at least half a main
lobe of bins from each other, so a record of T seconds shows a sideband at an offset of B / T and nothing
nearer; and a weak line is seen only where the side lobes of the strong one lie below it. Both figures
belong to the taper and are stated here, so that "not resolvable" is computed and not guessed. All five are
sums of cosines, hence exact in their noise bandwidth and in the shape of their lobes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Taper:
    """A sum-of-cosines taper and what it costs.

    Attributes
    ----------
    name : str
    coefficients : tuple of float
        ``a_k`` in ``w_i = sum_k (-1)^k a_k cos(2 pi k i / n)``.
    side_lobe_db : float
        Highest side lobe below the main lobe in dB (negative). Pinned by test_tapers.
    """

    name: str
    coefficients: tuple[float, ...]
    side_lobe_db: float

    @property
    def half_lobe_bins(self) -> int:
        """Distance B from the peak of the main lobe to its first zero, in bins."""
        return len(self.coefficients)

    @property
    def enbw_bins(self) -> float:
        """Equivalent noise bandwidth in bins: the bin powers of one line sum to this times its power."""
        first, *others = self.coefficients
        return (first**2 + sum(a**2 for a in others) / 2) / first**2

    @property
    def scalloping_db(self) -> float:
        """What a line half way between two bins reads too low, in dB (negative)."""
        return float(20 * np.log10(np.abs(self.gain(np.array(0.5)))))

    def weights(self, n: int) -> NDArray[np.float64]:
        """Periodic weights, shape (n,); the largest is 1 to within 1e-8.

        Raises
        ------
        ValueError
            ``n`` is shorter than one whole main lobe, 2 B samples.
        """
        if n < 2 * self.half_lobe_bins:
            raise ValueError(
                f"a {self.name} taper needs at least {2 * self.half_lobe_bins} samples, got {n}; lengthen the segment"
            )
        order = np.arange(len(self.coefficients))
        signed = np.array(self.coefficients) * (-1.0) ** order
        return signed @ np.cos(2 * np.pi * np.outer(order, np.arange(n)) / n)

    def gain(self, offset_bins: NDArray[np.floating], n: float = np.inf) -> NDArray[np.complexfloating]:
        """What a bin reads of a unit line that lies ``offset_bins`` above it; 1 at zero.

        Parameters
        ----------
        offset_bins : ndarray
            Distance from the bin to the line in bins, less than ``n``.
        n : float
            Samples in the record, for which it is exact; the limit of many samples by default.
        """
        offset = np.asarray(offset_bins, dtype=np.float64)
        first, *others = self.coefficients
        total = _dirichlet(offset, n)
        for k, a in enumerate(others, start=1):
            total = total + (-1) ** k * a / first * (_dirichlet(offset - k, n) + _dirichlet(offset + k, n)) / 2
        return total


#: Coefficients and side lobes: Harris, Proc. IEEE 66(1) 1978, table I, DOI 10.1109/PROC.1978.10837.
RECTANGULAR = Taper("rectangular", (1.0,), -13.26)
HANN = Taper("Hann", (0.5, 0.5), -31.47)
BLACKMAN = Taper("Blackman", (0.42, 0.5, 0.08), -58.11)
BLACKMAN_HARRIS = Taper("Blackman-Harris", (0.35875, 0.48829, 0.14128, 0.01168), -92.01)
#: Reads a line's amplitude to 0.01 dB wherever it lies between two bins. D'Antona & Ferrero, Digital Signal
#: Processing for Measurement Systems, Springer 2006, p. 70.
FLAT_TOP = Taper("flat-top", (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368), -93.03)

#: All tapers, from the finest resolution to the coarsest.
TAPERS = (RECTANGULAR, HANN, BLACKMAN, BLACKMAN_HARRIS, FLAT_TOP)


@dataclass(frozen=True)
class AmplitudeSpectrum:
    """Spectrum whose lines read ampere peak, whatever the record length.

    Attributes
    ----------
    hz : ndarray, shape (n_bins,)
        Ascending; from 0 for a real signal, from -fs/2 for a complex one.
    lines : ndarray of complex, shape (..., n_bins)
        Peak phasors in the unit of the signal, phase as a cosine at the first sample. DC reads its own value.
    taper : Taper
    n : int
        Samples in the record.
    is_one_sided : bool
        True for a real signal: a line stands for itself and its mirror image.
    """

    hz: NDArray[np.float64]
    lines: NDArray[np.complexfloating]
    taper: Taper
    n: int
    is_one_sided: bool

    @property
    def bin_hz(self) -> float:
        """Distance of the bins in Hz, 1 / record length."""
        return float(self.hz[1] - self.hz[0])

    @property
    def amplitude(self) -> NDArray[np.float64]:
        """Modulus of the lines: peak amplitude in the unit of the signal, shape (..., n_bins)."""
        return np.abs(self.lines)

    @property
    def power(self) -> NDArray[np.float64]:
        """Mean square per bin, shape (..., n_bins); sums to mean(|x w|^2) / mean(w^2), w the taper (Parseval)."""
        return self.amplitude**2 / self.taper.enbw_bins / _line_factor(len(self.hz), self.n, self.is_one_sided)

    def phasor(self, line_hz: float) -> NDArray[np.complexfloating]:
        """Peak phasor of an isolated line at a known frequency, wherever it lies between two bins.

        Parameters
        ----------
        line_hz : float
            Within the range of ``hz``, and of a real signal at least a main lobe away from its ends, where a line
            meets its own mirror image.

        Returns
        -------
        ndarray of complex, shape (...)
            In the unit of the signal, phase as a cosine at the first sample.

        Raises
        ------
        ValueError
            ``line_hz`` lies outside.
        """
        guard_hz = self.taper.half_lobe_bins * self.bin_hz if self.is_one_sided else 0.0
        if not self.hz[0] + guard_hz <= line_hz <= self.hz[-1] - guard_hz:
            raise ValueError(
                f"line_hz must lie from {self.hz[0] + guard_hz:g} to {self.hz[-1] - guard_hz:g} Hz for this spectrum, "
                f"got {line_hz!r}"
            )
        position = (line_hz - self.hz[0]) / self.bin_hz
        nearest = round(position)
        return self.lines[..., nearest] / self.taper.gain(np.asarray(position - nearest), self.n)


def amplitude_spectrum(x: NDArray[np.inexact], fs: float, taper: Taper = BLACKMAN_HARRIS) -> AmplitudeSpectrum:
    """Spectrum in ampere peak along the last axis.

    Nothing is removed: an offset of 1 A reads 1 A at 0 Hz and spreads over B bins beside it. A gap (NaN) makes its
    own row NaN and no other.

    Parameters
    ----------
    x : ndarray, shape (..., n)
        Real (one-sided spectrum) or complex (two-sided), for example a space vector.
    fs : float
        Sampling rate in Hz.
    taper : Taper

    Raises
    ------
    ValueError
        ``fs`` is not positive, or the record is shorter than the taper's main lobe.

    References
    ----------
    Harris, F. J., Proc. IEEE 66(1), 1978, DOI 10.1109/PROC.1978.10837.

    Examples
    --------
    >>> t = np.arange(1000) / 1000
    >>> spectrum = amplitude_spectrum(14.1 * np.cos(2 * np.pi * 50 * t) + 0.5, 1000)
    >>> spectrum.amplitude[[0, 50, 200]].round(9)
    array([ 0.5, 14.1,  0. ])
    """
    _positive("fs", fs, "pass the sampling rate in Hz")
    n = x.shape[-1]
    tapered = x * taper.weights(n)
    scale = 1.0 / (n * taper.coefficients[0])
    if np.iscomplexobj(x):
        hz = scipy.fft.fftshift(scipy.fft.fftfreq(n, 1 / fs))
        return AmplitudeSpectrum(hz, scipy.fft.fftshift(scipy.fft.fft(tapered), axes=-1) * scale, taper, n, False)
    hz = scipy.fft.rfftfreq(n, 1 / fs)
    return AmplitudeSpectrum(hz, scipy.fft.rfft(tapered) * scale * _line_factor(len(hz), n, True), taper, n, True)


def resolvable_offset_hz(taper: Taper, duration_s: float) -> float:
    """Nearest distance in Hz from a strong line at which a weak one stands alone: B / T.

    Examples
    --------
    >>> resolvable_offset_hz(HANN, 10.0)
    0.2
    """
    _positive("duration_s", duration_s, "pass the length of the record in seconds")
    return taper.half_lobe_bins / duration_s


def needed_duration_s(taper: Taper, offset_hz: float) -> float:
    """Shortest record in seconds that separates two lines ``offset_hz`` apart: B / offset; advise twice that.

    Examples
    --------
    >>> round(needed_duration_s(BLACKMAN_HARRIS, 2 * 0.002 * 50), 9)  # sideband offset 2 s f at a slip of 0.002
    20.0
    """
    _positive("offset_hz", offset_hz, "pass the distance of the two lines in Hz")
    return taper.half_lobe_bins / offset_hz


def _dirichlet(offset_bins: NDArray[np.float64], n: float) -> NDArray[np.complexfloating]:
    """Mean of ``n`` samples of a line that turns ``offset_bins`` times within them."""
    turned = np.exp(1j * np.pi * offset_bins * (1 - 1 / n))
    return turned * np.sinc(offset_bins) / np.sinc(offset_bins / n)


def _line_factor(n_bins: int, n: int, is_one_sided: bool) -> NDArray[np.float64]:
    """2 where a bin stands for a line and its mirror image, 1 where it has none."""
    factor = np.full(n_bins, 2.0 if is_one_sided else 1.0)
    factor[0] = 1.0
    if n % 2 == 0:
        factor[-1] = 1.0
    return factor


def _positive(name: str, value: float, remedy: str) -> None:
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be positive, got {value!r}; {remedy}")
