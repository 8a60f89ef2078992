"""Slip without a tachometer: several witnesses, and a verdict only when they agree.

Slot harmonics move with the speed of the rotor's teeth, the eccentricity pair with the shaft, bar
sidebands with the slip itself, and nameplate and load say what is plausible. Each may be absent or
may be something else (a pulsating load looks like bars, a fan blade like a shaft), so one witness
alone is not believed: the slip is known where two agree, otherwise it is unknown and the reason said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.slot_harmonics import slot_slips
from diagmod.core.verdicts import Interval, SlipEstimate

if TYPE_CHECKING:
    from diagmod.core.modulation import Pair
    from diagmod.core.observation import Observation

#: Position of a line is trusted within this part of a bin, plus a share that falls with its height above the floor; the
#: first allows for slip that moves during the recording. Pinned by the study of slip.
LINE_POSITION_BINS, NOISE_POSITION_BINS = 0.06, 0.6

#: A second suggestion of the same witness counts when it is at least this loud, as a share of the first.
SECOND_VOICE = 0.7

#: Smallest slip searched: a motor running slower than synchronism at all (1).
LEAST_SLIP = 2e-4

#: Largest slip searched where the nameplate does not narrow it (1).
MOST_SLIP = 0.12

SLOTS, SHAFT, BARS, NAMEPLATE = "slot harmonics", "eccentricity pair", "bar sidebands", "nameplate and load"


@dataclass(frozen=True)
class Candidate:
    """One slip that one witness suggests."""

    method: str
    slip: float
    half_width: float
    strength_db: float
    reason: str

    @property
    def interval(self) -> Interval:
        """Slip with its bounds."""
        return Interval(self.slip, max(0.0, self.slip - self.half_width), self.slip + self.half_width)

    def agrees_with(self, other: Candidate) -> bool:
        """Whether the two intervals overlap."""
        return abs(self.slip - other.slip) <= self.half_width + other.half_width


def estimate_slip(seen: Observation) -> tuple[SlipEstimate, tuple[SlipEstimate, ...]]:
    """Slip of one recording from every witness, and the combined one where they agree.

    Parameters
    ----------
    seen : Observation

    Returns
    -------
    combined : SlipEstimate
        ``interval`` None where the witnesses disagree or say nothing.
    each : tuple of SlipEstimate
        One a method: the suggestion that agrees with the combined slip, else its strongest.

    References
    ----------
    Nandi, Toliyat & Li, IEEE Trans. Energy Convers. 20(4), 2005 (slot harmonics, eccentricity);
    Thomson & Fenger, IEEE Ind. Appl. Mag. 7(4), 2001 (bar sidebands).
    """
    search = _search_range(seen)
    found = {
        SLOTS: slot_candidates(seen, search),
        SHAFT: shaft_candidates(seen, search),
        BARS: bar_candidates(seen, search),
    }
    expected = seen.expected_slip
    combined = _combine(found, expected, is_expectation_known=seen.motor.rated_slip is not None)
    each = [_best(method, candidates, combined.interval) for method, candidates in found.items()]
    each.append(_from_nameplate(seen, expected))
    return combined, tuple(each)


def slot_candidates(seen: Observation, search: Interval) -> list[Candidate]:
    """Slips at which principal slot harmonics stand out."""
    return [
        Candidate(
            SLOTS,
            one.slip,
            one.half_width,
            one.strength_db,
            f"{one.n_lines} slot harmonic{'s' if one.n_lines > 1 else ''}, the strongest {one.strongest_db:.0f} dB"
            " above its floor",
        )
        for one in slot_slips(seen, search)
    ]


def shaft_candidates(seen: Observation, search: Interval) -> list[Candidate]:
    """Slips from a pair of lines at f -+ fr."""
    fr0 = seen.line_hz / seen.motor.pole_pairs
    modulation = seen.modulation
    # At zero slip the pair of a two-pole motor falls on DC and on the second harmonic.
    guard = 2 * modulation.bin_hz if seen.motor.pole_pairs == 1 else 0.0
    pairs = modulation.pairs(fr0 * (1 - search.high), min(fr0 * (1 - search.low), fr0 - guard), n=2)
    return [
        Candidate(
            SHAFT,
            1 - pair.offset_hz / fr0,
            _position_bins(pair) * modulation.bin_hz / fr0,
            min(pair.lower.prominence_db, pair.upper.prominence_db),
            f"lines at f -+ {pair.offset_hz:.2f} Hz, {pair.mean_dbc:.0f} dBc",
        )
        for pair in pairs
        if pair.is_present
    ]


def bar_candidates(seen: Observation, search: Interval) -> list[Candidate]:
    """Slips from a pair of lines at f(1 -+ 2s)."""
    modulation, f = seen.modulation, seen.line_hz
    pairs = modulation.pairs(2 * search.low * f, 2 * search.high * f, n=2)
    return [
        Candidate(
            BARS,
            pair.offset_hz / (2 * f),
            _position_bins(pair) * modulation.bin_hz / (2 * f),
            pair.lower.prominence_db,
            f"lines at f -+ {pair.offset_hz:.2f} Hz, {pair.mean_dbc:.0f} dBc",
        )
        for pair in pairs
        if pair.lower.is_present
    ]


def _position_bins(pair: Pair) -> float:
    """Half width of the position of a pair in bins, from how far it stands out."""
    stands_out = max(pair.lower.prominence_db, pair.upper.prominence_db)
    return LINE_POSITION_BINS + NOISE_POSITION_BINS * 10 ** (-stands_out / 20)


def _search_range(seen: Observation) -> Interval:
    """Widest slip that is looked at: what nameplate and load allow, or anything a cage motor does."""
    expected = seen.expected_slip
    high = min(MOST_SLIP, 1.2 * expected.high) if seen.motor.rated_slip else MOST_SLIP
    return Interval(expected.value, max(LEAST_SLIP, 0.5 * expected.low), max(high, 5 * LEAST_SLIP))


def _best(method: str, candidates: list[Candidate], agreed: Interval | None) -> SlipEstimate:
    """What a witness says: what agrees with the combined slip, else its strongest suggestion."""
    if not candidates:
        why = {SLOTS: "no slot harmonic stands out, or the number of rotor bars is unknown",
               SHAFT: "no pair of lines at the shaft frequency stands out",
               BARS: "no sideband at twice the slip stands out"}[method]  # fmt: skip
        return SlipEstimate(method, None, why)
    agreeing = [c for c in candidates if agreed is not None and c.interval.overlaps(agreed)]
    best = max(agreeing or candidates, key=lambda c: c.strength_db)
    return SlipEstimate(method, best.interval, best.reason)


def _from_nameplate(seen: Observation, expected: Interval) -> SlipEstimate:
    if seen.motor.rated_slip is None:
        return SlipEstimate(NAMEPLATE, None, "the nameplate states no rated speed")
    source = "as declared" if seen.declared_load is not None else "from the current"
    if seen.declared_load is None and not np.isfinite(seen.rms_share):
        source = "unknown"
    return SlipEstimate(NAMEPLATE, expected, f"rated slip {seen.motor.rated_slip:.4f}, load {source}")


def _combine(found: dict[str, list[Candidate]], expected: Interval, *, is_expectation_known: bool) -> SlipEstimate:
    """The slip on which most witnesses agree, or the reason why there is none."""
    everyone = [c for candidates in found.values() for c in candidates]
    plausible = [c for c in everyone if not is_expectation_known or expected.low <= c.slip <= expected.high]
    groups = [_agreeing(c, plausible) for c in plausible]
    groups.sort(key=lambda g: (len(g), sum(c.strength_db for c in g)), reverse=True)
    if not groups:
        reason = (
            "no witness of the slip stands out" if not everyone else "the lines found contradict nameplate and load"
        )
        return SlipEstimate("combined", None, reason)
    best = groups[0]
    methods = {c.method for c in best}
    rivals = [g for g in groups[1:] if len(g) == len(best) and not g[0].agrees_with(best[0])]
    if len(best) >= 2 and not any(_strength(g) > 0.8 * _strength(best) for g in rivals):
        return _agreed(best)
    if len(best) >= 2:
        return SlipEstimate("combined", None, _disagreement(best[0], rivals[0][0]))
    strong = [c for c in plausible if c.method != BARS and not _is_outdone(c, plausible)]
    if is_expectation_known and len(strong) == 1:
        only = strong[0]
        return SlipEstimate(
            "combined", only.interval, f"{only.method} ({only.reason}), inside what nameplate and load allow"
        )
    if len(strong) > 1:
        return SlipEstimate("combined", None, _disagreement(strong[0], strong[1]))
    only_bars = "only lines that may be bar sidebands or a pulsating load stand out; they cannot prove their own slip"
    alone = f"only one witness speaks ({best[0].method}) and no nameplate speed confirms it"
    reason = only_bars if methods == {BARS} else alone
    return SlipEstimate("combined", None, reason)


def _agreeing(one: Candidate, others: list[Candidate]) -> list[Candidate]:
    """One candidate with the nearest agreeing one of every other method."""
    group = [one]
    for method in (SLOTS, SHAFT, BARS):
        near = [c for c in others if c.method == method and method != one.method and c.agrees_with(one)]
        if near:
            group.append(min(near, key=lambda c: abs(c.slip - one.slip)))
    return group


def _is_outdone(one: Candidate, others: list[Candidate]) -> bool:
    """Whether the same witness says something else much louder."""
    return any(
        c.method == one.method and c.strength_db * SECOND_VOICE > one.strength_db for c in others if c is not one
    )


def _agreed(group: list[Candidate]) -> SlipEstimate:
    weight = np.array([c.half_width**-2 for c in group])
    slip = float(np.array([c.slip for c in group]) @ weight / weight.sum())
    sharpest = min(c.half_width for c in group)
    half = max(sharpest, *(abs(c.slip - slip) for c in group if c.half_width <= 2 * sharpest))
    *first, last = sorted(c.method for c in group)
    names = f"{', '.join(first)} and {last}"
    return SlipEstimate("combined", Interval(slip, max(0.0, slip - half), slip + half), f"{names} agree")


def _strength(group: list[Candidate]) -> float:
    return sum(c.strength_db for c in group)


def _disagreement(one: Candidate, other: Candidate) -> str:
    return f"slip {one.slip:.4f} by the {one.method}, {other.slip:.4f} by the {other.method}; they disagree"
