"""The sentences a maintenance engineer reads, whole."""

from __future__ import annotations

from diagmod.core.diagnosis import FAULTS
from diagmod.core.diagnosis_words import NAMES, in_words
from diagmod.core.verdicts import Evidence, FaultVerdict, Interval, Quality, QualityVerdict, Reason, Severity, Verdict

GOOD = Quality(QualityVerdict.GOOD)
LIMITED = Quality(QualityVerdict.LIMITED, (Reason("short", "0.8 s resolve little; record 10 s or more"),))

#: A line that stands out.
LINE = Evidence("f(1-2s)", 48.0, -40.0, -90.0, 50.0, is_present=True)


def verdict(name: str, answer: Verdict, sentence: str = "", *, measured: bool = False) -> FaultVerdict:
    """A verdict by hand; one that was measured has a line and a severity."""
    severity = Severity(Interval(0.5, 0.3, 1.0), "broken bars") if measured else None
    return FaultVerdict(name, answer, sentence, (LINE,) if measured else (), severity=severity)


def all_faults(**answers: FaultVerdict) -> list[FaultVerdict]:
    """All faults, not supported unless given."""
    return [answers.get(name, verdict(name, Verdict.NOT_SUPPORTED)) for name in FAULTS]


def undecided(*names: str) -> list[FaultVerdict]:
    """All faults, these undecided without a line."""
    return all_faults(**{name: verdict(name, Verdict.CANNOT_DECIDE) for name in names})


def test_nothing_found_is_said():
    assert in_words(GOOD, None, all_faults(), []) == "Nothing in this recording speaks for a fault of the machine."


def test_what_is_found_comes_first_faults_before_conditions():
    faults = all_faults(broken_bar=verdict("broken_bar", Verdict.SUPPORTED, "The cage is damaged."))
    conditions = [verdict("unbalance", Verdict.SUPPORTED, "The currents are unbalanced.")]
    assert in_words(GOOD, None, faults, conditions) == "The cage is damaged. The currents are unbalanced."


def test_a_refusal_says_everything():
    refusal = Reason("jitter", "the clock is unreliable")
    assert in_words(LIMITED, refusal, all_faults(), []) == "No diagnosis can be made: the clock is unreliable."


def test_what_was_measured_but_cannot_be_attributed_is_said_instead_of_nothing():
    doubt = "This recording cannot tell whether bars are broken: the lines may be a load's."
    faults = all_faults(broken_bar=verdict("broken_bar", Verdict.CANNOT_DECIDE, doubt, measured=True))
    assert in_words(GOOD, None, faults, []) == doubt


def test_what_cannot_be_told_is_listed():
    faults = undecided("broken_bar", "eccentricity", "stator_short")
    assert in_words(GOOD, None, faults, []).endswith(
        "It cannot tell about broken rotor bars, an eccentric rotor and an inter-turn short."
    )


def test_three_or_more_parts_of_a_bearing_are_one_bearing_and_fewer_are_named():
    parts = ("bearing_outer", "bearing_inner", "bearing_ball", "bearing_cage")
    assert in_words(GOOD, None, undecided(*parts), []).endswith("It cannot tell about the bearing.")
    assert in_words(GOOD, None, undecided(*parts[:2]), []).endswith(
        "It cannot tell about the bearing's outer race and the bearing's inner race."
    )


def test_an_open_condition_is_not_listed_among_the_faults():
    conditions = [verdict("load_oscillation", Verdict.CANNOT_DECIDE, "It may pulsate.")]
    assert "cannot tell about" not in in_words(GOOD, None, all_faults(), conditions)


def test_limits_of_the_recording_come_last():
    told = in_words(LIMITED, None, undecided("broken_bar"), [])
    assert told == (
        "Nothing in this recording speaks for a fault of the machine. It cannot tell about broken rotor bars. The"
        " recording has limits: 0.8 s resolve little; record 10 s or more."
    )


def test_every_fault_has_a_name_in_words():
    assert set(NAMES) == set(FAULTS)
