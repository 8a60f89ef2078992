"""Clock times in UTC: against the zone data base read the other way round, and by hand at the changes of the clocks."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from diagmod.io.export_times import PROBLEMS, stamps_of_texts, time_zone, wall_to_utc
from diagmod.io.refusals import UnreadableRecording

BERLIN = "Europe/Berlin"


def read(texts, timezone=None, date_order=None):
    stamps = stamps_of_texts(np.array(list(texts), dtype=object), "column 1 Time of x.csv", timezone, date_order)
    return stamps.utc(np.arange(len(texts)))


def us(*moments):
    return pd.DatetimeIndex(pd.to_datetime(list(moments), utc=True)).as_unit("us").asi8.tolist()


@pytest.mark.parametrize(
    ("text", "timezone"),
    [
        ("2026-01-31T08:05:00Z", None),
        ("2026-01-31 08:05:00 Z", None),
        ("2026-01-31T09:05+01:00", None),
        ("2026-01-31 09:05:00.000+0100", None),
        ("2026-01-31T09:05:00,000+01", None),
        ("2026-01-31 09:05:00", BERLIN),
        ("2026/01/31 09:05", BERLIN),
        (" 31.01.2026 09:05:00 ", BERLIN),
        ("31.1.2026  09:05", BERLIN),
        ("31-Jan-2026 09:05:00.000", BERLIN),
        ("31-jan-26 09:05:00", BERLIN),
        ("31/01/2026 09:05", BERLIN),
        ("01/31/2026 9:05:00 AM", BERLIN),
        ("1/31/2026 09:05 am", BERLIN),
        ("31-01-2026 09:05:00", BERLIN),
        ("2026-01-31T13:35:00", "Asia/Kolkata"),
    ],
)
def test_ways_to_write_a_time_give_the_same_instant(text, timezone):
    found, problem = read([text], timezone)
    assert (found.tolist(), problem.tolist()) == (us("2026-01-31T08:05:00Z"), [0])


def test_afternoon_of_a_twelve_hour_clock_is_not_the_morning():
    found, _ = read(["1/31/2026 1:05:00 PM", "1/31/2026 12:05:00 AM"], "UTC")
    assert found.tolist() == us("2026-01-31T13:05:00Z", "2026-01-31T00:05:00Z")


def test_day_and_month_are_told_by_a_day_after_the_twelfth_or_by_declaration():
    assert read(["01/02/2026 00:00", "13/02/2026 00:00"], "UTC")[0].tolist() == us("2026-02-01", "2026-02-13")
    assert read(["01/02/2026 00:00", "02/13/2026 00:00"], "UTC")[0].tolist() == us("2026-01-02", "2026-02-13")
    assert read(["01/02/2026 00:00"], "UTC", "dmy")[0].tolist() == us("2026-02-01")
    assert read(["01/02/2026 00:00"], "UTC", "mdy")[0].tolist() == us("2026-01-02")
    assert read(["02/02/2026 00:00"], "UTC")[0].tolist() == us("2026-02-02")


@pytest.mark.parametrize(
    ("texts", "timezone", "sentence"),
    [
        (["01/02/2026 08:00"], "UTC", "can be read in two ways .*day or month first.*; pass --date-order dmy or mdy"),
        (["13/01/2026 08:00", "01/13/2026 08:00"], "UTC", "can be read in two ways"),
        (["2026-01-05 08:00"], None, "names no time zone .*; pass --timezone, for example UTC or Europe/Berlin"),
        (["2026-01-05 08:00"], "Mars/Base", "there is no time zone 'Mars/Base'; pass a name such as UTC"),
        (["2026-01-05 08:00"], "../../etc/passwd", "there is no time zone"),
        (["2026-01-05 08:00"], "Europe", "there is no time zone 'Europe'"),
        (["2026-01-05 08:00", "2026-01-05T09:00Z"], "UTC", "names a zone in some rows .* and none in others"),
        (["2026-07-05T08:00Z"], BERLIN, "names another zone .* than --timezone Europe/Berlin; leave it out"),
        (["08:00:00", "08:05:00"], "UTC", "holds '08:00:00', expected a date with its time"),
        (["", ""], "UTC", "expected a date with its time"),
        ([], "UTC", "expected a date with its time"),
    ],
)
def test_a_column_that_does_not_say_enough_is_refused(texts, timezone, sentence):
    with pytest.raises(UnreadableRecording, match=sentence):
        read(texts, timezone)


def test_a_declared_zone_that_agrees_with_the_stated_one_is_no_contradiction():
    found, problem = read(["2026-07-05T08:00+02:00", "2026-01-05T08:00+01:00"], BERLIN)
    assert (found.tolist(), problem.any()) == (us("2026-07-05T06:00Z", "2026-01-05T07:00Z"), False)


def test_single_times_that_cannot_be_are_marked_and_the_others_stay():
    texts = ["2026-01-05 08:00", "9999-12-31 23:59", "2026-13-05 08:00", "1969-12-31 23:00", "?", "2026-01-05 09:00",
             "2026-01-05 09:00 +1", "2026-01-05 09:00 CET", "2026", "2026-01-05 24:00"]  # fmt: skip
    found, problem = read(texts, "UTC")
    assert problem.tolist() == [0, 4, 1, 4, 1, 0, 1, 1, 1, 1]
    assert found[[0, 5]].tolist() == us("2026-01-05T08:00Z", "2026-01-05T09:00Z")
    assert set(problem) - {0} <= set(PROBLEMS)


def around(day, step):
    """Instants from 6 hours before to 6 hours after a day's 01:00 UTC, and how a wall clock in Berlin writes them."""
    middle = pd.Timestamp(f"{day}T01:00Z")
    instants = pd.date_range(middle - pd.Timedelta(hours=6), middle + pd.Timedelta(hours=6), freq=step)
    return instants, instants.tz_convert(BERLIN).strftime("%d.%m.%Y %H:%M:%S")


@pytest.mark.parametrize("step", ["1h", "15min", "1min"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"], ids=["forward", "back"])
@pytest.mark.parametrize("turn", [1, -1], ids=["rising", "falling"])
def test_a_whole_series_over_a_change_of_the_clocks_is_placed_right(day, step, turn):
    instants, texts = around(day, step)
    found, problem = read(texts[::turn], BERLIN)
    assert not problem.any()
    assert found.tolist() == instants[::turn].as_unit("us").asi8.tolist()


def test_times_that_the_clocks_went_over_do_not_exist():
    _, problem = read(["29.03.2026 01:59", "29.03.2026 02:00", "29.03.2026 02:59", "29.03.2026 03:00"], BERLIN)
    assert problem.tolist() == [0, 2, 2, 0]


@pytest.mark.parametrize("missing", ["first", "second"])
def test_an_hour_that_exists_twice_but_is_there_once_is_not_guessed(missing):
    instants, texts = around("2026-10-25", "15min")
    hour = pd.Timestamp("2026-10-25T00:00Z") + pd.Timedelta(hours=int(missing == "second"))
    there = ~((instants >= hour) & (instants < hour + pd.Timedelta(hours=1)))
    _, problem = read(texts[there], BERLIN)
    assert problem.tolist() == [3 if text[11:13] == "02" else 0 for text in texts[there]]


def test_the_order_proves_nothing_where_rows_are_out_of_order_elsewhere():
    _, texts = around("2026-10-25", "15min")
    shuffled = [texts[1], texts[0], *texts[2:]]
    _, problem = read(shuffled, BERLIN)
    assert int((problem == 3).sum()) == 8


def test_two_rows_out_of_order_in_the_repeated_hour_are_not_taken_for_the_change():
    """02:10 before 02:05 with steps of 5 minutes: as a change of the clocks the step would be 55 minutes."""
    texts = ["25.10.2026 01:55", "25.10.2026 02:00", "25.10.2026 02:10", "25.10.2026 02:05", "25.10.2026 03:00"]
    assert read(texts, BERLIN)[1].tolist() == [0, 3, 3, 3, 0]


def test_repeated_hours_of_two_years_are_placed_each_by_its_own():
    parts = [around(day, "1h") for day in ("2025-10-26", "2026-10-25")]
    found, problem = read([text for _, texts in parts for text in texts], BERLIN)
    assert not problem.any()
    assert found.tolist() == [t for instants, _ in parts for t in instants.as_unit("us").asi8]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
def test_a_year_of_half_hours_comes_back_in_every_zone(zone):
    instants = pd.date_range("2026-01-01", "2027-01-01", freq="10min", tz="UTC")
    wall = instants.tz_convert(zone).tz_localize(None).as_unit("us").asi8
    found, problem = wall_to_utc(np.asarray(wall), ZoneInfo(zone))
    assert not problem.any()
    assert np.array_equal(found, instants.as_unit("us").asi8)


def test_the_name_of_a_zone_is_its_key():
    assert time_zone("Asia/Almaty").key == "Asia/Almaty"
