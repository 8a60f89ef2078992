"""What words in names mean: nothing that can be meant in two ways is interpreted."""

from __future__ import annotations

import pytest

from diagmod.io.name_patterns import NamePattern
from diagmod.io.name_words import Meaning, Vocabulary, time_in_utc
from diagmod.io.refusals import UnreadableRecording


def meaning(pattern: str, name: str, **vocabulary: object) -> Meaning:
    parsed = NamePattern.parse(pattern)
    texts = parsed.read(name)
    assert texts is not None
    return Vocabulary(conditions=("healthy", "broken_bar"), **vocabulary).meaning(parsed, texts)


@pytest.mark.parametrize("text", ["05", "0,5", "007", "2.", "1.000.5"])
def test_a_number_that_could_be_another_one_is_refused(text):
    found = meaning("{torque_nm}Nm", f"{text}Nm.csv")
    assert found.cells == {}
    assert (
        f"torque_nm {text!r} of its name is no number that can be meant in one way only; pass --map"
        in found.problems[0]
    )


def test_a_mapped_number_is_taken():
    found = meaning("{torque_nm}Nm", "05Nm.csv", words={"torque_nm": {"05": "0.5"}})
    assert found == Meaning({"torque_nm": "0.5"}, [])


LABEL, SHARE = "severity_label", "severity"


@pytest.mark.parametrize(
    ("text", "column"), [("03", LABEL), ("0583mg", LABEL), ("1.2", LABEL), ("0.3", SHARE), ("1", SHARE)]
)
def test_a_severity_is_a_label_unless_it_is_a_share(text, column):
    assert meaning("x_{severity}", f"x_{text}.csv").cells == {column: text}


def test_a_word_for_a_condition_must_be_known_or_mapped():
    assert meaning("{condition}", "healthy.csv").cells == {"condition": "healthy"}
    assert meaning("{condition}", "BPFO.csv", words={"condition": {"BPFO": "bearing_outer"}}).cells == {
        "condition": "bearing_outer"
    }
    refused = meaning("{condition}", "normal.csv")
    assert refused.cells == {}
    assert "condition 'normal' of its name is not known; pass --map condition:normal=WORD" in refused.problems[0]


def test_times_become_utc():
    pattern = "{started_at:%Y%m%d_%H%M%S}"
    assert meaning(pattern, "20260131_090000.csv", timezone="Europe/Berlin").cells == {
        "started_at": "2026-01-31T08:00:00Z"
    }
    assert time_in_utc("20260131T0900+0100", "%Y%m%dT%H%M%z", None) == ("2026-01-31T08:00:00Z", "")
    assert time_in_utc("20260131T0800Z", "%Y%m%dT%H%MZ", "Europe/Berlin") == ("2026-01-31T08:00:00Z", "")
    assert time_in_utc("2026-01-31T08:00:00.250Z", "", None) == ("2026-01-31T08:00:00.250000Z", "")


def test_an_hour_that_came_twice_or_never_is_refused():
    """Berlin: 2026-10-25 03:00 summer time becomes 02:00; 2026-03-29 02:00 becomes 03:00."""
    form = "%Y%m%d%H%M"
    assert "came twice" in time_in_utc("202610250230", form, "Europe/Berlin")[1]
    assert "does not exist" in time_in_utc("202603290230", form, "Europe/Berlin")[1]
    assert time_in_utc("202610250330", form, "Europe/Berlin") == ("2026-10-25T02:30:00Z", "")


def test_a_time_that_cannot_be_is_refused():
    assert "is no time" in time_in_utc("202613010000", "%Y%m%d%H%M", "UTC")[1]
    assert "has no time zone" in time_in_utc("2026-01-31T08:00", "", None)[1]
    with pytest.raises(UnreadableRecording, match="there is no time zone 'Berlin'"):
        time_in_utc("2026-01-31T08:00", "", "Berlin")
