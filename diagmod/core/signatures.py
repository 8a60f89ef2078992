"""Where every fault would show in the stator current, and which faults would show in the same place.

All lines of a cage motor are linear in the slip: hz = |a + b s|. Keeping a and b apart gives each line
its frequency and, from the uncertainty of the slip, the width in which it must be looked for. Lines of
different faults that fall together within the resolution are listed before anything is concluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB
from diagmod.core.verdicts import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from diagmod.core.bearings import BearingTones
    from diagmod.core.verdicts import Interval
    from diagmod.core.wideband import WidebandSpectrum

#: Orders of the high broken-bar lines f[h (1-s) +- s]; Deleroi 1984, Kliman et al. 1988.
BAR_ORDERS = (5, 7, 11, 13)

#: Supply orders v of the slot harmonics f[(k N +- nd)(1-s)/p +- v]; Nandi, Toliyat & Li 2005, eq. 3.
SLOT_ORDERS = (1, 3, 5)

#: Bins of floor on either side of a wideband line, and bins left out next to it.
FLOOR_BINS, GAP_BINS = 40, 4


@dataclass(frozen=True)
class FaultLine:
    """A line of a fault: hz = |at_zero_slip + per_slip * s|."""

    fault: str
    name: str
    at_zero_slip: float
    per_slip: float

    def hz(self, slip: float) -> float:
        """Frequency in the current at a slip (0..1), in Hz, folded to its absolute value."""
        return abs(self.at_zero_slip + self.per_slip * slip)


def bar_lines(line_hz: float, orders: Iterable[int] = BAR_ORDERS) -> list[FaultLine]:
    """Broken bars: f(1 -+ 2ks), k = 1, 2, 3, and f[h(1-s) -+ s].

    References
    ----------
    Thomson & Fenger, IEEE Ind. Appl. Mag. 7(4), 2001, DOI 10.1109/2943.930988.
    """
    f = line_hz
    near = [
        FaultLine("broken_bar", f"f(1{sign}{2 * k}s)", f, float(f"{sign}1") * 2 * k * f)
        for k in (1, 2, 3)
        for sign in "-+"
    ]
    high = [FaultLine("broken_bar", f"f[{h}(1-s)-s]", h * f, -(h + 1) * f) for h in orders]
    return near + high + [FaultLine("broken_bar", f"f[{h}(1-s)+s]", h * f, -(h - 1) * f) for h in orders]


def eccentricity_lines(line_hz: float, pole_pairs: int) -> list[FaultLine]:
    """Mixed eccentricity: f -+ m fr, m = 1, 2.

    References
    ----------
    Nandi, Toliyat & Li, IEEE Trans. Energy Convers. 20(4), 2005, DOI 10.1109/TEC.2005.847955.
    """
    f, fr = line_hz, line_hz / pole_pairs
    return [
        FaultLine("eccentricity", f"f{sign}{'' if m == 1 else m}fr", f + s * m * fr, -s * m * fr)
        for m in (1, 2)
        for sign, s in (("-", -1), ("+", 1))
    ]


def slot_lines(line_hz: float, pole_pairs: int, rotor_bars: int, nd: Sequence[int] = (0,)) -> list[FaultLine]:
    """Slot harmonics f[(N + nd)(1-s)/p + v]; nd = 0 principal, nd = +-1 with dynamic eccentricity.

    References
    ----------
    Nandi, Toliyat & Li, IEEE Trans. Energy Convers. 20(4), 2005, eq. 3.
    """
    lines = []
    for d in nd:
        turns = line_hz * (rotor_bars + d) / pole_pairs
        for v in (s * k for k in SLOT_ORDERS for s in (-1, 1)):
            middle = "" if d == 0 else f"{d:+d}"
            fault = "slot_harmonics" if d == 0 else "eccentricity"
            lines.append(FaultLine(fault, f"f[(N{middle})(1-s)/p{v:+d}]", turns + v * line_hz, -turns))
    return lines


def short_lines(line_hz: float, pole_pairs: int) -> list[FaultLine]:
    """Inter-turn short: f[n(1-s)/p +- k], n = 1..2p-1, k = 1, 3; n = k = 1 equals f +- fr.

    References
    ----------
    Thomson, W. T., IEEE IEMDC 2001, DOI 10.1109/IEMDC.2001.939365.
    """
    lines = []
    for n in range(1, 2 * pole_pairs):
        fn = line_hz * n / pole_pairs
        lines += [
            FaultLine("stator_short", f"f[{n}(1-s)/p{k:+d}]", fn + k * line_hz, -fn)
            for k in (-3, -1, 1, 3)
            if abs(fn + k * line_hz) > 0.02 * line_hz
        ]
    return lines


def bearing_lines(line_hz: float, pole_pairs: int, tones: BearingTones) -> list[FaultLine]:
    """Bearing tones: |f -+ m fv|, m = 1, 2, for outer race, inner race, ball and cage.

    References
    ----------
    Schoen et al., IEEE Trans. Ind. Appl. 31(6), 1995, DOI 10.1109/28.475697.
    """
    fr = line_hz / pole_pairs
    lines = []
    for fault, tone, turns in (
        ("bearing_outer", "BPFO", tones.bpfo.order),
        ("bearing_inner", "BPFI", tones.bpfi.order),
        ("bearing_ball", "BSF", tones.bsf.order),
        ("bearing_cage", "FTF", tones.ftf.order),
    ):
        for m in (1, 2):
            for sign, s in (("-", -1), ("+", 1)):
                name = f"f{sign}{'' if m == 1 else m}{tone}"
                lines.append(FaultLine(fault, name, line_hz + s * m * turns * fr, -s * m * turns * fr))
    return lines


def collisions(lines: Sequence[FaultLine], slip: float, resolution_hz: float) -> list[tuple[FaultLine, FaultLine]]:
    """Pairs of lines of different faults that stand closer than the resolution.

    Parameters
    ----------
    lines : sequence of FaultLine
    slip : float
        0..1.
    resolution_hz : float
        Half main lobe of the taper in Hz.
    """
    order = sorted(lines, key=lambda line: line.hz(slip))
    hz = np.array([line.hz(slip) for line in order])
    ends = np.searchsorted(hz, hz + resolution_hz)
    return [
        (order[i], order[j])
        for i in range(len(order))
        for j in range(i + 1, ends[i])
        if order[i].fault != order[j].fault
    ]


def measure_line(
    spectrum: WidebandSpectrum, line: FaultLine, slip: Interval, carrier_amplitude: float, line_hz: float
) -> Evidence | None:
    """Level, floor and prominence of one line; None where it lies beyond the Nyquist frequency or next to DC.

    The strongest bin within the reach of the slip's uncertainty is taken; a line that cannot be told
    from a harmonic of the supply is not resolved.
    """
    hz = line.hz(slip.value)
    spread = abs(line.per_slip) * (slip.high - slip.low) / 2
    reach = spread / spectrum.bin_hz + 1.0
    low, high = int(np.floor(hz / spectrum.bin_hz - reach)), int(np.ceil(hz / spectrum.bin_hz + reach))
    if low < GAP_BINS or high > len(spectrum.power) - FLOOR_BINS:
        return None
    at = low + int(np.argmax(spectrum.power[low : high + 1]))
    level, floor = line_level(spectrum, at), bin_floor(spectrum, at)
    order = round(hz / line_hz)
    beside_harmonic = order >= 1 and abs(hz - order * line_hz) < 2 * spectrum.bin_hz + spread
    prominence = 20 * np.log10(max(level, 1e-15) / max(floor, 1e-15))
    return Evidence(
        name=line.name,
        hz=at * spectrum.bin_hz,
        level=_dbc(level, carrier_amplitude),
        floor=_dbc(floor, carrier_amplitude),
        prominence_db=float(prominence),
        is_resolved=not beside_harmonic,
        is_present=bool(prominence >= PRESENT_DB and not beside_harmonic),
        note=f"cannot be told from harmonic {order} of the supply" if beside_harmonic else "",
    )


def line_level(spectrum: WidebandSpectrum, at: int) -> float:
    """Peak amplitude of the line at a bin: a Hann line spreads 1.5 times its power over three bins."""
    return float(np.sqrt(spectrum.power[at - 1 : at + 2].sum() / 1.5))


def bin_floor(spectrum: WidebandSpectrum, at: int) -> float:
    """Mean noise magnitude per bin on both sides of a bin, its own line left out; the higher side counts.

    One side of a spectrum is meant; where a space vector's two sides are added it reads 0.8 dB high.
    """
    before = spectrum.power[max(0, at - GAP_BINS - FLOOR_BINS) : max(0, at - GAP_BINS)]
    after = spectrum.power[at + GAP_BINS + 1 : at + GAP_BINS + 1 + FLOOR_BINS]
    medians = [_median(part) for part in (before, after) if len(part) >= FLOOR_BINS // 2]
    return float(np.sqrt(max(medians, default=0.0) / np.log(2)))


def _median(x: np.ndarray) -> float:
    return float(np.partition(x, len(x) // 2)[len(x) // 2])


def _dbc(amplitude: float, carrier: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-15) / carrier))
