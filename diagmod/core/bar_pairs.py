"""Pairs of lines about the carrier: whose they look like, and how many broken bars they stand for.

The product of the two lines, each relative to the carrier, has an angle that does not depend on where time
starts: about 225 degrees for a broken bar, about 60 for a pulsating load. Their sum grows with the load, so it
is divided by the rotor current of the equivalent circuit before it is read as bars.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB, Pair, Sideband
from diagmod.core.observation import rotor_over_stator_current
from diagmod.core.verdicts import Evidence, Interval

if TYPE_CHECKING:
    from diagmod.core.observation import Observation

#: Angles of the product of both sidebands, degrees, that speak for a bar and for a load. Simulated machines
#: gave 136..285 for one bar, 15..129 for a pulsating load and 87..192 for both at once; between the two ranges
#: neither is believed. Pinned by test_rotor_bars and the study of counterfeits.
BAR_ANGLES = Interval(225.0, 135.0, 315.0)
LOAD_ANGLES = Interval(60.0, -30.0, 120.0)

#: An upper line this far below the lower one means that the speed does not answer (large inertia): only a
#: rotor fault leaves the lower line alone, dB.
LONE_LOWER_DB = 12.0

#: Spread of the sideband sum about n / N x |I_r / I_s| over sampled machines, dB (study of the simulator).
MODEL_DB = 1.5

#: Bars assumed where the number is unknown.
ANY_BARS = Interval(34.0, 22.0, 58.0)


def load_like(pair: Pair) -> bool:
    """Whether the phases of a pair speak for a pulsating load."""
    return pair.is_present and _within(pair.phase_sum_deg, LOAD_ANGLES)


def bar_like(pair: Pair) -> bool:
    """Whether the phases of a pair, or the absence of its upper line, speak for a rotor fault."""
    if pair.lower.is_present and pair.lower.level_dbc - pair.upper.level_dbc >= LONE_LOWER_DB:
        return True
    return pair.is_present and _within(pair.phase_sum_deg, BAR_ANGLES)


def bars_of_pair(pair: Pair, load: Interval, rotor_bars: int | None) -> Interval:
    """Equivalent number of broken bars from the sum of both sidebands, normalised by load.

    The sum follows ``n / N x |I_r / I_s|``.
    """
    bars = Interval(rotor_bars, rotor_bars, rotor_bars) if rotor_bars else ANY_BARS
    current = rotor_over_stator_current(load)
    spread = 10 ** (MODEL_DB / 20)
    least = 1e-3
    return Interval(
        pair.total * bars.value / max(current.value, least),
        pair.total * bars.low / max(current.high, least) / spread,
        pair.total * bars.high / max(current.low, least) * spread,
    )


def smallest_visible(seen: Observation, load: Interval, window: Interval) -> Interval:
    """Number of broken bars whose lower sideband would just stand out at this load and floor."""
    offset = window.value if np.isfinite(window.value) else (window.low + window.high) / 2
    floor = 10 ** ((seen.modulation.floor_dbc(max(offset, seen.modulation.lowest_hz)) + PRESENT_DB) / 20)
    here = Sideband(-offset, complex(floor), floor)
    return bars_of_pair(Pair(offset, here, replace(here, offset_hz=offset)), load, seen.motor.rotor_bars)


def sideband_evidence(name: str, line_hz: float, band: Sideband, note: str = "") -> Evidence:
    """A sideband as a line of evidence."""
    return Evidence(
        name=name,
        hz=line_hz + band.offset_hz,
        level=band.level_dbc,
        floor=band.floor_dbc,
        prominence_db=band.prominence_db,
        is_present=band.is_present,
        note=note,
    )


def _within(angle_deg: float, angles: Interval) -> bool:
    return (angle_deg - angles.low) % 360 <= angles.high - angles.low
