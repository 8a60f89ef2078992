"""COMTRADE recordings: scale, side and time as the standard says, and as an independent reader; damage is refused."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import comtrade
import numpy as np
import pytest
from measurement_files import cff
from measurement_files import comtrade as recording
from recording_texts import FS, R, S, T

from diagmod.io import table_files
from diagmod.io.comtrade_files import companions_of, principal_of
from diagmod.io.recording_files import read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

#: Three currents of factor 0.001 A: stored numbers are milliampere.
CHANNELS = ("IA,A,M7,A,0.001,0,0,-32767,32767,1,1,P", "IB,B,M7,A,0.001,0,0,-32767,32767,1,1,P",
            "IC,C,M7,A,0.001,0,0,-32767,32767,1,1,P")  # fmt: skip
STORED = [np.rint(1000 * x) for x in (R, S, T)]
KINDS = ("ASCII", "BINARY", "BINARY32", "FLOAT32")


@pytest.fixture
def put(tmp_path):
    """Writes the two files and gives the path of the configuration."""

    def write(pair: tuple[bytes, bytes], name: str = "fault.cfg", data: str = "fault.dat") -> Path:
        (tmp_path / name).write_bytes(pair[0])
        (tmp_path / data).write_bytes(pair[1])
        return tmp_path / name

    return write


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_the_currents_in_ampere_and_the_rate_of_the_configuration(kind, put):
    found = read_recording_file(put(recording(STORED, CHANNELS, kind=kind)))
    np.testing.assert_allclose(found.currents, [R, S, T], atol=1e-9)
    assert (found.fs, found.unit, found.columns) == (FS, "A", ("IA", "IB", "IC"))
    assert "the sampling rate 1000 Hz stands in the configuration" in found.notes
    assert "2 status channel(s) were left out" in found.notes


@pytest.mark.parametrize("kind", KINDS)
def test_the_samples_are_those_of_an_independent_reader(kind, put):
    """Another scale for every channel, an offset, and a missing sample."""
    channels = ("Ia,A,,A,0.013,0.5,0,-32767,32767,100,1,P", "U1,,,V,2.5,-1,0,-32767,32767,1,1,P",
                "In,N,,kA,1e-5,0,12,-32767,32767,1,1,P")  # fmt: skip
    stored = [row.copy() for row in STORED]
    stored[1][7] = {"ASCII": 99999, "BINARY": -32768, "BINARY32": -2147483648, "FLOAT32": np.finfo("f4").min}[kind]
    path = put(recording(stored, channels, kind=kind))
    table = read_table_file(path)
    other = comtrade.load(str(path), use_double_precision=True)
    assert [c.name for c in table.columns] == other.analog_channel_ids
    assert [c.unit for c in table.columns] == ["A", "V", "kA"]
    for k, (column, theirs) in enumerate(zip(table.columns, other.analog, strict=True)):
        expected = np.array(theirs)
        if k == 1:
            assert np.isnan(column.values[7])
            expected[7] = np.nan  # the other reader does not know the missing FLOAT32
        np.testing.assert_allclose(column.values, expected, rtol=1e-7)
    assert "In was sampled 12 us after the time of its row; this was not corrected" in table.notes


@pytest.mark.parametrize("kind", KINDS)
def test_one_file_of_all_sections_is_the_same_recording(kind, tmp_path):
    pair = recording(STORED, CHANNELS, kind=kind, year="2013", behind="1\r\n0,0\r\n0,0")
    (tmp_path / "fault.cff").write_bytes(cff(*pair, kind))
    found = read_recording_file(tmp_path / "fault.cff")
    np.testing.assert_allclose(found.currents, [R, S, T], atol=1e-9)
    assert found.fs == FS


def test_values_of_the_secondary_side_are_brought_to_the_primary_one(put):
    """A transformer of 200:5 makes 40 A of every ampere; kiloampere are converted by the unit."""
    channels = [c.replace(",1,1,P", ",200,5,S") for c in CHANNELS]
    found = read_recording_file(put(recording(STORED, channels)))
    np.testing.assert_allclose(found.currents, 40 * np.array([R, S, T]), atol=1e-9)
    assert "IA is of the secondary side and was multiplied by its ratio 40" in found.notes
    kilo = [c.replace(",A,0.001", ",kA,0.000001") for c in CHANNELS]
    np.testing.assert_allclose(read_recording_file(put(recording(STORED, kilo))).currents, [R, S, T], atol=1e-9)


def test_the_phase_field_names_a_current_whose_name_does_not(put):
    channels = [c.replace(c[:2], f"feeder {k}", 1) for k, c in enumerate(CHANNELS)]
    table = read_table_file(put(recording(STORED, channels)))
    assert [(c.name, c.path) for c in table.columns] == [("I_A", "feeder 0"), ("I_B", "feeder 1"), ("I_C", "feeder 2")]
    assert table.find("feeder 1", "--phase-columns") == 1


def test_the_start_is_known_where_the_zone_is_stated(put):
    """08:00:00.25 at UTC+1h30 is 06:30:00.25 UTC; an edition before 2013 states no zone."""
    path = put(recording(STORED, CHANNELS, year="2013", behind="1\r\n+1h30,+1h30\r\n0,0"))
    assert read_table_file(path).started_at == datetime(2026, 1, 31, 6, 30, 0, 250_000, tzinfo=UTC)
    for more in ({"year": "1999"}, {"year": "2013", "behind": "1\r\nx,x\r\n0,0"}, {"year": "2013"}):
        assert read_table_file(put(recording(STORED, CHANNELS, **more))).started_at is None


def test_without_a_rate_the_time_stamps_of_the_rows_tell(put):
    """Stamps of 500 units, each of two microseconds, are 1 kHz."""
    found = read_recording_file(put(recording(STORED, CHANNELS, rates="0\n0,{n}", behind="2", step_us=500)))
    assert (found.fs, found.time_column) == (pytest.approx(1000.0), "time")


def test_a_changing_rate_is_refused_with_the_rates(put):
    with pytest.raises(
        UnreadableRecording, match=r"changes its sampling rate \(1000, 50 Hz up to samples 40, 60\); exp"
    ):
        read_table_file(put(recording(STORED, CHANNELS, rates="2\n1000,40\n50,{n}")))
    assert read_table_file(put(recording(STORED, CHANNELS, rates="2\n1000,40\n1000,{n}"))).fs == 1000


@pytest.mark.parametrize(
    ("config", "data"), [("Fault.CFG", "Fault.DAT"), ("fault.cfg", "FAULT.dat"), ("f.1.cfg", "f.1.dat")]
)
def test_the_samples_are_found_whatever_the_case_of_their_name(config, data, put):
    path = put(recording(STORED, CHANNELS), config, data)
    assert companions_of(path) == (path.with_name(data),)
    assert principal_of(path.with_name(data)) == path
    assert len(read_table_file(path).columns) == 3


def test_samples_are_no_recording_of_their_own(put, tmp_path):
    path = put(recording(STORED, CHANNELS))
    with pytest.raises(
        UnreadableRecording, match=r"fault.dat belongs to the COMTRADE recording fault.cfg; name that f"
    ):
        read_table_file(path.with_suffix(".dat"))
    (tmp_path / "settings.cfg").write_text("[logger]\nrate = 5\n")
    (tmp_path / "settings.dat").write_text("1,2\n3,4\n5,6\n")
    assert principal_of(tmp_path / "settings.dat") is None
    assert principal_of(tmp_path / "alone.dat") is None
    assert companions_of(tmp_path / "settings.dat") == ()


def test_a_configuration_without_its_samples_is_refused(put):
    path = put(recording(STORED, CHANNELS))
    path.with_suffix(".dat").unlink()
    with pytest.raises(UnreadableRecording, match=r"without its samples; copy its \.dat file beside it"):
        read_table_file(path)


def test_a_zip_of_one_recording_is_that_recording(put, tmp_path):
    pair = recording(STORED, CHANNELS, kind="BINARY")
    with zipfile.ZipFile(tmp_path / "fault.zip", "w") as archive:
        for name, content in (("r/fault.CFG", pair[0]), ("r/fault.dat", pair[1]), ("r/fault.hdr", b"text")):
            archive.writestr(name, content)
    np.testing.assert_allclose(read_recording_file(tmp_path / "fault.zip").currents, [R, S, T], atol=1e-9)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.cfg", "b.dat"):
            archive.writestr(name, pair[0])
    with pytest.raises(UnreadableRecording, match="must hold one recording, it holds 2 files"):
        read_table_file(tmp_path / "two.zip")


# --- damage


@pytest.mark.parametrize("kind", KINDS)
def test_samples_cut_short_are_read_up_to_the_last_whole_row_or_refused(kind, put):
    pair = recording(STORED, CHANNELS, kind=kind)
    for cut in np.linspace(1, len(pair[1]) - 1, 20).astype(int):
        path = put((pair[0], pair[1][:cut]))
        try:
            table = read_table_file(path)
        except UnreadableRecording as exc:
            assert "COMTRADE files again" in str(exc)
            continue
        n = table.columns[0].values.size
        np.testing.assert_allclose(table.columns[0].values[: n - 1], R[: n - 1], atol=1e-9)
        if n < len(R):
            assert f"fault.dat ends after {n} of 60 samples; those that are there were read" in table.notes


def test_a_configuration_cut_short_is_refused_unless_only_the_optional_end_is_missing(put):
    pair = recording(STORED, CHANNELS)
    for cut in range(1, len(pair[0]) - 12, 7):
        with pytest.raises(UnreadableRecording):
            read_recording_file(put((pair[0][:cut], pair[1])))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"A,0.001,0,0", b"A,0,0,0", "line 3 .* expected a factor that is not zero; copy"),
        (b"A,0.001,0,0", b"A,nan,0,0", "expected a number as factor"),
        (b"A,0.001,0,0", b"A,1_0,0,0", "expected a number as factor"),
        (b"2,IB", b"3,IB", "line 4 .* expected analog channel 2 with 10 or 13 fields"),
        (b",32767,1,1,P", b",32767,1", "expected analog channel 1 with 10 or 13 fields"),
        (b",1,1,P", b",0,1,S", "expected a positive ratio of the transformer, since the values are of its secondary"),
        (b"5,3A,2D", b"5,3A,3D", "expected the numbers of channels, for example 5,4A,1D"),
        (b"5,3A,2D", b"900002,900000A,2D", "expected analog channel 4 with"),
        (b"5,3A,2D", b"2,0A,2D", "has no analog channel"),
        (b"1000,60", b"1000,60000000000", None),
        (b"1000,60", b"1000,59", r"holds 60 samples, its configuration announces 59; the two do not belong together"),
        (b"1000,60", b"-1,60", "expected a positive sampling rate"),
        (b"\nASCII", b"\nASCII2", "expected ASCII, BINARY, BINARY32 or FLOAT32"),
        (b"\nASCII", b"\nBINARY", "COMTRADE files again"),
        (b",1999", b",1492", "expected station, device and an edition"),
    ],
)
def test_a_damaged_configuration_is_refused_with_its_line(old, new, sentence, put):
    """A number of samples that no file could hold is not believed: what is there is read."""
    config, data = recording(STORED, CHANNELS)
    assert old in config
    path = put((config.replace(old, new, 1), data))
    if sentence is None:
        assert "ends after 60 of 60000000000 samples" in " ".join(read_table_file(path).notes)
        return
    with pytest.raises(UnreadableRecording, match=sentence):
        read_table_file(path)


@pytest.mark.parametrize("kind", ["ASCII", "BINARY"])
def test_a_row_that_is_lost_is_refused(kind, put):
    config, data = recording(STORED, CHANNELS, kind=kind)
    rows = data.splitlines(True) if kind == "ASCII" else [data[k : k + 16] for k in range(0, len(data), 16)]
    path = put((config, b"".join(rows[:20] + rows[21:])))
    with pytest.raises(
        UnreadableRecording, match=r"row 21 of fault\.dat has the number 22 behind 20; samples are missing"
    ):
        read_table_file(path)


def test_a_row_of_another_width_or_text_is_refused(put):
    config, data = recording(STORED, CHANNELS)
    for bad in (data.replace(b"\r\n5,", b"\r\n5,1,", 1), data.replace(b"\r\n5,", b"\r\n5x,", 1)):
        with pytest.raises(UnreadableRecording, match="holds no rows of 7 numbers as its configuration says"):
            read_table_file(put((config, bad)))


@pytest.mark.parametrize("kind", ["ASCII", "BINARY"])
def test_more_samples_than_fit_are_refused_before_they_are_read(kind, put, monkeypatch):
    monkeypatch.setattr(table_files, "MAX_BYTES", 1300)
    pair = recording([row[:58] for row in STORED], CHANNELS, kind=kind)
    with pytest.raises(UnreadableRecording, match=r"fault\.dat holds more than 0 MiB"):
        read_table_file(put(pair))


def test_a_packed_configuration_alone_is_refused(tmp_path):
    path = tmp_path / "fault.cfg.gz"
    path.write_bytes(gzip.compress(recording(STORED, CHANNELS)[0]))
    with pytest.raises(UnreadableRecording, match="without its samples"):
        read_table_file(path)
