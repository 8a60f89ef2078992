"""Samples into hours: what is merged, what is refused and why, and that every cell is accounted for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from historian_texts import imported, lines, write

from diagmod.io.hourly_values import REFUSED, SERIES
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.trend_tables import wide_rms


def test_an_hourly_export_stays_hourly_without_claims_about_its_samples(tmp_path):
    path = lines(tmp_path / "a.csv", "2026-01-05T00:00Z;1;2;3", "2026-01-05T01:00Z;4;5;6", "2026-01-05T03:00Z;7;8;9")
    found = imported(path)
    assert wide_rms(found.trend)["rms_S"].tolist() == [2.0, 5.0, 8.0]
    assert found.trend[["minimum", "maximum", "samples"]].isna().all(axis=None)
    assert found.series["gaps"].tolist() == [1, 1, 1]


def test_a_repeated_hour_that_is_there_once_is_refused_row_by_row(tmp_path):
    hours = ["01:00", "02:00", "03:00", "04:00"]
    found = imported(lines(tmp_path / "a.csv", *(f"25.10.2026 {h};1;2;3" for h in hours)), timezone="Europe/Berlin")
    assert found.trend["hour"].dt.hour.unique().tolist() == [23, 2, 3]
    assert found.refused[["row", "time", "value"]].to_numpy().tolist() == [
        [2, "25.10.2026 02:00", 1.0], [2, "25.10.2026 02:00", 2.0], [2, "25.10.2026 02:00", 3.0],
    ]  # fmt: skip
    assert found.refused["reason"].str.contains("local time exists twice").all()


def test_equal_rows_are_merged_and_contradicting_ones_both_kept_out(tmp_path):
    path = lines(
        tmp_path / "a.csv",
        "2026-01-05T00:00Z;1;1", "2026-01-05T01:00Z;2;2", "2026-01-05T01:00Z;2;9", "2026-01-05T02:00Z;3;3",
        head="time;I_R;I_S",
    )  # fmt: skip
    found = imported(path)
    wide = wide_rms(found.trend)
    assert wide["rms_R"].tolist() == [1.0, 2.0, 3.0]
    assert wide["rms_S"].fillna(-1).tolist() == [1.0, -1, 3.0]
    assert found.refused[["row", "tag", "value"]].to_numpy().tolist() == [[2, "I_S", 2.0], [3, "I_S", 9.0]]
    assert found.series["merged"].tolist() == [1, 0]
    assert "1 equal rows merged, 2 rows refused" in found.in_words()


def test_two_hourly_values_in_one_hour_must_agree(tmp_path):
    rows = ["2026-01-05T00:00Z;1;2;3", "2026-01-05T01:00Z;1;2;3", "2026-01-05T01:30Z;1;2;4", "2026-01-05T02:30Z;1;2;3"]
    rows += [f"2026-01-05T{h:02d}:30Z;1;2;3" for h in range(3, 9)]
    found = imported(lines(tmp_path / "a.csv", *rows))
    assert found.series["merged"].tolist() == [1, 1, 0]
    assert found.refused["value"].tolist() == [3.0, 4.0]
    assert found.series["note"].str.contains("hourly times lie off the full hour in UTC").all()


def test_impossible_values_are_refused_and_empty_cells_counted(tmp_path):
    values = ["1", "-0.5", "inf", "1e300", "", "nan", "2"]
    rows = [f"2026-01-05T00:{5 * k:02d}:00Z,{value},-7" for k, value in enumerate(values)]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time,I_R,temperature"))
    refused = found.refused.set_index("row")["reason"].to_dict()
    assert refused == {
        2: "rms is negative", 3: "value is not finite or beyond 1e+12", 4: "value is not finite or beyond 1e+12",
    }  # fmt: skip
    done = found.series.set_index("quantity")
    assert (done.loc["rms_R", "empty"], done.loc["rms_R", "samples"]) == (2, 2)
    hour = found.trend.set_index("quantity")
    assert (hour.loc["rms_R", "mean"], hour.loc["temperature", "mean"]) == (1.5, -7.0)


def test_values_that_the_file_calls_bad_are_refused(tmp_path):
    rows = [
        f"2026-01-05T00:{5 * k:02d}:00Z,{k},{word}" for k, word in enumerate(["Good", "Bad", "good", "I/O Timeout"])
    ]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time,I_R,Status"))
    assert found.refused[["row", "reason"]].to_numpy().tolist() == [
        [2, "the file calls it 'Bad'"], [4, "the file calls it 'I/O Timeout'"],
    ]  # fmt: skip
    assert found.trend["mean"].tolist() == [1.0]
    running = lines(tmp_path / "b.csv", *(row.rsplit(",", 1)[0] + ",Running" for row in rows), head="time,I_R,Status")
    assert imported(running).refused.empty


def test_no_value_is_lost(tmp_path):
    """Every cell is a sample of an hour, merged, refused or empty."""
    rng = np.random.default_rng(2)
    minutes = rng.integers(0, 600, size=400)
    values = rng.choice(["1.5", "2.5", "-1", "", "inf"], size=400)
    times = pd.Timestamp("2026-01-05T00:00Z") + pd.to_timedelta(minutes, unit="min")
    rows = [f"{t:%Y-%m-%dT%H:%M:%SZ},{v}" for t, v in zip(times, values, strict=True)]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time,I_R"))
    done = found.series.iloc[0]
    assert done["samples"] + done["merged"] + done["refused"] + done["empty"] == 400
    assert done["samples"] == found.trend["samples"].sum()
    assert len(found.refused) == done["refused"] and set(found.refused["row"]) <= set(range(1, 401))
    assert (list(found.refused), list(found.series)) == (REFUSED, SERIES)


def test_uneven_steps_are_said(tmp_path):
    rows = [f"2026-01-05T00:{m:02d}:00Z;1" for m in (0, 1, 2, 3, 10, 11, 12, 40)]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time;I_R"))
    assert "29% of the steps are not the usual 60 s" in found.series["note"][0]


def test_a_place_holder_of_a_time_is_refused_row_by_row(tmp_path):
    rows = ["2026-01-05 00:00;1", "2026-01-05 01:00;2", "9999-12-31 23:59;3", "0001-01-01 00:00;4"]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time;I_R"), timezone="Europe/Berlin")
    assert found.trend["mean"].tolist() == [1.0, 2.0]
    assert found.refused["reason"].str.startswith("time lies outside the years 1970 to 2100").all()


def test_a_file_of_which_nothing_can_be_used_gives_no_hours_and_all_reasons(tmp_path):
    found = imported(lines(tmp_path / "a.csv", "2026-01-05T00:00Z;-1", "2026-01-05T01:00Z;-1", head="time;I_R"))
    assert found.trend.empty and len(found.refused) == 2
    assert found.series["hours"][0] == 0
    assert found.in_words() == "We see no hour; 2 rows were refused."


def test_a_damaged_export_is_refused_in_words_or_every_value_is_accounted_for(tmp_path):
    whole = "time;I_R;I_S\n" + "".join(
        f"25.10.2026 {h:02d}:{m:02d};{h},{m};{m},5\n" for h in range(5) for m in (0, 15, 30, 45)
    )
    rng = np.random.default_rng(11)
    pieces = [*"0123456789;,.:-+TZ \n\"'é", "nan", "inf", "9999", "1e400", "29.03.2026 02:30;1,5;2,5\n", "\ufeff"]
    outcomes = set()
    for _ in range(250):
        text = whole
        for _ in range(rng.integers(1, 4)):
            at, length = rng.integers(len(text)), rng.integers(0, 25)
            text = text[:at] + rng.choice(pieces) + text[at + length * int(rng.integers(2)) :]
        try:
            found = imported(write(tmp_path / "a.csv", text), timezone="Europe/Berlin")
        except UnreadableRecording as exc:
            assert len(str(exc)) < 600 and "Traceback" not in str(exc)
            outcomes.add("refused")
            continue
        outcomes.add("read")
        done = found.series[["samples", "merged", "refused", "empty"]].sum(axis=1)
        assert done.nunique() == 1 and found.trend["samples"].sum() == found.series["samples"].sum()
    assert outcomes == {"refused", "read"}


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"], ids=["forward", "back"])
def test_an_hourly_export_over_a_change_of_the_clocks_keeps_every_hour(tmp_path, day):
    times = pd.date_range(f"{day}T00:00", periods=26, freq="h", tz="UTC") - pd.Timedelta(hours=5)
    table = pd.DataFrame({"I_R": np.arange(26.0)}, index=times.tz_convert("Europe/Berlin").strftime("%Y-%m-%d %H:%M"))
    table.to_csv(tmp_path / "a.csv", index_label="time")
    found = imported(tmp_path / "a.csv", timezone="Europe/Berlin")
    assert found.trend["hour"].tolist() == times.tolist()
    assert found.trend["mean"].tolist() == list(range(26))
    assert found.series["gaps"].tolist() == [0]
