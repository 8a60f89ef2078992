"""A rise beyond chance is found, one within the spread is not, and what cannot be known is said."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.level_change import BARS, SHAFT_LINES, Level, judge_level

NAN = float("nan")


def levels(*values):
    return [Level(value, NAN, NAN) for value in values]


def test_rise_is_measured_from_the_mean_in_prediction_spreads():
    """Mean 0.10, standard deviation 0.02 of five; a new value spreads by 0.02 sqrt(1 + 1/5) = 0.0219."""
    values = 0.10 + 0.02 * np.array([-1.0, -1.0, 0.0, 1.0, 1.0]) / np.std([-1, -1, 0, 1, 1], ddof=1)
    change = judge_level(Level(0.40, NAN, 0.5), levels(*values), BARS)
    assert (change.baseline_value, change.value, change.change) == pytest.approx((0.10, 0.40, 0.30))
    assert change.spreads == pytest.approx(0.30 / (0.02 * np.sqrt(1.2)))
    assert (change.verdict, change.reason_code, change.unit, change.n_baseline) == (
        "supported", "risen", "broken bars", 5,
    )  # fmt: skip
    assert (
        change.sentence
        == "The asymmetry of the cage has risen since the baseline by 0.3 broken bars, 14 times its spread."
    )


def test_limit_is_that_of_student_for_one_in_a_thousand():
    """Of four recordings: 10.21 spreads (3 degrees of freedom); of eleven: 4.14 (10)."""
    assert judge_level(Level(0.1, NAN, 0.5), levels(0.1, 0.1, 0.1, 0.1), BARS).limit_spreads == pytest.approx(
        10.21, abs=0.01
    )
    assert judge_level(Level(0.1, NAN, 0.5), levels(*[0.1] * 11), BARS).limit_spreads == pytest.approx(4.14, abs=0.01)


@pytest.mark.parametrize(
    ("value", "verdict"), [(-60.0, "not_supported"), (-54.5, "not_supported"), (-53.5, "supported"), (-40, "supported")]
)
def test_shaft_lines_must_double_however_even_the_baseline_is(value, verdict):
    change = judge_level(Level(value, NAN, -42.0), levels(-60.0, -60.0, -60.0, -60.0, -60.0, -60.0), SHAFT_LINES)
    assert change.verdict == verdict


def test_fall_is_no_fault():
    change = judge_level(Level(-75.0, NAN, -42.0), levels(*[-60.0] * 6), SHAFT_LINES)
    assert (change.verdict, change.change) == ("not_supported", -15.0)


def test_rise_that_the_diagnosis_lays_to_another_cause_stays_open():
    judged = Level(0.6, NAN, 0.5, "the lines have the angle of a pulsating load")
    change = judge_level(judged, levels(0.1, 0.1, 0.1, 0.1), BARS)
    assert (change.verdict, change.reason_code) == ("cannot_decide", "doubtful")
    assert change.sentence.endswith("since the baseline, but the lines have the angle of a pulsating load.")
    assert judge_level(Level(0.12, NAN, 0.5, judged.doubt), levels(0.1, 0.1, 0.1, 0.1), BARS).verdict == "not_supported"


def test_recording_in_which_nothing_stands_out_has_at_most_what_it_may_hide():
    before = levels(0.03, 0.03, 0.04, 0.04)
    low, high = judge_level(Level(NAN, 0.05, 0.5), before, BARS), judge_level(Level(NAN, 0.9, 1.0), before, BARS)
    assert (low.verdict, low.reason_code) == ("not_supported", "unchanged")
    assert (high.verdict, high.reason_code) == ("cannot_decide", "hidden")
    assert np.isnan([low.value, low.change, high.change]).all()


def test_recording_of_which_only_the_verdict_is_known_has_less_than_would_have_been_called():
    """Below 0.5 bars: a rise by 0.2 over a calm baseline may hide, one over an uneven one of up to 0.5 may not."""
    assert judge_level(Level(NAN, NAN, 0.5), levels(0.03, 0.03, 0.04, 0.04), BARS).reason_code == "hidden"
    assert judge_level(Level(NAN, NAN, 0.5), levels(0.4, 0.4, 0.41, 0.41), BARS).reason_code == "unchanged"


def test_baseline_in_which_nothing_stands_out_counts_with_what_it_may_hide():
    """The change is then at least the one stated; what would have been called a fault says nothing of it."""
    before = [Level(NAN, hidden, 0.5) for hidden in (0.05, 0.06, 0.05, 0.06)]
    change = judge_level(Level(1.0, NAN, 0.5), [*before, Level(NAN, NAN, 0.5)], BARS)
    assert (change.verdict, change.n_baseline) == ("supported", 4)
    assert change.change == pytest.approx(0.945)


def test_too_few_recordings_are_no_baseline():
    change = judge_level(Level(2.0, NAN, 0.5), levels(0.03, 0.04), BARS)
    assert (change.verdict, change.reason_code, change.n_baseline) == ("cannot_decide", "no_baseline", 2)
    assert change.sentence.endswith("it holds 2 usable recordings of this motor beside this one, 3 are needed.")


def test_recordings_of_which_nothing_is_known_are_not_counted():
    assert (
        judge_level(Level(2.0, NAN, 0.5), [*levels(0.03, 0.04), Level(NAN, NAN, NAN)], BARS).reason_code
        == "no_baseline"
    )


def test_recording_of_which_nothing_is_known_stays_open():
    change = judge_level(Level(NAN, NAN, NAN, "the clock is unreliable"), levels(0.03, 0.04, 0.03), BARS)
    assert (change.verdict, change.reason_code) == ("cannot_decide", "not_measured")
    assert "the clock is unreliable" in change.sentence


def test_uneven_baseline_refuses_instead_of_excluding():
    """Levels between -70 and -40 dB: 6 dB more are chance, and 15 could be."""
    change = judge_level(Level(-50.0, NAN, -42.0), levels(-70.0, -40.0, -55.0), SHAFT_LINES)
    assert (change.verdict, change.reason_code) == ("cannot_decide", "uneven_baseline")


def test_healthy_recordings_are_called_risen_once_in_a_thousand():
    """Both sides drawn alike with a spread far above the smallest rise: at most 6 of 2000 (mean 2, Poisson)."""
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(2000):
        *before, judged = rng.normal(-60, 4.0, 9)
        found += judge_level(Level(judged, NAN, -42.0), levels(*before), SHAFT_LINES).verdict == "supported"
    assert found <= 6
