"""Slip from the slot harmonics: the sharpest witness there is.

The principal slot harmonics f[N (1-s)/p +- v] move N/p times as far with the slip as the shaft does. All
of them together are looked for at one common slip: each is summed over the bins in which the moving slip
spreads it, and the centre of what stands out is the mean slip over the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB
from diagmod.core.signatures import slot_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.observation import Observation
    from diagmod.core.verdicts import Interval

#: A single line of the family is believed only when it stands out by this much, dB.
SINGLE_LINE_DB = 20.0

#: What one line can count for, dB: three middling lines at one slip are worth more than one huge line elsewhere.
CEILING_DB = 40.0

#: Bins next to a supply harmonic in which no slot line is looked for.
HARMONIC_GUARD_BINS = 5

#: Bins over which a moving slip may spread a line; suggestions nearer to each other than this are one.
SPREAD_BINS = 14


@dataclass(frozen=True)
class SlotSlip:
    """One slip at which slot harmonics stand out."""

    slip: float
    half_width: float
    n_lines: int
    strongest_db: float
    strength_db: float


def slot_slips(seen: Observation, search: Interval, n: int = 2) -> list[SlotSlip]:
    """Slips at which principal slot harmonics stand out, the likeliest first.

    Parameters
    ----------
    seen : Observation
    search : Interval
        Range of slips looked at.
    n : int
        Suggestions at most.

    References
    ----------
    Nandi, Toliyat & Li, IEEE Trans. Energy Convers. 20(4), 2005, DOI 10.1109/TEC.2005.847955.
    """
    bars = seen.motor.rotor_bars
    if bars is None:
        return []
    spectrum, f = seen.spectrum, seen.line_hz
    turns = f * bars / seen.motor.pole_pairs
    grid = np.arange(search.low, search.high, 0.5 * spectrum.bin_hz / turns)
    total, power, best = np.zeros(len(grid)), np.zeros(len(grid)), np.zeros(len(grid))
    lines = np.zeros(len(grid), dtype=np.int64)
    for line in slot_lines(f, seen.motor.pole_pairs, bars):
        ratio = _over_floor(seen, np.abs(line.at_zero_slip + line.per_slip * grid))
        prominence = 10 * np.log10(np.maximum(ratio, 1e-3))
        stands_out = prominence >= PRESENT_DB
        total += np.where(stands_out, np.minimum(prominence, CEILING_DB), 0.0)
        # A share of its own strongest point: no line outweighs the others.
        power += np.where(stands_out, ratio, 0.0) / max(float(ratio.max(initial=0.0)), 1.0)
        lines += stands_out
        best = np.maximum(best, prominence)
    reach = SPREAD_BINS * spectrum.bin_hz / turns
    step = spectrum.bin_hz / turns
    found: list[SlotSlip] = []
    while len(found) < n and len(total) and total.max() > 0:
        at = int(np.argmax(total))
        near = np.abs(grid - grid[at]) <= reach / 2
        weight = np.where(near, power, 0.0)
        strongest, n_lines = float(best[near].max()), int(lines[near].max())
        if (n_lines >= 2 or strongest >= SINGLE_LINE_DB) and weight.sum() > 0:
            slip = float((grid * weight).sum() / weight.sum())
            width = float(np.sqrt(((grid - slip) ** 2 * weight).sum() / weight.sum()))
            found.append(SlotSlip(slip, 0.5 * step + width, n_lines, strongest, float(total[at])))
        total[np.abs(grid - grid[at]) <= reach] = 0.0
    return found


def _over_floor(seen: Observation, hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power over the floor of the bins at given frequencies; zero beside supply harmonics and beyond Nyquist."""
    spectrum = seen.spectrum
    bins = np.round(hz / spectrum.bin_hz).astype(np.int64)
    usable = (bins > 50) & (bins < len(spectrum.power) - 50)
    harmonic = np.round(hz / seen.line_hz) * seen.line_hz
    usable &= np.abs(hz - harmonic) > HARMONIC_GUARD_BINS * spectrum.bin_hz
    if not usable.any():
        return np.zeros(len(hz))
    low, high = int(bins[usable].min()), int(bins[usable].max())
    band = spectrum.power[low : high + 1]
    floor = max(float(np.median(band)) / np.log(2), 1e-30)
    return np.where(usable, spectrum.power[np.where(usable, bins, 0)] / floor, 0.0)
