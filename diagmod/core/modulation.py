"""Sidebands of the carrier, measured where the carrier is absent.

The relative modulation of a :class:`~diagmod.core.carrier.Carrier` is tapered and transformed; a line
at offset nu below and one at nu above the carrier read as fractions of it. What is slower than the
slow carrier removed with it cannot be seen, and is said not to be resolved. The floor is measured on
both sides of a line and the higher one counts: beside a carrier noise falls with the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier

#: Zero padding of the transform: lines are read within a fifth of a dB wherever they lie.
PADDING = 4

#: Half main lobe of the Hann taper in bins: two lines nearer than this are one (mcsa resolution rule T >= B / offset).
HALF_LOBE = 2.0

#: A line stands out when it exceeds its floor by this much, dB. The power of noise is exponentially distributed about
#: its mean, exp(-10^1.2) = 10^-7; measured beside a floor from few bins, noise does so in one bin of 10^5. Pinned by
#: test_modulation.
PRESENT_DB = 12.0

#: How steeply the noise beside a carrier may fall: a wandering supply frequency makes phase noise that falls with
#: the fourth power of the offset. Where a line stands too near to the carrier to have a floor before it, the floor
#: after it is continued so.
SKIRT_EXPONENT = 4.0

#: Share of the points beyond a line near the carrier that are noise for sure.
QUIET_SHARE = 0.2

#: Strongest lines whose side lobes are not taken for lines.
N_MASKING = 12

#: Side lobes are believed to be lines only above this multiple of their power: the envelope is exact, a moving line is
#: not.
LOBE_MARGIN = 4.0

#: Bins of floor looked at on each side of a line at least.
MIN_FLOOR_BINS = 8


@dataclass(frozen=True)
class Sideband:
    """One line beside the carrier.

    Attributes
    ----------
    offset_hz : float
        Signed distance from the carrier in Hz.
    phasor : complex
        Relative to the carrier, phase as at the first sample of the stretch. It is that of the nearest point of the
        padded transform, up to an eighth of a bin away, and errs by up to 23 degrees alone; in the product of a pair
        the error cancels.
    floor : float
        Mean magnitude of the noise in one bin beside it, relative to the carrier.
    """

    offset_hz: float
    phasor: complex
    floor: float

    @property
    def level_dbc(self) -> float:
        """Level relative to the carrier in dB."""
        return _db(abs(self.phasor))

    @property
    def floor_dbc(self) -> float:
        """Floor beside it in dBc per bin."""
        return _db(self.floor)

    @property
    def prominence_db(self) -> float:
        """Level over floor in dB."""
        return self.level_dbc - self.floor_dbc

    @property
    def is_present(self) -> bool:
        """Whether it stands out of its floor."""
        return self.prominence_db >= PRESENT_DB


@dataclass(frozen=True)
class Pair:
    """The lines at the same distance below and above the carrier."""

    offset_hz: float
    lower: Sideband
    upper: Sideband

    @property
    def is_present(self) -> bool:
        """Whether both stand out."""
        return self.lower.is_present and self.upper.is_present

    @property
    def total(self) -> float:
        """Sum of both magnitudes relative to the carrier."""
        return abs(self.lower.phasor) + abs(self.upper.phasor)

    @property
    def mean_dbc(self) -> float:
        """Level of the mean of both magnitudes in dBc."""
        return _db(self.total / 2)

    @property
    def amplitude_share(self) -> float:
        """Part of the pair that changes the amplitude (0..1): 0 for a pure phase, 1 for a pure amplitude modulation."""
        lower, upper = self.lower.phasor, self.upper.phasor
        amplitude, phase = abs(upper + lower.conjugate()), abs(upper - lower.conjugate())
        return amplitude / max(amplitude + phase, 1e-30)

    @property
    def phase_sum_deg(self) -> float:
        """Angle of the product of both, 0..360 degrees; it does not depend on where time starts."""
        return float(np.degrees(np.angle(self.lower.phasor * self.upper.phasor)) % 360)


class ModulationSpectrum:
    """Spectrum of the relative modulation of a carrier.

    Parameters
    ----------
    carrier : Carrier

    Attributes
    ----------
    bin_hz : float
        1 / T of the modulation in Hz.
    lowest_hz : float
        Smallest offset that is resolved from the carrier, ``HALF_LOBE * bin_hz``.
    reach_hz : float
        Largest offset in Hz.
    """

    def __init__(self, carrier: Carrier) -> None:
        n = len(carrier.modulation)
        self.bin_hz = carrier.fs / n
        self.lowest_hz = HALF_LOBE * self.bin_hz
        self.reach_hz = carrier.reach_hz
        self._t0 = carrier.start_s
        taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
        x = (carrier.modulation - carrier.modulation.mean()) * taper * (2.0 / n)
        self._step = self.bin_hz / PADDING
        padded = scipy.fft.fft(x, PADDING * n)
        half = int(min(self.reach_hz, 0.5 * carrier.fs) / self._step)
        #: Complex lines at ``k * step`` above and below the carrier, shape (half + 1,).
        self._sides = {+1: padded[: half + 1], -1: padded[-np.arange(half + 1)]}
        self._floors: dict[tuple[int, int], float] = {}
        self._power = {side: lines.real**2 + lines.imag**2 for side, lines in self._sides.items()}

    @cached_property
    def _both(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Power of both sides together, and what side lobes contribute to it."""
        both = self._power[-1] + self._power[1]
        return both, self._side_lobes(both)

    @property
    def offsets_hz(self) -> NDArray[np.float64]:
        """Offsets of the points of :meth:`levels_dbc`, shape (n,)."""
        return np.arange(len(self._power[1]), dtype=np.float64) * self._step

    def levels_dbc(self, side: int) -> NDArray[np.float64]:
        """Levels below (-1) or above (+1) the carrier in dBc, shape (n,)."""
        return np.asarray(10 * np.log10(np.maximum(self._power[side], 1e-30)), dtype=np.float64)

    def sideband(self, offset_hz: float, tolerance_hz: float = 0.0) -> Sideband:
        """Strongest line within a tolerance of a signed offset."""
        side = 1 if offset_hz >= 0 else -1
        low, high = self._range(abs(offset_hz) - tolerance_hz, abs(offset_hz) + tolerance_hz)
        at = low + int(np.argmax(self._power[side][low : high + 1]))
        return self._read(side, at)

    def pair(self, offset_hz: float, tolerance_hz: float = 0.0) -> Pair:
        """Lower and upper line at one and the same distance, the strongest within a tolerance."""
        low, high = self._range(offset_hz - tolerance_hz, offset_hz + tolerance_hz)
        both = self._power[-1][low : high + 1] + self._power[1][low : high + 1]
        return self._pair_at(low + int(np.argmax(both)))

    def pairs(self, low_hz: float, high_hz: float, n: int = 3) -> list[Pair]:
        """The strongest pairs of lines in a range of offsets, strongest first; at most ``n``.

        A pair counts when either side stands out and it is a maximum of its surroundings.
        """
        low, high = self._range(max(low_hz, self.lowest_hz), high_hz)
        if high - low < 2:
            return []
        both, mask = self._both
        inner = both[low : high + 1]
        left, right = both[low - 1 : high], both[low + 1 : high + 2]
        peaks = low + np.flatnonzero((inner[: len(right)] >= left[: len(right)]) & (inner[: len(right)] > right))
        peaks = peaks[both[peaks] > LOBE_MARGIN * mask[peaks]]
        found: list[Pair] = []
        apart = int(HALF_LOBE * PADDING)
        for at in peaks[np.argsort(both[peaks])[::-1]][: 4 * n]:
            pair = self._pair_at(int(at))
            is_new = all(abs(p.offset_hz - pair.offset_hz) > apart * self._step for p in found)
            if is_new and (pair.lower.is_present or pair.upper.is_present):
                found.append(pair)
        return found[:n]

    def floor_dbc(self, offset_hz: float) -> float:
        """Floor at an offset, the higher of both sides of the carrier, dBc per bin."""
        at = self._range(offset_hz, offset_hz)[0]
        return _db(max(self._floor(side, at) for side in (-1, 1)))

    def _pair_at(self, at: int) -> Pair:
        both = [self._power[-1][k] + self._power[1][k] for k in (at - 1, at, at + 1)]
        return Pair((at + _vertex(both)) * self._step, self._read(-1, at), self._read(1, at))

    def _read(self, side: int, at: int) -> Sideband:
        phasor = complex(self._sides[side][at] * np.exp(-2j * np.pi * side * at * self._step * self._t0))
        return Sideband(side * at * self._step, phasor, self._floor(side, at))

    def _range(self, low_hz: float, high_hz: float) -> tuple[int, int]:
        last = len(self._power[1]) - 2
        low = min(max(1, round(low_hz / self._step)), last)
        return low, max(low, min(round(high_hz / self._step), last))

    def _floor(self, side: int, at: int) -> float:
        if (side, at) not in self._floors:
            self._floors[side, at] = self._measured_floor(side, at)
        return self._floors[side, at]

    def _measured_floor(self, side: int, at: int) -> float:
        """Mean noise magnitude per bin at a point, by the power law through the medians before and after it."""
        power = self._power[side]
        gap, width = int((HALF_LOBE + 1) * PADDING), max(MIN_FLOOR_BINS * PADDING, at // 4)
        first = int(HALF_LOBE * PADDING)
        after = power[at + gap : at + gap + width]
        begin = max(first, at - gap - width)
        before = power[begin : max(first, at - gap)]
        least = MIN_FLOOR_BINS * PADDING // 2
        if len(after) < least:
            found = _median(before) if len(before) >= least else _median(power)
        elif len(before) >= least:
            x = np.log([(begin + len(before) / 2) / at, (at + gap + width / 2) / at])
            y = np.log(np.maximum([_median(before), _median(after)], 1e-300))
            # A floor that rises with the offset is taken at its higher side.
            found = float(np.exp(y[0] - x[0] * (y[1] - y[0]) / (x[1] - x[0]))) if y[0] > y[1] else float(np.exp(y[1]))
        else:
            found = max(_low_mean(after), self._skirt(power, at, gap))
        # The power of noise is exponentially distributed: its mean is its median over ln 2.
        return float(np.sqrt(found / np.log(2)))

    @staticmethod
    def _skirt(power: NDArray[np.float64], at: int, gap: int) -> float:
        """Power (as a median) at a point near the carrier, continued inwards from the quiet points beyond it.

        The multiples of a strong line stand there too, in a comb: only the lowest points are noise.
        """
        beyond = power[at + gap : at + 4 * gap]
        if not len(beyond):
            return 0.0
        offsets = np.arange(at + gap, at + gap + len(beyond)) / at
        return _low_mean(beyond * offsets**SKIRT_EXPONENT)

    def _side_lobes(self, both: NDArray[np.float64]) -> NDArray[np.float64]:
        """Power that the side lobes of the strongest lines of both sides put at every point."""
        peaks = 1 + np.flatnonzero((both[1:-1] >= both[:-2]) & (both[1:-1] > both[2:]))
        strongest = peaks[np.argsort(both[peaks])[::-1][:N_MASKING]]
        mask = np.zeros(len(both))
        for at in strongest:
            if both[at] > mask[at]:
                d = np.abs(np.arange(len(both)) - at) / PADDING
                lobes = both[at] / np.maximum(np.pi * d * np.abs(d * d - 1), 1.0) ** 2
                mask = np.maximum(mask, np.where(d > HALF_LOBE - 0.5, lobes, 0.0))
        return mask


def _low_mean(x: NDArray[np.float64]) -> float:
    """Median of exponentially distributed noise from its lowest fifth, which lines do not reach."""
    k = max(0, round(QUIET_SHARE * len(x)) - 1)
    return float(np.partition(x, k)[k]) * np.log(2) / -np.log(1 - QUIET_SHARE)


def _median(x: NDArray[np.float64]) -> float:
    """Upper median; quicker than numpy's for short arrays."""
    return float(np.partition(x, len(x) // 2)[len(x) // 2])


def _vertex(power: Sequence[float]) -> float:
    """Offset of the maximum of three neighbouring values, -0.5..0.5, by a parabola through their logarithms."""
    left, centre, right = np.log(np.maximum(power, 1e-30))
    curvature = left - 2 * centre + right
    return float(np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0


def _db(magnitude: float) -> float:
    return float(20 * np.log10(max(magnitude, 1e-15)))
