"""Every basic rule: one good recording, one damaged, and the sentence a technician reads."""

import numpy as np
import pytest

from diagmod.core.findings import SEVERITIES
from diagmod.core.quality import Stated, judge
from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.core.tally import PhaseCounter
from diagmod.core.validation_rules import READING_RULES

FS = 1000.0
RULES = ruleset_from(default_rules())


def sine(seconds=4.0, amplitude=10.0):
    """A 50.3 Hz sine, shape (n,): no sample comes twice."""
    return amplitude * np.sin(2 * np.pi * 50.3 * np.arange(round(seconds * FS)) / FS)


def changed(first, last, value):
    """The sine with samples replaced."""
    x = sine()
    x[first:last] = value
    return x


def findings(changes=None, *, absent="", rules=RULES, seconds=4.0, **stated):
    """Findings about three sines, some of them replaced or absent, as (rule, phase) to Finding."""
    tallies = {}
    for phase in "RST":
        if phase not in absent:
            counter = PhaseCounter()
            counter.update(np.asarray((changes or {}).get(phase, sine(seconds)), dtype=np.float32))
            tallies[phase] = counter.tally()
    return {(f.rule, f.phase): f for f in judge(tallies, FS, rules, Stated(**stated))}


#: One recording a rule, with what it measures on it.
CASES = {
    "too_short": ({"seconds": 1.99}, 1.99),
    "length_mismatch": ({"duration_s": 5.0}, 20.0),
    "rate_contradicts_stamps": ({"fs_hz": 2000.0, "stamps_fs_hz": 1000.0}, 100.0),
    "stamps_uneven": ({"stamps_jitter_s": 1e-4}, 10.0),
    "stamps_gap": ({"stamps_gap_s": 0.25, "n_stamps_gaps": 2}, 0.25),
    "unit_contradicts": ({"unit_conflict": "the column states mA and dataset.yaml A"}, np.nan),
    "rows_left_out": ({"n_rows_left_out": 3}, 3.0),
    "reading_note": ({"notes": ("the first column counts rows",)}, np.nan),
    "condition_unknown": ({"unknown_condition": "the catalogue does not know 'dull'"}, np.nan),
    "absent_phase": ({"absent": "T"}, np.nan),
    "flat_phase": ({"changes": {"S": np.full(4000, 2.5)}}, np.nan),
    "flat_stretch": ({"changes": {"S": changed(1000, 1500, 0.25)}}, 0.5),
    "dead_phase": ({"changes": {"R": sine(amplitude=0.2)}}, 2.0),
    "missing": ({"changes": {"T": changed(7, 8, np.nan)}}, 0.025),
    "much_missing": ({"changes": {"T": changed(0, 1000, np.nan)}}, 25.0),
    "infinite": ({"changes": {"T": changed(7, 9, np.inf)}}, 0.05),
    "unequal_lengths": ({"changes": {"T": changed(3900, 4000, np.nan)}}, 0.1),
    "offset": ({"changes": {"S": sine() + 0.5}}, 7.05),
    "line_off_nameplate": None,  # needs the waveform: tests/core/test_audit_rules.py
}


def test_every_basic_rule_has_a_case():
    assert list(CASES) == [rule.id for rule in READING_RULES]


@pytest.mark.parametrize("rule", [name for name, case in CASES.items() if case])
def test_every_basic_rule_speaks_alone_on_its_case_with_value_limit_and_remedy(rule):
    case, value = CASES[rule]
    ((found, _), finding), *more = findings(**case).items()
    assert (found, more) == (rule, [])
    row = next(row for row in READING_RULES if row.id == rule)
    assert (finding.severity, finding.unit, finding.remedy) == (row.severity, row.unit, row.remedy)
    assert finding.value == pytest.approx(value, rel=0.02, nan_ok=True)
    assert finding.limit == pytest.approx(np.nan if row.limit is None else row.limit, nan_ok=True)
    assert finding.remedy not in finding.message


def test_good_recording_of_which_everything_is_known_has_no_finding():
    known = {"duration_s": 4.0, "fs_hz": 1000.0, "stamps_fs_hz": 1000.4, "stamps_jitter_s": 1e-6}
    assert findings(**known) == findings() == {}


def test_severity_and_limit_are_those_of_the_rule_set():
    rules = ruleset_from(default_rules() | {"offset": {"severity": "critical", "limit": 7.0}})
    found = findings({"S": sine() + 0.5}, rules=rules)["offset", "S"]
    assert (found.severity, found.limit, found.is_fatal) == ("critical", 7.0, True)
    assert findings({"S": sine() + 0.45}, rules=rules) == {}


def test_a_phase_without_a_sample_is_too_short_and_no_failure():
    found = judge({"R": PhaseCounter().tally()}, FS, RULES)
    assert [f.rule for f in found] == ["too_short", "absent_phase"]
    assert found[0].message == "0 s long, at least 2 s are needed"


def test_no_phase_at_all_is_refused_in_words():
    with pytest.raises(ValueError, match=r"a recording without a phase cannot be judged; pass the tally of one phase"):
        judge({}, FS, RULES)


# --- length, rate, reading --------------------------------------------------------------------------------------------


def test_recording_of_exactly_the_least_length_is_long_enough():
    assert findings(seconds=2.0) == {}


def test_short_recording_is_refused():
    found = findings(seconds=1.99)["too_short", ""]
    assert found.is_fatal
    assert found.sentence == "1.99 s long, at least 2 s are needed; record for longer"


def test_file_shorter_than_the_manifest_says_is_refused():
    found = findings(duration_s=6.0)["length_mismatch", ""]
    assert found.is_fatal
    assert found.message == "4 s long where the manifest states 6 s (33.3 % off, at most 1 % allowed)"


def test_length_within_one_percent_of_the_manifest_is_accepted():
    """4 s are 0.99 % off 4.04 s, and 1.2 % off 4.05 s."""
    assert findings(duration_s=4.04) == {}
    assert "(1.23 % off, at most 1 % allowed)" in findings(duration_s=4.05)["length_mismatch", ""].message


def test_a_stated_rate_that_the_stamps_contradict_is_refused_with_both():
    found = findings(fs_hz=5000.0, stamps_fs_hz=2500.125, fs_from="dataset.yaml")["rate_contradicts_stamps", ""]
    assert found.is_fatal
    assert found.message == (
        "dataset.yaml states 5000 Hz and the time stamps give 2500.125 Hz (100 % off, at most 1 % allowed)"
    )
    assert findings(fs_hz=1000.0, stamps_fs_hz=1009.0) == findings(fs_hz=5000.0) == findings(stamps_fs_hz=9.0) == {}


@pytest.mark.parametrize(("jitter_s", "is_uneven"), [(4.9e-5, False), (5.1e-5, True), (np.nan, False)])
def test_stamps_may_depart_by_a_twentieth_of_a_sampling_period(jitter_s, is_uneven):
    assert (("stamps_uneven", "") in findings(stamps_jitter_s=jitter_s)) == is_uneven


def test_two_microseconds_are_even_at_any_rate():
    strict = ruleset_from(default_rules() | {"stamps_uneven": {"severity": "warning", "limit": 0.0}})
    assert findings(stamps_jitter_s=1.9e-6, rules=strict) == {}
    assert list(findings(stamps_jitter_s=2.1e-6, rules=strict)) == [("stamps_uneven", "")]


def test_every_note_of_the_reader_is_a_finding():
    tallies = {"R": PhaseCounter()}
    tallies["R"].update(sine().astype(np.float32))
    found = judge({"R": tallies["R"].tally()}, FS, RULES, Stated(notes=("one", "two")))
    assert [f.message for f in found if f.rule == "reading_note"] == ["one", "two"]


# --- phases -----------------------------------------------------------------------------------------------------------


def test_absent_phases_are_named_and_go_with_the_recording():
    found = findings(absent="ST")["absent_phase", "ST"]
    assert not found.is_fatal
    assert found.message == "phases S and T are absent; figures between phases are not available"
    assert "phase T is absent; " in findings(absent="T")["absent_phase", "T"].message


def test_constant_phase_is_refused():
    found = findings({"S": np.full(4000, 2.5)})["flat_phase", "S"]
    assert found.is_fatal
    assert found.sentence == "phase S is constant at 2.5; check the sensor and its cable"


def test_holes_are_said_with_place_and_length():
    x = changed(7, 8, np.nan)
    x[1000:1021] = np.nan
    found = findings({"T": x})["missing", "T"]
    assert found.severity == "warning"
    assert found.message == (
        "0.55 % of the samples of phase T are missing (first at 0.007 s, longest hole 0.021 s from 1 s)"
    )


def test_missing_and_infinite_samples_together_above_the_limit_are_refused_and_not_said_twice():
    """500 NaN and 301 infinite samples of 4000 are 20.025 %; one fewer is 20 %."""
    x = changed(0, 500, np.nan)
    x[1000:1301] = np.inf
    found = findings({"R": x})
    assert list(found) == [("much_missing", "R")]
    assert found["much_missing", "R"].is_fatal
    assert found["much_missing", "R"].message == (
        "20.02 % of the samples of phase R are missing or infinite, at most 20 % are allowed (first at 0 s, longest "
        "hole 0.5 s from 0 s)"
    )
    x[1300] = 0.1
    assert {rule for rule, _ in findings({"R": x})} == {"missing", "infinite"}


def test_phase_without_a_single_sample_is_refused_and_does_not_hide_a_dead_one():
    found = findings({"R": np.full(4000, np.nan), "T": sine(amplitude=0.1)})
    assert list(found) == [("much_missing", "R"), ("dead_phase", "T")]
    assert found["much_missing", "R"].message.startswith("100 % of the samples of phase R")


def test_a_phase_that_ends_early_is_said_with_its_holes_apart():
    x = changed(3600, 4000, np.nan)
    x[10:20] = np.nan
    found = findings({"S": x})
    assert found["unequal_lengths", "S"].message == "phase S ends 0.4 s before the recording, 10 % of it"
    assert found["missing", "S"].value == pytest.approx(0.25)
    assert list(findings({"S": changed(3985, 4000, np.nan)})) == [("missing", "S")]


def test_phases_that_end_together_have_one_length():
    x = changed(3900, 4000, np.nan)
    assert {rule for rule, _ in findings({"R": x, "S": x, "T": x})} == {"missing"}


def test_a_phase_that_stands_still_for_a_while_is_named_with_the_time():
    found = findings({"S": changed(1000, 1500, 0.25)})["flat_stretch", "S"]
    assert found.message == "phase S stands still for 0.5 s from 1 s on"
    assert findings({"S": changed(1000, 1100, 0.25)}) == {}
    assert list(findings({"S": changed(1000, 1101, 0.25)})) == [("flat_stretch", "S")]


def test_phases_that_stand_still_together_are_one_finding():
    still, later = changed(1000, 1500, 0.0), changed(2000, 2500, 0.0)
    together = findings({"R": still, "S": still, "T": still})
    assert list(together) == [("flat_stretch", "RST")]
    assert together["flat_stretch", "RST"].message == "phases R, S and T stand still for 0.5 s from 1 s on"
    assert list(findings({"R": still, "T": later})) == [("flat_stretch", "R"), ("flat_stretch", "T")]


def test_offset_above_the_limit_is_reported():
    """0.5 A on 10 A peak: 0.5 / sqrt(50 + 0.25) = 7.05 % of the rms."""
    found = findings({"S": sine() + 0.5})["offset", "S"]
    assert found.sentence == "phase S has a DC offset of 7.1 % of its rms; check the sensor's zero"
    assert findings({"S": sine() - 0.5})["offset", "S"].value == pytest.approx(7.05, abs=0.15)
    assert findings({"S": sine() - 0.3}) == {}


def test_phase_below_a_twentieth_of_the_largest_is_dead():
    found = findings({"R": sine(amplitude=0.2)})["dead_phase", "R"]
    assert found.message == "phase R carries 2 % of the largest phase's rms"
    assert findings({"R": sine(amplitude=0.6)}) == {}


def test_findings_come_worst_first():
    found = findings({"R": np.zeros(1000), "S": sine(1.0) + 1}, absent="T", seconds=1.0)
    ranks = [SEVERITIES.index(f.severity) for f in found.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert {f.severity for f in found.values()} == {"error", "warning", "info"}
