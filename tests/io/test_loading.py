"""One bad file never stops the others, none is lost, and every run gives the same."""

import csv
import hashlib
import os
import re
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io import file_loading, ingest
from diagmod.io.dataset_files import DatasetError
from diagmod.io.loading import load_dataset
from diagmod.io.plant_files import csv_bytes
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.schemas import FINDINGS, LOAD_REPORT, MOTORS, RECORDINGS
from diagmod.io.store import Store
from diagmod.io.tables import conform
from diagmod.io.waveforms import read_waveform

FS = 1000.0

#: Dialect of the plant's usual files.
PLAIN = "3 columns separated by commas with decimal point"
RULES = ruleset_from(default_rules() | {"too_short": {"severity": "error", "limit": 1.0}})


def currents(seed=0, n=1500):
    """Three phases of about 8 A rms, each file with noise of its own."""
    angle = 2 * np.pi * 49.9 * np.arange(n) / FS
    noise = np.random.default_rng(seed).normal(0, 0.02, (3, n))
    return 11.3 * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)]) + noise


class Plant:
    """A data set written file by file."""

    def __init__(self, root):
        self.root, self.folder, self.rows = root, root / "raw" / "plant", []
        (self.folder / "sub").mkdir(parents=True)
        self.describe("title: Hall 3\n")
        self.register("M01", "M02")

    def describe(self, text):
        (self.folder / "dataset.yaml").write_text(text)

    def register(self, *motors):
        nameplate = "line_hz: 50, pole_pairs: 2, rated_current_a: 8.2"
        lines = "".join(f"  - {{motor_id: {m}, {nameplate}}}\n" for m in motors)
        (self.folder / "motors.yaml").write_text(f"motors:\n{lines}")

    def file(self, name, content=None):
        content = csv_bytes(currents(sum(map(ord, name)))) if content is None else content
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def row(self, name, **cells):
        self.rows.append(
            {"file": name, "motor_id": "M01", "started_at": "2026-01-05T08:00:00Z", "fs_hz": "1000", **cells}
        )
        return self

    def add(self, name, content=None, **cells):
        return self.file(name, content).row(name, **cells)

    def load(self, jobs=1):
        columns = ["file", "motor_id", "started_at", "fs_hz", *{c: 0 for row in self.rows for c in row}]
        manifest = pd.DataFrame(self.rows, columns=list(dict.fromkeys(columns)))
        manifest.to_csv(self.folder / "recordings.csv", index=False)
        return load_dataset(self.folder, self.root / "waveforms", Store(self.root / "store", "v1"), RULES, jobs)

    def outcome(self, name):
        """Status and reason of the only report row of a file."""
        report = self.load().report.set_index("file")
        return report.loc[name, "status"], report.loc[name, "reason"]


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path)


def waveforms(plant):
    return {p.name: p.read_bytes() for p in (plant.root / "waveforms").iterdir()}


def assert_same(one, other):
    for table in ("recordings", "findings", "report", "motors", "trend"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))


def mixed(plant):
    """Good and bad files of every kind."""
    plant.add("a.csv").add("sub/b.csv", motor_id="M02", started_at="2026-01-05T07:00:00Z")
    plant.add("single.csv", csv_bytes(currents(5)[:1], ("current_R",)))
    plant.add("text.csv", "current_R\n1\nx\n").add("again.csv", csv_bytes(currents(sum(map(ord, "a.csv")))))
    plant.file("stray.csv").row("missing.csv").row("a.csv").add("unknown.csv", motor_id="M99")
    return plant


def test_loaded_recording_has_its_facts_and_waveform(plant):
    plant.add(
        "a.csv", motor_id="M02", load_pct="75.5", condition="stator_short", severity="0.1", fault_phase="S",
        repetition="3", duration_s="1.5",
    )  # fmt: skip
    row = plant.load().recordings.iloc[0]
    assert (row["motor_id"], row["file"], row["unit"], row["dialect"]) == ("M02", "a.csv", "A", PLAIN)
    assert (row["fs_hz"], row["n_samples"], row["duration_s"]) == (1000.0, 1500, 1.5)
    assert row["started_at"] == pd.Timestamp("2026-01-05T08:00Z")
    assert (row["load_pct"], row["condition"], row["severity"]) == (75.5, "stator_short", 0.1)
    assert (row["fault_phase"], row["repetition"]) == ("S", "3")
    assert (row["split_group"], row["acquisition"], row["quality"]) == ("M02", "good", "good")
    assert row["missing_share"] == 0.0
    waveform = read_waveform(plant.root / "waveforms" / f"{row['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform, currents(sum(map(ord, "a.csv"))).round(4).astype(np.float32))
    assert row["rms_R"] == pytest.approx(np.sqrt((waveform[0].astype(float) ** 2).mean()), rel=1e-6)


def test_every_file_and_every_row_is_in_the_report_once(plant):
    loaded = mixed(plant).load()
    assert loaded.report["file"].tolist() == sorted(
        [
            "a.csv",
            "a.csv",
            "again.csv",
            "missing.csv",
            "single.csv",
            "stray.csv",
            "sub/b.csv",
            "text.csv",
            "unknown.csv",
        ]
    )
    status = loaded.report["status"].value_counts().to_dict()
    assert status == {"loaded": 3, "duplicate": 1, "quarantined": 5}
    assert (loaded.quarantine["reason"].str.len() > 20).all()
    assert len(waveforms(plant)) == len(loaded.recordings) == 3


def test_originals_are_not_touched(plant):
    mixed(plant).load()
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in plant.folder.rglob("*") if p.is_file()}
    load_dataset(plant.folder, plant.root / "waveforms", Store(plant.root / "store2", "v1"), RULES, 1)
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in plant.folder.rglob("*") if p.is_file()} == before


def test_tables_fit_their_schemas(plant):
    loaded = mixed(plant).load()
    for table, schema in (
        (loaded.recordings, RECORDINGS),
        (loaded.findings, FINDINGS),
        (loaded.report, LOAD_REPORT),
        (loaded.quarantine, LOAD_REPORT),
        (loaded.motors, MOTORS),
    ):
        pd.testing.assert_frame_equal(conform(table, schema), table.reset_index(drop=True))


def test_recordings_are_sorted_by_motor_and_time(plant):
    plant.add("c.csv", started_at="2026-01-07T08:00:00Z").add("b.csv", motor_id="M02")
    plant.add("a.csv", started_at="2026-01-06T08:00:00+02:00")
    recordings = plant.load().recordings
    assert recordings["file"].tolist() == ["a.csv", "c.csv", "b.csv"]
    assert recordings["started_at"].iloc[0] == pd.Timestamp("2026-01-06T06:00Z")


def test_second_file_of_the_same_bytes_is_a_duplicate_of_the_first(plant):
    content = csv_bytes(currents(1))
    plant.add("a.csv", content).add("b.csv", content)
    assert plant.outcome("b.csv") == ("duplicate", "same content as a.csv")
    assert plant.load().recordings["file"].tolist() == ["a.csv"]


@pytest.mark.parametrize("cells", [{"motor_id": "M02"}, {"started_at": "2026-02-05T08:00:00Z"}, {"fs_hz": "500"}])
def test_same_bytes_under_another_motor_time_or_rate_are_a_contradiction(plant, cells):
    content = csv_bytes(currents(1))
    plant.add("a.csv", content).add("b.csv", content, **cells)
    status, reason = plant.outcome("b.csv")
    assert status == "quarantined"
    assert reason.startswith(f"same content as a.csv, but recordings.csv gives {next(iter(cells))} ")
    assert plant.load().recordings["file"].tolist() == ["a.csv"]


def test_findings_are_of_loaded_files_only(plant):
    plant.add("a.csv", csv_bytes(currents(1, 100)))
    loaded = plant.load()
    assert loaded.report["status"].tolist() == ["quarantined"]
    assert loaded.findings.empty


def test_copy_of_a_rejected_row_is_no_duplicate(plant):
    content = csv_bytes(currents(1))
    plant.add("a.csv", content, motor_id="M99").add("b.csv", content)
    assert plant.outcome("b.csv") == ("loaded", "")


QUARANTINED = {
    "unknown motor": (
        {"motor_id": "M99"},
        "motor 'M99' is not in motors.yaml; add its nameplate or correct recordings",
    ),
    "no motor": ({"motor_id": ""}, "motor '' is not in motors.yaml"),
    "no rate": ({"fs_hz": ""}, "sampling rate unknown; give fs_hz in recordings.csv or in dataset.yaml"),
    "rate zero": ({"fs_hz": "0"}, "recordings.csv: fs_hz must be positive, got 0"),
    "rate no number": ({"fs_hz": "5 kHz"}, "recordings.csv: fs_hz must be a number, got '5 kHz'"),
    "rate infinite": ({"fs_hz": "inf"}, "recordings.csv: fs_hz must be a number, got 'inf'"),
    "severity above one": ({"severity": "7"}, "recordings.csv: severity must be 0 to 1, got 7"),
    "label in capitals": (
        {"condition": "Healthy"},
        "recordings.csv: condition 'Healthy' must be lower-case words joined by underscores; 'healthy' means without",
    ),
    "phase of another naming": (
        {"condition": "stator_short", "fault_phase": "A"},
        "recordings.csv: fault_phase must be R, S, T or empty, got 'A'",
    ),
    "phase without a fault": (
        {"condition": "healthy", "fault_phase": "R"},
        "recordings.csv: fault_phase R contradicts condition 'healthy'; a phase is stated for a fault alone",
    ),
    "load no number": ({"load_pct": "full"}, "recordings.csv: load_pct must be a number, got 'full'"),
    "no time": ({"started_at": ""}, "start time unknown; give started_at (UTC) in recordings.csv"),
    "no zone": (
        {"started_at": "2026-01-05T08:00:00"},
        "started_at '2026-01-05T08:00:00' has no time zone; add Z for UTC",
    ),
    "day alone": ({"started_at": "2026-01-05"}, "has no time zone"),
    "another order": ({"started_at": "05/01/2026 08:00Z"}, "is no time; write 2026-01-31T08:00:00Z"),
    "thirteenth month": ({"started_at": "2026-13-05T08:00:00Z"}, "is no time; write 2026-01-31T08:00:00Z"),
    "now": ({"started_at": "now"}, "started_at 'now' is no time"),
    "year one": ({"started_at": "0001-01-01T00:00:00+14:00"}, "is no time"),
    "wrong length": ({"duration_s": "3"}, "1.5 s long where the manifest states 3 s (50 % off, at most 1 % allowed)"),
}


@pytest.mark.parametrize(("cells", "reason"), QUARANTINED.values(), ids=QUARANTINED.keys())
def test_row_that_does_not_say_enough_sends_its_file_to_quarantine(plant, cells, reason):
    plant.add("good.csv").add("a.csv", **cells)
    status, said = plant.outcome("a.csv")
    assert status == "quarantined"
    assert reason in said
    assert plant.outcome("good.csv") == ("loaded", "")


def test_unlisted_file_goes_to_quarantine(plant):
    reason = "not listed in recordings.csv: motor, rate and time are unknown; add a row for it"
    assert plant.add("a.csv").file("sub/b.csv").outcome("sub/b.csv") == ("quarantined", reason)


def test_missing_file_goes_to_quarantine(plant):
    expected = ("quarantined", "file is listed in recordings.csv but is not there")
    assert plant.row("a.csv").outcome("a.csv") == expected
    assert plant.row("sub").outcome("sub") == expected


def test_row_without_a_file_goes_to_quarantine(plant):
    assert plant.row("").outcome("") == ("quarantined", "file is listed in recordings.csv but is not there")


@pytest.mark.parametrize("name", ["../x.csv", "sub/../../x.csv", "/etc/hostname"])
def test_path_outside_the_data_set_goes_to_quarantine(plant, name):
    (plant.root / "raw/x.csv").write_bytes(csv_bytes(currents()))
    report = plant.row(name).load().report
    assert report["status"].tolist() == ["quarantined"]
    assert report["reason"].str.contains("lies outside the data set; copy it into the folder").all()


def test_link_that_leaves_the_data_set_goes_to_quarantine(plant):
    (plant.root / "x.csv").write_bytes(csv_bytes(currents()))
    (plant.folder / "a.csv").symlink_to(plant.root / "x.csv")
    status, reason = plant.row("a.csv").outcome("a.csv")
    assert (status, "lies outside the data set" in reason) == ("quarantined", True)


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 300 + ".csv"])
def test_name_that_no_file_can_have_goes_to_quarantine(plant, name):
    status, reason = plant.add("good.csv").row(name).outcome(name)
    assert (status, reason.startswith("file cannot be opened (")) == ("quarantined", True)
    assert plant.outcome("good.csv")[0] == "loaded"


def test_file_that_may_not_be_read_goes_to_quarantine(plant, monkeypatch):
    def refuse(path):
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return hash_of(path)

    hash_of = file_loading.recording_sha256
    monkeypatch.setattr(file_loading, "recording_sha256", refuse)
    status, reason = plant.add("a.csv").add("b.csv").outcome("a.csv")
    assert (status, "Permission denied" in reason) == ("quarantined", True)
    assert plant.outcome("b.csv") == ("loaded", "")


def test_file_listed_twice_loads_once_and_the_second_row_says_why(plant):
    plant.add("a.csv").row("a.csv", motor_id="M02")
    report = plant.load().report
    assert report["status"].tolist() == ["loaded", "quarantined"]
    assert report["reason"].iloc[1] == "recordings.csv lists this file again in row 3; one file is one recording"
    assert plant.load().recordings["motor_id"].tolist() == ["M01"]


def test_file_listed_by_another_spelling_of_its_path_is_one_file(plant):
    plant.file("a.csv").row("./a.csv").row("sub/../a.csv")
    report = plant.load().report
    assert report["file"].tolist() == ["a.csv", "a.csv"]
    assert report["status"].tolist() == ["loaded", "quarantined"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "a.csv is empty"),
        ("current_R\n1\n2\nx\n3\n", "line 4 of a.csv holds 'x' where a number is expected"),
        ("U,speed\n1,2\n2,1\n", "a.csv has 2 column(s) of numbers and none is clearly a phase (1 U, 2 speed)"),
        ("x,y,z\n1,2,2\n2,1,1\n3,1,1\n", "so their order is not known; give R,S,T by phase_columns, for example"),
        (csv_bytes(currents(n=900)), "0.9 s long, at least 1 s are needed; record for longer"),
        (
            csv_bytes(np.full((1, 1500), 2.0), ("current_R",)),
            "phase R is constant at 2; check the sensor and its cable",
        ),
    ],
)
def test_file_that_is_no_good_recording_goes_to_quarantine_with_the_reason(plant, content, reason):
    status, said = plant.add("a.csv", content).outcome("a.csv")
    assert status == "quarantined"
    assert reason in said
    assert waveforms(plant) == {}


def test_single_phase_is_loaded_and_the_absent_ones_are_found(plant):
    plant.add("a.csv", csv_bytes(currents()[:1], ("current_S",)))
    loaded = plant.load()
    row = loaded.recordings.iloc[0]
    assert (row["phases"], row["quality"]) == ("S", "info")
    assert np.isnan(row["rms_R"])
    assert row["rms_S"] == pytest.approx(8, abs=0.1)
    assert set(loaded.findings["rule"]) == {"absent_phase", "reading_note"}


def test_gaps_are_counted_and_found(plant):
    content = currents()
    content[1, :150] = np.nan
    loaded = plant.add("a.csv", csv_bytes(content)).load()
    assert loaded.report[["gaps_R", "gaps_S", "gaps_T"]].iloc[0].tolist() == [0, 150, 0]
    assert loaded.recordings["missing_share"].iloc[0] == pytest.approx(150 / 4500)
    assert loaded.recordings["quality"].iloc[0] == "warning"
    assert loaded.findings["rule"].tolist() == ["missing", "acquisition_gaps"]
    assert loaded.findings["message"].iloc[1].startswith("acquisition: only 0.15 to 1.50 s are used")


def held(n=1500):
    """Every value held for two samples, as a recorder does that is asked too often."""
    return np.repeat(currents(n=n)[:, ::2], 2, axis=1)


def test_recording_that_cannot_carry_a_diagnosis_is_loaded_and_says_so(plant):
    loaded = plant.add("a.csv", csv_bytes(held())).add("b.csv").load()
    rows = loaded.recordings.set_index("file")
    assert rows["acquisition"].to_dict() == {"a.csv": "unusable", "b.csv": "good"}
    assert rows["quality"].to_dict() == {"a.csv": "warning", "b.csv": "good"}
    first = loaded.findings.iloc[0]
    assert (first["file"], first["rule"], first["severity"]) == ("a.csv", "acquisition_samples_repeated", "warning")
    assert first["message"].startswith(
        "acquisition: this recording cannot carry a diagnosis, the clock is unreliable: "
    )
    assert first["remedy"] == "use a recorder that samples by hardware at a fixed rate"
    assert loaded.audit_in_words() == (
        "We see 1 recordings that can carry a diagnosis, 0 that can with limits and 1 that cannot."
    )
    reasons = loaded.audit_reasons()
    assert reasons.loc[0, ["reason", "severity", "recordings", "first_file"]].tolist() == [
        "samples repeated", "warning", 1, "a.csv",
    ]  # fmt: skip


def test_current_far_from_the_nameplate_doubts_the_unit_only_where_it_is_ampere(plant):
    """8 A rms and 8.2 A rated; a thousandth of it is what a logger in kiloampere writes."""
    content = csv_bytes(1000 * currents())
    rules = plant.add("a.csv", content).load().findings["rule"].tolist()
    assert rules == ["acquisition_current_above_rated"]
    plant.describe("unit: mV\n")
    assert plant.load().findings.empty


def test_audit_follows_the_nameplate_without_reading_the_file_again(plant, monkeypatch):
    assert plant.add("a.csv").load().recordings["acquisition"].tolist() == ["good"]
    monkeypatch.setattr(file_loading, "ingest_recording", lambda *_: pytest.fail("a stored file was read again"))
    register = plant.folder / "motors.yaml"
    register.write_text(register.read_text().replace("8.2", "0.82"))
    assert plant.load().recordings["acquisition"].tolist() == ["limited"]


def test_rate_of_the_data_set_serves_rows_without_one(plant):
    plant.describe("fs_hz: 1000\n")
    plant.add("a.csv", fs_hz="").add("b.csv", fs_hz="500")
    assert plant.load().recordings.set_index("file")["fs_hz"].to_dict() == {"a.csv": 1000.0, "b.csv": 500.0}


def test_data_set_that_kept_no_times_loads_without(plant):
    plant.describe("times: none\n")
    assert plant.add("a.csv", started_at="").load().recordings["started_at"].isna().tolist() == [True]


def test_split_by_repetition_needs_the_repetition(plant):
    plant.describe("split_group: repetition\n")
    plant.add("a.csv", repetition="2").add("b.csv", repetition="")
    assert plant.outcome("b.csv")[1] == "repetition unknown, by which dataset.yaml splits; give it in recordings.csv"
    assert plant.load().recordings["split_group"].tolist() == ["repetition 2"]


def test_headless_files_are_read_in_the_declared_order(plant):
    plant.describe("header: false\ncolumns: [S, R]\nunit: mV\n")
    content = csv_bytes(currents()[:2], ("x", "y")).split(b"\n", 1)[1]
    row = plant.add("a.csv", content).load().recordings.iloc[0]
    waveform = read_waveform(plant.root / "waveforms" / f"{row['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform[[1, 0]], currents()[:2].round(4).astype(np.float32))
    assert (row["phases"], row["unit"]) == ("RS", "mV")


def test_loading_twice_gives_the_same_from_the_store(plant, monkeypatch):
    first, before = mixed(plant).load(), waveforms(plant)
    monkeypatch.setattr(file_loading, "ingest_recording", lambda *_: pytest.fail("a stored file was read again"))
    plant.rows = [row for row in plant.rows if row["file"] != "text.csv"]
    (plant.folder / "text.csv").unlink()
    second = plant.load()
    pd.testing.assert_frame_equal(second.recordings, first.recordings)
    assert waveforms(plant) == before


def test_changed_layout_reads_the_same_file_anew(plant):
    plant.describe("columns: [Ia, Ib, Ic]\n")
    plant.add("a.csv", csv_bytes(currents(), ("Ia", "Ib", "Ic"))).load()
    first = waveforms(plant)
    plant.describe("columns: [Ib, Ia, Ic]\n")
    plant.load()
    second = waveforms(plant)
    assert list(first) == list(second)
    assert first != second


def test_two_processes_give_what_one_gives(plant, tmp_path):
    one, files = mixed(plant).load(jobs=1), waveforms(plant)
    shutil.rmtree(plant.root / "store")
    two = plant.load(jobs=2)
    assert_same(one, two)
    assert waveforms(plant) == files


def test_deleted_store_gives_the_same_bytes(plant):
    first, before = mixed(plant).load(), waveforms(plant)
    shutil.rmtree(plant.root / "store")
    shutil.rmtree(plant.root / "waveforms")
    assert_same(plant.load(), first)
    assert waveforms(plant) == before


def test_store_that_lost_its_waveforms_heals(plant):
    first, before = mixed(plant).load(), waveforms(plant)
    for stored in (plant.root / "store").rglob("waveform.parquet"):
        stored.unlink()
    assert_same(plant.load(), first)
    assert waveforms(plant) == before


def test_waveform_of_a_file_that_went_away_goes_too(plant):
    plant.add("a.csv").add("b.csv").load()
    plant.rows.pop()
    (plant.folder / "b.csv").unlink()
    plant.load()
    assert len(waveforms(plant)) == 1


def test_description_files_and_trend_logs_are_no_recordings(plant):
    (plant.folder / "trend").mkdir()
    (plant.folder / "trend/M01.csv").write_text("hour,rms_R,rms_S,rms_T\n2026-01-05T00:00:00Z,1,2,3\n")
    (plant.folder / "ground_truth.csv").write_text("file\n")
    loaded = plant.add("a.csv").load()
    assert loaded.report["file"].tolist() == ["a.csv"]
    assert (loaded.trend.loc[loaded.trend["source"] == "log", "mean"].tolist(), loaded.trend_reason) == ([1, 2, 3], "")


def test_data_set_without_trend_log_loads_with_the_reason(plant):
    loaded = plant.add("a.csv").load()
    assert loaded.trend_reason == "the data set has no trend log (folder trend/)"
    assert loaded.trend["source"].tolist() == ["recordings"] * 3
    assert loaded.trend["mean"].tolist() == pytest.approx([8.0] * 3, abs=0.1)


def test_data_set_without_a_single_row_loads_nothing_and_reports_its_files(plant):
    loaded = plant.file("a.csv").load()
    assert (len(loaded.recordings), len(loaded.findings)) == (0, 0)
    assert loaded.report["status"].tolist() == ["quarantined"]
    assert loaded.motors["motor_id"].tolist() == ["M01", "M02"]


def test_motor_table_keeps_what_the_plant_does_not_know_empty(plant):
    plant.register("M02", "M01")
    motors = plant.add("a.csv").load().motors
    assert motors["motor_id"].tolist() == ["M01", "M02"]
    assert (motors["rated_current_a"].iloc[0], motors["bearing"].iloc[0]) == (8.2, "")
    assert motors["rotor_bars"].isna().all()


def test_wrong_description_stops_before_anything_is_written(plant):
    plant.describe("unit: [A\n")
    with pytest.raises(DatasetError, match=r"dataset.yaml is not valid YAML"):
        plant.load()
    assert not (plant.root / "waveforms").exists()


def test_empty_data_set_folder_is_refused(tmp_path):
    (tmp_path / "plant").mkdir()
    with pytest.raises(DatasetError, match="data set folder 'plant' is empty"):
        load_dataset(tmp_path / "plant", tmp_path / "waveforms", Store(tmp_path / "store", "v1"), RULES, 1)


@pytest.mark.parametrize(
    ("cells", "named"), [({"scale": "0.5"}, "scale '0.5' here and ''"), ({"phase_columns": "3;2;1"}, "phase_columns")]
)
def test_the_same_content_read_in_two_ways_is_no_duplicate(plant, cells, named):
    plant.add("a.csv", csv_bytes(currents(1))).add("b.csv", csv_bytes(currents(1)), **cells)
    status, reason = plant.outcome("b.csv")
    assert status == "quarantined"
    assert f"same content as a.csv, but recordings.csv gives {named}" in reason


def with_stamps(start, n=3000):
    samples = currents(2, n).T.round(4)
    rows = (f"{start[:17]}{k / 1000:06.3f}Z,{','.join(map(str, row))}" for k, row in enumerate(samples))
    return "timestamp,I_R,I_S,I_T\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(("declared", "is_noted"), [("2026-03-05T08:00:00Z", True), ("2026-01-05T08:00:30Z", False)])
def test_another_start_than_that_of_the_file_is_noted_and_counts(plant, declared, is_noted):
    plant.add("a.csv", with_stamps("2026-01-05T08:00:00Z"), started_at=declared, fs_hz="")
    loaded = plant.load()
    assert loaded.recordings["started_at"].tolist() == [pd.Timestamp(declared)]
    said = f"recordings.csv says that it started at {declared}, but the file itself says 2026-01-05T08:00:00Z"
    assert (said in loaded.findings["message"].tolist()) is is_noted


CURES = {
    "phases": ("CH1,CH2,CH3", {}, {"phase_columns": "R;S;T"}, {"phase_columns": "CH1;CH2;CH3"}),
    "rate": ("I_R,I_S,I_T", {"fs_hz": ""}, {"fs_hz": "HZ"}, {"fs_hz": "1000"}),
    "start": (
        "I_R,I_S,I_T", {"started_at": ""}, {"started_at": "YYYY-MM-DDTHH:MM:SSZ"}, {"started_at": "2026-01-05T08:00Z"},
    ),
    "motor": ("I_R,I_S,I_T", {"motor_id": ""}, {"motor_id": "MOTOR"}, {"motor_id": "M01"}),
    "unit": ("I_R [V],I_S [V],I_T [V]", {}, {"scale": "AMPERE"}, {"scale": "2"}),
}  # fmt: skip


@pytest.mark.parametrize(("names", "cells", "asked", "filled"), CURES.values(), ids=CURES.keys())
def test_a_cure_asks_for_what_is_missing_loads_only_when_filled_in_and_then_loads(plant, names, cells, asked, filled):
    plant.add("a.csv", csv_bytes(currents(1), tuple(names.split(","))), phase_columns="", scale="", **cells)
    columns = ["file", "motor_id", "started_at", "fs_hz", "phase_columns", "scale"]
    cure = dict(zip(columns, next(csv.reader([plant.load().report["cure"].item()])), strict=True))
    assert cure == {**plant.rows[0], **asked}
    plant.rows = [cure]
    assert plant.outcome("a.csv")[0] == "quarantined"
    plant.rows = [{**cure, **filled}]
    assert plant.outcome("a.csv") == ("loaded", "")


def test_condition_that_the_catalogue_does_not_know_is_kept_and_told(plant):
    plant.add("a.csv", condition="dull_blade").add("b.csv", condition="broken_bar").add("c.csv", condition="healthy")
    loaded = plant.load()
    told = loaded.findings[loaded.findings["rule"] == "condition_unknown"]
    assert told["file"].tolist() == ["a.csv"]
    assert "does not know condition 'dull_blade'" in told["message"].iloc[0]
    (plant.folder / "defects.yaml").unlink(missing_ok=True)
    assert loaded.recordings.set_index("file")["condition"].to_dict()["a.csv"] == "dull_blade"


def test_file_that_states_rate_and_start_itself_needs_neither_in_the_manifest(plant):
    times = [f"2026-01-31T08:00:{k // 1000:02d}.{k % 1000:03d}+01:00" for k in range(1500)]
    rows = "".join(f"{t};{r:.4f};{s:.4f};{u:.4f}\n" for t, r, s, u in zip(times, *currents(), strict=True))
    plant.add("a.csv", "Zeit;I_R;I_S;I_T\n" + rows, started_at="", fs_hz="")
    row = plant.load().recordings.iloc[0]
    assert row["fs_hz"] == pytest.approx(1000.0)
    assert row["started_at"] == pd.Timestamp("2026-01-31T07:00:00Z")


def test_cure_line_cures_once_its_capitals_are_filled_in(plant):
    plant.add("a.csv", started_at="", fs_hz="").file("stray.csv")
    cures = plant.load().report.set_index("file")["cure"].to_dict()
    assert cures == {
        "a.csv": "a.csv,M01,YYYY-MM-DDTHH:MM:SSZ,HZ", "stray.csv": "stray.csv,MOTOR,YYYY-MM-DDTHH:MM:SSZ,HZ",
    }  # fmt: skip
    said = {"MOTOR": "M02", "HZ": "1000", "YYYY-MM-DDTHH:MM:SSZ": "2026-01-05T08:00:00Z"}
    cured = [re.sub("|".join(said), lambda match: said[match[0]], line) for line in cures.values()]
    plant.rows = [dict(zip(("file", "motor_id", "started_at", "fs_hz"), c.split(","), strict=True)) for c in cured]
    assert plant.load().report["status"].tolist() == ["loaded", "loaded"]


def test_torque_gives_the_load_where_the_nameplate_knows_power_and_speed(plant):
    """1.5 kW at 1432 rpm are 10.0 Nm: 4 Nm are 40 %."""
    register = plant.folder / "motors.yaml"
    register.write_text(
        register.read_text().replace("pole_pairs: 2,", "pole_pairs: 2, rated_power_kw: 1.5, rated_rpm: 1432,")
    )
    plant.add("a.csv", torque_nm="4").add("b.csv", torque_nm="4", load_pct="55").add("c.csv")
    rows = plant.load().recordings.set_index("file")
    assert rows["load_pct"].to_dict() == {
        "a.csv": pytest.approx(40.0, abs=0.1), "b.csv": 55.0, "c.csv": pytest.approx(np.nan, nan_ok=True),
    }  # fmt: skip
    assert rows["torque_nm"].to_dict()["a.csv"] == 4.0


def test_originals_may_stay_where_they_are_and_a_changed_one_is_noticed(plant):
    elsewhere = plant.root / "stick"
    elsewhere.mkdir()
    (elsewhere / "a.csv").write_bytes(csv_bytes(currents(3)))
    sha256 = hashlib.sha256((elsewhere / "a.csv").read_bytes()).hexdigest()
    plant.describe(f"originals: {elsewhere}\n")
    assert plant.row("a.csv", sha256=sha256).load().report["status"].tolist() == ["loaded"]
    (elsewhere / "a.csv").write_bytes(csv_bytes(currents(4)))
    report = plant.load().report
    assert report["status"].tolist() == ["quarantined"]
    assert report["reason"].iloc[0].startswith("content is not that of sha256 in recordings.csv; the original changed")


def test_a_file_that_no_cell_of_the_manifest_would_cure_has_no_cure(plant):
    plant.add("a.csv", "current_R\n1\n2\nOL\n").add("b.csv", "").add("c.csv", severity="7")
    report = plant.load().report
    assert report["status"].tolist() == ["quarantined"] * 3
    assert report["cure"].tolist() == [""] * 3


@pytest.mark.parametrize(
    ("who", "row", "dataset"), [("recordings.csv", {}, ""), ("dataset.yaml", {"fs_hz": ""}, "fs_hz: 1000\n")]
)
def test_a_rate_that_contradicts_the_time_stamps_is_refused_with_who_states_it(plant, who, row, dataset):
    plant.describe(f"title: Hall 3\n{dataset}")
    rows = [f"{k / 500:.3f},{','.join(map(str, cells))}" for k, cells in enumerate(currents(2).T.round(4))]
    plant.add("a.csv", "\n".join(["t [s],I_R,I_S,I_T", *rows, ""]), **row)
    assert plant.outcome("a.csv")[1].startswith(f"{who} states 1000 Hz and the time stamps give 500 Hz")


def test_link_that_leads_to_itself_is_refused_and_stops_no_other_file(plant):
    """The operating system tells the place on this machine; the sentence does not."""
    for name, target in (("self.csv", "self.csv"), ("one.csv", "other.csv"), ("other.csv", "one.csv")):
        (plant.folder / name).symlink_to(target)
        plant.row(name)
    plant.row("self.csv/x.csv").add("good.csv")
    report = plant.load().report.set_index("file")
    for name in ("self.csv", "one.csv", "other.csv", "self.csv/x.csv"):
        assert report.loc[name, "status"] == "quarantined"
        assert report.loc[name, "reason"] == f"'{name}' is a link that leads to itself; copy the recording here"
    assert report.loc["good.csv", "status"] == "loaded"


def test_link_to_a_file_of_the_folder_is_that_file(plant):
    plant.file("a.csv")
    (plant.folder / "link.csv").symlink_to("a.csv")
    row = plant.row("link.csv").load().recordings.iloc[0]
    waveform = read_waveform(plant.root / "waveforms" / f"{row['recording_id']}.parquet")
    np.testing.assert_array_equal(waveform, currents(sum(map(ord, "a.csv"))).round(4).astype(np.float32))


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "x/" * 3000 + "x.csv"])
def test_name_that_no_disk_takes_is_refused_without_being_repeated(plant, name):
    sentence = "file cannot be opened (File name too long); check its name and permissions"
    assert plant.row(name).outcome(name) == ("quarantined", sentence)


def test_file_of_a_terabyte_that_was_never_written_is_refused_unread(plant, monkeypatch):
    """To hash it would take an hour."""
    monkeypatch.setattr(ingest, "MAX_BYTES", 1 << 14)
    plant.add("hole.csv", "t,I_R\n0,1.5\n")
    os.truncate(plant.folder / "hole.csv", 1 << 40)
    sentence = "hole.csv is mostly unwritten: the disk holds nothing where its samples should be; copy it again"
    with pytest.raises(UnreadableRecording, match=f"^{re.escape(sentence)}$"):
        ingest.refuse_hopeless(plant.folder / "hole.csv")
    assert plant.outcome("hole.csv") == ("quarantined", sentence)


def test_written_file_over_the_limit_is_read_as_under_it(plant, monkeypatch):
    below = plant.add("a.csv").load().recordings
    shutil.rmtree(plant.root / "store")
    monkeypatch.setattr(ingest, "MAX_BYTES", 1 << 14)
    assert (plant.folder / "a.csv").stat().st_size > 1 << 14
    pd.testing.assert_frame_equal(plant.load().recordings, below)
    assert below["n_samples"].tolist() == [1500]


def test_load_ends_without_the_draft_of_a_killed_worker_and_with_that_of_a_living_one(plant):
    store = Store(plant.root / "store", "v1")
    left = store.folder / "drafts" / "deadbeef"
    with store.draft() as living:
        left.mkdir()
        left.with_suffix(".lock").touch()
        assert plant.add("a.csv").load().report["status"].tolist() == ["loaded"]
        assert not left.exists()
        assert living.is_dir()
    assert list(left.parent.iterdir()) == []


def test_start_in_a_zoned_parquet_is_the_start_of_the_recording_where_nobody_states_another(plant):
    """1 769 846 400 s from 1970 are 2026-01-31T08:00:00Z, shown as 10:00 two hours east of Greenwich."""
    ticks = pa.array([1_769_846_400_000 + k for k in range(1500)])
    samples = dict(zip(("I_R", "I_S", "I_T"), currents(1), strict=True))
    for name, kind in (("a.parquet", pa.timestamp("ms", "+02:00")), ("b.parquet", pa.timestamp("ms"))):
        pq.write_table(pa.table({"time": ticks.cast(kind), **samples}), plant.folder / name)
        plant.row(name, started_at="", fs_hz="")
    loaded = plant.load()
    row = loaded.recordings.iloc[0]
    assert (row["file"], row["started_at"]) == ("a.parquet", pd.Timestamp("2026-01-31T08:00:00Z"))
    assert (row["fs_hz"], row["n_samples"]) == (pytest.approx(1000.0), 1500)
    assert loaded.report.set_index("file").loc["b.parquet", "reason"].startswith("start time unknown; give started_at")


def test_name_with_control_characters_is_one_line_of_the_report(plant):
    plant.add("rec\n7.csv", "").add("bell\x07.csv", "").add("two\r\nlines.csv")
    report = plant.load().report.set_index("file")
    for name, shown in (("rec\n7.csv", r"rec\n7.csv"), ("bell\x07.csv", r"bell\x07.csv")):
        assert report.loc[name, "reason"] == f"{shown} is empty; record again or name another file"
    assert report.loc["two\r\nlines.csv", "status"] == "loaded"


def test_file_whose_name_is_no_utf8_is_reported_with_the_codes_of_its_bytes(plant):
    (plant.folder / os.fsdecode(b"byte\xff.csv")).write_bytes(b"x")
    report = plant.add("a.csv").load().report
    assert report["file"].tolist() == ["a.csv", r"byte\xff.csv"]
    assert report["reason"].iloc[1].startswith("not listed in recordings.csv: motor, rate and time are unknown")
