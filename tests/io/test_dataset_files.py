"""A data set says itself what it is; what it says wrongly is refused in a sentence."""

import re

import pandas as pd
import pytest

from diagmod.io.dataset_files import (
    MANIFEST_COLUMNS,
    Dataset,
    DatasetError,
    read_dataset,
    read_manifest,
    read_motors,
    read_trend,
)
from diagmod.io.schemas import TREND
from diagmod.io.tables import conform

MOTORS = "motors:\n  - motor_id: M01\n    line_hz: 50\n    pole_pairs: 2\n    rated_rpm: 1440\n"


def described(tmp_path, text):
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "dataset.yaml").write_text(text)
    return folder


def test_declared_entries_are_read_and_others_have_defaults(tmp_path):
    folder = described(tmp_path, "title: Hall 3\nfs_hz: 1e4\ntimes: none\ncolumns: [Ia, Ib, Ic]\n")
    assert read_dataset(folder) == Dataset(
        name="plant", title="Hall 3", fs_hz=10000.0, times="none", columns=("Ia", "Ib", "Ic"), unit="A"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fs: 5000\n", "dataset.yaml: unknown entry 'fs'; allowed are citation, columns, derived_state, fs_hz"),
        ("1: a\nb: c\n", "dataset.yaml: unknown entry 1; allowed are"),
        ("fs_hz: 0\n", "dataset.yaml: fs_hz must be positive, got 0; give the rate in Hz"),
        ("fs_hz: .inf\n", "fs_hz must be positive, got inf"),
        ("fs_hz: fast\n", "fs_hz must be positive, got 'fast'"),
        ("fs_hz: true\n", "fs_hz must be positive, got True"),
        ("times: maybe\n", "dataset.yaml: times must be known or none, got 'maybe'"),
        ("split_group: hall\n", "split_group must be motor or repetition, got 'hall'"),
        ("derived_state: [none]\n", r"derived_state must be none or negative_sequence, got \['none'\]"),
        ("header: 1\n", "dataset.yaml: header must be true or false, got 1"),
        ("title: 2026\n", "dataset.yaml: title must be text, got 2026; put it in quotes"),
        ("columns: Ia\n", "dataset.yaml: columns must be a list of names, got 'Ia'"),
        ("columns: [1, 2, 3]\n", "columns must be a list of names"),
        ("columns: [Ia, Ib]\n", "dataset.yaml: columns must name the R, S and T columns, each once, got Ia, Ib"),
        ("columns: [Ia, Ib, Ib]\n", "columns must name the R, S and T columns, each once"),
        ("header: false\n", "dataset.yaml: columns must be phases R, S, T or - without repeats, got current_R"),
        ("title: [a\n", "dataset.yaml is not valid YAML"),
        ("- a\n", "dataset.yaml must be a mapping of names to values, got list"),
        ("", "dataset.yaml must be a mapping of names to values, got NoneType"),
    ],
)
def test_wrong_description_is_refused(tmp_path, text, sentence):
    with pytest.raises(DatasetError, match=sentence):
        read_dataset(described(tmp_path, text))


def test_missing_folder_empty_folder_and_missing_description_are_told_apart(tmp_path):
    with pytest.raises(DatasetError, match="data set folder 'plant' does not exist in "):
        read_dataset(tmp_path / "plant")
    (tmp_path / "plant").mkdir()
    with pytest.raises(DatasetError, match=r"data set folder 'plant' is empty; put dataset.yaml, motors.yaml and"):
        read_dataset(tmp_path / "plant")
    (tmp_path / "plant/motors.yaml").write_text(MOTORS)
    with pytest.raises(DatasetError, match=r"dataset.yaml is missing in .*plant; restore it"):
        read_dataset(tmp_path / "plant")


def test_register_gives_motors_by_name(tmp_path):
    (tmp_path / "motors.yaml").write_text(MOTORS)
    motors = read_motors(tmp_path)
    assert list(motors) == ["M01"]
    assert (motors["M01"].pole_pairs, motors["M01"].rated_rpm) == (2, 1440)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("motors: []\nmotors: []\n", "motors.yaml is not valid YAML"),
        ("machines: []\n", "motors.yaml must hold a list `motors` of nameplates"),
        ("motors: [M01]\n", "motors.yaml must hold a list `motors` of nameplates"),
        (
            MOTORS + MOTORS.removeprefix("motors:\n"),
            "motors.yaml: motor 'M01' is there twice; give each its own motor_id",
        ),
        (MOTORS.replace("pole_pairs: 2", "poles: 4"), "motors.yaml: motor M01: unknown key 'poles'"),
        (MOTORS.replace("1440", "2900"), "motors.yaml: motor M01: rated_rpm 2900 contradicts 2 pole pairs"),
        (MOTORS.replace("M01", "7"), "motors.yaml: motor 7: motor_id must be text \\(put it in quotes\\), got 7"),
    ],
)
def test_wrong_register_is_refused(tmp_path, text, sentence):
    (tmp_path / "motors.yaml").write_text(text)
    with pytest.raises(DatasetError, match=sentence):
        read_motors(tmp_path)


def test_missing_register_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"motors.yaml is missing in"):
        read_motors(tmp_path)


def manifest(tmp_path, text):
    (tmp_path / "recordings.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_manifest(tmp_path)


def test_manifest_keeps_every_cell_as_text_and_fills_absent_columns(tmp_path):
    table = manifest(tmp_path, '\ufefffile,motor_id,condition\r\na.csv,007,NA\r\n\r\n"b,c.csv",M01,\r\n')
    assert list(table) == list(MANIFEST_COLUMNS)
    assert table["file"].tolist() == ["a.csv", "b,c.csv"]
    assert table["motor_id"].tolist() == ["007", "M01"]
    assert table["condition"].tolist() == ["NA", ""]
    assert table["fs_hz"].tolist() == ["", ""]


def test_manifest_without_rows_is_an_empty_table(tmp_path):
    assert len(manifest(tmp_path, "file,motor_id\n")) == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "recordings.csv lacks column 'file'; it has none"),
        ("file,motor\na.csv,M01\n", "recordings.csv lacks column 'motor_id'; it has file, motor"),
        ("file;motor_id\na.csv;M01\n", "recordings.csv lacks column 'file'; it has file;motor_id"),
        ("file,motor_id,speed\na.csv,M01,5\n", "recordings.csv has unknown column 'speed'; allowed are file, motor_id"),
        ("file,motor_id,file\na.csv,M01,b\n", "recordings.csv has column 'file' twice"),
        ("file,motor_id\na.csv,M01,x\n", "recordings.csv, row 2 has 3 cells, expected 2; correct it"),
        ("file,motor_id\na.csv,M01\nb.csv\n", "recordings.csv, row 3 has 1 cells, expected 2"),
        ('file,motor_id\n"a.csv,M01\n', "recordings.csv is no readable CSV table in UTF-8 .*unexpected end"),
        (b"file,motor_id\n\xe4.csv,M01\n", "recordings.csv is no readable CSV table in UTF-8"),
    ],
)
def test_wrong_manifest_is_refused(tmp_path, text, sentence):
    with pytest.raises(DatasetError, match=sentence):
        manifest(tmp_path, text)


def test_missing_manifest_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"recordings.csv is missing; list every file with its motor_id"):
        read_manifest(tmp_path)


LOG = "hour,rms_R,rms_S,rms_T\n2026-01-05T01:00:00Z,2,2.5,\n2026-01-05T00:00:00Z,1,1.5,1.25\n"


def trend(tmp_path, **logs):
    (tmp_path / "trend").mkdir()
    for motor_id, text in logs.items():
        (tmp_path / "trend" / f"{motor_id}.csv").write_text(text)
    (tmp_path / "motors.yaml").write_text(MOTORS + MOTORS.removeprefix("motors:\n").replace("M01", "M02"))
    return read_trend(tmp_path, read_motors(tmp_path))


def test_trend_is_sorted_by_motor_and_hour(tmp_path):
    table, reason = trend(tmp_path, M02=LOG, M01=LOG.replace("00Z", "00+02:00"))
    assert reason == ""
    assert table["motor_id"].tolist() == ["M01", "M01", "M02", "M02"]
    assert table["hour"].tolist()[:2] == [pd.Timestamp("2026-01-04T22:00Z"), pd.Timestamp("2026-01-04T23:00Z")]
    assert table["rms_R"].tolist() == [1.0, 2.0, 1.0, 2.0]
    assert table["rms_T"].isna().tolist() == [False, True, False, True]
    pd.testing.assert_frame_equal(conform(table, TREND), table)


def test_data_set_without_trend_log_has_an_empty_table_and_a_reason(tmp_path):
    table, reason = read_trend(tmp_path, {})
    assert len(conform(table, TREND)) == 0
    assert reason == "the data set has no trend log (folder trend/)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "M02.csv is no trend log with columns hour, rms_R, rms_S, rms_T"),
        ("hour,rms_R\n2026-01-05T00:00:00Z,1\n", "M02.csv is no trend log with columns"),
        (LOG.replace("00Z", "00"), "hour 2026-01-05T01:00:00 is no time with its zone; write 2026-01-31T08:00:00Z"),
        (LOG.replace("2026-01-05T01:00:00Z", ""), "is no time with its zone"),
        (LOG.replace("2026-01-05T01", "2026-13-05T01"), "M02.csv is no trend log"),
        (LOG.replace("1.25", "much"), "M02.csv is no trend log .*much"),
    ],
)
def test_bad_log_is_left_out_with_a_reason_and_the_others_stay(tmp_path, text, reason):
    table, why = trend(tmp_path, M01=LOG, M02=text)
    assert table["motor_id"].tolist() == ["M01", "M01"]
    assert re.search(reason, why)


def test_log_of_an_unknown_motor_is_left_out_with_a_reason(tmp_path):
    table, reason = trend(tmp_path, M77=LOG)
    assert (len(table), reason) == (0, "M77.csv names no motor of the register")
