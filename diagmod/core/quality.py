"""Basic findings about one recording: what its statements, its time stamps and one pass over its samples tell.

The figures are counted while the file is read; the rules here only hold them against the limits of the rule set.
What needs the waveform itself (clock, clipping, wiring, size of the current) is the audit's,
:mod:`diagmod.core.acquisition_findings`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagmod.core.clock_reasons import LEAST_STAMP_JITTER_S
from diagmod.core.findings import SEVERITIES, Finding, beside, listed, plain
from diagmod.core.phase_quality import flat_stretches, phase_findings
from diagmod.core.recording import PHASES
from diagmod.core.rulesets import said_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.core.rulesets import RuleSet
    from diagmod.core.tally import Tally


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What is said about a recording beside its samples; nothing of it has to be known.

    Attributes
    ----------
    duration_s : float or None
        Length that the manifest states, s.
    fs_hz : float or None
        Sampling rate that somebody states, Hz.
    fs_from : str
        Who states it.
    stamps_fs_hz : float or None
        Sampling rate that the time stamps give, Hz.
    stamps_jitter_s : float or None
        Rms departure of the stamps from an even grid beyond their resolution, s
        (:func:`diagmod.core.time_stamps.stamp_figures`).
    stamps_gap_s, n_stamps_gaps : float, int
        Time missing between stamps in all, s, and the number of holes.
    unit_conflict : str
        What contradicts, in words; empty for nothing.
    n_rows_left_out : int
        Rows of the file that could not be used.
    notes : tuple of str
        What was concluded while the file was read.
    unknown_condition : str
        What to say of a condition that the defect catalogue does not know; empty for none.
    """

    duration_s: float | None = None
    fs_hz: float | None = None
    fs_from: str = "recordings.csv"
    stamps_fs_hz: float | None = None
    stamps_jitter_s: float | None = None
    stamps_gap_s: float = 0.0
    n_stamps_gaps: int = 0
    unit_conflict: str = ""
    n_rows_left_out: int = 0
    notes: tuple[str, ...] = ()
    unknown_condition: str = ""


def judge(tallies: Mapping[str, Tally], fs: float, rules: RuleSet, stated: Stated | None = None) -> list[Finding]:
    """Findings about a recording from its one-pass counts and what is stated of it.

    Parameters
    ----------
    tallies : mapping of phase letter to Tally
        Phases present, at least one.
    fs : float
        Sampling rate in Hz.
    rules : RuleSet
    stated : Stated, optional

    Returns
    -------
    list of Finding
        Worst first, in the order of the table; nothing is said twice.

    Raises
    ------
    ValueError
        There is no phase.
    """
    if not tallies:
        raise ValueError("a recording without a phase cannot be judged; pass the tally of one phase at least")
    stated = stated or Stated()
    duration_s = next(iter(tallies.values())).n_samples / fs
    found = [
        *_length_findings(duration_s, rules, stated),
        *_clock_findings(fs, rules, stated),
        *_reading_findings(rules, stated),
        *_absence(tallies, rules),
        *flat_stretches(tallies, fs, rules),
    ]
    largest = max((t.rms for t in tallies.values() if not math.isnan(t.rms)), default=math.nan)
    last = max((t.last_sample for t in tallies.values() if t.last_sample is not None), default=0)
    for phase, tally in tallies.items():
        found += phase_findings(phase, tally, fs, largest, last, rules)
    return worst_first(said_once(found))


def worst_first(found: list[Finding]) -> list[Finding]:
    """Findings by falling severity, otherwise in their order."""
    return sorted(found, key=lambda f: -SEVERITIES.index(f.severity))


def _length_findings(duration_s: float, rules: RuleSet, stated: Stated) -> list[Finding]:
    found = []
    if duration_s < (least_s := rules.limits["too_short"]):
        message = f"{beside(duration_s, least_s)} s long, at least {least_s:g} s are needed"
        found.append(rules.finding("too_short", message, value=duration_s))
    if stated.duration_s:
        error_pct, most_pct = 100 * abs(duration_s / stated.duration_s - 1), rules.limits["length_mismatch"]
        if error_pct > most_pct:
            message = (
                f"{plain(duration_s)} s long where the manifest states {plain(stated.duration_s)} s "
                f"({beside(error_pct, most_pct)} % off, at most {most_pct:g} % allowed)"
            )
            found.append(rules.finding("length_mismatch", message, value=error_pct))
    return found


def _clock_findings(fs: float, rules: RuleSet, stated: Stated) -> list[Finding]:
    """What the time stamps say of rate and clock."""
    found = []
    if stated.fs_hz and stated.stamps_fs_hz:
        error_pct, most_pct = 100 * abs(stated.fs_hz / stated.stamps_fs_hz - 1), rules.limits["rate_contradicts_stamps"]
        if error_pct > most_pct:
            message = (
                f"{stated.fs_from} states {stated.fs_hz:.7g} Hz and the time stamps give {stated.stamps_fs_hz:.7g} Hz "
                f"({beside(error_pct, most_pct)} % off, at most {most_pct:g} % allowed)"
            )
            found.append(rules.finding("rate_contradicts_stamps", message, value=error_pct))
    jitter_s = stated.stamps_jitter_s or 0.0
    if (jitter_pct := 100 * jitter_s * fs) > rules.limits["stamps_uneven"] and jitter_s > LEAST_STAMP_JITTER_S:
        message = (
            f"the time stamps depart from an even grid by {plain(1e6 * jitter_s)} us rms beyond their resolution, "
            f"{plain(jitter_pct)} % of a sampling period"
        )
        found.append(rules.finding("stamps_uneven", message, value=jitter_pct))
    if stated.stamps_gap_s > rules.limits["stamps_gap"]:
        message = (
            f"the time stamps leave {stated.n_stamps_gaps} hole(s), {plain(stated.stamps_gap_s)} s in all, where "
            "samples are missing"
        )
        found.append(rules.finding("stamps_gap", message, value=stated.stamps_gap_s))
    return found


def _reading_findings(rules: RuleSet, stated: Stated) -> list[Finding]:
    """What reading the file and its manifest left open."""
    found = [rules.finding("unit_contradicts", stated.unit_conflict)] if stated.unit_conflict else []
    if stated.n_rows_left_out > rules.limits["rows_left_out"]:
        message = f"{stated.n_rows_left_out} row(s) of the file could not be used and were left out"
        found.append(rules.finding("rows_left_out", message, value=float(stated.n_rows_left_out)))
    found += [rules.finding("reading_note", note) for note in stated.notes]
    if stated.unknown_condition:
        found.append(rules.finding("condition_unknown", stated.unknown_condition))
    return found


def _absence(tallies: Mapping[str, Tally], rules: RuleSet) -> list[Finding]:
    absent = "".join(phase for phase in PHASES if phase not in tallies)
    if not absent:
        return []
    who = f"phase {absent} is" if len(absent) == 1 else f"phases {listed(absent)} are"
    message = f"{who} absent; figures between phases are not available"
    return [rules.finding("absent_phase", message, phase=absent)]
