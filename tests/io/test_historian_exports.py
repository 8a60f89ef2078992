"""Exports of a historian into hours: each layout gives the hours of another computation, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from historian_texts import imported, lines, write

from diagmod.io.refusals import UnreadableRecording
from diagmod.io.trend_tables import wide_rms


@pytest.fixture
def minutes():
    """Two days of 7-minute samples of three phases, in UTC, with a pause of 5 hours."""
    times = pd.date_range("2026-01-05T00:03Z", "2026-01-06T23:50Z", freq="7min")
    times = times[(times < pd.Timestamp("2026-01-05T10:00Z")) | (times >= pd.Timestamp("2026-01-05T15:00Z"))]
    values = 10.0 + np.random.default_rng(5).standard_normal((len(times), 3)).round(3)
    return pd.DataFrame(values, index=times, columns=["I_R", "I_S", "I_T"])


def by_pandas(minutes):
    """Hours by resampling: an implementation of its own."""
    return minutes.resample("h").agg(["mean", "min", "max", "count"]).loc[lambda t: t[("I_R", "count")] > 0]


def assert_hours(found, minutes):
    expected = by_pandas(minutes)
    for phase in "RST":
        rows = found.trend[found.trend["quantity"] == f"rms_{phase}"].set_index("hour")
        assert rows.index.equals(expected.index.as_unit("us"))
        assert set(rows["source"]) == {"log"} and set(rows["unit"]) == {"A"}
        for ours, theirs in (("mean", "mean"), ("minimum", "min"), ("maximum", "max"), ("samples", "count")):
            np.testing.assert_allclose(rows[ours], expected[(f"I_{phase}", theirs)], rtol=1e-13)
    assert found.refused.empty


def long_form(minutes, tag):
    long = minutes.rename_axis("time").reset_index().melt("time", var_name="tag", value_name="value")
    long = long.sort_values("time", kind="stable")
    return long.assign(tag=long["tag"].map(tag), time=long["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_wide_export_with_semicolons_decimal_commas_and_local_times(tmp_path, minutes):
    table = minutes.set_axis(minutes.index.tz_convert("Europe/Berlin").strftime("%d.%m.%Y %H:%M:%S"))
    table.to_csv(tmp_path / "a.csv", sep=";", decimal=",", index_label="Zeitstempel")
    found = imported(tmp_path / "a.csv", timezone="Europe/Berlin")
    assert_hours(found, minutes)
    done = found.series.set_index("quantity").loc["rms_R"]
    assert (done["gaps"], done["longest_gap_h"], done["step_s"], done["samples"]) == (1, 5, 420.0, len(minutes))
    assert (done["gap_from"].hour, done["gap_to"].hour) == (10, 14)
    assert "3 gaps (the longest 5 h, 2026-01-05 10:00 to 2026-01-05 14:00 UTC)" in found.in_words()


def test_a_long_export_with_tags_of_several_motors(tmp_path, minutes):
    long_form(minutes, lambda t: f"PLANT.M2.{t}").to_csv(tmp_path / "a.csv", index=False)
    found = imported(tmp_path / "a.csv", motors=("M1", "M2"))
    assert set(found.trend["motor_id"]) == {"M2"}
    assert_hours(found, minutes)


def test_a_long_export_with_columns_of_motor_and_phase(tmp_path, minutes):
    table = long_form(minutes, lambda t: t[-1]).rename(columns={"tag": "Phase"}).assign(Motor="m2", quality="Good")
    table.to_csv(tmp_path / "a.tsv", sep="\t", index=False)
    found = imported(tmp_path / "a.tsv", motors=("M1", "M2"))
    assert set(found.trend["motor_id"]) == {"M2"}
    assert_hours(found, minutes)


def test_a_column_of_motors_beside_columns_of_phases(tmp_path, minutes):
    both = pd.concat([minutes.assign(machine="M1"), minutes.assign(machine="M2") * [2, 2, 2, 1]])
    both.rename_axis("time").sort_index(kind="stable").to_csv(tmp_path / "a.csv")
    wide = wide_rms(imported(tmp_path / "a.csv", motors=("M1", "M2")).trend)
    first, second = (wide[wide["motor_id"] == m][["rms_R", "rms_S", "rms_T"]].to_numpy() for m in ("M1", "M2"))
    np.testing.assert_allclose(second, 2 * first, rtol=1e-13)


def test_a_column_a_motor(tmp_path):
    path = lines(tmp_path / "a.csv", "2026-01-05T00:00Z;1,5;2,5", "2026-01-05T01:00Z;1,0;2,0", head="time;M1;M2")
    found = imported(path, motors=("M1", "M2"), quantity="rms_S")
    assert found.trend.groupby("motor_id")["mean"].first().to_dict() == {"M1": 1.5, "M2": 2.5}
    assert set(found.trend["quantity"]) == {"rms_S"}


def test_a_workbook_and_a_parquet_file_give_the_hours_of_the_text(tmp_path, minutes):
    naive = minutes.set_axis(minutes.index.tz_localize(None).as_unit("us")).rename_axis("time").reset_index()
    naive.to_excel(tmp_path / "a.xlsx", index=False, sheet_name="Trend")
    assert_hours(imported(tmp_path / "a.xlsx", timezone="UTC"), minutes)
    naive.to_parquet(tmp_path / "a.parquet")
    assert_hours(imported(tmp_path / "a.parquet", timezone="UTC"), minutes)
    minutes.rename_axis("time").reset_index().to_parquet(tmp_path / "b.parquet")
    assert_hours(imported(tmp_path / "b.parquet"), minutes)
    with pytest.raises(UnreadableRecording, match="names no time zone"):
        imported(tmp_path / "a.parquet")


def test_times_may_count_from_1970_or_stand_in_two_columns(tmp_path, minutes):
    seconds = (minutes.index - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)
    minutes.set_axis(seconds * 1000).to_csv(tmp_path / "a.csv", index_label="timestamp_ms")
    assert_hours(imported(tmp_path / "a.csv"), minutes)
    split = minutes.assign(Day=minutes.index.strftime("%Y-%m-%d"), Clock=minutes.index.strftime("%H:%M:%S"))
    split.to_csv(tmp_path / "b.csv", index=False)
    assert_hours(imported(tmp_path / "b.csv", time_column="Day+Clock", timezone="UTC"), minutes)


def test_several_files_share_the_hour_in_which_one_ends(tmp_path, minutes):
    for name, part in (("a.csv", minutes[:100]), ("b.csv", minutes[100:])):
        part.rename_axis("time").to_csv(tmp_path / name)
    assert_hours(imported(tmp_path / "b.csv", tmp_path / "a.csv"), minutes)


def test_rows_from_the_newest_to_the_oldest_are_not_out_of_order(tmp_path, minutes):
    minutes[::-1].rename_axis("time").to_csv(tmp_path / "a.csv")
    found = imported(tmp_path / "a.csv")
    assert_hours(found, minutes)
    assert found.series["out_of_order"].tolist() == [0, 0, 0]


def test_rows_out_of_order_are_sorted_and_counted(tmp_path, minutes):
    order = [1, 0, *range(2, len(minutes))]
    minutes.iloc[order].rename_axis("time").to_csv(tmp_path / "a.csv")
    found = imported(tmp_path / "a.csv")
    assert_hours(found, minutes)
    assert found.series["out_of_order"].tolist() == [1, 1, 1]


def test_rows_of_an_unknown_motor_are_refused_and_kept(tmp_path):
    rows = [f"2026-01-05T00:{m:02d}:00Z,{motor},{m}" for m in range(0, 60, 10) for motor in ("M1", "M9")]
    found = imported(lines(tmp_path / "a.csv", *rows, head="time,motor,I_R"))
    assert found.trend["samples"].tolist() == [6.0]
    assert set(found.refused["reason"]) == {"motor 'M9' is not in motors.yaml"} and len(found.refused) == 6
    assert any("motors M9 are not in motors.yaml" in note for note in found.notes)


def test_milliampere_become_ampere_and_it_is_said(tmp_path):
    path = lines(tmp_path / "a.csv", "2026-01-05T00:00Z;1500", "2026-01-05T01:00Z;2500", head="time;I_R [mA]")
    found = imported(path)
    np.testing.assert_allclose(found.trend["mean"], [1.5, 2.5], rtol=1e-15)
    assert "a.csv: I_R [mA] times 0.001 gives the unit of the data set" in found.notes


@pytest.mark.parametrize(
    ("text", "declared", "sentence"),
    [
        ("", {}, "is empty"),
        ("Dear colleague,\nplease find attached\nthe trend\n", {}, "holds no table of numbers|no column of dates"),
        ("time;I_R\n2026-01-05T00:00Z;1\n2026-01-06T00:00Z;2\n", {}, "rms_R of M1 has a value every 24 h, coarser"),
        ("time;I_R\n2026-01-05 00:00;1\n2026-01-05 01:00;2\n", {}, "names no time zone .*; pass --timezone"),
        ("I_R;I_S\n1;2\n2;3\n", {}, "no column of dates; name it by --time-column"),
        ("time;I_R\n45678,25;1,5\n45678,50;2,5\n", {}, "no column of dates"),
        ("time;I_R\n45678,25;1,5\n45678,50;2,5\n", {"time_column": "time"}, "no dates and no seconds from 1970"),
        ("on;off;I_R\n2026-01-05T00:00Z;2026-01-05T01:00Z;1\n2026-01-05T01:00Z;2026-01-05T02:00Z;1\n", {},
         r"2 columns that may be time \(1 on, 2 off\)"),
        ("time;tag;lo;hi\n2026-01-05T00:00Z;I_R;1;2\n2026-01-05T01:00Z;I_R;1;2\n", {}, "choose the values by"),
        ("time;tag;point;v\n2026-01-05T00:00Z;I_R;b;2\n2026-01-05T01:00Z;I_R;b;2\n", {}, "2 columns that may name the"),
        ("time;name\n2026-01-05T00:00Z;a\n2026-01-05T01:00Z;b\n", {}, "no table of numbers|no column of values"),
        ("time;I_R\n01/02/2026 00:00;1\n01/03/2026 01:00;2\n", {"timezone": "UTC"}, "--date-order dmy or mdy"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_say_enough_is_refused(tmp_path, text, declared, sentence):
    with pytest.raises(UnreadableRecording, match=sentence):
        imported(write(tmp_path / "a.csv", text), **declared)


def test_one_quantity_in_two_units_is_refused(tmp_path):
    for name, unit in (("a.csv", "°C"), ("b.csv", "°F")):
        lines(tmp_path / name, "2026-01-05T00:00Z;1", "2026-01-05T01:00Z;1", head=f"time;temperature [{unit}]")
    with pytest.raises(UnreadableRecording, match="temperature of M1 is in °C and in °F; pass --unit temperature=UNIT"):
        imported(tmp_path / "a.csv", tmp_path / "b.csv")


def test_same_files_give_the_same_tables(tmp_path, minutes):
    minutes.rename_axis("time").to_csv(tmp_path / "a.csv")
    first, second = imported(tmp_path / "a.csv"), imported(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(first.trend, second.trend)
    pd.testing.assert_frame_equal(first.series, second.series)
