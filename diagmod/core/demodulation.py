"""Amplitude and phase of a current about its carrier.

A rotor fault, a pulsating load and an unsteady supply all modulate the 50 Hz line. Shifted to zero by the
carrier frequency and low-pass filtered, the current becomes a slow complex signal: its modulus is the
amplitude modulation, its angle the phase modulation, and the carrier, now DC, leaks no more. The filter is a
linear-phase FIR used only where it lies wholly inside the record: nothing is padded, the first and the last
half filter length are missing, and every sample carries its true time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.signal

from diagmod.core.tapers import BLACKMAN_HARRIS, AmplitudeSpectrum, Taper, amplitude_spectrum

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Ripple in the passband and level of the stopband of the low-pass filter, dB. 100 dB is 1e-5: a modulation of
#: 1 % reads 1.0000 %, and the image of the carrier at -2 f stays below -100 dBc. Pinned by test_demodulation.
FILTER_DB = 100.0

#: Decimated rate over the cutoff, at least. What the filter still lets through between one and two cutoffs then folds
#: to above the cutoff, never into the passband. Pinned by test_demodulation.
RATE_OVER_CUTOFF = 3.0

#: Half length of the differentiator in decimated samples; its error is below 1e-4 of the frequency deviation up to
#: the cutoff. Pinned by test_demodulation.
DIFFERENTIATOR_REACH = 20


@dataclass(frozen=True)
class Baseband:
    """A current with its carrier moved to 0 Hz.

    Attributes
    ----------
    values : ndarray of complex, shape (n,)
        Ampere peak; ``A(t) exp(i phi(t))`` for ``A(t) cos(2 pi f t + phi(t))``, t from the first sample of the record.
    fs : float
        Rate of ``values`` in Hz.
    start_s : float
        Time of the first value after the first sample of the record; as much is missing at the end.
    carrier_hz, cutoff_hz : float
        Frequency moved to zero, and how far beside it the filter passes unchanged, in Hz.
    """

    values: NDArray[np.complexfloating]
    fs: float
    start_s: float
    carrier_hz: float
    cutoff_hz: float

    @property
    def time_s(self) -> NDArray[np.float64]:
        """True time of every value after the first sample of the record, shape (n,)."""
        return self.start_s + np.arange(len(self.values)) / self.fs

    @property
    def amplitude_a(self) -> NDArray[np.float64]:
        """Envelope in ampere peak, shape (n,)."""
        return np.abs(self.values)

    @property
    def amplitude_modulation_pct(self) -> NDArray[np.float64]:
        """Deviation of the envelope from its mean, in percent of the mean, shape (n,)."""
        return 100 * (self.amplitude_a / self.amplitude_a.mean() - 1)

    @property
    def phase_rad(self) -> NDArray[np.float64]:
        """Phase against the carrier in radians, unwrapped, shape (n,); a wrong carrier frequency makes it a ramp."""
        return np.unwrap(np.angle(self.values))

    def instantaneous_hz(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Frequency of the current over time.

        Returns
        -------
        time_s, hz : ndarray, shape (n - 2 * DIFFERENTIATOR_REACH,)
            True time after the first sample of the record, and frequency in Hz.

        Raises
        ------
        ValueError
            Fewer values than the differentiator needs.
        """
        taps = 2 * DIFFERENTIATOR_REACH + 1
        if len(self.values) < taps:
            raise ValueError(f"a frequency needs at least {taps} values, got {len(self.values)}; lengthen the record")
        k = np.arange(-DIFFERENTIATOR_REACH, DIFFERENTIATOR_REACH + 1)
        kernel = np.where(k == 0, 0.0, (-1.0) ** k / np.where(k == 0, 1, k)) * np.kaiser(taps, 9.0)
        kernel /= -(kernel * k).sum()  # a ramp reads its exact slope
        slope = np.convolve(self.phase_rad, kernel, mode="valid") * self.fs
        inside = slice(DIFFERENTIATOR_REACH, len(self.values) - DIFFERENTIATOR_REACH)
        return self.time_s[inside], self.carrier_hz + slope / (2 * np.pi)


def demodulate(x: NDArray[np.inexact], fs: float, carrier_hz: float, cutoff_hz: float) -> Baseband:
    """Move the carrier to zero, filter and decimate.

    Parameters
    ----------
    x : ndarray, shape (n,)
        One phase current (real) or the space vector (complex), ampere.
    fs : float
        Sampling rate in Hz.
    carrier_hz : float
        Carrier in Hz; for a space vector negative frequencies turn backwards.
    cutoff_hz : float
        Modulation up to here passes unchanged (to 1e-5), from twice here on it is suppressed by 100 dB. Of one
        phase at most half the carrier: the image at ``-2 f`` and an offset at ``-f`` must stay outside. About
        ``3.2 / cutoff_hz`` seconds are lost at either end.

    Raises
    ------
    ValueError
        ``fs`` is not positive, the carrier lies above half of it, the cutoff is too wide, or the record is shorter
        than the filter.

    Examples
    --------
    >>> t = np.arange(20000) / 2000
    >>> x = 14.1 * (1 + 0.01 * np.cos(2 * np.pi * 3 * t)) * np.cos(2 * np.pi * 50 * t)
    >>> modulation = demodulate(x, 2000, 50, 20).amplitude_modulation_pct
    >>> round(float(modulation.max()), 3)
    1.0
    """
    if not fs > 0:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    if not abs(carrier_hz) < fs / 2:
        raise ValueError(f"carrier_hz must lie below half the sampling rate of {fs:g} Hz, got {carrier_hz!r}")
    # The image of one phase stands at twice the carrier, or where sampling folds it to.
    image_hz = min(2 * abs(carrier_hz), fs - 2 * abs(carrier_hz))
    widest = fs / 4 if np.iscomplexobj(x) else min(abs(carrier_hz), image_hz) / 2
    if not 0 < cutoff_hz <= widest:
        raise ValueError(
            f"cutoff_hz must be above 0 and at most {widest:g} Hz for a carrier of {carrier_hz:g} Hz sampled at "
            f"{fs:g} Hz, got {cutoff_hz!r}; use the space vector to look further from the carrier"
        )
    taps = _low_pass(fs, cutoff_hz)
    if len(x) < len(taps):
        raise ValueError(
            f"a cutoff of {cutoff_hz:g} Hz needs a record of at least {len(taps) / fs:.3g} s, got {len(x) / fs:.3g} s; "
            "record longer or widen the cutoff"
        )
    factor = 1.0 if np.iscomplexobj(x) else 2.0
    shifted = factor * x * np.exp(-2j * np.pi * carrier_hz * np.arange(len(x)) / fs)
    step = max(1, int(fs / (RATE_OVER_CUTOFF * cutoff_hz)))
    filtered = scipy.signal.upfirdn(taps, shifted, down=step)
    first, last = -(-(len(taps) - 1) // step), (len(x) - 1) // step  # the filter lies inside the record
    start_s = (first * step - len(taps) // 2) / fs
    return Baseband(filtered[first : last + 1], fs / step, start_s, carrier_hz, cutoff_hz)


@dataclass(frozen=True)
class ModulusSpectrum:
    """Spectrum of the Park modulus, in which the carrier is the mean and leaks no more.

    Attributes
    ----------
    mean_a : float
        Mean modulus in ampere peak: the carrier.
    spectrum : AmplitudeSpectrum
        One-sided, ampere peak, mean removed.
    """

    mean_a: float
    spectrum: AmplitudeSpectrum

    @property
    def amplitude_pct(self) -> NDArray[np.float64]:
        """Lines in percent of the mean modulus, shape (n_bins,)."""
        return 100 * self.spectrum.amplitude / self.mean_a


def park_modulus_spectrum(
    space_vector: NDArray[np.complexfloating], fs: float, taper: Taper = BLACKMAN_HARRIS
) -> ModulusSpectrum:
    """Extended Park's vector approach: the spectrum of the modulus of the space vector.

    A sideband pair at ``f +- 2 s f`` becomes one line at ``2 s f`` whose amplitude is the phasor sum of the two; a
    negative sequence becomes a line at ``2 f`` that reads I2 / I1. Pure phase modulation stays invisible.

    Parameters
    ----------
    space_vector : ndarray of complex, shape (n,)
        Ampere, peak-value scaling.
    fs : float
        Sampling rate in Hz.
    taper : Taper

    References
    ----------
    Cruz, S. M. A. and Cardoso, A. J. M., IEEE Trans. Ind. Appl. 37(5), 2001, DOI 10.1109/28.952496.

    Examples
    --------
    >>> t = np.arange(4000) / 1000
    >>> vector = 10 * np.exp(2j * np.pi * 50 * t) + 0.3 * np.exp(-2j * np.pi * 50 * t)
    >>> round(float(park_modulus_spectrum(vector, 1000).amplitude_pct[400]), 3)
    3.0
    """
    modulus = np.abs(space_vector)
    mean_a = float(modulus.mean())
    return ModulusSpectrum(mean_a, amplitude_spectrum(modulus - mean_a, fs, taper))


def _low_pass(fs: float, cutoff_hz: float) -> NDArray[np.float64]:
    """Odd linear-phase low-pass: unchanged up to the cutoff, ``FILTER_DB`` down from twice the cutoff."""
    taps, beta = scipy.signal.kaiserord(FILTER_DB, cutoff_hz / (fs / 2))
    return scipy.signal.firwin(taps | 1, 1.5 * cutoff_hz, window=("kaiser", beta), fs=fs)
