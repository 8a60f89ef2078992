"""Tables of the study of broken bars are read as they are written, or refused in a sentence that says what to do."""

from __future__ import annotations

import math

import pytest
from handmade_study import (
    ALARMS_HEAD,
    DETECTION_HEAD,
    MINIMUM_HEAD,
    alarm_rows,
    detection_rows,
    minimum_rows,
    write_study,
    write_table,
)

from diagmod.io.study_tables import (
    DETECTION,
    FALSE_ALARMS,
    MINIMUM_SEVERITY,
    read_detection,
    read_detection_study,
    read_false_alarms,
    read_minimum_severity,
)
from diagmod.io.tables import TableError

READERS = {
    "detection": read_detection,
    "minimum_severity": read_minimum_severity,
    "false_alarms": read_false_alarms,
}


def test_the_tables_are_read_with_numbers_as_numbers(tmp_path):
    study = read_detection_study(write_study(tmp_path))
    assert list(study.detection) == [c.name for c in DETECTION.columns]
    assert study.detection["n"].dtype == "int64"
    assert study.detection["found_pct"].dtype == "float64"
    assert len(study.detection) == 4 * 4 + 4
    assert study.codes == ["c0de"]


def test_above_the_greatest_severity_is_kept_in_words_and_is_beyond_every_number(tmp_path):
    minimum = read_minimum_severity(write_study(tmp_path)).set_index(["load", "length_s", "noise_dbc"])
    assert minimum.loc[(0.5, 10.0, -70.0)].tolist() == ["above 1", "c0de", math.inf]
    assert minimum.loc[(1.0, 40.0, -70.0)].tolist() == ["0.5", "c0de", 0.5]


def test_the_rate_of_false_alarms_is_that_of_the_whole_and_not_of_a_part(tmp_path):
    """4 of 1000 are 0.4 %; the part that follows names another number."""
    whole, part = alarm_rows()
    write_table(tmp_path, "false_alarms", ALARMS_HEAD, [[*part[:2], 9, *part[3:]], whole])
    alarms = read_false_alarms(tmp_path)
    assert (alarms.any_fault, alarms.broken_bar, alarms.rate_pct) == (4, 1, 0.4)
    assert (alarms.low_pct, alarms.high_pct) == (0.16, 1.02)


def test_columns_that_nobody_asks_for_do_no_harm(tmp_path):
    rows = [[*row, "more"] for row in detection_rows()]
    write_table(tmp_path, "detection", [*DETECTION_HEAD, "remark"], rows)
    assert list(read_detection(tmp_path)) == [c.name for c in DETECTION.columns]


def test_the_study_writes_the_columns_that_are_read():
    """The study's own tables name at least what the readers ask for."""
    import importlib.util
    from pathlib import Path

    folder = Path(__file__).parents[1] / "study"
    written = {}
    for stem, names in (("test_detection", ("CURVES", "SURFACE")), ("test_false_alarms", ("TABLE",))):
        spec = importlib.util.spec_from_file_location(f"study_{stem}", folder / f"{stem}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        written |= {getattr(module, name).path.stem: getattr(module, name).columns for name in names}
    for schema in (DETECTION, MINIMUM_SEVERITY, FALSE_ALARMS):
        assert {c.name for c in schema.columns} <= set(written[schema.name])


@pytest.mark.parametrize("name", READERS)
def test_a_missing_table_is_to_be_measured(name, tmp_path):
    with pytest.raises(TableError, match=rf"^reports/verify/{name}.csv does not exist; run `make verify` to measure"):
        READERS[name](tmp_path)


@pytest.mark.parametrize(
    ("name", "head"), [("detection", DETECTION_HEAD), ("minimum_severity", MINIMUM_HEAD), ("false_alarms", ALARMS_HEAD)]
)
def test_a_table_without_rows_is_a_study_that_did_not_end(name, head, tmp_path):
    write_table(tmp_path, name, head, [])
    with pytest.raises(TableError, match=f"{name}.csv has no rows; let `make verify` run to its end"):
        READERS[name](tmp_path)


def test_parts_of_the_false_alarms_are_not_taken_for_the_whole(tmp_path):
    write_table(tmp_path, "false_alarms", ALARMS_HEAD, alarm_rows()[1:])
    with pytest.raises(TableError, match=r"has no row `all`, got 1 parts; let `make verify` run to its end"):
        read_false_alarms(tmp_path)


def test_a_table_without_one_of_its_columns_is_refused(tmp_path):
    write_table(tmp_path, "detection", DETECTION_HEAD[:-2], [row[:-2] for row in detection_rows()])
    with pytest.raises(TableError, match=r"detection.csv lacks column refused_pct, got case, bars_of_28, .* again"):
        read_detection(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "detection.csv lacks column bars_of_28, got none; run"),
        (b"\xff\xfe\x00", "detection.csv is no readable table .*; delete it and run"),
        (
            b"a,b\n1,2\n\n3,4,5\n",
            "detection.csv must have 2 cells in every row, got 3 in that of '3'; delete it and run",
        ),
        (b"a,b\n1,2\n3\n", "detection.csv must have 2 cells in every row, got 1 in that of '3'; delete it and run"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content, sentence, tmp_path):
    write_table(tmp_path, "detection", DETECTION_HEAD, []).write_bytes(content)
    with pytest.raises(TableError, match=f"^reports/verify/{sentence} `make verify`"):
        read_detection(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("found_pct", "many", "column found_pct must hold a number in every row, got 'many'"),
        ("found_pct", "", "column found_pct must hold a number in every row, got ''"),
        ("load", "inf", "column load must hold a number in every row, got 'inf'"),
        ("n", "2.5", "column n must hold a whole number in every row, got '2.5'"),
        ("n", "0", "holds no motors at bars_of_28 0.5, load 0.5, length_s 10.0, noise_dbc -70.0, jitter_us 0.0"),
        ("high_pct", "104", "holds shares outside 0 to 100 %"),
        ("low_pct", "3", "holds a share outside its own interval"),
        ("length_s", "40", "holds the same case twice"),
    ],
)
def test_a_damaged_cell_of_the_curves_is_named(column, value, sentence, tmp_path):
    rows = detection_rows()
    rows[0][DETECTION_HEAD.index(column)] = value
    write_table(tmp_path, "detection", DETECTION_HEAD, rows)
    with pytest.raises(TableError, match=f"^reports/verify/detection.csv.*{sentence}.*; run `make verify` again$"):
        read_detection(tmp_path)


def test_more_found_and_refused_than_motors_is_refused_but_not_a_rounding(tmp_path):
    """59.4 + 40.7 = 100.1 % comes of rounding, 59.4 + 40.9 does not."""
    rows = detection_rows()
    for refused in (40.7, 40.9):
        rows[0][7:11] = [59.4, 40.0, 70.0, refused]
        write_table(tmp_path, "detection", DETECTION_HEAD, rows)
        if refused == 40.7:
            assert len(read_detection(tmp_path)) == len(rows)
    with pytest.raises(TableError, match="holds more motors found and refused than there are"):
        read_detection(tmp_path)


@pytest.mark.parametrize("words", ["", "below 2", "above", "-1", "nan"])
def test_a_severity_in_other_words_is_refused(words, tmp_path):
    rows = minimum_rows()
    rows[1][4] = words
    write_table(tmp_path, "minimum_severity", MINIMUM_HEAD, rows)
    with pytest.raises(
        TableError, match=r"a severity that is neither a number nor `above` one at load 0.5, length_s 4"
    ):
        read_minimum_severity(tmp_path)


@pytest.mark.parametrize(("place", "value"), [(1, 0), (2, 2000), (5, 5), (3, 0.5), (4, 0.3), (4, 101)])
def test_counts_of_false_alarms_that_cannot_be_are_refused(place, value, tmp_path):
    rows = alarm_rows()
    rows[0][place] = value
    write_table(tmp_path, "false_alarms", ALARMS_HEAD, rows)
    with pytest.raises(TableError, match="row `all` holds counts that cannot be; run `make verify` again"):
        read_false_alarms(tmp_path)
