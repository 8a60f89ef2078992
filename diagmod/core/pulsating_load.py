"""Pulsating load: pairs of lines beside the carrier that no rotor fault accounts for.

A load that pulsates puts a pair of lines at its frequency, wherever that is. Near twice the slip it
counterfeits a broken bar, near the shaft frequency an eccentric rotor; elsewhere it tells of the driven
machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.core.bar_pairs import bar_like, load_like, sideband_evidence
from diagmod.core.verdicts import FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from diagmod.core.modulation import Pair
    from diagmod.core.observation import Observation

#: Mean level of a pair in dBc from which a pulsating load is concluded, and from which one is spoken of. Below, every
#: drive has some; idling motors hunt at -50 dBc (ITSC, healthy files).
CLEAR_DBC, NOTABLE_DBC = -45.0, -55.0

#: Levels of the two lines of a pair differ by less than this, dB; else they are two lines and no pair.
EQUAL_WITHIN_DB = 10.0

#: Share of the shaft frequency around its multiples in which no load is looked for while the slip is unknown.
UNKNOWN_SLIP_GUARD = 0.08

#: Part of a pair that changes the amplitude, above which a flickering supply explains it as well as a load.
PURE_AMPLITUDE = 0.85

#: Pairs looked at, strongest first.
N_PAIRS = 6

NAME = "load_oscillation"


def judge_load_oscillation(seen: Observation, slip: Interval | None, *, refusal: Reason | None = None) -> FaultVerdict:
    """Verdict on the condition "the load pulsates".

    Parameters
    ----------
    seen : Observation
    slip : Interval or None
        Known slip; pairs at multiples of the shaft frequency are then left to eccentricity.
    refusal : Reason, optional
        Why no line can be believed.

    References
    ----------
    Schoen & Habetler, IEEE Trans. Ind. Appl. 31(6), 1995, DOI 10.1109/28.475693.
    """
    if refusal is not None:
        return FaultVerdict(
            NAME, Verdict.CANNOT_DECIDE, f"This recording cannot tell: {refusal.text}.", reasons=(refusal,)
        )
    pairs = [
        p
        for p in seen.modulation.pairs(seen.modulation.lowest_hz, 0.9 * seen.line_hz, N_PAIRS)
        if p.is_present
        and p.mean_dbc >= NOTABLE_DBC
        and abs(p.lower.level_dbc - p.upper.level_dbc) < EQUAL_WITHIN_DB
        and not _is_of_the_motor(p, seen, slip)
    ]
    load = seen.load_of_slip(slip)
    like = [p for p in pairs if load_like(p, load)]
    clear = next((p for p in like if p.mean_dbc >= CLEAR_DBC and p.amplitude_share <= PURE_AMPLITUDE), None)
    if clear is not None and not seen.is_switching:
        return _verdict(seen, clear, Verdict.SUPPORTED, f"The load pulsates at {clear.offset_hz:.2f} Hz.")
    open_ones = like or [p for p in pairs if not bar_like(p, load)]
    if not open_ones:
        none = Reason("no_line", f"no pair of lines of {NOTABLE_DBC:.0f} dBc or more has the phases of a load")
        return FaultVerdict(NAME, Verdict.NOT_SUPPORTED, "No sign of a pulsating load.", reasons=(none,))
    pair = open_ones[0]
    if seen.is_switching:
        why = "stands in a recording whose unbalance switches, which modulates the current too"
    elif pair.amplitude_share > PURE_AMPLITUDE:
        why = "changes the amplitude alone, as a flickering supply does and a pulsating load may"
    elif load_like(pair, load):
        why = "has the phases of a pulsating load but is weak; idling motors hunt as much"
    else:
        why = "has neither the phases of a load nor those of a rotor fault"
    text = f"This recording cannot tell whether the load pulsates: a modulation at {pair.offset_hz:.2f} Hz {why}."
    return _verdict(seen, pair, Verdict.CANNOT_DECIDE, text)


def _is_of_the_motor(pair: Pair, seen: Observation, slip: Interval | None) -> bool:
    """Whether a pair stands where the shaft, the supply itself, or multiples of a rotor fault put one."""
    bin_hz, f, offset = seen.modulation.bin_hz, seen.line_hz, pair.offset_hz
    if abs(offset - f) < 3 * bin_hz or seen.is_alias(offset, 3 * bin_hz):
        return True
    shaft_hz = f / seen.motor.pole_pairs * (1 - (slip.value if slip else 0.0))
    margin = 2.5 * bin_hz + (0.0 if slip else UNKNOWN_SLIP_GUARD * shaft_hz)
    beside_shaft = abs(offset / shaft_hz - round(offset / shaft_hz)) * shaft_hz
    if round(offset / shaft_hz) >= 1 and beside_shaft < margin:
        return True
    if slip is None:
        return False
    # What a rotor fault adds to the lines of the shaft, and its own multiples beyond the first.
    step = 2 * slip.value * f
    combined = min(abs(abs(j * shaft_hz + k * step) - offset) for j in (0, 1, 2) for k in (-3, -2, 2, 3))
    return combined < margin


def _verdict(seen: Observation, pair: Pair, verdict: Verdict, sentence: str) -> FaultVerdict:
    level = pair.mean_dbc
    evidence = (
        sideband_evidence(f"f-{pair.offset_hz:.2f}Hz", seen.line_hz, pair.lower),
        sideband_evidence(f"f+{pair.offset_hz:.2f}Hz", seen.line_hz, pair.upper),
    )
    reason = Reason(
        "modulation",
        f"a pair at {pair.offset_hz:.2f} Hz stands at {level:.0f} dBc, angle {pair.phase_sum_deg:.0f} degrees",
    )
    return FaultVerdict(
        NAME,
        verdict,
        sentence,
        evidence,
        (),
        (reason,),
        Severity(Interval(level, level - 1, level + 1), "dBc of the pair"),
    )
