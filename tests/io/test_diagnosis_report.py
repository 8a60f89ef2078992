"""The report of a diagnosis: what a maintenance engineer reads, and in which order."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from handmade_diagnosis import BAR, BEARINGS, FOUND, MOTOR, REFUSED, UNBALANCE, lineage

from diagmod.core.verdicts import Competitor, FaultVerdict, Interval, Quality, QualityVerdict, SlipEstimate, Verdict
from diagmod.io.diagnosis_report import diagnosis_report
from diagmod.io.nameplates import UNNAMED
from diagmod.io.report_figures import frequency_in_words, level, plain, sentence, slip_in_words, span
from diagmod.io.report_rows import WIDTH, columns, fitted, labelled, paragraph


@pytest.fixture
def report(tmp_path) -> str:
    return diagnosis_report(FOUND, lineage(tmp_path, notes=("the only column was taken as R",), load_pct=75.0))


def part(report: str, title: str) -> str:
    """One section of a report, its wrapped lines joined."""
    found = next(one for one in report.split("\n\n") if one.startswith(title))
    return re.sub(r"\s+", " ", found)


def test_it_begins_with_the_file_the_motor_and_the_sentences_for_an_engineer(report):
    assert report.startswith("DIAGNOSIS of pump.csv, motor M1 (pump 3)\n")
    assert part(report, "DIAGNOSIS").endswith(FOUND.sentence)


def test_a_motor_without_a_name_is_not_named(tmp_path):
    unnamed = lineage(tmp_path, motor=replace(MOTOR, motor_id=UNNAMED, name=""))
    assert diagnosis_report(FOUND, unnamed).startswith("DIAGNOSIS of pump.csv\n")


def test_sections_follow_the_questions_of_a_reader(report):
    titles = [one.split("\n")[0] for one in report.split("\n\n") if not one.startswith(" ")]
    assert titles[1:] == [
        "RECORDING",
        "OPERATING POINT",
        "FAULTS AND CONDITIONS",
        "WHAT WAS FOUND",
        "WHAT STANDS OUT BUT IS NO SIGN OF A FAULT",
        "WHAT IT CANNOT TELL, AND WHAT WOULD HELP",
        "LINES THAT COINCIDE at this slip and length",
        "ON WHAT THIS STANDS",
    ]


def test_quality_says_verdict_reasons_and_what_to_change(report):
    assert part(report, "RECORDING") == (
        "RECORDING Quality limited: it supports a diagnosis, but not every statement "
        "Samples 10 s at 5000 Hz, phases R, S, T in A; judged from 0.0 to 6.0 s, where the load is steady "
        "Limits - The floor beside the supply line is -60 dBc. To change - Record 20 s or more."
    )


def test_the_operating_point_has_uncertainties_speed_and_every_witness(report):
    """60 x 49.98123 / 2 x (1 - 0.024) = 1463.45 rpm."""
    found = part(report, "OPERATING POINT")
    assert "Supply 49.9812 Hz +- 0.0004 Hz" in found
    assert "Slip 0.0240 (0.0238 to 0.0242), 1463.5 rpm: slot harmonics and bar sidebands agree" in found
    assert "slot harmonics 0.0240 (0.0239 to 0.0241) 2 slot harmonics" in found
    assert "eccentricity pair - no pair of lines at the shaft frequency stands out" in found
    assert found.endswith("Load 70 % of rated (60 to 80 %)")


def test_an_unknown_slip_says_why(tmp_path):
    unknown = replace(FOUND, slip=SlipEstimate("combined", None, "the witnesses disagree"), load_share=None)
    found = part(diagnosis_report(unknown, lineage(tmp_path)), "OPERATING POINT")
    assert "Slip unknown: the witnesses disagree" in found
    assert found.endswith("Load unknown")


def test_the_table_says_verdict_strongest_line_and_smallest_visible_fault(report):
    table = part(report, "FAULTS")
    assert "Broken rotor bars FOUND f(1-2s) 47.60 Hz -38.1 dBc -85.6 dBc 0.01 to 0.04 broken bars" in table
    assert "Eccentric rotor no sign f+fr 74.40 Hz -55.0 dBc -110.0 dBc -98 dBc" in table
    assert "Unbalanced currents no sign I2 / I1 1.4 %" in re.sub(r"\s+", " ", report)


def test_faults_of_which_the_same_is_said_share_a_row(report):
    assert "Bearing, all parts cannot tell -" in part(report, "FAULTS")
    assert "Bearing, all parts why The bearing is not known; give its designation." in part(report, "WHAT IT CANNOT")


def test_two_parts_of_a_bearing_that_share_a_reason_are_named(tmp_path):
    two = replace(FOUND, faults=(BAR, *BEARINGS[:2]))
    assert "Bearing, outer, inner why" in part(diagnosis_report(two, lineage(tmp_path)), "WHAT IT CANNOT")


def test_a_found_fault_shows_lines_severity_chart_source_and_other_explanations(report):
    found = part(report, "WHAT WAS FOUND")
    assert "why The lines stand out and their phases are those of a rotor fault." in found
    assert "measured f(1-2s) 47.60 Hz -38.1 dBc -85.6 dBc 47 dB above its floor" in found
    assert "f(1+2s) 52.40 Hz -41.0 dBc -84.0 dBc 43 dB above its floor; weaker than the lower one" in found
    assert "f(1-4s) 45.20 Hz -86.0 dBc -85.0 dBc does not stand out" in found
    assert "f-fr 26.10 Hz -60.0 dBc -61.0 dBc not resolved" in found
    assert "angle of both lines 231 deg" in found
    assert "severity 0.8 to 1.6 broken bars (rotor current at 60 to 80 % load, 28 bars)" in found
    assert "chart A: broken bar (-38.1 dBc); service practice" in found
    assert found.endswith("or else load oscillation at twice the slip - unlikely: the angle is 231 degrees")


def test_a_line_that_stands_out_without_a_fault_is_explained(report):
    natural = part(report, "WHAT STANDS OUT")
    assert natural.endswith("Eccentric rotor Healthy machines show up to -50 dBc.")


def test_a_fault_is_no_other_explanation_of_itself(tmp_path):
    short = FaultVerdict(
        "stator_short", Verdict.CANNOT_DECIDE, "",
        competing=(Competitor("inter-turn short", Verdict.CANNOT_DECIDE, "5 % of the turns would do it"),
                   Competitor("unbalanced supply voltage", Verdict.CANNOT_DECIDE, "1 % would do it")),
    )  # fmt: skip
    found = part(diagnosis_report(replace(FOUND, faults=(short,)), lineage(tmp_path)), "WHAT IT CANNOT")
    assert found.endswith("Inter-turn short or else unbalanced supply voltage - possible: 1 % would do it")


def test_lines_that_did_not_stand_out_fill_no_page_where_nothing_is_decided(tmp_path):
    quiet = replace(BAR, verdict=Verdict.CANNOT_DECIDE, severity=None, evidence=BAR.evidence[2:3])
    found = part(diagnosis_report(replace(FOUND, faults=(quiet,)), lineage(tmp_path)), "WHAT IT CANNOT")
    assert "measured" not in found


def test_collisions_are_shortened_and_say_where_the_rest_is(report):
    assert part(report, "LINES").count("stator short line") == 4
    assert part(report, "LINES").endswith("and 2 more pairs (--json lists them)")


def test_it_ends_with_what_it_stands_on(report):
    stands = part(report, "ON WHAT THIS STANDS")
    assert "File pump.csv sha256 db434bc2a51b9ce9e86aff303c5f5f1271f792c52d57b33941e5bad141530a62" in stands
    assert "Columns R from R, S from S, T from T Reading - the only column was taken as R" in stands
    assert "Nameplate 2 pole pairs, 50 Hz, 28 rotor bars, 1455 rpm (from motors.yaml:M1)" in stands
    assert "Load 75 % of rated, as declared Code diagmod 0.1.0, sources " in stands


def test_columns_without_names_are_called_by_number(tmp_path):
    text = diagnosis_report(FOUND, lineage(tmp_path, columns=("2", "", ""), time_column="1"))
    assert "Columns R from column 2, time from column 1" in part(text, "ON WHAT")
    assert "phase R in A" in text


def test_an_unusable_recording_is_said_once_and_no_fault_is_spoken_of(tmp_path):
    text = diagnosis_report(REFUSED, lineage(tmp_path))
    assert "Quality UNUSABLE: it supports no diagnosis" in part(text, "RECORDING")
    assert "OPERATING POINT" not in text
    assert "All faults cannot tell -" in part(text, "FAULTS")
    assert "WHAT IT CANNOT TELL" not in text
    assert re.sub(r"\s+", " ", text).count("9.8 % of the samples repeat") == 2


def test_an_unusable_recording_with_a_supply_line_shows_its_frequency(tmp_path):
    known = replace(REFUSED, line_hz=Interval(50.0, 49.9, 50.1))
    found = part(diagnosis_report(known, lineage(tmp_path)), "OPERATING POINT")
    assert found == ("OPERATING POINT Supply 50.0 Hz +- 0.1 Hz Slip unknown, and so is the load, for the limits above")


def test_a_good_recording_has_no_limits(tmp_path):
    good = replace(FOUND, quality=Quality(QualityVerdict.GOOD, stretch_s=(0.0, 10.0)))
    found = part(diagnosis_report(good, lineage(tmp_path)), "RECORDING")
    assert found == "RECORDING Quality good Samples 10 s at 5000 Hz, phases R, S, T in A"


def test_no_line_is_wider_than_the_page_and_nothing_is_coloured(tmp_path, report):
    long_names = tuple(f"channel {letter} of a recorder with a very long name indeed, calibrated" for letter in "RST")
    for text in (report, diagnosis_report(FOUND, lineage(tmp_path, columns=long_names))):
        assert max(len(line) for line in text.splitlines()) <= WIDTH
        assert not any(line.endswith(" ") for line in text.splitlines())
        assert "\x1b" not in text and "nan" not in text.casefold() and "inf" not in text.split()


def test_the_same_diagnosis_is_the_same_text(tmp_path):
    assert diagnosis_report(FOUND, lineage(tmp_path)) == diagnosis_report(FOUND, lineage(tmp_path))


def test_unbalance_without_a_value_is_a_dash(tmp_path):
    silent = replace(UNBALANCE, evidence=())
    text = diagnosis_report(replace(FOUND, conditions=(silent,)), lineage(tmp_path))
    assert re.search(r"Unbalanced currents\s+no sign\s+-\n", text)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (0.012345, "0.0123"), (1234.5, "1234"), (-45.04, "-45"), (float("nan"), "-"), (1e-12, "1e-12")],
)
def test_numbers_have_three_digits_and_no_needless_exponent(value, words):
    assert plain(value) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.8, 1.6, "0.8 to 1.6 bars"),
        (-72.0, -72.0, "-72 bars"),
        (3.2, float("nan"), "from 3.2 bars"),
        (float("-inf"), 4.0, "up to 4 bars"),
        (float("nan"), float("nan"), "unknown"),
    ],
)
def test_bounds_in_words(low, high, words):
    assert span(low, high, "bars") == words


def test_a_frequency_has_as_many_decimals_as_its_uncertainty():
    assert frequency_in_words(Interval(49.98123, 49.98063, 49.98183)) == "49.9812 Hz +- 0.0006 Hz"
    assert frequency_in_words(Interval(50.0, 49.8, 50.2)) == "50.0 Hz +- 0.2 Hz"
    assert frequency_in_words(Interval(50.0, 50.0, 50.0)) == "50.0000 Hz"
    assert frequency_in_words(Interval(50.0, float("nan"), float("nan"))) == "50.0000 Hz"


def test_levels_carry_their_unit():
    assert level(-38.12, "dBc") == "-38.1 dBc"
    assert level(231.4, "deg") == "231 deg"
    assert level(0.0633, "%") == "0.1 %"
    assert level(0.0633, "A") == "0.0633 A"
    assert level(float("nan"), "dBc") == "-"


def test_a_slip_of_which_only_bounds_are_known():
    assert slip_in_words(Interval(float("nan"), 0.0, 0.05)) == "0.0000 to 0.0500"


def test_a_sentence_begins_large_and_ends_with_a_stop():
    assert sentence("the load pulsates") == "The load pulsates."
    assert sentence("Record longer.") == "Record longer."


def test_cells_wrap_inside_their_column():
    assert columns([["bar", "found at once"], ["short", "no sign"]], [5, 8]) == [
        "  bar    found at",
        "         once",
        "  short  no sign",
    ]


def test_an_empty_column_takes_no_room():
    assert fitted([["a", "", "b"], ["cc", "", "d"]], indent=0) == ["a   b", "cc  d"]
    assert fitted([["", ""]]) == []


def test_a_label_without_text_is_left_out():
    assert labelled("Reading", "") == []
    assert labelled("Load", "75 %") == ["  Load      75 %"]


def test_a_word_wider_than_the_page_is_broken():
    assert [len(line) for line in paragraph("x" * 150, 2)] == [WIDTH, 54]
