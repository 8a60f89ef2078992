"""Pulsating load: pairs of lines beside the carrier that no rotor fault accounts for.

A load that pulsates puts a pair of lines at its frequency, wherever that is. Near twice the slip it
counterfeits a broken bar, near the shaft frequency an eccentric rotor; elsewhere it tells of the driven
machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagmod.core.rotor_bars import bar_like, load_like, sideband_evidence
from diagmod.core.verdicts import FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from diagmod.core.modulation import Pair
    from diagmod.core.observation import Observation

#: Mean level of a pair in dBc from which a pulsating load is spoken of. Below, every drive has some.
NOTABLE_DBC = -55.0

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
        if p.is_present and p.mean_dbc >= NOTABLE_DBC and not _is_of_the_motor(p, seen, slip)
    ]
    for pair in pairs:
        if load_like(pair) and pair.amplitude_share > PURE_AMPLITUDE:
            text = f"Something changes the amplitude of the current at {pair.offset_hz:.2f} Hz: a flickering supply or a pulsating load."
            return _verdict(seen, pair, Verdict.CANNOT_DECIDE, text)
        if load_like(pair):
            return _verdict(seen, pair, Verdict.SUPPORTED, f"The load pulsates at {pair.offset_hz:.2f} Hz.")
    unclear = [p for p in pairs if not bar_like(p)]
    if unclear:
        pair = unclear[0]
        text = f"Something modulates the current at {pair.offset_hz:.2f} Hz; a pulsating load or a rotor fault, the phases do not tell."
        return _verdict(seen, pair, Verdict.CANNOT_DECIDE, text)
    return FaultVerdict(
        NAME,
        Verdict.NOT_SUPPORTED,
        "No sign of a pulsating load.",
        reasons=(Reason("no_line", f"no pair of lines of {NOTABLE_DBC:.0f} dBc or more has the phases of a load"),),
    )


def _is_of_the_motor(pair: Pair, seen: Observation, slip: Interval | None) -> bool:
    """Whether a pair stands where the shaft, the supply itself, or multiples of a rotor fault put one."""
    bin_hz, f, offset = seen.modulation.bin_hz, seen.line_hz, pair.offset_hz
    if abs(offset - f) < 3 * bin_hz:
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
