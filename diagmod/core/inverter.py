"""Mains or inverter, told from the current.

An inverter pulses the voltage with its switching frequency fc; with sine-triangle modulation the current
then carries pairs of equal lines at fc -+ 2f, and at 2 fc -+ f. Slot harmonics also come in pairs, but of
unequal height and moving with the slip. The harmonics of a mains full of rectifiers and those of a coarse
converter stand at the same distances, but there the next orders are as strong. A supply frequency that no
mains has is a hint only: a wrong sampling rate shifts it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.wideband import WidebandSpectrum

#: Lowest switching frequency looked for, Hz.
LOWEST_SWITCHING_HZ = 900.0

#: A switching line stands this far above the noise about it, dB, and at least so high against the carrier, dBc.
STANDS_OUT_DB, LEAST_DBC = 25.0, -70.0

#: The two lines of a pair differ by less than this, dB.
EQUAL_WITHIN_DB = 3.0

#: Orders beside fc at which the harmonics of rectifiers (6k -+ 1) and of a coarse converter go on and the lines of an
#: inverter do not, and what the pair must exceed their median by, dB.
#: Pinned by test_a_mains_full_of_rectifiers_is_no_inverter and test_harmonics_of_a_coarse_converter_are_no_inverter.
NEIGHBOURS, ABOVE_NEIGHBOURS_DB = (-10, -8, -4, 4, 8, 10), 12.0

#: Mains frequencies in Hz and how far they stray, percent (EN 50160: 1 % for 99.5 % of a year).
MAINS_HZ, MAINS_BAND_PCT = (50.0, 60.0), 1.5

#: Strongest lines above the lowest switching frequency that are paired.
N_LINES = 60


@dataclass(frozen=True)
class Supply:
    """What feeds the motor, as far as the current tells.

    Attributes
    ----------
    switching_hz : float
        Switching frequency of an inverter in Hz; NaN where none was found.
    is_mains_frequency : bool
        Whether the supply frequency is one of the mains' or the rated one.
    """

    switching_hz: float
    is_mains_frequency: bool

    @property
    def is_inverter(self) -> bool:
        """Whether the lines of an inverter stand out."""
        return bool(np.isfinite(self.switching_hz))


def find_supply(
    spectrum: WidebandSpectrum, line_hz: float, carrier_amplitude: float, rated_hz: float | None = None
) -> Supply:
    """Look for the lines of an inverter.

    Parameters
    ----------
    spectrum : WidebandSpectrum
    line_hz : float
        Supply frequency in Hz.
    carrier_amplitude : float
        Peak amplitude of the supply line, in the unit of the spectrum.
    rated_hz : float, optional
        Rated frequency of the motor in Hz, counted as a mains frequency.

    References
    ----------
    Holmes, D. G. and Lipo, T. A., Pulse Width Modulation for Power Converters, IEEE Press 2003, ch. 5.
    """
    known = (*MAINS_HZ, *([rated_hz] if rated_hz else []))
    is_mains = any(abs(line_hz / hz - 1) <= MAINS_BAND_PCT / 100 for hz in known)
    return Supply(_switching_hz(spectrum, line_hz, carrier_amplitude), is_mains)


def _switching_hz(spectrum: WidebandSpectrum, line_hz: float, carrier_amplitude: float) -> float:
    first = max(0, int((LOWEST_SWITCHING_HZ - 2 * line_hz) / spectrum.bin_hz) - 4)
    power = spectrum.power[first:]
    if len(power) * spectrum.bin_hz < 8 * line_hz:
        return float("nan")
    at, level_db = _strong_lines(power, spectrum.bin_hz, carrier_amplitude)
    hz = (first + at) * spectrum.bin_hz
    slack = 3 * spectrum.bin_hz
    for i in np.argsort(level_db)[::-1]:
        apart = hz - hz[i]
        partner = (np.abs(apart - 4 * line_hz) <= slack) & (np.abs(level_db - level_db[i]) <= EQUAL_WITHIN_DB)
        for j in np.flatnonzero(partner):
            middle = (hz[i] + hz[j]) / 2
            if middle < LOWEST_SWITCHING_HZ:
                continue
            # The first group has its pair at the double, 2 fc -+ f; beyond the Nyquist frequency it folds back.
            second = np.array([_folded(2 * middle + side * line_hz, 2 * spectrum.nyquist_hz) for side in (-1, 1)])
            is_pair = all(np.any(np.abs(hz - one) <= 2 * slack) for one in second)
            pair_db = (level_db[i] + level_db[j]) / 2 + 20 * np.log10(carrier_amplitude)
            if is_pair and not _is_comb(spectrum, middle, line_hz, float(pair_db)):
                return float(middle)
    return float("nan")


def _is_comb(spectrum: WidebandSpectrum, middle_hz: float, line_hz: float, pair_db: float) -> bool:
    """Whether a pair of lines is two of many harmonics of the supply, folded or not."""
    levels = []
    for order in NEIGHBOURS:
        at = round(_folded(middle_hz + order * line_hz, 2 * spectrum.nyquist_hz) / spectrum.bin_hz)
        levels.append(float(spectrum.power[max(0, at - 3) : at + 4].max(initial=0.0)))
    return 10 * np.log10(max(float(np.median(levels)), 1e-30)) > pair_db - ABOVE_NEIGHBOURS_DB


def _strong_lines(
    power: NDArray[np.floating], bin_hz: float, carrier_amplitude: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Bins and levels (dBc) of the strongest lines, each the highest within 3 bins and well above its surroundings."""
    width = max(16, round(100 / bin_hz))
    n = len(power) // width
    floors = np.median(power[: n * width].reshape(n, width), axis=1)
    floor = np.repeat(floors, width)
    level = power[: n * width]
    least = np.maximum(floor * 10 ** (STANDS_OUT_DB / 10), carrier_amplitude**2 * 10 ** (LEAST_DBC / 10))
    at = np.flatnonzero(level > least)
    at = at[(at > 0) & (at < len(level) - 1)]
    at = at[(level[at] >= level[at - 1]) & (level[at] > level[at + 1])]
    at = at[np.argsort(level[at])[::-1][:N_LINES]]
    return at, 10 * np.log10(level[at] / carrier_amplitude**2)


def _folded(hz: float, fs: float) -> float:
    rest = hz % fs
    return min(rest, fs - rest)
