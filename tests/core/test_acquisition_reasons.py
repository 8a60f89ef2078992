"""Every rule of the audit by itself: silent below its limit, above it a sentence with what, how much and what to do."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from sampled_recordings import CURRENT, one_phase, recorded

from diagmod.core.acquisition_reasons import Figures, advice, clock_refusals, limits, refusals
from diagmod.core.channels import Channels
from diagmod.core.clock import Clock
from diagmod.core.inverter import Supply
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.stationarity import Steadiness
from diagmod.core.verdicts import Reason
from diagmod.core.wiring import Wiring

NAN = float("nan")

#: 3 s at 5 kHz of the usual current: one of three phases, and one of a single one.
MADE = prepare(recorded(5000.0, 3.0).currents, 5000.0)
SINGLE = prepare(one_phase(recorded(5000.0, 3.0).currents, 1), 5000.0)

#: What is measured on a recording without a flaw.
CLOCK = Clock(repeat_pct=0.0, n_steps=0, step_s=NAN, jitter_s=2e-7, excess_db=0.3)
GOOD = Figures(
    clock=CLOCK,
    channels=Channels(0.01, (0.0, 0.0), (0.0, 0.0), 0.02),
    supply=Supply(NAN, is_mains_frequency=True),
    steadiness=Steadiness(0.0, 3.0, 0.5, ""),
    floor_dbc=-90.0,
    clipped_pct=0.0,
    offset_pct=0.1,
    line_hz=50.02,
    drift_hz=0.005,
    rms_over_rated=0.9,
    strongest_hz=250.1,
    strongest_db=-36.0,
)


def clock(**changed: Any) -> Clock:
    return replace(CLOCK, **changed)


def said(reasons: list[Reason]) -> dict[str, str]:
    return {reason.code: reason.text for reason in reasons}


def limited(made: Prepared = MADE, repair_note: str = "", **changed: Any) -> dict[str, str]:
    return said(limits(replace(GOOD, **changed), made, repair_note))


def refused(made: Prepared = MADE, **changed: Any) -> dict[str, str]:
    return said(refusals(replace(GOOD, **changed), made))


def uneven(made: Prepared = MADE, **changed: Any) -> dict[str, str]:
    return said(clock_refusals(clock(**changed), made))


def test_nothing_is_wrong_with_good_figures():
    assert refused() == limited() == uneven() == {}
    assert uneven(SINGLE) == {}


# --- clock ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat_pct", "refusal", "limit"),
    [
        (0.019, None, None),
        (0.021, None, "0.021 % of the samples repeat the one before; watch the recorder"),
        (0.19, None, "0.19 % of the samples repeat the one before; watch the recorder"),
        (0.21, "0.21 % of the samples repeat", None),
        (30.2, "30 % of the samples repeat", None),
        (99.8, "100 % of the samples repeat", None),
        (NAN, None, None),
    ],
)
def test_repeated_samples_are_watched_from_a_fiftieth_and_refused_from_a_fifth_of_a_percent(repeat_pct, refusal, limit):
    found, watched = uneven(repeat_pct=repeat_pct), limited(clock=clock(repeat_pct=repeat_pct))
    assert (found == {}) == (refusal is None)
    assert watched == ({"few_repeats": limit} if limit else {})
    if refusal:
        assert found["samples_repeated"] == (
            f"the clock is unreliable: {refusal} the one before while the current moves (sample-and-hold); record with "
            "hardware timing"
        )


@pytest.mark.parametrize(("step_s", "what"), [(2e-4, "lost"), (-2e-4, "put in")])
def test_steps_of_the_phase_are_lost_samples_or_ones_put_in(step_s, what):
    assert uneven(n_steps=5, step_s=step_s) == {
        "samples_lost": "the clock is unreliable: the phase of the current jumps 5 times by about a sampling period, "
        f"samples were {what}; record with a buffer that does not overflow"
    }


@pytest.mark.parametrize(
    ("jitter_s", "excess_db", "is_refused"),
    [
        (2e-5, 20.0, True),
        (2e-5, 5.5, False),
        (9e-6, 20.0, False),
        (1.1e-5, 20.0, True),
        (NAN, NAN, False),
    ],
)
def test_a_clock_is_refused_by_its_timing_noise_beyond_chance_alone(jitter_s, excess_db, is_refused):
    """5 kHz: a twentieth of a sampling period is 10 us."""
    found = uneven(jitter_s=jitter_s, excess_db=excess_db)
    assert list(found) == (["jitter"] if is_refused else [])


def test_the_sentence_on_jitter_says_how_much():
    assert uneven(jitter_s=1.23e-4, excess_db=18.0)["jitter"] == (
        "the clock is unreliable: the phase noise of the current means a timing noise of 123 us rms (62 % of a "
        "sampling period); record with hardware timing instead of a software timer"
    )


def test_30_us_are_too_much_at_any_rate():
    slow = prepare(recorded(500.0, 4.0).currents, 500.0)
    assert uneven(slow, jitter_s=2.9e-5, excess_db=20.0) == {}
    assert list(uneven(slow, jitter_s=3.1e-5, excess_db=20.0)) == ["jitter"]


@pytest.mark.parametrize(
    ("seconds", "excess_db", "is_refused"), [(1.0, 6.0, False), (2.0, 4.5, False), (2.0, 4.8, True), (6.0, 3.4, True)]
)
def test_a_single_phase_is_refused_by_less_and_the_shorter_it_is_by_the_more(seconds, excess_db, is_refused):
    """At least 3.2 dB, and three times the spread of chance: 6.6 dB at 1 s, 4.7 at 2 s."""
    made = prepare(one_phase(recorded(5000.0, seconds).currents), 5000.0)
    found = uneven(made, jitter_s=1e-4, excess_db=excess_db)
    assert list(found) == (["jitter"] if is_refused else [])


@pytest.mark.parametrize(
    ("stamp_jitter_s", "is_refused"), [(0.0, False), (9e-6, False), (1.1e-5, True), (5e-4, True), (NAN, False)]
)
def test_stamps_are_refused_that_depart_by_a_twentieth_of_a_sampling_period(stamp_jitter_s, is_refused):
    found = uneven(stamp_step_s=1e-6, stamp_jitter_s=stamp_jitter_s, stamp_gap_s=2.1e-4)
    assert list(found) == (["uneven_stamps"] if is_refused else [])
    if is_refused:
        assert f"by {1e6 * stamp_jitter_s:.0f} us rms beyond their resolution" in found["uneven_stamps"]


def test_stamps_within_two_microseconds_are_even_at_any_rate():
    fast = prepare(recorded(25_600.0, 1.0).currents, 25_600.0)
    assert uneven(fast, stamp_step_s=0.0, stamp_jitter_s=1.9e-6, stamp_gap_s=4e-5) == {}
    assert list(uneven(fast, stamp_step_s=0.0, stamp_jitter_s=2.1e-6, stamp_gap_s=4e-5)) == ["uneven_stamps"]


@pytest.mark.parametrize(
    ("step_s", "gap_s", "is_refused"),
    [(0.0, 4.8e-4, False), (0.0, 5.2e-4, True), (1e-3, 2.1e-3, False), (1e-3, 3e-3, True)],
)
def test_a_gap_is_longer_than_two_and_a_half_samples_or_steps_of_the_stamps(step_s, gap_s, is_refused):
    found = uneven(stamp_step_s=step_s, stamp_jitter_s=0.0, stamp_gap_s=gap_s)
    assert list(found) == (["stamp_gap"] if is_refused else [])
    if is_refused:
        assert f"the time stamps leave {1e3 * gap_s:.3g} ms between two samples where 0.2 ms are" in found["stamp_gap"]


def test_stamps_that_do_not_rise_are_useless():
    assert uneven(stamps_rise=False) == {
        "stamps_useless": "the clock is unreliable: its time stamps are missing, fall back or stand still; leave them "
        "out, or record again"
    }


# --- refusals ---------------------------------------------------------------------------------------------------------


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


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clipped_pct", "limit", "refusal"),
    [(0.19, "", ""), (0.21, "0.21", ""), (14.9, "15", ""), (15.2, "", "15"), (99.9, "", "100")],
)
def test_clipping_limits_from_a_fifth_of_a_percent_and_refuses_from_15(clipped_pct, limit, refusal):
    for found, pct in ((limited(clipped_pct=clipped_pct), limit), (refused(clipped_pct=clipped_pct), refusal)):
        text = f"{pct} % of the samples stand at the end of the range; record with a larger range"
        assert found == ({"clipped": text} if pct else {})


def test_an_offset_is_said_from_a_tenth_of_the_rms():
    assert limited(offset_pct=9.9) == {}
    assert limited(offset_pct=23.4) == {"offset": "the offset is 23 % of the rms; check the zero of the sensor"}


@pytest.mark.parametrize(
    ("usable", "phases", "text"),
    [
        ("RS", "R", "phase T carries no current or is absent; phase R alone is analysed"),
        ("S", "S", "phases R and T carry no current or are absent; phase S alone is analysed"),
    ],
)
def test_missing_phases_are_named(usable, phases, text):
    found = limited(replace(MADE, usable=usable, phases=phases))
    assert list(found) == ["phase_missing"]
    assert found["phase_missing"] == f"{text}, and nothing can be said of unbalance"


def test_phases_that_are_alike_are_said_rather_than_a_wiring():
    alike, exchanged = Wiring(alike="RS"), Wiring("RTS")
    assert limited(replace(MADE, wiring=alike)) == {"phases_alike": alike.note}
    assert limited(replace(MADE, wiring=exchanged)) == {"wiring": exchanged.note}


def test_a_short_or_slow_recording_and_a_high_floor_limit():
    assert limited(replace(MADE, vector=MADE.vector[:4000])) == {"short": "0.8 s resolve little; record 10 s or more"}
    assert limited(replace(MADE, fs=940.0)) == {
        "low_rate": "940 Hz show no slot harmonics and few bearing tones; record at 5 kHz or more"
    }
    assert limited(replace(MADE, fs=960.0)) == {}
    assert limited(floor_dbc=-57.5) == {}
    assert limited(floor_dbc=-48.0) == {
        "high_floor": "the floor beside the supply line is -48 dBc, so that lines show only from -36 dBc; record "
        "longer, with less noise or a smaller range"
    }


def test_channels_are_said_to_be_unequal_with_what_is_known():
    assert limited(channels=Channels(1.9, (5.0, 0.0), (0.0, 0.0), 1.9)) == {}
    assert limited(channels=Channels(2.44, (7.31, -0.04), (12.3, 24.9), 2.6))["unequal_channels"] == (
        "the three currents do not add up to zero (2.4 % of the positive sequence): against R the gain of S and T is "
        "off by +7.3 and +0.0 % and they are sampled +12 and +25 us later, which makes up to 2.6 % of negative "
        "sequence; calibrate the channels"
    )
    assert limited(channels=Channels(2.44, (NAN, NAN), (NAN, NAN), 2.44))["unequal_channels"] == (
        "the three currents do not add up to zero (2.4 % of the positive sequence): the channels have unequal gain or "
        "the motor has a neutral conductor, and up to 2.4 % of negative sequence may be the instruments'; exchange two "
        "sensors and record again"
    )


def test_an_unsteady_load_is_said_in_the_words_of_its_stretch():
    assert limited(steadiness=Steadiness(0.0, 2.0, 9.0, "it moves")) == {"unsteady_load": "it moves"}


@pytest.mark.parametrize(
    ("share", "shown"), [(0.091, "0.091"), (0.11, ""), (2.9, ""), (3.1, "3.1"), (1000.0, "1000"), (NAN, "")]
)
def test_a_current_far_from_the_rated_one_is_doubted(share, shown):
    text = f"the current is {shown} times the rated one; check unit, transformer ratio and nameplate"
    assert limited(rms_over_rated=share) == ({"unit_doubtful": text} if shown else {})


def test_a_supply_that_is_no_stiff_mains_is_said():
    assert limited(drift_hz=0.14) == {}
    assert limited(drift_hz=0.31)["frequency_drift"].startswith(
        "the supply frequency moves by 0.31 Hz within the record"
    )
    assert limited(supply=Supply(2000.4, is_mains_frequency=False)) == {
        "inverter_supply": "the motor is fed by an inverter that switches at 2000 Hz or at an alias of it; its control "
        "can make lines of its own"
    }
    assert limited(supply=Supply(NAN, is_mains_frequency=False), line_hz=43.0012) == {
        "no_mains_frequency": "the supply frequency reads 43.001 Hz, which no mains has: the motor is fed by an "
        "inverter or the sampling rate is stated wrongly; check the rate"
    }


def test_without_a_carrier_only_what_needs_none_is_said():
    found = limited(replace(MADE, carrier=None), "3 missing samples were bridged", offset_pct=30.0, floor_dbc=-20.0)
    assert list(found) == ["gaps", "offset"]


def test_every_limit_is_said_once_and_in_order_of_consequence():
    made = replace(MADE, usable="RS", phases="R", fs=600.0, vector=MADE.vector[:500])
    found = limited(made, "a note", clipped_pct=5.0, offset_pct=50.0, floor_dbc=-30.0, drift_hz=1.0, rms_over_rated=9.0)
    assert list(found) == [
        "gaps", "phase_missing", "clipped", "offset", "short", "low_rate", "high_floor", "unit_doubtful",
        "frequency_drift",
    ]  # fmt: skip


# --- advice -----------------------------------------------------------------------------------------------------------


def test_advice_says_what_to_change_and_nothing_twice():
    reasons = tuple(Reason(code, "why") for code in ("jitter", "uneven_stamps", "samples_lost", "stamp_gap", "clipped"))
    assert advice(reasons, prepare(recorded(5000.0, 6.0).currents, 5000.0)) == (
        "Use a recorder that samples by hardware at a fixed rate; software timers do not do.",
        "Use a recorder with a buffer, or a lower rate that it sustains.",
        "Enlarge the range until the peaks of the current use 50 to 80 % of it.",
    )


def test_a_recording_of_a_few_seconds_is_advised_to_be_longer():
    assert advice((), MADE) == ("Record 10 s or more: lines near the supply line need it.",)
    assert advice((), prepare(recorded(5000.0, 6.0).currents, 5000.0)) == ()
    assert advice((Reason("frequency_drift", "why"),), replace(MADE, carrier=None)) == ()


def test_every_reason_that_is_a_mistake_of_the_acquisition_has_advice():
    """What only the motor, its supply or its load can change has none."""
    mistakes = (
        "samples_repeated", "samples_lost", "jitter", "uneven_stamps", "stamp_gap", "clipped", "phase_missing",
        "phases_alike", "wiring", "high_floor", "unequal_channels", "unsteady_load", "short", "too_short", "low_rate",
        "rate_too_low",
    )  # fmt: skip
    made = replace(MADE, carrier=None)
    for code in mistakes:
        (line,) = advice((Reason(code, "why"),), made)
        assert re.fullmatch(r"[A-Z].*\.", line)
