"""Basic findings about single phases, from the counts of one pass over their samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diagmod.core.findings import beside, listed, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.core.findings import Finding
    from diagmod.core.rulesets import RuleSet
    from diagmod.core.tally import Tally


def phase_findings(
    phase: str, tally: Tally, fs: float, largest_rms: float, last_sample: int, rules: RuleSet
) -> list[Finding]:
    """Findings about one phase; nothing but its constancy is said of a constant one.

    Parameters
    ----------
    phase : str
        Its letter.
    tally : Tally
    fs : float
        Sampling rate in Hz.
    largest_rms : float
        Rms of the largest phase, in the unit of the samples.
    last_sample : int
        Index of the last finite sample of any phase.
    rules : RuleSet
    """
    if tally.maximum == tally.minimum:
        return [rules.finding("flat_phase", f"phase {phase} is constant at {tally.minimum:g}", phase=phase)]
    return [
        *_holes(phase, tally, fs, last_sample, rules),
        *_levels(phase, tally, largest_rms, rules),
    ]


def flat_stretches(tallies: Mapping[str, Tally], fs: float, rules: RuleSet) -> list[Finding]:
    """Phases that stand still for a while; phases that do so at the same time are one finding."""
    still = {
        phase: tally
        for phase, tally in tallies.items()
        if tally.longest_flat / fs > rules.limits["flat_stretch"] and tally.maximum > tally.minimum
    }
    groups: list[str] = ["".join(still)] if _overlap(still) else list(still)
    found = []
    for phases in groups:
        first = max((still[phase] for phase in phases), key=lambda tally: tally.longest_flat)
        seconds, begin_s = first.longest_flat / fs, first.flat_from / fs
        who = f"phase {phases} stands" if len(phases) == 1 else f"phases {listed(phases)} stand"
        message = f"{who} still for {plain(seconds)} s from {plain(begin_s)} s on"
        found.append(rules.finding("flat_stretch", message, phase=phases, value=seconds))
    return found


def _overlap(still: Mapping[str, Tally]) -> bool:
    begin = max((tally.flat_from for tally in still.values()), default=0)
    return begin < min((tally.flat_from + tally.longest_flat for tally in still.values()), default=0)


def _holes(phase: str, tally: Tally, fs: float, last_sample: int, rules: RuleSet) -> list[Finding]:
    """Missing and infinite samples, and an end before that of the other phases."""
    found, n = [], max(tally.n_samples, 1)
    gaps_pct, most_pct = 100 * tally.n_gaps / n, rules.limits["much_missing"]
    if gaps_pct > most_pct:
        message = (
            f"{beside(gaps_pct, most_pct)} % of the samples of phase {phase} are missing or infinite, at most "
            f"{most_pct:g} % are allowed{_where(tally, fs)}"
        )
        found.append(rules.finding("much_missing", message, phase=phase, value=gaps_pct))
    n_missing = tally.n_missing
    early_s = 0.0 if tally.last_sample is None else (last_sample - tally.last_sample) / fs
    if early_s > rules.limits["unequal_lengths"]:
        message = f"phase {phase} ends {plain(early_s)} s before the recording, {plain(100 * early_s * fs / n)} % of it"
        found.append(rules.finding("unequal_lengths", message, phase=phase, value=early_s))
        n_missing = max(0, n_missing - round(early_s * fs))
    if (missing_pct := 100 * n_missing / n) > rules.limits["missing"]:
        message = f"{plain(missing_pct)} % of the samples of phase {phase} are missing{_where(tally, fs)}"
        found.append(rules.finding("missing", message, phase=phase, value=missing_pct))
    if (infinite_pct := 100 * tally.n_infinite / n) > rules.limits["infinite"]:
        message = f"{plain(infinite_pct)} % of the samples of phase {phase} are infinite{_where(tally, fs)}"
        found.append(rules.finding("infinite", message, phase=phase, value=infinite_pct))
    return found


def _where(tally: Tally, fs: float) -> str:
    """Where the holes are."""
    if tally.first_gap is None:
        return ""
    first_s, longest_s = tally.first_gap / fs, tally.longest_gap / fs
    return (
        f" (first at {plain(first_s)} s, longest hole {plain(longest_s)} s from {plain(tally.longest_gap_from / fs)} s)"
    )


def _levels(phase: str, tally: Tally, largest_rms: float, rules: RuleSet) -> list[Finding]:
    """Offset, and a current that is nearly nothing beside the others."""
    found = []
    offset_pct = 100 * abs(tally.mean) / tally.rms if tally.rms > 0 else math.nan
    if offset_pct > rules.limits["offset"]:
        message = f"phase {phase} has a DC offset of {offset_pct:.1f} % of its rms"
        found.append(rules.finding("offset", message, phase=phase, value=offset_pct))
    ratio_pct = 100 * tally.rms / largest_rms if largest_rms > 0 else math.nan
    if ratio_pct < rules.limits["dead_phase"]:
        message = f"phase {phase} carries {plain(ratio_pct)} % of the largest phase's rms"
        found.append(rules.finding("dead_phase", message, phase=phase, value=ratio_pct))
    return found
