"""Stamps in every common unit and form give the same seconds, and a rate only where they can tell it."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recording_texts import FS, SECONDS, N, R, S, T, reader, text_of

from diagmod.io.recording_files import read_recording_file
from diagmod.io.refusals import UnreadableRecording


@pytest.fixture
def read(tmp_path):
    return reader(tmp_path)


def clock(pattern: str, start: str = "2026-01-31T23:59:59.970", step_s: float = 1 / FS, zone: str = "") -> list[str]:
    """Clock stamps of every sample in one form; {ms} stands for the milliseconds."""
    moments = [datetime.datetime.fromisoformat(start) + datetime.timedelta(seconds=k * step_s) for k in range(N)]
    return [m.strftime(pattern).replace("{ms}", f"{m.microsecond // 1000:03d}") + zone for m in moments]


@pytest.mark.parametrize(
    ("name", "factor"),
    [
        ("t", 1), ("Time", 1), ("time_s", 1), ("Time (s)", 1), ("seconds", 1), ("t_ms", 1e3), ("Time [ms]", 1e3),
        ("timestamp_us", 1e6), ("Time (µs)", 1e6), ("Время, мс", 1e3), ("Zeit / ms", 1e3), ("x [ns]", 1e9),
        ("Dauer in ms", 1e3), ("X_Value", 1),
    ],
)  # fmt: skip
def test_a_named_time_column_gives_stamps_in_seconds_and_the_rate(name, factor, read):
    recording = read(text_of(f"{name};I_R", SECONDS * factor + 7 * factor, R, mark=";"))
    np.testing.assert_allclose(recording.stamps_s, SECONDS, atol=1e-9)
    assert recording.fs == pytest.approx(FS, rel=1e-9)
    assert recording.time_column == name


@pytest.mark.parametrize(("name", "factor"), [("millis", 1e3), ("micros", 1e6), ("us", 1e6), ("ms", 1e3)])
def test_a_unit_as_name_makes_a_column_time(name, factor, read):
    assert read(text_of(f"{name};I_R", SECONDS * factor, R, mark=";")).fs == pytest.approx(FS)


@pytest.mark.parametrize(("unit", "digits"), [("s", 3), ("ms", 0), ("us", -3)])
def test_a_count_from_1970_tells_its_unit(unit, digits, read):
    """1 769 846 400 s is the 31st of January 2026; the step of 1 ms is 0.001, 1 or 1000."""
    stamps = [f"{1769846400000 + k}{'0' * -digits}" for k in range(N)]
    stamps = [f"{stamp[:10]}.{stamp[10:]}" for stamp in stamps] if digits == 3 else stamps
    recording = read(text_of("timestamp,I_R", stamps, R))
    assert recording.fs == pytest.approx(FS, rel=1e-6)
    assert f"time column 1 timestamp of x.csv counts {unit} from 1970" in recording.notes


def test_a_unit_in_a_row_of_units_makes_a_column_time(read):
    recording = read(text_of("x;y\nms;A", SECONDS * 1e3, R, mark=";"))
    assert (recording.time_column, recording.fs) == ("x", pytest.approx(FS))


@pytest.mark.parametrize(
    ("pattern", "zone"),
    [
        ("%Y-%m-%dT%H:%M:%S.{ms}", ""), ("%Y-%m-%d %H:%M:%S.{ms}", "Z"), ("%Y-%m-%dT%H:%M:%S.{ms}", "+03:00"),
        ("%Y-%m-%d %H:%M:%S,{ms}", ""), ("%d.%m.%Y %H:%M:%S,{ms}", ""), ("%m/%d/%Y %H:%M:%S.{ms}", ""),
        ("%H:%M:%S,{ms}", ""), ("%H:%M:%S.{ms}", ""), ("%H:%M:%S:{ms}", ""), ("%I:%M:%S.{ms} %p", ""),
    ],
)  # fmt: skip
def test_clock_times_give_seconds_over_midnight(pattern, zone, read):
    recording = read(text_of("when;I_R", clock(pattern, zone=zone), R, mark=";", decimal=","))
    np.testing.assert_allclose(recording.stamps_s, SECONDS, atol=1e-9)
    assert recording.fs == pytest.approx(FS)
    assert "column 1 when holds clock times and was taken as time" in recording.notes


def test_clock_times_of_one_millisecond_at_five_kilohertz_give_the_rate_on_average(read):
    """60 samples in 11.8 ms are read as 59 steps in 11 ms: within the resolution over the length, 8 %."""
    recording = read(text_of("time;I_R", clock("%H:%M:%S,{ms}", "2026-01-31T08:00:00.000", 2e-4), R, mark=";"))
    assert recording.fs == pytest.approx(59 / 0.011)
    assert recording.notes[-1].endswith(
        "rises by 0 s as a rule but by 0.000186441 s on average: its stamps are coarse, or samples are missing"
    )


def test_a_nameless_column_that_rises_steadily_is_time(read):
    recording = read(text_of("", SECONDS, R, S, T))
    assert recording.time_column == "1"
    np.testing.assert_array_equal(recording.currents, [R, S, T])
    assert "column 1 has no name and rises steadily; it was taken as time" in recording.notes


def test_a_gap_in_the_stamps_does_not_slow_the_clock(read):
    """A pause of 0.1 s in the middle: the rest still runs at 1 kHz."""
    stamps = SECONDS + np.where(np.arange(N) < 30, 0, 0.1)
    recording = read(text_of("t,R", stamps, R))
    assert recording.fs == pytest.approx(FS)
    assert any("has 1 gap(s), together 0.1 s: samples are missing there" in note for note in recording.notes)


def test_jittered_stamps_give_the_rate_on_average(read):
    stamps = SECONDS + np.random.default_rng(0).uniform(-2e-4, 2e-4, N)
    stamps[[0, -1]] = SECONDS[[0, -1]]
    assert read(text_of("t,R", stamps, R)).fs == pytest.approx(FS)


# --- rates that are declared or carried by the file


def test_a_declared_rate_needs_no_time_column(read):
    recording = read(text_of("R,S,T", R, S, T), fs=FS)
    assert (recording.fs, recording.stamps_s, recording.time_column) == (FS, None, "")


def test_a_declared_rate_wins_over_the_stamps_and_the_contradiction_is_noted(read):
    recording = read(text_of("t_s,R", SECONDS, R), fs=1100)
    assert recording.fs == 1100
    assert recording.stamps_s is not None
    assert recording.notes[-1] == "--fs says 1100 Hz, but time column 1 t_s gives 1000 Hz; --fs was taken"


def test_a_declared_rate_that_agrees_is_not_noted(read):
    assert not any("--fs" in note for note in read(text_of("t_s,R", SECONDS, R), fs=1001).notes)


def test_a_declared_rate_tells_the_unit_of_time(read):
    recording = read(text_of("t,R", SECONDS * 1e3, R), fs=FS)
    np.testing.assert_allclose(recording.stamps_s, SECONDS, atol=1e-9)
    assert "time column 1 t of x.csv names no unit; ms agrees with --fs" in recording.notes


def test_a_declared_unit_wins_over_the_stated_one(read):
    assert read(text_of("t_ms,R", SECONDS, R), time_unit="s").fs == pytest.approx(FS)


def test_useless_stamps_do_not_matter_where_the_rate_is_declared(read):
    recording = read(text_of("time;I_R", ["08:00:00"] * N, R, mark=";"), fs=FS)
    assert (recording.fs, recording.stamps_s) == (FS, None)
    assert any("the time stamps were not used: time column 1 time of x.csv does not rise" in n for n in recording.notes)


def test_two_time_columns_do_not_matter_where_the_rate_is_declared(read):
    recording = read(text_of("t,time,I_R", SECONDS, SECONDS, R), fs=FS)
    assert recording.columns == ("I_R", "", "")
    assert "columns 1 t, 2 time may be time; none was used since --fs is given" in recording.notes


def test_a_declared_time_column_wins_over_the_named_one(read):
    recording = read(text_of("time_s,tick_ms,I_R", SECONDS, SECONDS * 2e3, R), time_column="tick_ms")
    assert (recording.time_column, recording.fs) == ("tick_ms", pytest.approx(FS / 2))


# --- refused


def test_a_file_that_tells_no_rate_is_refused_with_what_its_heading_says(read):
    text = text_of("Sampling: 10 kHz\nR,S,T", R, S, T)
    with pytest.raises(
        UnreadableRecording, match=r"pass --fs HZ, or --time-column \(its heading says 'Sampling: 10 kHz'"
    ):
        read(text)
    with pytest.raises(
        UnreadableRecording, match=r"x\.csv has no time column, so its sampling rate is not known; pass --"
    ):
        read(text_of("", R, S, T))


@pytest.mark.parametrize("scale", [1e3, 1e6, 1e-6])
def test_a_column_without_unit_that_cannot_be_seconds_is_refused(scale, read):
    with pytest.raises(
        UnreadableRecording, match=r"a row and names no unit; in seconds that would be .* pass --time-unit"
    ):
        read(text_of("t,R", SECONDS * scale, R))


def test_two_columns_of_time_are_refused_with_the_choices(read):
    with pytest.raises(
        UnreadableRecording, match=r"has 2 columns that may be time \(1 t, 2 time\); choose one by --time-"
    ):
        read(text_of("t,time,R", SECONDS, SECONDS, R))


@pytest.mark.parametrize(
    ("stamps", "sentence"),
    [
        (SECONDS[::-1], "time column 1 t_s of x.csv does not rise from its first to its last row; choose another by"),
        (np.zeros(N), "does not rise from its first to its last row"),
        ([*map(str, SECONDS[:30]), "", *map(str, SECONDS[31:])], "has no time in row 31 of the table; correct it or"),
        ([*clock("%H:%M:%S.{ms}")[:59], ""], "has no time in row 60 of the table; correct it or choose another"),
    ],
)
def test_stamps_that_are_no_time_base_are_refused(stamps, sentence, read):
    with pytest.raises(UnreadableRecording, match=sentence):
        read(text_of("t_s;R", stamps, R, mark=";"))


def test_a_declared_time_column_of_text_is_refused(read):
    with pytest.raises(
        UnreadableRecording, match=r"time column 1 x of x\.csv holds 'early', expected numbers or times"
    ):
        read(text_of("x,R", ["early"] * N, R), time_column="x", fs=FS)


def test_a_column_cannot_be_declared_as_time_and_phase(read):
    with pytest.raises(UnreadableRecording, match="column 1 t cannot be time and a phase; change one of the two"):
        read(text_of("t,R", SECONDS, R), time_column="t", phase_columns=("1",))


def test_a_time_unit_without_a_time_column_is_refused(read):
    with pytest.raises(UnreadableRecording, match="has no time column to which --time-unit ms applies; name it by"):
        read(text_of("R,S,T", R, S, T), fs=FS, time_unit="ms")


#: 2026-01-31T08:00:00.250Z in microseconds from 1970, and every sample after it.
TICKS = pa.array([1_769_846_400_250_000 + round(k * 1e6 / FS) for k in range(N)])


def parquet(folder, times):
    path = folder / "x.parquet"
    pq.write_table(pa.table({"time": times, "I_R": R, "I_S": S, "I_T": T}), path)
    return path


@pytest.mark.parametrize("zone", ["UTC", "+02:00", "-05:00"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_zoned_times_of_parquet_state_the_start_in_utc(zone, unit, tmp_path):
    """A zone says how the moments are shown, not which they are."""
    times = TICKS.cast(pa.timestamp("us", zone)).cast(pa.timestamp(unit, zone))
    recording = read_recording_file(parquet(tmp_path, times))
    assert recording.started_at == datetime.datetime(2026, 1, 31, 8, 0, 0, 250_000, tzinfo=datetime.UTC)
    assert recording.started_at.utcoffset() == datetime.timedelta(0)
    assert recording.fs == pytest.approx(FS, rel=1e-9)
    np.testing.assert_array_equal(recording.currents, [R, S, T])


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.duration("us"), pa.int64()])
def test_times_of_parquet_without_a_zone_state_no_start(kind, tmp_path):
    recording = read_recording_file(parquet(tmp_path, TICKS.cast(kind)))
    assert recording.started_at is None
    assert recording.fs == pytest.approx(FS, rel=1e-6)
