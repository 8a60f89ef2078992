"""A data set says itself what it is; what it says wrongly is refused in a sentence."""

import pytest

from diagmod.io.dataset_files import (
    MANIFEST_COLUMNS,
    Dataset,
    DatasetError,
    read_dataset,
    read_manifest,
)

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
        ("header: false\n", "dataset.yaml: columns must be phases R, S, T or - without repeats, got none"),
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


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["two\r\nlines.csv", "two\nlines.csv", "two\rlines.csv"])
def test_line_end_inside_a_quoted_name_is_part_of_the_name_and_of_no_other_cell(tmp_path, name, end):
    lines = ["file,motor_id,note", f'"{name}",M01,first', "b.csv,M02,second", ""]
    table = manifest(tmp_path, end.join(lines))
    assert table["file"].tolist() == [name, "b.csv"]
    assert table["motor_id"].tolist() == ["M01", "M02"]
    assert table["note"].tolist() == ["first", "second"]
