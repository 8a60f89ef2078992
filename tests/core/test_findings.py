"""A finding says what and what to do, and whether the recording goes to quarantine."""

import pytest

from diagmod.core.findings import Finding, beside, plain


def finding(severity):
    return Finding(rule="offset", severity=severity, message="phase S has an offset", remedy="check the sensor's zero")


@pytest.mark.parametrize(
    ("severity", "fatal"), [("info", False), ("warning", False), ("error", True), ("critical", True)]
)
def test_error_and_critical_send_to_quarantine(severity, fatal):
    assert finding(severity).is_fatal is fatal


def test_the_sentence_says_what_and_then_what_to_do():
    assert finding("info").sentence == "phase S has an offset; check the sensor's zero"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.00003, "0.00003"), (1.9996, "2"), (2.5, "2.5"), (-33.333, "-33.3"), (1234.6, "1235"),
     (1e6, "1000000")],
)  # fmt: skip
def test_numbers_have_three_digits_and_no_exponent(value, text):
    assert plain(value) == text


def test_a_number_is_told_from_the_limit_that_it_breaks():
    assert beside(0.20001, 0.2) == "0.20001"
    assert beside(0.3, 0.2) == "0.3"
    assert beside(0.2, 0.2) == "0.2"
