"""Why an acquisition cannot be used: silent below the limit, above it a sentence with what, how much and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from good_figures import GOOD, MADE, NAN, SINGLE, clock, limited, refused, uneven
from sampled_recordings import CURRENT

from diagmod.core.acquisition_reasons import refusals
from diagmod.core.audit_limits import AuditLimits
from diagmod.core.clock_reasons import clock_refusals


def test_nothing_is_wrong_with_good_figures():
    assert refused() == limited() == uneven() == {}
    assert uneven(SINGLE) == {}


def test_without_a_supply_line_a_recording_is_useless():
    long = replace(MADE, line_hz=NAN, carrier=None)
    assert refused(long) == {
        "no_supply_line": "no supply line stands out in the search band; check that the motor runs, the channel and "
        "the sampling rate"
    }
    short = replace(long, vector=MADE.vector[:12])
    assert refused(short) == {
        "too_short": "12 samples, 0.0024 s, are too short to hold a supply line; record 10 s or more"
    }


@pytest.mark.parametrize(("fs", "code"), [(5000.0, "too_short"), (200.0, "rate_too_low")])
def test_a_line_that_cannot_be_demodulated_is_too_short_or_too_slow(fs, code):
    made = replace(MADE, carrier=None, fs=fs, vector=MADE.vector[: round(0.07 * fs)])
    assert list(refused(made)) == [code]
    assert f"0.07 s at {fs:g} Hz do not hold a supply line of 50 Hz that can be demodulated" in refused(made)[code]


@pytest.mark.parametrize(("periods", "is_refused"), [(9.5, True), (10.5, False)])
def test_ten_periods_of_the_supply_are_needed(periods, is_refused):
    made = replace(MADE, vector=MADE.vector[: round(periods / CURRENT.line_hz * 5000)])
    found = refused(made)
    assert list(found) == (["too_short"] if is_refused else [])
    if is_refused:
        assert found["too_short"].startswith(
            f"the recording holds {periods:.1f} periods of the supply, at least 10 are"
        )


@pytest.mark.parametrize(("strongest_db", "is_refused"), [(2.5, False), (3.5, True), (NAN, False)])
def test_a_stronger_line_elsewhere_makes_the_rate_doubtful(strongest_db, is_refused):
    for made in (MADE, replace(MADE, carrier=None)):
        found = refused(made, strongest_hz=10.0, strongest_db=strongest_db)
        assert ("stronger_line_elsewhere" in found) == is_refused
        if is_refused:
            assert list(found) == ["stronger_line_elsewhere"], "a line beside a stronger one is not said to be short"
            assert found["stronger_line_elsewhere"].startswith(
                "the strongest line stands at 10.0 Hz, where no supply is searched, and not at 50.0 Hz; the sampling"
            )


def test_limits_of_refusals_can_be_set():
    lenient = AuditLimits(
        repeats_pct=1.0, jitter_pct=90.0, jitter_us=900.0, stamp_jitter_pct=90.0, stamp_gap_periods=50.0,
        heavily_clipped_pct=50.0, stronger_db=9.0, least_periods=2.0,
    )  # fmt: skip
    bad = clock(repeat_pct=0.5, jitter_s=1e-4, excess_db=20.0, stamp_step_s=1e-6, stamp_jitter_s=1e-4, stamp_gap_s=4e-3)
    assert len(clock_refusals(bad, MADE)) == 4
    assert clock_refusals(bad, MADE, lenient) == []
    figures, made = replace(GOOD, clipped_pct=30.0, strongest_db=6.0), replace(MADE, vector=MADE.vector[:400])
    assert [reason.code for reason in refusals(figures, made)] == ["too_short", "stronger_line_elsewhere", "clipped"]
    assert refusals(figures, made, lenient) == []
