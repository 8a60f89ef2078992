"""Basic findings about one recording, each with what, where, how much and what to do.

The figures are counted in one pass while the file is read; the rules here only hold them against
limits. "error" and "critical" keep a recording out of the pipeline, "warning" and "info" go with it.
What needs the waveform itself (clock, clipping, wiring, size of the current) is the audit's,
:mod:`diagmod.core.acquisition_findings`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.recording import PHASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagmod.core.tally import Tally

#: Severities in rising order.
SEVERITIES = ("info", "warning", "error", "critical")


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    rule: str
    severity: str
    phase: str
    value: float
    limit: float
    message: str

    @property
    def is_fatal(self) -> bool:
        """Whether the recording must go to quarantine."""
        return SEVERITIES.index(self.severity) >= SEVERITIES.index("error")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of the rules; all come from params.yaml.

    Attributes
    ----------
    min_duration_s : float
        Shortest useful recording, s.
    max_length_error_pct : float
        Allowed difference between declared and true length, %.
    max_missing_pct : float
        Share of missing or infinite samples of a present phase above which it is refused, %.
    max_offset_pct : float
        DC offset over rms above which it is reported, %.
    min_phase_ratio_pct : float
        Rms of a phase over the largest phase's below which it is called dead, %.
    line_low_hz, line_high_hz : float
        Band in which the audit searches the supply line, Hz.
    """

    min_duration_s: float
    max_length_error_pct: float
    max_missing_pct: float
    max_offset_pct: float
    min_phase_ratio_pct: float
    line_low_hz: float
    line_high_hz: float


def judge(
    tallies: Mapping[str, Tally],
    fs: float,
    limits: Limits,
    *,
    declared_s: float | None = None,
) -> list[Finding]:
    """Findings about a recording from its one-pass counts.

    Parameters
    ----------
    tallies : mapping of phase letter to Tally
        Phases present.
    fs : float
        Sampling rate in Hz.
    limits : Limits
    declared_s : float, optional
        Length in seconds that the manifest states.

    Returns
    -------
    list of Finding
        Worst first.
    """
    found = _length_findings(next(iter(tallies.values())).n_samples / fs, limits, declared_s)
    absent = [p for p in PHASES if p not in tallies]
    if absent:
        found.append(
            Finding("absent_phase", "info", "".join(absent), len(absent), 0,
                    f"phase {' and '.join(absent)} is absent; figures between phases are not available")
        )  # fmt: skip
    largest = max((t.rms for t in tallies.values() if not math.isnan(t.rms)), default=math.nan)
    for phase, tally in tallies.items():
        found += _phase_findings(phase, tally, largest, limits)
    return sorted(found, key=lambda f: -SEVERITIES.index(f.severity))


def _length_findings(duration_s: float, limits: Limits, declared_s: float | None) -> list[Finding]:
    found = []
    if duration_s < limits.min_duration_s:
        found.append(
            Finding("too_short", "error", "", duration_s, limits.min_duration_s,
                    f"{_plain(duration_s)} s long, at least {limits.min_duration_s:g} s are needed; record longer")
        )  # fmt: skip
    if declared_s:
        error = 100 * abs(duration_s / declared_s - 1)
        if error > limits.max_length_error_pct:
            found.append(
                Finding("length_mismatch", "error", "", error, limits.max_length_error_pct,
                        f"{_plain(duration_s)} s long where the manifest states {_plain(declared_s)} s "
                        f"({_plain(error)} % off, at most {limits.max_length_error_pct:g} % allowed); "
                        "the file is truncated or its fs is wrong")
            )  # fmt: skip
    return found


def _phase_findings(phase: str, tally: Tally, largest_rms: float, limits: Limits) -> list[Finding]:
    missing = 100 * tally.n_gaps / tally.n_samples
    if tally.maximum == tally.minimum:
        message = f"phase {phase} is constant at {tally.minimum:g}; check the sensor and its cable"
        return [Finding("flat_phase", "error", phase, 0.0, 0.0, message)]
    offset = 100 * abs(tally.mean) / tally.rms
    fatal = "error" if missing > limits.max_missing_pct else "warning"
    measured = (
        ("missing", fatal, missing, 0.0,
         (f"{_plain(missing)} % of the samples of phase {phase} are missing or infinite (more than "
         f"{limits.max_missing_pct:g} % is refused); figures of this phase are missing in segments with a gap")),
        ("offset", "warning", offset, limits.max_offset_pct,
         f"phase {phase} has a DC offset of {offset:.1f} % of its rms; check the sensor's zero"),
    )  # fmt: skip
    found = [Finding(rule, sev, phase, v, limit, text) for rule, sev, v, limit, text in measured if v > limit]
    if tally.rms < limits.min_phase_ratio_pct / 100 * largest_rms:
        ratio = 100 * tally.rms / largest_rms
        text = f"phase {phase} carries {_plain(ratio)} % of the largest phase's rms; it is dead or not connected"
        found.append(Finding("dead_phase", "warning", phase, ratio, limits.min_phase_ratio_pct, text))
    return found


def _plain(value: float) -> str:
    """Three significant digits without an exponent: 0.00003, 2.5, 100, 1235."""
    if not abs(value) < 1000:
        return f"{value:.0f}"
    return np.format_float_positional(value, precision=3, unique=False, fractional=False, trim="-")
