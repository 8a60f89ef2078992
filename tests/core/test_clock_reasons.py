"""Why a clock is not even: silent below the limit, above it a sentence with what, how much and what to do."""

from __future__ import annotations

import pytest
from good_figures import MADE, NAN, clock, limited, uneven
from sampled_recordings import one_phase, recorded

from diagmod.core.clock_reasons import clock_refusals
from diagmod.core.prepared import prepare


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


def test_a_reason_tells_what_from_what_to_do_and_has_its_number_and_limit():
    (held,) = clock_refusals(clock(repeat_pct=0.5), MADE)
    assert held.text == f"{held.what}; record with hardware timing"
    assert (held.value, held.limit, held.rule) == (0.5, 0.2, "")
    slow = prepare(recorded(1000.0, 4.0).currents, 1000.0)
    (jitter,) = clock_refusals(clock(jitter_s=4e-5, excess_db=20.0), slow)
    assert (jitter.code, jitter.rule, jitter.value, jitter.limit) == (
        "jitter", "jitter_at_any_rate", pytest.approx(40.0), 30.0
    )  # fmt: skip
