"""Queries of the hourly table against rows counted by hand."""

import numpy as np
import pandas as pd
import pytest

from diagmod.io.tables import TableError, conform, empty_table
from diagmod.io.trend_tables import TREND, coverage, query, recent, wide_rms

DAY = "2026-01-05T"


def rows(motor_id, quantity, hours, means, unit="A", source="log"):
    about = {"motor_id": motor_id, "quantity": quantity, "unit": unit, "source": source}
    figures = {"mean": means, "minimum": np.nan, "maximum": np.nan, "samples": np.nan}
    return conform(pd.DataFrame({**about, "hour": pd.to_datetime(hours, utc=True), **figures}), TREND)


@pytest.fixture
def table():
    """M1: R at 0, 1, 4, 9 h; S at 1 h; temperature at 1 h. M2: R at 0 h."""
    hours = [f"{DAY}{h:02d}:00Z" for h in (9, 0, 1, 4)]
    return pd.concat(
        [
            rows("M2", "rms_R", hours[1:2], [7.0]),
            rows("M1", "rms_R", hours, [9.0, 1.0, 2.0, 4.0]),
            rows("M1", "rms_S", hours[2:3], [5.0]),
            rows("M1", "temperature", hours[2:3], [60.0], unit="°C"),
        ]
    )


def test_every_column_of_the_table_has_a_meaning_and_its_own_name():
    assert len({c.name for c in TREND.columns}) == len(TREND.columns)
    assert all(c.meaning for c in TREND.columns)


def test_wide_form_has_a_row_an_hour_and_a_column_a_phase(table):
    wide = wide_rms(table)
    assert list(wide) == ["motor_id", "hour", "rms_R", "rms_S", "rms_T"]
    assert wide["motor_id"].tolist() == ["M1"] * 4 + ["M2"]
    assert wide["rms_R"].tolist() == [1.0, 2.0, 4.0, 9.0, 7.0]
    assert wide["rms_S"].fillna(-1).tolist() == [-1, 5.0, -1, -1, -1]
    assert wide["rms_T"].isna().all()


def test_wide_form_of_no_hours_has_its_columns():
    assert list(wide_rms(empty_table(TREND))) == ["motor_id", "hour", "rms_R", "rms_S", "rms_T"]


def test_a_range_holds_its_start_and_not_its_end(table):
    found = query(table, motor_id="M1", phase="R", start=f"{DAY}01:00Z", end=f"{DAY}09:00Z")
    assert found["mean"].tolist() == [2.0, 4.0]


def test_a_range_in_another_zone_is_the_same_instant(table):
    assert query(table, motor_id="M1", phase="R", start=f"{DAY}05:00+01:00")["mean"].tolist() == [4.0, 9.0]


def test_what_is_not_asked_for_is_not_restricted(table):
    assert len(query(table)) == len(table)
    assert query(table, quantity="temperature")["mean"].tolist() == [60.0]
    assert query(table, motor_id="M9").empty


def test_the_last_hours_count_from_the_last_one_there_is(table):
    """Hours 0, 1, 4, 9: the last 6 hours are 4 to 9."""
    assert recent(table, "M1", 6)["mean"].tolist() == [4.0, 9.0]
    assert recent(table, "M1", 1)["mean"].tolist() == [9.0]
    assert recent(table, "M1", 5, "rms_S")["mean"].tolist() == [5.0]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"start": "2026-01-05T00:00"}, "the start 2026-01-05T00:00 has no time zone; add Z for UTC"),
        ({"end": "tomorrow"}, "the end 'tomorrow' is no time; write 2026-01-31T08:00:00Z"),
        ({"end": "0001-01-01T00:00+05:00"}, "the end 0001-01-01T00:00.05:00 lies outside the calendar"),
        ({"start": f"{DAY}02:00Z", "end": f"{DAY}02:00Z"}, "must be before the end"),
        ({"phase": "Q"}, "phase must be R, S, T and no other quantity beside it, got 'Q'"),
        ({"phase": "R", "quantity": "temperature"}, "no other quantity beside it"),
        ({"last_hours": 0}, "the last hours must be at least 1, got 0"),
    ],
)
def test_a_question_without_sense_is_refused(table, asked, sentence):
    with pytest.raises(TableError, match=sentence):
        query(table, **asked)


def test_coverage_counts_gaps_and_names_the_longest(table):
    """R of M1 has hours 0, 1, 4, 9: gaps of 2 and 4 hours, the longest from 5 to 8."""
    found = coverage(table).set_index(["motor_id", "quantity"])
    first = found.loc[("M1", "rms_R")]
    assert (first["hours"], first["gaps"], first["missing_h"], first["longest_gap_h"]) == (4, 2, 6, 4)
    assert (first["gap_from"].hour, first["gap_to"].hour, first["last"].hour) == (5, 8, 9)
    whole = found.loc[("M2", "rms_R")]
    assert (whole["hours"], whole["gaps"], whole["longest_gap_h"]) == (1, 0, 0)
    assert pd.isna(whole["gap_from"]) and pd.isna(whole["gap_to"])
    assert found.loc[("M1", "temperature"), "unit"] == "°C"


def test_coverage_of_no_hours_is_empty():
    assert coverage(empty_table(TREND)).empty
