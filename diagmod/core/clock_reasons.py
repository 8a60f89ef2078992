"""Why the samples of a recording are not evenly spaced in time, in sentences: what, how much, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.recording import PHASES
from diagmod.core.verdicts import Reason

if TYPE_CHECKING:
    from diagmod.core.clock import Clock
    from diagmod.core.prepared import Prepared

#: Phase over amplitude noise in dB that refuses a clock together with its timing noise. An even clock has 0 dB,
#: whatever its noise; a software timer 15 dB and more. Pinned by
#: test_a_clock_is_refused_by_its_timing_noise_beyond_chance_alone and the study of counterfeits.
JITTER_EXCESS_DB = 6.0

#: The same for a single phase, in which an uneven clock shows 4.8 dB: its sine crosses zero where its noise is largest.
SINGLE_EXCESS_DB = 3.2

#: Three standard deviations of the phase over amplitude noise of an even clock, dB, over the root of the length in
#: seconds: what is needed at least to refuse a clock. Measured: 1.6, 1.0 and 0.6 dB at 2, 4 and 10 s.
#: Pinned by test_a_short_noisy_single_phase_is_not_refused_for_jitter.
EXCESS_SPREAD_DB = 6.6

#: Departure of time stamps below which they are as good as even, s.
LEAST_STAMP_JITTER_S = 2e-6

_HEAD = "the clock is unreliable"


def clock_refusals(clock: Clock, made: Prepared, limits: AuditLimits = CALIBRATED) -> list[Reason]:
    """Why samples are not evenly spaced; empty for an even clock."""
    return [*_sample_refusals(clock, limits), *_jitter(clock, made, limits), *_stamp_refusals(clock, made.fs, limits)]


def share(pct: float) -> str:
    """Percent with two digits that count."""
    return f"{pct:.2g}" if pct < 99.5 else "100"


def _sample_refusals(clock: Clock, limits: AuditLimits) -> list[Reason]:
    found = []
    if clock.repeat_pct > limits.repeats_pct:
        what = (
            f"{_HEAD}: {share(clock.repeat_pct)} % of the samples repeat the one before while the current moves "
            "(sample-and-hold)"
        )
        found.append(
            Reason.of("samples_repeated", what, "record with hardware timing",
                      value=clock.repeat_pct, limit=limits.repeats_pct)
        )  # fmt: skip
    if not clock.stamps_rise:
        what = f"{_HEAD}: its time stamps are missing, fall back or stand still"
        found.append(Reason.of("stamps_useless", what, "leave them out, or record again"))
    if clock.n_steps:
        what = (
            f"{_HEAD}: the phase of the current jumps {clock.n_steps} times by about a sampling period, samples were "
            f"{'lost' if clock.step_s > 0 else 'put in'}"
        )
        found.append(Reason.of("samples_lost", what, "record with a buffer that does not overflow"))
    return found


def _jitter(clock: Clock, made: Prepared, limits: AuditLimits) -> list[Reason]:
    """Timing noise beyond chance, for its share of a sampling period or for its size."""
    excess_db = JITTER_EXCESS_DB if made.n_phases == len(PHASES) else SINGLE_EXCESS_DB
    excess_db = max(excess_db, EXCESS_SPREAD_DB / np.sqrt(made.duration_s))
    jitter_pct, jitter_us = 100 * clock.jitter_s * made.fs, 1e6 * clock.jitter_s
    is_share, is_size = jitter_pct > limits.jitter_pct, jitter_us > limits.jitter_us
    if not (clock.excess_db > excess_db and (is_share or is_size)):
        return []
    what = (
        f"{_HEAD}: the phase noise of the current means a timing noise of {jitter_us:.0f} us rms"
        f" ({jitter_pct:.0f} % of a sampling period)"
    )
    to_do = "record with hardware timing instead of a software timer"
    if is_share:
        return [Reason.of("jitter", what, to_do, value=jitter_pct, limit=limits.jitter_pct)]
    return [Reason.of("jitter", what, to_do, value=jitter_us, limit=limits.jitter_us, rule="jitter_at_any_rate")]


def _stamp_refusals(clock: Clock, fs: float, limits: AuditLimits) -> list[Reason]:
    found = []
    jitter_pct = 100 * clock.stamp_jitter_s * fs
    if jitter_pct > limits.stamp_jitter_pct and clock.stamp_jitter_s > LEAST_STAMP_JITTER_S:
        what = (
            f"{_HEAD}: the time stamps depart from an even grid by {1e6 * clock.stamp_jitter_s:.0f} us rms beyond "
            f"their resolution, {jitter_pct:.0f} % of a sampling period"
        )
        found.append(
            Reason.of("uneven_stamps", what, "record with hardware timing",
                      value=jitter_pct, limit=limits.stamp_jitter_pct)
        )  # fmt: skip
    usual_s = max(clock.stamp_step_s, 1 / fs)
    if clock.stamp_gap_s > limits.stamp_gap_periods * usual_s:
        what = (
            f"{_HEAD}: the time stamps leave {1e3 * clock.stamp_gap_s:.3g} ms between two samples where {1e3 / fs:.3g}"
            " ms are usual; samples were lost"
        )
        n_periods = clock.stamp_gap_s / usual_s
        found.append(Reason.of("stamp_gap", what, value=n_periods, limit=limits.stamp_gap_periods))
    return found
