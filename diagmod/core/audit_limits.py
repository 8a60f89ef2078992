"""Limits of the audit of an acquisition, each with where it comes from.

The defaults are calibrated on simulated and real recordings and hold for a verdict. What the load of a
plant's files reports may be set apart from them in params.yaml (:mod:`diagmod.core.rulesets`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AuditLimits:
    """What the measured figures of an acquisition are held against.

    Attributes
    ----------
    repeats_pct, few_repeats_pct : float
        Share of repeated samples from which the clock is not believed, and from which it is doubted, percent.
    jitter_pct : float
        Timing noise over the sampling period that refuses a clock beyond chance, percent. An even clock shows what
        its noise makes; a software timer 10 % and more. Pinned by
        test_a_clock_is_refused_by_its_timing_noise_beyond_chance_alone and the study of counterfeits.
    jitter_us : float
        Timing noise that refuses a clock whatever the rate, us: 30 us turn a 50 Hz carrier by half a degree.
    stamp_jitter_pct : float
        Departure of time stamps from an even grid, over the sampling period, percent.
    stamp_gap_periods : float
        Longest step of time stamps over the usual one. Pinned by test_a_gap_in_the_stamps_is_found.
    least_periods : float
        Length in periods of the supply below which nothing can be said.
    short_s : float
        Length below which little can be said, s.
    drift_hz : float
        Movement of the supply frequency within the recording that is reported, Hz. Grids stay within 0.05 Hz over a
        minute.
    clipped_pct, heavily_clipped_pct : float
        Share of samples at the converter's ends, percent: reported, and refused.
    offset_pct, unequal_pct : float
        Offset over rms, zero over positive sequence: reported, percent.
    high_floor_dbc : float
        Floor beside the carrier from which one broken bar of a usual cage drowns, dBc per bin.
    least_rate : float
        Samples per period of the supply below which slot harmonics and bearing tones cannot be seen. 1 kHz on a 50 Hz
        mains is above it whatever the mains does. Pinned by test_a_good_recording_has_no_reasons.
    most_rated, least_rated : float
        Rms over rated current that no motor draws steadily.
    stronger_db : float
        Height over the supply line from which a line outside the search band makes the sampling rate doubtful, dB.
    """

    repeats_pct: float = 0.2
    few_repeats_pct: float = 0.02
    jitter_pct: float = 5.0
    jitter_us: float = 30.0
    stamp_jitter_pct: float = 5.0
    stamp_gap_periods: float = 2.5
    least_periods: float = 10.0
    short_s: float = 1.0
    drift_hz: float = 0.15
    clipped_pct: float = 0.2
    heavily_clipped_pct: float = 15.0
    offset_pct: float = 10.0
    unequal_pct: float = 2.0
    high_floor_dbc: float = -57.0
    least_rate: float = 19.0
    most_rated: float = 3.0
    least_rated: float = 0.1
    stronger_db: float = 3.0


#: The limits a verdict is calibrated with.
CALIBRATED = AuditLimits()
