"""Pairs of lines about the carrier: whose they look like, and how many broken bars they stand for.

The product of the two lines, each relative to the carrier, has an angle that does not depend on where time
starts. A pulsating load moves the active part of the current alone, which leads the whole current by its power-factor
angle, so the product stands at twice that angle: some 60 degrees at full load, 140 at a fifth of it. Broken bars
brake and drive at the same rhythm and the speed answers them, so theirs stands about 180 degrees further. The sum of
both lines grows with the load and is divided by the rotor current of the equivalent circuit before it is read as bars.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.modulation import PRESENT_DB, Pair, Sideband
from diagmod.core.observation import LEAST_LOAD, MAGNETISING_SHARE, rotor_over_stator_current
from diagmod.core.verdicts import Evidence, Interval

if TYPE_CHECKING:
    from diagmod.core.observation import Observation

#: Angle of the product of both sidebands, degrees beyond that of a pulsating load at this load, that speaks for a bar
#: and for a load. Thirteen machines at 0.1 to 1.0 load gave 157..211 for one bar (down to 103 with three times the
#: inertia) and -22..29 for a pulsating load; between the two ranges neither is believed. Pinned by test_rotor_bars.
BAR_BEYOND = Interval(170.0, 80.0, 260.0)
LOAD_BEYOND = Interval(0.0, -75.0, 65.0)

#: An upper line this far below the lower one means that the speed does not answer (large inertia): only a
#: rotor fault leaves the lower line alone, dB.
LONE_LOWER_DB = 12.0

#: Spread of the sideband sum about n / N x |I_r / I_s| over sampled machines, dB (study of the simulator).
MODEL_DB = 1.5

#: Bars assumed where the number is unknown.
ANY_BARS = Interval(34.0, 22.0, 58.0)


def load_angle_deg(load: Interval) -> float:
    """Angle that a pulsating load gives the product of both lines: twice that between the current and its active part.

    With the magnetising current ``m`` in quadrature to the active one ``L sqrt(1 - m^2)`` that is
    ``2 atan(m / (L sqrt(1 - m^2)))``. Loads below ``LEAST_LOAD`` count as that.

    Parameters
    ----------
    load : Interval
        Load over rated load (1); the middle of its bounds counts where the value is not known.
    """
    share = load.value if np.isfinite(load.value) else (load.low + load.high) / 2
    m = MAGNETISING_SHARE.value
    return float(2 * np.degrees(np.arctan2(m, max(share, LEAST_LOAD) * np.sqrt(1 - m * m))))


def load_like(pair: Pair, load: Interval) -> bool:
    """Whether the phases of a pair speak for a pulsating load."""
    return pair.is_present and _within(pair.phase_sum_deg - load_angle_deg(load), LOAD_BEYOND)


def bar_like(pair: Pair, load: Interval) -> bool:
    """Whether the phases of a pair, or the absence of its upper line, speak for a rotor fault."""
    if pair.lower.is_present and pair.lower.level_dbc - pair.upper.level_dbc >= LONE_LOWER_DB:
        return True
    return pair.is_present and _within(pair.phase_sum_deg - load_angle_deg(load), BAR_BEYOND)


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
