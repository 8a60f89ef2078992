"""What a data set amounts to: counts against counts by hand."""

from __future__ import annotations

import pandas as pd
from handmade_interim import RECORDINGS_OF_PLANT, plant, recordings

from diagmod.io.overview_tables import by_week, fleet_table, totals


def _totals(**changes):
    data = plant(**changes)
    return totals(data.motors, data.recordings, data.refused)


def _fleet(grades=None, **changes):
    data = plant(**changes)
    return fleet_table(data.motors, data.recordings, data.refused, grades).set_index("motor_id")


def test_totals_are_those_counted_by_hand():
    found = _totals()
    assert (found.motors, found.recordings, found.with_warning) == (3, 4, 1)
    assert (found.quarantined, found.duplicates) == (2, 1)
    assert found.lasting == ("1.0", "min")  # 3 + 3 + 3 + 51 s
    assert found.period == "2026-01-05 – 2026-03-05"


def test_two_hours_and_more_are_told_in_hours():
    assert _totals(recordings=recordings({"duration_s": 9000.0})).lasting == ("2.5", "h")
    assert _totals(recordings=recordings({"duration_s": 7140.0})).lasting == ("119.0", "min")


def test_a_data_set_without_times_has_no_period():
    timeless = recordings(*({**row, "started_at": None} for row in RECORDINGS_OF_PLANT))
    assert _totals(recordings=timeless).period == "not recorded"
    assert _fleet(recordings=timeless)["last_recorded"].isna().all()
    assert by_week(timeless).empty


def test_fleet_counts_are_those_counted_by_hand():
    fleet = _fleet()
    counts = fleet[["recordings", "with_warning", "quarantined"]]
    assert counts.loc["M1"].tolist() == [3, 1, 0]
    assert counts.loc["M2"].tolist() == [1, 0, 1]
    assert counts.loc["M3"].tolist() == [0, 0, 0]
    assert fleet.loc["M1", "last_recorded"] == pd.Timestamp("2026-03-05T08:00Z")
    assert fleet.loc["M1", "rated_rpm"] == 1470


def test_a_data_set_of_which_nothing_loaded_still_counts_what_was_refused():
    assert _totals(recordings=recordings()).recordings == 0
    assert _fleet(recordings=recordings())["quarantined"].tolist() == [0, 1, 0]


def test_motors_that_were_not_judged_say_so():
    assert set(_fleet()["grade"]) == {"not judged"}
    grades = pd.DataFrame({"motor_id": ["M1"], "grade": ["act"]})
    assert _fleet(grades)["grade"].tolist() == ["act", "not judged", "not judged"]


def test_weeks_begin_on_monday_and_count_every_recording():
    """5 January 2026 is a Monday; the Sunday before belongs to the week of 29 December."""
    times = ("2026-01-04T23:59Z", "2026-01-05T00:00Z", "2026-01-11T23:59Z", "2026-01-12T00:00Z")
    counted = by_week(recordings(*({"started_at": time} for time in times)))
    assert [f"{week:%Y-%m-%d}" for week in counted["week"]] == ["2025-12-29", "2026-01-05", "2026-01-12"]
    assert counted["recordings"].tolist() == [1, 2, 1]
