"""What to change in an acquisition, by code of the reason.

Only what a person with a recorder can change has advice; what the motor, its supply or its load do has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.core.audit_limits import CALIBRATED, AuditLimits

if TYPE_CHECKING:
    from diagmod.core.prepared import Prepared
    from diagmod.core.verdicts import Reason

_HARDWARE_TIMER = "use a recorder that samples by hardware at a fixed rate; software timers do not do"
_LONGER, _FASTER = "record 10 s or more", "sample at 5 kHz or more, with an anti-alias filter"
_BUFFER = "use a recorder with a buffer, or a lower rate that it sustains"

#: What to change, as the second half of a sentence.
ADVICE = {
    "samples_repeated": "use a recorder that samples by hardware at a fixed rate",
    "samples_lost": _BUFFER,
    "jitter": _HARDWARE_TIMER,
    "uneven_stamps": _HARDWARE_TIMER,
    "stamp_gap": _BUFFER,
    "clipped": "enlarge the range until the peaks of the current use 50 to 80 % of it",
    "phase_missing": "record all three phases; unbalance and stator faults need them",
    "phases_alike": "clamp one sensor round each of the three phases",
    "wiring": "correct the order and the direction of the sensors",
    "high_floor": "record 20 s or more, with a range near the current and a shielded sensor",
    "unequal_channels": "calibrate the three channels against one another on one conductor",
    "unsteady_load": "record while the load is steady",
    "short": _LONGER,
    "too_short": _LONGER,
    "low_rate": _FASTER,
    "rate_too_low": _FASTER,
}

#: Length in seconds from which nothing longer is advised.
LONG_ENOUGH_S = 5.0


def advice(reasons: tuple[Reason, ...], made: Prepared, limits: AuditLimits = CALIBRATED) -> tuple[str, ...]:
    """Sentences on what to change, each once, in the order of the reasons."""
    found = [f"{capital(ADVICE[reason.code])}." for reason in reasons if reason.code in ADVICE]
    if made.carrier is not None and limits.short_s <= made.duration_s < LONG_ENOUGH_S:
        found.append("Record 10 s or more: lines near the supply line need it.")
    return tuple(dict.fromkeys(found))


def capital(text: str) -> str:
    """A text with a capital first letter.

    Examples
    --------
    >>> capital("sample at 5 kHz")
    'Sample at 5 kHz'
    """
    return text[:1].upper() + text[1:]
