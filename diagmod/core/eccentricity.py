"""Eccentric rotor: a pair of lines one shaft frequency beside the carrier, stronger than any rotor has.

Every machine shows such lines a little; what is judged is their height. Frequency alone does not separate
an eccentric rotor from an unbalanced or misaligned one, nor from an inter-turn short whose first line is
the same: both are named, and the short is tested by the negative sequence, which eccentricity leaves alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diagmod.core.modulation import PRESENT_DB, Pair
from diagmod.core.rotor_bars import sideband_evidence
from diagmod.core.verdicts import Competitor, FaultVerdict, Interval, Reason, Severity, Verdict

if TYPE_CHECKING:
    from diagmod.core.observation import Observation

#: Mean level of the pair in dBc from which eccentricity is concluded, and up to which it is natural. The
#: reference case of an eccentric rotor stands at -35 dBc, healthy machines between -65 and -50 dBc.
SUPPORTED_DBC, NATURAL_DBC = -45.0, -50.0

#: Half width of the level interval, dB: load, inertia and saturation move it, and no load normalisation is established.
LEVEL_SPREAD_DB = 3.0

NAME = "eccentricity"


def judge_eccentricity(
    seen: Observation, slip: Interval | None, i2_pct: float, *, refusal: Reason | None = None
) -> FaultVerdict:
    """Verdict on mixed (static with dynamic) eccentricity.

    Parameters
    ----------
    seen : Observation
    slip : Interval or None
    i2_pct : float
        Negative over positive sequence in percent; NaN where a phase is absent.
    refusal : Reason, optional
        Why no line can be believed.

    References
    ----------
    Nandi, Toliyat & Li, IEEE Trans. Energy Convers. 20(4), 2005, DOI 10.1109/TEC.2005.847955.
    """
    fr0 = seen.line_hz / seen.motor.pole_pairs
    near = slip or seen.expected_slip
    low, high = fr0 * (1 - near.high), fr0 * (1 - max(near.low, 0.0))
    floor = seen.modulation.floor_dbc(min((low + high) / 2, seen.modulation.reach_hz))
    least = floor + PRESENT_DB
    verdict = FaultVerdict(
        NAME, Verdict.CANNOT_DECIDE, "", smallest_visible=Interval(least, least, least), smallest_unit="dBc of the pair"
    )
    if refusal is not None:
        return _undecided(verdict, refusal)
    if slip is not None:
        pair: Pair | None = seen.modulation.pair(
            fr0 * (1 - slip.value), max(fr0 * (slip.high - slip.value), seen.modulation.bin_hz)
        )
    else:
        pair = next((p for p in seen.modulation.pairs(low, high) if p.is_present), None)
    if pair is None or not pair.is_present:
        return _nothing_seen(verdict, least, seen, pair)
    evidence = (
        sideband_evidence("f-fr", seen.line_hz, pair.lower),
        sideband_evidence("f+fr", seen.line_hz, pair.upper),
    )
    level = pair.mean_dbc
    severity = Severity(
        Interval(level, level - LEVEL_SPREAD_DB, level + LEVEL_SPREAD_DB), "dBc of the pair", "not normalised by load"
    )
    verdict = replace(
        verdict, evidence=evidence, severity=severity, competing=_competitors(i2_pct, is_shaft_known=slip is not None)
    )
    if level >= SUPPORTED_DBC:
        return replace(
            verdict,
            verdict=Verdict.SUPPORTED,
            sentence=f"The rotor runs eccentric, unbalanced or misaligned: lines at the shaft frequency stand at {level:.0f} dBc.",
            reasons=(Reason("shaft_lines", f"f -+ {pair.offset_hz:.2f} Hz stand at {level:.0f} dBc; healthy machines stay below {NATURAL_DBC:.0f}"),),
        )  # fmt: skip
    if level < NATURAL_DBC:
        return replace(
            verdict,
            verdict=Verdict.NOT_SUPPORTED,
            sentence=f"Lines at the shaft frequency stand at {level:.0f} dBc, as in healthy machines.",
            reasons=(Reason("natural", f"healthy machines show up to {NATURAL_DBC:.0f} dBc"),),
        )
    text = (
        f"lines at the shaft frequency stand at {level:.0f} dBc, between what healthy machines show ({NATURAL_DBC:.0f}) and "
        f"what eccentric ones do ({SUPPORTED_DBC:.0f}); compare with an earlier recording of this motor"
    )
    return _undecided(verdict, Reason("between", text))


def _nothing_seen(verdict: FaultVerdict, least: float, seen: Observation, pair: Pair | None) -> FaultVerdict:
    if pair is not None:
        verdict = replace(
            verdict,
            evidence=(
                sideband_evidence("f-fr", seen.line_hz, pair.lower),
                sideband_evidence("f+fr", seen.line_hz, pair.upper),
            ),
        )
    if least > SUPPORTED_DBC:
        text = f"lines show only from {least:.0f} dBc in this recording, an eccentric rotor may stay below; record with less noise or longer"
        return _undecided(verdict, Reason("floor_too_high", text))
    return replace(
        verdict,
        verdict=Verdict.NOT_SUPPORTED,
        sentence=f"No sign of an eccentric rotor; lines from {least:.0f} dBc would have shown.",
        reasons=(Reason("no_line", "no pair of lines stands out at the shaft frequency"),),
    )


def _competitors(i2_pct: float, *, is_shaft_known: bool) -> tuple[Competitor, ...]:
    found = [
        Competitor(
            "unbalance or misalignment of the shaft, or a load that pulsates once a turn",
            Verdict.CANNOT_DECIDE,
            "gives the same lines; vibration measurement separates them",
        )
    ]
    if i2_pct == i2_pct:
        is_small = i2_pct < 3.0
        found.append(
            Competitor(
                "inter-turn short (its line n = k = 1 is the same)",
                Verdict.NOT_SUPPORTED if is_small else Verdict.CANNOT_DECIDE,
                f"the negative sequence is {i2_pct:.1f} % of the positive"
                + ("" if is_small else "; a short cannot be excluded"),
            )
        )
    if not is_shaft_known:
        found.append(
            Competitor(
                "a load oscillation near the shaft frequency",
                Verdict.CANNOT_DECIDE,
                "no second witness confirms the speed",
            )
        )
    return tuple(found)


def _undecided(verdict: FaultVerdict, reason: Reason) -> FaultVerdict:
    return replace(
        verdict,
        sentence=f"This recording cannot tell whether the rotor is eccentric: {reason.text}.",
        reasons=(reason,),
    )
