"""Negative sequence: its phasor exact, its switching dated, and a short never concluded from the current alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import FS, currents_of
from reference_machine import MACHINE

from diagmod.core.prepared import prepare
from diagmod.core.unbalance import NegativeSequence, judge_short, judge_unbalance, negative_sequence, one_state
from diagmod.core.verdicts import Reason, Verdict
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import Line

NAN = float("nan")

angles = st.floats(0, 2 * np.pi)


def found_in(x: np.ndarray) -> NegativeSequence:
    """Negative sequence of three phases."""
    prepared = prepare(x, FS)
    return negative_sequence(prepared.vector, prepared.spectrum, FS, prepared.line_hz)


def steady(pct: float) -> NegativeSequence:
    """A negative sequence of this size that does not switch."""
    return NegativeSequence(complex(pct / 100), pct, pct)


def switching(before: complex, within: complex, on_s: float, off_s: float, seconds: float = 9.0) -> np.ndarray:
    """Currents whose negative sequence takes another value between two instants."""
    calm, strong = (currents_of(seconds=seconds, i2_over_i1=ratio) for ratio in (before, within))
    t = np.arange(calm.shape[1]) / FS
    return np.where((t >= on_s) & (t < off_s), strong, calm)


# --- measured --------------------------------------------------------------------------------------------------------


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.floats(0.001, 0.3), angles, angles, st.floats(49.9, 50.1), st.floats(0, 0.05))
def test_magnitude_and_angle_of_the_negative_sequence_are_exact_at_any_phase_and_frequency(size, angle, phase, hz, i0):
    """Within 2e-5 of I1; the zero sequence does not matter."""
    i2 = size * np.exp(1j * angle)
    x = currents_of(i2_over_i1=i2, phase_rad=phase, line_hz=hz, i0_over_i1=i0, harmonics_pct={5: 2.0})
    assert found_in(x).ratio == pytest.approx(i2, abs=2e-5)


def test_the_ratio_depends_on_where_time_starts_only_as_two_phasors_do():
    """A later start by a quarter period turns I1 by 90 degrees forwards and the conjugate of I2 backwards: I2 / I1 of
    phasors against cosines stays as it is."""
    x = currents_of(i2_over_i1=0.05j, seconds=10.1)
    begins = [found_in(x[:, k : k + 50_000]).ratio for k in (0, 25, 137)]
    np.testing.assert_allclose(begins, 0.05j, atol=2e-5)


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.floats(1e-3, 1e4))
def test_the_ratio_does_not_depend_on_the_unit(gain):
    assert found_in(gain * currents_of(i2_over_i1=0.03, seconds=4.0)).ratio == pytest.approx(0.03, abs=5e-5)


def test_a_cyclic_exchange_of_the_phases_turns_the_angle_by_120_degrees():
    """RST -> STR: the magnitude stays, the angle names another phase."""
    x = currents_of(i2_over_i1=0.05)
    before, after = found_in(x).ratio, found_in(x[[1, 2, 0]]).ratio
    assert abs(after) == pytest.approx(abs(before), abs=1e-5)
    assert abs(np.degrees(np.angle(after / before))) == pytest.approx(120, abs=0.1)


def test_sidebands_are_no_switching():
    found = found_in(currents_of([Line(48.0, -30), Line(52.0, -30)], i2_over_i1=0.06))
    assert not found.is_switched
    assert (found.calm_pct, found.peak_pct) == pytest.approx((6.0, 6.0), abs=0.01)


def test_a_single_phase_has_no_negative_sequence():
    x = currents_of()
    x[1:] = np.nan
    found = found_in(x)
    assert np.isnan(found.ratio) and np.isnan(found.peak_pct)
    assert not found.is_switched


@pytest.mark.parametrize(("on_s", "off_s"), [(3.0, 5.0), (2.0, 8.0), (1.0, 4.5)])
def test_a_switching_within_the_recording_is_found_with_its_times(on_s, off_s):
    found = found_in(switching(0.01, 0.08j, on_s, off_s))
    assert found.is_switched
    ((begin, end),) = found.stretches_s
    assert (begin, end) == pytest.approx((on_s, off_s), abs=0.15)
    assert (found.calm_pct, found.peak_pct) == pytest.approx((1.0, 8.0), abs=0.05)
    assert found.change_pct == pytest.approx(100 * abs(0.08j - 0.01), abs=0.05)


def test_a_switching_of_the_angle_alone_is_found():
    """5 % throughout, turned by 120 degrees: 8.7 % apart."""
    found = found_in(switching(0.05, 0.05 * np.exp(2j * np.pi / 3), 3.0, 6.0))
    assert found.change_pct == pytest.approx(5 * np.sqrt(3), abs=0.05)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0.0, 0.05, 0.15])
def test_a_steady_unbalance_does_not_switch_in_noise(size, seed):
    assert not found_in(currents_of(i2_over_i1=size, noise_dbc=-40, seed=seed, seconds=6.0)).is_switched


def test_a_change_of_less_than_four_percent_is_no_switching():
    assert not found_in(switching(0.01, 0.04, 3.0, 5.0)).is_switched


def test_an_unbalance_that_drifts_is_no_switching():
    """From 0 to 12 % in 9 s, without a step: its two halves lie 6 % apart and spread as widely."""
    seconds = 9.0
    share = np.arange(round(seconds * FS)) / (seconds * FS)
    balanced, unbalanced = (currents_of(seconds=seconds, i2_over_i1=ratio) for ratio in (0.0, 0.12))
    assert not found_in((1 - share) * balanced + share * unbalanced).is_switched


def test_times_move_with_the_begin_of_the_stretch():
    found = NegativeSequence(0.05 + 0j, 1.0, 8.0, 7.0, ((3.0, 5.0),))
    assert found.later_by(1.25).stretches_s == ((4.25, 6.25),)
    assert found.later_by(1.25).peak_pct == 8.0


@pytest.mark.parametrize(
    ("stretches", "whole", "expected"),
    [
        ((), (0.0, 9.0), (0.0, 9.0)),
        (((3.0, 5.0),), (0.0, 9.0), (5.1, 8.9)),
        (((2.0, 7.0),), (0.0, 9.0), (2.1, 6.9)),
        (((0.5, 1.0), (1.5, 2.0)), (0.0, 2.5), (0.0, 2.5)),
        (((3.0, 5.0),), (3.5, 4.8), (3.6, 4.7)),
    ],
)
def test_the_longest_part_without_a_switching_is_judged(stretches, whole, expected):
    found = NegativeSequence(0.05 + 0j, 1.0, 8.0, 7.0 if stretches else 0.0, stretches)
    assert one_state(found, whole) == pytest.approx(expected)


# --- judged ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pct", "expected"), [(0.5, "not_supported"), (7.9, "not_supported"), (8.0, "supported")])
def test_currents_are_unbalanced_from_eight_percent_on(pct, expected):
    assert judge_unbalance(steady(pct), 0.2).verdict == expected


def test_what_is_read_of_an_unbalance():
    verdict = judge_unbalance(steady(9.0), 0.3)
    assert verdict.sentence == "The currents are unbalanced: the negative sequence reaches 9.0 % of the positive."
    assert verdict.reasons[0].text == "I2 / I1 reaches 9.0 %, up to 8 % is usual"
    assert [(c.name, str(c.verdict), c.text) for c in verdict.competing] == [
        ("inter-turn short", "cannot_decide", "8 to 18 % of the turns would do it"),
        (
            "unbalanced supply voltage", "cannot_decide",
            "0.9 to 1.5 % of voltage unbalance would do it; measure the voltages",
        ),
        (
            "unequal current channels", "not_supported",
            "the three currents add up to zero within 0.3 %, so the channels explain no more than that",
        ),
    ]  # fmt: skip


def test_what_is_read_of_balanced_currents():
    assert judge_unbalance(steady(1.2)).sentence == (
        "The currents are balanced within what is usual: the negative sequence is 1.2 % of the positive."
    )


def test_a_switching_unbalance_is_supported_below_eight_percent_with_its_own_reason():
    verdict = judge_unbalance(found_in(switching(0.01, 0.06, 3.0, 5.0)), 0.2)
    assert verdict.verdict == Verdict.SUPPORTED
    assert "switched within the recording (at 3.0 to 5.0 s)" in verdict.sentence
    assert verdict.reasons[0].text.startswith("I2 / I1 changes by 5.0 % within the recording")
    assert "unequal current channels" not in [c.name for c in verdict.competing]


def test_of_many_switchings_the_first_three_are_named():
    stretches = tuple((2.0 * k, 2.0 * k + 1) for k in range(5))
    verdict = judge_unbalance(NegativeSequence(0.05 + 0j, 1.0, 9.0, 8.0, stretches))
    assert "(at 0.0 to 1.0 s, 2.0 to 3.0 s, 4.0 to 5.0 s and 2 more)" in verdict.sentence


@pytest.mark.parametrize("floor_pct", [5.0, NAN])
def test_channels_that_may_explain_it_stay_a_rival(floor_pct):
    channels = judge_unbalance(steady(9.0), floor_pct).competing[-1]
    assert channels.verdict == Verdict.CANNOT_DECIDE
    assert channels.text.startswith("a gain error of 27 % in one phase would do it")


def test_a_single_phase_cannot_show_unbalance_nor_a_short():
    single = NegativeSequence(complex(NAN), NAN, NAN)
    verdicts = judge_unbalance(single), judge_short(single)
    assert {v.verdict for v in verdicts} == {Verdict.CANNOT_DECIDE}
    assert {v.reasons[0].code for v in verdicts} == {"single_phase"}
    assert verdicts[0].sentence == "Unbalance cannot be seen in a single phase."


@pytest.mark.parametrize("pct", [0.1, 1.0, 2.9])
def test_balanced_currents_exclude_a_short_of_the_size_stated(pct):
    verdict = judge_short(steady(pct), floor_pct=0.3)
    assert verdict.verdict == Verdict.NOT_SUPPORTED
    # 10 % of the turns give 5 to 12 %: at least half a percent for each percent; below 1 % nothing is claimed.
    assert verdict.smallest_visible is not None
    assert verdict.smallest_visible.high == pytest.approx(max(pct, 1.0) / 0.5)
    assert verdict.smallest_unit == "% of the turns of one phase"


@pytest.mark.parametrize("pct", [3.0, 6.0, 15.0, 40.0])
def test_a_short_is_never_concluded_from_the_current_alone(pct):
    verdict = judge_short(steady(pct), floor_pct=0.3)
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert verdict.reasons[0].code == "short_or_supply"
    assert verdict.severity is not None
    assert (verdict.severity.interval.low, verdict.severity.interval.high) == pytest.approx((pct / 1.2, pct / 0.5))
    assert [c.name for c in verdict.competing] == ["unbalanced supply voltage", "unequal current channels"]


def test_the_sentence_of_a_short_or_a_supply():
    assert judge_short(steady(6.0), floor_pct=0.3).sentence == (
        "This recording cannot tell whether turns are shorted: a negative sequence of 6.0 % comes from a short or from"
        " an unbalanced supply, and current alone does not tell which; measure the voltages, or compare with a healthy"
        " recording of this motor."
    )


def test_unequal_channels_make_the_short_undecidable():
    """2 % may be 4 % less 2 %: what the channels make may hide a short."""
    verdict = judge_short(steady(2.0), floor_pct=4.0)
    assert (verdict.verdict, verdict.reasons[0].code) == (Verdict.CANNOT_DECIDE, "unequal_channels")
    assert "the channels are unequal and may hide or make up to 4.0 %" in verdict.sentence
    assert judge_short(steady(2.0), floor_pct=2.9).verdict == Verdict.NOT_SUPPORTED


def test_a_switching_short_is_named_with_its_times():
    verdict = judge_short(found_in(switching(0.01, 0.08, 3.0, 5.0)), floor_pct=0.3)
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert "changes by 7.0 % of I1 within the recording (at 3.0 to 5.0 s)" in verdict.sentence
    assert verdict.evidence[-1].name == "change of I2 / I1"


def test_a_refusal_by_the_quality_is_passed_on():
    verdict = judge_short(steady(1.0), refusal=Reason("jitter", "the clock is unreliable"))
    assert verdict.sentence == "This recording cannot tell whether turns are shorted: the clock is unreliable."
    assert verdict.evidence == ()


def test_evidence_states_magnitude_and_angle():
    found = NegativeSequence(0.05 * np.exp(1j * np.radians(200)), 5.0, 5.0)
    evidence = judge_short(found).evidence
    assert [(e.name, round(e.level, 6), e.unit) for e in evidence] == [
        ("I2 / I1", 5.0, "%"), ("angle of I2 / I1", 200.0, "deg"),
    ]  # fmt: skip


@pytest.mark.parametrize(("share", "expected"), [(0.0, Verdict.NOT_SUPPORTED), (0.10, Verdict.CANNOT_DECIDE)])
def test_ten_percent_of_shorted_turns_raise_the_question_and_a_sound_winding_does_not(share, expected):
    run = simulate([Experiment(machine=MACHINE, short_share=share, sensor=Sensor(noise_dbc=-70))], FS, 5.0)[0]
    verdict = judge_short(found_in(run.currents), floor_pct=0.1)
    assert verdict.verdict == expected
    if share:
        assert verdict.severity is not None
        assert verdict.severity.interval.low <= 10 <= verdict.severity.interval.high


def test_figures_of_a_verdict_are_plain_numbers():
    verdict = judge_short(found_in(switching(0.01, 0.08, 3.0, 5.0)))
    assert verdict.severity is not None
    interval = verdict.severity.interval
    assert {type(x) for x in (interval.value, interval.low, interval.high)} == {float}
    assert {type(e.level) for e in verdict.evidence} == {float}
    assert replace(verdict) == verdict
