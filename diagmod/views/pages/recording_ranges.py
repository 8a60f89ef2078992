"""Where in a spectrum it is worth looking: around the supply line, around each fault, and all of it."""

from __future__ import annotations

import numpy as np

from diagmod.core.verdicts import Reason
from diagmod.views.fault_marks import FAULT_STYLES
from diagmod.views.pages.recording_look import Look

#: Room to either side of the lines of a fault, over their span and over the supply frequency.
ROOM, LEAST_ROOM = 0.15, 0.05


def ranges_of(look: Look) -> dict[str, tuple[float, float]]:
    """Ranges in Hz by what they show; empty where no supply line is known."""
    found = look.examination
    if isinstance(found, Reason) or not np.isfinite(found.line_hz):
        return {}
    nyquist_hz = look.fs / 2
    near = found.near_carrier_hz
    ranges = {"Around the supply line": (max(0.0, near[0]), near[1])}
    for fault, style in FAULT_STYLES.items():
        ends = [(r.low_hz, r.high_hz) for r in found.lines if r.fault == fault and 0 <= r.low_hz < nyquist_hz]
        if ends:
            low, high = min(low for low, _ in ends), max(high for _, high in ends)
            room = max(ROOM * (high - low), LEAST_ROOM * found.line_hz)
            ranges[f"Around: {style.words}"] = max(0.0, low - room), min(high + room, nyquist_hz)
    return {**ranges, "Whole spectrum": (0.0, nyquist_hz)}
