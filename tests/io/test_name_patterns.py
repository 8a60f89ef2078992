"""Patterns of file names: what they read, and what they refuse because it can be read in two ways."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.io.name_patterns import AmbiguousName, NamePattern, PatternError, stem_of


def read(pattern: str, name: str) -> dict[str, str] | None:
    return NamePattern.parse(pattern).read(name)


def test_the_names_of_the_reference_data_are_torque_state_and_size():
    pattern = "{torque_nm}Nm_{condition}_{severity}"
    assert read(pattern, "0Nm_BPFO_03.csv") == {"torque_nm": "0", "condition": "BPFO", "severity": "03"}
    assert read(pattern, "sub/4Nm_Unbalance_0583mg.csv.gz") == {
        "torque_nm": "4", "condition": "Unbalance", "severity": "0583mg",
    }  # fmt: skip
    assert read(pattern, "0Nm_Normal.csv") is None


def test_a_name_that_can_be_cut_in_two_ways_is_refused_with_both():
    with pytest.raises(
        AmbiguousName, match=r"in two ways: .*condition 'BPFO', severity 'X_03'; or .*'BPFO_X', .* '03'"
    ):
        read("{torque_nm}Nm_{condition}_{severity}", "0Nm_BPFO_X_03.csv")


def test_a_number_field_takes_no_words_so_that_its_place_is_known():
    assert read("{motor_id}_{load_pct}", "M_01_pump_75.csv") == {"motor_id": "M_01_pump", "load_pct": "75"}


def test_ways_that_differ_only_in_what_is_ignored_are_one_way():
    assert read("{motor_id}-{_}x{ignore}", "M1-axbxc.csv") == {"motor_id": "M1"}


def test_folders_count_as_far_as_the_pattern_names_them():
    assert read("{motor_id}/{load_pct}pct", "plant/M7/75pct.csv") == {"motor_id": "M7", "load_pct": "75"}
    assert read("{motor_id}/{load_pct}pct", "75pct.csv") is None
    assert read("{motor_id}_{load_pct}", "M1/a_75.csv") == {"motor_id": "a", "load_pct": "75"}


def test_a_time_may_be_spread_over_folder_and_name():
    pattern = NamePattern.parse("{started_at:%Y-%m-%d}/{motor_id}_{started_at:%H%M}")
    assert pattern.read("2026-01-31/M1_0805.csv") == {"started_at": "2026-01-31|0805", "motor_id": "M1"}
    assert pattern.time_format == "%Y-%m-%d|%H%M"
    assert not pattern.names_zone


def test_times_have_fixed_widths():
    assert read("{started_at:%Y%m%d%H%M}", "202611108.csv") is None, "1 November 10:08 or 11 January 0:8?"


def test_a_zone_in_the_names_is_seen():
    assert NamePattern.parse("{started_at:%Y%m%dT%H%MZ}").names_zone
    assert NamePattern.parse("{started_at:%Y%m%dT%H%M%z}").names_zone
    assert NamePattern.parse("{started_at}").names_zone, "ISO 8601 is checked when it is read"
    assert not NamePattern.parse("{motor_id}").names_zone


def test_a_number_in_a_name_is_no_suffix():
    assert stem_of("2.5Nm") == "2.5Nm"
    assert stem_of("M1.CSV.GZ") == "M1"
    assert read("{torque_nm}Nm", "2.5Nm.csv") == {"torque_nm": "2.5"}


def test_names_of_a_mac_fit_patterns_of_others():
    composed, decomposed = "Stäb_{condition}", "Sta\u0308b_x.csv"
    assert read(composed, decomposed) == {"condition": "x"}


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "must have 1 to 512 characters"),
        ("{torque", "brace too many or too few"),
        ("plain", "has no field; write for example"),
        ("{torque}", "unknown field 'torque'; allowed are motor_id, .*torque_nm"),
        ("{}", "unknown field ''"),
        ("{file}", "unknown field 'file'"),
        ("{motor_id!r}", "only started_at has a format"),
        ("{motor_id:>3}", "only started_at has a format"),
        ("{motor_id}_{motor_id}", "has motor_id twice"),
        ("{started_at}_{started_at:%Y%m%d%H%M}", "has started_at twice"),
        ("{motor_id}{condition}", "nothing stands between motor_id and condition"),
        ("{severity}_{severity_label}", "has severity and severity_label; keep one"),
        ("{started_at:%Y%m%d}", "a date alone is no start time"),
        ("{started_at:%H%M}", "needs year, month and day"),
        ("{started_at:%d %b %Y %H%M}", "a time cannot have %b"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_in_a_sentence(pattern, sentence):
    with pytest.raises(PatternError, match=sentence):
        NamePattern.parse(pattern)


def test_a_hostile_name_costs_no_time():
    pattern = "_".join(f"{{{name}}}" for name in ("_", "ignore", "motor_id", "condition", "severity", "note"))
    with pytest.raises(AmbiguousName):
        read(pattern, "_".join("a" * 120))


WORD = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/{}"), min_size=1, max_size=8)
NUMBER = st.decimals(0, 1000, places=2).map(lambda d: f"{d.normalize():f}")


@given(torque=NUMBER, condition=WORD, severity=WORD, mark=st.sampled_from("_- ~"))
def test_what_was_written_into_a_name_is_read_from_it_or_refused_as_ambiguous(torque, condition, severity, mark):
    pattern = f"{{torque_nm}}Nm{mark}{{condition}}{mark}{{severity}}"
    name = f"{torque}Nm{mark}{condition}{mark}{severity}.csv"
    try:
        found = read(pattern, name)
    except AmbiguousName:
        assert mark in condition + severity or "Nm" in condition + severity
        return
    texts = {"torque_nm": torque, "condition": condition, "severity": severity}
    stem = unicodedata.normalize("NFC", name.removesuffix(".csv"))
    if stem_of(name) == name.removesuffix(".csv") and stem == name.removesuffix(".csv"):
        assert found == texts


@given(stamp=st.datetimes(), motor=st.from_regex(r"[A-Z]\d{2}", fullmatch=True))
def test_a_time_written_by_a_format_is_read_by_it(stamp, motor):
    if stamp.year < 1000:
        return
    found = read("{motor_id}_{started_at:%Y-%m-%d_%H%M%S}", f"{motor}_{stamp:%Y-%m-%d_%H%M%S}.csv")
    assert found == {"motor_id": motor, "started_at": f"{stamp:%Y-%m-%d_%H%M%S}"}
