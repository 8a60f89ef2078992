"""Measured files through `load`: every sample, rate, gap, time and hour against a reading by csv and Decimal alone."""

from __future__ import annotations

import csv
import shutil
import statistics
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.datasets import fetch
from diagmod.io.declarations import Declared
from diagmod.io.export_layouts import LayoutRules
from diagmod.io.historian_exports import read_exports
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.recording_files import read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.store import Store
from diagmod.io.tag_rules import TagRules
from diagmod.io.trend_files import put_in_place
from diagmod.io.waveforms import read_waveform

pytestmark = pytest.mark.realdata

#: Joint currents of the robot, taken as three phases: any three columns show that a plant's file is read right.
JOINTS = ("Current_J0", "Current_J1", "Current_J2")


@dataclass(frozen=True)
class Loaded:
    """A loaded data set and the folders it was made from and into."""

    found: LoadedDataset
    folder: Path
    waveforms: Path

    def samples(self, recording_id: str) -> np.ndarray:
        return read_waveform(self.waveforms / f"{recording_id}.parquet")


def load(folder: Path, root: Path) -> Loaded:
    waveforms = root / "waveforms"
    found = load_dataset(folder, waveforms, Store(root / "store", "test"), ruleset_from(default_rules()), 1)
    return Loaded(found, folder, waveforms)


def cells(path: Path, delimiter: str) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


def single(text: str) -> np.float32:
    """The sample that a cell holds; an empty one is missing."""
    return np.float32(float(Decimal(text.replace(",", ".")))) if text else np.float32("nan")


@pytest.fixture(scope="module")
def itsc(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    root = tmp_path_factory.mktemp("itsc")

    def no_download(*_: object) -> Path:
        raise AssertionError("the measured files are here; nothing is downloaded")

    return load(fetch("itsc", root, realdata / "itsc", download=no_download).folder, root)


@pytest.fixture(scope="module")
def robot(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The robot's file as a plant would describe it, beside a trend log of a machine's temperature."""
    root = tmp_path_factory.mktemp("robot")
    folder = root / "raw" / "robot"
    folder.mkdir(parents=True)
    shutil.copyfile(realdata / "ur3_cobotops" / "dataset_02052023.csv", folder / "robot.csv")
    (folder / "dataset.yaml").write_text("title: robot\n")
    motors = "".join(f"  - {{motor_id: {motor}, line_hz: 50, pole_pairs: 2}}\n" for motor in ("UR3", "M1"))
    (folder / "motors.yaml").write_text(f"motors:\n{motors}")
    (folder / "recordings.csv").write_text(f"file,motor_id,phase_columns\nrobot.csv,UR3,{';'.join(JOINTS)}\n")
    export = realdata / "nab_machine_temperature" / "machine_temperature_system_failure.csv"
    rules = TagRules(motors=["M1"], quantity="temperature", units={"": "°F"})
    put_in_place(read_exports([export], rules, LayoutRules(timezone="UTC")), folder, "A")
    return load(folder, root)


def test_every_sample_of_the_52_published_files_is_the_cell_it_was(itsc, realdata):
    table = itsc.found.recordings
    assert len(table) == 52
    for row in table.itertuples():
        lines = cells(realdata / "itsc" / Path(row.file).name, ",")
        expected = np.array([[single(cell) for cell in line] for line in lines]).T
        np.testing.assert_array_equal(itsc.samples(row.recording_id), expected)
        assert row.n_samples == len(lines) == 5000
        for phase, samples in zip("RST", expected.astype(float), strict=True):
            assert getattr(row, f"rms_{phase}") == pytest.approx(np.sqrt((samples**2).mean()), rel=1e-6)


def test_published_files_have_the_stated_rate_no_times_and_the_labels_of_their_names(itsc):
    table = itsc.found.recordings.set_index(itsc.found.recordings["file"].map(lambda file: Path(file).stem))
    assert set(table["fs_hz"]) == {1000.0}
    assert set(table["duration_s"]) == {5.0}
    assert table["started_at"].isna().all()
    assert set(table["unit"]) == {"unstated"}
    assert set(table["missing_share"]) == {0.0}
    healthy, shorted = table.loc["SC_HLT_001"], table.loc["SC_A0_B3_C0_002"]
    assert (healthy["condition"], healthy["fault_phase"], healthy["repetition"]) == ("healthy", "", "001")
    assert (shorted["fault_phase"], shorted["severity"], shorted["repetition"]) == ("S", 0.3, "002")


def test_published_files_are_said_nothing_of_but_what_the_audit_says(itsc):
    """Nothing is concluded while they are read: every finding is about the currents."""
    assert not itsc.found.findings["rule"].isin({"reading_note", "stamps_gap", "missing", "rows_left_out"}).any()
    assert set(itsc.found.report["status"]) == {"loaded"}


def robot_rows(realdata: Path) -> tuple[list[str], list[list[str]]]:
    names, *rows = cells(realdata / "ur3_cobotops" / "dataset_02052023.csv", ";")
    return names, rows


def test_every_sample_with_a_decimal_comma_is_the_number_it_was_and_empty_cells_are_missing(robot, realdata):
    names, rows = robot_rows(realdata)
    (row,) = robot.found.recordings.itertuples()
    found = robot.samples(row.recording_id)
    expected = np.array([[single(line[names.index(joint)]) for line in rows] for joint in JOINTS])
    assert found.shape == expected.shape == (3, 7409)
    np.testing.assert_array_equal(found, expected)
    report = robot.found.report.set_index("file").loc["robot.csv"]
    assert report[["gaps_R", "gaps_S", "gaps_T"]].tolist() == [46, 54, 54] == np.isnan(expected).sum(axis=1).tolist()
    assert report["dialect"] == "35 columns separated by semicolons with decimal comma"


def test_rate_of_the_robot_is_that_of_its_clock_and_its_pauses_are_found(robot, realdata):
    """Steps of about 1.005 s but for three of 9 s, 31 s and 5.2 h; with the pauses the rate would be 0.28 Hz."""
    names, rows = robot_rows(realdata)
    stamps = [datetime.fromisoformat(line[names.index("Timestamp")].strip('"')) for line in rows]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(stamps)]
    usual = statistics.median(steps)
    pauses = [step for step in steps if step > 3 * usual]
    assert [round(pause) for pause in pauses] == [9, 31, 18814]
    (row,) = robot.found.recordings.itertuples()
    assert row.fs_hz == pytest.approx((len(steps) - 3) / (sum(steps) - sum(pauses)), rel=1e-9)
    assert row.fs_hz == pytest.approx(1.0, abs=0.01)
    gap = robot.found.findings.set_index("rule").loc["stamps_gap"]
    assert (gap["severity"], gap["value"]) == ("warning", pytest.approx(sum(pauses) - 3 * usual))
    assert gap["message"].startswith("the time stamps leave 3 hole(s), 18851 s in all")


def test_the_robot_states_its_own_start_and_nothing_else_is_concluded(robot):
    (row,) = robot.found.recordings.itertuples()
    assert row.started_at == datetime(2022, 10, 26, 8, 17, 21, 847000, UTC)
    assert (row.unit, row.phases) == ("A", "RST")
    assert row.acquisition == "unusable"  # a sample a second shows no supply of 50 Hz
    assert robot.found.quarantine.empty


def test_hours_of_a_trend_log_are_those_of_its_samples_and_a_repeated_hour_is_left_out(robot, realdata):
    """On 2014-01-07 the hour from 02:00 stands twice with different values: it is in no hour, but kept beside."""
    _, *rows = cells(realdata / "nab_machine_temperature" / "machine_temperature_system_failure.csv", ",")
    by_time: dict[str, set[str]] = defaultdict(set)
    for stamp, value in rows:
        by_time[stamp].add(value)
    hours: dict[datetime, list[Decimal]] = defaultdict(list)
    for stamp, values in by_time.items():
        if len(values) == 1:
            moment = datetime.fromisoformat(stamp).replace(tzinfo=UTC)
            hours[moment.replace(minute=0)].append(Decimal(values.pop()))
    trend = robot.found.trend
    found = trend[(trend["motor_id"] == "M1") & (trend["quantity"] == "temperature")].set_index("hour")
    assert found.index.tolist() == sorted(hours)
    assert len(found) == 1890
    for hour, row in found.iterrows():
        values = hours[hour]
        assert row["mean"] == pytest.approx(float(sum(values) / len(values)), rel=1e-12)
        assert (row["minimum"], row["maximum"]) == (float(min(values)), float(max(values)))
        assert row["samples"] == len(values)
    assert set(found["unit"]) == {"°F"}
    assert robot.found.trend_reason == ""
    doubled = datetime(2014, 1, 7, 2, tzinfo=UTC)
    assert doubled not in found.index
    assert doubled + timedelta(hours=1) in found.index


def test_a_trend_log_is_no_stray_file_and_counts_for_readiness(robot):
    assert robot.found.report["file"].tolist() == ["robot.csv"]
    # a recording without a log of currents stands for its own hour
    own = robot.found.trend[robot.found.trend["motor_id"] == "UR3"]
    assert own["quantity"].tolist() == ["rms_R", "rms_S", "rms_T"]
    assert set(own["source"]) == {"recordings"}


def test_figures_of_tools_without_a_time_are_no_trend_and_no_recording(realdata):
    """One row a cut: neither when nor how fast is written anywhere, and neither is invented."""
    path = realdata / "vicomtech_turning" / "Dataset_Machine_tool_wear.csv"
    tags = {"Iu_s_RMS": ("M1", "rms_R"), "Iv_s_RMS": ("M1", "rms_S")}
    with pytest.raises(UnreadableRecording, match="has no column of dates; name it by --time-column"):
        read_exports([path], TagRules(motors=["M1"], mapping=tags), LayoutRules(timezone="UTC"))
    with pytest.raises(UnreadableRecording, match=r"none is clearly a phase .*; choose R,S,T by --phase-columns"):
        read_recording_file(path, Declared(fs=1.0))
    with pytest.raises(UnreadableRecording, match="its sampling rate is not known; pass --fs HZ"):
        read_recording_file(path, Declared(phase_columns=tuple(tags)))
