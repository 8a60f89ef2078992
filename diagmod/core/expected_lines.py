"""Every line that any fault would have at one slip, read off one recording.

A diagnosis looks where a rule needs it; a person who doubts it wants to see all places at once, with those
that this recording cannot tell apart. A reading is therefore more than a level: it says whether the line stands
out, whether another fault has one in the same place, and whether it can be told from the supply at all. Where
the slip is not known, a line has no place but a range, and nothing is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.bar_pairs import sideband_evidence
from diagmod.core.bearing_faults import TONES
from diagmod.core.signatures import (
    FaultLine,
    bar_lines,
    bearing_lines,
    collisions,
    eccentricity_lines,
    measure_line,
    short_lines,
    slot_lines,
)
from diagmod.core.verdicts import Evidence, Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from diagmod.core.bearings import BearingTones
    from diagmod.core.carrier import Carrier
    from diagmod.core.modulation import ModulationSpectrum
    from diagmod.core.motor import Motor
    from diagmod.core.wideband import WidebandSpectrum

#: Share of the reach of the relative modulation within which a line is read there and not in the whole spectrum.
NEAR_SHARE = 0.95

#: Width of a slip interval over the slip from which a line is a range and its level is not read.
VAGUE_SHARE = 0.2


class Standing(StrEnum):
    """What a recording says of one expected line."""

    STANDS_OUT = "stands out"
    COINCIDES = "stands out, another fault has it too"
    ABSENT = "does not stand out"
    UNRESOLVED = "cannot be told from the supply"
    RANGE = "somewhere in this range"


@dataclass(frozen=True)
class LineReading:
    """One expected line and what is there.

    Attributes
    ----------
    fault, name : str
        For example "broken_bar" and "f(1-2s)".
    hz, low_hz, high_hz : float
        Where it is, and where it may be, in Hz; ``hz`` is NaN where only the range is known.
    evidence : Evidence or None
        Level, floor and prominence; None where nothing was read.
    coincides_with : tuple of str
        Lines of other faults that this recording does not separate from it.
    """

    fault: str
    name: str
    hz: float
    low_hz: float
    high_hz: float
    evidence: Evidence | None
    coincides_with: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """What the recording says of it."""
        if self.evidence is None:
            return Standing.RANGE
        if not self.evidence.is_resolved:
            return Standing.UNRESOLVED
        if not self.evidence.is_present:
            return Standing.ABSENT
        return Standing.COINCIDES if self.coincides_with else Standing.STANDS_OUT


@dataclass(frozen=True)
class OffsetMark:
    """Where a fault shows beside the carrier, and likewise in the modulus of the space vector.

    Attributes
    ----------
    fault, name : str
        For example "broken_bar" and "2sf".
    hz, low_hz, high_hz : float
        Distance from the carrier and the range in which it may be, Hz; ``hz`` is NaN where only the range is known.
    """

    fault: str
    name: str
    hz: float
    low_hz: float
    high_hz: float


def expected_lines(line_hz: float, motor: Motor, bearing: BearingTones | None) -> list[FaultLine]:
    """Lines of every fault whose numbers the nameplate gives.

    Parameters
    ----------
    line_hz : float
        Supply frequency in Hz.
    motor : Motor
    bearing : BearingTones or None
        None where the bearing is unknown.
    """
    p, bars = motor.pole_pairs, motor.rotor_bars
    lines = [*bar_lines(line_hz), *eccentricity_lines(line_hz, p), *short_lines(line_hz, p)]
    lines += slot_lines(line_hz, p, bars) if bars else []
    lines += bearing_lines(line_hz, p, bearing) if bearing else []
    return lines


def read_lines(
    lines: Sequence[FaultLine],
    slip: Interval,
    carrier: Carrier,
    modulation: ModulationSpectrum,
    spectrum: WidebandSpectrum,
    found: Mapping[str, Sequence[Evidence]] | None = None,
) -> tuple[LineReading, ...]:
    """Read every line at one slip, beside the carrier from its modulation and elsewhere from the spectrum.

    Parameters
    ----------
    lines : sequence of FaultLine
        See :func:`expected_lines`.
    slip : Interval
        Where the interval is wide or its value NaN, only the ranges are given.
    carrier : Carrier
    modulation : ModulationSpectrum
        Of ``carrier``.
    spectrum : WidebandSpectrum
        Of the same stretch.
    found : mapping of fault to evidence, optional
        Lines that a rule has located more closely than a slip could (bearing tones); they are taken as they are.
    """
    known = found or {}
    middle = slip.value if np.isfinite(slip.value) else (slip.low + slip.high) / 2
    inside = [line for line in lines if 0 < line.hz(middle) < spectrum.nyquist_hz]
    if is_vague(slip):
        return tuple(_range(line, slip) for line in inside)
    same: dict[FaultLine, list[str]] = {line: [] for line in inside}
    for a, b in collisions(inside, slip.value, modulation.lowest_hz):
        same[a].append(f"{b.fault} {b.name}")
        same[b].append(f"{a.fault} {a.name}")
    readings = []
    for line in inside:
        if line.fault in TONES:
            evidence = next((e for e in known.get(line.fault, ()) if e.name == line.name), None)
        else:
            evidence = _read(line, slip, carrier, modulation, spectrum)
        low_hz, high_hz = _ends(line, slip)
        hz = line.hz(slip.value) if evidence is None else evidence.hz
        readings.append(LineReading(line.fault, line.name, hz, low_hz, high_hz, evidence, tuple(same[line])))
    return tuple(readings)


def is_vague(slip: Interval) -> bool:
    """Whether a slip is known too loosely to say where a line is."""
    return not np.isfinite(slip.value) or slip.high - slip.low > VAGUE_SHARE * slip.value


def offset_marks(
    line_hz: float, motor: Motor, slip: Interval, bearing: BearingTones | None, reach_hz: float
) -> tuple[OffsetMark, ...]:
    """Distances from the carrier at which faults show, up to a limit.

    Parameters
    ----------
    line_hz : float
        Supply frequency in Hz.
    motor : Motor
    slip : Interval
    bearing : BearingTones or None
    reach_hz : float
        Largest distance in Hz.

    Examples
    --------
    >>> from diagmod.core.motor import Motor
    >>> motor = Motor(motor_id="M1", line_hz=50, pole_pairs=2)
    >>> [(m.name, round(m.hz, 2)) for m in offset_marks(50.0, motor, Interval(0.02, 0.02, 0.02), None, 60.0)]
    [('2sf', 2.0), ('4sf', 4.0), ('fr', 24.5), ('2fr', 49.0)]
    """
    fr = line_hz / motor.pole_pairs
    value = float("nan") if is_vague(slip) else slip.value
    marks = [
        OffsetMark("broken_bar", f"{2 * k}sf", *(2 * k * s * line_hz for s in (value, slip.low, slip.high)))
        for k in (1, 2)
    ]
    turns = [("eccentricity", "fr", 1.0, 1.0, 1.0), ("eccentricity", "2fr", 2.0, 2.0, 2.0)]
    for fault, (attribute, name, _) in TONES.items() if bearing is not None else ():
        tone = getattr(bearing, attribute)
        turns.append((fault, name, tone.order, tone.low, tone.high))
    marks += [
        OffsetMark(fault, name, fr * turn * (1 - value), fr * low * (1 - slip.high), fr * high * (1 - slip.low))
        for fault, name, turn, low, high in turns
    ]
    return tuple(mark for mark in marks if mark.low_hz <= reach_hz)


def _read(
    line: FaultLine,
    slip: Interval,
    carrier: Carrier,
    modulation: ModulationSpectrum,
    spectrum: WidebandSpectrum,
) -> Evidence | None:
    f = carrier.line_hz
    offset_hz = line.at_zero_slip + line.per_slip * slip.value - f
    if abs(offset_hz) > NEAR_SHARE * modulation.reach_hz:
        return measure_line(spectrum, line, slip, carrier.amplitude, f)
    spread_hz = max(abs(line.per_slip) * (slip.high - slip.low) / 2, modulation.bin_hz / 2)
    if abs(offset_hz) < modulation.lowest_hz:
        nan = float("nan")
        note = f"nearer to the supply line than the {modulation.lowest_hz:.2g} Hz that this length resolves"
        return Evidence(line.name, f + offset_hz, nan, nan, nan, is_resolved=False, note=note)
    return sideband_evidence(line.name, f, modulation.sideband(offset_hz, spread_hz))


def _range(line: FaultLine, slip: Interval) -> LineReading:
    return LineReading(line.fault, line.name, float("nan"), *_ends(line, slip), None)


def _ends(line: FaultLine, slip: Interval) -> tuple[float, float]:
    ends = [line.at_zero_slip + line.per_slip * s for s in (slip.low, slip.high)]
    if min(ends) < 0 < max(ends):
        return 0.0, max(abs(end) for end in ends)
    low, high = sorted(abs(end) for end in ends)
    return low, high
