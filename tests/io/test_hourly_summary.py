"""Hours from recordings, by hand."""

import numpy as np
import pandas as pd
import pytest
from handmade_interim import trend

from diagmod.io.hourly_summary import combine, hourly_summary
from diagmod.io.tables import empty_table
from diagmod.io.trend_tables import TREND, wide_rms

RECORDING = {
    "motor_id": "M1",
    "started_at": None,
    "duration_s": 3.0,
    "unit": "A",
    "rms_R": 1.0,
    "rms_S": 1.0,
    "rms_T": 1.0,
}


def recordings(*rows):
    """The columns of table ``recordings`` that count here; times as text."""
    table = pd.DataFrame([{**RECORDING, **row} for row in rows], columns=list(RECORDING))
    return table.assign(started_at=pd.to_datetime(table["started_at"], utc=True))


def test_recordings_of_an_hour_count_by_their_duration():
    """3 A for 1 s and 4 A for 3 s: sqrt((9 + 3 * 16) / 4) = sqrt(14.25)."""
    table = recordings(
        {"started_at": "2026-01-05T08:10Z", "duration_s": 1.0, "rms_R": 3.0},
        {"started_at": "2026-01-05T08:50Z", "duration_s": 3.0, "rms_R": 4.0},
    )
    row = hourly_summary(table).set_index("quantity").loc["rms_R"]
    assert row["mean"] == pytest.approx(np.sqrt(14.25), rel=1e-14)
    assert (row["minimum"], row["maximum"], row["samples"], row["source"]) == (3.0, 4.0, 2.0, "recordings")
    assert str(row["hour"]) == "2026-01-05 08:00:00+00:00"


def test_a_recording_over_the_full_hour_counts_where_it_starts():
    table = recordings({"started_at": "2026-01-05T08:59:59.9Z", "duration_s": 600.0})
    assert set(hourly_summary(table)["hour"].dt.hour) == {8}


def test_equal_recordings_give_exactly_their_rms():
    rows = [{"started_at": "2026-01-05T08:00Z", "duration_s": d, "rms_R": 0.1} for d in (0.3, 0.7, 1.1)]
    assert hourly_summary(recordings(*rows)).set_index("quantity").loc["rms_R", "mean"] == 0.1


def test_an_absent_phase_and_an_unknown_start_give_no_hour():
    table = recordings(
        {"started_at": "2026-01-05T08:00Z", "rms_T": np.nan}, {"motor_id": "M2"}, {"rms_R": np.inf, "motor_id": "M3"}
    )
    found = hourly_summary(table)
    assert found["quantity"].tolist() == ["rms_R", "rms_S"]
    assert set(found["motor_id"]) == {"M1"}


def test_no_recordings_give_no_hours():
    assert hourly_summary(recordings()).empty


def test_a_log_wins_hour_by_hour_and_both_stay_told_apart():
    log = trend("M1", ["2026-01-05T08:00Z"], [4.0])
    log = log[log["quantity"] == "rms_R"]
    starts = ("2026-01-05T08:30Z", "2026-01-05T09:30Z")
    summary = hourly_summary(recordings(*({"started_at": at, "rms_R": 9.0} for at in starts)))
    found = combine(log, summary)
    assert found["source"].tolist() == ["log", "recordings", "recordings", "recordings"]
    wide = wide_rms(found)
    assert wide["rms_R"].tolist() == [4.0, 9.0]
    assert np.isnan(wide["rms_S"][0]), "phases of one hour never come from two sources"


def test_a_log_of_another_quantity_does_not_push_currents_out():
    log = trend("M1", ["2026-01-05T08:00Z"], [60.0])
    log = log[log["quantity"] == "rms_R"].assign(quantity="temperature", unit="°C")
    summary = hourly_summary(recordings({"started_at": "2026-01-05T08:30Z"}))
    assert combine(log, summary)["quantity"].tolist() == ["rms_R", "rms_S", "rms_T", "temperature"]


def test_either_part_may_be_empty():
    nothing = empty_table(TREND)
    summary = hourly_summary(recordings({"started_at": "2026-01-05T08:30Z"}))
    assert len(combine(nothing, summary)) == len(combine(summary, nothing)) == 3
    assert combine(nothing, nothing).empty


def test_counts_of_a_motor_that_is_also_known_in_ampere_give_no_hour():
    counted = {"unit": "counts", "rms_R": 900.0, "rms_S": 900.0, "rms_T": 900.0}
    table = recordings(
        {"started_at": "2026-01-05T08:10Z", "rms_R": 3.0}, {"started_at": "2026-01-05T08:20Z", **counted},
        {"started_at": "2026-01-05T08:20Z", "motor_id": "M2", **counted},
    )  # fmt: skip
    found = hourly_summary(table)
    of_phase_r = found[found["quantity"] == "rms_R"].set_index("motor_id")
    assert of_phase_r["mean"].to_dict() == {"M1": 3.0, "M2": 900.0}
    assert of_phase_r["unit"].to_dict() == {"M1": "A", "M2": "counts"}
